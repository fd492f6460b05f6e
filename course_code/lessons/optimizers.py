"""SGD or Adam: what each rule does with a gradient, and who chose the rate.

Sweeps rates over seeds on the spiral and on digits. Left out: schedules, large
networks, second-order methods; where the geometry decides is the next page.
"""

# %% name="setup"
from statistics import fmean, median

import matplotlib.pyplot as plt
import torch

from course_code.teach.claims import check

SEEDS = range(5)
n_seeds = len(SEEDS)
print("seeds:", *SEEDS)

# %% name="rules"
from course_code.teach.optimizers import adam, momentum, rmsprop, sgd

RULES = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}
RATE = 0.01  # for a few steps on a parabola
for name, rule in RULES.items():
    theta, state = torch.tensor([1.0]), {}
    path = []
    for _ in range(4):
        # L = 5 theta^2, so the gradient is 10 theta
        rule(theta, 10 * theta, state, lr=RATE)
        path.append(theta.item())
    print(f"{name:8} lr {RATE}, from 1:", *(f"{place:7.3f}" for place in path))

# %% name="machinery"
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, train_runs
from course_code.teach.sweep import choose_rates, sweep

EQUAL = 0.001  # a rate that all four get
RATES = {
    "sgd": [0.001, 0.1, 0.3, 1, 1.5, 2, 3, 10],
    "momentum": [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3],
    "rmsprop": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
    "adam": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
}


def draw_spirals(seed):
    """Draw points that no other seed has, to train on, to choose and to judge."""
    return {
        "train": make_spirals(100, seed=1000 + seed),
        "valid": make_spirals(100, seed=2000 + seed),
        "test": make_spirals(1000, seed=3000 + seed),
    }


# %% name="race"
WIDTHS, STEPS = (2, 100, 3), 500
rows = []
for name, rates in RATES.items():
    grid = {
        "optimizer": {name: RULES[name]},
        "lr": sorted({EQUAL, *rates}),
        "seed": SEEDS,
    }
    rows += sweep(draw_spirals, grid, widths=WIDTHS, steps=STEPS)

chosen = choose_rates(rows, "optimizer")  # lowest mean validation loss: failures count
best = {name: choice["lr"] for name, choice in chosen.items()}


def pick(rows, optimizer, lr, value="test_accuracy"):
    """Collect one measure of one rule at one rate, sorted: a number per seed."""
    chosen = [row for row in rows if row["optimizer"] == optimizer and row["lr"] == lr]
    return sorted(row[value] for row in chosen)


equal = {name: pick(rows, name, EQUAL) for name in RATES}
tuned = {name: pick(rows, name, best[name]) for name in RATES}  # each at its own rate
for name in RATES:
    for lr, arm in ((EQUAL, equal), (best[name], tuned)):
        print(f"{name:8} lr {lr:<5}  test", *(f"{score:.3f}" for score in arm[name]))

# %% name="rates"
from course_code.draw.curves import draw_band

fig, ax = plt.subplots(figsize=(5.4, 4), layout="constrained")
for index, (name, rates) in enumerate(RATES.items()):
    runs = torch.tensor([pick(rows, name, lr) for lr in rates]).T  # (S, rates)
    draw_band(ax, rates, runs, label=name, index=index, markers=True)
ax.axvline(EQUAL, color=plt.rcParams["text.color"], linestyle="--", linewidth=1)
ax.set(
    xscale="log", xlabel="learning rate", ylabel=f"test accuracy after {STEPS} steps"
)
ax.set(ylim=(0.2, 1.02))
ax.legend(loc=(0.27, 0.02), ncols=2)
plt.show()

# %% name="check_race"
middle = {name: median(scores) for name, scores in tuned.items()}
sgd_at = {f"{lr}": median(pick(rows, "sgd", lr)) for lr in RATES["sgd"]}
check(
    "measured equal_rates: at 0.001 Adam's worst seed is 10 points above SGD's best",
    min(equal["adam"]) - max(equal["sgd"]),
    ">",
    0.1,
)
check(
    "measured sgd_beats_default: tuned SGD, 500 steps, beats Adam at 0.001 by 5 points",
    middle["sgd"] - max(equal["adam"]),
    ">",
    0.05,
)
check(
    "measured tuned_medians: each at its own rate, all four medians pass 95 %",
    min(middle.values()),
    ">",
    0.95,
)
check(
    "measured tuned_close: and they differ by under 2 points",
    max(middle.values()) - min(middle.values()),
    "<",
    0.02,
)

