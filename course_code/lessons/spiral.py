"""Three spiral arms: what a hidden layer, a ReLU, an optimizer and a budget contribute.

Repeats the two trainings of the original notes number for number, then takes them
apart, one change at a time, with fresh test points. Left out: mini-batches, deeper
nets, other activations.
"""

# %% name="setup"
import math
import textwrap
from functools import partial
from statistics import median

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from course_code.teach.claims import check
from course_code.teach.data import make_spirals
from course_code.teach.device import device, generator
from course_code.teach.models import mlp

SEEDS = range(6)  # each draws its own 180 points and first weights
n_seeds = len(SEEDS)
N, D, C, H = 1000, 2, 3, 100  # points per class, inputs, classes, hidden units
theirs = {1000: 0.178407, 10_000: 0.008329}  # the notes' losses, by step
dev = device()
print("computing on", dev.type)

# %% name="data"
rng = generator(12345)  # one stream: the data first, then both models' weights
X, y = make_spirals(N, C, seed=rng)
X_test, y_test = make_spirals(N, C, seed=54321)  # fresh points, never trained on
X, y, X_test, y_test = (tensor.to(dev) for tensor in (X, y, X_test, y_test))

print("X", tuple(X.shape), X.dtype)
print("y", tuple(y.shape), y.dtype)
for row in (0, 10, N - 1, N, C * N - 1):
    x1, x2 = X[row] + 0  # adding 0 turns -0.0 into 0.0
    print(f"row {row:4}:  x = ({x1:.4f}, {x2:.4f})   y = {y[row]}")

# %% name="plot"
from course_code.draw.regions import draw_points

few = slice(None, None, 4)  # every fourth point will do for a picture
fig, ax = plt.subplots(figsize=(5, 5), layout="constrained")
draw_points(ax, X[few], y[few])
plt.show()

# %% name="linear"
linear_model = mlp((D, H, C), nn.Identity, seed=rng).to(dev)
parameters = sum(p.numel() for p in linear_model.parameters())
print(linear_model)
print("parameters:", parameters)

# %% name="loop"
from course_code.teach.training import accuracy, train

optimizer = torch.optim.SGD(linear_model.parameters(), lr=1e-3, weight_decay=1e-5)
losses = train(linear_model, X, y, optimizer, steps=1000)
linear_loss, linear_accuracy = losses[-1].item(), accuracy(linear_model, X, y)
print(f"[LOSS] {linear_loss:.6f}  [ACC] {linear_accuracy:.3f}")

# %% name="relu"
relu_model = mlp((D, H, C), nn.ReLU, seed=rng).to(dev)
optimizer = torch.optim.Adam(relu_model.parameters(), lr=1e-3, weight_decay=1e-5)
start = nn.utils.parameters_to_vector(relu_model.parameters()).detach()  # (603,)
losses = train(relu_model, X, y, optimizer, steps=1000)
relu_loss, relu_accuracy = losses[-1].item(), accuracy(relu_model, X, y)
relu_test = accuracy(relu_model, X_test, y_test)
print(relu_model)
print(f"[LOSS] {relu_loss:.6f}  [ACC] {relu_accuracy:.3f}  [TEST] {relu_test:.3f}")

# %% name="regions"
from course_code.draw.regions import draw_regions

fig, ax = plt.subplots(figsize=(5, 5), layout="constrained")
title = f"ReLU, Adam, {len(losses):,} steps: {relu_accuracy:.1%}"
draw_regions(ax, relu_model, X[few], y[few], title=title)
plt.show()

# %% name="control"
control = mlp((D, H, C), nn.ReLU).to(dev)
nn.utils.vector_to_parameters(start.clone(), control.parameters())  # the same start
optimizer = torch.optim.SGD(control.parameters(), lr=1e-3, weight_decay=1e-5)
losses = train(control, X, y, optimizer, steps=1000)
control_loss, control_accuracy = losses[-1].item(), accuracy(control, X, y)
print(f"[LOSS] {control_loss:.6f}  [ACC] {control_accuracy:.3f}")

