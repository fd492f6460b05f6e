"""Geometry: where coordinates, frequencies or memory decide between optimizers.

Turns a valley, makes words rare, and repeats two published constructions that break
Adam. Left out: sparse gradients, large networks, second-order methods.
"""

# %% name="setup"
import math
from statistics import median

import matplotlib.pyplot as plt
import torch

from course_code.draw.curves import draw_band
from course_code.teach.claims import check
from course_code.teach.optimizers import adam, momentum, rmsprop, sgd

SEEDS = range(8)
n_seeds = len(SEEDS)
RULES = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}

# %% name="valley"
KAPPA = 1000.0  # curvature across the valley; along it the curvature is 1
ANGLES = (0, 5, 15, 30, 45)
WALK = 500  # steps
angle = 2 * math.pi * torch.rand(9, generator=torch.Generator().manual_seed(0)).double()
starts = torch.stack((angle.cos(), angle.sin()), dim=1)  # (9, 2) on the unit circle
grid = torch.logspace(-5, 1, 61, dtype=torch.float64)


def turned_valley(degrees, kappa=KAPPA):
    """Rotation Q (2, 2) by an angle, and curvatures A (2, 2) of the valley there."""
    a = math.radians(degrees)
    Q = torch.tensor([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]).double()
    return Q, Q @ torch.diag(torch.tensor([1.0, kappa]).double()) @ Q.T


def height(theta, A):
    """The loss theta A theta / 2 at places (..., 2)."""
    return ((theta @ A) * theta).sum(dim=-1) / 2


def descend(rule, rates, Q, A, starts, steps):
    """Walk from places (S, 2), turned by Q, too: paths (steps + 1, rates, S, 2)."""
    theta, state = (starts @ Q.T).repeat(len(rates), 1, 1), {}  # (rates, S, 2)
    path = [theta.clone()]
    for _ in range(steps):
        rule(theta, theta @ A, state, lr=rates[:, None, None])
        path.append(theta.clone())
    return torch.stack(path)


valley, valley_rate = {}, {}
for rule in (sgd, momentum, adam):
    for degrees in ANGLES:
        Q, A = turned_valley(degrees)
        losses = height(descend(rule, grid, Q, A, starts, WALK)[-1], A)  # (rates, S)
        losses = losses.where(losses < 1e12, math.inf)  # also what is not a number
        best = losses.mean(dim=1).argmin()  # a mean: a failed run counts
        valley_rate[f"{rule.__name__}_{degrees}"] = grid[best].item()
        valley[f"{rule.__name__}_{degrees}"] = sorted(losses[best].tolist())
valley_median = {name: median(losses) for name, losses in valley.items()}
for name in ("sgd", "momentum", "adam"):
    medians = (f"{d:2}°: {valley_median[f'{name}_{d}']:.0e} " for d in ANGLES)
    print(f"{name:8}", *medians)

# %% name="paths"
from course_code.draw.style import COLOURS, LINES

place = torch.tensor([[-1.0, 0.5]]).double()
across, along = torch.linspace(-0.8, 0.8, 100), torch.linspace(-1.1, 0.6, 100)
plane = torch.cartesian_prod(along, across).double()  # (100 * 100, 2)
RATIO = 20.0  # a shorter valley
_, flat = turned_valley(0, RATIO)
levels = (0.02, 0.1, 0.3, 0.8, 2, 4, 7)
fig, axes = plt.subplots(1, 3, figsize=(5.6, 2.5), sharey=True, layout="constrained")
for ax, (rule, lr) in zip(
    axes, {sgd: 0.09, momentum: 0.02, adam: 0.1}.items(), strict=True
):
    heights = height(plane, flat).reshape(100, 100).T
    ax.contour(along, across, heights, levels=levels, colors="#888888", linewidths=0.6)
    for index, degrees in enumerate((0, 45)):
        Q, A = turned_valley(degrees, RATIO)
        path = descend(rule, torch.tensor([lr]), Q, A, place, 30)[:, 0, 0] @ Q
        style = {"marker": "o^"[index], "ms": 6 - 3 * index, "lw": 1.2}
        style |= {"color": COLOURS[index], "linestyle": LINES[index]}
        ax.plot(*path.T, label=f"valley at {degrees}°", **style)
    ax.set(title=f"{rule.__name__} at {lr}", aspect="equal")
