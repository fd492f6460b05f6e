import math
from itertools import islice

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, batches, cross_entropies, evaluate_runs, train_runs
from course_code.teach.models import mlp
from course_code.teach.optimizers import adam, adamw, l2, momentum, rmsprop, sgd

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
