"""A lab is tried before it is published, in one kernel and in one run that is kept.

First the student's notebook runs from top to bottom as it is: every check has to say what is
missing. Then step after step its stub and its solution run, each with the check: with all earlier
steps solved, a stub still fails and a solution passes.
"""

from dataclasses import replace

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lab.comments import HAN, in_chinese
from course_code.publish.lab.read import Lab, Part
from course_code.publish.lesson.inline import Block, InlinedLesson, inline_lesson
from course_code.publish.lesson.read import Cell, Lesson
from course_code.publish.run.plan import Plan, Run, plan_script

RESULTS = "RESULTS"  # bound after all else; what the checks said: step, verdict, en, zh
SOLVED = "{}:solved"
ALONE = "{}:alone"  # a stub, or its check, with all earlier steps solved


def plan_lab(course: Course, lab: Lab) -> Plan:
    """Plan the trial of a lab.

    Raises:
        CourseError: code that cannot be inlined.
    """
    return plan_script(course, lab.name, course.root / lab.path, _read, course, lab)


def _read(course: Course, lab: Lab) -> tuple[Lesson, InlinedLesson]:
    lesson = Lesson(lab.name, lab.path, tuple(_cells(lab)), ())
    return lesson, inline_lesson(course, lesson)


def as_lesson(lab: Lab) -> Lesson:
    """The lab as its page shows it, cell by cell."""
    return Lesson(lab.name, lab.path, tuple(part.stub for part in lab.parts), ())


def shown(lab: Lab, plan: Plan, language: str, *, solved: bool = False) -> Run:
    """The lab as a lesson that has not been run, to be put on a page and into a notebook.

    Args:
        lab: as written.
        plan: of its trial, whose blocks are those of the notebook.
        language: in which checks and comments shall speak.
        solved: whether its steps shall hold their solutions.
    """
    blocks = {}
    for part in lab.parts:
        name = part.cell.name
        own = plan.inlined.blocks[SOLVED.format(name) if solved and part.open else name]
        blocks[name] = tuple(_speaking(block, language, lab) for block in own)
    inlined = InlinedLesson(blocks, {})
    outputs = {name: [[] for _ in own] for name, own in blocks.items()}
    entry = {"cells": outputs, "values": {}, "unusable": {}, "claims": {}}
    return Run(Plan(as_lesson(lab), inlined, plan.inputs), entry)


def judge(lab: Lab, run: Run) -> None:
    """Refuse a lab whose checks did not say what they should.

    Raises:
        CourseError: a stub passes, a solution fails, a check breaks, says nothing, or says the same
            in both languages; of every step.
    """
    said, count = run.values[RESULTS], len(lab.steps)
    wanted = [(step, "wrong") for step in range(1, count + 1)]
    for step in range(1, count + 1):
        wanted += [(step, "wrong"), (step, "passed")]
    if [number for number, *_ in said] != [step for step, _ in wanted]:
        hint = "Each check cell calls steps.check(…) once, with the number of its step."
        raise CourseError(f"checks ran as {[n for n, *_ in said]}", lab.path, hint=hint)
    errors = []
    for (step, verdict), (_, found, *texts) in zip(wanted, said, strict=True):
        if what := _fault(verdict, found, texts):
            cell = lab.steps[step - 1].cell
            errors.append(str(CourseError(f"step {cell.name!r}: {what}", lab.path, cell.line)))
    if errors:
        raise CourseError("\n".join(dict.fromkeys(errors)))


def _fault(wanted: str, found: str, texts: list[str]) -> str:
    if found == "broken":
        return f"its check breaks: {texts[0]}"
    if found != wanted and found == "passed":
        return "its stub passes the check"
    if found != wanted:
        return f"its solution fails: {texts[0]}"
    en, zh = texts
    if not en.strip() or HAN.search(en) or not HAN.search(zh):
        return f"its check does not speak both languages: {en!r}, {zh!r}"
    return ""


def _cells(lab: Lab):
    """Yield all that runs, in its order."""
    yield from (part.stub for part in lab.parts)
    for part, check in zip(lab.parts[1:], [*lab.parts[2:], None], strict=True):
        if part.open:
            for each in (part.stub, check.stub):
                yield replace(each, name=ALONE.format(each.name))
            yield _named(part)
            yield _named(check)
        elif not _is_check(part, lab):
            yield _named(part)
    yield Cell("results", f"{RESULTS} = steps.log", 1)


def _named(part: Part) -> Cell:
    return replace(part.solution, name=SOLVED.format(part.cell.name))


def _is_check(part: Part, lab: Lab) -> bool:
    return part.cell.name.removeprefix("check_") in {step.cell.name for step in lab.steps}


def _speaking(block: Block, language: str, lab: Lab) -> Block:
    """The block with checks that speak a language, and comments in it."""
    if language == LANGUAGES[0] or block.folded:
        return block
    spoken = f'Steps("{language}", '
    source = block.source.replace(f'Steps("{LANGUAGES[0]}", ', spoken)
    source = in_chinese(source, lab.said)
    return replace(block, source=source, origins=block.origins[:1] * len(source.split("\n")))
