"""The one exception that a mistake in the course raises."""

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
