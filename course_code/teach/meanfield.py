"""How signals grow or shrink in wide random networks: what theory says before anything
is run.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def normal_mean(function: Callable[[Tensor], Tensor], variance: float) -> float:
    """Average function(a) over a normal distribution with mean 0, by a fine sum.

    Raises:
        ValueError: the variance is negative or not finite.
    """
    if not 0 <= variance < math.inf:
        raise ValueError(f"need a finite variance >= 0; got {variance=}")
    z = torch.linspace(-8, 8, 4001, dtype=torch.float64)  # standard deviations
    weight = torch.exp(-(z**2) / 2)
    return ((weight * function(variance**0.5 * z)).sum() / weight.sum()).item()


def predict_factors(
    activation: Callable[[Tensor], Tensor],
    slope: Callable[[Tensor], Tensor],
    *,
    weight_variance: float,
    bias_variance: float = 0.0,
    first: float,
    layers: int,
) -> list[float]:
    r"""Predict $\|\delta_l\| / \|\delta_{l+1}\|$ for the hidden layers l = 1, 2, … of a
    wide net.

    With q the mean square of a_l, the factor is
    $\sqrt{n\,\mathrm{Var}(w)\,E[\sigma'(a)^2]}$ and the next layer has $q \leftarrow
    n\,\mathrm{Var}(w)\,E[\sigma(a)^2] + \mathrm{Var}(b)$.

    Args:
        activation: sigma, elementwise.
        slope: its derivative.
        weight_variance: n Var(w), the variance of one weight times the layer's width.
        bias_variance: of one bias.
        first: q of the first layer.
        layers: how many factors, >= 1.

    Raises:
        ValueError: a variance is negative, or `layers` < 1.

    Source: Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017,
        arXiv:1611.01232.
    """
    if min(weight_variance, bias_variance, first) < 0 or layers < 1:
        raise ValueError(
            "need variances >= 0 and layers >= 1; "
            f"got {weight_variance=}, {bias_variance=}, {first=}, {layers=}"
        )
    factors, q = [], first
    for _ in range(layers):
        factors.append(
            (weight_variance * normal_mean(lambda a: slope(a) ** 2, q)) ** 0.5
        )
        q = (
            weight_variance * normal_mean(lambda a: activation(a) ** 2, q)
            + bias_variance
        )
    return factors
