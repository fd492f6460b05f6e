"""Values of a run in prose: `{{ relu_accuracy:.1%}}`.

A string is text wherever it stands: what Markdown or HTML would read into it is escaped.
"""

import math
import re
import string
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.text import ITEM, Token, tokens

PLACE = re.compile(r"\{\{(?P<expression>.*?)\}\}|(?P<open>\{\{)", re.DOTALL)
PATH = r"[A-Za-z_]\w*(?:\.\w+|\[[^\]]+\])*"
EXPRESSION = re.compile(
    rf"\s*(?:(?P<lesson>[a-z][a-z0-9_]*)/)?(?P<path>{PATH})\s*(?::(?P<spec>[^:]*))?\s*"
)
SINGLE = re.compile(rf"(?<!\{{)\{{\s*(?P<path>{PATH})\s*:[^{{}}:\s]+\s*\}}(?!\}})")
STEP = re.compile(r"\.?(\w+)|\[[\"']?([^\]\"']+)[\"']?\]")
EXPONENT = re.compile(r"(?P<digits>-?[\d.]+)e(?P<power>[+-]\d+)")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LITERAL = str.maketrans({mark: f"&#{ord(mark)};" for mark in string.punctuation + "\n\r"})
TAG = re.compile(r"<(?=[A-Za-z/!?])")
OUTER = re.compile(r"\A[ \t]+|[ \t]+\Z")  # of a string, where they would mean something
BEGINNING = re.compile(  # what stands before the end of a line's first number
    rf"(?:{ITEM.pattern})*(?:[ \t>\d]|{PLACE.pattern})*", re.DOTALL
)
NUMBERED = re.compile(rf"\d(?:\d|{PLACE.pattern})*[.)](?!\d)", re.DOTALL)
UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000]")  # \ue000 marks code cells
FENCED = "Put it into a fence, ``` above and below it, or begin the line further left."
READ = {"text", "bar", "escape"}  # code, math, comments and fences hold no values


@dataclass(frozen=True)
class Known:
    """What the prose of one page can name.

    Args:
        values: of each lesson, by lesson name.
        own: the lesson that a bare name refers to; `lesson/name` names another.
        path: the page, for errors.
        bound: names that each lesson binds, whether or not they are values.
        binders: names of the own lesson -> (cell that binds it, key or None), in order.
        shown: cells of the own lesson that stand above the place.
    """

    values: dict[str, dict]
    own: str
    path: Path
    bound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    binders: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    shown: tuple[str, ...] = ()

    def below(self, cell: str) -> "Known":
        """The same, for what stands below `cell`."""
        return replace(self, shown=(*self.shown, cell))

    def error(self, what: str, line: int, hint: str = "") -> CourseError:
        """Return a mistake on this page."""
        return CourseError(what, self.path, line, hint)

    def text(self, expression: str, line: int) -> tuple[str, bool]:
        """Return the value named between braces, as print shows it; and whether it is a string.

        Raises:
            CourseError: an unknown lesson or value, or a format that does not fit.
        """
        match = EXPRESSION.fullmatch(expression)
        if not match:
            what = f"cannot read the value {{{{{expression}}}}}"
            raise self.error(what, line, "Write {{ name:.3f}}.")
        lesson = match["lesson"] or self.own
        if lesson not in self.values:
            known = ", ".join(sorted(self.values)) or "none"
            hint = "" if lesson else "Name the lesson of the value: {{ lesson/name }}."
            raise self.error(f"no lesson {lesson!r} for a value; there are: {known}", line, hint)
        value = self._find(lesson, match["path"], line)
        if isinstance(value, dict | list):
            what = f"the value {match['path']!r} holds several numbers"
            raise self.error(what, line, _choices(value))
        spec = (match["spec"] or "").strip()
        self._check(match["path"], value, spec, line)
        try:
            text = format(value, spec)
        except (ValueError, TypeError) as error:
            raise self.error(f"the format of {{{{{expression}}}}}: {error}", line) from None
        if isinstance(value, str):
            return text, True
        return typeset(text.lstrip()), False  # the spaces of a width would begin a block of code

    def has(self, path: str, lesson: str | None = None) -> bool:
        """Tell whether a lesson, by default the page's own, has the value that `path` is of."""
        return STEP.match(path)[1] in self.values.get(lesson or self.own, {})

    def _find(self, lesson: str, path: str, line: int):
        value, walked = self.values[lesson], ""
        keys = [name or index for name, index in STEP.findall(path)]
        for key in keys:
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key in map(str, range(-len(value), len(value))):
                value = value[int(key)]
            else:
                where = walked or f"lesson {lesson!r}"
                what = f"{where} has no value {key!r}"
                raise self.error(what, line, self._why_not(lesson, walked, key, value))
            walked = f"{walked}.{key}" if walked else key
        if lesson == self.own:
            self._check_place(*[*keys, None][:2], line)
        return value

    def _why_not(self, lesson: str, walked: str, key: str, value) -> str:
        if not walked and key in self.bound.get(lesson, ()):
            return (
                f"The lesson binds {key!r}, but not to a number, a text or a small nest of them. "
                "Convert it there, with .item() or .tolist()."
            )
        near = get_close_matches(key, value, n=1) if isinstance(value, dict) else []
        return (f"Did you mean {near[0]!r}? " if near else "") + _choices(value)

    def _check_place(self, name: str, key: str | None, line: int) -> None:
        """Refuse a name that means one thing here in the page's code and another at its end."""
        found = self.binders.get(name, ())
        cells = [cell for cell, part in found if part is None or key is None or part == key]
        if len(cells) > 1 and cells[-1] not in self.shown:
            raise self.error(
                f"{name!r} is bound by several cells, last by {cells[-1]!r}, which stands below",
                line,
                "The prose would show its last value: give each value a name of its own.",
            )

    def _check(self, path: str, value, spec: str, line: int) -> None:
        if isinstance(value, str) and (found := UNSHOWN.search(value)):
            what = f"the value {path!r} holds {found[0]!r}, which no page can show"
            raise self.error(what, line, "Remove it in the lesson.")
        if not isinstance(value, float):
            return
        if not math.isfinite(value):
            raise self.error(
                f"the value {path!r} is {value}", line, "Mend the lesson, or write no number here."
            )
        if not spec:
            hint = f"Say how many digits it deserves: {{{{ {path}:.3g}}}}."
            raise self.error(f"the value {path!r} has no format", line, hint)