# %% name="check_control"
off_notes = abs(relu_loss / theirs[1000] - 1)
print(f"the notes' loss comes out to {off_notes:.0e} of itself")
check(
    "measured near_notes: from any start the loss is within 25 % of it",
    off_notes,
    "<",
    0.25,
)
check(
    "measured missing_control: with SGD it stays below 65 %",
    control_accuracy,
    "<",
    0.65,
)

# %% name="machinery"
from course_code.teach.intervals import lead
from course_code.teach.optimizers import adam, l2, momentum, sgd
from course_code.teach.sweep import stacked_data, sweep


def spirals(seed, n=60):
    """Draw n points per arm to train on, as many to choose on, N to judge on."""
    return {
        "train": make_spirals(n, C, seed=1000 + seed),
        "valid": make_spirals(n, C, seed=2000 + seed),
        "test": make_spirals(N, C, seed=3000 + seed),
    }


def pick(rows, activation, optimizer, lr, value="test_accuracy"):
    """Collect one measure of the runs of one setting, seed by seed."""
    wanted = {"activation": activation, "optimizer": optimizer, "lr": lr}
    wanted = wanted.items()  # <= : they are part of
    return [row[value] for row in rows if wanted <= row.items()]


def spread(values):
    """Keep the worst, the median and the best of some runs."""
    return {"low": min(values), "middle": median(values), "high": max(values)}


# %% name="factorial" timeout=300
USUAL = 1e-3  # the notes' rate
LINEAR_RATES = (0.001, 0.1, 1)  # enough: all three reach the lowest loss there is
RATES = {  # learning rates to try
    "identity": {sgd: LINEAR_RATES, momentum: LINEAR_RATES, adam: LINEAR_RATES},
    "relu": {  # here the best should lie inside each list
        sgd: (0.001, 0.01, 0.1, 1, 10),
        momentum: (0.001, 0.01, 0.1, 1, 10),
        adam: (0.0001, 0.001, 0.01, 0.1, 1, 10),
    },
}

rows = []
for activation, lists in RATES.items():
    for rule, rates in lists.items():
        grid = {
            "activation": [activation],
            "optimizer": [rule],
            "lr": sorted({USUAL, *rates}),
            "seed": SEEDS,
        }
        rows += sweep(spirals, grid, widths=(D, H, C), steps=1000)

notes = {}  # the four ways to combine the notes' two changes, everything else equal
for activation in RATES:
    for optimizer in ("sgd", "adam"):
        arm = spread(pick(rows, activation, optimizer, USUAL))
        notes[f"{activation}_{optimizer}"] = arm
        ends = f"{arm['low']:.3f} to {arm['high']:.3f}"
        print(f"{activation:8} {optimizer:4} lr {USUAL}: test {ends}")

# %% name="tuned"
tuned = {}
for activation, lists in RATES.items():
    for rule, rates in lists.items():
        arm = (activation, rule.__name__)
        valid = {lr: sum(pick(rows, *arm, lr, "valid_loss")) for lr in rates}
        # lowest mean, which suffers from every failed run
        lr = min(valid, key=valid.get)
        found = {"lr": lr, "inside": lr not in (rates[0], rates[-1])}
        found |= {"loss": spread(pick(rows, *arm, lr, "train_loss"))}
        found |= {"test": spread(pick(rows, *arm, lr))}
        tuned["_".join(arm)] = found
        told = (
            f"{name} {v['low']:.4f}-{v['high']:.4f}"
            for name, v in list(found.items())[2:]
        )
        print(f"{activation:8} {rule.__name__:8} lr {lr:<6}", "  ".join(told))

sgd_tuned = pick(rows, "relu", "sgd", tuned["relu_sgd"]["lr"])
sgd_leads = lead(sgd_tuned, pick(rows, "relu", "adam", USUAL))
print(f"tuned SGD leads Adam at {USUAL} by {sgd_leads:.1f} points")

