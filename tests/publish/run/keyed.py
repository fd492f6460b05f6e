"""A lesson that uses a module, and the inputs that its key is made of."""

from course_code.publish.run.plan import plan_lesson

A = "from course_code.teach.a import f\nx = f()"
MODULE = """def low():
    return 1


def f():
    return low()


def other():
    return 2
"""


def inputs_of(course):
    return plan_lesson(course, "one").inputs
