"""Activation functions: what a bend is for, which bends differ, and when the difference
is a rate.

The formulas are checked against PyTorch, then put into the spiral network and into nets
for the digits, with learning rates tuned for each. Left out: softmax, gated units,
attention, hardware.
"""

# %% name="setup"
import math
from statistics import median

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.claims import check
from course_code.teach.device import device

SEEDS = range(12)  # each draws data and first weights
MANY = range(20)  # the same, where failures are counted
PILOT = range(100, 140)  # seeds of earlier runs, from which the bounds below were set
n_seeds, n_many = len(SEEDS), len(MANY)
dev = device()
print("computing on", dev.type)

# %% name="formulas"


def sigmoid(x):
    """Squash to (0, 1)."""
    return 1 / (1 + torch.exp(-x))


def tanh(x):
    """Squash to (-1, 1)."""
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


def relu(x):
    """Cut off below 0."""
    return torch.where(x > 0, x, 0.0)


def leaky_relu(x, alpha=0.01):
    """Let a little through below 0."""
    return torch.where(x > 0, x, alpha * x)


def notes_gelu(x):
    """GELU as the notes write it."""
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu(x):
    """GELU as its paper defines it: x times the normal distribution function."""
    return x / 2 * (1 + torch.erf(x / math.sqrt(2)))


# %% name="library"
from course_code.teach.activations import ACTIVATIONS, SLOPES, slope_of

# %% name="checked"
x = torch.linspace(-10, 10, 20_001, dtype=torch.float64)
pairs = {  # our formula, PyTorch's function
    "sigmoid": (sigmoid, torch.sigmoid),
    "tanh": (tanh, torch.tanh),
    "relu": (relu, torch.relu),
    "leaky_relu": (leaky_relu, F.leaky_relu),
    "gelu_tanh": (notes_gelu, lambda x: F.gelu(x, approximate="tanh")),
    "gelu": (gelu, F.gelu),
}
gaps = {}
for name, (ours, torchs) in pairs.items():
    value_gap = (ours(x) - torchs(x)).abs().max().item()
    slope_gap = (slope_of(ours, x) - SLOPES[name](x)).abs().max().item()
    gaps[name] = max(value_gap, slope_gap)
    print(f"{name:10}  values differ by {value_gap:.0e}, slopes by {slope_gap:.0e}")

notes_gap = (notes_gelu(x) - F.gelu(x)).abs().max().item()
print(f"the notes' GELU against F.gelu(x): {notes_gap:.2e}")

# %% name="curves"
from course_code.draw.style import COLOURS, LINES

near = torch.linspace(-4, 4, 801, dtype=torch.float64)
fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), sharex=True, layout="constrained")
for i, name in enumerate(("sigmoid", "tanh", "relu", "gelu")):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "label": name}
    axes[0].plot(near, ACTIVATIONS[name](near), **style)
    axes[1].plot(near, SLOPES[name](near), **style)
axes[0].set(ylabel="h = f(a)", ylim=(-1.2, 2.2))
axes[1].set(xlabel="a", ylabel="slope f ′(a)")
axes[0].legend(loc="upper left")
plt.show()

# %% name="constants"
at = torch.tensor([0.0, 2.0, 5.0, -5.0], dtype=torch.float64)
slopes = {}
print("slope at         0         2         5        -5")
for name in ("sigmoid", "tanh", "leaky_relu", "gelu"):
    slopes[name] = SLOPES[name](at).tolist()
    print(f"{name:10}", "".join(f"{slope:10.2g}" for slope in slopes[name]))

crossing = 2 * math.acosh((1 + math.sqrt(3)) / 2)
print(f"sigmoid' = tanh' at |a| = {crossing:.4f}")

# normal weights of the grid
p = torch.exp(-(x**2) / 2) * (x[1] - x[0]) / math.sqrt(2 * math.pi)
# E[f'(a)^2]
passed = {name: (p * SLOPES[name](x) ** 2).sum().item() for name in SLOPES}
print("mean of slope^2 for a ~ N(0, 1):")
for name in ("sigmoid", "tanh", "relu", "leaky_relu", "gelu"):
    print(f"{name:10} {passed[name]:.3f}")


