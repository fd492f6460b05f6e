"""What differs between two outputs, and whether that is more than noise."""

import math
import re
import statistics
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from course_code.publish.audit.result import margin
from course_code.publish.compare.outputs import Outputs

DIGITS = 1e-6  # relative: another processor gives other last digits
NEAR = 0.01  # relative: numbers that a reader would call the same
ROOT = re.compile(r"[^.\[]*")  # of a path: the name that the lesson binds
NOISE = 2.0  # standard errors of a mean difference over seeds
RESIDUE = (1e-18, 1e-12)  # what rounding leaves of float64 near 1; what is smaller was measured
HEADINGS = ("Claims held", "Numbers within 1 %", "Largest relative difference")


@dataclass(frozen=True)
class Change:
    """A value that differs: new or gone where one side is None."""

    lesson: str
    name: str
    before: object
    after: object
    relative: float | None  # difference by the larger of the two; None of what is no number
    judged: str  # "digits", "noise", "changed", "new" or "gone"


@dataclass(frozen=True)
class ClaimChange:
    """A claim whose value, bound or verdict differs; what its check recorded, or None."""

    lesson: str
    name: str
    before: dict | None
    after: dict | None
    judged: str  # "fell", "rose", "noise", "digits", "changed", "new" or "gone"

    @staticmethod
    def margin(found: dict | None) -> float | None:
        """How far a claim lies within its bound; None where that is no number."""
        return found and margin(found["value"], found["relation"], found["bound"])


@dataclass(frozen=True)
class Agreement:
    """How far what a lesson gave elsewhere agrees with its stored run; texts may differ."""

    fallen: tuple[str, ...]  # claims that hold there alone
    claims: int
    near: float  # share of the numbers that differ by less than NEAR
    largest: float  # relative difference of a value
    where: str
    missing: tuple[str, ...]  # values

    @property
    def cells(self) -> tuple[str, ...]:
        """Of a table, under HEADINGS."""
        where = f" (`{self.where}`)" if self.where else ""
        largest = f"{self.largest:.2g}" if math.isfinite(self.largest) else "one is not finite"
        held = f"{self.claims - len(self.fallen)} of {self.claims}"
        return held, f"{math.floor(100 * self.near)} %", f"{largest}{where}"

    @property
    def complaints(self) -> list[str]:
        """What is wrong, a sentence each."""
        fallen = [f"the claim `{name}` does not hold" for name in self.fallen]
        return fallen + [f"the value `{name}` is missing" for name in self.missing]


def agreement(stored: dict, found: dict) -> Agreement:
    """Compare what two runs of a lesson gave, {"values", "claims"} each."""
    before, after = (dict(leaves(each["values"])) for each in (stored, found))
    far = {name: relative(before[name], after[name]) for name in before if name in after}
    known = {name: each for name, each in far.items() if each is not None}
    near = sum(each < NEAR for each in known.values()) / len(known) if known else 1.0
    where = max((name for name in known if known[name]), key=known.get, default="")
    held, now = (
        {name for name, claim in each["claims"].items() if claim["holds"]}
        for each in (stored, found)
    )
    missing = [name for name in stored["values"] if name not in found["values"]]
    lost = {name: far.get(name) is None and is_numeric(before[name]) for name in before}
    missing += [n for n in before if lost[n] and ROOT.match(n)[0] not in missing]
    largest, fallen = known.get(where, 0.0), tuple(sorted(held - now))
    return Agreement(fallen, len(held), near, largest, where, tuple(missing))


def values(before: Outputs, after: Outputs) -> list[Change]:
    """Values that differ; a list over the lesson's seeds, or of more or fewer parts, as one."""
    changes = []
    for lesson, old, new in _in_both(before, after):
        whole = set(_resized(old["values"], new["values"]))
        olds, news = (dict(leaves(side["values"], whole)) for side in (old, new))
        for name, one, other in _pairs(olds, news):
            if judged := judge(one, other):
                judged = "changed" if judged == "noise" and _is_set(name) else judged
                changes.append(Change(lesson, name, one, other, relative(one, other), judged))
    return changes


def claims(before: Outputs, after: Outputs, audited: dict[str, dict]) -> list[ClaimChange]:
    """Claims that differ; a change inside what the repeats of the audit gave is noise.

    Args:
        before: an output.
        after: another.
        audited: the recorded audit of each lesson.
    """
    changes = []
    for lesson, old, new in _in_both(before, after):
        rows = audited.get(lesson, {}).get("claims", {})
        for name, one, other in _pairs(old["claims"], new["claims"]):
            if judged := _judge_claim(one, other, rows.get(name, {}).get("quartiles")):
                changes.append(ClaimChange(lesson, name, one, other, judged))
    return changes


