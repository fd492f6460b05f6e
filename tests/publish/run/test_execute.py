"""A lesson runs alone: a fresh kernel, an empty folder, one thread; what it shows is kept."""

import asyncio
import base64
import io
import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import numpy.random
import pytest
import torch
from filelock import FileLock
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import inline_lesson
from course_code.publish.lesson.read import read_lesson
from course_code.publish.run import folders, processes, surroundings
from course_code.publish.run.execute import run_lesson
from course_code.publish.run.inside import colours, figures, repeatable
from course_code.publish.run.inside.colours import DARK, LIGHT
from course_code.publish.run.inside.kernel import MIME, PIECES, Refused, Session
from course_code.publish.run.inside.values import UnusableError, usable

from ..conftest import plain


def run(course, started=lambda cell: None) -> dict:
    lesson = read_lesson(course, "one")
    return asyncio.run(run_lesson(lesson, inline_lesson(course, lesson), started))


ALONE = (
    f"""KNOWN = {[*surroundings.INHERITED, *surroundings.FIXED]}
"""
    + """import importlib
import os
import sys

import matplotlib.pyplot as plt

environment = {name: os.environ.get(name, "") for name in (
    "OMP_NUM_THREADS", "PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONPATH", "PYTHONWARNINGS")}
unknown = sorted({*os.environ} - {*KNOWN} - {"IPYTHONDIR"})
folder = os.listdir(".")
profile = os.listdir(os.environ["IPYTHONDIR"])
font = plt.rcParams["font.size"]
lines = plt.rcParams["lines.linewidth"]
path = [entry for entry in sys.path if "course" in entry]
asserts = __debug__
evil = globals().get("evil", "none")
sys.modules.pop("course_code", None)  # what refuses it; nor is it where Python looks
try:
    importlib.import_module("course_code.teach")
except ImportError:
    course = "hidden"
"""
)


