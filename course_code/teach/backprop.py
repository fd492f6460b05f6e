"""Backpropagation by hand: the chain rule of a fully connected classifier, layer by
layer.

Points are columns here, so that every line reads like its formula. Left out: speed,
other losses.
"""

from collections.abc import Callable, Sequence

import torch.nn.functional as F
from torch import Tensor


def run_forward(
    layers: Sequence[tuple[Tensor, Tensor]],
    x: Tensor,
    activation: Callable[[Tensor], Tensor],
) -> tuple[list[Tensor], list[Tensor]]:
    r"""Compute $a_l = W_l h_{l-1} + b_l$ and $h_l = \sigma(a_l)$, starting from $h_0 =
    x$.

    Args:
        layers: L pairs of weights (out, in) and biases (out,).
        x: (D, B) one point per column.
        activation: applied between the layers, not after the last one.

    Returns:
        a: [a_1 ... a_L], each (out, B); the last are the logits.
        h: [h_0 ... h_{L-1}], what each layer was given, (in, B).
    """
    a, h = [], [x]
    for W, b in layers:
        if a:
            h.append(activation(a[-1]))
        a.append(W @ h[-1] + b[:, None])
    return a, h


def run_backward(
    layers: Sequence[tuple[Tensor, Tensor]],
    a: Sequence[Tensor],
    h: Sequence[Tensor],
    y: Tensor,
    slope: Callable[[Tensor], Tensor],
) -> tuple[list[Tensor], list[tuple[Tensor, Tensor]]]:
    r"""Send the error of the mean cross-entropy back: $\delta_l = \partial L / \partial
    a_l$.

    Args:
        layers: as in `run_forward`, whose results are `a` and `h`.
        y: (B,) int64 labels.
        slope: derivative of the activation.

    Returns:
        deltas: [delta_1 ... delta_L], each (out, B).
        gradients: for each layer those of W (out, in) and b (out,).
    """
    C, B = a[-1].shape
    delta = (a[-1].softmax(dim=0) - F.one_hot(y, C).T) / B  # (p - y) / B, (C, B)
    deltas, gradients = [delta], [(delta @ h[-1].T, delta.sum(dim=1))]
    # Python counts from 0: a[i] is a_{i+1}, h[i] is h_i
    for i in range(len(layers) - 2, -1, -1):
        W_next = layers[i + 1][0]
        delta = (W_next.T @ delta) * slope(a[i])  # (out, B)
        deltas.append(delta)
        gradients.append((delta @ h[i].T, delta.sum(dim=1)))
    return deltas[::-1], gradients[::-1]
