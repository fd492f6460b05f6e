"""What students write in the lab on neurons, and what they are told."""


def test_step_1(wrong):
    def said(line, text):
        wrong("threshold", f"def threshold(X, w, b):\n    return {line}", text)

    said("(X @ w > 0).float()", "the bias is missing")
    said("(X @ w + b >= 0).float()", "a sum of exactly 0")
    said("(X @ w - b > 0).float()", "b is minus the threshold")
    said("(X @ w + b).sign()", "the answers are signs")
    said("(X @ w + b).sigmoid()", "this is a sigmoid")
    said("X @ w + b", "these are the sums")
    said("X @ w + b > 0", "has dtype torch.bool")
    said("(w @ X + b > 0).float()", "stops with RuntimeError")


PASS = """
def one_pass(w, X, y):
    mistakes = 0
    for x, label in zip(X, y, strict=True):
        if WRONG:
            w = NEW
            COUNT
    return RESULT
"""


def test_step_2(wrong):
    def said(text, hit="label * (w @ x) <= 0", new="w + label * x", count="mistakes += 1", back=""):
        answer = PASS.replace("WRONG", hit).replace("NEW", new).replace("COUNT", count)
        wrong("one_pass", answer.replace("RESULT", back or "w, mistakes"), text)

    said("from weights 0 nothing would ever move", hit="label * (w @ x) < 0")
    said("only a mistake teaches", hit="True")
    said("whatever the label", hit="(w @ x) <= 0")
    said("exchanged", hit="label * (w @ x) > 0")
    said("has to be subtracted", new="w + x")
    said("away from the right answer", new="w - label * x")
    said("the number of mistakes is not", count="mistakes += 2")
    said("should return 2 things, in this order: w, mistakes", back="w")
    said("is off by up to", new="label * x")


XOR = """
def xor_weights():
    W, b = torch.tensor({W}), torch.tensor({b})
    return W, b, torch.tensor({v}), {c}
"""


def test_step_3(wrong):
    def said(text, W="[[1.0, 1], [1, 1]]", b="[-0.5, -1.5]", v="[1.0, -1]", c=-0.5):
        wrong("xor_weights", XOR.format(W=W, b=b, v=v, c=c), text)

    said("the hidden units compute OR and OR", b="[-0.5, -0.5]")
    said("x1 and x2. No unit makes XOR", W="[[1.0, 0], [0, 1]]", b="[-0.5, -0.5]")
    said("0 whatever comes", b="[-0.5, -2]")
    said("the unit on top makes OR", v="[1.0, 0]")
    said("XNOR, the reverse", v="[-1.0, 1]", c=0.5)
    said("has dtype torch.int64", W="[[1, 1], [1, 1]]")
    said("v has shape (1, 2)", v="[[1.0, -1]]")
    said("still has a `...`", v="[..., ...]")


BACK = """
def backward(x, y, W, b, V, c):
    a = W @ x + b
    h = a.tanh()
    p = (V @ h + c).softmax(dim=0)
    dz = {dz}
    dh = {dh}
    da = {da}
    dV, dc = {dV}, dz
    dW, db = {dW}, da
    return [dW, db, dV, dc]
"""
RIGHT = {
    "dz": "p - y",
    "dh": "V.T @ dz",
    "da": "dh * (1 - h**2)",
    "dV": "torch.outer(dz, h)",
    "dW": "torch.outer(da, x)",
}


def test_step_4(wrong):
    def said(text, **lines):
        wrong("backward", BACK.format(**(RIGHT | lines)), text)

    said("the error on top has the wrong sign", dz="y - p")
    said("is p alone", dz="p")
    said("without the input, which for V is h", dV="dz[:, None].expand(2, 3)")
    said("what goes into V is h", dV="torch.outer(dz, a)")
    said("dV has shape (3, 2)", dV="torch.outer(h, dz)")
    said("stops with RuntimeError", dh="V @ dz")
    said("the slope of the bend is missing", da="dh")
    said("of h, not of a", da="dh * (1 - a**2)")
    said("slope of a ReLU", da="dh * (a > 0)")
    said("multiplied by tanh itself", da="dh * h")
    said("as in the notes", dW="da[:, None].expand(3, 4)")
    said("dW lacks the slope", dW="torch.outer(dh, x)")


GAP = """
def worst_gap(loss, parameters, gradients, h=1e-5):
    worst, gaps = 0.0, []
    for p, g in zip(parameters, gradients, strict=True):
        flat, claimed = p.view(-1), g.reshape(-1)
        for i in range(len(flat)):
            was = flat[i].item()
            flat[i] = was + h
            up = loss(parameters)
            flat[i] = {low}
            down = loss(parameters)
            flat[i] = {back}
            measured = (up - down) / ({way})
            gaps.append(measured - claimed[i].item())
    return {result}
"""


def test_step_5(wrong):
    def said(text, low="was - h", back="was", way="2 * h", result="max(abs(d) for d in gaps)"):
        answer = GAP.format(low=low, back=back, way=way, result=result)
        wrong("worst_gap", answer, text)

    said("put each back", back="was - h")
    said("put each back", back="h")
    said("a difference on one side alone", low="was", way="h")
    said("from below to above", way="h")
    said("the sum of all differences", result="sum(abs(d) for d in gaps)")
    said("this is the mean", result="sum(abs(d) for d in gaps) / len(gaps)")
    said("the last entry", result="abs(gaps[-1])")
    said("take absolute values", result="max(gaps)")
    said("one finite number", result="gaps")
    nothing = "def worst_gap(loss, parameters, gradients, h=1e-5):\n    return 0.0"
    wrong("worst_gap", nothing, "the loss is never asked for")


def test_step_4_is_not_left_to_autograd(wrong):
    head = "def backward(x, y, W, b, V, c):\n    def loss(W, b, V, c):\n"
    head += "        return -(y * (V @ (W @ x + b).tanh() + c).log_softmax(0)).sum()\n"
    text = "leaves the work to autograd: here it is to be done by hand"
    wrong("backward", head + "    return torch.func.grad(loss, (0, 1, 2, 3))(W, b, V, c)", text)
    asked = "    own = [each.requires_grad_() for each in (W, b, V, c)]\n"
    wrong("backward", head + asked + "    return torch.autograd.grad(loss(*own), own)", text)


def test_step_4_keeps_float64(wrong):
    answer = BACK.format(**RIGHT).replace(
        "[dW, db, dV, dc]", "[g.float() for g in (dW, db, dV, dc)]"
    )
    wrong("backward", answer, "has dtype torch.float32, not float64")
