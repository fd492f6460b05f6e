"""What was made once, kept by the content of all it was made of, so that it is not made again."""

import json
import os
import platform
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest, write_atomically

CODE = Path(__file__).parents[1]  # of the engine


class Kept:
    """Values that JSON can hold, and paths (as texts); a new one takes the place of the old.

    A file is a checksum, a key and the value, a line each. What is damaged counts as missing, and
    what cannot be written is not kept: nothing here is needed.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def get(self, name: str, key: str) -> Any:
        """The value kept under `name` if it was made of what `key` stands for, else None."""
        with suppress(OSError, ValueError):
            checksum, rest = self._path(name).read_bytes().split(b"\n", 1)
            if checksum == digest(rest).encode() and rest.startswith(key.encode() + b"\n"):
                return json.loads(rest[len(key) + 1 :])
        return None

    def put(self, name: str, key: str, value: Any) -> None:
        """Keep a value, whole or not at all."""
        rest = f"{key}\n{json.dumps(value, ensure_ascii=False, default=os.fspath)}".encode()
        with suppress(CourseError):
            write_atomically(self._path(name), digest(rest).encode() + b"\n" + rest)

    def keep_only(self, names: set[str]) -> None:
        """Drop the values of other names."""
        wanted = {self._path(name) for name in names}
        for path in self.folder.glob("**/*.kept"):
            if path not in wanted:
                with suppress(OSError):
                    path.unlink()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.kept"


def key_of(*parts: Any) -> str:
    """A digest of what a value is made of, the engine and all installed versions included."""
    text = json.dumps([_engine(), *parts], default=str, sort_keys=True)
    return digest(text)


@cache
def _engine() -> str:
    """Digest of the engine's code, of Python's version and of everything installed beside it."""
    kinds = (".py", ".js", ".json", ".j2")
    files = [path for path in sorted(CODE.rglob("*")) if path.suffix in kinds]
    code = [path.read_bytes() for path in files]
    installed = sorted(
        {path.name for folder in sys.path for path in Path(folder).glob("*.dist-info")}
    )
    return digest("\n".join(map(digest, [platform.python_version(), *code, *installed])))
