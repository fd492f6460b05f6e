import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.convolution import (
    Conv,
    ConvEnsemble,
    Drop,
    Full,
    Pool,
    Respond,
    count_layers,
    out_side,
    patches,
    pool,
    respond,
    weight_shapes,
)
from course_code.teach.ensemble import evaluate_runs, train_runs
from course_code.teach.optimizers import momentum

SMALL = (Conv(3, 3), Pool(2, 2, "mean"), Conv(5, 3, padding=1), Pool(3, 2, padding=1))
NET = (*SMALL, Full(7), Full(4))
X = torch.rand(6, 64, generator=torch.Generator().manual_seed(0))
Y = torch.arange(6) % 4


def by_torch(net, r, X):
    """Compute logits of run r with PyTorch's own layers."""
    (W1, b1), (W2, b2), (W3, b3), (W4, b4) = [(W[r], b[r, :, 0]) for W, b in net.layers]
    h = F.conv2d(X.view(-1, 1, 8, 8), W1.view(3, 1, 3, 3), b1).tanh()
    h = F.avg_pool2d(h, 2)
    h = F.conv2d(h, W2.view(5, 3, 3, 3), b2, padding=1).tanh()
    h = F.max_pool2d(h, 3, 2, padding=1)
    return F.linear(F.linear(h.flatten(1), W3, b3).tanh(), W4, b4)


def test_each_run_is_the_network_of_torch_forwards_and_backwards():
    net = ConvEnsemble(NET, 8, seeds=(3, 4))
    for r in range(2):
        torch.testing.assert_close(net(X.mT)[r].mT, by_torch(net, r, X))
        torch.testing.assert_close(net.member(r)(X), by_torch(net, r, X))
    weights = [part for layer in net.layers for part in layer]
    ours = torch.autograd.grad(net(X.mT).square().sum(), weights)
    theirs = torch.autograd.grad(sum(by_torch(net, r, X).square().sum() for r in (0, 1)), weights)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (2, 2), (3, 2), (5, 1), (1, 3)])
def test_the_derivative_of_patches_agrees_with_finite_differences(kernel, stride):
    rng = torch.Generator().manual_seed(1)
    h = torch.randn(2, 2, 5, 5, 2, generator=rng, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda h: patches(h, kernel, stride).square(), h)


@pytest.mark.parametrize("layer", [Pool(2, 2), Pool(3, 2), Pool(3, 2, padding=1)])
def test_pooling_is_that_of_torch(layer):
    rng = torch.Generator().manual_seed(2)
    h = torch.randn(2, 3, 7, 7, 4, generator=rng) - 5  # a border of 0 would win
    flat = h.permute(0, 4, 1, 2, 3).flatten(0, 1)
    theirs = F.max_pool2d(flat, layer.window, layer.stride, layer.padding)
    ours = pool(h, layer).permute(0, 4, 1, 2, 3).flatten(0, 1)
    torch.testing.assert_close(ours, theirs)


def test_respond_is_the_formula_of_the_paper():
    a = 30 * torch.randn(1, 7, 2, 2, 1, generator=torch.Generator().manual_seed(3))
    for i in range(7):
        near = a[:, max(0, i - 2) : i + 3].square().sum(1)
        torch.testing.assert_close(respond(a)[:, i], a[:, i] / (2 + 1e-4 * near) ** 0.75)
    theirs = F.local_response_norm(a[..., 0], 5, alpha=5e-4, beta=0.75, k=2.0)
    torch.testing.assert_close(respond(a)[..., 0], theirs)


def test_dropout_acts_while_training_only_and_keeps_the_mean():
    net = ConvEnsemble((Conv(8, 3), Drop(0.25), Full(4)), 8, seeds=(0, 1))
    h = torch.ones(2, 1000, 5)
    dropped = net.drop(h, 0.25)
    assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
    assert abs(dropped.mean().item() - 1) < 0.05
    assert not torch.equal(dropped[0], dropped[1])
    with torch.no_grad():
        assert torch.equal(net(X.mT), net(X.mT))
    assert not torch.equal(net(X.mT), net(X.mT))


def test_a_run_is_the_same_alone_and_among_others():
    layers = (*SMALL, Full(7), Drop(), Full(4))
    found = []
    for seeds in [(5,), (4, 5)]:
        net = ConvEnsemble(layers, 8, "relu", seeds=seeds, init="he")
        train_runs(net, X, Y, momentum, 5, lr=0.1, batch_size=4)
        found.append(net.theta[-1])
    torch.testing.assert_close(*found)


def test_it_learns():
    net = ConvEnsemble(NET, 8, seeds=range(3), init="xavier")
    train_runs(net, X, Y, momentum, 150, lr=0.1)
    assert (evaluate_runs(net, X, Y)[1] == 1).all()


def test_shapes_and_costs_are_those_of_torch():
    layers = (Conv(6, 5, padding=1), Respond(), Pool(3, 2), Drop(), Conv(8, 3, 2), Full(10))
    rows = count_layers(layers, 21, 3)
    sides = [(row["layer"], row["side"], row["maps"]) for row in rows]
    assert sides == [("conv", 19, 6), ("pool", 9, 6), ("conv", 4, 8), ("full", 1, 10)]
    first, second, last = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 8, 3), nn.Linear(4 * 4 * 8, 10)
    stored = [sum(p.numel() for p in layer.parameters()) for layer in (first, second, last)]
    assert [row["parameters"] for row in rows] == [stored[0], 0, *stored[1:]]
    work = [first.weight.numel() * 19**2, 0, second.weight.numel() * 4**2, last.weight.numel()]
    assert [row["work"] for row in rows] == work
    one_colour = count_layers(NET, 8)
    costs = sum(n * m + n for n, m in weight_shapes(NET, 8))
    assert costs == sum(row["parameters"] for row in one_colour)


def test_groups_and_trained_pools_count_as_told():
    whole, half = (count_layers([Conv(8, 3, pairs=p)], 5, 4)[0] for p in (None, 16))
    assert (whole["parameters"], half["parameters"]) == (4 * 8 * 9 + 8, 16 * 9 + 8)
    assert whole["work"] == 2 * half["work"] == 9 * 32 * 9
    assert count_layers([Pool(2, 2, trained=True)], 4, 6)[0]["parameters"] == 12


@pytest.mark.parametrize(
    ("args", "side"), [((227, 11, 4), 55), ((55, 3, 2), 27), ((14, 6, 2, 1), 6)]
)
def test_places_along_a_side(args, side):
    assert out_side(*args) == side


@pytest.mark.parametrize("args", [(4, 5), (5, 3, 0), (5, 0), (5, 3, 1, -1)])
def test_windows_that_do_not_fit_are_refused(args):
    with pytest.raises(ValueError, match=f"side={args[0]}"):
        out_side(*args)


@pytest.mark.parametrize("layers", [(), (Conv(3, 3),), (Full(3), Drop())])
def test_a_network_has_to_end_in_full(layers):
    with pytest.raises(ValueError, match="end in Full"):
        ConvEnsemble(layers, 8)