middles = {  # with ReLU: the median run at each rate
    rule.__name__: {lr: median(pick(rows, "relu", rule.__name__, lr)) for lr in rates}
    for rule, rates in RATES["relu"].items()
}
enough = 0.9
room = {  # the rates at which it passes that
    name: [lr for lr, middle in found.items() if middle > enough]
    for name, found in middles.items()
}
n_room = {name: len(found) for name, found in room.items()}
n_rates = {name: len(found) for name, found in middles.items()}
for name, found in room.items():
    print(f"with ReLU the median of {name} passes {enough:.0%} at", *found)

linear_tests = [row["test_accuracy"] for row in rows if row["activation"] == "identity"]
n_linear, linear_top = len(linear_tests), max(linear_tests)
print(f"best of all {n_linear} runs without activation: {linear_top:.1%}")

# %% name="tuned_checks"
at_the_end = sum(not tuned[f"relu_{name}"]["inside"] for name in middles)
linear_001 = max(notes["identity_sgd"]["high"], notes["identity_adam"]["high"])
linear_best = max(
    arm["test"]["high"] for name, arm in tuned.items() if "identity" in name
)
relu_worst = min(arm["test"]["low"] for name, arm in tuned.items() if "relu" in name)

check("measured linear_stays_low: at 0.001 the linear model", linear_001, "<", 0.55)
check(
    "measured relu_alone: ReLU with SGD at 0.001", notes["relu_sgd"]["high"], "<", 0.62
)
check(
    "measured both_changes: ReLU with Adam at 0.001",
    notes["relu_adam"]["low"],
    ">",
    0.88,
)
check("measured rates_inside: rates at an end of their list", at_the_end, "==", 0)
check(
    "measured linear_tuned: tuning does not lift the linear model",
    linear_best,
    "<",
    0.55,
)
check(
    "measured relu_tuned: with ReLU every tuned optimizer learns", relu_worst, ">", 0.97
)
check(
    "measured sgd_suffices: in as many steps tuned SGD leads Adam at 0.001",
    sgd_leads[0],
    ">",
    2,
)

# %% name="rates"
from course_code.draw.curves import draw_band

fig, axes = plt.subplots(1, 2, figsize=(5.4, 3.3), sharey=True, layout="constrained")
titles = {"identity": "no activation", "relu": "ReLU"}
for ax, activation in zip(axes, titles, strict=True):
    for index, (rule, rates) in enumerate(RATES[activation].items()):
        arm = [pick(rows, activation, rule.__name__, lr) for lr in rates]
        runs = torch.tensor(arm).T  # (S, rates)
        draw_band(ax, rates, runs, label=rule.__name__, index=index, markers=True)
    ax.set(xscale="log", title=titles[activation], ylim=(0.3, 1.02))
    ax.set(xlabel="learning rate")
axes[0].set(ylabel="test accuracy", xlim=axes[1].get_xlim())
axes[0].legend(loc="upper left")
plt.show()

# %% name="jitter"
uniform = torch.rand(100_000, generator=generator(0))
normal = torch.randn(100_000, generator=generator(0))
for name, draws in (("rand ", uniform), ("randn", normal)):
    shape = f"mean {draws.mean():+.3f}  std {draws.std():.3f}"
    print(f"{name}: {shape}  min {draws.min():+.2f}")

arm_distance = 2 * math.pi / C / 0.2  # angle between two arms, in standard deviations
wrong_side = math.erfc(arm_distance / 2 / math.sqrt(2))  # over half of it away
print(f"arms lie {arm_distance:.1f} standard deviations of jitter apart")
print(f"a point strays past the middle with probability {wrong_side:.1e}")

# %% name="row_ten"
y_pred = linear_model(X).detach()
score, predicted = torch.max(y_pred, dim=1)  # over the classes: value and place
print("y_pred.shape ", tuple(y_pred.shape))
print("y_pred[10]   ", [round(z, 3) for z in y_pred[10].tolist()])
print("score[10]    ", round(score[10].item(), 3))
print("predicted[10]", predicted[10].item(), "  label y[10]", y[10].item())
print("softmax      ", [round(p, 3) for p in y_pred[10].softmax(dim=0).tolist()])