axes[0].set(ylabel="across")
axes[1].set(xlabel="along the valley")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()

# %% name="valley_curves"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for index, name in enumerate(("sgd", "momentum", "adam")):
    runs = torch.tensor([valley[f"{name}_{degrees}"] for degrees in ANGLES]).T
    draw_band(ax, ANGLES, runs, label=name, index=index, markers=True)
ax.set(yscale="log", xlabel="valley turned by (degrees)", xticks=ANGLES)
ax.set(ylabel=f"loss after {WALK} steps")
ax.legend()
plt.show()

# %% name="check_valley"
least, most = min(ANGLES), max(ANGLES)
gap = {  # what turning changes, start by start
    name: max(
        abs(a / b - 1)
        for a, b in zip(
            valley[f"{name}_{least}"], valley[f"{name}_{most}"], strict=True
        )
    )
    for name in ("sgd", "momentum")
}
check(
    "theorem equivariant: turning the valley changes nothing for SGD and momentum",
    max(gap.values()),
    "<",
    1e-3,
)
check(
    "measured adam_turns: turning it costs Adam a factor of a million",
    valley_median[f"adam_{most}"] / valley_median[f"adam_{least}"],
    ">",
    1e6,
)
check(
    "measured turned_momentum: there momentum's median loss is below Adam's",
    valley_median[f"momentum_{most}"] / valley_median[f"adam_{most}"],
    "<",
    1,
)
check(
    "measured turned_sgd: and Adam's is below SGD's",
    valley_median[f"adam_{most}"] / valley_median[f"sgd_{most}"],
    "<",
    1,
)

# %% name="kappa"
kappa = torch.tensor([10.0, 100, 1000, 10000], dtype=torch.float64)
curvatures = torch.stack((torch.ones_like(kappa), kappa))  # (2, K): along, across
root = kappa.sqrt()
needed = {}
constants = {  # the best ones for these curvatures
    sgd: {"lr": 2 / (1 + kappa)},
    momentum: {"lr": 4 / (root + 1) ** 2, "mu": ((root - 1) / (root + 1)) ** 2},
}
for rule, hyper in constants.items():
    theta, state = torch.ones_like(curvatures), {}
    steps = torch.zeros_like(kappa)
    while (far := theta.abs().amax(dim=0) > 1e-3).any():
        rule(theta, curvatures * theta, state, **hyper)
        steps += far
    needed[rule.__name__] = counts = [int(count) for count in steps]
    print(f"{rule.__name__:8} steps for kappa =", end=" ")
    print(
        ", ".join(f"{k:,.0f}: {count}" for k, count in zip(kappa, counts, strict=True))
    )

# %% name="check_kappa"
wider = (kappa[-1] / kappa[1]).item()  # 100 times the ratio
more = {name: counts[-1] / counts[1] for name, counts in needed.items()}
check(
    "arithmetic kappa_sgd: SGD's steps grow about as the ratio of curvatures",
    more["sgd"] / wider,
    "in",
    (0.9, 1.1),
)
check(
    "arithmetic kappa_momentum: those of momentum about as its root",
    more["momentum"] / wider**0.5,
    "in",
    (0.8, 1.4),
)

# %% name="words"
V = 50  # words in the language


def next_words(seed):
    """Draw what follows each word: (V, V) probabilities, one row per word."""
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(V, V, generator=rng).double().softmax(1)


P = torch.stack([next_words(seed) for seed in SEEDS])  # (S, V, V)
rank = torch.arange(1, V + 1, dtype=torch.float64)
FREQUENCY = {"equal": torch.ones(V).double() / V, "zipf": (1 / rank) / (1 / rank).sum()}


def learn_words(rule, rates, frequency, steps=200):
    """Fit tables of logits W by full gradients: excess loss (rates, S, V)."""
    W, state = torch.zeros(len(rates), *P.shape, dtype=torch.float64), {}
    lr = torch.tensor(rates).double()[:, None, None, None]
    for _ in range(steps):
        gradient = frequency[:, None] * (W.softmax(dim=3) - P)  # p - y, once per word i
        rule(W, gradient, state, lr=lr)
    return (P * (P.log() - W.log_softmax(dim=3))).sum(dim=3)


