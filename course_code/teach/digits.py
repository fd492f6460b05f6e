"""Handwritten digits that come with scikit-learn: 1,797 pictures of 8x8 pixels, no
download.
"""

import functools

import torch
from sklearn import datasets
from torch import Tensor


@functools.cache
def read_digits() -> tuple[Tensor, Tensor]:
    """Read the pictures (1797, 64), float32 from 0 to 1, and labels (1797,), int64."""
    X, y = datasets.load_digits(return_X_y=True)
    return torch.from_numpy(X / 16).float(), torch.from_numpy(y).long()


def load_digits(
    n_train: int = 1000, n_valid: int = 300, *, seed: int = 0
) -> dict[str, tuple[Tensor, Tensor]]:
    """Split the digits into train, valid and test, each with all ten classes in
    proportion.

    Args:
        n_train: pictures to train on.
        n_valid: pictures to choose settings on; what remains of the 1,797 is for the
            test.
        seed: shuffles with a private generator.

    Returns: {"train": (X, y), "valid": (X, y), "test": (X, y)}: X (B, 64) float32
        between 0 and 1, y (B,) int64 labels 0..9. On the CPU.

    Raises:
        ValueError: a part has fewer than ten pictures, or none are left for the test.

    Source: Alpaydin and Kaynak, UCI repository, 1998; test part, as in scikit-learn.
    """
    X, y = read_digits()
    if min(n_train, n_valid, len(y) - n_train - n_valid) < 10:
        raise ValueError(
            f"need 10 or more of {len(y)} in each part; got {n_train=}, {n_valid=}"
        )
    shuffled = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    place = torch.empty(len(y))  # where in its class a picture stands, between 0 and 1
    for c in range(10):
        members = shuffled[y[shuffled] == c]
        place[members] = (torch.arange(len(members)) + 0.5) / len(members)
    # every stretch has all the classes
    order = shuffled[place[shuffled].argsort(stable=True)]
    parts = order.split([n_train, n_valid, len(y) - n_train - n_valid])
    names = ("train", "valid", "test")
    return {
        name: (X[part], y[part])  # copies
        for name, part in zip(names, parts, strict=True)
    }
