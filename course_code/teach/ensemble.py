"""Many small networks trained at once: R runs for little more than the price of one.

Left out: convolution, dropout, shared weights, anything that makes one run depend on
another.
"""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, repeat

import torch
import torch.nn.functional as F
from torch import Tensor

from course_code.teach.activations import named_activation

# The derivatives of these need only the result, so it may overwrite the sum: less
# memory to move.
IN_PLACE = {
    torch.relu: torch.relu_,
    torch.sigmoid: torch.sigmoid_,
    torch.tanh: torch.tanh_,
}


def draw_layer(
    n_out: int, n_in: int, init, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw the weights (n_out, n_in) and biases (n_out,) of one layer on the CPU.

    Args:
        init: "pytorch" (that of nn.Linear), "xavier", "he", the standard deviation of
            normal weights, or a function of (n_out, n_in, rng). Biases are 0 but for
            "pytorch".

    Raises:
        ValueError: `init` is none of these.
    """
    if callable(init):
        return init(n_out, n_in, rng)
    if init == "pytorch":
        bound = n_in**-0.5
        W = torch.empty(n_out, n_in).uniform_(-bound, bound, generator=rng)
        return W, torch.empty(n_out).uniform_(-bound, bound, generator=rng)
    std = {"xavier": (2 / (n_in + n_out)) ** 0.5, "he": (2 / n_in) ** 0.5}.get(
        init, init
    )
    if isinstance(std, str) or not 0 <= std < math.inf:
        raise ValueError(
            f"need 'pytorch', 'xavier', 'he', a number >= 0 or a function; got {init=}"
        )
    return std * torch.randn(n_out, n_in, generator=rng), torch.zeros(n_out)


class Ensemble:
    """R networks of one shape, side by side; row r of `theta` has the weights of one.

    Inside, points are columns, so that a layer reads W x + b and long rows of points
    stay contiguous. Network r is the one that nn.Linear layers make after
    torch.manual_seed(seeds[r]).

    Args:
        widths: units per layer from input to output, two or more, each >= 1.
        activation: a name, or a function that maps (R, H, B) to the same shape run by
            run.
        seeds: one per network; draws its weights and the order of its minibatches.
        init: as in `draw_layer`; a list has one entry per network.
        dtype: weights are drawn as float32, then converted.
        device: where to compute.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: str | Callable = "relu",
        *,
        seeds: Sequence[int] = (0,),
        init="pytorch",
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ):
        self.widths, self.seeds = tuple(widths), tuple(seeds)
        self.activation = named_activation(activation)
        inits = init if isinstance(init, list | tuple) else [init] * len(self.seeds)
        if len(self.widths) < 2 or min(self.widths) < 1:
            raise ValueError(f"need two or more widths, each >= 1; got {widths=}")
        if not self.seeds or len(inits) != len(self.seeds):
            raise ValueError(
                f"need one or more seeds, an init for each; got {seeds=}, {init=}"
            )
        rows = []
        for seed, each in zip(self.seeds, inits, strict=True):
            rng = torch.Generator().manual_seed(seed)
            layers = [draw_layer(n, m, each, rng) for m, n in pairwise(self.widths)]
            rows.append(
                torch.cat([part.reshape(-1) for layer in layers for part in layer])
            )
        self.hold(torch.stack(rows).to(device, dtype))

    def hold(self, theta: Tensor) -> None:
        """Make theta (R, P) the weights; `layers` are views of it, (W, b) of each."""
        shapes = [(n_out, n_in) for n_in, n_out in pairwise(self.widths)]
        parts = theta.split([size for n, m in shapes for size in (n * m, n)], dim=1)
        self.theta, self.layers = theta, []
        for W, b, shape in zip(parts[::2], parts[1::2], shapes, strict=True):
            W, b = W.view(-1, *shape), b.unsqueeze(2)  # (R, out, in), (R, out, 1)
            self.layers.append((W.requires_grad_(), b.requires_grad_()))

    def __call__(self, x: Tensor) -> Tensor:
        """Map columns x (D, B) or (R, D, B) to logits (R, C, B)."""
        *hidden, (W_last, b_last) = self.layers
        h = x.expand(len(W_last), -1, -1)
        bend = IN_PLACE.get(self.activation, self.activation)
        for W, b in hidden:
            h = bend(torch.baddbmm(b, W, h))  # W h + b for all runs
        return torch.baddbmm(b_last, W_last, h)

    @torch.no_grad()
    def predict(self, X: Tensor) -> Tensor:
        """Map rows X (B, D) or (R, B, D) to logits (R, B, C)."""
        return self(X.to(self.theta).mT).mT

    def member(self, r: int) -> Callable[[Tensor], Tensor]:
        """Take out network r as it is now: it maps rows (B, D) to logits (B, C)."""
        alone = copy.copy(self)
        alone.hold(self.theta[r : r + 1].clone())
        return lambda X: alone.predict(X)[0]


