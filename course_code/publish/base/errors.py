"""The one exception that a mistake in the course raises, and how commands tell it."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path


class CourseError(Exception):
    """A mistake in a lesson, a page or the set-up: says where, what, and what to do.

    Args:
        what: what is wrong, quoting the culprit.
        path: file at fault, if there is one.
        line: 1-based line in `path`.
        hint: what to do about it.
    """

    def __init__(
        self, what: str, path: Path | str | None = None, line: int | None = None, hint: str = ""
    ):
        where = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(f"{where}{what}" + (f"\n  {hint}" if hint else ""))


def in_words(command: Callable[[list[str]], int]) -> Callable[[list[str]], int]:
    """A command that tells a mistake, or what the system refused, in words, and then gives 1."""

    @wraps(command)
    def told(*arguments) -> int:
        try:
            return command(*arguments)
        except CourseError as error:
            print(error, file=sys.stderr)
        except OSError as error:  # the disk is full
            print(cannot(error), file=sys.stderr)
        return 1

    return told


def cannot(error: OSError) -> str:
    """What the system refused, in words."""
    if error.filename is None:
        return f"{error}."
    file = error.filename2 or error.filename  # the second is the one that a copy writes
    return f"{file}: cannot be written: {error.strerror}."
