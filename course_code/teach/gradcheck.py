"""Slopes by trial: move one weight a little, and see what the loss does."""

from collections.abc import Callable

import torch
from torch import Tensor


def finite_differences(
    loss: Callable[[Tensor], Tensor], theta: Tensor, h: float, central: bool = True
) -> Tensor:
    r"""Estimate the gradient of `loss` at `theta`, one weight after the other.

    Central, $\frac{\ell(\theta + h) - \ell(\theta - h)}{2h}$, errs by about $h^2$;
    one-sided, $\frac{\ell(\theta + h) - \ell(\theta)}{h}$, by about $h$. Rounding adds
    about $\epsilon / h$ to both.

    Args:
        loss: maps weights (P,) to a number.
        theta: (P,) weights.
        h: how far each weight is moved, > 0.

    Returns: (P,) the estimate, after 2P calls of `loss`, or P + 1.

    Raises:
        ValueError: `h` is not positive.
    """
    if not h > 0:
        raise ValueError(f"need h > 0; got {h=}")
    moves = h * torch.eye(len(theta), dtype=theta.dtype)  # (P, P)
    ahead = torch.stack([loss(theta + move) for move in moves])
    if not central:
        return (ahead - loss(theta)) / h
    behind = torch.stack([loss(theta - move) for move in moves])
    return (ahead - behind) / (2 * h)
