"""What a reader does: change language, copy, read without scripts, print."""

import ast
import csv
import io
import re
from dataclasses import dataclass
from itertools import cycle, pairwise
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from site_html import with_needs

from .conftest import settle
from .places import PROFILES, SUBFOLDER, lessons, written_pages

HOMES = {"en": "", "zh": "zh/"}
LESSONS = [f"{home}{name}/" for home, name in zip(cycle(HOMES.values()), lessons(), strict=False)]
WAITING = tuple(LESSONS[:2])  # one in each language
COPIED = {"en": "Copied", "zh": "已复制"}
NEEDS = {"en": "Copy with what it needs", "zh": "连同所需代码一起复制"}
HIDE = {"en": "Hide code", "zh": "隐藏代码"}


def language(path: str) -> str:
    return "zh" if path.startswith("zh/") else "en"


def texts(locator) -> list[str]:
    return [text.rstrip("\n") for text in locator.all_text_contents()]


# ---- languages -------------------------------------------------------------------------------


def test_in_a_folder_and_without_scripts_the_language_link_stays_on_the_page(open_page, address):
    root = f"{SUBFOLDER[1:]}/"  # of all pages at the root, see test_pages.py
    page = open_page(root, java_script_enabled=False)
    for path in written_pages()[::7]:
        other = path.removeprefix("zh/") if language(path) == "zh" else f"zh/{path}"
        page.goto(address + root + path, wait_until="commit")
        link = page.locator("header .course-language")
        assert link.evaluate("(link) => link.href") == address + root + other
        assert link.get_attribute("lang") == language(other)
        expect(page.locator("html")).to_have_attribute("lang", language(path))


BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(30, 33, 41)"


