import math

import pytest
import torch

from course_code.teach.floats import gap_above


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_gap_at_one_is_eps(dtype):
    assert gap_above(torch.ones(1, dtype=dtype)).item() == torch.finfo(dtype).eps


def test_gap_agrees_with_the_standard_library():
    x = torch.tensor([1e-300, 0.1, 1.0, 3.5, 1e300], dtype=torch.float64)
    expected = [math.nextafter(value, math.inf) - value for value in x.tolist()]
    assert gap_above(x).tolist() == expected


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_gap_leads_to_the_next_number(dtype):
    x = torch.tensor([2.0**-10, 0.3, 7.0, 1000.0], dtype=dtype)
    step = gap_above(x)
    assert ((x.double() + step).to(dtype) > x).all()
    assert ((x.double() + step / 2.1).to(dtype) == x).all()  # nothing lies between


def test_gap_of_the_smallest_numbers_is_the_smallest_number():
    x = torch.tensor([2.0**-24, 2.0**-20], dtype=torch.float16)
    assert gap_above(x).tolist() == [2.0**-24, 2.0**-24]


def test_gap_keeps_shape_and_argument():
    x = torch.rand(4, 3, generator=torch.Generator().manual_seed(0)).add(1).t()
    before = x.clone()
    assert gap_above(x).shape == (3, 4)
    assert torch.equal(x, before)


@pytest.mark.parametrize(
    "x", [torch.ones(2, dtype=torch.int64), torch.zeros(1), torch.tensor([-1.0, 1]), torch.inf]
)
def test_gap_refuses_what_it_cannot_read(x):
    with pytest.raises(ValueError, match="got x"):
        gap_above(torch.as_tensor(x))
