"""Activation functions: what a bend is for, which bends differ, and when the difference
is a rate.

The formulas are checked against PyTorch, then put into the spiral network and into nets
for the digits, with learning rates tuned for each. Left out: softmax, gated units,
attention, hardware.
"""

# %% name="setup"
import math
from itertools import pairwise
from statistics import fmean, median

import matplotlib.pyplot as plt
import torch

from course_code.teach.claims import check
from course_code.teach.device import device

SEEDS = range(9)  # each draws data and first weights
n_seeds = len(SEEDS)
dev = device()
print("computing on", dev.type)

# %% name="library"
from course_code.teach.activations import ACTIVATIONS, SLOPES, slope_of

# %% name="curves"
near = torch.linspace(-4, 4, 801, dtype=torch.float64)

from course_code.draw.style import COLOURS, LINES

fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), sharex=True, layout="constrained")
for i, name in enumerate(("sigmoid", "tanh", "relu", "gelu")):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "label": name}
    axes[0].plot(near, ACTIVATIONS[name](near), **style)
    axes[1].plot(near, SLOPES[name](near), **style)
axes[0].set(ylabel="h = f(a)", ylim=(-1.2, 2.2))
axes[1].set(xlabel="a", ylabel="slope f ′(a)")
axes[0].legend(loc="upper left")
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
from course_code.teach.intervals import count_behind, lead
from course_code.teach.optimizers import adam, sgd
from course_code.teach.signals import gradient_norms, preactivations
from course_code.teach.sweep import choose_rates, stacked_data, sweep

# %% name="ranking" timeout=300


def spirals(seed):
    """Draw 60 points per arm to train on, as many to choose on, 1,000 to judge on."""
    return {
        "train": make_spirals(60, seed=1000 + seed),
        "valid": make_spirals(60, seed=2000 + seed),
        "test": make_spirals(1000, seed=3000 + seed),
    }


contest = ("sigmoid", "tanh", "relu")
STEPS = 1000
WIDTHS = (2, 100, 3)
RATES = (0.001, 0.01, 0.1, 1, 3)
slow, small, level, fast = 0.001, 0.01, 0.1, 3  # trained whatever the list says
tried = sorted({*RATES, slow, small, level, fast})
spiral_net = {"widths": WIDTHS, "optimizer": adam, "device": dev}
grid = {"activation": contest, "lr": tried, "seed": SEEDS}
rows = sweep(spirals, grid, steps=STEPS, **spiral_net)


def scores(rows, **wanted):
    """Collect the test accuracies of the runs with the settings `wanted`."""
    return [row["test_accuracy"] for row in rows if wanted.items() <= row.items()]


test, middle = {}, {}
for lr in tried:
    test[lr] = {name: scores(rows, activation=name, lr=lr) for name in contest}
    middle[lr] = {name: median(values) for name, values in test[lr].items()}
    order = sorted(contest, key=middle[lr].get, reverse=True)
    ranks = "  >  ".join(f"{name} {middle[lr][name]:.3f}" for name in order)
    print(f"lr {lr:<5}", ranks)

# %% name="leads"
relu_leads = {lr: lead(test[lr]["relu"], test[lr]["sigmoid"]) for lr in tried}
for lr, ends in relu_leads.items():
    print(f"lr {lr:<5} ReLU leads by {ends:+.1f} points")
sigmoid_leads = lead(test[fast]["sigmoid"], test[fast]["relu"])  # the other way round

tuned = choose_rates(rows, "activation")  # lowest mean validation loss
for name, arm in tuned.items():
    arm["test"] = sorted(test[arm["lr"]][name])
    arm["median"] = median(arm["test"])
    span = f"{arm['test'][0]:.3f} to {arm['test'][-1]:.3f}"
    print(f"{name:8} tuned lr {arm['lr']:<5} test {span}")

# %% name="rates"
from course_code.draw.curves import draw_band

fig, axes = plt.subplots(2, 1, figsize=(5.2, 6.4), sharex=True, layout="constrained")
for i, name in enumerate(contest):
    runs = torch.tensor([test[lr][name] for lr in tried]).T  # (S, rates)
    for ax in axes:
        draw_band(ax, tried, runs, label=name, index=i, markers=True)
