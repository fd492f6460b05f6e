"""Lab: threshold units, the perceptron, XOR, and a gradient by hand, checked."""

# %% name="setup"
import torch
import torch.nn.functional as F

from course_code.teach.conduct import need_by_hand
from course_code.teach.steps import (
    Steps,
    call,
    near,
    need,
    need_number,
    need_parts,
    need_same,
    need_tensor,
)

steps = Steps("en", 5)  # "en" or "zh": the language of the checks
# zh: "en" 或 "zh"：检验用哪种语言说话
four = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # all of two bits
# zh: 全部四种取值

# %% name="threshold"


def threshold(X, w, b):
    """Return the answers, 1.0 or 0.0, of a threshold unit to each row of X, as (B,).

    X: (B, D); w: weights (D,); b: bias, minus the threshold.
    """
    # zh: 返回阈值单元对 X 每一行的回答，1.0 或 0.0，(B,)。
    # zh:
    # zh: X：(B, D)；w：权重 (D,)；b：偏置，即阈值取负。
    # stub
    # a = ...  # (B,) the weighted sums, bias included
    # zh: (B,) 净输入，含偏置
    # return ...  # 1.0 where a is above 0, otherwise 0.0
    # zh: a 大于 0 处为 1.0，其余为 0.0
    # solution
    a = X @ w + b
    return (a > 0).float()
    # end


# %% name="check_threshold"
def check_threshold():
    w, b = torch.tensor([2.0, -1.0, 1.0]), -1.0
    X = [[1.0, 1, 0], [0, 0, 0], [1, 0, 1], [0.25, 0, 0], [0, 2, 0], [0, 1, 1]]
    X = torch.tensor(X)
    total = torch.mv(X, w)
    mistakes = [
        (
            total.gt(0).float(),
            "the bias is missing: add it to the weighted sum.",
            "漏了偏置：加权求和之后还要加上它。",
        ),
        (
            total.ge(1).float(),
            "the unit fires at a sum of exactly 0: it has to be above 0.",
            "净输入正好是 0 时也输出了 1：要大于 0 才行。",
        ),
        (
            total.gt(-1).float(),
            "the bias is subtracted: b is minus the threshold, so add it.",
            "偏置被减去了：b 是阈值的相反数，所以应当加上。",
        ),
        (
            (total - 1).sign(),
            "the answers are signs, from −1 to 1: here they are 1 and 0.",
            "这里的回答是 −1 到 1 的符号：应当是 1 和 0。",
        ),
        (
            (total - 1).sigmoid(),
            "this is a sigmoid, which answers in between: compare with 0 instead.",
            "这是 sigmoid，它会给出中间的值：应当与 0 比较。",
        ),
        (
            total - 1,
            "these are the sums: compare them with 0.",
            "这是净输入本身：还要与 0 比较。",
        ),
    ]
    want = torch.tensor([0.0, 0, 1, 0, 0, 0])
    need_same(call(threshold, X, w, b), want, "threshold(X, w, b)", mistakes=mistakes)


steps.check(1, check_threshold)

# %% name="one_pass"


def one_pass(w, X, y):
    """Look at each point once, in order; return the weights (D,) and the mistakes made.

    w: weights (D,) at the start; X: points (B, D); y: (B,) of +1 and −1.
    """
    # zh: 依次把每个点看一遍；返回权重 (D,) 和犯错的次数。
    # zh:
    # zh: w：开始时的权重 (D,)；X：点 (B, D)；y：(B,)，取 +1 和 −1。
    mistakes = 0
    for x, label in zip(X, y, strict=True):
        # stub
        # wrong = ...  # a sum of exactly 0 decides nothing, and counts as wrong
        # zh: 净输入正好是 0 时什么也没有判定，算作错
        # if wrong:
        #     w = ...
        #     mistakes += 1
        # solution
        wrong = label * (w @ x) <= 0
        if wrong:
            w = w + label * x
            mistakes += 1
        # end
    return w, mistakes


