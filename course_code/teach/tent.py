"""The tent map: folding a line again and again, as a function and as a deep network."""

import torch
from torch import Tensor


def tent(x: Tensor) -> Tensor:
    r"""Fold [0, 1] once, element by element: $2\,(x)_+ - 4\,(x - \tfrac12)_+$."""
    return 2 * torch.relu(x) - 4 * torch.relu(x - 0.5)


def folded(x: Tensor, k: int) -> Tensor:
    """Apply the tent map k times, element by element."""
    for _ in range(k):
        x = tent(x)
    return x


def tent_layers(k: int) -> list[tuple[Tensor, Tensor]]:
    """Write the k-fold tent map as a ReLU network of k hidden layers with two units.

    Returns: (W, b) of each of the k + 1 layers, W (out, in) and b (out,), float64.

    Raises:
        ValueError: k is below 1.
    """
    if k < 1:
        raise ValueError(f"need k >= 1; got {k=}")
    kinks = torch.tensor([0, -0.5], dtype=torch.float64)  # relu(t), relu(t - 1/2)
    mix = torch.tensor([[2, -4]], dtype=torch.float64)  # t = 2 relu(.) - 4 relu(.)
    ones = torch.ones(2, 1, dtype=torch.float64)
    last = (mix, torch.zeros(1, dtype=torch.float64))
    return [(ones, kinks), *[(ones @ mix, kinks)] * (k - 1), last]


def count_pieces(y: Tensor) -> int:
    """Count the straight pieces of a curve, given its heights (n,) at equal distances.

    The heights must be exact, and the kinks must lie on the given points: a kink
    between two of them counts twice. n >= 2.
    """
    rises = y.diff()
    return 1 + (rises.diff() != 0).sum().item()
