"""SGD or Adam: what each rule does with a gradient, where each wins, and who chose the rate.

Sweeps rates over seeds, turns a valley, makes words rare, repeats two published constructions
that break Adam, and measures digits. Left out: schedules, large networks, second-order methods.
"""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch

SEEDS = range(5)
print("seeds of the networks:", *SEEDS)

# %% name="rules"
from course_code.teach.optimizers import adam, momentum, rmsprop, sgd

RULES = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}
for name, rule in RULES.items():
    theta, state = torch.tensor([1.0]), {}
    path = []
    for _ in range(4):
        rule(theta, 10 * theta, state, lr=0.01)  # L = 5 theta^2, so the gradient is 10 theta
        path.append(theta.item())
    print(f"{name:8} lr 0.01, from 1:", *(f"{place:7.3f}" for place in path))

# %% name="machinery"
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.sweep import best_rate, summarize, sweep

RATES = {
    "sgd": [0.001, 0.01, 0.1, 0.3, 1, 3, 10],
    "momentum": [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3],
    "rmsprop": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
    "adam": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
}
spirals = {  # 100 points per arm to train on; large fresh sets to choose and to judge
    "train": make_spirals(100, seed=100),
    "valid": make_spirals(1000, seed=101),
    "test": make_spirals(1000, seed=102),
}

# %% name="race"
WIDTHS, STEPS = (2, 100, 3), 500
rows = []
for name, rates in RATES.items():
    grid = {"optimizer": {name: RULES[name]}, "lr": rates, "seed": SEEDS}
    rows += sweep(spirals, grid, widths=WIDTHS, steps=STEPS)

averaged = []  # over the seeds: one row per rule and rate
for name in RATES:
    for lr in RATES[name]:
        losses = [r["valid_loss"] for r in rows if (r["optimizer"], r["lr"]) == (name, lr)]
        averaged.append({"optimizer": name, "lr": lr, "step": STEPS, "diverged": False})
        averaged[-1]["valid_loss"] = sum(losses) / len(losses)
best = best_rate(averaged, "optimizer")  # an error if the best is at an end of its grid


def pick(rows, optimizer, lr, value="test_accuracy"):
    """Collect one measure of one rule at one rate, sorted: a number per seed."""
    chosen = [row for row in rows if row["optimizer"] == optimizer and row["lr"] == lr]
    return sorted(row[value] for row in chosen)


equal = {name: pick(rows, name, 0.001) for name in RATES}  # every rule at 0.001
tuned = {name: pick(rows, name, best[name]) for name in RATES}  # every rule at its own rate
for name in RATES:
    for lr, arm in ((0.001, equal), (best[name], tuned)):
        print(f"{name:8} lr {lr:<5}  test", *(f"{score:.3f}" for score in arm[name]))

assert min(equal["adam"]) > max(equal["sgd"]) + 0.1, (
    "measured equal_rates: at rate 0.001 Adam beats SGD by over 10 points, worst seed to best"
)
assert tuned["sgd"][2] > max(equal["adam"]) + 0.1, (
    "measured sgd_beats_default: tuned SGD's median is over 10 points above Adam's best at 0.001"
)
assert min(scores[2] for scores in tuned.values()) > 0.97, (
    "measured tuned_medians: each at its own rate, the medians of all four rules pass 97 %"
)

# %% name="rates"
from course_code.draw.curves import draw_band

fig, ax = plt.subplots(figsize=(5.4, 4), layout="constrained")
for index, (name, rates) in enumerate(RATES.items()):
    runs = torch.tensor([pick(rows, name, lr) for lr in rates]).T  # (S, rates)
    draw_band(ax, rates, runs, label=name, index=index, markers=True)
ax.axvline(0.001, color=plt.rcParams["text.color"], linestyle="--", linewidth=1)
ax.set(xscale="log", xlabel="learning rate", ylabel="test accuracy after 500 steps")
ax.set(ylim=(0.2, 1.02))
ax.legend(loc="lower center", ncols=2)
plt.show()

