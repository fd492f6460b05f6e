"""From LeNet to AlexNet: count both, then give a small LeNet one ingredient at a time.

Trains on 300 digits of MNIST, each variant at its own rate; asks what 20 seeds tell.
Left out: colour pictures, ImageNet, several GPUs, more than one new ingredient at a
time.
"""

# %% name="setup"
from statistics import median

import matplotlib.pyplot as plt
import torch

from course_code.teach.claims import check
from course_code.teach.device import device

SEEDS = range(9)  # each draws its own pictures and first weights
TUNING = range(100, 103)  # the seeds that choose the rates
FEW, SIDE, STEPS = 300, 14, 240  # pictures to train on, their pixels, steps of a run
n_seeds, dev = len(SEEDS), device()

# %% name="layers"
from course_code.teach.convolution import Conv, Drop, Full, Pool, Respond, count_layers

mean, largest = Pool(2, 2, "mean", trained=True), Pool(3, 2, "max")
lenet5 = (
    *(Conv(6, 5), mean),  # 32x32 pixels
    *(Conv(16, 5, pairs=60), mean),  # 60 of the 96 pairs of maps are joined
    *(Full(120), Full(84)),
)
alexnet = (
    *(Conv(96, 11, stride=4), Respond(), largest),  # 227x227 pixels, three colours
    *(Conv(256, 5, padding=2, pairs=96 * 256 // 2), Respond(), largest),
    Conv(384, 3, padding=1),
    Conv(384, 3, padding=1, pairs=384 * 384 // 2),  # two GPUs, half the maps on each
    *(Conv(256, 3, padding=1, pairs=384 * 256 // 2), largest),
    *(Full(4096), Drop(), Full(4096), Drop(), Full(1000)),
)
counted = {
    "LeNet-5": count_layers(lenet5, 32),
    "AlexNet": count_layers(alexnet, 227, 3),
}
totals = {}
for name, rows in counted.items():
    print(f"{name:9} side  maps  parameters  multiply-adds")
    for row in rows:
        shape = f"{row['side']:4}  {row['maps']:4}"
        print(f"{row['layer']:9} {shape}  {row['parameters']:10,}  {row['work']:13,}")
    totals[name] = {
        cost: sum(row[cost] for row in rows) for cost in ("parameters", "work")
    }
    print("in all {parameters:23,}  {work:13,}\n".format(**totals[name]))

# %% name="layers_figure"
from course_code.draw.layers import draw_shares

fig, axes = plt.subplots(
    2, 1, figsize=(5.4, 6), height_ratios=[6, 11], layout="constrained"
)
for ax, (name, rows) in zip(axes, counted.items(), strict=True):
    draw_shares(ax, rows)
    ax.set(title=name)
axes[0].legend()
plt.show()

# %% name="layers_checks"
fc = sum(row["parameters"] for row in counted["AlexNet"] if row["layer"] == "full")
in_full = fc / totals["AlexNet"]["parameters"]
conv = sum(row["work"] for row in counted["AlexNet"] if row["layer"] == "conv")
in_conv = conv / totals["AlexNet"]["work"]
grown = {
    cost: totals["AlexNet"][cost] / totals["LeNet-5"][cost]
    for cost in ("parameters", "work")
}
lenet_all, alexnet_all = (totals[name]["parameters"] for name in totals)
check("arithmetic lenet_count: LeNet-5 stores", lenet_all, "==", 60_000)
check("arithmetic alexnet_count: AlexNet stores", alexnet_all, "==", 60_965_224)
check("arithmetic in_full: of that in full layers", in_full, "in", (0.96, 0.97))
check("arithmetic in_conv: of the work in kernels", in_conv, "in", (0.91, 0.92))

# %% name="nets"
from course_code.teach.mnist import load_mnist


def small_net(maps=4, top=12, units=32, *, first=None, pool=None, more=(), drop=()):
    """List the layers of a LeNet for small pictures."""
    pool = pool or Pool(2, 2, "mean")
    first = first or (Conv(maps, 3), pool)
    return (*first, Conv(top, 3), *more, pool, Full(units), *drop, Full(10))


NETS = {
    "plain": small_net(),  # tanh, means, no dropout: LeNet's way
    "ReLU": small_net(),
    "max pooling": small_net(pool=Pool(2, 2, "max")),
    "overlap": small_net(pool=Pool(3, 2, "max", padding=1)),
    "dropout": small_net(drop=(Drop(0.5),)),
    "wider": small_net(8, 24, 64),
    "deeper": small_net(more=(Conv(12, 3, padding=1),)),
    "big stride": small_net(first=(Conv(4, 6, stride=2, padding=1),)),
    "shifts": small_net(),
    "10x pictures": small_net(),
}
BASE = {"overlap": "max pooling"}  # all others are compared with "plain"


def shifted(X, y):
    """Move each picture by up to one pixel each way: nine times as many."""
    wide = torch.nn.functional.pad(X.view(-1, SIDE, SIDE), (1, 1, 1, 1))
    moves = [(i, j) for i in (1, 0, 2) for j in (1, 0, 2)]  # itself first
    moved = [wide[:, i : i + SIDE, j : j + SIDE].flatten(1) for i, j in moves]
    return torch.cat(moved), y.repeat(len(moves))


def pictures(name, seed):
    """Draw a few pictures to train on, 300 to choose on, 1,700 to judge on."""
    n_train = 10 * FEW if name == "10x pictures" else FEW
    parts = load_mnist(n_train, side=SIDE, seed=seed)
    if name == "shifts":
        parts["train"] = shifted(*parts["train"])
    return parts


for name in ("plain", "wider", "deeper", "big stride"):
    stored, work = (
        sum(row[cost] for row in count_layers(NETS[name], SIDE))
        for cost in ("parameters", "work")
    )
    print(f"{name:10}  {stored:6,} parameters  {work:7,} multiply-adds")

# %% name="library"
from course_code.teach.convolution import ConvEnsemble
from course_code.teach.ensemble import evaluate_runs, train_runs
from course_code.teach.intervals import median_interval
from course_code.teach.optimizers import fading, momentum
from course_code.teach.sweep import choose_rates


def fitting(n_out, n_in, rng):
    """Draw normal weights of spread 1/sqrt(n_in), which suits tanh, and no biases."""
    return n_in**-0.5 * torch.randn(n_out, n_in, generator=rng), torch.zeros(n_out)


def train(name, runs, activation="tanh", *, steps=STEPS, judge=True, split=None):
    """Train each (rate, seed); a split of its own gives all the same pictures."""
    seeds = [seed for _, seed in runs]
    init = "he" if activation == "relu" else fitting  # times the root of 2
    net = ConvEnsemble(NETS[name], SIDE, activation, seeds=seeds, init=init, device=dev)
    drawn = [pictures(name, seed if split is None else split) for seed in seeds]
    parts = {
        part: [torch.stack(x) for x in zip(*(d[part] for d in drawn), strict=True)]
        for part in drawn[0]
    }
    rule, lr = fading(momentum, steps), [rate for rate, _ in runs]
    losses = train_runs(net, *parts["train"], rule, steps, lr=lr, batch_size=32)
    rows = [{"arm": name, "lr": r, "seed": s, "step": steps} for r, s in runs]
    parts["train"] = [x[:, :FEW] for x in parts["train"]]  # as many for all
    for part in ("train", "test") if judge else ["valid"]:
        measured = evaluate_runs(net, *parts[part])
        for row, loss, right in zip(rows, *measured, strict=True):
            row |= {f"{part}_loss": loss.item(), part: 100 * right.item()}
            row |= {f"{part}_error": 100 - row[part]}
    return rows, losses


# %% name="race" timeout=300
RATES = (0.06, 0.12, 0.25, 0.5)


def race(name, activation="tanh", rates=RATES):
    """Choose a variant's rate on tuning seeds, then train it with all the others."""
    tuning = [(rate, seed) for rate in rates for seed in TUNING]
    tried, _ = train(name, tuning, activation, judge=False)
    rate = choose_rates(tried, "arm", "valid_error")[name]
    rows, losses = train(name, [(rate["lr"], s) for s in SEEDS], activation)
    test, fit = ([row[part] for row in rows] for part in ("test", "train"))
    ends = {"middle": median(test), "fit": median(fit)}
    return rate | ends | {"test": test, "train": fit}, losses


arms, leads, points, curves = {}, {}, {}, {}
print("              rate  train   test  difference in points")
for name in NETS:
    arms[name], curves[name] = race(name, "relu" if name == "ReLU" else "tanh")
    arm = arms[name]
    told = f"{name:12}  {arm['lr']:<4}  {arm['fit']:5.1f}  {arm['middle']:5.1f}"
    if name != "plain":
        base = arms[BASE.get(name, "plain")]["test"]
        points[name] = [a - b for a, b in zip(arm["test"], base, strict=True)]
        leads[name] = median_interval(points[name])
        told += f"  {leads[name]:+.1f}"
    print(told)

# %% name="race_figure"
from course_code.draw.leads import draw_leads

fig, ax = plt.subplots(figsize=(5.4, 4.2), layout="constrained")
draw_leads(ax, points, [*leads.values()])
ax.set(xlabel="difference in test accuracy, points")
plt.show()

# %% name="race_checks"
failed = sum(right < 50 for arm in arms.values() for right in arm["test"])
inside = sum(arm["inside"] for arm in arms.values())
n_runs, n_arms = n_seeds * len(arms), len(arms)
kinds = [name for name in leads if name not in ("shifts", "10x pictures")]
best_kind = max(kinds, key=lambda name: arms[name]["middle"])
ahead = arms["10x pictures"]["middle"] - arms[best_kind]["middle"]
surest = max(leads[name][0] for name in kinds)
check("measured data_gain: ten times the pictures", leads["10x pictures"][0], ">", 3)
check("measured data_first: ahead of every change of the net by", ahead, ">", 2)
check("measured small_gains: surest gain of such a change", surest, "<", 2)
check("measured relu_no_wonder: ReLU, lower end", leads["ReLU"][0], "<", 1)
check("measured stride_no_gain: big stride, lower end", leads["big stride"][0], "<", 0)
check("measured dropout_no_gain: dropout, lower end", leads["dropout"][0], "<", 1)
check("measured tanh_trains: the plain net passes", arms["plain"]["middle"], ">", 80)
check("measured few_fail: runs below 50 %", failed, "<=", 2)


# %% name="longer" timeout=300
runs = {
    name: train(name, [(arms[name]["lr"], seed) for seed in SEEDS], steps=3 * STEPS)[0]
    for name in ("plain", "shifts")
}
longer = {name: [row["test"] for row in rows] for name, rows in runs.items()}
gain = [a - b for a, b in zip(longer["shifts"], longer["plain"], strict=True)]
longer_lead = median_interval(gain)
longer_middle = {name: median(test) for name, test in longer.items()}
told = "plain {plain:.1f}, shifts {shifts:.1f}".format(**longer_middle)
print(f"{runs['plain'][0]['step']} steps: {told}")
print(f"shifts ahead by {longer_lead:+.1f} points")

# %% name="longer_checks"
check("measured shifts_longer: shifts, lower end", longer_lead[0], ">", 1)


# %% name="speed"
LEVEL = 0.5


def steps_to(losses, level=LEVEL, window=20):
    """Count steps until the mean of `window` losses in a row is below level."""
    means = losses.unfold(0, window, 1).mean(dim=1)
    below = (means < level).nonzero()
    return window + below[0].item() if len(below) else float("inf")


paces = {n: [steps_to(run) for run in curves[n].T] for n in ("plain", "ReLU")}
ratios = [a / b for a, b in zip(paces["plain"], paces["ReLU"], strict=True)]
faster = median_interval(ratios)
pace = {name: median(steps) for name, steps in paces.items()}
told = f"tanh {pace['plain']}, ReLU {pace['ReLU']}"
print(f"steps to a training loss of {LEVEL}: {told}")
print(f"tanh's steps divided by those of ReLU: {faster:.2f}")

# %% name="speed_checks"
check("measured not_faster: tanh's steps by ReLU's, upper end", faster[1], "<", 1)

# %% name="sigmoid" timeout=300
from course_code.teach.ensemble import cross_entropies

X, y = pictures("plain", 0)["train"]
first = {}
for activation in ("tanh", "sigmoid"):
    net = ConvEnsemble(NETS["plain"], SIDE, activation, seeds=SEEDS, init=fitting)
    losses = cross_entropies(net(X.mT), y)
    (grad,) = torch.autograd.grad(losses.sum(), net.layers[0][0])
    first[activation] = median(grad.flatten(1).norm(dim=1).tolist())
    print(f"{activation:8} first layer's gradient at the start {first[activation]:.5f}")
weaker = first["tanh"] / first["sigmoid"]
to_try = (0.06, 0.5, 4)
sigmoid, _ = race("plain", "sigmoid", rates=to_try)
told = f"{min(sigmoid['test']):.1f} to {max(sigmoid['test']):.1f}"
print(f"sigmoid at {sigmoid['lr']}, the best of {len(to_try)} rates: test {told} %")

# %% name="sigmoid_checks"
check("measured sigmoid_weak: tanh's gradient by sigmoid's", weaker, ">", 15)
check("measured sigmoid_stuck: sigmoid, median", sigmoid["middle"], "<", 20)

# %% name="seeds" timeout=300
from itertools import combinations

MANY = range(200, 220)
rate = arms["plain"]["lr"]
again, _ = train("plain", [(rate, seed) for seed in MANY], split=0)
errors = sorted(100 - row["test"] for row in again)
print("test errors in %:", *(f"{error:.1f}" for error in errors))
published = (5.00, 4.09, 3.69, 3.54)


def spread(values):
    """Tell how far apart the extremes are, as a share of the mean."""
    return (max(values) - min(values)) / (sum(values) / len(values))


apart = errors[-1] - errors[0]
rebuilt, judged = published[1:], 2007  # the reproductions, and their test pictures
wrong = sum(rebuilt) / len(rebuilt) / 100
counting = 100 * (wrong * (1 - wrong) / judged) ** 0.5  # of a count, in points
between = max(rebuilt) - min(rebuilt)
print(f"counting {wrong:.1%} errors among {judged:,} is sure to {counting:.2f} points")
theirs, ours = spread(published), spread(errors)
k = min(len(published), len(errors))
usual = median(spread(some) for some in combinations(errors, k))
print(f"published: {theirs:.0%} apart. Ours: {ours:.0%}, any {k} {usual:.0%} (median)")
wide, plain = (torch.tensor(arms[name]["test"]) for name in ("wider", "plain"))
misled = (wide[:, None] <= plain).float().mean().item()
print(f"one run each: plain is level with wider or ahead in {misled:.0%} of pairs")

# %% name="seeds_checks"
check("measured seeds_apart: best to worst run, in points", apart, ">", 1.5)
check("arithmetic by_count: later runs apart, in points", between, "<", 2 * counting)
check("measured fours_closer: as many of ours, median", usual, "<", theirs)

# %% name="respond"
from course_code.teach.convolution import respond

rng = torch.Generator().manual_seed(0)
maps = torch.randn(1, 96, 27, 27, 1, generator=rng)
large = 100 * maps.relu()
factors = {}
for size, shown in {"tanh": maps.tanh(), f"ReLU, to {large.max():.0f}": large}.items():
    factor = shown[shown != 0] / respond(shown)[shown != 0]
    factors[size] = (factor.min().item(), factor.max().item())
    print("{}: divided by {:.4f} to {:.4f}".format(size, *factors[size]))

# %% name="respond_checks"
varies = factors["tanh"][1] / factors["tanh"][0] - 1
check("arithmetic constant: for tanh the divisor varies by", varies, "<", 0.001)
