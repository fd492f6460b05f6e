"""What a fully connected network costs: parameters, multiply-adds, and the width that a
budget buys.
"""

from collections.abc import Sequence
from itertools import pairwise


def parameters(widths: Sequence[int]) -> int:
    """Count weights and biases of a network with these units per layer."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))


def multiply_adds(widths: Sequence[int]) -> int:
    """Count multiplications, each with its addition, for one input: one per weight."""
    return sum(n_in * n_out for n_in, n_out in pairwise(widths))


def spend(budget: int, depth: int, n_in: int, n_out: int) -> tuple[int, ...]:
    """Make `depth` equal hidden layers as wide as the budget allows.

    Args:
        budget: parameters, biases included, that may be spent.
        depth: hidden layers, >= 1.
        n_in: inputs.
        n_out: outputs.

    Returns: units per layer, (n_in, n, ..., n, n_out).

    Raises:
        ValueError: no hidden layer, or the budget does not buy one unit per layer.
    """

    def shape(n):
        return (n_in, *[n] * depth, n_out)

    if depth < 1 or parameters(shape(1)) > budget:
        raise ValueError(
            f"need depth >= 1 and a unit for each layer; got {budget=}, {depth=}"
        )
    n = 1
    while parameters(shape(n + 1)) <= budget:
        n += 1
    return shape(n)
