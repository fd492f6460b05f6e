"""Run an inlined lesson in a fresh kernel, in an empty folder; keep what it prints and draws."""

import json
import os
import re
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import is_alive
from course_code.publish.lesson.inline import Block, InlinedLesson
from course_code.publish.lesson.read import Cell, Lesson
from course_code.publish.run import processes, surroundings
from course_code.publish.run.mistakes import (
    check_cell,
    check_claims,
    check_end,
    check_seeds,
    failure,
)
from course_code.publish.run.outputs import outputs

START_TIMEOUT = 120  # seconds for what the build itself runs in the kernel, and for messages
LONGEST = 70  # bytes of a folder in which sockets may be: 103 to 107 are possible for all


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
        {"cells": {name: [outputs of each block]}, "values": …, "unusable": {name: type of a value
        that prose cannot use}, "claims": {name: what its check recorded}, "device": …,
        "seconds": {name: …}}.

    Raises:
        CourseError: a cell fails, prints to stderr, takes too long, does what no other run could
            repeat, or does not raise the error that it promises (the message names lesson, cell
            and line); SEEDS are no numbers; claims are false (all of them are named, with what the
            run gave).
    """
    steps = [
        Step(cell, block, block is inlined.blocks[cell.name][-1])
        for cell in lesson.cells
        for block in inlined.blocks[cell.name]
    ]
    notebook = nbformat.v4.new_notebook(cells=_notebook_cells(steps, inlined.names))
    clock = _Clock(steps, started)
    with _folder() as folder:
        try:
            await _execute(notebook, steps, clock, folder)
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            raise failure(lesson, steps, clock.now, notebook, error) from None
    cells = {cell.name: [] for cell in lesson.cells}
    for step, executed in zip(steps, notebook.cells[1:], strict=False):
        check_cell(lesson, step, executed)
        cells[step.cell.name].append(outputs(executed))
    final = check_end(lesson, notebook.cells[-1], notebook.metadata.get("left", []))
    found = {name: json.loads(final[name]) for name in ("values", "claims")}
    if "SEEDS" in inlined.names:  # which a lesson has to bind, a lab need not
        check_seeds(lesson, found["values"].get("SEEDS"))
    check_claims(lesson, found["claims"])
    return {**final, **found, "cells": cells, "seconds": clock.seconds()}


def _notebook_cells(steps: list[Step], names: tuple[str, ...]) -> list:
    limits = [*(step.cell.output for step in steps), 10**9]
    first, last = surroundings.first(limits), surroundings.last(names)
    cells = [nbformat.v4.new_code_cell(step.block.source) for step in steps]
    for step, cell in zip(steps, cells, strict=True):
        if step.cell.expect and step.last:
            cell.metadata["tags"] = ["raises-exception"]
    return [nbformat.v4.new_code_cell(first), *cells, nbformat.v4.new_code_cell(last)]


@contextmanager
def _folder():
    """An empty folder for one run; what killed builds left is removed.

    Its path is short enough for sockets: where TMPDIR's is not, the folder is in /tmp.
    """
    try:
        parent = Path(tempfile.gettempdir())
        if len(os.fsencode(parent)) > LONGEST and sys.platform != "win32":
            parent = Path("/tmp")
        for old in parent.glob("lesson-*-*"):
            if (match := re.match(r"lesson-(\d+)-", old.name)) and not is_alive(int(match[1])):
                processes.end(old)
                rmtree(old, ignore_errors=True)
        folder = tempfile.TemporaryDirectory(prefix=f"lesson-{os.getpid()}-", dir=parent)
    except OSError as error:
        what = f"the temporary folder cannot be written: {error.strerror}"
        raise CourseError(what, error.filename, hint="Set TMPDIR to another one.") from None
    with folder as name:
        yield Path(name)


async def _execute(notebook, steps: list[Step], clock: "_Clock", folder: Path) -> None:
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython())
    if sys.platform != "win32":  # sockets in our own folder: no race for free ports
        manager.transport, manager.ip = "ipc", str(folder / "kernel")
    manager.connection_file = str(folder / "connection.json")
    work = folder / "work"
    work.mkdir()
    environment = surroundings.environment(IPYTHONDIR=processes.profile(folder))
    limits = [START_TIMEOUT, *(step.cell.timeout for step in steps), START_TIMEOUT]
    by_source = {id(cell): limit for cell, limit in zip(notebook.cells, limits, strict=True)}
    client = NotebookClient(
        notebook,
        km=manager,
        timeout_func=lambda cell: by_source[id(cell)],
        startup_timeout=START_TIMEOUT,
        iopub_timeout=START_TIMEOUT,
        raise_on_iopub_timeout=True,
        resources={"metadata": {"path": str(work)}},
        on_cell_start=lambda cell, cell_index: clock.start(cell_index),
        on_cell_executed=lambda cell, cell_index, execute_reply: clock.stop(cell_index),
    )
    try:  # not client.async_execute: it would take over Ctrl-C, for one lesson alone
        client.reset_execution_trackers()
        await client.async_start_new_kernel(env=environment)
        await client.async_start_new_kernel_client()
        for index, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, index)
        notebook.metadata["left"] = processes.strangers(folder, manager.provisioner.pid)
    finally:
        if client.kc:
            client.kc.stop_channels()
        processes.end(folder)
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
