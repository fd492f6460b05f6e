"""Update rules as their papers write them, for one network or a row of them.

Each moves `theta` in place, given the gradient there. What a rule remembers lives in
`state`, a dict that is empty before the first step. Hyperparameters are numbers, or
tensors that broadcast against `theta`: with theta (R, P), a column (R, 1) gives each of
R runs its own.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def sgd(theta: Tensor, grad: Tensor, state: dict, lr) -> None:
    r"""Step downhill: $\theta \leftarrow \theta - \eta g$."""
    theta -= lr * grad


def momentum(theta: Tensor, grad: Tensor, state: dict, lr, mu=0.9) -> None:
    r"""Roll on: $u \leftarrow \mu u + g$, then $\theta \leftarrow \theta - \eta u$.

    Source: Polyak 1964; Sutskever et al. 2013, with u for -v / lr.
    """
    u = state["u"] = mu * state.get("u", 0) + grad
    theta -= lr * u


def rmsprop(theta: Tensor, grad: Tensor, state: dict, lr, rho=0.99, eps=1e-8) -> None:
    r"""Divide by the recent size: $v \leftarrow \rho v + (1 - \rho) g^2$.

    Source: Tieleman and Hinton 2012, lecture 6.5.
    """
    v = state.setdefault("v", torch.zeros_like(theta))
    v.lerp_(grad**2, 1 - rho)  # rho v + (1 - rho) g^2
    theta -= lr * grad / (v.sqrt() + eps)


def adam(
    theta: Tensor,
    grad: Tensor,
    state: dict,
    lr,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
) -> None:
    r"""Divide the smooth gradient by its smooth size.

    $m$ and $v$ start at 0, so both are too small at first: $\hat m$ and $\hat v$
    correct that.
    Source: Kingma and Ba 2015, algorithm 1.
    """
    t = state["t"] = state.get("t", 0) + 1
    m = state.setdefault("m", torch.zeros_like(theta))
    v = state.setdefault("v", torch.zeros_like(theta))
    m.lerp_(grad, 1 - beta1)  # beta1 m + (1 - beta1) g
    v.lerp_(grad**2, 1 - beta2)  # beta2 v + (1 - beta2) g^2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta -= lr * m_hat / (v_hat.sqrt() + eps)


def adamw(
    theta: Tensor,
    grad: Tensor,
    state: dict,
    lr,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
    weight_decay=0.01,
) -> None:
    """Shrink the weights outside of Adam's fraction, so that the decay is not rescaled.

    Source: Loshchilov and Hutter 2019, algorithm 2 with its schedule times alpha as
        `lr`.
    """
    theta *= 1 - lr * weight_decay
    adam(theta, grad, state, lr, beta1, beta2, eps)


def l2(rule: Callable) -> Callable:
    r"""Make a rule that adds weight decay to the gradient: $g + \lambda\theta$.

    It is the gradient of the loss plus $\tfrac{\lambda}{2} \lVert\theta\rVert^2$, and
    what `weight_decay` means in torch.optim, but for AdamW.

    Args:
        rule: update rule, such as `adam`; what is made takes `weight_decay` as well.
    """

    def decayed(theta, grad, state, lr, weight_decay, **hyper):
        rule(theta, grad + weight_decay * theta, state, lr, **hyper)

    return decayed


def fading(rule: Callable, steps: int) -> Callable:
    r"""Make a rule whose rate falls in a straight line: $\eta_t = \eta\,(1 - t/T)$.

    Args:
        rule: update rule, such as `momentum`.
        steps: T, number of updates, >= 1; t counts from 0.

    Raises:
        ValueError: `steps` is below 1.
    """
    if steps < 1:
        raise ValueError(f"need steps >= 1; got {steps=}")

    def faded(theta, grad, state, lr, **hyper):
        t = state["steps"] = state.get("steps", -1) + 1
        rule(theta, grad, state, lr * max(0, 1 - t / steps), **hyper)

    return faded
