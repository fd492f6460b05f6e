"""What a cell leaves behind and would be lost: prints of its threads and of processes it forked.

Executed in the kernel.
"""

import os
import threading
from contextlib import suppress

LARGEST_FILE = 100 * 2**20  # bytes: what is printed past Python, too, ends up in a file
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
    Leftovers(session)


class Leftovers:
    """Stands between the streams and the session that collects what they get."""

    def __init__(self, session):
        self.session, self.owner = session, os.getpid()
        self.between = self.late = False
        self.lock = threading.RLock()
        self.started = {*threading.enumerate()}
        self.keep, session.add, session.leftovers = session.add, self.add, self
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
        with self.lock:
            self.session.end(result)
            self.between = True

    def last(self):
        """Refuse a run whose threads would go on as long as a script does."""
        left = {*threading.enumerate()} - self.started
        for thread in left:
            if not thread.daemon and not self.session.refused:
                hint = "Join it in the cell that starts it."
                self.session.refused = [f"leaves the thread {thread.name!r} running", hint]
