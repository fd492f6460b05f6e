"""The store: the key changes exactly when what runs changes; entries are whole or run again."""

import logging
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from course_code.publish.base import again
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import write_atomically
from course_code.publish.run import inputs as inputs_module
from course_code.publish.run import plan as plan_module
from course_code.publish.run import store, surroundings
from course_code.publish.run.plan import plan_lesson
from course_code.publish.run.store import KEPT, Store

ROOT = Path(store.__file__).parents[3]
A = "from course_code.teach.a import f\nx = f()"
MODULE = """def low():
    return 1


def f():
    return low()


def other():
    return 2
"""


RUN = {"cells": {}, "values": {}}


@pytest.fixture
def course(one_lesson):
    return one_lesson(A, "print(x)", "y = 2", a=MODULE)


def inputs_of(course):
    return plan_lesson(course, "one").inputs


def change(course, file: str, old: str, new: str) -> None:
    path = course.root / "course_code" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("lessons/one.py", "y = 2", "y = 3", "cell c2 (course_code/lessons/one.py) changed"),
        ("teach/a.py", "return 1", "return 3", "cell c0 (course_code/teach/a.py) changed"),
        ("lessons/one.py", "y = 2", "y = 2;", "cell c2 (course_code/lessons/one.py) changed"),
        ("lessons/one.py", '"c2"', '"c3"', "cell c3 (course_code/lessons/one.py) is new; "
         "cell c2 (course_code/lessons/one.py) is gone"),
        ("lessons/one.py", '"c2"', '"c2" expect="KeyError"',
         "cell c2 (course_code/lessons/one.py) changed"),
        ("lessons/one.py", 'print(x)\n\n# %% name="c2"\ny = 2', 'y = 2\n\n# %% name="c2"\nprint(x)',
         "cell c1 (course_code/lessons/one.py) changed; "
         "cell c2 (course_code/lessons/one.py) changed"),
    ],
)  # fmt: skip
def test_changing_shown_code_changes_the_key_and_says_which(course, file, old, new, why):
    before = inputs_of(course)
    change(course, file, old, new)
    after = inputs_of(course)
    assert after.key != before.key
    assert "; ".join(after.differences(before.__dict__)) == why


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("teach/a.py", "return 2", "return 3"),
        ("teach/a.py", "def other", "# a comment\n\n\ndef other"),
        ("teach/a.py", "def low", '"""A module."""\n\nOTHER = 1\n\n\ndef low'),
        ("lessons/one.py", '# %% name="c0"', '"""A docstring."""\n\n# %% name="c0"'),
        ("lessons/one.py", "print(x)\n", "print(x)\n\n\n"),
        ("lessons/one.py", '"c1"', '"c1" timeout=9'),
        ("lessons/one.py", '"c1"', '"c1" output=9'),
        ("lessons/one.py", "y = 2", "y = 2  # a;"),
        ("lessons/one.py", "y = 2", "# a\n\ny = (\n    2\n)"),
        ("teach/a.py", "    return 1", '    """One.\n\n    And only."""\n    # a\n    return 1'),
    ],
)
def test_changing_what_is_not_shown_keeps_the_key(course, file, old, new):
    before = inputs_of(course)
    change(course, file, old, new)
    assert inputs_of(course) == before


def test_the_order_of_lifted_code_counts(one_lesson):
    names = "import math\n" + "from course_code.teach.{} import {}\n" * 2 + "x = f(), g()"
    modules = {"a": "def f():\n    pass\n", "b": "def g():\n    pass\n"}
    before = inputs_of(one_lesson(names.format("a", "f", "b", "g"), **modules))
    after = inputs_of(one_lesson(names.format("b", "g", "a", "f"), **modules))
    assert after.differences(before.__dict__) == ["the order of the code changed"]


def test_versions_device_and_kernel_code_count(course, monkeypatch):
    before = inputs_of(course)
    assert {"python", "matplotlib", "numpy"} <= set(before.versions)
    assert "torch" not in before.versions
    assert {"ipykernel", "ipython", "nbclient", "matplotlib-inline"} <= set(before.tools)
    assert before.device in ("cpu", "cuda", "mps")

    monkeypatch.setattr(inputs_module, "_version", {"numpy": "0.1"}.get)
    changes = inputs_of(course).differences(before.__dict__)
    assert f"numpy {before.versions['numpy']} -> 0.1" in changes
    assert f"scour {before.tools['scour']} -> none" in changes
    monkeypatch.undo()

    monkeypatch.setattr(inputs_module, "device_class", lambda: "tpu")
    after = inputs_of(course)
    assert after.differences(before.__dict__) == [f"device {before.device} -> tpu"]
    monkeypatch.undo()

    monkeypatch.setattr(
        inputs_module, "_read", lambda path: "other = 1" * (path == surroundings.__file__)
    )
    after = inputs_of(course)
    assert after.differences(before.__dict__) == ["the engine's code that shapes outputs changed"]
    assert after.key != before.key


