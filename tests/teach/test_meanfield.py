import math

import pytest
import torch

from course_code.teach.activations import ACTIVATIONS, SLOPES
from course_code.teach.meanfield import normal_mean, predict_factors


@pytest.mark.parametrize("variance", [0, 1e-30, 0.5, 1, 1e6])
def test_moments_of_the_normal_distribution(variance):
    assert normal_mean(torch.ones_like, variance) == pytest.approx(1)
    assert normal_mean(lambda a: a, variance) == pytest.approx(0, abs=1e-9)
    assert normal_mean(lambda a: a**2, variance) == pytest.approx(variance, rel=1e-9)
    assert normal_mean(lambda a: a.relu() ** 2, variance) == pytest.approx(variance / 2, rel=1e-4)


def test_a_mean_agrees_with_sampling():
    draws = 3 * torch.randn(1_000_000, generator=torch.Generator().manual_seed(0))
    exact = normal_mean(lambda a: SLOPES["sigmoid"](a) ** 2, 9)
    assert exact == pytest.approx((SLOPES["sigmoid"](draws) ** 2).mean().item(), rel=5e-3)


@pytest.mark.parametrize("weight_variance", [1 / 3, 2, 8])
def test_relu_has_the_same_factor_in_every_layer(weight_variance):
    factors = predict_factors(
        torch.relu, SLOPES["relu"], weight_variance=weight_variance, first=0.3, layers=20
    )
    assert factors == pytest.approx([math.sqrt(weight_variance / 2)] * 20, rel=1e-3)


def test_sigmoid_at_zero_signal_has_a_quarter_of_the_weights_scale():
    factors = predict_factors(
        ACTIVATIONS["sigmoid"], SLOPES["sigmoid"], weight_variance=1e-8, first=0, layers=2
    )
    assert factors == pytest.approx([0.25e-4] * 2)


def test_biases_enter_from_the_second_layer():
    options = {"weight_variance": 1.0, "first": 0.1, "layers": 3}
    tanh = torch.tanh, SLOPES["tanh"]
    without, with_bias = (predict_factors(*tanh, bias_variance=v, **options) for v in (0.0, 1.0))
    assert without[0] == with_bias[0]
    assert with_bias[1] < without[1]


@pytest.mark.parametrize("wrong", [{"first": -1}, {"layers": 0}, {"weight_variance": -0.1}])
def test_impossible_arguments_are_quoted(wrong):
    options = {"weight_variance": 1.0, "first": 1.0, "layers": 2} | wrong
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}={next(iter(wrong.values()))}"):
        predict_factors(torch.tanh, SLOPES["tanh"], **options)


@pytest.mark.parametrize("variance", [-1, math.inf, math.nan])
def test_impossible_variances_are_refused(variance):
    with pytest.raises(ValueError, match="variance"):
        normal_mean(torch.relu, variance)
