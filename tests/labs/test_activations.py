"""What students write in the lab on activations, and what they are told."""


def test_step_1(wrong):
    head = "def leaky(a, alpha=0.01):\n    return "
    wrong("leaky", head + "a.relu()", "should become alpha times itself")
    wrong("leaky", head + "torch.where(a > 0, alpha * a, a)", "on the wrong side")
    wrong("leaky", head + "torch.where(a > 0, a, alpha)", "becomes alpha")
    wrong("leaky", head + "torch.where(a > 0, a, -alpha * a)", "bends up")
    wrong("leaky", head + "a.abs()", "absolute value")
    wrong("leaky", head + "a if a > 0 else alpha * a", "stops with RuntimeError")


def test_step_2(wrong):
    head = "def gelu(a):\n    return "
    wrong("gelu", head + "F.gelu(a, approximate='tanh')", "tanh formula of the notes")
    wrong("gelu", head + "a * torch.sigmoid(1.702 * a)", "by a sigmoid")
    wrong("gelu", head + "(1 + torch.erf(a / 2**0.5)) / 2", "this is Φ alone")
    wrong("gelu", head + "a * (1 + torch.erf(a)) / 2", "the root is missing")
    wrong("gelu", head + "a * (1 + torch.erf(a / 2**0.5))", "twice too large")
    wrong("gelu", head + "a * torch.erf(a / 2**0.5) / 2", "the 1 is missing")


def test_step_3(wrong):
    head = "def slope(f, a):\n    a = a.detach().clone().requires_grad_()\n    "
    wrong("slope", head + "return f(a)", "the values of f")
    wrong("slope", head + "return torch.autograd.grad(f(a).mean(), a)[0]", "not the mean")
    wrong("slope", head + "return torch.autograd.grad(f(a), a)[0]", "stops with RuntimeError")
    wrong("slope", head + "return torch.autograd.grad(f(a).sum(), a)", "is of type tuple")
    empty = head + "f(a).sum().backward{}\n    return {}"
    wrong("slope", empty.format("", "a.grad"), "was backward() called, with brackets")
    wrong("slope", empty.format("()", "f(a).grad"), "the .grad of the copy")
    taken = "def slope(f, a):\n    a.requires_grad_()\n    "
    wrong("slope", taken + "return torch.autograd.grad(f(a).sum(), a)[0]", "asks for gradients now")


def test_step_4(wrong):
    head = "def collapse(W1, b1, W2, b2):\n    return "
    wrong("collapse", head + "(W2 @ W1).T, W2 @ b1 + b2", "the wrong way round")
    wrong("collapse", head + "W1 @ W2, W2 @ b1 + b2", "W has shape (5, 5)")
    wrong("collapse", head + "W2 @ W1, b2", "b1 is lost")
    wrong("collapse", head + "W2 @ W1, W2 @ b1", "b2 is lost")
    wrong("collapse", head + "W2 @ W1, b1 + b2", "stops with RuntimeError")
    wrong("collapse", head + "W2 @ W1", "should return 2 things, in this order: W, b")


def test_step_5(wrong):
    head = "def dead_units(W, b, X):\n    quiet = X @ W.T + b <= 0\n    return "
    wrong("dead_units", head + "int(quiet.sum())", "pairs of a point and a unit")
    wrong("dead_units", head + "int(quiet.any(0).sum())", "dead means at all points")
    wrong("dead_units", head + "int((~quiet).any(0).sum())", "units that live")
    wrong("dead_units", head + "int(quiet.all(1).sum())", "counts points")
    wrong("dead_units", head + "quiet.all(0).float().mean()", "the share of dead units")
    wrong("dead_units", head + "quiet.all(0)", "has shape (60,)")
    wrong("dead_units", head.replace("<=", "<") + "int(quiet.all(0).sum())", "exactly 0")


def test_gradients_get_through_and_what_is_given_stays(wrong):
    """Or slopes could not be found in step 5, whose answer may be right."""
    head = "def leaky(a, alpha=0.01):\n    "
    wrong("leaky", head + "a[a < 0] *= alpha\n    return a", "changes a tensor that it was given")
    listed = "return torch.tensor([v if v > 0 else alpha * v for v in a.tolist()])"
    wrong("leaky", head + listed, "no gradient gets through `leaky`")
    wrong("leaky", head + "return F.leaky_relu(a.double(), alpha)", "float64, not float32")
    head = "def gelu(a):\n    "
    errors = "torch.tensor([math.erf(v / 2**0.5) for v in a.tolist()])"
    wrong("gelu", head + f"return a.detach() * (1 + {errors}) / 2", "gets through `gelu`")
    wrong("gelu", head + "return torch.tensor(F.gelu(a).numpy())", "gets through `gelu`")
    wrong("gelu", head + "return a.mul_(torch.special.ndtr(a))", "changes a tensor")


def test_step_3_is_not_measured(wrong, right):
    head = "def slope(f, a):\n    a = a.double()\n    "
    wrong("slope", head + "return ((f(a + 1e-5) - f(a - 1e-5)) / 2e-5).float()", "are measured")
    head = "def slope(f, a):\n    return "
    right("slope", head + "torch.func.vmap(torch.func.grad(f))(a)")
    right("slope", head + "torch.autograd.functional.jacobian(f, a).diag()")


def test_step_5_counts_in_numpy(right):
    head = "def dead_units(W, b, X):\n    "
    right("dead_units", head + "return (X @ W.T + b <= 0).all(0).numpy().sum()")
