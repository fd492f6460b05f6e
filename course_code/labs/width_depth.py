"""Lab: count parameters, spend a budget, fold a line, and compare two depths fairly."""

# %% name="setup"
import math
from itertools import pairwise
from numbers import Integral
from statistics import median

import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.steps import (
    Steps,
    call,
    need,
    need_number,
    need_same,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
TUNING, SEEDS = (100, 101), (0, 1, 2, 3, 4)  # to choose a rate, to report
# zh: 前者用来选学习率，后者用来报告结果

# %% name="parameters"


def parameters(widths):
    """Return how many weights and biases a network has with these units per layer.

    widths: from the inputs to the outputs, such as (64, 66, 10).
    """
    # zh: 各层单元数如此的网络，返回它有多少个权重和偏置。
    # zh:
    # zh: widths：从输入到输出，例如 (64, 66, 10)。
    total = 0
    for n_in, n_out in pairwise(widths):
        # stub
        # total += ...  # of one layer that leads from n_in units to n_out
        # zh: 从 n_in 个单元到 n_out 个单元的一层
        # solution
        total += (n_in + 1) * n_out
        # end
    return total


# %% name="check_parameters"
def built(widths):
    """Count what PyTorch really makes."""
    # zh: 数一数 PyTorch 真正建出的参数。
    layers = [nn.Linear(*pair) for pair in pairwise(widths)]
    return sum(p.numel() for p in nn.Sequential(*layers).parameters())


def check_parameters():
    for widths in ((5, 7), (64, 66, 10), (2, 8, 8, 3)):
        pairs = list(pairwise(widths))
        weights = sum(math.prod(pair) for pair in pairs)
        mistakes = [
            (
                weights,
                "these are the weights alone: each unit has a bias, too.",
                "这只是权重的个数：每个单元还有一个偏置。",
            ),
            (
                weights + sum(i for i, _ in pairs),
                "there is a bias for each unit that a layer starts from: biases belong "
                "to the units it leads to.",
                "给每层的输入单元配了偏置：偏置属于这一层的输出单元。",
            ),
            (
                weights + sum(i + o + 1 for i, o in pairs),
                "one is added to both numbers of units: a layer has a bias for each "
                "unit it leads to, and no more.",
                "两个单元数都加了 1：一层只有输出单元各有一个偏置，没有别的。",
            ),
            (
                weights + len(pairs),
                "one bias for a whole layer: each of its units has its own.",
                "一层只算了一个偏置：每个单元都有自己的。",
            ),
            (
                math.prod(pairs[-1]) + pairs[-1][1],
                "this is the last layer alone: add up all of them.",
                "这只是最后一层：要把各层加起来。",
            ),
        ]
        got = call(parameters, widths)
        need_same(got, built(widths), f"parameters({widths})", 1e-9, mistakes)


steps.check(1, check_parameters)

# %% name="widest"


def widest(budget, depth, n_in, n_out):
    """Return the widest network with `depth` equal hidden layers that the budget buys.

    budget: parameters that may be spent, biases included.
    Returns: units per layer, a tuple (n_in, n, ..., n, n_out).
    """
    # zh: 有 `depth` 个等宽隐藏层的网络，返回预算买得起的最宽的一个。
    # zh:
    # zh: budget：可以花掉的参数，含偏置。
    # zh: 返回：各层的单元数，元组 (n_in, n, ..., n, n_out)。
    best = None
    for n in range(1, budget + 1):
        # stub
        # widths = ...  # n units in each hidden layer
        # zh: 每个隐藏层 n 个单元
        # if ...:  # it can be paid
        # zh: 如果买得起
        #     best = widths
        # solution
        widths = (n_in, *[n] * depth, n_out)
        if parameters(widths) <= budget:
            best = widths
        # end
    return best


# %% name="check_widest"
def check_widest():
    for depth, n, n_in, n_out in ((1, 66, 64, 10), (4, 33, 64, 10), (2, 5, 2, 3)):
        want = [n_in] + [n] * depth + [n_out]
        exact = built(want)
        above = built([n_in] + [n + 1] * depth + [n_out]) - 1
        for budget in (exact, above):
            got = call(widest, budget, depth, n_in, n_out)
            asked = f"widest({budget}, {depth}, {n_in}, {n_out})"
            need(
                isinstance(got, tuple | list)
                and all(isinstance(k, Integral) for k in got),
                f"{asked} should be a tuple of whole numbers, and is {got!r}.",
                f"{asked} 应当是整数的元组，现在是 {got!r}。",
            )
            need(
                len(got) == depth + 2 and (got[0], got[-1]) == (n_in, n_out),
                f"{asked} is {tuple(got)}: between {n_in} inputs and {n_out} outputs "
                f"there should be hidden layers, {depth} in number.",
                f"{asked} 得到 {tuple(got)}：在 {n_in} 个输入和 {n_out} 个输出之间，"
                f"应当有 {depth} 个隐藏层。",
            )
            need(
                len(set(got[1:-1])) == 1,
                f"{asked} is {tuple(got)}: all hidden layers should be equally wide.",
                f"{asked} 得到 {tuple(got)}：各隐藏层应当一样宽。",
            )
            spent = built(got)
            need(
                spent <= budget,
                f"{asked} has {got[1]} units a layer and costs {spent}: too dear.",
                f"{asked} 每层 {got[1]} 个单元，要花 {spent} 个参数：超出了预算。",
            )
            need(
                got[1] != n - 1 or budget != exact,
                f"{n} units a layer cost exactly the budget of {budget}, and are left "
                "out: what costs all of it can still be paid.",
                f"每层 {n} 个单元正好花完 {budget} 个参数，却没有算进去："
                "正好花完也是买得起的。",
            )
            need(
                got[1] == n,
                f"{asked} has {got[1]} units a layer, but {n} can be paid.",
                f"{asked} 每层只有 {got[1]} 个单元，其实买得起 {n} 个。",
            )


steps.check(2, check_widest, needs=[1])

# %% name="folded"


def folded(x, k):
    """Fold the line k times, element by element: (n,) to (n,)."""
    # zh: 把线逐元素折 k 次：(n,) 到 (n,)。
    for _ in range(k):
        # stub
        # x = ...  # two ReLUs, one that bends at 0 and one at ½, each times a number
        # zh: 两个 ReLU，一个在 0 处弯折，一个在 ½ 处，各乘一个数
        # solution
        x = 2 * F.relu(x) - 4 * F.relu(x - 0.5)
        # end
    return x


# %% name="check_folded"
def zigzag(x, k):
    """The same curve on [0, 1] by counting: 2^(k-1) equal triangles."""
    # zh: [0, 1] 上的同一条曲线，用数的办法：2^(k-1) 个相等的三角形。
    return 1 - (2 * ((2 ** (k - 1) * x) % 1) - 1).abs()


def check_folded():
    x = torch.linspace(0, 1, 65, dtype=torch.float64)
    late = (x - 0.5).clamp(min=0)
    mistakes = [
        (
            x,
            "the line is returned as it came: bind `x` anew.",
            "直线原样返回了：请重新给 `x` 赋值。",
        ),
        (
            2 * (x - late),
            "after ½ it stays at 1: the second ReLU cancels the rise; to fall as "
            "steeply, it needs twice as much.",
            "过了 ½ 就停在 1：第二个 ReLU 只抵消了上升；要同样陡地下降，还得再大一倍。",
        ),
        (
            x - 2 * late,
            "the peak is only ½ high: both numbers should be twice as large.",
            "最高点只有 ½：两个数都应当大一倍。",
        ),
        (
            2 * x + 4 * late,
            "after ½ it rises faster: the second ReLU has to be subtracted.",
            "过了 ½ 反而升得更快：第二个 ReLU 应当减去。",
        ),
        (
            2 * x,
            "it never bends: the second ReLU is missing, or does not begin at ½.",
            "它没有弯折：漏了第二个 ReLU，或者它不是从 ½ 开始。",
        ),
    ]
    need_same(call(folded, x, 1), zigzag(x, 1), "folded(x, 1)", 1e-12, mistakes)
    outside = torch.tensor([-1.0, 1.5])
    need_same(
        call(folded, outside, 1),
        torch.tensor([0.0, -1.0]),
        ("folded at −1 and 1.5, outside the line,", "线外 −1 和 1.5 处的 folded"),
        mistakes=[
            (
                1 - (2 * outside - 1).abs(),
                "right between 0 and 1, but below 0 two ReLUs are flat, and this falls "
                "on, as an absolute value, a minimum or torch.where does: write a sum "
                "of two ReLUs, as a network has to.",
                "在 0 和 1 之间是对的，但在 0 的左边，两个 ReLU 之和是平的，"
                "这里却继续下降；用绝对值、minimum 或 where 写就会这样。"
                "请写成两个 ReLU 之和，网络只能这样算。",
            )
        ],
    )
    for k in (2, 3, 6):
        flat = [
            (
                zigzag(x, 1),
                f"folded(x, {k}) is folded once: every fold takes the result of the "
                "one before.",
                f"folded(x, {k}) 只折了一次：每一次都要折上一次的结果。",
            )
        ]
        got = call(folded, x, k)
        need_same(got, zigzag(x, k), f"folded(x, {k})", 1e-12, flat)


steps.check(3, check_folded)

# %% name="pieces"


def pieces(y):
    """Return of how many straight pieces a curve consists.

    y: its heights (n,) at equal distances; its bends lie on these points.
    """
    # zh: 返回曲线由几段直线组成。
    # zh:
    # zh: y：等间隔处的高度 (n,)；弯折处正好在这些点上。
    # stub
    # slopes = ...  # (n - 1,) the rise from each point to the next
    # zh: (n - 1,) 相邻两点的升幅
    # bends = ...  # at how many points the slope changes, a number
    # zh: 斜率在多少个点处改变，一个数
    # return ...
    # solution
    slopes = y.diff()
    bends = (slopes.diff() != 0).sum().item()
    return bends + 1
    # end


# %% name="check_pieces"
def check_pieces():
    line = torch.linspace(0, 1, 33, dtype=torch.float64)
    knee = torch.tensor([0.0, 1, 2, 5, 8, 8, 8, 7]).double()  # slopes 1, 3, 0, −1
    # zh: 斜率 1、3、0、−1
    for y, want, turns in ((zigzag(line, 3), 8, 7), (knee, 4, 0), (line, 1, 0)):
        mistakes = [
            (
                want - 1,
                "these are the bends: one bend makes two pieces.",
                "这是弯折的个数：弯一次就有两段。",
            ),
            (
                turns + 1,
                "a bend where the curve goes on rising is overlooked: compare the "
                "slopes themselves, not their signs.",
                "继续上升时的弯折被漏掉了：要比较斜率本身，而不是它的符号。",
            ),
            (
                len(y) - 1,
                "every step from point to point counts as a piece: count where the "
                "slope changes.",
                "把每两点之间都算成了一段：要数的是斜率在哪里变。",
            ),
            (
                len(y) - 1 - want,
                "this counts where the slope stays: count where it changes.",
                "数的是斜率不变的地方：应当数变化的地方。",
            ),
        ]
        name = (f"pieces of a curve with {want}", f"{want} 段的曲线，pieces 的结果")
        need_same(call(pieces, y), want, name, 1e-9, mistakes)
    fine = torch.linspace(0, 1, 2**12 + 1, dtype=torch.float64)
    for k in (2, 5, 10):
        found = int(need_number(call(pieces, call(folded, fine, k)), "pieces"))
        deep = call(parameters, [1] + [2] * k + [1])
        wide = call(parameters, [1, found - 1, 1])
        steps.note(
            f"{k} folds: {found} pieces, {deep} parameters; in one hidden layer, "
            f"{wide}.",
            f"折 {k} 次：{found} 段，{deep} 个参数；用一个隐藏层要 {wide} 个。",
        )


steps.check(4, check_pieces, needs=[1, 3])

# %% name="run"


def spiral(n, seed):
    """Return 3n points of three arms (3n, 2), and their classes (3n,)."""
    # zh: 返回三条旋臂的 3n 个点 (3n, 2) 和它们的类别 (3n,)。
    rng = torch.Generator().manual_seed(seed)
    radius, y = torch.linspace(0, 1, n).repeat(3), torch.arange(3).repeat_interleave(n)
    angle = math.tau / 3 * (y + 2 * radius) + 0.2 * torch.randn(3 * n, generator=rng)
    return torch.stack((radius * angle.sin(), radius * angle.cos()), dim=1), y


def run(widths, rate, seed):
    """Train a ReLU network on the spiral; return its validation and test accuracy."""
    # zh: 在螺旋上训练一个 ReLU 网络，返回验证准确率和测试准确率。
    rng = torch.Generator().manual_seed(seed)
    layers = []
    for pair in pairwise(widths):
        layer = nn.Linear(*pair)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=rng)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    X, y = spiral(50, 3 * seed)
    for _ in range(200):
        loss = F.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    others = [spiral(n, 3 * seed + i) for i, n in ((1, 50), (2, 200))]
    return [(model(X).argmax(1) == y).float().mean().item() for X, y in others]


