"""Calibration: whether a stated probability comes true, and what each loss rewards.

Follows the confidence of networks that have few or many points, and asks them about
places far from both. Further on: six losses, what they reward, and how well they
classify. Left out: images, deep nets, hinge losses, language.
"""

# %% name="setup"
import math
from statistics import fmean, median

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from course_code.teach.claims import check

SEEDS = range(12)
n_seeds = len(SEEDS)
torch.set_flush_denormal(True)  # below 1e-38 is 0: such numbers take very long

# %% name="ece"
from course_code.teach.calibration import calibration_error

p = torch.tensor([[0.9, 0.1]] * 10)  # on ten days, "90 % rain": (B, C)
y = torch.tensor([0] * 6 + [1] * 4)  # it rained on six
forecaster = calibration_error(p, y)
print(f"ECE of the forecaster: {forecaster:.2f}")

# %% name="machinery"
from course_code.teach.calibration import best_temperature
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.intervals import Interval, median_interval
from course_code.teach.optimizers import adam

WIDTHS = (2, 100, 3)  # inputs, hidden units, classes


def draw_sets(noise, n_train, seeds=SEEDS):
    """Draw spirals that no other seed has: {name: (X (S, 3 N, 2), y (S, 3 N))}."""
    sizes = {"train": n_train, "valid": min(n_train, 100), "test": 1000}  # N, per class
    sets = {}
    for i, (name, size) in enumerate(sizes.items(), 1):
        parts = [
            make_spirals(size, noise=noise, seed=1000 * i + seed) for seed in seeds
        ]
        sets[name] = tuple(torch.stack(part) for part in zip(*parts, strict=True))
    return sets


def compare(ours, theirs):
    """Subtract seed by seed: the differences, and an interval for their median."""
    gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
    low, high = median_interval(gaps)
    return {"gaps": gaps, "low": low, "median": median(gaps), "high": high}


def run_errors(p, y):
    """Measure the ECE of every run, of p (S, B, C) and y (S, B)."""
    return [calibration_error(each, label) for each, label in zip(p, y, strict=True)]