def fill(text: str, known: Known, line: int = 1, *, kind: str = "Markdown") -> str:
    """Put values where the text names them; code and math stay as they are.

    Args:
        text: Markdown, or what an attribute holds.
        known: what it can name.
        line: of the page, on which it begins.
        kind: "Markdown"; "label", Markdown in which HTML is text; "plain", no Markdown at all.

    Raises:
        CourseError: an unknown lesson or value, a format that does not fit; code without a fence.
    """
    parts = []
    for token in tokens(text, line):
        if token.kind in READ:
            part = TAG.sub("&lt;", token.text) if kind == "label" else token.text
            parts.append(_put(part, known, token.line, as_it_is=kind == "plain"))
        else:
            if token.kind == "indented":
                what = f"code that is only indented: {token.text.strip()!r}"
                raise known.error(what, token.line, FENCED)
            if token.kind in ("math", "display"):
                _refuse_in_math(token, known)
            parts.append(token.text)
    return "".join(parts)


@lru_cache(10_000)
def places(text: str) -> int:
    """Return how many values a text asks for."""
    read = (token.text for token in tokens(text) if token.kind in READ)
    return sum(len(PLACE.findall(part)) for part in read)


def _put(text: str, known: Known, line: int, as_it_is: bool) -> str:
    """Replace every place in plain text, by values `as_it_is` or so that they stay text."""
    if single := SINGLE.search(text):
        here = line + text.count("\n", 0, single.start())
        if known.has(single["path"]):
            what = f"a value in single braces: {single[0]}"
            raise known.error(what, here, f"Write {{{single[0]}}}.")

    def place(match: re.Match) -> str:
        here = line + text.count("\n", 0, match.start())
        if match["open"]:
            raise known.error("{{ without }}", here, "Write {{ name:.3f}}.")
        value, is_string = known.text(match["expression"], here)
        if as_it_is:
            return value
        first = BEGINNING.fullmatch(text[: match.start()].rpartition("\n")[2])
        lists = first and NUMBERED.match(value + text[match.end() :])
        written = _literal(value) if is_string else value
        if lists and value:  # or the 3. of a sentence would begin a list
            return f"&#{ord(value[0])};{written[1:]}"
        return written

    return PLACE.sub(place, text)


def _literal(value: str) -> str:
    """Return a string so that nothing reads anything into it."""
    spaced = value.translate(LITERAL)
    return OUTER.sub(lambda found: "".join(f"&#{ord(c)};" for c in found[0]), spaced)


def _refuse_in_math(token: Token, known: Known) -> None:
    """Refuse what is meant as a value in a formula, where LaTeX has double braces of its own."""
    for match in PLACE.finditer(token.text):
        found = EXPRESSION.fullmatch(match["expression"] or "")
        meant = found and (found["spec"] or found["lesson"] or match["expression"] != found["path"])
        if meant and known.has(found["path"], found["lesson"]):
            line = token.line + token.text.count("\n", 0, match.start())
            hint = "End the formula before it: $L =$ {{ name:.3f}}."
            raise known.error(f"a value inside math: {match[0]}", line, hint)


def typeset(text: str) -> str:
    """A formatted number as print shows it: 4.1 × 10⁻⁷ and a real minus sign."""

    def power(match: re.Match) -> str:
        exponent = int(match["power"])
        times = f"\u00a0×\u00a010{str(exponent).translate(SUPERSCRIPT)}" if exponent else ""
        return match["digits"] + times

    text = EXPONENT.sub(power, text)
    return re.sub(r"^-(?=\d)", "\u2212", text)


def _choices(value) -> str:
    if isinstance(value, dict):
        return "It has: " + (", ".join(sorted(value)) or "none")
    if isinstance(value, list):
        return f"It is a list of {len(value)}: choose one with [0] to [{len(value) - 1}]."
    return ""
