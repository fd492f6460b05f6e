"""A folder built beside its place and put there whole, so that readers never miss it."""

import atexit
import ctypes
import os
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import is_alive

KEPT = ("CNAME",)  # and what begins with a dot: not the build's, so it stays in the place
EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
HERE = -100  # AT_FDCWD: paths from the working directory
TRIES = 5  # other builds may move the same place


class Beside:
    """A folder of this process beside `place`; `publish` puts it there, `close` removes it.

    So does the end of the process: MkDocs does not tell its hooks of Ctrl-C.

    A place that is a link is written through: its target is replaced, the link stays.

    Raises:
        CourseError: the folder cannot be made.
    """

    def __init__(self, place: Path):
        self.place = Path(os.path.realpath(place))
        remove_abandoned(self.place)
        self.folder = self.place.with_name(f".{self.place.name}.{os.getpid()}.building")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CourseError(f"cannot be written: {error.strerror}", self.folder) from None
        atexit.register(self.close)

    def publish(self) -> None:
        """Put the folder in its place, in one step where the system can exchange two folders."""
        old = self.folder.with_suffix(".old")
        for attempt in range(TRIES):
            try:
                if not self.place.exists():
                    self.folder.rename(self.place)
                    return
                _keep(self.place, self.folder)
                if not exchange(self.folder, self.place):
                    self.place.rename(old)
                    self.folder.rename(self.place)
                return
            except OSError:  # another build was quicker, unless it goes on
                if attempt == TRIES - 1:
                    raise
            finally:
                shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Leave nothing beside the place."""
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the disk cannot.

    Raises:
        OSError: one of them is not there, or may not be moved.
    """
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if not sys.platform.startswith("linux") or rename is None:
        return False
    if rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0:
        return True
    error = OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    if isinstance(error, FileNotFoundError | PermissionError):
        raise error
    return False


def remove_abandoned(place: Path) -> None:
    """Remove what killed builds left beside a place, or put back what one had moved away."""
    for old in place.parent.glob(f".{place.name}.*.old"):
        if not place.exists():
            with suppress(OSError):  # another build's
                old.rename(place)
    name = re.compile(rf"\.{re.escape(place.name)}\.(\d+)\.(building|old)")
    for folder in place.parent.glob(f".{place.name}.*"):
        match = name.fullmatch(folder.name)
        if match and (int(match[1]) == os.getpid() or not is_alive(int(match[1]))):
            shutil.rmtree(folder, ignore_errors=True)


def _keep(place: Path, folder: Path) -> None:
    """Give a new folder what is in the old one and no build made. Links cost nothing."""
    for path in place.iterdir():
        if not (path.name.startswith(".") or path.name in KEPT) or (folder / path.name).exists():
            continue
        if path.is_dir() and not path.is_symlink():
            try:
                shutil.copytree(path, folder / path.name, symlinks=True, copy_function=_link)
            except (OSError, shutil.Error) as error:  # not half of it
                shutil.rmtree(folder / path.name, ignore_errors=True)
                raise OSError(f"{path} cannot be kept: {error}") from None
        else:
            _link(path, folder / path.name)


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # not every disk has hard links
        shutil.copy2(source, target, follow_symlinks=False)
