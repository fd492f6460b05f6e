"""One curve."""

COLOUR = "#0072B2"


def draw_curve(ax, values):
    """Draw values against their index."""
    ax.plot(values, color=COLOUR, marker="o")
    ax.set(xlabel="radius", ylabel="area")
