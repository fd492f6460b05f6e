"""Names of lessons and pages: what a page can write, and places that the site has only once."""

from collections.abc import Iterator
from pathlib import Path

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.read import NAME

PAGES = (".md", ".ipynb")


def check_names(course: Course) -> None:
    """Refuse names that pages cannot use, and pages whose place is another's.

    docs/en/zh.md would be the Chinese home, and a.ipynb or a/index.md the page of a.md.

    Raises:
        CourseError: says which, and what to do.
    """
    if "index" in course.lesson_names():
        raise CourseError(
            "a lesson cannot be called index: its page would be the home page",
            course.relative(course.lessons / "index.py"),
            hint="Rename the script and its pages after what the lesson is about.",
        )
    for name in course.lesson_names():
        if not NAME.fullmatch(name):
            raise CourseError(
                f"pages cannot name the lesson {name!r}",
                course.relative(course.lessons / f"{name}.py"),
                hint="Rename script and pages: lower-case letters, digits and _, as momentum_2.",
            )
    for language in LANGUAGES:
        _check_places(course, language)


def _check_places(course: Course, language: str) -> None:
    seen: dict[Path, Path] = {}
    for path, place in _places(course.prose(language)):
        if place.parts[:1] and place.parts[0] in LANGUAGES:
            raise CourseError(
                "the site has a language at the place of this page",
                course.relative(path),
                hint=f"Call it otherwise: {', '.join(LANGUAGES)} are folders of languages.",
            )
        if (other := seen.setdefault(place, path)) != path:
            what = f"the site has {course.relative(other)} at the place of this page"
            raise CourseError(what, course.relative(path), hint="Rename one of them.")


def _places(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each page of a language, with its place from the home page: a.md and a/index.md are a."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix in PAGES):
        place = path.relative_to(folder).with_suffix("")
        yield path, place.parent if place.name == "index" else place