# %% name="check_slopes"
at_crossing = torch.tensor(crossing, dtype=torch.float64)
crossing_gap = (
    (SLOPES["sigmoid"](at_crossing) - SLOPES["tanh"](at_crossing)).abs().item()
)
steepest = SLOPES["sigmoid"](x).max().item()

check(
    "arithmetic formulas_agree: formulas equal PyTorch's functions, autograd the slope formulas",
    max(gaps.values()),
    "<",
    1e-14,
)
check(
    "theorem quarter: the sigmoid's slope is at most 1/4", steepest - 0.25, "<", 1e-12
)
check(
    "arithmetic tanh_at_five: at 5 the slope of tanh is 0.00018",
    slopes["tanh"][2],
    "<",
    1.82e-4,
)
check(
    "theorem crossing: equal where cosh(a/2) = (1 + sqrt 3)/2", crossing_gap, "<", 1e-12
)
check(
    "theorem relu_half: ReLU passes half of E[a^2]",
    abs(passed["relu"] - 0.5),
    "<",
    1e-3,
)

# %% name="saturation"
wide = torch.linspace(-8, 8, 1601, dtype=torch.float64)
fig, ax = plt.subplots(figsize=(5.2, 3.8), layout="constrained")
for i, name in enumerate(("sigmoid", "tanh", "leaky_relu", "gelu")):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "label": name}
    ax.plot(wide, SLOPES[name](wide).abs(), **style)
for a in (-crossing, crossing):
    ax.axvline(a, color=plt.rcParams["text.color"], linestyle=":", linewidth=0.8)
ax.set(yscale="log", ylim=(1e-6, 3), xlabel="a", ylabel="size of the slope")
ax.legend(loc="lower center", ncols=2)
plt.show()

# %% name="machinery"
from course_code.teach.data import make_spirals
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import (
    Ensemble,
    cross_entropies,
    evaluate_runs,
    train_runs,
)
from course_code.teach.intervals import median_interval
from course_code.teach.optimizers import adam, sgd
from course_code.teach.signals import gradient_norms, preactivations
from course_code.teach.sweep import choose_rates, stacked_data, sweep

# %% name="ranking" timeout=300


def spirals(seed):
    """Draw 60 points per arm to train on, as many to choose on, 1,000 to judge on."""
    sizes = {"train": 60, "valid": 60, "test": 1000}
    return {
        name: make_spirals(n, seed=1000 * seed + n + len(name))
        for name, n in sizes.items()
    }


contest = ("sigmoid", "tanh", "relu", "gelu")
RATES = (0.001, 0.01, 0.1, 0.3, 1, 3)
spiral_net = {"widths": (2, 100, 3), "optimizer": adam, "device": dev}
grid = {"activation": contest, "lr": RATES, "seed": SEEDS}
rows = sweep(spirals, grid, steps=1000, **spiral_net)


def scores(rows, **wanted):
    """Collect the test accuracies of the runs with the settings `wanted`, seed by seed."""
    return [row["test_accuracy"] for row in rows if wanted.items() <= row.items()]


def lead(ours, theirs):
    """Compare seed by seed, in percentage points: the interval of the median
    difference.
    """
    return median_interval([100 * (a - b) for a, b in zip(ours, theirs, strict=True)])


test = {
    lr: {name: scores(rows, activation=name, lr=lr) for name in contest} for lr in RATES
}
middle = {
    lr: {name: median(values) for name, values in test[lr].items()} for lr in RATES
}
relu_leads = {lr: lead(test[lr]["relu"], test[lr]["sigmoid"]) for lr in RATES}
for lr, arms in middle.items():
    order = sorted(arms, key=arms.get, reverse=True)
    print(f"lr {lr:<5}", "  >  ".join(f"{name} {arms[name]:.3f}" for name in order))
    print(
        "          ReLU leads the sigmoid by {:+.1f} to {:+.1f} points".format(
            *relu_leads[lr]
        )
    )
# at rate 3, the other way round
sigmoid_leads = lead(test[3]["sigmoid"], test[3]["relu"])

