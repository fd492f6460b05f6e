"""Convolutional networks as lists of layers: counted, and trained many at once.

Left out: dilated kernels, rectangular pictures, normalisation over a batch.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from course_code.teach.activations import named_activation
from course_code.teach.ensemble import IN_PLACE, Ensemble, draw_layer


class Conv(NamedTuple):
    """Kernels of side `kernel` slide over padded maps by `stride`, one per new map.

    `pairs` counts the pairs of an old and a new map that are joined; None joins all.
    """

    maps: int
    kernel: int
    stride: int = 1
    padding: int = 0
    pairs: int | None = None


class Pool(NamedTuple):
    """Windows of side `window` move by `stride` and keep a mean or a maximum.

    A `trained` one has a factor and a bias for each map, as in LeNet-5.
    """

    window: int
    stride: int
    kind: str = "max"
    padding: int = 0
    trained: bool = False


class Full(NamedTuple):
    """Every unit sees all that is below it; the first one after maps flattens them."""

    units: int


class Drop(NamedTuple):
    """While training, set each value to 0 with probability p, scale up the others."""

    p: float = 0.5


class Respond(NamedTuple):
    """Local response normalisation, with AlexNet's constants."""


def out_side(side: int, window: int, stride: int = 1, padding: int = 0) -> int:
    r"""Count places along one side: $\lfloor (n + 2p - k) / s \rfloor + 1$.

    Raises:
        ValueError: the window does not fit in.
    """
    if side + 2 * padding < window or min(window, stride) < 1 or padding < 0:
        raise ValueError(f"no place for {window=}, {stride=}, {padding=}, {side=}")
    return (side + 2 * padding - window) // stride + 1


def count_layers(layers: Sequence, side: int, maps: int = 1) -> list[dict]:
    """Follow the shape of one picture, and count what each layer stores and multiplies.

    Args:
        layers: the network, from the picture on; all layers but the last are assumed
            to bend.
        side: pixels along each side of the picture.
        maps: colours of the picture.

    Returns: a row for each layer that is not Drop or Respond: {"layer": its kind,
        "side", "maps", "parameters", "work"}; work is multiply-adds, counted for Conv
        and Full.
    """
    rows = []
    for layer in layers:
        stored = work = 0
        if isinstance(layer, Drop | Respond):
            continue
        if isinstance(layer, Full):
            work = side**2 * maps * layer.units
            side, maps, stored = 1, layer.units, work + layer.units
        else:
            window = layer.kernel if isinstance(layer, Conv) else layer.window
            side = out_side(side, window, layer.stride, layer.padding)
        if isinstance(layer, Conv):
            weights = window**2 * (layer.pairs or maps * layer.maps)
            maps, stored, work = layer.maps, weights + layer.maps, weights * side**2
        elif isinstance(layer, Pool) and layer.trained:
            stored = 2 * maps
        costs = {"parameters": stored, "work": work}
        kind = type(layer).__name__.lower()
        rows.append({"layer": kind, "side": side, "maps": maps, **costs})
    return rows


def weight_shapes(layers: Sequence, side: int) -> list[tuple[int, int]]:
    """Tell (outputs, inputs of each) for the layers that have weights, all maps joined.

    The inputs of a kernel are the c*k*k numbers that it sees at one place.
    """
    shapes, maps = [], 1
    for layer in layers:
        if isinstance(layer, Full):
            shapes.append((layer.units, side**2 * maps))
            side, maps = 1, layer.units
        elif isinstance(layer, Conv):
            shapes.append((layer.maps, layer.kernel**2 * maps))
            side = out_side(side, layer.kernel, layer.stride, layer.padding)
            maps = layer.maps
        elif isinstance(layer, Pool):
            side = out_side(side, layer.window, layer.stride, layer.padding)
    return shapes


def patches(h: Tensor, kernel: int, stride: int) -> Tensor:
    """Gather what each kernel sees: maps (R, c, s, s, B) to (R, c, k*k, n, n, B)."""
    at = seen_pixels(h.shape[2], kernel, stride).to(h.device)  # (k*k, n, n)
    return h.flatten(2, 3).index_select(2, at.flatten()).unflatten(2, at.shape)


def seen_pixels(side: int, kernel: int, stride: int) -> Tensor:
    """Number the pixels row by row; tell which ones windows see, (k*k, n, n)."""
    pixels = torch.arange(side**2).view(side, side)
    windows = pixels.unfold(0, kernel, stride).unfold(1, kernel, stride)  # (n, n, k, k)
    return windows.permute(2, 3, 0, 1).flatten(0, 1)


def padded(h: Tensor, padding: int, value: float = 0.0) -> Tensor:
    """Put a border around maps (R, c, s, s, B)."""
    return F.pad(h, (0, 0, *[padding] * 4), value=value) if padding else h


