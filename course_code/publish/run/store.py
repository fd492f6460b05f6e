"""Outputs of runs, addressed by the content of what ran.

One file per run: `.lessons/<lesson>/<key>.json`, a checksum line and a line of JSON. Stores
merge by copying.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from course_code.publish.base.again import again
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest, log, write_atomically
from course_code.publish.run.inputs import Inputs

PARTS = ("cells", "values", "inputs")  # that every run has
LATEST = "latest"  # file beside the runs of a lesson: names the one that was last of use
KEPT = 3  # runs kept per lesson, so that undoing an edit costs nothing


class Store:
    """The stored runs of a course."""

    def __init__(self, course: Course):
        self.course, self.damaged = course, set()

    def path(self, lesson: str, key: str) -> Path:
        """File of one run."""
        return self.course.store / lesson / f"{key}.json"

    def load(self, lesson: str, inputs: Inputs) -> dict | None:
        """The run of `lesson` with these inputs, or None; a damaged entry is reported and None."""
        path = self.path(lesson, inputs.key)
        try:
            run = _decoded(lesson, path.read_text("utf-8"))
            self._use(path)
            return run
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            if path not in self.damaged:  # said once
                where = self.course.relative(path)
                log.info("%s: damaged store entry (%s), running the lesson again", where, error)
            self.damaged.add(path)
            return None

    def save(self, lesson: str, inputs: Inputs, run: dict) -> None:
        """Keep a run, whole or not at all, and drop the oldest ones."""
        path = self.path(lesson, inputs.key)
        entry = json.dumps({**run, "inputs": inputs.__dict__}, ensure_ascii=False, sort_keys=True)
        write_atomically(path, f"{digest(entry)}\n{entry}\n".encode())
        self._use(path)
        others = [old for old in self._newest_first(lesson) if old != path]
        for old in others[KEPT - 1 :]:
            old.unlink(missing_ok=True)

    def newest(self, lesson: str) -> dict | None:
        """The last readable run of `lesson`, whatever its inputs."""
        return next(self._readable(lesson), None)

    def alike(self, lesson: str, inputs: Inputs, device: str) -> dict | None:
        """The last run of the same code on a class of device, or None."""
        for run in self._readable(lesson):
            if run["inputs"]["order"] == inputs.order and run["inputs"]["device"] == device:
                return run
        return None

    def why(self, lesson: str, inputs: Inputs) -> str:
        """Why `lesson` would run, or an empty text if it would not."""
        path = self.path(lesson, inputs.key)
        if path.exists():
            try:
                _decode(path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                return f"its store entry is damaged ({error})"
            return ""
        known = [inputs.differences(run["inputs"]) for run in self._readable(lesson)]
        changes = min(known, key=len, default=[])  # since the nearest run, the newest of them
        return "; ".join(changes) or "it has no stored run"

    def _use(self, path: Path) -> None:
        """Let a run be the newest, also in a copy of the store, whose files are all as old."""
        mark, name = path.with_name(LATEST), path.stem.encode()
        with suppress(OSError, CourseError):
            os.utime(path)
            if not mark.is_file() or mark.read_bytes() != name:
                write_atomically(mark, name)

    def _readable(self, lesson: str) -> Iterator[dict]:
        for path in self._newest_first(lesson):
            with suppress(OSError, ValueError):
                yield _decode(path.read_text("utf-8"))

    def _newest_first(self, lesson: str) -> list[Path]:
        folder, dated, latest = self.course.store / lesson, [], b""
        with suppress(OSError):
            latest = (folder / LATEST).read_bytes()
        for path in folder.glob("*.json"):
            with suppress(FileNotFoundError):  # another build may have just dropped it
                dated.append((path.stem.encode() == latest, path.stat().st_mtime_ns, path))
        return [path for *_, path in sorted(dated, reverse=True)]


@again(1)
def _decoded(_lesson: str, text: str) -> dict:
    return _decode(text)


def _decode(text: str) -> dict:
    checksum, _, entry = text.removesuffix("\n").partition("\n")
    if digest(entry) != checksum:
        raise ValueError("its checksum does not match")
    run = json.loads(entry)
    if not (isinstance(run, dict) and all(isinstance(run.get(part), dict) for part in PARTS)):
        raise ValueError("it is of another version")
    return run
