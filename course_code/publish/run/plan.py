"""A lesson on its way: planned (read, inlined, its inputs known), then run."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import starmap
from pathlib import Path

from course_code.publish.base.again import again
from course_code.publish.base.course import PACKAGE, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.lesson.binders import Binders, binders
from course_code.publish.lesson.inline import Block, InlinedLesson, inline_lesson
from course_code.publish.lesson.read import Cell, Claim, Lesson, read_lesson
from course_code.publish.lesson.slices import GAP, Slice, restore, slices
from course_code.publish.run.inputs import Code, Inputs, code_of, inputs_of, told

BETWEEN = [("", (Path(), 0))] * len(GAP)  # lines, with their origins
MODULE = re.compile(rf"{PACKAGE}[\s\\]*(?:\.[\s\\]*\w+[\s\\]*)+")  # as an import may write it
NOT_IN_NAMES = re.compile(r"[\s\\]")


Slices = dict[str, tuple[Slice, ...]]
Planned = tuple[Lesson, InlinedLesson, Code, Slices, Binders, str]  # what a script's code decides


@dataclass(frozen=True)
class Plan:
    """A lesson, inlined, with what decides its outputs."""

    lesson: Lesson
    inlined: InlinedLesson
    inputs: Inputs
    # Of each cell's blocks the code that they need; labs and live figures, where none is copied
    # with it, have none.
    slices: Slices = field(default_factory=dict)
    binders: Binders = field(default_factory=dict)  # of the lesson's own names
    # Digest of all code that could change what a claim finds, where there are slices.
    audit_key: str = ""


@dataclass(frozen=True)
class Run:
    """A lesson with the outputs of its stored run."""

    plan: Plan
    entry: dict

    @property
    def lesson(self) -> Lesson:
        """The script that ran."""
        return self.plan.lesson

    @property
    def values(self) -> dict:
        """Numbers and texts of the run, for the prose."""
        return self.entry["values"]


def plan_lesson(course: Course, name: str) -> Plan:
    """Read and inline one lesson, unless a plan of the same code is kept.

    Raises:
        CourseError: a mistake in it.
    """
    script = course.lessons / f"{name}.py"
    return plan_script(course, name, script, _read, course, name, sliced=True)


def plan_script(
    course: Course,
    name: str,
    script: Path,
    read: Callable[..., tuple[Lesson, InlinedLesson]],
    *of,
    sliced: bool = False,
) -> Plan:
    """Plan what `read` makes of a script, unless a plan of the same code is kept.

    Args:
        course: whose store keeps the plan.
        name: of the lesson that `read` gives.
        script: its file.
        read: gives the lesson, and the same inlined.
        of: its arguments.
        sliced: whether the plan has slices, which take most of its time.
    """
    key = key_of(name, _sources(course, script))
    lesson, inlined, code, *more = _planned(course, name, key, sliced, read, *of)
    return Plan(lesson, inlined, inputs_of(code), *more)


@again(2)
def _planned(course: Course, name: str, key: str, sliced: bool, read: Callable, *of) -> Planned:
    kept = Kept(course.store / ".plans")
    if (value := kept.get(name, key)) is not None:
        return _restored(*value)
    lesson, inlined = read(*of)
    code, bound = code_of(lesson, inlined), binders(lesson)
    found = _sliced(lesson, inlined) if sliced else {}
    audited = _audit_key(lesson, inlined, found) if sliced else ""
    parts = [asdict(part) for part in (lesson, inlined, code)]
    parts += [{cell: [asdict(one) for one in each] for cell, each in found.items()}, bound, audited]
    kept.put(name, key, parts)
    return lesson, inlined, code, found, bound, audited


def _read(course: Course, name: str) -> tuple[Lesson, InlinedLesson]:
    lesson = read_lesson(course, name)
    inlined = inline_lesson(course, lesson)
    if "SEEDS" not in inlined.names:
        raise CourseError(
            "the lesson binds no SEEDS",
            lesson.path,
            hint="Every page tells its seeds: SEEDS = range(5)",
        )
    return lesson, inlined


def _sliced(lesson: Lesson, inlined: InlinedLesson) -> Slices:
    """Slices of all blocks, in the order of the page."""
    blocks = [(cell, block) for cell in lesson.cells for block in inlined.blocks[cell.name]]
    ends = {cell.name: number for number, (cell, _) in enumerate(blocks)}
    fails = [ends[cell.name] for cell in lesson.cells if cell.expect]
    found: Slices = {}
    for (cell, _), one in zip(blocks, slices([b.source for _, b in blocks], fails), strict=True):
        found[cell.name] = (*found.get(cell.name, ()), one)
    return found


def _audit_key(lesson: Lesson, inlined: InlinedLesson, found: Slices) -> str:
    """Digest of all code that could change what a claim finds: the slices of its checks.

    Other cells, such as those of figures, and modules that draw are not among it, nor is what the
    key of a run leaves out.
    """
    lines, judged, imports = [], set(), set()
    asserting = {claim.cell for claim in lesson.claims}
    for cell in lesson.cells:
        for block, needed in zip(inlined.blocks[cell.name], found[cell.name], strict=True):
            begin = len(lines)
            lines += zip(block.source.split("\n"), block.origins, strict=True)
            if cell.name in asserting or cell.expect:
                judged.update(range(begin, len(lines)))
                judged.update(*starmap(range, needed.ranges))
                imports.update(needed.imports)
            lines += BETWEEN
    code = [text for i, (text, origin) in enumerate(lines) if i in judged and _computes(origin)]
    expected = [cell.expect for cell in lesson.cells if cell.expect]
    return digest(json.dumps([sorted(imports), told("\n".join(code)), expected]))


def _computes(origin: tuple[Path, int]) -> bool:
    """Whether a line does not come from the modules that draw."""
    return origin[0].parent.name != "draw"


def _sources(course: Course, script: Path) -> dict[str, str]:
    """Digests of all that a script can bring in: its own, and of the modules that they name."""
    found, todo = {}, [script]
    while todo:
        path = todo.pop()
        if str(path) not in found and path.is_file():
            data = path.read_bytes()
            found[str(path)] = digest(data)
            named = (
                NOT_IN_NAMES.sub("", name)
                for name in MODULE.findall(data.decode("utf-8", "replace"))
            )
            todo += [(course.root / name.replace(".", "/")).with_suffix(".py") for name in named]
    return {str(course.relative(Path(path))): known for path, known in found.items()}


def _restored(
    lesson: dict, inlined: dict, code: dict, sliced: dict, binders: dict, audited: str
) -> Planned:
    """What was planned, of what JSON kept of it."""
    cells = tuple(Cell(**cell) for cell in lesson["cells"])
    claims = tuple(Claim(**claim) for claim in lesson["claims"])
    path = cache(Path)
    blocks = {
        cell: tuple(
            Block(
                block["source"],
                block["folded"],
                tuple((path(p), line) for p, line in block["origins"]),
            )
            for block in found
        )
        for cell, found in inlined["blocks"].items()
    }
    bound = {cell: tuple(names) for cell, names in inlined["bound"].items()}
    return (
        Lesson(lesson["name"], Path(lesson["path"]), cells, claims),
        InlinedLesson(blocks, bound),
        Code(**code),
        {cell: tuple(restore(one) for one in found) for cell, found in sliced.items()},
        {name: [tuple(each) for each in found] for name, found in binders.items()},
        audited,
    )
