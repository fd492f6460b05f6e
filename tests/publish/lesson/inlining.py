"""The code of a small lesson, inlined."""

from course_code.publish.lesson.inline import inline_lesson
from course_code.publish.lesson.read import read_lesson

TEACH = "from course_code.teach"


def inline(course):
    return inline_lesson(course, read_lesson(course, "one"))