axes[0].set(xscale="log", ylabel="test accuracy", ylim=(0.45, 1.02))
axes[1].set(
    xlabel="learning rate (Adam)", ylabel="the same, enlarged", ylim=(0.97, 1.0)
)
axes[0].legend(loc="lower center")
plt.show()

# %% name="check_ranking"
relu_to_tanh = lead(test[slow]["relu"], test[slow]["tanh"])
tanh_to_sigmoid = lead(test[slow]["tanh"], test[slow]["sigmoid"])
behind = count_behind(test[fast]["relu"], test[fast]["sigmoid"])
flips = count_behind(test[fast]["relu"], test[fast]["tanh"])
apart = max(map(abs, relu_leads[level]))
worst_tuned = min(arm["test"][0] for arm in tuned.values())
at_the_end = sum(not arm["inside"] for arm in tuned.values())
small_lead = relu_leads[small][1]
part_behind, part_flipped = behind / n_seeds, flips / n_seeds

check("measured first_order: at 0.001 ReLU leads tanh", relu_to_tanh[0], ">", 5)
check("measured second_order: and tanh the sigmoid", tanh_to_sigmoid[0], ">", 25)
check("measured lead_gone: at 0.01 ReLU leads by little", small_lead, "<", 1.2)
check("measured no_ranking: at 0.1 they are level", apart, "<", 1)
check("measured flipped: at 3 ReLU is mostly behind tanh", part_flipped, ">=", 0.6)
check("measured behind_too: and behind the sigmoid, too", part_behind, ">=", 0.6)
check("measured all_tuned: tuned, every run passes 93 %", worst_tuned, ">", 0.93)
check("measured rates_inside: tuned rates lie inside the list", at_the_end, "==", 0)

# %% name="looked"
spiral_data = stacked_data([{"data_seed": seed} for seed in SEEDS], spirals)
X, y = spiral_data["train"]  # (S, B, 2), (S, B)
net, lowest_slope = Ensemble(WIDTHS, "sigmoid", seeds=SEEDS, device=dev), {}
for moment in ("before", "after"):
    a = preactivations(net, X.mT.to(dev))[0].detach()  # (S, 100, B)
    lowest_slope[moment] = SLOPES["sigmoid"](a).min().item()
    found = f"|a| <= {a.abs().max():.2f}, slope >= {lowest_slope[moment]:.2f}"
    print(f"{moment} training: {found}")
    if moment == "before":
        train_runs(net, X, y, adam, STEPS, lr=slow)

# %% name="twin"
shifted = lambda a: torch.sigmoid(a) - 0.5  # tanh a = 2 shifted(2 a)


def train_shifted(start, rate):
    """Scale the start and the rate of all weights but the output biases, and train."""
    net = Ensemble(WIDTHS, shifted, seeds=SEEDS, device=dev)
    rates = torch.full_like(net.theta, rate * slow)
    rates[:, -WIDTHS[-1] :] = slow  # the output biases
    with torch.no_grad():
        net.theta[:, : -WIDTHS[-1]] *= start
    own_rates = lambda theta, grad, state, lr: adam(theta, grad, state, lr * rates)
    train_runs(net, X, y, own_rates, STEPS, lr=1)
    return evaluate_runs(net, *spiral_data["test"])[1].tolist()


arms = {"neither": (1, 1), "start": (2, 1), "rate": (1, 2), "both": (2, 2)}
twin = {name: train_shifted(*factors) for name, factors in arms.items()}
for name, values in twin.items():
    print(f"{name:8} doubled: test {min(values):.3f} to {max(values):.3f}")
twin["tanh"] = test[slow]["tanh"]
print(f"tanh itself:      test {min(twin['tanh']):.3f} to {max(twin['tanh']):.3f}")

gains = {name: lead(twin[name], twin["neither"]) for name in ("start", "rate")}
for name, ends in gains.items():
    print(f"doubling the {name:5} gains {ends:+.1f} points")

# %% name="patience"
few, times = SEEDS[:4], 5  # a few seeds, times as many steps
n_few, patient_steps = len(few), times * STEPS
grid = {"activation": ["sigmoid"], "lr": [slow], "seed": few}
patient = scores(sweep(spirals, grid, steps=patient_steps, **spiral_net))
print(f"sigmoid, {patient_steps:,} steps:", end=" ")
print(f"test {min(patient):.3f} to {max(patient):.3f}")

