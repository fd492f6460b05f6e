"""Claims that every run judges: a value that it measured against the bound that the
page states.

A claim that is false stops the build of the page. In a copy it stops nothing: change
what you like, and read which claims still hold.
"""

import operator

RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "in": lambda value, ends: ends[0] <= value <= ends[1],
}
SAYS = {
    True: "holds",
    False: "does not hold here",
    None: "cannot be told here: too few seeds, or a run that failed or was not made",
}
CLAIMS = {}  # name -> what its check found


def check(claim, value, relation, bound):
    """Print whether a claim holds in this run, and keep both sides in CLAIMS.

    Args:
        claim: "kind name: sentence", where kind is theorem, arithmetic or measured.
        value: what this run gives: a number, also of NumPy or PyTorch. What is NaN
            neither holds nor fails: "holds" is then None.
        relation: "<", "<=", ">", ">=", "==" or "in".
        bound: what the page states. For "in" the two ends, both included; for "=="
            value and bound may also be texts, sets, or lists and dicts of numbers.
    """
    name = claim.split(":")[0].split()[-1]
    value, bound = to_plain(value), to_plain(bound)
    holds = judge(value, relation, bound)
    for digits in range(4, 18):  # the fewest that tell the same
        here, page = to_plain(value, digits), to_plain(bound, digits)
        if judge(here, relation, page) == holds:
            break
    print(f"{name}: page {relation} {page}, here {here}: {SAYS[holds]}")
    # in a loop the first that does not hold stays
    if CLAIMS.get(name, {"holds": True})["holds"]:
        sides = {"value": value, "relation": relation, "bound": bound}
        CLAIMS[name] = {**sides, "holds": holds, "text": f"{here} {relation} {page}"}


def judge(value, relation, bound):
    """Tell whether a claim holds: True, False, or None where a side is NaN."""
    sides = [value, *bound] if relation == "in" else [value, bound]
    if any(side != side for side in sides):  # only NaN differs from itself
        return None
    return RELATIONS[relation](value, bound)


def to_plain(value, digits=17):
    """Return numbers as Python's own, sets sorted, floats with so many significant
    digits.
    """
    if hasattr(value, "item"):  # a number of NumPy or PyTorch
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, set | frozenset):
        return sorted((to_plain(one, digits) for one in value), key=repr)
    if isinstance(value, list | tuple | range):
        return [to_plain(one, digits) for one in value]
    if isinstance(value, dict):
        return {str(key): to_plain(one, digits) for key, one in value.items()}
    return value
