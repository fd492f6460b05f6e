"""Teachers' notebooks keep the rules of every other page."""

import shutil

import pytest
from conftest import ROOT, copy_course, mkdocs

from .conftest import serve
from .visits import STEADY, visit_page

HOMES = {"en": "", "zh": "zh/"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Address of a course with a notebook in both languages, and one in English alone."""
    course = copy_course(tmp_path_factory.mktemp("notebooks"))
    for language in HOMES:
        source = ROOT / f"tests/notebooks/{language}/falling.ipynb"
        folder = course / f"docs/{language}/labs"
        folder.mkdir()
        shutil.copy(source, folder)
    shutil.copy(ROOT / "tests/notebooks/en/falling.ipynb", course / "docs/en/alone.ipynb")
    done = mkdocs("build", "--strict", cwd=course)
    assert done.returncode == 0, done.stderr
    with serve(course / "site") as address:
        yield address


@pytest.mark.parametrize("home", HOMES.values())
def test_a_notebook_is_a_page_like_others(browser, place, home):
    visit = visit_page(browser, f"{place}{home}labs/falling/")
    assert [url for url in visit.requests if not url.startswith((place, "data:"))] == []
    assert (visit.failures, visit.violations) == ([], [])
    assert max(visit.overflow.values()) <= 0
    assert max(visit.shift.values()) < STEADY
    assert 10_000 < visit.bytes_first < 300_000
    assert visit.elements < 1_500


@pytest.mark.parametrize(("home", "query"), [("", "bouncing"), ("zh/", "重力")])
def test_it_is_found_downloaded_and_read_in_the_other_language(browser, place, home, query):
    page = browser.new_page()
    page.goto(place + home)
    page.locator(".course-search").click()
    page.get_by_role("combobox").fill(query)
    page.locator("[role=option][href*=falling]").first.click()
    page.wait_for_url(f"**/{home}labs/falling/**")
    image = page.locator("figure img")
    image.scroll_into_view_if_needed()
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100
    with page.expect_download() as download:
        page.locator("a[download]").click()
    assert download.value.suggested_filename == "falling.ipynb"
    page.locator("header .course-language").click()
    page.wait_for_url(f"**{'/labs' if home else '/zh/labs'}/falling/**")
    page.close()


def test_the_language_link_of_a_page_in_one_language_leads_home(browser, place):
    page = browser.new_page()
    page.goto(f"{place}alone/")
    page.locator("header .course-language").click()
    page.wait_for_url(f"{place}zh/")
    page.close()