WORD_RATES = {
    "sgd": [10, 30, 100, 300, 1000],
    "momentum": [10, 30, 100, 300, 1000],
    "adam": [0.01, 0.03, 0.1, 0.3, 1],
}
words, excess = {}, {}
for kind, frequency in FREQUENCY.items():
    for name, rates in WORD_RATES.items():
        costs = learn_words(RULES[name], rates, frequency)  # (rates, S, V)
        total = costs @ frequency  # (rates, S)
        best = total.mean(dim=1).argmin()
        excess[kind, name] = costs[best]  # (S, V)
        words[f"{kind}_{name}"] = {"lr": rates[best], "loss": total[best].tolist()}
        ends = f"{total[best].min():.0e} to {total[best].max():.0e}"
        print(f"{kind:5} {name:8} rate {rates[best]:<4}  excess {ends}")

# %% name="word_curves"
fig, axes = plt.subplots(1, 2, figsize=(6, 3.6), sharey=True, layout="constrained")
titles = {"equal": "all equally frequent", "zipf": "frequency 1 / rank"}
for ax, kind in zip(axes, titles, strict=True):
    for index, name in enumerate(WORD_RATES):
        draw_band(
            ax, rank, excess[kind, name].clamp(min=1e-12), label=name, index=index
        )
    ax.set(xscale="log", yscale="log", title=titles[kind], xlabel="rank of the word")
axes[0].set(ylabel="excess loss of the word")
axes[0].legend(loc="upper left")
plt.show()

# %% name="check_words"
times = {}  # how much larger the excess loss is with Zipf's frequencies, seed by seed
for name in WORD_RATES:
    pairs = zip(
        words[f"zipf_{name}"]["loss"], words[f"equal_{name}"]["loss"], strict=True
    )
    times[name] = median(zipf / equal for zipf, equal in pairs)
    print(f"{name:8} with Zipf's frequencies: {times[name]:.0f} times the excess loss")
check(
    "measured rare_sgd: unequal frequencies make SGD's median excess 30 times as large",
    times["sgd"],
    ">",
    30,
)
check(
    "measured rare_momentum: and that of momentum over 30,000 times as large",
    times["momentum"],
    ">",
    30_000,
)
check(
    "measured rare_adam: Adam's excess loss stays below 1e-9 with either frequencies",
    max(words["zipf_adam"]["loss"] + words["equal_adam"]["loss"]),
    "<",
    1e-9,
)

# %% name="machinery"
from itertools import pairwise

from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs

WIDTHS, STEPS = (2, 100, 3), 500
learn, test = (
    tuple(
        torch.stack(part)
        for part in zip(
            *(make_spirals(size, seed=first + s) for s in SEEDS), strict=True
        )
    )
    for first, size in ((1000, 100), (2000, 1000))
)
size = sum(n * m + n for m, n in pairwise(WIDTHS))  # 603 parameters

# %% name="turned_net"
from course_code.teach.intervals import Interval, median_interval

mixed = torch.randn(size, size, generator=torch.Generator().manual_seed(7)).double()
Q = torch.linalg.qr(mixed).Q.float()  # a random rotation of the space of parameters


def turned(rule):
    """Run a rule in turned coordinates phi = theta Q, and turn its step back."""

    def update(theta, grad, state, **hyper):
        phi = theta @ Q
        rule(phi, grad @ Q, state, **hyper)
        theta.copy_(phi @ Q.T)

    return update


NET_RATES = {"sgd": 0.3, "adam": 0.1}
net_turned = {}
for name, lr in NET_RATES.items():
    for label, rule in (("plain", RULES[name]), ("turned", turned(RULES[name]))):
        net = Ensemble(WIDTHS, "relu", seeds=SEEDS)
        train_runs(net, *learn, rule, STEPS, lr=lr)
        loss = evaluate_runs(net, *learn)[0].tolist()
        score = evaluate_runs(net, *test)[1].tolist()
        net_turned[f"{name}_{label}"] = {"loss": loss, "test": score}
        print(
            f"{name:4} {lr:<4} {label:6} loss {min(loss):.4f}-{max(loss):.4f}",
            f" test {min(score):.3f}-{max(score):.3f}",
        )


def turning(name, measure):
    """What turning changes, seed by seed, and an interval for its median."""
    plain, turned = (
        net_turned[f"{name}_{label}"][measure] for label in ("plain", "turned")
    )
    gaps = [b - a for a, b in zip(plain, turned, strict=True)]
    low, high = median_interval(gaps)
    return {"low": low, "high": high, "higher": sum(gap > 0 for gap in gaps)}