# %% name="targets"
good = F.cross_entropy(y_pred, y)
print(f"int64 labels of shape {tuple(y.shape)}: loss {good:.4f}")
for mistake, labels in (
    ("floats", y.float()),
    ("a column", y[:, None]),
    (f"label {C}", y + 1),
):
    try:
        F.cross_entropy(y_pred.cpu(), labels.cpu())
    except (RuntimeError, ValueError, IndexError) as error:
        message = textwrap.shorten(str(error), 50, placeholder=" ...")
        print(f"{mistake:8}: {type(error).__name__}: {message}")

# %% name="bends"
from course_code.draw.regions import draw_kinks

units = 12  # few enough to see each
small_model = mlp((D, units, C), nn.ReLU, seed=0).to(dev)
optimizer = torch.optim.Adam(small_model.parameters(), lr=0.03)
train(small_model, X[::10], y[::10], optimizer, steps=1000)
small_accuracy = accuracy(small_model, X, y)

fig, ax = plt.subplots(figsize=(5, 5), layout="constrained")
title = f"{units} units: {small_accuracy:.1%}"
draw_regions(ax, small_model, X[::10], y[::10], title=title)
draw_kinks(ax, small_model[0].weight, small_model[0].bias)
plt.show()

# %% name="collapse"
x64 = X.cpu().double()
gap = {}
for bits, x in ((32, x64.float()), (64, x64)):
    W1, b1, W2, b2 = (p.detach().cpu().to(x.dtype) for p in linear_model.parameters())
    two_layers = (x @ W1.T + b1) @ W2.T + b2  # (B, C)
    one_layer = x @ (W2 @ W1).T + (W2 @ b1 + b2)  # (B, C)
    gap[bits] = (two_layers - one_layer).abs().max().item()
    print(f"float{bits}: the two differ by at most {gap[bits]:.0e}")

effective = (W2 @ W1).numel() + (W2 @ b1 + b2).numel()
print(f"{parameters} numbers stored, {effective} fix the scores")

# %% name="check_collapse"
stored = {"stored": parameters, "effective": effective}
check(
    "arithmetic affine_collapse: two linear layers equal one, to rounding",
    gap[32],
    "<",
    1e-5,
)
check(
    "arithmetic affine_collapse_64: in float64 it shrinks with it", gap[64], "<", 1e-13
)
check("arithmetic nine_numbers: of 603", stored, "==", {"stored": 603, "effective": 9})

# %% name="optimum"


def affine(A, x):
    """Logits W x + b of the rows of x, with W and b side by side in A = [W b].

    A may hold several models: (..., C, D + 1) and (B, D) give (..., B, C).
    """
    W, b = A[..., :-1], A[..., -1]
    return x @ W.mT + b.unsqueeze(-2)


def best_line(X, y):
    """Minimise the cross-entropy over all affine classifiers, in float64.

    Returns: the best A (C, D + 1), its loss, and the steepest slope left there.
    """
    A = torch.zeros(C, D + 1, dtype=torch.float64, requires_grad=True)
    X, y = X.cpu().double(), y.cpu()
    options = {
        "tolerance_grad": 1e-8,
        "tolerance_change": 0,
        "line_search_fn": "strong_wolfe",
    }
    optimizer = torch.optim.LBFGS([A], max_iter=200, **options)

    def closure():  # LBFGS asks for loss and gradient as often as it likes
        optimizer.zero_grad()
        loss = F.cross_entropy(affine(A, X), y)
        loss.backward()
        return loss

    optimizer.step(closure)
    loss = closure().item()
    return A.detach(), loss, A.grad.abs().max().item()


