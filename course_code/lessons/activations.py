"""Activation functions: what a bend is for, which bends differ, and when the difference is a rate.

The formulas are checked against PyTorch, then put into the spiral network and into nets for the
digits, with learning rates tuned for each. Left out: softmax, gated units, attention, hardware.
"""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.device import device

SEEDS = range(5)
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


# %% name="checked"
from course_code.teach.activations import ACTIVATIONS, SLOPES, slope_of

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

assert max(gaps.values()) < 1e-14, (
    "arithmetic formulas_agree: formulas equal PyTorch's functions, autograd the slope formulas"
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

assert len(set(slope_at_0.values())) == 3, (
    "arithmetic three_slopes: four ways to write ReLU have three different slopes at 0"
)

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

p = torch.exp(-(x**2) / 2) * (x[1] - x[0]) / math.sqrt(2 * math.pi)  # normal weights of the grid
passed = {name: (p * SLOPES[name](x) ** 2).sum().item() for name in SLOPES}  # E[f'(a)^2]
print("mean of slope^2 for a ~ N(0, 1):")
for name in ("sigmoid", "tanh", "relu", "leaky_relu", "gelu"):
    print(f"{name:10} {passed[name]:.3f}")

at_crossing = torch.tensor(crossing, dtype=torch.float64)
assert slopes["sigmoid"][0] == 0.25 > SLOPES["sigmoid"](x).max() - 1e-12, (
    "theorem quarter: the slope of the sigmoid is at most 1/4"
)
assert abs(slopes["sigmoid"][2] / 0.0066 - 1) < 0.01, (
    "arithmetic sigmoid_at_five: at 5 the sigmoid's slope is 0.0066"
)
assert abs(slopes["tanh"][2] / 1.8e-4 - 1) < 0.01, (
    "arithmetic tanh_at_five: at 5 the slope of tanh is 0.00018, smaller than the sigmoid's"
)
assert (SLOPES["sigmoid"](at_crossing) - SLOPES["tanh"](at_crossing)).abs() < 1e-12, (
    "theorem crossing: the two slopes are equal where cosh(a/2) = (1 + sqrt 3)/2"
)
assert abs(passed["relu"] - 0.5) < 1e-3, "theorem relu_half: ReLU passes half of the variance"

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
    print(f"{name:8} form: off by {gelu_error[name]:.2e} at |x| = {gelu_error_at[name]:.2f}")

lowest, lowest_at = exact.min().item(), fine[exact.argmin()].item()
slope_range = [slope.min().item(), slope.max().item()]
slope_at = [fine[slope.argmin()].item(), fine[slope.argmax()].item()]
print(f"minimum {lowest:.5f} at x = {lowest_at:.4f}")
print(f"slope from {slope_range[0]:.4f} at {slope_at[0]:.4f} to {slope_range[1]:.4f}")

assert 4.7e-4 < gelu_error["tanh"] < 4.8e-4, "arithmetic tanh_form: it is off by at most 4.8e-4"
assert 0.020 < gelu_error["sigmoid"] < 0.021, "arithmetic sigmoid_form: it is off by up to 0.02"
assert lowest < -0.169, "arithmetic gelu_dips: GELU falls to -0.17 before it rises"
assert abs(slope_at[1] - math.sqrt(2)) + abs(slope_at[0] + math.sqrt(2)) < 1e-4, (
    "theorem gelu_extrema: the slope of GELU is extreme at plus and minus the square root of 2"
)

# %% name="gelu_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), layout="constrained")
axes[0].plot(near, F.gelu(near), color=COLOURS[0], label="GELU")
axes[0].plot(near, SLOPES["gelu"](near), color=COLOURS[1], linestyle="--", label="its slope")
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

# %% name="machinery"
from course_code.teach.data import make_spirals
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import (
    Ensemble,
    cross_entropies,
    evaluate_runs,
    gradient_norms,
    preactivations,
    train_runs,
)
from course_code.teach.optimizers import adam, sgd
from course_code.teach.sweep import best_rate, sweep

# %% name="scale"
inputs = torch.randn(64, 500, generator=torch.Generator().manual_seed(0)).double()  # columns
size = {}
for name in ("sigmoid", "tanh", "relu", "gelu"):
    size[name] = {}
    for factor in (0.5, 1, 2):
        net = Ensemble([64] * 11 + [10], name, init="he", dtype=torch.float64)
        net.theta.mul_(factor)
        tenth = net.activation(preactivations(net, inputs)[9])  # (1, 64, 500)
        size[name][factor] = tenth.square().mean().sqrt().item()
    print(f"{name:8}", "".join(f"   x {f}: {s:8.2g}" for f, s in size[name].items()))

assert size["relu"][2] / size["relu"][0.5] == 4**10, (
    "theorem homogeneous: doubling all weights of ten ReLU layers multiplies the output by 1,024"
)
assert max(size["sigmoid"].values()) < 1 > max(size["tanh"].values()), (
    "theorem bounded: sigmoid and tanh stay between -1 and 1"
)

# %% name="shapes" timeout=300
spirals = {  # 60 points per arm to train on; large fresh sets to choose and to judge
    "train": make_spirals(60, seed=100),
    "valid": make_spirals(1000, seed=101),
    "test": make_spirals(1000, seed=102),
}
shapes = {
    "square": lambda a: a * a,
    "abs": torch.abs,
    "sin": torch.sin,
    "step": lambda a: (a > 0).to(a.dtype) + 0 * a,  # 0 * a: a gradient of 0 rather than none
}
spiral_net = {"widths": (2, 100, 3), "optimizer": adam, "steps": 1000, "device": dev}
grid = {"activation": shapes, "lr": [0.01], "seed": SEEDS}
shape_rows = sweep(spirals, grid, **spiral_net)
grid = {"activation": {"square": shapes["square"]}, "lr": (0.001, 0.1), "seed": SEEDS}
shape_rows += sweep(spirals, grid, **spiral_net)  # is it the rate?


def scores(rows, **wanted):
    """Collect the sorted test accuracies of the runs with the settings `wanted`."""
    return sorted(row["test_accuracy"] for row in rows if wanted.items() <= row.items())


shape_test = {name: scores(shape_rows, activation=name, lr=0.01) for name in shapes}
square_all = scores(shape_rows, activation="square")
for name, values in shape_test.items():
    print(f"{name:7} lr 0.01: test", *(f"{value:.3f}" for value in values))
print(f"square, all rates: {square_all[0]:.3f} to {square_all[-1]:.3f}")

assert square_all[-1] < 0.65, "measured square_cap: x^2 stays below 65 % at every rate and seed"
assert min(v[0] for name, v in shape_test.items() if name != "square") > 0.95, (
    "measured odd_shapes: |x|, sin and the hard step pass 95 % at rate 0.01, on every seed"
)

# %% name="quadratic"
X, y = spirals["train"]


def best_quadratic(X, y):
    """Find the lowest cross-entropy of three quadratic forms in two coordinates."""
    x1, x2 = X.double().T
    features = torch.stack((x1 * x1, x1 * x2, x2 * x2, x1, x2, torch.ones_like(x1)))  # (6, B)
    A = torch.zeros(3, 6, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([A], max_iter=300, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy((A @ features).T, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return closure().item()


quadratic_loss = best_quadratic(X, y)
square_losses = [row["train_loss"] for row in shape_rows if row["activation"] == "square"]
print(f"best cross-entropy of any quadratic: {quadratic_loss:.5f}")
print(f"lowest of the {len(square_losses)} trained x^2 networks: {min(square_losses):.5f}")

assert min(square_losses) > quadratic_loss - 1e-5, (
    "theorem square_floor: no x^2 network gets below the best quadratic"
)
assert min(square_losses) < quadratic_loss + 1e-3, "measured square_arrives: the best run does"

# %% name="shape_regions"
from course_code.draw.regions import draw_regions

fig, axes = plt.subplots(1, 2, figsize=(5.6, 3), layout="constrained")
for ax, name in zip(axes, ("square", "step"), strict=True):
    net = Ensemble((2, 100, 3), shapes[name], seeds=(0,), device=dev)
    before = net.layers[0][0].detach().clone()
    train_runs(net, X, y, adam, 1000, lr=0.01)
    moved = (net.layers[0][0] - before).abs().max().item()
    score = evaluate_runs(net, *spirals["test"])[1].item()
    print(f"{name:7} hidden weights moved by at most {moved:.3f}")
    draw_regions(ax, net.member(0), X.to(dev), y, title=f"{name}: {score:.0%}")
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
plt.show()

assert moved == 0, "theorem step_is_frozen: the hard step's hidden weights never move"

# %% name="ranking" timeout=300
contest = ("sigmoid", "tanh", "relu", "gelu")
RATES = (0.001, 0.01, 0.03, 0.1, 0.3, 3)
rows = sweep(spirals, {"activation": contest, "lr": RATES, "seed": SEEDS}, **spiral_net)
at_rate = {lr: {name: scores(rows, activation=name, lr=lr) for name in contest} for lr in RATES}
for lr, arms in at_rate.items():
    order = sorted(arms, key=lambda name: -arms[name][2])
    print(f"lr {lr:<5}", "  >  ".join(f"{name} {arms[name][2]:.3f}" for name in order))

best = best_rate(rows, "activation")  # lowest median validation loss; not at an end of the list
tuned = {name: {"lr": lr, "test": at_rate[lr][name]} for name, lr in best.items()}
for name, arm in tuned.items():
    print(f"{name:8} tuned lr {arm['lr']:<5} test", *(f"{s:.3f}" for s in arm["test"]))

worst, top = ({name: at_rate[0.001][name][i] for name in contest} for i in (0, -1))
assert top["sigmoid"] + 0.2 < worst["tanh"] <= top["tanh"] < worst["relu"], (
    "measured first_order: at 0.001 ReLU beats tanh beats sigmoid, worst seed against best"
)
assert at_rate[0.01]["tanh"][2] > at_rate[0.01]["relu"][2], (
    "measured tanh_first: at 0.01 the median tanh is above the median ReLU"
)
assert min(at_rate[3][name][2] for name in contest if name != "relu") > (
    at_rate[3]["relu"][2] + 0.05
), "measured flipped: at 3 the median ReLU is last by over 5 points"
even = [at_rate[lr][name][2] for lr in (0.03, 0.1, 0.3) for name in contest]
assert max(even) - min(even) < 0.01, (
    "measured no_ranking: from 0.03 to 0.3 the medians of all four lie within 1 point"
)
tuned_tests = [score for arm in tuned.values() for score in arm["test"]]
assert min(tuned_tests) > 0.985, "measured all_tuned: tuned, all four pass 98.5 % on every seed"

# %% name="rates"
from course_code.draw.curves import draw_band

fig, axes = plt.subplots(2, 1, figsize=(5.2, 6.4), sharex=True, layout="constrained")
for i, name in enumerate(contest):
    runs = torch.tensor([at_rate[lr][name] for lr in RATES]).T  # (S, rates)
    for ax in axes:
        draw_band(ax, RATES, runs, label=name, index=i, markers=True)
axes[0].set(xscale="log", ylabel="test accuracy", ylim=(0.45, 1.02))
axes[1].set(xlabel="learning rate (Adam)", ylabel="the same, enlarged", ylim=(0.98, 1.0))
axes[1].set_yticks([0.98, 0.985, 0.99, 0.995, 1])
axes[0].legend(loc="lower center")
plt.show()

# %% name="ladder"
between = {
    "4 σ(a)": lambda a: 4 * torch.sigmoid(a),
    "σ(a) − ½": lambda a: torch.sigmoid(a) - 0.5,
    "4 σ(a) − 2": lambda a: 4 * torch.sigmoid(a) - 2,
}
grid = {"activation": between, "lr": [0.001], "seed": SEEDS}
ladder_rows = sweep(spirals, grid, **spiral_net)
rungs = [scores(ladder_rows, activation=name) for name in between]
rungs = [at_rate[0.001]["sigmoid"], *rungs, at_rate[0.001]["tanh"]]
rung_names = ["σ(a)", *between, "2 σ(2a) − 1 = tanh a"]
for name, values in zip(rung_names, rungs, strict=True):
    print(f"{name:20} test", *(f"{value:.3f}" for value in values))

net, lowest_slope = Ensemble((2, 100, 3), "sigmoid", seeds=SEEDS, device=dev), {}
for moment in ("before", "after"):
    a = preactivations(net, X.T.to(dev))[0].detach()  # (S, 100, B)
    lowest_slope[moment] = (torch.sigmoid(a) * torch.sigmoid(-a)).min().item()
    print(f"{moment} training: |a| <= {a.abs().max():.2f}, sigmoid' >= {lowest_slope[moment]:.2f}")
    if moment == "before":
        train_runs(net, X, y, adam, 1000, lr=0.001)

assert min(lowest_slope.values()) > 0.03, (
    "measured not_saturated: at 0.001 no sigmoid slope on the spiral falls below 0.03"
)
assert max(rungs[1] + rungs[2]) < 0.55, (
    "measured one_rung: at 0.001 a steeper or a centred sigmoid stays below 55 %"
)
assert rungs[2][-1] < rungs[3][0] <= rungs[3][-1] < rungs[4][0] - 0.1, (
    "measured bend_counts: both help more, an earlier bend still more, worst seed against best"
)

# %% name="ladder_figure"
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for place, values in enumerate(rungs):
    ax.plot(values, [place] * len(values), "o", color=COLOURS[0], alpha=0.6)
ax.set_yticks(range(len(rungs)), rung_names)
ax.invert_yaxis()
ax.set(xlabel="test accuracy, Adam, lr 0.001", xlim=(0.45, 1))
plt.show()

# %% name="deep_relu"
gauss = torch.randn(300, 128, generator=torch.Generator().manual_seed(0))
some_labels = torch.arange(300) % 10
factor = {}
for init in ("pytorch", "he"):
    net = Ensemble([128] * 20 + [10], "relu", seeds=SEEDS, init=init, dtype=torch.float64)
    delta, _ = gradient_norms(net, gauss, some_labels)  # (S, 20)
    factor[init] = (delta[:, 0] / delta[:, -2]).pow(1 / 18).median().item()
    print(f"ReLU, {init:7} weights: gradient times {factor[init]:.3f} per layer back")

assert 0.38 < factor["pytorch"] < 0.43, (
    "measured relu_vanishes: with PyTorch's default weights each ReLU layer passes about 0.41"
)

# %% name="dying" timeout=300
digits = load_digits()
X_train, y_train = (part.to(dev) for part in digits["train"])
FAMILY = ("relu", "leaky_relu", "gelu", "elu")
DIGIT_RATES = (0.1, 0.2, 0.5, 1, 2)
WATCH = (0, 50, 100, 200, 300, 400)


def census(net):
    """Find units without a positive sum, and without gradient, on all training digits.

    Returns two lists over the hidden layers, each of (R, H) truth values: silent and dead.
    """
    sums = preactivations(net, X_train.T)
    grads = torch.autograd.grad(cross_entropies(sums[-1], y_train).sum(), sums[:-1])
    silent = [(a <= 0).all(dim=2) for a in sums[:-1]]
    return silent, [(grad == 0).all(dim=2) for grad in grads]


death = []  # one row per activation, rate and seed
silent_at = []  # of the ReLU nets, at the steps in WATCH
for name in FAMILY:
    net = Ensemble((64, 100, 100, 10), name, seeds=[*SEEDS] * len(DIGIT_RATES), device=dev)
    rates = [lr for lr in DIGIT_RATES for _ in SEEDS]
    watch = lambda t, net=net: silent_at.append(census(net)[0]) if t in WATCH else None
    if name == "relu":
        watch(0)
    options = {"lr": rates, "batch_size": 100, "on_step": watch if name == "relu" else None}
    train_runs(net, *digits["train"], sgd, WATCH[-1], **options)
    valid_loss, _ = evaluate_runs(net, *digits["valid"])
    test = evaluate_runs(net, *digits["test"])[1].tolist()
    silent, dead = ([layer.float().mean(dim=1) for layer in kind] for kind in census(net))
    for r, lr in enumerate(rates):
        row = {"activation": name, "lr": lr, "step": WATCH[-1], "test_accuracy": test[r]}
        row |= {"valid_loss": valid_loss[r].item(), "diverged": valid_loss[r].item() == math.inf}
        row |= {f"silent_{i + 1}": layer[r].item() for i, layer in enumerate(silent)}
        row |= {f"dead_{i + 1}": layer[r].item() for i, layer in enumerate(dead)}
        death.append(row)

# %% name="death_table"


def column(name, lr, value):
    """Collect one measure of the runs of one activation and rate, sorted."""
    return sorted(r[value] for r in death if (r["activation"], r["lr"]) == (name, lr))


digit_test = {n: {lr: column(n, lr, "test_accuracy") for lr in DIGIT_RATES} for n in FAMILY}
dead_1 = {n: {lr: column(n, lr, "dead_1") for lr in DIGIT_RATES} for n in FAMILY}
silent_1 = {n: {lr: column(n, lr, "silent_1") for lr in DIGIT_RATES} for n in FAMILY}
burst = {n: {lr: sum(column(n, lr, "diverged")) for lr in DIGIT_RATES} for n in FAMILY}
for name in FAMILY:
    for lr in (0.5, 1, 2):
        spans = [f"{v[0]:.2f}-{v[-1]:.2f}" for v in (digit_test[name][lr], dead_1[name][lr])]
        line = f"{name:10} lr {lr:<3}  test {spans[0]}  dead in layer 1 {spans[1]}"
        print(line, f" diverged {burst[name][lr]}" if burst[name][lr] else "")

best = best_rate(death, "activation")
digit_tuned = {name: {"lr": lr, "test": digit_test[name][lr]} for name, lr in best.items()}
for name, arm in digit_tuned.items():
    print(f"{name:10} tuned lr {arm['lr']:<4} test", *(f"{s:.3f}" for s in arm["test"]))

assert min(dead_1["relu"][2]) == 1, (
    "measured relu_dies: at 2 no layer-1 unit of any ReLU net has a gradient left"
)
assert digit_test["relu"][1][0] < 0.7 < 0.9 < digit_test["leaky_relu"][1][0], (
    "measured leaky_helps: at 1 every LeakyReLU net learns and some ReLU net does not"
)
leaky_dead = [r["dead_1"] + r["dead_2"] for r in death if r["activation"] == "leaky_relu"]
assert max(leaky_dead) == 0, "measured leaky_lives: no unit of a LeakyReLU net is without gradient"
assert max(max(digit_test[name][2]) for name in FAMILY) < 0.5, (
    "measured none_survives: at 2 none of the four learns, on any seed"
)
assert min(dead_1["gelu"][2]) > 0.3, "measured gelu_dies: at 2 so do GELU units of layer 1"
assert max(digit_test["elu"][1]) < 0.2, "measured elu_fails: at 1 every ELU net fails"
medians = [arm["test"][2] for arm in digit_tuned.values()]
assert 0.93 < max(medians) - 0.03 < min(medians), (
    "measured rate_first: tuned, the medians of the four lie within 3 points"
)

# %% name="death_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 6), sharex=True, layout="constrained")
for i, name in enumerate(FAMILY):
    for ax, values in zip(axes, (digit_test, dead_1), strict=True):
        runs = torch.tensor([values[name][lr] for lr in DIGIT_RATES]).T  # (S, rates)
        draw_band(ax, DIGIT_RATES, runs, label=name, index=i, markers=True)
axes[0].set(xscale="log", ylabel="test accuracy", ylim=(-0.03, 1.03))
axes[1].set(xlabel="learning rate (SGD)", ylabel="dead units, layer 1", ylim=(-0.03, 1.03))
axes[1].set_xticks(DIGIT_RATES, [f"{lr:g}" for lr in DIGIT_RATES])
axes[1].minorticks_off()
axes[0].legend(loc="lower left")
plt.show()

# %% name="sleepers"
last = silent_at[-1]
asleep_once = [torch.stack([now[i] for now in silent_at[:-1]]).any(dim=0) for i in (0, 1)]
woke = [(asleep_once[i] & ~last[i]).sum().item() for i in (0, 1)]
born_silent = silent_at[0][0][: len(SEEDS)].float().mean().item()
print(f"silent before the first step: {born_silent:.1%} of layer 1")
for i in (0, 1):
    print(f"layer {i + 1}: {asleep_once[i].sum().item()} units once silent, {woke[i]} woke up")

assert woke[0] == 0, "theorem no_return: a layer-1 ReLU silent on all training digits stays so"
assert woke[1] > 0, "measured return: in layer 2 silent units do wake up"
assert born_silent > 0.01, "measured born_silent: some units are silent before the first step"

# %% name="normalised" timeout=300


def normalised(a):
    """Give every unit mean 0 and variance 1 over the batch, the last axis."""
    centred = a - a.mean(dim=-1, keepdim=True)
    return centred / (centred.square().mean(dim=-1, keepdim=True) + 1e-5).sqrt()


bends = {
    "sigmoid": torch.sigmoid,
    "sigmoid_norm": lambda a: torch.sigmoid(normalised(a)),
    "relu": torch.relu,
    "relu_norm": lambda a: torch.relu(normalised(a)),
}
DEEP_RATES = (0.1, 0.3, 1, 3, 10)
deep = (64, 32, 32, 32, 32, 10)
grid = {"activation": bends, "lr": DEEP_RATES, "seed": SEEDS}
plan = {"optimizer": sgd, "batch_size": 100, "steps": 300, "device": dev}
deep_rows = sweep(digits, grid, widths=deep, **plan)
deep_test = {n: {lr: scores(deep_rows, activation=n, lr=lr) for lr in DEEP_RATES} for n in bends}

tunable = [row for row in deep_rows if row["activation"] != "sigmoid"]
deep_tuned = {n: deep_test[n][lr] for n, lr in best_rate(tunable, "activation").items()}
deep_tuned["sigmoid"] = max(deep_test["sigmoid"].values())  # whatever rate: nothing to tune
share = {}  # of the gradient at the last hidden layer, what is left at the first
for name in bends:
    net = Ensemble(deep, bends[name], seeds=SEEDS, dtype=torch.float64)
    delta, _ = gradient_norms(net, *digits["train"])  # (S, 5)
    share[name] = (delta[:, 0] / delta[:, 3]).median().item()
    spread = "".join(f" {score:.3f}" for score in deep_tuned[name])
    print(f"{name:12} gradient kept {share[name]:7.4f}   test{spread}")

assert max(max(v) for v in deep_test["sigmoid"].values()) < 0.2, (
    "measured deep_sigmoid: four plain sigmoid layers stay below 20 % at every rate and seed"
)
assert deep_tuned["sigmoid_norm"][0] > 0.93, (
    "measured sigmoid_rescued: with normalisation every seed passes 93 %"
)
assert deep_tuned["sigmoid_norm"][0] > deep_tuned["relu"][-1], (
    "measured rescued_wins: the normalised sigmoid beats plain ReLU, worst seed against best"
)
assert deep_tuned["relu_norm"][0] > deep_tuned["sigmoid_norm"][-1], (
    "measured relu_ahead: normalised ReLU beats the normalised sigmoid, worst seed against best"
)
assert share["sigmoid"] < 0.01 < 0.1 < share["sigmoid_norm"], (
    "measured gradient_rescued: normalisation lets 10 % instead of 1 % of the gradient through"
)

# %% name="normalised_figure"
fig, ax = plt.subplots(figsize=(5.2, 3.8), layout="constrained")
for i, name in enumerate(bends):
    runs = torch.tensor([deep_test[name][lr] for lr in DEEP_RATES]).T
    draw_band(ax, DEEP_RATES, runs, label=name.replace("_", " + "), index=i, markers=True)
ax.set(xscale="log", xlabel="learning rate (SGD)", ylabel="test accuracy", ylim=(0, 1.03))
ax.legend(loc="center right", bbox_to_anchor=(1, 0.42))
plt.show()

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
    W = torch.randn(256, 256, generator=rng) / math.sqrt(256)  # keeps the variance of W h
    he, plain = torch.relu(math.sqrt(2) * W @ he), torch.relu(W @ plain)
kept = {"he": he.square().mean().item(), "plain": plain.square().mean().item()}
print(f"mean square after 20 layers: {kept['he']:.2f}, without the 2: {kept['plain']:.0e}")

assert kept["plain"] < 1e-5 < 0.1 < kept["he"] < 5, (
    "measured factor_two: without the factor 2 twenty ReLU layers quieten to nothing"
)

# %% name="ex_prelu"
from course_code.teach.models import mlp
from course_code.teach.training import accuracy, train

alphas, prelu_test = [], []
for seed in SEEDS:
    model = mlp((2, 100, 3), nn.PReLU, seed=seed).to(dev)
    start = model[1].weight.item()
    train(model, X.to(dev), y.to(dev), torch.optim.Adam(model.parameters(), lr=0.01), steps=400)
    alphas.append(model[1].weight.item())
    prelu_test.append(accuracy(model, *(part.to(dev) for part in spirals["test"])))
    print(f"seed {seed}: alpha {start:.2f} -> {alphas[-1]:.2f}, test {prelu_test[-1]:.3f}")

assert max(alphas) < -0.5, "measured prelu_folds: on the spiral PReLU learns a negative slope"

# %% name="ex_stack"
stacked = {}
for depth in (1, 2):
    widths = (2, *[30] * depth, 3)
    net = Ensemble(widths, shapes["square"], seeds=SEEDS, device=dev)
    train_runs(net, X, y, adam, 600, lr=0.01)
    stacked[depth] = sorted(evaluate_runs(net, *spirals["test"])[1].tolist())
    print(f"{depth} layers of x^2: test", *(f"{score:.3f}" for score in stacked[depth]))

assert stacked[1][-1] < 0.65 < 0.95 < stacked[2][0], (
    "measured quartic: two layers of x^2 pass 95 % where one stays below 65 %"
)

# %% name="ex_elu"
for lr in (0.1, 0.2, 0.5):
    for name in ("relu", "elu"):
        print(f"lr {lr}  {name:4} test", *(f"{score:.3f}" for score in digit_test[name][lr]))

middle = {name: {lr: digit_test[name][lr][2] for lr in DIGIT_RATES} for name in FAMILY}
assert middle["elu"][0.1] > middle["relu"][0.1], "measured elu_wins: at 0.1 median ELU beats ReLU"
assert middle["elu"][0.5] < middle["relu"][0.5], "measured elu_loses: at 0.5 it is behind"
