"""Differences between arms and a base, run by run."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from course_code.draw.style import COLOURS


def draw_leads(
    ax: Axes,
    points: Mapping[str, Sequence[float]],
    intervals: Sequence[tuple[float, float]],
) -> None:
    """Draw a row for each arm: every run's difference as a dot, the interval as a bar.

    Args:
        ax: axes to draw on; the first arm is on top.
        points: differences to the base, one per run, by the name of the arm.
        intervals: for each arm (low, high), where the median difference lies.
    """
    ink = plt.rcParams["text.color"]
    for row, (values, ends) in enumerate(zip(points.values(), intervals, strict=True)):
        colour = COLOURS[0] if ends[0] > 0 else COLOURS[1] if ends[1] < 0 else ink
        ax.plot(ends, (row, row), color=colour, linewidth=7, alpha=0.4)
        ax.plot(
            values, [row] * len(values), "o", color=colour, markersize=3.5, alpha=0.8
        )
    ax.axvline(0, color=ink, linewidth=1, linestyle="--")
    ax.set_yticks(range(len(points)), points)
    ax.invert_yaxis()
