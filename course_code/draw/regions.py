"""Pictures of labelled points in the plane, and of what a classifier makes of the
plane.
"""

from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from torch import Tensor

from course_code.draw.style import COLOURS, MARKERS


def draw_points(ax: Axes, X: Tensor, y: Tensor, *, size: float = 6) -> None:
    """Scatter the points, one colour and one marker per class, and name each class at
    its rim.

    Args:
        ax: axes to draw on.
        X: (B, 2) coordinates.
        y: (B,) labels 0..C-1, at most four classes.
        size: marker area in points squared.

    Raises:
        ValueError: more classes than there are colours.
    """
    X, y = X.detach().cpu(), y.cpu()
    n_classes = int(y.max()) + 1
    if n_classes > len(COLOURS):
        raise ValueError(f"need at most {len(COLOURS)} classes; got {n_classes=}")
    for c in range(n_classes):
        points = X[y == c]  # (N, 2)
        style = {"s": size, "color": COLOURS[c], "marker": MARKERS[c], "linewidths": 0}
        ax.scatter(points[:, 0].numpy(), points[:, 1].numpy(), **style)
        outermost = points.norm(dim=1).topk(max(1, len(points) // 20)).indices
        rim = points[outermost].mean(dim=0) * 1.2  # (2,)
        style = {"color": COLOURS[c], "ha": "center", "va": "center", "weight": "bold"}
        ax.text(*rim.tolist(), f"{c}", fontsize=13, **style)
    edge = 1.3 * X.norm(dim=1).max().item()
    limits = {"xlim": (-edge, edge), "ylim": (-edge, edge)}
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", **limits)


@torch.no_grad()
def draw_regions(
    ax: Axes,
    logits: Callable[[Tensor], Tensor],
    X: Tensor,
    y: Tensor,
    *,
    title: str = "",
    box: tuple[float, float, float, float] = (-1.3, 1.3, -1.3, 1.3),
    size: float = 6,
) -> None:
    """Tint the plane by the predicted class, line the borders, and put the data on top.

    Args:
        ax: axes to draw on.
        logits: maps (P, 2) points to (P, C) scores; a model will do.
        X: (B, 2) coordinates, on the device that `logits` expects.
        y: (B,) labels 0..C-1.
        title: what the picture shows, such as “ReLU: 95 %”.
        box: left, right, bottom and top edge of the picture.
        size: marker area in points squared.
    """
    left, right, bottom, top = box
    x1, x2 = torch.linspace(left, right, 240), torch.linspace(bottom, top, 240)
    plane = torch.cartesian_prod(x1, x2)  # (240*240, 2), x1 slowest
    scores = logits(plane.to(X.device)).cpu()  # (240*240, C)
    tints = torch.tensor([to_rgba(colour, alpha=0.25) for colour in COLOURS])  # (4, 4)
    # rows are x2
    image = tints[scores.argmax(dim=1)].reshape(240, 240, 4).transpose(0, 1)
    ax.imshow(image.numpy(), extent=box, origin="lower", aspect="equal")
    for c in range(scores.shape[1]):  # class c wins where its lead is positive
        others = scores.clone()
        others[:, c] = -torch.inf
        lead = (scores[:, c] - others.amax(dim=1)).reshape(240, 240).T
        style = {"levels": [0], "linewidths": 1, "colors": plt.rcParams["text.color"]}
        if lead.min() < 0 < lead.max():
            ax.contour(x1.numpy(), x2.numpy(), lead.numpy(), **style)
    draw_points(ax, X, y, size=size)
    ax.set(title=title, xlim=(left, right), ylim=(bottom, top))


@torch.no_grad()
def draw_kinks(ax: Axes, weight: Tensor, bias: Tensor) -> None:
    """Draw the line on which each hidden unit switches, w·x + b = 0, inside the current
    view.

    Args:
        ax: axes whose limits are already set.
        weight: (H, 2) weights of the hidden layer.
        bias: (H,) its biases.
    """
    limits = {"xlim": ax.get_xlim(), "ylim": ax.get_ylim()}
    style = {"color": plt.rcParams["text.color"], "linewidth": 0.6, "alpha": 0.6}
    for w, b in zip(
        weight.detach().cpu().double(), bias.detach().cpu().double(), strict=True
    ):
        foot = -b * w / w.dot(w)  # the line's point nearest to the origin
        if foot.norm() < 100:  # a unit with no weight left never switches
            along = foot + torch.stack((-w[1], w[0])) / w.norm()
            ax.axline(foot.tolist(), along.tolist(), **style)
    ax.set(**limits)