# %% name="check_one_pass"
def follow(w, X, y, kind="right"):
    """The same pass with a well-known mistake: which weights and mistakes it gives."""
    # zh: 带着常见错误走同样的一遍，会得到怎样的权重和犯错次数。
    count = 0
    for point, sign in zip(X, y.tolist(), strict=True):
        agrees = sign * torch.dot(point, w).item()
        hit = {
            "strict": agrees < 0,
            "always": True,
            "unsigned": torch.dot(point, w).item() <= 0,
            "reversed": agrees > 0,
        }.get(kind, not agrees > 0)
        if hit:
            pull = {"no label": 1, "away": -sign}.get(kind, sign)
            w, count = w.add(point, alpha=pull), count + 1
    return w, count


def passed_once(w, X, y):
    """Call one_pass, and see that it gives weights and a number."""
    # zh: 调用 one_pass，并确认它给出权重和一个数。
    got = call(one_pass, w, X, y)
    need_parts(got, "one_pass", "w", "mistakes")
    made = need_number(got[1], ("the number of mistakes", "犯错的次数"))
    return need_tensor(got[0], ("the weights", "权重"), w.shape), made


def check_one_pass():
    X = torch.tensor([[2.0, 1], [1, 3], [-1, 2], [1, -2], [3, 1], [-2, -1], [1, 1]])
    y = torch.tensor([1.0, -1, 1, 1, -1, -1, 1])
    for start in (torch.tensor([1.0, -2]), torch.zeros(2)):
        words = [
            (
                "strict",
                "a sum of exactly 0 counts as right: from weights 0 nothing would ever "
                "move. Use ≤.",
                "净输入正好是 0 时算成了答对：权重从 0 出发，就永远不会动。请用 ≤。",
            ),
            (
                "always",
                "the weights move after right answers, too: only a mistake teaches.",
                "答对时权重也动了：只有答错才学。",
            ),
            (
                "unsigned",
                "the sum is compared with 0 whatever the label: right is a sum whose "
                "sign is the label's.",
                "没有看标签就把净输入与 0 比较：净输入与标签同号才算答对。",
            ),
            (
                "reversed",
                "right and wrong are exchanged: it learns from right answers alone.",
                "对错弄反了：现在只在答对时学。",
            ),
            (
                "no label",
                "every point is added: one with the label −1 has to be subtracted.",
                "所有的点都加上去了：标签是 −1 的点应当减去。",
            ),
            (
                "away",
                "the weights move away from the right answer: the sign is wrong.",
                "权重朝着错误的方向走：符号反了。",
            ),
        ]
        want, count = follow(start, X, y)
        got, made = passed_once(start, X, y)
        kinds = [(follow(start, X, y, kind)[0], en, zh) for kind, en, zh in words]
        need_same(
            got, want, ("the weights after one pass", "走完一遍的权重"), mistakes=kinds
        )
        need(
            made == count,
            f"the weights are right, the number of mistakes is not: {made:g} instead "
            f"of {count}.",
            f"权重对，犯错次数不对：得到 {made:g}，应当是 {count}。",
        )
    show_bound()


def show_bound():
    """Tell how many mistakes the student's perceptron makes at a margin of 0.1."""
    # zh: 说出间隔为 0.1 时，学生写的感知机犯了多少次错。
    rng = torch.Generator().manual_seed(1)
    X = 2 * torch.rand(1000, 2, generator=rng) - 1
    far = X.sum(1) / 2**0.5  # signed distance from the line x1 + x2 = 0
    # zh: 到直线 x1 + x2 = 0 的带符号距离
    X, far = (t[(X.norm(dim=1) <= 1) & (far.abs() >= 0.1)] for t in (X, far))
    w, total = torch.zeros(2), 0
    for _ in range(101):
        w, made = passed_once(w, X, far.sign())
        total += int(made)
    need(
        total <= 100 and not made,
        "right for a few points, but on a cloud with margin 0.1 it makes over 100 "
        "mistakes, which a theorem forbids.",
        "几个点上算得对，可是在间隔为 0.1 的点云上犯错超过 100 次，这违反了定理。",
    )
    steps.note(
        f"{len(X)} points with margin 0.1: {total} mistakes, then none. Bound: 100.",
        f"{len(X)} 个间隔为 0.1 的点：犯错 {total} 次，之后不再犯错。上界是 100。",
    )


