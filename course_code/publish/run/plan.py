"""A lesson on its way: planned (read, inlined, its inputs known), then run."""

from dataclasses import dataclass

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import InlinedLesson, inline_lesson
from course_code.publish.lesson.read import Lesson, read_lesson
from course_code.publish.run.inputs import Inputs, inputs_of


@dataclass(frozen=True)
class Plan:
    """A lesson, inlined, with what decides its outputs."""

    lesson: Lesson
    inlined: InlinedLesson
    inputs: Inputs


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
    """Read and inline one lesson.

    Raises:
        CourseError: a mistake in it.
    """
    lesson = read_lesson(course, name)
    inlined = inline_lesson(course, lesson)
    if "SEEDS" not in inlined.names:
        raise CourseError(
            "the lesson binds no SEEDS",
            lesson.path,
            hint="Every page tells its seeds: SEEDS = range(5)",
        )
    return Plan(lesson, inlined, inputs_of(lesson, inlined))
