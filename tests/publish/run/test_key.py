"""The key changes exactly when what runs changes; a plan is kept as long."""

from pathlib import Path

import pytest

from course_code.publish.base import again
from course_code.publish.run import inputs as inputs_module
from course_code.publish.run import plan as plan_module
from course_code.publish.run import surroundings
from course_code.publish.run.plan import plan_lesson

from .keyed import MODULE, A, inputs_of


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


def test_what_runs_is_what_the_key_is_of_though_somebody_edits_the_engine(monkeypatch):
    source, boot = inputs_module._read(surroundings.kernel.__file__), surroundings.first([1])
    monkeypatch.setattr(Path, "read_text", lambda *_: "edited = True")
    assert inputs_module._read(surroundings.kernel.__file__) == source
    assert surroundings.first([1]) == boot


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