def cross_entropies(logits: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy (R,) of each run, nats; logits (R, C, B), y (B,) or (R, B)."""
    return F.cross_entropy(logits, y.expand(len(logits), -1), reduction="none").mean(1)


def checked_data(net: Ensemble, X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Move data to where and how `net` computes.

    Raises:
        ValueError: shapes do not fit the network or each other, or a label is no class
            of it.
    """
    R, D, C = len(net.theta), net.widths[0], net.widths[-1]
    B = X.shape[-2] if X.dim() > 1 else 0
    if (
        tuple(X.shape) not in [(B, D), (R, B, D)]
        or tuple(y.shape) not in [(B,), (R, B)]
        or B == 0
    ):
        raise ValueError(
            f"need X (B, {D}) or ({R}, B, {D}) and y (B,) or ({R}, B), B >= 1; "
            f"got {tuple(X.shape)} and {tuple(y.shape)}"
        )
    if y.is_floating_point():
        return X.to(net.theta), y.to(net.theta)
    if y.min() < 0 or y.max() >= C:
        raise ValueError(
            f"need labels 0..{C - 1}; got {y.min().item()}..{y.max().item()}"
        )
    return X.to(net.theta), y.to(net.theta.device, torch.int64)


def batches(
    X: Tensor, y: Tensor, batch_size: int | None, seeds: Sequence[int]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield columns and labels for ever: all, or minibatches in each run's own order.

    Args:
        X: (B, D) or (R, B, D) points as rows.
        y: (B,) or (R, B) targets.
        batch_size: points per step, 1..B; the last batch of an epoch takes what is
            left.
        seeds: R of them; run r shuffles with torch.Generator().manual_seed(seeds[r]).
    """
    if batch_size is None:
        yield from repeat((X.mT.contiguous(), y))
    B, run = X.shape[-2], torch.arange(len(seeds), device=X.device)[:, None]
    X, y = X.expand(len(seeds), -1, -1), y.expand(len(seeds), -1)
    streams = [torch.Generator().manual_seed(seed) for seed in seeds]
    while True:
        order = torch.stack([torch.randperm(B, generator=rng) for rng in streams]).to(
            X.device
        )
        for pick in order.split(batch_size, dim=1):  # (R, b)
            yield X[run, pick].mT, y[run, pick]  # (R, D, b), (R, b)


def per_run(name: str, value, net: Ensemble):
    """Leave a number as it is; make a column (R, 1) of one value per run.

    Raises:
        ValueError: a value is negative, or there is not one per run.
    """
    values = torch.as_tensor(value, dtype=net.theta.dtype, device=net.theta.device)
    if tuple(values.shape) not in [(), (len(net.theta),)] or not (values >= 0).all():
        raise ValueError(
            f"need {name} >= 0, one or {len(net.theta)} of them; got {name}={value}"
        )
    return values[:, None] if values.dim() else value


def train_runs(
    net: Ensemble,
    X: Tensor,
    y: Tensor,
    optimizer: Callable,
    steps: int,
    *,
    lr,
    batch_size: int | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropies,
    on_step: Callable[[int], None] | None = None,
    **hyper,
) -> Tensor:
    """Train all networks of `net` in place; one that diverges leaves the others alone.

    Args:
        X: (B, D) points as rows, shared by all runs, or (R, B, D), one set per run.
        y: (B,) or (R, B) labels, or real targets for a loss that wants them.
        optimizer: update rule, such as `adam`.
        steps: number of updates, >= 0.
        lr: learning rate, one for all or one per run; the same holds for `hyper`, what
            else the rule takes.
        batch_size: points per step, 1..B; None takes them all.
        loss: maps logits (R, C, b) and targets to one number per run, (R,).
        on_step: called with 1..steps after each step.

    Returns: (steps, R) loss on its batch before each step; the loop does not wait for
        the device.

    Raises:
        ValueError: an argument is out of range, or shapes do not fit.
    """
    X, y = checked_data(net, X, y)
    if not callable(optimizer):
        raise ValueError(f"need an update rule such as adam; got {optimizer=}")
    B = X.shape[-2]
    if steps < 0 or not (batch_size is None or 1 <= batch_size <= B):
        raise ValueError(
            f"need steps >= 0, batch_size in 1..{B}; got {steps=}, {batch_size=}"
        )
    hyper = {name: per_run(name, x, net) for name, x in [("lr", lr), *hyper.items()]}
    weights = [part for layer in net.layers for part in layer]
    history, state = net.theta.new_empty(steps, len(net.theta)), {}
    stream = batches(X, y, batch_size, net.seeds)
    for step, (x, target) in zip(range(steps), stream, strict=False):
        losses = loss(net(x), target)  # (R,)
        # run r gets the gradient of loss r
        grads = torch.autograd.grad(losses.sum(), weights)
        grad = torch.cat([part.flatten(1) for part in grads], dim=1)  # (R, P)
        optimizer(net.theta, grad, state, **hyper)
        history[step] = losses.detach()
        if on_step:
            on_step(step + 1)
    return history


@torch.no_grad()
def evaluate_runs(
    net: Ensemble,
    X: Tensor,
    y: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropies,
) -> tuple[Tensor, Tensor]:
    """Measure loss (R,) and accuracy (R,) of every run, on shared points or its own.

    What is not finite counts as wrong: the loss is then inf, such a point is not
    classified. For real targets the accuracy is NaN.
    """
    X, y = checked_data(net, X, y)
    outputs = net(X.mT)  # (R, C, B)
    losses = loss(outputs, y).nan_to_num(nan=math.inf, posinf=math.inf)
    right = (outputs.argmax(1) == y) & outputs.isfinite().all(1)  # (R, B)
    accuracy = right.to(losses.dtype).mean(1)
    return losses, accuracy * math.nan if y.is_floating_point() else accuracy