def test_a_lesson_runs_alone_whatever_the_user_has_set(one_lesson, tmp_path, monkeypatch):
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "evil.py").write_text("evil = 'from the profile'")
    (tmp_path / "matplotlibrc").write_text("font.size: 3\nlines.linewidth: 9\nxtick.bottom: False")
    (tmp_path / "evil.py").write_text("evil = 1")
    for name, value in {
        "IPYTHONDIR": str(tmp_path / "ipython"), "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "MPLCONFIGDIR": str(tmp_path), "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "7",
        "PYTHONOPTIMIZE": "1", "PYTHONWARNINGS": "error", "MPLBACKEND": "agg",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    values = run(one_lesson(ALONE + "ticks = plt.rcParams['xtick.bottom']"))["values"]
    assert values["environment"] == {
        "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "PYTHONOPTIMIZE": "", "PYTHONPATH": "",
        "PYTHONWARNINGS": "",
    }  # fmt: skip
    assert values["unknown"] == [  # set by the tools, whose versions are in the key
        "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "GIT_PAGER", "JPY_PARENT_PID", "MPLBACKEND",
        "PAGER", "PYDEVD_USE_FRAME_EVAL", "TERM",
    ]  # fmt: skip
    assert values["folder"] == []
    assert values["font"] == figures.RC["font.size"]
    assert values["lines"] == figures.RC["lines.linewidth"]
    assert values["ticks"] is True
    assert values["path"] == []
    assert values["asserts"] is True
    assert values["evil"] == "none"
    assert values["course"] == "hidden"


SHOWN = """import numpy as np
import torch

whole, real, text, yes = 3, 0.5, "t", True
double, single = np.float64(0.25), np.float32(0.5)
nest = {"a": {1: [1, 2.5, ("x", None is None)]}, (1, 2): range(3)}
lost, far = math.nan, {"x": [-math.inf]}
tensor, nothing = torch.zeros(3), None
partly = {"good": 1, "bad": torch.zeros(1)}
long_text, long_list = "x" * 401, list(range(2001))
wide = {n: list(range(100)) for n in range(100)}
function = print
"""


def test_prints_values_errors_and_seconds_are_kept(one_lesson):
    course = one_lesson(
        "import math\nimport sys\n\nprint('one')\nprint('two 数', end='')",
        SHOWN,
        "from course_code.teach.a import fail\n\nprint('before')\nfail(0)",
        "print('after')\nlate = [whole]\n# the end",
        a="def fail(n):\n    return 1 / n\n",
    )
    script = course.lessons / "one.py"
    script.write_text(script.read_text("utf-8").replace('"c2"', '"c2" expect="ZeroDivisionError"'))
    begun = []
    result = run(course, begun.append)
    assert begun == ["c0", "c1", "c2", "c3"] == list(result["seconds"])
    assert result["cells"] == {
        "c0": [[{"text": "one\ntwo 数"}]],
        "c1": [[]],
        "c2": [[{"text": "before"}, {"error": "ZeroDivisionError", "says": "division by zero"}]],
        "c3": [[{"text": "after"}]],
    }
    assert result["device"] in ("cpu", "cuda", "mps")
    values = result["values"]
    assert math.isnan(values.pop("lost"))
    assert result["unusable"] == {
        "tensor": "Tensor", "nothing": "NoneType", "partly": "dict of Tensor",
        "long_text": "str of more than 400 characters", "long_list": "list of more than 2000 parts",
        "wide": "dict of list of more than 20 parts", "function": "builtin_function_or_method",
    }  # fmt: skip
    assert values == {
        "SEEDS": [0, 1, 2], "whole": 3, "real": 0.5, "text": "t", "yes": True, "double": 0.25,
        "single": 0.5,
        "nest": {"a": {"1": [1, 2.5, ["x", True]]}, "1,2": [0, 1, 2]}, "far": {"x": [-math.inf]},
        "late": [3],
    }  # fmt: skip


def test_a_long_temporary_folder_will_do(one_lesson, tmp_path, monkeypatch):
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert run(one_lesson("x = 1"))["values"]["x"] == 1
    assert list(long.iterdir()) == []


def test_what_killed_builds_left_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(folders, "LONGEST", 4000)
    left = tmp_path / "lesson-999999999-left"
    (left / "folder").mkdir(parents=True)
    (tmp_path / f"lesson-{os.getpid()}-ours").mkdir()
    shared = tmp_path / "lesson-999999998-shared"  # by a container whose processes are not seen
    shared.mkdir()
    theirs = {**os.environ, "IPYTHONDIR": processes.profile(left)}
    process = subprocess.Popen(["sleep", "600"], env=theirs, start_new_session=True)
    with FileLock(shared / folders.HELD), folders.empty_folder() as folder:
        assert folder.parent == tmp_path
    assert process.wait(60) == -signal.SIGKILL
    stays = {f"lesson-{os.getpid()}-ours", "lesson-999999998-shared"}
    assert {path.name for path in tmp_path.iterdir()} == stays


def test_a_temporary_folder_that_cannot_be_written_is_an_error(one_lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    monkeypatch.setattr(folders, "LONGEST", 4000)
    with pytest.raises(CourseError, match="temporary folder cannot be written: No such file"):
        run(one_lesson("x = 1"))


LOOP, NEST = [], 1
LOOP.append(LOOP)
for _ in range(3000):
    NEST = [NEST]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (-0.0, -0.0),
        (10**30, 10**30),
        ("x" * 400, "x" * 400),
        ([], []),
        ({}, {}),
        ((1, (2, [3])), [1, [2, [3]]]),
        (range(2000), list(range(2000))),
        (range(2001), None),
        ([[1] * 1001] * 2, None),
        ([[1] * 1000] * 2, [[1] * 1000] * 2),
        ([1, None], None),
        (1j, None),
        ({1, 2}, None),
        (b"x", None),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        ([np.float64(0.25)], [0.25]),
        (np.ones(1), None),
        pytest.param(10**5000, None, id="a long number"),
        pytest.param(-(10**300), None, id="a long negative number"),
        pytest.param("half \ud800", None, id="half a character"),
        ({"half \ud800": 1}, None),
        ({1: "a", "1": "b"}, None),
        ("<f at 0x7f0b797a22a0>", None),
        (NEST, None),
        (LOOP, None),
    ],
)
def test_values_are_small_nests_of_numbers_and_text(value, kept):
    assert plain(value) == kept
    json.dumps(plain(value))


