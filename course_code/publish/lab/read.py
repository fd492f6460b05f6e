"""A lab's script: steps to fill in, each with its stub and its solution side by side.

A step is a cell in which a stretch of code is given twice, what the student finds as comments and
the solution as code, so that the script runs and is linted as it stands:

    def mean(x):
        # stub
        # return ...  # sum and number of the entries
        # solution
        return x.sum() / x.numel()
        # end

The cell after it, `check_` and the step's name, holds its check. What comments and docstrings are
in Chinese stands below them (`comments.py`).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from course_code.publish.base.again import again
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.lab.comments import BELOW, translations
from course_code.publish.lesson.read import Cell, parse, read_cells

MARKER = re.compile(r"\s*# (stub|solution|end)")
FOLLOWS = {"stub": "end", "solution": "stub", "end": "solution"}  # marker -> the one before it
COMMENT = re.compile(r"(?P<indent>\s*)#(?: (?P<code>.*))?")
STEPS = re.compile(r'Steps\("en", (\d+)\)')
TIMEOUT = 120  # seconds of a cell, unless it says otherwise
DRIFT = "Stub and solution belong together: change both."


@dataclass(frozen=True)
class Open:
    """A stretch of a step that the student writes; `line` is that of its first marker."""

    stub: str
    solution: str
    line: int


@dataclass(frozen=True)
class Part:
    """A cell of a lab, and what of it is open: nothing, unless it is a step."""

    cell: Cell
    open: tuple[Open, ...]

    @cached_property
    def stub(self) -> Cell:
        """The cell as a student finds it."""
        return self._as("stub")

    @cached_property
    def solution(self) -> Cell:
        """The cell with its solution."""
        return self._as("solution")

    def lines(self, which: str) -> Iterator[tuple[int, str]]:
        """Yield number in the script and text of each line of the `stub` or the `solution`."""
        state = "end"
        for number, line in _english(self.cell):
            if marker := self.open and MARKER.fullmatch(line):
                state = marker[1]
            elif state in ("end", which):
                yield number, _uncommented(line) if state == "stub" else line

    def _as(self, which: str) -> Cell:
        return replace(self.cell, source="\n".join(line for _, line in self.lines(which)))


@dataclass(frozen=True)
class Lab:
    """A lab as written; its name begins with `labs/`, its path is relative to the course.

    `said` gives its comments and docstrings in Chinese, by their English.
    """

    name: str
    path: Path
    parts: tuple[Part, ...]
    said: dict[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Part, ...]:
        """The cells that the student completes, in order."""
        return tuple(part for part in self.parts if part.open)


def read_labs(course: Course) -> list[Lab]:
    """Every lab of the course.

    Raises:
        CourseError: a mistake in one of them.
    """
    return [read_lab(course, name) for name in course.lab_names()]


def read_lab(course: Course, name: str) -> Lab:
    """Read `course_code/labs/NAME.py`, unless the same is kept; `name` is `labs/NAME`.

    Raises:
        CourseError: a cell that cannot be read, a stub that has drifted from its solution or
            leaves nothing open, a step without a check, an import below the first cell, a comment
            that is not said in Chinese.
    """
    script = course.labs / f"{name.removeprefix('labs/')}.py"
    return _known(course, name, course.relative(script), course.read(script))


@again(2)
def _known(course: Course, name: str, path: Path, text: str) -> Lab:
    kept, key = Kept(course.store / ".labs"), key_of(name, path, text)
    if (value := kept.get(name, key)) is None:
        lab = _read(name, path, text)
        kept.put(name, key, asdict(lab))
        return lab
    parts = (
        Part(Cell(**part["cell"]), tuple(Open(**each) for each in part["open"]))
        for part in value["parts"]
    )
    return Lab(name, path, tuple(parts), value["said"])


def _read(name: str, path: Path, text: str) -> Lab:
    cells = [_limited(cell, text) for cell in read_cells(text, path)]
    lab = Lab(name, path, tuple(Part(cell, tuple(_open(cell, path))) for cell in cells))
    for number, part in enumerate(lab.parts):
        _check_code(part, path, first=not number)
        follows = lab.parts[number + 1].cell.name if number + 1 < len(lab.parts) else None
        if part.open and follows != f"check_{part.cell.name}":
            hint = f'Write below it: # %% name="check_{part.cell.name}"'
            raise CourseError(f"step {part.cell.name!r} has no check", path, part.cell.line, hint)
    _check_total(lab, text)
    versions = [
        [line for part in lab.parts for line in part.lines(which)] for which in ("stub", "solution")
    ]
    return replace(lab, said=translations(text, versions, path))


def _limited(cell: Cell, text: str) -> Cell:
    marker = text.split("\n")[: cell.line - 1]
    own = next(line for line in reversed(marker) if line.startswith("# %%"))
    return cell if "timeout=" in own else replace(cell, timeout=TIMEOUT)


def _english(cell: Cell) -> Iterator[tuple[int, str]]:
    """Yield number in the script and text of each line that is no translation."""
    for number, line in enumerate(cell.source.split("\n"), cell.line):
        if not BELOW.fullmatch(line):
            yield number, line


def _open(cell: Cell, path: Path) -> Iterator[Open]:
    """Yield what is open in a cell, and refuse markers out of their order."""
    state, texts, begin = "end", {}, cell.line
    for number, line in _english(cell):
        marker = MARKER.fullmatch(line)
        if marker:
            if FOLLOWS[marker[1]] != state:
                hint = "A step has # stub, # solution, # end, in this order."
                raise CourseError(f"{line.strip()!r} is out of order", path, number, hint)
            state = marker[1]
            if state == "stub":
                texts, begin = {"stub": [], "solution": []}, number
            elif state == "end":
                yield Open("\n".join(texts["stub"]), "\n".join(texts["solution"]), begin)
        elif state == "stub" and not COMMENT.fullmatch(line):
            hint = "What the student finds is commented out: # return ..."
            raise CourseError("a line of a stub that is no comment", path, number, hint)
        elif state != "end":
            texts[state].append(_uncommented(line) if state == "stub" else line)
    if state != "end":
        raise CourseError(f"# {state} without # end", path, begin)


def _uncommented(line: str) -> str:
    match = COMMENT.fullmatch(line)
    return (match["indent"] + (match["code"] or "")).rstrip()


def _check_code(part: Part, path: Path, *, first: bool) -> None:
    stub = parse(part.stub.source, path, part.cell.line)
    solution = parse(part.solution.source, path, part.cell.line)
    for node in ast.walk(solution):
        if isinstance(node, ast.Import | ast.ImportFrom) and not first:
            hint = "A student's notebook imports at its beginning."
            raise CourseError(
                "an import below the first cell", path, part.cell.line + node.lineno - 1, hint
            )
    if part.open and _frame(stub) != _frame(solution):
        what = f"step {part.cell.name!r}: its stub defines {_frame(stub)}"
        raise CourseError(f"{what}, its solution {_frame(solution)}", path, part.cell.line, DRIFT)
    for each in part.open:
        _check_open(each, path)


def _frame(tree: ast.Module) -> list[str]:
    """What code binds at its top level, functions with their arguments."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.add(f"{node.name}({ast.unparse(node.args)})")
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.For):
            found.update(_bound(node))
    return sorted(found)


