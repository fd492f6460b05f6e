"""Repeat lessons, several at once; each repeat is a small file, so that a stopped audit goes on.

`.lessons/.audit/<lesson>/<key>/<seed>-<repeat>.json`: the key is that of the lesson's run, since
all its code runs here, on the same versions. Shares of an audit merge by copying these files.
"""

import json
import os
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_code.publish.audit import repeat, repeater
from course_code.publish.audit.variations import SAME, Variation
from course_code.publish.base.course import PACKAGE, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest, log, write_atomically
from course_code.publish.run import processes
from course_code.publish.run.folders import empty_folder
from course_code.publish.run.plan import Plan

LIMIT = 1800  # seconds that one repeat may take


@cache
def _script() -> str:
    return Path(repeat.__file__).read_text("utf-8")


@dataclass(frozen=True)
class Unit:
    """One repeat of one lesson, by the seed of the audit."""

    plan: Plan
    seed: int
    repeat: int

    def path(self, course: Course) -> Path:
        """File of its result."""
        key = digest(self.plan.inputs.key + _script())
        folder = course.store / ".audit" / self.plan.lesson.name / key
        return folder / f"{self.seed}-{self.repeat}.json"

    def result(self, course: Course) -> dict | None:
        """What it gave, or None if it has not run."""
        try:
            return json.loads(self.path(course).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None


def units_of(plans: Iterable[Plan], seed: int, repeats: int) -> list[Unit]:
    """All repeats of the lessons, the first of each before the second of any."""
    plans = list(plans)
    return [Unit(plan, seed, repeat) for repeat in range(repeats) for plan in plans]


def unseen_seed(course: Course, plans: Iterable[Plan], repeats: int) -> int:
    """Draw a seed; or that of the same audit, of the same code, if it was stopped."""
    keys = {plan.lesson.name: plan.inputs.key for plan in plans}
    path, audit = course.store / ".audit" / "unfinished.json", {"keys": keys, "repeats": repeats}
    with suppress(OSError, ValueError, TypeError, KeyError):  # none, or a damaged one
        stopped = json.loads(path.read_text("utf-8"))
        if stopped == {**audit, "seed": int(stopped["seed"])}:
            return stopped["seed"]
    seed = secrets.randbelow(10**9)
    write_atomically(path, json.dumps({**audit, "seed": seed}).encode())
    return seed


def finish(course: Course) -> None:
    """The audit ends: the next one draws another seed."""
    (course.store / ".audit" / "unfinished.json").unlink(missing_ok=True)


def run_units(course: Course, units: list[Unit], jobs: int | None = None) -> None:
    """Run what has no result yet, and keep each result as soon as it is there.

    Args:
        course: whose store to use.
        units: the repeats.
        jobs: how many run at once, one thread each; by default one per core.

    Raises:
        CourseError: a repeat was killed; what the others gave is kept.
        KeyboardInterrupt: on Ctrl-C, when the repeats that ran have been ended.
    """
    todo = [unit for unit in units if unit.result(course) is None]
    jobs, begun = jobs or os.cpu_count() or 1, time.monotonic()
    pool = ThreadPoolExecutor(jobs)
    running = {pool.submit(_run_and_keep, course, unit): unit for unit in todo}
    try:
        for done, future in enumerate(as_completed(running), 1):
            unit, result = running[future], future.result()
            left = (time.monotonic() - begun) / done * (len(todo) - done)
            name, took = f"{unit.plan.lesson.name}, repeat {unit.repeat}", result["seconds"]
            said = f" {result['error']['says']}" if result["error"] else ""
            share = f"{len(units) - len(todo) + done} of {len(units)}"
            log.info("%s: %s, %.0f s; %.0f min left%s", share, name, took, left / 60, said)
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        while not all(future.done() for future in running):
            processes.end_children()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _run_and_keep(course: Course, unit: Unit) -> dict:
    result = run_unit(unit)
    write_atomically(unit.path(course), json.dumps(result).encode())
    return result


def run_unit(unit: Unit) -> dict:
    """Run one repeat in a process of its own, in an empty folder, on one thread.

    Returns:
        {"claims": {name: what its check recorded}, "seconds": …, "device": …, "error": None or
        {"cell": its name, "path": …, "line": …, "says": …}}.
    """
    return run_plan(unit.plan, unit.seed, unit.repeat)


def run_plan(plan: Plan, seed: int | None, repeat: int = 0, change: Variation = SAME) -> dict:
    """Run a lesson, changed as a reader might, on fresh randomness or (seed None) on its own."""
    blocks = [
        (cell, block, block is blocks[-1])
        for cell in plan.lesson.cells
        for blocks in [plan.inlined.blocks[cell.name]]
        for block in blocks
    ]
    sources = change.of([block.source for _, block, _ in blocks])
    code = [
        {"source": source, "expect": cell.expect if last else None}
        for source, (cell, _, last) in zip(sources, blocks, strict=True)
    ]
    job = {"package": PACKAGE, "seed": seed, "repeat": repeat, "blocks": code}
    result = _execute(job)
    if error := result["error"]:
        block, number = error["frame"]
        origins = blocks[block][1].origins
        path, line = origins[min(number, len(origins)) - 1]
        where = {"cell": blocks[error["block"]][0].name, "path": path.as_posix(), "line": line}
        result["error"] = {**where, "says": error["says"]}
    return result


def _execute(job: dict) -> dict:
    begun = time.monotonic()
    with empty_folder() as folder:
        (folder / "work").mkdir()
        files = {
            "folder": folder / "work",
            "result": folder / "result",
            "errors": folder / "errors",
        }
        code = repeater.run({**job, **{key: str(path) for key, path in files.items()}}, LIMIT)
        if code == 0:
            return json.loads(files["result"].read_text("utf-8"))
        if code is None:
            says = f"it took more than {LIMIT} seconds"
        elif code < 0:  # not the lesson's fault: nothing is kept
            what = f"a repeat was ended by signal {-code} (out of memory?)"
            raise CourseError(what, hint="The same command goes on where this one stopped.")
        else:
            errors = files["errors"].read_text("utf-8") if files["errors"].is_file() else ""
            says = f"its process ended with {code}: {errors.strip()[-400:]}"
            if code == repeat.FAILED:  # nor is this
                hint = "Is there space left? The same command goes on where this one stopped."
                raise CourseError(f"a repeat could not be run: {says}", hint=hint)
    error = {"block": 0, "frame": [0, 1], "says": says}
    return {"claims": {}, "error": error, "seconds": time.monotonic() - begun, "device": "unknown"}