turn_loss, turn_test = turning("adam", "loss"), turning("adam", "test")
sgd_losses = (net_turned[f"sgd_{label}"]["loss"] for label in ("plain", "turned"))
sgd_turn = max(abs(b / a - 1) for a, b in zip(*sgd_losses, strict=True))
print(
    f"Adam at {NET_RATES['adam']}, turned minus plain: median, and on how many higher:"
)
for label, turn in (("loss", turn_loss), ("test", turn_test)):
    ends = Interval(turn["low"], turn["high"])
    print(f"{label} {ends:+.4f}, {turn['higher']}")

# %% name="check_turned_net"
check(
    "measured net_sgd: turning the parameters changes SGD's loss by under 2 %",
    sgd_turn,
    "<",
    0.02,
)
check(
    "measured net_adam: turned, Adam ends with a higher training loss",
    turn_loss["higher"],
    ">",
    len(SEEDS) / 2,
)
check(
    "measured net_adam_test: turned, Adam still passes 97 % on fresh points",
    min(net_turned["adam_turned"]["test"]),
    ">",
    0.97,
)


# %% name="wilson"
def wilson(y, taken=0, width=1000):
    """Build inputs (B, 3 + width) for labels y = +1 or -1.

    Feature 0 is the label, features 1 and 2 are always 1. Then each point has five
    places of its own: a positive point fills one of them, a negative point all five.
    """
    X = torch.zeros(len(y), 3 + width, dtype=torch.float64)
    X[:, 0], X[:, 1:3] = y, 1
    for i, label in enumerate(y.tolist()):
        place = 3 + 5 * (taken + i)
        X[i, place : place + (1 if label > 0 else 5)] = 1
    return X


def wilson_errors(rule, seed, runs=1, **hyper):
    """Fit 100 points by least squares from zero: error there and on 100 fresh, y."""
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
for name, lr in (
    ("sgd", 0.05),
    ("momentum", 0.005),
    ("rmsprop", 0.001),
    ("adam", 0.01),
):
    runs = [wilson_errors(RULES[name], seed, lr=lr) for seed in SEEDS]
    wilson_train[name] = [run[0][0] for run in runs]
    wilson_test[name] = [run[1][0] for run in runs]
    negatives = [(run[2] < 0).double().mean().item() for run in runs]
    errors = [f"{error:.2f}" for error in wilson_test[name]]
    print(f"{name:8} train {max(wilson_train[name]):.2f}  test", *errors)
print("negatives in the test:", *(f"{share:.2f}" for share in negatives))

# %% name="wilson_eps"
eps = torch.logspace(-8, 1, 10, dtype=torch.float64)[:, None]  # (R, 1)
bridge = torch.tensor(
    [
        wilson_errors(adam, seed, len(eps), lr=0.01 * (1 + eps), eps=eps)[1]
        for seed in SEEDS
    ],
    dtype=torch.float64,
)  # (S, R)
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
draw_band(ax, eps[:, 0], bridge, label="Adam", markers=True)
ax.set(xscale="log", xlabel="eps", ylabel="test error")
plt.show()

# %% name="check_wilson"
missed = {  # how far the error is from the share of negative points, at most
    name: max(abs(a - b) for a, b in zip(wilson_test[name], negatives, strict=True))
    for name in ("adam", "rmsprop")
}
check(
    "measured wilson_train: all four rules classify every training point correctly",
    max(max(errors) for errors in wilson_train.values()),
    "==",
    0,
)
check(
    "measured wilson_sgd: on fresh points SGD and momentum make no error",
    max(wilson_test["sgd"] + wilson_test["momentum"]),
    "==",
    0,
)
check(
    "measured wilson_adam: Adam gets exactly the negative fresh points wrong",
    missed["adam"],
    "==",
    0,
)
check("measured wilson_rmsprop: so does RMSProp", missed["rmsprop"], "==", 0)
check(
    "measured wilson_bridge: with eps = 10 Adam makes no error here",
    bridge[:, -1].max(),
    "==",
    0,
)

# %% name="decay"
from course_code.teach.optimizers import adamw, l2

