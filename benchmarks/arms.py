"""What is timed side by side: loops of one network, stacks of many, and two limits."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_code.teach.ensemble import Ensemble, train_runs
from course_code.teach.models import mlp
from course_code.teach.optimizers import adam, adamw, momentum, rmsprop, sgd

WIDTHS = (2, 100, 3)
Block = Callable[[int], None]  # runs that many steps (of one network, or of all of a stack)

OPTIMIZERS = {
    "sgd": (sgd, torch.optim.SGD, {}),
    "momentum": (momentum, torch.optim.SGD, {"momentum": 0.9}),
    "rmsprop": (rmsprop, torch.optim.RMSprop, {}),
    "adam": (adam, torch.optim.Adam, {}),
    "adamw": (adamw, torch.optim.AdamW, {}),
}


def notes_loop(X: Tensor, y: Tensor) -> Block:
    """One network as the notes train it: accuracy and loss fetched at every step."""
    model = mlp(WIDTHS, nn.ReLU)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
    criterion = nn.CrossEntropyLoss()

    def run(steps: int) -> None:
        for _ in range(steps):
            logits = model(X)
            loss = criterion(logits, y)
            _, predicted = torch.max(logits, 1)
            ((predicted == y).sum().float() / len(y)).item(), loss.item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run


def plain_loop(X: Tensor, y: Tensor, make=torch.optim.Adam, **options) -> Block:
    """One network in an idiomatic loop."""
    model = mlp(WIDTHS, nn.ReLU)
    optimizer = make(model.parameters(), lr=1e-3, **options)

    def run(steps: int) -> None:
        losses = torch.empty(steps)
        for step in range(steps):
            loss = F.cross_entropy(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[step] = loss.detach()

    return run


def vmap_loop(X: Tensor, y: Tensor, n_runs: int) -> Block:
    """`torch.func.vmap` over the stacked parameters of n_runs networks."""
    models = [mlp(WIDTHS, nn.ReLU, seed=seed) for seed in range(n_runs)]
    params, _ = torch.func.stack_module_state(models)
    optimizer = torch.optim.Adam(params.values(), lr=1e-3)

    def loss_of(parameters: dict) -> Tensor:
        return F.cross_entropy(torch.func.functional_call(models[0], parameters, (X,)), y)

    def run(steps: int) -> None:
        losses = torch.empty(steps, n_runs)
        for step in range(steps):
            loss = torch.func.vmap(loss_of)(params)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            losses[step] = loss.detach()

    return run


def ensemble_loop(X: Tensor, y: Tensor, n_runs: int, rule=adam) -> Block:
    """The course's ensemble, every run with its own rate."""
    net = Ensemble(WIDTHS, "relu", seeds=range(n_runs))

    def run(steps: int) -> None:
        train_runs(net, X, y, rule, steps, lr=[1e-3] * n_runs)

    return run


class HandWritten:
    """The practical limit: backward and Adam by hand in NumPy, every array allocated once."""

    def __init__(self, X: Tensor, y: Tensor, n_runs: int):
        net = Ensemble(WIDTHS, "relu", seeds=range(n_runs))
        self.x = np.ascontiguousarray(X.numpy().T)  # (D, B)
        self.y = np.eye(3, dtype=np.float32)[y.numpy()].T / len(y)  # (C, B) one-hot over B
        self.theta = net.theta.numpy()  # (R, P)
        self.grad, self.m, self.v, self.t1, self.t2 = (np.zeros_like(self.theta) for _ in range(5))
        self.W1, self.b1, self.W2, self.b2 = self.cut(net, self.theta)
        self.dW1, self.db1, self.dW2, self.db2 = self.cut(net, self.grad)
        R, H, C, B = n_runs, WIDTHS[1], WIDTHS[2], len(y)
        self.h, self.dh = np.empty((2, R, H, B), np.float32)
        self.p, self.scratch = np.empty((2, R, C, B), np.float32)
        self.mask, self.t = np.empty((R, H, B), bool), 0

    @staticmethod
    def cut(net: Ensemble, matrix: np.ndarray) -> list[np.ndarray]:
        """Views of the four parameters in a (R, P) matrix."""
        net.hold(torch.from_numpy(matrix))
        return [part.detach().numpy() for layer in net.layers for part in layer]

    def run(self, steps: int) -> None:
        """Take `steps` steps, keeping the losses."""
        losses = np.empty((steps, len(self.theta)), np.float32)
        for step in range(steps):
            losses[step] = self.forward()
            self.backward()
            self.adam()

    def forward(self) -> np.ndarray:
        """Compute h and p; return the loss of every run."""
        np.matmul(self.W1, self.x, out=self.h)
        self.h += self.b1
        np.maximum(self.h, 0, out=self.h)
        np.matmul(self.W2, self.h, out=self.p)
        self.p += self.b2
        self.p -= self.p.max(1, keepdims=True)
        np.multiply(self.p, self.y, out=self.scratch)
        loss = -self.scratch.sum((1, 2))
        np.exp(self.p, out=self.p)
        total = self.p.sum(1, keepdims=True)  # (R, 1, B)
        self.p /= total
        return loss + np.log(total).mean((1, 2))

    def backward(self) -> None:
        """Fill the gradient."""
        delta = self.p  # becomes (p - onehot) / B
        delta *= 1 / self.x.shape[1]
        delta -= self.y
        np.matmul(delta, self.h.transpose(0, 2, 1), out=self.dW2)
        np.sum(delta, 2, keepdims=True, out=self.db2)
        np.matmul(self.W2.transpose(0, 2, 1), delta, out=self.dh)
        np.greater(self.h, 0, out=self.mask)
        self.dh *= self.mask
        np.matmul(self.dh, self.x.T, out=self.dW1)
        np.sum(self.dh, 2, keepdims=True, out=self.db1)

    def adam(self, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999) -> None:
        """Move theta."""
        self.t += 1
        self.m *= beta1
        np.multiply(self.grad, 1 - beta1, out=self.t1)
        self.m += self.t1
        self.v *= beta2
        np.multiply(self.grad, self.grad, out=self.t1)
        self.t1 *= 1 - beta2
        self.v += self.t1
        np.divide(self.v, 1 - beta2**self.t, out=self.t1)
        np.sqrt(self.t1, out=self.t1)
        self.t1 += 1e-8
        np.divide(self.m, self.t1, out=self.t2)
        self.t2 *= lr / (1 - beta1**self.t)
        self.theta -= self.t2


def products_only(X: Tensor, y: Tensor, n_runs: int) -> Block:
    """The arithmetic limit: the five matrix products of a step at the rate they reach here."""
    R, (D, H, C), B = n_runs, WIDTHS, len(y)
    x = X.T.contiguous().expand(R, -1, -1)
    W1, W2, h, z = (
        torch.rand(R, H, D),
        torch.rand(R, C, H),
        torch.rand(R, H, B),
        torch.rand(R, C, B),
    )
    dW1, dW2, dh = torch.empty(R, H, D), torch.empty(R, C, H), torch.empty(R, H, B)

    def run(steps: int) -> None:
        for _ in range(steps):
            torch.bmm(W1, x, out=h)
            torch.bmm(W2, h, out=z)
            torch.bmm(z, h.mT, out=dW2)
            torch.bmm(W2.mT, z, out=dh)
            torch.bmm(dh, x.mT, out=dW1)

    return run
