"""Which lines of Markdown are code for no other reason than that they are indented."""

import re

from markdown.util import BLOCK_LEVEL_ELEMENTS

ITEM = re.compile(r"[ >]*(?:[-+*]|\d+[.)]|:|\[\^[^\]]+\]:)(?:\s+|$)")
CONTAINER = re.compile(r" *(?:!!!|\?\?\?\+?|===[!+]?)(?: .*)?")
ALONE = re.compile(r" *(?:#{1,6}(?!#).+|/{3,}(?: .*)?)")  # a heading, a mark of pymdownx.blocks
QUOTE = re.compile(r" *> ?(.*)")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b")
ELEMENTS = {*BLOCK_LEVEL_ELEMENTS} - {"hr"}


class Indentation:
    """Follows a text line by line: what stands deeper than lists, notes and folds reach is code.

    A line is code only where that is certain, thus nothing in HTML, and nothing above the first
    line that is not indented: a part of a page may begin within a list.

    Args:
        known: whether the text begins outside of every list.
    """

    def __init__(self, known: bool = False):
        self.reach = 0 if known else None  # levels of indentation that are no code
        self.begins = True  # no paragraph goes on here
        self.html = 0  # elements that are open
        self.quote: Indentation | None = None

    def is_code(self, line: str) -> bool:
        """Tell it of the next line, in order."""
        bare = line.expandtabs(4).rstrip()
        level = (len(bare) - len(bare.lstrip())) // 4
        begins, self.begins = self.begins, not bare
        if not bare:
            if self.quote:
                self.quote.is_code("")
            return False
        if self._in_html(bare):
            return False
        if begins and self.reach is not None and level > self.reach:
            self.begins = True
            return True
        if begins and (self.reach is not None or not level):
            self.reach = level
        if found := QUOTE.match(bare):
            if not self.quote:
                self.quote = Indentation(known=True)
                self.quote.begins = begins
            return self.quote.is_code(found[1])
        if begins:
            self.quote = None
        self._reach(bare, level)
        return False

    def _in_html(self, line: str) -> bool:
        if self.html or line.lstrip(" >").startswith("<"):
            for close, tag in TAG.findall(line):
                if tag.lower() in ELEMENTS:
                    self.html = max(0, self.html + (-1 if close else 1))
            return True
        return False

    def _reach(self, line: str, level: int) -> None:
        """Note what the line opens, if it opens anything."""
        opened = end = 0
        while found := ITEM.match(line, end):
            opened, end = opened + 1, found.end()
            if end == len(line):
                break
        container = CONTAINER.fullmatch(line)
        if self.reach is None:
            return
        within = level <= self.reach
        if opened or container:
            reach = level + (opened or 1)
            self.reach = reach if within else max(reach, self.reach)
        self.begins = within and bool(container or ALONE.fullmatch(line))
