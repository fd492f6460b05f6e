"""Lab: softmax, its logarithm, cross-entropy and its gradient, written by hand."""

# %% name="setup"
import math

import torch
import torch.nn.functional as F

from course_code.teach.conduct import held, keeps, need_by_hand
from course_code.teach.steps import (
    Steps,
    Wrong,
    call,
    near,
    need,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
scores = torch.tensor([[25.0, 36.0, 39.0], [3.0, 0.0, 1.0], [2.0, 2.0, 2.0]])  # (B, C)
labels = torch.tensor([2, 0, 1])  # (B,) the right class of each row
# zh: (B,) 每一行的正确类别
print(scores.shape, labels.shape)

# %% name="softmax"


def softmax(z):
    """Turn scores z (B, C) into probabilities (B, C): each row sums to 1."""
    # zh: 把得分 z (B, C) 变成概率 (B, C)：每一行之和为 1。
    # stub
    # powers = ...  # e to the power of each score
    # zh: e 的各个得分次方
    # return ...  # each row divided by its own sum
    # zh: 每一行除以这一行的和
    # solution
    powers = z.exp()
    return powers / powers.sum(dim=1, keepdim=True)
    # end


# %% name="check_softmax"
def check_softmax():
    for z in (scores, scores[:2, :2]):
        shares, columns = z / z.sum(1)[:, None], F.softmax(z, 0)
        mistakes = [
            (
                shares,
                "these are the scores divided by their sum, as in the notes. "
                "Softmax takes e to the power of each score first.",
                "这是得分除以总和，正是笔记里的做法。softmax 要先求 e 的得分次方。",
            ),
            (
                columns,
                "each column sums to 1, not each row: the classes lie along dim=1.",
                "现在是每一列的和为 1，而不是每一行：类别沿 dim=1 排列。",
            ),
            (
                z.exp() / z.exp().sum(),
                "the whole table sums to 1: divide each row by its own sum.",
                "现在整张表的和为 1：应当让每一行除以自己的和。",
            ),
            (
                z.exp() / z.exp().sum(1),
                "row i is divided by the sum of row j: keep the sums as a column, "
                "keepdim=True.",
                "第 i 行除以了第 j 行的和：求和时用 keepdim=True，让结果保持为一列。",
            ),
        ]
        got = call(keeps(softmax), z)
        need_same(got, F.softmax(z, -1), "softmax(z)", mistakes=mistakes)


steps.check(1, check_softmax)

# %% name="log_softmax"


def log_softmax(z):
    """Return the logarithm of softmax, (B, C), for scores of any size."""
    # zh: 返回 softmax 的对数，(B, C)，得分多大都行。
    # stub
    # shifted = ...  # subtract from each row its largest score
    # zh: 每一行减去这一行最大的得分
    # return ...  # shifted, minus the logarithm of the sum of its powers of e
    # zh: shifted 减去“e 的 shifted 次方逐行之和”的对数
    # solution
    shifted = z - z.max(dim=1, keepdim=True).values
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    # end


# %% name="check_log_softmax"
def check_log_softmax():
    mild = scores[1:]
    mistakes = [
        (
            F.log_softmax(mild, 0),
            "the columns are normalised, not the rows: the classes lie along dim=1.",
            "归一化的是列，不是行：类别沿 dim=1 排列。",
        ),
        (
            F.softmax(mild, -1),
            "these are the probabilities; their logarithms are asked for.",
            "这是概率本身，题目要的是概率的对数。",
        ),
        (
            F.log_softmax(mild, -1) - mild.amax(1, keepdim=True),
            "the powers are those of z, not of `shifted`: subtract the largest score "
            "before exp too.",
            "求和用的是 z 的幂，应当用 `shifted` 的幂：取 exp 之前也要减去最大的得分。",
        ),
    ]
    want = F.log_softmax(mild, -1)
    got = call(keeps(log_softmax), mild)
    need_same(got, want, "log_softmax(z)", mistakes=mistakes)
    fine = mild.double()
    need_same(
        call(log_softmax, fine),
        F.log_softmax(fine, -1),
        ("log_softmax of float64 scores", "得分为 float64 时的 log_softmax"),
        1e-10,
    )
    for size in (1e3, -1e3):
        huge = torch.tensor([[size, 0.0, 1.0], [0.0, 1.0, 2.0]])
        got = call(log_softmax, huge)
        need(
            got[1].isfinite().all(),
            f"right for small scores, but the rows {huge.tolist()} give "
            f"{got.tolist()}: subtract from each row its own largest score, "
            "not that of the whole table.",
            f"小得分算得对，各行为 {huge.tolist()} 时却得到 {got.tolist()}："
            "每一行要减去自己的最大得分，而不是整张表的最大得分。",
        )
        need(
            got.isfinite().all(),
            f"right for small scores, but a score of {size:g} gives "
            f"{got[0].tolist()}. exp overflows above 88, and log of 0 is -inf: "
            "subtract the largest score of the row first, and never take the log of a "
            "probability.",
            f"小得分算得对，得分为 {size:g} 时却得到 {got[0].tolist()}。"
            "指数超过 88 就溢出，0 的对数是 -inf：先减去每行最大的得分，"
            "也不要对概率取对数。",
        )
        need_same(
            got,
            F.log_softmax(huge, -1),
            (f"log_softmax at {size:g}", f"得分为 {size:g} 时的 log_softmax"),
        )


steps.check(2, check_log_softmax)

# %% name="cross_entropy"


def cross_entropy(z, y):
    """Return the mean over the rows of −log p of the right class, a single number.

    z: scores (B, C); y: right classes (B,), int64.
    """
    # zh: 返回各行正确类别 −log p 的平均，一个数。
    # zh:
    # zh: z：得分 (B, C)；y：正确类别 (B,)，int64。
    # stub
    # log_p = ...  # (B, C), by a function from above
    # zh: (B, C)，用上面写好的函数
    # right = ...  # (B,) from row i the entry of column y[i]
    # zh: (B,) 从第 i 行取出第 y[i] 列
    # return ...
    # solution
    log_p = log_softmax(z)
    right = log_p[torch.arange(len(y)), y]
    return -right.mean()
    # end


# %% name="check_cross_entropy"
def check_cross_entropy():
    z, y = scores[[1, 2, 1, 0]], torch.tensor([0, 1, 2, 0])
    want = F.cross_entropy(z, y).item()
    log_p = F.log_softmax(z, -1)
    mistakes = [
        (
            F.cross_entropy(z, y, reduction="sum"),
            "this is the sum over the rows. Take the mean, or the loss grows with the "
            "number of points.",
            "这是各行之和。请取平均，否则点越多损失越大。",
        ),
        (
            -want,
            "the sign is wrong: log p is negative, the loss is its negative.",
            "符号反了：log p 是负数，损失是它的相反数。",
        ),
        (
            F.cross_entropy(F.softmax(z, -1), y),
            "softmax is applied twice: log_softmax wants scores, not probabilities.",
            "softmax 做了两次：log_softmax 要的是得分，不是概率。",
        ),
        (
            F.cross_entropy(log_p.exp(), y),
            "softmax is applied twice: log_softmax wants scores, not probabilities.",
            "softmax 做了两次：log_softmax 要的是得分，不是概率。",
        ),
        (
            -log_p[:, y].mean(),
            "log_p[:, y] takes the columns y from every row, B×B numbers. Give a row "
            "index too: torch.arange(len(y)).",
            "log_p[:, y] 会从每一行都取出 y 指定的各列，共 B×B 个数。"
            "还要给出行号：torch.arange(len(y))。",
        ),
        (
            -log_p[y].mean(),
            "log_p[y] takes the whole rows with the numbers y. Give a row index too, "
            "torch.arange(len(y)): y says which column.",
            "log_p[y] 取出的是编号为 y 的整行。还要给出行号 torch.arange(len(y))："
            "y 说的是第几列。",
        ),
        (
            -log_p.mean(),
            "the mean over all classes: only the right class of each row counts.",
            "这是对所有类别取的平均：每一行只算正确的那一类。",
        ),
        (
            -F.softmax(z, -1)[torch.arange(4), y].mean(),
            "the logarithm is missing: this averages probabilities.",
            "漏了对数：这里平均的是概率。",
        ),
    ]
    got = call(keeps(cross_entropy), z, y)
    have = tuple(getattr(got, "shape", ()))
    need(
        math.prod(have) == 1,
        f"a loss is one number, and this has shape {have}: take the mean.",
        f"损失是一个数，现在的形状是 {have}：请取平均。",
    )
    need_same(got, want, "cross_entropy(z, y)", mistakes=mistakes)
    fine = z.double()
    need(
        near(call(cross_entropy, fine, y), F.cross_entropy(fine, y), 1e-10),
        "right for scores in float32, but those in float64 lose their digits: leave "
        "the dtype as it comes.",
        "得分是 float32 时算得对，可是 float64 的得分丢了精度：请不要改动 dtype。",
    )
    far = torch.tensor([[0.0, 500.0]])
    far_off = call(cross_entropy, far, labels[1:2])
    need_same(
        far_off,
        500.0,
        ("cross_entropy of the scores (0, 500)", "得分 (0, 500) 的 cross_entropy"),
    )


steps.check(3, check_cross_entropy, needs=[2])

# %% name="slope"


def slope(z, y):
    """Return the gradient of cross_entropy(z, y) with respect to z, (B, C), by formula.

    z: scores (B, C); y: right classes (B,), int64.
    """
    # zh: 用公式返回 cross_entropy(z, y) 对 z 的梯度，(B, C)。
    # zh:
    # zh: z：得分 (B, C)；y：正确类别 (B,)，int64。
    # stub
    # p = ...  # probabilities (B, C)
    # zh: 概率 (B, C)
    # target = ...  # (B, C): 1 at the right class of each row, 0 elsewhere
    # zh: (B, C)：每一行的正确类别处为 1，其余为 0
    # return ...  # remember that the loss is a mean over the rows
    # zh: 别忘了损失是对各行取的平均
    # solution
    p = softmax(z)
    target = F.one_hot(y, z.shape[1])
    return (p - target) / len(y)
    # end


# %% name="check_slope"
def wanted_slope(z, y):
    """The same by autograd."""
    # zh: 用自动求导做同一件事。
    z = z.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(z, y), z)[0]