# %% name="speed"
curves, reached = {}, {}
for name in RATES:
    net = Ensemble(WIDTHS, "relu", seeds=[*SEEDS, *SEEDS])  # ten at once: two rates, five seeds
    rates = [0.001] * len(SEEDS) + [best[name]] * len(SEEDS)
    losses = train_runs(net, *spirals["train"], RULES[name], STEPS, lr=rates)
    curves[name, "equal"], curves[name, "own"] = losses.split(len(SEEDS), dim=1)
    below = curves[name, "own"] < 0.1  # (steps, S)
    reached[name] = sorted(below.int().argmax(dim=0).tolist())  # first step below 0.1
    print(f"{name:8} lr {best[name]:<5} steps until the loss is below 0.1:", *reached[name])

winners = reached["adam"] + reached["momentum"]
assert 0 < min(winners) <= 2 * max(winners) < min(reached["sgd"]), (
    "measured speed: tuned Adam and momentum need less than half the steps of tuned SGD"
)

# %% name="speed_curves"
fig, axes = plt.subplots(1, 2, figsize=(6, 3.6), sharey=True, layout="constrained")
for ax, (label, title) in zip(axes, {"equal": "all at 0.001", "own": "tuned"}.items(), strict=True):
    for index, name in enumerate(RATES):
        draw_band(ax, range(STEPS), curves[name, label].T, label=name, index=index)
    ax.set(yscale="log", title=title, xlabel="steps", ylim=(0.01, 3))
axes[0].set(ylabel="training loss")
axes[0].legend(loc="lower left")
plt.show()

# %% name="stability"
curvature = 10.0  # L = 5 theta^2: the second derivative is 10
step_sizes = torch.linspace(0.0005, 0.5, 1000, dtype=torch.float64)
limit = {}
for rule in (sgd, momentum):
    theta, state = torch.ones_like(step_sizes), {}
    for _ in range(2000):
        rule(theta, curvature * theta, state, lr=step_sizes)
    limit[rule.__name__] = step_sizes[theta.abs() < 1].max().item()
    print(f"{rule.__name__:8} stable up to a rate of {limit[rule.__name__]:.4f}")
print(f"2 / curvature = {2 / curvature}   2 (1 + mu) / curvature = {2 * 1.9 / curvature}")

assert abs(limit["sgd"] - 2 / curvature) < 1e-3, (
    "theorem stable: on a parabola gradient descent is stable just below 2 / curvature"
)
assert abs(limit["momentum"] - 2 * 1.9 / curvature) < 1e-3, (
    "theorem stable_momentum: momentum 0.9 is stable just below 3.8 / curvature"
)

# %% name="stability_curves"
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
for index, lr in enumerate((0.02, 0.17, 0.2, 0.205)):
    places = (1 - lr * curvature) ** torch.arange(25)
    draw_band(ax, range(25), places[None], label=f"rate {lr}", index=index)
ax.set(xlabel="steps", ylabel="parameter (minimum at 0)", ylim=(-4.5, 6.5))
ax.legend(ncols=2, loc="upper left")
plt.show()

# %% name="ten_times"
pairs = [(0.01, 0.1), (0.03, 0.3), (0.1, 1)]  # momentum's rate, SGD's rate
twin_gap = {}
for slow, fast in pairs:
    a, b = (
        sum(pick(rows, name, lr, "train_loss")) / len(SEEDS)
        for name, lr in (("momentum", slow), ("sgd", fast))
    )
    twin_gap[slow] = abs(a - b) / b
    print(f"momentum at {slow:<5} loss {a:.3f}    SGD at {fast:<4} loss {b:.3f}")

assert max(twin_gap.values()) < 0.1, (
    "measured ten_times: below the limit momentum 0.9 ends within 10 % of SGD at ten times its rate"
)

# %% name="first_step"
first = {}
for g in (1e-10, 1e-8, 1e-6, 1e-2, 1, 1e4):
    moved = []
    for rule in (sgd, adam):
        theta = torch.zeros(1, dtype=torch.float64)
        rule(theta, torch.full_like(theta, g), {}, lr=0.01)
        moved.append(theta.item())
    first[g] = moved
    print(f"gradient {g:7.0e}   SGD moves {moved[0]:9.1e}   Adam moves {moved[1]:9.6f}")

assert max(abs(first[g][1] + 0.01 * g / (g + 1e-8)) for g in first) < 1e-12, (
    "theorem first_step: Adam's first step is the rate times g / (|g| + eps)"
)

