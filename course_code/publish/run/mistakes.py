"""What went wrong in a run, said with lesson, cell and line."""

import re
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.read import CHECK, Lesson
from course_code.publish.run.inside import kernel, leftovers
from course_code.publish.run.outputs import sent_by

FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
BUSY = "The machine may be too busy: build again. Nothing of this run is kept."
REMEDIES = {  # error or its words -> what to do about it, where its own words do not say
    "ModuleNotFoundError": "Is the package in requirements.txt, and installed? Imports of the "
    "course are written: from course_code.… import name",
    "FileNotFoundError": "A lesson runs in an empty folder, so that a copy runs anywhere: make the "
    "data in the lesson, or take it from course_code/teach/data.py.",
    "[Errno 27] File too large": "A lesson writes at most "
    f"{leftovers.LARGEST_FILE // 2**20} MB into a file; what it prints past Python is in one.",
    "StdinNotImplementedError": "Nobody answers a build: bind the answer to a name.",
}


def failure(lesson: Lesson, steps: list, now: int, notebook, error: Exception) -> CourseError:
    """Why the run broke off at the notebook's cell `now`."""
    step = steps[now - 1] if 0 < now <= len(steps) else None
    if step is None:  # also RuntimeError: it did not start
        return CourseError(f"the kernel could not be prepared or read\n{error}", lesson.path)
    what = f"lesson {lesson.name!r}, cell {step.cell.name!r}"
    if isinstance(error, CellTimeoutError) and "IOPub" in str(error):
        return _incomplete(what, lesson, step)
    if isinstance(error, CellTimeoutError):
        return CourseError(
            f"{what} took more than {step.cell.timeout} seconds",
            lesson.path,
            step.cell.line,
            f'Make it faster, or say: # %% name="{step.cell.name}" timeout={2 * step.cell.timeout}',
        )
    if isinstance(error, DeadKernelError):
        hint = "Was it out of memory, or did the code end the process?"
        return CourseError(f"{what}: the kernel died", lesson.path, step.cell.line, hint)
    outputs = [o for o in notebook.cells[now].outputs if o.output_type == "error"]
    if not outputs:
        return CourseError(f"{what}: {error}", lesson.path, step.cell.line)
    output = outputs[-1]
    path, line, trail = _position(steps, output, step)
    if output.ename == kernel.Refused.__name__:
        sent = sent_by(notebook.cells[now])
        hint = sent["refused"][1] if sent else ""
        return CourseError(f"{what} {output.evalue}", path, line, hint)
    remedy = REMEDIES.get(output.ename) or REMEDIES.get(output.evalue)
    hint = "\n  ".join(filter(None, [trail, remedy]))
    return CourseError(f"{what}: {output.ename}: {output.evalue}", path, line, hint)


def _incomplete(what: str, lesson: Lesson, step) -> CourseError:
    return CourseError(f"{what}: its outputs did not all arrive", lesson.path, step.cell.line, BUSY)


def _position(steps: list, output, step) -> tuple[Path, int, str]:
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


def check_cell(lesson: Lesson, step, executed) -> None:
    """A cell's outputs are complete and fit to show; it raises what it promises.

    Raises:
        CourseError: they are not, or it does not.
    """
    cell, sent = step.cell, sent_by(executed)
    what = f"lesson {lesson.name!r}, cell {cell.name!r}"
    if sent is None:
        raise _incomplete(what, lesson, step)
    if sent["refused"]:
        says, hint = sent["refused"]
        raise CourseError(f"{what} {says}", lesson.path, cell.line, hint)
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
    if sent["stderr"]:
        raise CourseError(
            f"{what} wrote to stderr:\n{sent['stderr'].rstrip()}",
            lesson.path,
            cell.line,
            "A page shows no warnings: mend the cause.",
        )


def check_end(lesson: Lesson, executed, left: list[str]) -> dict:
    """Return what the kernel reported at the end; nothing of the lesson goes on then.

    Args:
        lesson: the script.
        executed: the build's own last cell.
        left: commands of processes that it has started and left.

    Raises:
        CourseError: the report is missing, or something goes on.
    """
    sent, what = sent_by(executed), f"lesson {lesson.name!r}"
    if sent is None or len(sent["outputs"]) != 1:
        raise CourseError(f"{what}: its values did not arrive", lesson.path, hint=BUSY)
    if sent["refused"]:
        says, hint = sent["refused"]
        raise CourseError(f"{what} {says}", lesson.path, hint=hint)
    if left:
        hint = "Wait for it in the cell that starts it."
        raise CourseError(f"{what} leaves a process running: {left[0]}", lesson.path, hint=hint)
    return sent["outputs"][0]


def check_seeds(lesson: Lesson, seeds) -> None:
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
        if found and found["holds"]:
            continue
        what = f"lesson {lesson.name!r}, cell {claim.cell!r}: the claim {claim.name!r}"
        if found:
            is_what = "cannot be told" if found["holds"] is None else "is false"
            what += f" ({claim.kind}) {is_what}: {claim.says}: not {found['text']}"
            hint = "Mend the experiment, or the claim and its prose."
        else:
            what, hint = f"{what} was not checked", "Does its loop run? Import check from teach."
        errors.append(CourseError(what, lesson.path, claim.line, hint))
    if others := set(recorded) - {claim.name for claim in lesson.claims}:
        hint = f"Write {CHECK}(…) itself, at the top level of a cell."
        errors.append(CourseError(f"a hidden check of {min(others)!r}", lesson.path, hint=hint))
    if errors:
        raise CourseError("\n".join(map(str, errors)))