@pytest.mark.parametrize("name", surroundings.INHERITED)
def test_a_variable_that_reaches_a_lesson_counts_where_its_code_can_read_it(
    one_lesson, monkeypatch, name
):
    reads = "import os\n\nx = os.environ.get('HOME', '')"
    for source, expected in {reads: [f"environment variable {name} changed"], "x = 1": []}.items():
        monkeypatch.setenv(name, "one")
        before = inputs_of(one_lesson(source))
        monkeypatch.setenv(name, "another")
        after = inputs_of(one_lesson(source))
        assert after.differences(before.__dict__) == expected
        assert (after.key != before.key) == bool(expected)
        assert "another" not in str(after)
        monkeypatch.delenv(name)
        assert inputs_of(one_lesson(source)).differences(before.__dict__) == expected


@pytest.mark.parametrize("reads", [
    "from os import getenv\nx = getenv('A')", "import pathlib\nx = str(pathlib.Path.home())",
    "import tempfile\nx = tempfile.gettempdir()", "import os\nos.system('true')",
    "import subprocess\nsubprocess.run(['true'])", "import os\nx = getattr(os, 'environ')",
    "from IPython import get_ipython\nget_ipython().system('true')",
])  # fmt: skip
def test_code_that_can_read_variables_is_known(one_lesson, reads):
    assert "PATH" in inputs_of(one_lesson(reads)).environment


def test_a_variable_that_reaches_no_lesson_does_not_count(one_lesson, monkeypatch):
    course = one_lesson("import os\n\nx = str(os.environ)")
    before = inputs_of(course)
    for name in ("LANG", "TZ", "COURSE_SECRET", "PYTHONPATH", *surroundings.FIXED):
        monkeypatch.setenv(name, "another")
    assert inputs_of(course) == before


def test_versions_are_of_the_libraries_that_lifted_code_imports(one_lesson):
    module = "import sklearn.datasets\nimport math\n\n\ndef f():\n    return sklearn, math\n"
    versions = inputs_of(one_lesson(A, a=module)).versions
    assert "sklearn" in versions
    assert "math" not in versions


def test_an_entry_comes_back_as_it_was(course):
    kept, inputs = Store(course), inputs_of(course)
    assert kept.load("one", inputs) is None
    run = {"cells": {"c0": [[{"text": "数\u2028\n"}]]}, "values": {"x": float("inf")}}
    kept.save("one", inputs, run)
    assert kept.load("one", inputs) == {**run, "inputs": inputs.__dict__}
    assert Store(course).why("one", inputs) == ""


@pytest.mark.parametrize("damage", ["empty", "cut", "altered", "no checksum", "not text", "folder"])
def test_a_damaged_entry_is_said_once_and_replaced(course, caplog, damage):
    caplog.set_level(logging.INFO)
    kept, inputs = Store(course), inputs_of(course)
    kept.save("one", inputs, RUN)
    path = kept.path("one", inputs.key)
    data = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({
            "empty": b"", "cut": data[:-9], "altered": data.replace(b"cells", b"sells"),
            "no checksum": data.partition(b"\n")[2], "not text": b"\xff\xfe" + data,
        }[damage])  # fmt: skip
    assert "its store entry is damaged" in kept.why("one", inputs)
    assert kept.load("one", inputs) is None
    assert kept.load("one", inputs) is None
    assert len(caplog.records) == 1
    assert str(course.relative(path)) in caplog.text
    if damage != "folder":
        kept.save("one", inputs, RUN)
        assert Store(course).load("one", inputs) is not None


def test_why_names_the_newest_readable_run(course):
    kept, inputs = Store(course), inputs_of(course)
    assert kept.why("one", inputs) == "it has no stored run"
    assert kept.newest("one") is None
    kept.save("one", replace(inputs, device="old"), {**RUN, "n": 1})
    kept.save("one", replace(inputs, device="new"), {**RUN, "n": 2})
    assert kept.newest("one")["n"] == 2
    assert kept.why("one", inputs) == f"device new -> {inputs.device}"
    kept.path("one", replace(inputs, device="new").key).write_text("")
    assert kept.newest("one")["n"] == 1
    assert kept.why("one", inputs) == f"device old -> {inputs.device}"


def test_an_entry_under_a_wrong_name_is_no_reason_to_be_up_to_date(course):
    kept, inputs = Store(course), inputs_of(course)
    kept.save("one", inputs, RUN)
    kept.path("one", inputs.key).rename(kept.path("one", "copied"))
    assert kept.why("one", inputs) == "it has no stored run"