def _check_open(each: Open, path: Path) -> None:
    """Refuse a stub that leaves nothing open, or asks for other names than the solution binds."""
    stub, solution = (ast.parse(_dedented(text)) for text in (each.stub, each.solution))
    if not any(isinstance(n, ast.Constant) and n.value is ... for n in ast.walk(stub)):
        raise CourseError("a stub without `...`", path, each.line, "Leave something to write.")
    if lost := sorted(_bound(stub) - _bound(solution)):
        what = f"the stub binds {', '.join(lost)}, which its solution does not"
        raise CourseError(what, path, each.line, DRIFT)
    returns = [any(isinstance(n, ast.Return) for n in ast.walk(t)) for t in (stub, solution)]
    if returns[0] != returns[1]:
        what = "only one of stub and solution returns something"
        raise CourseError(what, path, each.line, DRIFT)


def _bound(tree: ast.AST) -> set[str]:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _dedented(text: str) -> str:
    """Code of a function's body as a module of its own."""
    lines = [line for line in text.split("\n") if line.strip()]
    indent = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    body = "\n".join("    " + line[indent:] for line in text.split("\n"))
    return f"def _():\n{body}" if lines else ""


def _check_total(lab: Lab, text: str) -> None:
    said = STEPS.findall(text)
    if said != [str(len(lab.steps))]:
        hint = f'The first cell binds: steps = Steps("en", {len(lab.steps)})'
        raise CourseError(f"the lab has {len(lab.steps)} steps", lab.path, hint=hint)
