"""Markdown of a notebook's cell, judged, with addresses and all stress that was meant."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown.extensions.toc import slugify_unicode

from course_code.publish.markup.text import HEADING, tokens
from course_code.publish.notebook.inline import opens
from course_code.publish.page.across import ids
from course_code.publish.page.checks import mistakes_of_notebook
from course_code.publish.page.marked import markup, untagged
from course_code.publish.page.parts import Heading, headings_of

PARAGRAPH = r"(?:(?!\n[ \t]*\n).)"  # and not across its end
STRESSED = re.compile(
    rf"(?<![\\*])(?P<mark>\*{{1,3}})(?![\s*])(?P<text>{PARAGRAPH}+?)(?<![\s*])(?P=mark)(?!\*)",
    re.DOTALL,
)
STRESS = {"*": ("<em>", "</em>"), "**": ("<strong>", "</strong>")}
STRESS["***"] = ("<em><strong>", "</strong></em>")
CHINESE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’—…"
BARE = re.compile(rf"(?<![A-Za-z0-9<\[/=\"'])https?://[^\s<>\"'`|{CHINESE}]+")  # an address
TRAILING = re.compile(r"[*_~.,;:!?'\"]+\Z")  # which does not belong to it
TARGET = re.compile(r"\]\([^)\s]*|^ {0,3}\[[^\]]+\]:.*$", re.MULTILINE)  # of a link


@dataclass
class Prose:
    """The prose of one notebook, cell by cell: its headings' addresses do not depend on others'."""

    cells: dict[str, int] = field(default_factory=dict)  # in which each id stands
    titled: bool = False
    above: list[tuple[int, str]] = field(default_factory=list)  # open sections: level and id

    def read(self, text: str, cell: int) -> str:
        """Return Markdown with addresses, and what Jupyter reads otherwise than meant as HTML.

        That is stress beside Chinese punctuation, and addresses without brackets.

        Args:
            text: as it was typed.
            cell: its number, from 1.

        Raises:
            Mistake: what the site would show as typed, in another place, or not at all.
        """
        text = "\n".join(self._addressed(text.split("\n"), cell))
        for name, _ in ids(text):
            self._take(name, cell)
        for _, what, hint in mistakes_of_notebook(text, list(tokens(text))):
            raise Mistake(what, hint)
        return _as_meant(text)

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


def _as_meant(text: str) -> str:
    """Return Markdown with tags for stress whose asterisks Jupyter would show: **好。**的."""
    plain = untagged(markup(tokens(text)))
    plain = TARGET.sub(lambda found: "x" * len(found[0]), plain)
    edits = [*_addresses(plain)]
    for start, end, _ in edits:
        plain = plain[:start] + "x" * (end - start) + plain[end:]
    for start, end, new in sorted([*edits, *_tags(text, plain)], reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _addresses(plain: str) -> Iterator[tuple[int, int, str]]:
    """Yield bare addresses in brackets, without which they hold marks and Chinese after them."""
    for found in BARE.finditer(plain):
        address = TRAILING.sub("", found[0])
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = TRAILING.sub("", address[:-1])
        yield found.start(), found.start() + len(address), f"<{address}>"


def _tags(text: str, plain: str) -> Iterator[tuple[int, int, str]]:
    for found in STRESSED.finditer(plain):
        before, after = text[: found.start()][-1:] or " ", text[found.end() :][:1] or " "
        inner, (opening, closing) = text[slice(*found.span("text"))], STRESS[found["mark"]]
        edges = f"{before}{inner[0]}{inner[-1]}{after}"
        if re.search(f"[{CHINESE}]", edges) and not (
            opens(before, inner[0]) and opens(after, inner[-1])
        ):
            yield found.start(), found.start("text"), opening
            yield found.end("text"), found.end(), closing
