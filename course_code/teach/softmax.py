"""Scores into probabilities, without overflow, and their derivative."""

import torch
from torch import Tensor


def softmax(z: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    r"""Compute $p_i = e^{z_i / T} / \sum_j e^{z_j / T}$.

    Args:
        z: scores of any shape and float type, finite.
        temperature: T > 0; below 1 sharpens, above 1 flattens.
        dim: the axis of the classes.

    Raises:
        ValueError: `temperature` is not positive.
    """
    if not temperature > 0:
        raise ValueError(f"need temperature > 0; got {temperature=}")
    z = z / temperature
    powers = (z - z.amax(dim, keepdim=True)).exp()  # at most 1; p does not change
    return powers / powers.sum(dim, keepdim=True)


def log_softmax(z: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    r"""Compute $\log p_i = z_i / T - \log \sum_j e^{z_j / T}$; arguments as in
    `softmax`.
    """
    if not temperature > 0:
        raise ValueError(f"need temperature > 0; got {temperature=}")
    z = z / temperature
    z = z - z.amax(dim, keepdim=True)  # the largest is 0 now
    return z - z.exp().sum(dim, keepdim=True).log()


def softmax_jacobian(p: Tensor) -> Tensor:
    r"""Build $J = \mathrm{diag}(p) - p p^\top$, where $J_{ij}$ is
    $\partial p_i / \partial z_j$.

    Args:
        p: (..., C) probabilities, the softmax of z at temperature 1.

    Returns: (..., C, C), symmetric; each row adds up to 0.
    """
    return torch.diag_embed(p) - p[..., :, None] * p[..., None, :]
