"""A string of a lesson is text wherever it stands: no element, no attribute, the same text back."""

import html
import random
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import Block
from course_code.publish.markup.text import tokens
from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.notebook.script import to_script
from course_code.publish.page.labels import Labels
from course_code.publish.page.parts import Page, Prose, ShownCell, ShownClaims, headings
from course_code.publish.page.translated import Speaker, image
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
    "2024", "3.", "12) a", " 7", "٣",
]  # fmt: skip
GLUE = ["", "", " ", "\n", "\n\n", "\t", "\\", "|", "\u2028", "\xa0", "\u200b", "é", "数", "｜"]
MARKS = r"""<b <svg/onload=alert(1)> <!-- --> ]]> " onmouseover="alert(1) ' x=' &#60; &lt; &amp;
<?php ?> javascript:alert(1) <a@b.c> https://a.b/<c> [x]: /y{.z} {: .c } { #id } [[a]] [a][b] [^n]:
*[A]: b $$ \[ \( $`x`$ :smile: ++a++ {++b++} H~2~O ~~~{.python} === "tab" /// //// html | div ---
*** +++ {% raw %} {{x}} {# c #} %3Cscript%3E </td></table> <br> | --- | 1) (a) # ## ) !!! ??? :::
\" ${x} `${y}` </script> </style> <style>*{} <iframe src=//a> <img src=x onerror=alert(1)> [A] \1
""".split()  # noqa: SIM905


def hostile(count: int) -> list[str]:
    """Strings that mean something to Markdown, HTML, JSON or a template, and mixtures of them."""
    draw = random.Random(12)
    parts = [*STRINGS, *MARKS]

    def mixed() -> str:
        chosen = [draw.choice(parts) for _ in range(draw.randint(1, 5))]
        return "".join(part + draw.choice(GLUE) for part in chosen) + draw.choice(parts)

    return [mixed() for _ in range(count)]


FUZZ = hostile(500)
SVG_NAME = "http://www.w3.org/2000/svg"
SVG = {"width": 4, "height": 3, "data": "<svg/>"}
FIGURE = {"light": SVG, "dark": SVG, "notebook": {"format": "png", "data": ""}}
AXIS = {"label": "", "low": 0.0, "high": 1.0, "log": False}
PROSE = """# Title {{ s }}

Prose {{ s }} end, **bold {{ s }}** end.

{{ s }}

{{ s }}. In it

1{{ s }}) In it

> {{ s }}. In it

| a | b |
|---|---|
| {{ s }} | {{ s }} |

- {{ s }}

[link {{ s }}](index.md "tip {{ s }}") and ![picture {{ s }}](a.svg)

## Heading {{ s }} {#h}

!!! tip "Note {{ s }}"

    {{ s }}

<p title="{{ s }}">raw</p>
"""


def table(value: str) -> dict:
    """Data of a figure: its texts come from the run, in one line."""
    text = words(value)
    series = {"kind": "texts", "label": text, "count": 1, "text": {"all": [text]}}
    axis = {**AXIS, "label": text}
    line = {**series, "kind": "line", "x": {"all": [text]}, "y": {"all": [0.5]}}
    return {"csv": "", "panels": [{"title": text, "x": axis, "y": axis, "series": [series, line]}]}


def page_with(value: str) -> Page:
    known = Known({"one": {"s": value}}, "one", Path("docs/en/one.md"))
    label = fill("Label {{ s }} end", known, kind="label")
    outputs = ({"figure": FIGURE | {"table": table(value)}}, {"text": value})
    cell = ShownCell(
        "c0", "", 1, (fill("Alt {{ s }} end", known, kind="plain"),), (label,), label, None,
        (Block("x = 1", False, ()),), (outputs,),
    )  # fmt: skip
    claims = ShownClaims("", 1, (("measured", "c0", label),))
    parts = (Prose(fill(PROSE, known), 1), cell, claims)
    return Page(Path("docs/en/one.md"), "en", "one", parts)


def shape(page: BeautifulSoup) -> list:
    """Elements and their attributes' names, in order."""
    return [(element.name, sorted(element.attrs)) for element in page.find_all(True)]


def words(text: str) -> str:
    return " ".join(text.split())


