"""What students write in the lab on the spiral, and what they are told."""

import pytest

ARM = """
def make_arm(c, n, rng):
    radius, jitter = torch.linspace(0, 1, n), 0.2 * torch.randn(n, generator=rng)
    angle = torch.linspace(turn * c, turn * (c + 2), n) {jitter}
    return {points}
"""


def test_step_1(wrong):
    def said(text, jitter="+ jitter", points="torch.stack((a * angle.sin(), a * angle.cos()), 1)"):
        answer = ARM.format(jitter=jitter, points=points).replace("a * ", "radius * ")
        wrong("make_arm", answer, text)

    said("stack along dim=1", points="torch.stack((a * angle.sin(), a * angle.cos()))")
    said("sine and cosine", points="torch.stack((a * angle.cos(), a * angle.sin()), 1)")
    said("the jitter is missing", jitter="")
    said("multiply by the radius", points="torch.stack((angle.sin(), angle.cos()), 1)")
    said("has shape (14,)", points="torch.cat((angle.sin(), angle.cos()))")


def test_step_2(wrong):
    def said(layers, text):
        answer = f"def make_model(bend):\n    return nn.Sequential({layers})"
        wrong("make_model", answer, text)

    said("nn.Linear(2, H), bend, nn.Linear(H, C), nn.Softmax(1)", "holds a softmax")
    said("nn.Linear(2, H), nn.ReLU(), nn.Linear(H, C)", "use the argument `bend`")
    said("nn.Linear(2, H), nn.Linear(H, C), nn.Identity()", "does not bend")
    said("nn.Linear(2, 50), bend, nn.Linear(50, C)", "instead of 603")
    said("nn.Linear(2, H), bend", "has shape (5, 100)")
    said("nn.Linear(2, H), nn.Linear(H, C), bend", "to the hidden units")
    said("bend, nn.Linear(2, H), nn.Linear(H, C)", "to the hidden units")
    said("nn.Linear(2, H), bend, nn.Linear(H, 2)", "output for 5 points has shape (5, 2)")
    said("nn.Linear(2, H), bend, nn.Linear(C, H)", "as many numbers as the one before")
    said("nn.Linear(2, H), bend(), nn.Linear(H, C)", "write it without brackets")


LOOP = """
def train(model, X, y, optimizer, count):
    losses = []
    for _ in range(count):
        {lines}
        losses.append(loss.item())
    return losses
"""


def test_step_3(wrong):
    def said(lines, text):
        steps = {
            "loss": "loss = F.cross_entropy(model(X), y)",
            "twice": "loss = F.cross_entropy(model(X).softmax(1), y)",
            "zero": "optimizer.zero_grad()",
            "back": "loss.backward()",
            "step": "optimizer.step()",
            "zero_": "optimizer.zero_grad",
            "back_": "loss.backward",
            "step_": "optimizer.step",
            "swap": "loss = F.cross_entropy(y, model(X))",
            "class": "loss = nn.CrossEntropyLoss(model(X), y)",
            "class_": "loss = nn.CrossEntropyLoss(model(X))",
        }
        body = "\n        ".join(steps[name] for name in lines.split())
        wrong("train", LOOP.format(lines=body), text)

    said("loss back step", "zero_grad() is missing")
    said("twice zero back step", "softmax is applied twice")
    said("loss zero back", "step() is missing")
    said("loss zero step", "backward() is missing")
    said("loss zero_ back step", "or has no brackets")
    said("loss zero back_ step", "or has no brackets")
    said("loss zero back step_", "or has no brackets")
    said("loss zero step back", "call it after backward()")
    said("loss step zero back", "call it after backward()")
    said("swap zero back step", "the scores first, then the classes")
    said("class zero back step", "nn.CrossEntropyLoss is a class")
    said("class_ zero back step", "nn.CrossEntropyLoss is a class")
    said("loss back zero step", "emptied after backward()")
    wrong("train", LOOP.format(lines="return F.cross_entropy(model(X), y)"), "list of the losses")


