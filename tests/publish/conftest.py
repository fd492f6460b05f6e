"""Small courses written by a test, and a run of their lessons that needs no kernel.

Such a lesson may call `figure()`, with a label or without, and `check()` without importing them.
"""

import io
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import pytest

from course_code.publish.base import again
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.run import execute as run
from course_code.publish.run.inside.values import UnusableError, convert

SEEDS = "SEEDS = range(3)\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = (  # one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
FIGURE = {theme: {"width": 40, "height": 30, "data": SVG} for theme in ("light", "dark")} | {
    "notebook": {"format": "png", "data": PNG}
}


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    """What a test replaces must not be known from the one before."""
    again.forget()


@pytest.fixture
def write(tmp_path):
    """Write a course: file names without `course_code/` and `.py`, or with a suffix, and texts."""

    def write(files: dict[str, str], root: Path = tmp_path) -> Course:
        for name, text in files.items():
            path = root / (name if "." in name else f"course_code/{name}.py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return Course(root)

    return write


@pytest.fixture
def one_lesson(write):
    """A course whose lesson `one` has cells c0, c1, … (seeds added); modules by keyword."""

    def one_lesson(*sources: str, **modules: str) -> Course:
        cells = [f'# %% name="c{i}"\n{source}\n' for i, source in enumerate(sources)]
        cells[0] = cells[0].replace("\n", f"\n{SEEDS}", 1)
        teach = {f"teach/{name}": text for name, text in modules.items()}
        return write({"lessons/one": "\n".join(cells), **teach})

    return one_lesson


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """Names of the lessons that ran; they run in this process, where `figure()` draws one."""
    names = []

    async def run_lesson(lesson, inlined, started=lambda cell: None):
        names.append(lesson.name)
        namespace, cells = {}, {}
        for cell in lesson.cells:
            started(cell.name)
            cells[cell.name] = [execute(block, namespace) for block in inlined.blocks[cell.name]]
        values = {name: plain(namespace[name]) for name in inlined.names}
        claims = namespace.get("CLAIMS", {})
        run.check_claims(lesson, claims)
        kept = {"cells": cells, "values": values, "claims": claims}
        return {**kept, "device": "cpu", "seconds": {"c0": 0.1}}

    monkeypatch.setattr(run, "run_lesson", run_lesson)
    return names


def plain(value):
    """What the kernel reports of a value; None if prose cannot use it."""
    try:
        return convert(value)
    except UnusableError:
        return None


def record(claims: dict, claim: str, value, relation: str, bound) -> None:
    """Stands for `check` of course_code/teach/claims.py, whose claims hold."""
    said = {"value": value, "relation": relation, "bound": bound, "holds": True}
    claims[claim.split(":")[0].split()[1]] = {**said, "text": f"{value} {relation} {bound}"}


def labelled(label: str) -> dict:
    """A figure that says something, or nothing."""
    svg = SVG.replace("/>", f'><text x="1" y="2">{label}</text></svg>') if label else SVG
    return FIGURE | {theme: FIGURE[theme] | {"data": svg} for theme in ("light", "dark")}


def execute(block, namespace: dict) -> list[dict]:
    outputs = []
    namespace["figure"] = lambda label="": outputs.append({"figure": labelled(label)})
    namespace.setdefault("check", partial(record, namespace.setdefault("CLAIMS", {})))
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            exec(block.source, namespace)
    except ZeroDivisionError as error:
        raise CourseError(f"a cell failed: {error}") from None
    return [{"text": printed.getvalue().rstrip("\n")}] * bool(printed.getvalue()) + outputs
