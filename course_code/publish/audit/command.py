"""`python -m course_code.publish audit`: repeat lessons on fresh randomness, sum up, record."""

import argparse
import sys
from collections.abc import Collection
from pathlib import Path

from course_code.publish.audit.dropped import frequencies
from course_code.publish.audit.record import entry, save
from course_code.publish.audit.repeats import finish, run_plan, run_units, units_of, unseen_seed
from course_code.publish.audit.result import stays
from course_code.publish.audit.variations import VARIATIONS
from course_code.publish.base.arguments import count
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError, in_words
from course_code.publish.base.files import log
from course_code.publish.base.shares import shard
from course_code.publish.run.plan import Plan, plan_lesson

GO_ON = "Stopped; the same command goes on."


@in_words
def audit(arguments: list[str]) -> int:
    """Do what the command line says; 1 if a claim does not stay, 130 if stopped."""
    options = _parser().parse_args(arguments)
    try:
        return _audit(Course(options.root.resolve()), options)
    except KeyboardInterrupt:
        if options.vary:
            raise
        print(GO_ON, file=sys.stderr)
        return 130


def _audit(course: Course, options: argparse.Namespace) -> int:
    if options.shard and not options.vary and (options.seed is None or options.record):
        hint = "Give each share --seed, merge .lessons/.audit, then record with that seed."
        raise CourseError("shares of one audit need its seed", hint=hint)
    plans = _with_claims(course, [*dict.fromkeys(options.lesson or course.lesson_names())])
    if options.vary:
        return _vary(shard(plans, options.shard or "1/1"))
    drawn = options.seed is None
    seed = unseen_seed(course, plans, options.repeats) if drawn else options.seed
    units = units_of(plans, seed, options.repeats)
    share = shard(units, options.shard) if options.shard else units
    log.info("%d repeats of %d lessons, seed %d", len(share), len(plans), seed)
    run_units(course, share, options.jobs)
    results = {plan.lesson.name: [] for plan in plans}
    for unit in units:
        results[unit.plan.lesson.name].append(unit.result(course))
    if any(None in found for found in results.values()):
        print("this share is done; with the others beside it, the command without --shard sums up")
        return 0
    entries = {p.lesson.name: entry(p, seed, results[p.lesson.name]) for p in plans}
    counted = {name: frequencies(course, name) for name in entries}
    print("\n\n".join(report(name, found, counted[name]) for name, found in entries.items()))
    if options.record:
        save(course, entries)
    if drawn:
        finish(course)
    fell = [
        name for name, found in entries.items() if found["stopped"] or _fell(found, counted[name])
    ]
    return 1 if fell else 0


def _vary(plans: list[Plan]) -> int:
    """Change what a reader might: each copy has to run to its end, whatever still holds in it."""
    stopped = 0
    for plan in plans:
        for name, variation in VARIATIONS.items():
            result = run_plan(plan, None, change=variation)
            holds = [found["holds"] for found in result["claims"].values()]
            said = f"{holds.count(True)} of {len(holds)} claims hold"
            if unknown := holds.count(None):
                said += f", {unknown} cannot be told"
            if error := result["error"]:
                stopped += 1
                said = f"stopped at {error['path']}:{error['line']}: {error['says']}"
            print(f"{plan.lesson.name}, {name}: {said} ({result['seconds']:.0f} s)", flush=True)
    return 1 if stopped else 0


def report(name: str, found: dict, counted: Collection[str] = ()) -> str:
    """A lesson's table: how often each claim held, the spread of its statistic, its worst case.

    Args:
        name: of the lesson.
        found: what is recorded of it.
        counted: its claims that are told as how often they hold.
    """
    lines = [f"{name}: {found['repeats']} repeats, seed {found['seed']}, on {found['device']}"]
    for stop in found["stopped"]:
        where = f"{stop['path']}:{stop['line']}, cell {stop['cell']!r}"
        lines.append(f"  stopped in repeat {stop['repeat']} at {where}: {stop['says']}")
    for claim, row in found["claims"].items():
        bound = "a bound that varies" if row["bound"] is None else row["bound"]
        said = f"{row['held']:3}/{row['of']} {claim} ({row['kind']}) {row['relation']} {bound}"
        if row["quartiles"]:
            said += "; quartiles " + " ".join(f"{value:g}" for value in row["quartiles"])
        if row["worst"]:
            said += f"; worst in repeat {row['worst']['repeat']}: {row['worst']['text']}"
        lines.append(("# " if claim in counted else "  " if stays(row) else "! ") + said)
    fell = _fell(found, counted)
    return "\n".join([*lines, f"  below the rule: {', '.join(fell) or 'none'}"])


def _fell(found: dict, counted: Collection[str]) -> list[str]:
    rows = found["claims"].items()
    return [claim for claim, row in rows if not (stays(row) or claim in counted)]


def _with_claims(course: Course, names: list[str]) -> list[Plan]:
    """Lessons that check something."""
    return [plan for name in names if (plan := plan_lesson(course, name)).lesson.claims]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_code.publish audit", description=__doc__
    )
    parser.add_argument("--repeats", type=count, default=20, help="of each lesson (default 20)")
    parser.add_argument("--lesson", metavar="NAME", action="append", help="only this lesson")
    parser.add_argument("--seed", type=int, help="of the fresh randomness (default: a new one)")
    parser.add_argument("--shard", metavar="I/N", help="only share I of N; merge .lessons/.audit")
    parser.add_argument("--jobs", type=count, help="repeats run at once (default: one per core)")
    parser.add_argument("--record", action="store_true", help="write what the pages tell")
    parser.add_argument("--vary", action="store_true", help="run copies as readers change them")
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    return parser
