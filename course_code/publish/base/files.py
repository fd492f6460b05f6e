"""Files written whole or not at all, whose they are, and the log that says what was done."""

import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from course_code.publish.base.errors import CourseError

log = logging.getLogger("mkdocs.course")  # below MkDocs's own, which shows it and counts warnings


def digest(data: str | bytes) -> str:
    """Short name of a content."""
    data = data.encode() if isinstance(data, str) else data
    return hashlib.sha256(data).hexdigest()[:24]


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees all of it or the old file.

    Raises:
        CourseError: the file cannot be written, for instance because the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:  # readable by all, unlike tempfile's
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:  # Ctrl-C among them
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        hint = "Is there space left, and may this folder be written to?"
        raise CourseError(f"cannot be written: {error.strerror}", path, hint=hint) from None


def is_alive(process: int) -> bool:
    """Whether a process with this number runs, as far as this user may know."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # another user's
        return True
    return True
