"""Softmax and cross-entropy: what they compute, why they fit, and what they do not promise.

Starts from a worked example in the notes that divides by the sum, compares six losses and then
asks whether a stated probability comes true. Left out: images, deep nets, hinge losses, language.
"""

# %% name="setup"
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

SEEDS = range(6)

# %% name="example"
from course_code.teach.softmax import log_softmax, softmax

z = torch.tensor([25, 36, 39], dtype=torch.float64)
example = {
    "z_over_sum": (z / z.sum()).tolist(),
    "softmax_z": softmax(z).tolist(),
    "softmax_log_z": softmax(z.log()).tolist(),
    "softmax_of_shares": softmax(z / z.sum()).tolist(),
}
for name, p in example.items():
    print(f"{name:18}", *(f"{value:12.7f}" for value in p))

notes = torch.tensor([0.25, 0.36, 0.39], dtype=torch.float64)
first, second, third = example["softmax_z"]
assert (z / z.sum() - notes).abs().max() < 1e-12, (
    "arithmetic notes_divide: 0.25, 0.36, 0.39 is (25, 36, 39) divided by its sum"
)
assert first < 1e-6 < 0.04 < second < 0.05 < 0.95 < third, (
    "arithmetic notes_softmax: the softmax of (25, 36, 39) gives the third class over 95 %"
)
assert (softmax(z.log()) - notes).abs().max() < 1e-12, (
    "theorem logs_give_shares: the softmax of the logarithms is division by the sum"
)

# %% name="symmetries"
changed = {"z": z, "z - 30": z - 30, "2 z": 2 * z}
for name, scores in changed.items():
    shares = "  ".join(f"{value:5.2f}" for value in scores / scores.sum())
    p = "  ".join(f"{value:.4f}" for value in softmax(scores))
    print(f"{name:7} over the sum: {shares}    softmax: {p}")

shift_gap = (softmax(z - 30) - softmax(z)).abs().max().item()
assert shift_gap < 1e-12, "theorem shift: adding a number to all scores leaves the softmax alone"

# %% name="temperature"
warm = {T: softmax(z, T).tolist() for T in (1, 5, 10, 100)}
for T, p in warm.items():
    print(f"T = {T:3}:", *(f"{value:11.7f}" for value in p))

need_12 = (36 - 25) / math.log(0.36 / 0.25)  # T at which p_2 / p_1 = 0.36 / 0.25
need_23 = (39 - 36) / math.log(0.39 / 0.36)
print(f"0.25 : 0.36 needs T = {need_12:.1f}, 0.36 : 0.39 needs T = {need_23:.1f}")

assert need_23 - need_12 > 5, "arithmetic no_temperature: no temperature gives 0.25, 0.36, 0.39"

# %% name="temperature_curves"
from course_code.draw.style import COLOURS, LINES, MARKERS

temperatures = torch.logspace(-0.5, 3, 200, dtype=torch.float64)
curves = torch.stack([softmax(z, T) for T in temperatures.tolist()])  # (200, 3)
ink = plt.rcParams["text.color"]
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for i, score in enumerate(z.tolist()):
    style = {"color": COLOURS[i], "linestyle": LINES[i]}
    ax.plot(temperatures, curves[:, i], marker=MARKERS[i], markevery=25, **style)
    ax.text(0.33, curves[0, i] + (0.05, 0.12, -0.08)[i], f"z = {score:.0f}", color=COLOURS[i])
ax.axhline(1 / 3, color=ink, linestyle="--", linewidth=0.8)
ax.axvline(1, color=ink, linestyle=":", linewidth=0.8)
ax.set(xscale="log", xlabel="temperature T", ylabel="probability")
plt.show()

# %% name="overflow"


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

assert survived == {"naive": 0, "shifted": 3}, (
    "arithmetic overflow: the plain formula fails on all three examples, the shifted one on none"
)
assert (log_of_p, logs) == (-math.inf, -250), (
    "arithmetic log_softmax: log(softmax) is -inf where log_softmax is -250"
)

