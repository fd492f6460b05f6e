"""What a build gave, read from its site or its store: values, claims, figures, weights of pages."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.elements import images
from course_code.publish.base.errors import CourseError
from course_code.publish.page.write import figure_files
from course_code.publish.run.store import Store

PARTS = ("values", "claims")  # of a run
RESULTS = "results.json"  # of a site: values and claims of each lesson
FIGURES = "assets/lessons"
HINT = "Name a built site, or a store such as .lessons."


@dataclass(frozen=True)
class Outputs:
    """What a build gave.

    Args:
        lessons: {"values", "claims"} by lesson.
        figures: bytes by "lesson/file".
        weights: bytes that a reader fetches for a page and its pictures; a store has none.
    """

    lessons: dict[str, dict]
    figures: dict[str, bytes]
    weights: dict[str, int] = field(default_factory=dict)


class _Kept(Course):
    """A course of which there is a store alone."""

    @property
    def store(self) -> Path:
        """The folder itself."""
        return self.root


def read(folder: Path) -> Outputs:
    """Read a built site or a store.

    Raises:
        CourseError: it is neither.
    """
    if not folder.is_dir():
        raise CourseError("there is no such folder", folder, hint=HINT)
    if (folder / RESULTS).is_file():
        return _of_site(folder)
    found = _of_store(folder)
    if not found.lessons:
        raise CourseError("neither a site nor a store with runs", folder, hint=HINT)
    return found


def _of_site(folder: Path) -> Outputs:
    try:
        lessons = json.loads((folder / RESULTS).read_text("utf-8"))
        if not all(isinstance(one[part], dict) for one in lessons.values() for part in PARTS):
            raise ValueError("of another version")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CourseError(f"cannot be read: {error}", folder / RESULTS) from None
    at = folder / FIGURES
    # Tables change as their pictures do, and those in other languages as those of the run.
    left_out = {".csv", *(f".{language}" for language in LANGUAGES[1:])}
    pictures = (p for p in at.rglob("*.*") if not left_out & set(p.suffixes))
    figures = {p.relative_to(at).as_posix(): p.read_bytes() for p in pictures}
    pages = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*.html"))}
    return Outputs(lessons, figures, {name: _weight(path) for name, path in pages.items()})


def _of_store(folder: Path) -> Outputs:
    store, lessons, figures = Store(_Kept(folder)), {}, {}
    for name in sorted(path.name for path in folder.glob("[!.]*") if path.is_dir()):
        if run := store.newest(name):
            lessons[name] = {part: run.get(part, {}) for part in PARTS}
            for file, image in figure_files(run["cells"]).items():
                figures[f"{name}/{file}"] = image
    return Outputs(lessons, figures)


def _weight(page: Path) -> int:
    """Bytes of a page as a server sends it, and of the light pictures that it shows."""
    data = page.read_bytes()
    names = {image.get("src") or "" for _, image in images(data.decode("utf-8"))}
    shown = (page.parent / name for name in names if ".dark." not in name and ":" not in name)
    files = (path.read_bytes() for path in shown if path.is_file())
    return sum(len(gzip.compress(each, mtime=0)) for each in (data, *files))
