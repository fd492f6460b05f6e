"""Autoencoders, R side by side: networks whose target is their own input.

Left out: convolution, tied weights, variational ones.
"""

import torch
from torch import Tensor

from course_code.teach.ensemble import Ensemble, batches
from course_code.teach.optimizers import adam


def squares(out: Tensor, x: Tensor) -> Tensor:
    """Mean squared error (R,) over the pixels and points of columns (R, D, B)."""
    return (out - x).square().mean((1, 2))


def erase(x: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """Set a share of all entries to 0, at random places."""
    return x * (torch.rand(x.shape, generator=rng) >= share).to(x)


def train_autoencoder(
    net: Ensemble,
    X: Tensor,
    steps: int,
    *,
    lr: float,
    batch_size: int | None = None,
    erased: float = 0.0,
    rng: torch.Generator | None = None,
) -> Tensor:
    """Train all networks in place to give back what came in, with Adam.

    Args:
        net: as many outputs as inputs.
        X: (N, D) rows shared by all, or (R, N, D).
        steps: updates, >= 0.
        lr: learning rate.
        batch_size: rows per step; None takes all.
        erased: share of the inputs set to 0 at each step; the target stays whole.
        rng: says which are erased.

    Returns: (steps, R) mean squared error on its batch before each step.

    Raises:
        ValueError: `erased` is not in [0, 1), or needs an `rng`.
    """
    if not 0 <= erased < 1 or (erased and rng is None):
        raise ValueError(
            f"need 0 <= erased < 1, and a generator; got {erased=}, {rng=}"
        )
    weights = [part for layer in net.layers for part in layer]
    X, history, state = X.to(net.theta), net.theta.new_empty(steps, len(net.theta)), {}
    stream = batches(X, X[..., 0], batch_size, net.seeds)
    for step, (x, _) in zip(range(steps), stream, strict=False):
        with torch.enable_grad():
            loss = squares(net(erase(x, erased, rng) if erased else x), x)
            grads = torch.autograd.grad(loss.sum(), weights)
        grad = torch.cat([part.flatten(1) for part in grads], dim=1)  # (R, P)
        with torch.no_grad():
            adam(net.theta, grad, state, lr=lr)
        history[step] = loss.detach()
    return history


def encode(net: Ensemble, X: Tensor, layers: int) -> Tensor:
    """Send rows (R, N, D) through the first `layers` layers: codes (R, N, units)."""
    h = X.to(net.theta).mT
    for W, b in net.layers[:layers]:
        h = net.activation(torch.baddbmm(b, W, h))
    return h.mT.detach()


def principal(X: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Find the k directions along which rows vary most: principal components.

    Args:
        X: (R, N, D) rows.
        k: how many, 1..min(N, D).

    Returns: means (R, 1, D), and directions (R, D, k) of length 1, at right angles.

    Raises:
        ValueError: `k` is out of range.
    """
    if not 1 <= k <= min(X.shape[1:]):
        raise ValueError(f"need 1 <= k <= {min(X.shape[1:])}; got {k=}")
    mean = X.mean(1, keepdim=True)
    return mean, torch.linalg.svd(X - mean, full_matrices=False)[2][:, :k].mT
