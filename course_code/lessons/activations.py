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
    return 1 / (1 + torch.exp(-x))


def tanh(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


def relu(x):
    return torch.where(x > 0, x, 0.0)


def leaky_relu(x, alpha=0.01):
    return torch.where(x > 0, x, alpha * x)


def notes_gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu(x):
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
assert 4e-4 < notes_gap < 5e-4, "arithmetic notes_gelu: the notes' GELU is an approximation"

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

assert slope_at_0["torch.relu(x)"] == 0, "arithmetic relu_at_zero: torch.relu has slope 0 at 0"
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
at = torch.tensor([0.0, 2.0, 5.0], dtype=torch.float64)
slopes = {}
for name in ("sigmoid", "tanh", "leaky_relu", "gelu"):
    slopes[name] = {"at_0_2_5": SLOPES[name](at).tolist(), "at_minus_5": SLOPES[name](-at)[2].item()}
    numbers = "".join(f"{s:10.2g}" for s in slopes[name]["at_0_2_5"])
    print(f"{name:10} slope at 0, 2, 5: {numbers}   at -5: {slopes[name]['at_minus_5']:9.2g}")

crossing = 2 * math.acosh((1 + math.sqrt(3)) / 2)
print(f"sigmoid' = tanh' at |a| = {crossing:.4f}")

p = torch.exp(-(x**2) / 2) * (x[1] - x[0]) / math.sqrt(2 * math.pi)  # normal weights of the grid
passed = {name: (p * SLOPES[name](x) ** 2).sum().item() for name in SLOPES}  # E[f'(a)^2]
print("mean of slope^2 for a ~ N(0, 1):")
for name in ("sigmoid", "tanh", "relu", "leaky_relu", "gelu"):
    print(f"{name:10} {passed[name]:.3f}")

at_crossing = torch.tensor(crossing, dtype=torch.float64)
assert slopes["sigmoid"]["at_0_2_5"][0] == 0.25 == SLOPES["sigmoid"](x).max().item(), (
    "theorem quarter: the slope of the sigmoid is at most 1/4"
)
assert slopes["tanh"]["at_0_2_5"][0] == 1, "theorem tanh_one: the slope of tanh is 1 at 0"
assert abs(slopes["sigmoid"]["at_0_2_5"][2] / 0.0066 - 1) < 0.01, (
    "arithmetic sigmoid_at_five: at 5 the sigmoid's slope is 0.0066"
)
assert abs(slopes["tanh"]["at_0_2_5"][2] / 1.8e-4 - 1) < 0.01, (
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
axes[1].set(yscale="log", ylim=(1e-7, 0.1), xlabel="x", ylabel="distance from exact GELU")
axes[1].legend()
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
from course_code.teach.sweep import best_rate, summarize, sweep

# %% name="scale"
no_bias = lambda n_out, n_in, rng: (
    math.sqrt(2 / n_in) * torch.randn(n_out, n_in, generator=rng),
    torch.zeros(n_out),
)
inputs = torch.randn(64, 500, generator=torch.Generator().manual_seed(0)).double()  # columns
size = {}
for name in ("sigmoid", "tanh", "relu", "gelu"):
    size[name] = {}
    for factor in (0.5, 1, 2):
        net = Ensemble([64] * 11 + [10], name, init=no_bias, dtype=torch.float64)
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
grid = {"activation": shapes, "lr": (0.001, 0.01, 0.1, 1), "seed": SEEDS}
shape_rows = sweep(spirals, grid, **spiral_net)


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
quadratic_loss = closure().item()
square_losses = [row["train_loss"] for row in shape_rows if row["activation"] == "square"]
print(f"best cross-entropy of any quadratic: {quadratic_loss:.5f}")
print(f"lowest of the {len(square_losses)} trained x^2 networks: {min(square_losses):.5f}")

assert min(square_losses) > quadratic_loss - 1e-5, (
    "theorem square_floor: no x^2 network gets below the best quadratic"
)
assert min(square_losses) < quadratic_loss + 1e-3, "measured square_arrives: training reaches it"

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
RATES = (0.001, 0.01, 0.03, 0.1, 0.3, 1, 3)
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
assert worst["relu"] > top["tanh"] and worst["tanh"] > top["sigmoid"] + 0.2, (
    "measured first_order: at 0.001 ReLU beats tanh beats sigmoid, worst seed against best"
)
assert at_rate[0.01]["tanh"][0] > at_rate[0.01]["relu"][2], (
    "measured tanh_first: at 0.01 the worst tanh beats the median ReLU"
)
assert at_rate[3]["sigmoid"][0] > at_rate[3]["relu"][-1], (
    "measured flipped: at 3 the sigmoid beats ReLU, worst seed against best"
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
axes[0].legend(loc="lower center")
plt.show()

# %% name="ladder"
ladder = {
    "σ(a)": torch.sigmoid,
    "4 σ(a)": lambda a: 4 * torch.sigmoid(a),
    "σ(a) − ½": lambda a: torch.sigmoid(a) - 0.5,
    "4 σ(a) − 2": lambda a: 4 * torch.sigmoid(a) - 2,
    "2 σ(2a) − 1": lambda a: 2 * torch.sigmoid(2 * a) - 1,
}
grid = {"activation": ladder, "seed": SEEDS}
ladder_rows = sweep(spirals, grid, lr=0.001, **spiral_net)
rungs = [scores(ladder_rows, activation=name) for name in ladder]

net = Ensemble((2, 100, 3), "sigmoid", seeds=SEEDS)
a = preactivations(net, X.T)[0].detach()  # (S, 100, B) at the start
start_reach = a.abs().max().item()
start_slope = torch.sigmoid(a).mul(torch.sigmoid(-a)).min().item()
print(f"before training |a| <= {start_reach:.2f}, so sigmoid' >= {start_slope:.2f}")

assert start_slope > 0.12, "measured not_saturated: at the start every sigmoid slope is over 0.12"
assert rungs[1][-1] < 0.55 and rungs[2][-1] < 0.55, (
    "measured one_rung: at 0.001 slope alone or centre alone leaves the sigmoid below 55 %"
)
assert rungs[3][0] > rungs[2][-1] and rungs[4][0] > rungs[3][-1] + 0.1, (
    "measured bend_counts: both together help, an earlier bend more, worst seed against best"
)

# %% name="ladder_figure"
fig, ax = plt.subplots(figsize=(5.2, 3), layout="constrained")
for place, values in enumerate(rungs):
    ax.plot(values, [place] * len(values), "o", color=COLOURS[0], alpha=0.6)
ax.set_yticks(range(len(rungs)), list(ladder))
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
WATCH = (0, 50, 100, 150, 200, 250, 300)


def census(net):
    """Find units without a positive sum, and without gradient, on all training digits.

    Returns two lists over the hidden layers, each of (R, H) truth values: silent and dead.
    """
    sums = preactivations(net, X_train.T)
    grads = torch.autograd.grad(cross_entropies(sums[-1], y_train).sum(), sums[:-1])
    silent = [(a <= 0).all(dim=2) for a in sums[:-1]]
    return silent, [(grad == 0).all(dim=2) for grad in grads]


death = []  # one row per activation, rate and seed
awake = []  # which ReLU units answer to some digit, at the steps in WATCH
for name in FAMILY:
    net = Ensemble((64, 100, 100, 10), name, seeds=[*SEEDS] * len(DIGIT_RATES), device=dev)
    watch = lambda t, net=net: awake.append(census(net)[0]) if t in WATCH else None
    if name == "relu":
        watch(0)
    options = {"lr": [lr for lr in DIGIT_RATES for _ in SEEDS], "batch_size": 100}
    train_runs(net, *digits["train"], sgd, 300, on_step=watch if name == "relu" else None, **options)
    valid_loss, _ = evaluate_runs(net, *digits["valid"])
    _, test = evaluate_runs(net, *digits["test"])
    silent, dead = census(net)
    for r, lr in enumerate(options["lr"]):
        row = {"activation": name, "lr": lr, "step": 300, "diverged": not valid_loss[r].isfinite()}
        row |= {"valid_loss": valid_loss[r].item(), "test_accuracy": test[r].item()}
        row |= {f"silent_{i}": silent[i - 1][r].float().mean().item() for i in (1, 2)}
        row |= {f"dead_{i}": dead[i - 1][r].float().mean().item() for i in (1, 2)}
        death.append(row)
