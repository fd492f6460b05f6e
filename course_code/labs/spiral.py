"""Lab: the spiral from its formula to a fair comparison of four networks."""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from course_code.draw.regions import draw_regions
from course_code.teach.steps import (
    Steps,
    Wrong,
    call,
    near,
    need,
    need_number,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
C, H = 3, 100  # classes, hidden units
# zh: 类别数，隐藏单元数
turn = 2 * math.pi / C  # angle between two arms
# zh: 相邻两条旋臂的夹角

# %% name="make_arm"


def make_arm(c, n, rng):
    """Return n points of arm c as (n, 2): radius from 0 to 1, angle turning by 4π/3.

    rng: torch.Generator, from which the jitter of the angle comes.
    """
    # zh: 返回旋臂 c 上的 n 个点，(n, 2)：半径从 0 到 1，角度转过 4π/3。
    # zh:
    # zh: rng：torch.Generator，角度的抖动由它产生。
    radius = torch.linspace(0, 1, n)  # (n,)
    jitter = 0.2 * torch.randn(n, generator=rng)  # (n,) radians
    # zh: (n,) 弧度
    # stub
    # angle = ...  # (n,) even steps from turn * c to turn * (c + 2), plus the jitter
    # zh: (n,) 从 turn * c 均匀变到 turn * (c + 2)，再加上抖动
    # return ...  # (n, 2) columns: radius times sine, radius times cosine
    # zh: (n, 2) 两列依次是：半径乘正弦，半径乘余弦
    # solution
    angle = torch.linspace(turn * c, turn * (c + 2), n) + jitter
    return torch.stack((radius * angle.sin(), radius * angle.cos()), dim=1)
    # end


# %% name="check_make_arm"
def stream(seed):
    return torch.Generator().manual_seed(seed)


def wanted_arm(c, n, seed, jitter=0.2, radius=None):
    t = torch.linspace(0, 1, n)
    phi = turn * (c + 2 * t) + jitter * torch.randn(n, generator=stream(seed))
    length = t if radius is None else torch.full((n,), radius)
    return torch.view_as_real(torch.polar(length, phi)).flip(1)  # (n, 2)


def check_make_arm():
    for c, n in ((1, 7), (2, 50)):
        want = wanted_arm(c, n, seed=c)
        got = call(make_arm, c, n, stream(c))
        if torch.is_tensor(got) and got.shape == (2, n):
            need(
                False,
                f"the shape is (2, {n}): stack along dim=1, so that a row is a point.",
                f"形状是 (2, {n})：应当沿 dim=1 堆叠，让每一行是一个点。",
            )
        mistakes = [
            (
                want.flip(1),
                "sine and cosine are exchanged: the first column is radius times sine.",
                "正弦和余弦写反了：第一列应当是半径乘正弦。",
            ),
            (
                wanted_arm(c, n, c, jitter=0),
                "the jitter is missing: add it to the angle.",
                "没有用上抖动：要把它加到角度上。",
            ),
            (
                wanted_arm(c, n, c, radius=1.0),
                "all points have distance 1 from the centre: multiply by the radius.",
                "所有点到中心的距离都是 1：还要乘以半径。",
            ),
        ]
        need_same(got, want, f"make_arm({c}, {n}, rng)", 1e-4, mistakes)


steps.check(1, check_make_arm)

# %% name="data"


def make_data(n, seed):
    """Return n points of each arm as X (C*n, 2), and their classes y (C*n,)."""
    # zh: 每条旋臂取 n 个点，返回 X (C*n, 2) 和它们的类别 y (C*n,)。
    rng = torch.Generator().manual_seed(seed)
    X = torch.cat([make_arm(c, n, rng) for c in range(C)])
    return X, torch.arange(C).repeat_interleave(n)


# %% name="make_model"


def make_model(bend):
    """Return a network from 2 inputs to H hidden units, `bend`, and C scores.

    bend: a module applied to the hidden units, such as nn.ReLU() or nn.Identity().
    """
    # zh: 返回一个网络：2 个输入，H 个隐藏单元，`bend`，C 个得分。
    # zh:
    # zh: bend：作用于隐藏单元的模块，例如 nn.ReLU() 或 nn.Identity()。
    # stub
    # return nn.Sequential(...)
    # solution
    return nn.Sequential(nn.Linear(2, H), bend, nn.Linear(H, C))
    # end


# %% name="check_make_model"
def told(hints, function, *arguments):
    """Call a function, and add to the text of an error what it means, if a hint knows.

    hints: {a part of the text: (what it means, in Chinese)}.
    """
    # zh: 调用函数；如果提示认得报错里的文字，就补上它的意思。
    # zh:
    # zh: hints：{报错里的一段文字: (意思的英文, 中文)}。
    try:
        return call(function, *arguments)
    except Wrong as wrong:
        said = wrong.texts
        for part, (en, zh) in hints.items():
            if part in said["en"]:
                raise Wrong(f"{said['en']} {en}", f"{said['zh']}{zh}") from None
        raise


MODULES = {
    "forward() missing": (
        "`bend` is a module already: write it without brackets.",
        "`bend` 已经是模块，不用再加括号。",
    ),
    "mat1 and mat2 shapes": (
        f"Each layer takes as many numbers as the one before gives: 2, {H}, {C}.",
        f"每一层接收的个数，要等于前一层给出的个数：依次是 2、{H}、{C}。",
    ),
}


def check_make_model():
    model = told(MODULES, make_model, nn.Identity())
    seen, bend = [], nn.ReLU()
    bend.register_forward_hook(lambda _, inputs, output: seen.append(output.shape[-1]))
    bent = call(make_model, bend)
    for each in (model, bent):
        need(
            isinstance(each, nn.Module),
            f"make_model should return a module, and returns a {type(each).__name__}.",
            f"make_model 应当返回一个模块，现在返回的是 {type(each).__name__}。",
        )
    X = torch.randn(5, 2)

    def network(points):
        return model(points)

    scores = told(MODULES, network, X)
    need_tensor(
        scores, ("the network's output for 5 points", "网络对 5 个点的输出"), (5, C)
    )
    softened = any(isinstance(m, nn.Softmax | nn.LogSoftmax) for m in model.modules())
    need(
        not softened and not near(scores.sum(1), torch.ones(5)),
        "the network holds a softmax. cross_entropy wants scores and applies it "
        "itself: leave it out.",
        "网络里有 softmax。cross_entropy 要的是得分，它自己会做 softmax：请去掉。",
    )
    affine = near(model(X) + model(-X), 2 * model(torch.zeros(5, 2)), 1e-4)
    flat = near(bent(X) + bent(-X), 2 * bent(torch.zeros(5, 2)), 1e-4)
    need(
        affine or not seen,
        "`bend` is used, but with nn.Identity() the network still bends: something "
        "else bends it, such as a sigmoid at the end. Leave that out.",
        "`bend` 用上了，可是传入 nn.Identity() 时网络仍会弯折：除了 `bend`，"
        "还有别的东西让它弯折，例如末尾的 sigmoid。请去掉。",
    )
    need(
        affine,
        "with nn.Identity() the network still bends: use the argument `bend`.",
        "传入 nn.Identity() 时网络仍会弯折：请使用参数 `bend`，不要自己写死 ReLU。",
    )
    need(
        seen[-1:] not in ([2], [C]),  # numbers of a point that `bend` is applied to
        # zh: `bend` 所作用的那个点有几个数
        "`bend` is applied to the inputs or to the scores: it goes between the two "
        "layers, to the hidden units.",
        "`bend` 现在作用在输入或得分上：它要放在两层之间，作用于隐藏单元。",
    )
    need(
        not flat,
        "with nn.ReLU() the network does not bend: `bend` goes between the two layers.",
        "传入 nn.ReLU() 时网络并不弯折：`bend` 要放在两层之间。",
    )
    count = sum(p.numel() for p in model.parameters())
    need(
        count == 603,
        f"the network has {count} parameters instead of 603: one layer from 2 to {H}, "
        f"one from {H} to {C}, both with biases.",
        f"网络有 {count} 个参数，应当是 603 个：一层从 2 到 {H}，一层从 {H} 到 {C}，"
        "都带偏置。",
    )


steps.check(2, check_make_model)

# %% name="train"


def train(model, X, y, optimizer, count):
    """Take `count` steps on all points at once, and return the loss before each."""
    # zh: 用全部的点走 `count` 步，返回每一步之前的损失。
    losses = []
    for _ in range(count):
        # stub
        # loss = ...  # cross-entropy of the model's scores
        # zh: 模型得分的交叉熵
        # ...  # then: forget old gradients, compute new ones, move the parameters
        # zh: 接着：清掉旧梯度，求新梯度，移动参数
        # solution
        loss = F.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # end
        losses.append(loss.item())
    return losses


# %% name="check_train"
def follow(model, X, y, count, kind):
    """Losses of plain gradient descent at rate 1, computed without an optimizer."""
    # zh: 学习率为 1 的朴素梯度下降的各步损失，不用优化器算。
    W, b = (p.detach().clone().requires_grad_() for p in model.parameters())
    pile, losses = [0, 0], []
    for _ in range(count):
        scores = X @ W.T + b
        scores = scores.softmax(1) if kind == "softened" else scores
        loss = F.nll_loss(scores.log_softmax(1), y)
        losses.append(loss.item())
        new = torch.autograd.grad(loss, [W, b])
        old = pile if kind == "piled" else [0, 0]
        pile = [p + g for p, g in zip(old, new, strict=True)]
        if kind != "still":
            W, b = (
                (p - g).detach().requires_grad_()
                for p, g in zip((W, b), pile, strict=True)
            )
    return torch.tensor(losses)


SWAPPED = (
    "cross_entropy wants the scores first, then the classes.",
    "cross_entropy 的第一个参数是得分，第二个是类别。",
)
CLASS = (
    "nn.CrossEntropyLoss is a class: write nn.CrossEntropyLoss()(scores, y).",
    "nn.CrossEntropyLoss 是类：应写 nn.CrossEntropyLoss()(scores, y)。",
)
LOSS = {
    "log_softmax_": SWAPPED,
    "cross_entropy(y": SWAPPED,
    "Boolean value of Tensor": CLASS,
    "'CrossEntropyLoss' object": CLASS,
}


def check_train():
    X, y = torch.randn(30, 2, generator=stream(1)), torch.arange(30) % C
    X = X + 2.0 * F.one_hot(y, C)[:, :2]
    model = nn.Linear(2, C)
    kinds = ("right", "piled", "softened", "still")
    paths = {kind: follow(model, X, y, 6, kind) for kind in kinds}
    calls = []  # of backward() and step(), in their order
    # zh: backward() 和 step() 的调用，按先后次序
    model.weight.register_hook(lambda gradient: calls.append("backward"))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    optimizer.register_step_post_hook(lambda *_: calls.append("step"))
    got = told(LOSS, train, model, X, y, optimizer, 6)
    need(
        isinstance(got, list) and len(got) == 6,
        "train should return the list of the losses, one per step: leave the last two "
        "lines as they were.",
        "train 应当返回损失的列表，每步一个：最后两行请保持原样。",
    )
    got = torch.tensor(
        [need_number(loss, ("a loss in the list", "列表里的损失")) for loss in got]
    )
    still = near(got, paths["still"])
    need(
        "backward" in calls or not still,
        "the loss never changes and there are no gradients: backward() is missing, or "
        "has no brackets.",
        "损失一直不变，也没有梯度：漏了 backward()，或者少了括号。",
    )
    need(
        calls[:1] != ["step"],
        "step() comes before backward(), when there is no gradient yet: call it after "
        "backward().",
        "step() 写在 backward() 之前，那时还没有梯度：它要放在 backward() 之后。",
    )
    if still and (model.weight.grad is None or not model.weight.grad.any()):
        need(
            False,
            "the gradients are emptied after backward() and before step(): call "
            "zero_grad() before backward().",
            "梯度在 backward() 之后、step() 之前被清空了：zero_grad() 要放在 "
            "backward() 之前。",
        )
    mistakes = [
        (
            paths["piled"],
            "the gradients of all steps pile up: zero_grad() is missing, or has no "
            "brackets.",
            "各步的梯度越积越多：漏了 zero_grad()，或者少了括号。",
        ),
        (
            paths["softened"],
            "softmax is applied twice: cross_entropy wants the scores as they are.",
            "softmax 做了两次：cross_entropy 要的是原始得分。",
        ),
        (
            paths["still"],
            "the loss never changes: step() is missing, or has no brackets; the "
            "parameters do not move.",
            "损失一直不变：漏了 step()，或者少了括号，参数没有移动。",
        ),
    ]
    need_same(got, paths["right"], ("the list of losses", "损失的列表"), 1e-4, mistakes)


steps.check(3, check_train)

# %% name="accuracy"


def accuracy(model, X, y):
    """Return the share of points, from 0 to 1, that the model puts into class y."""
    # zh: 返回模型归入类别 y 的点所占的比例，从 0 到 1。
    # stub
    # predicted = ...  # (B,) the class with the largest score of each point
    # zh: (B,) 每个点得分最大的类别
    # return ...  # the share of points where this is y
    # zh: 它等于 y 的点所占的比例
    # solution
    predicted = model(X).argmax(dim=1)
    return (predicted == y).float().mean().item()
    # end


# %% name="check_accuracy"
SHARE = {
    "must match the size": (
        "The classes lie along dim=1: one prediction per point.",
        "类别沿 dim=1 排列：每个点要得到一个预测。",
    ),
    "'bool' object": (
        ".max(dim=1) returns two things; take .indices, or use .argmax(dim=1).",
        ".max(dim=1) 返回两样东西：请取 .indices，或者改用 .argmax(dim=1)。",
    ),
    "Got: Bool": (
        "True and False have no mean: call .float() first.",
        "True 和 False 不能直接求平均：先用 .float() 变成数。",
    ),
}


def check_accuracy():
    right = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])
    table = 0.5 * torch.eye(C)[right]
    table = table + torch.tensor([0.2, 0.1, 0.0])  # scores (8, C), none of them a class
    # zh: 得分 (8, C)，没有一个等于类别编号
    model, y = nn.Identity(), torch.tensor([0, 1, 2, 1, 1, 1, 2, 1])
    got = told(SHARE, accuracy, model, table, y)
    if torch.is_tensor(got) and got.dim():
        need(
            False,
            f"one share is asked for, a number, and this has shape {tuple(got.shape)}.",
            f"题目要的比例是一个数，现在的形状是 {tuple(got.shape)}。",
        )
    mistakes = [
        (
            5.0,
            "this is the number of right points: divide by how many there are.",
            "这是分对的点数：还要除以总点数。",
        ),
        (
            62.5,
            "this is in per cent: a share lies between 0 and 1.",
            "这是百分数：比例应当在 0 和 1 之间。",
        ),
        (
            3 / 8,
            "this is the share of wrong points.",
            "这是分错的比例。",
        ),
        (
            1 / 8,
            "one prediction for all points: argmax needs dim=1, the classes.",
            "所有点共用了一个预测：argmax 要写 dim=1，沿类别取。",
        ),
        (
            2 / 8,
            "the smallest score is taken: argmax, not argmin.",
            "取的是最小的得分：要用 argmax，不是 argmin。",
        ),
        (
            0.0,
            "no point counts as right. Compare where the largest score stands with y, "
            "not the score itself; or does `//` cut the share off to 0?",
            "没有一个点算作分对：与 y 比较的应当是最大得分的位置，不是得分本身；"
            "还是 `//` 把比例舍成了 0？",
        ),
    ]
    need_same(got, 5 / 8, "accuracy(model, X, y)", mistakes=mistakes)


