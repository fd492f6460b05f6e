"""What Colab has installed of the packages that notebooks of the course need, as constraints."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from course_code.publish.base.errors import CourseError

SOURCE = "https://github.com/googlecolab/backend-info"
RAW = "https://raw.githubusercontent.com/googlecolab/backend-info/main"
FREEZE, SYSTEM = "pip-freeze.txt", "os-info.txt"
FILE = "constraints-colab.txt"
NEEDED = (  # what notebooks import, what that computes and draws with, and the kernel
    *("torch", "numpy", "matplotlib", "scikit-learn", "mlxtend"),
    *("scipy", "pandas", "pillow", "contourpy", "kiwisolver"),
    *("ipykernel", "ipython", "matplotlib-inline", "jupyter-client", "pyzmq", "tornado"),
    "traitlets",
)
PINNED = re.compile(  # `name==1.2`, or by address: `name @ https://…/name-1.2%2Bcpu-….whl`
    r"(?P<name>[\w.-]+)(?:==| @ \S*/(?P=name)-)"
    r"(?P<version>\d+(?:\.\d+)*(?:(?:a|b|rc|\.post|\.dev)\d+)?)(?!\w)\S*"
)
PYTHON = re.compile(r"^Python (?P<version>\d+\.\d+)", re.MULTILINE)
HINT = f"Take {FREEZE} and {SYSTEM} of {SOURCE} by hand, and say: --from FOLDER"


def fetched() -> tuple[str, str]:
    """What Colab publishes now: its list of packages, and what it says of the system.

    Raises:
        CourseError: the network does not give it.
    """
    try:
        freeze, system = (
            urlopen(f"{RAW}/{name}", timeout=60).read().decode() for name in (FREEZE, SYSTEM)
        )
    except (URLError, OSError, ValueError) as error:
        raise CourseError(f"cannot be fetched: {error}", RAW, hint=HINT) from None
    return freeze, system


def constraints(freeze: str, system: str, date: str = "") -> str:
    """The text of constraints-colab.txt.

    Args:
        freeze: what `pip freeze` says on Colab.
        system: a line of it is "Python 3.13.15".
        date: on which it said so; by default today.

    Raises:
        CourseError: a package is not in the list, or there is no Python.
    """
    pins = [PINNED.fullmatch(line.split("#")[0].strip()) for line in freeze.splitlines()]
    known = {_canonical(pin["name"]): pin["version"] for pin in pins if pin}
    if missing := [name for name in NEEDED if name not in known]:
        raise CourseError(f"Colab's list has no {', '.join(missing)}", FREEZE, hint=HINT)
    if not (python := PYTHON.search(system)):
        raise CourseError("Colab names no Python", SYSTEM, hint=HINT)
    date = date or datetime.now(UTC).date().isoformat()
    lines = [f"{name}=={known[name]}" for name in NEEDED]
    return (
        f"# What Colab has installed, on {date}, of what the course's notebooks need, as\n"
        f"# {SOURCE} says. `make colab` writes this file.\n"
        f"# Python {python['version']}\n" + "\n".join(lines) + "\n"
    )


def read(folder: Path) -> tuple[str, str]:
    """The two files of Colab, from a folder.

    Raises:
        CourseError: they cannot be read.
    """
    try:
        return (folder / FREEZE).read_text("utf-8"), (folder / SYSTEM).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise CourseError(f"cannot be read: {error}", folder, hint=HINT) from None


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
