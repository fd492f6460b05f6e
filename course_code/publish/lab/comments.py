"""Comments and docstrings of a lab in Chinese: each is written below the English one.

    radius = torch.linspace(0, 1, n)  # (n,) even steps
    # zh: (n,) 均匀取值

What is said once for a lab holds wherever its English stands again. Code is the same in both
languages, so that a trial of the one is a trial of the other.
"""

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.errors import CourseError

BELOW = re.compile(r"\s*# zh:(?: (?P<text>.*))?")
WORD = re.compile("[a-z]{2}")  # `(B, H)` reads alike in both languages
HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTES = '"""'


@dataclass(frozen=True)
class Remark:
    """A comment or docstring: its text, and row and column of its first and its last character."""

    text: str
    docstring: bool
    start: tuple[int, int]
    end: tuple[int, int]

    @property
    def speaks(self) -> bool:
        """Whether it holds words."""
        return bool(WORD.search(self.text))


def remarks(code: str) -> Iterator[Remark]:
    """Yield the comments and docstrings of code, in order; rows count from 1, columns from 0."""
    before = None
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.removeprefix("#").strip()
            yield Remark(text, False, token.start, token.end)
        elif before in (tokenize.INDENT, tokenize.NEWLINE) and token.string.startswith(QUOTES):
            text = inspect.cleandoc(ast.literal_eval(token.string))
            yield Remark(text, True, token.start, token.end)
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.type


def translations(
    script: str, versions: Sequence[Sequence[tuple[int, str]]], path: Path
) -> dict[str, str]:
    """Return what a lab's comments and docstrings are in Chinese, by their English.

    Args:
        script: the lab as written.
        versions: its code with all stubs, and with all solutions: number in the script and text
            of each line.
        path: of the script, for errors.

    Raises:
        CourseError: one that is not translated, or twice and differently, or whose translation
            is none; a translation below no English.
    """
    below, said, wanting = _below(script), {}, {}
    used = set()
    for version in versions:
        for remark in remarks("\n".join(text for _, text in version)):
            line = version[remark.end[0] - 1][0]
            if line in below:
                used.add(line)
                text = "\n".join(below[line])
                _check(remark, text, said.setdefault(remark.text, text), path, line)
            elif remark.speaks:
                wanting.setdefault(remark.text, line)
    if stray := sorted(set(below) - used):
        what = "a translation that stands below no comment or docstring"
        raise CourseError(what, path, stray[0] + 1, "Put it on the line below the English one.")
    for text, line in wanting.items():
        if text not in said:
            what = f"not said in Chinese: {text.splitlines()[0]!r}"
            raise CourseError(what, path, line, "Write below it: # zh: ……")
    return said


def in_chinese(code: str, said: dict[str, str]) -> str:
    """Return the same code with its comments and docstrings in Chinese."""
    lines = code.split("\n")
    for remark in reversed(list(remarks(code))):
        if remark.text in said:
            (first, left), (last, right) = remark.start, remark.end
            head, tail = lines[first - 1][:left], lines[last - 1][right:]
            own = head + _written(remark, said[remark.text], left) + tail
            lines[first - 1 : last] = own.split("\n")
    return "\n".join(lines)


def _below(script: str) -> dict[int, list[str]]:
    """Translations by the number of the line above them."""
    found, above = {}, 0
    for number, line in enumerate(script.split("\n"), 1):
        if match := BELOW.fullmatch(line):
            found.setdefault(above, []).append(match["text"] or "")
        else:
            above = number
    return found


def _check(remark: Remark, text: str, first: str, path: Path, line: int) -> None:
    if not HAN.search(text) and text != remark.text:
        raise CourseError(f"not Chinese: {text!r}", path, line + 1)
    if "\n" in text and "\n" not in remark.text:
        raise CourseError("two lines for a text of one", path, line + 1, "Make it shorter.")
    if remark.docstring and (QUOTES in text or "\\" in text or text.endswith('"')):
        what = f"a docstring cannot hold this as it is: {text!r}"
        raise CourseError(what, path, line + 1, "Use “ ” and no backslash.")
    if text != first:
        what = f"{remark.text.splitlines()[0]!r} has two translations: {first!r}, {text!r}"
        raise CourseError(what, path, line + 1, "Say it once.")


def _written(remark: Remark, text: str, left: int) -> str:
    if not remark.docstring:
        return f"# {text}"
    indent = " " * left
    lines = "\n".join(f"{indent}{line}".rstrip() for line in text.split("\n")).lstrip()
    end = f"\n{indent}" if "\n" in text else ""
    return f"{QUOTES}{lines}{end}{QUOTES}"
