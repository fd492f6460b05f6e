"""The models of the course: each maps a batch to logits, never to probabilities."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import nn

from course_code.teach.device import generator


def linear(n_in: int, n_out: int, rng: torch.Generator) -> nn.Linear:
    """Make a layer x W^T + b with PyTorch's default initial weights, drawn from `rng`.

    The default is uniform on (-1, 1) / sqrt(n_in), for the weights and the bias alike.
    """
    layer = nn.utils.skip_init(nn.Linear, n_in, n_out)  # allocates, draws nothing
    bound = n_in**-0.5
    nn.init.uniform_(layer.weight, -bound, bound, generator=rng)  # (n_out, n_in)
    nn.init.uniform_(layer.bias, -bound, bound, generator=rng)  # (n_out,)
    return layer


def mlp(
    widths: Sequence[int],
    activation: Callable[[], nn.Module] = nn.ReLU,
    *,
    seed: int | torch.Generator = 0,
) -> nn.Sequential:
    """Chain Linear layers, with an activation between them and none at the end.

    Args:
        widths: units per layer from input to output, two or more, each >= 1.
        activation: makes one activation; `nn.Identity` makes the linear model.
        seed: starts a private random stream for the weights, or is one to continue.

    Returns: a model (B, widths[0]) -> (B, widths[-1]), on the CPU.

    Raises:
        ValueError: fewer than two widths, or one below 1.
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"need two or more widths, each >= 1; got {widths=}")
    rng = generator(seed)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [linear(n_in, n_out, rng), activation()]
    return nn.Sequential(*layers[:-1])
