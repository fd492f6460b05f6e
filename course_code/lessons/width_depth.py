"""Width or depth: the same parameters spent on wide layers or on many.

Trains digits and the spiral at equal parameters, each depth at its own rate; folds a
line ten times to see what depth can do, and tries to learn it. Left out: convolutions,
normalisation, networks with more than 5,000 parameters.
"""

# %% name="setup"
import math
from statistics import median

import matplotlib.pyplot as plt
import torch

from course_code.teach.claims import check
from course_code.teach.device import device

SEEDS = range(6)  # each draws its own data and first weights
TUNING = range(100, 102)  # the seeds that choose the rates
n_seeds, dev = len(SEEDS), device()

# %% name="budget"
from course_code.teach.budget import multiply_adds, parameters, spend

BUDGET, DEPTHS = 5000, (1, 2, 4, 8, 16)  # parameters, hidden layers
digit_nets = {depth: spend(BUDGET, depth, n_in=64, n_out=10) for depth in DEPTHS}
print("hidden layers  units in each  parameters  multiply-adds")
for depth, widths in digit_nets.items():
    costs = f"{parameters(widths):10,}  {multiply_adds(widths):13,}"
    print(f"{depth:13}  {widths[1]:13}  {costs}")

# %% name="library"
from course_code.teach.data import make_spirals
from course_code.teach.digits import load_digits
from course_code.teach.intervals import count_behind, lead
from course_code.teach.optimizers import adam
from course_code.teach.sweep import choose_rates, split_rows, sweep


def summary(rows, rate):
    """Collect the runs of one net, seed by seed."""
    test = [row["test_accuracy"] for row in rows]
    train = [row["train_accuracy"] for row in rows]
    ends = {"low": min(test), "middle": median(test), "high": max(test)}
    return {**ends, "test": test, "train": median(train), **rate}


UNKNOWN = {  # of a depth not run
    "middle": math.nan,
    "lead": (math.nan, math.nan),
    "behind": math.nan,
}


# %% name="race" timeout=300
def race(nets, data, rates, **options):
    """Choose each net's rate on tuning seeds, then train it with all the others."""
    options |= {"optimizer": adam, "init": "he", "device": dev}
    tried = sweep(data, {"widths": nets, "lr": rates, "seed": TUNING}, **options)
    found = {}
    for depth, rate in choose_rates(tried, "widths").items():  # by validation loss
        runs = {"widths": nets[depth], "lr": rate["lr"], **options}
        found[depth] = summary(sweep(data, {"seed": SEEDS}, **runs), rate)
    return found


def splits(seed):
    """Shuffle the digits: 1,000 to train on, 300 to choose on, 497 to judge on."""
    return load_digits(1000, 300, seed=seed)


RATES, STEPS, BATCH = (0.001, 0.003, 0.01, 0.03, 0.1), 500, 50
digits = race(digit_nets, splits, RATES, steps=STEPS, batch_size=BATCH)


def report(found):
    """Print each depth: its rate, its accuracies, its lead over the first."""
    print(f"depth    rate  train         test       against depth {min(found)}")
    first = found[min(found)]["test"]
    for depth, arm in found.items():
        arm["lead"] = lead(arm["test"], first)
        arm["behind"] = count_behind(arm["test"], first)
        test = f"{arm['low']:.3f} to {arm['high']:.3f}"
        ends = f"{arm['lead']:+.1f} points"
        print(f"{depth:5}  {arm['lr']:<6}  {arm['train']:.3f}  {test}  {ends}")


report(digits)


# %% name="spiral" timeout=300
def spirals(seed):
    """Draw 60 points per arm to train on, as many to choose on, 1,000 to judge on."""
    return {
        "train": make_spirals(60, seed=1000 + seed),
        "valid": make_spirals(60, seed=2000 + seed),
        "test": make_spirals(1000, seed=3000 + seed),
    }


SPIRAL_BUDGET, SPIRAL_DEPTHS = 500, (1, 3, 6, 12)
spiral_nets = {depth: spend(SPIRAL_BUDGET, depth, 2, 3) for depth in SPIRAL_DEPTHS}
spiral_units = {depth: widths[1] for depth, widths in spiral_nets.items()}
spiral = race(spiral_nets, spirals, (*RATES, 0.3), steps=1000)
report(spiral)

# %% name="race_figure"
from course_code.draw.curves import draw_band

fig, axes = plt.subplots(1, 2, figsize=(5.4, 3.2), layout="constrained")
titles = (f"digits, {BUDGET:,} parameters", f"spiral, {SPIRAL_BUDGET:,} parameters")
for index, (ax, found) in enumerate(zip(axes, (digits, spiral), strict=True)):
    runs = torch.tensor([arm["test"] for arm in found.values()]).T  # (S, depths)
    draw_band(ax, [*found], runs, label="test", index=index, markers=True)
    ax.set(xscale="log", xlabel="hidden layers", title=titles[index])
    ax.set_xticks([*found], [str(depth) for depth in found])
    ax.minorticks_off()
