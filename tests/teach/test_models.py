import pytest
import torch
from torch import nn

from course_code.teach.models import linear, mlp


def test_weights_equal_those_of_plain_pytorch():
    model = mlp((2, 100, 3), nn.ReLU, seed=12345)
    with torch.random.fork_rng():
        torch.manual_seed(12345)
        plain = nn.Sequential(nn.Linear(2, 100), nn.ReLU(), nn.Linear(100, 3))
    for ours, theirs in zip(model.parameters(), plain.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_activation_stands_between_layers_only():
    model = mlp((2, 5, 6, 3), nn.Tanh)
    kinds = [type(layer) for layer in model]
    assert kinds == [nn.Linear, nn.Tanh, nn.Linear, nn.Tanh, nn.Linear]
    assert model(torch.zeros(4, 2)).shape == (4, 3)


def test_two_widths_make_one_linear_layer():
    assert [type(layer) for layer in mlp((2, 3))] == [nn.Linear]


def test_activation_does_not_change_the_weights():
    bent, straight = mlp((2, 9, 3), nn.ReLU), mlp((2, 9, 3), nn.Identity)
    for one, other in zip(bent.parameters(), straight.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_generator_continues_and_the_global_stream_stays():
    before = torch.get_rng_state()
    rng = torch.Generator().manual_seed(0)
    first, second = mlp((2, 4), seed=rng), mlp((2, 4), seed=rng)
    assert not torch.equal(first[0].weight, second[0].weight)
    assert torch.equal(first[0].weight, mlp((2, 4), seed=0)[0].weight)
    assert torch.equal(torch.get_rng_state(), before)


def test_initial_weights_fill_the_stated_range():
    layer = linear(25, 4000, torch.Generator().manual_seed(0))
    assert 0.199 < layer.weight.abs().max().item() <= 0.2
    assert layer.weight.var().item() == pytest.approx(1 / (3 * 25), rel=0.02)
    assert 0.19 < layer.bias.abs().max().item() <= 0.2


@pytest.mark.parametrize("widths", [(2,), (2, 0, 3), ()])
def test_bad_widths_are_quoted(widths):
    with pytest.raises(ValueError, match="widths="):
        mlp(widths)
