"""Softmax and cross-entropy: what they compute, and why they fit together.

Starts from a worked example in the notes that divides by the sum, derives the gradient
p - y, and trains with one softmax too many. Further on: overflow, and the derivative
of softmax alone. Left out: other losses and calibration (the next page),
images, language.
"""

# %% name="setup"
import math
from statistics import median

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.claims import check

SEEDS = range(20)

# %% name="example"
from course_code.teach.softmax import softmax

z = torch.tensor([25, 36, 39], dtype=torch.float64)
example = {
    "z_over_sum": (z / z.sum()).tolist(),
    "softmax_z": softmax(z).tolist(),
    "softmax_log_z": softmax(z.log()).tolist(),
    "softmax_of_shares": softmax(z / z.sum()).tolist(),
}
for name, p in example.items():
    print(f"{name:18}", *(f"{value:12.7f}" for value in p))

# %% name="check_example"
notes = torch.tensor([0.25, 0.36, 0.39], dtype=torch.float64)
shares = z / z.sum()
apart = [abs(a - b) for a, b in zip(shares.tolist(), notes.tolist(), strict=False)]
first, third = example["softmax_z"][0], example["softmax_z"][-1]
check(
    "arithmetic notes_divide: 0.25, 0.36, 0.39 is (25, 36, 39) divided by its sum",
    max(apart),
    "<",
    1e-12,
)
check(
    "arithmetic notes_third: the softmax of (25, 36, 39) gives 39 over 95 %",
    third,
    ">",
    0.95,
)
check(
    "arithmetic notes_first: it gives 25 less than one in a million", first, "<", 1e-6
)
check(
    "theorem logs_give_shares: the softmax of the logarithms is division by the sum",
    (softmax(z.log()) - shares).abs().max(),
    "<",
    1e-12,
)

# %% name="symmetries"
changed = {"z": z, "z - 30": z - 30, "2 z": 2 * z}
for name, scores in changed.items():
    divided = "  ".join(f"{value:5.2f}" for value in scores / scores.sum())
    p = "  ".join(f"{value:.4f}" for value in softmax(scores))
    print(f"{name:7} over the sum: {divided}    softmax: {p}")

# %% name="temperature"
warm = {T: softmax(z, T).tolist() for T in (1, 5, 10, 100)}
for T, p in warm.items():
    print(f"T = {T:3}:", *(f"{value:11.7f}" for value in p))

*_, z_1, z_2, z_3 = z.tolist()
need_12 = (z_2 - z_1) / math.log(z_2 / z_1)  # T at which p_2 / p_1 = z_2 / z_1
need_23 = (z_3 - z_2) / math.log(z_3 / z_2)
print(f"{z_1:g}:{z_2:g} needs T = {need_12:.1f}, {z_2:g}:{z_3:g} needs {need_23:.1f}")

# %% name="temperature_curves"
from course_code.draw.style import COLOURS, LINES, MARKERS

temperatures = torch.logspace(-0.5, 3, 200, dtype=torch.float64)
warmed = torch.stack([softmax(z, T) for T in temperatures.tolist()])  # (200, 3)
ink = plt.rcParams["text.color"]
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for i, score in enumerate(z.tolist()):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "label": f"z = {score:g}"}
    ax.plot(temperatures, warmed[:, i], marker=MARKERS[i], markevery=25, **style)
ax.legend(loc="upper right")
ax.axhline(1 / len(z), color=ink, linestyle="--", linewidth=0.8)
ax.axvline(1, color=ink, linestyle=":", linewidth=0.8)
ax.set(xscale="log", xlabel="temperature T", ylabel="probability")
plt.show()

# %% name="check_symmetries"
check(
    "theorem shift: adding a number to all scores leaves the softmax alone",
    (softmax(z - 30) - softmax(z)).abs().max(),
    "<",
    1e-12,
)
check(
    "arithmetic no_temperature: no temperature gives 0.25, 0.36, 0.39",
    need_23 - need_12,
    ">",
    5,
)

# %% name="likelihood"
p = torch.full((3000,), 0.5)  # a coin's probability, for so many tosses
print(f"product of {len(p):,} probabilities:", p.prod().item())
print(f"mean of -log p:                 {-p.log().mean():.4f}")

# %% name="by_hand"
p = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)  # what it says
scores = p.log().requires_grad_()  # logits that make it say so
F.cross_entropy(scores, torch.tensor(2)).backward()  # class 2 happened
moved = softmax(scores.detach() - scores.grad)  # one step of rate 1
moved_right = moved[2].item()
print("p          ", *(f"{value:7.3f}" for value in p))
print("gradient   ", *(f"{value:7.3f}" for value in scores.grad))
print("p, one step", *(f"{value:7.3f}" for value in moved))

# %% name="bug"
scores = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
labels = torch.tensor([0, 1, 2, 0, 1])
probabilities = nn.Softmax(dim=1)(scores)  # a model that ends in a softmax
print("without:", nn.CrossEntropyLoss()(scores, labels).item())
print(
    "with:   ", nn.CrossEntropyLoss()(probabilities, labels).item(), "and no complaint"
)

