"""Lab: a restricted Boltzmann machine that can be counted, and one that deceives."""

# %% name="setup"
import math
from itertools import product

import torch
import torch.nn.functional as F

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


def states(n):
    """List all 2^n states of n units of 0 or 1, one per row."""
    # zh: 列出 n 个取 0 或 1 的单元的全部 2^n 个状态，每行一个。
    return torch.tensor(list(product((0.0, 1.0), repeat=n)), dtype=torch.float64)


def visible(h, W, b):
    """Return the probabilities (B, D) that each pixel is 1, given hidden h (B, H)."""
    # zh: 给定隐藏单元 h (B, H)，返回每个像素取 1 的概率 (B, D)。
    return torch.sigmoid(h @ W + b)


# %% name="hidden"


def hidden(v, W, c):
    """Return the probabilities (B, H) that each hidden unit is 1, given pictures.

    v: pictures (B, D), one per row; W: weights (H, D); c: hidden biases (H,).
    """
    # zh: 给定图片，返回每个隐藏单元取 1 的概率 (B, H)。
    # zh:
    # zh: v：图片 (B, D)，每行一张；W：权重 (H, D)；c：隐藏单元的偏置 (H,)。
    # stub
    # a = ...  # (B, H) what each hidden unit adds up
    # zh: (B, H) 每个隐藏单元的净输入
    # return ...
    # solution
    a = v @ W.T + c
    return torch.sigmoid(a)
    # end


# %% name="check_hidden"
def machine(n_visible, n_hidden, seed):
    """Draw a machine: W (H, D), b (D,) and c (H,), in float64."""
    # zh: 抽一台机器：W (H, D)、b (D,) 和 c (H,)，都是 float64。
    rng = torch.Generator().manual_seed(seed)
    shapes = ((n_hidden, n_visible), (n_visible,), (n_hidden,))
    return [torch.randn(shape, generator=rng, dtype=torch.float64) for shape in shapes]


def check_hidden():
    W, b, c = machine(4, 3, 0)
    v = states(4)[[1, 6, 12, 13, 15]]
    total = torch.einsum("bd,hd->bh", v, W)
    mistakes = [
        (
            total + c,
            "these are the sums, not probabilities: the sigmoid is missing.",
            "这是加权求和的结果，不是概率：还要经过 sigmoid。",
        ),
        (
            total.sigmoid(),
            "the biases c are missing.",
            "漏了偏置 c。",
        ),
        (
            (total - c).sigmoid(),
            "the biases are subtracted: add them.",
            "偏置被减去了：应当加上。",
        ),
        (
            (total + c).softmax(1),
            "softmax makes the units share one probability: each of them is on or off "
            "by itself, so use the sigmoid.",
            "softmax 让各单元分享一份概率：这里每个单元各自开关，要用 sigmoid。",
        ),
        (
            (total + c > 0).double(),
            "these are states, 0 or 1: return the probabilities.",
            "这是状态（0 或 1）：应当返回概率。",
        ),
    ]
    want = (total + c).sigmoid()
    need_same(call(hidden, v, W, c), want, "hidden(v, W, c)", 1e-9, mistakes)


steps.check(1, check_hidden)

# %% name="free_energy"


def free_energy(v, W, b, c):
    """Return the free energy (B,) of each picture in v (B, D)."""
    # zh: 返回 v (B, D) 里每张图片的自由能 (B,)。
    # stub
    # a = ...  # (B, H) as in step 1
    # zh: (B, H) 与第 1 步相同
    # return ...  # one number per picture; F.softplus(a) is log(1 + e^a)
    # zh: 每张图片一个数；F.softplus(a) 就是 log(1 + e^a)
    # solution
    a = v @ W.T + c
    return -(v @ b) - F.softplus(a).sum(1)
    # end


# %% name="check_free_energy"
def log_joint(v, W, b, c):
    """Exponent of p(v, h), for each picture and each hidden state, (B, 2^H)."""
    # zh: p(v, h) 的指数，每张图片配每个隐藏状态，(B, 2^H)。
    h = states(len(c))
    bilinear = torch.einsum("sh,hd,bd->bs", h, W, v)
    return (v * b).sum(1, keepdim=True) + h.mv(c) + bilinear


