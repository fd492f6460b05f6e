import pytest
import torch
import torch.nn.functional as F

from course_code.teach.activations import ACTIVATIONS, SLOPES
from course_code.teach.backprop import run_backward, run_forward


def random_layers(*widths, scale=1.0):
    rng = torch.Generator().manual_seed(1)

    def make(*shape):
        draws = torch.randn(shape, generator=rng, dtype=torch.float64)
        return (scale * draws).requires_grad_()

    return [(make(m, n), make(m)) for n, m in zip(widths, widths[1:], strict=False)]


def columns(D, B):
    rng = torch.Generator().manual_seed(2)
    return torch.randn(D, B, generator=rng, dtype=torch.float64)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu", "identity"])
@pytest.mark.parametrize("widths", [(4, 3), (5, 4, 6, 3), (3, 1, 2)])
@pytest.mark.parametrize("scale", [0.1, 1, 30])
def test_gradients_are_those_of_autograd(name, widths, scale):
    layers, x = random_layers(*widths, scale=scale), columns(widths[0], 7)
    y = torch.arange(7) % widths[-1]
    a, h = run_forward(layers, x, ACTIVATIONS[name])
    parameters = [part for pair in layers for part in pair]
    wanted = torch.autograd.grad(F.cross_entropy(a[-1].T, y), [*a, *parameters])
    with torch.no_grad():
        deltas, gradients = run_backward(layers, a, h, y, SLOPES[name])
    found = [*deltas, *(part for pair in gradients for part in pair)]
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-13)


def test_one_layer_is_given_x_and_has_no_activation():
    layers, x = random_layers(4, 3), columns(4, 2)
    a, h = run_forward(layers, x, torch.sigmoid)
    assert len(a) == len(h) == 1
    assert h[0] is x
    torch.testing.assert_close(a[0], layers[0][0] @ x + layers[0][1][:, None])


def test_a_zero_input_gives_its_weights_no_gradient():
    layers, x = random_layers(4, 5, 3), columns(4, 6)
    x[2] = 0
    a, h = run_forward(layers, x, torch.tanh)
    _, gradients = run_backward(layers, a, h, torch.zeros(6, dtype=torch.int64), SLOPES["tanh"])
    assert (gradients[0][0][:, 2] == 0).all()
    assert (gradients[0][0][:, 1] != 0).all()
