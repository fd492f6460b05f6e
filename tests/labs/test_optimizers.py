"""What students write in the lab on optimizers, and what they are told."""


def test_step_1(wrong):
    head = "def sgd(w, g, memory, rate):\n    return "
    wrong("sgd", head + "w + rate * g", "uphill")
    wrong("sgd", head + "w - g", "the rate is missing")
    wrong("sgd", head + "w - 2 * rate * g", "is off by")
    wrong("sgd", head + "(w - rate * g).sum()", "has shape ()")


MOMENTUM = """
def momentum(w, g, memory, rate, mu=0.9):
    u = memory.get("u", torch.zeros_like(w))
    {}
    memory["u"] = u
    return w
"""


def test_step_2(wrong):
    def said(lines, text):
        wrong("momentum", MOMENTUM.format(lines), text)

    said("u = g; w = w - rate * u", "the old u is forgotten")
    said("u = mu * u + (1 - mu) * g; w = w - rate * u", "damped by 1 − μ")
    said("u = mu * u + rate * g; w = w - rate * u", "the rate counts twice")
    said("u = mu * u + g; w = w - u", "the rate is missing")
    said("u = mu * u + g; w = w + rate * u", "uphill")
    said("w = w - rate * u; u = mu * u + g", "renew u first")
    said("u = mu * u + g; w = w - rate * (g + mu * u)", "Nesterov")


ADAM = """
def adam(w, g, memory, rate, b1=0.9, b2=0.999, eps=1e-8):
    m = memory.get("m", torch.zeros_like(w))
    v = memory.get("v", torch.zeros_like(w))
    t = memory.get("t", 0) + 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    {}
    memory.update(m=m, v=v, t=t)
    return w
"""


def test_step_3(wrong):
    first, second = "m / (1 - b1**t)", "v / (1 - b2**t)"

    def said(m, v, below, text):
        wrong("adam", ADAM.format(f"w = w - rate * ({m}) / {below.format(v)}"), text)

    said("m", "v", "(({}).sqrt() + eps)", "w goes by m and v as they are")
    said(first, "v", "(({}).sqrt() + eps)", "v is not corrected")
    said("m", second, "(({}).sqrt() + eps)", "m is not corrected")
    said(first, second, "({} + eps).sqrt()", "inside the root")
    said(first, second, "({} + eps)", "the root of v_hat is missing")
    for m in ("m / (1 - b1)", first):
        said(m, "v / (1 - b2)", "(({}).sqrt() + eps)", "the power is missing")
    said("m / (1 - b1)", second, "(({}).sqrt() + eps)", "the power is missing")
    said(first, second, "(({}).sqrt() + eps) / rate", "the rate is missing")
    said(first, second, "-(({}).sqrt() + eps)", "uphill")
    said(f"2 * {first}", second, "(({}).sqrt() + eps)", "is off by")
    brackets = f"w = w - rate * (({first}) / ({second}).sqrt() + eps)"
    wrong("adam", ADAM.format(brackets), "eps is added to the fraction")
    step = f"rate * ({first}) / ({second}).sqrt() + eps"
    for line in (f"w = w - {step}", f"w -= {step}", f"w = w - ({step})"):
        wrong("adam", ADAM.format(line), "eps is added to the fraction")
    said("m / 1 - b1**t", second, "(({}).sqrt() + eps)", "m is divided by 1 alone")
    for m in (first, "m / 1 - b1**t"):
        said(m, "v / 1 - b2**t", "(({}).sqrt() + eps)", "or a root is taken of a negative number")


def test_step_3_means(wrong):
    right = ADAM.format("w = w - rate * m / (1 - b1**t) / ((v / (1 - b2**t)).sqrt() + eps)")
    m, v = "b1 * m + (1 - b1) * g\n", "b2 * v + (1 - b2) * g**2\n"

    def said(old, new, text):
        wrong("adam", right.replace(old, new + "\n"), text)

    said(m, "(1 - b1) * m + b1 * g", "are exchanged")
    said(v, "(1 - b2) * v + b2 * g**2", "are exchanged")
    said(v, "b2 * v + (1 - b2) * g^2", "a power is written `**`")
    said(v, "b2 * v + (1 - b2) * g", "v takes g squared")
    said(v, "b2 * v + 1 - b2 * g**2", "times 1 − b2 in brackets")


