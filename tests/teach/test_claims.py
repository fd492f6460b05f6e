"""A check tells both sides of its claim, keeps them, and never stops."""

import itertools
import json
import math

import numpy as np
import pytest
import torch

from course_code.teach import claims
from course_code.teach.claims import CLAIMS, check, to_plain
from course_code.teach.intervals import median_interval

relu, sigmoid = torch.tensor([0.97, 0.934, 0.99]), [0.5, 0.7, math.nan]
UNKNOWN = "cannot be told here: too few seeds, or a run that failed or was not made"
SHAPES = {  # value, relation, bound, holds?, line after "page "
    "smallest": (min(relu), ">", 0.9, True, "> 0.9, here 0.934: holds"),
    "largest": (max(relu).item(), "<=", 0.98, False, "<= 0.98, here 0.99: does not hold here"),
    "of a tensor": (relu.amin(), ">=", 0.95, False, ">= 0.95, here 0.934: does not hold here"),
    "between": (0.25, "in", (0.2, 0.3), True, "in [0.2, 0.3], here 0.25: holds"),
    "at the low end": (0.2, "in", (0.2, 0.3), True, "in [0.2, 0.3], here 0.2: holds"),
    "at the high end": (0.3, "in", [0.2, 0.3], True, "in [0.2, 0.3], here 0.3: holds"),
    "past the end": (
        math.nextafter(0.3, 1), "in", (0.2, 0.3), False,
        "in [0.2, 0.3], here 0.30000000000000004: does not hold here",
    ),
    "distance": (abs(1 / 3 - 0.3333333), "<", 1e-6, True, "< 1e-06, here 3.333e-08: holds"),
    "all, as a count": (sum(x > 0.9 for x in relu), "==", 3, True, "== 3, here 3: holds"),
    "all, as truth": (all(x > 0.95 for x in relu), "==", True, False,
                      "== True, here False: does not hold here"),
    "numpy's truth": (np.bool_(True), "==", True, True, "== True, here True: holds"),
    "single precision": (np.float32(0.5), "==", 0.5, True, "== 0.5, here 0.5: holds"),
    "large": (123456, ">", 1e5, True, "> 100000.0, here 123456: holds"),
    "texts": ("adam", "==", "sgd", False, "== sgd, here adam: does not hold here"),
    "sets": ({"b", "a"}, "==", {"a", "b"}, True, "== ['a', 'b'], here ['a', 'b']: holds"),
    "other sets": ({1, 2}, "==", {1, 3}, False, "== [1, 3], here [1, 2]: does not hold here"),
    "frozen set": (frozenset([2]), "==", {2}, True, "== [2], here [2]: holds"),
    "pair": ((0, relu[1]), "==", (0, torch.tensor(0.934)), True, None),
    "dicts": ({"naive": 0, 3: 1}, "==", {"naive": 0, 3: 1}, True,
              "== {'naive': 0, '3': 1}, here {'naive': 0, '3': 1}: holds"),
    "close above": (0.9 + 1e-9, ">", 0.9, True, "> 0.9, here 0.900000001: holds"),
    "close below": (0.9 - 1e-9, ">", 0.9, False, "> 0.9, here 0.9: does not hold here"),
    "equal": (0.9, ">", 0.9, False, "> 0.9, here 0.9: does not hold here"),
    "almost equal": (0.1 + 0.2, "==", 0.3, False,
                     "== 0.3, here 0.30000000000000004: does not hold here"),
    "infinite": (math.inf, ">", 1, True, "> 1, here inf: holds"),
    "infinite bound": (-math.inf, "==", -math.inf, True, "== -inf, here -inf: holds"),
    "largest of NaN": (max([math.nan, 0.5]), "<", 1, None, f"< 1, here nan: {UNKNOWN}"),
    "sum with NaN": (sum(sigmoid), ">=", 0, None, f">= 0, here nan: {UNKNOWN}"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _empty():
    CLAIMS.clear()
    yield
    CLAIMS.clear()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_comparison(capsys, shape):
    value, relation, bound, holds, line = SHAPES[shape]
    assert check("measured some_name: a sentence: 5 %", value, relation, bound) is None
    printed = capsys.readouterr().out
    assert CLAIMS["some_name"]["holds"] is holds
    assert CLAIMS["some_name"]["relation"] == relation
    assert printed.startswith(f"some_name: page {line}\n" if line else "some_name: page ")
    json.dumps(CLAIMS)


@pytest.mark.parametrize("relation", claims.RELATIONS)
def test_nan_neither_holds_nor_fails(capsys, relation):
    nan = math.nan
    low, nest = (nan, nan) if relation == "in" else nan, {"a": [(nan,)]}
    check("measured value: nan", nan, relation, (0, 1) if relation == "in" else 0)
    check("measured bound: nan", 0.5, relation, low)
    check("measured both: nan", nan, relation, low)
    assert [found["holds"] for found in CLAIMS.values()] == [None] * 3
    assert capsys.readouterr().out.count(f": {UNKNOWN}\n") == 3
    if relation == "==":
        check("measured nest: the same object", nest, "==", nest)
        check("measured among: the same object", {nan, 1}, "==", {nan, 1})
        assert CLAIMS["nest"]["holds"] is False
        assert CLAIMS["among"]["holds"] is False


ENDS = {  # of the interval for the differences of a lead by 3 points, and its bound
    ">": (0, 2, True), ">=": (0, 3, True), "<": (1, 3, False), "<=": (1, 3, True),
    "==": (1, 3, True), "in": (0, (2, 4), True),
}  # fmt: skip


@pytest.mark.parametrize("relation", claims.RELATIONS)
@pytest.mark.parametrize("seeds", [1, 3, 5, 6, 7, 20])
def test_an_interval_over_few_seeds_is_evidence_for_nothing(capsys, relation, seeds):
    end, bound, holds = ENDS[relation]
    check("measured lead: it leads", median_interval([3.0] * seeds)[end], relation, bound)
    said = capsys.readouterr().out
    if seeds < 6:
        assert CLAIMS["lead"]["holds"] is None
        assert said.endswith(f", here nan: {UNKNOWN}\n")
    else:
        assert CLAIMS["lead"]["holds"] is holds
        assert said.endswith(f", here 3.0: {'holds' if holds else 'does not hold here'}\n")


def test_what_could_not_be_told_once_did_not_hold():
    for value in (2, math.nan, 3, 0):
        check("measured positive: all are", value, ">", 1)
    assert CLAIMS["positive"]["holds"] is None


def test_what_is_printed_has_the_verdict_of_what_was_measured(capsys):
    near = [0.9 + step * 10.0**-power for power in range(1, 17) for step in (-1, 0, 1)]
    for value, bound, relation in itertools.product(near, (0.9, near[7]), ("<", "<=", "==", ">")):
        check("measured near: rounded", value, relation, bound)
        page, here = capsys.readouterr().out.removeprefix("near: page ").split(", here ")
        number, _, verdict = here.strip().partition(": ")
        printed = claims.RELATIONS[relation](float(number), float(page.split()[1]))
        assert printed == (verdict == "holds") == claims.RELATIONS[relation](value, bound)


def test_in_a_loop_the_first_failure_stays(capsys):
    for value in (3, 1, 2):
        check("measured positive: all are", value, ">", 1)
    assert CLAIMS["positive"] == {
        "value": 1, "relation": ">", "bound": 1, "holds": False, "text": "1 > 1",
    }  # fmt: skip
    for value in (3, 2):
        check("measured every: all are", value, ">", 1)
    assert CLAIMS["every"]["value"] == 2
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_several_numbers_are_not_one():
    with pytest.raises(RuntimeError, match="3 elements cannot be converted"):
        check("measured vague: which of them?", relu, ">", 0)


def test_plain_rounds_in_nests_and_keeps_what_is_no_number():
    assert to_plain({1: (2 / 3, {1 / 3})}, 3) == {"1": [0.667, [0.333]]}
    assert to_plain(range(2)) == [0, 1]
    assert to_plain("2/3") == "2/3"
    assert type(to_plain(np.int64(3))) is int