axes[0].set(ylabel="test accuracy")
plt.show()

# %% name="race_checks"
costs = [multiply_adds(widths) for widths in digit_nets.values()]
dearer = max(costs) / min(costs) - 1
check("arithmetic equal_cost: multiply-adds differ by less than", dearer, "<", 0.15)
two, four, eight, sixteen = (
    digits.get(depth, UNKNOWN)["lead"] for depth in (2, 4, 8, 16)
)
check("measured two_no_worse: two against one, upper end", two[1], ">", -1)
check("measured two_no_better: and the lower end", two[0], "<", 0.8)
check("measured four_no_better: four against one", four[0], "<", 0.5)
check("measured eight_lose: eight against one", eight[1], "<", 0)
check("measured sixteen_lose: sixteen against one", sixteen[1], "<", -3)
one, three, twelve = (spiral.get(depth, UNKNOWN) for depth in (1, 3, 12))
check("measured spiral_three: three layers pass", three["middle"], ">", 0.98)
check("measured spiral_one: one layer passes", one["middle"], ">", 0.98)
check(
    "measured spiral_twelve: seeds with twelve behind one",
    twelve["behind"],
    ">=",
    n_seeds - 1,
)

# %% name="tent"
from course_code.teach.tent import count_pieces, folded, tent_layers

MOST = 10  # folds
n = 2 ** (MOST + 2) + 1
x = torch.linspace(0, 1, n, dtype=torch.float64)  # (n,) exact, as all below
pieces, spent = {}, {}
print("folds  parameters  pieces")
for k in range(1, MOST + 1):
    *hidden, (W_last, b_last) = tent_layers(k)
    h = x[None]  # (1, n)
    for W, b in hidden:
        h = torch.relu(W @ h + b[:, None])  # (2, n)
    y = (W_last @ h + b_last[:, None])[0]  # (n,)
    pieces[k] = count_pieces(y)
    spent[k] = sum(W.numel() + b.numel() for W, b in tent_layers(k))
    print(f"{k:5}  {spent[k]:10}  {pieces[k]:6}")

units_needed = pieces[MOST] - 1  # one hidden layer of m units bends m times at most
shallow_spent = parameters((1, units_needed, 1))
print(f"one hidden layer: {units_needed:,} units, {shallow_spent:,} parameters")

# %% name="tent_figure"
fig, axes = plt.subplots(1, 3, figsize=(5.4, 2.2), sharey=True, layout="constrained")
for ax, k in zip(axes, (1, 2, 5), strict=True):
    at = torch.linspace(0, 1, 2**k + 1)  # where it bends
    ax.plot(at.numpy(), folded(at, k).numpy(), color="#0072B2", linewidth=1)
    ax.set(title=f"folded {k}x" if k > 1 else "the tent", xlabel="x")
axes[0].set(ylabel="height")
plt.show()

# %% name="tent_checks"
doubles = sum(pieces[k] == 2**k for k in pieces)
same = (y - folded(x, MOST)).abs().max().item()
check("arithmetic doubling: of ten nets, 2^k pieces have", doubles, "==", len(pieces))
check("arithmetic same_curve: net and folded map differ by", same, "==", 0)
ten = spent.get(10, math.nan)
check("arithmetic sixty_one: parameters of ten folds", ten, "==", 61)

# %% name="learn" timeout=300
FOLDS, POINTS = (1, 2, 4), 65
PRICE = 400  # parameters of deep and of wide
LEARNT = 0.01  # of the curve's variance may be left


def squares(outputs, target):
    """Mean squared error (R,) of outputs (R, 1, B), in units of the variance 1/12."""
    return 12 * (outputs[:, 0] - target).square().mean(dim=1)


def curve(k):
    """Sample the k-fold tent: points to train on, those halfway to judge on."""
    at = torch.linspace(0, 1, POINTS)
    parts = {"train": at, "test": (at[1:] + at[:-1]) / 2}
    return {name: (x[:, None], folded(x, k)) for name, x in parts.items()}


learnt = {}
for k in FOLDS:
    nets = {"exact": (1, *[2] * k, 1), "wide": spend(PRICE, 1, 1, 1)}
    if k > 1:  # with one layer deep is wide
        nets["deep"] = spend(PRICE, k, 1, 1)
    grid = {"widths": nets, "lr": (0.003, 0.01), "seed": SEEDS}
    rows = sweep(curve(k), grid, steps=1500, optimizer=adam, loss=squares, device=dev)
    for name, runs in split_rows(rows, "widths").items():
        hits = [
            sum(row["test_loss"] < LEARNT for row in at_rate)
            for at_rate in split_rows(runs, "lr").values()
        ]
        learnt[f"{name}_{k}"] = max(hits)  # at the rate that flatters it most
    told = (f"{name} {learnt[f'{name}_{k}']:2}" for name in nets)
    print(f"folded {k}x: of {n_seeds} runs learn", *told, sep="   ")

