"""Lab: a narrow valley, what its shape does to descent, and what turning it does."""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch

from course_code.teach.steps import (
    Steps,
    call,
    near,
    need,
    need_number,
    need_parts,
    need_same,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话

# %% name="valley"


def valley(kappa, angle):
    """Return the matrix H (2, 2) of the valley wᵀHw/2, curved 1 along, kappa across.

    angle: by which the valley is turned, in radians; 0 leaves it along the first axis.
    """
    # zh: 返回山谷 wᵀHw/2 的矩阵 H (2, 2)，顺谷曲率为 1，横谷曲率为 kappa。
    # zh:
    # zh: angle：山谷转过的角度，以弧度计；0 表示沿着第一个轴。
    c, s = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[c, -s], [s, c]])  # turns a vector by the angle
    # zh: 把向量转过这个角度
    shape = torch.tensor([[1.0, 0.0], [0.0, kappa]])
    # stub
    # return ...  # turn back, shape, turn
    # zh: 转回去，乘上形状，再转过来
    # solution
    return turn @ shape @ turn.T
    # end


# %% name="check_valley"
def wanted_valley(kappa, angle):
    along = torch.tensor([math.cos(angle), math.sin(angle)])
    return kappa * torch.eye(2) + (1 - kappa) * torch.outer(along, along)


def check_valley():
    for kappa, angle in ((100.0, 0.3), (7.0, math.pi / 4)):
        c, s = math.cos(angle), math.sin(angle)
        turn, shape = (
            torch.tensor([[c, -s], [s, c]]),
            torch.diag(torch.tensor([1, kappa])),
        )
        mistakes = [
            (
                wanted_valley(kappa, -angle),
                "the valley is turned the other way: to reach its own axes w has to be "
                "turned back first, so turn.T stands on the right.",
                "山谷转反了方向：w 要先转回山谷自己的坐标，所以 turn.T 在右边。",
            ),
            (
                torch.linalg.multi_dot([turn, shape, turn]),
                "turned twice in the same direction: one of the two is the transpose.",
                "两次都往同一个方向转：其中一个应当是转置。",
            ),
            (
                torch.mm(turn, shape),
                "the right-hand side is missing: w appears twice in wᵀHw.",
                "漏了右边：wᵀHw 里 w 出现了两次。",
            ),
            (
                turn * shape * turn.t(),
                "`*` multiplies entry by entry; matrices take `@`.",
                "`*` 是逐元素相乘，矩阵要用 `@`。",
            ),
            (
                shape,
                "the valley is not turned.",
                "山谷没有转动。",
            ),
        ]
        got = call(valley, kappa, angle)
        name = f"valley({kappa:g}, {angle:.2f})"
        need_same(got, wanted_valley(kappa, angle), name, 1e-5, mistakes)


steps.check(1, check_valley)

# %% name="descend"


def descend(H, w, rate, count):
    """Return where `count` steps of gradient descent on wᵀHw/2 lead from w, (2,)."""
    # zh: 返回在 wᵀHw/2 上从 w 出发，梯度下降走 `count` 步后到达的地方，(2,)。
    for _ in range(count):
        # stub
        # w = ...
        # solution
        w = w - rate * (H @ w)
        # end
    return w


# %% name="check_descend"
def check_descend():
    H, w = wanted_valley(9.0, 0.4), torch.tensor([1.0, 2.0])
    for count in (1, 4):
        powers = [
            torch.eye(2).sub(H, alpha=rate).matrix_power(count)
            for rate in (0.1, -0.1, 0.05)
        ]
        right, uphill, half = (power @ w for power in powers)
        mistakes = [
            (
                uphill,
                "the steps go uphill: subtract.",
                "这是往上走：应当相减。",
            ),
            (
                half,
                "the gradient of wᵀHw/2 is Hw: the ½ cancels the 2 of the derivative.",
                "wᵀHw/2 的梯度是 Hw：求导得到的 2 与 ½ 抵消。",
            ),
            (
                w,
                "w stays where it was.",
                "w 没有移动。",
            ),
        ]
        got = call(descend, H, w, 0.1, count)
        need_same(got, right, f"descend(H, w, 0.1, {count})", 1e-4, mistakes)


steps.check(2, check_descend)

# %% name="largest_rate"


