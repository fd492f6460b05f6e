"""A page opens with its answer and its times; what lies further is told from the core."""

from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.base.words import LABELS
from course_code.publish.lesson.read import read_lesson
from course_code.publish.page.depths import Amount, amount, amounts, reading_time, worked
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import Opening, Prose, ShownFigure
from course_code.publish.page.write import Place, to_markdown
from course_code.publish.run import schedule
from course_code.publish.run.plan import plan_lesson

LESSON = """# %% name="data"
SEEDS = range(3)
share = 0.5

print(share)

# %% name="plot"
figure()
"""
PAGE = """# One: a title

Is it so?

::: opening one
    needs="one" answer="Yes, in {{ share:.0%}} of the [runs](#end)."
    figure="plot"

::: cell one.data

::: further

## The end {#end}

::: cell one.plot
    fold-code="The code"
    alt="Seen" caption="**What** is it? This."
"""


@pytest.fixture
def course(write):
    return write({"lessons/one": LESSON, "docs/en/one.md": PAGE})


def read(course, text: str = PAGE):
    (course.root / "docs/en/one.md").write_text(text, "utf-8")
    return parse(course, "en", Path("one.md"), {"one": read_lesson(course, "one")})


def filled(course, page):
    plan = plan_lesson(course, "one")
    schedule.update(course, [plan])
    return fill_page(page, schedule.runs(course, [plan]), titles={"one": "One"})


def test_an_opening_tells_times_needs_and_answer_and_shows_the_figure_again(course, ran):
    page = filled(course, read(course))
    assert not any(isinstance(segment, Opening) for segment in page.segments)
    text = to_markdown(page, None, Place("../", "../"))
    told = "Core: about 1 min to read, 5 with guesses and code\u00a0· everything: 1 min to read"
    assert f"{told} · to know before: [One](one.md)" in text
    assert (
        f'??? abstract "{LABELS["en"]["answer"]}"\n\n    Yes, in 50% of the [runs](#end).' in text
    )
    (shown,) = (segment for segment in page.segments if isinstance(segment, ShownFigure))
    assert (shown.cell, shown.alt, shown.caption) == ("plot", "Seen", "**What** is it? This.")
    assert text.count('src="../assets/lessons/one/plot-1.light') == 2
    assert "\n    //// html | figure.lesson-figure.first\n" in text.partition("## Further")[0]
    hooked = filled(course, read(course, PAGE.replace('figure="plot"', 'hook="plot"')))
    assert "\n//// html | figure.lesson-figure.first\n" in to_markdown(hooked, None, Place("", ""))
    assert amounts(hooked)[0].figures == amounts(page)[0].figures + 1 == 1


def test_lists_that_count_an_opened_page_tell_the_time_that_it_tells(course, ran):
    for count in range(0, 180, 9):  # of one of them a line more would be a minute more
        long = PAGE.replace('figure="plot"', 'hook="plot"').replace("Is it so?", "Word. " * count)
        page = filled(course, read(course, long))
        assert reading_time(*amounts(page), "en") in to_markdown(page, None, Place("", ""))


def test_the_core_ends_where_further_begins(course, ran):
    core, whole = amounts(filled(course, read(course)))
    before = "One: a title Is it so?"
    assert core.lines == whole.lines == 3  # blank lines and folded code are not read
    assert (core.printed, core.figures, whole.figures) == (1, 0, 1)
    assert core.words == len(before.split())
    below = "Further " + LABELS["en"]["alone"] + " The end What is it This"
    assert whole.words == core.words + len(below.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One two-fold `code here` $x = 1$ don't\n", 4),
        ("监督学习 needs 标签 {{x}}", 7),
        ("A [link](far/away.md){ .md-button } and a note[^1]\n\n[^1]: Long\n    text\n", 5),
        ('Seen\n\n??? question "Folded"\n\n    not\n\n    counted\n\nagain\n', 2),
        ("```python\ncode\n```\n<!-- hidden -->\n| a | b |\n| - | - |\n| c | d |\n", 4),
        ('!!! note "Title"\n\n    is read\n', 3),
        ('One <img alt="a > b c"\nsrc="d"> two < 3 <b>four</b>\n', 4),
        ('One <b title="`a`">two</b>\n', 2),
    ],
)
def test_words_are_counted_as_they_are_read(text, words):
    assert amount(text).words == words


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        (r"Let $x_1 = \frac{a}{b}$", 6),
        ("$$\n\\mathrm{softmax}(z)_i = \\left(e^{z_i}\\right)\n$$\n", 11),
        ('??? tip "Folded"\n\n    $x$\n', 0),
    ],
)
def test_symbols_of_formulas_are_counted_as_they_are_read(text, symbols):
    assert amount(text).symbols == symbols


def test_minutes_follow_what_there_is_to_read():
    assert Amount(1800).minutes("en") == Amount(3000).minutes("zh") == 10
    assert Amount(lines=100).minutes("en") == 12
    assert Amount(symbols=500).minutes("en") == Amount(figures=10).minutes("zh") == 2
    assert Amount().minutes("en") == 1
    assert (worked(17), worked(1)) == (35, 5)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('answer="', 'says="', "unknown attribute 'says'"),
        ('answer="Yes, in {{ share:.0%}} of the [runs](#end)."', "", "gives no answer"),
        ('needs="one"', 'needs="two"', "no lesson 'two'"),
        ('figure="plot"', 'figure="plots"', "no cell 'plots'"),
        ("::: further", "::: further one", "cannot read '::: further one'"),
        ("::: opening one", "::: opening", "cannot read '::: opening'"),
    ],
)
def test_what_cannot_be_opened_names_its_line(course, old, new, words):
    with pytest.raises(CourseError, match="docs/en/one.md:") as error:
        read(course, PAGE.replace(old, new))
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("share:.0%", "shares:.0%", "no value 'shares'"),
        ('figure="plot"', 'figure="data"', "cell 'data' draws no figure"),
    ],
)
def test_what_the_run_lacks_names_the_line_of_the_opening(course, ran, old, new, words):
    with pytest.raises(CourseError, match="docs/en/one.md:5") as error:
        filled(course, read(course, PAGE.replace(old, new)))
    assert words in str(error.value)


def test_a_page_without_depths_is_all_core(course, ran):
    page = filled(course, read(course, PAGE.replace("::: further\n", "")))
    core, whole = amounts(page)
    assert core == whole
    assert isinstance(page.segments[0], Prose)