# %% name="compare"


def compare(run, depths, budget, rates):
    """Return {depth: list of test accuracies, one for each seed of SEEDS}.

    run: function of (widths, rate, seed) that gives validation and test accuracy.
    Inputs and classes: 2 and 3. Every depth gets its own rate, chosen with TUNING.
    """
    # zh: 返回 {深度: 测试准确率的列表，SEEDS 里每个种子一个}。
    # zh:
    # zh: run：(widths, rate, seed) 的函数，给出验证准确率和测试准确率。
    # zh: 输入和类别：2 和 3。每种深度有自己的学习率，用 TUNING 挑选。
    table = {}
    for depth in depths:
        # stub
        # widths = ...
        # valid = ...  # for each rate, the mean validation accuracy over TUNING
        # zh: 每个学习率的验证准确率，对 TUNING 取平均
        # rate = ...  # the best of `rates`
        # zh: `rates` 里最好的一个
        # table[depth] = ...
        # solution
        widths = widest(budget, depth, 2, 3)
        valid = [sum(run(widths, r, s)[0] for s in TUNING) / len(TUNING) for r in rates]
        rate = rates[valid.index(max(valid))]
        table[depth] = [run(widths, rate, s)[1] for s in SEEDS]
        # end
    return table


# %% name="check_compare"
RATES = (0.003, 0.01, 0.03)
MARKS = {  # depth: accuracies at the three rates, in validation (by seed) or test
    # zh: 深度：三个学习率下的准确率，验证的（按种子）或测试的
    1: {
        100: (0.95, 0.66, 0.7),
        101: (0.3, 0.9, 0.7),
        "other": (0.9, 0.75, 0.6),
        "test": (0.4, 0.5, 0.7),
    },
    3: {
        100: (0.2, 0.5, 0.9),
        101: (0.95, 0.5, 0.9),
        "other": (0.9, 0.6, 0.8),
        "test": (0.8, 0.7, 0.5),
    },
}


