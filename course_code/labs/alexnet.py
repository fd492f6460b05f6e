"""Lab: count a convolution, compute it by hand, pool it, and shift pictures."""

# %% name="setup"
import math

import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.mnist import load_mnist
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

# %% name="places"


def places(n, k, s, p):
    """Return at how many places along a side a kernel stands.

    n: pixels along the side; k: side of the kernel; s: stride, pixels from one place to
    the next; p: pixels added at each of the two ends.
    """
    # zh: 返回卷积核沿一条边有多少个位置。
    # zh:
    # zh: n：一条边的像素数；k：卷积核的边长；s：步长，相邻两个位置隔几个像素；
    # zh: p：两端各填充几个像素。
    # stub
    # return ...
    # solution
    return (n + 2 * p - k) // s + 1
    # end


# %% name="check_places"
def check_places():
    for n, k, s, p in ((5, 3, 1, 0), (13, 3, 1, 2), (227, 11, 4, 0), (14, 4, 3, 2)):
        want = nn.Conv2d(1, 1, k, s, p)(torch.zeros(1, 1, n, n)).shape[-1]
        room = n + 2 * p - k
        mistakes = [
            (
                room // s,
                "one too few: a kernel that fits exactly has one place, not none.",
                "少了一个：正好放得下的卷积核有一个位置，而不是没有。",
            ),
            (
                (n + p - k) // s + 1,
                "pixels are added at both ends of a side.",
                "一条边的两端都要填充。",
            ),
            (
                room + 1,
                "that is stride 1: with a larger one there are fewer places.",
                "这是步长 1 时的个数：步长更大，位置更少。",
            ),
            (
                math.ceil(room / s) + 1,
                "a place at which the kernel does not fit in whole is not counted: "
                "round down.",
                "卷积核放不完整的位置不算：要向下取整。",
            ),
            (
                room / s + 1,
                "this is not a whole number: round down.",
                "这不是整数：要向下取整。",
            ),
            (
                n // s,
                "the kernel's side is missing: it has to fit in whole.",
                "漏了卷积核的边长：它要完整地放得下。",
            ),
        ]
        got = call(places, n, k, s, p)
        need_same(got, float(want), f"places({n}, {k}, {s}, {p})", 1e-6, mistakes)
    whole = got.item() if hasattr(got, "item") else got
    need(
        not isinstance(whole, float),
        f"right, but {got} is a float, and cannot be the size of a tensor: `//` "
        "between whole numbers gives a whole number.",
        f"结果对，但 {got} 是 float，不能当作张量的大小："
        "整数之间用 `//`，得到的是整数。",
    )


steps.check(1, check_places)

# %% name="costs"


