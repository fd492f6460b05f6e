"""A page's elements as the plain Markdown that Jupyter and Colab show.

What the site generator makes of a page is turned back into Markdown, so that a notebook says what
its page says: lists, numbers, notes, tables and folds are those that a reader of the page sees.
"""

import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from itertools import groupby

from bs4 import BeautifulSoup, NavigableString, Tag

from course_code.publish.markup.text import longest_ticks
from course_code.publish.notebook.inline import Inline, Resolve, inline_html, is_math, tex_of

SLOT = re.compile("\ue000(\\d+)\ue000")  # stands for a code cell
HEADING = re.compile(r"h[1-6]")
ALIGNED = {"left": ":---", "right": "---:", "center": ":---:"}
BLOCKS = {
    *("p", "div", "ul", "ol", "dl", "table", "blockquote", "details", "figure", "figcaption"),
    *("pre", "hr", "section", "article", "aside", "h1", "h2", "h3", "h4", "h5", "h6"),
}
TRAILING = re.compile(r"(?<!\\)#+$")  # at the end of a heading it would not be shown


@dataclass(frozen=True)
class Slot:
    """A place for a code cell; in a closed fold, where its output is hidden too."""

    number: int
    folded: bool = False


Piece = str | Slot  # a block of Markdown, or a code cell


def slot(number: int) -> str:
    """Return the paragraph that stands for a code cell in a page's Markdown."""
    return f"\ue000{number}\ue000"


def plain(page: BeautifulSoup, resolve: Resolve, *, named: bool = False) -> Iterator[Piece]:
    """Yield the blocks of a page as CommonMark, and slots between them, in order.

    Args:
        page: what the site's Markdown made of the page; changed.
        resolve: gives the absolute address of a link, or None to unlink it.
        named: whether headings tell their addresses, and folds their kind, as only pages show.
    """
    return _Writer(Inline(resolve), named).blocks(page)


