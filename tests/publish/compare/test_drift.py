"""Notebooks with what a reader has: what differs is told, and whose fault it is."""

import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from conftest import ROOT, change
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from course_code.publish.compare import collect
from course_code.publish.compare import drift as drifting
from course_code.publish.compare.command import drift

LAB = """class Steps:
    log = [[1, "passed", "passed.", "通过。"], [2, {verdict!r}, "too small", "太小"]]


steps = Steps()
"""
WARNED = "/x/1.py:3: DeprecationWarning: it goes\n  it()\n"


def write(path: Path, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(text, id=f"cell-c{n}") for n, text in enumerate(sources)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_what_differs_is_told_with_notebook_cell_fault_and_versions(tiny, tmp_path, capsys):
    solutions = tmp_path / "solutions"
    write(solutions / "en" / "good.ipynb", LAB.format(verdict="passed"))
    write(solutions / "zh" / "good.ipynb", LAB.format(verdict="passed"))  # the same code: once
    write(solutions / "en" / "dies.ipynb", "x = 1", "import os\nos._exit(3)")
    write(solutions / "zh" / "fails.ipynb", "1 / 0")
    known = tiny / "docs/drift.txt"
    known.write_text("# known\nlabs/dies, cell c1: a tool failed: the kernel died*\n", "utf-8")
    places = ["--root", str(tiny), "--site", str(tiny / "site"), "--solutions", str(solutions)]
    table = tmp_path / "table.md"
    assert drift([*places, "--jobs", "2", "--write", str(table)]) == 1
    said = capsys.readouterr()
    assert said.out == table.read_text("utf-8")
    rows = [line.split(" | ")[0] for line in said.out.splitlines() if line.startswith("| ")]
    assert rows[2:] == ["| tiny", "| labs/dies", "| labs/good", "| zh/labs/fails"]
    assert "| tiny | 1 of 1 | 100 % | 0 |" in said.out
    new, rest = said.err.split("\n", 1)
    assert new.startswith("not declared: zh/labs/fails, cell c0: a cell failed: ZeroDivisionError:")
    assert f"(Python {sys.version.split()[0]}, torch 2." in new
    assert rest.strip() == "Mend it, or declare it: docs/drift.txt"
    change(tiny / "site/results.json", '"square"', '"cube"')
    known.write_text("tiny, the claim `square`*\nlabs/gone, *\n", "utf-8")
    assert drift([*places, "--lesson", "tiny"]) == 1
    said = capsys.readouterr().err
    assert "not declared: tiny, the claim `cube` does not hold" in said
    assert "declared, but gone: tiny, the claim `square`*" in said
    assert "labs/gone" not in said  # it was not asked for
    assert drift([*places, "--lesson", "tinny"]) == 1
    assert "no notebook 'tinny'; there are: tiny" in capsys.readouterr().err


def output(name: str, text: str):
    return nbformat.v4.new_output("stream", name=name, text=text)


def error(name: str):
    return nbformat.v4.new_output("error", ename=name, evalue="e", traceback=[])


PICTURE = nbformat.v4.new_output("display_data", {"image/png": "…", "text/plain": "<Figure>"})
CASES = {  # outputs as published, and as they are now -> what is said
    "the same": ([output("stdout", "0.5"), PICTURE], [output("stdout", "0.51"), PICTURE], []),
    "a warning": ([], [output("stderr", WARNED)],
                  ["a warning: DeprecationWarning: it goes"]),
    "other words": ([], [output("stderr", "\ncareful\n")], ["a warning: careful"]),
    "no error": ([error("KeyError")], [], ["raises nothing instead of KeyError"]),
    "another error": ([error("KeyError")], [error("TypeError")],
                      ["raises TypeError instead of KeyError"]),
    "no text": ([output("stdout", "x")], [], ["shows 0 of text instead of 1"]),
    "a picture more": ([PICTURE], [PICTURE, PICTURE], ["shows 2 of pictures instead of 1"]),
}  # fmt: skip


def notebook(outputs: list, left: dict | None = None):
    cells = [nbformat.v4.new_code_cell("x", id="cell-x", outputs=outputs)]
    if left:
        told = output("stdout", f"{drifting.MARK}{json.dumps(left)}\n")
        cells.append(nbformat.v4.new_code_cell("left", id="left", outputs=[told]))
    return nbformat.v4.new_notebook(cells=cells)


NOTHING = {"values": {}, "claims": {}}


@pytest.mark.parametrize("case", CASES)
def test_a_reader_would_see_something_else(case):
    then, now, said = CASES[case]
    found, _ = drifting.judged(notebook(then), notebook(now, {**NOTHING, "steps": []}), NOTHING)
    assert found == [f"cell x: {what}" for what in said]


def test_values_claims_and_steps_that_fall_are_told():
    holds = {"relation": ">", "value": 1, "bound": 0, "holds": True}
    stored = {"values": {"a": 1.0, "b": 2}, "claims": {"wins": holds}}
    left = {"values": {"a": 1.5}, "claims": {"wins": {**holds, "holds": False}}, "steps": []}
    found, agrees = drifting.judged(notebook([]), notebook([], left), stored)
    assert found == ["the claim `wins` does not hold", "the value `b` is missing"]
    assert agrees.cells == ("0 of 1", "0 %", "0.33 (`a`)")
    left["values"] = {"a": math.inf, "b": 2.002}
    _, agrees = drifting.judged(notebook([]), notebook([], left), stored)
    assert agrees.cells[1:] == ("50 %", "one is not finite (`a`)")
    stored = {"values": {"x": [1.0, 2.0], "d": {"a": 1, "b": 2}, "n": 5.0}, "claims": {}}
    left = {"values": {"x": [1.0], "d": {"a": 1}, "n": "five"}, "claims": {}, "steps": []}
    found, _ = drifting.judged(notebook([]), notebook([], left), stored)
    assert found == [f"the value `{name}` is missing" for name in ("x[1]", "d.b", "n")]
    lab = {**NOTHING, "steps": [[1, "passed", "", ""], [2, "wrong", "too small", "太小"]]}
    assert drifting.judged(notebook([]), notebook([], lab), None)[0] == ["step 2: too small"]
    lab["steps"].clear()
    assert drifting.judged(notebook([]), notebook([], lab), None)[0] == ["it checks no step"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [(None, []), (SimpleNamespace(log=[[1, "wrong", "a", "b"]]), [[1, "wrong", "a", "b"]]),
     (SimpleNamespace(log=print), [])],  # as of a lesson's tensor
)  # fmt: skip
def test_what_a_notebook_has_left_is_told(steps, said):
    namespace = {"a": 1, "b": print, "steps": steps, "CLAIMS": {"c": {"holds": True}}}
    before = list(sys.path)
    left = json.loads(collect.left(namespace, ["a", "b", "missing"], str(ROOT)))
    sys.path[:] = before
    assert left == {"values": {"a": 1}, "claims": {"c": {"holds": True}}, "steps": said}


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (CellExecutionError("…", "KeyError", "'a'"), "cell x: a cell failed: KeyError: 'a'"),
        (CellExecutionError("…", "ModuleNotFoundError", "No module named 'a'"),
         "cell x: a tool failed: ModuleNotFoundError: No module named 'a'"),
        (CellTimeoutError("late"), "cell x: a cell failed: it took more than 1200 seconds"),
        (DeadKernelError("Kernel died"), "cell x: a tool failed: the kernel died: Kernel died"),
    ],
)  # fmt: skip
def test_a_cell_that_failed_is_told_from_a_tool(raised, said):
    assert drifting.failure(notebook([]).cells[0], raised) == said


