"""The text of a page, cut into tokens: the one place that knows what is code, math or a comment.

What counts as math and as inline code is what pymdownx.arithmatex and Python-Markdown say, whose
own patterns are used here. The tokens of a text, joined, give the text back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor
from pymdownx.arithmatex import (
    RE_BRACKET_BLOCK,
    RE_BRACKET_INLINE,
    RE_DOLLAR_BLOCK,
    RE_SMART_DOLLAR_INLINE,
    RE_TEX_BLOCK,
)

from course_code.publish.markup.indented import Indentation

PREFIX = r"[ \t>]*"  # what may stand before a block: indentation, marks of quotes
FRONT_MATTER = re.compile(r"\A-{3}[ \t]*\n.*?\n?(?:-{3}|\.{3})[ \t]*(?:\n|\Z)", re.DOTALL)
FENCE = re.compile(rf"{PREFIX}(?P<mark>`{{3,}}|~{{3,}})[ \t]*(?P<info>.*)")
DIRECTIVE = re.compile(r"(?P<indent>[ \t]*):::")
COMMENT = re.compile(rf"{PREFIX}<!--")
RAW = re.compile(rf"{PREFIX}<(?P<tag>pre|script|style|textarea)\b[^<>]*>", re.IGNORECASE)
CONTAINER = re.compile(
    rf"(?P<indent>{PREFIX})(?:(?P<mark>!!!|\?\?\?\+?)(?P<types>(?: +[\w-]+)*)"
    r"(?: +\"(?P<title>.*)\")?|===[!+]? +\"(?P<tab>.*)\") *"
)
HEADING = re.compile(
    r"[ \t]*(?P<mark>#{1,6})[ \t]*(?P<text>[^#\s].*?)[ \t]*#*"
    r"(?:[ \t]+\{:?(?P<attributes>[^{}]*)\})?[ \t]*"
)
BLOCK_MARK = re.compile(r"[ \t]*/{3,}(?: .*)?")  # of pymdownx.blocks
ITEM = re.compile(rf"{PREFIX}(?:[-+*]|\d+[.)]|:|\[\^[^\]\s]+\]:)[ \t]+")
DELIMITERS = re.compile(rf"{PREFIX}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
DISPLAY = re.compile(
    rf"(?P<before>{PREFIX}(?:{ITEM.pattern})*)"
    rf"(?P<formula>{RE_DOLLAR_BLOCK}|{RE_TEX_BLOCK}|{RE_BRACKET_BLOCK})[ ]*\n?\Z",
    re.DOTALL,
)
OPENING = re.compile(rf"(?P<comment><!--)|(?P<code>{BACKTICK_RE})")
INLINE_MATH = re.compile(rf"{RE_SMART_DOLLAR_INLINE}|{RE_BRACKET_INLINE}", re.DOTALL)
ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
LINE = re.compile(r".*\n|.+")
TAKEN = "\x02"  # no formula goes across this
CODE_SPANS = BacktickInlineProcessor(BACKTICK_RE)


@dataclass(frozen=True)
class Token:
    """A piece of a page and the line on which it begins.

    `kind` is one of: front matter, fence (with its marks; or what stands between the tags of pre,
    script, style or textarea), indented (a line that is code for no other reason), comment,
    directive (with its attributes), display (math on lines of its own), math, code, escape (a
    backslash and what it protects), bar (between the cells of a table), text. `within` is heading,
    container, table or empty: the block around it.
    """

    kind: str
    text: str
    line: int
    within: str = ""

    @property
    def tex(self) -> str:
        """A formula without its marks."""
        marks = 2 if self.text.startswith(("$$", r"\(", r"\[")) else int(self.text[0] == "$")
        return self.text[marks : len(self.text) - marks]


def tokens(text: str, line: int = 1) -> Iterator[Token]:
    """Cut Markdown into tokens, in order and without a gap.

    Args:
        text: a page, or a part of one that begins on `line`.
        line: 1-based.
    """
    return iter(_tokens(text, line))


@lru_cache(6_000)  # pages are read for values, links, headings and more; all have about 4,800
def _tokens(text: str, line: int) -> tuple[Token, ...]:
    return tuple(_cut(text, line))


def _cut(text: str, line: int) -> Iterator[Token]:
    for kind, part in _blocks(text):
        if kind == "prose":
            for chunk, within in _chunks(part):
                yield from _inline(chunk, line, within)
                line += chunk.count("\n")
        else:
            yield Token(kind, part, line)
            line += part.count("\n")


def in_cell(text: str) -> str:
    """Return inline Markdown as a cell of a table holds it: its bars end none."""
    return "".join(map(_celled, tokens(text)))


def _celled(token: Token) -> str:
    if token.kind in ("text", "bar"):
        return token.text.replace("|", "&#124;")
    return "&#124;" if token.text == r"\|" else token.text


def cells(row: str) -> list[str]:
    """Cut a row of a table, without the bars at its ends: no bar in code, math or a comment counts.

    Args:
        row: one line.
    """
    found = [""]
    for token in _inline(row, 1, "table"):
        if token.kind == "bar":
            found.append("")
        else:
            found[-1] += token.text
    return found


def longest_ticks(text: str) -> int:
    """Length of the longest run of backticks in code, which its own marks must exceed."""
    return max(map(len, re.findall("`+", text)), default=0)


def fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after `line`, or an empty text."""
    found = FENCE.fullmatch(line.rstrip("\n"))
    if not found or (not fence and "`" in found["info"]):  # inline code is no fence
        return fence
    if not fence:
        return found["mark"]
    return "" if found["mark"].startswith(fence) and not found["info"].strip() else fence


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is read line by line, and the prose between: (kind, text)."""
    position = begin = 0
    if front := FRONT_MATTER.match(text):
        yield "front matter", front[0]
        position = begin = front.end()
    indentation = Indentation()
    while position < len(text):
        kind, start, end = _block_at(text, position)
        line = text[position : _line_end(text, position)]
        whole = line.strip() or text[position - 1] == "\n"  # nothing is left of a comment
        indented = bool(whole) and indentation.is_code(line)
        if kind == "prose" and not indented:
            position = end
            continue
        if begin < start:
            yield "prose", text[begin:start]
        yield "indented" if kind == "prose" else kind, text[start:end]
        position = begin = end
    if begin < position:
        yield "prose", text[begin:]


def _block_at(text: str, start: int) -> tuple[str, int, int]:
    """Return the kind of the block on the line at `start`, and where it begins and ends."""
    end = _line_end(text, start)
    line = text[start:end]
    if fence := fence_after(line, ""):
        while fence and end < len(text):
            last = _line_end(text, end)
            fence, end = fence_after(text[end:last], fence), last
        return "fence", start, end
    if COMMENT.match(line):
        close = text.find("-->", start)
        return "comment", start, len(text) if close < 0 else close + 3
    if found := RAW.match(text, start):
        close = re.compile(rf"</{found['tag']}\s*>", re.IGNORECASE).search(text, found.end())
        if close and found.end() < close.start():
            return "fence", found.end(), close.start()
    if found := DIRECTIVE.match(line):
        deeper = re.compile(rf"{found['indent']}[ \t]+\S")
        while deeper.match(text, end):
            end = _line_end(text, end)
        return "directive", start, end
    return "prose", start, end


def _line_end(text: str, start: int) -> int:
    return text.find("\n", start) + 1 or len(text)


def _chunks(text: str) -> Iterator[tuple[str, str]]:
    """Cut prose into what inline marks cannot cross, and say what that is.

    Paragraphs and items of lists; headings, first lines of containers, rows of tables.
    """
    paragraph: list[str] = []
    for line in LINE.findall(text):
        bare = line.rstrip("\n")
        within = _alone(bare)
        if within is not None:
            yield from _rows(paragraph)
            yield line, within
            paragraph = []
        elif paragraph and ITEM.match(line) and ITEM.match(paragraph[0]):
            yield from _rows(paragraph)
            paragraph = [line]
        else:
            paragraph.append(line)
    yield from _rows(paragraph)


def _alone(line: str) -> str | None:
    """Return what a line is that belongs to no paragraph; None for all others."""
    if HEADING.fullmatch(line):
        return "heading"
    if CONTAINER.fullmatch(line):
        return "container"
    return None if line.strip(" \t>") and not BLOCK_MARK.fullmatch(line) else ""


def _rows(lines: list[str]) -> Iterator[tuple[str, str]]:
    marks = lines[1].rstrip("\n") if len(lines) > 1 else ""
    if "|" in marks and "|" in lines[0] and DELIMITERS.fullmatch(marks):
        yield from ((line, "table") for line in lines)
    elif lines:
        yield "".join(lines), ""


def _inline(text: str, line: int, within: str) -> Iterator[Token]:
    """Cut one chunk of prose."""
    end = 0
    for start, stop, kind in [*sorted(_spans(text, within)), (len(text), len(text), "")]:
        for part in re.split(r"(\|)", text[end:start]) if within == "table" else [text[end:start]]:
            if part:
                kind_of_part = "bar" if within == "table" and part == "|" else "text"
                yield Token(kind_of_part, part, line, within)
                line += part.count("\n")
        if kind:
            yield Token(kind, text[start:stop], line, within)
            line += text.count("\n", start, stop)
        end = stop


def _spans(text: str, within: str) -> list[tuple[int, int, str]]:
    """Return (start, end, kind) of everything in a chunk that is not plain text."""
    if within != "table" and (display := DISPLAY.match(text)):
        return [(*display.span("formula"), "display")]
    spans = list(_code_and_comments(text))
    rest = list(text)
    for start, end, _ in spans:
        rest[start:end] = TAKEN * (end - start)
    spans += _math(rest)
    spans += [(*found.span(), "escape") for found in ESCAPE.finditer("".join(rest))]
    return spans


def _math(rest: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield formulas, and take them and the backslashes before dollars out of `rest`."""
    position = 0
    while found := INLINE_MATH.search("".join(rest), position):
        start, position = found.span()
        if found[1] or found[4]:  # backslashes that escape each other, not the dollar
            yield start, position, "escape"
        else:
            yield start, position, "math"
        rest[start:position] = TAKEN * (position - start)


def _code_and_comments(text: str) -> Iterator[tuple[int, int, str]]:
    position = 0
    while found := OPENING.search(text, position):
        start, position = found.start(), found.end()
        if found["comment"]:
            close = text.find("-->", position)
            if close >= 0:
                position = close + 3
                yield start, position, "comment"
        elif text[start] == "\\":  # backslashes that escape each other, not the tick
            text = text[:start] + TAKEN * (position - start) + text[position:]
        else:
            begin, end = CODE_SPANS.find_code_spans(start, text)
            position = begin if end is None else end + begin - start
            if end is not None:
                yield start, position, "code"
