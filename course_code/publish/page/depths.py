"""The two depths of a page: its core, and what lies further; how long each takes to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from course_code.publish.base.words import LABELS
from course_code.publish.page.parts import (
    Live,
    Opening,
    Page,
    Prose,
    ShownCell,
    ShownFigure,
    headings,
)
from course_code.publish.page.text import CONTAINER, tokens

FURTHER = "further"  # id of the heading below which the core has ended
PER_MINUTE = {"en": 220, "zh": 400}  # words, or Han characters
SECONDS_PER_LINE = 6  # of visible code
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff][^\W\u4e00-\u9fff]*(?:['’.-]\w+)*")
NO_WORDS = re.compile(  # targets, attributes, tags, marks of notes and of blocks
    r"\]\([^)]*\)|\{[^{}]*\}|</?[a-zA-Z!][^<>]*>|\[\^[^\]]*\]"
    r"|^[ \t>]*(?:(?:!!!|\?\?\?\+?)(?: +[\w-]+)*|/{3,}.*)"
)
NOTE = re.compile(r" {0,3}\[\^[^\]\s]+\]:")


@dataclass(frozen=True)
class Amount:
    """What there is to read: words (Chinese: Han characters and words) and lines of code."""

    words: int = 0
    lines: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.words + other.words, self.lines + other.lines)

    def minutes(self, language: str) -> int:
        """Return how long it takes to read, at least 1."""
        minutes = self.words / PER_MINUTE[language] + self.lines * SECONDS_PER_LINE / 60
        return max(1, round(minutes))


def reading_time(core: Amount, whole: Amount, language: str) -> str:
    """Return how long the core and the whole of a page take, in words."""
    minutes = {"core": core.minutes(language), "whole": whole.minutes(language)}
    return LABELS[language]["time"].format(**minutes)


def further(language: str) -> str:
    """Return the Markdown that stands between the two depths."""
    words = LABELS[language]
    return f"\n## {words['further']} {{#{FURTHER}}}\n\n{words['alone']}\n"


def amounts(page: Page) -> tuple[Amount, Amount]:
    """Return how much of a page its core is, and the whole; folds are not counted.

    Args:
        page: filled, or at least with the blocks of its cells.
    """
    core, whole, ended = Amount(), Amount(), False
    for segment in page.segments:
        ended = ended or (
            isinstance(segment, Prose) and any(h.id == FURTHER for h in headings(segment))
        )
        amount = _amount(segment)
        whole += amount
        if not ended:
            core += amount
    return core, whole


def count_words(text: str) -> int:
    """Count the words of Markdown outside folds, notes, code, math and comments."""
    hidden, words = set(_hidden(text.split("\n"))), 0
    for token in tokens(text):
        if token.kind in ("text", "escape", "bar"):
            for line, part in enumerate(token.text.split("\n"), token.line):
                words += 0 if line in hidden else len(WORD.findall(NO_WORDS.sub(" ", part)))
        elif token.kind == "code":
            words += token.line not in hidden
    return words


def _amount(segment) -> Amount:
    if isinstance(segment, Prose):
        return Amount(count_words(segment.text))
    if isinstance(segment, Opening):
        return Amount(count_words(segment.answer))
    if isinstance(segment, ShownFigure | Live):
        return Amount(count_words(segment.caption or ""))
    if isinstance(segment, ShownCell) and segment.fold is None:
        return Amount(sum(map(count_words, segment.captions)), sum(map(len, _visible(segment))))
    return Amount()


def _visible(cell: ShownCell) -> Iterator[list[str]]:
    """Yield the lines of code that stand open, without blank ones, block by block."""
    for block in cell.blocks:
        if not block.folded and not cell.fold_code:
            yield [line for line in block.source.split("\n") if line.strip()]


def _hidden(lines: list[str]) -> Iterator[int]:
    """Yield the numbers of lines inside folds and notes."""
    depth = None  # of the fold that is open
    for number, line in enumerate(lines, 1):
        inner = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and inner <= depth:
            depth = None
        opens = CONTAINER.fullmatch(line)
        if depth is None and ((opens and "???" in (opens["mark"] or "")) or NOTE.match(line)):
            depth = inner
        if depth is not None:
            yield number
