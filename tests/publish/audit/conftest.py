"""A small course to audit, and repeats of it that take no time."""

import pytest

from course_code.publish.audit import repeats

from .measured import CLAIMS, FAIL, JUDGE, LATE, MEASURE


@pytest.fixture
def audited(one_lesson):
    """A course whose lesson measures, judges, fails on purpose, and may fail on some seeds."""
    course = one_lesson(MEASURE, JUDGE, FAIL, LATE, claims=CLAIMS)
    script = course.lessons / "one.py"
    text = script.read_text("utf-8").replace('"c2"', '"c2" expect="ZeroDivisionError"')
    script.write_text(text, "utf-8")
    return course


@pytest.fixture
def counted(monkeypatch) -> tuple[list, list]:
    """Units that ran, in no time; after three of them one is stopped if the other list says so."""
    ran = []

    def run_unit(unit):
        ran.append((unit.plan.lesson.name, unit.seed, unit.repeat))
        if ran[3:] and stop:
            raise KeyboardInterrupt
        value = unit.repeat / 10
        record = {"value": value, "relation": "<", "bound": 0.9, "holds": value < 0.9, "text": "t"}
        return {"claims": {"small": record}, "seconds": 1.0, "device": "cpu", "error": None}

    stop = []
    monkeypatch.setattr(repeats, "run_unit", run_unit)
    return ran, stop