def files(before: dict, after: dict) -> list[tuple]:
    """(Name, before, after) of what differs; None where it is missing."""
    return [(name, one, other) for name, one, other in _pairs(before, after) if one != other]


def leaves(values: dict, whole: Collection[str] = ()) -> Iterator[tuple[str, object]]:
    """Yield the path and the value of each number, text or list over the lesson's seeds.

    Args:
        values: of a lesson.
        whole: paths of further lists that are not taken apart.
    """
    seeds = values.get("SEEDS")
    count = len(seeds) if isinstance(seeds, list) else 0

    def walk(name: str, value) -> Iterator[tuple[str, object]]:
        if isinstance(value, dict):
            for key, part in value.items():
                yield from walk(_path(name, key), part)
        elif isinstance(value, list) and not (name in whole or _over_seeds(name, value, count)):
            for number, part in enumerate(value):
                yield from walk(f"{name}[{number}]", part)
        else:
            yield name, value

    return walk("", values)


def judge(one, other) -> str:
    """Return what kind of difference there is, or an empty text."""
    if one is None or other is None:
        return "new" if one is None else "gone"
    if same(one, other):
        return ""
    far = relative(one, other)
    if far is None:
        return "changed"
    if far <= DIGITS or _is_residue(one, other):
        return "digits"
    return "noise" if _is_noise(one, other) else "changed"


def same(one, other) -> bool:
    """Whether two values are equal, NaN to NaN."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def relative(one, other) -> float | None:
    """Difference of two numbers, or the largest of two lists of them, by the larger one."""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = [relative(a, b) for a, b in zip(one, other, strict=True)]
        return None if None in parts or not parts else max(parts)
    if not (_is_number(one) and _is_number(other)):
        return None
    if same(one, other):
        return 0.0
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.inf
    return abs(one - other) / max(abs(one), abs(other))


def _resized(before, after, name: str = "") -> Iterator[str]:
    """Paths of lists that have more or fewer parts after: then a part is no longer the same one."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() & after.keys():
            yield from _resized(before[key], after[key], _path(name, key))
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield name
            return
        for number, parts in enumerate(zip(before, after, strict=True)):
            yield from _resized(*parts, f"{name}[{number}]")


def _path(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _is_residue(*sides) -> bool:
    """Whether numbers on both sides would be 0 but for rounding."""
    numbers = [n for side in sides for n in (side if isinstance(side, list) else [side])]
    return all(not number or RESIDUE[0] <= abs(number) < RESIDUE[1] for number in numbers)


def _is_noise(one, other) -> bool:
    """Whether seeds differ, pair by pair, by no more than the spread of that explains."""
    if not (isinstance(one, list) and isinstance(other, list) and len(one) == len(other) > 1):
        return False
    if not all(map(math.isfinite, [*one, *other])):
        return False
    pairs = [b - a for a, b in zip(one, other, strict=True)]
    spread = statistics.stdev(pairs) / math.sqrt(len(pairs))
    return abs(statistics.fmean(pairs)) <= NOISE * spread


def _judge_claim(one: dict | None, other: dict | None, quartiles: list | None) -> str:
    if one is None or other is None:
        return "new" if one is None else "gone"
    if one["holds"] != other["holds"]:
        return "rose" if other["holds"] else "fell"
    sides = [side[part] for part in ("value", "bound") for side in (one, other)]
    judged = judge(sides[0], sides[1])
    if one["relation"] != other["relation"] or judge(sides[2], sides[3]) not in ("", "digits"):
        return "changed"
    if judged == "changed" and quartiles and _is_number(sides[0]) and _is_number(sides[1]):
        least, *_, most = quartiles
        return "noise" if all(least <= value <= most for value in sides[:2]) else "changed"
    return judged


def is_numeric(value) -> bool:
    """Whether a value is a number, or a list of such."""
    return all(map(_is_number, value)) if isinstance(value, list) else _is_number(value)


def _is_set(path: str) -> bool:
    """Whether a lesson sets a value, and does not measure it: SEEDS, RATES, WIDTHS."""
    return ROOT.match(path)[0].isupper()


def _over_seeds(path: str, value: list, count: int) -> bool:
    if _is_set(path) and path != "SEEDS":
        return False
    return count > 1 and len(value) == count and all(map(_is_number, value))


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_both(before: Outputs, after: Outputs) -> Iterator[tuple]:
    """Yield the lessons that both have; of others there is nothing to compare."""
    for lesson, old, new in _pairs(before.lessons, after.lessons):
        if old is not None and new is not None:
            yield lesson, old, new


def _pairs(before: dict, after: dict) -> Iterator[tuple]:
    for name in dict.fromkeys([*before, *after]):
        yield name, before.get(name), after.get(name)
