"""The search as readers use it: by keyboard and pointer, in both languages, and from a folder."""

import re

import pytest
from conftest import mkdocs
from playwright.sync_api import expect
from searches import FIRST, searches

from .places import PROFILES
from .visits import AXE, violations

TYPED = {  # of searches.txt
    "": ["softmx", "dying relu", "kaiming", "requires_grad_", "optimi", "why is sigmoid slow"],
    "zh/": ["Adam优化器", "ＲｅＬＵ", "梯度消失", "死亡ReLU", "xuexilv", "sigmoid为什么慢"],
}  # fmt: skip
FOUND = """(links) => links.map((link) => link.pathname + link.hash)"""


@pytest.mark.parametrize("home", TYPED)
def test_a_reader_types_and_opens_what_is_found(open_page, address, home):
    page = open_page(f"{home}calibration/", **PROFILES["dark"])
    fetched = []
    page.on("request", lambda request: fetched.append(request.url.removeprefix(address)))
    page.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "search" in url]  # nothing before it is asked for
    page.keyboard.press("/")
    field, options = page.get_by_role("combobox"), page.get_by_role("option")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    language = "zh" if home else "en"
    wanted = {search.query: search for search in searches() if search.language == language}
    for search in map(wanted.get, TYPED[home]):
        field.fill("")
        page.keyboard.type(search.query)
        page.keyboard.press("End")  # Chinese comes without key events, until the last of an IME
        expect(options.first).to_be_visible()
        expect(field).to_have_attribute("aria-expanded", "true")
        found = options.evaluate_all(FOUND)
        assert all(path.startswith(f"/{home}") for path in found)
        rank = search.rank([path.removeprefix(f"/{home}") for path in found])
        assert 1 <= rank <= FIRST, (search, found[:FIRST])
        said = page.get_by_role("dialog").get_by_role("status").inner_text()
        assert str(len(found)) in said
    assert f"{home}search/index.js" in fetched
    page.evaluate(AXE)
    assert violations(page, "search, dark") == []
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = options.nth(1)
    expect(field).to_have_attribute("aria-activedescendant", second.get_attribute("id"))
    place = second.evaluate("(link) => link.hash")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"\?h=.*{place}$"))
    expect(page.locator("article mark").first).to_be_attached()


def test_it_opens_and_closes_on_a_phone(open_page):
    page = open_page("zh/", **PROFILES["phone"])
    button, dialog = page.locator(".course-search"), page.get_by_role("dialog")
    button.click()
    page.get_by_role("combobox").fill("qqxxzz")
    expect(dialog.get_by_role("status")).to_have_text("没有找到")
    expect(page.get_by_role("option")).to_have_count(0)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("s")
    expect(page.get_by_role("combobox")).to_have_value("qqxxzz")
    page.get_by_role("button", name="关闭").click()
    expect(dialog).to_have_count(0)


def test_without_scripts_there_is_no_button(open_page):
    page = open_page("spiral/", java_script_enabled=False)
    expect(page.locator(".course-search")).to_be_hidden()


def test_a_copy_opened_from_a_folder_has_the_same_search(browser, tiny):
    done = mkdocs("build", "--strict", cwd=tiny, OFFLINE="true")
    assert done.returncode == 0, done.stderr
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tiny / "site/zh/index.html").as_uri())
    page.locator(".course-search").click()
    page.get_by_role("combobox").fill("增长")
    page.locator("[role=option][href*='tiny.html?'][href$='#growth']").click()
    page.wait_for_url("**/zh/tiny.html?h=*#growth")
    expect(page.locator("h2 mark")).to_have_text("增长")
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    page.close()