def largest_rate(H):
    """Return the rate above which gradient descent on wᵀHw/2 runs away, a float."""
    # zh: 返回 wᵀHw/2 上梯度下降的学习率上限，是 float，超过它就会发散。
    # stub
    # curvatures = ...  # eigenvalues of H
    # zh: H 的特征值
    # return ...
    # solution
    curvatures = torch.linalg.eigvalsh(H)
    return 2 / curvatures.max().item()
    # end


# %% name="check_largest_rate"
def check_largest_rate():
    for kappa in (100.0, 10.0):
        H = 2 * wanted_valley(kappa, 0.5)
        want = 1 / kappa
        mistakes = [
            (
                want / 2,
                "this is 1/λ, at which a single step arrives. A step may overshoot by "
                "as much again before it runs away: 2/λ.",
                "这是 1/λ，一步正好到底。再多走同样远才会发散：2/λ。",
            ),
            (
                1.0,
                "this is the limit of the flat direction: the steepest one decides.",
                "这是平缓方向的上限：起决定作用的是最陡的方向。",
            ),
            (
                2 / (2 * kappa + 2),
                "this is the best rate, 2/(λmax + λmin); asked is the largest.",
                "这是最好的学习率 2/(λmax + λmin)，题目要的是最大的。",
            ),
            (
                2 / H.max().item(),
                "this uses the largest entry of H; curvatures are its eigenvalues.",
                "这里用的是 H 的最大元素；曲率是 H 的特征值。",
            ),
            (
                2 * kappa,
                "this is the largest curvature itself.",
                "这是最大的曲率本身。",
            ),
        ]
        got = call(largest_rate, H)
        need_same(got, want, "largest_rate(H)", 1e-4, mistakes)


steps.check(3, check_largest_rate)

# %% name="polyak"


def polyak(kappa):
    """Return the best rate and momentum (Polyak 1964) for curvatures 1 and kappa.

    Rate 4/(√κ + 1)², momentum ((√κ − 1)/(√κ + 1))².
    """
    # zh: 返回曲率为 1 和 kappa 时最好的学习率和动量（Polyak，1964）。
    # zh:
    # zh: 学习率 4/(√κ + 1)²，动量 ((√κ − 1)/(√κ + 1))²。
    # stub
    # root = ...
    # rate = ...
    # momentum = ...
    # solution
    root = math.sqrt(kappa)
    rate = 4 / (root + 1) ** 2
    momentum = ((root - 1) / (root + 1)) ** 2
    # end
    return rate, momentum


# %% name="check_polyak"
def check_polyak():
    for kappa in (100.0, 9.0):
        got = call(polyak, kappa)
        need_parts(got, "polyak", "rate", "momentum")
        low, high = kappa**0.5 - 1, kappa**0.5 + 1
        mistakes = [
            (
                4 / (kappa + 1) ** 2,
                "the root is missing: √κ, not κ.",
                "漏了根号：是 √κ，不是 κ。",
            ),
            (
                4 / high,
                "the square is missing in the rate.",
                "学习率里漏了平方。",
            ),
        ]
        need_same(got[0], 4 / high**2, ("the rate", "学习率"), 1e-6, mistakes)
        mistakes = [
            (
                low / high,
                "the square is missing in the momentum.",
                "动量里漏了平方。",
            ),
            (
                ((kappa - 1) / (kappa + 1)) ** 2,
                "the root is missing: √κ, not κ.",
                "漏了根号：是 √κ，不是 κ。",
            ),
        ]
        need_same(got[1], low**2 / high**2, ("the momentum", "动量"), 1e-6, mistakes)


steps.check(4, check_polyak)

# %% name="distance"


def distance(method, angle, count, **options):
    """Return how far from the bottom (0, 0) an optimizer of torch.optim ends, a float.

    The valley is valley(100, angle); the start lies at (1, 1) seen along its own axes.
    options: of the method, such as lr=0.01.
    """
    # zh: 返回 torch.optim 的优化器最后离谷底 (0, 0) 多远，是 float。
    # zh:
    # zh: 山谷是 valley(100, angle)；起点沿山谷自己的轴来看是 (1, 1)。
    # zh: options：优化器的选项，例如 lr=0.01。
    H = valley(100.0, angle)
    c, s = math.cos(angle), math.sin(angle)
    start = torch.tensor([c - s, c + s])  # (1, 1), turned with the valley
    # zh: (1, 1)，随山谷一起转
    # stub
    # w = ...  # a copy of the start that asks for gradients
    # zh: 起点的副本，要求梯度
    # optimizer = ...  # method(...) with the options
    # zh: method(...)，带上选项
    # for _ in range(count):
    #     ...  # the loss wᵀHw/2, and one step
    # zh: 损失 wᵀHw/2，然后走一步
    # return ...
    # solution
    w = start.clone().requires_grad_()
    optimizer = method([w], **options)
    for _ in range(count):
        optimizer.zero_grad()
        (w @ H @ w / 2).backward()
        optimizer.step()
    return w.norm().item()
    # end


