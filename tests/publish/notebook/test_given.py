"""Teachers' notebooks: pages like any other, or a message that names the cell."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from markdown import Markdown

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.extension import Markup
from course_code.publish.notebook.given import read_given

FILE = ROOT / "tests/notebooks/{}/falling.ipynb"
SHOWN = Path("docs/en/labs/falling.ipynb")
EXTENSIONS = ["attr_list", "md_in_html", "tables", "toc", "pymdownx.blocks.html"]
EXTENSIONS += ["pymdownx.details", "pymdownx.superfences", "course_code.publish.markup.colours"]
OPTIONS = {"course_code.publish.markup.colours": {"pygments_lang_class": True}}


def notebook(language="en"):
    return json.loads(Path(str(FILE).format(language)).read_text("utf-8"))


def given(data, language="en"):
    return read_given(json.dumps(data), SHOWN, language)


def changed(cell, **what):
    data = notebook()
    data["cells"][cell - 1] |= what
    return data


def rendered(page, language):
    markup = Markup(language=language)
    markup.source = page.source
    html = Markdown(extensions=[*EXTENSIONS, markup], extension_configs=OPTIONS).convert(
        page.markdown
    )
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(params=["en", "zh"])
def page(request):
    return rendered(given(notebook(request.param), request.param), request.param)


def test_markdown_is_markup(page):
    assert [len(page(name)) for name in ("h1", "h2", "table", "blockquote", "ol")] == [
        1,
        2,
        1,
        1,
        1,
    ]
    assert len(page.select("ul > li")) == 5
    assert len(page.select("ul ul > li")) == 2
    assert len(page("strong")) >= 3
    for code in page("code"):
        code.decompose()
    for formula in page.select(".arithmatex"):
        formula.decompose()
    assert not [mark for mark in ("**", "$", "```", "- ", "|", "](") if mark in page.get_text()]


def test_formulas_are_rendered(page):
    read = [formula.get_text() for formula in page("math")]
    assert read[:2] == ["h", "h"]
    assert "g≈9.81" in read
    assert any(formula.select("msqrt mfrac") for formula in page("math"))


def test_code_and_outputs_look_like_a_lessons(page):
    outputs = [block.get_text().strip() for block in page.select(".lesson-output code")]
    assert outputs == ["1.43 s < 2 s", "2.019275109384609", "ValueError: math domain error"]
    code = [block.get_text() for block in page.select(".language-python.lesson-code code")]
    assert len(code) == 5
    assert code[0].startswith("import math\n")
    assert not any("#|" in text for text in code)
    assert page.select_one("details.lesson-fold .lesson-code")


def test_figures_lie_beside_the_page_and_have_a_text(page):
    [image] = page("img")
    assert image["src"] == "falling-1.png"
    assert image["alt"] in (
        "The time grows with the root of the height [in m].", "下落时间随高度的平方根增长。"
    )  # fmt: skip
    figure = given(notebook()).figures["falling-1.png"]
    assert figure.startswith(b"\x89PNG")


def test_outputs_of_other_kinds():
    svg = {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg/>"}}
    bold = {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "**b**"}}
    red = {"output_type": "stream", "name": "stderr", "text": "\x1b[31mred\x1b[0m\n"}
    data = changed(2, outputs=[svg, bold, red], metadata={"alt": ["A"]})
    made = given(data)
    assert made.figures["falling-1.svg"] == b"<svg/>"
    page = rendered(made, "en")
    assert page.find("strong", string="b")
    assert page.select_one(".lesson-output code").get_text() == "red\n"


def test_printed_text_is_what_a_terminal_shows():
    text = "\r 50%\r100%\nepoch\tloss\n1\t0.5\n"
    printed = {"output_type": "stream", "name": "stdout", "text": text}
    page = rendered(given(changed(2, outputs=[printed])), "en")
    shown = page.select_one(".lesson-output code").get_text()
    assert shown == "100%\nepoch   loss\n1       0.5\n"


FAILED = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": []}
WIDGET = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>"}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(1, source="no title"), "cell 1: no title"),
        (changed(2, execution_count=None), "cell 2: not run"),
        (changed(2, outputs=[FAILED]), "cell 2: failed with KeyError: 'x'"),
        (changed(2, outputs=[WIDGET]), "cell 2: an output that no page can show"),
        (changed(4, source="plt.plot()"), "cell 4: a figure without a text"),
        (changed(3, cell_type="other"), "not a notebook: "),
        ({"nbformat": 3}, "not a notebook of format 4"),
        (notebook() | {"cells": 3}, "not a notebook: "),
        ([], "not a notebook of format 4"),
        (notebook() | {"cells": []}, "the notebook is empty"),
    ],
)
def test_mistakes_name_file_and_cell(data, said):
    with pytest.raises(CourseError) as mistake:
        given(data)
    assert f"{SHOWN}: {said}" in str(mistake.value)


def test_a_file_that_is_no_json_names_its_line():
    with pytest.raises(CourseError, match=r"falling\.ipynb:2: not a notebook"):
        read_given('{\n"cells": [,]}', SHOWN, "en")


def test_a_bad_formula_names_its_cell():
    page = given(changed(3, source="## A\n\n$\\frac{1$"))
    with pytest.raises(CourseError, match=r"falling\.ipynb: cell 3: bad formula"):
        rendered(page, "en")
