"""`python -m course_code.publish`: check the pages and run the lessons whose inputs changed.

`python -m course_code.publish audit` repeats the lessons on fresh randomness.
`python -m course_code.publish labs` tries the labs; with `--solutions` it writes solved notebooks.
`python -m course_code.publish prove FOLDER` says what a built site lacks, whatever built it.
`python -m course_code.publish report OLD NEW` compares two sites or stores: before and after.
`python -m course_code.publish pdf` prints a built site as one PDF for each language.
`python -m course_code.publish gpu-check` runs the published scripts on an accelerator.
`python -m course_code.publish drift` runs notebooks and labs with what a reader has installed.
`python -m course_code.publish colab` writes down what Colab has installed now.
"""

import argparse
import logging
import sys
from pathlib import Path

from course_code.publish.base.arguments import count
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.declared import read_declared, undeclared
from course_code.publish.base.errors import CourseError, in_words
from course_code.publish.base.files import log, write_atomically
from course_code.publish.base.shares import shard
from course_code.publish.base.stops import STOPPED, as_ctrl_c
from course_code.publish.lab.read import read_lab
from course_code.publish.lab.trial import plan_lab
from course_code.publish.run.plan import Plan, plan_lesson
from course_code.publish.run.schedule import update
from course_code.publish.run.store import Store
from course_code.publish.states.script import plan_states
from course_code.publish.website.export import export
from course_code.publish.website.nav import extra, published
from course_code.publish.website.prepare import prepare
from course_code.publish.website.proof import problems

SOLUTIONS = Path("build/solutions")  # not in the site
COMPARING = {
    "report": "report",
    "gpu-check": "gpu_check",
    "drift": "drift",
    "colab": "write_constraints",
}


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and do it; 1 when the course has a mistake, 130 when stopped."""
    arguments = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)  # a damaged store entry is said
    as_ctrl_c()
    try:
        return _command(arguments)
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return 130


def _command(arguments: list[str]) -> int:
    if arguments[:1] == ["audit"]:
        from course_code.publish.audit.command import audit  # heavy

        return audit(arguments[1:])
    if arguments[:1] and arguments[0] in COMPARING:
        from course_code.publish.compare import command  # heavy

        return getattr(command, COMPARING[arguments[0]])(arguments[1:])
    if arguments[:1] == ["pdf"]:
        from course_code.publish.paper.command import pdf  # heavy

        return pdf(arguments[1:])
    if arguments[:1] == ["prove"]:
        return proved(arguments[1:])
    if arguments[:1] == ["labs"]:
        return tried(arguments[1:])
    return built(arguments)


@in_words
def built(arguments: list[str]) -> int:
    """Check the pages and run the lessons whose inputs changed."""
    options = _parser().parse_args(arguments)
    course = Course(options.root.resolve())
    if options.why:
        print(why(course, _chosen(course, options)))
    elif options.only or options.shard:
        print(_summary(update(course, _chosen(course, options), options.jobs)))
    else:
        site = prepare(course, options.jobs)
        if options.export:
            export(site, options.export)
        print(_summary(site.ran))
    return 0


@in_words
def proved(arguments: list[str]) -> int:
    """Say what a built site lacks; 0 when it lacks nothing."""
    parser = argparse.ArgumentParser(prog="python -m course_code.publish prove")
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument(
        "--declared", metavar="FILE", type=Path, help="what it may lack: a pattern a line"
    )
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    course = Course(options.root.resolve())
    site = prepare(course).only(published(extra(course)))
    declared = read_declared(course, options.declared) if options.declared else []
    if found := undeclared(problems(site, options.site), declared):
        raise CourseError("\n".join(found))
    print(f"{options.site}: {len(site.pages)} pages, nothing is missing")
    return 0


@in_words
def tried(arguments: list[str]) -> int:
    """Try the labs, and write their solved notebooks if that is asked for; 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m course_code.publish labs")
    parser.add_argument("--solutions", action="store_true", help="write the solved notebooks")
    parser.add_argument(
        "--to", metavar="FOLDER", type=Path, default=SOLUTIONS, help=f"where (default: {SOLUTIONS})"
    )
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    site = prepare(Course(options.root.resolve()))
    for language in LANGUAGES if options.solutions else ():
        for name, data in site.solutions(language).items():
            write_atomically(options.to / language / name, data)
    where = f"; solved notebooks are in {options.to}" if options.solutions else ""
    print(f"{len(site.labs)} labs: every stub fails its check, every solution passes{where}")
    return 0


def why(course: Course, plans: list[Plan]) -> str:
    """One line per lesson, figure and lab: why it would run, or that it would not."""
    store = Store(course)
    reasons = {plan.lesson.name: store.why(plan.lesson.name, plan.inputs) for plan in plans}
    return "\n".join(
        f"{name}: {'runs: ' + reason if reason else 'up to date'}"
        for name, reason in reasons.items()
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m course_code.publish", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--only",
        metavar="LESSON",
        action="append",
        help="a lesson, figures/NAME or labs/NAME",
    )
    what.add_argument(
        "--shard", metavar="I/N", help="only share I of N; merge stores by copying .lessons"
    )
    what.add_argument(
        "--export", metavar="FOLDER", type=Path, help="also write the pages as plain Markdown"
    )
    parser.add_argument("--why", action="store_true", help="say why each of them would run")
    parser.add_argument("--jobs", type=count, help="lessons run at once (default: one per core)")
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    return parser


def _chosen(course: Course, options: argparse.Namespace) -> list[Plan]:
    every = (*course.lesson_names(), *course.figure_names(), *course.lab_names())
    names = options.only or every
    if options.shard:
        names = shard(names, options.shard)
    return [_plan(course, name) for name in names]


def _plan(course: Course, name: str) -> Plan:
    if name.startswith("labs/"):
        return plan_lab(course, read_lab(course, name))
    return (plan_states if "/" in name else plan_lesson)(course, name)


def _summary(ran) -> str:
    return f"ran: {', '.join(ran)}" if ran else "nothing to run"


if __name__ == "__main__":
    sys.exit(main())