# %% name="correction"
t = torch.arange(1, 5001, dtype=torch.float64)
uncorrected = (1 - 0.9**t) / (1 - 0.999**t).sqrt()  # step / rate, for a constant gradient
rms_start = 1 / (1 - 0.99**t).sqrt()  # RMSProp has no correction
start, peak, peak_step = uncorrected[0].item(), uncorrected.max().item(), t[uncorrected.argmax()]
peak_step, rms_first = int(peak_step), rms_start[0].item()
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
names = ("RMSProp", "Adam without correction", "Adam")
for index, values in enumerate((rms_start, uncorrected, torch.ones_like(t))):
    draw_band(ax, t, values[None], label=names[index], index=index)
ax.set(xscale="log", xlabel="step t", ylabel="step size / learning rate")
ax.legend()
plt.show()

assert abs(start - 0.1 / math.sqrt(0.001)) < 1e-9, (
    "arithmetic first_factor: without correction Adam's first step would be 3.16 times the rate"
)
assert 6 < peak < 7, "arithmetic peak_factor: without correction a step reaches 6.6 times the rate"

# %% name="ranges"


def good_rates(rows, optimizer, within=0.02):
    """List the rates whose median validation accuracy is within 2 points of the rule's best."""
    table = summarize([r for r in rows if r["optimizer"] == optimizer], ("lr",), "valid_accuracy")
    top = max(row["median"] for row in table)
    return [row["lr"] for row in table if row["median"] >= top - within]


good = {name: good_rates(rows, name) for name in RATES}
for name, rates in good.items():
    print(f"{name:8} within 2 points of its best:", *rates)

assert 0.001 not in good["adam"], "measured default_outside: Adam's default rate is not among them"

# %% name="valley"
KAPPA = 1000.0  # curvature along the steep axis; 1 along the flat one
angle = 2 * math.pi * torch.rand(9, generator=torch.Generator().manual_seed(0)).double()
starts = torch.stack((angle.cos(), angle.sin()), dim=1)  # (9, 2) on the unit circle


def turn(degrees):
    """Rotation matrix (2, 2) by an angle in degrees."""
    a = math.radians(degrees)
    return torch.tensor([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]).double()


def descend(rule, rates, degrees, steps=500, kappa=KAPPA):
    """Walk down a valley turned by an angle, from the same places in it: losses (rates, starts)."""
    Q = turn(degrees)
    A = Q @ torch.diag(torch.tensor([1.0, kappa]).double()) @ Q.T
    theta, state = (starts @ Q.T).repeat(len(rates), 1, 1), {}  # (rates, starts, 2)
    for _ in range(steps):
        rule(theta, theta @ A, state, lr=rates[:, None, None])
    return ((theta @ A) * theta).sum(dim=2) / 2


ANGLES = (0, 5, 15, 30, 45)
grid = torch.logspace(-5, 1, 61, dtype=torch.float64)
valley, valley_rate = {}, {}
for rule in (sgd, momentum, adam):
    for degrees in ANGLES:
        losses = descend(rule, grid, degrees).nan_to_num(nan=math.inf)
        arm = [
            {"lr": lr, "loss": loss, "step": 500, "diverged": False}
            for lr, row in zip(grid.tolist(), losses.tolist(), strict=True)
            for loss in row
        ]
        lr = best_rate(arm, (), "loss")[()]  # an error if at an end of the grid
        valley_rate[f"{rule.__name__}_{degrees}"] = lr
        valley[f"{rule.__name__}_{degrees}"] = sorted(r["loss"] for r in arm if r["lr"] == lr)
for name in ("sgd", "momentum", "adam"):
    medians = (valley[f"{name}_{degrees}"][4] for degrees in ANGLES)
    print(f"{name:8}", *(f"{d:2}°: {loss:.0e} " for d, loss in zip(ANGLES, medians, strict=True)))

for name in ("sgd", "momentum"):
    gap = [abs(a / b - 1) for a, b in zip(valley[f"{name}_0"], valley[f"{name}_45"], strict=True)]
    valley[f"{name}_gap"] = max(gap)
assert max(valley["sgd_gap"], valley["momentum_gap"]) < 1e-3, (
    "theorem equivariant: turning the valley changes nothing for SGD and momentum, to rounding"
)
assert valley["adam_0"][-1] * 1e6 < valley["adam_45"][0], (
    "measured adam_turns: turning it by 45 degrees costs Adam a factor of over a million"
)
assert (
    valley["momentum_45"][-1] < valley["adam_45"][0] <= valley["adam_45"][-1] < valley["sgd_45"][0]
), "measured turned_order: in the turned valley momentum beats Adam, and Adam beats SGD"