@dataclass(frozen=True)
class _Writer:
    inline: Inline
    named: bool = False
    quoted: bool = False

    def blocks(self, element: Tag) -> Iterator[Piece]:
        """Yield what is inside an element: its blocks, and paragraphs of loose text."""
        for is_block, group in groupby(element.children, key=_is_block):
            nodes = list(group)
            if not is_block:
                yield from self._paragraph(nodes)
            else:
                for node in nodes:
                    yield from self._block(node)

    def _block(self, node: Tag) -> Iterator[Piece]:
        classes = node.get("class", ())
        if is_math(node):
            yield self._display(node)
        elif HEADING.fullmatch(node.name):
            text = TRAILING.sub(r"\\\g<0>", self.inline.one_line(list(node.children)))
            name = f" {{#{node['id']}}}" if self.named and node.get("id") else ""
            yield f"{'#' * int(node.name[1])} {text}{name}"
        elif "admonition" in classes:
            yield from self._admonition(node)
        elif "footnote" in classes:
            yield from self._notes(node)
        elif "highlight" in classes:
            yield from self._pre(node)
        elif "tabbed-set" in classes:
            yield from self._tabs(node)
        elif writer := getattr(self, f"_{node.name}", None):
            yield from writer(node)
        else:
            yield from self.blocks(node)

    def _paragraph(self, nodes: list) -> Iterator[Piece]:
        text = "".join(node.get_text() for node in nodes).strip()
        if found := SLOT.fullmatch(text):
            yield Slot(int(found[1]))
        elif written := self.inline.text(nodes):
            yield written

    def _p(self, node: Tag) -> Iterator[Piece]:
        return self.blocks(node)  # of code that stands right below a line of text, in one with it

    def _display(self, node: Tag) -> str:
        """Return a formula; in a quote on one line, as Jupyter reads formulas before quotes."""
        tex = tex_of(node)
        return f"$$ {' '.join(tex.split())} $$" if self.quoted else f"$$\n{tex}\n$$"

    def _pre(self, node: Tag) -> Iterator[Piece]:
        language = re.search(r"language-([\w+#-]+)", " ".join(node.get("class", ())))
        text = (node.select("pre") or [node])[-1].get_text().rstrip("\n")
        fence = "`" * max(3, longest_ticks(text) + 1)
        name = language[1] if language and language[1] != "text" else ""
        yield f"{fence}{name}\n{text}\n{fence}"

    def _hr(self, node: Tag) -> Iterator[Piece]:
        yield "---"

    def _table(self, node: Tag) -> Iterator[Piece]:
        inline = replace(self.inline, in_table=True)
        rows = [
            [inline.one_line(list(cell.children)) for cell in row.find_all(["th", "td"])]
            for row in node.find_all("tr")
        ]
        styles = [cell.get("style", "") for cell in node.find("tr").find_all(["th", "td"])]
        marks = [re.search(r"text-align: *(\w+)", style) for style in styles]
        rows.insert(1, [ALIGNED.get(mark[1], "---") if mark else "---" for mark in marks])
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _ul(self, node: Tag) -> Iterator[Piece]:
        return self._list(node, lambda number: "- ")

    def _ol(self, node: Tag) -> Iterator[Piece]:
        first = int(node.get("start", 1))
        return self._list(node, lambda number: f"{first + number}. ")

    def _list(self, node: Tag, mark) -> Iterator[Piece]:
        items = node.find_all("li", recursive=False)
        gap = "\n\n" if any(item.find("p", recursive=False) for item in items) else "\n"
        done: list[str] = []
        for number, item in enumerate(items):
            lead = mark(number)
            for piece in _joined(self.blocks(item), gap):
                if isinstance(piece, Slot):
                    yield from _flush(done, gap)
                    yield piece
                elif lead:
                    done.append(lead + _indented(piece, " " * len(lead)))
                    lead = ""
                else:  # what stands below a cell in an item
                    yield piece
        yield from _flush(done, gap)

    def _dl(self, node: Tag) -> Iterator[Piece]:
        for item in node.find_all(["dt", "dd"], recursive=False):
            if item.name == "dt":
                yield self._bold(item)
            else:
                for piece in _joined(self.blocks(item), "\n\n"):
                    yield piece if isinstance(piece, Slot) else f"- {_indented(piece, '  ')}"

    def _blockquote(self, node: Tag) -> Iterator[Piece]:
        return self._quote(node, "")

    def _admonition(self, node: Tag) -> Iterator[Piece]:
        title = node.find("p", class_="admonition-title", recursive=False)
        written = ""
        if title is not None:
            written = self._bold(title.extract())
        return self._quote(node, written)

    def _quote(self, node: Tag, title: str) -> Iterator[Piece]:
        inside = replace(self, quoted=True).blocks(node)
        for piece in _joined([title, *inside] if title else inside, "\n\n"):
            if isinstance(piece, Slot):
                yield piece
            else:
                yield "\n".join(f"> {line}".rstrip() for line in piece.split("\n"))

    def _details(self, node: Tag) -> Iterator[Piece]:
        """Yield a fold: its text as `<details>`, outside of which its cells have to lie."""
        summary = node.find("summary", recursive=False)
        title = summary.extract() if summary is not None else BeautifulSoup("", "html.parser")
        kind = f' class="{" ".join(node.get("class", ()))}"' if self.named else ""
        tag = f"<details{kind}{' open' * node.has_attr('open')}>"
        label, bold = inline_html(copy(title)), self._bold(title)
        for number, piece in enumerate(_joined(self.blocks(node), "\n\n")):
            if isinstance(piece, Slot):
                if not number and label:
                    yield bold
                yield replace(piece, folded=piece.folded or not node.has_attr("open"))
            else:
                more = " …" if number else ""  # goes on after a cell
                yield f"{tag}\n<summary>{label}{more}</summary>\n\n{piece}\n\n</details>"

    def _notes(self, node: Tag) -> Iterator[Piece]:
        yield "---"
        for number, note in enumerate(node.find_all("li", id=re.compile("^fn:")), 1):
            first = next((child for child in note.children if isinstance(child, Tag)), None)
            mark, pieces = f"<sup>[{number}]</sup>", list(self.blocks(note))
            if first is None or first.name == "p":
                mark = f"{mark} {pieces.pop(0)}"
            yield "\n\n".join([mark, *pieces])

    def _bold(self, title: Tag) -> str:
        """Return a title, in which nothing is bolder than the rest."""
        for inner in title.find_all(["strong", "b"]):
            inner.unwrap()
        title.smooth()
        return f"**{self.inline.one_line(list(title.children))}**"

    def _tabs(self, node: Tag) -> Iterator[Piece]:
        labels = node.select(":scope > .tabbed-labels > label")  # not those of tabs in a tab
        blocks = node.select(":scope > .tabbed-content > .tabbed-block")
        for label, block in zip(labels, blocks, strict=True):
            yield self._bold(label)
            yield from self.blocks(block)


def _is_block(node) -> bool:
    if isinstance(node, NavigableString):
        return False
    return node.name in BLOCKS or node.find(lambda inner: inner.name in BLOCKS) is not None


def _joined(pieces: Iterable[Piece], gap: str) -> Iterator[Piece]:
    """Yield pieces with neighbouring blocks of Markdown joined."""
    for is_slot, group in groupby(pieces, key=lambda piece: isinstance(piece, Slot)):
        if is_slot:
            yield from group
        else:
            yield gap.join(group)


def _flush(done: list[str], gap: str) -> Iterator[str]:
    if done:
        yield gap.join(done)
        done.clear()


def _indented(text: str, indent: str) -> str:
    return "\n".join(
        indent + line if line and number else line for number, line in enumerate(text.split("\n"))
    )
