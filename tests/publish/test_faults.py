"""Hard failures, at real processes: signals, kills, two builds at once.

Whatever happens, no process of a lesson stays, the site is whole, and one line says what was wrong.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from conftest import EVERY_PAGE, ROOT, change, fingerprint

from course_code.publish.audit.command import GO_ON
from course_code.publish.base.stops import STOPPED

from .tiny import BUILD, LESSON, SEEDS, SERVE

ENDLESS = """# %% name="c0"
import os
from pathlib import Path
from subprocess import Popen

SEEDS = [0]
Popen(["sleep", "600"], start_new_session=True)
Path("begun").write_text(str(os.getpid()))
while True:
    pass
"""
WAITING = f"""{SEEDS}
import pathlib
import subprocess

pathlib.Path('begun').write_text('it waits')
subprocess.Popen(['sleep', '600'], start_new_session=True).wait()"""
DYING = str(ROOT / "tests/dying")  # see its sitecustomize.py
PATIENCE = 100  # seconds; nothing here ends by itself
AT_ONCE = 20  # seconds, on a machine that does much else; alone it takes less than 5


class Running:
    """A command at work on a copy of the tiny course, with a temporary folder of its own."""

    def __init__(
        self,
        course: Path,
        *command: str,
        module: str = "mkdocs",
        scratch: Path | None = None,
        **environment: str,
    ):
        self.course, self.scratch = course, scratch or Path(tempfile.mkdtemp(prefix="faults-"))
        self.log = self.scratch / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *command],
                cwd=course,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": str(self.scratch), "NO_COLOR": "1",
                     "NO_MKDOCS_2_WARNING": "1", **environment},
            )  # fmt: skip

    def until(self, holds) -> None:
        """Wait for it."""
        for _ in range(10 * PATIENCE):
            if holds():
                return
            assert self.process.poll() is None, self.said
            time.sleep(0.1)
        raise AssertionError(self.said)

    def begun(self, lessons: int) -> bool:
        """Whether so many endless lessons run."""
        found = [path.read_text() for path in self.scratch.rglob("begun")]
        return len(found) == lessons and all(found)

    def ended(self) -> list[str]:
        """Wait for the end; what was said, a line each."""
        self.process.wait(PATIENCE)
        return [line for line in self.said.splitlines() if line]

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    def left(self) -> list:
        """What the run has left: processes, files in the temporary folder."""
        mine = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR") == str(self.scratch):
                    mine.append(process.cmdline())
            except psutil.Error:
                continue
        return mine + [path.name for path in self.scratch.iterdir() if path != self.log]


@pytest.fixture
def start(built_tiny, tmp_path):
    """Start commands on copies of the tiny course; all of it goes when the test ends."""
    started = []

    def start(*command: str, name: str = "course", lessons: tuple[str, ...] = (), **how) -> Running:
        course = tmp_path / name
        if not course.exists():
            shutil.copytree(built_tiny, course, symlinks=True)
        for lesson in lessons:
            write_endless(course, lesson)
        started.append(Running(course, *command, **how))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        shutil.rmtree(each.scratch, ignore_errors=True)  # which several may share


def write_endless(course: Path, lesson: str) -> None:
    """Put a lesson that never ends, and leaves a process in a session of its own."""
    for language in ("en", "zh"):
        page = "# Title\n\n## Growth {#growth}\n\n" + f"::: cell {lesson}.c0\n"
        (course / f"docs/{language}/{lesson}.md").write_text(page, "utf-8")
    (course / f"course_code/lessons/{lesson}.py").write_text(ENDLESS, "utf-8")


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def test_a_signal_ends_a_build_that_runs_two_lessons(start):
    builds = {each: start(*BUILD, name=each.name, lessons=("tiny", "b")) for each in SIGNALS}
    for each, build in builds.items():
        build.until(lambda build=build: build.begun(2))
        build.process.send_signal(each)
    for build in builds.values():
        before, *rest, last = build.ended()
        assert ("Running" in before, "Running" in rest[0], len(rest)) == (True, True, 1), build.said
        assert (last, build.process.returncode) == ("Aborted!", 1)
        assert build.left() == []
        assert not list(build.course.glob(".site.*"))
        assert not list((build.course / ".lessons" / "b").glob("*.json"))


STALLED = """import time
from pathlib import Path


def on_page_content(html, page, config, files):
    Path("rendered").touch()
    time.sleep(600)
