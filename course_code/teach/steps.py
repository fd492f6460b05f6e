"""Steps of a lab: each is checked, and what is wrong is said in words, in the reader's
language. A check prints no traceback, and leaves torch's random stream as it was.
"""

import math
import traceback
from numbers import Real

import torch
from torch import Tensor


class Wrong(Exception):  # noqa: N818 - an answer is wrong, not the program
    """What is wrong with an answer, and what to look at, in both languages."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.texts = {"en": en, "zh": zh}


class Steps:
    """The steps of a lab: which have passed, and what the checks said.

    Args:
        language: "en" or "zh".
        total: number of steps.
    """

    def __init__(self, language: str, total: int):
        self.language, self.total = language, total
        self.passed, self.log = set(), []

    def check(self, number: int, test, needs=()):
        """Run the check of a step, and say how it went.

        Args:
            number: of the step, from 1.
            test: a function that raises Wrong, or returns.
            needs: numbers of the steps on which this one builds.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            verdict, texts = self._judge(test, sorted({*needs} - self.passed))
        self.log.append([number, verdict, texts["en"][:400], texts["zh"][:400]])
        if verdict == "passed":
            self.passed.add(number)
        else:
            self.passed.discard(number)
        head = {"en": f"Step {number} of {self.total}", "zh": f"第 {number} 步"}
        colon = {"en": ": ", "zh": "："}[self.language]
        mark = "✓" if verdict == "passed" else "✗"
        print(f"{mark} {head[self.language]}{colon}{texts[self.language]}")
        if verdict == "passed" and len(self.passed) == self.total:
            print({"en": "All steps passed.", "zh": "全部通过。"}[self.language])

    def note(self, en: str, zh: str):
        """Print what a check has found besides, in the language of the checks."""
        print({"en": en, "zh": zh}[self.language])

    def _judge(self, test, missing):
        """Return "passed", "wrong" or "broken" (the check's fault), and the texts."""
        if missing:
            first = missing[0]
            en = f"this step builds on step {first}: finish that one first."
            zh = f"这一步要用到第 {first} 步，请先完成那一步。"
            return "wrong", {"en": en, "zh": zh}
        try:
            test()
        except Wrong as wrong:
            return "wrong", wrong.texts
        except NameError as error:
            en = f"`{error.name}` is not defined: run the cells above, from the top."
            zh = f"还没有定义 `{error.name}`：请从头依次运行上面的代码单元。"
            return "wrong", {"en": en, "zh": zh}
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            en = f"what you return cannot be checked ({said}). Is it of the right kind?"
            zh = f"你返回的结果无法检验（{said}）。类型对吗？"
            return "broken", {"en": en, "zh": zh}
        return "passed", {"en": "passed.", "zh": "通过。"}


def need(holds, en: str, zh: str):
    """Say what is wrong unless it holds."""
    if not holds:
        raise Wrong(en, zh)


def call(function, *arguments, **named):
    """Call what a student wrote, with copies of tensors, and say in words why it stops.

    Returns: what it returns, which is neither None nor `...`.
    """
    name = getattr(function, "__name__", str(function))
    own = [copied(argument) for argument in arguments]
    try:
        result = function(*own, **named)
    except Wrong:
        raise
    except Exception as error:
        if getattr(error, "name", None) == name:  # a NameError: it was not run
            raise
        raise stopped(name, error) from None
    need_filled(result, name)
    need(
        result is not None,
        f"`{name}` returns None. Is every `...` filled in, and is there a `return`?",
        f"`{name}` 返回了 None：最后写 `return` 了吗？`...` 都补全了吗？",
    )
    return result


def copied(argument):
    """Return a copy of a tensor, of a list of them, or whatever else it is."""
    if isinstance(argument, Tensor):
        return argument.detach().clone()
    if isinstance(argument, list):
        return [copied(one) for one in argument]
    return argument


def called(name) -> tuple[str, str]:
    """Return how messages call a thing, en and zh, the latter spaced after Latin."""
    en, zh = (name, name) if isinstance(name, str) else name
    return en, f"{zh} " if zh[-1].isascii() else zh


def need_filled(value, name):
    """Say that a `...` is left, if the value is one or holds one."""
    parts = value.values() if isinstance(value, dict) else value
    parts = parts if isinstance(value, dict | list | tuple) else ()
    if value is ... or any(part is ... for part in parts):
        raise unfilled(name)


def unfilled(name) -> Wrong:
    """Return what to say where a `...` is left."""
    en, zh = called(name)
    return Wrong(
        f"`{en}` still has a `...`: fill it in, and run its cell again.",
        f"`{zh.strip()}` 里还有 `...`：补全之后，再运行一次那个代码单元。",
    )


