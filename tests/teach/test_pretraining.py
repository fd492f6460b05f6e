from functools import partial

import torch

from course_code.teach.ensemble import Ensemble
from course_code.teach.pretraining import fit_autoencoder, fit_rbm, pretrain

X = torch.rand(2, 40, 6, generator=torch.Generator().manual_seed(0))


def test_each_layer_gets_what_the_one_below_gives():
    net = Ensemble((6, 5, 4, 3), "sigmoid", seeds=(0, 1))
    seen = []

    def fit(W, b, h):
        seen.append(h)
        W.add_(1)  # in place

    before = [W.detach().clone() for W, _ in net.layers]
    pretrain(net, X, fit)
    assert len(seen) == 2  # not the output layer
    torch.testing.assert_close(seen[0], X)
    W, b = net.layers[0]
    torch.testing.assert_close(seen[1], torch.sigmoid(W @ X.mT + b).mT.detach())
    for layer, (W, _) in enumerate(net.layers):
        torch.testing.assert_close(W.detach(), before[layer] + (layer < 2))


def test_an_rbm_changes_the_network_itself():
    net = Ensemble((6, 5, 3), "sigmoid", seeds=(0, 1))
    before = net.theta.detach().clone()
    options = {"steps": 5, "lr": 0.01, "batch_size": 10, "seeds": net.seeds}
    pretrain(net, X, partial(fit_rbm, rng=torch.Generator().manual_seed(0), **options))
    changed = (net.theta != before).all(0)
    assert changed[: 6 * 5 + 5].all()
    assert not changed[6 * 5 + 5 :].any()


def test_an_autoencoder_restores_better_afterwards():
    net = Ensemble((6, 8, 3), "relu", seeds=(0, 1), init="he")
    options = {"lr": 0.01, "batch_size": 20, "seeds": net.seeds, "activation": "relu"}

    def error():
        """What a least-squares decoder on top of the hidden layer leaves."""
        W, b = net.layers[0]
        h = torch.relu(W @ X.mT + b).mT.detach()
        h = torch.cat([h, torch.ones(2, 40, 1)], dim=2)
        return (h @ torch.linalg.pinv(h, rtol=1e-4) @ X - X).square().mean((1, 2))

    before = error()
    pretrain(net, X, partial(fit_autoencoder, steps=500, **options))
    assert (error() < 0.7 * before).all()