steps.check(2, check_one_pass)

# %% name="xor_weights"


def xor_weights():
    """Return W (2, 2), b (2,), v (2,) and c of threshold units that make XOR.

    Row j of W holds the weights of hidden unit j; v and c belong to the unit on top.
    """
    # zh: 返回阈值单元的 W (2, 2)、b (2,)、v (2,) 和 c，使它们合成 XOR。
    # zh:
    # zh: W 的第 j 行是隐藏单元 j 的权重；v 和 c 属于上面的单元。
    # stub
    # W = torch.tensor([[..., ...], [..., ...]])
    # b = torch.tensor([..., ...])
    # v, c = torch.tensor([..., ...]), ...
    # return W, b, v, c
    # solution
    W = torch.tensor([[1.0, 1.0], [1.0, 1.0]])  # OR and AND
    # zh: OR 与 AND
    b = torch.tensor([-0.5, -1.5])
    v, c = torch.tensor([1.0, -1.0]), -0.5  # OR and not AND
    # zh: OR 为真且 AND 为假
    return W, b, v, c
    # end


# %% name="check_xor_weights"
GATES = {
    "0000": ("0 whatever comes", "恒为 0"),
    "0001": ("AND", "AND"),
    "0010": ("“x1 and not x2”", "“x1 而非 x2”"),
    "0100": ("“x2 and not x1”", "“x2 而非 x1”"),
    "0011": ("x1", "x1"),
    "0101": ("x2", "x2"),
    "0111": ("OR", "OR"),
    "1000": ("NOR", "NOR"),
    "1110": ("NAND", "NAND"),
    "1001": ("XNOR, the reverse of XOR", "XNOR，即 XOR 的反面"),
    "1111": ("1 whatever comes", "恒为 1"),
}


def fires(inputs, w, b):
    """Which rows of inputs (B, D) a threshold unit answers with 1, as a text."""
    # zh: 阈值单元对哪些输入行 (B, D) 回答 1，写成文字。
    sums = torch.mv(inputs, w).add(b)
    return "".join(str(int(total > 0)) for total in sums)


def bits(*texts):
    """Answers of units as columns, (4, units)."""
    # zh: 各单元的回答排成列，(4, 单元数)。
    return torch.tensor([[float(bit) for bit in text] for text in texts]).T


def can_combine(hidden):
    """Whether one unit makes XOR of two hidden answers (4, 2)."""
    # zh: 一个单元能否用两个隐藏回答 (4, 2) 合成 XOR。
    few = (-1.0, 0.0, 1.0)
    tops = [torch.tensor([i, j]) for i in few for j in few]
    thresholds = (-1.5, -0.5, 0.5, 1.5)
    return any(fires(hidden, top, c) == "0110" for top in tops for c in thresholds)


def check_xor_weights():
    got = call(xor_weights)
    need_parts(got, "xor_weights", "W", "b", "v", "c")
    W, b = need_tensor(got[0], "W", (2, 2)), need_tensor(got[1], "b", (2,))
    v, c = need_tensor(got[2], "v", (2,)), need_number(got[3], "c")
    parts = [fires(four, W[j], b[j]) for j in range(2)]
    hidden = bits(*parts)
    top = fires(hidden, v, c)
    names = [GATES.get(each, (each, each)) for each in (*parts, top)]
    en, zh = zip(*names, strict=True)
    said = f"the hidden units compute {en[0]} and {en[1]}"
    told = f"两个隐藏单元算的是 {zh[0]} 和 {zh[1]}"
    need(
        can_combine(hidden),
        f"{said}. No unit makes XOR of these: start from gates that differ and treat "
        "(0, 1) and (1, 0) alike.",
        f"{told}。用这两个，一个单元做不出 XOR：请换两个不同的门，"
        "并且对 (0, 1) 和 (1, 0) 一视同仁。",
    )
    need(
        top == "0110",
        f"{said}, and XOR can be made of these; but the unit on top makes {en[2]}. "
        "Change v and c.",
        f"{told}，可以由它们做出 XOR；但最上面的单元做出的是 {zh[2]}。请改 v 和 c。",
    )


