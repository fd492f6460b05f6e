import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.activations import ACTIVATIONS
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, draw_layer, evaluate_runs, train_runs
from course_code.teach.models import mlp
from course_code.teach.optimizers import adam, sgd
from course_code.teach.signals import gradient_norms, preactivations

X, Y = make_spirals(20)  # (60, 2), (60,)


@pytest.mark.parametrize("widths", [(2, 3), (2, 100, 3), (2, 7, 5, 4, 3)])
def test_members_start_as_plain_models_of_the_same_seed(widths):
    net = Ensemble(widths, seeds=[7, 12345])
    for r, seed in enumerate(net.seeds):
        model = mlp(widths, nn.ReLU, seed=seed)
        flat = torch.cat([p.reshape(-1) for p in model.parameters()])
        assert torch.equal(net.theta[r], flat)
        assert torch.allclose(net.member(r)(X), model(X), rtol=1e-5, atol=1e-6)


def test_initial_weights_have_the_variance_they_promise():
    rng = torch.Generator().manual_seed(0)
    expected = {"pytorch": 1 / 3 / 400, "xavier": 2 / 1000, "he": 2 / 400, 0.01: 1e-4}
    for init, variance in expected.items():
        W, b = draw_layer(600, 400, init, rng)
        assert W.shape == (600, 400)
        assert W.var().item() == pytest.approx(variance, rel=0.02)
        assert (b == 0).all() or init == "pytorch"


def test_each_run_may_have_its_own_init():
    def ones(n_out, n_in, rng):
        return torch.ones(n_out, n_in), torch.full((n_out,), 2.0)

    net = Ensemble((2, 4, 3), seeds=[0, 0, 0], init=["pytorch", ones, 0.0])
    assert torch.equal(net.theta[:1], Ensemble((2, 4, 3)).theta)
    assert net.theta[1].unique().tolist() == [1, 2]
    assert net.theta[2].unique().tolist() == [0]


def test_nothing_touches_the_global_generator():
    before = torch.get_rng_state()
    net = Ensemble((2, 4, 3), seeds=range(3), init="he")
    train_runs(net, X, Y, adam, 3, lr=0.1, batch_size=7)
    assert torch.equal(torch.get_rng_state(), before)


def test_float64_is_the_same_network():
    low, high = Ensemble((2, 9, 3)), Ensemble((2, 9, 3), dtype=torch.float64)
    assert high.theta.dtype == torch.float64
    assert torch.equal(high.theta.float(), low.theta)
    assert train_runs(high, X, Y, adam, 2, lr=0.1).dtype == torch.float64


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("widths", [(2, 3), (2, 16, 3), (2, 9, 8, 7, 3)])
def test_forward_equals_the_layers_written_out(name, widths):
    net = Ensemble(widths, name, seeds=range(4))
    h = X.T
    for number, (W, b) in enumerate(net.layers):
        h = W @ (ACTIVATIONS[name](h) if number else h) + b
    assert torch.allclose(net(X.T), h, rtol=1e-5, atol=1e-6)
    assert torch.allclose(preactivations(net, X.T)[-1], h, rtol=1e-5, atol=1e-6)
    assert torch.allclose(net.predict(X), h.mT, rtol=1e-5, atol=1e-6)


def test_a_callable_may_look_at_a_whole_layer():
    def normalised(a):  # (R, H, B)
        return torch.sigmoid((a - a.mean(2, keepdim=True)) / a.std(2, keepdim=True))

    net = Ensemble((2, 8, 3), normalised, seeds=range(2))
    assert train_runs(net, X, Y, adam, 30, lr=0.1)[-1].max() < 1


def test_a_member_is_a_snapshot():
    net = Ensemble((2, 5, 3), seeds=[0, 1])
    member = net.member(1)
    before = member(X)
    assert before.shape == (60, 3)
    assert torch.allclose(before, net.predict(X)[1])
    train_runs(net, X, Y, sgd, 5, lr=1.0)
    assert torch.equal(member(X), before)


def test_a_copy_trains_apart():
    net = Ensemble((2, 5, 3))
    twin = copy.deepcopy(net)
    first = train_runs(net, X, Y, sgd, 5, lr=1.0)
    assert torch.equal(train_runs(twin, X, Y, sgd, 5, lr=1.0), first)


def test_evaluation_equals_plain_torch():
    net = Ensemble((2, 30, 3), seeds=range(3))
    train_runs(net, X, Y, adam, 50, lr=0.01)
    loss, accuracy = evaluate_runs(net, X, Y)
    for r in range(3):
        logits = net.member(r)(X)
        assert loss[r].item() == pytest.approx(F.cross_entropy(logits, Y).item(), rel=1e-5)
        assert accuracy[r].item() == pytest.approx((logits.argmax(1) == Y).float().mean().item())


def test_weights_are_moved_to_the_device_asked_for():
    net = Ensemble((2, 5, 3), device="meta")  # holds shapes, no numbers
    assert net.theta.device.type == "meta"
    assert {part.device.type for layer in net.layers for part in layer} == {"meta"}
    assert net(torch.empty(2, 7, device="meta")).shape == (1, 3, 7)


@pytest.mark.parametrize(
    ("options", "quoted"),
    [
        ({"widths": (2,)}, r"widths=\(2,\)"),
        ({"widths": (2, 0, 3)}, r"widths=\(2, 0, 3\)"),
        ({"activation": "rellu"}, "'rellu'"),
        ({"init": "glorot"}, "init='glorot'"),
        ({"init": -1.0}, "init=-1.0"),
        ({"init": math.nan}, "init=nan"),
        ({"seeds": []}, r"seeds=\[\]"),
        ({"seeds": [0, 1], "init": ["he"]}, r"init=\['he'\]"),
    ],
)
def test_bad_networks_are_refused(options, quoted):
    with pytest.raises(ValueError, match=quoted):
        Ensemble(**{"widths": (2, 5, 3), **options})


@pytest.mark.parametrize(
    ("points", "labels", "quoted"),
    [
        (X[:, :1], Y, r"\(60, 1\)"),
        (X[0], Y, r"\(2,\)"),
        (X[:0], Y[:0], r"\(0, 2\)"),
        (X.expand(3, -1, -1), Y, r"\(3, 60, 2\)"),
        (X, Y[:-1], r"\(59,\)"),
        (X, Y + 1, r"labels 0\.\.2; got 1\.\.3"),
        (X, Y - 1, r"labels 0\.\.2; got -1\.\.1"),
    ],
)
def test_bad_data_are_refused(points, labels, quoted):
    net = Ensemble((2, 5, 3), seeds=[0, 1])
    for use in (evaluate_runs, gradient_norms, lambda *d: train_runs(*d, sgd, 1, lr=0.1)):
        with pytest.raises(ValueError, match=quoted):
            use(net, points, labels)
