import pytest
import torch

from course_code.teach.gradcheck import finite_differences


def test_the_slope_of_a_parabola_is_exact_in_the_middle():
    theta = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    found = finite_differences(lambda t: (t**2).sum(), theta, 0.25)
    assert torch.equal(found, 2 * theta)  # powers of two: no rounding


def test_one_sided_is_off_by_h_there():
    theta = torch.tensor([1.0, -2.0], dtype=torch.float64)
    found = finite_differences(lambda t: (t**2).sum(), theta, 0.25, central=False)
    assert torch.equal(found, 2 * theta + 0.25)


@pytest.mark.parametrize("central", [True, False])
def test_halving_the_step_shrinks_the_error_by_its_order(central):
    theta = torch.tensor([0.3, 1.1], dtype=torch.float64)

    def gap(h):
        found = finite_differences(lambda t: t.exp().sum(), theta, h, central)
        return (found - theta.exp()).abs().max().item()

    assert gap(0.01) / gap(0.005) == pytest.approx(4 if central else 2, rel=0.02)


@pytest.mark.parametrize("h", [0, -1e-3, float("nan")])
def test_a_step_is_positive(h):
    with pytest.raises(ValueError, match="h > 0"):
        finite_differences(torch.sum, torch.zeros(2), h)
