"""What a reader does in a lesson: open a fold, look at figures and data, read without scripts."""

import csv
import io
import re
from itertools import pairwise
from urllib.parse import urljoin

from playwright.sync_api import expect

# Material takes code out of the order once it is seen and has nothing to scroll: its stop is empty.
FOCUSED = """(() => {
  const { activeElement: e, body } = document;
  return e === body || e.closest("article") ? e.tagName : "outside";
})()"""


def test_keyboard_skips_to_the_text_and_opens_a_fold(reader):
    page = reader.page
    page.keyboard.press("Tab")
    focus = page.locator(":focus")
    expect(focus).to_contain_class("md-skip")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash !== ''")
    order = []
    for _ in range(200):
        page.keyboard.press("Tab")
        order.append(page.evaluate(FOCUSED))
        if order[-1] == "SUMMARY":
            break
    assert order[-1] == "SUMMARY"
    assert "outside" not in order
    assert {before for before, now in pairwise(order) if now == "BODY"} <= {"CODE"}
    fold = page.locator("details:has(> summary:focus)")
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("open", "")
    page.keyboard.press("Enter")
    expect(fold).not_to_have_attribute("open", "")


def test_figures_follow_the_colour_scheme(reader):
    page = reader.page
    figures = page.locator(".lesson-figure:not(.live, details *)")
    assert figures.count() > 0
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        dark, light = figure.locator(".dark-only"), figure.locator(".light-only")
        expect(dark).to_be_visible()
        expect(light).not_to_be_visible()
        page.wait_for_function("(image) => image.naturalWidth > 0", arg=dark.element_handle())
        assert dark.get_attribute("alt") == light.get_attribute("alt")
        source = light.get_attribute("src").lstrip("./")
        assert not any(url.endswith(source) for url in reader.fetched)
    page.emulate_media(color_scheme="light")
    expect(figures.last.locator(".light-only")).to_be_visible()
    expect(figures.last.locator(".dark-only")).not_to_be_visible()


def test_folded_code_gets_its_colours_when_it_is_opened(reader):
    page = reader.page
    fold = page.locator("details.lesson-fold:not(details *):has(.lesson-code)").last
    code = fold.locator(".lesson-code code").first
    text = code.text_content()
    assert code.locator("span").count() == 0
    fold.locator("> summary").click()
    expect(code.locator("span").first).to_be_visible()
    assert code.text_content() == text
    assert code.evaluate("(code) => getComputedStyle(code.querySelector('span')).color") != (
        code.evaluate("(code) => getComputedStyle(code).color")
    )
    fold.locator("> summary").click()


def test_the_data_of_a_figure_is_told_and_its_first_rows_are_shown(reader):
    for page, fetches in ((reader.page, True), (reader.bare, False)):
        fold = page.locator("details.figure-data:not(details *)").first
        figures = page.locator(f"figure[aria-details={fold.get_attribute('id')}]")
        assert figures.and_(page.locator(":not(.live, .first)")).count() == 1
        fold.locator("summary").press("Enter")
        expect(fold.locator("p").first).to_contain_text(re.compile(r"\d"))
        expect(fold.locator("p").first).to_be_visible()
        link = fold.locator("[download]")
        answer = page.request.get(urljoin(page.url, link.get_attribute("href")))
        heads, *lines = csv.reader(io.StringIO(answer.body().decode("utf-8-sig")))
        rows = fold.locator("tbody tr")
        expect(rows).to_have_count(min(12, len(lines)) if fetches else 0)
        if fetches:
            assert fold.locator("th").all_text_contents() == heads
            last = rows.last.locator("td").all_text_contents()
            assert last == lines[min(12, len(lines)) - 1]
        fold.locator("summary").press("Enter")


def test_a_page_says_how_to_cite_it(reader):
    cite = reader.page.locator(".course-after")
    address = reader.page.url.partition("#")[0]
    assert cite.text_content().count(address) == 2
    assert len(re.findall(r"\d{4}-\d\d-\d\d", cite.text_content())) == 2
    assert "0.1.0" in reader.bare.locator(".course-after").text_content()


def test_everything_can_be_read_without_scripts(reader):
    page = reader.bare
    expect(page.locator("article h1")).to_be_visible()
    expect(page.locator(".lesson-copy")).not_to_be_visible()
    for part in (".katex-html", ".lesson-code code", ".lesson-output code", ".light-only"):
        found = page.locator(f"article {part}:not(details *)").first
        assert found.evaluate("(element) => element.getBoundingClientRect().height") > 0, part
    assert page.locator("article .katex-html").count() == page.locator("article math").count() > 0
    expect(page.locator("article .dark-only:visible")).to_have_count(0)
    image = page.locator("article .light-only:not(details *)").first
    image.evaluate("(image) => { image.loading = 'eager'; }")
    page.wait_for_function("(image) => image.naturalWidth > 0", arg=image.element_handle())
    fold = page.locator("article details:not(details *)").first
    inside = fold.locator("> :not(summary)").first
    expect(inside).not_to_be_visible()
    fold.locator("> summary").click()
    expect(inside).to_be_visible()