FAILING = {  # cells, module, what the error says; more in test_mistakes.py
    "in lifted code": (
        ["x = 1", "from course_code.teach.a import f\n\nx = f(\n    0)"],
        "import math\n\n\ndef g(n):\n    return math.log(n)\n\n\ndef f(n):\n    return g(n)\n",
        ["teach/a.py:5: lesson 'one', cell 'c1': ValueError", "lessons/one.py:8: x = f(",
         "teach/a.py:9: return g(n)"],
    ),
    "in what lifted code does when it is defined": (
        ["from course_code.teach.a import A\n\nx = A"], "A = [1][2]\n", ["teach/a.py:1:", "Index"],
    ),
    "death": (
        ["x = 1", "import os\nos._exit(1)"], "", ["one.py:6: ", "cell 'c1': the kernel died"],
    ),
    "the shared generator": (
        ["import torch", "x = torch.rand(1)"], "",
        ["one.py:6: ", "cell 'c1' changes the global random generator of torch", "Generator()"],
    ),
    "a flood, though every Exception is caught": (
        ["while True:\n    try:\n        print('flood')\n    except Exception:\n        pass"], "",
        ["lessons/one.py:", "cell 'c0' prints more than 100 000 characters",
         "output=1000000"],
    ),
    "an address, in lifted code": (
        ["x = 1", "from course_code.teach.a import f\n\nf()"], "def f():\n    print(f)\n",
        ["teach/a.py:2: ", "cell 'c1' prints an address in memory", " at 0x"],
    ),
    "a missing package": (["import mising"], "", ["one.py:3:", "requirements.txt"]),
    "exit()": (["exit()\nprint('after')"], "", ["one.py:3: ", "cell 'c0' ends the kernel"]),
    "exit": (["raise SystemExit(3)"], "", ["one.py:2: ", "cell 'c0': SystemExit"]),
    "a glyph that no font has": (
        ["import matplotlib.pyplot as plt\nplt.figure().suptitle('数')\nplt.show()"], "",
        ["one.py:5: ", "cell 'c0' the figure cannot be shown: UserWarning: Glyph 25968",
         "captions"],
    ),
    "seeds that are no numbers": (["SEEDS = 'abc'"], "", ["one.py: SEEDS is no list of whole"]),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILING)
def test_what_goes_wrong_is_said_with_file_and_line(one_lesson, case):
    cells, module, said = FAILING[case]
    course = one_lesson(*cells, a=module)
    with pytest.raises(CourseError) as error:
        run(course)
    for words in said:
        assert words in str(error.value)


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


FIGURES = """import matplotlib.pyplot as plt
import numpy as np
import numpy.random

fig, ax = plt.subplots(figsize=(4, 3))
ax.plot([1, 3, 2], color="#0072B2", label="data")
ax.axhline(2, color=plt.rcParams["text.color"], linestyle="--", alpha=0.5)
ax.set(xlabel="x", title="T")
ax.legend()
plt.show()
print("between")
fig, ax = plt.subplots(figsize=(3, 3))
ax.scatter(*np.random.default_rng(0).random((2, 8000)), color="#D55E00", s=2)
ax.set_xlabel("dense")
plt.show()
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Outputs of two runs of one lesson with figures."""
    from course_code.publish.base.course import Course

    root = tmp_path_factory.mktemp("drawn")
    (root / "course_code" / "lessons").mkdir(parents=True)
    script = f'# %% name="c0"\nSEEDS = [0]\n{FIGURES}'
    (root / "course_code" / "lessons" / "one.py").write_text(script, "utf-8")
    return [run(Course(root))["cells"]["c0"][0] for _ in range(2)]


def test_figures_and_prints_stay_in_order_and_repeat_to_the_byte(drawn):
    first, again = drawn
    assert [list(output) for output in first] == [["figure"], ["text"], ["figure"]]
    assert first == again


def test_light_and_dark_are_the_same_picture_but_for_its_colours(drawn):
    figure = drawn[0][0]["figure"]
    light, dark = (figure[theme]["data"] for theme in ("light", "dark"))
    assert (figure["light"]["width"], figure["light"]["height"]) == (384, 288)
    assert light.startswith("<svg")
    assert LIGHT.ink in light
    assert light.count("#0072b2") > 0
    assert_same_but_colours(light, dark)


def assert_same_but_colours(light: str, dark: str) -> None:
    assert not re.search(r"#000\b", light + dark)
    for old, new in {LIGHT.ink: DARK.ink, **DARK.series}.items():
        assert old not in dark
        light = light.replace(old, new)
    swapped = [light, dark]
    ids = [dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)) for svg in swapped]
    for number, names in enumerate(zip(*ids, strict=True)):  # ids are digests of what they name
        swapped = [svg.replace(n, f"id{number}") for svg, n in zip(swapped, names, strict=True)]
    assert swapped[0] == swapped[1]


def pixels(image: dict) -> Image.Image:
    (drawn,) = re.findall(r'href="data:image/webp;base64,([^"]+)"', image["data"])
    return Image.open(io.BytesIO(base64.b64decode(drawn))).convert("RGBA")


