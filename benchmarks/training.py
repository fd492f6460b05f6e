"""How fast experiments train, as ratios from one run on one CPU thread.

    python -m benchmarks.training [--write PATH] [--quick]

Every row times short blocks of each arm in turn, so that a busy machine slows all arms alike; a
ratio is taken within a round, and its median and quartiles over the rounds are shown. Time is CPU
time; a block that lost its core to another process is repeated. On Linux all arms run with the two
malloc settings of the lessons' workers.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, train_runs
from course_code.teach.models import mlp
from course_code.teach.optimizers import adam, adamw, momentum, rmsprop, sgd
from course_code.teach.signals import gradient_norms

SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
}
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


def seconds(run: Block, steps: int, tries: int = 2) -> float:
    """CPU seconds per step of one block, run again when it had to share its core."""
    used = 0.0
    for _ in range(tries):
        wall, start = time.perf_counter(), time.process_time()
        run(steps)
        used = time.process_time() - start
        if used > 0.95 * (time.perf_counter() - wall):
            break
    return used / steps


def paired(arms: dict[str, tuple[Block, int]], rounds: int, block: float) -> dict[str, list[float]]:
    """Microseconds per run and step of every arm (block, runs per step), round by round."""
    sizes = {}
    for name, (run, _) in arms.items():
        run(3)
        sizes[name] = max(3, round(block / seconds(run, 3)))
    times = {name: [] for name in arms}
    for _ in range(rounds):
        for name, (run, n_runs) in arms.items():
            times[name].append(seconds(run, sizes[name]) / n_runs * 1e6)
    return times


def spread(values: list[float], digits: str) -> str:
    """Median with quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:{digits}} ({low:{digits}} to {high:{digits}})"


def compare_rows(title: str, times: dict[str, list[float]]) -> list[str]:
    """Table rows: time, ratio to the plain loop, ratio to the hand-written limit."""
    lines = []
    for name, own in times.items():
        faster = [a / b for a, b in zip(times["plain loop"], own, strict=True)]
        limit = [b / a for a, b in zip(times["hand-written NumPy"], own, strict=True)]
        lines.append(
            f"| {title} | {name} | {spread(own, '.1f')} | {spread(faster, '.2f')} "
            f"| {spread(limit, '.2f')} |"
        )
    return lines


