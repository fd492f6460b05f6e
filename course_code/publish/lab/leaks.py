"""A solution that stands where students read is none: nothing of it may be in the site's labs."""

import re
from collections.abc import Iterator
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.lab.read import Lab

LEAST = 16  # characters of an expression that gives something away
TARGET = re.compile(r"^(?:return\b|[\w.,\[\]: ]+(?<![=<>!])[-+*/@]?=(?!=)|for\b|if\b|with\b)")


def leaks(lab: Lab, text: str) -> Iterator[tuple[str, str]]:
    """Yield (step, line) of each line of a solution that a text holds, whatever its spaces.

    What a lab shows in any case (the frame of its steps, its own helpers) gives nothing away, nor
    does a call as short as `loss.backward()`; a check does.

    Args:
        lab: as written.
        text: of a page or a notebook.
    """
    squeezed = _squeezed(text)
    shown = (p.stub.source for p in lab.parts if not p.cell.name.startswith("check_"))
    given = _squeezed("\n".join(shown))
    for part in lab.steps:
        for each in part.open:
            for line in each.solution.split("\n"):
                told = _squeezed(TARGET.sub("", line.partition("  # ")[0].strip()))
                if len(told) >= LEAST and told in squeezed and told not in given:
                    yield part.cell.name, line.strip()


def check_secret(lab: Lab, path: Path, text: str) -> None:
    """Refuse a page that gives a solution away.

    Args:
        lab: as written.
        path: of its page, for the error.
        text: all that the page shows, code included.

    Raises:
        CourseError: says which line of which step.
    """
    for step, line in leaks(lab, text):
        hint = "Say it in other words: prose, hints and checks are what students read."
        raise CourseError(f"gives away the solution of step {step!r}: {line}", path, hint=hint)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
