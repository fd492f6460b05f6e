"""What students write in the lab on vanishing gradients, and what they are told."""

FORWARD = """
def forward(weights, x):
    h, outputs = x, []
    for W in weights:
        h = {}
        outputs.append(h)
    return outputs
"""


def test_step_1(wrong):
    wrong("forward", FORWARD.format("(h @ W).relu()"), "the wrong way round")
    wrong("forward", FORWARD.format("h @ W.T"), "the ReLU is missing")
    wrong("forward", FORWARD.format("(x @ W.T).relu()"), "every layer gets x")
    wrong("forward", FORWARD.replace("outputs.append(h)", "pass"), "a list with the output")
    wrong("forward", FORWARD.format("(W @ h).relu()"), "stops with RuntimeError")


def test_step_2(wrong):
    head = "def gradient_norms(weights, x):\n    out = forward(weights, x.requires_grad_())\n"
    head += "    g = torch.autograd.grad({}, out)\n    return "
    right = head.format("score(out[-1])")
    wrong("gradient_norms", right + "[one.norm().item() for one in g][::-1]", "the wrong way round")
    wrong("gradient_norms", right + "[(one**2).sum().item() for one in g]", "the squares")
    wrong("gradient_norms", right + "[one.norm().item() for one in out]", "sizes of the outputs")
    wrong("gradient_norms", right + "g[0].norm()", "a list of four numbers")
    plain = head.format("out[-1].sum()")
    wrong("gradient_norms", plain + "[one.norm().item() for one in g]", "the plain sum")
    wrong("gradient_norms", right.replace(".requires_grad_()", "") + "g", "stops with RuntimeError")


def test_step_3(wrong):
    head = "def factor(norms):\n    return "
    wrong("factor", head + "(norms[-1] / norms[0]) ** (1 / (len(norms) - 1))", "front to back")
    wrong("factor", head + "(norms[0] / norms[-1]) ** (1 / len(norms))", "L − 1 steps")
    wrong("factor", head + "norms[0] / norms[-1]", "all layers together")
    mean = "sum(a / b for a, b in zip(norms, norms[1:])) / (len(norms) - 1)"
    wrong("factor", head + mean, "arithmetic mean")


def test_step_4(wrong):
    head = "def he_weights(depth, n, rng):\n    return "
    many = "[torch.randn(n, n, generator=rng) * {} for _ in range(depth)]"
    wrong("he_weights", head + many.format("2 / n"), "that is to be the variance")
    wrong("he_weights", head + many.format("(1 / n) ** 0.5"), "Xavier")
    wrong("he_weights", head + many.format("1"), "shrink with the width")
    wrong("he_weights", head + many.format("(3 / n) ** 0.5"), "instead of 0.177")
    same = "[torch.randn(n, n, generator=rng) * (2 / n) ** 0.5] * depth"
    wrong("he_weights", head + same, "the same matrix")
    flat = "[(2 * torch.rand(n, n, generator=rng) - 1) * (6 / n) ** 0.5 for _ in range(depth)]"
    wrong("he_weights", head + flat, "draw normal ones")
    alone = many.format("(2 / n) ** 0.5").replace(", generator=rng", "")
    wrong("he_weights", head + alone, "draw from `rng`")
    wrong("he_weights", head + "torch.randn(depth, n, n, generator=rng)", "a list of three")


def test_step_5(wrong):
    head = "def predicted(n, variance):\n    return "
    wrong("predicted", head + "n * variance / 2", "take the root")
    wrong("predicted", head + "math.sqrt(n * variance)", "the factor ½ is missing")
    wrong("predicted", head + "math.sqrt(variance / 2)", "number of units is missing")


def test_step_1_lets_gradients_through(wrong):
    """Or step 2, right as it is, would find none."""
    text = "no gradient gets through `forward`"
    wrong("forward", FORWARD.format("(h @ W.T).relu().detach()"), text)
    wrong("forward", FORWARD.format("torch.tensor((h @ W.T).relu().numpy())"), text)
    wrong("forward", FORWARD.format("(h.double() @ W.T.double()).relu()"), "float64, not float32")


def test_step_3_in_numpy(right):
    head = "def factor(norms):\n    n = torch.tensor(norms).numpy()\n"
    right("factor", head + "    return (n[0] / n[-1]) ** (1 / (len(n) - 1))")


def test_step_4_draws_from_rng_around_0_in_float32(wrong, right):
    head = "def he_weights(depth, n, rng):\n    {}\n    return "
    many = "[torch.randn(n, n{}) * (2 / n) ** 0.5{} for _ in range(depth)]"
    shifted = head.format("") + many.format(", generator=rng", " + 0.1")
    wrong("he_weights", shifted, "the mean is 0.098 instead of 0")
    positive = head.format("") + many.format(", generator=rng", "").replace(") * (", ").abs() * (")
    wrong("he_weights", positive, "instead of 0: positive and negative")
    own = "a seed of your own. Draw from `rng`"
    wrong("he_weights", head.format("torch.manual_seed(0)") + many.format("", ""), own)
    seeded = head.format("rng = torch.Generator().manual_seed(0)")
    wrong("he_weights", seeded + many.format(", generator=rng", ""), own)
    double = many.format(", generator=rng, dtype=torch.float64", "")
    wrong("he_weights", head.format("") + double, "has dtype torch.float64, not float32")
    init = "[torch.nn.init.kaiming_normal_(torch.empty(n, n), generator=rng) for _ in range(depth)]"
    right("he_weights", head.format("") + init)
