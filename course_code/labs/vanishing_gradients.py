"""Lab: how a gradient shrinks on its way through twenty layers, and how it need not."""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch

from course_code.teach.conduct import keeps, need_flow
from course_code.teach.steps import (
    Steps,
    call,
    near,
    need,
    need_filled,
    need_number,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
DEPTH, WIDTH = 20, 128  # layers, units of each
# zh: 层数，每层的单元数


def default_weights(depth, n, rng):
    """Weights as nn.Linear draws them: uniform between ±1/√n, one (n, n) per layer."""
    # zh: nn.Linear 默认的权重：在 ±1/√n 之间均匀抽取，每层一个 (n, n)。
    return [(2 * torch.rand(n, n, generator=rng) - 1) / n**0.5 for _ in range(depth)]


def score(last):
    """One number for the last outputs (B, n): even units count plus, odd ones minus."""
    # zh: 把最后的输出 (B, n) 变成一个数：偶数号单元加，奇数号单元减。
    return last[:, ::2].sum() - last[:, 1::2].sum()


# %% name="forward"
def forward(weights, x):
    """Return what each layer puts out, a list of L tensors (B, n).

    weights: list of L matrices (n, n), row i for unit i; x: (B, n). No biases.
    """
    # zh: 返回每一层的输出，由 L 个张量 (B, n) 组成的列表。
    # zh:
    # zh: weights：L 个矩阵 (n, n) 的列表，第 i 行属于单元 i；x：(B, n)。没有偏置。
    h, outputs = x, []
    for W in weights:
        # stub
        # h = ...  # weighted sums of what the layer before puts out, then ReLU
        # zh: 前一层输出算出的净输入，再做 ReLU
        # solution
        h = (h @ W.T).relu()
        # end
        outputs.append(h)
    return outputs


# %% name="check_forward"
def stream(seed):
    return torch.Generator().manual_seed(seed)


def layers(weights, x, *, turned=False, bent=True, fed=True):
    """The outputs of all layers, rightly or with one mistake."""
    # zh: 各层的输出，可以正确，也可以带一个错误。
    outputs, h = [], x
    for W in weights:
        a = torch.einsum("bj,ji->bi" if turned else "bj,ij->bi", h if fed else x, W)
        h = a.clamp(min=0) if bent else a
        outputs.append(h)
    return outputs


def check_forward():
    weights = default_weights(3, 5, stream(1))
    x = torch.randn(4, 5, generator=stream(2))
    got = call(keeps(forward), weights, x)
    need_filled(got, "forward")
    need(
        isinstance(got, list) and len(got) == 3,
        "forward should return a list with the output of each layer.",
        "forward 应当返回一个列表，含每一层的输出。",
    )
    wrong = {
        "turned": layers(weights, x, turned=True),
        "straight": layers(weights, x, bent=False),
        "unfed": layers(weights, x, fed=False),
    }
    for number, (value, want) in enumerate(zip(got, layers(weights, x), strict=True)):
        mistakes = [
            (
                wrong["turned"][number],
                "the matrix is used the wrong way round: row i holds the weights of "
                "unit i, so the sums are h @ W.T.",
                "矩阵用反了：第 i 行是第 i 个单元的权重，所以净输入是 h @ W.T。",
            ),
            (
                wrong["straight"][number],
                "the ReLU is missing: negative sums become 0.",
                "漏了 ReLU：负的净输入要变成 0。",
            ),
            (
                wrong["unfed"][number],
                "every layer gets x: from the second on it gets the output before it.",
                "每一层都用了 x：从第二层起，输入应当是上一层的输出。",
            ),
        ]
        name = (f"the output of layer {number + 1}", f"第 {number + 1} 层的输出")
        need_same(value, want, name, mistakes=mistakes)
    need_flow(lambda given: forward(weights, given)[-1], x, "forward")


steps.check(1, check_forward)

# %% name="gradient_norms"


def gradient_norms(weights, x):
    """Return for each layer how long the gradient at its output is, L floats.

    The gradient is that of score(…) of the last layer's output; x: (B, n).
    """
    # zh: 返回每一层输出处的梯度有多长，L 个 float。
    # zh:
    # zh: 求的是最后一层输出的 score(…) 的梯度；x：(B, n)。
    # stub
    # outputs = ...  # of all layers, from a copy of x that asks for gradients
    # zh: 所有层的输出，从 x 的副本算起，副本要求梯度
    # gradients = ...  # of the score, one for each of the outputs
    # zh: score 的梯度，每层输出一个
    # return ...  # their norms, front layer first
    # zh: 它们的范数，最前面的层排第一
    # solution
    outputs = forward(weights, x.clone().requires_grad_())
    gradients = torch.autograd.grad(score(outputs[-1]), outputs)
    return [gradient.norm().item() for gradient in gradients]
    # end


# %% name="check_gradient_norms"
def norms_by_hand(weights, x, odd=-1.0):
    """The chain rule, layer after layer from the back; odd units count `odd`."""
    # zh: 链式法则，从后往前逐层进行；奇数号单元按 `odd` 计。
    outputs = layers(weights, x)
    slope, norms = torch.ones_like(outputs[-1]), []
    slope[:, 1::2] = odd
    for W, h in zip(reversed(weights), reversed(outputs), strict=True):
        norms.append(slope.norm())
        slope = torch.einsum("bi,ij->bj", slope * (h > 0), W)
    return torch.stack(norms[::-1])


def check_gradient_norms():
    weights = default_weights(4, 16, stream(3))
    x = torch.randn(8, 16, generator=stream(4))
    got = call(gradient_norms, weights, x)
    need(
        isinstance(got, list | tuple) and len(got) == 4,
        "gradient_norms should return a list of four numbers for four layers.",
        "四层网络，gradient_norms 应当返回四个数的列表。",
    )
    got = torch.tensor([need_number(one, ("a norm", "范数")) for one in got])
    want = norms_by_hand(weights, x)
    sizes = torch.stack([h.norm() for h in layers(weights, x)])
    mistakes = [
        (
            want.flip(0),
            "the list is the wrong way round: the front layer comes first.",
            "列表的次序反了：靠近输入的层排在最前面。",
        ),
        (
            want**2,
            "these are the squares of the norms.",
            "这是范数的平方。",
        ),
        (
            sizes,
            "these are the sizes of the outputs, not of the gradients.",
            "这是各层输出的大小，不是梯度的大小。",
        ),
        (
            norms_by_hand(weights, x, odd=1.0),
            "this is the gradient of the plain sum: take that of score(…).",
            "这是普通总和的梯度：请对 score(…) 求梯度。",
        ),
    ]
    need_same(got, want, ("the list of norms", "范数的列表"), 1e-4, mistakes)


steps.check(2, check_gradient_norms, needs=[1])

# %% name="factor"


def factor(norms):
    """Return by what one layer multiplies the gradient, on its way to the front.

    norms: L numbers, front layer first; the factor is the geometric mean of the steps.
    """
    # zh: 返回梯度每往回传一层乘上的因子。
    # zh:
    # zh: norms：L 个数，最前面的层排第一；因子是各步的几何平均。
    # stub
    # return ...
    # solution
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))
    # end


