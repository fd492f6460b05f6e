"""Teachers' notebooks: pages like any other, or a message that names the cell."""

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
from course_code.publish.lesson.read import read_lesson
from course_code.publish.markup.extension import Markup
from course_code.publish.notebook import dialect
from course_code.publish.notebook.given import read_given
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import Page, Prose

FILE = ROOT / "tests/notebooks/{}/falling.ipynb"
SHOWN = Path("docs/en/labs/falling.ipynb")
EXTENSIONS = [*dialect.EXTENSIONS, "course_code.publish.markup.colours"]
OPTIONS = dialect.EXTENSIONS | {
    "course_code.publish.markup.colours": {"pygments_lang_class": True},
}


def notebook(language="en"):
    return json.loads(Path(str(FILE).format(language)).read_text("utf-8"))


def given(data, language="en"):
    return read_given(json.dumps(data), SHOWN, language)


def changed(cell, **what):
    data = notebook()
    data["cells"][cell - 1] |= what
    return data


def texts(*sources):
    """A notebook with a title and a cell for each text."""
    cells = [
        {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": text}
        for n, text in enumerate(["# T", *sources])
    ]
    return notebook() | {"cells": cells}


def rendered(page, language="en"):
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
MARKDOWN = WIDGET | {"data": {"text/markdown": "a <script>b</script>"}}
NO_TEXT = "cell 2: an output that no page can show"


def result(text, *kinds):
    """A notebook whose second cell shows an object."""
    data = {"text/plain": text} | dict.fromkeys(kinds, "x")
    return changed(2, outputs=[WIDGET | {"data": data}])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(1, source="no title"), "cell 1: no title"),
        (changed(2, execution_count=None), "cell 2: not run"),
        (changed(2, outputs=[FAILED]), "cell 2: failed with KeyError: 'x'"),
        (changed(2, outputs=[WIDGET]), "cell 2: an output that no page can show"),
        (result("<IPython.core.display.HTML object>", "text/html"), f"{NO_TEXT} (<IPython.core.d"),
        (result("<IPython.core.display.Javascript object>", "application/javascript"), NO_TEXT),
        (result("HBox()", "application/vnd.jupyter.widget-view+json"), f"{NO_TEXT} (HBox()"),
        (result("[<matplotlib.lines.Line2D at 0x7f3a>]"), f"{NO_TEXT} ([<matplotlib.lines"),
        (changed(2, outputs=[MARKDOWN]), "cell 2: <script>, which no page may hold"),
        (texts("![](a.png)"), "cell 2: an image without alt text"),
        (texts("a", "<img src=https://x.org/a.png alt=b>"), "cell 3: <img> comes from another"),
        (texts("![a](https://x.org/b.png)"), "cell 2: an image comes from another site"),
        (texts("<script>a</script>"), "cell 2: <script>, which no page may hold"),
        (texts("<iframe src='https://x.org'></iframe>"), "cell 2: <iframe>, which no page may"),
        (texts("a", "<details>\n\nb"), "cell 3: <details> is not closed"),
        (texts("• a"), "cell 2: a list that is none: '• a'"),
        (texts("a[^b]"), "cell 2: there is no note [^b]"),
        (texts("## A {#a}", "## B {#a}"), "cell 3: the address 'a' is taken by cell 2"),
        (texts("## A", '<b id="a">b</b>'), "cell 3: the address 'a' is taken by cell 2"),
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


FOLD = """<details>
<summary>Why <code>__init__</code>, $x_1$ &lt; <strong>b</strong>?</summary>

**Bold** and $y$:
- a
- b

```python
c = "**d**"
```

<details><summary>Inner</summary>

*e*

</details>

</details>

**After**"""


def test_what_is_inside_of_html_is_markup():
    page = rendered(given(texts(FOLD)))
    outer, inner = page("details")
    assert inner in outer.descendants
    assert outer.summary.code.get_text() == "__init__"
    assert [formula["data-tex"] for formula in outer("math")] == ["x_1", "y"]
    assert [strong.get_text() for strong in page("strong")] == ["b", "Bold", "After"]
    assert (len(outer("li")), inner.em.get_text()) == (2, "e")
    assert outer.select_one(".highlight").get_text().strip() == 'c = "**d**"'
    assert not page.select("[markdown]")


def test_html_of_other_kinds_and_indented():
    text = "<div class='alert'>\n    <b>a</b> **b** $c$\n</div>\n\n<center>**d**</center>\n\n"
    text += "<p align='center'>*e*</p>\n\n<table>\n  <tr><td>**f**</td></tr>\n</table>\n\n"
    text += "<pre>\n    **g**\n</pre>\n\n`<div>` $h<i$"
    page = rendered(given(texts(text)))
    found = [page.select_one(f"{where} strong").get_text() for where in (".alert", "center", "td")]
    assert found == ["b", "d", "f"]
    assert page.select_one("p[align] em").get_text() == "e"
    assert page.select_one(".alert math")["data-tex"] == "c"
    assert page.pre.get_text().rstrip() == "\n    **g**"
    assert page("code")[-1].get_text() == "<div>"


def test_lists_of_two_kinds_are_two():
    page = rendered(given(texts("- a\n1. x\n2. y\n- b\n  - c\n  1. z")))
    assert [[li.get_text().split()[0] for li in each("li", recursive=False)]
            for each in page(["ul", "ol"])] == [["a"], ["x", "y"], ["b"], ["c"], ["z"]]  # fmt: skip


def test_headings_have_addresses_that_others_do_not_change():
    def found(*sources):
        return [h["id"] for h in rendered(given(texts(*sources)))(["h2", "h3"])]

    assert found("## 练习\n\n## 弯折 { .x }", "### 练习") == ["练习", "弯折", "弯折-练习"]
    assert found("## 答案", "## 弯折\n### 练习\n## 练习")[1:3] == ["弯折", "练习"]
    assert found("## Ex `a`\n### Hint", "## Ey\n### Hint") == ["ex-a", "hint", "ey", "ey-hint"]
    assert found("## Named {#here}") == ["here"]
    assert found("# 另一章\n\n## 小节") == ["小节"]


def test_long_outputs_are_folded():
    def shown(lines):
        printed = {"output_type": "stream", "name": "stdout", "text": "x\n" * lines}
        return rendered(given(changed(2, outputs=[printed])))

    assert "3,000 lines" in shown(3000).select_one("details .lesson-output").parent.summary.text
    assert not shown(60).select("details .lesson-output")


def test_what_stands_for_itself_is_shown():
    page = rendered(given(result("<class 'int'>")))
    assert page.select_one(".lesson-output code").get_text() == "<class 'int'>\n"
    assert given(result("   a\n0  1", "text/html")).printed[0] == "   a\n0  1"


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
