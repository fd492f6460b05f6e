"""The arithmetic of the audit: counts, spread, worst case, margins."""

import json
import math

import pytest

from course_code.publish.audit.result import margin, stays, tally
from course_code.publish.lesson.read import Claim

CLAIM = Claim("measured", "low", "c0", 1, "it is low", "<")


def found(value, bound=0.5, relation="<"):
    holds = value < bound if relation == "<" else value == bound
    text = f"{value} {relation} {bound}"
    return {"value": value, "relation": relation, "bound": bound, "holds": holds, "text": text}


def test_counts_spread_and_worst_case():
    row = tally(CLAIM, [found(value) for value in (0.4, 0.1, 0.7, 0.2, 0.3)])
    assert row == {
        "kind": "measured", "relation": "<", "bound": 0.5, "held": 4, "of": 5,
        "quartiles": [0.1, 0.2, 0.3, 0.4, 0.7], "worst": {"repeat": 2, "text": "0.7 < 0.5"},
    }  # fmt: skip


def test_a_repeat_that_did_not_get_there_did_not_hold_and_is_the_worst():
    row = tally(CLAIM, [found(0.1), None, found(0.7)])
    assert (row["held"], row["of"], row["worst"]) == (1, 3, {"repeat": 1, "text": "not reached"})
    assert row["quartiles"] == [0.1, 0.25, 0.4, 0.55, 0.7]
    nowhere = tally(CLAIM, [None, None])
    assert (nowhere["held"], nowhere["of"], nowhere["quartiles"]) == (0, 2, None)
    assert nowhere["bound"] is None


def test_one_repeat_has_its_own_quartiles():
    assert tally(CLAIM, [found(1 / 3)])["quartiles"] == [0.3333] * 5


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "adam", [1, 2]])
def test_what_is_no_finite_number_has_no_quartiles(value):
    assert tally(CLAIM, [found(0.1), found(value, value, "==")])["quartiles"] is None


def test_nan_is_worse_than_any_number():
    row = tally(CLAIM, [found(9.0), found(math.nan), found(0.1)])
    assert row["worst"]["repeat"] == 1


def test_what_could_not_be_told_did_not_hold():
    unknown = {**found(math.nan), "holds": None}
    row = tally(CLAIM, [found(0.1), unknown, found(0.2)])
    assert (row["held"], row["of"]) == (2, 3)
    assert row["worst"] == {"repeat": 1, "text": "nan < 0.5"}


def test_what_has_no_margin_shows_its_first_failure_or_nothing():
    good, bad = found("sgd", "sgd", "=="), found("adam", "sgd", "==")
    assert tally(CLAIM, [good, bad, bad])["worst"] == {"repeat": 1, "text": "adam == sgd"}
    assert tally(CLAIM, [good, good])["worst"] is None


def test_a_bound_that_differs_is_told_apart():
    assert tally(CLAIM, [found(0.1, 0.5), found(0.1, 0.6)])["bound"] is None
    assert (
        tally(CLAIM, [found(0.1, [1]), found(0.1, [1])] if False else [found(0.1)])["bound"] == 0.5
    )


def test_an_infinite_bound_is_a_text_that_json_can_hold():
    bound = [-math.inf, {"a": math.inf, "b": 1}]
    row = tally(CLAIM, [found(bound, bound, "==")])
    assert row["bound"] == ["-inf", {"a": "inf", "b": 1}]
    json.dumps(row, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "relation", "bound", "expected"),
    [
        (0.75, ">", 0.5, 0.25),
        (0.25, ">=", 0.5, -0.25),
        (0.25, "<", 0.5, 0.25),
        (3, "<=", 2, -1),
        (0.25, "in", [0, 1], 0.25),
        (0.75, "in", [0, 1], 0.25),
        (1.5, "in", [0, 1], -0.5),
        (20, "==", 20, 0),
        (18, "==", 20, -2),
        (math.inf, "==", math.inf, 0),
        (-math.inf, "<", 1, math.inf),
        (True, "==", True, None),
        ("a", "==", "b", None),
        ([1], "==", [1], None),
        (1, "in", [0, "b"], None),
    ],
)
def test_margins(value, relation, bound, expected):
    assert margin(value, relation, bound) == expected


@pytest.mark.parametrize(
    ("kind", "held", "expected"),
    [
        ("measured", 19, True),
        ("measured", 18, False),
        ("theorem", 19, False),
        ("theorem", 20, True),
    ],
)
def test_nineteen_of_twenty_is_enough_for_what_is_measured(kind, held, expected):
    assert stays({"kind": kind, "held": held, "of": 20}) is expected
