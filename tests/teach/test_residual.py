import pytest
import torch

from course_code.teach.ensemble import Ensemble, train_runs
from course_code.teach.optimizers import sgd
from course_code.teach.residual import ResidualEnsemble, residual_preactivations
from course_code.teach.signals import preactivations

X = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(9) % 3


def test_one_member_is_the_formula():
    net = ResidualEnsemble((4, 5, 5, 5, 3), torch.tanh, seeds=(3, 4), dtype=torch.float64)
    a = None
    for i, (W, b) in enumerate(net.layers):
        W, b = W[1], b[1]
        if i == 0:
            a = W @ X.T.double() + b
        elif i < 3:
            a = a + W @ a.tanh() + b
        else:
            a = W @ a.tanh() + b
    torch.testing.assert_close(net(X.T.double())[1], a)
    torch.testing.assert_close(net.member(1)(X), a.T)


def test_weights_are_those_of_the_plain_network():
    plain, skip = (make((4, 5, 5, 3), seeds=(0, 1)) for make in (Ensemble, ResidualEnsemble))
    assert torch.equal(plain.theta, skip.theta)
    assert not torch.allclose(plain(X.T), skip(X.T))


def test_without_inner_layers_it_is_the_plain_network():
    plain, skip = (make((4, 5, 3), seeds=(0, 1)) for make in (Ensemble, ResidualEnsemble))
    torch.testing.assert_close(plain(X.T), skip(X.T))


def test_silent_inner_layers_pass_their_input_on():
    net = ResidualEnsemble((4, 5, 5, 5, 3), "relu", seeds=(0,))
    with torch.no_grad():
        for W, b in net.layers[1:-1]:
            W.zero_()
            b.zero_()
    sums = residual_preactivations(net, X.T)
    assert torch.equal(sums[0], sums[1])
    assert torch.equal(sums[0], sums[2])
    assert not torch.equal(preactivations(net, X.T)[1], sums[1])


def test_it_trains():
    net = ResidualEnsemble((4, 8, 8, 8, 3), "relu", seeds=range(3))
    losses = train_runs(net, X, Y, sgd, 200, lr=0.1)
    assert (losses[-1] < 0.5 * losses[0]).all()


@pytest.mark.parametrize("widths", [(4, 3), (4, 5, 6, 3)])
def test_widths_that_cannot_add_up_are_refused(widths):
    with pytest.raises(ValueError, match="equally wide"):
        ResidualEnsemble(widths)