# %% name="first_step"
first_moves = {}
for g in (1e-10, 1e-8, 1e-6, 1e-2, 1, 1e4):
    moved = []
    for rule in (sgd, adam):
        theta = torch.zeros(1, dtype=torch.float64)
        rule(theta, torch.full_like(theta, g), {}, lr=RATE)
        moved.append(theta.item())
    first_moves[g] = moved
    print(f"gradient {g:7.0e}   SGD moves {moved[0]:9.1e}   Adam moves {moved[1]:9.6f}")

# %% name="check_first_step"
check(
    "theorem first_step: Adam's first step is the rate times g / (|g| + eps)",
    max(abs(first_moves[g][1] + RATE * g / (g + 1e-8)) for g in first_moves),
    "<",
    1e-12,
)


# %% name="ranges"
def mean_accuracies(rows, optimizer):
    """Average the validation accuracy at each rate of a rule, from small to large."""
    rows = [row for row in rows if row["optimizer"] == optimizer]
    return {
        lr: fmean(row["valid_accuracy"] for row in rows if row["lr"] == lr)
        for lr in sorted({row["lr"] for row in rows})
    }


NEAR = 0.02  # a rate is good if its mean is as near to the rule's best


def good_rates(rows, optimizer):
    """List the rates whose mean validation accuracy is near the rule's best."""
    means = mean_accuracies(rows, optimizer)
    return [lr for lr, mean in means.items() if mean >= max(means.values()) - NEAR]


good = {name: good_rates(rows, name) for name in RATES}
span = {name: max(rates) / min(rates) for name, rates in good.items()}
for name, rates in good.items():
    print(f"{name:8} within {100 * NEAR:g} points of its best:", *rates)

# %% name="longer"
LONGER = 4 * STEPS
SMALL = {"sgd": 0.3, "adam": EQUAL}
behind, room = {}, {}  # points that the mean lacks: to the best rate, later to 100 %
for name, lr in SMALL.items():
    grid = {"optimizer": {name: RULES[name]}, "lr": [lr], "seed": SEEDS}
    times = {"steps": LONGER, "checkpoints": [STEPS, LONGER]}
    found = sweep(draw_spirals, grid, widths=WIDTHS, **times)
    ended = [[row for row in found if row["step"] == step] for step in (STEPS, LONGER)]
    means = [fmean(pick(each, name, lr, "valid_accuracy")) for each in ended]
    behind[name] = 100 * (max(mean_accuracies(rows, name).values()) - means[0])
    room[name] = 100 * (1 - means[1])
    for step, mean in zip((STEPS, LONGER), means, strict=True):
        print(f"{name:4} lr {lr:<5} after {step:5,} steps: mean accuracy {mean:.3f}")

# %% name="check_ranges"
check(
    "measured default_outside: after 500 steps 0.001 is below all Adam's good rates",
    good["adam"][0],
    ">",
    EQUAL,
)
check(
    "measured wide_adam: there Adam's good rates span over 5 times the factor of SGD's",
    span["adam"] / span["sgd"],
    ">",
    5,
)
check(
    "measured narrow_sgd: there SGD's good rates span a factor of 3 at most",
    span["sgd"],
    "<=",
    3,
)
check(
    "measured default_later: after 2,000 steps no rate beats Adam's 0.001 by 3 points",
    room["adam"],
    "<",
    3,
)
check(
    "measured sgd_later: then no rate beats SGD's 0.3 by 5 points",
    room["sgd"],
    "<",
    5,
)