def test_a_dense_figure_is_text_on_lossless_transparent_pixels(drawn):
    figure = drawn[0][2]["figure"]
    light, dark = (figure[theme] for theme in ("light", "dark"))
    assert (light["width"], light["height"]) == (288, 288)
    assert '<image width="216" height="216" ' in light["data"]
    assert ">dense</text>" in light["data"]
    assert pixels(light).size == (600, 600)
    assert pixels(light).getpixel((0, 0))[3] == 0
    colours = [{c: n for n, c in pixels(i).getcolors(1 << 24)} for i in (light, dark)]
    orange = [(0xD5, 0x5E, 0x00, 255), (*bytes.fromhex(DARK.series["#d55e00"][1:]), 255)]
    assert colours[0][orange[0]] == colours[1][orange[1]] > 1000
    ink = [(*bytes.fromhex(theme.ink[1:]), 255) for theme in (LIGHT, DARK)]
    assert colours[0][ink[0]] == colours[1][ink[1]] > 100  # of the axes
    assert ink[0] not in colours[1]
    assert pixels(light).getchannel("A").tobytes() == pixels(dark).getchannel("A").tobytes()
    where = ET.fromstring(light["data"]).find("{*}text[@text-anchor='middle']")  # of a tick
    x, y = (round(float(where.get(name)) * 200 / 72) for name in ("x", "y"))
    beneath = pixels(light).crop((x - 20, y - 25, x + 20, y)).getchannel("A")
    assert beneath.getextrema() == (0, 0)  # no letters


@pytest.fixture
def figure():
    """Every kind of artist that takes its colour from the theme, and data beside it."""
    mpl.rcdefaults()
    with mpl.rc_context(figures.RC):
        figure = Figure(figsize=(3, 2))
        FigureCanvasAgg(figure)
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1], "o-", color="#0072B2")
        ax.annotate("here", (0.2, 0.2), (0.6, 0.6), arrowprops={"arrowstyle": "->"})
        ax.boxplot([1, 2, 3, 30], medianprops={"color": "#0072B2"})
        ax.bar([3], [2], hatch="/")
        ax.text(0.5, 0.5, "boxed", bbox={"boxstyle": "round", "facecolor": "none"})
        ax.scatter([0, 1], [1, 0], c=[LIGHT.ink, "#D55E00"], alpha=0.4)
        ax.vlines([0.5], 0, 1, color=mpl.rcParams["text.color"])
        ax.set_title("title")
        ax.legend(["data"], title="legend")
        yield figure
    mpl.rcdefaults()


def picture(figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100)
    return out.getvalue()


def test_every_artist_changes_its_colours_and_gets_them_back(figure):
    images = figures.images(figure)
    assert_same_but_colours(images["light"]["data"], images["dark"]["data"])
    assert figures.images(figure) == images
    before = picture(figure)
    undo = colours.recolour(figure, DARK)
    assert picture(figure) != before
    for setter, value in undo:
        setter(value)
    assert picture(figure) == before


def test_black_that_nobody_chose_is_ink(figure):
    arrows = figure.axes[0].quiver([0], [0], [1], [1])
    data = figures.images(figure)
    assert DARK.ink in data["dark"]["data"]
    assert arrows.get_facecolor()[0].tolist() == [0, 0, 0, 1]


def test_what_sticks_out_of_the_canvas_widens_the_image(figure):
    plain = figures.images(figure)["light"]
    figure.suptitle("A title above", y=1.06)
    images = figures.images(figure)
    assert images["light"]["height"] > plain["height"] == 192
    assert images["light"]["width"] == images["dark"]["width"] == plain["width"]
    assert figures.extent(figure).y1 > 2.06
    figure.text(9, 9, "far away")
    with pytest.raises(ValueError, match="a part of it lies outside: .* inches, on a canvas of 3"):
        figures.images(figure)


def test_dark_ink_stays_on_what_is_light(figure):
    figure.clear()
    ax = figure.subplots()
    ax.imshow([[1.0, 0.0]], cmap="gray", vmin=0, vmax=1)
    light, dark = ax.text(0, 0, "on white"), ax.text(1, 0, "on black")
    boxed = figure.text(0.5, 0.9, "boxed", bbox={"facecolor": "#ffffcc"})
    title = ax.set_title("on the page")
    undo = colours.recolour(figure, DARK)
    on = {text: to_hex(text.get_color()) for text in (light, dark, boxed, title)}
    assert on == {light: LIGHT.ink, dark: DARK.ink, boxed: LIGHT.ink, title: DARK.ink}
    for setter, value in undo:
        setter(value)
    assert light.get_color() == LIGHT.ink
    images = figures.images(figure)
    assert LIGHT.ink in images["dark"]["data"]
