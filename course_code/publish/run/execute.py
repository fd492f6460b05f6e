"""Run an inlined lesson in a fresh kernel, in an empty folder; keep what it prints and draws."""

import json
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from course_code.publish.base.course import PACKAGE
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import Block, InlinedLesson
from course_code.publish.lesson.read import CHECK, CLAIM, Cell, Lesson
from course_code.publish.run import kernel

DROPPED = (  # PYTHONOPTIMIZE would skip every assertion
    *("PYTHONPATH", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS"),
    *("MPLBACKEND", "MATPLOTLIBRC"),
)
START_TIMEOUT = 120  # seconds for what the build itself runs in the kernel
FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Step:
    """One notebook cell to run: a block of a lesson's cell."""

    cell: Cell
    block: Block
    last: bool  # of its cell: the one where an expected error occurs


class _ThisPython(KernelSpecManager):
    """Only the running interpreter's kernel, whatever else is installed for the user."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


async def run_lesson(lesson: Lesson, inlined: InlinedLesson, started=lambda cell: None) -> dict:
    """Run the blocks of `lesson` in order.

    Args:
        lesson: the script, for names, limits and error positions.
        inlined: its blocks.
        started: called with the name of each cell as it begins.

    Returns:
        {"cells": {name: [outputs of each block]}, "values": …, "claims": {name: what its check
        recorded}, "device": …, "seconds": {name: …}}.

    Raises:
        CourseError: a cell fails, prints to stderr, takes too long, or does not raise the error
            that it promises (the message names lesson, cell and line); SEEDS are no numbers;
            claims are false (all of them are named, with what the run gave).
    """
    steps = [
        Step(cell, block, block is inlined.blocks[cell.name][-1])
        for cell in lesson.cells
        for block in inlined.blocks[cell.name]
    ]
    notebook = nbformat.v4.new_notebook(cells=_notebook_cells(steps, inlined.names))
    clock = _Clock(steps, started)
    with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
        try:
            await _execute(notebook, steps, clock, Path(folder))
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            raise _failure(lesson, steps, clock, notebook, error) from None
    cells = {cell.name: [] for cell in lesson.cells}
    for step, executed in zip(steps, notebook.cells[1:], strict=False):
        _check(lesson, step, executed)
        cells[step.cell.name].append(_outputs(executed))
    (final,) = (o["data"][kernel.MIME] for o in notebook.cells[-1].outputs if "data" in o)
    values, claims = json.loads(final["values"]), json.loads(final["claims"])
    _check_seeds(lesson, values.get("SEEDS"))
    check_claims(lesson, claims)
    return {**final, "cells": cells, "seconds": clock.seconds(), "values": values, "claims": claims}


def _notebook_cells(steps: list[Step], names: tuple[str, ...]) -> list:
    source = Path(kernel.__file__).read_text("utf-8")
    first = (
        f"import types as _t\n_course = _t.ModuleType('course_kernel')\n"
        f"exec(compile({source!r}, 'course_kernel', 'exec'), _course.__dict__)\n"
        f"_course.start(get_ipython(), {PACKAGE!r})"
    )
    last = (
        f"_report = _course.report(get_ipython().user_ns, {names!r})\n"
        "_claims = get_ipython().user_ns.get('CLAIMS', {})\n"
        "_report[_course.MIME]['claims'] = _course.json.dumps(_claims, default=str)\n"
        "_course.show(_report)"
    )
    shown = [nbformat.v4.new_code_cell(step.block.source) for step in steps]
    for step, cell in zip(steps, shown, strict=True):
        if step.cell.expect and step.last:
            cell.metadata["tags"] = ["raises-exception"]
    return [nbformat.v4.new_code_cell(first), *shown, nbformat.v4.new_code_cell(last)]


async def _execute(notebook, steps: list[Step], clock: "_Clock", folder: Path) -> None:
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython())
    if sys.platform != "win32":  # sockets in our own folder: no race for free ports
        manager.transport, manager.ip = "ipc", str(folder / "kernel")
    manager.connection_file = str(folder / "connection.json")
    work = folder / "work"
    work.mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in DROPPED}
    environment |= kernel.ENVIRONMENT | {"IPYTHONDIR": str(folder / "ipython")}
    limits = [START_TIMEOUT, *(step.cell.timeout for step in steps), START_TIMEOUT]
    by_source = {id(cell): limit for cell, limit in zip(notebook.cells, limits, strict=True)}
    client = NotebookClient(
        notebook,
        km=manager,
        timeout_func=lambda cell: by_source[id(cell)],
        startup_timeout=START_TIMEOUT,
        resources={"metadata": {"path": str(work)}},
        on_cell_start=lambda cell, cell_index: clock.start(cell_index),
        on_cell_executed=lambda cell, cell_index, execute_reply: clock.stop(cell_index),
        coalesce_streams=True,
    )
    try:
        await client.async_execute(env=environment)
    finally:
        if client.kc:
            client.kc.stop_channels()
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)


class _Clock:
    """Seconds each block took, and where the run is."""

    def __init__(self, steps: list[Step], started):
        self.steps, self.started, self.now = steps, started, 0
        self.begun: dict[int, float] = {}
        self.took: dict[int, float] = {}

    def start(self, index: int) -> None:
        self.now, self.begun[index] = index, time.perf_counter()
        if step := self.step(index):
            self.started(step.cell.name)

    def stop(self, index: int) -> None:
        self.took[index] = time.perf_counter() - self.begun[index]

    def step(self, index: int) -> Step | None:
        return self.steps[index - 1] if 0 < index <= len(self.steps) else None

    def seconds(self) -> dict[str, float]:
        total: dict[str, float] = {}
        for index, took in self.took.items():
            if step := self.step(index):
                total[step.cell.name] = total.get(step.cell.name, 0.0) + took
        return {name: round(took, 3) for name, took in total.items()}


def _failure(lesson: Lesson, steps, clock: _Clock, notebook, error) -> CourseError:
    step = clock.step(clock.now)
    if step is None:  # also RuntimeError: it did not start
        return CourseError(f"the kernel could not be prepared or read\n{error}", lesson.path)
    what = f"lesson {lesson.name!r}, cell {step.cell.name!r}"
    if isinstance(error, CellTimeoutError):
        return CourseError(
            f"{what} took more than {step.cell.timeout} seconds",
            lesson.path,
            step.cell.line,
            f'Make it faster, or say: # %% name="{step.cell.name}" timeout={2 * step.cell.timeout}',
        )
    if isinstance(error, DeadKernelError):
        return CourseError(f"{what}: the kernel died (out of memory?)", lesson.path, step.cell.line)
    outputs = [o for o in notebook.cells[clock.now].outputs if o.output_type == "error"]
    if not outputs:
        return CourseError(f"{what}: {error}", lesson.path, step.cell.line)
    output = outputs[-1]
    path, line, trail = _position(steps, output, step)
    claim = CLAIM.fullmatch(output.evalue) if output.ename == "AssertionError" else None
    if claim:
        what += f": the claim {claim['name']!r} ({claim['kind']}) is false: {claim['says']}"
        return CourseError(what, path, line, "Mend the experiment, or the claim and its prose.")
    return CourseError(f"{what}: {output.ename}: {output.evalue}", path, line, trail)


def _position(steps: list[Step], output, step: Step) -> tuple[Path, int, str]:
    """Deepest line of the lesson or the course in a traceback, and the way there."""
    trail = []
    for number, line in FRAME.findall(ANSI.sub("", "\n".join(output.traceback))):
        index = int(number) - 2  # execution counts start at 1, with the build's own cell
        if 0 <= index < len(steps):
            block = steps[index].block
            path, at = block.origins[min(int(line), len(block.origins)) - 1]
            frame = (path, at, block.source.splitlines()[int(line) - 1].strip())
            if frame not in trail[-1:]:  # a comprehension is a frame of its own
                trail.append(frame)
    if output.ename in ("SyntaxError", "IndentationError") or not trail:
        return *step.block.origins[0], ""
    way = "\n  ".join(f"{path}:{at}: {text}" for path, at, text in trail)
    return trail[-1][0], trail[-1][1], way


def _check(lesson: Lesson, step: Step, executed) -> None:
    """A cell raises what it promises, and nothing goes to stderr."""
    cell = step.cell
    what = f"lesson {lesson.name!r}, cell {cell.name!r}"
    raised = [o.ename for o in executed.outputs if o.output_type == "error"]
    if cell.expect and step.last and raised != [cell.expect]:
        got = f"it raised {raised[0]}" if raised else "it raised nothing"
        raise CourseError(
            f"{what} should raise {cell.expect}, but {got}",
            lesson.path,
            cell.line - 1,
            "Mend the cell, or its expect option.",
        )
    for output in executed.outputs:  # IPython shows an error of a figure, and goes on
        if output.output_type == "error" and not (cell.expect and step.last):
            says = f"{what}: {output.ename}: {output.evalue}"
            raise CourseError(says, lesson.path, cell.line)
    for output in executed.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise CourseError(
                f"{what} wrote to stderr:\n{output.text.rstrip()}",
                lesson.path,
                cell.line,
                "A page shows no warnings: mend the cause.",
            )


def _check_seeds(lesson: Lesson, seeds) -> None:
    """The provenance line can tell them."""
    if not (seeds and isinstance(seeds, list) and all(type(seed) is int for seed in seeds)):
        raise CourseError(
            "SEEDS is no list of whole numbers", lesson.path, hint="Write: SEEDS = range(5)"
        )


def check_claims(lesson: Lesson, recorded: dict[str, dict]) -> None:
    """Every check of the lesson ran, no other did, and all hold.

    Args:
        lesson: the script.
        recorded: CLAIMS of `course_code/teach/claims.py` after the run.

    Raises:
        CourseError: of every claim that is false, with both sides, or not recorded.
    """
    errors = []
    for claim in lesson.claims:
        found = recorded.get(claim.name)
        if not claim.relation or (found and found["holds"]):
            continue
        what = f"lesson {lesson.name!r}, cell {claim.cell!r}: the claim {claim.name!r}"
        if found:
            what += f" ({claim.kind}) is false: {claim.says}: not {found['text']}"
            hint = "Mend the experiment, or the claim and its prose."
        else:
            what, hint = f"{what} was not checked", "Does its loop run? Import check from teach."
        errors.append(CourseError(what, lesson.path, claim.line, hint))
    if others := set(recorded) - {claim.name for claim in lesson.claims if claim.relation}:
        hint = f"Write {CHECK}(…) itself, at the top level of a cell."
        errors.append(CourseError(f"a hidden check of {min(others)!r}", lesson.path, hint=hint))
    if errors:
        raise CourseError("\n".join(map(str, errors)))


def _outputs(executed) -> list[dict]:
    """What a page shows of a block: text, errors, figures."""
    shown = []
    for output in executed.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            shown.append({"text": output.text.rstrip("\n")})
        elif output.output_type == "error":
            shown.append({"error": output.ename, "says": output.evalue})
        elif kernel.MIME in data:
            shown.append(data[kernel.MIME])
        elif "text/plain" in data:
            shown.append({"text": data["text/plain"]})
    return shown