# %% name="floor"
CLASSES = 3  # of the spirals below
cap = {C: math.e / (math.e + C - 1) for C in sorted({2, CLASSES, 10, 1000})}
floor = {C: -math.log(largest) for C, largest in cap.items()}
for C in floor:
    one_hot = torch.eye(C)[:1].double()  # the surest answer: everything on class 0
    loss = F.cross_entropy(one_hot, torch.tensor([0])).item()
    print(
        f"C = {C:4}: floor {floor[C]:.4f}, a run {loss:.4f};",
        f"largest probability {cap[C]:.4f}",
    )

# %% name="machinery"
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import (
    Ensemble,
    cross_entropies,
    evaluate_runs,
    train_runs,
)
from course_code.teach.intervals import median_interval
from course_code.teach.optimizers import adam


def draw_points(first_seed, n_per_class, noise):
    """Draw spirals that no other seed has: X (S, C N, 2), y (S, C N)."""
    sets = [
        make_spirals(n_per_class, CLASSES, noise=noise, seed=first_seed + seed)
        for seed in SEEDS
    ]
    return tuple(torch.stack(part) for part in zip(*sets, strict=True))


# %% name="twice"
def twice(logits, y):
    """Give PyTorch's loss, which contains a softmax, what a softmax has made."""
    return cross_entropies(logits.softmax(dim=1), y)


LOSSES = {"one": cross_entropies, "two": twice}  # softmaxes
CLEAN, NOISY, STEPS = 0.2, 0.6, 500  # two kinds of noise; steps
curves, right = {}, {}
for noise in (CLEAN, NOISY):
    learn, test = draw_points(1000, 100, noise), draw_points(2000, 1000, noise)
    for name, loss in LOSSES.items():
        net = Ensemble((2, 100, CLASSES), "relu", seeds=SEEDS)
        curves[noise, name] = train_runs(net, *learn, adam, STEPS, lr=0.01, loss=loss).T
        right[f"{name}_{noise}"] = evaluate_runs(net, *test)[1].tolist()

# %% name="cost"
cost = {}
for noise in (CLEAN, NOISY):
    for name in LOSSES:
        last, scores = curves[noise, name][:, -1], right[f"{name}_{noise}"]  # (S,)
        print(
            f"noise {noise}, softmaxes: {name}",
            f" loss {last.min():.3f} to {last.max():.3f}",
            f" test {min(scores):.3f} to {max(scores):.3f}",
        )
    pairs = zip(right[f"one_{noise}"], right[f"two_{noise}"], strict=True)
    points = [100 * (one - two) for one, two in pairs]  # that the bug costs, by seed
    ends = median_interval(points)
    behind = sum(lost > 0 for lost in points)
    cost[f"{noise}"] = {
        "low": ends.low,
        "median": median(points),
        "high": ends.high,
        "behind": behind,
    }
    print(f"   the bug costs {ends:.1f} points in the median")
    print(f"   and is behind on {behind} of {len(points)} seeds")

n_seeds = len(SEEDS)
correct = right[f"one_{NOISY}"]
noisy_loss = curves[NOISY, "one"][:, -1].median().item()
lowest_right, highest_right = min(correct), max(correct)

# %% name="twice_figure"
from course_code.draw.curves import draw_band

lowest = floor[CLASSES]
fig, axes = plt.subplots(2, 1, figsize=(5.4, 5.4), sharex=True, layout="constrained")
for ax, noise in zip(axes, (CLEAN, NOISY), strict=True):
    for i, name in enumerate(("one", "two")):
        runs = curves[noise, name]  # (S, steps)
        steps = range(1, runs.shape[1] + 1)
        draw_band(ax, steps, runs, label=f"{name} softmax", index=i)
    ax.axhline(lowest, color=ink, linestyle=":", linewidth=1)
    ax.text(steps[-1], lowest - 0.03, f"floor {lowest:.4f}", ha="right", va="top")
    ax.set(
        ylabel="training loss",
        ylim=(0, 1.1 * math.log(CLASSES)),
        title=f"noise {noise}",
    )
axes[1].set(xlabel="steps")
axes[0].legend(loc="upper right")
plt.show()

# %% name="check_twice"
check(
    "theorem floor: with two softmaxes no loss is below its floor",
    min(curves[noise, "two"].min() for noise in (CLEAN, NOISY)),
    ">",
    floor[CLASSES],
)
check(
    "measured at_the_floor: on clean points every seed ends less than 0.05 above it",
    curves[CLEAN, "two"][:, -1].max() - floor[CLASSES],
    "<",
    0.05,
)
check(
    "measured bug_unseen: on clean points its median cost is under a point",
    cost[f"{CLEAN}"]["high"],
    "<",
    1,
)
check(
    "measured bug_costs: on noisy points it is behind on more than half of the seeds",
    cost[f"{NOISY}"]["behind"],
    ">",
    len(SEEDS) / 2,
)
check(
    "measured bug_hidden: from data to data correct programs differ by more",
    100 * (highest_right - lowest_right),
    ">",
    cost[f"{NOISY}"]["median"],
)
check(
    "measured bug_small: there its median cost is below 2.5 points",
    cost[f"{NOISY}"]["high"],
    "<",
    2.5,
)

