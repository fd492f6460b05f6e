"""Activation functions and their derivatives, applied element by element."""

import math
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

ACTIVATIONS = {
    "identity": lambda x: x,
    "sigmoid": torch.sigmoid,  # 1 / (1 + exp(-x))
    "tanh": torch.tanh,  # 2 sigmoid(2x) - 1
    "relu": torch.relu,  # max(0, x)
    "leaky_relu": F.leaky_relu,  # x if x > 0 else x / 100
    "elu": F.elu,  # x if x > 0 else exp(x) - 1
    "gelu": F.gelu,  # x Phi(x), Phi the normal distribution function
    "gelu_tanh": partial(F.gelu, approximate="tanh"),  # x (1 + tanh(…)) / 2
    "silu": F.silu,  # x sigmoid(x)
}


def named_activation(activation: str | Callable) -> Callable[[Tensor], Tensor]:
    """Look up an activation by name; a function passes, a module class is called.

    Raises:
        ValueError: the name is unknown.
    """
    if isinstance(activation, type):
        return activation()  # nn.ReLU -> nn.ReLU()
    if callable(activation):
        return activation
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"unknown activation {activation!r}; choose from {list(ACTIVATIONS)}"
        )
    return ACTIVATIONS[activation]


def slope_of(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Differentiate an elementwise function at every entry of x, by autograd."""
    x = x.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(function(x).sum(), x)
    return slope


def gelu_slope(x: Tensor) -> Tensor:
    r"""Derivative of GELU: $\Phi(x) + x\varphi(x)$, with the normal density $\varphi$.

    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.
    """
    density = torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    return torch.special.ndtr(x) + x * density


def gelu_tanh_slope(x: Tensor) -> Tensor:
    r"""Derivative of $\frac{x}{2}(1 + \tanh u)$, $u = \sqrt{2/\pi}\,(x + 0.044715
    x^3)$.
    """
    x = x.clamp(-20, 20)  # beyond, the derivative is 0 or 1 to the last bit
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    du = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
    return (1 + torch.tanh(u)) / 2 + x / 2 * du / torch.cosh(u) ** 2


def silu_slope(x: Tensor) -> Tensor:
    r"""Derivative of SiLU: $\sigma(x) + x\,\sigma(x)\,\sigma(-x)$."""
    return torch.sigmoid(x) + x * torch.sigmoid(x) * torch.sigmoid(-x)


SLOPES = {
    "identity": torch.ones_like,
    "sigmoid": lambda x: torch.sigmoid(x) * torch.sigmoid(-x),  # s (1 - s), at most 1/4
    "tanh": lambda x: 1 - torch.tanh(x) ** 2,  # at most 1
    "relu": lambda x: (x > 0).to(x.dtype),  # 0 at 0, as in PyTorch
    "leaky_relu": lambda x: torch.where(x > 0, torch.ones_like(x), 0.01),
    "elu": lambda x: torch.exp(x.clamp(max=0)),
    "gelu": gelu_slope,
    "gelu_tanh": gelu_tanh_slope,
    "silu": silu_slope,
}
