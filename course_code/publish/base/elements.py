"""HTML read from its tags: which elements are open, and what is known of each."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

VOID = {  # elements that hold nothing, https://html.spec.whatwg.org/#void-elements
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip


def text_of(html: str) -> str:
    """Return what stands between the tags of a piece of HTML, whole or not."""
    found: list[str] = []
    reader = HTMLParser()
    reader.handle_data = found.append
    reader.feed(html)
    reader.close()
    return "".join(found)


def tags(html: str) -> Iterator[tuple[int, str, dict[str, str | None]]]:
    """Yield the tags that open an element: 0-based line, name and attributes.

    Args:
        html: a piece of it, or a text that has some.
    """
    found: list[tuple[int, str, dict[str, str | None]]] = []
    reader = HTMLParser()

    def enter(tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found.append((reader.getpos()[0] - 1, tag, dict(attributes)))

    reader.handle_starttag = enter
    reader.feed(html)
    reader.close()
    yield from found


def images(html: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Yield the attributes of each image in a piece of HTML, with the 0-based line of its tag."""
    return ((line, attributes) for line, tag, attributes in tags(html) if tag == "img")


class OpenElements(HTMLParser):
    """Keeps in `open` the tag of each open element, with what `enter` was told of it."""

    def __init__(self):
        super().__init__()
        self.open: list[tuple[str, Any]] = []

    def enter(self, tag: str, known: Any) -> None:
        """Open an element, unless it is one that holds nothing."""
        if tag not in VOID:
            self.open.append((tag, known))

    def within(self, outside: Any) -> Any:
        """Return what is known of the innermost open element, or `outside` if none is open."""
        return self.open[-1][1] if self.open else outside

    def handle_endtag(self, tag):
        """Close an element, and those inside it that were left open."""
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass
