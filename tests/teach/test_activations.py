import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.activations import ACTIVATIONS, SLOPES, named_activation, slope_of

EXTREMES = [0.0, 1e-30, 1e-4, 0.5, 1.0, 5.0, 20.0, 89.0, 1e3, 1e10]
POINTS = torch.tensor([-x for x in EXTREMES[1:]] + EXTREMES, dtype=torch.float64)


def test_every_activation_has_a_slope():
    assert list(ACTIVATIONS) == list(SLOPES)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_formula_equals_autograd(name):
    x = torch.linspace(-12, 12, 4001, dtype=torch.float64)
    expected = slope_of(ACTIVATIONS[name], x)
    torch.testing.assert_close(SLOPES[name](x), expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_formula_is_right_at_extremes(name, dtype):
    slope = SLOPES[name](POINTS.to(dtype))
    assert slope.dtype == dtype
    assert slope.isfinite().all()
    assert slope.min() >= -0.13
    assert slope.max() <= 1.13
    right = {"sigmoid": 0.0, "tanh": 0.0}.get(name, 1.0)
    left = {"identity": 1.0, "leaky_relu": 0.01}.get(name, 0.0)
    ends = SLOPES[name](torch.tensor([-1e3, 1e3], dtype=dtype))
    assert ends.tolist() == pytest.approx([left, right], rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_finite_at_extremes(name):
    assert ACTIVATIONS[name](POINTS.float()).isfinite().all()


def test_values_equal_their_formulas():
    x = torch.linspace(-6, 6, 101, dtype=torch.float64)
    phi = (1 + torch.erf(x / math.sqrt(2))) / 2
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    formulas = {
        "identity": x,
        "sigmoid": 1 / (1 + torch.exp(-x)),
        "tanh": 2 / (1 + torch.exp(-2 * x)) - 1,
        "relu": x.clamp(min=0),
        "leaky_relu": torch.where(x > 0, x, x / 100),
        "elu": torch.where(x > 0, x, torch.exp(x) - 1),
        "gelu": x * phi,
        "gelu_tanh": x * (1 + torch.tanh(inner)) / 2,
        "silu": x / (1 + torch.exp(-x)),
    }
    assert list(formulas) == list(ACTIVATIONS)
    for name, expected in formulas.items():
        torch.testing.assert_close(ACTIVATIONS[name](x), expected, rtol=1e-12, atol=1e-12)


def test_slope_of_leaves_its_argument_alone():
    x = torch.tensor([1.0, 2.0])
    assert slope_of(torch.square, x).tolist() == [2, 4]
    assert not x.requires_grad


def test_names_functions_and_module_classes_are_activations():
    assert named_activation("gelu") is F.gelu
    assert named_activation(torch.sin) is torch.sin
    assert isinstance(named_activation(nn.Tanh), nn.Tanh)


def test_unknown_activation_is_quoted():
    with pytest.raises(ValueError, match="unknown activation 'rellu'.*'leaky_relu'"):
        named_activation("rellu")