A_entropy, optimum_loss, slope = best_line(X, y)
optimum_accuracy = (
    (affine(A_entropy, x64).argmax(dim=1) == y.cpu()).float().mean().item()
)
print(f"best cross-entropy of any linear model: {optimum_loss:.4f}")
print(f"its accuracy: {optimum_accuracy:.1%}   steepest slope left: {slope:.0e}")

# %% name="count"
x, labels = X[::30].cpu(), y[::30].cpu()  # a hundred points, to save time
A = 3 * torch.randn(64, C, D + 1, generator=generator(0))  # 64 random starts
A.requires_grad_()
optimizer = torch.optim.Adam([A], lr=0.3)
for _ in range(400):
    p = affine(A, x).softmax(dim=2)  # (64, B, C)
    right = p[:, torch.arange(len(x)), labels]  # (64, B) probability of the label
    optimizer.zero_grad()
    (1 - right).mean(dim=1).sum().backward()  # no point costs more than 1
    optimizer.step()

A.requires_grad_(False)
hits = (affine(A, X.cpu()).argmax(dim=2) == y.cpu()).float().mean(dim=1)  # (64,)
A_count, count_accuracy = A[hits.argmax()], hits.max().item()  # counts best
scores = affine(A_count, X_test.cpu())  # (B, C)
count_test = (scores.argmax(dim=1) == y_test.cpu()).float().mean().item()
count_loss = F.cross_entropy(affine(A_count, X.cpu()), y.cpu()).item()
print(f"train {count_accuracy:.1%}, test {count_test:.1%}", end=", ")
print(f"cross-entropy {count_loss:.2f}")

# %% name="check_lines"
dearer = count_loss - optimum_loss
check("arithmetic floor: where the search ends, the valley is flat", slope, "<", 1e-6)
check(
    "measured lines_beat_half: a linear classifier gets over 60 % right",
    count_test,
    ">",
    0.6,
)
check("theorem dearer_loss: its cross-entropy exceeds the optimum's", dearer, ">", 0)

# %% name="lines"
fig, axes = plt.subplots(1, 2, figsize=(5.4, 3), layout="constrained")
for ax, A, name in zip(axes, (A_entropy, A_count), ("−log p", "1 − p"), strict=True):
    model = partial(affine, A.float())  # x -> affine(A, x)
    hit = accuracy(model, X.cpu(), y.cpu())
    draw_regions(ax, model, X[::8].cpu(), y[::8], title=f"{name}: {hit:.0%}")
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
plt.show()

# %% name="floors"
# the lowest loss that a linear model can have on each seed's 180 points
floor = {seed: best_line(*spirals(seed)["train"])[1] for seed in SEEDS}
lowest, highest = min(floor.values()), max(floor.values())
print(f"lowest loss a linear model can have: {lowest:.4f}-{highest:.4f}")

# %% name="check_floors"
linear_rows = [row for row in rows if row["activation"] == "identity"]
above = min(row["train_loss"] - floor[row["seed"]] for row in linear_rows)
rules = [rule.__name__ for rule in RATES["identity"]]
reached = max(
    loss - floor[seed]
    for arm in rules
    for seed, loss in zip(
        SEEDS,
        pick(rows, "identity", arm, tuned[f"identity_{arm}"]["lr"], "train_loss"),
        strict=True,
    )
)

check(
    "theorem no_linear_beats_optimum: none is below the convex optimum",
    above,
    ">",
    -1e-5,
)
check("measured one_optimum: tuned, all three reach it", reached, "<", 5e-3)

# %% name="ceiling"
at_origin = X.norm(dim=1) == 0
ceiling = 1 - (at_origin.sum().item() - 1) / len(X)
print("points at (0, 0):", at_origin.sum().item(), "  labels:", y[at_origin].tolist())
most = f"{round(ceiling * len(X))} of {len(X)}"
print("most that any function of x can get right:", most)

# %% name="long_run" timeout=300
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs

net = Ensemble((D, H, C), torch.relu)
with torch.no_grad():
    net.theta.copy_(start)  # (1, 603) the notes' weights

CHECKPOINTS = (100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000)
budget = {}