CLOSURE = """
def closure():
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            return loss
        loss = optimizer.step(closure)
"""


def test_step_3_in_other_words(right):
    right("train", LOOP.format(lines=CLOSURE.strip()))
    loss = "loss = nn.CrossEntropyLoss()(model(X), y)"
    rest = ("loss.backward()", "optimizer.step()", "optimizer.zero_grad()")
    right("train", LOOP.format(lines="\n        ".join((loss, *rest))))


def test_step_4(wrong):
    head = "def accuracy(model, X, y):\n    right = model(X).argmax(1) == y\n    return "
    wrong("accuracy", head + "right.sum()", "the number of right points")
    wrong("accuracy", head + "right.float().mean() * 100", "in per cent")
    wrong("accuracy", head + "(~right).float().mean()", "share of wrong points")
    wrong("accuracy", head + "right.float()", "one share is asked for")
    wrong("accuracy", head + "right.mean()", "call .float() first")
    wrong("accuracy", head + "(model(X).argmax(0) == y).float().mean()", "along dim=1")
    wrong("accuracy", head + "(model(X).argmax() == y).float().mean()", "argmax needs dim=1")
    wrong("accuracy", head + "(model(X).max(1) == y).float().mean()", "take .indices")
    wrong("accuracy", head + "(model(X).max(1)[0] == y).float().mean()", "not the score itself")
    wrong("accuracy", head + "right.sum() // len(y)", "does `//` cut the share off to 0?")
    wrong("accuracy", head + "(model(X).argmin(1) == y).float().mean()", "argmax, not argmin")


TABLE = """
def compare(X, y, X_new, y_new, count):
    table = {}
    BEFORE
    for bend in (nn.Identity, nn.ReLU):
        for method in (torch.optim.SGD, torch.optim.Adam):
            INSIDE
            table[bend.__name__, method.__name__] = accuracy(model, A, B)
    return table
"""
INSIDE = [
    "torch.manual_seed(0)",
    "model = make_model(bend())",
    "train(model, X, y, method(model.parameters(), lr=1e-3), count)",
]


def test_step_5(wrong):
    def said(text, inside, at="X_new, y_new"):
        body = "\n            ".join(inside)
        wrong(
            "compare", TABLE.replace("INSIDE", body).replace("BEFORE", "").replace("A, B", at), text
        )

    said("set the seed before each", INSIDE[1:])
    said("measure on X_new", INSIDE, at="X, y")
    said("0 steps are taken, not 8", INSIDE[:2])
    for rate in ("1e-2", "1e-4", "1e-3 if method is torch.optim.Adam else 1e-1"):
        said("all four take 1e-3", [line.replace("1e-3", rate) for line in INSIDE])
    said("with count=0 compare takes 40 steps", [line.replace("count", "10") for line in INSIDE])


def test_step_1_asks_for_float32(wrong):
    """Or step 5, right as it is, would stop at a product of two types."""
    points = "torch.stack((radius * angle.sin(), radius * angle.cos()), 1).double()"
    answer = ARM.format(jitter="+ jitter", points=points)
    wrong("make_arm", answer, "has dtype torch.float64, not float32")


def test_step_2_names_what_bends(wrong):
    head = "def make_model(bend):\n    return nn.Sequential({})"
    top = "nn.Linear(2, H), bend, nn.Linear(H, C), nn.Sigmoid()"
    wrong("make_model", head.format(top), "something else bends it, such as a sigmoid")
    bare = "nn.Linear(2, H, bias=False), bend, nn.Linear(H, C)"
    wrong("make_model", head.format(bare), "both with biases")
    double = head.format("nn.Linear(2, H), bend, nn.Linear(H, C)") + ".double()"
    with pytest.raises(AssertionError):
        wrong("make_model", double, "as many numbers as the one before")
    wrong("make_model", double, "must have the same dtype")


def test_step_4_in_numpy(right):
    head = "def accuracy(model, X, y):\n    "
    right("accuracy", head + "return (model(X).argmax(1) == y).numpy().mean()")