steps.check(3, check_xor_weights)

# %% name="backward"


def backward(x, y, W, b, V, c):
    """Return the gradients [dW, db, dV, dc] of the loss −log p of one point, by hand.

    x: (D,); y: (C,) 1 at the right class, else 0.
    W: (H, D); b: (H,); V: (C, H); c: (C,).
    """
    # zh: 亲手求一个点的损失 −log p 的梯度，返回 [dW, db, dV, dc]。
    # zh:
    # zh: x：(D,)；y：(C,)，正确类别处为 1，其余为 0。
    # zh: W：(H, D)；b：(H,)；V：(C, H)；c：(C,)。
    a = W @ x + b  # (H,)
    h = a.tanh()  # (H,) the hidden units
    # zh: (H,) 隐藏单元
    p = (V @ h + c).softmax(dim=0)  # (C,) probabilities
    # zh: (C,) 概率
    # stub
    # dz = ...  # (C,) the error on top
    # zh: (C,) 最上面的误差
    # dh = ...  # (H,) back along the weights
    # zh: (H,) 沿权重往回传
    # da = ...  # (H,) through the bend
    # zh: (H,) 经过弯折
    # dV, dc = ..., ...  # as V and c: error times input, and the error itself
    # zh: 形状同 V 和 c：误差乘输入，以及误差本身
    # dW, db = ..., ...  # as W and b
    # zh: 形状同 W 和 b
    # return [dW, db, dV, dc]
    # solution
    dz = p - y
    dh = V.T @ dz
    da = dh * (1 - h**2)
    dV, dc = torch.outer(dz, h), dz
    dW, db = torch.outer(da, x), da
    return [dW, db, dV, dc]
    # end


# %% name="check_backward"
SHAPES = ((3, 4), (3,), (2, 3), (2,))  # of W, b, V, c
# zh: W、b、V、c 的形状


def example():
    """One point (4,), its class (2,), and [W, b, V, c], in float64."""
    # zh: 一个点 (4,)、它的类别 (2,) 和 [W, b, V, c]，都是 float64。
    rng = torch.Generator().manual_seed(2)
    x, *own = (
        torch.randn(shape, generator=rng, dtype=torch.float64)
        for shape in ((4,), *SHAPES)
    )
    return x, torch.tensor([0.0, 1.0], dtype=torch.float64), own


def loss_at(x, y, own):
    """−log p of the right class, of a network with these [W, b, V, c]."""
    # zh: 权重为 [W, b, V, c] 的网络里，正确类别的 −log p。
    inner = F.linear(x, own[0], own[1]).tanh()
    return F.cross_entropy(F.linear(inner, own[2], own[3])[None], y[None])


def four_gradients(x, y, own):
    """Call backward, and see that it gives four tensors of the right shapes."""
    # zh: 调用 backward，并确认它给出四个形状正确的张量。
    got = call(backward, x, y, *own)
    need_parts(got, "backward", "dW", "db", "dV", "dc")
    names = ("dW", "db", "dV", "dc")
    triples = zip(got, names, SHAPES, strict=True)
    return [need_tensor(*each, torch.float64) for each in triples]