# %% name="speed"
GOAL = 0.1  # of the training loss
curves, reached = {}, {}
sets = [draw_spirals(seed)["train"] for seed in [*SEEDS, *SEEDS]]
X, y = (torch.stack(part) for part in zip(*sets, strict=True))
for name in RATES:
    net = Ensemble(WIDTHS, "relu", seeds=[*SEEDS, *SEEDS])  # two rates at once
    rates = [EQUAL] * len(SEEDS) + [best[name]] * len(SEEDS)
    losses = train_runs(net, X, y, RULES[name], STEPS, lr=rates)
    curves[name, "equal"], curves[name, "own"] = losses.split(len(SEEDS), dim=1)
    below = curves[name, "own"] < GOAL  # (steps, S)
    first = below.int().argmax(dim=0)  # first step below
    reached[name] = sorted(first.masked_fill(~below.any(dim=0), STEPS).tolist())
    print(
        f"{name:8} lr {best[name]:<5} steps until the loss is below {GOAL}:",
        *reached[name],
    )

steps_to = {name: median(steps) for name, steps in reached.items()}

# %% name="speed_curves"
fig, axes = plt.subplots(1, 2, figsize=(6, 3.6), sharey=True, layout="constrained")
for ax, (label, title) in zip(
    axes, {"equal": f"all at {EQUAL}", "own": "tuned"}.items(), strict=True
):
    for index, name in enumerate(RATES):
        draw_band(ax, range(STEPS), curves[name, label].T, label=name, index=index)
    ax.set(yscale="log", title=title, xlabel="steps", ylim=(0.01, 3))
axes[0].set(ylabel="training loss")
axes[0].legend(loc="lower left")
plt.show()

# %% name="check_speed"
check(
    "measured speed: tuned SGD needs more steps to 0.1 than Adam and momentum",
    steps_to["sgd"] / max(steps_to["adam"], steps_to["momentum"]),
    ">",
    1,
)

# %% name="stability"
curvature = 10.0  # L = 5 theta^2: the second derivative is 10
step_sizes = torch.linspace(0, 5 / curvature, 1001, dtype=torch.float64)[1:]
limit = {}
for rule in (sgd, momentum):
    theta, state = torch.ones_like(step_sizes), {}
    for _ in range(2000):
        rule(theta, curvature * theta, state, lr=step_sizes)
    limit[rule.__name__] = step_sizes[theta.abs() < 1].max().item()
    print(f"{rule.__name__:8} stable up to a rate of {limit[rule.__name__]:.4f}")
print(f"2 / curvature = {2 / curvature:g}")
print(f"2 (1 + mu) / curvature = {2 * 1.9 / curvature:g} for mu = 0.9")

# %% name="stability_curves"
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
times = range(25)
for index, share in enumerate((0.2, 1.7, 2, 2.05)):  # rate times curvature
    places = torch.tensor([[(1.0 - share) ** t for t in times]])
    draw_band(ax, times, places, label=f"rate {share / curvature:g}", index=index)
ax.set(xlabel="steps", ylabel="parameter (minimum at 0)", ylim=(-4.5, 6.5))
ax.legend(ncols=2, loc="upper left")
plt.show()

# %% name="ten_times"
# momentum's rate, SGD's rate, below SGD's best
pairs = [(lr, 10 * lr) for lr in RATES["momentum"] if 10 * lr < best["sgd"]]
pairs = [(slow, fast) for slow, fast in pairs if fast in RATES["sgd"]]
twin_gap = {}
for slow, fast in pairs:
    a, b = (
        fmean(pick(rows, name, lr, "train_loss"))
        for name, lr in (("momentum", slow), ("sgd", fast))
    )
    twin_gap[slow] = abs(a - b) / b
    print(f"momentum at {slow:<5} loss {a:.3f}    SGD at {fast:<4} loss {b:.3f}")

# %% name="check_stability"
gap_at = twin_gap.get(0.01, float("nan"))  # without this rate: not known
check(
    "theorem stable: on a parabola gradient descent is stable just below 2 / curvature",
    abs(curvature * limit["sgd"] - 2),
    "<",
    0.01,
)
check(
    "theorem stable_momentum: momentum 0.9 is stable just below 3.8 / curvature",
    abs(curvature * limit["momentum"] - 3.8),
    "<",
    0.01,
)
check(
    "measured ten_times: momentum 0.9 at 0.01 ends within 10 % of SGD at 0.1",
    gap_at,
    "<",
    0.1,
)

