"""Blocks and tags that are nearly right: readers would see them as typed, or miss what they say."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby

from markdown.util import BLOCK_LEVEL_ELEMENTS

from course_code.publish.base.elements import tags
from course_code.publish.markup.text import CONTAINER, Token

Mistakes = Iterator[tuple[int, str, str]]  # line, what is wrong, what to do

BESIDE = {"inline", "end"}  # what may follow the type of a note
MARKED = re.compile(r"[ \t>]*(?:!!!|\?\?\?|===[!+]? +\S|/{3,} +(?!html\b)\S).*")
NUMBERED = re.compile(
    r"(?P<indent>[ \t]*)[ \t>]*(?P<number>\d+)(?:(?P<mark>[.)])[ \t]+|[、．）])\S"
)
BULLET = re.compile(r"[ \t>]*[•●▪◦‣].*")
BARRED = re.compile(r"[ \t>]*\|.*\|[ \t]*")
ELEMENTS = {  # of HTML, as prose may hold them
    *BLOCK_LEVEL_ELEMENTS,
    *("a", "abbr", "audio", "b", "bdi", "bdo", "br", "button", "caption", "cite", "code", "col"),
    *("data", "del", "dfn", "em", "i", "img", "input", "ins", "kbd", "label", "mark", "meter"),
    *("picture", "q", "rp", "rt", "ruby", "s", "samp", "select", "small", "source", "span"),
    *("strong", "sub", "sup", "time", "track", "u", "var", "wbr"),
}
BARE = {  # attributes that need no value
    *("allowfullscreen", "async", "autoplay", "checked", "controls", "defer", "disabled"),
    *("download", "hidden", "loop", "markdown", "muted", "open", "readonly", "required"),
    *("reversed", "selected"),
}
DRAWN = {"svg", "math"}  # their parts have names of their own
QUOTE = 'Write ??? note "Title", !!! tip "Title" or === "Tab", the title in double quotes.'
APART = "Put an empty line before it, and write 1. and 2., not 1) or 1、."
ROW = r"Write \| for a bar inside a cell, and put an empty line below the table."
TABLE = "A table begins with its head and a line | --- | below it, and has no empty lines."
TARGET = re.compile(  # of a link, an image or a reference
    r"\]\(\s*<?[^()\s]*\{\{|^[ \t>]*\[[^\]]+\]:[ \t]*<?\S*\{\{", re.MULTILINE
)
LEADS = {"action", "cite", "data", "formaction", "href", "ping", "poster", "src", "srcset"}
ADDRESS = "Write the address out: a value may stand in its text or in its title."
QUOTES = re.compile(r"\"[^\"]*\"|'[^']*'")
QUOTED = 'Put the attribute in double quotes: title="{{ name }}"'
SIGN = "Write &lt; for the sign, or $a < b$ for a formula."


def typed(lines: list[str], hidden: set[int], found: list[Token]) -> Mistakes:
    """Yield what is nearly a fold, a tab, a list, a row of a table or a tag.

    Args:
        lines: of the page.
        hidden: numbers of those that are code, formulas or the like.
        found: tokens of the page.
    """
    for number, line in enumerate(lines, 1):
        if number not in hidden and MARKED.fullmatch(line):
            yield from _marked(line, number)
        elif number not in hidden and BULLET.fullmatch(line):
            yield number, f"a list that is none: {line.strip()!r}", "Begin items with a hyphen: - a"
    yield from _rows(lines, hidden, found)
    yield from _tags(found)
    yield from _addresses(found)


def _marked(line: str, number: int) -> Mistakes:
    known = CONTAINER.fullmatch(line)
    if known is None:
        yield number, f"this is no fold, note or tab: {line.strip()!r}", QUOTE
    elif {*(known["types"] or "").split()[1:]} - BESIDE:
        yield number, f"the title of {line.strip()!r} would be lost", QUOTE


def numbered(lines: list[str], hidden: set[int]) -> Mistakes:
    """Yield numbered lists right below other text, or with brackets or 、, which are none."""
    blank = lambda each: each[0] in hidden or not each[1].strip(" \t>")  # noqa: E731
    for is_blank, paragraph in groupby(enumerate(lines, 1), key=blank):
        if is_blank:
            continue
        (first, text), *rest = paragraph
        nested = len(text) - len(text.lstrip()) + 4
        items = [(n, item) for n, line in [(first, text), *rest] if (item := NUMBERED.match(line))]
        items = [(n, item) for n, item in items if len(item["indent"]) < nested]
        is_list = items and items[0][0] == first and items[0][1]["mark"] == "."
        if not is_list and [item["number"] for _, item in items][:2] == ["1", "2"]:
            line = items[0][0]
            yield line, f"a numbered list that is none: {lines[line - 1].strip()!r}", APART


def _rows(lines: list[str], hidden: set[int], found: list[Token]) -> Mistakes:
    rows: dict[int, list[Token]] = {}
    for token in found:
        if token.within == "table":
            rows.setdefault(token.line, []).append(token)
    columns = 0  # of the table at hand
    for line, row in rows.items():
        cells = _cells(row)
        if line - 1 not in rows:
            columns = len(cells)
        elif lost := "".join(cells[columns:]).strip():
            yield line, f"a row with more cells than its table: {lost!r} would be lost", ROW
        elif columns > 1 and all(token.kind != "bar" for token in row):
            yield line, f"text that would be a row of the table above it: {cells[0]!r}", ROW
    for number, line in enumerate(lines, 1):
        if number not in hidden | rows.keys() and BARRED.fullmatch(line):
            yield number, f"a row that belongs to no table: {line.strip()!r}", TABLE


def _cells(row: list[Token]) -> list[str]:
    """The cells of a row, what is no plain text in them shortened."""
    told = {"bar": "\n", "text": None}
    parts = (told.get(token.kind, "x") or token.text.replace("\n", "") for token in row)
    return "".join(parts).strip(" \t>").removeprefix("\n").removesuffix("\n").split("\n")


def _tags(found: list[Token]) -> Mistakes:
    """What HTML takes for a tag, so that no reader sees it: a<b and c>d."""
    for token in found:
        opened = list(tags(token.text)) if token.kind == "text" and "<" in token.text else []
        if DRAWN & {tag for _, tag, _ in opened}:
            continue
        for line, tag, attributes in opened:
            bare = [name for name, value in attributes.items() if value is None]
            address = ":" in tag or "@" in tag
            if not address and (tag not in ELEMENTS or set(bare) - BARE):
                what = f"<{' '.join([tag, *bare])}> would be read as a tag, and not be shown"
                yield token.line + line, what, SIGN


def _addresses(found: list[Token]) -> Mistakes:
    """A value where it would not be text: in an address, in a script, in a value without quotes."""
    for token in found:
        if token.kind != "text" or "{{" not in token.text:
            continue
        if target := TARGET.search(token.text):
            line = token.line + token.text.count("\n", 0, target.end())
            yield line, "a value in an address", ADDRESS
        for line, _, attributes in tags(token.text):
            for name, value in attributes.items():
                if "{{" not in (value or ""):
                    continue
                if name in LEADS or name.startswith("on") or name == "style":
                    yield token.line + line, f"a value in the attribute {name}", ADDRESS
                elif not {f'"{value}"', f"'{value}'"} & {*QUOTES.findall(unescape(token.text))}:
                    yield token.line + line, f"a value without quotes in {name}", QUOTED