def pool(h: Tensor, layer: Pool) -> Tensor:
    """Keep the mean or the maximum of each window of maps (R, c, s, s, B)."""
    border = -math.inf if layer.kind == "max" else 0.0
    h = padded(h, layer.padding, border)
    windows = patches(h, layer.window, layer.stride)  # (R, c, k*k, n, n, B)
    return windows.amax(2) if layer.kind == "max" else windows.mean(2)


def weighted(h: Tensor, layer, W: Tensor, b: Tensor) -> Tensor:
    """Sum what each kernel or unit sees: maps (R, maps, n, n, B) or units (R, H, B)."""
    if isinstance(layer, Full):
        return torch.baddbmm(b, W, h.reshape(len(h), -1, h.shape[-1]))
    seen = patches(padded(h, layer.padding), layer.kernel, layer.stride)
    sums = torch.baddbmm(b, W, seen.flatten(1, 2).flatten(2))
    return sums.view(len(h), -1, *seen.shape[3:])


def respond(h: Tensor) -> Tensor:
    r"""Divide by the activity of neighbouring maps: $a_i / (2 + 10^{-4} \sum_j
    a_j^2)^{3/4}$ over the five maps around i. Source: Krizhevsky et al. 2012.
    """
    squares = F.pad(h.square().flatten(2), (0, 0, 2, 2))  # (R, 2 + c + 2, s*s*B)
    near = sum(squares[:, j : j + h.shape[1]] for j in range(5)).view_as(h)
    root = (2 + 1e-4 * near).sqrt()
    return h / (root * root.sqrt())  # a power of 3/4, faster


class ConvEnsemble(Ensemble):
    """R convolutional networks of one kind, side by side, for `train_runs`.

    Inside, maps are (R, c, s, s, B): many pictures make long rows, and a convolution
    becomes the product of W (R, maps, c*k*k) with columns of patches. Dropout acts
    where gradients are recorded, so not in `evaluate_runs`.

    Args:
        layers: of Conv, Pool, Full, Drop, Respond; the last is Full. `pairs` and
            `trained` are for counting: here all maps are joined.
        side: pixels along each side of the one-colour pictures, rows of side*side.
        activation: as in Ensemble; after each Conv and Full but the last.
        seeds: one per network; draws weights, the order of minibatches, dropout.
        init: as in `draw_layer`, with n_in = c*k*k for kernels.
        device: where to compute.

    Raises:
        ValueError: the last layer is not Full, or a window does not fit.
    """

    def __init__(
        self,
        layers: Sequence,
        side: int,
        activation: str | Callable = "tanh",
        *,
        seeds: Sequence[int] = (0,),
        init="pytorch",
        device: torch.device | str = "cpu",
    ):
        if not layers or not isinstance(layers[-1], Full):
            raise ValueError(f"need layers that end in Full; got {layers=}")
        self.parts, self.side, self.seeds = tuple(layers), side, tuple(seeds)
        self.activation = named_activation(activation)
        self.widths = (side**2, layers[-1].units)
        self.shapes = weight_shapes(layers, side)
        theta = []
        for seed in self.seeds:
            rng = torch.Generator().manual_seed(seed)
            drawn = [part for s in self.shapes for part in draw_layer(*s, init, rng)]
            theta.append(torch.cat([part.reshape(-1) for part in drawn]))
        self.masks = [torch.Generator().manual_seed(s + 1_000_000) for s in self.seeds]
        self.hold(torch.stack(theta).to(device))

    def hold(self, theta: Tensor) -> None:
        """Make theta (R, P) the weights; `layers` are views of it, (W, b) of each."""
        parts = theta.split([size for n, m in self.shapes for size in (n * m, n)], 1)
        self.theta, self.layers = theta, []
        for W, b, shape in zip(parts[::2], parts[1::2], self.shapes, strict=True):
            W, b = W.view(-1, *shape), b.unsqueeze(2)  # (R, out, in), (R, out, 1)
            self.layers.append((W.requires_grad_(), b.requires_grad_()))

    def __call__(self, x: Tensor) -> Tensor:
        """Map columns x (side*side, B) or (R, side*side, B) to logits (R, C, B)."""
        h = x.expand(len(self.theta), -1, -1).contiguous()
        h = h.view(len(h), 1, self.side, self.side, -1)
        bend, used = IN_PLACE.get(self.activation, self.activation), 0
        for layer in self.parts:
            if isinstance(layer, Pool):
                h = pool(h, layer)
            elif isinstance(layer, Respond):
                h = respond(h)
            elif isinstance(layer, Drop):
                h = self.drop(h, layer.p)
            else:
                W, b = self.layers[used]
                h, used = weighted(h, layer, W, b), used + 1
                h = bend(h) if used < len(self.layers) else h
        return h

    def drop(self, h: Tensor, p: float) -> Tensor:
        """Silence values while gradients are recorded, with masks of each run's own."""
        if not torch.is_grad_enabled():
            return h
        size = h.shape[1:]
        kept = torch.stack([torch.rand(size, generator=g) >= p for g in self.masks])
        return h * kept.to(h) / (1 - p)
