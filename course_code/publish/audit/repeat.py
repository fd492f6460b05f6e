"""Repeats of lessons on fresh randomness: each executed as a script, away from the course.

Standard input has jobs, one a line, in JSON: {"package", "seed" (None: the lesson's own
randomness), "repeat", "blocks": [{"source", "expect"}], "folder": the empty one where it runs,
"result": file that gets {"claims", "error", "seconds", "device"}, "errors": file that gets what
it writes to standard error}. Standard output gets a line for each that has ended: its exit code.
"""

import contextlib
import hashlib
import importlib
import io
import json
import linecache
import os
import signal
import sys
import time
import traceback
import types
from pathlib import Path

END_WITH_PARENT, ADOPT = 1, 36  # PR_SET_PDEATHSIG; PR_SET_CHILD_SUBREAPER: who leaves stays below
FAILED = 70  # exit code where not the lesson failed, but what runs it
BLOCK = "block "  # begins the file name of a block's code, its number follows
SLOW = ("torch", "matplotlib.pyplot", "sklearn.datasets")  # to import


def main():
    """Do one job; or, where the command says "fork", all, each in a fork of what imported much."""
    if sys.argv[1:] != ["fork"]:
        job, told = json.loads(sys.stdin.readline()), os.dup(sys.stdout.fileno())
        os.write(told, f"{ended(job)}\n".encode())
        return
    parent = os.getppid()
    import_once()
    for line in sys.stdin:
        print(in_fork(json.loads(line), parent), flush=True)


def import_once():
    """Import what takes as long as some lessons do; all that a repeat starts stays below.

    Ctrl-C in a terminal is for who started this: it ends it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control(ADOPT, 1)
    for name in SLOW:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def control(option, value):
    """Set an option of this process, as Linux has them."""
    import ctypes

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def in_fork(job, asker=None):
    """The exit code of a fork that does the job; negative: the signal that ended it.

    Nobody waits for it when who asked is gone: then it is ended.
    """
    asker, parent, child = asker or os.getppid(), os.getpid(), os.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        control(END_WITH_PARENT, signal.SIGKILL)
        # who lost its parent before that line hears of it no more
        os._exit(ended(job) if os.getppid() == parent else 1)
    while not (found := os.waitpid(child, os.WNOHANG))[0]:
        if os.getppid() != asker:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.02)
    return os.waitstatus_to_exitcode(found[1])


def ended(job):
    """Do the job; the exit code. What comes from C, or a child, is no word of this script's."""
    errors = os.open(job["errors"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    os.dup2(errors, sys.stdout.fileno())
    os.dup2(errors, sys.stderr.fileno())
    try:
        do(job)
    except BaseException:
        with contextlib.suppress(OSError):  # the disk is full
            traceback.print_exc()
        return FAILED
    return 0


def do(job):
    """Run the blocks of a lesson, and write down what its claims found."""
    os.chdir(job["folder"])
    sys.modules[job["package"]] = None  # what runs is what is shown
    if job["seed"] is not None:
        freshen(job["seed"], job["repeat"])
    drop_figures()
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    begun = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        error = run(job["blocks"], module.__dict__)
    claims = module.__dict__.get("CLAIMS", {})
    found = {"claims": claims, "error": error, "device": device()}
    found["seconds"] = time.perf_counter() - begun
    Path(job["result"]).write_text(json.dumps(found, default=str), "utf-8")


def freshen(seed, repeat):
    """Give every generator that code will seed another stream: new for each repeat and seed."""
    import torch

    seed_all = torch.manual_seed

    def mixed(number):
        digest = hashlib.sha256(f"{seed} {repeat} {number}".encode()).digest()
        return int.from_bytes(digest[:7], "big")

    class Generator(torch.Generator):
        """A generator that is never in a state known while the lesson was written."""

        def __new__(cls, *args, **kwargs):
            generator = super().__new__(cls, *args, **kwargs)
            return generator.manual_seed("unseeded")

        def manual_seed(self, number):
            """Seed it with what `number` is in this repeat."""
            return super().manual_seed(mixed(number))

    def manual_seed(number):
        return seed_all(mixed(number))

    torch.Generator = Generator
    torch.manual_seed = torch.random.manual_seed = manual_seed
    manual_seed("unseeded")


def drop_figures():
    """Figures are made, since code may ask them something, but never drawn."""
    import matplotlib.pyplot as plt

    plt.show = lambda *args, **kwargs: plt.close("all")


def run(blocks, namespace):
    """Execute blocks in order; return what stopped them, or None."""
    for number, block in enumerate(blocks):
        name, raised = f"{BLOCK}{number}", None
        linecache.cache[name] = (0, None, block["source"].splitlines(keepends=True), name)
        try:
            exec(compile(block["source"], name, "exec"), namespace)
        except (Exception, SystemExit) as error:
            raised = error
        if (type(raised).__name__ if raised else None) != block["expect"]:
            return failure(number, raised, block["expect"])
    return None


def failure(number, raised, expect):
    """Say where code failed: its block, and block and line of the deepest frame of the lesson."""
    if raised is None:
        return {"block": number, "frame": [number, 1], "says": f"it raised no {expect}"}
    frames = traceback.extract_tb(raised.__traceback__)
    ours = [f for f in frames if f.filename.startswith(BLOCK)]
    frame = [int(ours[-1].filename.removeprefix(BLOCK)), ours[-1].lineno] if ours else [number, 1]
    return {"block": number, "frame": frame, "says": f"{type(raised).__name__}: {raised}"}


def device():
    """The best class of device that this machine offers."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


if __name__ == "__main__":
    main()
