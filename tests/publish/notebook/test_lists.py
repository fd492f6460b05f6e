"""Lists as notebooks write them become lists in Python-Markdown."""

import pytest
from bs4 import BeautifulSoup
from markdown import Markdown

from course_code.publish.notebook.lists import set_lists_apart


def tree(element):
    """Lists within lists of the words of their items."""
    found = []
    for item in element("li", recursive=False):
        inner = [tree(part) for part in item(["ul", "ol"], recursive=False)]
        found.append([" ".join(item.find(string=True).split()), *inner])
    return found


def lists(text):
    html = Markdown(extensions=["pymdownx.superfences"]).convert(set_lists_apart(text))
    page = BeautifulSoup(html, "html.parser")
    return [tree(found) for found in page(["ul", "ol"], recursive=False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Text:\n- a\n- b", [[["a"], ["b"]]]),
        ("Text:\n1. a\n2. b", [[["a"], ["b"]]]),
        ("1) a\n2) b", [[["a"], ["b"]]]),
        ("- a\n  - b\n    - c\n- d", [[["a", [["b", [["c"]]]]], ["d"]]]),
        ("1. a\n   - b\n   - c\n2. d", [[["a", [["b"], ["c"]]], ["d"]]]),
        ("- a\n\t- b", [[["a", [["b"]]]]]),
        ("- a\n\nText.\n\n- b", [[["a"]], [["b"]]]),
        ("- a\ngoes on\n- b", [[["a goes on"], ["b"]]]),
        ("10. a\n11. b\n    - c", [[["a"], ["b", [["c"]]]]]),
    ],
)
def test_lists(text, expected):
    assert lists(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Text.\n\n- a\n    - b\n",
        "Text\n```\n- a\n  - b\n```",
        "$$\na\n- b\n+ c\n$$",
        "A sum of $a\n- b$ here.",
        "<!--\n- a\n-->",
        "Text - with a dash\n-5 is a number\n\n---\n",
        "# A\n\n    - code\n",
    ],
)
def test_other_text_stays(text):
    assert set_lists_apart(text) == text


def test_a_table_below_a_line_of_text_stands_apart():
    assert set_lists_apart("Text\n| a |\n| - |\n| b |") == "Text\n\n| a |\n| - |\n| b |"


def test_a_paragraph_and_code_stay_in_their_item():
    text = "Steps:\n1. a\n\n   more\n   ```\n   x\n   ```\n2. b"
    html = Markdown(extensions=["pymdownx.superfences"]).convert(set_lists_apart(text))
    page = BeautifulSoup(html, "html.parser")
    first, second = page.select("ol > li")
    assert "more" in first.get_text()
    assert first.find("code").get_text() == "x\n"
    assert second.get_text().strip() == "b"