# %% name="check_factor"
def check_factor():
    for norms in ([1.0, 2.0, 4.0, 8.0], [3.0, 5.0, 1.0]):
        ratio, count = norms[0] / norms[-1], len(norms)
        want = math.exp(math.log(ratio) / (count - 1))
        mean = sum(a / b for a, b in zip(norms, norms[1:], strict=False)) / (count - 1)
        mistakes = [
            (
                1 / want,
                "this is the factor from front to back; the gradient travels to the "
                "front: divide the first norm by the last.",
                "这是从前往后的因子。梯度是从后往前传的：用第一个范数除以最后一个。",
            ),
            (
                ratio ** (1 / count),
                "there are L norms, but L − 1 steps between them.",
                "范数有 L 个，它们之间的步数却是 L − 1。",
            ),
            (
                ratio,
                "this is the factor of all layers together: take the root.",
                "这是所有层合起来的因子：还要开方。",
            ),
            (
                mean,
                "this is the arithmetic mean of the steps: factors multiply, so take "
                "the geometric one.",
                "这是各步的算术平均。因子是相乘的，要取几何平均。",
            ),
        ]
        need_same(call(factor, norms), want, f"factor({norms})", 1e-6, mistakes)


steps.check(3, check_factor)

# %% name="he_weights"


def he_weights(depth, n, rng):
    """Return `depth` matrices (n, n) of normal numbers whose variance is 2/n (He 2015).

    rng: torch.Generator, from which all of them are drawn.
    """
    # zh: 返回 `depth` 个正态随机矩阵 (n, n)，方差为 2/n（He，2015）。
    # zh:
    # zh: rng：torch.Generator，所有的数都由它产生。
    # stub
    # return [...]
    # solution
    return [torch.randn(n, n, generator=rng) * (2 / n) ** 0.5 for _ in range(depth)]
    # end