# %% name="twin_figure"
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for place, values in enumerate([test[slow]["sigmoid"], *twin.values(), patient]):
    ax.plot(values, [place] * len(values), "o", color=COLOURS[0], alpha=0.6)
ticks = ["σ", "σ − ½", "start × 2", "rate × 2", "both × 2", "tanh"]
ticks.append(f"σ, {times} × steps")
ax.set_yticks(range(len(ticks)), ticks)
ax.invert_yaxis()
ax.set(xlabel=f"test accuracy, Adam, lr {slow}", xlim=(0.45, 1))
plt.show()

# %% name="check_twin"
twin_middle = {name: median(values) for name, values in twin.items()}
patient_middle = median(patient)
same = max(abs(a - b) for a, b in zip(twin["both"], twin["tanh"], strict=True))
rate_over_start = lead(twin["rate"], twin["start"])
flattest = min(lowest_slope.values())

check("measured same_net: both doubled, it does what tanh does", same, "<", 0.005)
check("measured rate_gains: doubling the rate gains", gains["rate"][0], ">", 20)
check("measured start_gains: the start gains little", gains["start"][1], "<", 12)
check("measured rate_first: the rate gains more", rate_over_start[0], ">", 17)
check("measured patience: 5 times the steps, and it is there", min(patient), ">", 0.93)
check("measured not_saturated: no slope is near 0", flattest, ">", 0.025)

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


# %% name="checked"
import torch.nn.functional as F

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

# %% name="constants"
at = torch.tensor([0.0, 2.0, 5.0, -5.0], dtype=torch.float64)
slopes = {}
print("slope at  ", "".join(f"{a:10g}" for a in at.tolist()))
for name in ("sigmoid", "tanh", "leaky_relu", "gelu"):
    slopes[name] = SLOPES[name](at).tolist()
    print(f"{name:10}", "".join(f"{slope:10.2g}" for slope in slopes[name]))

crossing = 2 * math.acosh((1 + math.sqrt(3)) / 2)
print(f"sigmoid' = tanh' at |a| = {crossing:.4f}")

# normal weights of the grid, then E[f'(a)^2]
p = torch.exp(-(x**2) / 2) * (x[1] - x[0]) / math.sqrt(2 * math.pi)
passed = {name: (p * SLOPES[name](x) ** 2).sum().item() for name in SLOPES}
print("mean of slope^2 for a ~ N(0, 1):")
for name in ("sigmoid", "tanh", "relu", "leaky_relu", "gelu"):
    print(f"{name:10} {passed[name]:.3f}")


# %% name="check_slopes"
at_border, at_five = torch.tensor([crossing, 5], dtype=torch.float64)
border_gap = (SLOPES["sigmoid"](at_border) - SLOPES["tanh"](at_border)).abs().item()
tanh_at_five = SLOPES["tanh"](at_five).item()
over_quarter = SLOPES["sigmoid"](x).max().item() - 0.25
off_half = abs(passed["relu"] - 0.5)
worst_gap = max(gaps.values())

check("arithmetic formulas_agree: formulas are PyTorch's", worst_gap, "<", 1e-14)
check("theorem quarter: the sigmoid's slope is at most 1/4", over_quarter, "<", 1e-12)
check("arithmetic tanh_at_five: slope 0.00018", tanh_at_five, "<", 1.82e-4)
check("theorem crossing: where cosh(a/2) = (1 + sqrt 3)/2", border_gap, "<", 1e-12)
check("theorem relu_half: ReLU passes half of E[a^2]", off_half, "<", 1e-3)

# %% name="saturation"
wide = torch.linspace(-8, 8, 1601, dtype=torch.float64)
fig, ax = plt.subplots(figsize=(5.2, 3.8), layout="constrained")
for i, name in enumerate(("sigmoid", "tanh", "leaky_relu", "gelu")):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "label": name}
    ax.plot(wide, SLOPES[name](wide).abs(), **style)
for a in (-crossing, crossing):
    ax.axvline(a, color=plt.rcParams["text.color"], linestyle=":", linewidth=0.8)
ax.set(yscale="log", ylim=(1e-6, 3), xlabel="a", ylabel="size of the slope")
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4)
plt.show()

