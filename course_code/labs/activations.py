"""Lab: activations by hand, their slopes by autograd, and units that died."""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from course_code.teach.conduct import gives_grad, held, keeps, need_flow
from course_code.teach.steps import (
    Steps,
    call,
    need,
    need_number,
    need_parts,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
x = torch.linspace(-4, 4, 81)  # from -4 to 4 in steps of 0.1
# zh: 从 -4 到 4，每隔 0.1 一个


# %% name="leaky"
def leaky(a, alpha=0.01):
    """Return a where a > 0 and alpha·a elsewhere; with alpha = 0 this is ReLU."""
    # zh: a > 0 处返回 a，其余返回 alpha·a；alpha = 0 时就是 ReLU。
    # stub
    # return ...
    # solution
    return torch.where(a > 0, a, alpha * a)
    # end


# %% name="check_leaky"
def check_leaky():
    for alpha in (0.0, 0.2):
        want = F.leaky_relu(x, alpha)
        mistakes = [
            (
                F.relu(x),
                "what is negative becomes 0: it should become alpha times itself.",
                "负数变成了 0：应当变成它自己的 alpha 倍。",
            ),
            (
                -F.leaky_relu(-x, alpha),
                "alpha is on the wrong side: positive numbers pass unchanged.",
                "alpha 放错了一边：正数应当原样通过。",
            ),
            (
                torch.where(x > 0, x, torch.full_like(x, alpha)),
                "what is negative becomes alpha: it should become alpha times itself.",
                "负数变成了 alpha：应当变成它自己的 alpha 倍。",
            ),
            (
                torch.where(x > 0, x, -alpha * x),
                "the negative side bends up: keep the sign.",
                "负的一边翘起来了：符号要保留。",
            ),
            (
                x.abs(),
                "this is the absolute value.",
                "这是绝对值。",
            ),
        ]
        got = call(keeps(leaky), x, alpha)
        need_same(got, want, f"leaky(x, {alpha})", 1e-6, mistakes)
    need_flow(leaky, x, "leaky")


steps.check(1, check_leaky)

# %% name="gelu"


def gelu(a):
    """Return a·Φ(a), where Φ(a) = (1 + erf(a/√2))/2: the exact GELU."""
    # zh: 返回 a·Φ(a)，其中 Φ(a) = (1 + erf(a/√2))/2：精确的 GELU。
    # stub
    # return ...
    # solution
    return a * (1 + torch.erf(a / math.sqrt(2))) / 2
    # end


# %% name="check_gelu"
def check_gelu():
    curve = torch.special.ndtr(x)
    mistakes = [
        (
            F.gelu(x, approximate="tanh"),
            "this is the tanh formula of the notes: close, but off by up to 5e-4.",
            "这是笔记里的 tanh 公式：很接近，但最多差 5e-4。",
        ),
        (
            x * torch.sigmoid(1.702 * x),
            "this is the approximation by a sigmoid, off by up to 0.02.",
            "这是用 sigmoid 的近似，最多差 0.02。",
        ),
        (
            curve,
            "this is Φ alone: GELU is a times Φ(a).",
            "这只是 Φ：GELU 是 a 乘 Φ(a)。",
        ),
        (
            x * torch.special.ndtr(x * 2**0.5),
            "the root is missing: erf takes a divided by √2.",
            "漏了根号：erf 里是 a 除以 √2。",
        ),
        (
            2 * x * curve,
            "twice too large: Φ is half of 1 + erf.",
            "大了一倍：Φ 是 1 + erf 的一半。",
        ),
        (
            x * (curve - 0.5),
            "the 1 is missing: Φ runs from 0 to 1, erf from −1 to 1.",
            "漏了 1：Φ 从 0 变到 1，erf 从 −1 变到 1。",
        ),
    ]
    need_same(call(keeps(gelu), x), x * curve, "gelu(x)", 1e-6, mistakes)
    need_flow(gelu, x, "gelu")


steps.check(2, check_gelu)

# %% name="slope"


def slope(f, a):
    """Return the derivative of f at every entry of a, (B,), by autograd.

    f works entry by entry; a is left as it was.
    """
    # zh: 用自动求导返回 f 在 a 的每个元素处的导数，(B,)。
    # zh:
    # zh: f 逐元素计算；a 保持原样。
    # stub
    # a = ...  # a copy that asks for gradients
    # zh: a 的副本，要求梯度
    # return ...  # gradient of one number that holds every f(a)
    # zh: 由所有 f(a) 构成一个数，返回它的梯度
    # solution
    a = a.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(f(a).sum(), a)
    return gradient
    # end


# %% name="check_slope"
def check_slope():
    watched = gives_grad(slope, "slope")
    for f, want in ((torch.sin, torch.cos(x)), (torch.square, 2 * x)):
        mistakes = [
            (
                f(x),
                "these are the values of f, not its slopes.",
                "这是 f 的值，不是斜率。",
            ),
            (
                want / len(x),
                "divided by the number of entries: take the sum of f, not the mean.",
                "除以了元素个数：要对 f 求和，而不是求平均。",
            ),
        ]
        got = call(watched, f, x)
        need_same(got, want, f"slope(torch.{f.__name__}, x)", mistakes=mistakes)
    need_same(
        call(watched, held, x),
        x,
        ("slope(f, x) of an f with .detach()", "f 里有 .detach() 时的 slope(f, x)"),
        1e-2,
        mistakes=[
            (
                2 * x,
                "the slopes are measured, from values of f nearby: let autograd find "
                "them.",
                "这是用附近的函数值测出来的斜率：应当让自动求导去求。",
            )
        ],
    )
    given = x.clone()
    slope(torch.sin, given)
    need(
        not given.requires_grad,
        "the x that was given asks for gradients now: take a copy, a.detach().clone().",
        "传进来的 x 现在要求梯度了：请先复制，a.detach().clone()。",
    )


steps.check(3, check_slope)

# %% name="collapse"


def collapse(W1, b1, W2, b2):
    """Return W, b of the one layer that equals two linear layers in a row.

    The first maps a (B, D) to a @ W1.T + b1 (B, H), the second goes on to (B, C).
    """
    # zh: 两个相连的线性层等于一层，返回这一层的 W 和 b。
    # zh:
    # zh: 第一层把 a (B, D) 变成 a @ W1.T + b1 (B, H)，第二层再变成 (B, C)。
    # stub
    # W = ...  # (C, D)
    # b = ...  # (C,)
    # solution
    W = W2 @ W1
    b = W2 @ b1 + b2
    # end
    return W, b


# %% name="check_collapse"
def check_collapse():
    rng = torch.Generator().manual_seed(1)
    for H in (5, 2):
        W1, b1, W2, b2, points = (
            torch.randn(*shape, generator=rng)
            for shape in ((H, 2), (H,), (2, H), (2,), (7, 2))
        )
        got = call(collapse, W1, b1, W2, b2)
        need_parts(got, "collapse", "W", "b")
        W = torch.einsum("ch,hd->cd", W2, W1)
        turned = torch.einsum("ch,hd->dc", W2, W1)
        mistakes = [
            (
                turned,
                "W is the wrong way round: rows belong to the outputs.",
                "W 转置反了：每一行对应一个输出。",
            ),
        ]
        if H == 2:
            exchanged = torch.einsum("dh,hc->dc", W1, W2)
            why = "the first layer is applied first, so W1 stands on the right."
            zh = "第一层先作用，所以 W1 在右边。"
            mistakes.append((exchanged, why, zh))
        need_same(got[0], W, "W", 1e-5, mistakes)
        b = F.linear(b1[None], W2, b2)[0]
        mistakes = [
            (
                b2,
                "b1 is lost: it passes the second layer too.",
                "丢了 b1：它也要经过第二层。",
            ),
            (b - b2, "b2 is lost.", "丢了 b2。"),
        ]
        if H == 2:
            both = "b1 has to pass the second layer before b2 is added."
            mistakes.append((b1 + b2, both, "b1 要先经过第二层，再加 b2。"))
        need_same(got[1], b, "b", 1e-5, mistakes)
        two = F.linear(F.linear(points, W1, b1), W2, b2)
        need_same(
            F.linear(points, *got),
            two,
            ("the output of the one layer", "合成的那一层的输出"),
            1e-4,
        )


steps.check(4, check_collapse)

# %% name="dead_units"


def dead_units(W, b, X):
    """Return how many of H ReLU units are 0 at every point: they learn nothing there.

    W: (H, D), b: (H,), X: (B, D).
    """
    # zh: 返回 H 个 ReLU 单元里有多少个在所有点上都是 0：它们在那里什么也学不到。
    # zh:
    # zh: W：(H, D)；b：(H,)；X：(B, D)。
    # stub
    # sums = ...  # (B, H) before the ReLU
    # zh: (B, H) ReLU 之前的值
    # dead = ...  # (H,) bool
    # zh: (H,) 布尔值
    # return ...  # an int
    # zh: 一个 int
    # solution
    sums = X @ W.T + b
    dead = (sums <= 0).all(dim=0)
    return int(dead.sum())
    # end


# %% name="check_dead_units"
def layer(shift):
    """A layer of 60 units whose biases are lowered, and 40 points in the plane."""
    # zh: 有 60 个单元的一层，偏置调低了；另有平面上的 40 个点。
    rng = torch.Generator().manual_seed(3)
    W, X = torch.randn(60, 2, generator=rng), torch.rand(40, 2, generator=rng) * 2 - 1
    b = torch.randn(60, generator=rng) - shift
    W[0], b[0] = 0, 0  # a unit whose sum is exactly 0 at every point
    # zh: 这个单元在每个点上，ReLU 之前的值都正好是 0
    return W, b, X


def check_dead_units():
    for shift in (1.0, 0.0, 2.5):
        W, b, X = layer(shift)
        quiet = F.linear(X, W, b).le(0)
        want = int(quiet.all(0).sum())
        mistakes = [
            (
                int(quiet.sum()),
                "this counts pairs of a point and a unit: a unit is dead if it is 0 at "
                "all points.",
                "这是按点和单元成对计数：一个单元在所有点上都为 0 才算死亡。",
            ),
            (
                int(quiet.any(0).sum()),
                "these units are 0 at some point: dead means at all points.",
                "这是在某些点上为 0 的单元：所有点上都为 0 才算死亡。",
            ),
            (
                int(F.linear(X, W, b).lt(0).all(0).sum()),
                "a unit whose sum is exactly 0 is left out: ReLU makes 0 of it, too.",
                "漏了 ReLU 之前的值正好是 0 的单元：它的输出也是 0。",
            ),
            (
                60 - want,
                "these are the units that live.",
                "这是活着的单元数。",
            ),
            (
                int(quiet.all(1).sum()),
                "this counts points without an active unit: the units lie along dim=1, "
                "so ask along dim=0.",
                "这是没有任何单元激活的点数：单元沿 dim=1 排列，所以要沿 dim=0 判断。",
            ),
            (
                want / 60,
                "this is the share of dead units: count them.",
                "这是死单元的比例：题目要的是个数。",
            ),
        ]
        got = need_number(call(dead_units, W, b, X), "dead_units(W, b, X)")
        need_same(got, want, "dead_units(W, b, X)", mistakes=mistakes)
    show_slopes()


def show_slopes():
    """Draw the slopes of four activations, by the student's functions."""
    # zh: 用学生写的函数画出四种激活函数的斜率。
    fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    curves = {
        "sigmoid": (torch.sigmoid, "-"),
        "tanh": (torch.tanh, "--"),
        "leaky ReLU": (leaky, "-."),
        "GELU": (gelu, ":"),
    }
    for name, (f, style) in curves.items():
        values = need_tensor(
            call(slope, f, x), (f"the slope of {name}", f"{name} 的斜率"), x.shape
        )
        ax.plot(x, values, linestyle=style, label=name)
        top = values.max().item()
        steps.note(
            f"{name:10} largest slope {top:.3f}, to the power of 10 {top**10:.1e}",
            f"{name:10} 最大斜率 {top:.3f}，它的十次方 {top**10:.1e}",
        )
    ax.set(xlabel="weighted sum", ylabel="slope")
    ax.legend()
    plt.show()


steps.check(5, check_dead_units, needs=[1, 2, 3])
