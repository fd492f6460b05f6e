"""The script of a figure: cells as those of a lesson, which bind STATES, and run as a lesson's.

STATES is a dict: tensors of float32, float16, int16 or uint8, and numbers, texts and small nests of
them, as its module wants them. SAME names values of lessons that the script repeats,
`{"spiral/relu_loss": loss}`: so a figure shows the run that its page tells of.
"""

import ast
from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import InlinedLesson, inline_lesson
from course_code.publish.lesson.read import Cell, Lesson, parse, read_cells, unique
from course_code.publish.run.plan import Plan, plan_script
from course_code.publish.states import sent

SEND = "\n\nSTATES_TOLD, STATES_DATA = send_states(STATES)"
WRITE = 'Bind it at the top level: STATES = {"steps": steps, "weights": weights}'


def plan_states(course: Course, name: str) -> Plan:
    """Plan the run of a figure's script; `name` is `figures/NAME`.

    Raises:
        CourseError: no such script, a mistake in it, or it binds no STATES.
    """
    script = course.figures / f"{name.removeprefix('figures/')}.py"
    path = course.relative(script)
    if not script.is_file():
        known = ", ".join(course.figure_names()) or "none"
        raise CourseError(f"no script {name!r}; there are: {known}", path)
    return plan_script(course, name, script, _read, course, name, script)


def _read(course: Course, name: str, script: Path) -> tuple[Lesson, InlinedLesson]:
    path = course.relative(script)
    cells = tuple(read_cells(course.read(script), path))
    unique(cells, "cell", path)
    line = line_of(Lesson(name, path, cells, ()), "STATES")
    if line is None:
        raise CourseError("the script binds no STATES", path, hint=WRITE)
    last = Cell("states:sent", Path(sent.__file__).read_text("utf-8") + SEND, line)
    lesson = Lesson(name, path, (*cells, last), ())
    return lesson, inline_lesson(course, lesson)


def line_of(script: Lesson, name: str) -> int | None:
    """Line of a script where a cell binds `name` at its top level, the last one."""
    found = None
    for cell in script.cells:
        for node in parse(cell.source, script.path, cell.line).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                found = cell.line + node.lineno - 1
    return found
