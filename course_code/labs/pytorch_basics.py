"""Lab: tensors by hand: types, pieces, statistics, copies and a gradient."""

# %% name="setup"
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from course_code.teach.steps import (
    Steps,
    call,
    need,
    need_filled,
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
    for left in (m, m + 0.5):
        want = F.linear(v[None].to(left), left)[0]
        mistakes = [
            (
                (left.long() * v).sum(1).float(),
                "m was made whole, which cuts off its decimals: convert v instead.",
                "把 m 变成了整数，小数部分被舍掉了：应当转换的是 v。",
            ),
        ]
        got = call(product, left, v)
        if torch.is_tensor(got) and got.shape == left.shape:
            need(
                False,
                "`*` multiplies entry by entry; the product of a matrix is `@`.",
                "`*` 是逐元素相乘，矩阵乘法是 `@`。",
            )
        if torch.is_tensor(got) and got.dtype == torch.int64:
            need(
                False,
                "the result is int64: m was made whole, which cuts off its decimals. "
                "Convert v instead.",
                "结果是 int64：m 被变成了整数，小数部分被舍掉了。应当转换的是 v。",
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
    for table in (m, torch.arange(15.0).reshape(3, 5)):
        got = call(pieces, table)
        need_parts(got, "pieces", "entry", "column", "kept", "rest")
        one, two, rest = table.T[2][0], table.T[1], table.T[:-1].T
        en = "this stands in column 1: counting begins at 0."
        near_by = (table.T[1][0], en, "这是 1 号列里的数：编号从 0 开始。")
        need_same(got[0], one.item(), "entry", mistakes=[near_by])
        mistakes = [
            (
                table.T[2],
                "column is the third one: counting begins at 0.",
                "column 取成了第三列：编号从 0 开始。",
            ),
            (
                table.T[0],
                "column is the first one: the second has number 1.",
                "column 取成了第一列：第二列的编号是 1。",
            ),
        ]
        need_same(got[1], two, "column", mistakes=mistakes)
        kept = got[2]
        if torch.is_tensor(kept) and kept.dim() == 1:
            need(
                False,
                "kept has lost a dimension: a number as index drops it, a range such "
                "as a:b keeps it.",
                "kept 少了一维：用一个数作索引会去掉这一维，"
                "用 a:b 这样的范围则会保留。",
            )
        need_same(kept, two[:, None], "kept")
        need_same(got[3], rest, "rest")


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
        got = call(standardise, X)
        if torch.is_tensor(got) and got.shape == X.shape:
            scale = (len(X) / (len(X) - 1)) ** 0.5  # the other convention is right too
            # zh: 另一种约定也对
            if (got - centred / spread * scale).abs().max() < 1e-4:
                continue
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
    draws = torch.tensor([0.5, 1.0, 1.2, 1.9, 2.5, 3.0, 5.0, -1.0])
    edges = torch.tensor([0.0, 1.0, 2.0, 3.0])
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
            torch.tensor([0, 0, 0]),
            "all counts are 0.",
            "所有计数都是 0。",
        ),
    ]
    got = call(histogram, draws, edges)
    need_same(got, want, "histogram(draws, edges)", mistakes=mistakes)
    show_histograms()


def show_histograms():
    """Draw a thousand and a million normal numbers, as the notes do."""
    # zh: 像笔记那样，画出一千个和一百万个正态随机数。
    fig, axes = plt.subplots(2, 1, figsize=(6, 6), layout="constrained")
    edges = torch.linspace(-4, 4, 41)
    for ax, n in zip(axes, (1000, 1_000_000), strict=True):
        counts = histogram(torch.randn(n), edges)
        ax.bar(edges[:-1], counts, width=0.2, align="edge")
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

    watched.__name__ = "without_row"
    got, want = call(watched, X, 2), X * torch.tensor([1.0, 1.0, 0.0, 1.0])[:, None]
    mistakes = [
        (
            X,
            "nothing has changed: is the row of the copy set?",
            "什么也没变：改了副本的那一行吗？",
        ),
        (
            X * torch.tensor([1.0, 1.0, 0.0]),
            "a column is 0, not a row.",
            "变成 0 的是一列，不是一行。",
        ),
        (
            X[[0, 1, 3]],
            "the row is gone: it should be there, filled with zeros.",
            "这一行没有了：它应当还在，只是全为 0。",
        ),
    ]
    need_same(got, want, "without_row(X, 2)", mistakes=mistakes)
    for given, before in seen:
        need(
            torch.equal(given, before),
            "X itself has changed: `copy = X` gives the same tensor a second name. "
            "X.clone() makes a copy.",
            "X 本身也变了：`copy = X` 只是给同一个张量起了第二个名字，"
            "X.clone() 才是复制。",
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
def check_gradient():
    x = torch.tensor([1.0, -2.0, 3.0])

    def cubes(x):
        return (x**3).sum()

    got, want = call(gradient, cubes, x), 3 * x**2
    need_filled(got, "gradient")
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
    got = need_tensor(got, "gradient(f, x)", (3,))
    need_same(got, want, "gradient(f, x)", mistakes=mistakes)
    need_same(
        call(gradient, cubes, x),
        want,
        ("gradient(f, x), called again", "再次调用的 gradient(f, x)"),
    )


steps.check(6, check_gradient)
