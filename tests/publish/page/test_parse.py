"""A page is read into prose, cells and claims; what does not fit its lesson names its line."""

from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.read import read_lesson
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import page_paths, parse
from course_code.publish.page.parts import Prose, ShownCell, ShownClaims
from course_code.publish.run import schedule
from course_code.publish.run.plan import plan_lesson

LESSON = """# %% name="data"
SEEDS = range(3)
areas = [1, 2.5]
check("arithmetic grows: it grows", areas[0], "<", areas[1])

# %% name="plot"
figure()
print("between")
figure()

# %% name="oops" expect="KeyError"
print("x")
"""
PAGE = """---
title: One
---

# One

Value {{ areas[1]:g}}.

::: cell one.data

!!! note "Inside"

    Text {{ areas[0] }}.

    ::: cell one.plot alt="First {{ areas[0] }}"
        caption="**One** of {{ areas[1]:.2f}}"
        alt="Second with `code` and $x^{{2}}$"
        fold-code="The code"

    More.

::: cell one.oops
    fold="Solution"

```markdown
::: cell one.data
{{ areas }}
```

::: claims one
    grows: It grows to {{ areas[1]:g}}.
    literature: Someone (1999): said so.
    theorem: Proved above.

The end, {{ areas[0] }}.
"""


@pytest.fixture
def course(write):
    return write({"lessons/one": LESSON, "docs/en/one.md": PAGE})


def read(course, text: str | None = None, path: str = "one.md"):
    if text is not None:
        (course.root / "docs/en" / path).parent.mkdir(parents=True, exist_ok=True)
        (course.root / "docs/en" / path).write_text(text, "utf-8")
    return parse(course, "en", Path(path), {"one": read_lesson(course, "one")})


def filled(course, page):
    plan = plan_lesson(course, "one")
    schedule.update(course, [plan])
    return fill_page(page, schedule.runs(course, [plan]))


def of(page, kind) -> list:
    return [segment for segment in page.segments if isinstance(segment, kind)]


def test_a_page_splits_into_prose_cells_and_claims(course):
    page = read(course)
    assert (page.path, page.language, page.lesson) == (Path("docs/en/one.md"), "en", "one")
    assert page.title == "One"
    data, plot, oops = of(page, ShownCell)
    assert (data.name, data.indent, data.line, data.alts) == ("data", "", 9, ())
    assert (plot.name, plot.indent, plot.line) == ("plot", "    ", 15)
    assert plot.alts == ("First {{ areas[0] }}", "Second with `code` and $x^{{2}}$")
    assert plot.captions == ("**One** of {{ areas[1]:.2f}}",)
    assert (plot.fold, plot.fold_code, oops.fold) == (None, "The code", "Solution")
    (claims,) = of(page, ShownClaims)
    assert claims.rows == (
        ("arithmetic", "data", "It grows to {{ areas[1]:g}}."),
        ("literature", None, "Someone (1999): said so."),
        ("theorem", None, "Proved above."),
    )


def test_prose_keeps_every_other_line_and_knows_where_it_begins(course):
    page, lines = read(course), PAGE.split("\n")
    for prose in of(page, Prose):
        text = prose.text.split("\n")
        assert lines[prose.line - 1 : prose.line - 1 + len(text)] == text
    told = "\n".join(prose.text for prose in of(page, Prose))
    assert "::: cell one.data\n{{ areas }}\n```" in told


def test_values_outputs_and_expected_errors_are_put_in(course, ran):
    page = filled(course, read(course))
    text = "\n".join(prose.text for prose in of(page, Prose))
    assert "Value 2.5." in text
    assert "    Text 1." in text
    assert "The end, 1." in text
    assert "{{ areas }}\n```" in text
    data, plot, oops = of(page, ShownCell)
    assert plot.alts == ("First 1", "Second with `code` and $x^{{2}}$")
    assert plot.captions == ("**One** of 2.50",)
    assert data.blocks[0].source.startswith("SEEDS = range(3)")
    assert [list(output) for output in plot.outputs[0]] == [["text"], ["figure"], ["figure"]]
    assert (data.expect, oops.expect) == (None, "KeyError")
    assert of(page, ShownClaims)[0].rows[0][2] == "It grows to 2.5."


