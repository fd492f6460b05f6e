"""What students write in the lab on softmax, and what they are told."""


def test_step_1(wrong):
    step = "softmax"
    wrong(step, "def softmax(z):\n    return z / z.sum(1, keepdim=True)", "as in the notes")
    wrong(step, "def softmax(z):\n    return torch.softmax(z, 0)", "each column sums to 1")
    wrong(step, "def softmax(z):\n    return z.exp() / z.exp().sum()", "the whole table")
    wrong(step, "def softmax(z):\n    return z.exp() / z.exp().sum(1)", "keepdim=True")
    wrong(step, "def softmax(z):\n    return z.exp().sum(1)", "has shape (3,)")
    wrong(step, "def softmax(z):\n    return z.exponential()", "stops with AttributeError")


def test_step_2(wrong):
    step = "log_softmax"
    wrong(step, "def log_softmax(z):\n    return softmax(z).log()", "subtract the largest score")
    unsafe = "def log_softmax(z):\n    return z - z.exp().sum(1, keepdim=True).log()"
    wrong(step, unsafe, "exp overflows above 88")
    wrong(step, "def log_softmax(z):\n    return torch.log_softmax(z, 0)", "lie along dim=1")
    wrong(step, "def log_softmax(z):\n    return softmax(z)", "their logarithms")
    whole = "def log_softmax(z):\n    s = z - z.max()\n"
    wrong(step, whole + "    return s - s.exp().sum(1, keepdim=True).log()", "whole table")
    half = "def log_softmax(z):\n    s = z - z.max(1, keepdim=True).values\n"
    wrong(step, half + "    return s - z.exp().sum(1, keepdim=True).log()", "before exp too")


def test_step_3(wrong):
    step, head = "cross_entropy", "def cross_entropy(z, y):\n    rows = torch.arange(len(y))\n"
    wrong(step, head + "    return -log_softmax(z)[rows, y].sum()", "this is the sum")
    wrong(step, head + "    return log_softmax(z)[rows, y].mean()", "the sign is wrong")
    wrong(step, head + "    return -log_softmax(softmax(z))[rows, y].mean()", "applied twice")
    wrong(step, head + "    return F.cross_entropy(softmax(z), y)", "applied twice")
    wrong(step, head + "    return -log_softmax(z)[:, y].mean()", "B×B numbers")
    wrong(step, head + "    return -log_softmax(z)[y].mean()", "takes the whole rows")
    wrong(step, head + "    return -log_softmax(z).mean()", "over all classes")
    wrong(step, head + "    return -softmax(z)[rows, y].mean()", "logarithm is missing")
    wrong(step, head + "    return -log_softmax(z)[rows, y]", "a loss is one number")
    wrong(step, head + "    return -softmax(z).log()[rows, y].mean()", "infinity")


def test_step_3_gives_a_number_of_any_kind(right):
    head = "def cross_entropy(z, y):\n    mean = log_softmax(z)[torch.arange(len(y)), y].mean()\n"
    number = head + "    return -mean.item()"
    right("cross_entropy", number)
    right("numerical", LOOP.format(**MEASURED), cross_entropy=number)


def test_step_4(wrong):
    step = "slope"
    head = "def slope(z, y):\n    p, target = softmax(z), F.one_hot(y, z.shape[1])\n"
    wrong(step, head + "    return p - target", "divide by the number of rows")
    wrong(step, head + "    return (target - p) / len(y)", "the sign is wrong")
    wrong(step, head + "    return p / len(y)", "this is p alone")
    wrong(step, head + "    return (p - target) / p.numel()", "over rows alone")
    wrong(step, head + "    return (p - y) / len(y)", "stops with RuntimeError")
    six = "right for three classes, but with six, of which y holds three, "
    for target in ("F.one_hot(y)", "F.one_hot(y, 3)"):
        answer = f"def slope(z, y):\n    return (softmax(z) - {target}) / len(y)"
        wrong(step, answer, six + "`slope` stops with RuntimeError")
    half = "def slope(z, y):\n    g = softmax(z)\n    g[range(len(y)), y] -= 1\n    g[:, 3:] = 0\n"
    wrong(step, half + "    return g / len(y)", six + "slope(z, y) has the right shape, but")


def test_step_4_by_indices(right):
    head = "def slope(z, y):\n    g = softmax(z)\n    g[torch.arange(len(y)), y] -= 1\n"
    right("slope", head + "    return g / len(y)")


