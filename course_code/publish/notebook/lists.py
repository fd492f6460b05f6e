"""Lists as notebooks write them, made as Python-Markdown reads them."""

import re

from course_code.publish.markup.text import tokens

ITEM = re.compile(r" *(?P<mark>[-+*]|\d{1,9}[.)]) +(?=\S)")
WHOLE = {"fence", "display", "math", "comment"}  # of which no line is an item


def set_lists_apart(text: str) -> str:
    """Return Markdown with an empty line before each list and four spaces for each level in it.

    In CommonMark, which notebooks speak, a list may follow a line of text, and what belongs to an
    item stands below its first letter.
    """
    lines: list[str] = []
    columns: list[int] = []  # where the text of each open item begins
    listed = False  # whether the lines since the last empty one begin with an item
    kept = _whole_lines(text)
    for number, line in enumerate(text.split("\n"), start=1):
        line = line if number in kept else line.expandtabs(4)
        item = None if number in kept else ITEM.match(line)
        width, apart = len(line) - len(line.lstrip(" ")), not lines or not lines[-1].strip()
        if item and not columns and width > 3:  # code
            item = None
        while line.strip() and columns and width < columns[-1] and (item or apart):
            columns.pop()
        row = number not in kept and line.lstrip().startswith("|")
        if row and not apart and not lines[-1].lstrip().startswith("|"):
            lines.append("")  # CommonMark's tables may follow a line of text, too
        if item and not apart and not listed:
            lines.append("")
            apart = True
        listed = bool(item) if apart else listed
        indent, shift = "    " * len(columns), min(width, columns[-1]) if columns else 0
        if item:
            mark = item["mark"].replace(")", ".")
            lines.append(f"{indent}{mark} {line[item.end() :]}")
            columns.append(item.end())
        else:
            lines.append(indent + line[shift:] if line.strip() else "")
    return "\n".join(lines)


def _whole_lines(text: str) -> set[int]:
    """Return the 1-based lines of code, formulas and comments but for those that begin one."""
    found: set[int] = set()
    for token in tokens(text):
        if token.kind in WHOLE:
            more = token.text.rstrip("\n").count("\n")
            found.update(range(token.line + 1, token.line + 1 + more))
    return found
