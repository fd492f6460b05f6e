"""What students write in the lab on tensors, and what they are told."""


def test_step_1(wrong):
    head = "def product(m, v):\n    return "
    wrong("product", head + "m @ v", "stops with RuntimeError")
    wrong("product", head + "m.long() @ v", "m was made whole")
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
    said("kept has lost a dimension", kept="m[:, 1]")
    said("column has shape (4,)", column="m[1]")
    said("rest has shape (2, 2)", rest="m[:, :-2]")


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


def test_step_5(wrong):
    head = "def without_row(X, row):\n    copy = {}\n    {}\n    return copy"
    wrong("without_row", head.format("X", "copy[row] = 0"), "X itself has changed")
    wrong("without_row", head.format("X.clone()", "pass"), "nothing has changed")
    wrong("without_row", head.format("X.clone()", "copy[:, row] = 0"), "a column is 0")
    wrong("without_row", head.format("X[[0, 1, 3]]", "pass"), "has shape (3, 3)")


def test_step_6(wrong):
    head = "def gradient(f, x):\n    x = x.clone().requires_grad_()\n    {}\n    return {}"
    wrong("gradient", head.format("f(x)", "x.grad"), "returns None")
    wrong("gradient", head.format("f(x).backward(); f(x).backward()", "x.grad"), "ran twice")
    wrong("gradient", head.format("pass", "x**3"), "the terms of f")
    wrong("gradient", head.format("f(x).backward()", "f(x)"), "has shape ()")
    bare = "def gradient(f, x):\n    f(x).backward()\n    return x.grad"
    wrong("gradient", bare, "stops with RuntimeError")