@pytest.mark.parametrize("mark", ["```", "~~~~", "````"])
def test_fences_of_every_kind_hide_directives_and_values(course, ran, mark):
    fenced = f"{mark} text\n::: cell one.nothing\n{{{{ nothing }}}}\n``` inner\n~~~\n{mark}\n"
    quoted = "> ```\n> {{ nothing }}\n> ```\n\n    ```\n    {{ nothing }}\n    ```\n"
    if mark == "```":
        fenced = fenced.replace("``` inner\n", "")
    page = filled(course, read(course, PAGE + "\n" + fenced + "\n" + quoted + "\n{{ areas[0] }}\n"))
    assert of(page, Prose)[-1].text.endswith(fenced + "\n" + quoted + "\n1\n")


def test_inline_code_of_three_ticks_opens_no_fence(course, ran):
    page = filled(course, read(course, PAGE + "\n```{{ x }}``` and {{ areas[0] }}\n"))
    assert of(page, Prose)[-1].text.endswith("```{{ x }}``` and 1\n")


@pytest.mark.parametrize(
    "comment", ["<!--\n{0}\n-->", "<!-- {0} -->", "a\n\n    <!--\n    {0}\n    -->"]
)
def test_what_is_commented_out_is_neither_shown_nor_demanded(course, ran, comment):
    page = PAGE + "\n" + comment.format("::: cell two.data {{ todo }}") + "\n"
    assert of(filled(course, read(course, page)), Prose)[-1].text.rstrip().endswith("-->")
    hidden = PAGE.replace("::: cell one.data", comment.format("::: cell one.data"), 1)
    with pytest.raises(CourseError, match="'plot' is out of order: 'data' comes first"):
        read(course, hidden)


@pytest.mark.parametrize("indent", [" ", "  ", "\t", "    ", "      "])
def test_attributes_and_claims_are_indented_by_anything(course, indent):
    page = read(
        course,
        PAGE.replace("\n    fold", f"\n{indent}fold").replace("\n    grows", f"\n{indent}grows"),
    )
    assert of(page, ShownCell)[2].fold == "Solution"
    assert of(page, ShownClaims)[0].rows[0][2].startswith("It grows")


