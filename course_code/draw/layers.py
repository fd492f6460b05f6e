"""What the layers of a network cost, one beside the other."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from course_code.draw.style import COLOURS

COSTS = {"parameters": "parameters", "work": "multiply-adds"}


def draw_shares(ax: Axes, rows: Sequence[Mapping]) -> None:
    """Draw for each layer its share of all parameters and of all multiply-adds.

    Args:
        ax: axes to draw on; the first layer is on top.
        rows: one mapping per layer with "layer", its kind, "side" and "maps", the shape
            of what it gives, "parameters" and "work".
    """
    for index, (cost, label) in enumerate(COSTS.items()):
        total = sum(row[cost] for row in rows)
        shares = [100 * row[cost] / total for row in rows]
        places = [row + 0.4 * index for row in range(len(rows))]
        style = {"color": COLOURS[index], "hatch": ("", "///")[index], "height": 0.38}
        bars = ax.barh(places, shares, label=label, edgecolor="white", **style)
        texts = [f"{share:.0f}" if share >= 0.5 else "" for share in shares]
        ax.bar_label(bars, texts, padding=2, fontsize=8)
    names = [
        f"{row['layer']}  {row['side']}×{row['side']}×{row['maps']}"
        if row["side"] > 1
        else f"{row['layer']}  {row['maps']}"
        for row in rows
    ]
    ax.set_yticks([row + 0.2 for row in range(len(rows))], names)
    ax.set(xlabel="share in %", xlim=(0, 100))
    ax.invert_yaxis()
