"""A notebook says what its page says: the text of both, paragraph by paragraph.

The page is what Python-Markdown makes with the extensions of mkdocs.yml; the notebook's cells are
rendered by a CommonMark parser with tables and dollars. Formulas are compared as TeX.
"""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, NavigableString
from conftest import ROOT
from markdown import Markdown
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mkdocs.config import load_config

from course_code.publish.base.course import Course
from course_code.publish.base.words import LABELS
from course_code.publish.lab.read import read_labs
from course_code.publish.lab.trial import as_lesson
from course_code.publish.lesson.inline import Block
from course_code.publish.lesson.read import read_lesson
from course_code.publish.markup.text import tokens
from course_code.publish.notebook.dialect import EXTENSIONS, _Formulas
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.page.opening import open_page
from course_code.publish.page.parse import page_paths, parse
from course_code.publish.page.parts import Live, Opening, Page, Prose, ShownCell, ShownClaims
from course_code.publish.page.values import Known
from course_code.publish.page.write import Place, to_markdown

HOME = "https://example.org/"
SVG = {"width": 4, "height": 3, "data": "<svg/>"}
FIGURE = {"figure": {"light": SVG, "dark": SVG, "notebook": {"format": "png", "data": ""}}}
COURSE = Course(ROOT)
HIDDEN = "pre, .highlight, a.footnote-backref, .lesson-buttons, .lesson-provenance, figure.first"
HIDDEN += ", .live-note"  # a notebook has its own words for a figure that it cannot move
BLOCKS = re.compile(
    r"^(p|div|ul|ol|li|dl|dt|dd|table|tr|td|th|blockquote|details|summary|fig.*|pre|h[1-6r]|label)$"
)


@pytest.fixture(scope="module")
def config():
    return load_config(str(ROOT / "mkdocs.yml"))


def paragraphs(page: BeautifulSoup) -> list[str]:
    """What a reader sees, block by block; numbers of items and notes are part of it."""
    for note in page.select(".footnote li"):
        number = 1 + len(note.find_previous_siblings("li"))
        (note.find("p") or note).insert(0, f"[{number}] ")
    for mark in page.select("sup:has(> a.footnote-ref)"):
        mark.string = f"[{mark.get_text()}]"
    for hidden in page.select(f"{HIDDEN}, button, img, input"):
        hidden.decompose()
    for item in page.select("ol:not(.footnote > ol) > li"):
        start = int(item.parent.get("start", 1))
        item.insert(0, f"{start + len(item.find_previous_siblings('li'))}. ")
    for formula in page.select(".arithmatex, .math"):
        tex = re.sub(r"^\\[(\[]|\\[)\]]$", "", formula.get_text().strip())
        formula.string = "".join(html.unescape(tex).split())
    for block in page.find_all(BLOCKS):
        block.insert_before("\x1e")
        block.insert_after("\x1e")
    for comment in page.find_all(string=lambda s: type(s) is not NavigableString):
        comment.extract()
    text = [" ".join(part.split()) for part in page.get_text().split("\x1e")]
    return [re.sub(r"^(\d+\.) ?", r"\1", part) for part in text if part]


def of_page(page: Page, config) -> list[str]:
    text = to_markdown(page, None, Place("../", "../"))
    text = "".join(t.text for t in tokens(text) if t.kind != "front matter")
    reader = Markdown(
        extensions=[*config.markdown_extensions, _Formulas()], extension_configs=config.mdx_configs
    )
    page = BeautifulSoup(reader.convert(text), "html.parser")
    for link in page.select("a.headerlink"):
        link.decompose()
    for tabs in page.select(".tabbed-set"):  # a notebook has each label above its block
        blocks = tabs.select(".tabbed-content > .tabbed-block")
        for label, block in zip(tabs.select(".tabbed-labels > label"), blocks, strict=True):
            block.insert_before(label)
    return merged(paragraphs(page))


