"""Lab: tensors by hand: types, pieces, statistics, copies and a gradient."""

# %% name="setup"
import time

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from course_code.teach.conduct import gives_grad, held
from course_code.teach.steps import (
    Steps,
    call,
    near,
    need,
    need_parts,
    need_same,
    need_tensor,
)

steps = Steps("en", 6)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
m = torch.tensor([[2.0, 5.0, 3.0, 7.0], [4.0, 2.0, 1.0, 9.0]])  # (2, 4) float32
# zh: (2, 4) float32
v = torch.arange(1, 5)  # (4,) int64: nobody wrote a decimal point
# zh: (4,) int64：谁也没写小数点
print(m.dtype, v.dtype)


# %% name="product"
def product(m, v):
    """Return the matrix-vector product, (2,) float32, of m (2, 4) and whole v (4,)."""
    # zh: 返回矩阵乘向量的结果，(2,) float32；m 是 (2, 4)，v 是整数 (4,)。
    # stub
    # return ...
    # solution
    return m @ v.float()
    # end


# %% name="check_product"
def check_product():
    for left in (m, m / 2):
        want = F.linear(v[None].to(left), left)[0]
        mistakes = [
            (
                (left.long() * v).sum(1).float(),
                "m was made whole, which cuts off its decimals: convert v instead.",
                "把 m 变成了整数，小数部分被舍掉了：应当转换的是 v。",
            ),
            (
                want.trunc(),
                "the result was made whole, which cuts off its decimals: convert v "
                "alone.",
                "结果被变成了整数，小数部分被舍掉了：只应转换 v。",
            ),
        ]
        got = call(product, left, v)
        if torch.is_tensor(got) and near(got, left * v):
            need(
                False,
                "`*` multiplies entry by entry; the product of a matrix is `@`.",
                "`*` 是逐元素相乘，矩阵乘法是 `@`。",
            )
        if torch.is_tensor(got) and got.dtype == torch.int64:
            need(
                False,
                "the result is int64, not float32: m or the result was made whole. "
                "Convert v alone.",
                "结果是 int64，不是 float32：m 或结果被变成了整数。只应转换 v。",
            )
        need_same(got, want, "product(m, v)", mistakes=mistakes)


steps.check(1, check_product)

# %% name="pieces"


def pieces(m):
    """Return four pieces of m (R, C): an entry, a column, the same column kept as a
    table, and all but the last column.
    """
    # zh: 返回 m (R, C) 的四个部分：一个元素；一列；仍写成表的同一列；
    # zh: 除最后一列以外的各列。
    # stub
    # entry = ...  # () row 0, column 2
    # zh: () 第 0 行，第 2 列
    # column = ...  # (R,) the second column
    # zh: (R,) 第二列
    # kept = ...  # (R, 1) the second column
    # zh: (R, 1) 第二列
    # rest = ...  # (R, C - 1)
    # solution
    entry = m[0, 2]
    column = m[:, 1]
    kept = m[:, 1:2]
    rest = m[:, :-1]
    # end
    return entry, column, kept, rest


# %% name="check_pieces"
def check_pieces():
    check_table(m)
    en, zh = "for a table (3, 5), ", "对 (3, 5) 的表，"
    check_table(torch.arange(15.0).reshape(3, 5), en, zh)


