"""What flows through networks: sums forward, gradients back, layer by layer."""

from collections.abc import Callable

import torch
from torch import Tensor

from course_code.teach.ensemble import Ensemble, checked_data, cross_entropies


def preactivations(net: Ensemble, x: Tensor) -> list[Tensor]:
    """Send columns x (D, B) or (R, D, B) through: a_1 ... a_L, each (R, out, B)."""
    sums, h = [], x.expand(len(net.theta), -1, -1)
    for W, b in net.layers:
        sums.append(torch.baddbmm(b, W, h))
        h = net.activation(sums[-1])
    return sums


def gradient_norms(
    net: Ensemble,
    X: Tensor,
    y: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropies,
) -> tuple[Tensor, Tensor]:
    """Measure how much gradient reaches each layer, first to last.

    Use float64: a float32 norm squares its entries, and below 3e-23 it is 0.

    Returns:
        delta: (R, L) Frobenius norm of the derivative with respect to a_l (out, B).
        weight: (R, L) the same for W_l (out, in).
    """
    X, y = checked_data(net, X, y)
    sums = preactivations(net, X.mT)
    weights = [W for W, _ in net.layers]
    grads = torch.autograd.grad(loss(sums[-1], y).sum(), [*sums, *weights])
    # (R, 2 L)
    norms = torch.stack([grad.flatten(1).norm(dim=1) for grad in grads], dim=1)
    return norms[:, : len(sums)], norms[:, len(sums) :]