def of_notebook(page: Page) -> list[str]:
    reader = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
    cells = [c for c in to_notebook(page, HOME)["cells"] if c["cell_type"] == "markdown"]
    made = "\n".join(reader.render("".join(cell["source"])) for cell in cells)
    words = LABELS[page.language]
    own = (
        words["from"].split("[")[0],
        words["lab from"].split("[")[0],
        words["fails"].split("`")[0],
        re.sub(r"\[(.*?)\]\(.*?\)", r"\1", words["live"]),
    )
    rendered = BeautifulSoup(made, "html.parser")
    for summary in rendered.find_all("summary"):
        text = summary.get_text()
        summary.string = re.sub(r"\$([^$]+)\$", lambda f: "".join(f[1].split()), text)
        if text.endswith(" …"):
            summary.decompose()
    found = paragraphs(rendered)
    return merged([part for part in found if not part.startswith(own)])


def merged(parts: list[str]) -> list[str]:
    """Numbers of items joined to their text, which may stand in a paragraph of its own."""
    out: list[str] = []
    for part in parts:
        part = part.replace(r"\vert", "|").replace(r"\Vert", r"\|").replace("｜", "|")
        if out and re.fullmatch(r"\d+\.|\[\d+\]", out[-1]):
            out[-1] += part
        else:
            out.append(re.sub(r"(?<=^\[\d\]) ", "", part))
    return out


def shown(page: Page) -> Page:
    """The page as if its lesson had run: every value 7, every figure there."""

    def seven(text: str) -> str:
        parts = (re.sub(r"\{\{.*?\}\}", "7", t.text) if t.kind == "text" else t.text
                 for t in tokens(text))  # fmt: skip
        return "".join(parts)

    segments = []
    for part in page.segments:
        if isinstance(part, Prose):
            segments.append(replace(part, text=seven(part.text)))
        elif isinstance(part, Opening):
            segments.append(replace(part, answer=seven(part.answer)))
        elif isinstance(part, ShownClaims):
            segments.append(replace(part, rows=tuple((k, c, seven(t)) for k, c, t in part.rows)))
        elif isinstance(part, Live):
            segments.append(replace(part, caption=seven(part.caption), **FIGURE))
        elif not isinstance(part, ShownCell):
            segments.append(part)
        else:
            part = replace(part, blocks=(Block("x = 1", False, ()),), captions=tuple(
                map(seven, part.captions)), outputs=((FIGURE,) * len(part.alts),))  # fmt: skip
            segments.append(part)
    page = replace(page, segments=tuple(segments))
    return open_page(page, Known({}, page.lesson or "", page.path), {})


PAGES = [(language, path) for language, paths in page_paths(COURSE).items() for path in paths]


@pytest.fixture(scope="module")
def lessons():
    found = {name: read_lesson(COURSE, name) for name in COURSE.lesson_names()}
    return found | {lab.name: as_lesson(lab) for lab in read_labs(COURSE)}


@pytest.mark.parametrize(("language", "path"), PAGES, ids=lambda part: str(part))
def test_a_page_of_the_course_and_its_notebook_say_the_same(language, path, config, lessons):
    page = shown(parse(COURSE, language, path, lessons))
    notebook = of_notebook(page)
    assert notebook == of_page(page, config)
    assert len(notebook) >= 2


def test_notebooks_read_the_markdown_of_the_site(config):
    theirs = {name: config.mdx_configs.get(name, {}) for name in config.markdown_extensions}
    looks = {"toc", "pymdownx.highlight", "fenced_code"}  # permalinks, colours; MkDocs's own
    engine = {name for name in theirs if name.startswith("course_code.")}
    ours = {name: options for name, options in EXTENSIONS.items() if name not in looks}
    assert {n: o for n, o in theirs.items() if n not in looks | engine} == ours


