"""What students write in the lab on calibration, and what they are told."""


def test_step_1(wrong):
    head = (
        "def certainty(z, y):\n    p, hit = z.softmax(1), (z.argmax(1) == y).float()\n    return "
    )
    wrong("certainty", head + "z.max(1).values, hit", "largest scores")
    wrong("certainty", head + "p[torch.arange(len(y)), y], hit", "not of the predicted one")
    wrong("certainty", head + "z.softmax(0).max(1).values, hit", "ran over the points")
    wrong("certainty", head + "p.max(1).values, 1 - hit", "are exchanged")
    wrong("certainty", head + "p.max(1).values, hit.mean()", "has shape ()")
    wrong("certainty", head + "p.max(1), hit", "should be a tensor")
    wrong("certainty", head + "hit", "should return 2 things")


def test_step_2(wrong):
    head = "def bin_of(sure, n):\n    return "
    wrong("bin_of", head + "(sure * n).round().long()", "rounding moves")
    wrong("bin_of", head + "(sure * (n - 1)).round().long()", "are half as wide")
    wrong("bin_of", head + "(sure * n).long() + 1", "number 0, not 1")
    wrong("bin_of", head + "(sure * n).long()", "1.0 falls into bin 4")
    wrong("bin_of", head + "(sure * n).floor()", "has dtype torch.float32, not int64")


ECE = """
def ece(sure, right, n=10):
    bins, total, count = bin_of(sure, n), 0.0, 0
    for b in range(n):
        inside = bins == b
        if inside.any():
            count += 1
            gap = sure[inside].mean() - right[inside].mean()
            total = total + {}
    return float({})
"""


def test_step_3(wrong):
    def said(adds, text, returns="total"):
        wrong("ece", ECE.format(adds, returns), text)

    said("gap.abs()", "all bins count the same", returns="total / count")
    said("gap.abs()", "the gaps are only added")
    said("gap * inside.float().mean()", "opposite signs cancel")
    said("-gap * inside.float().mean()", "opposite signs cancel")
    said("gap.abs() * inside.sum()", "divide by how many there are")
    said("0", "the sum stays 0")
    points = "def ece(sure, right, n=10):\n    return (sure - right).abs().mean()"
    wrong("ece", points, "point by point")


def test_step_4(wrong):
    head = "def loss_at(T, z, y):\n    return "
    wrong("loss_at", head + "F.cross_entropy(z * T, y)", "multiplied by T")
    wrong("loss_at", head + "F.cross_entropy(z.softmax(1) / T, y)", "applied twice")
    wrong("loss_at", head + "F.cross_entropy(z, y) / T", "the loss is divided")
    wrong("loss_at", head + "F.cross_entropy(z / T, y, reduction='sum')", "this is the sum")


def test_step_4_gives_a_number_of_any_kind(right):
    number = "def loss_at(T, z, y):\n    return F.cross_entropy(z / T, y).item()"
    right("loss_at", number)
    grid = "def best_temperature(z, y, grid):\n    losses = [loss_at(T, z, y) for T in grid]\n"
    right("best_temperature", grid + "    return grid[losses.index(min(losses))]", loss_at=number)


def test_step_5(wrong):
    head = "def best_temperature(z, y, grid):\n"
    head += "    losses = [loss_at(T, z, y).item() for T in grid]\n    "
    wrong("best_temperature", head + "return min(losses)", "the lowest loss")
    wrong("best_temperature", head + "return grid[losses.index(max(losses))]", "loss is highest")
    wrong("best_temperature", head + "return losses.index(min(losses))", "the place in the grid")
    for data in ("z_val, y_val", "z_test, y_test"):
        answer = head.replace("z, y).item", f"{data}).item")
        wrong("best_temperature", answer + "return grid[losses.index(min(losses))]", "use z and y")
    wrong("best_temperature", head + "return 1.0", "best_temperature is 1, which is off by 2.")
    listed = head + "return [T for T in grid if loss_at(T, z, y) < 1]"
    wrong("best_temperature", listed, "should be one finite number")


def test_what_is_given_stays(wrong):
    """Or later steps, right as they are, would go by spoilt numbers."""
    text = "changes a tensor that it was given"
    head = "def bin_of(sure, n):\n    sure *= n\n    return sure.long().clamp(max=n - 1)"
    wrong("bin_of", head, text)
    wrong("loss_at", "def loss_at(T, z, y):\n    return F.cross_entropy(z.div_(T), y)", text)
    head = "def certainty(z, y):\n    z.copy_(z.softmax(1))\n"
    wrong("certainty", head + "    return z.amax(1), (z.argmax(1) == y).float()", text)


def test_step_5_goes_by_the_loss(wrong, right):
    head = "def best_temperature(z, y, grid):\n    return "
    by_error = "min(grid, key=lambda T: ece(*certainty(z / T, y)))"
    wrong("best_temperature", head + by_error, "with the smallest calibration error")
    by_hits = "max(grid, key=lambda T: certainty(z / T, y)[1].mean())"
    wrong("best_temperature", head + by_hits, "is 0.5, which is off by 2.5")
    wrong("best_temperature", head + "max(loss_at(T, z, y).item() for T in grid)", "is off by")
    wrong("best_temperature", head + "0", "is off by")
    right("best_temperature", head + "torch.tensor(min(grid, key=lambda T: loss_at(T, z, y)))")