def test_a_tool_fails_before_and_after_the_cells():
    assert drifting.failure(None, RuntimeError("no reply\nmore")) == (
        "a tool failed: the kernel did not start: no reply"
    )
    last = nbformat.v4.new_code_cell("left", id="left")
    said = drifting.failure(last, CellExecutionError("…", "ImportError", "no runpy"))
    assert said == "a tool failed: ImportError: no runpy"


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("exit 3", "a tool failed: it says nothing"),
        ("echo no torch here >&2; exit 1", "a tool failed: no torch here"),
        (None, "a tool failed: cannot be run: No such file"),
    ],
)
def test_an_interpreter_that_lacks_something_is_a_tool_that_failed(
    tiny, tmp_path, capsys, says, expected
):
    python = tmp_path / "python"
    if says:
        python.write_text(f"#!/bin/sh\n{says}\n")
        python.chmod(0o755)
    assert drift(["--root", str(tiny), "--python", str(python)]) == 1
    assert expected in capsys.readouterr().err


def test_a_kernel_that_does_not_start_is_a_tool_that_failed(tiny, tmp_path, capsys):
    python, broken = tmp_path / "python", "*ipykernel_launcher*) echo ImportError >&2; exit 1"
    start = f'case "$*" in {broken};; esac\nexec "{sys.executable}" "$@"'
    python.write_text(f"#!/bin/sh\n{start}\n")
    python.chmod(0o755)
    (tiny / "docs/drift.txt").write_text("", "utf-8")
    places = ["--site", str(tiny / "site"), "--root", str(tiny)]
    assert drift([*places, "--python", str(python)]) == 1
    said = capsys.readouterr().err
    assert "tiny, a tool failed: the kernel did not start: Kernel died" in said
    assert "Traceback" not in said


def test_nothing_to_run_is_a_sentence(tiny, tmp_path, capsys):
    places = ["--site", str(tmp_path), "--solutions", str(tmp_path)]
    assert drift(["--root", str(tiny), *places]) == 1
    assert "there are no notebooks" in capsys.readouterr().err
    (tiny / "docs/drift.txt").write_text("", "utf-8")
    (tmp_path / "en").mkdir()
    (tmp_path / "en/one.ipynb").write_text('{"cells": []}', "utf-8")
    assert drift(["--root", str(tiny), *places]) == 1
    assert "results.json: there is nothing to compare with" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        drift(["--root", str(tiny), *places, "--jobs", "0"])
