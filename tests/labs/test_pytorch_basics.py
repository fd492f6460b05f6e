"""What students write in the lab on tensors, and what they are told."""


def test_step_1(wrong):
    head = "def product(m, v):\n    return "
    wrong("product", head + "m @ v", "stops with RuntimeError")
    wrong("product", head + "m.long() @ v", "int64, not float32: m or the result was made whole")
    wrong("product", head + "(m @ v.float()).long()", "m or the result was made whole")
    wrong("product", head + "(m @ v.float()).long().float()", "the result was made whole, which")
    wrong("product", head + "(m.long() @ v).float()", "cuts off its decimals")
    wrong("product", head + "m * v", "the product of a matrix is `@`")
    wrong("product", head + "(m * v).sum()", "has shape ()")


def test_step_2(wrong):
    def said(text, entry="m[0, 2]", column="m[:, 1]", kept="m[:, [1]]", rest="m[:, :-1]"):
        answer = f"def pieces(m):\n    return {entry}, {column}, {kept}, {rest}"
        wrong("pieces", answer, text)

    said("this stands in column 1", entry="m[0, 1]")
    said("column is the third one", column="m[:, 2]")
    said("column is the first one", column="m[:, 0]")
    said("kept has lost an axis", kept="m[:, 1]")
    said("column has shape (4,)", column="m[1]")
    said("rest has shape (2, 2)", rest="m[:, :-2]")
    other = "for a table (3, 5), "
    said(other + "rest has shape (3, 3) and should have (3, 4)", rest="m[:, :3]")
    said(other + "kept has shape (3, 2)", kept="m[:, 1:-2]")
    said(other + "column is the third one", column="m[:, -3]")
    said(other + "this stands in column 1", entry="m.flatten()[2] if len(m) == 2 else m[0, 1]")


def test_step_3(wrong):
    head = "def standardise(X):\n    return "
    wrong("standardise", head + "(X - X.mean()) / X.std()", "for the whole table")
    rows = "(X - X.mean(1, keepdim=True)) / X.std(1, keepdim=True)"
    wrong("standardise", head + rows, "this standardises rows")
    wrong("standardise", head + "(X - X.mean(1)) / X.std(1)", "the statistics of rows")
    wrong("standardise", head + "X - X.mean(0)", "centred, but not scaled")
    wrong("standardise", head + "(X - X.mean(0)) / X.var(0)", "divided by the variance")
    wrong("standardise", head + "X / X.std(0)", "scaled, but not shifted")


COUNT = """
def histogram(draws, edges):
    counts = torch.zeros(len(edges) - 1, dtype=torch.int64)
    for k in range(len(edges) - 1):
        low, high = edges[k], edges[k + 1]
        counts[k] = ({}).sum()
    return counts
"""


def test_step_4(wrong):
    def said(condition, text):
        wrong("histogram", COUNT.format(condition), text)

    said("(draws > low) & (draws <= high)", "belongs to the bin that begins there")
    said("(draws >= low) & (draws <= high)", "counted twice")
    said("(draws > low) & (draws < high)", "edges are not counted")
    said("draws >= low", "the right edge is missing")
    said("(draws >= low) and (draws < high)", "stops with RuntimeError")
    said("low <= draws < high", "stops with RuntimeError")
    said("draws < high", "the left edge is missing")
    said("(draws >= low) & (draws < k + 1)", "is off by")
    said("(draws >= k) & (draws < k + 1)", "is off by")
    said("(draws >= low) & (draws < low + 1)", "is off by")
    said("(draws >= low) & (draws < low + edges[1] - edges[0])", "is off by")


def test_step_4_draws_a_million_numbers_unless_that_takes_too_long(right, capsys, recwarn):
    right("histogram", COUNT.format("(draws >= low) & (draws < high)"))
    assert "one number at a time" not in capsys.readouterr().out
    assert not [each for each in recwarn if "array" in str(each.message)]
    right("histogram", COUNT.replace("({}).sum()", "sum(1 for d in draws if low <= d < high)"))
    assert "one number at a time" in capsys.readouterr().out


