"""What a cell leaves behind is complete or refused: threads, processes, floods, a dead kernel.

The lessons run at once, in real kernels; each test looks at what one of them gave.
"""

import asyncio
import sys
import threading
import time
from types import SimpleNamespace

import psutil
import pytest

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import inline_lesson
from course_code.publish.lesson.read import MOST, read_lesson
from course_code.publish.run.execute import run_lesson
from course_code.publish.run.inside.leftovers import LATE, Leftovers
from course_code.publish.run.mistakes import check_end

AT_ONCE = 3
ALONE = (
    "import subprocess\n\n"
    "subprocess.run(['sh', '-c', 'sleep 600.25 &'], env={}, start_new_session=True)\n"
)
STRANGER = "from subprocess import Popen\n\nPopen(['sleep', '600.25'], start_new_session=True)\n"
CASES = {  # cells; what is printed (a list), or what the error says (begins with the line, if any)
    "what ends with its cell": (
        ["import os\n\nif os.fork() == 0:\n    print('child')\n    os._exit(0)\nos.wait()\n"
         "print('parent')",
         "import multiprocessing\n\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
         "    print(pool.map(abs, [-1, 2]))",
         "with multiprocessing.get_context('spawn').Pool(1) as pool:  # its helper stays\n"
         "    print(pool.map(abs, [-3]))",
         "import subprocess\n\nsoon = subprocess.Popen(['echo', 'soon'])",
         "import threading\nimport time\n\n"
         "threading.Thread(target=time.sleep, args=[0.2]).start()  # it ends soon",
         "os.close(1)\nprint('still')", "print('more')"],
        [["child\nparent"], ["[1, 2]"], ["[3]"], ["soon"], [], ["still"], ["more"]],
    ),
    "a thread that goes on": (
        ["import threading\n\nwait = threading.Event().wait\n"
         "threading.Thread(target=wait, name='idle').start()"],
        ["one.py:2: ", "cell 'c0' leaves the thread 'idle' running", "Join it"],
    ),
    "a thread that writes past Python in a later cell": (
        ["import os\nimport threading\n\ngo = threading.Event()\n"
         "Thread = threading.Thread\n"
         "Thread(target=lambda: (go.wait(), os.write(1, b'late')), daemon=True).start()",
         "go.set()"],
        ["one.py:2: ", "cell 'c0' leaves the thread 'Thread-", "Join it"],
    ),
    "a process that goes on": (
        ["x = 1", STRANGER],
        ["one.py:5: ", "cell 'c1' leaves a process running: sleep 600.25", "End it, or wait"],
    ),
    "a process that prints in a later cell": (
        ["from subprocess import Popen\n\n"
         "later = Popen(['sh', '-c', 'until [ -e go ]; do sleep 0.01; done; echo late'])",
         "open('go', 'w').close()\nlater.wait()"],
        ["one.py:2: ", "cell 'c0' leaves a process running: sh -c until", "End it, or wait"],
    ),
    "a pool that is kept": (
        ["import multiprocessing\n\npool = multiprocessing.get_context('fork').Pool(1)"],
        ["one.py:2: ", "cell 'c0' leaves a process running: a fork of the lesson", "a pool's"],
    ),
    "workers that are kept": (
        ["import multiprocessing\n\npool = multiprocessing.get_context('spawn').Pool(1)"],
        ["one.py:2: ", "cell 'c0' leaves a process running: ", "a pool's"],
    ),
    "a fork that goes on": (
        ["import os\nimport sys\n\nos.fork()\nsize = sys.stdout.write('twice\\n')", "x = 1"],
        [["twice\ntwice"], []],
    ),
    "a flood past Python": (
        ["import os\n\nwhile True:\n    os.write(1, b'x' * 100_000)"],
        ["one.py:6: ", "cell 'c0': OSError: [Errno 27] File too large", "at most 100 MB"],
    ),
    "a flood of a child": (
        ["import subprocess\n\nsubprocess.run(['yes'])"],
        ["one.py:2: ", "cell 'c0' prints more than 100 000 characters", "output=1000000"],
    ),
    "a flood of a thread": (
        ["import threading\n\n"
         "def flood():\n    while True:\n        print('x' * 1000)\n\n"
         "thread = threading.Thread(target=flood)\nthread.start()\nthread.join()"],
        ["one.py:2: ", "cell 'c0' prints more than 100 000 characters", "output=1000000"],
    ),
    "all descriptors closed": (
        ["import os\n\nos.closerange(0, 400)"], ["one.py:2: ", "cell 'c0': the kernel died"],
    ),
    "killed, as for its memory": (
        [f"import os\nimport signal\n{STRANGER}os.kill(os.getpid(), signal.SIGKILL)"],
        ["one.py:2: ", "cell 'c0': the kernel died", "out of memory"],
    ),
    "deaf to signals": (
        [f"{ALONE}import signal\n\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 60))\n"
         "while True:\n    pass"],
        ["one.py:2: ", "cell 'c0' took more than 2 seconds"],
    ),
}  # fmt: skip
if sys.platform == "linux":  # elsewhere nothing tells whose it is
    CASES["a process of no family"] = (
        [ALONE], ["one.py:2: ", "cell 'c0' leaves a process running: sleep 600.25"],
    )  # fmt: skip


