"""What a cell leaves behind, and would print later or never: its threads and processes.

Executed in the kernel.
"""

import os
import sys
import threading
import time
from contextlib import suppress

import psutil

ADOPT = 36  # PR_SET_CHILD_SUBREAPER: who leaves its parent becomes the kernel's child
PATIENCE = 2  # seconds for a thread or a process that is about to end
KEEPERS = ("resource_tracker", "forkserver")  # of multiprocessing and loky: they print nothing
LARGEST_FILE = 100 * 2**20  # bytes: what is printed past Python, too, ends up in a file
ENDED = "End it, or wait for it, in the cell that starts it: a pool's workers, too."
LATE = ["prints what an earlier cell began", "Wait for threads and processes where they start."]


def watch(session):
    """Let a session notice what is printed when no cell runs.

    Args:
        session: the one of the kernel, which has its streams already.
    """
    with suppress(ImportError):  # Windows
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        finite = [each for each in (soft, hard, LARGEST_FILE) if each != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_FSIZE, (min(finite), hard))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    Leftovers(session)


def commands(processes, kernel):
    """Commands of those of a kernel's processes that go on, but for libraries' own helpers.

    Args:
        processes: it and all that it started.
        kernel: its process id.
    """
    going = {}
    for process in processes:
        with suppress(psutil.Error), process.oneshot():
            words = process.cmdline()
            keeper = process.ppid() == kernel and any(k in w for k in KEEPERS for w in words)
            if process.pid != kernel and process.status() != psutil.STATUS_ZOMBIE and not keeper:
                forked = "ipykernel_launcher" in words
                going[process] = "a fork of the lesson" if forked else " ".join(words[:3])
    return going


class Leftovers:
    """Stands between the streams and the session that collects what they get."""

    def __init__(self, session):
        self.session, self.owner = session, os.getpid()
        self.between = self.late = False
        self.lock = threading.RLock()
        self.started = {*threading.enumerate()}
        self.keep, session.add = session.add, self.add
        events = session.shell.events
        events.unregister("post_run_cell", session.end)
        events.register("pre_run_cell", self.begin)  # after the session's own
        events.register("post_run_cell", self.end)

    def add(self, name, text):
        """Keep printed text, or only know of it."""
        with self.lock:
            if not self.between:
                self.keep(name, text)
            elif text:
                self.late = True

    def begin(self, info):
        """A cell begins."""
        for stream in self.session.streams.values():
            self.add(stream.name, stream.drain())
        with self.lock:
            self.between = False
            if self.late:
                self.session.refused = LATE

    def end(self, result):
        """A cell has ended: what a fork of the kernel would go on with is not of this run."""
        if os.getpid() != self.owner:
            os._exit(0)
        self.end_processes()
        self.end_threads()
        with self.lock:
            self.session.end(result)
            self.between = True

    def end_processes(self):
        """Refuse what goes on after its cell, and might print below another; it is ended."""
        latest, me = time.monotonic() + PATIENCE, psutil.Process()
        while going := commands(me.children(recursive=True), self.owner):
            if time.monotonic() > latest:
                told = filter(None, going.values())  # one that becomes another has no words yet
                command = min(told, default="without a name")
                self.session.refuse(f"leaves a process running: {command}", ENDED)
                for process in going:
                    with suppress(psutil.Error):
                        process.kill()
                break
            time.sleep(0.05)

    def end_threads(self):
        """Refuse a thread that goes on after its cell; what code in C began is not Python's."""
        latest = time.monotonic() + PATIENCE
        for thread in {*threading.enumerate()} - self.started:
            if not isinstance(thread, threading._DummyThread):
                thread.join(max(0, latest - time.monotonic()))
                if thread.is_alive():
                    hint = "Join it in the cell that starts it."
                    self.session.refuse(f"leaves the thread {thread.name!r} running", hint)