# %% name="valley_curves"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for index, name in enumerate(("sgd", "momentum", "adam")):
    runs = torch.tensor([valley[f"{name}_{degrees}"] for degrees in ANGLES]).T
    draw_band(ax, ANGLES, runs, label=name, index=index, markers=True)
ax.set(yscale="log", xlabel="valley turned by (degrees)", ylabel="loss after 500 steps")
ax.set(xticks=ANGLES)
ax.legend()
plt.show()

# %% name="turned_net"
size = sum(n * m + n for m, n in ((2, 100), (100, 3)))  # 603 parameters
mixed = torch.randn(size, size, generator=torch.Generator().manual_seed(7)).double()
Q = torch.linalg.qr(mixed).Q.float()  # a random rotation of the space of parameters


def turned(rule):
    """Run a rule in turned coordinates phi = theta Q, and turn its step back."""

    def update(theta, grad, state, **hyper):
        phi = theta @ Q
        rule(phi, grad @ Q, state, **hyper)
        theta.copy_(phi @ Q.T)

    return update


net_turned = {}
for name, lr in (("sgd", 1), ("adam", 0.03), ("adam", 0.1)):
    for label, rule in (("plain", RULES[name]), ("turned", turned(RULES[name]))):
        net = Ensemble(WIDTHS, "relu", seeds=SEEDS)
        train_runs(net, *spirals["train"], rule, STEPS, lr=lr)
        loss = sorted(evaluate_runs(net, *spirals["train"])[0].tolist())
        test = sorted(evaluate_runs(net, *spirals["test"])[1].tolist())
        net_turned[f"{name}_{lr}_{label}".replace("0.", "")] = {"loss": loss, "test": test}
        print(
            f"{name:4} {lr:<4} {label:6} loss {loss[0]:.4f}-{loss[-1]:.4f}",
            f" test {test[0]:.3f}-{test[-1]:.3f}",
        )

losses = {name: arm["loss"] for name, arm in net_turned.items()}
pairs = zip(losses["sgd_1_plain"], losses["sgd_1_turned"], strict=True)
assert max(abs(a / b - 1) for a, b in pairs) < 0.02, (
    "measured net_sgd: SGD at rate 1 does not notice a rotation of the network's parameters"
)
assert max(losses["adam_1_plain"]) < min(losses["adam_1_turned"]), (
    "measured net_adam: Adam at 0.1 reaches a lower training loss in the network's own coordinates"
)
assert min(net_turned["adam_03_turned"]["test"] + net_turned["adam_1_turned"]["test"]) > 0.98, (
    "measured net_adam_test: in random coordinates Adam still passes 98 % on fresh points"
)

# %% name="words"
V = 50  # words in the language


def next_words(seed):
    """Draw what follows each word: (V, V) probabilities, one row per word."""
    return torch.randn(V, V, generator=torch.Generator().manual_seed(seed)).double().softmax(1)


P = torch.stack([next_words(seed) for seed in SEEDS])  # (S, V, V)
rank = torch.arange(1, V + 1, dtype=torch.float64)
FREQUENCY = {"equal": torch.ones(V).double() / V, "zipf": (1 / rank) / (1 / rank).sum()}


def learn_words(rule, rates, frequency, steps=200):
    """Fit a table of logits W by full gradients; what each word costs too much (rates, S, V)."""
    W, state = torch.zeros(len(rates), *P.shape, dtype=torch.float64), {}
    lr = torch.tensor(rates).double()[:, None, None, None]
    for _ in range(steps):
        gradient = frequency[:, None] * (W.softmax(dim=3) - P)  # p - y, once per word i
        rule(W, gradient, state, lr=lr)
    return (P * (P.log() - W.log_softmax(dim=3))).sum(dim=3)


WORD_RATES = {
    "sgd": [3, 10, 30, 100, 300, 1000],
    "momentum": [3, 10, 30, 100, 300, 1000, 3000],
    "adam": [0.01, 0.03, 0.1, 0.3, 1],
}
words, excess = {}, {}
for kind, frequency in FREQUENCY.items():
    for name, rates in WORD_RATES.items():
        costs = learn_words(RULES[name], rates, frequency)  # (rates, S, V)
        total = (costs @ frequency).tolist()
        table = [
            {"lr": lr, "loss": loss, "step": 200, "diverged": False}
            for lr, row in zip(rates, total, strict=True)
            for loss in row
        ]
        lr = best_rate(table, (), "loss")[()]
        excess[kind, name] = costs[rates.index(lr)]  # (S, V)
        words[f"{kind}_{name}"] = {"lr": lr, "loss": sorted(total[rates.index(lr)])}
        spread = words[f"{kind}_{name}"]["loss"]
        print(f"{kind:5} {name:8} best rate {lr:<4}  excess {spread[0]:.0e} to {spread[-1]:.0e}")