GRADIENT_SIZES = (1.0, 3.0, 10.0)
DECAY_LR, DECAY, DECAY_STEPS = 1e-3, 0.5, 2000
noise = torch.tensor(GRADIENT_SIZES)[:, None, None]
left = {}
for name, rule in {"sgd": l2(sgd), "adam": l2(adam), "adamw": adamw}.items():
    theta, state = torch.ones(len(noise), len(SEEDS), 200), {}
    streams = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    for _ in range(DECAY_STEPS):
        # (S, 200)
        draw = torch.stack([torch.randn(200, generator=rng) for rng in streams])
        rule(theta, noise * draw, state, lr=DECAY_LR, weight_decay=DECAY)
    left[name] = theta.mean(dim=2).tolist()  # (sizes, S)
sizes = ", ".join(f"{size:g}" for size in GRADIENT_SIZES)
left_median = {name: [median(runs) for runs in kept] for name, kept in left.items()}
for name, medians in left_median.items():
    print(f"{name:5} weight left at sizes {sizes}:", *(f"{m:.3f}" for m in medians))
once = DECAY_LR * DECAY  # what one step takes away
expected = (1 - once) ** DECAY_STEPS
print(f"promised: (1 - {once:g})^{DECAY_STEPS} = {expected:.3f}")
shrunk = [math.exp(-once * DECAY_STEPS / size) for size in GRADIENT_SIZES]
print("predicted for L2 inside Adam:", *(f"{weight:.3f}" for weight in shrunk))

# %% name="check_decay"
check(
    "measured adamw_decay: AdamW shrinks weights as promised, whatever their gradients",
    max(abs(w - expected) for runs in left["adamw"] for w in runs),
    "<",
    0.02,
)
check(
    "measured adam_l2_large: with L2 in Adam, over 85 % is left at the largest",
    min(left["adam"][-1]),
    ">",
    0.85,
)
check(
    "measured adam_l2_small: and under 50 % at the smallest",
    max(left["adam"][0]),
    "<",
    0.5,
)

# %% name="reddi_cycle"
C = 3.0  # the large slope
SHORT, LONG = 1 / (1 + C**2), 0.999  # beta2: that of the counterexample, the usual one
v = 0.0
for _ in range(20):  # let v settle into its cycle
    for g in (C, -1.0, -1.0):
        v = SHORT * v + (1 - SHORT) * g**2
moves, sizes = [], []
for g in (C, -1.0, -1.0):
    v = SHORT * v + (1 - SHORT) * g**2
    sizes.append(v)
    moves.append(-g / math.sqrt(v))
    print(f"slope {g:4.0f}   v = {v:.3f}   move / rate = {moves[-1]:+.3f}")
net_move, ams_move = sum(moves), -(C - 2) / math.sqrt(max(sizes))
print(f"in sum: Adam {net_move:+.3f}, AMSGrad {ams_move:+.3f}")


# %% name="reddi"
def online(beta2, keep_max, x, cycles=1000, alpha=0.5):
    """Adam without momentum on slopes C, -1, -1, ...: places (3 cycles, starts)."""
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
LAST = 300  # places
reddi = {
    f"Adam, beta2 = {SHORT:.3g}": online(SHORT, False, x0),
    f"AMSGrad, beta2 = {SHORT:.3g}": online(SHORT, True, x0),
    f"Adam, beta2 = {LONG:.3g}": online(LONG, False, x0),
}
final = {}
for name, path in reddi.items():
    final[name] = path[-LAST:].mean(dim=0).tolist()
    print(f"{name:20} last {LAST} places:", *(f"{x:6.3f}" for x in final[name]))
climbs, amsgrad, long = final.values()

# %% name="reddi_curves"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for index, (name, path) in enumerate(reddi.items()):
    # mean place in each cycle of three
    cycles = path.reshape(-1, 3, len(x0)).mean(dim=1)
    draw_band(ax, range(1, len(cycles) + 1), cycles.T, label=name, index=index)
ax.set(xscale="log", xlabel="cycle", ylabel="x (best −1, worst +1)")
ax.legend(loc="center right")
plt.show()

# %% name="check_reddi"
check("arithmetic cycle_adam: in one cycle Adam climbs", net_move, ">", 0)
check("arithmetic cycle_amsgrad: and AMSGrad descends", ams_move, "<", 0)
check(
    "measured reddi_adam: a short memory leads Adam to the worst point from any start",
    min(climbs),
    ">",
    0.95,
)
check(
    "measured reddi_fixed: AMSGrad, or Adam with a long one, goes to the best point",
    max(amsgrad + long),
    "<",
    -0.95,
)