def test_step_5(wrong):
    head = "def without_row(X, row):\n    copy = {}\n    {}\n    return copy"
    wrong("without_row", head.format("X", "copy[row] = 0"), "X itself has changed")
    wrong("without_row", head.format("X.clone()", "pass"), "what you return is X as it was")
    wrong("without_row", head.format("X.clone()", "X[row] = 0"), "the row of the copy, not of X")
    returned = head.format("X.clone()", "copy[row] = 0").replace("return copy", "return X")
    wrong("without_row", returned, "and return the copy")
    wrong("without_row", head.format("X.clone()", "copy[2] = 0"), "row 2 is 0, not row 0")
    wrong("without_row", head.format("X.clone()", "copy[row - 1] = 0"), "which counts from 0")
    wrong("without_row", head.format("X.clone()", "copy[:, row] = 0"), "a column is 0")
    wrong("without_row", head.format("X[[0, 1, 3]]", "pass"), "the row is gone")


def test_step_6(wrong):
    head = "def gradient(f, x):\n    x = x.clone().requires_grad_()\n    {}\n    return {}"
    wrong("gradient", head.format("f(x)", "x.grad"), "was backward() called")
    wrong("gradient", head.format("f(x).backward", "x.grad"), "with brackets")
    wrong("gradient", head.format("y = f(x); y.backward()", "y.grad"), "the .grad of the copy")
    other = "def gradient(f, x):\n    y = x.clone().requires_grad_()\n    f(y).backward()\n"
    wrong("gradient", other + "    return x.grad", "the .grad of the copy")
    wrong("gradient", other, "Is there a `return`?")
    wrong("gradient", head.format("f(x).backward(); f(x).backward()", "x.grad"), "ran twice")
    wrong("gradient", head.format("pass", "x**3"), "the terms of f")
    wrong("gradient", head.format("f(x).backward()", "f(x)"), "has shape ()")
    bare = "def gradient(f, x):\n    f(x).backward()\n    return x.grad"
    wrong("gradient", bare, "stops with RuntimeError")
    wrong("gradient", "def gradient(f, x):\n    return 3 * x**2", "whatever f is")
    given = "def gradient(f, x):\n    x.requires_grad_()\n    f(x).backward()\n    return x.grad"
    wrong("gradient", given, "the x that was given asks for gradients now")


def test_step_6_without_backward(right):
    head = "def gradient(f, x):\n    "
    right("gradient", head + "return torch.autograd.functional.jacobian(f, x)")
    right("gradient", head + "return torch.func.grad(f)(x)")


def test_step_1_asks_for_float32(wrong):
    head = "def product(m, v):\n    return "
    for kind in ("double", "half"):
        answer = head + f"m.{kind}() @ v.{kind}()"
        wrong("product", answer, f"{'float64' if kind == 'double' else 'float16'}, not float32")
    wrong("product", head + "m + v", "has shape (2, 4) and should have (2,)")


def test_step_3_asks_for_float32_whatever_the_convention(wrong, right):
    head = "def standardise(X):\n    X = X{}\n    return (X - X.mean(0)) / X.std(0, correction=0)"
    right("standardise", head.format(""))
    wrong("standardise", head.format(".double()"), "has dtype torch.float64, not float32")


def test_step_5_shares_its_numbers(wrong):
    head = "def without_row(X, row):\n    copy = {}\n    copy[row] = 0\n    return copy"
    for copy in ("X.detach()", "X[:]", "X.view(X.shape)"):
        wrong("without_row", head.format(copy), "what you set to 0 is no copy")


MEASURE = """
def gradient(f, x):
    x, slopes = x.double(), []
    for move in 1e-4 * torch.eye(len(x), dtype=torch.float64):
        slopes.append((f(x + move) - f(x - move)) / 2e-4)
    return torch.stack(slopes).float()
"""


def test_step_6_is_not_measured(wrong):
    wrong("gradient", MEASURE, "the slope is measured")
