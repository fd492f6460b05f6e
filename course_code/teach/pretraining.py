"""Layer by layer: each hidden layer learns from unlabelled inputs, on top of the one
below, before the whole network sees a label.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from course_code.teach.autoencoders import train_autoencoder
from course_code.teach.ensemble import Ensemble
from course_code.teach.rbm import RBM, train_rbm


@torch.no_grad()
def pretrain(net: Ensemble, X: Tensor, fit: Callable[[Tensor, Tensor, Tensor], None]):
    """Fit the hidden layers of `net` one after the other, in place.

    Args:
        net: R networks; the output layer keeps its weights.
        X: (R, N, D) unlabelled rows, one set per network.
        fit: changes weights W (R, H, D) and biases (R, H, 1) of a layer in place, given
            the rows (R, N, D) that come into it.
    """
    h = X
    for W, b in net.layers[:-1]:
        fit(W, b, h)
        h = net.activation(torch.baddbmm(b, W, h.mT)).mT.contiguous()  # (R, N, H)


def fit_rbm(W: Tensor, c: Tensor, X: Tensor, **options) -> None:
    """Fit a layer as the hidden units of a restricted Boltzmann machine.

    The visible biases begin at the log odds of each input's mean, as Hinton (2012)
    advises. `options` go to `train_rbm`.
    """
    mean = X.mean(1).clamp(0.01, 0.99)  # (R, D)
    train_rbm(RBM(W, c, mean.logit()[..., None]), X, **options)


def fit_autoencoder(W: Tensor, b: Tensor, X: Tensor, *, seeds, activation, **options):
    """Fit a layer as the encoder of an autoencoder, whose decoder is then thrown away.

    `options` go to `train_autoencoder`.
    """
    net = Ensemble((X.shape[2], W.shape[1], X.shape[2]), activation, seeds=seeds)
    ours = net.layers[0]
    for here, there in zip(ours, (W, b), strict=True):
        here.copy_(there)
    train_autoencoder(net, X, **options)
    for here, there in zip(ours, (W, b), strict=True):
        there.copy_(here)
