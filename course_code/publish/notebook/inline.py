"""Text inside a paragraph, from HTML elements to the Markdown that Jupyter and Colab show."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bs4 import NavigableString, Tag
from bs4.element import PreformattedString

from course_code.publish.markup.formulas import undelimited
from course_code.publish.markup.text import longest_ticks

Resolve = Callable[[str], str | None]
EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
KEPT = {"sub", "kbd", "del", "ins", "mark", "s", "u", "small"}  # as HTML
MARKS = re.compile(r"[\\`*$~]|\](?=[(\[:])|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
LINE_START = re.compile(r"^(?:(?:#+|[+-])(?=\s|$)|>|[=-]+$|(\d+)(?=[.)](?:\s|$)))", re.MULTILINE)


@dataclass(frozen=True)
class Inline:
    """Writes inline elements as CommonMark.

    Args:
        resolve: gives the absolute address of a link, or None to unlink it.
        in_table: bars would end the cell.
    """

    resolve: Resolve
    in_table: bool = False

    def text(self, nodes: list) -> str:
        """Return what nodes say, as lines that are paragraph and nothing else."""
        text = re.sub(r"[ \t]*\n[ \t\n]*", "\n", "".join(map(self._node, nodes))).strip()
        return LINE_START.sub(lambda found: _escaped_start(found), text)

    def one_line(self, nodes: list) -> str:
        """Return what nodes say, for a place that ends with its line."""
        return " ".join(self.text(nodes).split("\n"))

    def _node(self, node) -> str:
        if isinstance(node, PreformattedString):  # a comment
            return ""
        if isinstance(node, NavigableString):
            return self._bars(MARKS.sub(r"\\\g<0>", str(node)))
        if is_math(node):
            return self._math(tex_of(node))
        if node.name in EMPHASIS or "claim-kind" in node.get("class", ()):
            return self._emphasis(node, EMPHASIS.get(node.name, "**"))
        writer = getattr(self, f"_{node.name}", None)
        if writer:
            return writer(node)
        inner = "".join(map(self._node, node.children))
        return f"<{node.name}>{inner}</{node.name}>" if node.name in KEPT else inner

    def _bars(self, text: str) -> str:
        return text.replace("|", r"\|") if self.in_table else text

    def _math(self, tex: str) -> str:
        if self.in_table:  # Jupyter takes formulas out of the text before it reads tables
            tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ").strip()
        return f"${tex}$"

    def _emphasis(self, node: Tag, mark: str) -> str:
        inner = "".join(map(self._node, node.children)).strip()
        if not inner:
            return ""
        before, after = _edge(node.previous_sibling, -1), _edge(node.next_sibling, 0)
        if opens(before, inner[0]) and opens(after, inner[-1]):
            return f"{mark}{inner}{mark}"
        tag = "b" if mark == "**" else "i"  # CommonMark would show the asterisks
        return f"<{tag}>{inner}</{tag}>"

    def _code(self, node: Tag) -> str:
        text = self._bars(node.get_text().replace("\n", " "))
        fence = "`" * (longest_ticks(text) + 1)
        space = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{space}{text}{space}{fence}"

    def _a(self, node: Tag) -> str:
        inner = "".join(map(self._node, node.children))
        target = node.get("href", "")
        if "footnote-backref" in node.get("class", ()):
            return ""
        if not (address := self.resolve(target)):
            return inner
        title = f' "{node["title"]}"' if node.get("title") else ""
        return f"[{inner.strip()}]({_address(address)}{title})"

    def _img(self, node: Tag) -> str:
        alt = MARKS.sub(r"\\\g<0>", node.get("alt", ""))
        if address := self.resolve(node.get("src", "")):
            return f"![{alt}]({_address(address)})"
        return f"*({alt})*" if alt else ""

    def _sup(self, node: Tag) -> str:
        inner = "".join(map(self._node, node.children))
        note = node.find("a", class_="footnote-ref") is not None
        return f"<sup>[{inner}]</sup>" if note else f"<sup>{inner}</sup>"

    def _br(self, node: Tag) -> str:
        return "<br>"

    def _input(self, node: Tag) -> str:
        return ""

    _script = _style = _button = _input


def is_math(node) -> bool:
    """Tell whether a node is a formula that arithmatex has marked."""
    return isinstance(node, Tag) and "arithmatex" in node.get("class", ())


def tex_of(node: Tag) -> str:
    r"""Return a formula without arithmatex's delimiters, \(…\) or \[…\]."""
    return undelimited(node.get_text(), node.name)


def inline_html(node: Tag) -> str:
    """Return what an element says as HTML, for a place where Markdown is not read."""
    for formula in node.find_all(is_math):
        formula.replace_with(f"${tex_of(formula)}$")
    return re.sub(r"\s+", " ", node.decode_contents()).strip()


def _address(address: str) -> str:
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def _escaped_start(found: re.Match) -> str:
    return f"{found[1]}\\" if found[1] else f"\\{found[0]}"


def _edge(node, index: int) -> str:
    """Return the character that stands beside emphasis: a space where there is none."""
    if node is None:
        return " "
    if isinstance(node, NavigableString):
        return str(node)[index] if str(node) else " "
    return "x" if node.name in EMPHASIS else "`"  # two marks in a row would become one


def opens(outside: str, inside: str) -> bool:
    """Tell whether CommonMark takes `**` between these characters for a delimiter."""
    if inside.isspace():
        return False
    return not _is_mark(inside, "PS") or outside.isspace() or _is_mark(outside, "P")


def _is_mark(character: str, categories: str) -> bool:
    ascii_mark = character.isascii() and not character.isalnum() and not character.isspace()
    return ascii_mark or unicodedata.category(character)[0] in categories