# %% name="overflow"
from course_code.teach.softmax import log_softmax


def naive_softmax(z):
    """Follow the formula to the letter; do not use."""
    return z.exp() / z.exp().sum()


cases = [([100, 101, 102], torch.float32), ([-200, -201, -202], torch.float32)]
cases += [([25, 36, 39], torch.float16)]
survived = {"naive": 0, "shifted": 0}
for scores, kind in cases:
    scores = torch.tensor(scores, dtype=kind)
    print(f"z = {scores.tolist()} in {str(kind)[6:]}")
    for name, p in (("naive", naive_softmax(scores)), ("shifted", softmax(scores))):
        survived[name] += bool(p.isfinite().all())
        print(f"   {name:8}", *(f"{value:8.4f}" for value in p.tolist()))

far = torch.tensor([250.0, 0.0])
log_of_p, logs = softmax(far).log()[1].item(), log_softmax(far)[1].item()
print(f"z = (250, 0):  log(softmax) {log_of_p}   log_softmax {logs}")

# %% name="check_overflow"
check(
    "arithmetic overflow: the formula as written fails on all 3, the shifted on none",
    survived,
    "==",
    {"naive": 0, "shifted": 3},
)
check(
    "arithmetic log_softmax: log(softmax) is -inf where log_softmax is -250",
    [log_of_p, logs],
    "==",
    [-math.inf, -250],
)

# %% name="gradient"
from course_code.teach.softmax import softmax_jacobian

rng = torch.Generator().manual_seed(0)
scores = 10 * torch.randn(100, 5, generator=rng, dtype=torch.float64)  # (B, C)
labels = torch.randint(5, (100,), generator=rng)
scores.requires_grad_()
F.cross_entropy(scores, labels, reduction="sum").backward()
p = softmax(scores.detach())
gradient_gap = (p - F.one_hot(labels, 5) - scores.grad).abs().max().item()

by_autograd = torch.func.vmap(torch.func.jacrev(lambda z: z.softmax(-1)))(
    scores.detach()
)
jacobian_gap = (softmax_jacobian(p) - by_autograd).abs().max().item()
print(f"p - y against autograd:            {gradient_gap:.0e}")
print(f"diag(p) - p p^T against autograd:  {jacobian_gap:.0e}")

# %% name="check_gradient"
check(
    "theorem p_minus_y: the gradient of cross-entropy is p - y",
    gradient_gap,
    "<",
    1e-12,
)
check(
    "theorem jacobian: the derivative of softmax is diag(p) - p p^T",
    jacobian_gap,
    "<",
    1e-12,
)

# %% name="ex_sigmoid"
pair = torch.tensor([[2.0, -1.0], [0.5, 3.0], [-4.0, -4.0]], dtype=torch.float64)
two_class_gap = (
    (softmax(pair)[:, 0] - (pair[:, 0] - pair[:, 1]).sigmoid()).abs().max().item()
)
print(f"largest difference: {two_class_gap:.0e}")

# %% name="ex_convex"
J = softmax_jacobian(softmax(torch.tensor([2.0, 0.0, -1.0, 5.0], dtype=torch.float64)))
eigenvalues = torch.linalg.eigvalsh(J).tolist()
print("J times ones:", [round(value, 12) + 0.0 for value in J.sum(dim=1).tolist()])
print("eigenvalues: ", [round(abs(value), 5) for value in eigenvalues])

# %% name="ex_smoothing"
epsilon = 0.1
t = torch.tensor(
    [[1 - epsilon + epsilon / 3], [epsilon / 3], [epsilon / 3]], dtype=torch.float64
)
logits = torch.zeros(3, 1, dtype=torch.float64, requires_grad=True)
for _ in range(2000):
    loss = -(t * logits.log_softmax(0)).sum()
    (gradient,) = torch.autograd.grad(loss, logits)
    logits.data -= gradient
gap_found = (logits[0] - logits[1]).item()
gap_theory = math.log(t[0].item() / t[1].item())
entropy = -(t * t.log()).sum().item()
print(f"best lead of the right logit: found {gap_found:.4f}, formula {gap_theory:.4f}")
print(f"loss there {loss.item():.4f}, entropy of the target {entropy:.4f}")

# %% name="ex_ties"
close = torch.tensor([1e-9, 2e-9])
places = {"z": close.argmax().item(), "softmax(z)": softmax(close).argmax().item()}
print(places, "  p =", softmax(close).tolist())

# %% name="check_exercises"
check(
    "theorem two_classes: softmax of two scores is sigmoid of their gap",
    two_class_gap,
    "<",
    1e-12,
)
check(
    "theorem convex: no eigenvalue of diag(p) - p p^T is negative",
    min(eigenvalues),
    ">",
    -1e-12,
)
check(
    "theorem smoothing: with label smoothing the right logit has a finite best lead",
    abs(gap_found - gap_theory),
    "<",
    1e-6,
)
check(
    "arithmetic ties: two float32 scores have another argmax after softmax",
    places["z"] - places["softmax(z)"],
    "==",
    1,
)
