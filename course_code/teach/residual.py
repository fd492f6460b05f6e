"""Stacked networks with skip connections: a hidden layer adds to what it was given."""

import torch
from torch import Tensor

from course_code.teach.ensemble import Ensemble


def residual_preactivations(net: Ensemble, x: Tensor) -> list[Tensor]:
    r"""Send columns through `net` by $a_{l+1} = a_l + W_{l+1}\,\sigma(a_l) + b_{l+1}$.

    The first and the last layer change the width, so they add nothing.

    Args:
        net: a network whose hidden layers are equally wide.
        x: (D, B) or (R, D, B) points as columns.

    Returns: [a_1 ... a_L], each (R, out, B).
    """
    (W_first, b_first), *hidden, (W_last, b_last) = net.layers
    sums = [torch.baddbmm(b_first, W_first, x.expand(len(W_first), -1, -1))]
    for W, b in hidden:
        sums.append(sums[-1] + torch.baddbmm(b, W, net.activation(sums[-1])))
    sums.append(torch.baddbmm(b_last, W_last, net.activation(sums[-1])))
    return sums


class ResidualEnsemble(Ensemble):
    """An Ensemble with the same weights, in which every hidden layer adds its input.

    Raises:
        ValueError: fewer than two layers, or hidden layers of different widths.

    Source: He et al. 2016, arXiv:1603.05027 (identity skips), without normalisation.
    """

    def __init__(self, widths, activation="relu", **options):
        super().__init__(widths, activation, **options)
        if len(self.widths) < 3 or len(set(self.widths[1:-1])) > 1:
            raise ValueError(
                f"need one or more hidden layers, all equally wide; got {widths=}"
            )

    def __call__(self, x: Tensor) -> Tensor:
        """Map columns x (D, B) or (R, D, B) to logits (R, C, B)."""
        return residual_preactivations(self, x)[-1]
