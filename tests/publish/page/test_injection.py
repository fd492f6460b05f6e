"""A string of a lesson is text wherever it stands: no element, no attribute, the same text back."""

import html
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from course_code.publish.lesson.inline import Block
from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.notebook.script import to_script
from course_code.publish.page.parts import Page, Prose, ShownCell, ShownClaims, headings
from course_code.publish.page.text import tokens
from course_code.publish.page.values import Known, fill
from course_code.publish.page.write import Place, to_markdown

STRINGS = [
    "__call__", "x<b and b>c", "2*3*4", "`x`", "a|b", "two\nlines", "<img src=x onerror=alert(1)>",
    "</p><script>alert(1)</script>", "[a](javascript:b)", "![a](b)", "$x$", "\\(y\\) \\$",
    "&lt;b&gt;",
    '"quoted" \'too\'', "# no heading",
    "- no list", "1. no list", "> no quote", "    no code",
    "{#id}",
    "[^1]", "~~~", "```", "::: cell one.c0", "??? tip", "{{ x }}", "<!-- no comment",
    "import os  # no",
    "a_b_c **d** ~~e~~ ==f== ^g^ :h: (c) --",
]  # fmt: skip
SVG = {"format": "svg", "width": 4, "height": 3, "data": "<svg/>"}
FIGURE = {"figure": {"light": SVG, "dark": SVG, "notebook": {"format": "png", "data": ""}}}
PROSE = """# Title {{ s }}

Prose {{ s }} end, **bold {{ s }}** end.

{{ s }}

| a | b |
|---|---|
| {{ s }} | {{ s }} |

- {{ s }}

## Heading {{ s }} {#h}

!!! tip "Note {{ s }}"

    {{ s }}

<p title="{{ s }}">raw</p>
"""


def page_with(value: str) -> Page:
    known = Known({"one": {"s": value}}, "one", Path("docs/en/one.md"))
    label = fill("Label {{ s }} end", known, kind="label")
    cell = ShownCell(
        "c0", "", 1, (fill("Alt {{ s }} end", known, kind="plain"),), (label,), label, None,
        (Block("x = 1", False, ()),), ((FIGURE,),),
    )  # fmt: skip
    claims = ShownClaims("", 1, (("measured", "c0", label),))
    parts = (Prose(fill(PROSE, known), 1), cell, claims)
    return Page(Path("docs/en/one.md"), "en", "one", parts)


def shape(page: BeautifulSoup) -> list:
    """Elements and their attributes' names, in order."""
    return [(element.name, sorted(element.attrs)) for element in page.find_all(True)]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("value", STRINGS)
def test_a_page_has_the_elements_of_an_innocent_one_and_the_text(value):
    made = read_markdown(to_markdown(page_with(value), None, Place("../", "../")))
    innocent = read_markdown(to_markdown(page_with("word"), None, Place("../", "../")))
    assert shape(made) == shape(innocent)
    for name in ("h1", "h2", "td", "li", "summary", "figcaption", "strong"):
        assert words(value) in words(made.find(name).get_text()), name
    assert words(made.find("p", title=True)["title"]) == words(value)
    assert words(made.find("img")["alt"]) == words(f"Alt {value} end")
    assert made.find("h2")["id"] == "h"


@pytest.mark.parametrize("value", STRINGS)
def test_a_notebook_has_them_too(value):
    def rendered(page: Page) -> BeautifulSoup:
        reader = MarkdownIt("commonmark").enable("table")
        cells = [c for c in to_notebook(page)["cells"] if c["cell_type"] == "markdown"]
        made = "\n".join(reader.render("".join(cell["source"])) for cell in cells)
        return BeautifulSoup(made, "html.parser")

    made, innocent = rendered(page_with(value)), rendered(page_with("word"))
    plain = {"b", "strong", "em", "i"}  # one is written for the other beside punctuation
    names = [name for name, _ in shape(made) if name not in plain]
    assert names == [name for name, _ in shape(innocent) if name not in plain]
    for name in ("h1", "h2", "td", "li"):
        assert words(value) in words(made.find(name).get_text()), name


@pytest.mark.parametrize("value", STRINGS)
def test_a_script_has_it_in_its_comments_alone(value):
    script = to_script(page_with(value))
    code = [line for line in script.split("\n") if line and not line.startswith("#")]
    assert code == ["x = 1"]
    assert f"# # Title {words(value)}" in script


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>"])
def test_what_an_author_writes_into_labels_is_text(text):
    known = Known({}, "one", Path("docs/en/one.md"))
    label = fill(f"**a** {text}", known, kind="label")
    page = page_with("word")
    cell = replace(page.segments[1], captions=(label,), fold=label)
    made = read_markdown(to_markdown(replace(page, segments=(cell,)), None, Place("", "")))
    assert not made.find("script")
    assert not made.find(onerror=True)
    assert text in made.find("figcaption").get_text()
    assert text in made.find("summary").get_text()
    assert html.escape(text) not in made.find("summary").get_text()


def test_titles_read_as_text():
    prose = page_with("x<b").segments[0]
    assert [heading.level for heading in headings(prose)] == [1, 2]
    assert {token.kind for token in tokens(prose.text)} == {"text", "bar"}