CELLS = """# T

::: cell one.data

::: cell one.plot
    alt="a" alt="b"

::: cell one.oops
"""
CLAIMS = "\n::: claims one\n    grows: It grows.\n"
REFUSED = {  # page, line of the error, words of it
    "no such lesson": ("# T\n\n::: cell two.data\n", ":3:", "no lesson 'two'; there are: one"),
    "no such cell": ("# T\n\n::: cell one.date\n", ":3:", "It has: data, plot, oops"),
    "no cell named": ("# T\n\n::: cell one\n", ":3:", "has no cell ''"),
    "no such directive": ("# T\n\n::: figure one.plot\n", ":3:", "unknown directive 'figure'"),
    "a directive without target": ("# T\n\n::: cell\n", ":3:", "cannot read '::: cell'"),
    "a closing mark": (CELLS + ":::\n" + CLAIMS, ":9:", "cannot read ':::'"),
    "attribute without quotes": (
        CELLS.replace('alt="a"', "alt=a"), ":5:", "cannot read 'alt=a alt=\"b\"'",
    ),
    "a quote in a quote": (CELLS.replace('"a"', '"a "q" b"'), ":5:", "straight double quote"),
    "unknown attribute": (CELLS.replace('alt="b"', 'height="b"'), ":5:", "attribute 'height'"),
    "empty alt text": (CELLS.replace('"b"', '" "'), ":5:", "an alt text is empty"),
    "cell shown twice": (CELLS + "\n::: cell one.data\n", ":10:", "'data' is shown twice"),
    "cells in another order": (
        "# T\n\n::: cell one.plot\n\n::: cell one.data\n", ":3:", "order: 'data' comes first",
    ),
    "cell not shown": (
        "# T\n\n::: cell one.data\n", ": ", "'plot' of course_code/lessons/one.py:7 is not shown",
    ),
    "cell shown inside a fence alone": (
        CELLS.replace("::: cell one.oops", "~~~\n::: cell one.oops\n~~~"), ": ", "cell 'oops'",
    ),
    "claims not listed": (CELLS, ": ", "Add a block: ::: claims one"),
    "claim unknown": (CELLS + CLAIMS + "    grew: x.\n", ":12:", "asserts no claim 'grew'"),
    "claim without text": (CELLS + CLAIMS + "    grows:\n", ":12:", "the claim 'grows:'"),
    "claim not listed": (
        CELLS + "\n::: claims one\n    literature: X.\n", ":10:", "(arithmetic) is listed 0",
    ),
    "claim listed twice": (CELLS + CLAIMS + "    grows: Again.\n", ":10:", "is listed 2 times"),
    "comment that stays open": (CELLS + CLAIMS + "\n<!-- x\n", ":13:", "Close it with -->"),
    "fold given twice": (
        CELLS + CLAIMS.replace("\n", '    fold="a" fold="b"\n', 1), ":8:", "2 times",
    ),
    "fence that stays open": (CELLS + CLAIMS + "\n```python\nx\n````text\n", ":13:", "not closed"),
    "no title": (CELLS.replace("# T", "T"), ": ", "has no title before its first cell"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_names_its_line(course, case):
    text, where, words = REFUSED[case]
    with pytest.raises(CourseError) as error:
        read(course, text)
    assert str(error.value).startswith(f"docs/en/one.md{where}")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ('alt="b"', "", ":5:", "draws 2 figure(s) but has 1 alt text(s)"),
        ('    alt="a"', 'alt="a"', ":5:", "has 0 alt text(s)"),
        ('alt="b"', 'alt="b" alt="c"', ":5:", "has 3 alt text(s)"),
        ('alt="b"', 'alt="b" caption="1" caption="2" caption="3"', ":5:", "more captions"),
        ('alt="b"', 'alt="{{ b }}"', ":5:", "no value 'b'"),
        ("It grows", "It {{ x }}", ":11:", "no value 'x'"),
        ("# T\n", "# T\n{{ x }}\n", ":2:", "no value 'x'"),
        ("one.oops\n", "one.oops\n```\n{{ x }}\n```\n{{ x }}\n", ":12:", "no value 'x'"),
    ],
)
def test_what_does_not_fit_the_run_names_its_line(course, ran, old, new, where, words):
    page = read(course, (CELLS + CLAIMS).replace(old, new))
    with pytest.raises(CourseError) as error:
        filled(course, page)
    assert str(error.value).startswith(f"docs/en/one.md{where}")
    assert words in str(error.value)


def test_other_pages_use_values_of_named_lessons_and_show_no_cells(course, ran):
    page = read(course, "# Home\n\n{{ one/areas[1]:g}}\n", "index.md")
    assert page.lesson is None
    assert of(filled(course, page), Prose)[0].text == "# Home\n\n2.5\n"
    with pytest.raises(CourseError, match=r"deep/one\.md:1: lesson 'one' belongs on its own page"):
        read(course, "::: cell one.data\n", "deep/one.md")


def test_every_page_exists_in_every_language_and_for_every_lesson(write):
    course = write({"lessons/one": LESSON, "docs/en/one.md": "", "docs/zh/one.md": ""})
    assert page_paths(course) == {"en": [Path("one.md")], "zh": [Path("one.md")]}
    write({"docs/zh/deep/two.md": ""})
    with pytest.raises(CourseError, match=r"docs/en/deep/two\.md: .* the other language has it"):
        page_paths(course)
    (course.root / "docs/zh/deep/two.md").unlink()
    write({"lessons/three": LESSON})
    with pytest.raises(CourseError, match=r"docs/en/three\.md: .* its lesson has it"):
        page_paths(course)
