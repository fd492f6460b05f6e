"""Teachers' notebooks: pages like any other, or a message that names the cell."""

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.notebook.given import read_given

from .teachers import SHOWN, changed, given, notebook, rendered, texts


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
DAMAGED = WIDGET | {"data": {"image/png": "x"}}
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
        (texts("![a](attachment:b.png)"), "cell 2: the picture 'b.png' is not in the notebook"),
        (texts("<script>a</script>"), "cell 2: <script>, which no page may hold"),
        (texts("<iframe src='https://x.org'></iframe>"), "cell 2: <iframe>, which no page may"),
        (texts("a", "<details>\n\nb"), "cell 3: <details> is not closed"),
        (texts("a\ud800"), "not a notebook: UnicodeEncodeError"),
        (changed(3, cell_type="raw", metadata={}), "cell 3: raw text, which no page shows"),
        (
            changed(4, outputs=[WIDGET | {"data": {"image/png": "x"}}]),
            "cell 4: a picture is damaged",
        ),
        (
            changed(4, source="plt.plot()", metadata={"alt": None}),
            "cell 4: a figure without a text",
        ),
        (changed(4, source="plt.plot()", metadata={"alt": "A"}), "cell 4: a figure without a text"),
        (texts("• a"), "cell 2: a list that is none: '• a'"),
        (texts("a[^b]"), "cell 2: Jupyter shows '[^b]' as it is typed"),
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
        read_given(SHOWN, "en", '{\n"cells": [,]}')


def test_a_bad_formula_names_its_cell():
    page = given(changed(3, source="## A\n\n$\\frac{1$"))
    with pytest.raises(CourseError, match=r"falling\.ipynb: cell 3: bad formula"):
        rendered(page, "en")


def test_pictures_that_are_attached_stand_in_the_page():
    data = texts("![b](attachment:b.png) ![c](attachment:b.png2)")
    pictures = {"b.png": {"image/png": "Yg=="}, "b.png2": {"image/jpeg": "Yw=="}}
    data["cells"][1]["attachments"] = pictures
    found = [image["src"] for image in rendered(given(data))("img")]
    assert found == ["data:image/png;base64,Yg==", "data:image/jpeg;base64,Yw=="]


def test_hostile_text_stays_text():
    odd = "<script>a</script> \"b\" 'c' &lt; `d` **e** {{ f }} \\(g\\) ]]> </pre>"
    printed = {"output_type": "stream", "name": "stdout", "text": f"{odd}\n"}
    data = changed(2, source=f"x = 1\n{odd}", outputs=[printed], metadata={"jupyter": {}})
    made = given(data)
    page = rendered(made)
    assert page.select_one(".lesson-output code").get_text() == f"{odd}\n"
    assert page.select_one(".lesson-code code").get_text() == f"x = 1\n{odd}\n"
    assert not page("script")
    figure = changed(4, source=f"#| fig-alt: {odd} \ue0015\ue001 \x02wzxhzdk:0\x03\nplt.plot()")
    assert rendered(given(figure)).img["alt"] == f"{odd} 5 wzxhzdk:0"


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
