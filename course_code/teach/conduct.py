"""How a function that a student wrote goes about its work: whether it leaves alone what
it is given, lets gradients through, or does without autograd.
"""

import torch
from torch.autograd.graph import saved_tensors_hooks

from course_code.teach.steps import Wrong, call, need


def gives_grad(function, name: str):
    """Wrap what a student wrote to return a .grad: an empty one is told as that."""

    def watched(*arguments):
        got = function(*arguments)
        need(
            got is not None,
            f"`{name}` returns None. Is there a `return`? If so, the .grad that you "
            "return is empty: was backward() called, with brackets, and is it the "
            ".grad of the copy that asked for gradients?",
            f"`{name}` 返回了 None：写 `return` 了吗？如果写了，就是 .grad 还是空的："
            "backward() 调用了吗（带括号）？取的是要求梯度的那个副本的 .grad 吗？",
        )
        return got

    watched.__name__ = name
    return watched


def keeps(function):
    """Wrap what a student wrote: to change a tensor that was given is told as that."""
    name = getattr(function, "__name__", str(function))

    def watched(*arguments, **named):
        pairs = [(one, one.clone()) for one in arguments if torch.is_tensor(one)]
        got = function(*arguments, **named)
        need(
            all(torch.equal(one, was) for one, was in pairs),
            f"`{name}` changes a tensor that it was given, and its caller still needs "
            "that. Make a new one: `a = a / 2`, not `a /= 2`; no `a[i] = …`, and no "
            "method whose name ends in `_`.",
            f"`{name}` 就地改动了传进来的张量，而调用它的代码还要用到原来的值。"
            "请算出新的张量：写 `a = a / 2`，不写 `a /= 2` 或 `a[i] = …`，"
            "也不用名字以 `_` 结尾的方法。",
        )
        return got

    watched.__name__ = name
    return watched


def need_flow(apply, x, name: str):
    """Say unless gradients get through what a student wrote.

    Args:
        apply: calls what a student wrote, which passed with x, and returns a tensor.
        x: tensor that asks for gradients.
        name: of the function.
    """
    try:
        flows = apply(x.detach().clone().requires_grad_()).requires_grad
    except Exception:
        flows = False
    need(
        flows,
        f"the numbers are right, but no gradient gets through `{name}`, and a later "
        "step asks for it. It ends at .numpy(), .tolist(), .item(), .detach() and in "
        "torch.no_grad(): stay with operations of torch.",
        f"数值对，但梯度穿不过 `{name}`，而后面的步骤要求梯度。"
        "遇到 .numpy()、.tolist()、.item()、.detach() 或 torch.no_grad()，梯度就断了："
        "请一直用 torch 的运算。",
    )


def held(x):
    """Square x, with one of the two factors held fixed for autograd.

    Its slope is 2 x where it is measured, and x where autograd finds it.
    """
    return x * x.detach()


def need_by_hand(function, *arguments, how):
    """Say if what a student wrote is right, but leaves the work to autograd.

    Args:
        function: that a student wrote, and that has passed with these arguments.
        arguments: of the function.
        how: the work is to be done, in English and Chinese.
    """
    taken = []

    def unpack(saved):  # is called when gradients go back
        taken.append(saved)
        return saved

    try:
        with saved_tensors_hooks(lambda tensor: tensor, unpack):
            call(function, *arguments)
    except Wrong:  # torch.func goes back without hooks, and says so
        taken.append(None)
    name, (en, zh) = getattr(function, "__name__", str(function)), how
    need(
        not taken,
        f"right, but `{name}` leaves the work to autograd: here it is to be done {en}.",
        f"结果对，但 `{name}` 用的是自动求导：这一步要求{zh}。",
    )