def check_backward():
    x, y, own = example()
    asked = [each.clone().requires_grad_() for each in own]
    want = torch.autograd.grad(loss_at(x, y, asked), asked)
    dW, db, dV, dc = four_gradients(x, y, own)
    inside = F.linear(x, own[0], own[1])
    spread = torch.mv(own[2].T, want[3])  # (H,) what arrives at the hidden units
    # zh: (H,) 传到隐藏单元的误差
    need_same(
        dc,
        want[3],
        "dc",
        1e-8,
        [
            (
                -want[3],
                "the error on top has the wrong sign: it is what the network says, "
                "minus what is right.",
                "最上面的误差符号反了：应当是模型说的概率减去正确答案。",
            ),
            (
                want[3] + y,
                "the error on top is p alone: subtract 1 at the right class.",
                "最上面的误差只有 p：正确类别处还要减 1。",
            ),
        ],
    )
    need_same(
        dV,
        want[2],
        "dV",
        1e-8,
        [
            (
                want[3][:, None].expand(2, 3),
                "dV is the error alone, without the input, which for V is h.",
                "dV 里只有误差，缺了输入；对 V 来说输入是 h。",
            ),
            (
                want[3][:, None] * inside,
                "dV takes a for the input of V: what goes into V is h, after the bend.",
                "dV 用 a 作了 V 的输入：进入 V 的是弯折之后的 h。",
            ),
        ],
    )
    need_same(
        db,
        want[1],
        "db",
        1e-8,
        [
            (
                spread,
                "the slope of the bend is missing: db is what arrives, times that.",
                "漏了弯折的斜率：db 是传到的误差乘以斜率。",
            ),
            (
                spread * (1 - inside.square()),
                "the slope of tanh is 1 minus its own square: of h, not of a.",
                "tanh 的斜率是 1 减去它自己的平方：是 h 的平方，不是 a 的。",
            ),
            (
                spread * inside.gt(0),
                "this is the slope of a ReLU; here the bend is tanh.",
                "这是 ReLU 的斜率；这里的弯折是 tanh。",
            ),
            (
                spread * inside.tanh(),
                "multiplied by tanh itself: multiply by its slope.",
                "乘的是 tanh 本身：应当乘它的斜率。",
            ),
        ],
    )
    need_same(
        dW,
        want[0],
        "dW",
        1e-8,
        [
            (
                want[1][:, None].expand(3, 4),
                "dW is the error alone, as in the notes: multiply by the input x.",
                "dW 里只有误差，正像笔记里那样：还要乘以输入 x。",
            ),
            (
                spread[:, None] * x,
                "dW lacks the slope of the bend, though db has it.",
                "db 有弯折的斜率，dW 却没有。",
            ),
        ],
    )
    need_by_hand(backward, x, y, *own, how=("by hand", "亲手推导"))


steps.check(4, check_backward)

# %% name="worst_gap"


def worst_gap(loss, parameters, gradients, h=1e-5):
    """Return the largest difference between a claimed slope and the measured one.

    loss: function of the list `parameters` that gives a number.
    """
    # zh: 返回声称的斜率与测得的斜率之间最大的差。
    # zh:
    # zh: loss：参数列表 `parameters` 的函数，给出一个数。
    worst = 0.0
    for p, g in zip(parameters, gradients, strict=True):
        flat, claimed = p.view(-1), g.reshape(-1)  # flat is no copy: it changes p
        # zh: flat 不是副本：改它就是改 p
        for i in range(len(flat)):
            was = flat[i].item()
            # stub
            # flat[i] = ...  # raise it by h
            # zh: 调高 h
            # up = ...  # the loss there
            # zh: 那里的损失
            # flat[i] = ...  # lower it by h
            # zh: 调低 h
            # down = ...
            # flat[i] = ...  # as before
            # zh: 放回原处
            # worst = ...  # the gap of this entry, if it is larger
            # zh: 这个元素的差，如果它更大
            # solution
            flat[i] = was + h
            up = loss(parameters)
            flat[i] = was - h
            down = loss(parameters)
            flat[i] = was
            measured = (up - down) / (2 * h)
            worst = max(worst, abs(measured - claimed[i].item()))
            # end
    return worst


