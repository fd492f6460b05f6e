import pytest
from torch import nn

from course_code.teach.budget import multiply_adds, parameters, spend
from course_code.teach.models import mlp


def test_counts_agree_with_torch():
    widths = (64, 29, 29, 10)
    layers = [layer for layer in mlp(widths) if isinstance(layer, nn.Linear)]
    assert parameters(widths) == sum(p.numel() for layer in layers for p in layer.parameters())
    assert multiply_adds(widths) == sum(layer.weight.numel() for layer in layers)


@pytest.mark.parametrize("depth", [1, 2, 8])
def test_spends_as_much_as_fits(depth):
    widths = spend(5000, depth, 64, 10)
    wider = (64, *[widths[1] + 1] * depth, 10)
    assert len(widths) == depth + 2
    assert parameters(widths) <= 5000 < parameters(wider)


@pytest.mark.parametrize(("budget", "depth"), [(5000, 0), (84, 1)])
def test_a_budget_must_buy_a_unit(budget, depth):
    with pytest.raises(ValueError, match="need depth"):
        spend(budget, depth, 64, 10)
    assert spend(85, 1, 64, 10) == (64, 1, 10)