def compare(n_runs: int, points: int, rounds: int, block: float) -> list[str]:
    """All arms at one stack size."""
    X, y = make_spirals(-(-points // 3))
    X, y = X[:points], y[:points]
    arms = {
        "loop of the notes": (notes_loop(X, y), 1),
        "plain loop": (plain_loop(X, y), 1),
        "torch.func.vmap": (vmap_loop(X, y, n_runs), n_runs),
        "course ensemble": (ensemble_loop(X, y, n_runs), n_runs),
        "hand-written NumPy": (HandWritten(X, y, n_runs).run, n_runs),
        "matrix products alone": (products_only(X, y, n_runs), n_runs),
    }
    times = paired(arms, rounds, block)
    work = 2 * len(y) * WIDTHS[1] * (2 * WIDTHS[0] + 3 * WIDTHS[2])  # operations of the products
    alone = times.pop("matrix products alone")
    rate = work / statistics.median(alone) / 1e3
    times[f"matrix products alone, {rate:.0f} GFLOP/s"] = alone
    runs = "1 run" if n_runs == 1 else f"{n_runs} runs"
    return compare_rows(f"{runs}, {len(y):,} points", times)


def compare_sweep(rounds: int, block: float) -> str:
    """5 optimizers x 7 rates x 16 seeds x 1,000 steps at 300 points, from the time of a step."""
    X, y = make_spirals(100)
    plain, ours = [0.0] * rounds, [0.0] * rounds
    for rule, make, options in OPTIMIZERS.values():
        arms = {
            "plain": (plain_loop(X, y, make, **options), 1),
            "ours": (ensemble_loop(X, y, 16, rule), 16),
        }
        times = paired(arms, rounds, block)
        plain = [total + t * 112e-3 for total, t in zip(plain, times["plain"], strict=True)]
        ours = [total + t * 112e-3 for total, t in zip(ours, times["ours"], strict=True)]
    faster = [a / b for a, b in zip(plain, ours, strict=True)]
    return (
        f"| 5 optimizers x 7 rates x 16 seeds, 1,000 steps, 300 points | {spread(plain, '.0f')} "
        f"| {spread(ours, '.0f')} | {spread(faster, '.2f')} |"
    )


def plain_norms(depth: int, activation: nn.Module, X: Tensor, y: Tensor) -> None:
    """Norm of the gradient at every layer of 16 networks, one after the other."""
    for seed in range(16):
        model, sums, h = mlp((2, *[32] * depth, 3), nn.Identity, seed=seed).double(), [], X
        for layer in model:
            if isinstance(layer, nn.Linear):
                sums.append(layer(h if not sums else activation(h)))
                h = sums[-1]
        weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
        grads = torch.autograd.grad(F.cross_entropy(h, y), [*sums, *weights])
        torch.stack([grad.norm() for grad in grads])


def compare_depths(rounds: int) -> str:
    """6 activations x depths 2 to 50 x 16 inits, from depths 2, 26 and 50 by Simpson's rule."""
    X, y = make_spirals(100)
    X = X.double()
    named = (nn.Identity(), nn.Sigmoid(), nn.Tanh(), nn.ReLU(), nn.GELU(), nn.SiLU())
    plain, ours = [0.0] * rounds, [0.0] * rounds
    for depth, weight in ((2, 49 / 6), (26, 49 * 4 / 6), (50, 49 / 6)):

        def stacked(_: int, depth: int = depth) -> None:
            for activation in named:
                net = Ensemble(
                    (2, *[32] * depth, 3), activation, seeds=range(16), dtype=torch.float64
                )
                gradient_norms(net, X, y)

        def alone(_: int, depth: int = depth) -> None:
            for activation in named:
                plain_norms(depth, activation, X, y)

        for index in range(rounds):
            plain[index] += weight * seconds(alone, 1)
            ours[index] += weight * seconds(stacked, 1)
    faster = [a / b for a, b in zip(plain, ours, strict=True)]
    return (
        "| gradient norms, 6 activations x depths 2 to 50 x 16 inits, 300 points, float64 "
        f"| {spread(plain, '.0f')} | {spread(ours, '.0f')} | {spread(faster, '.2f')} |"
    )


def report(rounds: int, block: float) -> str:
    """The Markdown of both tables."""
    lines = [
        f"Measured on {date.today()}: CPU, one thread, {platform.machine()}, "
        f"{torch.backends.cpu.get_cpu_capability()}, PyTorch {torch.__version__}, "
        f"NumPy {np.__version__}. Median and quartiles of {rounds} interleaved rounds.",
        "",
        "| setting | arm | µs per run and step | times faster than the plain loop "
        "| times the hand-written limit |",
        "|---|---|---|---|---|",
    ]
    for n_runs, points in ((1, 3000), (16, 300), (32, 100)):
        lines += compare(n_runs, points, rounds, block)
    lines += [
        "",
        "Whole experiments, extrapolated from the time of a step (sweep) or of three depths:",
        "",
        "| experiment | plain loops, s | course ensemble, s | times faster |",
        "|---|---|---|---|",
        compare_sweep(max(5, rounds // 2), block),
        compare_depths(5),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the report; with --write, save it too."""
    parser = argparse.ArgumentParser(description="Ratios of training times, on one CPU thread.")
    parser.add_argument("--write", type=Path, help="save the Markdown here as well")
    parser.add_argument("--quick", action="store_true", help="few short rounds, to see it work")
    options = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in SETTINGS.items()):
        os.execve(
            sys.executable,
            [sys.executable, "-m", "benchmarks.training", *sys.argv[1:]],
            os.environ | SETTINGS,
        )
    torch.set_num_threads(1)
    text = report(*((4, 0.01) if options.quick else (21, 0.08)))
    print(text, end="")
    if options.write:
        options.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
