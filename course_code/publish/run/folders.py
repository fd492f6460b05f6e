"""Temporary folders of runs: each empty at first, and removed, also after a run that was killed."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from filelock import FileLock, Timeout

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import is_alive
from course_code.publish.run import processes

KIND = "lesson"  # begins the names of all of them
HELD = "held"  # a lock in the folder of a run
LONGEST = 70  # bytes of a folder in which sockets may be: 103 to 107 are possible for all


@contextmanager
def empty_folder() -> Iterator[Path]:
    """A folder for one run, empty but for a lock; what killed runs left is removed.

    Its path is short enough for sockets: where TMPDIR's is not, the folder is in /tmp.

    Raises:
        CourseError: it cannot be made.
    """
    try:
        parent = Path(tempfile.gettempdir())
        if len(os.fsencode(parent)) > LONGEST and sys.platform != "win32":
            parent = Path("/tmp")
        for old in parent.glob(f"{KIND}-*-*"):
            match = re.match(rf"{KIND}-(\d+)-", old.name)
            if match and not is_alive(int(match[1])) and not _is_held(old):
                processes.end(old)
                rmtree(old, ignore_errors=True)
        folder = tempfile.TemporaryDirectory(prefix=f"{KIND}-{os.getpid()}-", dir=parent)
    except OSError as error:
        what = f"the temporary folder cannot be written: {error.strerror}"
        raise CourseError(what, error.filename, hint="Set TMPDIR to another one.") from None
    with folder as name, FileLock(Path(name, HELD)):
        yield Path(name)


def _is_held(folder: Path) -> bool:
    """Whether a build uses it, also one of another container, whose processes are not seen."""
    lock = FileLock(folder / HELD)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
