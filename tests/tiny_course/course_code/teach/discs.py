"""Discs, for a course that trains nothing."""

import math

SCALE = 1.0


def area(radius):
    """Area of a disc."""
    return math.pi * (SCALE * radius) ** 2
