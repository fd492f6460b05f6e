"""The buttons of a lesson copy a block, one with what it needs, or all code, and hide code."""

import ast

from playwright.sync_api import expect
from site_html import with_needs

from .conftest import settle
from .readers import LESSONS

WAITING = tuple(LESSONS[:2])  # one in each language
COPIED = {"en": "Copied", "zh": "已复制"}
NEEDS = {"en": "Copy with what it needs", "zh": "连同所需代码一起复制"}
HIDE = {"en": "Hide code", "zh": "隐藏代码"}


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


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


def test_the_first_button_stays_filled_under_a_pointer(reader):
    button = reader.page.locator(".lesson-buttons .md-button--primary")
    filled = "(b) => [getComputedStyle(b).backgroundColor, getComputedStyle(b).color]"
    before = button.evaluate(filled)
    button.hover()
    expect(button).to_have_css("text-decoration-line", "underline")
    assert button.evaluate(filled) == before
