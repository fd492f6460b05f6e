"""A lab's page is its notebook: nothing is lost on the way, or the line is named."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from markdown import Markdown

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lab.read import read_labs
from course_code.publish.lab.trial import as_lesson, plan_lab, shown
from course_code.publish.lesson.inline import Block
from course_code.publish.lesson.read import read_lesson
from course_code.publish.markup.extension import Markup
from course_code.publish.notebook.lab import lab_html, lab_text
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import Page, Prose, ShownCell

from .teachers import EXTENSIONS, OPTIONS, SHOWN, given, rendered

PATH = Path("docs/en/labs/toy.md")
ROW = '<div class="lesson-buttons"><a href="../../notebooks/labs/toy.ipynb" download>Get</a></div>'


def made(*segments):
    """The page of a lab of these segments; text is prose."""
    parts = tuple(Prose(part, 1) if isinstance(part, str) else part for part in segments)
    text = "\n".join(part for part in segments if isinstance(part, str))
    page = Page(PATH, "en", "labs/toy", parts)
    source = lab_text(page, lab_html(page, text), ROW)
    front, mark, rest = source.partition("<!-- ")
    html = Markdown(extensions=[*EXTENSIONS, Markup()], extension_configs=OPTIONS)
    return front, BeautifulSoup(html.convert(mark + rest), "html.parser")


CELL = ShownCell("c", "", 1, (), (), blocks=(Block("x = 1", False, ()),), outputs=((),))


def test_addresses_folds_and_links_are_the_pages():
    text = """---
title: Toy
---

# Toy

See [that](../softmax.md#x "Why"), [code](#cell-c) and ```$a$``` or $b<c$[^n].

## First {#one}

??? tip "A **hint**"

    Try `x`.

[^n]: A note.
"""
    front, page = made(text, CELL)
    assert front == "---\ntitle: Toy\n---\n"
    assert (page.h1.find_next_sibling()["class"], page.h2["id"]) == (["lesson-buttons"], "one")
    links = [link["href"] for link in page("a")]
    assert links == ["../../notebooks/labs/toy.ipynb", "../softmax.md#x", "#cell-c"]
    assert page.details["class"] == ["tip"]
    assert page.summary.strong.get_text() == "hint"
    assert page.select_one("#cell-c code").get_text() == "x = 1\n"
    assert page.math["data-tex"] == "b<c"
    assert "A note." in page.get_text()


def test_cells_in_folds_and_of_more_blocks():
    blocks = (Block("a", True, ()), Block("b", False, ()), Block("c", False, ()))
    cell = ShownCell("many", "", 1, (), (), blocks=blocks, outputs=((), (), ()))
    inside = ShownCell("in", "    ", 1, (), (), blocks=blocks[1:2], outputs=((),))
    folded = ShownCell("f", "", 1, (), (), blocks=blocks[2:], outputs=((),), fold="Whole")
    _, page = made('# T\n\n??? tip "Fold"\n\n    Before.\n', inside, "\n    After.\n", cell, folded)
    code = [block.get_text().strip() for block in page.select(".lesson-code")]
    assert code == ["b", "a", "b", "c", "c"]
    assert [block.get("id") for block in page.select(".lesson-code")][1:4] == [
        None,
        "cell-many",
        None,
    ]
    first, *_, last = page.select(".lesson-code")
    assert first.find_parent("details")
    assert last.find_parent("details")
    texts = [fold.p.get_text() for fold in page.select("details.tip")]
    assert texts == ["Before.", "After."]
    assert "Whole" in page.get_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a $ x $ b", "math that was not recognised"),
        ("a `tick", "code that is not closed"),
        ("text\n- a\n- b", "a list or a table that was not recognised"),
        ("[q][nope]", "a link that was not recognised"),
        ("~~gone~~", "a mark that means nothing here"),
        ("**open", "stress that was not recognised"),
        ("<video src='a.mp4'>Film</video>", "<video>, which no notebook holds"),
        ("HTML\n\n*[HTML]: Language", "<abbr>, which no notebook holds"),
        ("Here\n{: #spot }", "the address #spot, which no notebook has"),
    ],
)
def test_what_no_notebook_holds_names_its_line(text, said):
    with pytest.raises(CourseError, match=r"docs/en/labs/toy\.md:3: ") as mistake:
        made(f"# T\n\n{text}\n")
    assert said in str(mistake.value)


def test_what_a_notebook_says_in_its_own_way_is_there():
    text = '# T\n\n!!! note "Look"\n\n    a\n\n=== "Tab"\n\n    b\n\n<h3>Raw</h3>\n\n'
    text += "| c | d |\n|---|---|\n| $|z|$ | $\\|w\\|$ |\n"
    _, page = made(text)
    assert page.blockquote.get_text().split() == ["Look", "a"]
    assert page.h3.get_text() == "Raw"
    assert [formula["data-tex"] for formula in page("math")] == [r"\vert z\vert", r"\Vert w\Vert"]


def as_run(made):
    """The file of a notebook of this project whose cells have been run."""
    made = json.loads(json.dumps(made))
    for number, cell in enumerate(made["cells"]):
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
    return made


def test_a_fold_of_a_page_comes_back_from_its_notebook():
    text = '# T\n\n??? tip "What is `__a__` < $b_1$?"\n\n    **c** and $d$:\n\n    - e\n'
    page = rendered(given(as_run(to_notebook(Page(SHOWN, "en", None, (Prose(text, 1),))))))
    assert page.summary.code.get_text() == "__a__"
    assert [formula["data-tex"] for formula in page.details("math")] == ["b_1", "d"]
    assert (page.details.strong.get_text(), page.details.li.get_text()) == ("c", "e")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_lab_comes_back_from_its_notebook(language):
    course = Course(ROOT)
    lab = next(lab for lab in read_labs(course) if lab.name == "labs/softmax")
    lessons = {lab.name: as_lesson(lab), "softmax": read_lesson(course, "softmax")}
    page = parse(course, language, Path(f"{lab.name}.md"), lessons)
    page = fill_page(page, {lab.name: shown(lab, plan_lab(course, lab), language)})
    made = as_run(to_notebook(page, "https://example.org/"))
    back = rendered(given(made, language), language)
    hints = [fold for fold in back("details") if not fold.select(".lesson-code")]
    assert len(hints) == json.dumps(made).count("<details>") > 3
    assert all(hint.select("p > code, p > .arithmatex") for hint in hints)
    for code in back(["code", "math"]):
        code.decompose()
    assert not [mark for mark in ("**", "$", "`", "<", "](") if mark in back.get_text()]
