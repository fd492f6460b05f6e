import copy
import math
from itertools import islice

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.activations import ACTIVATIONS
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import (
    Ensemble,
    batches,
    cross_entropies,
    draw_layer,
    evaluate_runs,
    train_runs,
)
from course_code.teach.models import mlp
from course_code.teach.optimizers import adam, adamw, l2, momentum, rmsprop, sgd
from course_code.teach.signals import gradient_norms, preactivations

X, Y = make_spirals(20)  # (60, 2), (60,)
SAME_CURVE = {"rtol": 1e-5, "atol": 1e-6}  # one run, whoever trains beside it


def plain_curve(model, X, y, steps, batch_size=None, seed=0, make=torch.optim.SGD, **options):
    """Losses of an ordinary PyTorch loop."""
    optimizer, rng = make(model.parameters(), **options), torch.Generator().manual_seed(seed)
    losses, queue = [], []
    for _ in range(steps):
        if not queue:
            order = torch.randperm(len(X), generator=rng) if batch_size else torch.arange(len(X))
            queue = list(order.split(batch_size or len(X)))
        pick = queue.pop(0)
        loss = F.cross_entropy(model(X[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses)


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


@pytest.mark.parametrize(
    ("rule", "make", "options"),
    [
        (sgd, torch.optim.SGD, {}),
        (momentum, torch.optim.SGD, {"momentum": 0.9}),
        (rmsprop, torch.optim.RMSprop, {}),
        (adam, torch.optim.Adam, {}),
        (adamw, torch.optim.AdamW, {}),
    ],
)
@pytest.mark.parametrize("batch_size", [None, 25])
def test_every_member_follows_the_plain_loop(rule, make, options, batch_size):
    rates = [0.001, 0.003, 0.01]
    net = Ensemble((2, 30, 3), "relu", seeds=[4, 5, 6])
    curves = train_runs(net, X, Y, rule, 50, lr=rates, batch_size=batch_size)
    for r, (seed, lr) in enumerate(zip(net.seeds, rates, strict=True)):
        model = mlp((2, 30, 3), nn.ReLU, seed=seed)
        expected = plain_curve(model, X, Y, 50, batch_size, seed, make, lr=lr, **options)
        torch.testing.assert_close(curves[:, r], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rule", [sgd, momentum, rmsprop, adam, adamw])
@pytest.mark.parametrize("batch_size", [None, 25])
def test_a_run_alone_and_in_company_gives_the_same_curve(rule, batch_size):
    seeds, rates = range(9), torch.logspace(-4, -2, 9)
    together = Ensemble((2, 30, 20, 3), "tanh", seeds=seeds)
    curves = train_runs(together, X, Y, rule, 60, lr=rates, batch_size=batch_size)
    for r in (0, 4, 8):
        alone = Ensemble((2, 30, 20, 3), "tanh", seeds=[seeds[r]])
        curve = train_runs(alone, X, Y, rule, 60, lr=[rates[r]], batch_size=batch_size)
        torch.testing.assert_close(curves[:, r], curve[:, 0], **SAME_CURVE)


def test_every_run_may_have_its_own_data_and_hyperparameters():
    sets = [make_spirals(20, seed=seed) for seed in (1, 2)]
    own = [torch.stack(parts) for parts in zip(*sets, strict=True)]
    net = Ensemble((2, 30, 3), seeds=[8, 9])
    decay, sizes = [0.0, 0.5], None
    curves = train_runs(net, *own, l2(sgd), 20, lr=0.1, weight_decay=decay, batch_size=sizes)
    minis = train_runs(Ensemble((2, 30, 3), seeds=[8, 9]), *own, sgd, 20, lr=0.1, batch_size=9)
    for r, (points, labels) in enumerate(sets):
        model = mlp((2, 30, 3), nn.ReLU, seed=net.seeds[r])
        expected = plain_curve(model, points, labels, 20, lr=0.1, weight_decay=decay[r])
        torch.testing.assert_close(curves[:, r], expected, **SAME_CURVE)
        model = mlp((2, 30, 3), nn.ReLU, seed=net.seeds[r])
        expected = plain_curve(model, points, labels, 20, 9, net.seeds[r], lr=0.1)
        torch.testing.assert_close(minis[:, r], expected, **SAME_CURVE)


@pytest.mark.parametrize("rule", [sgd, momentum, rmsprop, adam])
def test_a_run_that_diverges_stays_alone(rule):
    widths, seeds = (2, 20, 3), range(4)
    rates = [0.01, 1e38, 0.01, 0.02]
    net = Ensemble(widths, "leaky_relu", seeds=seeds)
    curves = train_runs(net, X, Y, rule, 40, lr=rates)
    assert not net.theta[1].isfinite().all()
    assert not curves[-1, 1].isfinite()
    rest = [0, 2, 3]
    others = Ensemble(widths, "leaky_relu", seeds=[seeds[r] for r in rest])
    expected = train_runs(others, X, Y, rule, 40, lr=[rates[r] for r in rest])
    torch.testing.assert_close(curves[:, rest], expected, **SAME_CURVE)
    loss, accuracy = evaluate_runs(net, X, Y)
    assert loss[1] == math.inf
    assert accuracy[1] == 0
    assert loss[rest].isfinite().all()
    torch.testing.assert_close(accuracy[rest], evaluate_runs(others, X, Y)[1])


def test_minibatches_visit_every_point_once_per_epoch_in_private_order():
    marked = torch.arange(10.0)[:, None]  # (10, 1)
    labels = torch.arange(10)
    epochs = list(islice(batches(marked, labels, 4, [0, 1, 0]), 6))
    assert [x.shape for x, _ in epochs[:3]] == [(3, 1, 4), (3, 1, 4), (3, 1, 2)]
    for part in (epochs[:3], epochs[3:]):
        seen = torch.cat([y for _, y in part], dim=1)  # (3, 10)
        assert torch.equal(seen.sort(dim=1).values, labels.expand(3, -1))
    for x, y in epochs:
        assert torch.equal(x[:, 0].long(), y)
        assert torch.equal(y[0], y[2])
    assert not torch.equal(epochs[0][1][0], epochs[0][1][1])
    assert not torch.equal(epochs[0][1][0], epochs[3][1][0])


def test_hook_counts_steps_and_sees_the_weights_move():
    net, seen = Ensemble((2, 5, 3)), []
    train_runs(net, X, Y, sgd, 3, lr=0.1, on_step=lambda t: seen.append((t, net.theta.clone())))
    assert [t for t, _ in seen] == [1, 2, 3]
    assert torch.equal(seen[-1][1], net.theta)
    assert not torch.equal(seen[0][1], seen[1][1])


def test_history_holds_the_loss_before_every_step():
    net, seen = Ensemble((2, 30, 3), seeds=range(3)), []
    seen.append(evaluate_runs(net, X, Y)[0])
    keep = lambda _: seen.append(evaluate_runs(net, X, Y)[0])  # noqa: E731
    losses = train_runs(net, X, Y, adam, 8, lr=0.05, on_step=keep)
    assert losses.shape == (8, 3)
    torch.testing.assert_close(losses, torch.stack(seen[:-1]))


def test_no_steps_leave_the_weights_alone():
    net = Ensemble((2, 5, 3))
    before = net.theta.clone()
    assert train_runs(net, X, Y, sgd, 0, lr=0.1).shape == (0, 1)
    assert torch.equal(net.theta, before)


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


def squares(outputs, y):
    return (outputs[:, 0] - y).square().mean(1)


def test_regression_learns_and_has_no_accuracy():
    points = torch.linspace(-1, 1, 40)[:, None]
    targets = points[:, 0].square()
    net = Ensemble((1, 20, 1), "tanh", seeds=range(3))
    train_runs(net, points, targets, adam, 300, lr=0.02, loss=squares)
    loss, accuracy = evaluate_runs(net, points, targets, squares)
    assert loss.max() < 0.01 * targets.var()
    assert accuracy.isnan().all()
    alone = (net.member(0)(points)[:, 0] - targets).square().mean()
    assert loss[0].item() == pytest.approx(alone.item(), rel=1e-4)


def test_losses_are_those_of_the_runs():
    logits = torch.randn(4, 3, 6, generator=torch.Generator().manual_seed(0))
    own = torch.tensor([[0, 1, 2, 0, 1, 2]]).expand(4, -1)
    for r, loss in enumerate(cross_entropies(logits, own)):
        assert loss.item() == pytest.approx(F.cross_entropy(logits[r].T, own[r]).item(), rel=1e-6)
    assert torch.equal(cross_entropies(logits, own), cross_entropies(logits, own[0]))


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


class Somewhere(torch.utils._python_dispatch.TorchDispatchMode):
    """Counts where tensors are made: drawing belongs on the CPU, computing on the device."""

    def __init__(self):
        super().__init__()
        self.random, self.fetched, self.devices = [], 0, set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if name in ("uniform_", "randn", "randperm", "normal_"):
            self.random.append(result.device.type)
        if name in ("_local_scalar_dense", "item"):
            self.fetched += 1
        return result


def test_training_fetches_nothing_from_the_device_while_it_steps():
    counts = []
    for steps in (5, 50):
        net = Ensemble((2, 5, 3), seeds=range(2))
        with Somewhere() as watch:
            train_runs(net, X, Y, adam, steps, lr=[0.1, 0.2], batch_size=30)
        counts.append(watch.fetched)
        assert set(watch.random) == {"cpu"}
    assert counts[0] == counts[1]


def test_weights_are_moved_to_the_device_asked_for():
    net = Ensemble((2, 5, 3), device="meta")  # holds shapes, no numbers
    assert net.theta.device.type == "meta"
    assert {part.device.type for layer in net.layers for part in layer} == {"meta"}
    assert net(torch.empty(2, 7, device="meta")).shape == (1, 3, 7)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_the_same_curve():
    curves = []
    for device in ("cpu", "cuda"):
        net = Ensemble((2, 30, 3), seeds=range(3), device=device)
        curves.append(train_runs(net, X, Y, sgd, 50, lr=0.1, batch_size=25).cpu())
    torch.testing.assert_close(*curves, rtol=1e-3, atol=1e-4)


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


@pytest.mark.parametrize(
    ("options", "quoted"),
    [
        ({"lr": -0.1}, "lr=-0.1"),
        ({"lr": math.nan}, "lr=nan"),
        ({"lr": [0.1, -2.0]}, r"lr=\[0.1, -2.0\]"),
        ({"lr": [0.1]}, r"2 of them; got lr=\[0.1\]"),
        ({"weight_decay": -1}, "weight_decay=-1"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": 61}, "batch_size=61"),
        ({"steps": -1}, "steps=-1"),
        ({"optimizer": "adamm"}, "optimizer='adamm'"),
    ],
)
def test_bad_training_is_refused(options, quoted):
    net = Ensemble((2, 5, 3), seeds=[0, 1])
    with pytest.raises(ValueError, match=quoted):
        train_runs(net, X, Y, **{"optimizer": sgd, "steps": 1, "lr": 0.1, **options})