def costs(k, c, m, side, groups):
    """Return what a convolution stores, and what it multiplies for one picture.

    k: side of the kernels; c: maps below; m: maps above, one kernel each; side: places
    along a side; groups: 1, or 2 if each kernel sees only half of the maps below.
    Returns: (parameters with biases, multiplications).
    """
    # zh: 返回一个卷积层存多少数，处理一张图片做多少次乘法。
    # zh:
    # zh: k：卷积核的边长；c：下面有几张图；m：上面有几张图，一核一张；side：沿一条边的
    # zh: 位置数；groups：1；如果每个卷积核只看下面的一半图，则是 2。
    # zh: 返回：(参数个数，含偏置；乘法次数)。
    # stub
    # stored = ...
    # work = ...
    # solution
    weights = k * k * (c // groups) * m
    stored = weights + m
    work = weights * side * side
    # end
    return stored, work


# %% name="check_costs"
LAYERS = {  # kernel, maps below, maps above, places along a side, groups
    # zh: 卷积核边长、下面的图数、上面的图数、沿边的位置数、组数
    "conv1": (11, 3, 96, 55, 1),
    "conv2": (5, 96, 256, 27, 2),
    "conv3": (3, 256, 384, 13, 1),
    "conv4": (3, 384, 384, 13, 2),
    "conv5": (3, 384, 256, 13, 2),
}


def check_costs():
    for k, c, m, side, groups in ((5, 1, 6, 28, 1), (3, 8, 10, 7, 1), (3, 8, 10, 7, 2)):
        layer = nn.Conv2d(c, m, k, groups=groups)
        weights = layer.weight.numel()
        want = (weights + m, weights * side**2)
        got = call(costs, k, c, m, side, groups)
        need_parts(got, "costs", "stored", "work")
        asked = f"costs({k}, {c}, {m}, {side}, {groups})"
        stored, work = (need_number(value, asked) for value in got)
        mistakes = [
            (
                weights,
                "the biases are missing: one for each kernel.",
                "漏了偏置：每个卷积核一个。",
            ),
            (
                weights + m * side**2,
                "a kernel has the same bias at every place: store it once.",
                "同一个卷积核在各个位置用同一个偏置：只存一次。",
            ),
            (
                want[1] + m,
                "a kernel is stored once, however many places it visits.",
                "卷积核只存一次，不管它要走多少个位置。",
            ),
            (
                k * k * m + m,
                "a kernel has weights for each of the maps below, not for one.",
                "卷积核对下面的每张图都有权重，不止一张。",
            ),
            (
                groups * weights + m,
                "with groups, a kernel sees only its share of the maps below.",
                "分组以后，卷积核只看下面的一部分图。",
            ),
            (
                weights // groups + m,
                "groups share out the maps below, but all m kernels are there: divide "
                "c alone, and only once.",
                "分组分的是下面的图，m 个卷积核一个也不少：只有 c 要除，而且只除一次。",
            ),
        ]
        need_same(
            stored,
            float(want[0]),
            (f"the first number of {asked}", f"{asked} 的第一个数"),
            1e-9,
            mistakes,
        )
        mistakes = [
            (
                weights,
                "each weight multiplies at every place, not once.",
                "每个权重在每个位置都要乘，不是只乘一次。",
            ),
            (
                weights * side,
                "places lie along both sides: a square of them.",
                "两个方向上都有位置，一共是个正方形。",
            ),
            (
                want[0] * side**2,
                "a bias is added, and multiplies nothing.",
                "偏置是加上去的，没有乘法。",
            ),
        ]
        need_same(
            work,
            float(want[1]),
            (f"the second number of {asked}", f"{asked} 的第二个数"),
            1e-9,
            mistakes,
        )
    for name, sizes in LAYERS.items():
        stored, work = call(costs, *sizes)
        steps.note(
            f"AlexNet, {name}: {stored:,} parameters, {work / 1e6:.0f} million "
            "multiplications",
            f"AlexNet 的 {name}：{stored:,} 个参数，乘法 {work / 1e8:.2f} 亿次",
        )


steps.check(2, check_costs)

# %% name="convolve"


def convolve(x, w):
    """Slide a kernel w (k, k) over a picture x (n, n), stride 1, nothing added."""
    # zh: 让卷积核 w (k, k) 滑过图片 x (n, n)，步长 1，不填充。
    k, size = len(w), places(len(x), len(w), 1, 0)
    out = torch.zeros(size, size)
    for i in range(size):
        for j in range(size):
            # stub
            # out[i, j] = ...  # the kernel's top left corner is at x[i, j]
            # zh: 卷积核的左上角放在 x[i, j]
            # solution
            out[i, j] = (x[i : i + k, j : j + k] * w).sum()
            # end
    return out


# %% name="check_convolve"
def slide(x, w):
    """The same by PyTorch."""
    # zh: 用 PyTorch 做同一件事。
    return F.conv2d(x[None, None], w[None, None])[0, 0]


def check_convolve():
    rng = torch.Generator().manual_seed(1)
    for n, k in ((4, 2), (6, 3)):
        x, w = (torch.randn(size, size, generator=rng) for size in (n, k))
        want = slide(x, w)
        single = w.sum() * x[: n - k + 1, : n - k + 1]
        matrix = torch.stack(
            [
                torch.stack(
                    [(x[i : i + k, j : j + k] @ w).sum() for j in range(n - k + 1)]
                )
                for i in range(n - k + 1)
            ]
        )
        mistakes = [
            (
                slide(x, w.flip(0, 1)),
                "the kernel is turned around. Mathematicians do that; networks do not.",
                "卷积核翻转了。数学里的卷积要翻转，神经网络里不翻转。",
            ),
            (
                want.T,
                "rows and columns of places are swapped: i counts rows.",
                "图片的行和列弄反了：i 数的是行。",
            ),
            (
                slide(x, w.T),
                "rows and columns of the kernel are swapped.",
                "卷积核的行和列弄反了。",
            ),
            (
                want / k**2,
                "this is the mean of the products: take their sum.",
                "这是乘积的平均值：应当求和。",
            ),
            (
                matrix,
                "`@` is a matrix product: multiply entry by entry.",
                "`@` 是矩阵乘法：这里要逐元素相乘。",
            ),
            (
                single,
                "the kernel is multiplied with a single pixel: it sees k×k of them.",
                "卷积核只乘了一个像素：它看到的是 k×k 个。",
            ),
            (
                torch.zeros_like(want),
                "all entries are still 0: write the result into `out[i, j]`.",
                "全都还是 0：请把结果写进 `out[i, j]`。",
            ),
        ]
        got = need_tensor(call(convolve, x, w), "convolve(x, w)", want.shape)
        need_same(got, want, "convolve(x, w)", 1e-5, mistakes)


steps.check(3, check_convolve, needs=[1])

# %% name="max_pool"


def max_pool(x, window, stride):
    """Keep the largest value of each window of a map x (n, n)."""
    # zh: 留下图 x (n, n) 每个窗口里的最大值。
    size = places(len(x), window, stride, 0)
    out = torch.zeros(size, size)
    for i in range(size):
        for j in range(size):
            # stub
            # part = ...  # what window number (i, j) sees
            # zh: 第 (i, j) 个窗口看到的部分
            # solution
            top, left = i * stride, j * stride
            part = x[top : top + window, left : left + window]
            # end
            out[i, j] = part.max()
    return out


# %% name="check_max_pool"
def windows(x, window, stride):
    """Largest values by PyTorch, of as many windows as fit."""
    # zh: 用 PyTorch 求最大值，放得下几个窗口就求几个。
    return F.max_pool2d(x[None, None], window, stride)[0, 0]


def check_max_pool():
    rng = torch.Generator().manual_seed(2)
    for n, window, stride in ((11, 2, 3), (9, 3, 2), (8, 2, 2)):
        x = torch.randn(n, n, generator=rng) - 4
        want = windows(x, window, stride)
        size = len(want)
        asked = f"max_pool(x, {window}, {stride})"

        def part(step, window=window, x=x, size=size):
            """What other steps between windows would give, where they fit."""
            # zh: 窗口之间换成别的间隔会得到什么，只看放得下的部分。
            wide = F.pad(x, (0, 3 * len(x)) * 2, value=-math.inf)
            return windows(wide, window, step)[:size, :size]

        mistakes = [
            (
                part(1),
                "neighbouring windows lie one pixel apart: the stride is ignored.",
                "相邻的窗口只差一个像素：没有用到步长。",
            ),
            (
                part(window),
                "windows are set side by side: they move by the stride, not by their "
                "own side.",
                "窗口一个挨着一个：它们每次移动的是步长，不是自己的边长。",
            ),
            (
                want.T,
                "rows and columns are swapped: i counts rows.",
                "行和列弄反了：i 数的是行。",
            ),
            (
                x.max().expand(size, size),
                "every window sees the whole map: cut a part out of x.",
                "每个窗口都看到了整张图：要从 x 里截取一块。",
            ),
            (
                x[::stride, ::stride][:size, :size],
                "each window sees a single pixel: it should see window×window of them.",
                "每个窗口只看到一个像素：应当看到 window×window 个。",
            ),
        ]
        got = need_tensor(call(max_pool, x, window, stride), asked, want.shape)
        need_same(got, want, asked, 1e-6, mistakes)


steps.check(4, check_max_pool, needs=[1])

# %% name="shifted"


def shifted(X):
    """Move pictures X (N, n, n) by up to one pixel each way: (9 N, n, n).

    All N pictures in one way first, then all in the next; at the edges 0 comes in.
    """
    # zh: 把图片 X (N, n, n) 向各个方向移动至多一个像素：(9 N, n, n)。
    # zh:
    # zh: 先是 N 张图片朝一个方向，再换下一个方向；移空的边缘填 0。
    n = X.shape[-1]
    wide = F.pad(X, (1, 1, 1, 1))  # (N, n + 2, n + 2), with a border of zeros
    # zh: (N, n + 2, n + 2)，外面填充一圈零
    copies = []
    for i in range(3):
        for j in range(3):
            # stub
            # copies.append(...)
            # solution
            copies.append(wide[:, i : i + n, j : j + n])
            # end
    return torch.cat(copies)


# %% name="check_shifted"
def moved(X, down, right):
    """Pictures moved by whole pixels, with zeros where nothing was."""
    # zh: 按整数个像素移动图片，空出来的地方填零。
    rolled = X.roll((down, right), (1, 2))
    rolled[:, 0 if down > 0 else -1, :] *= down == 0
    rolled[:, :, 0 if right > 0 else -1] *= right == 0
    return rolled


def check_shifted():
    rng = torch.Generator().manual_seed(3)
    X = 1 + torch.rand(4, 5, 5, generator=rng)
    got = need_tensor(call(shifted, X), "shifted(X)", (36, 5, 5)).view(9, 4, 5, 5)
    ways = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    around = [X.roll(way, (1, 2)) for way in ways if way != (0, 0)]
    need(
        not any(torch.equal(copy, other) for copy in got for other in around),
        "what leaves the picture at one edge comes in at the other: it should be 0.",
        "从一边移出去的像素，从另一边又进来了：那里应当是 0。",
    )
    mixed = got.reshape(4, 9, 5, 5).transpose(0, 1)
    need(
        not all(
            any(torch.equal(each, moved(X, *way)) for each in mixed) for way in ways
        ),
        "all nine copies of a picture lie together: all pictures in one way come "
        "first, then all in the next.",
        "同一张图片的九份挨在了一起：应当先是所有图片朝一个方向，再换下一个方向。",
    )
    for down, right in ways:
        want = moved(X, down, right)
        found = sum(torch.equal(copy, want) for copy in got)
        need(
            found == 1,
            f"{found} of the nine copies are the pictures moved by {down} down and "
            f"{right} to the right; there should be one.",
            f"九份里有 {found} 份是向下移 {down}、向右移 {right} 的图片，"
            "应当恰好有一份。",
        )
    compare()


def nearest(X, y, new):
    """Give each new picture the label of the nearest one in X."""
    # zh: 给每张新图片标上 X 里最像它的那一张的标签。
    return y[torch.cdist(new.flatten(1), X.flatten(1)).argmin(dim=1)]


def compare():
    """Read digits by the nearest picture, without and with the student's copies."""
    # zh: 用最像的图片来认数字：先不用学生平移出的副本，再用上。
    parts = load_mnist(300, seed=0)
    (X, y), (new, truth) = parts["train"], parts["test"]
    X, new = X.view(-1, 14, 14), new.view(-1, 14, 14)
    sets = {"300": (X, y), "2,700": (call(shifted, X), y.repeat(9))}
    for count, (known, labels) in sets.items():
        right = (nearest(known, labels, new) == truth).float().mean().item()
        steps.note(
            f"The nearest of {count} pictures reads {right:.1%} of the digits.",
            f"用 {count} 张图片里最近的一张，认对 {right:.1%} 的数字。",
        )


steps.check(5, check_shifted)
