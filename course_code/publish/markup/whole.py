"""A page that is HTML already, as those of notebooks are: its elements become the page's tree.

So links, addresses of headings, terms and formulas are made as on every other page, by whatever
site generator uses Python-Markdown.
"""

import re
from html import escape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, HtmlStash

from course_code.publish.base.elements import VOID

MARK = "<!-- a page of elements, made by course_code.publish -->"  # first line of such a page
FIRST = 100  # before anything else is read
BEFORE_MARKS = 30  # in the text, which is not read again, and before addresses and links
BUTTONS = "lesson-buttons"  # lead to files that no site generator knows
REFERENCE = re.compile(r"&(?=#?\w+;)")  # what the serializer would take for a character


def whole(html: str) -> str:
    """Return HTML as the text of a page."""
    return f"{MARK}\n{html}"


def read_whole(md: Markdown) -> None:
    """Let `md` read pages of both kinds."""
    page = _Page()
    md.preprocessors.register(_Reader(md, page), "whole", FIRST)
    md.treeprocessors.register(_Grower(md, page), "whole", BEFORE_MARKS)


class _Page:
    """The HTML that is read at the moment, if the page is of that kind."""

    html: str | None = None


class _Reader(Preprocessor):
    def __init__(self, md: Markdown, page: _Page):
        super().__init__(md)
        self.page = page

    def run(self, lines: list[str]) -> list[str]:
        is_whole = bool(lines) and lines[0] == MARK
        self.page.html = "\n".join(lines[1:]) if is_whole else None
        return [] if is_whole else lines


class _Grower(Treeprocessor):
    def __init__(self, md: Markdown, page: _Page):
        super().__init__(md)
        self.page = page

    def run(self, root: Element) -> None:
        if self.page.html is not None:
            elements = _Elements(root, self.md.htmlStash)
            elements.feed(self.page.html)
            elements.close()


class _Elements(HTMLParser):
    """Adds elements to a page; what is kept goes into its stash as it is."""

    def __init__(self, root: Element, stash: HtmlStash):
        super().__init__()
        self.open, self.stash = [root], stash
        self.kept: list[str] = []
        self.depth = 0  # elements that are open in what is kept

    def handle_starttag(self, tag, attrs):
        classes = (dict(attrs).get("class") or "").split()
        if self.depth or tag == "pre" or BUTTONS in classes:
            self.kept.append(self.get_starttag_text())
            self.depth += tag not in VOID
            return
        told = {name: REFERENCE.sub("&amp;", value or "") for name, value in attrs}
        element = SubElement(self.open[-1], tag, told)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.depth:
            self.open.pop()
            return
        self.kept.append(f"</{tag}>")
        self.depth -= 1
        if not self.depth:
            SubElement(self.open[-1], "p").text = self.stash.store("".join(self.kept))
            self.kept.clear()

    def handle_data(self, data):
        if self.depth:
            self.kept.append(escape(data, quote=False))
            return
        element = self.open[-1]
        is_formula = element.tag == "span" and element.get("class") == "arithmatex"
        text = data if is_formula else REFERENCE.sub("&amp;", data)
        if len(element):
            element[-1].tail = AtomicString((element[-1].tail or "") + text)
        else:
            element.text = AtomicString((element.text or "") + text)