# %% name="learn_checks"
share = {name: hits / n_seeds for name, hits in learnt.items()}
exact = max((share[f"exact_{k}"] for k in FOLDS if k > 1), default=math.nan)
wide_two = share.get("wide_2", math.nan)
four = max(share.get(f"{name}_4", math.nan) for name in ("deep", "wide"))
check("measured exact_fails: exact size, from two folds", exact, "<", 0.2)
check("measured wide_two: one layer learns two folds", wide_two, ">", 0.7)
check("measured nobody_four: deep or wide, four folds", four, "<", 0.2)


# %% name="few" timeout=300
def few_digits(seed):
    """Shuffle the digits: 100 to train on, 100 to choose on, the rest to judge on."""
    return load_digits(100, 100, seed=seed)


FEW_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
few_nets = {depth: widths for depth, widths in digit_nets.items() if depth <= 8}
few = race(few_nets, few_digits, FEW_RATES, steps=200, batch_size=20)
report(few)

# %% name="few_checks"
four, eight = (few.get(depth, UNKNOWN)["lead"] for depth in (4, 8))
check("measured few_eight: eight against one", eight[1], "<", -5)
check("measured few_four: four against one", four[1], "<", 0)

# %% name="skips" timeout=300
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.residual import ResidualEnsemble
from course_code.teach.sweep import stacked_data

shallowest, deepest = min(digit_nets), max(digit_nets)


def run_skips(rates, seeds):
    """Train the deepest with skips, each seed at each rate; rates are outermost."""
    runs = [(rate, seed) for rate in rates for seed in seeds]
    options = {"seeds": [seed for _, seed in runs], "device": dev}
    net = ResidualEnsemble(digit_nets[deepest], **options)  # with PyTorch's own weights
    data = stacked_data([{"data_seed": seed} for _, seed in runs], splits)
    lr = [rate for rate, _ in runs]
    train_runs(net, *data["train"], adam, STEPS, lr=lr, batch_size=BATCH)
    return {name: evaluate_runs(net, *points) for name, points in data.items()}


SKIP_RATES = (0.0003, 0.001, 0.003, 0.01)
valid_loss = run_skips(SKIP_RATES, TUNING)["valid"][0].view(len(SKIP_RATES), -1)
skip_rate = SKIP_RATES[valid_loss.mean(dim=1).argmin()]
skip_test = run_skips([skip_rate], SEEDS)["test"][1].tolist()
skips = {"low": min(skip_test), "high": max(skip_test), "middle": median(skip_test)}
skips["gain"] = lead(skip_test, digits[deepest]["test"])
skips["lead"] = lead(skip_test, digits[shallowest]["test"])
skips["behind"] = count_behind(skip_test, digits[shallowest]["test"])
print(f"rate {skip_rate}: test {skips['low']:.3f} to {skips['high']:.3f}")
print(f"against {deepest} plain layers: {skips['gain']:+.1f} points")
print(f"against depth {shallowest}: {skips['lead']:+.1f} points")

# %% name="skips_checks"
check("measured skips_gain: against plain 16 layers", skips["gain"][0], ">", 0)
check("measured skips_behind: seeds behind one", skips["behind"], ">=", n_seeds - 2)

# %% name="ex_random"
from course_code.teach.signals import preactivations

fine = torch.linspace(-1, 1, 20_001, dtype=torch.float64)[None]  # (1, B)
random_pieces = {}
for depth, units in ((1, 64), (4, 16), (16, 4)):
    widths = (1, *[units] * depth, 1)
    net = Ensemble(widths, seeds=SEEDS, init="pytorch", dtype=torch.float64)
    with torch.no_grad():
        on = torch.cat(preactivations(net, fine)[:-1], dim=1) > 0  # (R, 64, B)
    switches = (on[..., 1:] != on[..., :-1]).any(dim=1).sum(dim=1)  # (R,)
    random_pieces[depth] = (1 + switches).tolist()
    ends = f"{min(random_pieces[depth])} to {max(random_pieces[depth])}"
    print(f"{depth:2} layers of {units:2} units, random weights: {ends} pieces")

# %% name="ex_random_check"
most = max(max(found) for found in random_pieces.values())
check("measured few_pieces: 64 random units make at most", most, "<=", 65)

# %% name="ex_bottleneck" timeout=300
ROOMY = 42  # units in each layer
nets = {deepest: (64, *[ROOMY] * deepest, 10)}
rates = RATES[:3]  # at the others so many layers do not learn
roomy = race(nets, splits, rates, steps=STEPS, batch_size=BATCH)[deepest]
roomy["gain"] = lead(roomy["test"], digits[deepest]["test"])
roomy["lead"] = lead(roomy["test"], digits[shallowest]["test"])
print(f"rate {roomy['lr']}: test {roomy['low']:.3f} to {roomy['high']:.3f}")
print(f"against {digit_nets[deepest][1]} units a layer: {roomy['gain']:+.1f} points")
print(f"against depth {shallowest}: {roomy['lead']:+.1f} points")
