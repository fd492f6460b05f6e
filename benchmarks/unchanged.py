"""What a build of the whole course costs when nothing, a paragraph or a function has changed.

    python -m benchmarks.unchanged [--rounds N]

Each round times, one after the other, the floor (Material alone builds the finished pages, as two
plain sites: no run, no formula, no proof), a build without a change, one after an edit of prose,
and one after an edit of a function that one lesson shows, which then runs. Shown are medians of
seconds of CPU and of their ratios to the floor of the same round. All lessons are in it, with their
stored runs; all happens in copies in a temporary folder.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.sites import Floor, build, copy_course, insert
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.website.prepare import prepare

TARGETS = {"no change": 0.4, "prose": 0.5}  # at most so many times the floor's CPU time
BUILDS = ("no change", "prose", "teaching function")
LESSON = "softmax"
FUNCTION = ("course_code/teach/softmax.py", "    return torch.diag_embed(p)")  # that it alone shows


def measure(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of CPU of each kind of build, round by round.

    Raises:
        RuntimeError: a build failed, or a page did not show the edit.
    """
    ours = folder / "ours"
    copy_course(ours, ".lessons")
    floor = Floor(folder / "floor", prepare(Course(ours)))
    floor.build()
    build(ours)  # from now on pages are kept, and files in memory
    seconds: dict[str, list[float]] = {name: [] for name in ("floor", *BUILDS)}
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr)
        seconds["floor"].append(floor.build()[1])
        seconds["no change"].append(build(ours)[1])
        prose, code = f"prose-{number}-edited", f"code-{number}-edited"
        insert(ours / f"docs/en/{LESSON}.md", "", f"\n{prose}\n")
        seconds["prose"].append(build(ours)[1])
        insert(ours / FUNCTION[0], FUNCTION[1], f'    print("{code}")\n')
        seconds["teaching function"].append(build(ours)[1])
        check_fresh(ours / "site", {"en": [prose, code], "zh": [code]})
    return seconds


def check_fresh(site: Path, wanted: dict[str, list[str]]) -> None:
    """Refuse a page that lacks an edit.

    Raises:
        RuntimeError: which edit which language lacks.
    """
    for language, marks in wanted.items():
        home = site if language == LANGUAGES[0] else site / language
        page = (home / LESSON / "index.html").read_text("utf-8")
        if lacking := [mark for mark in marks if mark not in page]:
            raise RuntimeError(f"{', '.join(lacking)} not on the page in {language}")


def report(seconds: dict[str, list[float]]) -> str:
    """The results as Markdown."""
    lines = ["| build | s of CPU | × floor | at most |", "|---|---|---|---|"]
    for name, times in seconds.items():
        ratio = statistics.median(t / f for t, f in zip(times, seconds["floor"], strict=True))
        limit = TARGETS.get(name, "")
        lines.append(f"| {name} | {statistics.median(times):.1f} | {ratio:.2f} | {limit} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Builds of what did not change, as ratios.")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        print(report(measure(Path(folder), options.rounds)), end="")


if __name__ == "__main__":
    main()