assert min(words["zipf_sgd"]["loss"]) > 100 * max(words["equal_sgd"]["loss"]), (
    "measured rare_sgd: unequal frequencies make SGD's excess loss over 100 times as large"
)
assert min(words["zipf_momentum"]["loss"]) > 1000 * max(words["equal_momentum"]["loss"]), (
    "measured rare_momentum: and that of momentum over 1,000 times as large"
)
assert max(words["zipf_adam"]["loss"] + words["equal_adam"]["loss"]) < 1e-8, (
    "measured rare_adam: Adam's excess loss stays below 1e-8 with equal and unequal frequencies"
)

# %% name="word_curves"
fig, axes = plt.subplots(1, 2, figsize=(6, 3.6), sharey=True, layout="constrained")
titles = {"equal": "all equally frequent", "zipf": "frequency 1 / rank"}
for ax, kind in zip(axes, titles, strict=True):
    for index, name in enumerate(WORD_RATES):
        draw_band(ax, rank, excess[kind, name].clamp(min=1e-12), label=name, index=index)
    ax.set(xscale="log", yscale="log", title=titles[kind], xlabel="rank of the word")
axes[0].set(ylabel="excess loss of the word")
axes[0].legend(loc="upper left")
plt.show()

# %% name="wilson"


def wilson(y, taken=0, width=1000):
    """Build inputs (B, 3 + width) for labels y = +1 or -1.

    Feature 0 is the label, features 1 and 2 are always 1. After that each point has five
    places of its own: a positive point fills one of them, a negative point all five.
    """
    X = torch.zeros(len(y), 3 + width, dtype=torch.float64)
    X[:, 0], X[:, 1:3] = y, 1
    for i, label in enumerate(y.tolist()):
        place = 3 + 5 * (taken + i)
        X[i, place : place + (1 if label > 0 else 5)] = 1
    return X


def wilson_errors(rule, seed, runs=1, **hyper):
    """Train least squares from zero on 100 points; error on them, on 100 fresh ones, their y."""
    rng = torch.Generator().manual_seed(seed)
    y = torch.where(torch.rand(200, generator=rng) < 0.65, 1.0, -1.0).double()
    X = torch.cat((wilson(y[:100]), wilson(y[100:], taken=100)))  # (200, D)
    w, state = torch.zeros(runs, X.shape[1], dtype=torch.float64), {}
    for _ in range(600):
        gradient = (w @ X[:100].T - y[:100]) @ X[:100] / 100  # (R, D)
        rule(w, gradient, state, **hyper)
    wrong = ((w @ X.T).sign() != y).double()  # (R, 200)
    return wrong[:, :100].mean(1).tolist(), wrong[:, 100:].mean(1).tolist(), y[100:]


wilson_test, wilson_train, negatives = {}, {}, []
for name, lr in (("sgd", 0.05), ("momentum", 0.005), ("rmsprop", 0.001), ("adam", 0.01)):
    runs = [wilson_errors(RULES[name], seed, lr=lr) for seed in SEEDS]
    wilson_train[name] = [run[0][0] for run in runs]
    wilson_test[name] = [run[1][0] for run in runs]
    negatives = [(run[2] < 0).double().mean().item() for run in runs]
    errors = [f"{error:.2f}" for error in wilson_test[name]]
    print(f"{name:8} train", *wilson_train[name], "  test", *errors)
print(f"{'share of negative test points':>40}", *(f"{share:.2f}" for share in negatives))

assert max(max(errors) for errors in wilson_train.values()) == 0, (
    "measured wilson_train: all four rules classify every training point correctly"
)
assert max(wilson_test["sgd"] + wilson_test["momentum"]) == 0, (
    "measured wilson_sgd: on fresh points SGD and momentum make no error"
)
assert wilson_test["adam"] == negatives == wilson_test["rmsprop"], (
    "measured wilson_adam: Adam and RMSProp get every negative fresh point wrong"
)