def check_slope():
    z, y = scores[[1, 2, 1, 0]], torch.tensor([0, 1, 2, 0])
    want = wanted_slope(z, y)
    mistakes = [
        (
            want * len(y),
            "this is p − y, the gradient of the sum. The loss is a mean: divide by the "
            "number of rows.",
            "这是 p − y，即求和损失的梯度。损失取了平均，所以还要除以行数。",
        ),
        (
            -want,
            "the sign is wrong: raising the right score lowers the loss.",
            "符号反了：正确类别的得分升高，损失应当下降。",
        ),
        (
            F.softmax(z, -1) / len(y),
            "this is p alone: subtract 1 at the right class of each row.",
            "这里只有 p：每一行的正确类别处还要减去 1。",
        ),
        (
            want * len(y) / want.numel(),
            "divided by the number of entries: the mean is over rows alone.",
            "除以了全部元素的个数：平均只对行取。",
        ),
    ]
    need_same(call(slope, z, y), want, "slope(z, y)", mistakes=mistakes)
    check_six_classes(z.repeat(1, 2), y)
    need_by_hand(slope, z, y, how=("by formula", "写出公式"))


def check_six_classes(z, y):
    """Check the slope for scores of six classes, of which y holds three."""
    # zh: 得分有六个类别，y 里只出现三个：检验这时的斜率。
    en = "right for three classes, but with six, of which y holds three, "
    zh = "三个类别时算得对，可是有六个类别、y 里只出现三个时，"
    try:
        got = call(slope, z, y)
    except Wrong as wrong:
        said = wrong.texts
        raise Wrong(
            f"{en}{said['en']} A row of zeros and ones is as long as a row of z.",
            f"{zh}{said['zh']}由 0 和 1 组成的一行，应当与 z 的一行一样长。",
        ) from None
    need_same(got, wanted_slope(z, y), (f"{en}slope(z, y)", f"{zh}slope(z, y)"))


