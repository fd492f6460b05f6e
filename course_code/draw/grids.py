"""Tables drawn as figures: one tinted cell per entry, with a few characters in it."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from course_code.draw.style import COLOURS


def draw_grid(
    ax: Axes,
    texts: Sequence[Sequence[str]],
    tints: Sequence[Sequence[int]],
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    size: float = 10,
) -> None:
    """Write a text into each cell of a table, on a tint that a light and a dark page
    can carry.

    Args:
        ax: axes to draw on.
        texts: what each cell says, row by row from the top.
        tints: 0..3 picks a colour, -1 leaves the cell clear; of the shape of `texts`.
        rows: names beside the rows.
        columns: names above the columns.
        size: of the letters, in points.

    Raises:
        ValueError: `tints` has another shape than `texts`.
    """
    if [len(row) for row in texts] != [len(row) for row in tints]:
        raise ValueError(
            f"need as many tints as texts in each row; got {texts=}, {tints=}"
        )
    image = torch.zeros(len(texts), len(texts[0]), 4)  # red, green, blue, opacity
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            if tints[i][j] >= 0:
                image[i, j] = torch.tensor((*to_rgb(COLOURS[tints[i][j]]), 0.3))
            style = {"ha": "center", "va": "center", "fontsize": size}
            ax.text(j, i, text, color=plt.rcParams["text.color"], **style)
    ax.imshow(image.numpy(), aspect="auto")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
