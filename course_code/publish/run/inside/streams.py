"""A kernel's standard output and error: what Python, code in C and child processes write there.

Executed in the kernel.
"""

import codecs
import ctypes
import io
import os
import sys
import tempfile
import threading
from contextlib import suppress


def flush():
    """Let go of what Python's first streams, and those of C, still hold back."""
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    with suppress(AttributeError, OSError, TypeError):  # Windows has no library of that name
        ctypes.CDLL(None).fflush(None)


def unshrinking():
    """A file without a name; who opens /dev/stdout anew cannot empty it, where Linux helps."""
    if not hasattr(os, "memfd_create"):
        return tempfile.TemporaryFile()
    import fcntl

    descriptor = os.memfd_create("printed", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return os.fdopen(descriptor, "w+b")


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr; what goes past it, from C or a child, is caught in a file."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, name, session):
        self.name, self.session, self.owner = name, session, os.getpid()
        self.descriptor, self.read = {"stdout": 1, "stderr": 2}[name], 0
        self.file = unshrinking()  # as long as the kernel
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.lock = threading.Lock()  # several threads of a cell may print

    def attach(self):
        """Catch what children, and code in C, write."""
        os.dup2(self.file.fileno(), self.descriptor)

    def write(self, text):
        """Keep text, after what children have written."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self.owner:  # a forked child
            os.write(self.descriptor, text.encode())
        else:
            self.session.add(self.name, self.drain())
            self.session.add(self.name, text)
        return len(text)

    def drain(self):
        """Text that was written past this stream since last time."""
        with self.lock:
            size = os.fstat(self.file.fileno()).st_size - self.read
            if size <= 0:
                return ""
            data = os.pread(self.file.fileno(), min(size, 10**7), self.read)
            self.read += size
            return self.decoder.decode(data)

    def fileno(self):
        """Where a child process may write."""
        return self.descriptor

    def writable(self):
        """It is."""
        return True
