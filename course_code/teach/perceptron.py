"""The perceptron of 1958: one threshold unit that learns from its mistakes alone."""

import torch
from torch import Tensor


def learn_from_mistakes(
    X: Tensor, y: Tensor, passes: int
) -> tuple[list[Tensor], list[int]]:
    r"""Go through the points in order; at each mistake, $w \leftarrow w + y\,x$.

    A point on the line, $w^\top x = 0$, counts as a mistake. Stops after the first pass
    without one. For a bias, give every point a constant input 1.

    Args:
        X: (B, D) points as rows.
        y: (B,) labels, -1 or +1.
        passes: at most so many times through all points, >= 1.

    Returns:
        weights: one (D,) after each pass.
        mistakes: how many each pass made; the last is 0 if the rule is done.

    Raises:
        ValueError: a label is neither -1 nor +1, or `passes` is below 1.

    Source: Rosenblatt 1958, with the sign convention of Novikoff 1962.
    """
    if passes < 1 or not (y.abs() == 1).all():
        raise ValueError(f"need passes >= 1 and labels -1 or +1; got {passes=}, {y=}")
    w, weights, mistakes = torch.zeros_like(X[0]), [], []
    while len(mistakes) < passes and mistakes[-1:] != [0]:
        mistakes.append(0)
        for x, label in zip(X, y, strict=True):
            if label * (w @ x) <= 0:
                w = w + label * x
                mistakes[-1] += 1
        weights.append(w)
    return weights, mistakes
