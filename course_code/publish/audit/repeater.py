"""Processes that repeat lessons, one after another: what is slow to import is imported once."""

import atexit
import json
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, LifoQueue
from uuid import uuid4

from course_code.publish.audit import repeat as script
from course_code.publish.run import processes, surroundings

FORKS = sys.platform == "linux"  # elsewhere a fork of what has imported much may fail
IDLE: LifoQueue["Repeater"] = LifoQueue()  # for the next job


def run(job: dict, limit: float) -> int | None:
    """Do a job of repeat.py in a process of its own; all that it started ends with it.

    Args:
        job: as there.
        limit: seconds that it may take.

    Returns: its exit code, negative if a signal ended it; None if it took too long.
    """
    repeater = _idle() or Repeater()
    try:
        code = repeater.run(job, limit)
    except BaseException:
        repeater.close()
        raise
    if FORKS:
        IDLE.put(repeater)
    else:
        repeater.close()
    return code


def _idle() -> "Repeater | None":
    """One that waits for a job; those that were ended meanwhile are forgotten."""
    with suppress(Empty):
        while True:
            repeater = IDLE.get_nowait()
            if repeater.process.poll() is None:
                return repeater
            repeater.close()
    return None


@atexit.register
def _close_idle() -> None:
    while repeater := _idle():
        repeater.close()


class Repeater:
    """The script, which takes one job after another, or one if it may not fork."""

    def __init__(self):
        self.folder = Path(tempfile.gettempdir(), f"repeater-{uuid4()}")  # marks what it starts
        self.process = subprocess.Popen(
            [sys.executable, "-P", script.__file__, *(["fork"] if FORKS else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env=surroundings.environment(
                MPLBACKEND="agg", IPYTHONDIR=processes.profile(self.folder)
            ), cwd=tempfile.gettempdir(),
        )  # fmt: skip

    def run(self, job: dict, limit: float) -> int | None:
        """Do a job, see above."""
        late = threading.Event()
        clock = threading.Timer(limit, lambda: (late.set(), processes.end(self.folder)))
        clock.start()
        try:
            print(json.dumps(job), file=self.process.stdin, flush=True)
            code = self.process.stdout.readline()
        except BrokenPipeError:  # it was ended before it could read
            code = ""
        finally:
            clock.cancel()
            processes.end(self.folder, spare=self.process.pid)
        if late.is_set():
            return None
        return int(code) if code else self.process.wait()

    def close(self) -> None:
        """No job comes any more: it ends."""
        with suppress(BrokenPipeError):  # it was ended before it had read all
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