RUN = """
def descend(rule, rate, count):
    w = START.clone()
    memory = {}
    for _ in range(COUNT):
        LINES
    return loss(w).item()
"""


def test_step_4(wrong):
    def said(lines, text, count="count"):
        answer = RUN.replace("LINES", "\n        ".join(lines)).replace("COUNT", count)
        wrong("descend", answer, text)

    step = "w = rule(w, slope(w), memory, rate)"
    said(["memory = {}", step], "the rule forgets")
    said(["rule(w, slope(w), memory, rate)"], "every step begins at START")
    said(["w = rule(w, slope(START), memory, rate)"], "not that of the current w")
    said([step], "was called 4 times", count="count + 1")
    said(["pass"], "the rule is never called")
    said(["w = sgd(w, slope(w), memory, rate)"], "the rule is never called")


SWEEP = """
def sweep(rule, rates, count):
    best = (None, math.inf)
    for rate in rates:
        found = descend(rule, rate, count)
        {}
    return best
"""


def test_step_5(wrong):
    def said(lines, text):
        wrong("sweep", SWEEP.format(lines), text)

    said("if not found > best[1]: best = (rate, found)", "No comparison with NaN")
    first = "keep no NaN as the first best"
    said("if best[0] is None or found < best[1]: best = (rate, found)", first)
    pairs = "[(rate, descend(rule, rate, count)) for rate in rates]"
    lowest = f"    return min({pairs}, key=lambda pair: pair[1])"
    wrong("sweep", "def sweep(rule, rates, count):\n" + lowest, first)
    said("best = (rate, found)", "the last run has won")
    said("if best[0] is None or found > best[1]: best = (rate, found)", "the largest loss has won")
    said("if found < min(best[0] or 9, 9): best = (found, rate)", "the loss stands first")
    said("if found < best[1]: best = (found, rate)", "the loss stands first")
    said("if found < best[1]: best = (rate, rate)", "0.1 wins instead of 0.3")
    said("if found < best[1]: best = (rate, found + 1)", "the loss at the best rate")
    said("pass", "no run has been kept")
    wrong(
        "sweep",
        "def sweep(rule, rates, count):\n    return rates[0]",
        "should return 2 things, in this order: the best rate, its loss",
    )


def test_step_5_in_other_words(right):
    asked = "if math.isfinite(found) and (best[0] is None or found < best[1]): best = (rate, found)"
    right("sweep", SWEEP.format(asked))
    right("sweep", SWEEP.format("best = min(best, (rate, found), key=lambda pair: pair[1])"))


def test_step_3_divided_by_0(wrong):
    for m, v in (("b1 ** (t - 1)", "b2 ** (t - 1)"), ("b1 * t", "b2 * t")):
        step = f"w = w - rate * m / (1 - {m}) / ((v / (1 - {v})).sqrt() + eps)"
        wrong("adam", ADAM.format(step), "t counts from 1")


def test_step_3_doubles_for_squares(wrong):
    wrong("adam", ADAM.replace("g**2", "g*2").format("w = w - m"), "v takes g squared")


def test_step_4_asks_for_the_last_loss(wrong):
    for first in ("9e9", "loss(w).item()"):
        head = "def descend(rule, rate, count):\n    w, memory = START.clone(), {}\n"
        head += f"    best = {first}\n"
        loop = "    for _ in range(count):\n        w = rule(w, slope(w), memory, rate)\n"
        keep = "        best = min(best, loss(w).item())\n    return best"
        wrong("descend", head + loop + keep, "this is the lowest loss on the way")


def test_step_5_stops_at_the_first_failure(wrong):
    lines = "if not found < best[1]: break\n        best = (rate, found)"
    wrong("sweep", SWEEP.format(lines), "also after one that failed")