def check_table(table, en="", zh=""):
    """Check the pieces of a table; en and zh say which one, where it is not m."""
    # zh: 检验一张表的各个部分；如果不是 m，就用 en 和 zh 说明是哪一张。
    got = call(pieces, table)
    need_parts(got, "pieces", "entry", "column", "kept", "rest")
    one, two, rest = table.T[2][0], table.T[1], table.T[:-1].T
    near_by = (
        table.T[1][0],
        f"{en}this stands in column 1: counting begins at 0.",
        f"{zh}这是 1 号列里的数：编号从 0 开始。",
    )
    name = (f"{en}entry", f"{zh}entry")
    need_same(got[0], one.item(), name, mistakes=[near_by])
    mistakes = [
        (
            table.T[2],
            f"{en}column is the third one: counting begins at 0.",
            f"{zh}column 取成了第三列：编号从 0 开始。",
        ),
        (
            table.T[0],
            f"{en}column is the first one: the second has number 1.",
            f"{zh}column 取成了第一列：第二列的编号是 1。",
        ),
    ]
    need_same(got[1], two, (f"{en}column", f"{zh}column"), mistakes=mistakes)
    kept = got[2]
    if torch.is_tensor(kept) and kept.dim() == 1:
        need(
            False,
            "kept has lost an axis: a number as index drops it, a slice such as a:b "
            "keeps it.",
            "kept 少了一个轴：整数索引会去掉这个轴，a:b 这样的切片则会保留。",
        )
    need_same(kept, two[:, None], (f"{en}kept", f"{zh}kept"))
    need_same(got[3], rest, (f"{en}rest", f"{zh}rest"))


steps.check(2, check_pieces)

# %% name="standardise"


def standardise(X):
    """Return X (B, D), each column with mean 0 and standard deviation 1."""
    # zh: 返回 X (B, D)，每一列的均值为 0，标准差为 1。
    # stub
    # mean = ...  # (D,)
    # spread = ...  # (D,)
    # return ...
    # solution
    mean = X.mean(dim=0)
    spread = X.std(dim=0)
    return (X - mean) / spread
    # end


# %% name="check_standardise"
def table(B, D):
    """Columns of very different size and place."""
    # zh: 大小和位置相差悬殊的几列。
    rng = torch.Generator().manual_seed(1)
    return torch.randn(B, D, generator=rng) * torch.arange(1.0, D + 1) + 10


def check_standardise():
    for X in (table(6, 6), table(50, 3)):
        centred = X.sub(X.sum(0).div(len(X)))
        spread = centred.square().sum(0).div(len(X) - 1).sqrt()
        mistakes = [
            (
                X.sub(X.mean()).div(X.std()),
                "one mean and one spread for the whole table: take them for each "
                "column, dim=0.",
                "整张表只用了一个均值和一个标准差：应当对每一列分别取，dim=0。",
            ),
            (
                (X - X.mean(1)[:, None]) / X.std(1)[:, None],
                "this standardises rows: dim=0 runs down the columns.",
                "这是对行做的标准化：dim=0 才是沿着列往下。",
            ),
            (
                centred,
                "the columns are centred, but not scaled.",
                "各列只移到了均值 0，还没有缩放。",
            ),
            (
                centred / spread**2,
                "divided by the variance: the standard deviation is its root.",
                "除以了方差：标准差是方差的平方根。",
            ),
            (
                X / spread,
                "the columns are scaled, but not shifted.",
                "各列只缩放了，还没有平移。",
            ),
        ]
        if len(X) == X.shape[1]:
            across = (X - X.mean(1)) / X.std(1)
            en = "the statistics of rows meet the columns: take them along dim=0."
            mistakes.append((across, en, "行的统计量用在了列上：应当沿 dim=0 计算。"))
        got = need_tensor(call(standardise, X), "standardise(X)", X.shape)
        scale = (len(X) / (len(X) - 1)) ** 0.5  # the other convention is right too
        # zh: 另一种约定也对
        if not near(got, centred / spread * scale, 1e-4):
            need_same(got, centred / spread, "standardise(X)", 1e-4, mistakes)


steps.check(3, check_standardise)

# %% name="histogram"


def histogram(draws, edges):
    """Return how many of the draws (n,) lie between neighbouring edges, (K,) int64.

    edges: (K + 1,) rising. Bin k holds what is >= edges[k] and < edges[k + 1].
    """
    # zh: 返回 draws (n,) 里有多少个数落在相邻的边界之间，(K,) int64。
    # zh:
    # zh: edges：(K + 1,)，从小到大。第 k 个区间装 >= edges[k] 且 < edges[k + 1] 的数。
    counts = torch.zeros(len(edges) - 1, dtype=torch.int64)
    for k in range(len(edges) - 1):
        # stub
        # counts[k] = ...
        # solution
        counts[k] = ((draws >= edges[k]) & (draws < edges[k + 1])).sum()
        # end
    return counts


