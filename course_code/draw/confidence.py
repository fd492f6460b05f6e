"""Pictures of how sure a classifier is, and of how sure it should be."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

from course_code.draw.style import COLOURS, LINES, MARKERS


def draw_reliability(
    ax: Axes,
    share: Tensor,
    confidence: Tensor,
    accuracy: Tensor,
    *,
    label: str,
    index: int = 0,
) -> None:
    """Plot accuracy against confidence, one marker per bin, larger for bins with more
    points.

    The dashed diagonal is where what was promised comes true; below it lies
    overconfidence.

    Args:
        ax: axes to draw on.
        share: (bins,) fraction of the points in each bin.
        confidence: (bins,) mean confidence, NaN where a bin is empty.
        accuracy: (bins,) fraction of right predictions.
        label: entry for the legend.
        index: 0..3, picks colour, line style and marker.
    """
    if not ax.lines:
        ax.axline(
            (0, 0),
            slope=1,
            color=plt.rcParams["text.color"],
            linestyle="--",
            linewidth=1,
        )
    used = share > 0
    x, height = confidence[used].tolist(), accuracy[used].tolist()
    colour, line, marker = COLOURS[index], LINES[index], MARKERS[index]
    sizes = (15 + 400 * share[used]).tolist()
    ax.plot(x, height, color=colour, linestyle=line, linewidth=1.2)
    ax.scatter(x, height, s=sizes, color=colour, marker=marker, alpha=0.7, linewidths=0)
    # for the legend
    ax.plot([], [], color=colour, linestyle=line, marker=marker, label=label)
    ax.set(
        xlabel="confidence",
        ylabel="accuracy",
        xlim=(0, 1.02),
        ylim=(0, 1.02),
        aspect="equal",
    )


@torch.no_grad()
def draw_confidence(
    ax: Axes,
    logits: Callable[[Tensor], Tensor],
    X: Tensor,
    *,
    half_width: float = 4.0,
    level: float = 0.9,
) -> None:
    """Tint the plane by the predicted class, stronger where the softmax is more
    confident.

    Args:
        ax: axes to draw on.
        logits: maps (P, 2) points to (P, C) scores, C at most four.
        X: (B, 2) training points, on the device that `logits` expects.
        half_width: the picture reaches from minus this to this in both directions.
        level: the confidence that a thin line surrounds.
    """
    line = torch.linspace(-half_width, half_width, 240)
    plane = torch.cartesian_prod(line, line)  # (240*240, 2), x1 slowest
    p = logits(plane.to(X.device)).double().softmax(dim=1).cpu()  # (240*240, C)
    top, predicted = p.max(dim=1)
    chance = 1 / p.shape[1]
    colours = torch.tensor([to_rgb(colour) for colour in COLOURS], dtype=torch.float64)
    alpha = 0.02 + 0.58 * (top - chance) / (1 - chance)
    image = torch.cat((colours[predicted], alpha[:, None]), dim=1).reshape(240, 240, 4)
    extent = (-half_width, half_width, -half_width, half_width)
    ax.imshow(
        image.transpose(0, 1).numpy(), extent=extent, origin="lower", aspect="equal"
    )
    height = top.reshape(240, 240).T.numpy()  # rows are x2
    ink = plt.rcParams["text.color"]
    if height.min() < level < height.max():
        axis = line.numpy()
        ax.contour(axis, axis, height, levels=[level], colors=ink, linewidths=0.6)
    dots = {"s": 1.5, "color": ink, "linewidths": 0}
    ax.scatter(X[:, 0].cpu().numpy(), X[:, 1].cpu().numpy(), **dots)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
