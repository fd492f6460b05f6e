"""Markdown of a notebook's cell, made as the site reads it: lists, HTML, addresses of headings."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown.extensions.toc import slugify_unicode
from markdown.util import BLOCK_LEVEL_ELEMENTS

from course_code.publish.markup.text import HEADING, tokens
from course_code.publish.notebook.lists import ITEM, set_lists_apart
from course_code.publish.page.across import ids
from course_code.publish.page.checks import mistakes
from course_code.publish.page.marked import markup, opened
from course_code.publish.page.parts import Heading, headings_of

RAW = {"canvas", "math", "option", "pre", "script", "style", "textarea"}  # of md_in_html
BLOCKS = {*BLOCK_LEVEL_ELEMENTS} - RAW
MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "\\`*_$~[]!"})


@dataclass
class Prose:
    """The prose of one notebook, cell by cell: its headings' addresses do not depend on others'."""

    cells: dict[str, int] = field(default_factory=dict)  # in which each id stands
    titled: bool = False
    above: list[tuple[int, str]] = field(default_factory=list)  # open sections: level and id

    def read(self, text: str, cell: int) -> str:
        """Return Markdown for the site.

        Args:
            text: as Jupyter shows it.
            cell: its number, from 1.

        Raises:
            Mistake: what the site would show as typed, in another place, or not at all.
        """
        text = _kinds_apart(set_lists_apart(_flat(text)))
        text = "\n".join(self._addressed(text.split("\n"), cell))
        for name, _ in ids(text):
            self._take(name, cell)
        for _, what, hint in mistakes(f"\n{text}", list(tokens(f"\n{text}"))):  # no front matter
            raise Mistake(what, hint)
        return _read_inside(text)

    def _addressed(self, lines: list[str], cell: int) -> list[str]:
        """Give an address to each heading that has none, or another's."""
        taken = dict(self.cells)
        for heading in headings_of(tokens("\n".join(lines))):
            while self.above and self.above[-1][0] >= heading.level:
                self.above.pop()
            first, self.titled = not self.titled, True  # whose address never changes
            name = heading.id or (heading.slug if first else self._name(heading, taken))
            if name and not first and name != (heading.id or heading.slug):
                lines[heading.line - 1] = _with_id(lines[heading.line - 1], name)
            self.above.append((heading.level, name))
            taken[name] = cell
        return lines

    def _name(self, heading: Heading, taken: dict[str, int]) -> str:
        """The heading's words, and if another has them those of the section before them."""
        words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", html.unescape(heading.text))
        name = heading.slug or slugify_unicode(words, "-")
        outer = "-".join(id_ for _, id_ in self.above[-1:])
        return f"{outer}-{name}" if outer and name in taken else name

    def _take(self, name: str, cell: int) -> None:
        if name in self.cells:
            what = f"the address {name!r} is taken by cell {self.cells[name]}"
            raise Mistake(what, "Give the heading, or the id, another name.")
        self.cells[name] = cell


class Mistake(Exception):  # noqa: N818 - the notebook's, not the program's
    """What is wrong with a cell, and what to do."""


def _with_id(line: str, name: str) -> str:
    if HEADING.fullmatch(line)["attributes"] is None:
        return f"{line.rstrip()} {{#{name}}}"
    before, _, after = line.rpartition("{")
    return f"{before}{{#{name} {after.removeprefix(':')}"


def _flat(text: str) -> str:
    """Return Markdown whose blocks of HTML are not indented; each ends with an empty line."""
    readable = markup(tokens(text))
    begun, kept = set(), set()  # numbers of lines, from 0
    for tag in opened(readable):
        line = readable.count("\n", 0, tag.start)
        before = readable[: tag.start].rpartition("\n")[2]
        if tag.tag in BLOCKS and len(before) < 4 and not before.strip():
            begun.add(line)
        if tag.tag == "pre":
            kept.update(range(line + 1, readable.count("\n", 0, tag.closed or tag.end) + 1))
    lines, inside = text.split("\n"), False
    for number, line in enumerate(readable.split("\n")):
        inside = bool(line.strip()) and (inside or number in begun)
        if inside and number not in kept:
            lines[number] = lines[number].lstrip()
    return "\n".join(lines)


def _kinds_apart(text: str) -> str:
    """Return Markdown with an empty line where a list with other marks begins."""
    lines: list[str] = []
    kinds: dict[int, bool] = {}  # whether the list is numbered, by its indentation
    readable = markup(tokens(text)).split("\n")
    for line, shown in zip(text.split("\n"), readable, strict=True):
        if item := ITEM.match(shown):
            width, numbered = len(shown) - len(shown.lstrip()), item["mark"][0].isdigit()
            kinds = {w: kind for w, kind in kinds.items() if w <= width}
            if kinds.get(width, numbered) != numbered and lines[-1].strip():
                lines.append("")
            kinds[width] = numbered
        lines.append(line)
    return "\n".join(lines)


def _read_inside(text: str) -> str:
    """Return Markdown with the attribute by which md_in_html reads what is inside of HTML."""
    plain = markup(tokens(text))
    for place, end, new in sorted(_marks(text, plain), reverse=True):
        text = text[:place] + new + text[end:]
    return text


def _marks(text: str, plain: str) -> Iterator[tuple[int, int, str]]:
    """Yield what stands where instead; what is in the element code is no Markdown."""
    for tag in opened(plain):
        if tag.tag in BLOCKS and "markdown" not in tag.attributes:
            name = tag.start + 1 + len(tag.tag)
            yield name, name, ' markdown="1"'
        elif tag.tag == "code" and tag.closed:
            yield tag.end, tag.closed, text[tag.end : tag.closed].translate(MARKS)
