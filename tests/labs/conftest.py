"""A lab's step with an answer that a student might give, checked in this process."""

from functools import cache

import pytest
from conftest import ROOT

from course_code.publish.base.course import Course
from course_code.publish.lab.read import Lab, read_lab

COURSE = Course(ROOT)


@cache
def lab(name: str) -> Lab:
    return read_lab(COURSE, f"labs/{name}")


def attempt(name: str, step: str, answer: str, **earlier: str) -> tuple[str, str, str]:
    """(verdict, what is said in English, in Chinese) of a step whose cell holds `answer`.

    All steps before it count as passed. They hold their solutions, or what `earlier` has for them.
    """
    namespace = {"__name__": "lab"}
    for part in lab(name).parts:
        if part.cell.name == step:
            exec(answer, namespace)
            number = [each.cell.name for each in lab(name).steps].index(step) + 1
            namespace["steps"].passed = set(range(1, number))
        elif part.cell.name == f"check_{step}":
            exec(part.cell.source, namespace)
            return tuple(namespace["steps"].log[-1][1:])
        elif not part.cell.name.startswith("check_"):
            exec(earlier.get(part.cell.name, part.solution.source), namespace)
        else:
            _define(part.cell.source, namespace)
    raise AssertionError(f"{name} has no step {step}")


def _define(check: str, namespace: dict) -> None:
    """What a check defines, which later ones may use, without running it."""
    exec(check[: check.rindex("\nsteps.check(")], namespace)


@pytest.fixture
def wrong(request):
    """Check that an answer is wrong, and that the message names the mistake."""

    def wrong(step: str, answer: str, said: str) -> None:
        verdict, en, zh = attempt(_lab_of(request), step, answer)
        assert (verdict, said in en) == ("wrong", True), en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)

    return wrong


@pytest.fixture
def right(request):
    """Check that an answer passes, though it is not the solution as written."""

    def right(step: str, answer: str, **earlier: str) -> None:
        verdict, en, _ = attempt(_lab_of(request), step, answer, **earlier)
        assert verdict == "passed", en

    return right


def _lab_of(request) -> str:
    return request.module.__name__.rpartition("test_")[2]