def measure(step):
    """Keep loss and accuracy, on the training and on the fresh points."""
    if step in CHECKPOINTS:
        loss, hits = evaluate_runs(net, X, y)  # each (1,)
        test_loss, test = evaluate_runs(net, X_test, y_test)
        found = {"loss": loss, "accuracy": hits, "test_loss": test_loss, "test": test}
        budget[step] = {name: value.item() for name, value in found.items()}


options = {"lr": 1e-3, "weight_decay": 1e-5}
rule = l2(adam)
history = train_runs(net, X, y, rule, CHECKPOINTS[-1], on_step=measure, **options)
for step, numbers in budget.items():
    print(f"{step:6}", *(f" {name} {value:.4f}" for name, value in numbers.items()))
final = history[-1].item()
print(f"loss that the loop notes at step {len(history):,}: {final:.6f}")

# %% name="check_budget"
last_step = CHECKPOINTS[-1]
early_step, half_step = (
    min(step for step in CHECKPOINTS if step >= last_step / part) for part in (5, 2)
)
over = budget[last_step]["accuracy"] - ceiling
rises = budget[last_step]["test_loss"] - budget[half_step]["test_loss"]
check(
    "arithmetic ceiling: labels at one place",
    sorted(y[at_origin].tolist()),
    "==",
    [0, 1, 2],
)
check(
    "measured early_gain: a fifth of the steps passes 98 % on fresh points",
    budget[early_step]["test"],
    ">",
    0.98,
)
check("theorem under_ceiling: no run passes the ceiling", over, "<", 1e-6)
check("measured at_ceiling: all the steps come within 0.2 % of it", over, ">", -2e-3)
check("measured test_loss_falls: in the second half it still falls", rises, "<", 0)
check("measured ten_thousand: the last loss is near 0.008", final, ">", 0.0075)
check("measured ten_thousand_high: from below and above", final, "<", 0.0095)

# %% name="budget"
ink = plt.rcParams["text.color"]
fig, axes = plt.subplots(2, 1, figsize=(5, 5.6), sharex=True, layout="constrained")
for ax, names in zip(axes, (("accuracy", "test"), ("loss", "test_loss")), strict=True):
    for index, name in enumerate(names):
        values = torch.tensor([[budget[step][name] for step in CHECKPOINTS]])
        label = ("train", "test")[index]
        draw_band(ax, CHECKPOINTS, values, label=label, index=index, markers=True)
    ax.set(xscale="log", ylabel=names[0])
axes[0].axhline(ceiling, color=ink, linestyle="--", linewidth=1)
told = {"color": ink, "linestyle": "", "marker": "*", "markersize": 9, "zorder": 3}
axes[1].plot(theirs.keys(), theirs.values(), **told, label="the notes")
for ax in axes:
    ax.legend()
axes[1].set(yscale="log", xlabel="steps")
plt.show()

# how far the test loss lies above the training loss
excess = {step: row["test_loss"] / row["loss"] - 1 for step, row in budget.items()}

# %% name="one_ulp"
twins = Ensemble((D, H, C), torch.relu, seeds=(0, 0))
with torch.no_grad():
    twins.theta.copy_(start)  # (2, 603) the notes' weights, twice
    one_ulp_up = torch.nextafter(start[0], torch.tensor(9.0, device=dev))
    twins.theta[1, 0] = one_ulp_up

both = train_runs(twins, X[::10], y[::10], rule, 5000, **options)  # (steps, 2)
apart = ((both[:, 0] - both[:, 1]).abs() / both[:, 0]).cpu()  # (steps,)
gaps = {s: apart[:s].amax().item() for s in CHECKPOINTS if s <= len(apart)}
ends = (f"{loss:.6f}" for loss in both[-1].tolist())
print(f"loss of the twins at step {len(both):,}:", *ends)
for step, value in gaps.items():
    print(f"steps 1 to {step:6}: largest relative gap {value:.0e}")

