"""On PYTHONPATH, this kills a Python program at the n-th change of a file or process (DIES_AT).

With COUNTED it writes into that file how many there were, and at which one a process began.
"""

import atexit
import os
import signal
import sys
from pathlib import Path

CHANGES = {
    *("os.rename", "os.remove", "os.rmdir", "os.link", "os.truncate", "os.kill"),
    *("subprocess.Popen", "os.posix_spawn", "os.fork"),
}
seen, began, last = 0, 0, int(os.environ.get("DIES_AT", 0))


def _count(event: str, arguments: tuple) -> None:
    global seen, began
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE
    if event in CHANGES or writes:
        seen += 1
        if event == "subprocess.Popen":
            began = seen
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)


def _tell() -> None:
    Path(os.environ["COUNTED"]).write_text(f"{seen} {began}")


if "COUNTED" in os.environ:
    atexit.register(_tell)
sys.addaudithook(_count)
