"""What a reader shall find on a page, taken from the course and not from the built site."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from course_code.publish.markup.text import TAKEN, tokens
from course_code.publish.notebook.given import Given
from course_code.publish.page.marked import markup, opened, untagged
from course_code.publish.page.parts import (
    CourseList,
    Live,
    Page,
    Prose,
    ShownCell,
    ShownClaims,
    ShownFigure,
)
from course_code.publish.website.seen import UNREAD, Seen, is_claim, tex

MARKS = ("{{", ":::", "$$", "**", "[^", "???", "!!!", "////", "\\(", "\\[")
BEGINNING = ("???", "!!!", ":::", "////")  # that mean something at the beginning of a line alone
WORD = re.compile(r"[\u4e00-\u9fff]|\d+(?:[.,]\d+)*|[^\W\d_\u4e00-\u9fff]+")
REFERENCE = re.compile(r"(&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);)")  # to a character
NOT_SHOWN = re.compile(  # of Markdown: blocks, notes, targets of links, attributes, items
    r"^[ \t>]*(?:(?:!!!|\?\?\?\+?)(?: +[\w-]+)*|/{3,}[^\n]*)"
    r"|!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])|\]\[[^\]]*\]"
    r"|^[ \t]*\*\[[^\]]+\]:[^\n]*$|\[\^[^\]]*\]|\]\([^)]*\)|^[ \t]*\[[^\]]+\]:[^\n]*$|\{[^{}]*\}"
    r"|^[ \t>]*\d+[.)](?=\s)",
    re.MULTILINE,
)


@dataclass
class Wanted(Seen):
    """What shall be found, and the lines that ask for it.

    Attributes:
        lines: of formulas, words and, as in "code 2", parts.
        marks: how many of each are no markup, but text.
    """

    lines: dict[str, int] = field(default_factory=dict)
    marks: Counter = field(default_factory=Counter)

    def ask(self, kind: str, text: str, line: int) -> None:
        """Ask for a part."""
        parts = getattr(self, kind)
        parts.append(text)
        self.lines[f"{kind} {len(parts)}"] = line

    def ask_text(self, text: str, line: int, made: bool = False) -> None:
        """Ask for the words and the formulas of Markdown, which may be made for one line."""
        readable = markup(tokens(text))
        plain = untagged(readable, UNREAD)
        for number, shown in enumerate(NOT_SHOWN.sub(_blank, plain).split("\n"), line):
            words = html.unescape(shown)
            self.text += f"{words}\n"
            for word in WORD.findall(words):
                self.lines.setdefault(word, line if made else number)
        for token in tokens(text, line):
            if token.kind in ("math", "display"):
                self.lines.setdefault(tex(token.text), line if made else token.line)
        self.marks += _shown_marks(text, plain)
        self.claims += sum(is_claim(tag.attributes) for tag in opened(readable))


def wanted_of(page: Page, markdown: str) -> Wanted:
    """What a reader shall find on a page of the course.

    Args:
        page: filled.
        markdown: the same as it was given to the site generator.
    """
    wanted = Wanted()
    for part in page.segments:
        if isinstance(part, ShownCell):
            _ask_cell(wanted, part)
        elif isinstance(part, ShownFigure | Live):
            wanted.ask("alts", part.alt, part.line)
        elif isinstance(part, ShownClaims):
            wanted.claims += len(part.rows)
        for text, line in _texts(part):
            wanted.ask_text(text, line, made=isinstance(part, CourseList))
    told = markdown if not page.is_lab else _prose(page)
    wanted.formulas = _formulas(told)
    return wanted


def wanted_of_given(page: Given) -> Wanted:
    """What a reader shall find on the page of a teacher's notebook."""
    wanted = Wanted(list(page.code), list(page.printed), list(page.alts))
    wanted.ask_text(page.markdown, 1)
    wanted.formulas = _formulas(page.markdown)
    return wanted


def _ask_cell(wanted: Wanted, cell: ShownCell) -> None:
    for block, outputs in zip(cell.blocks, cell.outputs, strict=True):
        wanted.ask("code", block.source, cell.line)
        for output in outputs:
            if (text := _printed(output)) is not None:
                wanted.ask("outputs", text, cell.line)
    for alt in cell.alts:
        wanted.ask("alts", alt, cell.line)


def _printed(output: dict) -> str | None:
    if "error" in output:
        return f"{output['error']}: {output['says']}"
    return output.get("text")


def _texts(part) -> Iterator[tuple[str, int]]:
    """Yield the Markdown of a part of a page, with its lines."""
    if isinstance(part, Prose | CourseList):
        yield part.text, part.line
    elif isinstance(part, ShownFigure | Live):
        yield part.caption or "", part.line
    elif isinstance(part, ShownClaims):
        yield from ((text, part.line + n) for n, (_, _, text) in enumerate(part.rows, 1))
        yield from ((text, part.line + n) for n, text in enumerate(part.evidence, 1))
    elif isinstance(part, ShownCell):
        titles = (title or "" for title in (part.fold, part.fold_code))
        yield from ((text, part.line) for text in (*part.captions, *titles))


def _prose(page: Page) -> str:
    return "\n".join(part.text for part in page.segments if isinstance(part, Prose))


def _formulas(markdown: str) -> list[str]:
    return [tex(t.text) for t in tokens(markdown) if t.kind in ("math", "display")]


def _blank(found: re.Match) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _shown_marks(text: str, plain: str) -> Counter:
    """Count the marks that stand in Markdown as text: escaped, or where they mean nothing.

    Args:
        text: the Markdown.
        plain: the same, as long, without tags.
    """
    shown, meant, end = "", [], 0  # whether each character was escaped
    for token in tokens(text):
        start, end = end, end + len(token.text)
        if token.kind in ("text", "bar"):
            pieces = REFERENCE.split(plain[start:end])
        else:
            pieces = ["", token.text[1:] if token.kind == "escape" else TAKEN]
        for number, piece in enumerate(pieces):
            piece = html.unescape(piece) if number % 2 else piece
            shown += piece
            meant += [bool(number % 2) and piece != TAKEN] * len(piece)
    return Counter(
        mark
        for mark in MARKS
        for found in re.finditer(re.escape(mark), shown)
        if any(meant[slice(*found.span())])
        or (mark in BEGINNING and shown[: found.start()].rpartition("\n")[2].strip(" \t>"))
    )
