"""Self-checks remember what was answered first, on this device; readers can make them forget."""

import pytest
from playwright.sync_api import expect

MARKS = {"": ("you said B", "Forget my answers"), "zh/": ("你选了 B", "清除本页的作答")}


@pytest.mark.parametrize("home", MARKS)
def test_the_first_answer_is_kept_until_the_reader_forgets_it(open_page, home):
    said, forget = MARKS[home]
    page = open_page(f"{home}softmax/")
    question = page.locator("details.question:has(> details.choice)").first
    title = question.locator("> summary")
    title.click()
    second = question.locator("> details.choice").nth(1)
    second.locator("> summary").press("Enter")
    expect(second).to_have_attribute("open", "")
    expect(title).to_contain_text(said)
    question.locator("> details.choice").first.locator("> summary").click()
    expect(title).to_contain_text(said)  # the first one counts
    page.reload()
    expect(title).to_contain_text(said)
    expect(second).to_have_class("choice chosen")
    expect(question).not_to_have_attribute("open", "")  # nothing opens by itself
    page.goto(page.url.replace("softmax", "spiral"))
    expect(page.locator(".answered")).to_have_count(0)
    page.go_back()
    title.press("Enter")
    question.get_by_role("button", name=forget).press("Enter")
    expect(page.locator(".answered")).to_have_count(0)
    expect(title).to_be_focused()
    expect(page.locator("body > .course-status")).not_to_be_empty()
    page.reload()
    expect(page.locator(".answered, .chosen, .forget")).to_have_count(0)


def test_nothing_is_kept_where_nothing_may_be_and_answers_open_all_the_same(open_page):
    page = open_page("404.html")
    page.add_init_script(
        "Storage.prototype.getItem = Storage.prototype.setItem = () => { throw new Error(); }"
    )
    page.goto(page.url.replace("404.html", "softmax/"))
    question = page.locator("details.question:has(> details.choice)").first
    question.locator("> summary").click()
    choice = question.locator("> details.choice").first
    choice.locator("> summary").click()
    expect(choice).to_have_attribute("open", "")
    expect(page.locator(".answered")).to_have_count(0)
