"""`::: cell`, `::: opening`, `::: live` …: what a page asks of its lesson or of the course."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.words import LABELS
from course_code.publish.lesson.read import Lesson
from course_code.publish.markup import glossary
from course_code.publish.markup.text import Token
from course_code.publish.page import live
from course_code.publish.page.depths import further
from course_code.publish.page.parts import (
    CourseList,
    Live,
    Opening,
    Prose,
    Segment,
    ShownCell,
    ShownClaims,
)

FIRST_LINE = re.compile(
    r"(?P<indent>[ \t]*):::\s*(?P<kind>\w+)(?:\s+(?P<target>[\w./]+)(?P<rest>.*))?\s*"
)
ATTRIBUTE = re.compile(r'\s*(?P<key>[a-z][\w-]*)="(?P<text>[^"]*)"')
ROW = re.compile(r"(?P<name>[a-z][a-z0-9_]*):\s+(?P<text>.+)")
LESSON_ROW = re.compile(r"(?P<lesson>\w+)\.(?P<cell>\w+):\s+(?P<text>.+)")
KNOWN = (
    "Known: cell, opening, claims, live, further; list glossary, claims, errata, changes, lessons."
)
ATTRIBUTES = {
    "cell": ("alt", "caption", "fold", "fold-code"),
    "opening": ("needs", "answer", "figure", "hook"),
}
ASSERTED_NOWHERE = ("literature", "theorem")  # claims that no lesson has to check


@dataclass(frozen=True)
class Reader:
    """Reads the directives of one page.

    Args:
        course: whose glossary a page may list.
        language: of the page.
        path: of the page, for errors.
        lessons: of the course, by name.
        own: the lesson of the page, if it has one.
    """

    course: Course
    language: str
    path: Path
    lessons: dict[str, Lesson]
    own: str | None

    def read(self, token: Token) -> Segment:
        """Return what a directive stands for.

        Raises:
            CourseError: it cannot be read, or names what is not there.
        """
        first, *rows = token.text.rstrip("\n").split("\n")
        match = FIRST_LINE.fullmatch(first)
        if not match or (match["target"] is None) != (match["kind"] == "further"):
            raise self.error(f"cannot read {first.strip()!r}", token.line, "::: cell lesson.name")
        rows = [row.strip() for row in rows]
        if match["kind"] == "list" and match["target"] == "glossary":
            text = glossary.listed(self.course, self.language, self.path, token.line)
            return CourseList(token.line, "glossary", text)
        if match["kind"] == "list" and match["target"] in ("claims", "errata", "changes"):
            return CourseList(token.line, match["target"])
        if match["kind"] == "list" and match["target"] == "lessons":
            return self._lessons(rows, token.line)
        if match["kind"] == "further":
            return Prose(further(self.language), token.line)
        if match["kind"] == "live":
            text = " ".join([match["rest"], *rows])
            return self._live(match["indent"], match["target"], text, token.line)
        if match["kind"] not in ("cell", "opening", "claims"):
            raise self.error(f"unknown directive {match['kind']!r}", token.line, KNOWN)
        lesson, name = self._lesson(match["target"], token.line)
        if match["kind"] == "claims":
            return self._claims(match["indent"], rows, token.line, lesson)
        text = " ".join([match["rest"], *rows])
        if match["kind"] == "opening":
            return self._opening(text, token.line, lesson)
        return self._cell(match["indent"], name, text, token.line, lesson)

    def error(self, what: str, line: int, hint: str = "") -> CourseError:
        """Return a mistake on this page."""
        return CourseError(what, self.path, line, hint)

    def _lesson(self, target: str, line: int) -> tuple[Lesson, str]:
        name, _, cell = target.partition(".")
        if name not in self.lessons:
            known = ", ".join(sorted(self.lessons)) or "none"
            raise self.error(f"no lesson {name!r}; there are: {known}", line)
        if name != self.own:
            hint = f"Show it on {name}.md."
            raise self.error(f"lesson {name!r} belongs on its own page", line, hint)
        return self.lessons[name], cell

    def _cell(self, indent: str, name: str, text: str, line: int, lesson: Lesson) -> ShownCell:
        self._known_cell(name, line, lesson)
        given = self._attributes(ATTRIBUTES["cell"], text, line)
        if "" in given["alt"]:
            raise self.error("an alt text is empty", line, "Say what is seen in the figure.")
        folds = [self._once(key, given[key], line) for key in ("fold", "fold-code")]
        if lesson.name.startswith("labs/") and name.startswith("check_"):
            folds[1] = LABELS[self.language]["check"]  # which is run, not read
        return ShownCell(name, indent, line, tuple(given["alt"]), tuple(given["caption"]), *folds)

    def _opening(self, text: str, line: int, lesson: Lesson) -> Opening:
        given = self._attributes(ATTRIBUTES["opening"], text, line)
        needs, answer, *figures = (self._once(key, given[key], line) for key in given)
        if not answer:
            raise self.error("the page gives no answer", line, 'Write: answer="In a few words …"')
        for cell in filter(None, figures):
            self._known_cell(cell, line, lesson)
        names = [name.strip() for name in (needs or "").split(",") if name.strip()]
        for name in names:
            if name not in self.lessons:
                raise self.error(f"no lesson {name!r}", line, closest(name, list(self.lessons)))
        return Opening(line, tuple(names), answer, *figures)

    def _live(self, indent: str, name: str, text: str, line: int) -> Live:
        known = live.names(self.course)
        if name not in known:
            raise self.error(f"no live figure {name!r}", line, closest(name, known))
        if self.own is None:
            raise self.error("only a lesson's page has cells whose figure stands for it", line)
        asked = live.about(self.course, name)
        given = self._attributes(("figure", "caption", *asked.words), text, line)
        for key, texts in given.items():
            if not self._once(key, texts, line):
                hint = f'Write: {key}="…". It needs: {", ".join(given)}.'
                raise self.error(f"the live figure {name!r} lacks {key}", line, hint)
        self._known_cell(given["figure"][0], line, self.lessons[self.own])
        words = tuple((key, given[key][0]) for key in asked.words)
        cell, caption = given["figure"][0], given["caption"][0]
        return Live(name, indent, line, cell, caption, words, asked.heights)

    def _lessons(self, rows: list[str], line: int) -> CourseList:
        found = []
        for number, row in enumerate(rows, line + 1):
            match = LESSON_ROW.fullmatch(row)
            if not match or match["lesson"] not in self.lessons:
                hint = closest(row.partition(".")[0], list(self.lessons))
                raise self.error(f"cannot read {row[:40]!r}: lesson.cell: text", number, hint)
            self._known_cell(match["cell"], number, self.lessons[match["lesson"]])
            found.append((match["lesson"], match["cell"], match["text"]))
        return CourseList(line, "lessons", rows=tuple(found))

    def _known_cell(self, name: str, line: int, lesson: Lesson) -> None:
        known = [cell.name for cell in lesson.cells]
        if name not in known:
            what = f"lesson {lesson.name!r} has no cell {name!r}"
            raise self.error(what, line, closest(name, known))

    def _attributes(self, keys: Iterable[str], text: str, line: int) -> dict[str, list[str]]:
        given: dict[str, list[str]] = {key: [] for key in keys}
        end = 0
        while attribute := ATTRIBUTE.match(text, end):
            if attribute["key"] not in given:
                hint = f"Known: {', '.join(given)}."
                raise self.error(f"unknown attribute {attribute['key']!r}", line, hint)
            given[attribute["key"]].append(attribute["text"].strip())
            end = attribute.end()
        if rest := text[end:].strip():
            hint = 'Attributes look like alt="…"; the text holds no straight double quote.'
            raise self.error(f"cannot read {rest[:60]!r}", line, hint)
        return given

    def _once(self, key: str, texts: list[str], line: int) -> str | None:
        if len(texts) > 1:
            raise self.error(f"{key} is given {len(texts)} times", line)
        return texts[0] if texts else None

    def _claims(self, indent: str, rows: list[str], line: int, lesson: Lesson) -> ShownClaims:
        claims, shown, listed = {claim.name: claim for claim in lesson.claims}, [], []
        for number, row in enumerate(rows, line + 1):
            match = ROW.fullmatch(row)
            if not match:
                raise self.error(f"cannot read the claim {row!r}", number, "Write name: text.")
            name = match["name"]
            if name in claims:
                shown.append((claims[name].kind, claims[name].cell, match["text"]))
                listed.append(name)
            elif name in ASSERTED_NOWHERE:
                shown.append((name, None, match["text"]))
                listed.append(None)
            else:
                what = f"lesson {lesson.name!r} asserts no claim {name!r}"
                raise self.error(what, number, closest(name, list(claims)))
        for name, claim in claims.items():
            if listed.count(name) != 1:
                what = f"claim {name!r} ({claim.kind}) is listed {listed.count(name)} times"
                raise self.error(what, line, f"List each claim of {lesson.path} once.")
        return ShownClaims(indent, line, tuple(shown), tuple(listed))


def closest(name: str, known: list[str]) -> str:
    """Return a hint that names what there is, what is most like `name` first."""
    near = get_close_matches(name, known, n=1)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    return f"{meant}It has: {', '.join(known) or 'none'}"
