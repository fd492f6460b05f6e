"""Cells as mkdocs-jupyter and the course's template make them, with the rules of the site."""

import json
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from markdown import Markdown

from course_code.publish.markup.colours import makeExtension
from course_code.publish.markup.extension import Markup
from course_code.publish.markup.whole import whole
from course_code.publish.notebook.shown import code_cell, page_of, printed_output, prose_cell


def shown(*cells):
    return BeautifulSoup(page_of(list(cells)), "html.parser")


def tree(element):
    """Lists within lists of the words of their items."""
    found = []
    for item in element("li", recursive=False):
        inner = [tree(part) for part in item(["ul", "ol"], recursive=False)]
        found.append([" ".join(item.find(string=lambda text: text.strip()).split()), *inner])
    return found


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
        ("- a\n1. x\n2. y", [[["a"]], [["x"], ["y"]]]),
    ],
)
def test_lists(text, expected):
    page = shown(prose_cell(text))
    assert [tree(found) for found in page(["ul", "ol"], recursive=False)] == expected


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Text\n```\n- a\n  - b\n```", 0),
        ("$$\na\n- b\n+ c\n$$", 0),
        ("A sum of $a\n- b$ here.", 0),
        ("Text - with a dash\n-5 is a number", 0),
        (r"\- a", 0),
        (r"1\. a", 0),
    ],
)
def test_what_is_no_list(text, listed):
    assert len(shown(prose_cell(text))("li")) == listed


def test_a_paragraph_and_code_stay_in_their_item():
    page = shown(prose_cell("Steps:\n1. a\n\n   more\n   ```\n   x\n   ```\n2. b"))
    first, second = page.select("ol > li")
    assert "more" in first.get_text()
    assert first.find("code").get_text() == "x\n"
    assert second.get_text().strip() == "b"


def test_marks_of_formulas_and_backslashes_are_what_they_stand_for_wherever_they_are():
    text = (
        '![a $b$ \\"c](d.png "e \\* f") [g](h\\_i?j=$k$)\n\n\\$5 and `$g$ \\*`\n\n    $h$\n\n$$i$$'
    )
    page = shown(prose_cell(text))
    assert (page.img["alt"], page.img["title"]) == ('a $b$ "c', "e * f")
    assert page.a["href"] == "h_i?j=$k$"
    assert page.img["loading"] == "lazy"
    assert [code.get_text().strip() for code in page("code")] == [r"$g$ \*", "$h$"]
    assert [formula.get_text() for formula in page.select(".arithmatex")] == [r"\[i\]"]
    assert "\ue001" not in str(page)


def test_marks_that_a_notebook_holds_itself_are_none():
    odd = "a\ue0010\ue001 \x02wzxhzdk:0\x03 \x0236\x03"
    page = shown(prose_cell(f"$x$ {odd} `{odd}`"), code_cell(odd, [printed_output(odd, "en")]))
    assert [code.get_text().strip() for code in page("code")] == ["a0 wzxhzdk:0 36"] * 3
    assert len(page.select(".arithmatex")) == 1


@pytest.mark.parametrize("info", ["", "python", "foo bar", "text", "mermaid", "c++"])
def test_a_block_of_code_holds_what_stands_in_it(info):
    page = shown(prose_cell(f"- a\n  ```{info}\n  b\n  ```"))
    assert page.li.code.get_text().strip() == "b"


CODE = '''def f(x):
    """One `line`, and

    ``` two: $x$ **y** <b>
    """
    return x + 1.5  # why\n\n
@cache
class A(B): {"a": 1}'''


@pytest.mark.parametrize("fold", ["", "Title"])
def test_code_looks_as_a_pages_does(fold):
    """Of a lab the page is a notebook, of a lesson the site's Markdown: readers see one course."""
    fence = f"`````` {{ .python .lesson-code #cell-a{' data-colours=later' * bool(fold)} }}"
    source = f"{fence}\n{CODE}\n``````"
    colours = makeExtension(pygments_lang_class=True)
    pages = Markdown(extensions=["pymdownx.superfences", "attr_list", colours]).convert(source)
    page = BeautifulSoup(pages, "html.parser").select_one(".lesson-code")
    own = shown(code_cell(CODE, [], "cell-a", fold)).select_one(".lesson-code")
    assert own.pre.decode() == page.pre.decode()
    assert {*own["class"]} == {*page["class"]}
    assert own["id"] == page["id"]
    assert ("data-colours" in own.attrs) == bool(fold)


def test_folds_hold_what_they_should():
    output = printed_output("x\n" * 100, "en")
    page = shown(code_cell("a", [output], fold_code="Code"), code_cell("b", [output], fold="All"))
    first, long, whole_cell = page("details", recursive=False)
    assert (first.summary.get_text(), first.code.get_text()) == ("Code", "a\n")
    assert not first.select(".lesson-output")
    assert long.select(".lesson-output")
    assert [code.get_text() for code in whole_cell.select(".lesson-code code")] == ["b\n"]
    assert whole_cell.select("details .lesson-output")


def test_nothing_of_jupyters_settings_templates_style_and_scripts_is_used(tmp_path):
    folder, templates = tmp_path / ".jupyter", tmp_path / "data/nbconvert/templates"
    for name in ("mkdocs_html/notebook.html.j2", "base/display_priority.j2"):
        (templates / name).parent.mkdir(parents=True)
        (templates / name).write_text("HIJACKED")
    folder.mkdir()
    settings = {"NbConvertBase": {"display_data_priority": ["text/html"]}}
    (folder / "jupyter_nbconvert_config.json").write_text(json.dumps(settings))
    code = (
        "from course_code.publish.notebook.shown import code_cell, page_of, printed_output\n"
        "print(page_of([code_cell('a = 1', [printed_output('b', 'en')])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env={"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(folder),
                       "JUPYTER_PATH": str(tmp_path / "data")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    page = BeautifulSoup(done.stdout, "html.parser")
    assert page.select_one(".lesson-code code").get_text() == "a = 1\n"
    assert page.select_one(".lesson-output code").get_text() == "b\n"
    assert not page(["style", "script", "link"])
    assert len(done.stdout) < 600
    assert done.stderr == ""


PAGE = whole(
    '<h2>A {#b}</h2><p>See <a href="https://x.org">x</a> &amp;lt; \x0236\x035.</p>'
    '<div class="highlight"><pre><code>{ "a": 1 }\n{: #c }</code></pre></div><p>d\n{: #e }</p>'
)


def test_a_page_of_elements_is_made_as_every_other_page():
    markdown = Markdown(extensions=["attr_list", "toc", Markup()])
    page = BeautifulSoup(markdown.convert(PAGE), "html.parser")
    assert (page.h2["id"], page.h2.get_text()) == ("b", "A")
    assert page.a["rel"] == ["noopener"]
    assert page.p.get_text() == "See x &lt; $5."
    assert page.code.get_text() == '{ "a": 1 }\n{: #c }'
    assert page.find(id="e").get_text() == "d"
    assert markdown.toc_tokens[0]["id"] == "b"
    assert markdown.reset().convert("**f**") == "<p><strong>f</strong></p>"
    tex = r"\begin{matrix}a&amp;b;c\end{matrix}"
    formula = whole(rf'<p><span class="arithmatex">\({tex}\)</span></p>')
    assert f'data-tex="{tex}"' in markdown.reset().convert(formula)
    commented = markdown.reset().convert(whole("<p>f <!-- g --> h<br>i <!-- j -->k</p>"))
    assert BeautifulSoup(commented, "html.parser").get_text() == "f  h\ni k"