def pretend(widths, rate, seed):
    """What `run` gives, made up: the best rate depends on how one looks for it."""
    # zh: 虚构的 `run` 给出的值：哪个学习率最好，取决于怎样去找。
    marks, i = MARKS[len(widths) - 2], RATES.index(rate)
    valid = marks.get(seed, marks["other"])[i]
    return [valid + seed / 1e4, marks["test"][i] + seed / 1e4]


def would_be(places, kind="test", seeds=SEEDS):
    """The table of somebody who runs depths 1 and 3 at these places among the rates."""
    # zh: 有人让深度 1 和 3 各用 rates 里的这些位置，得到的表。
    rows = [[MARKS[d][kind][i] for d, i in zip((1, 3), places, strict=True)]]
    shift = torch.tensor(seeds, dtype=torch.float64)[None] / 1e4
    return torch.tensor(rows, dtype=torch.float64).T + shift


def four_or_more(run, depths, budget):
    """Call compare, and see that it gives a list of numbers for each depth."""
    # zh: 调用 compare，并确认它给每种深度一个数的列表。
    table = call(compare, run, depths, budget, RATES)
    need(
        isinstance(table, dict) and set(table) == set(depths),
        "compare should return the table, with one entry for each depth.",
        "compare 应当返回那张表，每种深度一项。",
    )
    for depth, row in table.items():
        need(
            isinstance(row, list | tuple) and row,
            f"the entry of depth {depth} should be a list of accuracies, and is "
            f"{row!r}.",
            f"深度 {depth} 的那一项应当是准确率的列表，现在是 {row!r}。",
        )
    return {
        d: [
            need_number(v, (f"an accuracy of depth {d}", f"深度 {d} 的准确率"))
            for v in table[d]
        ]
        for d in depths
    }


