"""What students write in the lab on LeNet and AlexNet, and what they are told."""


def test_step_1(wrong):
    def said(result, text):
        wrong("places", f"def places(n, k, s, p):\n    return {result}", text)

    said("(n + 2 * p - k) // s", "one too few")
    said("(n + p - k) // s + 1", "at both ends")
    said("n + 2 * p - k + 1", "that is stride 1")
    said("math.ceil((n + 2 * p - k) / s) + 1", "round down")
    said("(n + 2 * p - k) / s + 1", "not a whole number")
    said("n // s", "the kernel's side is missing")
    said("7", "is 7, which is off by 4.")
    said("(n + 2 * p - k) / s // 1 + 1", "right, but 5.0 is a float")


COSTS = """
def costs(k, c, m, side, groups):
    weights = k * k * (c // groups) * m
    return {result}
"""


def test_step_2(wrong):
    def said(text, stored="weights + m", work="weights * side * side"):
        wrong("costs", COSTS.format(result=f"({stored}, {work})"), text)

    said("the biases are missing", stored="weights")
    said("the same bias at every place", stored="weights + m * side * side")
    said("stored once", stored="weights * side * side + m")
    said("not for one", stored="k * k * m + m")
    said("only its share", stored="k * k * c * m + m")
    said("not once", work="weights")
    said("both sides", work="weights * side")
    said("a bias is added", work="(weights + m) * side * side")
    said("should be one finite number", stored="'x'")
    wrong("costs", COSTS.format(result="weights + m"), "2 things, in this order: stored, work")


CONVOLVE = """
def convolve(x, w):
    k, size = len(w), places(len(x), len(w), 1, 0)
    out = torch.zeros(size, size)
    for i in range(size):
        for j in range(size):
            {line}
    return out
"""


def test_step_3(wrong):
    def said(line, text):
        wrong("convolve", CONVOLVE.format(line=line), text)

    part = "x[i : i + k, j : j + k]"
    said(f"out[i, j] = ({part} * w.flip(0, 1)).sum()", "turned around")
    said("out[i, j] = (x[j : j + k, i : i + k] * w).sum()", "of places are swapped")
    said(f"out[i, j] = ({part} * w.T).sum()", "of the kernel are swapped")
    said(f"out[i, j] = ({part} * w).mean()", "the mean of the products")
    said(f"out[i, j] = ({part} @ w).sum()", "matrix product")
    said("out[i, j] = (x[i, j] * w).sum()", "a single pixel")
    said(f"value = ({part} * w).sum()", "still 0")
    said(f"out[i, j] = {part} * w", "stops with RuntimeError")


POOL = """
def max_pool(x, window, stride):
    size = places(len(x), window, stride, 0)
    out = torch.zeros(size, size)
    for i in range(size):
        for j in range(size):
            top, left = i * stride, j * stride
            part = {part}
            out[i, j] = part.max()
    return out
"""


def test_step_4(wrong):
    def said(part, text):
        wrong("max_pool", POOL.format(part=part), text)

    said("x[i : i + window, j : j + window]", "the stride is ignored")
    side = "x[{0} * window : ({0} + 1) * window, {1} * window : ({1} + 1) * window]"
    said(side.format("i", "j"), "side by side")
    said("x[left : left + window, top : top + window]", "rows and columns are swapped")
    said("x", "the whole map")
    said("x[top, left]", "a single pixel")
    said("x[top : top + 2, left : left + 1]", "off by up to")
    said("x[top : top + 2, left : left + 2]", "off by up to")


SHIFTED = """
def shifted(X):
    n = X.shape[-1]
    wide = F.pad(X, (1, 1, 1, 1))
    copies = []
    for i in range(3):
        for j in range(3):
            copies.append({copy})
    return torch.cat(copies)
"""


def test_step_5(wrong):
    def said(copy, text):
        wrong("shifted", SHIFTED.format(copy=copy), text)

    said("X.roll((i - 1, j - 1), (1, 2))", "comes in at the other")
    said("X", "0 of the nine copies")
    said("wide[:, i : i + n, i : i + n]", "3 of the nine copies")
    said("wide", "has shape")
    said("wide[i : i + n, j : j + n]", "has shape")
    said("wide[:, i:, j:]", "stops with RuntimeError")
    said("wide[:, 0:n, j : j + n]", "0 of the nine copies")


def test_whole_numbers_of_other_kinds(wrong, right):
    head = "def places(n, k, s, p):\n    return torch.tensor((n + 2 * p - k) // s + 1)"
    right("places", head + ".numpy()[()]")
    right("places", head)
    for kind in (".double().numpy()[()]", ".float().numpy()[()]", ".float()"):
        wrong("places", head + kind, "is a float, and cannot be the size")


def test_step_2_divides_once(wrong):
    answer = COSTS.format(result="weights + m, weights * side * side")
    wrong("costs", answer.replace("* m", "* (m // groups)"), "all m kernels are there")
    wrong("costs", answer.replace("c // groups", "c // groups // groups"), "and only once")


def test_step_5_keeps_the_order(wrong):
    answer = SHIFTED.format(copy="wide[:, i : i + n, j : j + n]")
    mixed = "torch.stack(copies, 1).flatten(0, 1)"
    text = "all nine copies of a picture lie together"
    wrong("shifted", answer.replace("torch.cat(copies)", mixed), text)