tuned = choose_rates(rows, "activation")  # lowest mean validation loss
for name, arm in tuned.items():
    arm["test"] = sorted(test[arm["lr"]][name])
    arm["median"] = median(arm["test"])
    print(
        f"{name:8} tuned lr {arm['lr']:<5} test {arm['test'][0]:.3f} to {arm['test'][-1]:.3f}"
    )

# %% name="rates"
from course_code.draw.curves import draw_band

fig, axes = plt.subplots(2, 1, figsize=(5.2, 6.4), sharex=True, layout="constrained")
for i, name in enumerate(contest):
    runs = torch.tensor([test[lr][name] for lr in RATES]).T  # (S, rates)
    for ax in axes:
        draw_band(ax, RATES, runs, label=name, index=i, markers=True)
axes[0].set(xscale="log", ylabel="test accuracy", ylim=(0.45, 1.02))
axes[1].set(
    xlabel="learning rate (Adam)", ylabel="the same, enlarged", ylim=(0.97, 1.0)
)
axes[0].legend(loc="lower center")
plt.show()

# %% name="check_ranking"
relu_to_tanh, tanh_to_sigmoid = (
    lead(test[0.001][a], test[0.001][b])
    for a, b in (("relu", "tanh"), ("tanh", "sigmoid"))
)
relu_behind_tanh = lead(test[3]["tanh"], test[3]["relu"])
behind = sum(a < b for a, b in zip(test[3]["relu"], test[3]["sigmoid"], strict=True))
apart = max(abs(end) for lr in (0.1, 0.3) for end in relu_leads[lr])
worst_tuned = min(arm["test"][0] for arm in tuned.values())
at_the_end = sum(not arm["inside"] for arm in tuned.values())

check("measured first_order: at 0.001 ReLU leads tanh", relu_to_tanh[0], ">", 6)
check("measured second_order: at 0.001 tanh leads sigmoid", tanh_to_sigmoid[0], ">", 30)
check(
    "measured lead_gone: at 0.01 ReLU leads the sigmoid by little",
    relu_leads[0.01][1],
    "<",
    1.2,
)
check("measured no_ranking: at 0.1 and 0.3 ReLU and sigmoid are level", apart, "<", 1)
check("measured flipped: at 3 ReLU is behind tanh", relu_behind_tanh[0], ">", 0)
check(
    "measured behind_too: on most seeds behind the sigmoid as well",
    behind / n_seeds,
    ">=",
    0.75,
)
check(
    "measured all_tuned: tuned, every run of all four passes 96 %",
    worst_tuned,
    ">",
    0.96,
)
check(
    "measured rates_inside: no tuned rate lies at an end of the list",
    at_the_end,
    "==",
    0,
)

# %% name="looked"
spiral_data = stacked_data([{"data_seed": seed} for seed in SEEDS], spirals)
X, y = spiral_data["train"]  # (S, B, 2), (S, B)
net, lowest_slope = Ensemble((2, 100, 3), "sigmoid", seeds=SEEDS, device=dev), {}
for moment in ("before", "after"):
    a = preactivations(net, X.mT.to(dev))[0].detach()  # (S, 100, B)
    lowest_slope[moment] = SLOPES["sigmoid"](a).min().item()
    print(
        f"{moment} training: |a| <= {a.abs().max():.2f}, slope >= {lowest_slope[moment]:.2f}"
    )
    if moment == "before":
        train_runs(net, X, y, adam, 1000, lr=0.001)

# %% name="twin"
shifted = lambda a: torch.sigmoid(a) - 0.5  # tanh a = 2 shifted(2 a)


def train_shifted(start, rate):
    """Train with all weights but the output biases scaled at the start, and their rate
    too.
    """
    net = Ensemble((2, 100, 3), shifted, seeds=SEEDS, device=dev)
    rates = torch.full_like(net.theta, rate * 0.001)
    rates[:, -3:] = 0.001  # the output biases
    with torch.no_grad():
        net.theta[:, :-3] *= start
    own_rates = lambda theta, grad, state, lr: adam(theta, grad, state, lr * rates)
    train_runs(net, X, y, own_rates, 1000, lr=1)
    return evaluate_runs(net, *spiral_data["test"])[1].tolist()