# %% name="wilson_eps"
eps = torch.logspace(-8, 1, 10, dtype=torch.float64)[:, None]  # (R, 1)
bridge = torch.tensor(
    [wilson_errors(adam, seed, len(eps), lr=0.01 * (1 + eps), eps=eps)[1] for seed in SEEDS],
    dtype=torch.float64,
)  # (S, R)
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
draw_band(ax, eps[:, 0], bridge, label="Adam", markers=True)
ax.set(xscale="log", xlabel="eps", ylabel="test error")
plt.show()

assert bridge[:, -1].max() == 0, "measured wilson_bridge: with eps = 10 Adam makes no error here"

# %% name="digits"
from course_code.teach.digits import load_digits

DIGIT_RATES = {
    "sgd": [0.03, 0.1, 0.3, 1, 3],
    "momentum": [0.01, 0.03, 0.1, 0.3, 1],
    "rmsprop": [0.001, 0.003, 0.01, 0.03],
    "adam": [0.001, 0.003, 0.01, 0.03, 0.1],
}


def train_digits(name, rates, splits):
    """Train a 64-100-10 network on 500 digits, for each rate and split, in batches of 50."""
    sets = [load_digits(500, 300, seed=split) for _ in rates for split in splits]
    net = Ensemble((64, 100, 10), "relu", seeds=[*splits] * len(rates))
    data = {
        k: [torch.stack(part) for part in zip(*(each[k] for each in sets), strict=True)]
        for k in sets[0]
    }
    lr = [rate for rate in rates for _ in splits]
    train_runs(net, *data["train"], RULES[name], 300, lr=lr, batch_size=50)
    rows = []
    (valid_loss, valid), (_, test) = (evaluate_runs(net, *data[k]) for k in ("valid", "test"))
    labels = [{"optimizer": name, "lr": rate, "split": s} for rate in rates for s in splits]
    for i, label in enumerate(labels):
        score = {"valid_loss": valid_loss[i], "valid_accuracy": valid[i], "test_accuracy": test[i]}
        rows.append(label | {k: v.item() for k, v in score.items()})
        rows[-1] |= {"step": 300, "diverged": rows[-1]["valid_loss"] == math.inf}
    return rows


digit_rows = [r for name, lrs in DIGIT_RATES.items() for r in train_digits(name, lrs, SEEDS)]
digit_best = best_rate(digit_rows, "optimizer")
digit_good = {name: good_rates(digit_rows, name) for name in DIGIT_RATES}
for name in DIGIT_RATES:
    print(f"{name:8} best {digit_best[name]:<4}  within 2 points:", *digit_good[name])
span = {  # largest good rate over smallest, on the spiral and on the digits
    name: [max(rates[name]) / min(rates[name]) for rates in (good, digit_good)] for name in RATES
}
digit_default = {
    lr: sorted(
        row["valid_accuracy"] for row in digit_rows if (row["optimizer"], row["lr"]) == ("adam", lr)
    )[2]
    for lr in (0.001, 0.01)
}
for lr, score in digit_default.items():
    print(f"Adam at {lr}: median validation accuracy {score:.3f}")

assert span["adam"][0] > 10 * span["sgd"][0], (
    "measured wide_adam: on the spiral Adam's good rates span over 10 times the range of SGD's"
)
assert span["adam"][1] >= span["sgd"][1], (
    "measured digits_span: on the digits Adam's range is at least as wide as SGD's"
)

# %% name="digits_fresh"
FRESH = range(100, 110)  # ten splits that had no say in the choice of the rates
digits = {}
for name, lr in digit_best.items():
    digits[name] = [row["test_accuracy"] for row in train_digits(name, [lr], FRESH)]
    ordered = sorted(digits[name])
    mean = sum(ordered) / len(ordered)
    print(f"{name:8} lr {lr:<4}  mean {mean:.4f}   worst {ordered[0]:.3f}   best {ordered[-1]:.3f}")
digit_mean = {name: sum(scores) / len(scores) for name, scores in digits.items()}
lead = torch.tensor(digits["sgd"]) - torch.tensor(digits["adam"])  # (10,) split by split
sgd_lead, lead_error = lead.mean().item(), (lead.std() / len(lead) ** 0.5).item()
print(f"SGD minus Adam, split by split: {sgd_lead:+.4f}, standard error {lead_error:.4f}")

