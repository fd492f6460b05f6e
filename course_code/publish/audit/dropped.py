"""`docs/dropped.yml`: the claims that fell in an audit or a review, and what became of them."""

from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import load

DROPPED = Path("docs/dropped.yml")
FIELDS = {"lesson", "claim", "became", "en", "zh"}
BECAME = ("frequency", "weaker", "gone")


def dropped(course: Course) -> list[dict]:
    """Claims that fell: {"lesson", "claim", "became", and why in each language}.

    Raises:
        CourseError: it is not YAML, or an entry lacks a field, has another, one that is no text,
            or became something unknown.
    """
    if not (course.root / DROPPED).is_file():
        return []
    entries = load(course.read(course.root / DROPPED), DROPPED) or []
    if not isinstance(entries, list):
        raise CourseError("expected a list of claims", DROPPED)
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or set(entry) != FIELDS or entry["became"] not in BECAME:
            hint = f"An entry has {', '.join(sorted(FIELDS))}; became is one of {BECAME}."
            raise CourseError(f"cannot read entry {number}", DROPPED, hint=hint)
        if lacking := [name for name in sorted(FIELDS) if not isinstance(entry[name], str)]:
            what = f"entry {number}: {lacking[0]} is no text"
            raise CourseError(what, DROPPED, hint="Put it in quotes.")
    return entries


def frequencies(course: Course, lesson: str) -> set[str]:
    """Names of a lesson's claims that are told as how often they hold: any count is right."""
    return {
        entry["claim"]
        for entry in dropped(course)
        if (entry["lesson"], entry["became"]) == (lesson, "frequency")
    }