arms = {"neither": (1, 1), "start": (2, 1), "rate": (1, 2), "both": (2, 2)}
twin = {name: train_shifted(*factors) for name, factors in arms.items()}
twin |= {"tanh": test[0.001]["tanh"]}
twin_middle = {name: median(values) for name, values in twin.items()}
for name, values in twin.items():
    label = "tanh itself" if name == "tanh" else f"{name} doubled"
    print(f"{label:16} test {min(values):.3f} to {max(values):.3f}")

gains = {name: lead(twin[name], twin["neither"]) for name in ("start", "rate")}
for name, ends in gains.items():
    print(f"doubling the {name:5} gains {ends[0]:+.1f} to {ends[1]:+.1f} points")

slow = sweep(
    spirals,
    {"activation": ["sigmoid"], "seed": SEEDS},
    lr=0.001,
    steps=5000,
    **spiral_net,
)
patient = scores(slow)
patient_middle = median(patient)
print(f"sigmoid, lr 0.001, 5,000 steps: test {min(patient):.3f} to {max(patient):.3f}")

# %% name="twin_figure"
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for place, values in enumerate([test[0.001]["sigmoid"], *twin.values(), patient]):
    ax.plot(values, [place] * len(values), "o", color=COLOURS[0], alpha=0.6)
ticks = ["σ", "σ − ½", "start × 2", "rate × 2", "both × 2", "tanh", "σ, 5 × steps"]
ax.set_yticks(range(len(ticks)), ticks)
ax.invert_yaxis()
ax.set(xlabel="test accuracy, Adam, lr 0.001", xlim=(0.45, 1))
plt.show()

# %% name="check_twin"
same = max(abs(a - b) for a, b in zip(twin["both"], twin["tanh"], strict=True))
rate_over_start = lead(twin["rate"], twin["start"])
check("measured same_net: with both doubled it does what tanh does", same, "<", 0.005)
check("measured rate_gains: doubling the rate alone gains", gains["rate"][0], ">", 24)
check(
    "measured start_gains: doubling the start gains little", gains["start"][1], "<", 12
)
check(
    "measured rate_first: the rate gains more than the start",
    rate_over_start[0],
    ">",
    17,
)
check(
    "measured patience: five times the steps, and the sigmoid is there",
    min(patient),
    ">",
    0.94,
)
check(
    "measured not_saturated: no slope is near 0", min(lowest_slope.values()), ">", 0.025
)

# %% name="shapes" timeout=300
shapes = {
    "square": lambda a: a * a,
    "abs": torch.abs,
    "sin": torch.sin,
    # 0 * a: a gradient of 0 rather than none
    "step": lambda a: (a > 0).to(a.dtype) + 0 * a,
}
grid = {"activation": shapes, "lr": [0.01], "seed": SEEDS}
shape_rows = sweep(spirals, grid, steps=1000, **spiral_net)
grid = {"activation": {"square": shapes["square"]}, "lr": (0.001, 0.1), "seed": SEEDS}
shape_rows += sweep(spirals, grid, steps=1000, **spiral_net)  # is it the rate?

shape_test = {
    name: sorted(scores(shape_rows, activation=name, lr=0.01)) for name in shapes
}
square_all = sorted(scores(shape_rows, activation="square"))
square_range = [square_all[0], median(square_all), square_all[-1]]
for name, values in shape_test.items():
    print(f"{name:7} lr 0.01: test {values[0]:.3f} to {values[-1]:.3f}")
print(f"square, all rates: {square_all[0]:.3f} to {square_all[-1]:.3f}")

# %% name="quadratic"