steps.check(4, check_slope, needs=[1])

# %% name="numerical"


def numerical_slope(loss, z, h=1e-4):
    """Return the gradient of loss(z), (B, C), measured instead of derived.

    loss: function of a (B, C) tensor that gives one number; z: float64, left unchanged.
    """
    # zh: 返回 loss(z) 的梯度，(B, C)；不是推导，而是测量。
    # zh:
    # zh: loss：(B, C) 张量的函数，给出一个数；z：float64，保持原样。
    gradient = torch.zeros_like(z)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            # stub
            # up, down = ..., ...  # copies of z with entry (i, j) raised, lowered by h
            # zh: z 的两份副本，元素 (i, j) 分别调高、调低 h
            # gradient[i, j] = ...  # difference of the losses over the way between
            # zh: 两次损失之差，除以调高、调低两处之间的距离
            # solution
            up, down = z.clone(), z.clone()
            up[i, j] += h
            down[i, j] -= h
            gradient[i, j] = (loss(up) - loss(down)) / (2 * h)
            # end
    return gradient


# %% name="check_numerical"
def check_numerical():
    z = scores[1:].double() / 2 + 0.3

    def cube(x):
        return (x**3).sum()

    h = 1e-4
    once = (
        "a difference on one side alone, whose error shrinks with h; with both sides "
        "it shrinks with h².",
        "只用了单侧差分，误差与 h 同阶；两侧都用，误差与 h² 同阶。",
    )
    mistakes = [
        (
            6 * z**2,
            "twice the right value: from z − h to z + h the way is 2h.",
            "结果是正确值的两倍：从 z − h 到 z + h 的距离是 2h。",
        ),
        (((z + h) ** 3 - z**3) / h, *once),
        ((z**3 - (z - h) ** 3) / h, *once),
    ]
    got, want = call(numerical_slope, cube, z), 3 * z**2
    got = need_tensor(got, "numerical_slope(loss, z)", z.shape, z.dtype)
    need(
        got.any(),
        "all zeros: both losses see the same numbers. `up = z` is no copy; or are both "
        "moved the same way?",
        "结果全是 0：两次损失看到的数完全相同。是 `up = z` 没有复制，"
        "还是两边移动的方向一样？",
    )
    need(
        not near(got / h**2, want),
        "far too small: `/ 2 * h` divides by 2, then multiplies by h. Put 2 * h in "
        "brackets.",
        "小得太多：`/ 2 * h` 是先除以 2 再乘 h。2 * h 要加括号。",
    )
    given = z.clone()
    numerical_slope(cube, given)
    need(
        near(given, z, 1e-9),
        "z itself has changed: move entries of copies. `up = z` only gives the same "
        "tensor a second name; z.clone() makes a copy.",
        "z 本身也变了：要移动的是副本里的元素。`up = z` 只是给同一个张量起了"
        "第二个名字，z.clone() 才是复制。",
    )
    need_same(got, want, "numerical_slope(loss, z)", 1e-6, mistakes)
    need_same(
        call(numerical_slope, lambda x: held(x).sum(), z),
        2 * z,
        ("numerical_slope of Σz²", "Σz² 的 numerical_slope"),
        1e-6,
        mistakes=[
            (
                z,
                "the gradient comes from autograd: measure it, by two values of the "
                "loss for each entry.",
                "这个梯度来自自动求导：应当测量，每个元素用两次损失。",
            ),
            (
                want,
                "this is 3z², whatever the loss is: measure it.",
                "不管损失是什么，得到的都是 3z²：应当测量。",
            ),
        ],
    )
    y = labels[1:]
    measured = call(numerical_slope, lambda x: cross_entropy(x, y), z)
    derived = call(slope, z, y)
    need(
        near(measured, derived, 1e-6),
        "right for x³, but for your cross_entropy it differs from your slope: check "
        "steps 3 and 4 again.",
        "对 x³ 算得对，但对你的 cross_entropy，它与你的 slope 不一致："
        "请再检查第 3、4 步。",
    )
    gap = (measured - derived).abs().max().item()
    steps.note(
        f"Measured and derived gradient differ by at most {gap:.0e}.",
        f"测得的梯度与推导的梯度最多相差 {gap:.0e}。",
    )


steps.check(5, check_numerical, needs=[3, 4])
