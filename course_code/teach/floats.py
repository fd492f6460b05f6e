"""How finely each dtype can write a number down."""

import torch
from torch import Tensor

# bytes -> integer of the same size
BITS = {2: torch.int16, 4: torch.int32, 8: torch.int64}


def gap_above(x: Tensor) -> Tensor:
    """Distance from each number to the next larger one that its dtype can hold.

    Read as whole numbers, the bit patterns of positive floats are in order: add 1, read
        back.

    Args:
        x: floats of 2, 4 or 8 bytes, positive and below the largest one.

    Returns: float64 tensor of x's shape.

    Raises:
        ValueError: `x` is not a float tensor, or has a number out of range.
    """
    if not x.is_floating_point() or x.element_size() not in BITS:
        raise ValueError(f"need floats of 2, 4 or 8 bytes; got {x.dtype=}")
    if not ((x > 0) & (x < torch.finfo(x.dtype).max)).all():
        raise ValueError(f"need 0 < x < {torch.finfo(x.dtype).max}; got {x=}")
    # the same memory, read as integers
    bits = x.contiguous().view(BITS[x.element_size()])
    return (bits + 1).view(x.dtype).double() - x.double()