def test_the_last_runs_are_kept_and_never_the_new_one_dropped(course):
    kept, inputs = Store(course), inputs_of(course)
    several = [replace(inputs, device=str(n)) for n in range(KEPT + 2)]
    for n, each in enumerate(several):
        kept.save("one", each, {**RUN, "n": n})
    found = [kept.load("one", each) is not None for each in several]
    assert found == [False, False] + [True] * KEPT
    for path in (course.store / "one").glob("*.json"):  # as from a machine whose clock is ahead
        os.utime(path, (2**32, 2**32))
    kept.save("one", inputs, RUN)
    assert kept.load("one", inputs) is not None
    assert len(list((course.store / "one").glob("*.json"))) == KEPT


def test_the_newest_run_is_the_last_that_was_of_use(course):
    kept, inputs = Store(course), inputs_of(course)
    undone = replace(inputs, device="other")
    for n, each in enumerate((inputs, undone)):
        kept.save("one", each, {**RUN, "n": n})
        os.utime(kept.path("one", each.key), (n, n))
    assert kept.newest("one")["n"] == 1
    assert kept.load("one", inputs)["n"] == 0  # as after an edit was undone: nothing runs
    assert kept.newest("one")["n"] == 0


def test_a_copy_of_a_store_whose_files_are_all_as_old_knows_the_newest_run(course):
    kept, inputs = Store(course), inputs_of(course)
    several = [replace(inputs, device=str(n)) for n in range(KEPT)]
    for n, each in enumerate(several):
        kept.save("one", each, {**RUN, "n": n})
    for n, each in enumerate(several):
        assert kept.load("one", each)
        for path in (course.store / "one").iterdir():
            os.utime(path, (7, 7))
        assert kept.newest("one")["n"] == n


def test_what_runs_is_what_the_key_is_of_though_somebody_edits_the_engine(monkeypatch):
    source, boot = inputs_module._read(surroundings.kernel.__file__), surroundings.first([1])
    monkeypatch.setattr(Path, "read_text", lambda *_: "edited = True")
    assert inputs_module._read(surroundings.kernel.__file__) == source
    assert surroundings.first([1]) == boot


def test_files_can_be_read_by_all_and_leave_nothing_beside_them(tmp_path):
    path = tmp_path / "deep" / "file.svg"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["file.svg"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_what_cannot_be_written_is_an_error_and_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match=r"file: cannot be written: No space left on device\n"):
        write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"
    with pytest.raises(CourseError, match="cannot be written"):
        write_atomically(path / "below", b"new")

    def stopped(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


WRITER = """
import sys
from pathlib import Path
from course_code.publish.base.files import write_atomically
for n in range(60):
    write_atomically(Path(sys.argv[1]), sys.argv[2].encode() * 200_000)
"""


def test_two_processes_that_write_one_file_leave_one_whole_text(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"a" * 200_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter], cwd=ROOT)
        for letter in "ab"
    ]
    while any(writer.poll() is None for writer in writers):
        data = path.read_bytes()
        assert data in (b"a" * 200_000, b"b" * 200_000)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert list(tmp_path.iterdir()) == [path]


def test_a_kept_plan_is_the_plan_as_it_was_made(one_lesson):
    course = one_lesson(A, 'check("measured a: b", x, ">", 0)', a=MODULE)
    made = plan_lesson(course, "one")
    assert list((course.store / ".plans").glob("*.kept"))
    again.forget()
    assert plan_lesson(course, "one") == made
    assert made.binders["x"] == [("c0", None)]


def test_a_kept_plan_is_not_used_when_a_module_that_it_reads_changes(one_lesson):
    course = one_lesson("from course_code.lessons.two import x\ny = x()")
    other = course.lessons / "two.py"
    plans = []
    for number in "12":
        other.write_text(f"def x():\n    return {number}\n", "utf-8")
        plans.append(plan_lesson(course, "one"))
    assert ["return 2" in str(plan.inlined.blocks) for plan in plans] == [False, True]


@pytest.mark.parametrize(
    "written",
    [
        "from course_code.teach.a import f",
        "from course_code . teach.a import f",
        "from course_code.teach \\\n    .a import f",
        "from course_code.teach.a import (\n    f,\n)",
    ],
)
def test_a_plan_is_made_again_for_what_its_modules_bring_in_and_for_no_other(
    one_lesson, write, monkeypatch, written
):
    inner = "from course_code.teach.b import g\n\n\ndef f():\n    return g()\n"
    files = {"b": "def g():\n    return 1\n", "c": "def h():\n    return 1\n"}
    course, made = one_lesson(f"{written}\nx = f()", a=inner, **files), []
    read = plan_module._read
    monkeypatch.setattr(plan_module, "_read", lambda *of: made.append(of) or read(*of))
    plan_lesson(course, "one")
    for module, expected in {"c": 1, "b": 2, "a": 3}.items():
        path = course.root / f"course_code/teach/{module}.py"
        path.write_text(path.read_text("utf-8").replace("return", "return 0 +"), "utf-8")
        again.forget()
        plan_lesson(course, "one")
        assert len(made) == expected, module