# %% name="check_he_weights"
def check_he_weights():
    n = 64
    got = call(he_weights, 3, n, stream(5))
    need_filled(got, "he_weights")
    need(
        isinstance(got, list) and len(got) == 3,
        "he_weights(3, n, rng) should return a list of three matrices.",
        "he_weights(3, n, rng) 应当返回含三个矩阵的列表。",
    )
    for W in got:
        need_tensor(W, ("a matrix of he_weights", "he_weights 给出的矩阵"), (n, n))
    need(
        not near(got[0], got[1]),
        "all layers have the same matrix: draw a new one for each.",
        "各层用了同一个矩阵：每一层都要重新抽取。",
    )
    need(
        near(got[0], call(he_weights, 3, n, stream(5))[0]),
        "another generator with the same seed gives other numbers: draw from `rng`.",
        "换一个种子相同的生成器，抽出的数却不同：要用 `rng` 来抽取。",
    )
    need(
        not near(got[0], call(he_weights, 3, n, stream(6))[0]),
        "a generator with another seed gives the same numbers: they come from a seed "
        "of your own. Draw from `rng`.",
        "换一个种子不同的生成器，抽出的数还是一样：它们出自你自己设的种子。"
        "要用 `rng` 来抽取。",
    )
    spread, known = torch.stack(got).std().item(), (2 / n) ** 0.5
    mean = torch.stack(got).mean().item()
    need(
        abs(mean) < 0.05 * spread,
        f"the mean is {mean:.3f} instead of 0: positive and negative weights should be "
        "equally likely.",
        f"均值是 {mean:.3f}，应当是 0：正的和负的权重应当机会相等。",
    )
    told = {
        2 / n: (
            "the standard deviation is 2/n: that is to be the variance. Take the root.",
            "标准差是 2/n：这应当是方差，标准差要开方。",
        ),
        (1 / n) ** 0.5: (
            "the variance is 1/n, Xavier's choice: with ReLU half of the units are 0, "
            "so it takes 2/n.",
            "方差是 1/n，这是 Xavier 的取法。ReLU 让一半的单元为 0，所以要取 2/n。",
        ),
        1.0: (
            "the standard deviation is 1: it has to shrink with the width.",
            "标准差是 1：它应当随宽度减小。",
        ),
    }
    for value, (en, zh) in told.items():
        need(abs(spread / value - 1) > 0.05, en, zh)
    need(
        abs(spread / known - 1) < 0.05,
        f"the standard deviation is {spread:.3f} instead of {known:.3f}.",
        f"标准差是 {spread:.3f}，应当是 {known:.3f}。",
    )
    outside = (torch.stack(got).abs() > 2 * known).float().mean().item()
    need(
        outside > 0.01,
        "no number lies beyond two standard deviations: draw normal ones (randn).",
        "没有一个数超出两个标准差：请抽取正态分布的数（randn）。",
    )


steps.check(4, check_he_weights)

# %% name="predicted"


def predicted(n, variance):
    """Return the factor of a ReLU layer of n units whose weights have this variance.

    Of the n squares that a unit sends back, the ReLU lets half pass.
    """
    # zh: ReLU 层有 n 个单元、权重有这样的方差，返回它的因子。
    # zh:
    # zh: 一个单元往回传 n 个平方，ReLU 让一半通过。
    # stub
    # return ...
    # solution
    return (n * variance / 2) ** 0.5
    # end


# %% name="check_predicted"
def check_predicted():
    for n, variance in ((100, 0.02), (128, 1 / (3 * 128)), (50, 0.01)):
        want = math.sqrt(n * variance * 0.5)
        mistakes = [
            (
                want**2,
                "this is the factor of the squared length: take the root.",
                "这是长度平方的因子：还要开方。",
            ),
            (
                want * math.sqrt(2),
                "ReLU lets about half pass: the factor ½ is missing.",
                "ReLU 大约只让一半通过：漏了 ½。",
            ),
            (
                want / math.sqrt(n),
                "a unit sends back to n units: the number of units is missing.",
                "一个单元往回传给 n 个单元：漏了单元数 n。",
            ),
        ]
        got = call(predicted, n, variance)
        need_same(got, want, f"predicted({n}, {variance:.4g})", 1e-6, mistakes)
    show_layers()


def show_layers():
    """Print measured and predicted factors, and draw the gradient at every layer."""
    # zh: 打印测得的因子和预测的因子，画出每一层的梯度。
    x = torch.randn(64, WIDTH, generator=stream(7))
    fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    ways = {"default": default_weights, "He": he_weights}
    styles = zip(ways.items(), (1 / (3 * WIDTH), 2 / WIDTH), "os", strict=True)
    for (name, draw), variance, marker in styles:
        norms = call(gradient_norms, call(draw, DEPTH, WIDTH, stream(8)), x)
        measured, expected = call(factor, norms), call(predicted, WIDTH, variance)
        print(f"{name:8} {measured:.3f}  (√(n·Var/2) = {expected:.3f})")
        ax.semilogy(range(1, DEPTH + 1), norms, marker=marker, label=name)
    ax.set(xlabel="layer", ylabel="length of the gradient")
    ax.legend()
    plt.show()


steps.check(5, check_predicted, needs=[1, 2, 3, 4])