def best_quadratic(X, y):
    """Find the lowest cross-entropy of three quadratic forms in two coordinates."""
    x1, x2 = X.double().T
    # (6, B)
    features = torch.stack((x1 * x1, x1 * x2, x2 * x2, x1, x2, torch.ones_like(x1)))
    A = torch.zeros(3, 6, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([A], max_iter=300, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy((A @ features).T, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return closure().item()


floor = {seed: best_quadratic(*spirals(seed)["train"]) for seed in SEEDS}
squares = [row for row in shape_rows if row["activation"] == "square"]
above = [row["train_loss"] - floor[row["seed"]] for row in squares]
print(
    f"best cross-entropy of any quadratic: {min(floor.values()):.3f} to {max(floor.values()):.3f}"
)
print(
    f"the {len(above)} trained x^2 networks lie {min(above):.5f} to {max(above):.5f} above it"
)

# %% name="shape_regions"
from course_code.draw.regions import draw_regions

fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
for ax, name in zip(axes, ("square", "step"), strict=True):
    net = Ensemble((2, 100, 3), shapes[name], seeds=SEEDS[:1], device=dev)
    before = net.layers[0][0].detach().clone()
    train_runs(net, X[0], y[0], adam, 1000, lr=0.01)
    moved = (net.layers[0][0] - before).abs().max().item()
    score = evaluate_runs(net, *spirals(SEEDS[0])["test"])[1].item()
    print(f"{name:7} hidden weights moved by at most {moved:.3f}")
    draw_regions(ax, net.member(0), X[0].to(dev), y[0], title=f"{name}: {score:.0%}")
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
plt.show()

# %% name="check_shapes"
smooth = min(shape_test["abs"][0], shape_test["sin"][0])
check(
    "measured square_cap: x^2 stays below 70 % at every rate", square_all[-1], "<", 0.7
)
check("measured odd_shapes: |x| and sin pass 97 % in every run", smooth, ">", 0.97)
check(
    "measured step_learns: the hard step passes 90 % in every run",
    shape_test["step"][0],
    ">",
    0.9,
)
check(
    "theorem square_floor: no x^2 network beats the best quadratic",
    min(above),
    ">",
    -1e-5,
)
check("measured square_arrives: the best of them gets there", min(above), "<", 1e-3)
check(
    "theorem step_is_frozen: the hard step's hidden weights never move", moved, "==", 0
)

# %% name="dying" timeout=300
FAMILY = ("relu", "leaky_relu", "gelu")
DIGIT_RATES = (0.2, 0.5, 1, 2)
WATCH = (0, 50, 100, 150, 250)
digits = stacked_data(
    [{"data_seed": seed} for seed in MANY], lambda seed: load_digits(seed=seed)
)
# (R, 1000, 64), (R, 1000)
X_train, y_train = (part.to(dev) for part in digits["train"])


def census(net):
    """Find units without a positive sum, and without gradient, on all training digits.

    Returns two lists over the hidden layers, each of (R, H) truth values: silent and
    dead.
    """
    sums = preactivations(net, X_train.mT)
    grads = torch.autograd.grad(cross_entropies(sums[-1], y_train).sum(), sums[:-1])
    silent = [(a <= 0).all(dim=2) for a in sums[:-1]]
    return silent, [(grad == 0).all(dim=2) for grad in grads]


death = []  # one row per activation, rate and seed
silent_at = []  # per ReLU stack: what is silent at the steps in WATCH
for name in FAMILY:
    for lr in DIGIT_RATES:
        net = Ensemble((64, 100, 100, 10), name, seeds=MANY, device=dev)
        seen = [census(net)[0]]
        watch = lambda t, net=net, seen=seen: (
            seen.append(census(net)[0]) if t in WATCH else None
        )
        options = {
            "lr": lr,
            "batch_size": 100,
            "on_step": watch if name == "relu" else None,
        }
        train_runs(net, *digits["train"], sgd, WATCH[-1], **options)
        silent_at += [seen] if name == "relu" else []
        (loss, _), (_, test_scores) = (
            evaluate_runs(net, *digits[p]) for p in ("valid", "test")
        )
        silent, dead = (kind[0].float().mean(dim=1) for kind in census(net))
        for r in range(len(MANY)):
            row = {
                "activation": name,
                "lr": lr,
                "step": WATCH[-1],
                "valid_loss": loss[r].item(),
            }
            row |= {
                "test": test_scores[r].item(),
                "diverged": loss[r].item() == math.inf,
            }
            death.append(row | {"silent": silent[r].item(), "dead": dead[r].item()})

# %% name="death_table"


def column(name, lr, value):
    """Collect one measure of the runs of one activation and rate, sorted."""
    return sorted(r[value] for r in death if (r["activation"], r["lr"]) == (name, lr))


digit_test = {n: {lr: column(n, lr, "test") for lr in DIGIT_RATES} for n in FAMILY}
dead = {n: {lr: column(n, lr, "dead") for lr in DIGIT_RATES} for n in FAMILY}
failed = {
    n: {lr: sum(s < 0.9 for s in digit_test[n][lr]) for lr in DIGIT_RATES}
    for n in FAMILY
}
burst = {n: {lr: sum(column(n, lr, "diverged")) for lr in DIGIT_RATES} for n in FAMILY}
print(f"of {len(MANY)} nets each: how many stay below 90 % (how many of them diverge)")
for name in FAMILY:
    counts = (
        f"lr {lr}: {failed[name][lr]:2} ({burst[name][lr]})" for lr in DIGIT_RATES
    )
    print(f"{name:10}", "   ".join(counts))

# lowest mean: one failed net spoils a rate
digit_tuned = choose_rates(death, "activation")
for name, arm in digit_tuned.items():
    arm |= {"test": digit_test[name][arm["lr"]], "failed": failed[name][arm["lr"]]}
    arm["median"] = median(arm["test"])
    line = f"test {arm['test'][0]:.3f} to {arm['test'][-1]:.3f}, {arm['failed']} failed"
    print(f"{name:10} tuned lr {arm['lr']}: {line}")

# %% name="death_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), sharex=True, layout="constrained")
for i, name in enumerate(FAMILY):
    for ax, values in zip(axes, (digit_test, dead), strict=True):
        runs = torch.tensor([values[name][lr] for lr in DIGIT_RATES]).T  # (R, rates)
        draw_band(ax, DIGIT_RATES, runs, label=name, index=i, markers=True)
axes[0].set(xscale="log", ylabel="test accuracy", ylim=(-0.03, 1.03))
axes[1].set(
    xlabel="learning rate (SGD)", ylabel="dead units, layer 1", ylim=(-0.03, 1.03)
)
axes[1].set_xticks(DIGIT_RATES, [f"{lr:g}" for lr in DIGIT_RATES])
axes[1].minorticks_off()
axes[0].legend(loc="lower left")
plt.show()

# %% name="sleepers"
woke, slept = [0, 0], [0, 0]
for seen in silent_at:
    for i in (0, 1):
        asleep_once = torch.stack([now[i] for now in seen[:-1]]).any(dim=0)  # (R, 100)
        slept[i] += asleep_once.sum().item()
        woke[i] += (asleep_once & ~seen[-1][i]).sum().item()
born_silent = silent_at[0][0][0].float().mean().item()
print(f"silent before the first step: {born_silent:.1%} of layer 1")
for i in (0, 1):
    print(f"layer {i + 1}: {slept[i]} units once silent, {woke[i]} of them woke up")

# %% name="check_dying"
tuned_middles = [arm["median"] for arm in digit_tuned.values()]
survivors = sum(len(MANY) - failed[name][2] for name in FAMILY)
check(
    "measured relu_dies: at 2 nearly all ReLU units are dead",
    dead["relu"][2][0],
    ">",
    0.7,
)
check(
    "measured relu_fails: at 1 some ReLU nets fail, not all",
    failed["relu"][1],
    "in",
    (2, 13),
)
check(
    "measured leaky_fails: so do LeakyReLU nets", failed["leaky_relu"][1], "in", (2, 13)
)
check("measured gelu_fails: and GELU nets", failed["gelu"][1], "in", (1, 11))
leaky_dead = max(r["dead"] for r in death if r["activation"] == "leaky_relu")
check(
    "measured leaky_lives: no LeakyReLU unit is without gradient", leaky_dead, "==", 0
)
check("measured none_survives: at 2 every net of the three fails", survivors, "==", 0)
tuned_gap = max(tuned_middles) - min(tuned_middles)
check("measured rate_before_bend: tuned, the medians are close", tuned_gap, "<", 0.03)
tuned_failed = sum(arm["failed"] for arm in digit_tuned.values())
n_tuned = len(digit_tuned) * n_many
check(
    "measured few_fail: tuned, hardly any net of the three fails", tuned_failed, "<=", 4
)
check(
    "theorem no_return: a layer-1 ReLU silent on all digits stays so", woke[0], "==", 0
)
check("measured return: in layer 2 silent units do wake up", woke[1], ">", 0)
check(
    "measured born_silent: some units are silent from the start", born_silent, ">", 0.01
)

# %% name="deep_relu"
gauss = torch.randn(300, 128, generator=torch.Generator().manual_seed(0))
some_labels = torch.arange(300) % 10
factor = {}
for init in ("pytorch", "he"):
    net = Ensemble(
        [128] * 20 + [10], "relu", seeds=SEEDS, init=init, dtype=torch.float64
    )
    delta, _ = gradient_norms(net, gauss, some_labels)  # (S, 20)
    factor[init] = (delta[:, 0] / delta[:, -2]).pow(1 / 18).median().item()
    print(f"ReLU, {init:7} weights: gradient times {factor[init]:.3f} per layer back")

# %% name="check_deep"
check(
    "measured relu_vanishes: with default weights each ReLU layer passes about 0.41",
    factor["pytorch"],
    "in",
    (0.39, 0.43),
)
check(
    "measured he_keeps: with He's weights nearly all", factor["he"], "in", (0.97, 1.03)
)

# %% name="traps"
far = torch.tensor([-100.0, -20.0, 20.0, 100.0])  # float32
print("x             ", far.tolist())
print("tanh, formula ", tanh(far).tolist())
print("torch.tanh    ", torch.tanh(far).tolist())
print("sigmoid', ours", [f"{s:.0e}" for s in slope_of(sigmoid, far).tolist()])
print("sigmoid'      ", [f"{s:.0e}" for s in slope_of(torch.sigmoid, far).tolist()])

spellings = {
    "torch.relu(x)": torch.relu,
    "x.clamp(min=0)": lambda x: x.clamp(min=0),
    "torch.maximum(x, 0)": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "(x + x.abs()) / 2": lambda x: (x + x.abs()) / 2,
}
slope_at_0 = {}
for name, function in spellings.items():
    slope_at_0[name] = slope_of(function, torch.zeros(1)).item()
    print(f"slope at 0 of {name:20} {slope_at_0[name]}")

# %% name="gelu_numbers"
fine = torch.linspace(-8, 8, 1_600_001, dtype=torch.float64)  # steps of 1e-5
exact, slope = F.gelu(fine), SLOPES["gelu"](fine)
approximations = {
    "tanh": F.gelu(fine, approximate="tanh"),
    "sigmoid": fine * torch.sigmoid(1.702 * fine),
}
error = {name: (values - exact).abs() for name, values in approximations.items()}
gelu_error = {name: e.max().item() for name, e in error.items()}
gelu_error_at = {name: fine[e.argmax()].abs().item() for name, e in error.items()}
for name in error:
    print(
        f"{name:8} form: off by {gelu_error[name]:.2e} at |x| = {gelu_error_at[name]:.2f}"
    )

lowest, lowest_at = exact.min().item(), fine[exact.argmin()].item()
slope_range = [slope.min().item(), slope.max().item()]
slope_at = [fine[slope.argmin()].item(), fine[slope.argmax()].item()]
print(f"minimum {lowest:.5f} at x = {lowest_at:.4f}")
print(f"slope from {slope_range[0]:.4f} at {slope_at[0]:.4f} to {slope_range[1]:.4f}")

# %% name="gelu_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), layout="constrained")
axes[0].plot(near, F.gelu(near), color=COLOURS[0], label="GELU")
axes[0].plot(
    near, SLOPES["gelu"](near), color=COLOURS[1], linestyle="--", label="its slope"
)
axes[0].plot([lowest_at, *slope_at], [lowest, *slope_range], "s", color=COLOURS[2])
axes[0].set(ylim=(-0.4, 2), xlabel="x")
axes[0].legend()
every = slice(None, None, 500)
for i, name in enumerate(error):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "label": f"{name} form"}
    axes[1].plot(fine[every], error[name][every], **style)
axes[1].set(yscale="log", ylim=(1e-7, 3), xlabel="x", ylabel="distance from exact GELU")
axes[1].legend(loc="upper center", ncols=2)
plt.show()

# %% name="scale"
# columns
inputs = torch.randn(64, 500, generator=torch.Generator().manual_seed(0)).double()
size = {}
for name in ("sigmoid", "tanh", "relu", "gelu"):
    size[name] = {}
    for times in (0.5, 1, 2):
        net = Ensemble([64] * 11 + [10], name, init="he", dtype=torch.float64)
        net.theta.mul_(times)
        tenth = net.activation(preactivations(net, inputs)[9])  # (1, 64, 500)
        size[name][times] = tenth.square().mean().sqrt().item()
    print(f"{name:8}", "".join(f"   x {f}: {s:8.2g}" for f, s in size[name].items()))

# %% name="check_further"
doubled = size["relu"][2] / size["relu"][0.5]
dips = [abs(slope_at[1] - math.sqrt(2)), abs(slope_at[0] + math.sqrt(2))]
check(
    "arithmetic three_slopes: four ReLUs, three slopes at 0",
    len(set(slope_at_0.values())),
    "==",
    3,
)
check("arithmetic tanh_form: off by less than 0.00048", gelu_error["tanh"], "<", 4.8e-4)
check(
    "arithmetic sigmoid_form: off by up to 0.02",
    gelu_error["sigmoid"],
    "in",
    (0.020, 0.021),
)
check("arithmetic gelu_dips: GELU falls to -0.17", lowest, "in", (-0.1705, -0.1695))
check(
    "theorem gelu_extrema: the slope is extreme at plus and minus sqrt 2",
    max(dips),
    "<",
    1e-4,
)
check(
    "theorem homogeneous: 4 times the weights, 4^10 times the output",
    doubled,
    "==",
    4**10,
)
check(
    "theorem bounded: sigmoid and tanh stay within 1",
    max(size["tanh"].values()),
    "<",
    1,
)

# %% name="ex_extrema"
root = torch.tensor([-math.sqrt(2), math.sqrt(2)], dtype=torch.float64)
bend = slope_of(SLOPES["gelu"], root)  # GELU''
print("GELU'' at -sqrt 2 and sqrt 2:", [f"{value:.0e}" for value in bend.tolist()])

# %% name="ex_half"
second = (p * torch.relu(x) ** 2).sum().item()  # E[relu(a)^2], a ~ N(0, 1)
print(f"E[relu(a)^2] = {second:.4f}")

rng = torch.Generator().manual_seed(0)
he = plain = torch.randn(256, 500, generator=rng)  # columns
for _ in range(20):
    # keeps the variance of W h
    W = torch.randn(256, 256, generator=rng) / math.sqrt(256)
    he, plain = torch.relu(math.sqrt(2) * W @ he), torch.relu(W @ plain)
kept = {"he": he.square().mean().item(), "plain": plain.square().mean().item()}
print(
    f"mean square after 20 layers: {kept['he']:.2f}, without the 2: {kept['plain']:.0e}"
)

# %% name="ex_prelu"
from course_code.teach.models import mlp
from course_code.teach.training import accuracy, train

alphas, prelu_test = [], []
for seed in SEEDS[:6]:
    parts = {name: [t.to(dev) for t in pair] for name, pair in spirals(seed).items()}
    model = mlp((2, 100, 3), nn.PReLU, seed=seed).to(dev)
    start = model[1].weight.item()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    train(model, *parts["train"], optimizer, steps=400)
    alphas.append(model[1].weight.item())
    prelu_test.append(accuracy(model, *parts["test"]))
    print(
        f"seed {seed}: alpha {start:.2f} -> {alphas[-1]:.2f}, test {prelu_test[-1]:.3f}"
    )

# %% name="ex_stack"
stacked = {}
for depth in (1, 2):
    net = Ensemble((2, *[30] * depth, 3), shapes["square"], seeds=SEEDS, device=dev)
    train_runs(net, X, y, adam, 600, lr=0.01)
    stacked[depth] = sorted(evaluate_runs(net, *spiral_data["test"])[1].tolist())
    print(
        f"{depth} layers of x^2: test {stacked[depth][0]:.3f} to {stacked[depth][-1]:.3f}"
    )

# %% name="check_exercises"
check("measured factor_two: without the 2 the signal dies", kept["plain"], "<", 1e-5)
check("measured prelu_folds: PReLU learns a negative slope", max(alphas), "<", -0.5)
check("measured quartic: two layers of x^2 pass the cap", median(stacked[2]), ">", 0.95)
