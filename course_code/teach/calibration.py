"""Do stated probabilities come true? Measuring and repairing the confidence of a
classifier.
"""

import math

import torch.nn.functional as F
from torch import Tensor


def confidence_bins(
    p: Tensor, y: Tensor, bins: int = 10
) -> tuple[Tensor, Tensor, Tensor]:
    """Sort predictions by their confidence, the largest probability, into bins of equal
    width.

    Args:
        p: (B, C) probabilities.
        y: (B,) int64 labels 0..C-1.
        bins: number of bins on [0, 1], >= 1.

    Returns:
        share: (bins,) fraction of the points in each bin.
        confidence: (bins,) their mean confidence, NaN for an empty bin.
        accuracy: (bins,) fraction of them whose prediction is right, NaN for an empty
            bin.

    Raises:
        ValueError: `bins` is below 1, or there are no points.
    """
    if bins < 1 or len(y) == 0:
        raise ValueError(
            f"need bins >= 1 and one or more points; got {bins=}, {len(y)=}"
        )
    top, predicted = p.double().max(dim=1)
    place = (top * bins).long().clamp(max=bins - 1)  # (B,)
    member = F.one_hot(place, bins).double()  # (B, bins)
    count = member.sum(dim=0)
    right = (predicted == y).double()
    return count / len(y), top @ member / count, right @ member / count


def calibration_error(p: Tensor, y: Tensor, bins: int = 10) -> float:
    r"""Average the gap between confidence and accuracy over the bins, weighted by their
    share.

    $\mathrm{ECE} = \sum_b s_b\, |\mathrm{acc}_b - \mathrm{conf}_b|$, between 0 and 1;
    arguments as in `confidence_bins`. It depends on the bins, and noise alone makes it
    larger than 0.

    Source: Naeini et al. 2015; Guo et al. 2017.
    """
    share, confidence, accuracy = confidence_bins(p, y, bins)
    return (share * (accuracy - confidence).abs()).nan_to_num().sum().item()


def best_temperature(z: Tensor, y: Tensor) -> float:
    r"""Find the temperature T for which softmax(z / T) has the lowest cross-entropy.

    With $\beta = 1/T$ the cross-entropy is convex; its slope, the mean of $\sum_i p_i
    z_i - z_y$, changes sign once, and halving an interval of log T finds where.

    Args:
        z: (B, C) logits of points that the model was not trained on.
        y: (B,) int64 labels 0..C-1.

    Returns: T, between 1/1000 and 1000; an end of that range if the slope keeps its
        sign.

    Source: Guo et al. 2017.
    """
    z = z.double()
    target = z.gather(1, y[:, None]).mean()
    cold, hot = -math.log(1000), math.log(1000)
    for _ in range(50):
        middle = (cold + hot) / 2
        p = (z / math.exp(middle)).softmax(dim=1)
        if (p * z).sum(dim=1).mean() > target:  # too sure of itself
            cold = middle
        else:
            hot = middle
    return math.exp(middle)
