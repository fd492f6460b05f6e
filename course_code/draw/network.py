"""A small network as circles and lines, with its numbers of both passes."""

import math
from collections.abc import Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from course_code.draw.style import COLOURS


def draw_network(
    ax: Axes,
    names: Sequence[Sequence[str]],
    values: Sequence[Sequence[str]],
    errors: Sequence[Sequence[str]],
    edges: Sequence[Sequence[Sequence[tuple[str, str]]]],
) -> None:
    """Draw layers from left to right: values above the circles, errors below.

    Args:
        ax: axes to draw on; their frame goes.
        names: what stands in each circle, layer by layer.
        values: what each unit computed on the way forward, the same shape.
        errors: what came back to it, the same shape; "" draws none.
        edges: per pair of layers rows of (weight, gradient), one row per unit that
            receives.
    """
    ink = plt.rcParams["text.color"]
    forward, backward = COLOURS[0], COLOURS[1]
    places = [
        [(2.2 * x, -1.6 * (y - (len(layer) - 1) / 2)) for y in range(len(layer))]
        for x, layer in enumerate(names)
    ]
    for (left, right), rows in zip(pairwise(places), edges, strict=True):
        for end, row in zip(right, rows, strict=True):
            for start, pair in zip(left, row, strict=True):
                draw_edge(ax, start, end, pair)
    for spots, *texts in zip(places, names, values, errors, strict=True):
        for (x, y), name, value, error in zip(spots, *texts, strict=True):
            circle = plt.Circle((x, y), 0.3, fill=False, edgecolor=ink, linewidth=1.2)
            ax.add_patch(circle)
            ax.text(x, y, name, ha="center", va="center", fontsize=12)
            style = {"ha": "center", "weight": "bold", "fontsize": 12}
            ax.text(x, y + 0.36, value, va="bottom", color=forward, **style)
            ax.text(x, y - 0.38, error, va="top", color=backward, **style)
    top = max(y for spots in places for _, y in spots)
    limits = {"xlim": (-0.5, places[-1][0][0] + 0.5), "ylim": (-top - 0.8, top + 0.8)}
    ax.set(aspect="equal", **limits)
    ax.axis("off")


def draw_edge(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    pair: tuple[str, str],
) -> None:
    """Draw a line from circle to circle, its weight above and its gradient below it."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    cut = 0.3 / length
    xs = [x0 + cut * (x1 - x0), x1 - cut * (x1 - x0)]
    ys = [y0 + cut * (y1 - y0), y1 - cut * (y1 - y0)]
    ax.plot(xs, ys, color=plt.rcParams["text.color"], linewidth=0.8, alpha=0.7)
    part = 0.33 if y0 != y1 else 0.5  # crossing lines: near their start
    at = (x0 + part * (x1 - x0), y0 + part * (y1 - y0))
    style = {"ha": "center", "fontsize": 11, "rotation_mode": "anchor"}
    style |= {"rotation": math.degrees(math.atan2(y1 - y0, x1 - x0))}
    for text, colour, side in zip(pair, COLOURS, ("bottom", "top"), strict=False):
        ax.text(*at, text, color=colour, va=side, **style)