assert max(digit_mean.values()) - min(digit_mean.values()) < 0.01, (
    "measured digits_tie: on fresh splits of the digits the four means differ by under a point"
)

# %% name="digits_curves"
from course_code.draw.style import COLOURS, MARKERS

fig, ax = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
for index, (name, scores) in enumerate(digits.items()):
    heights = [index + 0.06 * (i - 4.5) for i in range(len(scores))]
    ax.plot(scores, heights, MARKERS[index], color=COLOURS[index], ms=6, alpha=0.8)
    ax.plot([digit_mean[name]] * 2, [index - 0.35, index + 0.35], color=COLOURS[index], lw=2)
ax.set_yticks(range(len(digits)), [f"{name}, {digit_best[name]}" for name in digits])
ax.set(xlabel="test accuracy on ten fresh splits")
plt.show()

# %% name="decay"
from course_code.teach.optimizers import adamw

noise = torch.tensor([1.0, 3.0, 10.0])[:, None, None]  # size of the gradients
left = {}
for rule in (sgd, adam, adamw):
    theta, state = torch.ones(len(noise), len(SEEDS), 200), {}
    streams = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    for _ in range(2000):
        draw = torch.stack([torch.randn(200, generator=rng) for rng in streams])  # (S, 200)
        rule(theta, noise * draw, state, lr=1e-3, weight_decay=0.5)
    left[rule.__name__] = theta.mean(dim=2).tolist()  # (sizes, S)
    medians = [sorted(runs)[2] for runs in left[rule.__name__]]
    print(f"{rule.__name__:5} weight left at sizes 1, 3, 10:", *(f"{m:.3f}" for m in medians))
expected = (1 - 1e-3 * 0.5) ** 2000
print(f"promised: (1 - 0.0005)^2000 = {expected:.3f}")
left_median = {name: [sorted(runs)[2] for runs in sizes] for name, sizes in left.items()}
shrunk = [math.exp(-1e-3 * 0.5 * 2000 / size) for size in (1, 3, 10)]
print("predicted for L2 inside Adam:", *(f"{weight:.3f}" for weight in shrunk))

assert max(abs(w - expected) for runs in left["adamw"] for w in runs) < 0.02, (
    "measured adamw_decay: AdamW shrinks every weight as promised, whatever its gradient"
)
assert min(left["adam"][2]) > 0.85 > 0.5 > max(left["adam"][0]), (
    "measured adam_l2: with L2 in the gradient Adam spares weights with large gradients"
)

# %% name="reddi_cycle"
C = 3.0  # the large slope; beta2 = 1 / (1 + C^2) is the choice of the counterexample
v = 0.0
for _ in range(20):  # let v settle into its cycle
    for g in (C, -1.0, -1.0):
        v = 0.1 * v + 0.9 * g**2
moves, sizes = [], []
for g in (C, -1.0, -1.0):
    v = 0.1 * v + 0.9 * g**2
    sizes.append(v)
    moves.append(-g / math.sqrt(v))
    print(f"slope {g:4.0f}   v = {v:.3f}   move / rate = {moves[-1]:+.3f}")
net_move, ams_move = sum(moves), -(C - 2) / math.sqrt(max(sizes))
print(f"in sum: Adam {net_move:+.3f}, AMSGrad {ams_move:+.3f}")

assert net_move > 0 > ams_move, "arithmetic cycle: per cycle Adam climbs and AMSGrad descends"

# %% name="reddi"


def online(beta2, keep_max, x, cycles=1000, alpha=0.5):
    """Adam without momentum on slopes C, -1, -1, C, ... over [-1, 1]: places (3 cycles, starts)."""
    x, v, v_max, path = x.clone(), torch.zeros_like(x), torch.zeros_like(x), []
    for t in range(1, 3 * cycles + 1):
        g = C if t % 3 == 1 else -1.0
        v = beta2 * v + (1 - beta2) * g**2
        v_max = torch.maximum(v, v_max)  # AMSGrad never forgets a large gradient
        size = (v_max if keep_max else v).sqrt()
        x = (x - alpha / math.sqrt(t) * g / size).clamp(-1, 1)
        path.append(x)
    return torch.stack(path)