def stopped(name: str, error: Exception) -> Wrong:
    """Return what to say of an error in what a student wrote: its text and its line."""
    if "ellipsis" in str(error).lower():
        return unfilled(name)
    frames = traceback.extract_tb(error.__traceback__)
    here = [f for f in frames if f.name == name] or frames[-1:]
    line = here[-1].line if here else ""
    said = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(".")
    en, zh = f"`{name}` stops with {said}.", f"`{name}` 报错 {said}。"
    if line:
        en, zh = f"{en} Look at `{line}`.", f"{zh}请看 `{line}`。"
    return Wrong(en, zh)


def need_tensor(value, name, shape: tuple, dtype=torch.float32) -> Tensor:
    """Return a value that is a tensor of finite numbers of this shape, detached.

    Args:
        value: what a student's code gives.
        name: how the message calls it: code, or (en, zh).
        shape: that it has to have.
        dtype: that it has to have.
    """
    need_filled(value, name)
    kind, (en, zh) = type(value).__name__, called(name)
    need(
        isinstance(value, Tensor),
        f"{en} should be a tensor, and is of type {kind}.",
        f"{zh}应当是张量，现在的类型是 {kind}。",
    )
    has, wanted = tuple(value.shape), tuple(shape)
    need(
        has == wanted,
        f"{en} has shape {has} and should have {wanted}.",
        f"{zh}的形状是 {has}，应当是 {wanted}。",
    )
    asked = str(dtype).removeprefix("torch.")
    need(
        value.dtype == dtype,
        f"{en} has dtype {value.dtype}, not {asked}.",
        f"{zh}的 dtype 是 {value.dtype}，不是 {asked}。",
    )
    need(
        bool(value.isfinite().all()),
        f"{en} holds NaN or infinity.",
        f"{zh}里出现了 NaN 或无穷大。",
    )
    return value.detach()


def need_parts(value, name, *parts):
    """Say unless a value is a tuple or a list of as many parts as are named.

    Args:
        value: what a student's code gives.
        name: of the function that gives it, as code or (en, zh).
        parts: how the message calls each, in their order: code, or (en, zh).
    """
    need_filled(value, name)
    (en, zh), many = called(name), len(parts)
    ours = ", ".join(called(part)[0] for part in parts)
    theirs = "、".join(called(part)[1].strip() for part in parts)
    need(
        isinstance(value, tuple | list) and len(value) == many,
        f"{en} should return {many} things, in this order: {ours}.",
        f"{zh}应当依次返回 {many} 样东西：{theirs}。",
    )


def need_number(value, name) -> float:
    """Return a value that is one finite number, torch's and NumPy's too, as a float."""
    need_filled(value, name)
    if isinstance(value, Tensor):
        value = need_tensor(value, name, (), value.dtype)
    if getattr(value, "shape", None) == ():
        value = value.item()
    kind, (en, zh) = type(value).__name__, called(name)
    need(
        isinstance(value, Real) and math.isfinite(value),
        f"{en} should be one finite number, and is {value} of type {kind}.",
        f"{zh}应当是一个有限的数，现在是 {value}（类型 {kind}）。",
    )
    return float(value)


def need_same(value, wanted, name, tolerance: float = 1e-5, mistakes=()):
    """Say by how much a value differs from what is wanted, or which mistake it shows.

    Args:
        value: what a student's code gives.
        wanted: number or tensor that it should be.
        name: how the message calls it: code, or (en, zh).
        tolerance: largest difference, relative to the largest number wanted or 1.
        mistakes: (value that a well-known mistake gives, its name en, zh) of each.
    """
    value = _checked(value, wanted, name)
    if near(value, wanted, tolerance):
        return
    for other, *texts in mistakes:
        if near(value, other, tolerance):
            raise Wrong(*texts)
    gap, (en, zh) = (value - torch.as_tensor(wanted)).abs().max().item(), called(name)
    if not value.dim():
        far = f"{gap:.3g}" if gap < 1000 else f"{gap:.0f}"
        raise Wrong(
            f"{en} is {value:.6g}, which is off by {far}.",
            f"{zh}现在是 {value:.6g}，差了 {far}。",
        )
    raise Wrong(
        f"{en} has the right shape, but is off by up to {gap:.3g}.",
        f"{zh}的形状对，数值不对，最多差 {gap:.3g}。",
    )


def _checked(value, wanted, name) -> Tensor:
    if isinstance(wanted, Tensor):
        return need_tensor(value, name, wanted.shape, wanted.dtype)
    return torch.tensor(need_number(value, name), dtype=torch.float64)


def near(value, wanted, tolerance: float = 1e-5) -> bool:
    """Tell whether two numbers, or two tensors of one shape, are equal to rounding.

    Nothing is near infinity.
    """
    value, wanted = (
        torch.as_tensor(each, dtype=torch.float64) for each in (value, wanted)
    )
    if value.shape != wanted.shape or not wanted.isfinite().all():
        return False
    size = max(1.0, wanted.abs().max().item()) if wanted.numel() else 1.0
    return bool(((value - wanted).abs() <= tolerance * size).all())
