"""YAML that people write by hand: every part of it knows its line."""

from pathlib import Path
from typing import Any

import yaml

from course_code.publish.base.errors import CourseError

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str, path: Path) -> Any:
    """The values of a file's text; None if it is empty.

    Raises:
        CourseError: it is not YAML.
    """
    try:
        return yaml.load(text, Loader)
    except (yaml.YAMLError, ValueError) as error:  # the second of a day that there is not
        what, line = mistake(error)
        raise CourseError(f"not YAML: {what}", path, line) from None


def mistake(error: yaml.YAMLError | ValueError) -> tuple[str, int | None]:
    """What is wrong with a text that is no YAML, and in which line of it, if that is known."""
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).split("\n")[0]
    return what, mark and mark.line + 1


def compose(text: str, path: Path) -> yaml.Node | None:
    """Read the text of a file; None if it is empty.

    Raises:
        CourseError: it is not YAML.
    """
    try:
        return yaml.compose(text, Loader)
    except yaml.YAMLError as error:
        what, line = mistake(error)
        raise CourseError(f"not YAML: {what}", path, line) from None


def line_of(node: yaml.Node | None) -> int:
    """Line in which a part begins, from 1; that of an empty file is 1."""
    return node.start_mark.line + 1 if node else 1


def named(node: yaml.Node | None, path: Path, hint: str = "") -> dict[str, tuple[int, yaml.Node]]:
    """Return the line and the value of each name, in which spaces do not count.

    Raises:
        CourseError: it is not a list of names and values, or a name is given twice.
    """
    if not isinstance(node, yaml.MappingNode):
        raise CourseError("expected names and values here", path, line_of(node), hint)
    found: dict[str, tuple[int, yaml.Node]] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise CourseError("expected names and values here", path, line_of(key), hint)
        name = " ".join(key.value.split())
        if name in found:
            raise CourseError(f"{name!r} is given twice", path, line_of(key))
        found[name] = line_of(key), value
    return found