# %% name="correction"
import math

t = torch.arange(1, 5001, dtype=torch.float64)
# step / rate, for a constant gradient
uncorrected = (1 - 0.9**t) / (1 - 0.999**t).sqrt()
rms_start = 1 / (1 - 0.99**t).sqrt()  # RMSProp has no correction
start, peak = uncorrected[0].item(), uncorrected.max().item()
peak_step = int(t[uncorrected.argmax()])
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
names = ("RMSProp", "Adam without correction", "Adam")
for index, values in enumerate((rms_start, uncorrected, torch.ones_like(t))):
    draw_band(ax, t, values[None], label=names[index], index=index)
ax.set(xscale="log", xlabel="step t", ylabel="step size / learning rate")
ax.legend()
plt.show()

# %% name="check_adam"
check(
    "arithmetic first_factor: uncorrected, Adam's first step is 3.16 times the rate",
    abs(start - 0.1 / math.sqrt(0.001)),
    "<",
    1e-9,
)
check(
    "arithmetic peak_factor: without correction a step reaches 6.6 times the rate",
    peak,
    "in",
    (6.5, 6.7),
)

# %% name="digits"
from course_code.teach.digits import load_digits

DIGIT_RATES = {
    "sgd": [0.1, 0.3, 1, 3],
    "momentum": [0.01, 0.03, 0.1, 0.3, 1],
    "rmsprop": [0.0003, 0.001, 0.003, 0.01, 0.03],
    "adam": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
}


def split_digits(seed):
    """Shuffle the digits: 500 to train on, 300 to choose on, the rest to judge on."""
    return load_digits(500, 300, seed=seed)


def train_digits(name, rates, splits):
    """Train a network for each rate and split, in minibatches; give a row for each."""
    grid = {"optimizer": {name: RULES[name]}, "lr": rates, "seed": splits}
    small = {"widths": (64, 100, 10), "batch_size": 50}
    return sweep(split_digits, grid, steps=300, **small)


digit_rows = []
for name, rates in DIGIT_RATES.items():
    digit_rows += train_digits(name, rates, SEEDS)
digit_chosen = choose_rates(digit_rows, "optimizer")
digit_best = {name: choice["lr"] for name, choice in digit_chosen.items()}
digit_good = {name: good_rates(digit_rows, name) for name in DIGIT_RATES}
for name, rates in digit_good.items():
    print(f"{name:8} best {digit_best[name]:<4}  within {100 * NEAR:g} points:", *rates)
digit_span = {name: max(rates) / min(rates) for name, rates in digit_good.items()}
adam_means = mean_accuracies(digit_rows, "adam")  # failures included
adam_at = {f"{lr}": mean for lr, mean in adam_means.items()}
for lr, score in adam_at.items():
    print(f"Adam at {lr:6} mean validation accuracy {score:.3f}")

# %% name="digits_fresh"
from course_code.teach.intervals import median_interval

FRESH = range(100, 110)  # ten splits that had no say in the choice of the rates
digits = {}
for name, lr in digit_best.items():
    digits[name] = [row["test_accuracy"] for row in train_digits(name, [lr], FRESH)]
    ordered = sorted(digits[name])
    mean, worst, top = fmean(ordered), ordered[0], ordered[-1]
    print(f"{name:8} lr {lr:<4}  mean {mean:.4f}   worst {worst:.3f}   best {top:.3f}")
digit_mean = {name: fmean(scores) for name, scores in digits.items()}
# split by split
lead = [a - b for a, b in zip(digits["sgd"], digits["adam"], strict=True)]
ends = median_interval(lead)
sgd_lead = {"low": ends.low, "median": median(lead), "high": ends.high}
print(f"SGD minus Adam, split by split: {ends:+.4f} in the median")

# %% name="digits_curves"
from course_code.draw.style import COLOURS, MARKERS

fig, ax = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
for index, (name, scores) in enumerate(digits.items()):
    heights = [index + 0.06 * (i - (len(scores) - 1) / 2) for i in range(len(scores))]
    ax.plot(scores, heights, MARKERS[index], color=COLOURS[index], ms=6, alpha=0.8)
    ax.plot(
        [digit_mean[name]] * 2, [index - 0.35, index + 0.35], color=COLOURS[index], lw=2
    )
