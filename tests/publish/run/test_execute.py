"""A lesson runs alone: a fresh kernel, an empty folder, one thread; what it shows is kept."""

import json
import math
import os
import signal
import subprocess
import tempfile

import numpy as np
import pytest
from filelock import FileLock

from course_code.publish.base.errors import CourseError
from course_code.publish.run import folders, processes, surroundings
from course_code.publish.run.inside import figures

from ..conftest import plain
from .real_runs import run

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
