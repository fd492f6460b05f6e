"""`::: list changes`: what changed for readers, from docs/changes.yml; the feeds say the same."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import load
from course_code.publish.base.words import LABELS

FILE = Path("docs/changes.yml")
REPORTS = "assets/reports"
VERSION = re.compile(r"\d+(?:\.\d+)*")
FIELDS = {"date", "id", "title", "text"}
ID = re.compile(r"[a-z][a-z0-9-]*")
MARKS = re.compile(r"[`*_<>\[\]{}$|#~^\\&]")  # that mean something to Markdown or HTML
HINT = "An entry has a date, an id, and in each language a title and a text, in plain words."


@dataclass(frozen=True)
class Change:
    """Something that a reader may notice.

    Args:
        day: when it was published.
        id: by which a feed and a link know it, for ever.
        title: by language.
        text: by language.
        version: that was released with it, or empty.
    """

    day: date
    id: str
    title: dict[str, str]
    text: dict[str, str]
    version: str = ""


def changes(course: Course) -> list[Change]:
    """What changed, the newest first; nothing where there is no docs/changes.yml.

    Raises:
        CourseError: it cannot be read, or an entry lacks something, has marks or is out of order.
    """
    file = course.root / FILE
    return [*_read(course.read(file))] if file.is_file() else []


@lru_cache(2)
def _read(text: str) -> tuple[Change, ...]:
    entries = load(text, FILE) or []
    if not isinstance(entries, list):
        raise CourseError("expected a list of changes", FILE, hint=HINT)
    found: list[Change] = []
    for number, entry in enumerate(entries, 1):
        if what := _fault(entry, found):
            raise CourseError(f"entry {number}: {what}", FILE, hint=HINT)
        texts = [{each: " ".join(entry[part][each].split()) for each in LANGUAGES}
                 for part in ("title", "text")]  # fmt: skip
        version = str(entry.get("version", ""))
        found.append(Change(entry["date"], entry["id"], *texts, version))
    return tuple(found)


def listed(course: Course, language: str) -> str:
    """Return the Markdown of all changes.

    Raises:
        CourseError: a mistake in docs/changes.yml.
    """
    words, lines = LABELS[language], []
    for change in changes(course):
        told = [words["day"].format(change.day)]
        if change.version:
            told.append(words["released"].format(version=change.version))
            report = report_of(change.version)
            if (course.root / "docs" / report).is_file():
                told.append(f'<a href="{report}">{words["differs"]}</a>')
        lines += ["", f"## {change.title[language]} {{#{change.id}}}", ""]
        lines += [words["comma"].join(told), "", "/// html | div.course-change"]
        lines += [change.text[language], "///"]
    return "\n".join([*lines, ""])


def report_of(version: str) -> str:
    """Where the page is that compares a version with the one before: below docs, and in the site.

    Raises:
        CourseError: that is no version.
    """
    if not VERSION.fullmatch(version):
        raise CourseError(f"{version!r} is no version", hint="Write one as in CITATION.cff: 0.1.0")
    return f"{REPORTS}/{version}.html"


def _fault(entry, before: list[Change]) -> str:
    """What is wrong with an entry, or an empty text."""
    if not isinstance(entry, dict) or set(entry) - {"version"} != FIELDS:
        return "other fields than an entry has"
    if not isinstance(entry.get("version", ""), str):
        return "its version is no text: in quotes, or 0.10 is 0.1"
    if type(entry["date"]) is not date or not ID.fullmatch(str(entry["id"])):
        return "its date or its id is none"
    for part in ("title", "text"):
        said = entry[part]
        texts = said.values() if isinstance(said, dict) else ()
        if not (
            texts and set(said) == {*LANGUAGES} and all(t and isinstance(t, str) for t in texts)
        ):
            return f"its {part} does not speak every language"
        if marked := MARKS.search(" ".join(map(str, said.values()))):
            return f"its {part} has {marked[0]!r}"
    if entry["id"] in {change.id for change in before}:
        return f"its id {entry['id']!r} is another's"
    if before and entry["date"] > before[-1].day:
        return "it is newer than the one above"
    return ""