def rendered(value: str) -> BeautifulSoup:
    return read_markdown(to_markdown(page_with(value), None, Place("../", "../")))


def in_notebook(value: str) -> BeautifulSoup:
    reader = MarkdownIt("commonmark").enable("table")
    cells = [c for c in to_notebook(page_with(value))["cells"] if c["cell_type"] == "markdown"]
    made = "\n".join(reader.render("".join(cell["source"])) for cell in cells)
    return BeautifulSoup(made, "html.parser")


@pytest.fixture(scope="module")
def innocent() -> tuple[list, list]:
    """Shapes of a page and of a notebook with a word in the place of the string."""
    return shape(rendered("word")), names(in_notebook("word"))


def names(page: BeautifulSoup) -> list[str]:
    plain = {"b", "strong", "em", "i"}  # one is written for the other beside punctuation
    return [name for name, _ in shape(page) if name not in plain]


def assert_page_is_innocent(value: str, innocent: tuple[list, list]) -> None:
    made = rendered(value)
    assert shape(made) == innocent[0]
    for name in ("h1", "h2", "td", "li", "summary", "figcaption", "strong"):
        assert words(value) in words(made.find(name).get_text()), name
    assert words(f"Label {value} end") in words(made.select("li")[-1].get_text())
    assert words(made.find("p", title=True)["title"]) == words(value)
    assert words(made.find("img")["alt"]) == words(f"picture {value}")
    assert words(made.select_one("figure img")["alt"]) == words(f"Alt {value} end")
    assert words(made.find("a", title=True)["title"]) == words(f"tip {value}")
    assert words(made.find("a", title=True).get_text()) == words(f"link {value}")
    assert made.find("h2")["id"] == "h"
    told = made.select_one(".figure-data p").get_text()
    assert f"Texts: “{words(value)}”" in words(told)
    assert f"Line “{words(value)}”: ({words(value)}, 0.5)" in words(told)
    assert words(value) in words(made.select_one(".lesson-output code").get_text())


def assert_notebook_is_innocent(value: str, innocent: tuple[list, list]) -> None:
    made = in_notebook(value)
    assert names(made) == innocent[1]
    for name in ("h1", "h2", "td", "li"):
        assert words(value) in words(made.find(name).get_text()), name


def assert_script_is_innocent(value: str) -> None:
    script = to_script(page_with(value))
    code = [line for line in script.split("\n") if line and not line.startswith("#")]
    assert code == ["x = 1"]
    assert f"# # Title {words(value)}" in words(script)


@pytest.mark.parametrize("value", STRINGS)
def test_a_string_adds_nothing_and_is_read_as_it_is(value, innocent):
    assert_page_is_innocent(value, innocent)
    assert_notebook_is_innocent(value, innocent)
    assert_script_is_innocent(value)


@pytest.mark.parametrize("part", range(5))
def test_nor_do_mixtures(part, innocent):
    for value in FUZZ[100 * part : 100 * (part + 1)]:
        assert_page_is_innocent(value, innocent)
        assert_notebook_is_innocent(value, innocent)
        assert_script_is_innocent(value)


@pytest.mark.parametrize(
    "sign", ["\x00", "\x02wzxhzdk:0\x03", "\x0c", "\x7f", "\x85", "\ue0000\ue000"]
)
def test_signs_that_no_page_can_show_are_refused(sign):
    with pytest.raises(CourseError, match=r"one\.md:1: the value 's' holds .*, which no page"):
        page_with(f"a {sign} b")


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


def test_words_of_a_figure_are_text_in_its_image():
    for value in FUZZ:
        text = "".join(letter for letter in value if letter.isprintable() or letter == "\n")
        label = words(text)
        svg = f'<svg xmlns="{SVG_NAME}"><text x="1" y="2">{html.escape(label)}</text></svg>'
        made = image(svg, Speaker(Labels("zh", (), ((label, value),), ())))
        root = ElementTree.fromstring(made)
        assert {element.tag for element in root.iter()} <= {
            f"{{{SVG_NAME}}}{tag}" for tag in ("svg", "text", "tspan")
        }
        assert words("\n".join(root.itertext())) == words(text)
