"""How soon an edit is on screen under `mkdocs serve`, in the course with all its lessons.

    python -m benchmarks.serve [--rounds N]

Lessons have their stored runs, so nothing is trained. Each round adds a paragraph to a page until
the server shows it, then a mistake until the log tells it. All happens in a copy in a temporary
folder.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.sites import copy_course
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.website.prepare import prepare

LESSON = "softmax"
WAIT = 300  # seconds at most


def until(holds: Callable[[], bool]) -> float:
    """Seconds until something holds."""
    begun = time.perf_counter()
    while not holds():
        if time.perf_counter() - begun > WAIT:
            raise RuntimeError("it did not come")
        time.sleep(0.05)
    return time.perf_counter() - begun


def shows(url: str, words: str) -> bool:
    """Whether a page has these words; the server answers when it has built."""
    try:
        return words in urlopen(url, timeout=WAIT).read().decode("utf-8")
    except URLError:
        return False


def measure(course: Course, rounds: int) -> dict[str, list[float]]:
    """Seconds until an edit of prose is shown, and until a mistake is told."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log, page = course.root / "serve.log", course.page(LANGUAGES[0], LESSON)
    seconds: dict[str, list[float]] = {"prose": [], "mistake": []}
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "-a", f"127.0.0.1:{port}"]
    settings = {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=course.root, stdout=out, stderr=out, env=os.environ | settings
        )
    try:
        until(lambda: "Serving on" in log.read_text("utf-8"))
        url = f"http://127.0.0.1:{port}/{LESSON}/"
        text = page.read_text("utf-8")
        until(lambda: shows(url, "</html>"))
        for number in range(rounds):
            mark = f"edited-{number}-edited"
            page.write_text(f"{text}\n{mark}\n", "utf-8")
            seconds["prose"].append(until(lambda mark=mark: shows(url, mark)))
            mistake = f"wrong_{number}"
            page.write_text(f"{text}\n::: cell {LESSON}.{mistake}\n", "utf-8")
            told = lambda words=mistake: f"no cell {words!r}" in log.read_text("utf-8")  # noqa: E731
            seconds["mistake"].append(until(told))
    finally:
        server.terminate()
        server.wait()
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How soon an edit is shown under serve.")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        course = Course(Path(folder) / "course")
        copy_course(course.root, ".lessons")
        prepare(course)
        for name, found in measure(course, options.rounds).items():
            spread = f"{min(found):.1f} to {max(found):.1f}"
            print(f"| {name}, s | {statistics.median(found):.1f} | {spread} |")


if __name__ == "__main__":
    main()