def check_free_energy():
    W, b, c = machine(4, 3, 1)
    v = states(4)[[0, 3, 5, 10, 15]]
    want = -log_joint(v, W, b, c).logsumexp(1)
    soft = F.softplus(torch.einsum("bd,hd->bh", v, W) + c)
    mistakes = [
        (
            -want,
            "the sign is turned: likely pictures have a low free energy.",
            "符号反了：概率大的图片，自由能低。",
        ),
        (
            -soft.sum(1),
            "the term of the visible biases, b·v, is missing.",
            "漏了可见偏置的那一项 b·v。",
        ),
        (
            v.mv(b) - soft.sum(1),
            "the term b·v has the wrong sign.",
            "b·v 那一项的符号不对。",
        ),
        (
            soft.sum(1) - v.mv(b),
            "the sum over hidden units has the wrong sign.",
            "对隐藏单元求和的那一项，符号不对。",
        ),
        (
            -v.mv(b) - F.softplus(torch.einsum("bd,hd->bh", v, W)).sum(1),
            "the hidden biases c are missing.",
            "漏了隐藏偏置 c。",
        ),
    ]
    got = call(free_energy, v, W, b, c)
    need_same(got, want, "free_energy(v, W, b, c)", 1e-9, mistakes)


steps.check(2, check_free_energy)

# %% name="log_likelihood"


def log_likelihood(v, W, b, c):
    """Return the mean of log p(v) over the pictures in v (B, D), exactly, a number.

    There must be few pixels: it goes through all 2^D pictures.
    """
    # zh: 返回 v (B, D) 里各张图片 log p(v) 的平均，精确值，一个数。
    # zh:
    # zh: 像素必须少：它要走遍全部 2^D 张图片。
    everything = states(v.shape[1])  # (2^D, D)
    # stub
    # log_z = ...  # logarithm of the sum of e^(-F) over everything
    # zh: e^(-F) 对所有图片求和，再取对数
    # return ...
    # solution
    log_z = (-free_energy(everything, W, b, c)).logsumexp(0)
    return (-free_energy(v, W, b, c)).mean() - log_z
    # end


# %% name="check_log_likelihood"
def check_log_likelihood():
    W, b, c = machine(5, 2, 2)
    v = states(5)[[2, 2, 9, 30]]
    own = log_joint(v, W, b, c).logsumexp(1)
    every = log_joint(states(5), W, b, c).flatten()
    z, n = every.logsumexp(0).item(), every.logsumexp(0).exp().item()
    mistakes = [
        (
            own.mean().item(),
            "this is the mean of −F: log Z is still to be subtracted.",
            "这只是 −F 的平均：还要减去 log Z。",
        ),
        (
            own.mean().item() + z,
            "log Z is added: p(v) is divided by Z, so subtract it.",
            "log Z 加上去了：p(v) 要除以 Z，所以应当减去。",
        ),
        (
            own.mean().item() - n,
            "Z itself is subtracted: take its logarithm.",
            "减去的是 Z 本身：要取它的对数。",
        ),
        (
            own.sum().item() - z,
            "the free energies are added up: take their mean over the pictures.",
            "自由能加在了一起：应当对图片取平均。",
        ),
        (
            own.mean().item() - own.logsumexp(0).item(),
            "Z runs over the pictures of v alone: it runs over everything.",
            "Z 只对 v 里的图片求了和：要对所有可能的图片求和。",
        ),
    ]
    got = need_number(call(log_likelihood, v, W, b, c), "log_likelihood")
    want = own.mean().item() - z
    need_same(got, want, "log_likelihood(v, W, b, c)", 1e-6, mistakes)
    each = states(5).split(1)
    total = sum(math.exp(call(log_likelihood, one, W, b, c)) for one in each)
    need(
        abs(total - 1) < 1e-9,
        f"the probabilities of all 32 pictures add up to {total:.3f}, not to 1.",
        f"32 张图片的概率加起来是 {total:.3f}，不是 1。",
    )
    steps.note(
        "The probabilities of all 32 pictures add up to 1.",
        "32 张图片的概率加起来正好是 1。",
    )


