"""`python -m course_code.publish`: run the lessons whose inputs changed."""

import argparse
import sys
from pathlib import Path

from course_code.publish.build import plan_lesson, update
from course_code.publish.course import Course
from course_code.publish.errors import CourseError
from course_code.publish.site import plan_course, prepare
from course_code.publish.store import Store


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and do it; 1 when the course has a mistake."""
    parser = argparse.ArgumentParser(prog="python -m course_code.publish", description=__doc__)
    parser.add_argument("--why", action="store_true", help="say why each lesson would run")
    parser.add_argument("--only", metavar="LESSON", action="append", help="only this lesson")
    parser.add_argument("--jobs", type=int, help="lessons run at once (default: one per core)")
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    course = Course(options.root.resolve())
    try:
        if options.why:
            print(why(course, options.only))
        elif options.only:
            print(_summary(run_only(course, options.only, options.jobs)))
        else:
            print(_summary(prepare(course, options.jobs).ran))
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def why(course: Course, only: list[str] | None = None) -> str:
    """One line per lesson: why it would run, or that it would not."""
    store = Store(course)
    lines = []
    for name, plan in _chosen(course, only).items():
        reason = store.why(name, plan.inputs)
        lines.append(f"{name}: {'runs: ' + reason if reason else 'up to date'}")
    return "\n".join(lines)


def run_only(course: Course, names: list[str], jobs: int | None = None) -> list[str]:
    """Bring these lessons up to date, whatever the state of the others and of the pages."""
    return update(course, _chosen(course, names).values(), jobs)


def _chosen(course: Course, names: list[str] | None) -> dict:
    if names:
        return {name: plan_lesson(course, name) for name in names}
    return plan_course(course)


def _summary(ran) -> str:
    return f"ran: {', '.join(ran)}" if ran else "nothing to run"


if __name__ == "__main__":
    sys.exit(main())
