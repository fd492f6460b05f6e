"""Lab: SGD, momentum and Adam by hand, then each at its own best rate."""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch

from course_code.teach.steps import (
    Steps,
    Wrong,
    call,
    need,
    need_number,
    need_parts,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
STEEP = torch.tensor([1.0, 100.0])  # curvature along each axis
# zh: 沿各个轴的曲率
START = torch.tensor([1.0, 1.0])


def loss(w):
    """A valley a hundred times steeper across than along; its lowest point is 0."""
    # zh: 横向的曲率是纵向一百倍的山谷，最低点的损失是 0。
    return (STEEP * w**2).sum() / 2


def slope(w):
    """Gradient of the loss."""
    # zh: 损失的梯度。
    return STEEP * w


# %% name="sgd"
def sgd(w, g, memory, rate):
    """Return w after one step of SGD against the gradient g. It remembers nothing."""
    # zh: 按梯度 g 用 SGD 走一步，返回新的 w。它什么也不记。
    # stub
    # return ...
    # solution
    return w - rate * g
    # end


# %% name="check_sgd"
RATE = 0.05  # at which the rules are compared
# zh: 比较各条规则时用的学习率


def gradients(count):
    """Some gradients of very different sizes, (count, 3)."""
    # zh: 几个大小悬殊的梯度，(count, 3)。
    rng = torch.Generator().manual_seed(1)
    draws = torch.randn(count, 3, generator=rng)
    return draws * torch.tensor([1e-3, 1.0, 50.0])


def follow(rule, count=4, **options):
    """Where a student's rule goes with the same gradients, one row for each step."""
    # zh: 学生写的规则遇到同样的梯度会走到哪里，每步一行。
    w, memory, rows = torch.tensor([1.0, -2.0, 3.0]), {}, []
    for g in gradients(count):
        value = call_rule(rule, w, g, memory, **options)
        w = need_tensor(
            value,
            (f"what {rule.__name__} returns", f"{rule.__name__} 返回的结果"),
            (3,),
        )
        rows.append(w)
    return torch.stack(rows)


def call_rule(rule, w, g, memory, **options):
    """Call it, and say what lies behind three errors that do not name their cause."""
    # zh: 调用规则；有三种错误不说原因，在这里补上。
    try:
        value = call(rule, w, g, memory, RATE, **options)
    except Wrong as wrong:
        need(
            "xor" not in wrong.texts["en"],
            "a power is written `**`: in Python `^` is something else.",
            "乘方写作 `**`：在 Python 里 `^` 是另一种运算。",
        )
        raise
    v = memory.get("v")
    need(
        not isinstance(v, torch.Tensor) or v.min() >= 0,
        "v is negative somewhere, and has no root: v takes g squared, g**2, times "
        "1 − b2 in brackets.",
        "v 里有负数，开不了方：v 那一行里应当是 g 的平方 g**2，乘以加了括号的 1 − b2。",
    )
    need(
        v is None or not torch.is_tensor(value) or not value.isnan().any(),
        "w is NaN somewhere: m or v is divided by 0, or a root is taken of a negative "
        "number. m is divided by 1 − b1**t, v by 1 − b2**t, both in brackets, with a "
        "power, and t counts from 1.",
        "w 里有 NaN：m 或 v 除以了 0，或者对负数开了方。m 要除以 1 − b1**t，"
        "v 要除以 1 − b2**t：都加括号，都是 t 次方，t 从 1 数起。",
    )
    return value


def torch_follow(make, count=4):
    """The same by an optimizer of PyTorch; make gets the list of parameters."""
    # zh: 用 PyTorch 的优化器走同样的几步；make 接收参数的列表。
    w = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    optimizer, rows = make([w]), []
    for g in gradients(count):
        w.grad = g.clone()
        optimizer.step()
        rows.append(w.detach().clone())
    return torch.stack(rows)


def torch_sgd(rate=RATE, **options):
    return torch_follow(lambda p: torch.optim.SGD(p, lr=rate, **options))


UPHILL = ("the step goes uphill: subtract.", "这一步是往上走的：应当相减。")
NO_RATE = ("the rate is missing.", "漏了学习率。")


def check_sgd():
    mistakes = [(torch_sgd(maximize=True), *UPHILL), (torch_sgd(1.0), *NO_RATE)]
    need_same(
        follow(sgd), torch_sgd(), ("the path of sgd", "sgd 走过的路"), mistakes=mistakes
    )


steps.check(1, check_sgd)

# %% name="momentum"


def momentum(w, g, memory, rate, mu=0.9):
    """Return w after one step with momentum: u ← μu + g, then w ← w − rate·u."""
    # zh: 带动量走一步，返回新的 w：u ← μu + g，然后 w ← w − rate·u。
    u = memory.get("u", torch.zeros_like(w))
    # stub
    # u = ...
    # w = ...
    # solution
    u = mu * u + g
    w = w - rate * u
    # end
    memory["u"] = u
    return w


# %% name="check_momentum"
def check_momentum():
    def path(rate=RATE, **options):
        return torch_sgd(rate, momentum=0.9, **options)

    late = torch.cat([torch.tensor([[1.0, -2.0, 3.0]]), path()[:-1]])
    mistakes = [
        (
            torch_sgd(),
            "the old u is forgotten: this is SGD.",
            "旧的 u 被忘掉了：这成了 SGD。",
        ),
        (
            path(RATE * 0.1),
            "the new gradient is damped by 1 − μ: here it counts in full.",
            "新梯度被乘上了 1 − μ：这里它应当全额计入。",
        ),
        (
            path(RATE * RATE),
            "the rate counts twice: u holds gradients, only the step has the rate.",
            "学习率乘了两次：u 里只放梯度，走步时才乘学习率。",
        ),
        (path(1.0), *NO_RATE),
        (path(maximize=True), *UPHILL),
        (
            late,
            "w moves by the old u: renew u first.",
            "w 是按旧的 u 移动的：先更新 u。",
        ),
        (
            path(nesterov=True),
            "this is Nesterov's variant: w moves by u alone.",
            "这是 Nesterov 的变体：w 只按 u 移动。",
        ),
    ]
    need_same(
        follow(momentum),
        path(),
        ("the path of momentum", "momentum 走过的路"),
        mistakes=mistakes,
    )


steps.check(2, check_momentum)

# %% name="adam"


def adam(w, g, memory, rate, b1=0.9, b2=0.999, eps=1e-8):
    """Return w after one step of Adam; t counts the steps from 1."""
    # zh: 用 Adam 走一步，返回新的 w；t 是步数，从 1 数起。
    m = memory.get("m", torch.zeros_like(w))
    v = memory.get("v", torch.zeros_like(w))
    t = memory.get("t", 0) + 1
    # stub
    # m = ...  # mean of the gradients, the last one weighs 1 − b1
    # zh: 梯度的平均，最新的一个权重是 1 − b1
    # v = ...  # mean of their squares, the last one weighs 1 − b2
    # zh: 梯度平方的平均，最新的一个权重是 1 − b2
    # m_hat = ...  # both began at 0: divide by what is still missing
    # zh: 两者都从 0 开始：除以它们偏小的倍数
    # v_hat = ...
    # w = ...
    # solution
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    w = w - rate * m_hat / (v_hat.sqrt() + eps)
    # end
    memory.update(m=m, v=v, t=t)
    return w


# %% name="check_adam"
BELOW = {  # what becomes of m_hat (a) and v_hat (b), with eps = 0.1
    # zh: eps = 0.1 时，m_hat (a) 和 v_hat (b) 会变成什么
    "right": lambda a, b: a.div(b.sqrt().add(0.1)),
    "inside": lambda a, b: a.div(b.add(0.1).sqrt()),
    "no root": lambda a, b: a.div(b.add(0.1)),
    "no brackets": lambda a, b: a.div(b.sqrt()).add(0.1),
    "added to w": lambda a, b: a.div(b.sqrt()).sub(0.1 / RATE),
    "taken from w": lambda a, b: a.div(b.sqrt()).add(0.1 / RATE),
    "no rate": lambda a, b: a.div(b.sqrt().add(0.1)).div(RATE),
}
HATS = {  # what becomes of a mean that began at 0, at step t
    # zh: 从 0 开始的平均，在第 t 步会变成什么
    "right": lambda mean, b, t: mean.div(1 - b**t),
    "none": lambda mean, b, t: mean,
    "no power": lambda mean, b, t: mean.div(1 - b),
    "no brackets": lambda mean, b, t: mean.sub(b**t),
}


def variant(m_by="right", v_by="right", below="right", new=(0.1, 0.001)):
    """Adam with a mistake; `new` is what the last gradient and its square weigh."""
    # zh: 带着错误的 Adam；`new` 是最新的梯度和它的平方所占的权重。
    w, rows = torch.tensor([1.0, -2.0, 3.0]), []
    m = v = torch.zeros(3)
    for t, g in enumerate(gradients(4), 1):
        m, v = m.lerp(g, new[0]), v.lerp(g.square(), new[1])
        a, b = HATS[m_by](m, 0.9, t), HATS[v_by](v, 0.999, t)
        w = w.sub(BELOW[below](a, b), alpha=RATE)
        rows.append(w)
    return torch.stack(rows)


def corrections():
    """Mistakes in the two hats."""
    # zh: m_hat 和 v_hat 里的错误。
    power = "the power is missing: divide by 1 − b1**t and 1 − b2**t, at step t."
    power = (power, "漏了 t 次方：第 t 步要除以 1 − b1**t 和 1 − b2**t。")
    missing = "w goes by m and v as they are: they began at 0, so divide them by "
    return [
        (variant("no power", "no power"), *power),
        (variant("no power"), *power),
        (variant("right", "no power"), *power),
        (
            variant("no brackets"),
            "1 − b1**t stands without brackets: m is divided by 1 alone.",
            "1 − b1**t 没有加括号：m 只除以了 1。",
        ),
        (
            variant("none", "none"),
            missing + "1 − b1^t and 1 − b2^t.",
            "更新 w 时直接用了 m 和 v：它们从 0 开始，"
            "要先分别除以 1 − b1^t 和 1 − b2^t。",
        ),
        (
            variant("right", "none"),
            "v is not corrected: divide it by 1 − b2^t.",
            "v 没有校正：要除以 1 − b2^t。",
        ),
        (
            variant("none"),
            "m is not corrected: divide it by 1 − b1^t.",
            "m 没有校正：要除以 1 − b1^t。",
        ),
    ]


def fractions():
    """Mistakes in the means and in the step."""
    # zh: 两个平均和更新里的错误。
    swapped = "b1 and 1 − b1 (or b2 and 1 − b2) are exchanged: the old mean weighs b."
    swapped = (swapped, "b1 和 1 − b1（或 b2 和 1 − b2）放反了：旧的平均乘 b。")
    brackets = "eps is added to the fraction: put the root and eps in brackets."
    brackets = (brackets, "eps 加到了分式外面：根式与 eps 之和要加括号。")
    return [
        (variant(new=(0.9, 0.999)), *swapped),
        (variant(new=(0.9, 0.001)), *swapped),
        (variant(new=(0.1, 0.999)), *swapped),
        (
            variant(below="inside"),
            "eps stands inside the root: it is added after the root.",
            "eps 放进了根号里：它应当在开方之后再加。",
        ),
        (
            variant(below="no root"),
            "the root of v_hat is missing.",
            "漏了对 v_hat 开方。",
        ),
        (variant(below="no brackets"), *brackets),
        (variant(below="added to w"), *brackets),
        (variant(below="taken from w"), *brackets),
        (variant(below="no rate"), *NO_RATE),
    ]


def torch_adam(**options):
    return torch_follow(lambda p: torch.optim.Adam(p, lr=RATE, **options))


def check_adam():
    mistakes = [*corrections(), *fractions()]
    mistakes += [(torch_adam(eps=0.1, maximize=True), *UPHILL)]
    right, got = torch_adam(eps=0.1), follow(adam, eps=0.1)
    need_same(
        got,
        right,
        ("the path of adam with eps=0.1", "eps=0.1 时 adam 走过的路"),
        1e-4,
        mistakes,
    )
    need_same(follow(adam), torch_adam(), ("the path of adam", "adam 走过的路"), 1e-4)


steps.check(3, check_adam)

# %% name="descend"


def descend(rule, rate, count):
    """Return the loss after `count` steps of a rule from START, as a float."""
    # zh: 从 START 出发，按规则走 `count` 步，返回最后的损失，是 float。
    w = START.clone()
    # stub
    # ...  # begin with an empty memory; take `count` steps with slope(w)
    # zh: 从空的 memory 开始，用 slope(w) 走 `count` 步
    # solution
    memory = {}
    for _ in range(count):
        w = rule(w, slope(w), memory, rate)
    # end
    return loss(w).item()


# %% name="check_descend"
def check_descend():
    calls = []

    def counting(w, g, memory, rate):
        calls.append((memory.get("calls", 0), w.clone(), g.clone()))
        memory["calls"] = memory.get("calls", 0) + 1
        return w * (1 - rate)

    got = need_number(call(descend, counting, 0.5, 3), "descend(rule, 0.5, 3)")
    need(
        calls,
        "the rule is never called: take each step with the `rule` that is given, "
        "not with one by its name.",
        "从未调用过 rule：每一步都要用传进来的 `rule` 走，不要直接写某条规则的名字。",
    )
    need(
        len(calls) == 3,
        f"for 3 steps the rule was called {len(calls)} times.",
        f"要求走 3 步，rule 却被调用了 {len(calls)} 次。",
    )
    need(
        [before for before, *_ in calls] == [0, 1, 2],
        "the rule forgets: make one memory before the loop, and give it to every step.",
        "规则失去了记忆：memory 要在循环之前建好，每一步都用同一个。",
    )
    need(
        not torch.equal(calls[0][1], calls[1][1]),
        "every step begins at START: bind what the rule returns to w.",
        "每一步都从 START 出发：要把 rule 的返回值赋给 w。",
    )
    need(
        all(torch.equal(g, slope(w)) for _, w, g in calls),
        "the gradient given to the rule is not that of the current w.",
        "交给 rule 的梯度不是当前 w 处的梯度。",
    )
    need_same(got, 101 / 2 / 64, "descend(rule, 0.5, 3)")
    again = need_number(call(descend, counting, 0.5, 3), "descend(rule, 0.5, 3)")
    need(
        calls[3][0] == 0 and again == got,
        "a second run goes on where the first one stopped: each needs a new memory.",
        "第二次运行接着第一次往下走了：每次都要新建 memory。",
    )
    lowest = (
        "this is the lowest loss on the way: asked is the one after the last step.",
        "这是途中最低的损失，题目要的是最后一步之后的损失。",
    )
    need_same(
        call(descend, counting, -0.5, 3),
        101 / 2 * 1.5**6,
        ("the loss of a run uphill", "一路上坡时的损失"),
        mistakes=[(101 / 2, *lowest), (101 / 2 * 1.5**2, *lowest)],
    )


steps.check(4, check_descend)

# %% name="sweep"


def sweep(rule, rates, count):
    """Return (best rate, its loss); runs that end in NaN or infinity do not count."""
    # zh: 返回 (最好的学习率, 它的损失)；以 NaN 或无穷大收场的不算。
    best = (None, math.inf)
    for rate in rates:
        # stub
        # ...  # a run at this rate; keep it if its loss is finite and the lowest yet
        # zh: 用这个学习率跑一次；损失有限，而且是至今最低，就留下
        # solution
        found = descend(rule, rate, count)
        if found < best[1]:
            best = (rate, found)
        # end
    return best


# %% name="check_sweep"
ENDS = {0.1: 5.0, 0.3: 2.5, 0.5: 7.5, 0.7: 6.0}  # rate: loss at the end
# zh: 学习率：最后的损失
FAILED = {0.05: math.nan, 0.2: math.nan, 0.4: math.inf, 0.6: math.nan}


def best_of(ends):
    """What sweep finds among runs that end like this, as (rate, loss)."""
    # zh: 各次运行这样收场时，sweep 会选出什么，(学习率, 损失)。

    def pretend(w, g, memory, rate):
        return torch.tensor([math.sqrt(2 * ends[rate]), 0.0])

    got = call(sweep, pretend, sorted(ends), 1)
    need_parts(
        got, "sweep", ("the best rate", "最好的学习率"), ("its loss", "它的损失")
    )
    need(
        got[0] is not None,
        "no run has been kept: is there a run for each rate, also after one that "
        "failed, and is `best` renewed?",
        "一次运行也没有留下：每个学习率都运行了吗（有一次失败之后也要继续）？"
        "更新 `best` 了吗？",
    )
    return need_number(got[0], ("the best rate", "最好的学习率")), got[1]


def check_sweep():
    rate, lowest = best_of(ENDS)
    need(
        rate not in ENDS.values(),
        "the loss stands first: the pair is (rate, loss).",
        "损失排在了前面：这一对应当是（学习率，损失）。",
    )
    need(
        rate != 0.7,
        "the last run has won: keep a run only if its loss is lower than the best yet.",
        "胜出的是最后一次运行：损失比目前最低的还低，才留下它。",
    )
    need(
        rate != 0.5,
        "the largest loss has won: keep the lowest.",
        "胜出的是最大的损失：应当留下最低的。",
    )
    need(
        rate == 0.3,
        f"{rate} wins instead of 0.3, whose loss is the lowest.",
        f"胜出的是 {rate}，而损失最低的是 0.3。",
    )
    need_same(lowest, 2.5, ("the loss at the best rate", "最好的学习率下的损失"))
    rate, _ = best_of(ENDS | FAILED)
    need(
        rate == 0.3,
        f"with runs that end in NaN or infinity among them, {rate} wins instead of 0.3."
        " No comparison with NaN is true: ask `new < best`, not `not new > best`, and "
        "keep no NaN as the first best.",
        f"其中有些运行以 NaN 或无穷大告终时，胜出的成了 {rate}，而不是 0.3。"
        "与 NaN 的任何比较都不成立：要问 `新 < 旧`，而不是 `not 新 > 旧`，"
        "也不要把 NaN 当作最初的最好值留下来。",
    )
    show_sweep()


def show_sweep(count=100):
    """Print every rule's best rate, and draw the losses of all rates."""
    # zh: 打印每条规则最好的学习率，画出所有学习率的损失。
    rates = [10 ** (k / 3) for k in range(-12, 2)]
    steps.note(
        f"rule, its best rate, and the loss after {count} steps:",
        f"规则，它最好的学习率，以及 {count} 步之后的损失：",
    )
    fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    for rule, marker in ((sgd, "o"), (momentum, "^"), (adam, "s")):
        rate, lowest = call(sweep, rule, rates, count)
        print(f"{rule.__name__:9} {rate:.4f}  {lowest:.1e}")
        ends = [call(descend, rule, rate, count) for rate in rates]
        ends = [min(end, 1e3) if end == end else 1e3 for end in ends]
        ax.loglog(rates, ends, marker=marker, label=rule.__name__)
    ax.axhline(0.1, color="0.5", linestyle=":")  # below it, a rate works
    # zh: 线以下的学习率可用
    ax.set(xlabel="rate", ylabel=f"loss after {count} steps")
    ax.legend()
    plt.show()


steps.check(5, check_sweep, needs=[1, 2, 3, 4])
