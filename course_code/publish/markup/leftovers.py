"""What an author meant as markup and readers would see as text: refused, with its line."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from course_code.publish.markup.source import Source

NOT_PROSE = {"code", "kbd", "math", "pre", "samp", "script", "style", "svg", "textarea"}
ESCAPED = re.compile("\x02(\\d+)\x03")  # as Python-Markdown keeps a character after a backslash
PLACEHOLDER = re.compile("\x02(?!\\d+\x03)[^\x03]*\x03")  # of raw HTML
BACKSLASH = "(?:\\\\|\x0292\x03)"
REACH = 20  # characters on either side that a message quotes
MISTAKES = {
    "math that was not recognised": (
        re.compile(rf"\$|{BACKSLASH}[()\[\]]"),
        r"Write $x$ with no space inside, $$ on lines of their own, \$ for a dollar sign.",
    ),
    "an environment of TeX that was not recognised": (
        re.compile(rf"{BACKSLASH}(?:begin|end)\{{\w"),
        r"Begin and end it on lines of their own, with the same name: \begin{align} … \end{align}.",
    ),
    "a list or a table that was not recognised": (
        re.compile(r"\n[ \t]*(?:[-+*][ \t]+\S|\|.*\|[ \t]*$)", re.MULTILINE),
        "Put an empty line before it, and into a table a line | --- | with as many cells as each "
        "row; in a notebook no table stands in a quote or in a list.",
    ),
    "stress that was not recognised": (
        re.compile(r"\*\*"),
        r"Write **text** with no space inside, \*\* for two stars; inside of HTML, <b>text</b>.",
    ),
    "code that is not closed": (re.compile("`"), r"Close it with a backtick, or write \`."),
    "a link that was not recognised": (
        re.compile(
            r"\][ ]?\((?=[^()\s]+\.(?:md|html)|https?:|#)|\]\[[^\]\n]+\]"
            r"|\((?:https?:[^()\s]+|[^()\s]+\.(?:md|html)(?:#[^()\s]*)?)\)\["
        ),
        r"Write [text](page.md) without a space, or define the [reference]: address.",
    ),
    "a mark that means nothing here": (
        re.compile(r"~~\S|==[^\s=][^=\n]*==|\A\s*\[(?:[ xX]|!\w+)\](?=\s)"),
        'Write <del>gone</del>, <mark>seen</mark>, lists without boxes, !!! note "Title".',
    ),
    "an icon that no page has": (
        re.compile(r"(?<![\w:/]):[a-z][a-z0-9_+-]*[a-z0-9]:(?![\w:/])"),
        "Type the character itself, such as ★: notebooks show it too.",
    ),
}


def refuse_leftovers(root: Element, source: Source) -> None:
    """Raise for TeX and names of icons that are still text when all other marks are done.

    Args:
        root: the page, with formulas in elements of class arithmatex and escaped characters not
            yet put back.
        source: for messages.

    Raises:
        CourseError: quotes what is around the first of them.
    """
    for text in _prose(root):
        for what, (pattern, hint) in MISTAKES.items():
            if found := pattern.search(text):
                start, end = max(found.start() - REACH, 0), found.end() + REACH
                near = _as_written(text[start:end])
                line = source.line(near)
                if line:
                    line += text[start : found.start()].lstrip().count("\n")
                raise source.mistake(f"{what}: {near!r}", line, hint)


def _prose(element: Element) -> Iterator[str]:
    """Yield the pieces of text in an element, but for code, formulas and raw HTML."""
    if element.tag in NOT_PROSE or element.get("class") == "arithmatex":
        return
    yield from _pieces(element.text)
    for child in element:
        yield from _prose(child)
        yield from _pieces(child.tail)


def _pieces(text: str | None) -> list[str]:
    return PLACEHOLDER.split(text or "")


def _as_written(text: str) -> str:
    """Return text with its backslashes, on one line."""
    return " ".join(ESCAPED.sub(lambda found: "\\" + chr(int(found[1])), text).split())
