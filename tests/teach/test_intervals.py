import math
from itertools import product

import pytest
import torch

from course_code.teach.intervals import count_behind, lead, median_interval


def truth(n, left_out):
    """Count, over all 2^n ways to lie above or below the median, how often it is inside."""
    inside = 0
    for signs in product((-1, 1), repeat=n):
        ordered = sorted(signs)
        inside += ordered[left_out] < 0 < ordered[-1 - left_out]
    return inside / 2**n


@pytest.mark.parametrize("n", [6, 7, 9, 12])
def test_leaves_out_as_many_as_the_coverage_allows(n):
    low, high = median_interval(range(n))
    assert low + high == n - 1
    assert truth(n, low) >= 0.95 > truth(n, low + 1)


@pytest.mark.parametrize(("n", "left_out"), [(6, 0), (8, 0), (9, 1), (10, 1), (20, 5), (30, 9)])
def test_agrees_with_the_tables_of_the_sign_test(n, left_out):
    assert median_interval(range(n)) == (left_out, n - 1 - left_out)


@pytest.mark.parametrize("n", range(1, 6))
def test_fewer_than_six_values_tell_nothing(n):
    assert all(map(math.isnan, median_interval([0.5] * n)))


def test_values_without_an_order_tell_nothing():
    assert all(map(math.isnan, median_interval([*range(19), math.nan])))


def test_an_interval_is_written_with_one_format_and_what_is_not_known_as_such():
    assert f"{median_interval(range(-1, 8)):+.1f} points" == "+0.0 to +6.0 points"
    assert f"{median_interval([1, 2]):+.1f} points" == "? to ? points"


def test_half_of_the_runs_are_enough_for_half_the_coverage():
    assert median_interval([3, 1], coverage=0.5) == (1, 3)


def test_order_and_infinite_values_do_not_matter():
    values = [math.inf, 2, 3, 5, 4, 1, 6, -math.inf, 7]
    assert median_interval(values) == (1, 7)
    assert median_interval([math.inf] * 7) == (math.inf, math.inf)


def test_covers_the_median_of_a_skewed_distribution():
    rng = torch.Generator().manual_seed(0)
    samples = -torch.rand(2000, 20, generator=rng, dtype=torch.float64).log()  # median log 2
    intervals = [median_interval(row) for row in samples.tolist()]
    assert sum(low <= math.log(2) <= high for low, high in intervals) / 2000 > 0.945


@pytest.mark.parametrize(("values", "coverage"), [([], 0.95), ([1, 2], 0), ([1, 2], 1)])
def test_rejects_what_has_no_interval(values, coverage):
    with pytest.raises(ValueError, match="coverage"):
        median_interval(values, coverage)


def test_a_lead_is_the_interval_of_the_differences_seed_by_seed_in_points():
    ours, theirs = [0.9, 0.5, 0.7, 0.75, 0.6, 0.8], [0.5, 0.25, 0.75, 0.5, 0.5, 0.75]
    assert lead(ours, theirs) == pytest.approx((-5, 40))  # of six seeds the lowest, the highest
    assert lead(theirs, ours) == pytest.approx((-40, 5))
    assert all(map(math.isnan, lead(ours[:5], theirs[:5])))


def test_only_seeds_on_which_ours_is_lower_are_behind():
    assert count_behind([0.1, 0.5, 0.9, math.nan], [0.2, 0.5, 0.8, 0.1]) == 1


@pytest.mark.parametrize("compare", [lead, count_behind])
def test_seeds_without_a_partner_are_refused(compare):
    with pytest.raises(ValueError, match="argument 2 is"):
        compare([0.1, 0.2], [0.1])
