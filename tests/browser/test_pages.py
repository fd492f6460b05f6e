"""What holds on every page: nothing from other sites, accessible, light, steady."""

import pytest

from .places import lessons, written_pages
from .visits import STEADY, recorded

LIMIT = 300_000  # bytes of a first visit, compressed
ELEMENTS = 5_000  # of a whole page
OUTSIDE = 3_000  # of a lesson's, outside formulas
LESSONS = {home + f"{name}/" for home in ("", "zh/") for name in lessons()}


@pytest.fixture(params=[*written_pages(), "404.html"])
def visited(request, visit):
    return visit(request.param)


def test_nothing_is_asked_of_other_sites(visited, address):
    local = (address, "data:", f"blob:{address}")
    assert [url for url in visited.requests if not url.startswith(local)] == []


def test_every_request_is_answered(visited):
    assert visited.failures == []


def test_axe_finds_no_violation(visited):
    assert visited.violations == []


def test_page_is_not_wider_than_the_window(visited):
    assert max(visited.overflow.values()) <= 0


def test_code_fits_a_wide_screen_and_outputs_but_tables_every_screen(visited):
    assert visited.wide["light"] == []
    wraps = [code for code in visited.wide["phone"] if "printed-table" not in code]
    assert [code for code in wraps if "lesson-output" in code] == []


def test_nothing_jumps_while_loading_and_scrolling(visited):
    assert max(visited.shift.values()) < STEADY


def test_first_visit_is_light(visited):
    assert 10_000 < visited.bytes_first < LIMIT


def test_a_page_has_few_elements(visited):
    assert 100 < visited.elements <= ELEMENTS


@pytest.mark.parametrize("path", written_pages())
def test_the_language_link_leads_to_the_same_page_and_back(visit, address, path):
    languages, homes = ("en", "zh"), ("", "zh/")
    if path.startswith("zh/"):
        languages, homes = languages[::-1], homes[::-1]
    other = homes[1] + path.removeprefix(homes[0])
    assert visit(path).languages == [*languages, address + other]


@pytest.mark.parametrize("path", sorted(LESSONS))
def test_a_lesson_has_few_elements_outside_formulas(visit, path):
    assert 500 < visit(path).outside <= OUTSIDE


def test_a_visit_complains_of_what_fails_not_of_what_a_reload_cuts_off(browser, address):
    ask = "(path) => { fetch(path).catch(() => {}); }"
    with recorded(browser) as (page, visit, traffic):
        page.route("**/slow", lambda route: None)
        page.route("**/broken", lambda route: route.abort())
        page.goto(f"{address}404.html")
        with page.expect_request("**/slow"):
            page.evaluate(ask, "/slow")
        with page.expect_event("requestfailed"):
            traffic.reload(page)
        assert visit.failures == []
        with page.expect_event("requestfailed"):
            page.evaluate(ask, "/broken")
        assert visit.failures == [f"{address}broken"]