"""


def test_a_signal_among_the_pages_leaves_nothing(start, built_tiny, tmp_path):
    """Nor does the server leave its own copy of the site, in the temporary folder."""
    running = []
    for each, command in zip((*SIGNALS, signal.SIGTERM), (BUILD, BUILD, BUILD, SERVE), strict=True):
        course = tmp_path / f"{each.name}-{command[0]}"
        shutil.copytree(built_tiny, course, symlinks=True)
        change(course / "docs/en/index.md", "# ", "# New: ")
        change(course / "mkdocs.yml", "hooks:\n", "hooks:\n  - stalled.py\n")
        (course / "stalled.py").write_text(STALLED)
        running.append((each, start(*command, name=course.name)))
    for each, one in running:
        one.until(lambda one=one: (one.course / "rendered").exists())
        begun = time.monotonic()
        one.process.send_signal(each)
        one.ended()
        assert time.monotonic() - begun < AT_ONCE, one.said
        assert "Traceback" not in one.said
        assert one.left() == []
        assert not list(one.course.glob(".site.*"))


def test_a_signal_ends_the_server_idle_and_while_a_lesson_runs(start):
    servers = {each: start(*SERVE, name=each.name) for each in SIGNALS}
    idle = start(*SERVE, name="idle")
    for server in (idle, *servers.values()):
        server.until(lambda server=server: "Serving on" in server.said)
    for server in servers.values():
        write_endless(server.course, "tiny")
    idle.process.terminate()
    for each, server in servers.items():
        server.until(lambda server=server: server.begun(1))
        server.process.send_signal(each)
    for server in (idle, *servers.values()):
        last = server.ended()[-1]
        assert last.endswith(("Aborted!", "Shutting down...")), server.said
        assert "Traceback" not in server.said
        assert server.left() == []


RUNNING = {  # commands that run a lesson's code, and the file in which it never ends
    "audit": LESSON,
    "gpu-check": "site/scripts/tiny.py",
    "drift": "site/notebooks/tiny.ipynb",
}


def test_a_signal_ends_every_command_that_runs_a_lesson(start, built_tiny, tmp_path):
    """SIGTERM, which does what Ctrl-C does."""
    commands = []
    for name, path in RUNNING.items():
        shutil.copytree(built_tiny, tmp_path / name, symlinks=True)
        (tmp_path / name / "docs/drift.txt").touch()  # nothing is declared
        escaped = json.dumps(WAITING)[1:-1]
        change(tmp_path / name / path, SEEDS, escaped if path.endswith(".ipynb") else WAITING)
        commands.append(start(name, name=name, module="course_code.publish", PYTHONPATH=str(ROOT)))
    for command in commands:
        command.until(lambda command=command: list(command.scratch.rglob("begun")))
        command.process.terminate()
    for command in commands:
        *_, last = command.ended()
        assert last in (STOPPED, GO_ON), command.said
        assert "Traceback" not in command.said
        assert command.process.returncode == 130
        assert command.left() == []


def test_two_builds_at_once_run_a_lesson_once_and_both_succeed(start, tiny):
    change(tiny / LESSON, 'print(f"ratio of', 'import time\ntime.sleep(2)\nprint(f"quotient of')
    builds = [start(*BUILD, name=tiny.name), start(*BUILD, name=tiny.name)]
    said = "\n".join(line for build in builds for line in build.ended())
    assert [build.process.returncode for build in builds] == [0, 0], said
    assert said.count("Running tiny") == 1
    assert "quotient of" in (tiny / "site" / "tiny" / "index.html").read_text("utf-8")
    assert not list(tiny.glob(".site.*"))


def content(course: Path) -> str:
    """A digest of the site, but for the file that has dates and seconds."""
    return fingerprint(course / "site", but="runs.json")


def test_builds_killed_at_random_moments_leave_nothing_that_hurts(start, tiny, tmp_path):
    """Each begins without a store. A moment is a change of a file or a process, so that no machine
    is too slow or too quick for the test; one is while the kernel lives. Once a week there are 20,
    and each is mended alone.
    """
    store, counted, before = tiny / ".lessons", tmp_path / "counted", content(tiny)
    shutil.rmtree(store)
    whole = start(*BUILD, name=tiny.name, PYTHONPATH=DYING, COUNTED=str(counted))
    assert "Documentation built" in whole.ended()[-1], whole.said
    assert content(tiny) == before
    last, began = map(int, counted.read_text().split())
    moments = random.Random(5).sample(range(1, last), 19 if EVERY_PAGE else 2)
    assert last > 200
    for moment in (*moments, began + 1):
        shutil.rmtree(store)
        how = {"name": tiny.name, "scratch": whole.scratch}
        build = start(*BUILD, **how, PYTHONPATH=DYING, DIES_AT=str(moment))
        build.process.wait(PATIENCE)
        assert build.process.returncode == -signal.SIGKILL, (moment, build.said)
        assert content(tiny) == before
        if EVERY_PAGE or moment == began + 1:
            build = start(*BUILD, **how)
            assert "Documentation built" in build.ended()[-1], (moment, build.said)
            assert content(tiny) == before
            assert not list(tiny.glob(".site.*"))
            assert build.left() == []