# %% name="check_histogram"
def check_histogram():
    draws = torch.tensor([-2.0, -1.0, 1.5, 1.9, 2.5, 4.0, 7.0, -5.0])
    edges = torch.tensor([-3.0, -1.0, 2.0, 4.0])  # unequal steps, and not 0, 1, 2, 3
    # zh: 间隔不等，也不是 0、1、2、3
    want = torch.tensor([1, 3, 1])
    mistakes = [
        (
            torch.tensor([2, 2, 2]),
            "an edge belongs to the bin that begins there: >= on the left, < on the "
            "right.",
            "边界属于从它开始的那个区间：左边用 >=，右边用 <。",
        ),
        (
            torch.tensor([2, 3, 2]),
            "edges are counted twice: >= on the left, but < on the right.",
            "边界被数了两次：左边用 >=，右边要用 <。",
        ),
        (
            torch.tensor([1, 2, 1]),
            "edges are not counted: >= on the left, < on the right.",
            "边界没有计入：左边用 >=，右边用 <。",
        ),
        (
            torch.tensor([7, 6, 3]),
            "everything above the left edge is counted: the right edge is missing.",
            "左边界以上的全都计入了：漏了右边界。",
        ),
        (
            torch.tensor([2, 5, 6]),
            "everything below the right edge is counted: the left edge is missing.",
            "右边界以下的全都计入了：漏了左边界。",
        ),
        (
            torch.tensor([0, 0, 0]),
            "all counts are 0.",
            "所有计数都是 0。",
        ),
    ]
    got = call(histogram, draws, edges)
    need_same(got, want, "histogram(draws, edges)", mistakes=mistakes)
    show_histograms()


def show_histograms():
    """Draw a thousand and, unless that takes too long, a million normal numbers."""
    # zh: 画出一千个正态随机数；如果不太慢，再画一百万个。
    edges, sizes = torch.linspace(-4, 4, 41), [1000]
    began = time.thread_time()
    call(histogram, torch.randn(1000), edges)
    if time.thread_time() - began < 0.05:
        sizes.append(1_000_000)
    else:
        steps.note(
            "Right, but one number at a time: a million would take minutes. Compare "
            "the whole tensor at once to see the second picture.",
            "结果对，但是逐个数处理的：一百万个要好几分钟。"
            "对整个张量一次比较，才会画第二张图。",
        )
    for n in sizes:
        counts = call(histogram, torch.randn(n), edges)
        fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
        ax.bar(edges[:-1].numpy(), counts.numpy(), width=0.2, align="edge")
        ax.set(title=f"{n:,} draws", xlabel="value", ylabel="count")
        plt.show()


steps.check(4, check_histogram)

# %% name="without_row"


def without_row(X, row):
    """Return a copy of X (B, D) whose given row is all zeros; X stays as it was."""
    # zh: 返回 X (B, D) 的副本，其中指定的一行全为零；X 保持原样。
    # stub
    # copy = ...
    # ...  # the row to zeros
    # zh: 这一行改成零
    # return ...
    # solution
    copy = X.clone()
    copy[row] = 0
    return copy
    # end