# %% name="calibration" timeout=300
STEPS = 2000
SIZES = {"few": 60, "many": 600}  # points per class
BATCH = 3 * SIZES["few"]  # points per step: all of the few
EQUAL = STEPS * SIZES["few"] // SIZES["many"]  # passes of many; steps of few
CHECKPOINTS = sorted({EQUAL, *(STEPS // part for part in (66, 40, 20, 10, 5, 2, 1))})
options = {"lr": 0.01, "batch_size": BATCH}
story, nets, drawn = {}, {}, {}


def describe(net, sets):
    """Measure every run: accuracy, confidence, calibration, temperature."""
    (X, y), (X_valid, y_valid) = sets["test"], sets["valid"]
    z, z_valid = net.predict(X), net.predict(X_valid)  # (S, B, C)
    T = [best_temperature(*each) for each in zip(z_valid, y_valid, strict=True)]
    measures = {"train": evaluate_runs(net, *sets["train"])[1].tolist(), "T": T}
    measures["test"] = evaluate_runs(net, X, y)[1].tolist()
    measures["sure"] = z.softmax(2).amax(2).mean(1).tolist()
    for suffix, logits in (("", z), ("_T", z / torch.tensor(T)[:, None, None])):
        pairs = zip(logits, y, strict=True)
        measures["ece" + suffix] = run_errors(logits.softmax(2), y)
        measures["loss" + suffix] = [F.cross_entropy(a, b).item() for a, b in pairs]
    return measures


for size, n_train in SIZES.items():
    sets = drawn[size] = draw_sets(0.8, n_train)
    net = nets[size] = Ensemble(WIDTHS, "relu", seeds=SEEDS)

    def watch(step, size=size):
        """Describe the runs at a checkpoint."""
        if step in CHECKPOINTS:
            story[size, step] = describe(nets[size], drawn[size])

    train_runs(net, *sets["train"], adam, STEPS, on_step=watch, **options)

# %% name="medians"
middle = {
    f"{size}_{step}": {name: median(column) for name, column in columns.items()}
    for (size, step), columns in story.items()
}
names = ("train", "test", "sure", "ece", "T", "ece_T", "loss", "loss_T")
print("medians    ", *(f"{name:>6}" for name in names))
for arm, row in middle.items():
    print(f"{arm:11}", *(f"{row[name]:6.3f}" for name in names))
TIMES = {
    "early": 2 * [STEPS // 20],
    "late": 2 * [STEPS],
    "passes": [EQUAL, STEPS],
}
extra = {}  # by how much the ECE with few points exceeds that with many
for label, (few, many) in TIMES.items():
    gap = extra[label] = compare(story["few", few]["ece"], story["many", many]["ece"])
    ends = Interval(gap["low"], gap["high"])
    print(f"ECE, few at {few} minus many at {many}: {ends:+.3f}")

# %% name="calibration_figure"
from course_code.draw.curves import draw_band

ink = plt.rcParams["text.color"]
fig, axes = plt.subplots(2, 1, figsize=(5.4, 5.6), sharex=True, layout="constrained")
upper = {
    "accuracy, train": "train",
    "accuracy, test": "test",
    "confidence, test": "sure",
}
lower = {
    "few": ("few", "ece"),
    "many": ("many", "ece"),
    "few, T fitted": ("few", "ece_T"),
}
lines = [(0, label, "few", name) for label, name in upper.items()]
lines += [(1, label, *line) for label, line in lower.items()]
for i, (panel, label, size, name) in enumerate(lines):
    # (S, steps)
    runs = torch.tensor([story[size, step][name] for step in CHECKPOINTS]).T
    draw_band(axes[panel], CHECKPOINTS, runs, label=label, index=i % 3, markers=True)
axes[0].set(title="few points", ylabel="share of the points")
axes[1].set(
    xscale="log", xlabel="steps", ylabel="calibration error (ECE)", ylim=(0, None)
)
axes[0].legend()
axes[1].legend()
plt.show()

# %% name="passes" timeout=300
PASSES = STEPS // 2  # over few points that is as many steps
LONG = PASSES * SIZES["many"] // SIZES["few"]
tried = SEEDS[:6]  # long runs: only some again, from their start
X, y = (part[: len(tried)] for part in drawn["many"]["train"])
long_net = Ensemble(WIDTHS, "relu", seeds=tried)
train_runs(long_net, X, y, adam, LONG, **options)
X, y = (part[: len(tried)] for part in drawn["many"]["test"])

long_many = run_errors(long_net.predict(X).softmax(2), y)
long_few = story["few", PASSES]["ece"][: len(tried)]
long_middle = {"few": median(long_few), "many": median(long_many)}
long_gap = compare(long_few, long_many)
ends = Interval(long_gap["low"], long_gap["high"])
print(f"after {PASSES} passes, median ECE of {len(tried)} seeds:", end="")
print(*(f" {size} {value:.3f}" for size, value in long_middle.items()), sep=",")
print(f"few minus many: {ends:+.3f}")

# %% name="sure"
X, y = drawn["few"]["test"]
raw = nets["few"].predict(X)  # (S, B, C) logits
T = torch.tensor(story["few", STEPS]["T"])[:, None, None]  # fitted, one per run

p = raw.softmax(2)
LIMIT = 0.99
sure = p.amax(2) > LIMIT  # (S, B)
sure_share = sure.double().mean().item()
sure_right = ((p.argmax(2) == y) & sure).sum(1) / sure.sum(1)  # (S,)
sure_right = sure_right.sort().values.tolist()
print(f"over {100 * LIMIT:g}% sure of {sure_share:.0%} of the test points")
print(f"right on {sure_right[0]:.1%} to {sure_right[-1]:.1%} of those, run by run")

# %% name="reliability"
from course_code.draw.confidence import draw_reliability
from course_code.teach.calibration import confidence_bins

fig, ax = plt.subplots(figsize=(4.8, 4.6), layout="constrained")
for i, (name, logits) in enumerate({"T = 1": raw, "T fitted": raw / T}.items()):
    # all runs together
    bins = confidence_bins(logits.flatten(0, 1).softmax(1), y.flatten())
    draw_reliability(ax, *bins, label=name, index=i)
ax.legend(loc="upper left")
plt.show()

# %% name="check_calibration"
gap = {arm: compare(columns["sure"], columns["test"]) for arm, columns in story.items()}
check(
    "measured underconfident: after 50 steps the median run promises too little",
    gap["few", STEPS // 40]["high"],
    "<",
    0,
)
check(
    "measured overconfident: after 2,000 every run promises over 8 points too much",
    min(gap["few", STEPS]["gaps"]),
    ">",
    0.08,
)
check(
    "measured data_late: after 2,000 steps few points cost over 0.09 of ECE",
    extra["late"]["low"],
    ">",
    0.09,
)
check(
    "measured data_early: after 100 steps few points give the lower ECE",
    extra["early"]["high"],
    "<",
    0,
)
check(
    "measured data_passes: after 200 passes each the ECE differ by under 0.07",
    max(-extra["passes"]["low"], extra["passes"]["high"]),
    "<",
    0.07,
)
check(
    "measured data_long: after 1,000 passes each few points cost over 0.025 of ECE",
    long_gap["low"],
    ">",
    0.025,
)
check(
    "measured not_99: of the answers over 99 % sure under 93 % are right, in every run",
    sure_right[-1],
    "<",
    0.93,
)

# %% name="repair" timeout=300
FURTHER = range(12, 20)  # more seeds: a temperature does not help on every one
sets = draw_sets(0.8, SIZES["few"], FURTHER)
net = Ensemble(WIDTHS, "relu", seeds=FURTHER)
train_runs(net, *sets["train"], adam, STEPS, **options)
further, end = describe(net, sets), story["few", STEPS]
repair = compare(*(end[name] + further[name] for name in ("ece", "ece_T")))
repair["seeds"] = len(repair["gaps"])
ends = Interval(repair["low"], repair["high"])
print(f"{repair['seeds']} seeds: the fitted T lowers the ECE by {ends:.3f}")

# %% name="plenty"
parts = [make_spirals(1000, noise=0.8, seed=4000 + seed) for seed in SEEDS]
X_plenty, y_plenty = (torch.stack(part) for part in zip(*parts, strict=True))
plenty = {}  # as describe, with many more validation points
for size, net in nets.items():
    sets = {**drawn[size], "valid": (X_plenty, y_plenty)}
    again = describe(net, sets)
    gap = plenty[size] = compare(again["ece_T"], again["ece"])
    gap |= {name: median(again[name]) for name in ("T", "ece", "ece_T")}
    told = f"T {gap['T']:.2f}, ECE {gap['ece']:.3f} before, {gap['ece_T']:.3f} after"
    print(f"{size}: {told}; change {Interval(gap['low'], gap['high']):+.3f}")

# %% name="check_plenty"
check(
    "measured temperature_helps: a fitted temperature lowers the median ECE",
    repair["low"],
    ">",
    0,
)
check(
    "measured nothing_to_mend: fitted on 3,000, T moves the ECE of many by under 0.015",
    max(-plenty["many"]["low"], plenty["many"]["high"]),
    "<",
    0.015,
)
check(
    "measured still_dishonest: T of 3,000 points leaves few points an ECE over 0.05",
    plenty["few"]["ece_T"],
    ">",
    0.05,
)

# %% name="far"
radius = torch.logspace(-1, 2, 25)
angle = torch.linspace(0, 2 * math.pi, 361)[:-1]
ring = torch.stack((angle.sin(), angle.cos()), dim=1)  # (360, 2)
# (S, 25 * 360, C)
away = nets["few"].predict((radius[:, None, None] * ring).reshape(-1, 2))
by_radius, far_confidence = {}, {}
for name, logits in {"raw": away, "fitted": away / T}.items():
    top = logits.softmax(2).amax(2).unflatten(1, (len(radius), len(ring)))
    by_radius[name] = top.mean(2)  # (S, 25)
    runs = far_confidence[name] = sorted(by_radius[name][:, -1].tolist())
    ends = f"{runs[0]:.4f} to {runs[-1]:.4f}"
    print(f"mean confidence at radius {radius[-1]:.0f}, {name:6}: {ends}")

# %% name="far_figure"
from course_code.draw.confidence import draw_confidence

fig, axes = plt.subplots(
    2, 1, figsize=(5.2, 8), height_ratios=(5, 3), layout="constrained"
)
draw_confidence(axes[0], nets["few"].member(0), drawn["few"]["train"][0][0])
for i, (name, label) in enumerate({"raw": "T = 1", "fitted": "T fitted"}.items()):
    draw_band(axes[1], radius, by_radius[name], label=label, index=i)
axes[1].axvspan(0.1, 1, color=ink, alpha=0.08, linewidth=0)
axes[1].text(0.12, 0.97, "data", va="top")
axes[1].set(xscale="log", xlabel="distance from the centre", ylabel="mean confidence")
axes[1].legend(loc="lower right")
plt.show()

# %% name="check_far"
check(
    "measured far_away: at radius 100 every network is over 99 % sure, on average",
    far_confidence["raw"][0],
    ">",
    0.99,
)

# %% name="losses"


def cross_entropy(z, t):
    """Map logits z (..., C, B) and targets t (C, B), as all six do, to (..., B)."""
    return -(t * z.log_softmax(-2)).sum(-2)


def softmax_twice(z, t):
    """Put probabilities where logits belong: the bug."""
    return cross_entropy(z.softmax(-2), t)


def one_minus_p(z, t):
    """Forget the logarithm: the share of errors, if answers were drawn from p."""
    return 1 - (t * z.softmax(-2)).sum(-2)


def squares_of_p(z, t):
    """Compare probabilities with targets by squared error."""
    return ((z.softmax(-2) - t) ** 2).sum(-2)


def squares_of_z(z, t):
    """Compare the scores themselves with the targets: no softmax anywhere."""
    return ((z - t) ** 2).sum(-2)


def sigmoids(z, t):
    """Ask one yes-or-no question per class."""
    return (F.softplus(z) - t * z).sum(-2)


LOSSES = (
    cross_entropy,
    squares_of_p,
    squares_of_z,
    sigmoids,
    softmax_twice,
    one_minus_p,
)


def read_probabilities(z, loss):
    """Say what a user would take for probabilities: logits in their own shape."""
    if loss is squares_of_z:
        return z
    return z.sigmoid() if loss is sigmoids else z.softmax(-2)


# %% name="honest"
truth = torch.linspace(0.02, 0.98, 49, dtype=torch.float64)  # how often class 0 occurs
target = torch.stack((truth, 1 - truth))  # (2, 49)
said = {}
for loss in LOSSES:
    logits, state = torch.zeros_like(target).requires_grad_(), {}
    for _ in range(800):
        (slope,) = torch.autograd.grad(loss(logits, target).sum(), logits)
        with torch.no_grad():
            adam(logits, slope, state, lr=0.1)
    said[loss.__name__] = read_probabilities(logits.detach(), loss)[0]  # (49,)

lie = {name: (p - truth).abs().max().item() for name, p in said.items()}
proper = [loss for loss in LOSSES if lie[loss.__name__] < 0.1]
boastful = [loss for loss in LOSSES if loss not in proper]
for name, gap in lie.items():
    print(f"{name:14} furthest from the truth: {gap:.3f}")

threshold = math.e / (1 + math.e)
ramp = ((1 + (truth / (1 - truth)).log()) / 2).clamp(0, 1)
ramp_gap = (said["softmax_twice"] - ramp).abs().max().item()
print(f"softmax_twice says 1 from a true probability of {threshold:.3f} on")

# %% name="honest_figure"
from course_code.draw.style import COLOURS, LINES, MARKERS

fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.9), sharey=True, layout="constrained")
for ax, losses in zip(axes, (proper, boastful), strict=True):
    ax.axline((0, 0), slope=1, color=ink, linestyle="--", linewidth=0.8)
    for i, name in enumerate(loss.__name__ for loss in losses):
        style = {"color": COLOURS[i], "marker": MARKERS[i], "markevery": (3 * i, 12)}
        ax.plot(truth, said[name], linestyle=LINES[i], label=name, **style)
    ax.set(xlabel="true probability")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
axes[0].set(ylabel="stated probability")
plt.show()

# %% name="check_honest"
check(
    "theorem proper: four losses are lowest where the model states the truth",
    max(sorted(lie.values())[:4]),
    "<",
    1e-3,
)
check(
    "theorem improper: softmax_twice and one_minus_p reward exaggeration",
    min(lie["softmax_twice"], lie["one_minus_p"]),
    ">",
    0.2,
)
check(
    "theorem ramp: softmax_twice answers (1 + log odds) / 2, cut at 0 and 1",
    ramp_gap,
    "<",
    0.02,
)

# %% name="confident"
LEADS = (1, 5, 10, 20)
wrong_by = torch.arange(0, max(LEADS) + 5.05, 0.1, dtype=torch.float64)
# (3, K): label 0, lead of class 1
z_wrong = torch.stack((0 * wrong_by, wrong_by, 0 * wrong_by))
t = torch.tensor([[1.0], [0], [0]], dtype=torch.float64)
push = {}
for loss in (cross_entropy, squares_of_p, squares_of_z, softmax_twice):
    logits = z_wrong.clone().requires_grad_()
    loss(logits, t).sum().backward()
    push[loss.__name__] = logits.grad.norm(dim=0)  # (K,)

sizes = {
    name: {k: norms[(wrong_by - k).abs().argmin()].item() for k in LEADS}
    for name, norms in push.items()
}
print("wrong by      ", *(f"{k:9}" for k in LEADS))
for name, row in sizes.items():
    print(f"{name:14}", *(f"{value:9.2g}" for value in row.values()))

# %% name="confident_figure"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for i, (name, norms) in enumerate(push.items()):
    style = {
        "color": COLOURS[i],
        "linestyle": LINES[i],
        "marker": MARKERS[i],
        "markevery": 50,
    }
    ax.plot(wrong_by, norms, label=name, **style)
ax.set(
    yscale="log",
    xlabel="lead of the wrong class, in logits",
    ylabel="length of the gradient",
)
ax.legend()
plt.show()

# %% name="check_confident"
check(
    "arithmetic confident_ce: wrong by 20, cross-entropy pushes with more than 1.4",
    sizes["cross_entropy"].get(20, math.nan),
    ">",
    1.4,
)
check(
    "arithmetic confident_mse: wrong by 20, squares of p push with less than 1e-7",
    sizes["squares_of_p"].get(20, math.nan),
    "<",
    1e-7,
)
check(
    "arithmetic confident_twice: wrong by 20, a second softmax leaves less than 1e-7",
    sizes["softmax_twice"].get(20, math.nan),
    "<",
    1e-7,
)


# %% name="arms"
SHORT = 300  # steps


def on_labels(loss):
    """Turn a loss on targets into one on labels (S, B), averaged over the points."""

    def mean_loss(logits, y):
        t = F.one_hot(y, logits.shape[-2]).mT.to(logits.dtype)  # (S, C, B)
        return loss(logits, t).mean(-1)

    return mean_loss


def train_arm(sets, loss, lr, init="pytorch"):
    """Train with Adam, one network per seed: {measure: a number per seed}."""
    net = Ensemble(WIDTHS, "relu", seeds=SEEDS, init=init)
    train_runs(net, *sets["train"], adam, SHORT, lr=lr, loss=on_labels(loss))
    X, y = sets["test"]
    p = read_probabilities(net.predict(X).mT, loss).mT.clamp(0, 1)  # (S, B, C)
    return {
        "valid": evaluate_runs(net, *sets["valid"])[1].tolist(),
        "test": evaluate_runs(net, X, y)[1].tolist(),
        "sure": p.amax(dim=2).mean(dim=1).tolist(),
        "ece": run_errors(p, y),
    }


# %% name="stubborn" timeout=300
def confident_start(n_out, n_in, rng):
    """Draw PyTorch's initial weights, then multiply the output layer by 100."""
    bound = n_in**-0.5 * (100 if n_out == WIDTHS[-1] else 1)
    W = torch.empty(n_out, n_in).uniform_(-bound, bound, generator=rng)
    return W, torch.empty(n_out).uniform_(-bound, bound, generator=rng)


STARTS = {"usual": "pytorch", "confident": confident_start}
FEW_RATES = (0.003, 0.03, 0.3)
COMPARED = (cross_entropy, squares_of_p)
STUCK = 0.7  # below this accuracy
clean = draw_sets(0.2, 100)
fresh = Ensemble(WIDTHS, "relu", seeds=SEEDS, init=confident_start)
fresh_sure = fresh.predict(clean["test"][0]).softmax(2).amax(2).mean().item()
fresh_right = evaluate_runs(fresh, *clean["test"])[1].mean().item()
print(
    f"confident start, before training: {fresh_sure:.0%} sure, {fresh_right:.0%} right"
)

stubborn, stuck = {}, {}  # stuck: how many runs, one count per rate
for start, init in STARTS.items():
    for loss in COMPARED:
        arms = [train_arm(clean, loss, lr, init)["test"] for lr in FEW_RATES]
        stubborn[start, loss.__name__] = dict(zip(FEW_RATES, arms, strict=True))
        counts = [sum(score < STUCK for score in arm) for arm in arms]
        stuck[f"{start}_{loss.__name__}"] = counts
        medians = " ".join(f"{median(arm):.3f}" for arm in arms)
        told = f"{start:9} {loss.__name__:13} median test {medians}"
        print(f"{told}   below {100 * STUCK:g}%:", *counts)

usual_lead = {}  # of squares of p over cross-entropy
for lr in FEW_RATES:
    pair = (stubborn["usual", name][lr] for name in ("squares_of_p", "cross_entropy"))
    lead = usual_lead[f"{lr}"] = compare(*pair)
    ends = Interval(lead["low"], lead["high"])
    print(f"usual start, rate {lr}: squares of p lead by {ends:+.3f}")

# %% name="stubborn_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 5.8), sharex=True, layout="constrained")
for ax, start in zip(axes, STARTS, strict=True):
    for i, loss in enumerate(COMPARED):
        # (S, rates)
        runs = torch.tensor(list(stubborn[start, loss.__name__].values())).T
        draw_band(ax, FEW_RATES, runs, label=loss.__name__, index=i, markers=True)
    ax.set(
        xscale="log", ylabel="test accuracy", title=f"{start} start", ylim=(0.2, 1.02)
    )
axes[1].set(xlabel="learning rate")
axes[0].legend(loc="lower left")
plt.show()

# %% name="check_stubborn"
UNKNOWN = {"low": math.nan, "high": math.nan}  # of a rate that was not tried
slow_lead, even_lead = (usual_lead.get(lr, UNKNOWN) for lr in ("0.003", "0.03"))
check(
    "measured stuck: confidently wrong, squares of p leave over 1/4 of runs below 70 %",
    sum(stuck["confident_squares_of_p"]),
    ">",
    len(SEEDS) * len(FEW_RATES) / 4,
)
check(
    "measured freed: from there cross-entropy leaves none",
    sum(stuck["confident_cross_entropy"]),
    "==",
    0,
)
check(
    "measured usual_slow: as usual, at 0.003, squares of p lead cross-entropy",
    slow_lead["low"],
    ">",
    0,
)
check(
    "measured usual_even: at 0.03 they differ by less than a point in the median",
    max(-even_lead["low"], even_lead["high"]),
    "<",
    0.01,
)

# %% name="rivals" timeout=300
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
noisy = draw_sets(0.6, 100)
rivals = {
    loss.__name__: {lr: train_arm(noisy, loss, lr) for lr in RATES} for loss in LOSSES
}
best, behind = {}, {}
for name, arms in rivals.items():
    best[name] = max(RATES, key=lambda lr, arms=arms: fmean(arms[lr]["valid"]))
    scores = arms[best[name]]["test"]
    gap = behind[name] = compare(
        scores, rivals["cross_entropy"][best["cross_entropy"]]["test"]
    )
    gap["seeds"] = sum(d < 0 for d in gap["gaps"])
    ends = Interval(gap["low"], gap["high"])
    print(
        f"{name:13} lr {best[name]:<5} test {min(scores):.3f} to {max(scores):.3f} ",
        f"minus CE: {ends:+.3f} ",
        f"behind on {gap['seeds']:2}",
    )

# %% name="rivals_figure"
GROUPS = (proper, [cross_entropy, *boastful])


def draw_groups(measure, **axis):
    """Draw a measure of all runs against the rate, the proper losses on top."""
    fig, axes = plt.subplots(
        2, 1, figsize=(5.2, 5.8), sharex=True, layout="constrained"
    )
    for ax, losses in zip(axes, GROUPS, strict=True):
        for i, name in enumerate(loss.__name__ for loss in losses):
            # (S, rates)
            runs = torch.tensor([arm[measure] for arm in rivals[name].values()]).T
            draw_band(ax, RATES, runs, label=name, index=i, markers=True)
        ax.set(xscale="log", **axis)
        ax.legend(loc="best")
    axes[1].set(xlabel="learning rate")
    plt.show()


draw_groups("test", ylabel="test accuracy", ylim=(0.6, 0.93))

# %% name="check_rivals"
others = [behind[loss.__name__] for loss in proper if loss is not cross_entropy]
proper_gap = max(max(-gap["low"], gap["high"]) for gap in others)
boastful_behind = sum(behind[loss.__name__]["seeds"] for loss in boastful)
boastful_pairs = len(boastful) * n_seeds
check(
    "measured proper_even: tuned, the other three differ from it by under 2 points",
    proper_gap,
    "<",
    0.02,
)
check(
    "measured boastful_behind: the two boastful are behind it in over half the pairs",
    boastful_behind,
    ">",
    boastful_pairs / 2,
)

# %% name="honesty"
print("median ECE at rate  ", *(f"{lr:>6}" for lr in RATES))
ece, more_ece = {}, {}  # more_ece: than cross-entropy at the same rate
for name, arms in rivals.items():
    ece[name] = {f"{lr}": median(arm["ece"]) for lr, arm in arms.items()}
    base = rivals["cross_entropy"]
    more_ece[name] = {
        f"{lr}": compare(arms[lr]["ece"], base[lr]["ece"]) for lr in RATES
    }
    print(f"{name:20}", *(f"{value:6.3f}" for value in ece[name].values()))
slower = min(RATES, key=lambda lr: abs(lr - 0.01))
squares = rivals["squares_of_z"][slower]
modest = {name: fmean(squares[name]) for name in ("sure", "test")}
told = f"{modest['sure']:.0%} sure, {modest['test']:.0%} right"
print(f"squares_of_z at {slower}: {told}")
best_ece = ece["cross_entropy"][f"{best['cross_entropy']}"]
print(
    f"cross-entropy at {best['cross_entropy']}, its best for accuracy: {best_ece:.3f}"
)

# %% name="honesty_figure"
draw_groups("ece", ylabel="calibration error (ECE)", ylim=(0, 0.2))

# %% name="check_honesty"
boast = [more_ece[loss.__name__] for loss in boastful]  # by rate
lows = [gap["low"] for gaps in boast for lr, gap in gaps.items() if float(lr) >= 0.01]
check(
    "measured boastful_ece: at each rate from 0.01 on, the boastful have a higher ECE",
    min(lows, default=math.nan),
    ">",
    0,
)
check(
    "measured slow_exception: at 0.003 a second softmax lowers the ECE",
    more_ece["softmax_twice"].get("0.003", UNKNOWN)["high"],
    "<",
    0,
)
check(
    "measured no_guarantee: cross-entropy at its best rate is off by over 0.03",
    best_ece,
    ">",
    0.03,
)

# %% name="ex_fair"
rng = torch.Generator().manual_seed(0)
stated = {"few": raw / T, "many": nets["many"].predict(drawn["many"]["test"][0])}
fair = {}  # the ECE of each run if its statements were the truth
for size, logits in stated.items():
    p = logits.softmax(2)  # (S, B, C)
    # labels that follow p exactly
    chosen = [torch.multinomial(each, 1, generator=rng)[:, 0] for each in p]
    fair[size] = run_errors(p, chosen)
floor = {size: median(errors) for size, errors in fair.items()}
for size, errors in fair.items():
    told = f"{min(errors):.3f} to {max(errors):.3f}, median {floor[size]:.3f}"
    print(f"ECE of an honest forecaster, {size}: {told}")
excess = compare(story["many", STEPS]["ece"], fair["many"])
ends = Interval(excess["low"], excess["high"])
print(f"many: its own ECE exceeds that by {ends:.3f}")

# %% name="check_fair"
check(
    "measured noise_floor: 3,000 points leave an ECE below 0.04 by chance",
    max(fair["few"] + fair["many"]),
    "<",
    0.04,
)
check(
    "measured nearly_honest: with many points the ECE exceeds that of chance",
    excess["low"],
    ">",
    0,
)
