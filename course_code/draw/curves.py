"""Curves over steps or learning rates, with every seed in sight."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from torch import Tensor

from course_code.draw.style import COLOURS, LINES, MARKERS


def draw_band(
    ax: Axes,
    x: Sequence[float] | Tensor,
    runs: Tensor,
    *,
    label: str,
    index: int = 0,
    markers: bool = False,
) -> None:
    """Draw the median of several runs as a line, and all of them as a band around it.

    Args:
        ax: axes to draw on.
        x: (T,) steps or rates.
        runs: (R, T) one row per seed.
        label: entry for the legend.
        index: 0..3, picks colour, line style and marker.
        markers: mark each of the T places, for when they are few.
    """
    runs = runs.detach().cpu()
    x = [float(value) for value in x]
    style = {"color": COLOURS[index], "linestyle": LINES[index], "label": label}
    if markers:
        style |= {"marker": MARKERS[index], "markersize": 5}
    ax.plot(x, runs.quantile(0.5, dim=0).numpy(), **style)
    if len(runs) > 1:
        low, high = runs.amin(dim=0).numpy(), runs.amax(dim=0).numpy()
        ax.fill_between(x, low, high, color=COLOURS[index], alpha=0.2, linewidth=0)
