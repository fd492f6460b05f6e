"""A page suits each reader: languages, colours of the system, a keyboard, a phone, a finger."""

import pytest
from playwright.sync_api import expect

from .conftest import settle
from .places import SUBFOLDER, lessons, written_pages
from .readers import BACKGROUND, HOMES, LIGHT


def language(path: str) -> str:
    return "zh" if path.startswith("zh/") else "en"


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


DARK = "rgb(30, 33, 41)"


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
