"""A notebook says what its page says: the text of both, paragraph by paragraph.

The page is what Python-Markdown makes with the extensions of mkdocs.yml; the notebook's cells are
rendered by a CommonMark parser with tables and dollars. Formulas are compared as TeX.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from mkdocs.config import load_config

from course_code.publish.lab.read import read_labs
from course_code.publish.lab.trial import as_lesson
from course_code.publish.lesson.inline import Block
from course_code.publish.lesson.read import read_lesson
from course_code.publish.notebook.dialect import EXTENSIONS
from course_code.publish.page.parse import page_paths, parse
from course_code.publish.page.parts import Page, Prose, ShownCell, ShownClaims

from .compared import COURSE, FIGURE, of_notebook, of_page, shown


@pytest.fixture(scope="module")
def config():
    return load_config(str(ROOT / "mkdocs.yml"))


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
