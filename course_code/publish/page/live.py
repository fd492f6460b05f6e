"""`::: live`: figures that answer back, each a module of docs/assets/figures.

A module says in `export const ABOUT = {…};`, which is JSON, what the page has to give it: `words`,
the names of its texts, and `heights`, in rem, on a wide and on a narrow screen.
"""

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError

FOLDER = Path("docs/assets/figures")
CORE = "core.js"  # what every figure needs, with all that it fetches
LIMIT = 30_000  # bytes of a figure, with all that it fetches, each file compressed
ABOUT = re.compile(r"^export const ABOUT = (?P<json>\{.*?^\});", re.MULTILINE | re.DOTALL)
SCRIPTS = Path("course_code/figures")  # of what stored runs give; see states/script.py
FETCHED = re.compile(r'["\']\./(?P<name>[\w.-]+\.(?:js|css|bin))["\']')


@dataclass(frozen=True)
class About:
    """What a figure's module asks for: names of words, heights in rem (wide, narrow)."""

    words: tuple[str, ...]
    heights: tuple[float, float]


def names(course: Course) -> list[str]:
    """Return the figures that a page can ask for, in alphabetical order."""
    found = sorted((course.root / FOLDER).glob("*.js"))
    return [path.stem for path in found if ABOUT.search(course.read(path))]


def about(course: Course, name: str) -> About:
    """Return what the module of a figure asks for.

    Raises:
        CourseError: it cannot be read, or is heavier than a figure may be.
    """
    path = FOLDER / f"{name}.js"
    found = ABOUT.search(course.read(course.root / path))
    try:
        told = json.loads(found["json"])
        asked = About(tuple(told["words"]), tuple(map(float, told["heights"])))
    except (ValueError, KeyError, TypeError) as error:
        hint = 'Write: export const ABOUT = {"words": ["title", …], "heights": [30, 50]};'
        raise CourseError(f"ABOUT cannot be read: {error}", path, hint=hint) from None
    weigh(course, name)
    return asked


def weigh(course: Course, name: str, states: dict[str, bytes] | None = None) -> None:
    """Refuse a figure that is heavier than it may be, all that it fetches included.

    Args:
        course: whose figure it is.
        name: of its module.
        states: files of stored runs, by name; left out as long as nothing has run.

    Raises:
        CourseError: how much each file takes.
    """
    sizes = weights(course, name, states)
    if (whole := sum(sizes.values())) > LIMIT:
        told = ", ".join(f"{file} {size:,}" for file, size in sizes.items())
        what = f"this figure takes {whole:,} bytes, of {LIMIT:,} that it may"
        raise CourseError(what, FOLDER / f"{name}.js", hint=f"Compressed: {told}.")


def weights(course: Course, name: str, states: dict[str, bytes] | None = None) -> dict[str, int]:
    """Return the compressed bytes of every file that a figure fetches, by name.

    Raises:
        CourseError: a file that one of them names is not there, nor a script that makes it.
    """
    sizes: dict[str, int] = {}
    todo = [(file, FOLDER, None) for file in (f"{name}.js", CORE)]
    while todo:
        file, asking, line = todo.pop(0)
        if file in sizes:
            continue
        path = course.root / FOLDER / file
        made = SCRIPTS / f"{path.stem}.py" if path.suffix == ".bin" else FOLDER / file
        if not (course.root / made).is_file():
            raise CourseError(f"the figure {name!r} needs {file!r}", asking, line, f"Write {made}.")
        if path.suffix == ".bin":
            sizes[file] = len((states or {}).get(file, b""))
            continue
        sizes[file] = len(gzip.compress(path.read_bytes(), 6, mtime=0))
        if path.suffix == ".js":
            text, here = course.read(path), course.relative(path)
            for found in FETCHED.finditer(text):
                todo.append((found["name"], here, 1 + text.count("\n", 0, found.start())))
    return sizes