x0 = 2 * torch.rand(5, generator=torch.Generator().manual_seed(0)).double() - 1
reddi = {
    "Adam, beta2 = 0.1": online(0.1, False, x0),
    "AMSGrad, beta2 = 0.1": online(0.1, True, x0),
    "Adam, beta2 = 0.999": online(0.999, False, x0),
}
final = {}
for name, path in reddi.items():
    final[name.replace(", beta2 = 0.", "_")] = sorted(path[-300:].mean(dim=0).tolist())
    print(f"{name:20} last 300 places:", *(f"{x:6.3f}" for x in path[-300:].mean(0)))

assert min(final["Adam_1"]) > 0.95, (
    "measured reddi_adam: with beta2 = 0.1 Adam goes to the worst point, from every start"
)
assert max(final["AMSGrad_1"] + final["Adam_999"]) < -0.95, (
    "measured reddi_fixed: AMSGrad, or Adam with beta2 = 0.999, goes to the best point"
)

# %% name="reddi_curves"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for index, (name, path) in enumerate(reddi.items()):
    cycles = path.reshape(-1, 3, len(x0)).mean(dim=1)  # mean place in each cycle of three
    draw_band(ax, range(1, len(cycles) + 1), cycles.T, label=name, index=index)
ax.set(xscale="log", xlabel="cycle", ylabel="x (best −1, worst +1)")
ax.legend(loc="center right")
plt.show()

# %% name="ex_match"
from course_code.teach.models import mlp
from course_code.teach.training import train

X, y = spirals["train"]
X = X.double()
theirs = mlp(WIDTHS, seed=0).double()
ours = mlp(WIDTHS, seed=0).double()
train(theirs, X, y, torch.optim.Adam(theirs.parameters(), lr=0.01), steps=100)

states = [{} for _ in ours.parameters()]
for _ in range(100):
    loss = torch.nn.functional.cross_entropy(ours(X), y)
    gradients = torch.autograd.grad(loss, list(ours.parameters()))
    with torch.no_grad():
        for parts in zip(ours.parameters(), gradients, states, strict=True):
            adam(*parts, lr=0.01)
both = zip(ours.parameters(), theirs.parameters(), strict=True)
match_gap = max((p - q).abs().max().item() for p, q in both)
print(f"largest difference between the weights after 100 steps: {match_gap:.0e}")

assert match_gap < 1e-7, "arithmetic match: the formulas give torch.optim.Adam, to rounding"

# %% name="ex_scale"
from course_code.teach.ensemble import cross_entropies


def loud(logits, y):
    """The same loss in another unit: a thousandth of a nat."""
    return 1000 * cross_entropies(logits, y)


scaled = {}
for name, lr in (("sgd", 1), ("adam", 0.01)):
    for loss in (cross_entropies, loud):
        net = Ensemble(WIDTHS, "relu", seeds=SEEDS)
        train_runs(net, *spirals["train"], RULES[name], STEPS, lr=lr, loss=loss)
        score = sorted(evaluate_runs(net, *spirals["test"])[1].tolist())
        scaled[f"{name}_{loss.__name__}"] = score
        print(f"{name:4} lr {lr:<4} {loss.__name__:15}", *(f"{s:.3f}" for s in score))

assert max(scaled["sgd_loud"]) < 0.6 < 0.97 < min(scaled["adam_loud"]), (
    "measured loss_unit: a loss 1,000 times as large ruins SGD at its rate and not Adam"
)

# %% name="ex_noise"
model = mlp(WIDTHS, seed=0)
full = torch.autograd.grad(torch.nn.functional.cross_entropy(model(X.float()), y), model[2].weight)
noise_of = {}
for B in (1, 4, 16, 64):
    rng, errors = torch.Generator().manual_seed(0), []
    for _ in range(400):
        few = torch.randint(len(y), (B,), generator=rng)
        loss = torch.nn.functional.cross_entropy(model(X[few].float()), y[few])
        (gradient,) = torch.autograd.grad(loss, model[2].weight)
        errors.append((gradient - full[0]).square().sum())
    noise_of[B] = torch.stack(errors).mean().sqrt().item()
    print(f"batch of {B:2}: gradient off by {noise_of[B]:.4f}   times sqrt(B): ", end="")
    print(f"{noise_of[B] * math.sqrt(B):.4f}")

assert 7 < noise_of[1] / noise_of[64] < 9, (
    "measured batch_noise: 64 times the batch makes the gradient's error about 8 times smaller"
)
