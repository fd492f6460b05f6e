"""How students' functions go about their work is told apart, and told in words."""

import pytest
import torch

from course_code.teach.conduct import keeps, need_by_hand, need_flow
from course_code.teach.steps import Wrong, call

X = torch.tensor([1.0, -2.0])
HOW = ("by formula", "写出公式")


def said(function, *arguments, **named) -> str:
    with pytest.raises(Wrong) as wrong:
        function(*arguments, **named)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in wrong.value.texts["zh"])
    return wrong.value.texts["en"]


def squares(x):
    return x**2


def squares_in_place(x):
    return x.mul_(x)


def by_autograd(x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad((x**2).sum(), x)[0]


def by_func(x):
    return torch.func.grad(lambda u: (u**2).sum())(x)


def by_formula(x):
    return 2 * x.requires_grad_()


def test_what_is_given_stays():
    assert torch.equal(call(keeps(squares), X), X**2)
    assert "`squares_in_place` changes a tensor" in said(call, keeps(squares_in_place), X)
    assert X.tolist() == [1.0, -2.0]
    assert "`ReLU(inplace=True)` changes a tensor" in said(call, keeps(torch.nn.ReLU(True)), X)


@pytest.mark.parametrize(
    "cut",
    [
        lambda x: x.detach(),
        lambda x: torch.tensor(x.tolist()),
        lambda x: torch.tensor(x.numpy()),
        torch.no_grad()(squares),
    ],
)
def test_gradients_get_through(cut):
    need_flow(squares, X, "squares")
    assert "no gradient gets through `cut`" in said(need_flow, cut, X, "cut")


@pytest.mark.parametrize("function", [by_autograd, by_func])
def test_work_left_to_autograd_is_told_apart(function):
    need_by_hand(by_formula, X, how=HOW)
    assert f"`{function.__name__}` leaves the work" in said(need_by_hand, function, X, how=HOW)