def course_of(folder, cells: list[str]) -> Course:
    script = folder / "course_code" / "lessons" / "one.py"
    script.parent.mkdir(parents=True)
    limit = 2 if "SIG_BLOCK" in cells[0] else 300  # seconds; no other case waits for it
    marked = [f'# %% name="c{n}" timeout={limit}\n{cell}\n' for n, cell in enumerate(cells)]
    script.write_text("".join(marked).replace("\n", "\nSEEDS = [0]\n", 1), "utf-8")
    return Course(folder)


@pytest.fixture(scope="module")
def ended(tmp_path_factory) -> dict[str, dict | str]:
    """What each lesson gave: its cells, or the error."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(cells: list[str]):
        course = course_of(tmp_path_factory.mktemp("case"), cells)
        lesson = read_lesson(course, "one")
        async with slots:
            try:
                return (await run_lesson(lesson, inline_lesson(course, lesson)))["cells"]
            except CourseError as error:
                return str(error)

    async def every():
        return await asyncio.gather(*(one(cells) for cells, _ in CASES.values()))

    return dict(zip(CASES, asyncio.run(every()), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_run_is_complete_or_refused(ended, case):
    expected, found = CASES[case][1], ended[case]
    if isinstance(expected[0], str):
        assert isinstance(found, str), found
        for words in expected:
            assert words in found
    else:
        printed = [[o["text"] for block in cell for o in block] for cell in found.values()]
        assert printed == expected


def test_no_process_of_a_run_is_left(ended):
    commands = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE:
            commands.append(process.info["cmdline"])
    assert ["sleep", "600.25"] not in commands


class Events(dict):
    """IPython's: callbacks by event."""

    def register(self, event, callback):
        self.setdefault(event, []).append(callback)

    def unregister(self, event, callback):
        self[event].remove(callback)


@pytest.fixture
def guarded(monkeypatch):
    """A session between whose cells something may print, and its guard."""
    kept = []
    session = SimpleNamespace(
        shell=SimpleNamespace(events=Events()), streams={}, refused=None, kept=kept,
        add=lambda name, text: kept.append(text), end=lambda result: None,
    )  # fmt: skip
    session.shell.events.register("post_run_cell", session.end)
    for ends in ("end_processes", "end_threads"):
        monkeypatch.setattr(Leftovers, ends, lambda self: None)  # here they are pytest's
    return session, Leftovers(session)


def test_a_print_between_two_cells_refuses_the_next(guarded):
    session, guard = guarded
    guard.begin(None)
    session.add("stdout", "in a cell")
    guard.end(None)
    printing = threading.Thread(target=session.add, args=("stdout", "between"))
    printing.start()
    printing.join()
    session.add("stdout", "")
    assert session.refused is None
    guard.begin(None)
    assert (session.kept, session.refused) == (["in a cell"], LATE)


def test_a_print_waits_while_a_cell_ends(guarded):
    session, guard = guarded
    began = threading.Event()
    session.end = lambda result: (began.set(), time.sleep(0.05), session.kept.append("sent"))
    guard.begin(None)
    ending = threading.Thread(target=guard.end, args=(None,))
    ending.start()
    began.wait()
    session.add("stdout", "while it is sent")
    ending.join()
    assert session.kept == ["sent"]
    assert guard.late


def test_a_report_that_is_missing_or_refused_is_an_error(tmp_path):
    lesson = read_lesson(course_of(tmp_path, ["x = 1"]), "one")
    with pytest.raises(CourseError, match=r"one\.py: lesson 'one': its values did not arrive"):
        check_end(lesson, SimpleNamespace(outputs=[]), [])


@pytest.mark.parametrize("option", MOST)
def test_a_limit_has_a_limit(tmp_path, option):
    course = course_of(tmp_path, ["x = 1"])
    script = course.lessons / "one.py"
    text = script.read_text("utf-8")
    script.write_text(text.replace("timeout=300", f"{option}={MOST[option] + 1}"), "utf-8")
    with pytest.raises(CourseError, match=f"one.py:1: {option} is more than {MOST[option]}"):
        read_lesson(course, "one")
