"""How sure a median over few runs is: counted, with no assumption on how they are
distributed.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """Two ends; `f"{interval:+.1f}"` writes them with one format: "+0.5 to +1.2"."""

    low: float
    high: float

    def __format__(self, form: str) -> str:
        """Write both ends; of one that is not known, a question mark."""
        ends = ("?" if math.isnan(end) else f"{end:{form}}" for end in self)
        return " to ".join(ends)


def median_interval(values: Sequence[float], coverage: float = 0.95) -> Interval:
    r"""Find two of the values between which the median of all possible runs lies.

    Each run falls below that median with probability 1/2, so the number of runs below
    is that of heads in n tosses. Leaving out the k smallest and k largest of n values
    goes wrong with probability $2\,P(\text{heads} \le k)$; the interval leaves out as
    many as `coverage` allows.

    Args:
        values: one number per run, independent of each other; infinite ones may be
            among them.
        coverage: how often, at least, such an interval holds the median; above 0 and
            below 1.

    Returns: (low, high). Fewer than 6 values cannot reach 95 %, and values with NaN
        among them have no order: both ends are NaN then, so that nothing is claimed.

    Raises:
        ValueError: no values, or `coverage` is out of range.
    """
    if not values or not 0 < coverage < 1:
        raise ValueError(
            f"need numbers and 0 < coverage < 1; got {values=}, {coverage=}"
        )
    ordered, n = sorted(values), len(values)
    tail, left_out = 1 / 2**n, 0  # P(heads <= left_out)
    if 2 * tail > 1 - coverage or any(map(math.isnan, values)):
        return Interval(math.nan, math.nan)
    while 2 * (tail + math.comb(n, left_out + 1) / 2**n) <= 1 - coverage:
        left_out += 1
        tail += math.comb(n, left_out) / 2**n
    return Interval(ordered[left_out], ordered[-1 - left_out])


def lead(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Compare seed by seed, in points: an interval that holds the median difference.

    Args:
        ours, theirs: an accuracy between 0 and 1 per seed, in the same order.

    Raises:
        ValueError: not as many of one as of the other, or none.
    """
    return median_interval([100 * (a - b) for a, b in zip(ours, theirs, strict=True)])


def count_behind(ours: Sequence[float], theirs: Sequence[float]) -> int:
    """Count the seeds on which ours is lower.

    Raises:
        ValueError: not as many of one as of the other.
    """
    return sum(a < b for a, b in zip(ours, theirs, strict=True))
