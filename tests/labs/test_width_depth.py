"""What students write in the lab on width and depth, and what they are told."""

SUM = "def parameters(widths):\n    return sum({term} for i, o in pairwise(widths))"


def test_step_1(wrong):
    def said(term, text):
        wrong("parameters", SUM.format(term=term), text)

    said("i * o", "these are the weights alone")
    said("i * (o + 1)", "belong to the units it leads to")
    said("(i + 1) * (o + 1)", "and no more")
    said("i * o + 1", "one bias for a whole layer")
    said("'5'", "stops with TypeError")
    last = "def parameters(widths):\n    return (widths[-2] + 1) * widths[-1]"
    wrong("parameters", last, "the last layer alone")


WIDEST = """
def widest(budget, depth, n_in, n_out):
    best = None
    for n in range(1, budget + 1):
        widths = {widths}
        if {fits}:
            best = {best}
    return best
"""
SHAPE = "(n_in, *[n] * depth, n_out)"


def test_step_2(wrong):
    def said(text, widths=SHAPE, fits="parameters(widths) <= budget", best="widths"):
        wrong("widest", WIDEST.format(widths=widths, fits=fits, best=best), text)

    said("can still be paid", fits="parameters(widths) < budget")
    said("too dear", fits="sum(widths) <= budget")
    said("there should be hidden layers, 1 in number", widths="(n_in, *[n] * (depth + 1), n_out)")
    said("between 64 inputs and 10 outputs", widths="(*[n] * depth, n_out)")
    said("but 66 can be paid", fits="n == 1")
    said("equally wide", widths="(n_in, *range(n, n + depth), n_out)")
    said("a tuple of whole numbers", best="n")
    said("returns None", fits="False")


def test_step_3(wrong):
    def said(new, text):
        head = f"def folded(x, k):\n    for _ in range(k):\n        {new}\n    return x"
        wrong("folded", head, text)

    said("y = 2 * F.relu(x)", "returned as it came")
    said("x = 2 * F.relu(x) - 2 * F.relu(x - 0.5)", "it stays at 1")
    said("x = F.relu(x) - 2 * F.relu(x - 0.5)", "only ½ high")
    said("x = 2 * F.relu(x) + 4 * F.relu(x - 0.5)", "has to be subtracted")
    said("x = 2 * F.relu(x)", "it never bends")
    said("x = 1 - (2 * x - 1).abs()", "this falls on, as an absolute value")
    said("x = F.rele(x)", "stops with AttributeError")
    once = "def folded(x, k):\n    return 2 * F.relu(x) - 4 * F.relu(x - 0.5)"
    wrong("folded", once, "is folded once")


def test_step_4(wrong):
    def said(result, text):
        head = "def pieces(y):\n    slopes = y.diff()\n    changes = slopes.diff() != 0\n    "
        wrong("pieces", f"{head}return {result}", text)

    said("changes.sum().item()", "one bend makes two pieces")
    said("1 + (slopes[1:] * slopes[:-1] < 0).sum()", "compare the slopes themselves")
    said("len(slopes)", "every step from point to point")
    said("(~changes).sum().item()", "count where it changes")
    said("changes", "has shape")


COMPARE = """
def compare(run, depths, budget, rates):
    table = {}
    rate_of_all = None
    for depth in depths:
        widths = WIDTHS
        valid = [sum(run(widths, r, s)[CHOOSE] for s in TUNED) for r in rates]
        rate = RATE
        rate_of_all = rate_of_all or rate
        table[depth] = ROW
    return table
"""
LINES = {
    "WIDTHS": "widest(budget, depth, 2, 3)",
    "CHOOSE": "0",
    "TUNED": "TUNING",
    "RATE": "rates[valid.index(max(valid))]",
    "ROW": "[run(widths, rate, s)[1] for s in SEEDS]",
}


def test_step_5(wrong):
    def said(text, **lines):
        answer = COMPARE
        for name, line in (LINES | lines).items():
            answer = answer.replace(name, line)
        wrong("compare", answer, text)

    said("the depths differ in price", WIDTHS="(2, *[20] * depth, 3)")
    said("but the depths are 1 and 3", WIDTHS="widest(budget, depth + 1, 2, 3)")
    said("then the test is none", CHOOSE="1")
    said("on the seeds of the report", TUNED="SEEDS")
    best = "[max(run(widths, r, s)[0] for s in TUNING) for r in rates]"
    said("won with its best seed", RATE=f"rates[{best}.index(max({best}))]")
    said(
        "won by its worst seed",
        RATE=f"rates[{best}.index(max({best}))]".replace("max(run", "min(run"),
    )
    said("won with its best seed", RATE="rates[0]")
    said("1 of the 3 rates are tried", RATE="rates[0]", TUNED="()")
    said("with one seed alone", TUNED="TUNING[:1]")
    said("with one seed alone", TUNED="TUNING[1:]")
    said("the rate that is best for depth 1", RATE="rate_of_all or rates[valid.index(max(valid))]")
    said("at its worst rate", RATE="rates[valid.index(min(valid))]")
    said("these are validation accuracies", ROW="[run(widths, rate, s)[0] for s in SEEDS]")
    said("the runs that chose the rate", ROW="[run(widths, rate, s)[1] for s in TUNING]")
    said("5 accuracies for each depth", ROW="[run(widths, rate, 0)[1]]")
    said("should be a list of accuracies", ROW="run(widths, rate, 0)[1]")
    said("should be one finite number", ROW="[run(widths, rate, s) for s in SEEDS]")
    said("wants the widths of a network", ROW="[run(widths, s, rate)[1] for s in SEEDS]")


def test_step_3_on_the_left_of_0(wrong):
    for line in ("torch.where(x < 0.5, 2 * x, 2 - 2 * x)", "torch.minimum(2 * x, 2 - 2 * x)"):
        answer = f"def folded(x, k):\n    for _ in range(k):\n        x = {line}\n    return x"
        wrong("folded", answer, "below 0 two ReLUs are flat, and this falls on")


def test_whole_numbers_of_other_kinds(right):
    sums = (
        SUM.format(term="(i + 1) * o").replace("return ", "return torch.tensor(") + ").numpy()[()]"
    )
    right("parameters", sums)
    right(
        "widest",
        WIDEST.format(
            widths="(n_in, *torch.full((depth,), n).numpy(), n_out)",
            fits="parameters(widths) <= budget",
            best="widths",
        ),
    )
    right("pieces", "def pieces(y):\n    return (y.diff().diff() != 0).numpy().sum() + 1")
