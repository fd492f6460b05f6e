"""What holds on every page: nothing from other sites, accessible, light, steady."""

import pytest

from .places import visits

LIMIT = 300_000  # bytes of a first visit, compressed


@pytest.fixture(params=visits(), ids="|".join)
def visited(request, visit):
    return visit(*request.param)


def test_nothing_is_asked_of_other_sites(visited, address):
    local = (address, "data:", f"blob:{address}")
    assert [url for url in visited.requests if not url.startswith(local)] == []


def test_every_request_is_answered(visited):
    assert visited.failures == []


def test_axe_finds_no_violation(visited):
    assert visited.violations == []


def test_page_is_not_wider_than_the_window(visited):
    assert visited.overflow <= 0


def test_nothing_jumps_while_loading_and_scrolling(visited):
    assert visited.shift < 0.05


def test_first_visit_is_light(visited):
    assert 10_000 < visited.bytes_first < LIMIT
