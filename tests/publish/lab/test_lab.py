"""The engine of labs on toy ones: what is read, tried, shown, and refused."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT

from course_code.publish.__main__ import main
from course_code.publish.base import again
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lab.leaks import check_secret, leaks
from course_code.publish.lab.read import read_lab
from course_code.publish.lab.trial import as_lesson, judge, plan_lab, shown
from course_code.publish.page.parts import Page, Prose
from course_code.publish.run.execute import run_lesson
from course_code.publish.run.plan import Run
from course_code.publish.run.schedule import runs, update
from course_code.publish.website.proof import problems

KIT = (ROOT / "course_code/teach/steps.py").read_text("utf-8")
LAB = '''
# %% name="setup"
import torch

from course_code.teach.steps import Steps, call, need_same

steps = Steps("en", 2)

# %% name="double"
def double(x):
    """Return 2x."""
    # zh: 返回 2x。
    # stub
    # return ...  # twice
    # zh: 两倍
    # solution
    return x + x + x - x
    # end

# %% name="check_double"
def check_double():
    need_same(call(double, torch.ones(2)), torch.full((2,), 2.0), "double(x)")

steps.check(1, check_double)

# %% name="helper"
limit = 3

# %% name="total"
def total(x):
    # stub
    # both = ...
    # for part in x:
    #     ...
    # solution
    both = 0
    for part in x:
        both = both + double(part)
    # end
    return both

# %% name="check_total"
def check_total():
    need_same(call(total, torch.ones(limit)), 6.0, "total(x)")

steps.check(2, check_total, needs=[1])
'''


@pytest.fixture
def toy(write):
    def toy(*changes: tuple[str, str]):
        text = LAB
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return write({"labs/toy": text, "teach/steps": KIT})

    return toy


@pytest.fixture
def tried(toy):
    """Run a toy lab in this process, and judge it."""

    def tried(*changes: tuple[str, str]):
        course = toy(*changes)
        lab = read_lab(course, "labs/toy")
        plan, namespace = plan_lab(course, lab), {}
        for cell in plan.lesson.cells:
            for block in plan.inlined.blocks[cell.name]:
                exec(block.source, namespace)
        judge(lab, Run(plan, {"values": namespace}))
        return lab, plan

    return tried


def test_a_step_is_read_as_what_the_student_finds_and_as_its_solution(toy):
    lab = read_lab(toy(), "labs/toy")
    assert [part.cell.name for part in lab.steps] == ["double", "total"]
    double, total = lab.steps
    assert double.stub.source.endswith('"""Return 2x."""\n    return ...  # twice')
    assert double.solution.source.endswith('"""Return 2x."""\n    return x + x + x - x')
    assert "    for part in x:\n        ...\n    return both" in total.stub.source
    assert all(cell.timeout == 120 for cell in as_lesson(lab).cells)


def test_a_kept_lab_is_the_lab_as_it_was_read(toy, monkeypatch):
    course = toy()
    read = read_lab(course, "labs/toy")
    again.forget()
    monkeypatch.setattr("course_code.publish.lab.read.translations", None)  # not read once more
    assert read_lab(course, "labs/toy") == read
    assert read.said["twice"] == "两倍"
    monkeypatch.undo()
    (course.labs / "toy.py").write_text(LAB.replace("两倍", "乘二"), "utf-8")
    assert read_lab(course, "labs/toy").said["twice"] == "乘二"
    (course.labs / "toy.py").write_text(LAB.replace("    # zh: 两倍\n", ""), "utf-8")
    with pytest.raises(CourseError, match=r"labs/toy\.py:14: not said in Chinese: 'twice'"):
        read_lab(course, "labs/toy")


def test_a_good_lab_is_judged_good_and_shown_without_its_solutions(tried):
    lab, plan = tried()
    for language in ("en", "zh"):
        blocks = shown(lab, plan, language).plan.inlined.blocks
        code = "\n".join(block.source for own in blocks.values() for block in own)
        assert f'steps = Steps("{language}", 2)' in code
        assert "class Steps" in code
        assert "x + x + x" not in code
        assert "course_code" not in code
    assert '"""返回 2x。"""\n    return ...  # 两倍' in code
    assert 'class Steps:\n    """The steps of a lab' in code  # the course's own stays as it is
    solved = shown(lab, plan, "zh", solved=True).plan.inlined.blocks
    assert "x + x + x - x" in solved["double"][-1].source
    assert solved["check_total"] == blocks["check_total"]


def test_a_trial_runs_in_a_kernel_once_and_is_kept(toy, capsys):
    course = toy()
    lab = read_lab(course, "labs/toy")
    plan = plan_lab(course, lab)
    for asked in ("--why",), ("--why", "--only", "labs/toy"):
        assert main(["--root", str(course.root), *asked]) == 0
        assert capsys.readouterr().out == "labs/toy: runs: it has no stored run\n"
    assert update(course, [plan]) == ["labs/toy"]
    assert update(course, [plan_lab(course, read_lab(course, "labs/toy"))]) == []
    run = runs(course, [plan])["labs/toy"]
    judge(lab, run)
    said = [(number, verdict) for number, verdict, *_ in run.values["RESULTS"]]
    assert said == [
        *[(1, "wrong"), (2, "wrong")],
        *[(1, "wrong"), (1, "passed"), (2, "wrong"), (2, "passed")],
    ]


