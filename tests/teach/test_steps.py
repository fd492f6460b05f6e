"""Checks say in words what is wrong, whatever a student returns."""

import numpy as np
import pytest
import torch

from course_code.teach.steps import (
    Steps,
    Wrong,
    call,
    need_number,
    need_parts,
    need_same,
    need_tensor,
)

ONES = torch.ones(2, 3)


def said(function, *arguments, **named) -> str:
    with pytest.raises(Wrong) as wrong:
        function(*arguments, **named)
    texts = wrong.value.texts
    assert set(texts) == {"en", "zh"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in texts["zh"])
    return texts["en"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (..., "still has a `...`"),
        ((ONES, ...), "still has a `...`"),
        (None, "should be a tensor, and is of type NoneType"),
        (ONES.tolist(), "of type list"),
        (ONES.T, "has shape (3, 2) and should have (2, 3)"),
        (ONES.long(), "has dtype torch.int64, not float32"),
        (ONES.double(), "has dtype torch.float64, not float32"),
        (ONES / 0, "holds NaN or infinity"),
        (ONES * float("nan"), "holds NaN or infinity"),
    ],
)
def test_a_tensor_has_to_be_one_of_the_right_shape_kind_and_finite(value, words):
    assert words in said(need_tensor, value, "it", (2, 3))


@pytest.mark.parametrize(
    "value", [..., None, "1", float("inf"), torch.ones(2), [1.0], 1j, np.float32("nan"), np.ones(1)]
)
def test_a_number_has_to_be_one(value):
    said(need_number, value, "it")


@pytest.mark.parametrize("value", [ONES, None, (ONES,), "ab", {1: 2, 3: 4}])
def test_parts_have_to_be_as_many_as_are_named(value):
    text = said(need_parts, value, "split", "W", ("the rest", "其余"))
    assert text == "split should return 2 things, in this order: W, the rest."
    assert "still has a `...`" in said(need_parts, (ONES, ...), "split", "W", "b")
    need_parts([ONES, 1], "split", "W", "b")


def test_numbers_of_all_kinds_are_taken():
    taken = (1, 1.0, torch.tensor(1), torch.tensor(1.0, requires_grad=True))
    numpy = (np.float64(1), np.float32(1), np.int64(1), np.bool_(True), np.array(1.0))
    for one in (*taken, *numpy):
        number = need_number(one, "it")
        assert (number, type(number)) == (1.0, float)


def test_a_known_mistake_is_named_and_another_measured():
    mistakes = [(ONES * 2, "doubled", "加倍了")]
    need_same(ONES + 1e-7, ONES, "it", mistakes=mistakes)
    assert said(need_same, ONES * 2, ONES, "it", mistakes=mistakes) == "doubled"
    assert "off by up to 2" in said(need_same, ONES * 3, ONES, "it", mistakes=mistakes)
    assert "(3, 2)" in said(need_same, ONES.T, ONES, "it")


def test_a_single_number_is_told_without_a_shape():
    assert said(need_same, 0.7, 0.5, "it") == "it is 0.7, which is off by 0.2."
    assert said(need_same, 117600, 156.0, "it") == "it is 117600, which is off by 117444."


def test_numbers_are_compared_in_all_their_digits():
    said(need_same, 1 + 1e-9, 1.0, "it", 1e-10)
    need_same(1 + 1e-9, 1.0, "it", 1e-8)


def test_calls_get_copies_and_errors_become_words():
    def spoils(x):
        x += 1
        return x

    assert call(spoils, ONES).sum() == 12
    assert ONES.sum() == 6
    assert "returns None" in said(call, lambda: None)

    def fails(x):
        return x @ x

    text = said(call, fails, ONES)
    assert text.startswith("`fails` stops with RuntimeError: ")
    assert "Look at `return x @ x`" in text
    assert "still has a `...`" in said(call, lambda: ... + 1)
    assert "still has a `...`" in said(call, lambda: ...)


def test_steps_tell_what_passed_and_leave_the_random_stream_alone(capsys):
    steps, before = Steps("en", 2), torch.get_rng_state()
    steps.check(2, lambda: None, needs=[1])
    steps.check(1, lambda: need_same(torch.rand(1), torch.zeros(1), "it"))
    steps.check(1, lambda: torch.rand(1))
    steps.check(2, lambda: None, needs=[1])
    assert torch.equal(torch.get_rng_state(), before)
    assert [(number, verdict) for number, verdict, *_ in steps.log] == [
        *[(2, "wrong"), (1, "wrong"), (1, "passed"), (2, "passed")]
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✗ Step 2 of 2: this step builds on step 1: finish that one first."
    assert lines[-2:] == ["✓ Step 2 of 2: passed.", "All steps passed."]


def test_a_step_that_fails_again_has_not_passed():
    steps = Steps("zh", 1)
    steps.check(1, lambda: None)
    steps.check(1, lambda: need_number("x", "it"))
    assert steps.passed == set()


def test_a_name_that_is_not_there_and_a_check_that_breaks(capsys):
    steps = Steps("zh", 1)
    steps.check(1, lambda: missing)  # noqa: F821
    steps.check(1, lambda: 1 / 0)
    assert [verdict for _, verdict, *_ in steps.log] == ["wrong", "broken"]
    assert "还没有定义 `missing`" in capsys.readouterr().out