# %% name="likelihood"
p = torch.full((3000,), 0.5)  # a coin's probability, for 3,000 tosses
print("product of 3,000 probabilities:", p.prod().item())
print(f"mean of -log p:                 {-p.log().mean():.4f}")

# %% name="gradient"
from course_code.teach.softmax import softmax_jacobian

rng = torch.Generator().manual_seed(0)
scores = 10 * torch.randn(100, 5, generator=rng, dtype=torch.float64)  # (B, C)
labels = torch.randint(5, (100,), generator=rng)
scores.requires_grad_()
F.cross_entropy(scores, labels, reduction="sum").backward()
p = softmax(scores.detach())
gradient_gap = (p - F.one_hot(labels, 5) - scores.grad).abs().max().item()

by_autograd = torch.func.vmap(torch.func.jacrev(lambda z: z.softmax(-1)))(scores.detach())
jacobian_gap = (softmax_jacobian(p) - by_autograd).abs().max().item()
print(f"p - y against autograd:            {gradient_gap:.0e}")
print(f"diag(p) - p p^T against autograd:  {jacobian_gap:.0e}")

assert gradient_gap < 1e-12, "theorem p_minus_y: the gradient of cross-entropy is p - y"
assert jacobian_gap < 1e-12, "theorem jacobian: the derivative of softmax is diag(p) - p p^T"

# %% name="losses"


def cross_entropy(z, t):
    """Compute it, like the other five, from logits z (..., C, B) and targets t (C, B): (..., B)."""
    return -(t * z.log_softmax(-2)).sum(-2)


def softmax_twice(z, t):
    """Put probabilities where logits belong: the bug."""
    return cross_entropy(z.softmax(-2), t)


def one_minus_p(z, t):
    """Forget the logarithm."""
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


LOSSES = (cross_entropy, squares_of_p, squares_of_z, sigmoids, softmax_twice, one_minus_p)


def read_probabilities(z, loss):
    """Say what a user would take for probabilities: logits (..., C, B) -> the same shape."""
    if loss is squares_of_z:
        return z
    return z.sigmoid() if loss is sigmoids else z.softmax(-2)


# %% name="honest"
truth = torch.linspace(0.02, 0.98, 49, dtype=torch.float64)  # how often class 0 occurs
target = torch.stack((truth, 1 - truth))  # (2, 49)
said = {}
for loss in LOSSES:
    logits = torch.zeros(2, 49, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.1)
    for _ in range(800):
        optimizer.zero_grad()
        loss(logits, target).sum().backward()
        optimizer.step()
    said[loss.__name__] = read_probabilities(logits.detach(), loss)[0]  # (49,)

lie = {name: (p - truth).abs().max().item() for name, p in said.items()}
for name, gap in lie.items():
    print(f"{name:14} furthest from the truth: {gap:.3f}")

threshold = math.e / (1 + math.e)
ramp = ((1 + (truth / (1 - truth)).log()) / 2).clamp(0, 1)
ramp_gap = (said["softmax_twice"] - ramp).abs().max().item()
print(f"softmax_twice says 1 from a true probability of {threshold:.3f} on")

assert max(list(lie.values())[:4]) < 1e-3, (
    "theorem proper: four losses are lowest where the model states the true probability"
)
assert min(lie["softmax_twice"], lie["one_minus_p"]) > 0.2, (
    "theorem improper: softmax_twice and one_minus_p reward exaggeration"
)
assert ramp_gap < 0.02, "theorem ramp: softmax_twice answers (1 + log odds) / 2, cut at 0 and 1"

# %% name="honest_figure"
fig, axes = plt.subplots(1, 2, figsize=(6.2, 3.4), sharey=True, layout="constrained")
for ax, names in zip(axes, (list(said)[:4], list(said)[4:]), strict=True):
    ax.axline((0, 0), slope=1, color=ink, linestyle="--", linewidth=0.8)
    for i, name in enumerate(names):
        style = {"color": COLOURS[i], "marker": MARKERS[i], "markevery": (3 * i, 12)}
        ax.plot(truth, said[name], linestyle=LINES[i], label=name, **style)
    ax.set(xlabel="true probability")
    ax.legend(loc="lower right")