# %% name="check_without_row"
def check_without_row():
    X, seen = table(4, 3), []

    def watched(X, row):
        seen.append((X, X.detach().clone()))
        return without_row(X, row)

    def empty(row):
        return X * (torch.arange(4) != row)[:, None]

    watched.__name__ = "without_row"
    for row in (2, 0):
        got = call(watched, X, row)
        need(
            not torch.is_tensor(got) or got.shape != (3, 3),
            "the row is gone: it should be there, filled with zeros.",
            "这一行没有了：它应当还在，只是全为 0。",
        )
        mistakes = [
            (
                X,
                "what you return is X as it was: set the row of the copy, not of X, "
                "and return the copy.",
                "返回的还是原来的 X：要改副本的那一行，不是 X 的，并返回副本。",
            ),
            (
                X * (torch.arange(3) != row),
                "a column is 0, not a row.",
                "变成 0 的是一列，不是一行。",
            ),
        ]
        for other in {0, 1, 2, 3} - {row}:
            en = f"row {other} is 0, not row {row}: use `row`, which counts from 0."
            zh = f"变成 0 的是 {other} 号行，不是 {row} 号行：要用参数 `row`。"
            mistakes.append((empty(other), en, zh))
        need_same(got, empty(row), f"without_row(X, {row})", mistakes=mistakes)
    for given, before in seen:
        need(
            torch.equal(given, before),
            "X itself has changed: what you set to 0 is no copy. `copy = X` gives the "
            "same tensor a second name, and X.detach() or X[:] shares its numbers; "
            "X.clone() makes a copy.",
            "X 本身也变了：改成 0 的并不是副本。`copy = X` 只是给同一个张量起了"
            "第二个名字，X.detach()、X[:] 与 X 共用同一批数；X.clone() 才是复制。",
        )


steps.check(5, check_without_row)

# %% name="gradient"


def gradient(f, x):
    """Return the gradient of f at x (D,), where f gives one number, by autograd."""
    # zh: 用自动求导返回 f 在 x (D,) 处的梯度；f 给出一个数。
    # stub
    # x = ...  # a copy that asks for gradients
    # zh: 副本，要求梯度
    # ...  # f at x, then backward()
    # zh: 先求 f 在 x 处的值，再 backward()
    # return ...
    # solution
    x = x.clone().requires_grad_()
    f(x).backward()
    return x.grad
    # end


# %% name="check_gradient"
def cubes(x):
    return (x**3).sum()


def chain(x):
    return (x[1:] * x[:-1].sin()).sum()


def check_gradient():
    watched = gives_grad(gradient, "gradient")
    x = torch.tensor([1.0, -2.0, 3.0])
    got, want = call(watched, cubes, x), 3 * x**2
    mistakes = [
        (
            x**3,
            "these are the terms of f, not its gradient.",
            "这是 f 的各项，不是它的梯度。",
        ),
        (
            6 * x**2,
            "twice the right gradient: backward() ran twice, and gradients add up.",
            "是正确梯度的两倍：backward() 运行了两次，而梯度会累加。",
        ),
    ]
    need_same(got, want, "gradient(f, x)", mistakes=mistakes)
    need_same(
        call(watched, chain, x),
        torch.autograd.functional.jacobian(chain, x),
        ("gradient(f, x) of another f", "换一个 f 时的 gradient(f, x)"),
        mistakes=[
            (
                want,
                "this is 3x², whatever f is: let autograd find the gradient of f.",
                "不管 f 是什么，得到的都是 3x²：应当让自动求导去求 f 的梯度。",
            )
        ],
    )
    need_same(
        call(watched, lambda x: held(x).sum(), x),
        x,
        (
            "gradient(f, x) of an f with .detach()",
            "f 里有 .detach() 时的 gradient(f, x)",
        ),
        1e-2,
        mistakes=[
            (
                2 * x,
                "the slope is measured, from values of f nearby: let autograd find it.",
                "这是用附近的函数值测出来的斜率：应当让自动求导去求。",
            )
        ],
    )
    given = x.clone()
    gradient(cubes, given)
    need(
        not given.requires_grad,
        "the x that was given asks for gradients now, and the next ones would be added "
        "to its .grad: take a copy, x.clone().",
        "传进来的 x 现在要求梯度了，下次的梯度会累加到它的 .grad 上："
        "请先复制，x.clone()。",
    )


steps.check(6, check_gradient)