def test_what_hangs_is_stopped_and_named(toy):
    course = toy(
        ('name="check_total"', 'name="check_total" timeout=1'),
        ("def check_total():\n", "def check_total():\n    while True:\n        pass\n"),
        ("needs=[1]", ""),
    )
    plan = plan_lab(course, read_lab(course, "labs/toy"))
    with pytest.raises(CourseError, match="'check_total' took more than 1 seconds"):
        asyncio.run(run_lesson(plan.lesson, plan.inlined))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# both = ...", "# rest = ...", "binds rest, which its solution does not"),
        ("return ...  # twice", "return x  # twice", "a stub without `...`"),
        ("    # return ...  # twice", "    # ...", "only one of stub and solution returns"),
        ("    # return ...  # twice", "    return ...", "a line of a stub that is no comment"),
        ("    # solution\n    both", "    both", "a line of a stub that is no comment"),
        ("    # end\n    return both", "    return both", "# solution without # end"),
        ('name="check_total"', 'name="check_sum"', "step 'total' has no check"),
        ("limit = 3", "import math", "an import below the first cell"),
        ('Steps("en", 2)', 'Steps("en", 3)', "the lab has 2 steps"),
        ("    # both = ...", "    # both = ... (", "syntax error"),
        ("    # zh: 两倍\n", "", "toy.py:14: not said in Chinese: 'twice'"),
        ("    # solution\n    both", "    # zh: 都\n    # solution\n    both", "stands below no"),
        (
            "# %% name=\"total\"\ndef total(x):\n    # stub\n    # both = ...\n",
            "# %% name=\"total\"\n# stub\n# def total(x, y):\n#     return ...\n# solution\n"
            "def total(x):\n    return 6.0\n# end\n\ndef other(x):\n    # stub\n    # both = ...\n",
            "its stub defines ['other(x)', 'total(x, y)'], its solution ['other(x)', 'total(x)']",
        ),
    ],
)  # fmt: skip
def test_what_has_drifted_is_refused_with_file_and_line(toy, old, new, said):
    with pytest.raises(CourseError) as error:
        read_lab(toy((old, new)), "labs/toy")
    assert str(error.value).startswith("course_code/labs/toy.py:")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("(2,), 2.0)", "(2,), 3.0)"), "'double': its solution fails: double"),
        (("    need_same(call(double", "    return\n    need_same(call(double"), "its stub passes"),
        (("    need_same(call(total", "    1 / 0\n    need_same(call(total"), "its check breaks"),
        (("steps.check(1, check_double)", "steps.check(1, check_double)\n" * 2), "checks ran as"),
    ],
)  # fmt: skip
def test_what_its_checks_should_not_have_said_is_refused(tried, change, said):
    with pytest.raises(CourseError) as error:
        tried(change)
    assert said in str(error.value)


def test_a_check_has_to_speak_both_languages(tried):
    raising = 'raise Wrong("no", "no")\n    need_same(call(total'
    with pytest.raises(CourseError, match="'total': its check does not speak both languages"):
        tried(("Steps, call", "Steps, Wrong, call"), ("need_same(call(total", raising))


def test_a_stub_that_passes_once_earlier_steps_are_solved_is_refused(tried):
    with pytest.raises(CourseError, match="'total': its stub passes"):
        tried(("call(total, torch.ones(limit)), 6.0", "6.0, 6.0"))


def test_a_solution_on_a_page_is_a_leak_whatever_its_spaces(toy):
    lab = read_lab(toy(), "labs/toy")
    assert list(leaks(lab, "Take `both +  double( part)`.")) == [
        ("total", "both = both + double(part)")
    ]
    assert list(leaks(lab, "Use double for each part, and add: x + x.")) == []
    with pytest.raises(CourseError, match=r"toy\.md: gives away the solution of step 'total'"):
        check_secret(lab, "toy.md", "result = both+double(part)")


def test_what_the_frame_shows_is_no_leak(toy):
    lab = read_lab(
        toy(("limit = 3", "limit = 3\nboth = 0\nthird = both + double(part=1)")), "labs/toy"
    )
    assert list(leaks(lab, "both + double(part)")) != []
    lab = read_lab(toy(("limit = 3", "part = both = 1\nthird = both + double(part)")), "labs/toy")
    assert list(leaks(lab, "both + double(part)")) == []


def test_a_solution_in_the_built_site_fails_its_proof(toy, tmp_path):
    """Whatever brought it there: the page is read as it was built."""
    lab = read_lab(toy(), "labs/toy")
    page = Page(Path("docs/en/labs/toy.md"), "en", lab.name, (Prose("# Toy\n", 1),))
    site = SimpleNamespace(
        course=Course(tmp_path),
        pages={("en", "labs/toy.md"): page},
        labs={lab.name: (lab, None)},
        markdown=lambda *_: "# Toy\n",
    )
    file = tmp_path / "site/labs/toy/index.html"
    file.parent.mkdir(parents=True)
    file.write_text("<h1>Toy</h1>", "utf-8")
    assert problems(site, tmp_path / "site") == []
    file.write_text("<h1>Toy</h1><p>Take <b>both</b> + double(part).</p>", "utf-8")
    (found,) = problems(site, tmp_path / "site")
    assert "it gives 'both = both + double(part)' away" in found