steps.check(3, check_log_likelihood, needs=[2])

# %% name="cd_gradient"


def cd_gradient(v, W, b, c, draw):
    """Return CD-1's gradients for W (H, D), b (D,) and c (H,): means over pictures.

    v: pictures (B, D); draw: function from probabilities to states of 0 and 1.
    """
    # zh: 返回 CD-1 给 W (H, D)、b (D,) 和 c (H,) 的梯度：对图片取平均。
    # zh:
    # zh: v：图片 (B, D)；draw：函数，按概率抽出 0 和 1 的状态。
    n = len(v)
    # stub
    # h = ...  # (B, H) probabilities, given the pictures
    # zh: (B, H) 给定图片时的概率
    # dream = ...  # (B, D) states, drawn given drawn states of the hidden units
    # zh: (B, D) 状态：先抽隐藏状态，再据此抽出
    # h_dream = ...  # (B, H) probabilities, given the dream
    # zh: (B, H) 给定梦时的概率
    # for_W = ...  # (H, D)
    # for_b = ...  # (D,)
    # for_c = ...  # (H,)
    # solution
    h = hidden(v, W, c)
    dream = draw(visible(draw(h), W, b))
    h_dream = hidden(dream, W, c)
    for_W = (h.T @ v - h_dream.T @ dream) / n
    for_b = (v - dream).mean(0)
    for_c = (h - h_dream).mean(0)
    # end
    return for_W, for_b, for_c


# %% name="check_cd_gradient"
def half(p):
    """A draw without chance: 1 where the probability is above one half."""
    # zh: 不靠运气的抽取：概率大于一半处为 1。
    return (p > 0.5).to(p)


def keep(p):
    """What somebody does who does not draw."""
    # zh: 没有抽取、直接用概率的人会得到什么。
    return p


def told(v, W, b, c, first=half, second=half, start=keep):
    """The three gradients for rules of drawing, each (H, D), (D,) or (H,)."""
    # zh: 各种抽法对应的三个梯度，形状 (H, D)、(D,) 或 (H,)。
    h = (torch.einsum("bd,hd->bh", v, W) + c).sigmoid()
    dream = second((torch.einsum("bh,hd->bd", first(h), W) + b).sigmoid())
    late = (torch.einsum("bd,hd->bh", dream, W) + c).sigmoid()
    h = start(h)
    outer = torch.einsum("bh,bd->bhd", h, v) - torch.einsum("bh,bd->bhd", late, dream)
    return outer.mean(0), v.mean(0) - dream.mean(0), h.mean(0) - late.mean(0)


def check_cd_gradient():
    W, b, c = machine(5, 3, 3)
    v = states(5)[[3, 8, 13, 22, 27, 30]]
    right = told(v, W, b, c)
    slips = [
        (
            [-part for part in right],
            "the difference is turned: pictures minus dreams.",
            "差反了：应当是图片减去梦。",
        ),
        (
            [len(v) * part for part in right],
            "these are sums: take the mean over the pictures.",
            "这是总和：应当对图片取平均。",
        ),
        (
            told(v, W, b, c, first=keep),
            "the pixels are dreamt from probabilities of the hidden units: draw their "
            "states first.",
            "做梦时用的是隐藏单元的概率：要先抽出它们的状态。",
        ),
        (
            told(v, W, b, c, second=keep),
            "the dream holds probabilities: draw the pixels, too.",
            "梦里还是概率：像素的状态也要抽出来。",
        ),
        (
            told(v, W, b, c, start=half),
            "the term of the pictures uses drawn states of h: take the probabilities.",
            "图片那一项用了抽出的 h：这里应当用概率。",
        ),
    ]
    got = call(cd_gradient, v, W, b, c, half)
    need_parts(got, "cd_gradient", "for_W", "for_b", "for_c")
    for i, name in enumerate("Wbc"):
        mistakes = [(found[i], en, zh) for found, en, zh in slips]
        need_same(
            got[i],
            right[i],
            (f"the gradient for {name}", f"{name} 的梯度"),
            1e-9,
            mistakes,
        )


