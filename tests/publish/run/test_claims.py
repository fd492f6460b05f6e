"""Claims of a run: kept with both sides, and every false one stops the build with them."""

import asyncio
import contextlib
import io
import math

import pytest
from conftest import ROOT

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import inline_lesson
from course_code.publish.lesson.read import read_lesson
from course_code.publish.run.execute import run_lesson
from course_code.publish.run.plan import plan_lesson
from course_code.publish.run.schedule import update

CLAIMS = (ROOT / "course_code/teach/claims.py").read_text("utf-8")
IMPORT = "from course_code.teach.claims import check\n\n"
EXPERIMENT = "width = 100\nscores = [width / (width + n) for n in SEEDS]\nprint('trained', width)"
CHECKS = (
    IMPORT
    + """check("measured good: the worst passes 95 %", min(scores), ">", 0.95)
for score in scores:
    check("measured near: all are near 1", score, "in", (0.9, 1))
check("arithmetic counted: {} are good", {len(scores)}, "==", {3})"""
)


@pytest.fixture
def claiming(one_lesson):
    """A course whose lesson `one` measures in c0 and judges in c1."""
    return lambda *sources: one_lesson(*(sources or (EXPERIMENT, CHECKS)), claims=CLAIMS)


def run(course) -> dict:
    lesson = read_lesson(course, "one")
    return asyncio.run(run_lesson(lesson, inline_lesson(course, lesson)))


def copied(course, width: int) -> str:
    """What a reader's copy prints with another width."""
    lesson, printed, namespace = read_lesson(course, "one"), io.StringIO(), {}
    blocks = inline_lesson(course, lesson).blocks
    with contextlib.redirect_stdout(printed):
        for block in (block for cell in lesson.cells for block in blocks[cell.name]):
            exec(block.source.replace("width = 100", f"width = {width}"), namespace)
    return printed.getvalue()


def test_a_run_keeps_both_sides_and_shows_what_a_copy_prints(claiming):
    course = claiming()
    result = run(course)
    assert result["claims"]["good"] == {
        "value": 100 / 102, "relation": ">", "bound": 0.95, "holds": True, "text": "0.9804 > 0.95",
    }  # fmt: skip
    assert [found["holds"] for found in result["claims"].values()] == [True] * 3
    shown = [output["text"] for blocks in result["cells"].values() for b in blocks for output in b]
    assert "\n".join(shown) + "\n" == copied(course, 100)
    assert "good: page > 0.95, here 0.9804: holds" in shown[1].split("\n")


def test_a_copy_with_another_width_runs_to_its_end_and_says_what_does_not_hold(claiming):
    assert copied(claiming(), 10).split("\n") == [
        "trained 10",
        "good: page > 0.95, here 0.8333: does not hold here",
        "near: page in [0.9, 1], here 1.0: holds",
        "near: page in [0.9, 1], here 0.9091: holds",
        "near: page in [0.9, 1], here 0.8333: does not hold here",
        "counted: page == [3], here [3]: holds",
        "",
    ]


def test_every_false_claim_is_named_with_both_sides_and_its_line(claiming):
    course = claiming(EXPERIMENT.replace("100", "10"), CHECKS)
    with pytest.raises(CourseError) as error:
        run(course)
    said = str(error.value).split("\n  Mend the experiment, or the claim and its prose.")
    assert [part.strip() for part in said] == [
        "course_code/lessons/one.py:10: lesson 'one', cell 'c1': the claim 'good' (measured) is "
        "false: the worst passes 95 %: not 0.8333 > 0.95",
        "course_code/lessons/one.py:12: lesson 'one', cell 'c1': the claim 'near' (measured) is "
        "false: all are near 1: not 0.8333 in [0.9, 1]",
        "",
    ]


def test_a_claim_is_checked_where_it_can_be_seen(claiming):
    hidden = 'check_it = check\ncheck_it("measured secret: unseen", 1, "<", 2)'
    never = 'for n in []:\n    check("measured never: unseen", n, "<", 2)'
    with pytest.raises(CourseError) as error:
        run(claiming(f"{IMPORT}{hidden}\n{never}"))
    assert "one.py:8: lesson 'one', cell 'c0': the claim 'never' was not checked" in str(
        error.value
    )
    assert "one.py: a hidden check of 'secret'" in str(error.value)


def test_numbers_that_json_lacks_are_kept(claiming):
    claims = run(claiming(f'{IMPORT}check("measured far: no bound", float("inf"), ">", 1)'))[
        "claims"
    ]
    assert claims["far"]["value"] == math.inf


def test_a_claim_that_cannot_be_told_stops_the_build(claiming):
    with pytest.raises(CourseError) as error:
        run(claiming(f'{IMPORT}check("measured far: no number", float("nan"), "<", 1)'))
    assert "'far' (measured) cannot be told: no number: not nan < 1" in str(error.value)


def test_false_claims_of_all_lessons_are_said_at_once_and_nothing_is_stored(claiming, write, ran):
    course = claiming(EXPERIMENT.replace("100", "10"), CHECKS)
    one = (course.lessons / "one.py").read_text("utf-8")
    write({"lessons/two": one})
    with pytest.raises(CourseError) as error:
        update(course, [plan_lesson(course, name) for name in ("one", "two")], 1)
    assert str(error.value).count("is false") == 4
    assert "lessons/one.py:12" in str(error.value)
    assert "lessons/two.py:10" in str(error.value)
    assert not list(course.store.glob("*/*.json"))
