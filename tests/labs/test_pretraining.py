"""What students write in the lab on pretraining, and what they are told."""

HIDDEN = "def hidden(v, W, c):\n    a = {a}\n    return {result}"


def test_step_1(wrong):
    def said(text, a="v @ W.T + c", result="torch.sigmoid(a)"):
        wrong("hidden", HIDDEN.format(a=a, result=result), text)

    said("the sigmoid is missing", result="a")
    said("the biases c are missing", a="v @ W.T")
    said("the biases are subtracted", a="v @ W.T - c")
    said("softmax makes the units share", result="a.softmax(1)")
    said("these are states, 0 or 1", result="(a > 0).double()")
    said("has shape (3, 5)", result="torch.sigmoid(a).T")
    said("stops with RuntimeError", a="v @ W + c")


ENERGY = "def free_energy(v, W, b, c):\n    a = {a}\n    return {result}"


def test_step_2(wrong):
    def said(text, result="-(v @ b) - F.softplus(a).sum(1)", a="v @ W.T + c"):
        wrong("free_energy", ENERGY.format(a=a, result=result), text)

    said("the sign is turned", "v @ b + F.softplus(a).sum(1)")
    said("visible biases, b·v, is missing", "-F.softplus(a).sum(1)")
    said("the term b·v has the wrong sign", "v @ b - F.softplus(a).sum(1)")
    said("hidden units has the wrong sign", "-(v @ b) + F.softplus(a).sum(1)")
    said("the hidden biases c are missing", a="v @ W.T")
    said("has shape ()", "-(v @ b).sum() - F.softplus(a).sum()")


LIKELIHOOD = """
def log_likelihood(v, W, b, c):
    everything = states(v.shape[1])
    own, every = -free_energy(v, W, b, c), -free_energy(everything, W, b, c)
    log_z = {log_z}
    return {result}
"""


def test_step_3(wrong):
    def said(text, result="own.mean() - log_z", log_z="every.logsumexp(0)"):
        wrong("log_likelihood", LIKELIHOOD.format(log_z=log_z, result=result), text)

    said("log Z is still to be subtracted", "own.mean()")
    said("log Z is added", "own.mean() + log_z")
    said("Z itself is subtracted", log_z="every.exp().sum()")
    said("take their mean over the pictures", "own.sum() - log_z")
    said("it runs over everything", log_z="own.logsumexp(0)")
    said("log_likelihood has shape (4,)", "own - log_z")


def test_step_3_gives_a_number_of_any_kind(right):
    number = "(own.mean() - log_z).item()"
    answer = LIKELIHOOD.format(log_z="every.logsumexp(0)", result=number)
    right("log_likelihood", answer)
    step = "W, b, c = W + rate * x, b + rate * y, c + rate * z"
    right("train", TRAIN.format(step=step), log_likelihood=answer)


CD = """
def cd_gradient(v, W, b, c, draw):
    n = len(v)
    h = hidden(v, W, c)
    dream = {dream}
    h_dream = hidden(dream, W, c)
    {more}
    for_W = (h.T @ v - h_dream.T @ dream) / n
    return {result}
"""


def test_step_4(wrong):
    right = "draw(visible(draw(h), W, b))"

    def said(
        text, dream=right, more="", result="for_W, (v - dream).mean(0), (h - h_dream).mean(0)"
    ):
        wrong("cd_gradient", CD.format(dream=dream, more=more, result=result), text)

    said("pictures minus dreams", result="-for_W, (dream - v).mean(0), (h_dream - h).mean(0)")
    said("these are sums", more="n = 1")
    said("draw their states first", dream="draw(visible(h, W, b))")
    said("draw the pixels, too", dream="visible(draw(h), W, b)")
    said("take the probabilities", more="h = draw(h)")
    said("should return 3 things", result="for_W")
    said("the gradient for W has shape (5, 3)", result="for_W.T, (v - dream).mean(0), h.mean(0)")
    said("the gradient for b has the right shape, but", result="for_W, v.mean(0), h.mean(0)")


TRAIN = """
def train(v, W, b, c, rate, rounds, draw):
    W_0, b_0, c_0 = W, b, c
    for _ in range(rounds):
        x, y, z = cd_gradient(v, W, b, c, draw)
        {step}
    return W, b, c
"""


def test_step_5(wrong):
    def said(text, step):
        wrong("train", TRAIN.format(step=step), text)

    said("this goes downhill", "W, b, c = W - rate * x, b - rate * y, c - rate * z")
    said("the rate is missing", "W, b, c = W + x, b + y, c + z")
    said("only one step counts", "return W + rate * x, b + rate * y, c + rate * z")
    said("should return 3 things, in this order: W, b, c", "return W + rate * x")
    said("nothing has changed", "W + rate * x")
    said("stops with TypeError", "W = W + rate * [x]")


def test_float64_stays(wrong):
    answer = "def hidden(v, W, c):\n    return torch.sigmoid(v @ W.T + c).float()"
    wrong("hidden", answer, "has dtype torch.float32, not float64")