def test_colours_are_chosen_by_keyboard_and_kept(open_page):
    page = open_page("", color_scheme="dark")
    button = page.locator(".course-colours")
    names = []
    for expected in (DARK, LIGHT, DARK):
        assert page.evaluate(BACKGROUND) == expected
        names.append(button.get_attribute("aria-label"))
        assert button.locator("svg:visible").count() == 1
        button.press("Enter")
    assert len(set(names)) == 3
    button.press("Space")  # the system's again, then light
    page.locator("header .course-language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.wait_for_load_state()
    assert page.evaluate(BACKGROUND) == LIGHT
    page.emulate_media(color_scheme="light")
    assert page.evaluate(BACKGROUND) == LIGHT


@pytest.mark.parametrize("scripts", [True, False])
def test_colours_follow_the_system(open_page, scripts):
    page = open_page("", color_scheme="dark", java_script_enabled=scripts)
    for scheme, expected in (("light", LIGHT), ("dark", DARK)):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(BACKGROUND) == expected
    expect(page.locator(".course-colours")).to_be_visible(visible=scripts)


def test_the_language_link_keeps_the_place(open_page):
    page = open_page("spiral/#ten-thousand-steps")
    heading = page.locator("#ten-thousand-steps")
    for expected in ("zh/spiral/#ten-thousand-steps", "/spiral/#ten-thousand-steps"):
        page.locator("header .course-language").click()
        page.wait_for_url(f"**{expected}")
        expect(heading).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    page.locator("header .course-language").click()
    page.wait_for_url("**/zh/spiral/")


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(open_page):
    page = open_page("spiral/", viewport={"width": 390, "height": 844})
    menu = page.get_by_role("button", name="Menu", exact=True)
    inside = "document.activeElement.closest('.md-sidebar--primary') !== null"
    for _ in range(12):  # the closed menu is beside the screen: the keyboard passes it
        page.keyboard.press("Tab")
        assert not page.evaluate(inside)
    menu.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(inside)
    shown = """() => {
      const { x, y, height } = document.activeElement.getBoundingClientRect();
      const top = document.elementFromPoint(x + 5, y + height / 2);
      return top?.contains(document.activeElement) || document.activeElement.contains(top);
    }"""
    for name in ("Back: Lessons", "Lessons", "Back: Lessons"):  # out of its panel and in again
        button = page.locator(".md-sidebar--primary").get_by_role("button", name=name, exact=True)
        expect(button).to_be_focused()
        page.wait_for_function(shown)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Lessons", exact=True).press("Enter")
    for _ in range(5):
        settle(page)
        assert page.evaluate(shown)
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(menu).to_be_focused()
    menu.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.locator("h1 a").focus()  # what is under it is not for who is in it
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_the_keyboard_never_loses_its_place(open_page):
    page = open_page("optimizers/")
    for _ in range(100):
        page.keyboard.press("Tab")
        page.wait_for_timeout(10)
        assert page.evaluate("document.activeElement !== document.body")


def test_a_phone_of_320_pixels_shows_all_of_a_page(open_page):
    for path in ("spiral/", "zh/neurons/", "zh/softmax/"):
        page = open_page(path, viewport={"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_a_phone_a_column_of_numbers_leaves_its_room_to_words(open_page):
    page = open_page("assignment/", viewport={"width": 390, "height": 844})
    widths = [head.bounding_box()["width"] for head in page.locator("#questions ~ * th").all()]
    assert widths[0] < 70 < min(widths[1:])


def test_a_finger_is_told_what_a_term_means_before_it_is_led_there(open_page):
    page = open_page("spiral/", has_touch=True, is_mobile=True)
    term = page.locator("article a.term").first
    told = "(term) => getComputedStyle(term, '::after').content"
    assert term.evaluate(told) == "none"
    term.tap()
    assert term.get_attribute("title") in term.evaluate(told)
    page.locator("h1").tap()
    assert term.evaluate(told) == "none"
    term.tap()
    term.tap()
    page.wait_for_url("**/glossary/#*")


def test_icons_and_figures_show_in_forced_colours(open_page):
    page = open_page("spiral/", forced_colors="active")
    paint = "(e, part) => getComputedStyle(e, part).backgroundColor"
    page_colour = page.evaluate(BACKGROUND)
    page.locator("article .lesson-code:visible").first.scroll_into_view_if_needed()
    for part, pseudo in (
        (".md-code__button", "::after"),
        ("article summary", "::before"),
        (".md-button--primary", "::before"),
    ):
        found = page.locator(part).first
        assert found.evaluate(paint, pseudo) not in (page_colour, "rgba(0, 0, 0, 0)")
    for theme, paper in (("light", LIGHT), ("dark", DARK)):
        image = page.locator(f".lesson-figure .{theme}-only").first
        assert image.evaluate(paint) == paper  # whatever the page's is


@pytest.mark.parametrize("home", HOMES.values())
def test_home_leads_to_every_lesson(open_page, home):
    page = open_page(home)
    for name in lessons():
        expect(page.locator(f'.course-lessons a[href="{name}/"]')).to_have_count(1)


# ---- lessons, in each language by turns, opened once: tests go through one in this order --------


@dataclass
class Reader:
    """A lesson's page in the dark, and in the light as it is without scripts."""

    page: Page
    bare: Page
    fetched: list[str]
    blocks: list[str]  # of code, as the server sent them


@pytest.fixture(scope="module", params=LESSONS)
def reader(request, browser, address):
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    dark = {**PROFILES["dark"], **allowed}
    with_scripts = browser.new_context(**dark)
    without = browser.new_context(**PROFILES["light"], java_script_enabled=False)
    page, bare, fetched = with_scripts.new_page(), without.new_page(), []
    page.on("request", lambda request: fetched.append(request.url))
    for opened in (page, bare):
        opened.set_default_timeout(60_000)  # the machine may be busy
        opened.goto(address + request.param)
    yield Reader(page, bare, fetched, texts(bare.locator(".lesson-code code")))
    with_scripts.close()
    without.close()


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


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


def test_copy_button_copies_its_block(reader):
    page = reader.page
    last = page.locator(".lesson-code:not(details *)").last
    last.hover()
    last.locator("nav button").first.click()
    expect(page.locator(".md-dialog[role=status], .md-dialog [role=status]")).not_to_be_empty()
    assert clipboard(page).rstrip("\n") == last.locator("code").text_content().rstrip("\n")
    assert clipboard(page).rstrip("\n") in reader.blocks
    expect(page.locator(".lesson-output nav:visible")).to_have_count(0)


def test_second_button_copies_a_block_with_what_it_needs(reader):
    page = reader.page
    lang = page.locator("html").get_attribute("lang")
    block = page.locator(".lesson-code[data-needs]:not(details *)").last
    block.hover()
    button = block.get_by_role("button", name=NEEDS[lang], exact=True)
    told = block.get_attribute("data-needs")
    assert told.split("|")[2].split()[0] in button.get_attribute("title")
    button.press("Enter")
    expect(page.locator(".md-dialog--active [role=status]")).to_contain_text(COPIED[lang])
    assert clipboard(page) == with_needs(reader.blocks, told)
    expect(button).to_be_focused()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        settle(page)
        above = block.evaluate(ABOVE_CODE)
        assert above["room"] >= 0, above
        assert min(above["sizes"]) >= 24, above
        assert min(above["contrasts"]) >= 4.5, above


# How far above the first line of code its buttons end, their sizes, and how they contrast.
ABOVE_CODE = """(block) => {
  const buttons = [...block.querySelectorAll("nav button")];
  const code = block.querySelector("code");
  const style = getComputedStyle(code);
  const top = code.getBoundingClientRect().top + parseFloat(style.paddingTop);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => v / 255)
      .map((v) => (v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ratio = (a, b) => Math.max(a / b, b / a);
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  return {
    room: Math.min(...boxes.map((box) => top - box.bottom)),
    sizes: boxes.flatMap((box) => [box.width, box.height]),
    contrasts: buttons
      .map((button) => getComputedStyle(button, "::after").backgroundColor)
      .map((colour) => ratio(light(colour), light(style.backgroundColor))),
  };
}"""


def test_copy_all_copies_exactly_the_code_of_the_page(reader):
    page = reader.page
    button = page.locator(".lesson-copy")
    label = button.text_content()
    page.locator(".lesson-more > summary").press("Enter")
    button.click()
    said = COPIED[page.locator("html").get_attribute("lang")]
    expect(button).to_have_text(said)
    expect(page.locator("body > .course-status[role=status]")).to_have_text(said)
    copied = clipboard(page)
    assert len(reader.blocks) > 1
    assert copied == "\n\n".join(reader.blocks) + "\n"
    ast.parse(copied)
    if page.url.partition("#")[0].endswith(WAITING):  # three seconds
        expect(button).to_have_text(label)
    page.keyboard.press("Escape")
    expect(page.locator(".lesson-more")).not_to_have_attribute("open", "")


def test_code_is_hidden_and_shown_by_keyboard_and_stays_so(reader):
    page = reader.page
    button = page.get_by_role("button", name=HIDE[page.locator("html").get_attribute("lang")])
    top = button.bounding_box()["y"]
    code = page.locator(".lesson-code:visible, .only-code:visible")
    outputs = page.locator(".lesson-output:visible").count()
    assert code.count() > 1
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert code.count() == 0
    assert page.locator(".lesson-output:visible").count() == outputs > 1
    assert button.bounding_box()["y"] == top
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert code.count() == 0
    cell = page.locator(".lesson-code[id]").last  # who follows a link to code wants to see it
    page.evaluate("(id) => { location.hash = id; }", cell.get_attribute("id"))
    expect(cell).to_be_in_viewport()
    expect(button).to_have_attribute("aria-pressed", "false")


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


def test_a_page_says_how_to_cite_it(reader):
    cite = reader.page.locator(".course-after")
    address = reader.page.url.partition("#")[0]
    assert cite.text_content().count(address) == 2
    assert len(re.findall(r"\d{4}-\d\d-\d\d", cite.text_content())) == 2
    assert "0.1.0" in reader.bare.locator(".course-after").text_content()


def test_the_first_button_stays_filled_under_a_pointer(reader):
    button = reader.page.locator(".lesson-buttons .md-button--primary")
    filled = "(b) => [getComputedStyle(b).backgroundColor, getComputedStyle(b).color]"
    before = button.evaluate(filled)
    button.hover()
    expect(button).to_have_css("text-decoration-line", "underline")
    assert button.evaluate(filled) == before


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


def test_the_cheat_sheet_is_one_sheet_of_paper(browser, address):
    page = browser.new_page()
    page.set_default_timeout(60_000)  # the machine may be busy
    for home in ("", "zh/"):
        page.goto(f"{address}{home}cheatsheet/")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 1
    page.close()