# %% name="check_ulp"
early_gap = apart[:1000].amax().item()
check("measured chaos: the last bit leaves 1,000 steps alone", early_gap, "<", 0.01)

# %% name="parting"
fig, axes = plt.subplots(2, 1, figsize=(5, 5.8), layout="constrained")
steps = torch.arange(1, len(both) + 1)
widest = apart.cummax(dim=0).values  # (steps,)
widest[widest == 0] = math.nan  # a logarithmic axis has no place for 0
draw_band(axes[0], steps, widest[None], label="", index=2)
axes[0].set(xscale="log", yscale="log", xlabel="steps")
axes[0].set(ylabel="largest relative gap so far")
late = slice(-len(steps) // 5, None)  # the last fifth
for twin, label in enumerate(("the notes' weights", "one weight moved by 1 ulp")):
    draw_band(axes[1], steps[late], both[None, late, twin], label=label, index=twin)
axes[1].set(xlabel="steps", ylabel="loss")
axes[1].legend()
plt.show()

# %% name="forgotten"
BUG_SEEDS = range(9)  # more of them: with the bug, runs scatter
n_bug = len(BUG_SEEDS)
arms = [{"data_seed": seed} for seed in BUG_SEEDS]
points = stacked_data(arms, spirals)  # for each set (S, B, 2) and (S, B)
x, labels = (tensor[0].to(dev) for tensor in points["train"])  # those of the first seed
forgetful, rolling = mlp((D, H, C), seed=0).to(dev), mlp((D, H, C), seed=0).to(dev)

lr, n_steps = 0.1, 100
optimizer = torch.optim.SGD(forgetful.parameters(), lr=lr)
for _ in range(n_steps):
    F.cross_entropy(forgetful(x), labels).backward()  # no zero_grad: they pile up
    optimizer.step()

optimizer = torch.optim.SGD(rolling.parameters(), lr=lr, momentum=1)
train(rolling, x, labels, optimizer, steps=n_steps)
pairs = zip(forgetful.parameters(), rolling.parameters(), strict=True)
bug_gap = max((p - q).abs().max().item() for p, q in pairs)
print("largest difference between the weights:", bug_gap)

# %% name="helpful_bug"


def without_zero_grad(rule):
    """Feed a rule the sum of all gradients so far, as a loop without zero_grad does."""

    def update(theta, grad, state, **hyper):
        state["sum"] = state.get("sum", 0) + grad
        rule(theta, state["sum"], state, **hyper)

    return update


bug, curves = {}, {}
tried = {"sgd": (sgd, 0.1), "sgd_fast": (sgd, 1), "adam": (adam, 0.001)}
for name, (rule, lr) in tried.items():
    for state, update in (("with", rule), ("without", without_zero_grad(rule))):
        net = Ensemble((D, H, C), torch.relu, seeds=BUG_SEEDS)
        curves[name, state] = train_runs(net, *points["train"], update, 1000, lr=lr)
        scores = evaluate_runs(net, *points["test"])[1].tolist()
        found = spread(scores)
        bug[f"{name}_{state}"] = found | {"test": scores}
        ends = f"{found['low']:.3f} to {found['high']:.3f}"
        told = f"test {ends}, median {found['middle']:.3f}"
        print(f"{name:8} lr {lr:<5} {state:7} zero_grad: {told}")

without = {
    n: lead(bug[f"{n}_without"]["test"], bug[f"{n}_with"]["test"])
    for n in ("sgd", "adam")
}
for name, ends in without.items():
    print(f"{name:8} without zero_grad: {ends:+.1f} points")
adam_costs = sorted(-end for end in without["adam"])

valley = curves["sgd", "without"].median(dim=1).values  # (steps,) median over the seeds
bug_lowest, bug_end = valley.min().item(), valley[-100:].median().item()

# %% name="check_bug"
ruined = lead(bug["sgd_fast_with"]["test"], bug["sgd_fast_without"]["test"])
climb = bug_end / bug_lowest
check("arithmetic bug_is_momentum: no zero_grad equals momentum 1", bug_gap, "<", 1e-4)
check("measured bug_helps: at rate 0.1 it gains for SGD", without["sgd"][0], ">", 10)
check("measured bug_climbs: its loss falls, then climbs tenfold", climb, ">", 10)
check("measured bug_ruins: at rate 1 it loses", ruined[0], ">", 20)
check(
    "measured bug_hurts: for Adam at 0.001 it loses as well", without["adam"][1], "<", 0
)

# %% name="bug_curves"
fig, axes = plt.subplots(1, 2, figsize=(5.4, 3.3), sharey=True, layout="constrained")
titles, every = {"sgd": "SGD", "adam": "Adam"}, 4  # every fourth step is drawn
for ax, name in zip(axes, titles, strict=True):
    for index, state in enumerate(("with", "without")):
        runs = curves[name, state][::every].T  # (S, steps / every)
        steps = range(0, every * runs.shape[1], every)
        draw_band(ax, steps, runs, label=f"{state} zero_grad", index=index)
    ax.set(yscale="log", title=f"{titles[name]}, lr {tried[name][1]}", xlabel="steps")
axes[0].set(ylabel="train loss")
axes[1].legend(loc="lower left")
plt.show()

# %% name="frozen"
scores = []
for seed in SEEDS:
    own = {part: [t.to(dev) for t in pair] for part, pair in spirals(seed).items()}
    model = mlp((D, H, C), seed=seed).to(dev)
    model[0].requires_grad_(False)  # the hidden layer stays as it was drawn
    optimizer = torch.optim.Adam(model[2].parameters(), lr=0.1)
    train(model, *own["train"], optimizer, steps=600)
    scores.append(accuracy(model, *own["test"]))
frozen = spread(scores)
print(f"random hidden layer: test {frozen['low']:.3f} to {frozen['high']:.3f}")

# %% name="ex_start"
starts = []
for seed in SEEDS:
    with torch.no_grad():
        starts.append(F.cross_entropy(mlp((D, H, C), seed=seed).to(dev)(X), y).item())
told = " ".join(f"{loss:.3f}" for loss in starts)
print(f"loss before training: {told}   ln {C} = {math.log(C):.4f}")

# %% name="ex_wide"
wide = {}
for hidden in (3, 100, 1000):
    model = mlp((D, hidden, C), nn.Identity).to(dev)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = train(model, x, labels, optimizer, steps=300)
    wide[hidden] = accuracy(model, X_test, y_test)
    print(f"{hidden:4} hidden units: loss {losses[-1]:.4f}, test {wide[hidden]:.3f}")

# %% name="ex_pieces"
angle = torch.linspace(0, 2 * math.pi, 100_001)
radius = 0.5
ring = radius * torch.stack((angle.sin(), angle.cos()), dim=1).to(dev)
on = relu_model[0](ring) > 0  # (P, H) which units are switched on
pieces = (on[1:] != on[:-1]).any(dim=1).sum().item()
labels_met = relu_model(ring).argmax(dim=1)
borders = (labels_met[1:] != labels_met[:-1]).sum().item()
told = f"{pieces} straight pieces, {borders} borders crossed"
print(f"once around at radius {radius}: {told}")

# %% name="ex_four"
more = 4  # arms
x4, y4 = (tensor.to(dev) for tensor in make_spirals(100, more, seed=0))
model = mlp((D, H, more)).to(dev)
train(model, x4, y4, torch.optim.Adam(model.parameters(), lr=0.03), steps=500)
four_accuracy = accuracy(model, x4, y4)
fig, ax = plt.subplots(figsize=(4.5, 4.5), layout="constrained")
draw_regions(ax, model, x4, y4, title=f"{more} arms: {four_accuracy:.1%}")
plt.show()

# %% name="check_rest"
widest_linear = max(wide.values())
check(
    "measured frozen_features: random ReLU features suffice", frozen["low"], ">", 0.95
)
check(
    "measured width_does_not_help: 1,000 linear units do not", widest_linear, "<", 0.55
)
