"""Previews of notebooks use the site's markup: no script, no style sheet, no request."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from mkdocs_jupyter import convert
from mkdocs_jupyter.plugin import get_nb_toc

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import Block
from course_code.publish.notebook.notebook import code_blocks, to_notebook, write_notebook
from course_code.publish.notebook.preview import clean, toc_ids
from course_code.publish.page.parts import Page, Prose, ShownCell

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9"/></svg>'
IMAGE = {"width": 40, "height": 30, "format": "svg", "data": SVG}
WHITE = {"format": "png", "data": "iVBORw0KGgo="}
FIGURE = {"figure": {"light": IMAGE, "dark": IMAGE, "notebook": WHITE}}
PROSE = """# Title

Inline $a < b$。 Code `$x$`.

$$
y_1 = 2
$$

## 中文标题

> **Note**
>
> $$ z $$

```python
x = "$q$"
```

??? question "More"

    Hidden $w$.

## Third
"""


def shown(name, *blocks, outputs, **options):
    defaults = {"indent": "", "line": 1, "alts": (), "captions": ()}
    return ShownCell(name, blocks=blocks, outputs=outputs, **(defaults | options))


PAGE = Page(
    Path("docs/zh/spiral.md"),
    "zh",
    "spiral",
    (
        Prose(PROSE, 1),
        shown(
            "plot",
            Block("def draw(a):\n    return a < 1", True, ()),
            Block('print("$a$ <b>")', False, ()),
            outputs=((), ({"text": "$a$ <b>"}, FIGURE, FIGURE)),
            alts=('A "quoted" < alt', "Second"),
        ),
        shown(
            "bug",
            Block("1 / 0", False, ()),
            outputs=(({"error": "ZeroDivisionError", "says": "<no>"},),),
            expect="ZeroDivisionError",
        ),
        shown(
            "solution", Block("print(2)", False, ()), outputs=(({"text": "2"},),), fold="Solution"
        ),
    ),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A notebook and what mkdocs-jupyter makes of it."""
    path = write_notebook(tmp_path_factory.mktemp("notebook") / "spiral.ipynb", PAGE)
    text = convert.nb2html(str(path), no_prompt=True, allow_errors=False, custom_mathjax_url="")
    return SimpleNamespace(path=path, html=text, notebook=to_notebook(PAGE))


def cleaned(made, **options):
    arguments = {"language": "zh"} | options
    return clean(made.html, made.notebook, Path("spiral.md"), **arguments)


class Elements(HTMLParser):
    """Tags with their attributes, and whether they nest."""

    def __init__(self, text):
        super().__init__()
        self.all, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))
        if tag not in ("img", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_nothing_of_jupyters_style_and_scripts_remains(made):
    assert len(made.html) > 500_000
    page = cleaned(made)
    assert len(page) < 10_000
    elements = Elements(page)
    assert elements.open == []
    assert not {"script", "style", "link", "clipboard-copy"} & {tag for tag, _ in elements.all}
    assert "http" not in re.sub(r'(src="data:|xmlns=")[^"]*"', "", page)
    assert "jp-" not in page


def test_code_is_the_notebooks(made):
    parsed = re.findall(r"<pre><code>(.*?)</code></pre>", cleaned(made), re.DOTALL)
    texts = [html.unescape(re.sub(r"<[^>]*>", "", text)) for text in parsed]
    code = [block.source for block in code_blocks(PAGE)]
    outputs = ["$a$ <b>", "ZeroDivisionError: <no>", "2"]
    wanted = ['x = "$q$"', code[0], code[1], outputs[0], code[2], outputs[1], code[3], outputs[2]]
    assert [text.rstrip("\n") for text in texts] == wanted


def test_figures_have_their_alt_texts(made):
    images = [attrs for tag, attrs in Elements(cleaned(made)).all if tag == "img"]
    assert [image["alt"] for image in images] == ['A "quoted" < alt', "Second"]
    assert all(image["src"].startswith("data:image/png;base64,") for image in images)


def test_figures_can_be_the_pages_own(made):
    page = cleaned(made, images=['<img src="a.svg" alt="A">', '<img src="b.svg" alt="B">'])
    assert page.count('<figure class="lesson-figure"><img src=') == 2
    assert "data:" not in page


def test_headings_have_the_ids_of_the_contents(made):
    toc, _title = get_nb_toc(str(made.path), 6)
    ids = list(toc_ids(toc))
    assert len(ids) == 3
    headings = re.findall(r'<h[1-6] id="([^"]*)">.*?href="#([^"]*)"', cleaned(made, anchors=ids))
    assert headings == [(id_, id_) for id_ in ids]
    assert 'id=""' not in cleaned(made)


def test_formulas_are_rendered_outside_code(made):
    page = cleaned(made)
    assert page.count('class="katex"') == 4
    assert "<code>$x$</code>" in page
    assert "$$" not in page


def test_folded_cells_are_details(made):
    summaries = re.findall(r"<summary>(.*?)</summary>", cleaned(made))
    assert summaries == ["More", "代码", "代码与输出"]


def test_another_notebooks_html_is_refused(made):
    other = to_notebook(Page(PAGE.path, "zh", "spiral", (Prose("# One\n\n## Two", 1),)))
    with pytest.raises(CourseError, match="preview is not as expected"):
        clean(made.html, other, Path("spiral.md"))


def test_a_changed_template_is_refused(made):
    changed = made.html.replace("highlight-ipynb", "hl")
    with pytest.raises(CourseError, match="pinned mkdocs-jupyter"):
        clean(changed, made.notebook, Path("spiral.md"))