ax.set_yticks(range(len(digits)), [f"{name}, {digit_best[name]}" for name in digits])
ax.set(xlabel=f"test accuracy on {len(FRESH)} fresh splits")
plt.show()

# %% name="check_digits"
check(
    "measured adam_too_large: on the digits Adam's mean accuracy at 0.3 is below 80 %",
    adam_at.get("0.3", math.nan),
    "<",
    0.8,
)
check(
    "measured digits_tie: on fresh splits the four means differ by under 3 points",
    max(digit_mean.values()) - min(digit_mean.values()),
    "<",
    0.03,
)

# %% name="ex_match"
from course_code.teach.models import mlp
from course_code.teach.training import train

MATCH = 100  # steps
X, y = draw_spirals(0)["train"]
X = X.double()
theirs = mlp(WIDTHS, seed=0).double()
ours = mlp(WIDTHS, seed=0).double()
train(theirs, X, y, torch.optim.Adam(theirs.parameters(), lr=RATE), steps=MATCH)

states = [{} for _ in ours.parameters()]
for _ in range(MATCH):
    loss = torch.nn.functional.cross_entropy(ours(X), y)
    gradients = torch.autograd.grad(loss, list(ours.parameters()))
    with torch.no_grad():
        for parts in zip(ours.parameters(), gradients, states, strict=True):
            adam(*parts, lr=RATE)
both = zip(ours.parameters(), theirs.parameters(), strict=True)
match_gap = max((p - q).abs().max().item() for p, q in both)
print(f"largest difference between the weights after {MATCH} steps: {match_gap:.0e}")

# %% name="ex_scale"
from course_code.teach.ensemble import cross_entropies


def loud(logits, y):
    """The same loss in another unit: a thousandth of a nat."""
    return 1000 * cross_entropies(logits, y)


scaled = {}
for name in ("sgd", "adam"):
    grid = {"optimizer": {name: RULES[name]}, "lr": [best[name]], "seed": SEEDS}
    found = sweep(draw_spirals, grid, widths=WIDTHS, steps=STEPS, loss=loud)
    scaled[name] = pick(found, name, best[name])
    for unit, scores in (("nats", tuned[name]), ("thousandths", scaled[name])):
        print(
            f"{name:4} lr {best[name]:<4} {unit:11}",
            *(f"{score:.3f}" for score in scores),
        )

# %% name="ex_noise"
model = mlp(WIDTHS, seed=0)
full = torch.autograd.grad(
    torch.nn.functional.cross_entropy(model(X.float()), y), model[2].weight
)
noise_of = {}
for B in (1, 4, 16, 64):
    rng, errors = torch.Generator().manual_seed(0), []
    for _ in range(400):
        few = torch.randint(len(y), (B,), generator=rng)
        loss = torch.nn.functional.cross_entropy(model(X[few].float()), y[few])
        (gradient,) = torch.autograd.grad(loss, model[2].weight)
        errors.append((gradient - full[0]).square().sum())
    noise_of[B] = torch.stack(errors).mean().sqrt().item()
    print(
        f"batch of {B:2}: gradient off by {noise_of[B]:.4f}   times sqrt(B): ", end=""
    )
    print(f"{noise_of[B] * math.sqrt(B):.4f}")

# %% name="check_exercises"
check(
    "arithmetic match: the formulas give torch.optim.Adam, to rounding",
    match_gap,
    "<",
    1e-7,
)
check(
    "measured loss_unit_sgd: 1,000 times the loss brings tuned SGD below 70 %, always",
    max(scaled["sgd"]),
    "<",
    0.7,
)
check(
    "measured loss_unit_adam: it leaves tuned Adam's median above 95 %",
    median(scaled["adam"]),
    ">",
    0.95,
)
check(
    "measured batch_noise: 64 times the batch makes the error about 8 times smaller",
    noise_of.get(1, math.nan) / noise_of.get(64, math.nan),
    "in",
    (7, 9),
)
