"""The parts of a page: what a directive or a stretch of prose becomes."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import zip_longest
from pathlib import Path

from markdown.extensions.toc import slugify

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import Block
from course_code.publish.markup.text import HEADING, Token, tokens

SUBTITLE = re.compile(r"(?:`[^`]*`|(?!: |：).)*")  # what stands before one


@dataclass(frozen=True)
class Prose:
    """Markdown between directives; `line` is where it begins in the page."""

    text: str
    line: int


@dataclass(frozen=True)
class ShownCell:
    """A cell as a page shows it; outputs are of its blocks, once they are known."""

    name: str
    indent: str
    line: int
    alts: tuple[str, ...]
    captions: tuple[str, ...]
    fold: str | None = None
    fold_code: str | None = None
    blocks: tuple[Block, ...] = ()
    outputs: tuple[tuple[dict, ...], ...] = ()
    expect: str | None = None
    needs: tuple[str, ...] = ()  # of each block: which code of the page it needs


@dataclass(frozen=True)
class Opening:
    """What a lesson page says first: pages to know before, the answer, figures of cells."""

    line: int
    needs: tuple[str, ...]  # names of lessons
    answer: str
    figure: str | None = None  # cell of the one that shows the answer, folded with it
    hook: str | None = None  # cell of one that gives no guess away


@dataclass(frozen=True)
class ShownFigure:
    """The first figure of a cell, shown a second time and without its code."""

    cell: str
    line: int
    alt: str
    caption: str | None
    figure: dict
    indent: str = ""  # of the fold in which it stands


@dataclass(frozen=True)
class Live:
    """A figure that answers back; without its script, the first figure of a cell.

    `words` are its texts by name, `heights` in rem, on a wide and on a narrow screen. The alt text
    and the figure are the cell's, once the page is filled.
    """

    name: str
    indent: str
    line: int
    cell: str
    caption: str
    words: tuple[tuple[str, str], ...]
    heights: tuple[float, float]
    alt: str = ""
    figure: dict = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its address on the page."""
        return f"live-{self.name}"


@dataclass(frozen=True)
class ShownClaims:
    """Rows of (kind, cell that asserts it or None, text).

    Of each row also the name of its claim, and what is known of it once the page is filled.
    """

    indent: str
    line: int
    rows: tuple[tuple[str, str | None, str], ...]
    names: tuple[str | None, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def told(self) -> Iterator[tuple[str, str | None, str]]:
        """The rows, each with its evidence after its text."""
        for (kind, cell, text), found in zip_longest(self.rows, self.evidence):
            note = f' <span class="claim-evidence">{found}</span>' if found else ""
            yield kind, cell, text + note


@dataclass(frozen=True)
class CourseList:
    """What is made for the whole course: `what` is glossary, claims, errata, changes or lessons.

    Its HTML links are as in `href="softmax.md#cell-x"` and `href="assets/x.html"`, its images as in
    `src="assets/x.svg"`. The glossary has its text from the start, for its anchors.
    Rows of a list of lessons are (lesson, cell with its picture, text).
    """

    line: int
    what: str
    text: str = ""
    rows: tuple[tuple[str, str, str], ...] = ()


Segment = Prose | Opening | ShownFigure | ShownCell | ShownClaims | CourseList | Live


@dataclass(frozen=True)
class Heading:
    """A heading: its level, the Markdown of its text, the id written beside it or None."""

    level: int
    text: str
    id: str | None
    line: int

    @property
    def slug(self) -> str:
        """The id that Python-Markdown makes of the text where none is written; maybe empty."""
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", html.unescape(self.text))
        return slugify(text, "-")


@dataclass(frozen=True)
class Page:
    """A page: its lesson's name (or None), its language, and its parts in order.

    The name of a lab begins with `labs/`; `lab` is that of a lesson which has one.
    """

    path: Path  # relative to the course
    language: str
    lesson: str | None
    segments: tuple[Segment, ...]
    lab: str | None = None

    @property
    def is_lab(self) -> bool:
        """Whether the page is a lab's, whose code the reader completes and runs."""
        return bool(self.lesson) and self.lesson.startswith("labs/")

    @cached_property
    def heading(self) -> Heading:
        """The first heading of level 1; without one, of an empty text."""
        prose = (segment for segment in self.segments if isinstance(segment, Prose))
        found = (heading for part in prose for heading in headings(part))
        return next((heading for heading in found if heading.level == 1), Heading(1, "", None, 1))

    @property
    def title(self) -> str:
        """Text of that heading."""
        return self.heading.text

    @property
    def short_title(self) -> str:
        """The title without its subtitle."""
        return SUBTITLE.match(self.title)[0]


def first_figure(cell: str, outputs: Iterable[Iterable[dict]], page: Path, line: int) -> dict:
    """Return the first figure among the outputs of a cell's blocks.

    Raises:
        CourseError: there is none; says where on the page it was asked for.
    """
    for block in outputs:
        for output in block:
            if "figure" in output:
                return output["figure"]
    raise CourseError(f"cell {cell!r} draws no figure", page, line)


@lru_cache(2000)
def headings(prose: Prose) -> tuple[Heading, ...]:
    """Return the headings of a stretch of prose."""
    return tuple(headings_of(tokens(prose.text, prose.line)))


def headings_of(found: Iterable[Token]) -> list[Heading]:
    """Return the headings among tokens."""
    lines: dict[int, str] = {}
    for token in found:
        if token.within == "heading":
            lines[token.line] = lines.get(token.line, "") + token.text
    found = ((line, HEADING.fullmatch(text.rstrip("\n"))) for line, text in lines.items())
    return [
        Heading(len(match["mark"]), match["text"], _id(match["attributes"] or ""), line)
        for line, match in found
    ]


def _id(attributes: str) -> str | None:
    """Return the id in an attribute list, `#name` or `id=name`."""
    for word in attributes.split():
        if word.startswith("#"):
            return word[1:]
        if word.startswith("id="):
            return word[3:].strip("\"'")
    return None
