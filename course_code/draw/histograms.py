"""Histograms as outlines, so that several samples can lie on top of each other."""

import math

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from torch import Tensor

from course_code.draw.style import COLOURS


def draw_outlines(
    ax: Axes, densities: Tensor, edges: Tensor, *, label: str = ""
) -> None:
    """Draw the outline of one histogram per row, the first one filled.

    Args:
        ax: axes to draw on.
        densities: (R, K) heights, one row per sample.
        edges: (K + 1,) borders of the bins, rising.
        label: entry for the legend.

    Raises:
        ValueError: there is not one height per bin.
    """
    if densities.ndim != 2 or densities.shape[1] != len(edges) - 1:
        raise ValueError(
            f"need (R, K) and (K + 1,); got {densities.shape=}, {edges.shape=}"
        )
    edges = edges.tolist()
    for index, heights in enumerate(densities.tolist()):
        if index == 0:
            ax.stairs(heights, edges, fill=True, color=COLOURS[0], alpha=0.25)
        style = {"color": COLOURS[0], "linewidth": 0.8, "alpha": 0.7}
        ax.stairs(heights, edges, label=label if index == 0 else None, **style)


def draw_normal(ax: Axes, low: float, high: float) -> None:
    """Draw the density of the standard normal distribution from `low` to `high`,
    dashed.
    """
    x = torch.linspace(low, high, 200)
    density = torch.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    style = {"color": plt.rcParams["text.color"], "linestyle": "--", "linewidth": 1}
    ax.plot(x.numpy(), density.numpy(), label="normal density", **style)