# %% name="check_distance"
def piled(angle, count, rate):
    """Where SGD ends when gradients pile up."""
    # zh: 梯度越积越多时，SGD 会走到哪里。
    H, w, pile = wanted_valley(100.0, angle), torch.ones(2), torch.zeros(2)
    c, s = math.cos(angle), math.sin(angle)
    w = torch.tensor([c - s, c + s])
    for _ in range(count):
        pile = pile + H.mv(w)
        w = w.sub(pile, alpha=rate)
    return w.norm().item()


def check_distance():
    rate, momentum = polyak(100.0)
    for angle, lr in ((0.0, 0.01), (0.6, 0.004)):
        shrunk = torch.tensor([1 - lr, 1 - 100 * lr]) ** 20
        got = call(distance, torch.optim.SGD, angle, 20, lr=lr)
        mistakes = [
            (
                piled(angle, 20, lr),
                "the gradients of all steps pile up: zero_grad() is missing.",
                "各步的梯度越积越多：漏了 zero_grad()。",
            ),
            (
                2**0.5,
                "w never moves: does each step call backward() and step(), and does "
                "the optimizer hold w?",
                "w 没有移动：每一步都调用了 backward() 和 step() 吗？"
                "优化器拿到 w 了吗？",
            ),
            (
                (shrunk.square() / 2 * torch.tensor([1.0, 100.0])).sum(),
                "this is the loss: asked is the distance, w.norm().",
                "这是损失，题目要的是距离 w.norm()。",
            ),
        ]
        got = need_number(got, f"distance(SGD, {angle}, 20, lr={lr})")
        name = f"distance(SGD, {angle}, 20, lr={lr})"
        need_same(got, shrunk.norm().item(), name, 1e-4, mistakes)
    still = need_number(
        call(distance, torch.optim.SGD, 0.0, 0, lr=1.0), ("a distance", "距离")
    )
    need(
        near(still, 2**0.5),
        "without a step the distance should be √2.",
        "一步不走时，距离应当是 √2。",
    )
    far = [math.hypot(0.975**k, 1.5**k) for k in range(5)]  # it runs away
    # zh: 会发散
    shortest = (
        "this is the shortest distance on the way: asked is the one at the end.",
        "这是途中最短的距离，题目要的是走完之后的距离。",
    )
    need_same(
        call(distance, torch.optim.SGD, 0.0, 4, lr=0.025),
        far[4],
        "distance(SGD, 0.0, 4, lr=0.025)",
        1e-4,
        [(far[0], *shortest), (far[1], *shortest)],
    )
    show_turning(rate, momentum)


def show_turning(rate, momentum):
    """Print and draw what turning the valley changes, and for whom."""
    # zh: 打印并画出转动山谷改变了什么，又影响了谁。
    ways = {
        "SGD": (torch.optim.SGD, {"lr": 2 / 101}),
        "momentum": (torch.optim.SGD, {"lr": rate, "momentum": momentum}),
        "Adam": (torch.optim.Adam, {"lr": 0.1}),
    }
    angles = [k * math.pi / 12 for k in range(4)]
    fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    for (name, (method, options)), marker in zip(ways.items(), "o^s", strict=True):
        far = [
            need_number(call(distance, method, angle, 100, **options), "distance")
            for angle in angles
        ]
        steps.note(
            f"{name:9} at 0°: {far[0]:.1e}   at 45°: {far[-1]:.1e}",
            f"{name:9} 0° 时：{far[0]:.1e}   45° 时：{far[-1]:.1e}",
        )
        ax.semilogy([math.degrees(a) for a in angles], far, marker=marker, label=name)
    ax.set(xlabel="angle of the valley (degrees)", ylabel="distance after 100 steps")
    ax.legend()
    plt.show()


steps.check(5, check_distance, needs=[1, 4])
