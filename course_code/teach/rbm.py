"""Restricted Boltzmann machines, R side by side: exact where the states can be counted,
contrastive divergence where they cannot.

Left out: persistent chains, tempering, units that are not 0 or 1.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from course_code.teach.ensemble import batches
from course_code.teach.optimizers import adam


class RBM(NamedTuple):
    r"""R machines with $p(v, h) \propto e^{b^\top v + c^\top h + h^\top W v}$.

    W: (R, H, D) weights; c: (R, H, 1) hidden biases; b: (R, D, 1) visible biases.
    """

    W: Tensor
    c: Tensor
    b: Tensor


def random_rbm(
    n_visible: int, n_hidden: int, seeds, std: float = 0.1, dtype=torch.float32
) -> RBM:
    """Draw weights from a normal distribution, on the CPU; all biases are 0.

    Args:
        n_visible, n_hidden: D and H, each >= 1.
        seeds: one per machine.
        std: standard deviation of the weights, >= 0.

    Raises:
        ValueError: a size or `std` is out of range, or there are no seeds.
    """
    if n_visible < 1 or n_hidden < 1 or std < 0 or not len(seeds):
        raise ValueError(f"out of range: {n_visible=}, {n_hidden=}, {std=}, {seeds=}")
    streams = [torch.Generator().manual_seed(seed) for seed in seeds]
    W = [torch.randn(n_hidden, n_visible, generator=rng) for rng in streams]
    W = std * torch.stack(W).to(dtype)
    zeros = [W.new_zeros(len(W), n, 1) for n in (n_hidden, n_visible)]
    return RBM(W, *zeros)


def hidden_given_visible(rbm: RBM, v: Tensor) -> Tensor:
    """Probability (R, H, B) that each hidden unit is 1, given columns v (R, D, B)."""
    return torch.sigmoid(rbm.W @ v + rbm.c)


def visible_given_hidden(rbm: RBM, h: Tensor) -> Tensor:
    """Probability (R, D, B) that each visible unit is 1, given columns h (R, H, B)."""
    return torch.sigmoid(rbm.W.mT @ h + rbm.b)


def free_energy(rbm: RBM, v: Tensor) -> Tensor:
    r"""$F(v) = -b^\top v - \sum_j \log(1 + e^{c_j + W_j v})$, (R, B): the lower, the
    likelier."""
    return -(rbm.b * v).sum(1) - F.softplus(rbm.W @ v + rbm.c).sum(1)


def all_states(n: int, like: Tensor) -> Tensor:
    """List the 2^n states of n units as columns (n, 2^n), of the dtype of `like`.

    Raises:
        ValueError: `n` is below 1 or above 20, a million states.
    """
    if not 1 <= n <= 20:
        raise ValueError(f"need 1 <= n <= 20 units to go through all states; got {n=}")
    places = torch.arange(n, device=like.device)[:, None]
    return ((torch.arange(2**n, device=like.device) >> places) & 1).to(like)


def hidden_weights(rbm: RBM) -> tuple[Tensor, Tensor]:
    r"""List all hidden states h (H, 2^H), and $\log\sum_v e^{-E(v, h)}$ (R, 2^H) of
    each."""
    h = all_states(rbm.W.shape[1], rbm.W)
    return h, (rbm.c * h).sum(1) + F.softplus(rbm.W.mT @ h + rbm.b).sum(1)


def log_likelihood(rbm: RBM, v: Tensor) -> Tensor:
    r"""Mean of $\log p(v) = -F(v) - \log Z$ over columns, (R,) in nats, exactly."""
    log_z = hidden_weights(rbm)[1].logsumexp(1)  # (R,)
    return -free_energy(rbm, v).mean(1) - log_z


def moments(h: Tensor, v: Tensor, share: Tensor | float) -> list[Tensor]:
    """Weighted sums over columns of h v^T (R, H, D), h (R, H, 1) and v (R, D, 1)."""
    h = h * share  # (R, H, B)
    return [h @ v.mT.expand(len(h), -1, -1), h.sum(2, True), (v * share).sum(2, True)]


def exact_gradient(rbm: RBM, v: Tensor) -> list[Tensor]:
    r"""Gradient of the log-likelihood: $\langle h v^\top\rangle_{data} - \langle h
    v^\top\rangle_{model}$, and likewise for c and b; columns v (R, D, B)."""
    h, weight = hidden_weights(rbm)
    share = weight.softmax(1)[:, None]  # (R, 1, 2^H) the probability of each h
    model = moments(h, visible_given_hidden(rbm, h), share)
    data = moments(hidden_given_visible(rbm, v), v, 1 / v.shape[2])
    return [here - there for here, there in zip(data, model, strict=True)]


def flip(p: Tensor, rng: torch.Generator) -> Tensor:
    """Draw 0 or 1 with these probabilities; the numbers come from the CPU."""
    return (torch.rand(p.shape, generator=rng).to(p.device) < p).to(p)


def cd_gradient(rbm: RBM, v: Tensor, k: int, rng: torch.Generator) -> list[Tensor]:
    """Estimate the gradient from k rounds of Gibbs sampling that begin at the data.

    Args:
        v: columns (R, D, B), probabilities or 0 and 1.
        k: rounds, >= 1.
        rng: draws the states of the units.

    Raises:
        ValueError: `k` is below 1.

    Source: Hinton 2002.
    """
    if k < 1:
        raise ValueError(f"need k >= 1 rounds; got {k=}")
    h = hidden_given_visible(rbm, v)  # (R, H, B)
    data = moments(h, v, 1 / v.shape[2])
    for _ in range(k):
        dream = flip(visible_given_hidden(rbm, flip(h, rng)), rng)  # (R, D, B)
        h = hidden_given_visible(rbm, dream)
    model = moments(h, dream, 1 / v.shape[2])
    return [here - there for here, there in zip(data, model, strict=True)]


def train_rbm(
    rbm: RBM,
    X: Tensor,
    steps: int,
    *,
    lr: float,
    batch_size: int,
    seeds: Sequence[int],
    rng: torch.Generator,
    k: int = 1,
) -> None:
    """Train all machines in place by contrastive divergence, with Adam's steps.

    Args:
        X: (R, N, D) rows between 0 and 1, one set per machine.
        steps: minibatches, >= 0.
        lr: learning rate.
        batch_size: rows per step, 1..N.
        seeds: R of them, for the order of the rows.
        rng, k: as in `cd_gradient`.
    """
    states = [{} for _ in rbm]
    stream = batches(X, X[..., 0], batch_size, seeds)
    for _, (v, _) in zip(range(steps), stream, strict=False):
        for part, slope, state in zip(
            rbm, cd_gradient(rbm, v, k, rng), states, strict=True
        ):
            adam(part, -slope, state, lr=lr)  # uphill


def bars_and_stripes(n: int) -> Tensor:
    """List the pictures of n x n pixels whose rows, or whose columns, are all 0 or 1.

    Returns: (n * n, 2^(n + 1) - 2) float32 columns, one picture each.
    """
    choices = all_states(n, torch.zeros(1)).T  # (2^n, n)
    rows = choices[:, :, None].expand(-1, n, n)
    both = torch.cat([rows, rows.mT]).flatten(1)
    return both.unique(dim=0).T
