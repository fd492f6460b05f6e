"""Bringing the store up to date: once per change, in parallel, whatever fails or builds as well."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from filelock import FileLock

from course_code.publish.base.errors import CourseError
from course_code.publish.base.stops import STOPPED
from course_code.publish.run import execute as run
from course_code.publish.run import schedule
from course_code.publish.run.plan import plan_lesson
from course_code.publish.run.schedule import Progress, update
from course_code.publish.run.store import Store

ROOT = Path(schedule.__file__).parents[3]
CELL = '# %% name="c0"\nSEEDS = [0]\n'


@pytest.fixture
def three(write):
    return write({f"lessons/{name}": CELL + f"x = {n}\n" for n, name in enumerate("abc")})


def plans(course, names="abc"):
    return [plan_lesson(course, name) for name in names]


def edit(course, name: str, text: str) -> None:
    (course.lessons / f"{name}.py").write_text(text, "utf-8")


def test_a_second_build_runs_nothing_and_an_edit_only_its_lesson(three, ran):
    assert sorted(update(three, plans(three))) == ["a", "b", "c"]
    assert update(three, plans(three)) == []
    edit(three, "b", CELL + "x = 7\n")
    assert update(three, plans(three)) == ["b"]
    assert sorted(ran) == ["a", "b", "b", "c"]
    assert {name: r.values["x"] for name, r in schedule.runs(three, plans(three)).items()} == {
        "a": 0, "b": 7, "c": 2,
    }  # fmt: skip


def test_undoing_an_edit_runs_nothing(three, ran):
    before = (three.lessons / "a.py").read_text("utf-8")
    update(three, plans(three, "a"))
    edit(three, "a", before + "y = 1\n")
    update(three, plans(three, "a"))
    edit(three, "a", before)
    assert update(three, plans(three, "a")) == []
    assert ran == ["a", "a"]


def test_a_run_says_when_it_finished(three, ran):
    update(three, plans(three, "a"))
    (found,) = schedule.runs(three, plans(three, "a")).values()
    assert found.entry["finished"].endswith("+00:00")
    assert found.lesson.name == "a"


def test_failures_are_all_named_and_the_others_stored(three, ran):
    for name in "ac":
        edit(three, name, CELL + f"x = 1 / 0  # {name}\n")
    with pytest.raises(CourseError) as error:
        update(three, plans(three))
    assert str(error.value).count("a cell failed") == 2
    assert Store(three).load("b", plans(three, "b")[0].inputs) is not None
    edit(three, "a", CELL)
    edit(three, "c", CELL)
    assert sorted(update(three, plans(three))) == ["a", "c"]


def test_an_error_of_the_engine_is_not_taken_for_one_of_the_course(three, monkeypatch):
    async def broken(*args):
        raise KeyError("engine")

    monkeypatch.setattr(run, "run_lesson", broken)
    with pytest.raises(KeyError, match="engine"):
        update(three, plans(three))


def test_so_many_lessons_run_at_once_and_the_longest_begin(three, monkeypatch):
    running, most, begun = [0], [0], []

    async def slow(lesson, inlined, started):
        begun.append(lesson.name)
        running[0] += 1
        most[0] = max(most[0], running[0])
        await asyncio.sleep(0.05)
        running[0] -= 1
        seconds = {"c0": {"a": 1.0, "b": 3.0, "c": 2.0}[lesson.name]}
        return {"cells": {}, "values": {}, "device": "cpu", "seconds": seconds}

    monkeypatch.setattr(run, "run_lesson", slow)
    update(three, plans(three), jobs=2)
    assert most == [2]
    for name in "abc":
        edit(three, name, CELL)
    begun.clear()
    update(three, plans(three), jobs=1)
    assert begun == ["b", "c", "a"]


def test_a_build_waits_for_another_that_runs_the_lesson(three, ran):
    """While it holds the lesson's lock, this build neither runs it nor blocks the process."""
    plan = plans(three, "a")[0]
    (three.store / "a").mkdir(parents=True)
    lock = FileLock(three.store / "a" / "lock")
    lock.acquire()

    async def both():
        waiting = asyncio.create_task(asyncio.to_thread(update, three, [plan]))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        entry = {"cells": {}, "values": {"x": 5}, "seconds": {}}
        Store(three).save("a", plan.inputs, entry)
        lock.release()
        await waiting

    asyncio.run(both())
    assert ran == []
    assert schedule.runs(three, [plan])["a"].values == {"x": 5}


