"""Lab: how honest are a network's probabilities, and one number that mends them."""

# %% name="setup"
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from course_code.teach.conduct import keeps
from course_code.teach.steps import (
    Steps,
    call,
    need,
    need_number,
    need_parts,
    need_same,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话


def boastful(n, seed):
    """Return scores (n, 4) that are three times too large, and the right classes (n,).

    The classes are drawn from softmax(scores / 3), so that 3 is the honest temperature.
    """
    # zh: 返回放大到三倍的得分 (n, 4)，以及正确类别 (n,)。
    # zh:
    # zh: 类别按 softmax(得分 / 3) 抽取，所以老实的温度是 3。
    rng = torch.Generator().manual_seed(seed)
    honest = 1.5 * torch.randn(n, 4, generator=rng)
    y = torch.multinomial(honest.softmax(dim=1), 1, generator=rng)[:, 0]
    return 3 * honest, y


z_val, y_val = boastful(4000, seed=1)  # to choose the temperature
# zh: 用来选温度
z_test, y_test = boastful(4000, seed=2)  # to report
# zh: 用来报告结果


# %% name="certainty"
def certainty(z, y):
    """Return how sure each prediction is, (B,), and if it is right, (B,) as 0. or 1.

    z: scores (B, C); y: right classes (B,). Sure means: the largest probability.
    """
    # zh: 返回每个预测有多大把握，(B,)，以及对不对，(B,)，对为 1.0，错为 0.0。
    # zh:
    # zh: z：得分 (B, C)；y：正确类别 (B,)。把握就是最大的概率。
    # stub
    # p = ...  # probabilities (B, C)
    # zh: 概率 (B, C)
    # sure = ...
    # right = ...
    # solution
    p = z.softmax(dim=1)
    sure = p.max(dim=1).values
    right = (p.argmax(dim=1) == y).float()
    # end
    return sure, right


# %% name="check_certainty"
def check_certainty():
    z, y = z_val[:50], y_val[:50]
    got = call(keeps(certainty), z, y)
    need_parts(got, "certainty", "sure", "right")
    p = F.softmax(z, -1)
    top = p.topk(1, -1)
    mistakes = [
        (
            z.topk(1, -1).values[:, 0],
            "these are the largest scores: softmax turns them into probabilities.",
            "这是最大的得分：要先用 softmax 变成概率。",
        ),
        (
            p.gather(1, y[:, None])[:, 0],
            "this is the probability of the right class, not of the predicted one.",
            "这是正确类别的概率，题目要的是预测类别的概率。",
        ),
        (
            F.softmax(z, 0).topk(1, -1).values[:, 0],
            "softmax ran over the points, not over the classes: they lie along dim=1.",
            "softmax 是对各点做的，不是对类别：类别沿 dim=1 排列。",
        ),
    ]
    need_same(got[0], top.values[:, 0], "sure", mistakes=mistakes)
    hit = top.indices[:, 0].eq(y).float()
    right = got[1].float() if getattr(got[1], "dtype", 0) == torch.bool else got[1]
    mistakes = [
        (
            1 - hit,
            "right and wrong are exchanged.",
            "对和错反了。",
        ),
        (
            hit.mean(),
            "this is the accuracy: keep one number for each point.",
            "这是准确率：每个点都要保留一个数。",
        ),
    ]
    need_same(right, hit, "right", mistakes=mistakes)


steps.check(1, check_certainty)

# %% name="bin_of"


def bin_of(sure, n):
    """Return in which of n equal bins of [0, 1] each number lies, (B,) int64 from 0.

    A number of exactly 1 belongs to the last bin, n − 1.
    """
    # zh: 把 [0, 1] 分成 n 个等宽的区间，返回每个数落在第几个，(B,) int64，从 0 数起。
    # zh:
    # zh: 正好是 1 的数属于最后一个区间，即 n − 1。
    # stub
    # return ...
    # solution
    return (sure * n).long().clamp(max=n - 1)
    # end


# %% name="check_bin_of"
def check_bin_of():
    sure = torch.tensor([0.0, 0.2, 0.26, 0.51, 0.74, 0.99])
    want = torch.tensor([0, 0, 1, 2, 2, 3])
    mistakes = [
        (
            sure.mul(4).round().long(),
            "rounding moves half of each bin into the next: cut off the decimals.",
            "四舍五入会把每个区间的一半移到下一个：应当舍去小数。",
        ),
        (
            sure.mul(3).round().long(),
            "multiplied by n − 1 and rounded, the first and the last bin are half as "
            "wide as the others.",
            "乘以 n − 1 再四舍五入，第一个和最后一个区间就只有别的一半宽。",
        ),
        (
            want + 1,
            "the first bin is number 0, not 1.",
            "第一个区间的编号是 0，不是 1。",
        ),
    ]
    got = call(keeps(bin_of), sure, 4)
    need_same(got, want, "bin_of(sure, 4)", mistakes=mistakes)
    one = call(bin_of, torch.ones(1), 4)
    need_same(
        one,
        torch.tensor([3]),
        "bin_of(1.0, 4)",
        mistakes=[
            (
                torch.tensor([4]),
                "1.0 falls into bin 4, but the last is 3: put it there.",
                "1.0 落进了 4 号区间，而区间只有 0 到 3 号：把它放进最后一个。",
            )
        ],
    )


steps.check(2, check_bin_of)

# %% name="ece"


def ece(sure, right, n=10):
    """Return the expected calibration error: by how much sureness misses accuracy.

    In each bin the gap |mean of sure − mean of right|, weighted by its share of points.
    """
    # zh: 返回期望校准误差：把握与准确率相差多少。
    # zh:
    # zh: 每个区间的差距是 |sure 的平均 − right 的平均|，按区间中点数的比例加权。
    bins = bin_of(sure, n)
    total = 0.0
    for b in range(n):
        inside = bins == b  # (B,) bool
        # zh: (B,) 布尔值
        if inside.any():
            # stub
            # gap = ...
            # total = total + ...
            # solution
            gap = (sure[inside].mean() - right[inside].mean()).abs()
            total = total + gap * inside.float().mean()
            # end
    return float(total)


# %% name="check_ece"
def gaps(sure, right, n):
    """Gap and number of points of each bin that holds some, signs kept."""
    # zh: 每个非空区间的差距和点数，差距保留正负号。
    place = sure.mul(n).floor().clamp(0, n - 1)
    groups = [place.eq(b) for b in range(n) if place.eq(b).any()]
    gap = torch.stack([sure[g].mean() - right[g].mean() for g in groups])
    return gap, torch.tensor([g.sum() for g in groups]).float()


def check_ece():
    sure = torch.tensor([0.95, 0.9, 0.92, 0.5, 0.52, 0.58, 0.1, 0.3])
    right = torch.tensor([1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0])
    gap, count = gaps(sure, right, 4)
    share = count / count.sum()
    mistakes = [
        (
            gap.abs().mean(),
            "all bins count the same: weight each by its share of the points.",
            "每个区间的权重都一样：应当按它占的点数加权。",
        ),
        (
            gap.abs().sum(),
            "the gaps are only added: weight each by its bin's share of the points.",
            "只是把差距相加了：每个差距要乘以该区间所占的点数比例。",
        ),
        (
            (gap * share).sum(),
            "gaps of opposite signs cancel: take the absolute value in each bin.",
            "正负差距互相抵消了：每个区间里都要取绝对值。",
        ),
        (
            -(gap * share).sum(),
            "gaps of opposite signs cancel: take the absolute value in each bin.",
            "正负差距互相抵消了：每个区间里都要取绝对值。",
        ),
        (
            (gap.abs() * count).sum(),
            "weighted by numbers of points: divide by how many there are.",
            "权重用了点数：还要除以总点数。",
        ),
        (
            (sure - right).abs().mean(),
            "the gap is taken point by point: compare the means of each bin.",
            "差距是逐点取的：应当比较每个区间里的平均值。",
        ),
        (
            0.0,
            "the sum stays 0: is every bin's share added to `total`?",
            "总和一直是 0：每个区间的那一份加到 `total` 里了吗？",
        ),
    ]
    want = (gap.abs() * share).sum().item()
    got = call(keeps(ece), sure, right, 4)
    need_same(got, want, "ece(sure, right, 4)", 1e-5, mistakes)


steps.check(3, check_ece, needs=[2])

# %% name="loss_at"


def loss_at(T, z, y):
    """Return the mean cross-entropy of the scores z (B, C) at the temperature T."""
    # zh: 返回温度为 T 时，得分 z (B, C) 的平均交叉熵。
    # stub
    # return ...
    # solution
    return F.cross_entropy(z / T, y)
    # end


# %% name="check_loss_at"
def check_loss_at():
    z, y = z_val[:40], y_val[:40]
    for T in (2.0, 0.5):
        log_p = torch.log_softmax(z * (1 / T), -1)
        want = F.nll_loss(log_p, y).item()
        mistakes = [
            (
                F.nll_loss((z * T).log_softmax(-1), y),
                "the scores are multiplied by T: a high temperature divides them.",
                "得分乘上了 T：温度越高，得分应当除得越小。",
            ),
            (
                F.nll_loss(torch.log_softmax(z.softmax(-1) / T, -1), y),
                "softmax is applied twice: divide the scores, not the probabilities.",
                "softmax 做了两次：要除的是得分，不是概率。",
            ),
            (
                F.nll_loss(z.log_softmax(-1), y) / T,
                "the loss is divided by T: divide the scores.",
                "除以 T 的是损失：应当让得分除以 T。",
            ),
            (
                F.nll_loss(log_p, y, reduction="sum"),
                "this is the sum over the points: take the mean.",
                "这是各点之和：请取平均。",
            ),
        ]
        got = call(keeps(loss_at), T, z, y)
        need_same(got, want, f"loss_at({T}, z, y)", mistakes=mistakes)


steps.check(4, check_loss_at)

# %% name="best_temperature"


def best_temperature(z, y, grid):
    """Return the temperature of the grid at which the loss on (z, y) is lowest."""
    # zh: 返回网格里使 (z, y) 上损失最低的温度。
    # stub
    # return ...
    # solution
    return min(grid, key=lambda T: loss_at(T, z, y).item())
    # end


# %% name="check_best_temperature"
def error_at(T, z, y):
    """The calibration error at a temperature, by the student's functions."""
    # zh: 某个温度下的校准误差，用学生写的函数求。
    return need_number(call(ece, *call(certainty, z / T, y)), "ece")


def check_best_temperature():
    grid = [0.5, 0.25, 1.0, 2.0, 3.0, 8.0]
    losses = [float(call(loss_at, T, z_val, y_val)) for T in grid]
    got = need_number(call(best_temperature, z_val, y_val, grid), "best_temperature")
    need(
        got != min(losses),
        "this is the lowest loss; asked is the temperature at which it lies.",
        "这是最低的损失，题目要的是取得它的温度。",
    )
    need(
        got != grid[losses.index(max(losses))],
        "at this temperature the loss is highest: take the lowest.",
        "这个温度下的损失最高：应当取最低的。",
    )
    need(
        got != grid.index(3.0),
        "this is the place in the grid, not the temperature that stands there.",
        "这是在网格里的序号，不是那里的温度。",
    )
    need_same(got, 3.0, "best_temperature")
    honest = call(best_temperature, z_val / 3, y_val, grid)
    need_same(
        honest,
        1.0,
        ("best_temperature of honest scores", "得分老实时的 best_temperature"),
        mistakes=[
            (
                3.0,
                "this is the best temperature of z_val or of z_test, whatever is "
                "given: use z and y.",
                "不管传进来的是什么，得到的都是 z_val 或 z_test 的最好温度："
                "要用参数 z 和 y。",
            )
        ],
    )
    fine = [1 + k / 20 for k in range(101)]
    T = need_number(call(best_temperature, z_val, y_val, fine), "best_temperature")
    need(
        min(fine, key=lambda t: error_at(t, z_val, y_val)) != T,
        "this is the temperature with the smallest calibration error: asked is the one "
        "with the lowest loss.",
        "这是校准误差最小的温度，题目要的是损失最低的温度。",
    )
    lowest = min(fine, key=lambda t: F.cross_entropy(z_val / t, y_val).item())
    need_same(
        T, lowest, ("best_temperature on a fine grid", "细网格上的 best_temperature")
    )
    before, after = (error_at(t, z_test, y_test) for t in (1.0, T))
    share = call(certainty, z_test, y_test)[1].mean()
    steps.note(
        f"T = {T:.2f}. Calibration error on the test points: {before:.3f} before, "
        f"{after:.3f} after; accuracy {share:.1%} both times.",
        f"T = {T:.2f}。测试点上的校准误差：之前 {before:.3f}，之后 {after:.3f}；"
        f"准确率两次都是 {share:.1%}。",
    )
    show_reliability(T)


def show_reliability(T):
    """Draw accuracy against sureness, bin by bin, before and after."""
    # zh: 在一幅图里画出每个区间的准确率与把握，修正前后各一条线。
    fig, ax = plt.subplots(figsize=(5, 5), layout="constrained")
    for t, marker in ((1.0, "o"), (T, "^")):
        sure, right = call(certainty, z_test / t, y_test)
        place = call(bin_of, sure, 10)
        there = [place == b for b in range(10) if (place == b).any()]
        points = [(sure[b].mean(), right[b].mean()) for b in there]
        ax.plot(*zip(*points, strict=True), marker=marker, label=f"T = {t:.2f}")
    ax.plot([0, 1], [0, 1], linestyle=":", color="grey")
    ax.set(xlabel="confidence", ylabel="accuracy")
    ax.legend()
    plt.show()


steps.check(5, check_best_temperature, needs=[1, 2, 3, 4])