axes[0].set(ylabel="stated probability")
plt.show()

# %% name="confident"
wrong_by = torch.linspace(0, 25, 251, dtype=torch.float64)
z_wrong = torch.stack((0 * wrong_by, wrong_by, 0 * wrong_by))  # (3, 251): label 0, lead of class 1
t = torch.tensor([[1.0], [0], [0]], dtype=torch.float64)
push = {}
for loss in (*LOSSES[:3], softmax_twice):
    logits = z_wrong.clone().requires_grad_()
    loss(logits, t).sum().backward()
    push[loss.__name__] = logits.grad.norm(dim=0)  # (251,)

sizes = {name: {k: norms[10 * k].item() for k in (1, 5, 10, 20)} for name, norms in push.items()}
print("wrong by          1         5        10        20")
for name, row in sizes.items():
    print(f"{name:14}", *(f"{value:9.2g}" for value in row.values()))

assert sizes["cross_entropy"][20] > 1.4, (
    "arithmetic confident_ce: wrong by 20, cross-entropy pushes with more than 1.4"
)
assert sizes["squares_of_p"][20] < 1e-7, (
    "arithmetic confident_mse: wrong by 20, squares of p push with less than 1e-7"
)
assert sizes["softmax_twice"][20] < 1e-7, (
    "arithmetic confident_twice: wrong by 20, a second softmax leaves less than 1e-7"
)

# %% name="confident_figure"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for i, (name, norms) in enumerate(push.items()):
    style = {"color": COLOURS[i], "linestyle": LINES[i], "marker": MARKERS[i], "markevery": 50}
    ax.plot(wrong_by, norms, label=name, **style)
ax.set(yscale="log", xlabel="lead of the wrong class, in logits", ylabel="length of the gradient")
ax.legend()
plt.show()

# %% name="machinery"
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.optimizers import adam
from course_code.teach.sweep import best_rate, summarize, sweep


def on_labels(loss):
    """Turn a loss on targets into one on labels (B,) or (R, B), averaged over the points."""

    def mean_loss(logits, y):
        t = F.one_hot(y, logits.shape[-2]).mT.to(logits.dtype)  # (C, B) or (R, C, B)
        return loss(logits, t).mean(-1)

    return mean_loss


def draw_sets(seed, noise, n_train):
    """Draw train, valid and test spirals that no other seed has."""
    sizes = {"train": n_train, "valid": 200, "test": 1000}  # per class
    return {
        name: make_spirals(size, noise=noise, seed=1000 * i + seed)
        for i, (name, size) in enumerate(sizes.items(), 1)
    }


# %% name="stubborn" timeout=300


def confident_start(n_out, n_in, rng):
    """Draw PyTorch's initial weights, then multiply the output layer by 100."""
    bound = n_in**-0.5 * (100 if n_out == 3 else 1)
    W = torch.empty(n_out, n_in).uniform_(-bound, bound, generator=rng)
    return W, torch.empty(n_out).uniform_(-bound, bound, generator=rng)