BUILDER = """
import asyncio, sys
from pathlib import Path
from course_code.publish.base.stops import STOPPED
from course_code.publish.run import execute as run
from course_code.publish.base.course import Course
from course_code.publish.run.plan import plan_lesson
from course_code.publish.run.schedule import update

async def run_lesson(lesson, inlined, started):
    with open(sys.argv[2], "a") as log:
        log.write(lesson.name)
    await asyncio.sleep(float(sys.argv[3]))
    return {"cells": {}, "values": {}, "device": "cpu", "seconds": {}}

run.run_lesson = run_lesson
course = Course(Path(sys.argv[1]))
update(course, [plan_lesson(course, name) for name in "abc"])
"""


def builder(course, log: Path, seconds: float) -> subprocess.Popen:
    arguments = [sys.executable, "-c", BUILDER, str(course.root), str(log), str(seconds)]
    return subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_two_builds_at_once_run_each_lesson_once_and_both_succeed(three, tmp_path):
    log = tmp_path / "log"
    builds = [builder(three, log, 0.5) for _ in range(2)]
    for each in builds:
        assert each.communicate()[1] == ""
        assert each.returncode == 0
    assert sorted(log.read_text("utf-8")) == ["a", "b", "c"]


def test_a_killed_build_leaves_no_lock_behind(three, tmp_path, ran):
    log = tmp_path / "log"
    killed = builder(three, log, 600)
    for _ in range(600):
        if log.exists():
            break
        time.sleep(0.1)
    killed.kill()
    killed.communicate()
    assert sorted(update(three, plans(three))) == ["a", "b", "c"]


def test_ctrl_c_ends_a_build_that_waits_for_another(three, tmp_path):
    (three.store / "a").mkdir(parents=True)
    with FileLock(three.store / "a" / "lock"):
        waiting = builder(three, tmp_path / "log", 0)
        for _ in range(600):
            if (tmp_path / "log").exists():  # b or c ran: it has come as far as a
                break
            time.sleep(0.1)
        waiting.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in waiting.communicate(timeout=20)[1]


ENDLESS = """import os
from pathlib import Path

Path("begun").write_text(str(os.getpid()))
while True:
    pass
"""


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def short():
    """A temporary folder whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_all_lessons_and_their_kernels(write, tmp_path, short, sent):
    course = write({f"lessons/{name}": CELL + ENDLESS for name in "ab"})
    command = [sys.executable, "-m", "course_code.publish", "--root", str(tmp_path), "--jobs", "2"]
    building = subprocess.Popen(
        [*command, "--only", "a", "--only", "b"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(short)},
        stderr=subprocess.PIPE,
        text=True,
    )
    kernels = []
    for _ in range(4000):
        kernels = [p.read_text() for p in short.rglob("begun")]
        if len(kernels) == 2 and all(kernels):
            break
        time.sleep(0.1)
    building.send_signal(sent)
    *named, stopped = building.communicate(timeout=200)[1].splitlines()
    assert (sorted(named), stopped) == (["Running a", "Running b"], STOPPED)
    assert building.returncode == 130
    assert all(gone(int(kernel)) for kernel in kernels)
    assert not list(short.glob("lesson-*"))
    assert not list(course.store.glob("*/*.json"))


def test_a_store_that_cannot_be_written_is_an_error_of_the_set_up(three, ran):
    three.store.write_text("a file")
    with pytest.raises(CourseError, match=r"\.lessons/a: cannot be written: Not a directory"):
        update(three, plans(three, "a"))


def test_a_lesson_has_to_tell_its_seeds(write):
    course = write({"lessons/a": '# %% name="c0"\nx = 1\n'})
    with pytest.raises(CourseError, match=r"a\.py: the lesson binds no SEEDS"):
        plan_lesson(course, "a")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2


def test_progress_is_one_line_on_a_terminal(monkeypatch):
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((40, 24)))
    terminal = Terminal()
    progress = Progress(terminal)
    progress.show("spiral", "data")
    progress.show("softmax", "a_cell_with_a_long_name_indeed")
    last = terminal.getvalue().rpartition("\r\x1b[K")[2]
    assert last == "running spiral: data, 0 s | softmax: a_"  # one column stays free
    progress.done("spiral")
    assert terminal.getvalue().endswith("\r\x1b[Krunning softmax: a_cell_with_a_long_nam")
    progress.done("softmax")
    progress.clear()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert "\n" not in terminal.getvalue()


def test_progress_is_silent_elsewhere():
    stream = io.StringIO()
    progress = Progress(stream)
    progress.show("spiral", "data")
    progress.done("spiral")
    progress.clear()
    assert stream.getvalue() == ""


def test_a_build_without_a_terminal_writes_nothing(three, ran, capfd):
    update(three, plans(three))
    assert capfd.readouterr() == ("", "")
