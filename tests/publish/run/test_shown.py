"""What a cell shows is complete and in order; what no other run could repeat is refused."""

import random
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.random
import pytest
import torch
from matplotlib.figure import Figure

from course_code.publish.run.inside import repeatable
from course_code.publish.run.inside.kernel import MIME, PIECES, Refused, Session
from course_code.publish.run.inside.values import UnusableError, usable

from .real_runs import run

ALL = """import os
import subprocess
import sys
import threading
from multiprocessing import get_context

for n in range(8000):
    print(n, flush=True)
subprocess.run(["echo", "from a child"], check=True)
print("after it")
get_context("fork").Process(target=print, args=("from a fork",)).start()
os.waitpid(-1, 0)
thread = threading.Thread(target=print, args=("from a thread",))
thread.start()
thread.join()
secret = os.environ.get("COURSE_SECRET", "none")
_course = get_ipython = 3
print("\\x1b[31mred\\x1b[0m\\ttab")
print("5 %", end="\\r")
print("100 %")
"""


def test_every_line_arrives_in_order_wherever_it_comes_from(one_lesson, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "password")
    result = run(one_lesson(ALL, "from IPython.display import clear_output\nprint('gone')\n"
                            "clear_output()\nprint('\\n\\nkept')\n{1: 2}"))  # fmt: skip
    (shown,) = result["cells"]["c0"][0]
    lines = shown["text"].split("\n")
    assert lines[:8000] == [str(n) for n in range(8000)]
    assert lines[8000:8002] == ["from a child", "after it"]
    assert lines[8002:8004] == ["from a fork", "from a thread"]
    assert lines[8004:] == ["red     tab", "100 %"]
    assert result["cells"]["c1"] == [[{"text": "\n\nkept"}, {"text": "{1: 2}"}]]
    assert {name: result["values"][name] for name in ("secret", "_course", "get_ipython")} == {
        "secret": "none", "_course": 3, "get_ipython": 3,
    }  # fmt: skip


HELD_BACK = """import ctypes
import sys

written = sys.__stdout__.write("by the first stream\\n") + ctypes.CDLL(None).printf(b"by C\\n")
"""
EMPTIED = """import subprocess

for command in ("echo before", "echo > /dev/stdout", "echo after"):
    code = subprocess.run(["sh", "-c", command], stderr=subprocess.DEVNULL).returncode
"""
THREADS = """import os
import sys
from threading import Thread


def tell():
    for _ in range(2000):
        os.write(1, b"past\\n")
        sys.stdout.write("by\\n")


threads = [Thread(target=tell) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file can be emptied")
def test_what_is_held_back_emptied_or_told_by_threads_is_complete(one_lesson):
    cells = run(one_lesson(HELD_BACK, EMPTIED, THREADS))["cells"]
    texts = [shown["text"].split("\n") for ((shown,),) in (cells[f"c{n}"] for n in range(3))]
    assert sorted(texts[0]) == ["by C", "by the first stream"]
    assert [texts[1][0], texts[1][-1]] == ["before", "after"]
    told = Counter("".join(texts[2]))  # lines may meet where a page of memory ends
    assert told == Counter("pastby" * 8000)


@pytest.fixture
def session(monkeypatch):
    """What collects a cell's outputs, in this process; its cell may print 1000 characters."""
    monkeypatch.setattr(repeatable.socket, "gethostname", lambda: "build-host-7")
    shell = SimpleNamespace(
        displayhook=SimpleNamespace(quiet=lambda: False),
        display_formatter=SimpleNamespace(format=lambda value: ({"text/plain": repr(value)}, {})),
    )
    session = Session(shell, [])
    session.begin(1000)
    return session


UNREPEATABLE = {
    "an address": lambda s: s.add("stdout", repr(object())),
    "an object of unknown text": lambda s: s.add("stdout", "<a.B object>"),
    "the folder of the run": lambda s: s.add("stdout", str(Path.cwd() / "x.txt")),
    "a path of the installation": lambda s: s.add("stdout", f"in {np.__file__}:"),
    "the host's name": lambda s: s.add("stdout", "on build-host-7."),
    "a result with an address": lambda s: s.result([object()]),
    "a figure with a path": lambda s: s.figure(titled(f"in {np.__file__}")),
    "a line that was drawn last": lambda s: s.result(Figure().subplots().plot([1])),
    "a title that was set last": lambda s: s.result(Figure().subplots().set_title("T")),
    "Markdown": lambda s: s.publish({"text/plain": "<IPython.core.display.Markdown object>",
                                     "text/markdown": "**b**"}),
    "only HTML": lambda s: s.publish({"text/html": "<b>b</b>"}),
    "an image": lambda s: s.publish({"text/plain": "<PIL.Image.Image mode=L>", "image/png": "…"}),
    "exit()": lambda s: s.exit(),
    "too much text": lambda s: [s.add("stdout", "line\n") for _ in range(1000)],
    "a long line": lambda s: s.add("stdout", "x" * 1001),
    "many results": lambda s: [s.result(n) for n in range(PIECES + 1)],
}  # fmt: skip


def titled(title: str) -> Figure:
    figure = Figure()
    figure.subplots().set_title(title)
    return figure


@pytest.mark.parametrize("value", [np.__file__, ["a", {"on build-host-7": 1}], {"a": [object]}])
def test_a_value_of_this_machine_alone_is_no_value(session, value):
    with pytest.raises(UnusableError):
        usable(value, session.hidden)
    assert usable(["a", {"b": 1}], session.hidden) == ["a", {"b": 1}]


@pytest.mark.parametrize("case", UNREPEATABLE)
def test_what_no_other_run_could_repeat_is_refused_where_it_happens(session, case):
    with pytest.raises(Refused):
        UNREPEATABLE[case](session)
    assert session.refused[0]
    session.begin(1000)
    session.finish()
    UNREPEATABLE[case](session)  # matplotlib shows figures when the cell's code has ended
    assert session.refused[0]


def test_what_can_be_repeated_is_kept(session):
    figure = session.figures = {"figure": {}}
    session.add("stdout", "a")
    session.add("stdout", "b")
    session.publish({MIME: figure})
    session.publish({"text/plain": "a table", "text/html": "<table>"})
    session.publish({"text/plain": "1 %"}, transient={"display_id": "bar"})
    session.publish({"text/plain": "2 %"}, transient={"display_id": "bar"}, update=True)
    session.result(None)
    session.result(True)
    assert session.outputs == [
        {"text": ["a", "b"]}, figure, {"text": "a table"}, {"text": "2 %"}, {"text": "True"},
    ]  # fmt: skip
    with pytest.raises(UnicodeEncodeError):
        session.add("stdout", "\ud800")
    assert session.refused is None


@pytest.mark.parametrize(
    ("draw", "moved"),
    [
        (lambda: torch.rand(1), ["torch"]),
        (lambda: torch.nn.Linear(2, 2), ["torch"]),
        (lambda: torch.manual_seed(5), ["torch"]),
        (lambda: np.random.rand(), ["NumPy"]),  # noqa: NPY002
        (random.random, ["Python"]),
        (lambda: torch.rand(1, generator=torch.Generator().manual_seed(1)), []),
        (lambda: np.random.default_rng(0).random(), []),
    ],
)
def test_a_shared_random_generator_that_moved_is_noticed(draw, moved):
    before = repeatable.generators()
    draw()
    assert repeatable.changed(before, repeatable.generators()) == moved
    with torch.random.fork_rng():
        before = repeatable.generators()
        with torch.random.fork_rng():
            torch.rand(3)
        assert repeatable.changed(before, repeatable.generators()) == []