CELL = ShownCell("c", "", 1, (), (), blocks=(Block("x = 1", False, ()),), outputs=((),))
FOLD = replace(CELL, fold="A **fold** of `x`, $y$ and &lt;b>")
FIGURES = replace(
    CELL, alts=("a",), captions=("**Look.**在[这里](other.md)，`a|b` 和 $p(y|x)$[^note]。",),
    outputs=((FIGURE,),),
)  # fmt: skip
ITEM = replace(CELL, indent="    ")
LISTS = """# T

1. one
2. two

{0}

3. three
    - nested
    - nested **again**。

        deep

* star
* star `x`

- loose

- loose too

    second paragraph
"""
MARKS = """# T `x`

**先猜。**看输出之前，**“引号”**（*斜体*）后面**`code`**是，**$x$**，***both***，**a**b，__c__。*。*d
2*3*4, a_b_c, x<y, [no link], \\*a\\*, \\_b\\_, \\`c\\`, \\$5, &lt;b&gt;, &amp;lt;, ~~no~~, # no,
1\\. no
\\# not a heading
\\- no list
\\> no quote

5\\. no list

**bold** *em* `code` ``a`b`` <kbd>K</kbd> H<sub>2</sub>O x<sup>2</sup> a<br>b <!-- gone --> end

Line with two spaces  
next: ![alt *x*](pic.png) and [a **b** `c`](other.md "title") and <https://example.org/a_b_>
"""  # noqa: W291
BLOCKY = """# T

Second[^b] then first[^a], second again[^b].

[^a]: A $x$.
[^b]: B **b**。

    More of b.

Term
:   Meaning of **it**。

    More.

:   Another

| left | right |
|:-----|------:|
| `a|b` | $p(y|x)$ |
| **粗。**体 | a \\| b[^a] |

!!! warning "**Look.**这里 `x`"

    Text.

    $$
    a
    = b
    $$

    - item

!!! tip

    No title of its own.

??? question "What is $x$, `y` & **z**?"

    ??? choice "A. <b>"

        Answer $1 < 2$.

    After.

=== "Only tab"

    In it.

> quoted
>
> $$
> q
> $$

*[HTML]: Hypertext

HTML is short.

```python
x = "**a**"
```

$$
\\sum_{{k=1}}
^n x_k < 1
$$

<div class="x" markdown>
In a **div**。
</div>

---

## End { #end .c }
"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "segments",
    [
        ("# T\n\n1. one\n", CELL, "\n2. two\n3. three\n"),
        ("# T\n\n1. one\n\n", ITEM, "\n    more\n\n2. two\n"),
        (LISTS.format("no list"),),
        (MARKS,),
        (BLOCKY.replace("{{", "{").replace("}}", "}"), FOLD, FIGURES, "\n[^note]: N.\n"),
        ("# T\n\n!!! tip \"In\"\n\n    a\n", ITEM, "\n    b\n"),
        ("# T\n\n??? success \"Solution\"\n\n    a\n", ITEM),
        ("# T\n", CELL, ShownClaims("", 1, (("measured", "c", "**It。**rises `x|y`."),
                                            ("literature", None, "*So* it is (1999).")))),
        ("# T\n\n- item\n\n", replace(FIGURES, indent="    "), "\n    after\n\n[^note]: N\n"),
    ],
)  # fmt: skip
def test_what_is_hard_to_say_twice(segments, language, config):
    parts = tuple(Prose(part, 1) if isinstance(part, str) else part for part in segments)
    page = Page(Path(f"docs/{language}/one.md"), language, "one", parts)
    assert of_notebook(page) == of_page(page, config)


def test_lists_go_on_after_a_cell_and_nest_by_four(config):
    page = Page(Path("docs/en/one.md"), "en", "one", (
        Prose("# T\n\n1. one\n", 1), CELL, Prose("\n2. two\n    - deep\n", 5)))  # fmt: skip
    assert of_page(page, config) == ["T", "1.one", "2.two", "deep"]