steps.check(4, check_cd_gradient, needs=[1])

# %% name="train"


def train(v, W, b, c, rate, rounds, draw):
    """Return W, b and c after so many steps of CD-1 on all pictures in v."""
    # zh: 用 v 里的全部图片走若干步 CD-1，返回 W、b 和 c。
    for _ in range(rounds):
        # stub
        # for_W, for_b, for_c = ...
        # W, b, c = ...
        # solution
        for_W, for_b, for_c = cd_gradient(v, W, b, c, draw)
        W, b, c = W + rate * for_W, b + rate * for_b, c + rate * for_c
        # end
    return W, b, c


# %% name="check_train"
def bars():
    """The 14 pictures of 3 x 3 pixels whose rows, or columns, are all 0 or all 1."""
    # zh: 14 张 3 x 3 的图片，各行或各列全为 0 或全为 1。
    rows = states(3)[:, :, None].expand(-1, 3, 3)
    return torch.cat([rows, rows.mT]).flatten(1).unique(dim=0)


def climbed(v, parts, rate, rounds):
    """Follow the gradients of `told`, so many rounds."""
    # zh: 按 `told` 给的梯度走若干轮。
    for _ in range(rounds):
        moves = told(v, *parts)
        parts = [part + rate * move for part, move in zip(parts, moves, strict=True)]
    return parts


def check_train():
    start = machine(5, 3, 4)
    v = states(5)[[3, 8, 13, 22, 27, 30]]
    want = climbed(v, start, 0.1, 3)
    slips = [
        (
            climbed(v, start, -0.1, 3),
            "this goes downhill: the likelihood should grow, so add the gradients.",
            "这是在下坡：似然应当变大，所以要加上梯度。",
        ),
        (
            climbed(v, start, 1.0, 3),
            "the rate is missing.",
            "漏了学习率。",
        ),
        (
            climbed(v, start, 0.1, 1),
            "only one step counts: each goes on from the one before.",
            "只走了一步：每一步都要接着上一步走。",
        ),
        (
            start,
            "nothing has changed: assign the new weights to W, b and c.",
            "什么都没有变：要把新的权重赋给 W、b、c。",
        ),
    ]
    got = call(train, v, *start, 0.1, 3, half)
    need_parts(got, "train", "W", "b", "c")
    for i, name in enumerate("Wbc"):
        mistakes = [(found[i], en, zh) for found, en, zh in slips]
        need_same(
            got[i],
            want[i],
            (f"{name} after three steps", f"三步之后的 {name}"),
            1e-9,
            mistakes,
        )
    watch()


def watch():
    """Train a machine on bars and stripes, and tell what is seen and what is hidden."""
    # zh: 用横条竖条训练一台机器，说出看得见的和看不见的。
    v, rng = bars(), torch.Generator().manual_seed(5)
    W, b, c = (0.1 * part for part in machine(9, 8, 5))

    def chance(p):
        return (torch.rand(p.shape, generator=rng) < p).to(p)

    for done in (500, 1000, 1500, 2000, 2500, 3000):
        W, b, c = train(v, W, b, c, 0.5, 500, chance)
        error = (visible(hidden(v, W, c), W, b) - v).square().mean().item()
        nats = need_number(log_likelihood(v, W, b, c), "log_likelihood")
        steps.note(
            f"{done} steps: error {error:.5f}, log-likelihood {nats:.2f}",
            f"{done} 步：误差 {error:.5f}，对数似然 {nats:.2f}",
        )
    best = -math.log(len(v))
    steps.note(
        f"The best that any machine can reach is {best:.2f}.",
        f"任何机器最多能达到 {best:.2f}。",
    )


steps.check(5, check_train, needs=[1, 2, 3, 4])
