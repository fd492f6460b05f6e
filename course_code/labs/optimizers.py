"""Lab: SGD, momentum and Adam by hand, then each at its own best rate."""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch

from course_code.teach.steps import (
    Steps,
    call,
    need,
    need_filled,
    need_number,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
STEEP = torch.tensor([1.0, 100.0])  # curvature along each axis
START = torch.tensor([1.0, 1.0])


def loss(w):
    """A valley a hundred times steeper across than along; its lowest point is 0."""
    return (STEEP * w**2).sum() / 2


def slope(w):
    """Gradient of the loss."""
    return STEEP * w


# %% name="sgd"
def sgd(w, g, memory, rate):
    """Return w after one step of SGD against the gradient g. It remembers nothing."""
    # stub
    # return ...
    # solution
    return w - rate * g
    # end


# %% name="check_sgd"
def gradients(count):
    """Some gradients of very different sizes, (count, 3)."""
    rng = torch.Generator().manual_seed(1)
    draws = torch.randn(count, 3, generator=rng)
    return draws * torch.tensor([1e-3, 1.0, 50.0])


def follow(rule, count=4, **options):
    """Where a student's rule goes with the same gradients, one row for each step."""
    w, memory, rows = torch.tensor([1.0, -2.0, 3.0]), {}, []
    for g in gradients(count):
        value = call(rule, w, g, memory, 0.1, **options)
        w = need_tensor(value, f"what {rule.__name__} returns", (3,))
        rows.append(w)
    return torch.stack(rows)


def torch_follow(make, count=4):
    """The same by an optimizer of PyTorch; make gets the list of parameters."""
    w = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    optimizer, rows = make([w]), []
    for g in gradients(count):
        w.grad = g.clone()
        optimizer.step()
        rows.append(w.detach().clone())
    return torch.stack(rows)


def check_sgd():
    right = torch_follow(lambda p: torch.optim.SGD(p, lr=0.1))
    uphill = torch_follow(lambda p: torch.optim.SGD(p, lr=0.1, maximize=True))
    mistakes = [
        (
            uphill,
            "the step goes uphill: subtract.",
            "这一步是往上走的：应当相减。",
        ),
        (
            torch_follow(lambda p: torch.optim.SGD(p, lr=1.0)),
            "the rate is missing.",
            "漏了学习率。",
        ),
    ]
    need_same(follow(sgd), right, "the path of sgd", mistakes=mistakes)


steps.check(1, check_sgd)

# %% name="momentum"


def momentum(w, g, memory, rate, mu=0.9):
    """Return w after one step with momentum: u ← μu + g, then w ← w − rate·u."""
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
    def path(**options):
        return torch_follow(lambda p: torch.optim.SGD(p, lr=0.1, **options))

    late = path(momentum=0.9)
    late = torch.cat([torch.tensor([[1.0, -2.0, 3.0]]), late[:-1]])
    mistakes = [
        (
            path(),
            "the old u is forgotten: this is SGD.",
            "旧的 u 被忘掉了：这成了 SGD。",
        ),
        (
            damped(),
            "the new gradient is damped by 1 − μ: here it counts in full.",
            "新梯度被乘上了 1 − μ：这里它应当全额计入。",
        ),
        (
            late,
            "w moves by the old u: renew u first.",
            "w 是按旧的 u 移动的：先更新 u。",
        ),
        (
            path(momentum=0.9, nesterov=True),
            "this is Nesterov's variant: w moves by u alone.",
            "这是 Nesterov 的变体：w 只按 u 移动。",
        ),
    ]
    got = follow(momentum)
    need_same(got, path(momentum=0.9), "the path of momentum", mistakes=mistakes)


def damped():
    w, u, rows = torch.tensor([1.0, -2.0, 3.0]), torch.zeros(3), []
    for g in gradients(4):
        u = u.lerp(g, 0.1)
        w = w.sub(u, alpha=0.1)
        rows.append(w)
    return torch.stack(rows)


steps.check(2, check_momentum)

# %% name="adam"


def adam(w, g, memory, rate, b1=0.9, b2=0.999, eps=1e-8):
    """Return w after one step of Adam; t counts the steps from 1."""
    m = memory.get("m", torch.zeros_like(w))
    v = memory.get("v", torch.zeros_like(w))
    t = memory.get("t", 0) + 1
    # stub
    # m = ...  # mean of the gradients, the last one weighs 1 − b1
    # v = ...  # mean of their squares, the last one weighs 1 − b2
    # m_hat = ...  # both began at 0: divide by what is still missing
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
def variant(*, first=True, second=True, inside=False, root=True, eps=0.1):
    """Adam with a mistake: a correction left out, eps inside the root, no root."""
    w, rows = torch.tensor([1.0, -2.0, 3.0]), []
    m = v = torch.zeros(3)
    for t, g in enumerate(gradients(4), 1):
        m, v = m.lerp(g, 0.1), v.lerp(g.square(), 0.001)
        a = m.div(1 - 0.9**t) if first else m
        b = v.div(1 - 0.999**t) if second else v
        below = b.add(eps).sqrt() if inside else (b.sqrt() if root else b).add(eps)
        w = w.sub(a.div(below), alpha=0.1)
        rows.append(w)
    return torch.stack(rows)


def check_adam():
    right = torch_follow(lambda p: torch.optim.Adam(p, lr=0.1, eps=0.1))
    mistakes = [
        (
            variant(first=False, second=False),
            "the corrections are missing: m and v began at 0, so divide them by "
            "1 − b1^t and 1 − b2^t.",
            "漏了偏差修正：m 和 v 从 0 开始，要分别除以 1 − b1^t 和 1 − b2^t。",
        ),
        (
            variant(second=False),
            "v is not corrected: divide it by 1 − b2^t.",
            "v 没有修正：要除以 1 − b2^t。",
        ),
        (
            variant(first=False),
            "m is not corrected: divide it by 1 − b1^t.",
            "m 没有修正：要除以 1 − b1^t。",
        ),
        (
            variant(inside=True),
            "eps stands inside the root: it is added after the root.",
            "eps 放进了根号里：它应当在开方之后再加。",
        ),
        (
            variant(root=False),
            "the root of v_hat is missing.",
            "漏了对 v_hat 开方。",
        ),
    ]
    got = follow(adam, eps=0.1)
    need_same(got, right, "the path of adam with eps=0.1", 1e-4, mistakes)
    right = torch_follow(lambda p: torch.optim.Adam(p, lr=0.1))
    need_same(follow(adam), right, "the path of adam", 1e-4)


steps.check(3, check_adam)

# %% name="descend"


def descend(rule, rate, count):
    """Return the loss after `count` steps of a rule from START, as a float."""
    w = START.clone()
    # stub
    # ...  # begin with an empty memory; take `count` steps with slope(w)
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
        "no step has been taken: the rule is never called.",
        "一步也没有走：从未调用过 rule。",
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


steps.check(4, check_descend)

# %% name="sweep"


def sweep(rule, rates, count):
    """Return (best rate, its loss); runs that end in NaN or infinity do not count."""
    best = (None, math.inf)
    for rate in rates:
        # stub
        # ...  # a run at this rate; keep it if its loss is finite and the lowest yet
        # solution
        found = descend(rule, rate, count)
        if found < best[1]:
            best = (rate, found)
        # end
    return best


# %% name="check_sweep"
def check_sweep():
    ends = {0.1: 5.0, 0.2: math.nan, 0.3: 2.5, 0.4: math.inf, 0.5: 7.5, 0.6: math.nan}

    def pretend(w, g, memory, rate):
        return torch.tensor([math.sqrt(2 * ends[rate]), 0.0])

    got = call(sweep, pretend, list(ends), 1)
    need_filled(got, "sweep")
    need(
        isinstance(got, tuple) and len(got) == 2,
        "sweep should return two things, the best rate and its loss.",
        "sweep 应当返回两样东西：最好的学习率和它的损失。",
    )
    rate, lowest = got
    need(
        rate is not None,
        "no run has been kept: is there a run for each rate, and is `best` renewed?",
        "一次运行也没有留下：每个学习率都运行了吗？更新 `best` 了吗？",
    )
    rate = need_number(rate, "the best rate")
    need(
        not math.isnan(ends.get(rate, 0.0)),
        "a run that ended in NaN has won. No comparison with NaN is true, so ask "
        "`new < best`, not `not new > best`.",
        "结果为 NaN 的运行胜出了。与 NaN 的任何比较都不成立，"
        "所以要问 `新 < 旧`，而不是 `not 新 > 旧`。",
    )
    need(
        rate not in (0.5, 0.4),
        "the largest loss has won, or the last run: keep the lowest.",
        "胜出的是最大的损失，或最后一次运行：应当留下最低的。",
    )
    need(
        rate != 2.5,
        "the loss stands first: the pair is (rate, loss).",
        "损失排在了前面：这一对应当是（学习率，损失）。",
    )
    need_same(rate, 0.3, "the best rate")
    need_same(lowest, 2.5, "the loss at the best rate")
    show_sweep()


def show_sweep():
    """Print every rule's best rate, and draw the losses of all rates."""
    rates = [10 ** (k / 3) for k in range(-12, 2)]
    fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    for rule, marker in ((sgd, "o"), (momentum, "^"), (adam, "s")):
        rate, lowest = sweep(rule, rates, 100)
        print(f"{rule.__name__:9} {rate:.4f}  {lowest:.1e}")
        ends = [descend(rule, rate, 100) for rate in rates]
        ends = [min(end, 1e3) if end == end else 1e3 for end in ends]
        ax.loglog(rates, ends, marker=marker, label=rule.__name__)
    ax.set(xlabel="rate", ylabel="loss after 100 steps")
    ax.legend()
    plt.show()


steps.check(5, check_sweep, needs=[1, 2, 3, 4])