# %% name="shapes" timeout=300
shapes = {
    "square": lambda a: a * a,
    "abs": torch.abs,
    "sin": torch.sin,
    # 0 * a: a gradient of 0 rather than none
    "step": lambda a: (a > 0).to(a.dtype) + 0 * a,
}
usual, some = 0.01, SEEDS[:6]
grid = {"activation": shapes, "lr": [usual], "seed": some}
shape_rows = sweep(spirals, grid, steps=STEPS, **spiral_net)
others = (usual / 10, 10 * usual)
grid = {"activation": {"square": shapes["square"]}, "lr": others, "seed": some}
shape_rows += sweep(spirals, grid, steps=STEPS, **spiral_net)  # is it the rate?

shape_test = {
    name: sorted(scores(shape_rows, activation=name, lr=usual)) for name in shapes
}
square_all = sorted(scores(shape_rows, activation="square"))
square_range = [square_all[0], median(square_all), square_all[-1]]
for name, values in shape_test.items():
    print(f"{name:7} lr {usual}: test {values[0]:.3f} to {values[-1]:.3f}")
print(f"square, all rates: {square_all[0]:.3f} to {square_all[-1]:.3f}")

# %% name="quadratic"


def best_quadratic(X, y):
    """Find the lowest cross-entropy of quadratic forms in two coordinates."""
    x1, x2 = X.double().T
    forms = torch.stack((x1 * x1, x1 * x2, x2 * x2, x1, x2, x1 * 0 + 1))  # (6, B)
    A = torch.zeros(WIDTHS[-1], 6, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([A], max_iter=300, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy((A @ forms).T, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return closure().item()


floor = {seed: best_quadratic(*spirals(seed)["train"]) for seed in some}
squares = [row for row in shape_rows if row["activation"] == "square"]
above = [row["train_loss"] - floor[row["seed"]] for row in squares]
low, high = min(floor.values()), max(floor.values())
print(f"best cross-entropy of any quadratic: {low:.3f} to {high:.3f}")
low, high = min(above), max(above)
print(f"the {len(above)} trained x^2 nets lie {low:.5f} to {high:.5f} above it")

# %% name="shape_regions"
from course_code.draw.regions import draw_regions

fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
moved = {}
for ax, name in zip(axes, ("square", "step"), strict=True):
    net = Ensemble(WIDTHS, shapes[name], seeds=SEEDS[:1], device=dev)
    before = net.layers[0][0].detach().clone()
    train_runs(net, X[0], y[0], adam, STEPS, lr=usual)
    moved[name] = (net.layers[0][0] - before).abs().max().item()
    score = evaluate_runs(net, *spirals(SEEDS[0])["test"])[1].item()
    print(f"{name:7} hidden weights moved by at most {moved[name]:.3f}")
    draw_regions(ax, net.member(0), X[0].to(dev), y[0], title=f"{name}: {score:.0%}")
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
plt.show()

# %% name="check_shapes"
smooth = min(shape_test["abs"][0], shape_test["sin"][0])
step_worst, still = shape_test["step"][0], moved["step"]
check("measured square_cap: x^2 stays below 70 %", square_all[-1], "<", 0.7)
check("measured odd_shapes: |x| and sin pass 97 %, every run", smooth, ">", 0.97)
check("measured step_learns: the step passes 90 %, every run", step_worst, ">", 0.9)
check("theorem square_floor: no x^2 net beats a quadratic", min(above), ">", -1e-5)
check("measured square_arrives: the best of them gets there", min(above), "<", 1e-3)
check("theorem step_is_frozen: its hidden weights never move", still, "==", 0)

# %% name="dying" timeout=300
MANY = range(15)  # seeds, where failures are counted
n_many = len(MANY)
PASS = 0.9  # a net with less on test digits has failed
FAMILY = ("relu", "leaky_relu", "gelu")
DIGIT_RATES = (0.2, 0.5, 1, 2)
hot, hottest = 1, 2  # trained whatever the list says
digit_rates = sorted({*DIGIT_RATES, hot, hottest})
WATCH = (50, 100, 150, 250)  # steps; the last ends the training
digits = stacked_data([{"data_seed": s} for s in MANY], lambda s: load_digits(seed=s))
X_train, y_train = (part.to(dev) for part in digits["train"])  # (R, 1000, 64)


@torch.no_grad()
def silent_units(net):
    """Find units without a positive sum on any training digit, (R, H) per layer."""
    return [(a <= 0).all(dim=2) for a in preactivations(net, X_train.mT)[:-1]]


def dead_units(net):
    """Find units whose gradient is 0 on all training digits, (R, H) per layer."""
    sums = preactivations(net, X_train.mT)
    grads = torch.autograd.grad(cross_entropies(sums[-1], y_train).sum(), sums[:-1])
    return [(grad == 0).all(dim=2) for grad in grads]


def train_watched(name, lr):
    """Train on the digits; give the net, and what was silent at the start and then."""
    net = Ensemble((64, 100, 100, 10), name, seeds=MANY, device=dev)
    seen = [silent_units(net)]
    watch = lambda t: seen.append(silent_units(net)) if t in WATCH else None
    options = {"lr": lr, "batch_size": 100, "on_step": watch}
    train_runs(net, *digits["train"], sgd, WATCH[-1], **options)
    return net, seen


death = []  # one row per activation, rate and seed
silent_at = []  # per ReLU stack: what was silent when
for name in FAMILY:
    for lr in digit_rates:
        net, seen = train_watched(name, lr)
        silent_at += [seen] if name == "relu" else []
        losses = evaluate_runs(net, *digits["valid"])[0].tolist()
        tests = evaluate_runs(net, *digits["test"])[1].tolist()
        parts = dead_units(net)[0].float().mean(dim=1).tolist()
        own = seen[-1][0].float().mean(dim=1).tolist()  # silent themselves, at the end
        cut = seen[-1][1].all(dim=1).tolist()  # the whole layer above is silent
        columns = zip(losses, tests, parts, own, cut, strict=True)
        for loss, hits, part, silent, closed in columns:
            row = {"activation": name, "lr": lr, "step": WATCH[-1], "valid_loss": loss}
            row |= {"test": hits, "diverged": loss == math.inf, "dead": part}
            death.append(row | {"silent": silent, "cut_off": closed})

# %% name="death_table"


def column(name, lr, value):
    """Collect one measure of the runs of one activation and rate, sorted."""
    return sorted(r[value] for r in death if (r["activation"], r["lr"]) == (name, lr))


digit_test, dead, failed, burst = {}, {}, {}, {}
print(f"of {n_many} nets each: how many stay below {PASS:.0%} (how many diverge)")
for name in FAMILY:
    digit_test[name] = {lr: column(name, lr, "test") for lr in digit_rates}
    dead[name] = {lr: column(name, lr, "dead") for lr in digit_rates}
    burst[name] = {lr: sum(column(name, lr, "diverged")) for lr in digit_rates}
    failed[name] = {lr: sum(s < PASS for s in v) for lr, v in digit_test[name].items()}
    counts = (f"{failed[name][lr]:2} ({burst[name][lr]})" for lr in digit_rates)
    told = zip(digit_rates, counts, strict=True)
    print(f"{name:10}", "   ".join(f"lr {lr}: {count}" for lr, count in told))

# lowest mean: one failed net spoils a rate
digit_tuned = choose_rates(death, "activation")
for name, arm in digit_tuned.items():
    arm |= {"test": digit_test[name][arm["lr"]], "failed": failed[name][arm["lr"]]}
    arm["median"] = median(arm["test"])
    line = f"test {arm['test'][0]:.3f} to {arm['test'][-1]:.3f}, {arm['failed']} failed"
    print(f"{name:10} tuned lr {arm['lr']}: {line}")

relu_dead, relu_silent = dead["relu"][hottest], column("relu", hottest, "silent")
cut_off = sum(column("relu", hottest, "cut_off"))
print(f"ReLU at lr {hottest}, layer 1, of the units of each net:")
print(f"without gradient {relu_dead[0]:.0%} to {relu_dead[-1]:.0%}")
print(f"silent themselves {relu_silent[0]:.0%} to {relu_silent[-1]:.0%}")
print(f"all of layer 2 silent: {cut_off} of {n_many} nets")

# %% name="death_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), sharex=True, layout="constrained")
for i, name in enumerate(FAMILY):
    for ax, values in zip(axes, (digit_test, dead), strict=True):
        runs = torch.tensor([values[name][lr] for lr in digit_rates]).T  # (R, rates)
        draw_band(ax, digit_rates, runs, label=name, index=i, markers=True)
axes[0].set(xscale="log", ylabel="test accuracy", ylim=(-0.03, 1.03))
axes[1].set(xlabel="learning rate (SGD)", ylabel="dead units", ylim=(-0.03, 1.03))
axes[1].set_xticks(digit_rates, [f"{lr:g}" for lr in digit_rates])
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
tuned_gap = max(tuned_middles) - min(tuned_middles)
tuned_failed = sum(arm["failed"] for arm in digit_tuned.values())
n_tuned = len(digit_tuned) * n_many
survivors = sum(n_many - failed[name][hottest] for name in FAMILY)
relu_fails, leaky_fails = failed["relu"][hot], failed["leaky_relu"][hot]
part_cut, not_all = cut_off / n_many, n_many - 1
leaky_dead = max(r["dead"] for r in death if r["activation"] == "leaky_relu")

check("measured relu_dies: at 2 most units get nothing", relu_dead[0], ">", 0.5)
check("measured from_above: most nets lose all of layer 2", part_cut, ">=", 0.5)
check("measured relu_fails: at 1 some ReLU nets fail", relu_fails, "in", (1, not_all))
check("measured leaky_fails: so do LeakyReLU nets", leaky_fails, "in", (1, not_all))
check("measured leaky_lives: in layer 1 no LeakyReLU dies", leaky_dead, "==", 0)
check("measured none_survives: at 2 every net fails", survivors, "==", 0)
check("measured rate_before_bend: tuned, medians are close", tuned_gap, "<", 0.05)
check("measured few_fail: tuned, few nets fail", tuned_failed, "<=", 9)
check("theorem no_return: silent in layer 1, silent for ever", woke[0], "==", 0)
check("measured return: in layer 2 silent units wake up", woke[1], ">", 0)
check("measured born_silent: some are silent at the start", born_silent, ">", 0.01)

# %% name="deep_relu"
gauss = torch.randn(300, 128, generator=torch.Generator().manual_seed(0))
some_labels = torch.arange(300) % 10
factor = {}
for init in ("pytorch", "he"):
    net = Ensemble(
        [128] * 20 + [10], "relu", seeds=SEEDS, init=init, dtype=torch.float64
    )
    delta, _ = gradient_norms(net, gauss, some_labels)  # (S, 20)
    layers = delta.shape[1] - 2  # from the last ReLU layer back to the first
    factor[init] = (delta[:, 0] / delta[:, -2]).pow(1 / layers).median().item()
    print(f"ReLU, {init:7} weights: gradient times {factor[init]:.3f} per layer back")

# %% name="check_deep"
kept_default, kept_he = factor["pytorch"], factor["he"]
check("measured relu_vanishes: about 0.41", kept_default, "in", (0.39, 0.43))
check("measured he_keeps: with He's weights all", kept_he, "in", (0.97, 1.03))

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
for name, off in gelu_error.items():
    print(f"{name:8} form: off by {off:.2e} at |x| = {gelu_error_at[name]:.2f}")

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
rng = torch.Generator().manual_seed(0)
inputs = torch.randn(64, 500, generator=rng).double()  # columns
DEPTH, TIMES, size = 10, (0.5, 1, 2), {}
for name in ("sigmoid", "tanh", "relu", "gelu"):
    size[name] = {}
    for by in TIMES:
        net = Ensemble([64] * DEPTH + [64, 10], name, init="he", dtype=torch.float64)
        net.theta.mul_(by)
        out = net.activation(preactivations(net, inputs)[-2])  # (1, 64, 500)
        size[name][by] = out.square().mean().sqrt().item()
    print(f"{name:8}", "".join(f"   x {f}: {s:8.2g}" for f, s in size[name].items()))

# %% name="check_further"
grown = size["relu"][TIMES[-1]] / size["relu"][TIMES[0]]
expected = (TIMES[-1] / TIMES[0]) ** DEPTH
off_root = max(abs(slope_at[1] - math.sqrt(2)), abs(slope_at[0] + math.sqrt(2)))
spelt, off_tanh = len(set(slope_at_0.values())), gelu_error["tanh"]
off_sigmoid, tallest = gelu_error["sigmoid"], max(size["tanh"].values())

check("arithmetic three_slopes: four ReLUs, three slopes at 0", spelt, "==", 3)
check("arithmetic tanh_form: off by less than 0.00048", off_tanh, "<", 4.8e-4)
check("arithmetic sigmoid_form: off by 0.02", off_sigmoid, "in", (0.020, 0.021))
check("arithmetic gelu_dips: it falls to -0.17", lowest, "in", (-0.1705, -0.1695))
check("theorem gelu_extrema: at plus and minus sqrt 2", off_root, "<", 1e-4)
check("theorem homogeneous: 4 times the weights, 4^10 out", grown, "==", expected)
check("theorem bounded: sigmoid and tanh stay within 1", tallest, "<", 1)

# %% name="ex_extrema"
root = torch.tensor([-math.sqrt(2), math.sqrt(2)], dtype=torch.float64)
bend = slope_of(SLOPES["gelu"], root)  # GELU''
print("GELU'' at -sqrt 2 and sqrt 2:", [f"{value:.0e}" for value in bend.tolist()])

# %% name="ex_half"
second = (p * torch.relu(x) ** 2).sum().item()  # E[relu(a)^2], a ~ N(0, 1)
print(f"E[relu(a)^2] = {second:.4f}")

rng = torch.Generator().manual_seed(0)
n_draws, n_layers, n = 40, 20, 256
he = plain = torch.randn(n_draws, n, 100, generator=rng)  # points are columns
for _ in range(n_layers):
    W = torch.randn(n_draws, n, n, generator=rng) / math.sqrt(n)  # keeps Var(W h)
    he, plain = torch.relu(math.sqrt(2) * W @ he), torch.relu(W @ plain)
kept = sorted(he.square().mean(dim=(1, 2)).tolist())  # one size per draw
kept_mean = fmean(kept)
plain_size = plain.square().mean(dim=(1, 2)).max().item()
print(f"after {n_layers} layers: {kept[0]:.2f} to {kept[-1]:.2f}", end=", ")
print(f"on average {kept_mean:.2f}")
print(f"without the 2: at most {plain_size:.0e}")

# %% name="ex_prelu"
MOMENTS = (300, 800, 2000)  # steps; the last ends the training
alpha = torch.full((n_few, 1, 1), 0.25, device=dev, requires_grad=True)  # (R, 1, 1)
prelu = lambda a: leaky_relu(a, alpha)  # each net has its own alpha
net = Ensemble(WIDTHS, prelu, seeds=few, device=dev)
weights = [part for layer in net.layers for part in layer]
optimizer = torch.optim.Adam([*weights, alpha], lr=0.01)
inputs, labels = X[:n_few].mT.to(dev), y[:n_few].to(dev)
few_test = [part[:n_few] for part in spiral_data["test"]]

alphas, prelu_test = {}, {}
for step in range(1, MOMENTS[-1] + 1):
    optimizer.zero_grad()
    cross_entropies(net(inputs), labels).sum().backward()
    optimizer.step()
    if step in MOMENTS:
        alphas[step] = alpha.flatten().tolist()
        prelu_test[step] = evaluate_runs(net, *few_test)[1].tolist()
        found = "  ".join(f"{value:.2f}" for value in alphas[step])
        worst = min(prelu_test[step])
        print(f"{step:5,} steps: alpha {found}, test {worst:.3f} or more")
prelu_worst = min(map(min, prelu_test.values()))

# %% name="ex_stack"
stacked, some_test = {}, [part[: len(some)] for part in spiral_data["test"]]
for depth in (1, 2):
    net = Ensemble((2, *[30] * depth, 3), shapes["square"], seeds=some, device=dev)
    train_runs(net, X[: len(some)], y[: len(some)], adam, 600, lr=0.01)
    found = sorted(evaluate_runs(net, *some_test)[1].tolist())
    print(f"{depth} layers of x^2: test {found[0]:.3f} to {found[-1]:.3f}")
    stacked[depth] = found

# %% name="check_exercises"
by_seed = zip(*alphas.values(), strict=True)
falls = [a - b for path in by_seed for a, b in pairwise(path)]
least_fall = min(falls, default=math.nan)
first_slope, quartic = max(alphas[MOMENTS[0]]), median(stacked[max(stacked)])
check("measured factor_two: without the 2 the signal dies", plain_size, "<", 1e-5)
check("measured he_average: with it, on average, it keeps", kept_mean, "in", (0.6, 1.6))
check("measured prelu_folds: PReLU learns a negative slope", first_slope, "<", -0.5)
check("measured prelu_falls: and it goes on falling", least_fall, ">", 0.2)
check("measured quartic: two layers of x^2 pass the cap", quartic, ">", 0.95)
