"""The site's scripts on an accelerator: do values and claims agree with the stored run on a CPU?"""

import json
import math
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from course_code.publish.base.course import ENGINE, PACKAGE, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.compare import collect
from course_code.publish.compare.changes import HEADINGS, Agreement, agreement
from course_code.publish.run import processes
from course_code.publish.run.folders import empty_folder
from course_code.publish.run.plan import Plan, plan_lesson
from course_code.publish.run.store import Store

LIMIT = 1800  # seconds for one script
HINT = "Name one whose torch knows the device: --python PATH"


@dataclass(frozen=True)
class Row:
    """One script: how far it agrees with the CPU, seconds on both."""

    lesson: str
    agreement: Agreement
    seconds: tuple[float, float]  # on the CPU, here
    error: str | None
    card: str
    memory: int  # bytes that its tensors took on the card: 0 where it computes on the CPU

    @property
    def complaints(self) -> list[str]:
        """What is wrong: it stopped, claims fell, values are missing."""
        return [f"stopped: {self.error}"] * bool(self.error) + self.agreement.complaints


def check(
    course: Course, site: Path, python: str, lessons: Sequence[str] | None = None
) -> list[Row]:
    """Run each published script in an empty folder.

    Args:
        course: whose stored runs to compare with.
        site: as built, from the same code.
        python: an interpreter whose torch knows the accelerator.
        lessons: some of them; by default all.

    Raises:
        CourseError: there is no accelerator, no script, or no stored run on a CPU.
    """
    plans = [plan_lesson(course, name) for name in lessons or course.lesson_names()]
    jobs = [(plan, _script(site, plan), _on_cpu(course, plan)) for plan in plans]
    return [_row(plan, stored, run(script, python, stored)) for plan, script, stored in jobs]


def run(script: Path, python: str, stored: dict) -> dict:
    """Run a script in an empty folder, away from the course; see collect.py for what comes back.

    A script whose process breaks, or takes too long, loses nobody else's result: it has an error.

    Raises:
        CourseError: the interpreter has no accelerator, or cannot be run.
    """
    job = {"package": PACKAGE, "root": str(ENGINE), "names": [*stored["values"]]}
    with empty_folder() as folder:
        result, work = folder / "result.json", folder / "work"
        work.mkdir()
        command = [python, "-P", collect.__file__, script.resolve(), result]
        try:
            done = processes.run_script(command, job, folder, work, LIMIT)
        except subprocess.TimeoutExpired:
            return _broken(f"it took more than {LIMIT} seconds")
        except OSError as error:
            raise CourseError(f"cannot be run: {error.strerror}", python) from None
        if not result.is_file():
            says = " ".join(done.stderr[-400:].split())
            return _broken(f"its process ended with {done.returncode}: {says}")
        found = json.loads(result.read_text("utf-8"))
    if found["device"] == "cpu":
        raise CourseError(f"{python} finds no accelerator on this machine", hint=HINT)
    return found


def _broken(error: str) -> dict:
    """What is known of a script that left no result."""
    told = {"device": "", "card": "", "memory": 0, "seconds": math.nan}
    return {"values": {}, "claims": {}, "error": error, **told}


def as_markdown(rows: list[Row]) -> str:
    """Return the table, with its date and card."""
    cards = ", ".join(sorted({row.card for row in rows if row.card})) or "no card"
    lines = [
        "# The scripts on an accelerator",
        "",
        f"{cards}, {datetime.now(UTC).date().isoformat()}: each script as it is published, in an "
        "empty folder, compared with the stored run on the CPU.",
        "",
        f"| Lesson | {' | '.join(HEADINGS)} | MB on the card | Seconds, CPU | Seconds, here |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        seconds = (f"{each:.1f}" for each in row.seconds)
        cells = [row.lesson, *row.agreement.cells, f"{row.memory / 1e6:.1f}", *seconds]
        lines.append(f"| {' | '.join(cells)} |")
    said = [f"- {row.lesson}: {what}" for row in rows for what in row.complaints]
    return "\n".join([*lines, *([""] if said else []), *said]) + "\n"


def _row(plan: Plan, stored: dict, found: dict) -> Row:
    seconds = (sum(stored["seconds"].values()), found["seconds"])
    name = plan.lesson.name
    agrees = agreement(stored, found)
    return Row(name, agrees, seconds, found["error"], found["card"], found["memory"])


def _script(site: Path, plan: Plan) -> Path:
    path = site / "scripts" / f"{plan.lesson.name}.py"
    if not path.is_file():
        raise CourseError("no such script", path, hint="Build the site first: make build")
    return path


def _on_cpu(course: Course, plan: Plan) -> dict:
    stored = Store(course).alike(plan.lesson.name, plan.inputs, "cpu")
    if stored is None:
        hint = "Build on a CPU first, and copy its .lessons."
        raise CourseError("no stored run of this code on a CPU", plan.lesson.path, hint=hint)
    return stored
