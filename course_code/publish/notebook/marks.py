"""What Jupyter's Markdown shall leave alone: formulas, escaped characters, code in tables.

The course's tokenizer finds them, as on every page. While mkdocs-jupyter reads the text, marks that
mean nothing in Markdown stand for them; on the tree they become what they stand for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup, NavigableString, Tag
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from course_code.publish.markup.text import Token, tokens

SIGN = "\ue001"
MARK = re.compile(rf"(?:{SIGN}|%EE%80%81)(\d+)(?:{SIGN}|%EE%80%81)")  # or as addresses have it
LANGUAGE = re.compile(r"(?P<mark>\A[ \t>]*(?:`{3,}|~{3,}))[ \t]*(?P<name>[^\s`]+).*")  # of a fence
DRAWN = "mermaid"  # by a script of another site, where a page holds it
FORMULAS = ("math", "display")
QUOTED = re.compile(r"[ \t]*>[ \t>]*")  # what stands before it on its line
OF_HTML = '<>&"'


@dataclass
class Marks:
    """The marks of one notebook."""

    found: list[Token] = field(default_factory=list)

    def in_cell(self, cell: dict) -> dict:
        """Return a cell with marks in its Markdown."""
        if cell["cell_type"] == "markdown":
            return cell | {"source": self._hide(cell["source"])}
        return cell | {"outputs": [self._in_output(output) for output in cell["outputs"]]}

    def show(self, tree: BeautifulSoup) -> None:
        """Put what the marks in a tree stand for in their place."""
        for tag in tree(True):
            for name, value in tag.attrs.items():
                if isinstance(value, str):
                    tag[name] = self._replaced(value, _unprotected)
        for text in tree.find_all(string=MARK):
            self._show(text, tree)

    def typed(self, text: str) -> str:
        """Return code as it was typed."""
        return self._replaced(text, lambda token: token.text)

    def _in_output(self, output: dict) -> dict:
        if text := output["data"].get("text/markdown"):
            return output | {"data": {"text/markdown": self._hide(text)}}
        return output

    def _hide(self, text: str) -> str:
        hidden = ""
        for token in tokens(text):
            before = hidden.rpartition("\n")[2]
            hidden += self._hidden(token, QUOTED.fullmatch(before) is not None)
        return hidden

    def _hidden(self, token: Token, quoted: bool) -> str:
        if token.kind == "fence":
            return LANGUAGE.sub(_known, token.text, count=1)
        if token.kind in FORMULAS:
            return self._mark(replace(token, text=_unquoted(token.text)) if quoted else token)
        in_table = token.kind == "code" and token.within == "table"
        return self._mark(token) if in_table or token.kind == "escape" else token.text

    def _mark(self, token: Token) -> str:
        self.found.append(token)
        return f"{SIGN}{len(self.found) - 1}{SIGN}"

    def _replaced(self, text: str, shown: Callable[[Token], str]) -> str:
        return MARK.sub(lambda mark: shown(self.found[int(mark[1])]), text)

    def _show(self, text: NavigableString, tree: BeautifulSoup) -> None:
        if text.find_parent(["code", "pre"]):
            text.replace_with(self.typed(text))
            return
        paragraph = text.parent
        parts = enumerate(MARK.split(text))
        nodes = [_shown(self.found[int(part)], tree) if n % 2 else part for n, part in parts]
        text.replace_with(*filter(None, nodes))
        inside = [node.name for node in paragraph.children if str(node).strip()]
        if paragraph.name == "p" and inside == ["div"]:
            paragraph.unwrap()


def _unprotected(token: Token) -> str:
    return token.text[1:] if token.kind == "escape" else token.text


def _unquoted(text: str) -> str:
    return re.sub(r"\n[ \t]*>[ \t>]*", "\n", text)


def _known(fence: re.Match) -> str:
    """Return a fence's first line: nbconvert writes a language that it does not know as code."""
    try:
        get_lexer_by_name(fence["name"])
    except ClassNotFound:
        return fence["mark"]
    return fence["mark"] if fence["name"].startswith(DRAWN) else fence[0]


def _shown(token: Token, tree: BeautifulSoup) -> str | Tag:
    """Return a formula as arithmatex marks it, a character as Python-Markdown keeps it, or code."""
    if token.kind == "escape":
        character = token.text[1]
        return character if character in OF_HTML else f"\x02{ord(character)}\x03"
    if token.kind == "code":
        text = token.text.strip("`").strip().replace(r"\|", "|")
        return tree.new_tag("code", string=text)
    name, marked = ("div", r"\[{}\]") if token.kind == "display" else ("span", r"\({}\)")
    return tree.new_tag(name, attrs={"class": "arithmatex"}, string=marked.format(token.tex))
