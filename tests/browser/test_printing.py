"""On paper: what is open, in light colours; without its code a lesson is few sheets."""

import pytest
from playwright.sync_api import expect

from .readers import BACKGROUND, LIGHT


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_shows_what_is_open_and_light_figures_alone(reader, scripts):
    page = reader.page if scripts else reader.bare
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in ("header", ".md-sidebar", ".lesson-buttons", ".md-footer", ".md-code__nav"):
        expect(page.locator(f"{hidden}:visible")).to_have_count(0)
    expect(page.locator("article .dark-only:visible")).to_have_count(0)
    expect(page.locator("article details.lesson-fold:not([open]):visible")).to_have_count(0)
    expect(page.locator("article .light-only:visible").first).to_be_visible()
    assert page.evaluate(BACKGROUND) == LIGHT
    page.emulate_media(media="null", color_scheme="light")


PRINTING = """
window.print = () => {
  window.printing = document.documentElement.dataset.code;
  dispatchEvent(new Event("afterprint"));
}
"""


def test_without_code_a_lesson_is_fifteen_sheets_of_paper(reader):
    page = reader.page
    page.evaluate(PRINTING)
    page.evaluate("document.querySelector('.lesson-plain').click()")
    page.wait_for_function("() => window.printing === 'hidden'")
    expect(page.locator(".lesson-code:visible").first).to_be_visible()  # only the paper has none
    page.reload()
    page.evaluate("document.documentElement.dataset.code = 'hidden'")
    page.evaluate("document.querySelectorAll('img').forEach((i) => { i.loading = 'eager'; })")
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    sheets = page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n")
    assert 3 < sheets <= 15


def test_the_cheat_sheet_is_one_sheet_of_paper(browser, address):
    page = browser.new_page()
    page.set_default_timeout(60_000)  # the machine may be busy
    for home in ("", "zh/"):
        page.goto(f"{address}{home}cheatsheet/")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 1
    page.close()
