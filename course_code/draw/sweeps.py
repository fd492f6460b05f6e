"""Figures of sweeps: medians with a band over the seeds, rate against result, heat map.

A table is a list of dicts: the settings of an arm, and the "median", "low" and "high" of its runs.
"""

import math
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import NullLocator

from course_code.draw.style import COLOURS, LINES, MARKERS


def split_arms(table: Sequence[dict], arm: str | None) -> dict:
    """Group the rows of a table by the arm they belong to, in order of appearance.

    Raises:
        ValueError: the table is empty, or a row has no column `arm`.
    """
    if not table or (arm is not None and any(arm not in row for row in table)):
        raise ValueError(f"need rows with a column {arm!r}; got {list(table)[:1]}")
    arms = {}
    for row in table:
        arms.setdefault(row.get(arm), []).append(row)
    return arms


def arm_style(index: int) -> dict:
    """Give colour, line and marker of the arm; no two of the first 16 have all three in common."""
    turn = (index + index // 4) % 4
    return {"color": COLOURS[index % 4], "linestyle": LINES[turn], "marker": MARKERS[turn]}


def draw_bands(
    ax: Axes,
    table: Sequence[dict],
    x: str = "step",
    arm: str | None = None,
    *,
    ceiling: float = math.inf,
) -> None:
    """Draw the median of each arm as a line and its quartiles as a band.

    Args:
        ax: axes to draw on.
        table: rows with columns `x`, "median", "low", "high".
        x: column along the axis.
        arm: column that names the arms; None for a single one.
        ceiling: larger values, infinite ones too, are drawn here; without it infinite ones
            leave a gap.
    """
    for index, (label, rows) in enumerate(split_arms(table, arm).items()):
        places = [row[x] for row in rows]
        median, low, high = (
            [min(row[name], ceiling) for row in rows] for name in ("median", "low", "high")
        )
        style = arm_style(index)
        ax.plot(
            places, median, markersize=5, markevery=max(1, len(rows) // 16), label=label, **style
        )
        ax.fill_between(places, low, high, color=style["color"], alpha=0.2, linewidth=0)
    ax.set_xlabel(x)
    if arm is not None:
        ax.legend()


def draw_rates(
    ax: Axes,
    table: Sequence[dict],
    x: str = "lr",
    arm: str | None = None,
    *,
    best: Callable = min,
    ceiling: float = math.inf,
) -> None:
    """Draw result against rate, every rate marked, with a ring around the best of each arm.

    Args:
        best: `min` for losses, `max` for accuracies; the others are those of `draw_bands`.
    """
    draw_bands(ax, table, x, arm, ceiling=ceiling)
    for index, rows in enumerate(split_arms(table, arm).values()):
        top = best(rows, key=lambda row: row["median"])
        ring = {"marker": "o", "markersize": 13, "markerfacecolor": "none", "linestyle": ""}
        ax.plot(top[x], top["median"], color=arm_style(index)["color"], **ring)
    ax.set_xscale("log")


def draw_heat_map(
    ax: Axes, table: Sequence[dict], x: str, y: str, value: str = "median", text: str = "{:.2f}"
) -> None:
    """Tint one cell per pair of settings by its value, and write the value in it.

    The tint is transparent, so that the numbers can be read on a light and on a dark page.

    Args:
        ax: axes to draw on.
        table: rows with columns `x`, `y` and `value`, one row per pair at most.
        x: column from left to right, in order of appearance.
        y: column from top to bottom, in order of appearance.
        value: column of the numbers; infinite ones are written but not tinted.
        text: format of the numbers.

    Raises:
        ValueError: two rows have the same pair.
    """
    columns, rows = list(split_arms(table, x)), list(split_arms(table, y))
    cells = {(rows.index(row[y]), columns.index(row[x])): row[value] for row in table}
    if len(cells) < len(table):
        raise ValueError(f"need one row per pair of {x!r} and {y!r}; got {len(table)} rows")
    known = [number for number in cells.values() if math.isfinite(number)] or [0]
    low, width = min(known), (max(known) - min(known)) or 1
    image = torch.zeros(len(rows), len(columns), 4)
    image[..., :3] = torch.tensor(to_rgb(COLOURS[0]))
    for (i, j), number in cells.items():
        if math.isfinite(number):
            image[i, j, 3] = 0.05 + 0.55 * (number - low) / width
        ink = plt.rcParams["text.color"]
        ax.text(j, i, text.format(number), ha="center", va="center", color=ink)
    ax.imshow(image.numpy(), aspect="auto")
    ax.set(xlabel=x, ylabel=y)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.xaxis.set_minor_locator(NullLocator())
