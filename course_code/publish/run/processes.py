"""Processes of a run: those that outlive it are found and ended, whoever started them."""

import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from course_code.publish.run import surroundings
from course_code.publish.run.inside import leftovers

PATIENCE = 2  # seconds for the system to end them


def profile(folder: Path) -> str:
    """IPYTHONDIR of a run in `folder`: by it the processes know, and are known, whose they are."""
    return str(folder / "ipython")


def processes(folder: Path) -> list[psutil.Process]:
    """The kernel of a run and all that it started, also what left its session or parent."""
    found, mark = {}, profile(folder)
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get("IPYTHONDIR") == mark:
                found |= dict.fromkeys([process, *process.children(recursive=True)])
    return list(found)


def strangers(folder: Path, kernel: int) -> list[str]:
    """Commands of what a run has started and left, but for libraries' own helpers."""
    return list(leftovers.commands(processes(folder), kernel).values())


def end(folder: Path, spare: int | None = None) -> None:
    """End every process of a run, but for one whose id is given."""
    latest, seen = time.monotonic() + PATIENCE, True
    while time.monotonic() < latest:
        found = [each for each in processes(folder) if _goes_on(each, spare)]
        if not found and not seen:
            break
        seen = bool(found)  # one look misses what starts, or becomes another program, meanwhile
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.02)


def _goes_on(process: psutil.Process, spare: int | None) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.pid != spare and process.status() != psutil.STATUS_ZOMBIE
    return False


def run_script(
    command: list, job: dict, folder: Path, work: Path, limit: float
) -> subprocess.CompletedProcess:
    """Run a script of our own, which runs a lesson's code; all that it started ends with it.

    Args:
        command: the interpreter, the script, its arguments.
        job: what it reads, as JSON, from its standard input.
        folder: of the run.
        work: where it runs.
        limit: seconds that it may take.

    Raises:
        OSError, subprocess.TimeoutExpired: it cannot be run, or takes too long.
    """
    try:
        return subprocess.run(
            command, input=json.dumps(job), capture_output=True, text=True, encoding="utf-8",
            env=surroundings.environment(MPLBACKEND="agg", IPYTHONDIR=profile(folder)),
            cwd=work, timeout=limit, check=False,
        )  # fmt: skip
    finally:
        end(folder)


def end_children() -> None:
    """End every process that this one has started, and what they have started."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
    time.sleep(0.02)