steps.check(4, check_accuracy)

# %% name="compare"


def compare(X, y, X_new, y_new, count):
    """Return {(bend, method): accuracy on the new points} of four networks."""
    # zh: 返回四个网络的 {(bend, method): 新点上的准确率}。
    table = {}
    for bend in (nn.Identity, nn.ReLU):
        for method in (torch.optim.SGD, torch.optim.Adam):
            # stub
            # model = ...  # a new one; torch.manual_seed(0) gives all the same start
            # zh: 新模型；torch.manual_seed(0) 让起点都相同
            # optimizer = ...  # method(...) with lr=1e-3
            # zh: method(...)，取 lr=1e-3
            # ...  # train it for `count` steps
            # zh: 训练 `count` 步
            # table[bend.__name__, method.__name__] = ...
            # solution
            torch.manual_seed(0)
            model = make_model(bend())
            optimizer = method(model.parameters(), lr=1e-3)
            train(model, X, y, optimizer, count)
            table[bend.__name__, method.__name__] = accuracy(model, X_new, y_new)
            # end
    return table


# %% name="check_compare"
def four(X, y, X_new, y_new, count):
    """Call compare, and see that it gives four shares."""
    # zh: 调用 compare，并确认它给出四个比例。
    table = call(compare, X, y, X_new, y_new, count)
    keys = {(b, m) for b in ("Identity", "ReLU") for m in ("SGD", "Adam")}
    need(
        isinstance(table, dict) and set(table) == keys,
        "compare should return the table with four entries, such as ('ReLU', 'Adam').",
        "compare 应当返回含四项的表，例如 ('ReLU', 'Adam')。",
    )
    return {
        k: need_number(v, (f"the entry {k}", f"{k} 这一项")) for k, v in table.items()
    }


