import pytest
import torch
import torch.nn.functional as F

from course_code.teach.calibration import best_temperature, calibration_error, confidence_bins


def forecasts(n=40_000, scale=2.0):
    """Draw logits, and labels that occur just as often as their softmax says."""
    rng = torch.Generator().manual_seed(0)
    z = scale * torch.randn(n, 3, generator=rng, dtype=torch.float64)
    return z, torch.multinomial(z.softmax(1), 1, generator=rng)[:, 0]


def test_bins_hold_what_was_put_in():
    p = torch.tensor([[0.6, 0.4], [0.68, 0.32], [0.09, 0.91], [0.01, 0.99]])
    share, confidence, accuracy = confidence_bins(p, torch.tensor([0, 1, 1, 1]), bins=10)
    assert share.nonzero().flatten().tolist() == [6, 9]
    assert share.sum().item() == pytest.approx(1)
    assert confidence[[6, 9]].tolist() == pytest.approx([0.64, 0.95])
    assert accuracy[[6, 9]].tolist() == [0.5, 1]
    assert confidence[0].isnan()
    gap = calibration_error(p, torch.tensor([0, 1, 1, 1]))
    assert gap == pytest.approx(0.5 * 0.14 + 0.5 * 0.05)


def test_honest_forecasts_have_almost_no_error_and_loud_ones_have_some():
    z, y = forecasts()
    assert calibration_error(z.softmax(1), y) < 0.01
    assert calibration_error((3 * z).softmax(1), y) > 0.05


def test_always_sure_and_always_wrong_is_the_worst():
    p = F.one_hot(torch.zeros(9, dtype=torch.int64), 3).float()
    assert calibration_error(p, torch.ones(9, dtype=torch.int64)) == 1


@pytest.mark.parametrize("factor", [0.2, 1.0, 7.0])
def test_temperature_undoes_a_factor(factor):
    z, y = forecasts()
    T = best_temperature(factor * z, y)
    assert pytest.approx(factor, rel=0.03) == T
    here = F.cross_entropy(factor * z / T, y)
    assert all(here < F.cross_entropy(factor * z / (T * c), y) for c in (0.98, 1.02))


def test_temperature_stops_at_the_ends_of_its_range():
    z = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert best_temperature(z, torch.tensor([0, 1])) == pytest.approx(1e-3)
    assert best_temperature(z, torch.tensor([1, 0])) == pytest.approx(1e3)


def test_bad_arguments_are_quoted():
    p, y = torch.ones(1, 1), torch.zeros(1, dtype=torch.int64)
    with pytest.raises(ValueError, match="bins=0"):
        confidence_bins(p, y, bins=0)
    with pytest.raises(ValueError, match="len\\(y\\)=0"):
        confidence_bins(p[:0], y[:0])