def check_compare():
    asked, seeds, tried = [], set(), set()

    def noted(widths, rate, seed):
        need(
            isinstance(widths, tuple | list)
            and rate in RATES
            and isinstance(seed, Integral),
            "`run` wants the widths of a network, one of the rates, and a seed.",
            "`run` 要的是网络各层的宽度、候选学习率中的一个、一个种子。",
        )
        asked.append(tuple(widths))
        seeds.add(seed)
        tried.add(rate)
        need(
            len(widths) - 2 in MARKS,
            f"`run` is called with {tuple(widths)}, but the depths are 1 and 3.",
            f"调用 `run` 时用了 {tuple(widths)}，可是深度应当是 1 和 3。",
        )
        return pretend(widths, rate, seed)

    table = four_or_more(noted, (1, 3), 500)
    for depth, n in ((1, 82), (3, 13)):
        used = {widths[1:-1] for widths in asked if len(widths) == depth + 2}
        need(
            used == {(n,) * depth},
            f"with depth {depth} the hidden layers are {sorted(used)}: 500 parameters "
            f"buy {n} units a layer. At another width the depths differ in price.",
            f"深度 {depth} 时隐藏层是 {sorted(used)}：500 个参数每层买得起 {n} 个单元。"
            "换成别的宽度，两种深度的价钱就不同了。",
        )
    counts = {len(row) for row in table.values()}
    got = torch.tensor([table[1], table[3]]) if len(counts) == 1 else torch.zeros(0)
    again = would_be((1, 2), seeds=TUNING)
    need(
        got.shape != again.shape or not torch.allclose(got.double(), again),
        "the runs that chose the rate are reported: report new ones, with SEEDS.",
        "报告的是用来挑学习率的那几次运行：请用 SEEDS 重新运行再报告。",
    )
    need(
        counts == {len(SEEDS)},
        f"there should be {len(SEEDS)} accuracies for each depth, one for each seed.",
        f"每种深度应当有 {len(SEEDS)} 个准确率，每个种子一个。",
    )
    need(
        len(tried) == len(RATES),
        f"only {len(tried)} of the {len(RATES)} rates are tried: choose among all.",
        f"{len(RATES)} 个学习率只试了 {len(tried)} 个：应当从所有的里面挑。",
    )
    used = len(seeds & {*TUNING})
    need(
        used,
        "no run takes a seed of TUNING: choose the rate with those, not on the seeds "
        "of the report.",
        "没有一次运行用到 TUNING 里的种子：挑学习率要用它们，不能用报告的种子。",
    )
    need(
        used == len(TUNING),
        "the rate was chosen with one seed alone: take the mean over TUNING.",
        "挑学习率时只用了 TUNING 里的一个种子：要对 TUNING 取平均。",
    )
    mistakes = [
        (
            would_be((2, 0)),
            "the rate was chosen by the test accuracy: then the test is none. Choose "
            "by the first number that `run` gives.",
            "学习率是按测试准确率挑的，测试就不算测试了："
            "请按 `run` 给出的第一个数来挑。",
        ),
        (
            would_be((0, 0)),
            "this rate won with its best seed, or is always the first: take the mean "
            "over TUNING, and the best.",
            "这个学习率是靠最好的那个种子胜出的，或者总是取第一个："
            "要对 TUNING 取平均，再选最好的。",
        ),
        (
            would_be((2, 2)),
            "this rate won by its worst seed, or is always the last: take the mean "
            "over TUNING, and the best.",
            "这个学习率是按最差的那个种子挑的，或者总是取最后一个："
            "要对 TUNING 取平均，再选最好的。",
        ),
        (
            would_be((1, 1)),
            "depth 3 runs at the rate that is best for depth 1: choose for each depth.",
            "深度 3 用了对深度 1 最好的学习率：每种深度要各自挑选。",
        ),
        (
            would_be((0, 1)),
            "each depth runs at its worst rate: an accuracy should be large.",
            "每种深度用的都是最差的学习率：准确率越大越好。",
        ),
        (
            would_be((1, 2), "other"),
            "these are validation accuracies: report the second number that `run` "
            "gives.",
            "这是验证准确率：要报告的是 `run` 给出的第二个数。",
        ),
    ]
    need_same(
        got,
        would_be((1, 2)).float(),
        ("the table of made-up runs", "虚构运行的表"),
        1e-5,
        mistakes,
    )
    race()


def race():
    """Run the student's comparison for true, and tell what it finds."""
    # zh: 真正运行学生写的比较，并说出结果。
    table = four_or_more(run, (1, 6), 500)
    gaps = sorted(a - b for a, b in zip(table[6], table[1], strict=True))
    for depth, row in table.items():
        widths = call(widest, 500, depth, 2, 3)
        shown = f"{median(row):.3f} ({min(row):.3f} – {max(row):.3f})"
        steps.note(f"{tuple(widths)}: {shown}", f"{tuple(widths)}：{shown}")
    steps.note(
        f"Six layers against one, seed by seed: {gaps[0]:+.3f} to {gaps[-1]:+.3f}.",
        f"六层与一层相比，逐个种子：{gaps[0]:+.3f} 到 {gaps[-1]:+.3f}。",
    )


steps.check(5, check_compare, needs=[1, 2])