STARTS = {"usual": "pytorch", "confident": confident_start}
RATES = (3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
grid = {
    "init": STARTS,
    "loss": {loss.__name__: on_labels(loss) for loss in LOSSES[:3]},
    "lr": RATES,
    "seed": SEEDS,
}
spirals = draw_sets(0, 0.2, 100)
fresh = Ensemble((2, 100, 3), "relu", seeds=SEEDS, init=confident_start)
fresh_sure = fresh.predict(spirals["test"][0]).softmax(2).amax(2).mean().item()
fresh_right = evaluate_runs(fresh, *spirals["test"])[1].mean().item()
print(f"confident start, before training: {fresh_sure:.0%} sure, {fresh_right:.0%} right")

stubborn = sweep(spirals, grid, steps=300, widths=(2, 100, 3), optimizer=adam)
for start in STARTS:
    print(f"{start} start: median test accuracy at lr", *RATES)
    for name in grid["loss"]:
        rows = [row for row in stubborn if row["init"] == start and row["loss"] == name]
        table = summarize(rows, ("lr",), "test_accuracy")
        print(f"   {name:14}", *(f"{row['median']:.3f}" for row in table))


def reached(start, loss):
    """List the test accuracies of all rates and seeds."""
    wanted = {"init": start, "loss": loss}
    return [row["test_accuracy"] for row in stubborn if wanted.items() <= row.items()]


stuck = {}  # how many of the six seeds stay below 70 %, at each rate
for name in grid["loss"]:
    runs = torch.tensor(reached("confident", name)).reshape(len(RATES), -1)  # (rates, R)
    stuck[name] = (runs < 0.7).sum(dim=1).tolist()
    print(f"confident start, seeds below 70 %: {name:14}", *stuck[name])
freed_worst = min(reached("confident", "cross_entropy"))

assert min(stuck["squares_of_p"]) >= 3, (
    "measured stuck: from the confident start, squares of p leave at least half the seeds below "
    "70 %, at every rate"
)
assert freed_worst > 0.85, (
    "measured freed: from the same start, cross-entropy passes 85 % at every rate, on every seed"
)

# %% name="stubborn_figure"
from course_code.draw.curves import draw_band

fig, axes = plt.subplots(2, 1, figsize=(5.2, 5.8), sharex=True, layout="constrained")
for ax, start in zip(axes, STARTS, strict=True):
    for i, name in enumerate(grid["loss"]):
        runs = torch.tensor(reached(start, name)).reshape(len(RATES), -1).T  # (R, rates)
        draw_band(ax, RATES, runs, label=name, index=i, markers=True)
    ax.set(xscale="log", ylabel="test accuracy", title=f"{start} start", ylim=(0.2, 1.02))
axes[1].set(xlabel="learning rate")
axes[0].legend(loc="lower left")
plt.show()

# %% name="floor"
floor = {C: -math.log(math.e / (math.e + C - 1)) for C in (2, 3, 10, 1000)}
cap = {C: math.e / (math.e + C - 1) for C in floor}
for C in floor:
    one_hot = torch.eye(C)[:1].double()  # the surest answer: everything on class 0
    loss = F.cross_entropy(one_hot, torch.tensor([0])).item()
    print(f"C = {C:4}: floor {floor[C]:.4f}, largest probability {cap[C]:.4f}; a run {loss:.4f}")

# %% name="twice"
loss_curve, score_curve = {}, {}
for loss in (cross_entropy, softmax_twice):
    net, scores = Ensemble((2, 100, 3), "relu", seeds=SEEDS), []

    def measure(step, net=net, scores=scores):
        """Keep the accuracy on the test points, every 20 steps."""
        if step % 20 == 0:
            scores.append(evaluate_runs(net, *spirals["test"])[1])

    options = {"lr": 1e-2, "loss": on_labels(loss), "on_step": measure}
    name = loss.__name__
    loss_curve[name] = train_runs(net, *spirals["train"], adam, 1000, **options).T  # (R, steps)
    score_curve[name] = torch.stack(scores, dim=1)  # (R, 50)

clean, buggy = (score_curve[name][:, -1] for name in score_curve)
twice_gap = (clean - buggy).abs().max().item()
lowest = {name: curve.min().item() for name, curve in loss_curve.items()}
for name in loss_curve:
    ends = " ".join(f"{score:.3f}" for score in score_curve[name][:, -1].sort().values)
    print(f"{name:13} lowest loss {lowest[name]:.4f}  test {ends}")

assert lowest["softmax_twice"] > floor[3], "theorem floor: the bug's loss stays above its floor"
assert lowest["softmax_twice"] < floor[3] + 0.02, "measured at_the_floor: it gets within 0.02 of it"
assert twice_gap < 0.015, (
    "measured bug_unseen: the bug changes the test accuracy by less than 1.5 points, every seed"
)

# %% name="twice_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.4, 5.4), sharex=True, layout="constrained")
for i, name in enumerate(loss_curve):
    draw_band(axes[0], range(1, 1001), loss_curve[name], label=name, index=i)
    draw_band(axes[1], range(20, 1001, 20), score_curve[name], label=name, index=i)
axes[0].axhline(floor[3], color=ink, linestyle=":", linewidth=1)
axes[0].text(1000, floor[3] - 0.03, f"floor {floor[3]:.4f}", ha="right", va="top")
axes[0].set(ylabel="training loss", ylim=(0, 1.2))
axes[1].set(ylabel="test accuracy", xlabel="steps")
axes[1].legend()
plt.show()

# %% name="rivals" timeout=300
grid = {"loss": {loss.__name__: on_labels(loss) for loss in LOSSES}, "lr": RATES}
rivals = []
for seed in SEEDS:  # own points and own weights for each seed
    options = {"steps": 300, "widths": (2, 100, 3), "optimizer": adam}
    rivals += sweep(draw_sets(seed, 0.6, 100), grid | {"seed": [seed]}, **options)

best = best_rate(rivals, "loss", "valid_accuracy")
tuned = {
    name: [r["test_accuracy"] for r in rivals if r["loss"] == name and r["lr"] == best[name]]
    for name in best
}
behind = {}
for name, scores in tuned.items():
    lead = [s - t for s, t in zip(scores, tuned["cross_entropy"], strict=True)]
    behind[name] = {"low": min(lead), "mean": sum(lead) / len(lead), "high": max(lead)}
    shown = " ".join(f"{score:.3f}" for score in scores)
    print(f"{name:14} lr {best[name]:<5}  {shown}  vs CE {behind[name]['mean']:+.3f}")

honest_lead = [abs(behind[loss.__name__]["mean"]) for loss in LOSSES[:4]]
assert max(honest_lead) < 0.01, (
    "measured honest_tie: tuned, three honest losses are within a point of cross-entropy on average"
)
assert max(behind[loss.__name__]["mean"] for loss in LOSSES[4:]) < 0, (
    "measured dishonest_behind: the two dishonest losses come out behind it on average"
)

# %% name="rivals_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.2, 5.8), sharex=True, layout="constrained")
for ax, names in zip(axes, (list(best)[:4], ["cross_entropy", *list(best)[4:]]), strict=True):
    for i, name in enumerate(names):
        scores = [row["test_accuracy"] for row in rivals if row["loss"] == name]
        runs = torch.tensor(scores).reshape(len(SEEDS), len(RATES))  # seed by seed, rate by rate
        draw_band(ax, RATES, runs, label=name, index=i, markers=True)
    ax.set(xscale="log", ylabel="test accuracy", ylim=(0.6, 0.93))
    ax.legend(loc="lower left")
axes[1].set(xlabel="learning rate")
plt.show()

# %% name="stated" timeout=300
from course_code.teach.calibration import calibration_error

stated = {}
for size in (100, 1000):  # points per class to learn from; 300 of them per step, either way
    sets = [draw_sets(seed, 0.6, size) for seed in SEEDS]
    X, y = (torch.stack(part) for part in zip(*(s["train"] for s in sets), strict=True))
    print(f"{size} points per class")
    for loss in LOSSES:
        net, name = Ensemble((2, 100, 3), "relu", seeds=SEEDS), loss.__name__
        options = {"lr": best[name], "loss": on_labels(loss), "batch_size": 300}
        train_runs(net, X, y, adam, 400, **options)
        errors, sure, right = [], [], []
        for r, (x, label) in enumerate(s["test"] for s in sets):
            p = read_probabilities(net.member(r)(x).T, loss).T.clamp(0, 1)  # (B, C)
            errors.append(calibration_error(p, label))
            sure.append(p.amax(dim=1).mean().item())
            right.append((p.argmax(dim=1) == label).double().mean().item())
        means = {"right": sum(right) / len(right), "sure": sum(sure) / len(sure)}
        spread = {"low": min(errors), "high": max(errors)}
        stated[f"{name}_{size}"] = {"ece": errors, **means, **spread}
        shown = " ".join(f"{error:.3f}"[1:] for error in errors)
        print(f"  {name:13} right {means['right']:.3f} sure {means['sure']:.3f} ECE {shown}")

mean_ece = {arm: sum(row["ece"]) / len(SEEDS) for arm, row in stated.items()}
worst = {
    size: max((a for a in mean_ece if a.endswith(f"_{size}")), key=mean_ece.get)
    for size in (100, 1000)
}
few, many = (stated[f"cross_entropy_{size}"]["ece"] for size in (100, 1000))
rude = stated["one_minus_p_1000"]["ece"]
assert all(m < f for f, m in zip(few, many, strict=True)), (
    "measured data_calibrate: ten times the points lower cross-entropy's ECE, on every seed"
)
assert all(m < r for m, r in zip(many, rude, strict=True)), (
    "measured rude_stays: with 1,000 points per class 1 - p has the higher ECE, on every seed"
)
assert all(arm.startswith("one_minus_p") for arm in worst.values()), (
    "measured least_honest: on average 1 - p has the highest ECE of the six, with both data sizes"
)

# %% name="stated_figure"
fig, ax = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
names = [loss.__name__ for loss in LOSSES]
for i, size in enumerate((100, 1000)):
    for row, name in enumerate(names):
        label = f"{size} points per class" if row == 0 else None
        style = {"color": COLOURS[i], "linestyle": "", "marker": MARKERS[i], "alpha": 0.7}
        height = [row + 0.3 * i - 0.15] * len(SEEDS)
        ax.plot(stated[f"{name}_{size}"]["ece"], height, label=label, **style)
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
ax.set(xlabel="calibration error (ECE)", xlim=(0, None))
ax.legend()
plt.show()

# %% name="calibration"
from course_code.teach.calibration import best_temperature

CHECKPOINTS = (30, 50, 100, 200, 500, 1000, 2000)
sets = [draw_sets(seed, 0.8, 60) for seed in SEEDS]
stacked = {
    name: tuple(torch.stack(part) for part in zip(*(s[name] for s in sets), strict=True))
    for name in sets[0]
}
net = Ensemble((2, 100, 3), "relu", seeds=SEEDS)
story = {}


def describe(step):
    """Measure every run at a checkpoint: accuracy, confidence, calibration, temperature."""
    if step not in CHECKPOINTS:
        return
    test, valid = net.predict(stacked["test"][0]), net.predict(stacked["valid"][0])  # (R, B, C)
    label, valid_label = stacked["test"][1], stacked["valid"][1]
    T = [best_temperature(z, y) for z, y in zip(valid, valid_label, strict=True)]
    cooled = test / torch.tensor(T)[:, None, None]
    columns = {"train": evaluate_runs(net, *stacked["train"])[1].tolist(), "T": T}
    columns["test"] = (test.argmax(2) == label).double().mean(1).tolist()
    columns["confidence"] = test.softmax(2).amax(2).mean(1).tolist()
    for suffix, logits in (("", test), ("_T", cooled)):
        pairs = list(zip(logits, label, strict=True))
        columns["ece" + suffix] = [calibration_error(z.softmax(1), y) for z, y in pairs]
        columns["loss" + suffix] = [F.cross_entropy(z, y).item() for z, y in pairs]
    story[step] = columns


train_runs(net, *stacked["train"], adam, CHECKPOINTS[-1], lr=1e-2, on_step=describe)
median = {
    step: {name: sorted(column)[len(column) // 2] for name, column in columns.items()}
    for step, columns in story.items()
}
print("medians: train   test    conf    ECE     T       ECE_T   loss    loss_T")
for step, row in median.items():
    names = ("train", "test", "confidence", "ece", "T", "ece_T", "loss", "loss_T")
    print(f"{step:7}", *(f"{row[name]:7.3f}" for name in names))
for name in ("ece", "ece_T", "loss", "loss_T"):
    print(f"end, run by run: {name:6}", *(f"{value:.3f}" for value in story[2000][name]))

end = {name: sorted(column) for name, column in story[2000].items()}
pairs = list(zip(story[2000]["ece"], story[2000]["ece_T"], strict=True))
assert end["confidence"][0] > end["test"][-1] + 0.05, (
    "measured overconfident: after 2,000 steps the least confident run promises over 5 points more "
    "than the most accurate one keeps"
)
assert max(story[30]["confidence"]) < min(story[30]["test"]), (
    "measured underconfident: after 30 steps every run promises less than every run keeps"
)
assert all(cooled < hot for hot, cooled in pairs), (
    "measured temperature_helps: a temperature fitted on validation points lowers the ECE, each run"
)
assert median[100]["ece"] < min(median[30]["ece"], median[2000]["ece"]) / 2, (
    "measured in_passing: the median ECE at 100 steps is under half of that at 30 and at 2,000"
)

# %% name="calibration_figure"
fig, axes = plt.subplots(2, 1, figsize=(5.4, 5.6), sharex=True, layout="constrained")
labels = {"train": "accuracy, train", "test": "accuracy, test", "confidence": "confidence, test"}
for i, (name, label) in enumerate(labels.items()):
    runs = torch.tensor([story[step][name] for step in CHECKPOINTS]).T
    draw_band(axes[0], CHECKPOINTS, runs, label=label, index=i, markers=True)
for i, (name, label) in enumerate({"ece": "T = 1", "ece_T": "T fitted"}.items()):
    runs = torch.tensor([story[step][name] for step in CHECKPOINTS]).T
    draw_band(axes[1], CHECKPOINTS, runs, label=label, index=i, markers=True)
axes[0].legend()
axes[1].legend()
axes[1].set(xscale="log", xlabel="steps", ylabel="calibration error (ECE)", ylim=(0, None))
plt.show()

# %% name="reliability"
from course_code.draw.confidence import draw_reliability
from course_code.teach.calibration import confidence_bins

test = net.predict(stacked["test"][0])  # (R, B, C) logits
label = stacked["test"][1].flatten()  # all runs together
cooled = test / torch.tensor(story[2000]["T"])[:, None, None]
fig, ax = plt.subplots(figsize=(4.8, 4.6), layout="constrained")
for i, (name, logits) in enumerate({"T = 1": test, "T fitted": cooled}.items()):
    bins = confidence_bins(logits.flatten(0, 1).softmax(1), label)
    draw_reliability(ax, *bins, label=name, index=i)
ax.legend(loc="upper left")
plt.show()

surest = test.flatten(0, 1).softmax(1)
sure = surest.amax(dim=1) > 0.99
sure_share = sure.double().mean().item()
sure_right = (surest.argmax(1) == label)[sure].double().mean().item()
print(f"over 99 % sure of {sure_share:.0%} of the test points, right on {sure_right:.0%} of those")

assert sure_right < 0.95, "measured not_99: of the answers over 99 % sure, under 95 % are right"

# %% name="far"
radius = torch.logspace(-1, 2, 25)
angle = torch.linspace(0, 2 * math.pi, 361)[:-1]
ring = torch.stack((angle.sin(), angle.cos()), dim=1)  # (360, 2)
away = net.predict((radius[:, None, None] * ring).reshape(-1, 2))  # (R, 25 * 360, C)
T = torch.tensor(story[2000]["T"])[:, None, None]
by_radius = {}
for name, logits in {"raw": away, "fitted": away / T}.items():
    by_radius[name] = logits.softmax(2).amax(2).reshape(len(SEEDS), 25, 360).mean(2)  # (R, 25)

far_confidence = {name: sorted(runs[:, -1].tolist()) for name, runs in by_radius.items()}
for name, runs in far_confidence.items():
    print(f"radius 100, {name:6}: confidence", *(f"{value:.4f}" for value in runs))

assert min(far_confidence["raw"]) > 0.99, (
    "measured far_away: at radius 100 every network is over 99 % sure, averaged over directions"
)

# %% name="far_figure"
from course_code.draw.confidence import draw_confidence

fig, axes = plt.subplots(2, 1, figsize=(5.2, 8), height_ratios=(5, 3), layout="constrained")
draw_confidence(axes[0], net.member(0), sets[0]["train"][0])
for i, label in enumerate(("T = 1", "T fitted")):
    draw_band(axes[1], radius, list(by_radius.values())[i], label=label, index=i)
axes[1].axvspan(0.1, 1, color=ink, alpha=0.08, linewidth=0)
axes[1].text(0.12, 0.97, "data", va="top")
axes[1].set(xscale="log", xlabel="distance from the centre", ylabel="mean confidence")
axes[1].legend(loc="lower right")
plt.show()

# %% name="ex_sigmoid"
pair = torch.tensor([[2.0, -1.0], [0.5, 3.0], [-4.0, -4.0]], dtype=torch.float64)
two_class_gap = (softmax(pair)[:, 0] - (pair[:, 0] - pair[:, 1]).sigmoid()).abs().max().item()
print(f"largest difference: {two_class_gap:.0e}")

assert two_class_gap < 1e-12, "theorem two_classes: softmax of two scores is sigmoid of their gap"

# %% name="ex_convex"
J = softmax_jacobian(softmax(torch.tensor([2.0, 0.0, -1.0, 5.0], dtype=torch.float64)))
eigenvalues = torch.linalg.eigvalsh(J).tolist()
print("J times ones:", [round(value, 12) + 0.0 for value in J.sum(dim=1).tolist()])
print("eigenvalues: ", [round(abs(value), 5) for value in eigenvalues])

assert min(eigenvalues) > -1e-12, "theorem convex: no eigenvalue of diag(p) - p p^T is negative"

# %% name="ex_smoothing"
epsilon = 0.1
t = torch.tensor([[1 - epsilon + epsilon / 3], [epsilon / 3], [epsilon / 3]], dtype=torch.float64)
logits = torch.zeros(3, 1, dtype=torch.float64, requires_grad=True)
for _ in range(2000):
    (gradient,) = torch.autograd.grad(cross_entropy(logits, t).sum(), logits)
    logits.data -= gradient
gap_found = (logits[0] - logits[1]).item()
gap_theory = math.log(t[0].item() / t[1].item())
entropy = -(t * t.log()).sum().item()
print(f"best lead of the right logit: found {gap_found:.4f}, formula {gap_theory:.4f}")
print(f"loss there {cross_entropy(logits, t).item():.4f}, entropy of the target {entropy:.4f}")

assert abs(gap_found - gap_theory) < 1e-6, (
    "theorem smoothing: with label smoothing the best lead of the right logit is finite"
)

# %% name="ex_fair"
rng = torch.Generator().manual_seed(0)
fair = []
for z in cooled:  # (B, C) logits of one run
    p = z.softmax(dim=1)
    drawn = torch.multinomial(p, 1, generator=rng)[:, 0]  # labels that follow p exactly
    fair.append(calibration_error(p, drawn))
fair.sort()
print("ECE of an honest forecaster:", *(f"{error:.3f}" for error in fair))

assert fair[-1] < 0.03, "measured noise_floor: 3,000 points leave an ECE below 0.03 by chance"

# %% name="ex_ties"
close = torch.tensor([1e-9, 2e-9])
places = {"z": close.argmax().item(), "softmax(z)": softmax(close).argmax().item()}
print(places, "  p =", softmax(close).tolist())
