"""The two depths of a page: its core, and what lies further; how long each takes to read.

The rates are published ones, for reading that understands each sentence:

- Words: 180 a minute for students and a text with some new concepts, half of that if they work,
  infer and question while they read (Barre, Brown and Esarey, Course Workload Estimator; ordinary
  prose: 238, Brysbaert 2019). Other languages take much the same time for the same message (ibid.);
  these pages have 1.65 Han characters and words for an English word: 300.
- Code: 500 lines an hour (Humphrey 1989, in McConnell's Code Complete: reviews of applications).
- Formulas: a look of 0.3 s takes in two to three symbols, and as many looks go back as on ("A Few
  Seconds of Equation Reading", a model from eye tracking): 0.24 s a symbol.
- Figures: 12 s, what Medium adds for the first image of an article.

In trials readers took 25 to 40 minutes for a core; this makes of it about 20 to read and 40 to
work through. Folded code, notes and answers are not counted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

from course_code.publish.base.words import LABELS
from course_code.publish.markup.text import CONTAINER, tokens
from course_code.publish.page.marked import markup, untagged
from course_code.publish.page.parts import (
    Live,
    Opening,
    Page,
    Prose,
    ShownCell,
    ShownFigure,
    headings,
)
from course_code.publish.page.write import LONG

FURTHER = "further"  # id of the heading below which the core has ended
PER_MINUTE = {"en": 180, "zh": 300}  # words, or Han characters
SECONDS = {"lines": 7.2, "symbols": 0.24, "figures": 12}
WORKED = 2  # times as long with guesses, code and questions of one's own
NAME = re.compile(r"\\(?:mathrm|text|operatorname\*?)\{[^{}]*\}")  # read as one symbol
NO_SYMBOL = re.compile(r"\\(?:left|right|[bB]igg?[lr]?|q?quad|begin\{\w+\}|end\{\w+\}|[,;:! \\])")
SYMBOL = re.compile(r"\\[a-zA-Z]+|[^\s{}^_&$\\]")
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff][^\W\u4e00-\u9fff]*(?:['’.-]\w+)*")
NO_WORDS = re.compile(  # targets, attributes, marks of notes and of blocks
    r"\]\([^)]*\)|\{[^{}]*\}|\[\^[^\]]*\]"
    r"|^[ \t>]*(?:(?:!!!|\?\?\?\+?)(?: +[\w-]+)*|/{3,}.*)"
)
NOTE = re.compile(r" {0,3}\[\^[^\]\s]+\]:")
TIME = "/// html | p.lesson-time"  # above the line that says how long a page takes


@dataclass(frozen=True)
class Amount:
    """What there is to read: words (Chinese: Han characters and words), lines of code, more."""

    words: int = 0  # of prose
    lines: int = 0
    printed: int = 0  # words of outputs
    symbols: int = 0  # of formulas
    figures: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def minutes(self, language: str) -> int:
        """Return how long it takes to read, at least 1."""
        seconds = sum(each * getattr(self, name) for name, each in SECONDS.items())
        words = (self.words + self.printed) / PER_MINUTE[language]
        return max(1, round(words + seconds / 60))


def reading_time(core: Amount, whole: Amount, language: str) -> str:
    """Return how long the core and the whole of a page take, in words."""
    minutes = {"core": core.minutes(language), "whole": whole.minutes(language)}
    return LABELS[language]["time"].format(**minutes, work=worked(core.minutes(language)))


def worked(minutes: int) -> int:
    """Return how long it takes with guesses, code and questions, to five minutes."""
    return max(5, 5 * round(WORKED * minutes / 5))


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
        whole += _amount(segment)
        if not ended:
            core += _amount(segment)
    return core, whole


@lru_cache(5_000)
def amount(text: str) -> Amount:
    """Return words and symbols of Markdown outside folds, notes, blocks of code and comments."""
    hidden, words, symbols = set(_hidden(text.split("\n"))), 0, 0
    plain, end = untagged(markup(tokens(text))), 0
    for token in tokens(text):
        start, end = end, end + len(token.text)
        if token.kind in ("text", "bar"):
            for line, part in enumerate(plain[start:end].split("\n"), token.line):
                words += 0 if line in hidden else len(WORD.findall(NO_WORDS.sub(" ", part)))
        elif token.line not in hidden and plain[start:end].strip(" \n"):  # not in a tag
            words += token.kind == "code"
            symbols += _symbols(token.text) if token.kind in ("math", "display") else 0
    return Amount(words, symbols=symbols)


def _symbols(formula: str) -> int:
    return len(SYMBOL.findall(NO_SYMBOL.sub("", NAME.sub("x", formula))))


def _amount(segment) -> Amount:
    if isinstance(segment, Prose):
        return amount(segment.text)
    if isinstance(segment, Opening):
        return Amount(figures=bool(segment.hook))
    if isinstance(segment, ShownFigure) and segment.indent:
        return Amount()
    if isinstance(segment, ShownFigure | Live):
        return amount(segment.caption or "") + Amount(figures=1)
    if isinstance(segment, ShownCell) and segment.fold is None:
        given = [output for block in segment.outputs for output in block]
        lines, printed = sum(map(len, _visible(segment))), sum(map(_printed, given))
        figures = sum("figure" in output for output in given)
        told = sum(map(amount, segment.captions), Amount())
        return told + Amount(lines=lines, printed=printed, figures=figures)
    return Amount()


def _printed(output: dict) -> int:
    """Words of an output that stands open."""
    text = output.get("text", output.get("says", ""))
    return 0 if text.count("\n") >= LONG else len(WORD.findall(text))


def _visible(cell: ShownCell) -> Iterator[list[str]]:
    """Yield the lines of code that stand open, without blank ones, block by block."""
    for block in cell.blocks:
        if not block.folded and not cell.fold_code:
            yield [line for line in block.source.split("\n") if line.strip()]


def _hidden(lines: list[str]) -> Iterator[int]:
    """Yield the numbers of lines inside folds and notes, and of the one that says the time."""
    depth = None  # of the fold that is open
    for number, (before, line) in enumerate(zip(["", *lines], lines, strict=False), 1):
        inner = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and inner <= depth:
            depth = None
        opens = CONTAINER.fullmatch(line)
        if depth is None and ((opens and "???" in (opens["mark"] or "")) or NOTE.match(line)):
            depth = inner
        if depth is not None or before == TIME:
            yield number