def rates_used(X, y, count):
    """What compare says after `count` steps, and the rate of each step it takes."""
    # zh: compare 走 `count` 步给出的结果，以及每一步所用的学习率。
    rates = []
    hook = register_optimizer_step_pre_hook(
        lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"])
    )
    try:
        return four(X, y, X, y, count), rates
    finally:
        hook.remove()


def check_compare():
    X, y = make_data(100, seed=1)
    start, rates = rates_used(X, y, 0)
    need(
        not rates,
        f"with count=0 compare takes {len(rates)} steps: each training should take "
        "`count` of them.",
        f"count=0 时，compare 还是走了 {len(rates)} 步：每次训练应当走 `count` 步。",
    )
    need(
        start["Identity", "SGD"] == start["Identity", "Adam"],
        "before any step the two linear networks already differ: set the seed before "
        "each of the four, or first weights are a second difference.",
        "还没有训练，两个线性网络就已经不同：四个网络之前都要重设种子，"
        "否则初始权重又成了另一处差别。",
    )
    _, rates = rates_used(X, y, 2)
    need(
        len(rates) == 8,
        f"for 4 networks and 2 steps of each, {len(rates)} steps are taken, not 8.",
        f"4 个网络各走 2 步，应当一共 8 步，现在是 {len(rates)} 步。",
    )
    need(
        set(rates) == {1e-3},
        f"the rates are, in turn, {rates[::2]}: all four take 1e-3.",
        f"学习率依次是 {rates[::2]}：四个都应当用 1e-3。",
    )
    shifted = four(X, y, X, (y + 1) % C, 300)
    need(
        max(shifted.values()) < 0.5,
        "the table tells how well the training points are fitted: measure on X_new "
        "and y_new.",
        "表里是对训练点的拟合程度：请在 X_new、y_new 上测量。",
    )
    X, y = make_data(150, seed=1)
    table = four(X, y, *make_data(150, seed=2), 1000)
    for key, share in table.items():
        print(f"{key[0]:8} {key[1]:4}  {share:.1%}")
    need(
        table["ReLU", "Adam"] > 0.85,
        "ReLU with Adam should pass 85 %: is the rate 1e-3, is every step taken, is "
        "the model a new one each time?",
        "ReLU 配 Adam 应当超过 85%：学习率是 1e-3 吗？步数够吗？每次都新建模型了吗？",
    )
    need(
        max(v for k, v in table.items() if k != ("ReLU", "Adam")) < 0.75,
        "a network that should fail succeeds: each of the four needs a new model and a "
        "new optimizer, and nn.Identity has to stay one.",
        "有个本该失败的网络成功了：四个网络都要新建模型和优化器，"
        "nn.Identity 也不能换掉。",
    )
    show_regions(X, y)


def show_regions(X, y):
    """Draw what two networks with Adam make of the plane."""
    # zh: 画出配 Adam 的两个网络怎样划分平面。
    fig, axes = plt.subplots(2, 1, figsize=(5, 9), layout="constrained")
    for ax, bend in zip(axes, (nn.Identity(), nn.ReLU()), strict=True):
        model = make_model(bend)
        train(model, X, y, torch.optim.Adam(model.parameters(), lr=1e-2), 300)
        draw_regions(ax, model, X, y, title=f"{type(bend).__name__}, Adam")
    plt.show()


steps.check(5, check_compare, needs=[1, 2, 3, 4])
