"""What is known to be otherwise, declared in a file: a pattern a line, in which * is anything."""

import re
from pathlib import Path

from course_code.publish.base.course import Course


def read_declared(course: Course, path: Path) -> list[str]:
    """Patterns of a file, in which lines that begin with # are remarks."""
    return [line for line in course.read(path).splitlines() if line and line[0] != "#"]


def undeclared(found: list[str], declared: list[str]) -> list[str]:
    """Compare what was found with what is declared.

    Args:
        found: a sentence each.
        declared: patterns.

    Returns:
        What is not declared, and patterns of which there is nothing any more.
    """

    def match(what: str, pattern: str) -> bool:
        return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), what, re.DOTALL))

    new = [f"not declared: {what}" for what in found if not any(match(what, p) for p in declared)]
    gone = [p for p in declared if not any(match(what, p) for what in found)]
    return new + [f"declared, but gone: {pattern}" for pattern in gone]
