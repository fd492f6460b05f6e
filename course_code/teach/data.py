"""Toy data sets, small enough to train on a laptop CPU in seconds."""

import math

import torch
from torch import Tensor

from course_code.teach.device import generator


def make_spirals(
    n_per_class: int = 1000,
    n_classes: int = 3,
    *,
    noise: float = 0.2,
    seed: int | torch.Generator = 0,
) -> tuple[Tensor, Tensor]:
    """Sample interleaved spiral arms, one arm per class.

    Args:
        n_per_class: points on each arm, N >= 1.
        n_classes: number of arms, C >= 2.
        noise: standard deviation of the angle jitter in radians, >= 0.
        seed: starts a private random stream, or is one to continue.

    Returns:
        X: (C*N, 2) float32 coordinates in the unit disc, arm after arm.
        y: (C*N,) int64 class labels 0..C-1.

    Raises:
        ValueError: a size or `noise` is out of range.

    Source: Canziani, NYU Deep Learning, notebook 04 (the formula).
    """
    if n_per_class < 1 or n_classes < 2 or not noise >= 0:
        raise ValueError(
            "need n_per_class >= 1, n_classes >= 2, noise >= 0; "
            f"got {n_per_class=}, {n_classes=}, {noise=}"
        )
    rng = generator(seed)
    turn = 2 * math.pi / n_classes  # angle from one arm to the next
    t = torch.linspace(0, 1, n_per_class)  # (N,) radius
    arms = []
    for c in range(n_classes):
        phi = torch.linspace(turn * c, turn * (c + 2), n_per_class)  # (N,)
        phi = phi + noise * torch.randn(n_per_class, generator=rng)
        phi = phi.double()  # so that sin and cos are rounded once
        direction = torch.stack((phi.sin(), phi.cos()), dim=1).float()  # (N, 2)
        arms.append(t[:, None] * direction)
    y = torch.arange(n_classes).repeat_interleave(n_per_class)  # (C*N,)
    return torch.cat(arms), y
