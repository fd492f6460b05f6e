"""What a page shows is what its code does, for a reader who has nothing but the page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import EVERY_PAGE, ROOT
from site_html import Shown, page_path, read, shown

from course_code.publish.base.course import Course
from course_code.publish.run.plan import plan_lesson

COURSE = Course(ROOT)
LESSONS = COURSE.lesson_names()
QUICK = 20  # seconds that a lesson took
ALONE = """
import contextlib, io, json, sys
namespace, outputs = {"__name__": "__main__"}, []
for number, code in enumerate(json.load(sys.stdin)):
    printed, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(code, f"block {number}", "exec"), namespace)
        except Exception as error:
            failed = f"{type(error).__name__}: {error}"
    outputs.append([printed.getvalue(), failed])
json.dump(outputs, sys.stdout)
"""


def run_alone(blocks: list[Shown], folder: Path) -> list[tuple[str, str]]:
    """(printed, error) of each block, pasted in order into an empty folder, without the project."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MPL"))}
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE],
        input=json.dumps([block.code for block in blocks]),
        cwd=folder,
        env={**environment, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def code_that_ran(name: str) -> list[str]:
    """The blocks of a lesson as the kernel ran them, in an empty folder and without the project."""
    plan = plan_lesson(COURSE, name)
    blocks = (plan.inlined.blocks[cell.name] for cell in plan.lesson.cells)
    return [block.source for of_cell in blocks for block in of_cell]


@pytest.mark.parametrize("name", LESSONS)
def test_the_page_shows_the_code_that_ran(site, name):
    blocks = shown(read(page_path(site, "en", name)))
    assert len(blocks) > 3
    assert [block.code for block in blocks] == code_that_ran(name)


@pytest.mark.parametrize("name", LESSONS)
def test_copied_blocks_run_alone_and_print_what_the_page_shows(site, tmp_path, name, once):
    """Whole pages, where that is quick; tests/lessons/test_slices.py runs copies of every page.

    Once a week all of them: with COURSE_EVERY_PAGE.
    """
    seconds = json.loads((site / "runs.json").read_text("utf-8"))[name]["seconds"]
    if sum(seconds.values()) > QUICK and not EVERY_PAGE:
        pytest.skip(f"takes {sum(seconds.values()):.0f} s: once a week, with COURSE_EVERY_PAGE")
    blocks = shown(read(page_path(site, "en", name)))

    def check():
        for block, (printed, failed) in zip(blocks, run_alone(blocks, tmp_path), strict=True):
            wanted = "\n".join(part for part in (printed.rstrip("\n"), failed) if part)
            assert block.output.rstrip("\n") == wanted, block.code

    once(check, blocks)


@pytest.mark.parametrize("name", LESSONS)
def test_both_languages_show_the_same_run(site, name):
    assert shown(read(page_path(site, "en", name))) == shown(read(page_path(site, "zh", name)))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", LESSONS)
def test_the_notebook_holds_the_same_code_outputs_and_figures(site, language, name):
    folder = site / ("" if language == "en" else language) / "notebooks"
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    page = shown(read(page_path(site, language, name)))
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells] == [block.code for block in page]
    for cell, block in zip(cells, page, strict=True):
        kinds = [output.output_type for output in cell.outputs]
        assert kinds.count("display_data") == block.figures
        said = [o.text for o in cell.outputs if o.output_type == "stream"]
        said += [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
        assert "\n".join(s.rstrip("\n") for s in said) == block.output.rstrip("\n")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", LESSONS)
def test_the_script_holds_the_same_code(site, language, name):
    folder = site / ("" if language == "en" else language) / "scripts"
    script = (folder / f"{name}.py").read_text("utf-8")
    compile(script, name, "exec")
    squeezed = "".join(script.split())
    for block in shown(read(page_path(site, language, name))):
        if "Error" not in block.output:  # code that fails on purpose is wrapped
            assert "".join(block.code.split()) in squeezed
