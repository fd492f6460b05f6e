"""Lessons of small courses, run in real kernels."""

import asyncio

from course_code.publish.lesson.inline import inline_lesson
from course_code.publish.lesson.read import read_lesson
from course_code.publish.run.execute import run_lesson


def run(course, started=lambda cell: None) -> dict:
    lesson = read_lesson(course, "one")
    return asyncio.run(run_lesson(lesson, inline_lesson(course, lesson), started))
