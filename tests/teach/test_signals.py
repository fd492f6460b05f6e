import pytest
import torch
import torch.nn.functional as F

from course_code.teach.activations import ACTIVATIONS
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble
from course_code.teach.signals import gradient_norms

X, Y = make_spirals(20)  # (60, 2), (60,)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "gelu"])
def test_gradient_norms_equal_back_propagation_by_hand(name):
    net = Ensemble((2, 9, 8, 3), name, seeds=range(3), dtype=torch.float64)
    delta, weight = gradient_norms(net, X, Y)
    for r in range(3):
        layers = [(W[r].detach(), b[r].detach()) for W, b in net.layers]
        sums, hs = [], [X.double().T]
        for W, b in layers:
            sums.append((W @ hs[-1] + b).requires_grad_())
            hs.append(ACTIVATIONS[name](sums[-1]))
        error = (sums[-1].detach().softmax(0) - F.one_hot(Y, 3).T) / len(Y)  # (p - y) / B
        for layer in (2, 1, 0):
            assert delta[r, layer].item() == pytest.approx(error.norm().item(), rel=1e-9)
            W_grad = error @ hs[layer].detach().T
            assert weight[r, layer].item() == pytest.approx(W_grad.norm().item(), rel=1e-9)
            if layer:
                slope = torch.autograd.grad(hs[layer].sum(), sums[layer - 1])[0]
                error = (layers[layer][0].T @ error) * slope


def test_gradient_norms_survive_depth_in_float64():
    deep = (2, *[32] * 50, 3)
    low, _ = gradient_norms(Ensemble(deep, "sigmoid"), X, Y)
    high, _ = gradient_norms(Ensemble(deep, "sigmoid", dtype=torch.float64), X, Y)
    assert low[0, 0] == 0
    assert 0 < high[0, 0] < 1e-22


def test_default_relu_loses_the_predicted_factor_per_layer():
    net = Ensemble((2, *[128] * 20, 3), "relu", seeds=range(5), dtype=torch.float64)
    delta, _ = gradient_norms(net, *make_spirals(100))
    factor = (delta[:, 0] / delta[:, -2]) ** (1 / (delta.shape[1] - 2))  # between hidden layers
    assert factor.mean().item() == pytest.approx((1 / 6) ** 0.5, rel=0.05)
