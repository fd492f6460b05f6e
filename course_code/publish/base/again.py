"""What a process has made is not made again while all that it was made of is the same.

What a build leaves for the next one lies on the disk (kept.py). A server builds again and again in
one process: there even what lies on the disk need not be read and put together again.
"""

import ctypes
import platform
from collections.abc import Callable
from functools import wraps
from typing import Any

REMEMBERED = 500  # values of a function; then the one that was made first is forgotten
_MEMORIES: list[dict] = []


def again(names: int) -> Callable:
    """Let a function give what it gave last, if it is called with arguments equal to the last.

    Its value must follow from its arguments alone, and nobody may change either. What is equal is
    told quickest of what is the same object, as what this gives is.

    Args:
        names: how many of the first arguments name what is made; they can be hashed. Of each name
            the last value is remembered.
    """

    def remembering(function: Callable) -> Callable:
        memory: dict[tuple, tuple[tuple, Any]] = {}
        _MEMORIES.append(memory)

        @wraps(function)
        def given(*made_of):
            name = made_of[:names]
            if name in memory and memory[name][0] == made_of:
                return memory[name][1]
            value = function(*made_of)
            memory.pop(name, None)
            memory[name] = made_of, value
            if len(memory) > REMEMBERED:
                del memory[next(iter(memory))]
            return value

        return given

    return remembering


def forget() -> None:
    """Forget all that was made."""
    for memory in _MEMORIES:
        memory.clear()


def give_back() -> None:
    """Give the system what this process has freed: glibc keeps it, more from build to build."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