# %% name="check_worst_gap"
def watched(start, seen):
    """A loss, the sum of cubes, that notes how many entries are not as at the start."""
    # zh: 损失是立方和，它会记下有多少个元素与开始时不同。

    def cubes(own):
        moved = [(p - q).abs() > 1e-9 for p, q in zip(own, start, strict=True)]
        seen.append(sum(int(each.sum()) for each in moved))
        return sum((p**3).sum().item() for p in own)

    return cubes


def check_worst_gap():
    step = 0.1
    place = [torch.tensor([[1.0, 0.5], [-1.0, 2.0]]), torch.tensor([0.3, -0.7])]
    place = [p.double() for p in place]
    slopes = [3 * p**2 + step**2 for p in place]  # what central differences give
    # zh: 中心差分给出的值
    flaws = [torch.tensor([[0, -0.5], [0.2, 0]]), torch.tensor([0.1, -0.05])]
    for sign in (1, -1):
        claims = [s + sign * f for s, f in zip(slopes, flaws, strict=True)]
        seen = []
        got = call(worst_gap, watched(place, seen), place, claims, step)
        need(
            seen,
            "the loss is never asked for: measure it at the raised and lowered entry.",
            "从来没有求过损失：要在调高和调低之后各求一次。",
        )
        need(
            max(seen) <= 1,
            "several entries are off at once: put each back before the next one moves.",
            "有好几个元素同时偏离了原值：每个元素用完要放回去，再动下一个。",
        )
        pairs = list(zip(place, claims, strict=True))
        once = [3 * p**2 + 3 * p * step + step**2 - c for p, c in pairs]
        double = [2 * (3 * p**2 + step**2) - c for p, c in pairs]
        mistakes = [
            (
                0.85,
                "this is the sum of all differences: keep the largest.",
                "这是所有差之和：只要最大的一个。",
            ),
            (
                0.85 / 6,
                "this is the mean, in which one wrong slope hides among many "
                "right ones.",
                "这是平均值，一个错的斜率会藏在许多对的中间。",
            ),
            (
                0.05,
                "this is the difference of the last entry: keep the largest of all.",
                "这是最后一个元素的差：要留下所有元素里最大的。",
            ),
            (
                0.2,
                "a slope that is off the other way is overlooked: take absolute "
                "values.",
                "朝另一个方向偏的斜率被漏掉了：要取绝对值。",
            ),
            (
                max(each.abs().max().item() for each in once),
                "a difference on one side alone: measure above and below.",
                "只用了单侧差分：上下两侧都要测。",
            ),
            (
                max(each.abs().max().item() for each in double),
                "the measured slope is twice too large: from below to above the way "
                "is 2h.",
                "测得的斜率大了一倍：从下到上的距离是 2h。",
            ),
        ]
        need_same(got, 0.5, "worst_gap", 1e-4, mistakes)
    judge_backward()


def judge_backward():
    """Let the student's check judge the student's gradients, right and spoilt."""
    # zh: 用学生写的检验来判断学生写的梯度，对的和弄坏的都试。
    x, y, own = example()
    given = four_gradients(x, y, own)

    def surface(weights):
        return loss_at(x, y, weights).item()

    gap = need_number(call(worst_gap, surface, own, given), "worst_gap")
    spoilt = [g.clone() for g in given]
    spoilt[0][1, 2] *= 1.01
    found = need_number(call(worst_gap, surface, own, spoilt), "worst_gap")
    need(
        near(gap, 0, 1e-7) and found > 100 * gap,
        "right for cubes, but it does not tell your gradients from spoilt ones: look "
        "at step 4 again, and compute in float64.",
        "对立方之和算得对，却分不清你的梯度和改坏的梯度："
        "请再看第 4 步，并用 float64 计算。",
    )
    steps.note(
        f"Your gradients are off by at most {gap:.0e}; with one of the 23 slopes "
        f"1 % too large, by {found:.0e}.",
        f"你的梯度最多差 {gap:.0e}；23 个斜率里有一个大了 1%，就差 {found:.0e}。",
    )


steps.check(5, check_worst_gap, needs=[4])
