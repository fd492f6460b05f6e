"""What the repeats of a lesson say of its claims: how often each held, its spread, its worst."""

import math
import statistics

from course_code.publish.lesson.read import Claim

ENOUGH = 0.95  # a measured claim stays if it held in 19 of 20 repeats; others must always hold


def tally(claim: Claim, found: list[dict | None]) -> dict:
    """Sum up one claim.

    Args:
        claim: as the lesson makes it.
        found: what its check recorded in each repeat, None where the repeat did not reach it.

    Returns:
        {"kind", "relation", "bound" (None where it differs), "held", "of", "quartiles" (five
        numbers from the smallest to the largest value; None of what is no finite number),
        "worst": None or {"repeat", "text"}}.
    """
    reached = [record for record in found if record]
    bounds = [record["bound"] for record in reached]
    same = all(bound == bounds[0] for bound in bounds[1:])
    return {
        "kind": claim.kind,
        "relation": claim.relation,
        "bound": _json(bounds[0]) if bounds and same else None,
        "held": sum(bool(record["holds"]) for record in reached),
        "of": len(found),
        "quartiles": quartiles([record["value"] for record in reached]),
        "worst": worst(found),
    }


def quartiles(values: list) -> list[float] | None:
    """Smallest value, quartiles, largest, in four digits; None unless all are finite numbers."""
    if not values or not all(_is_number(value) and math.isfinite(value) for value in values):
        return None
    inner = statistics.quantiles(values, n=4, method="inclusive") if values[1:] else 3 * values
    return [float(f"{value:.4g}") for value in (min(values), *inner, max(values))]


def worst(found: list[dict | None]) -> dict | None:
    """The repeat of least margin and both its sides; of what has none, the first that failed."""

    def room(repeat: int) -> float:
        record = found[repeat]
        if record is None:
            return -math.inf
        gap = margin(record["value"], record["relation"], record["bound"])
        if gap is None:
            return math.inf if record["holds"] else -math.inf
        return -math.inf if math.isnan(gap) else gap

    least = min(range(len(found)), key=room, default=None)
    if least is None or room(least) == math.inf:
        return None
    return {"repeat": least, "text": found[least]["text"] if found[least] else "not reached"}


def margin(value, relation: str, bound) -> float | None:
    """How far a value lies within its bound, negative beyond it; None for what is no number."""
    ends = bound if relation == "in" and isinstance(bound, list) else [bound]
    if not all(map(_is_number, [value, *ends])):
        return None
    if relation == "in":
        return min(value - ends[0], ends[1] - value)
    if relation == "==":
        return 0.0 if value == bound else -abs(value - bound)
    return bound - value if relation.startswith("<") else value - bound


def stays(tallied: dict) -> bool:
    """Whether a claim may stay as it is: a measured one by the rule, another if it always held."""
    return tallied["held"] >= tallied["of"] * (ENOUGH if tallied["kind"] == "measured" else 1)


def _json(value):
    """A bound in JSON's types, which have no infinity."""
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, dict):
        return {name: _json(one) for name, one in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