LOOP = """
def numerical_slope(loss, z, h=1e-4):
    gradient = torch.zeros_like(z)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            up, down = {copies}
            {up}
            {down}
            gradient[i, j] = (loss(up) - loss(down)) / {way}
    return gradient
"""
MEASURED = {
    "copies": "z.clone(), z.clone()",
    "up": "up[i, j] += h",
    "down": "down[i, j] -= h",
    "way": "(2 * h)",
}


def test_step_5(wrong):
    def said(text, **lines):
        wrong("numerical", LOOP.format(**(MEASURED | lines)), text)

    said("twice the right value", way="h")
    said("one side alone", down="pass", way="h")
    said("one side alone", up="pass", way="h")
    said("up = z` is no copy", copies="z, z")
    said("are both moved the same way", down="down[i, j] += h")
    said("Put 2 * h in brackets", way="2 * h")
    said("is off by up to", way="1 * h")
    said("z itself has changed", copies="z, z.clone()")
    said("z itself has changed", copies="z.clone(), z")
    said("is off by up to", down="down[i, j] -= 2 * h")


def test_step_5_with_z_put_back(right):
    """One tensor moves up, down and back, and is as before but for rounding."""
    lines = {"copies": "z, None", "up": "up[i, j] += h; a = loss(up)", "way": "(2 * h)"}
    down = "up[i, j] -= 2 * h; b = loss(up); up[i, j] += h"
    right("numerical", LOOP.format(down=down, **lines).replace("loss(up) - loss(down)", "a - b"))


def test_what_is_given_stays(wrong):
    """Or a loss could not be measured by a tensor that moves up and down."""
    answer = "def softmax(z):\n    z.exp_()\n    return z.div_(z.sum(1, keepdim=True))"
    wrong("softmax", answer, "`softmax` changes a tensor that it was given")
    head = "def log_softmax(z):\n    z -= z.logsumexp(1, keepdim=True)\n    return z"
    wrong("log_softmax", head, "`log_softmax` changes a tensor that it was given")
    head = "def cross_entropy(z, y):\n    z -= z.logsumexp(1, keepdim=True)\n"
    wrong("cross_entropy", head + "    return -z[range(len(y)), y].mean()", "changes a tensor")


def test_digits_are_kept(wrong):
    """Or step 5, right as it is, would find that the slopes differ."""
    answer = "def log_softmax(z):\n    return torch.log_softmax(z.float(), 1)"
    wrong("log_softmax", answer, "of float64 scores has dtype torch.float32, not float64")
    wrong("softmax", "def softmax(z):\n    return z.double().softmax(1)", "float64, not float32")
    head = "def cross_entropy(z, y):\n    return F.cross_entropy(z.float(), y)"
    for number in ("", ".item()", ".numpy()"):
        wrong("cross_entropy", head + number, "those in float64 lose their digits")


def test_a_mean_of_the_wrong_shape_is_told_as_that(wrong):
    head = "def cross_entropy(z, y):\n    return F.cross_entropy(z, y)"
    wrong("cross_entropy", head + ".reshape(1)", "has shape (1,) and should have ()")


def test_step_3_in_numpy(right):
    head = (
        "def cross_entropy(z, y):\n    right = log_softmax(z).numpy()[range(len(y)), y.numpy()]\n"
    )
    right("cross_entropy", head + "    return -right.mean()")


def test_step_4_is_not_left_to_autograd(wrong, right):
    loss = "lambda u: F.cross_entropy(u, y)"
    backward = "    z.requires_grad_()\n    cross_entropy(z, y).backward()\n    return z.grad"
    for answer in (
        backward,
        "    with torch.enable_grad():\n    " + backward.replace("\n", "\n    "),
        f"    return torch.func.grad({loss})(z)",
        f"    return torch.autograd.functional.jacobian({loss}, z)",
    ):
        text = "leaves the work to autograd: here it is to be done by formula"
        wrong("slope", f"def slope(z, y):\n{answer}", text)
    asks = "def slope(z, y):\n    z = z.requires_grad_()\n"
    right("slope", asks + "    return (softmax(z) - F.one_hot(y, z.shape[1])) / len(y)")


def test_step_5_is_measured(wrong):
    head = "def numerical_slope(loss, z, h=1e-4):\n    "
    wrong("numerical", head + "return torch.func.grad(loss)(z)", "comes from autograd")
    backward = "u = z.clone().requires_grad_()\n    loss(u).backward()\n    return u.grad"
    wrong("numerical", head + backward, "comes from autograd")
    wrong("numerical", head + "return 3 * z**2", "3z², whatever the loss is")
    single = LOOP.format(**MEASURED).replace("loss(up) - loss(down)", "loss(up.float()) - 0")
    wrong("numerical", single, "is off by up to")
