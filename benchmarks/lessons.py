"""How long each lesson takes from nothing, and which cells dominate.

    python -m benchmarks.lessons [LESSON …] [--write PATH]

Lessons run one after the other, in one thread, in a copy whose store is empty. Seconds on the clock
of a busy machine say little: read them as shares of the whole.
"""

import argparse
import os
import platform
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.run.device import device_class
from course_code.publish.run.plan import Plan
from course_code.publish.run.schedule import runs, update
from course_code.publish.website.prepare import plan_course

ROOT = Path(__file__).parents[1]
LIMIT = 60  # seconds that a lesson may take on one thread


def measure(folder: Path, only: list[str]) -> tuple[dict[str, Plan], dict[str, dict[str, float]]]:
    """Seconds of each cell of each lesson, or only of those that are named."""
    (folder / "course_code").symlink_to(ROOT / "course_code")
    course = Course(folder)
    plans = {name: plan for name, plan in plan_course(course).items() if name in only or not only}
    update(course, plans.values(), jobs=1)
    return plans, {name: run.entry["seconds"] for name, run in runs(course, plans.values()).items()}


def report(plans: dict[str, Plan], seconds: dict[str, dict[str, float]]) -> str:
    """A Markdown table, the slowest lesson first."""
    torch = version("torch").split("+")[0]
    lines = [
        f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, one in use, "
        f"{device_class()}, Python {platform.python_version()}, PyTorch {torch}. "
        f"The aim is at most {LIMIT} s a lesson.",
        "",
        "| lesson | cells | seconds | what dominates |",
        "| --- | --: | --: | --- |",
    ]
    for name, cells in sorted(seconds.items(), key=lambda item: -sum(item[1].values())):
        total = sum(cells.values())
        top = sorted(cells.items(), key=lambda item: -item[1])[:3]
        shares = ", ".join(f"`{cell}` {took / total:.0%}" for cell, took in top)
        lines.append(f"| {name} | {len(plans[name].lesson.cells)} | {total:.0f} | {shares} |")
    total = sum(sum(cells.values()) for cells in seconds.values())
    return "\n".join([*lines, f"| all | | {total:.0f} | |"]) + "\n"


def main() -> None:
    """Measure and print, or write to a file."""
    parser = argparse.ArgumentParser(description="Seconds of each lesson from nothing.")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="default: all")
    parser.add_argument("--write", type=Path, metavar="PATH", help="write the table here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = report(*measure(Path(folder), options.lessons))
    if options.write:
        options.write.write_text(text, "utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
