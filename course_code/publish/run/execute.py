"""Run an inlined lesson in a fresh kernel, in an empty folder; keep what it prints and draws."""

import json
import time
from dataclasses import dataclass

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from course_code.publish.lesson.inline import Block, InlinedLesson
from course_code.publish.lesson.read import Cell, Lesson
from course_code.publish.run import surroundings
from course_code.publish.run.kernels import START_TIMEOUT, run_cells
from course_code.publish.run.mistakes import (
    check_cell,
    check_claims,
    check_end,
    check_seeds,
    failure,
)
from course_code.publish.run.outputs import outputs


@dataclass(frozen=True)
class Step:
    """One notebook cell to run: a block of a lesson's cell."""

    cell: Cell
    block: Block
    last: bool  # of its cell: the one where an expected error occurs


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
    limits = [START_TIMEOUT, *(step.cell.timeout for step in steps), START_TIMEOUT]
    try:
        left = await run_cells(notebook, limits, start=clock.start, stop=clock.stop)
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
        raise failure(lesson, steps, clock.now, notebook, error) from None
    cells = {cell.name: [] for cell in lesson.cells}
    for step, executed in zip(steps, notebook.cells[1:], strict=False):
        check_cell(lesson, step, executed)
        cells[step.cell.name].append(outputs(executed))
    final = check_end(lesson, notebook.cells[-1], left)
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
