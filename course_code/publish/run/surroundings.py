"""What surrounds a lesson where it runs: its environment, and the build's cells before and after.

A lesson gets few of the build's environment variables. Those that it gets are no secret; where its
code can read them, they are in its key (see inputs.py), and all others are the same for everybody.
"""

import os
from functools import cache
from pathlib import Path

from course_code.publish.base.course import PACKAGE
from course_code.publish.run.inside import (
    colours,
    figures,
    kernel,
    leftovers,
    lettering,
    repeatable,
    series,
    streams,
    tables,
    values,
)

INSIDE = (  # executed in the kernel in this order
    *(colours, lettering, series, tables, figures),
    *(repeatable, values, streams, leftovers, kernel),
)
INHERITED = (  # where programs, libraries, caches and cards are
    *("PATH", "HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "MPLCONFIGDIR", "SYSTEMROOT"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"),
)
FIXED = {
    "OMP_NUM_THREADS": "1",  # two threads on a busy machine are ten times slower
    "MALLOC_MMAP_THRESHOLD_": "33554432",  # both or neither: glibc keeps freed buffers
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
BOOT = """
import sys, types
for name, source in sources.items():
    sys.modules[name] = types.ModuleType(name)
    exec(compile(source, "course_kernel", "exec"), sys.modules[name].__dict__)
    setattr(sys.modules.setdefault(package, types.ModuleType(package)), name.split(".")[-1],
            sys.modules[name])
kernel = sys.modules["course_kernel"] = sys.modules[name]
watch = sys.modules[guard].watch
for name in [package, *sources]:
    del sys.modules[name]
kernel.start(shell, *arguments)
watch(kernel.SESSION[0])
"""
LAST = """import course_kernel
course_kernel.report({names!r})"""


def environment(**more: str) -> dict[str, str]:
    """All environment variables of a process that runs a lesson, and some more."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | FIXED | more


@cache
def read(path: str) -> str:
    """Source of a module, once: what runs is what the key is of, though somebody edits it."""
    return Path(path).read_text("utf-8")


def first(limits: list[int]) -> str:
    """Source of the cell before a lesson's.

    Args:
        limits: characters that each following cell may print.
    """
    sources = {module.__name__: read(module.__file__) for module in INSIDE}
    given = {"package": kernel.__package__, "arguments": (PACKAGE, limits), "sources": sources}
    given["guard"] = leftovers.__name__
    return f"exec({BOOT!r}, {{'shell': get_ipython(), **{given!r}}})"


def last(names: tuple[str, ...]) -> str:
    """Source of the cell after a lesson's, which reports the values that `names` are bound to."""
    return LAST.format(names=names)
