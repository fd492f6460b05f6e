"""The HTML in a page's Markdown: what it opens, where, and what stands between its tags."""

import html
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from course_code.publish.base.elements import VOID, OpenElements
from course_code.publish.markup.text import TAKEN, Token, tokens

OPTIONAL = {  # what HTML closes by itself
    *("dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
ADDRESS = {":", "@"}  # in an address between angles, which is no tag


@dataclass(frozen=True)
class Opened:
    """A tag that opens an element, where it begins and ends, and where the tag that closes it."""

    start: int
    end: int
    tag: str
    attributes: dict[str, str | None]
    closed: int | None = None


def markup(found: Iterable[Token], kinds: Container[str] = ("text", "bar")) -> str:
    """Return the text of tokens, as long as it was, with all but some kinds made unreadable."""
    return "".join(
        token.text if token.kind in kinds else re.sub(r"[^\n]", TAKEN, token.text)
        for token in found
    )


def opened(text: str) -> list[Opened]:
    """Return the tags in a text that open an element, in order."""
    if "<" not in text:
        return []
    read = _read(text)
    return [replace(each, closed=read.closed.get(each.start)) for each in read.opened]


def readdressed(text: str, address: Callable[[str], str]) -> str:
    """Return Markdown, in whose tags `address` says where each link and image leads."""
    for each in reversed(opened(markup(tokens(text)))):
        leads = {n: v for n, v in each.attributes.items() if n in ("href", "src") and v}
        if changed := {n: address(v) for n, v in leads.items() if address(v) != v}:
            tag = _written(each.tag, each.attributes | changed)
            text = text[: each.start] + tag + text[each.end :]
    return text


def _written(tag: str, attributes: dict[str, str | None]) -> str:
    told = (f" {n}" if v is None else f' {n}="{html.escape(v)}"' for n, v in attributes.items())
    return f"<{tag}{''.join(told)}>"


def loose(text: str) -> list[tuple[int, str]]:
    """Return where a text leaves an element open, or closes one that is not, and its tag."""
    return _read(text).loose if "<" in text else []


def untagged(text: str, unread: Container[str] = ()) -> str:
    """Return a text, as long as it was, with spaces for its tags.

    Args:
        text: HTML, or Markdown that has some.
        unread: elements whose text goes, too.
    """
    return _Reader(text, unread).shown if "<" in text else text


@lru_cache(8)  # a page is read by several checks, one after the other
def _read(text: str) -> "_Reader":
    return _Reader(text)


class _Reader(OpenElements):
    """Of each open element it is known where its tag begins, and whether its text is unread."""

    def __init__(self, text: str, unread: Container[str] = ()):
        super().__init__()
        self.convert_charrefs = False
        self.text, self.unread = text, unread
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.opened: list[Opened] = []
        self.closed: dict[int, int] = {}  # by where the element begins
        self.loose: list[tuple[int, str]] = []
        self.shown = ""
        self.feed(text)
        self.close()
        self.shown += self._blank(len(text))
        self.loose += [(at, tag) for tag, (at, _) in self.open if tag not in OPTIONAL]

    def handle_starttag(self, tag, attrs):
        start = self._at()
        end = start + len(self.get_starttag_text())
        self.opened.append(Opened(start, end, tag, dict(attrs)))
        if not ADDRESS & {*tag}:
            self.enter(tag, (start, tag in self.unread or self.within((0, False))[1]))

    def handle_endtag(self, tag):
        begun = next((at for name, (at, _) in reversed(self.open) if name == tag), None)
        if begun is not None:
            self.closed[begun] = self._at()
        elif tag not in OPTIONAL:
            self.loose.append((self._at(), f"/{tag}"))
        super().handle_endtag(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data):
        self._show(len(data))

    def handle_entityref(self, name):
        self._refer(len(name) + 1)

    def handle_charref(self, name):
        self._refer(len(name) + 2)

    def _at(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def _refer(self, length: int) -> None:
        self._show(length + self.text.startswith(";", self._at() + length))

    def _show(self, length: int) -> None:
        start = self._at()
        if not self.within((0, False))[1]:
            self.shown += self._blank(start) + self.text[start : start + length]

    def _blank(self, end: int) -> str:
        return re.sub(r"[^\n]", " ", self.text[len(self.shown) : end])
