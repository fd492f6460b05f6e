"""What students write in the lab on geometry, and what they are told."""

HEAD = """
def valley(kappa, angle):
    c, s = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[c, -s], [s, c]])
    shape = torch.tensor([[1.0, 0.0], [0.0, kappa]])
    return """


def test_step_1(wrong):
    wrong("valley", HEAD + "turn.T @ shape @ turn", "turned the other way")
    wrong("valley", HEAD + "turn @ shape @ turn", "twice in the same direction")
    wrong("valley", HEAD + "turn @ shape", "w appears twice")
    wrong("valley", HEAD + "turn * shape * turn.T", "entry by entry")
    wrong("valley", HEAD + "shape", "is not turned")


def test_step_2(wrong):
    def said(line, text):
        head = "def descend(H, w, rate, count):\n    for _ in range(count):\n        "
        wrong("descend", f"{head}{line}\n    return w", text)

    said("w = w + rate * H @ w", "uphill")
    said("w = w - rate * H @ w / 2", "the ½ cancels")
    said("pass", "w stays where it was")
    said("w = w - rate * (w @ H @ w)", "is off by")


def test_step_3(wrong):
    head = "def largest_rate(H):\n    values = torch.linalg.eigvalsh(H)\n    return "
    wrong("largest_rate", head + "1 / values.max()", "this is 1/λ")
    wrong("largest_rate", head + "2 / values.min()", "the steepest one decides")
    wrong("largest_rate", head + "2 / (values.max() + values.min())", "this is the best rate")
    wrong("largest_rate", head + "2 / H.max()", "the largest entry")
    wrong("largest_rate", head + "values.max()", "curvature itself")
    wrong("largest_rate", head + "2 / values", "has shape (2,)")
    wrong("largest_rate", head + "2 / torch.linalg.eigvals(H)[0]", "of type complex")


def test_step_4(wrong):
    head = "def polyak(kappa):\n    root = math.sqrt(kappa)\n    return "
    momentum = "((root - 1) / (root + 1)) ** 2"
    wrong("polyak", head + f"4 / (kappa + 1) ** 2, {momentum}", "√κ, not κ")
    wrong("polyak", head + f"4 / (root + 1), {momentum}", "missing in the rate")
    wrong("polyak", head + "4 / (root + 1) ** 2, (root - 1) / (root + 1)", "in the momentum")
    linear = "((kappa - 1) / (kappa + 1)) ** 2"
    wrong("polyak", head + f"4 / (root + 1) ** 2, {linear}", "√κ, not κ")


RUN = """
def distance(method, angle, count, **options):
    H = valley(100.0, angle)
    c, s = math.cos(angle), math.sin(angle)
    start = torch.tensor([c - s, c + s])
    w = start.clone().requires_grad_()
    optimizer = method([w], **options)
    for _ in range(count):
        ZERO
        loss = w @ H @ w / 2
        loss.backward()
        STEP
    return RESULT
"""


def test_step_5(wrong):
    def said(text, **lines):
        wrong("distance", run(**lines), text)

    said("zero_grad() is missing", zero="pass")
    said("w never moves", step="pass")
    said("this is the loss", result="(w @ H @ w / 2).item()")
    said("has shape (2,)", result="w")
    fixed = run().replace("[w], **options", "[w], lr=0.01")
    wrong("distance", fixed, "distance(SGD, 0.6, 20, lr=0.004)")


def test_step_5_gives_a_number_of_any_kind(right):
    right("distance", run(result="w.norm()"))


def run(zero="optimizer.zero_grad()", step="optimizer.step()", result="w.norm().item()"):
    return RUN.replace("ZERO", zero).replace("STEP", step).replace("RESULT", result)


def test_step_1_asks_for_float32(wrong):
    """Or step 5, right as it is, would stop at a product of two types."""
    wrong("valley", HEAD + "(turn @ shape @ turn.T).double()", "has dtype torch.float64")


def test_step_3_in_numpy(right):
    head = "def largest_rate(H):\n    return "
    right("largest_rate", head + "2 / torch.linalg.eigvalsh(H).numpy().max()")


def test_step_5_asks_for_the_last_distance(wrong):
    text = "this is the shortest distance on the way"
    for first in ("2**0.5", "math.inf if count else 2**0.5"):
        answer = run(result="best").replace("for _", f"best = {first}\n    for _")
        best = "optimizer.step(); best = min(best, w.norm().item())"
        wrong("distance", answer.replace("optimizer.step()", best), text)
