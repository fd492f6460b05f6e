"""Neurons: what one threshold can do, how it learns, and how a gradient travels back.

Gates, the perceptron and its bound, XOR, two layers, backpropagation by hand on four
units, its cost, and a check of gradients by trial. Left out: spikes and time, deeper
networks, anything about brains beyond a table.
"""

# %% name="setup"
import math
from functools import partial
from itertools import product

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from course_code.teach.claims import check

SEEDS = range(20)  # each draws a cloud of points for the perceptron
n_seeds = len(SEEDS)

# %% name="gates"


def fires(x, w, b):
    """Threshold unit: 1 where the weighted sum passes 0. x (B, D), w (D,)."""
    return (x @ w + b > 0).int()


corners = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])  # all inputs of two bits
GATES = {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)}
for name, (w1, w2, b) in GATES.items():
    print(f"{name:5}", fires(corners, torch.tensor([w1, w2]).float(), b).tolist())

# %% name="all_gates"
found = set()
for w1, w2, b in product((-1, 0, 1), (-1, 0, 1), (-1.5, -0.5, 0.5, 1.5)):
    found.add(tuple(fires(corners, torch.tensor([w1, w2]).float(), b).tolist()))
missing = sorted(set(product((0, 1), repeat=4)) - found)
gates_found = len(found)
print(gates_found, "of 16; missing:", missing)

# %% name="perceptron"
from course_code.teach.device import generator
from course_code.teach.perceptron import learn_from_mistakes


def cloud(margin, seed, n=100):
    """Draw n points in the unit disc, none nearer than `margin` to a random line."""
    rng = generator(seed)
    turn = 2 * math.pi * torch.rand(1, generator=rng, dtype=torch.float64)
    across = torch.cat((turn.cos(), turn.sin()))  # (2,) unit vector, normal to the line
    X = 2 * torch.rand(40 * n, 2, generator=rng, dtype=torch.float64) - 1
    X = X[(X.norm(dim=1) <= 1) & ((X @ across).abs() >= margin)][:n]
    return X, (X @ across).sign()


MARGINS = (0.5, 0.2, 0.1, 0.05, 0.02)
bounds = [1 / margin**2 for margin in MARGINS]
counts = torch.zeros(n_seeds, len(MARGINS))
unfinished = 0
for i, margin in enumerate(MARGINS):
    for r, seed in enumerate(SEEDS):
        _, mistakes = learn_from_mistakes(*cloud(margin, seed), passes=1000)
        counts[r, i] = sum(mistakes)
        unfinished += mistakes[-1] > 0
    middle, most = counts[:, i].median().item(), counts[:, i].max().item()
    print(f"margin {margin:4}: median {middle:3.0f}, most {most:3.0f}", end="")
    print(f", bound {bounds[i]:5.0f}")
most_at = dict(zip(MARGINS, counts.max(dim=0).values.tolist(), strict=True))
most_at_tenth = most_at.get(0.1, math.nan)  # without this margin: not known

# %% name="opponent"
SIZES = (4, 25, 100, 400)  # so many points, each along an axis of its own
forced = {}
for n in SIZES:
    X, y = torch.eye(n), torch.ones(n)
    y[::2] = -1
    _, mistakes = learn_from_mistakes(X, y, passes=10)
    forced[n] = sum(mistakes)
    print(f"{n:3} points, margin {n**-0.5:.2f}: {forced[n]} mistakes, bound {n}")

# %% name="check_perceptron"
over = (counts.max(dim=0).values / torch.tensor(bounds)).max()
check("theorem bound: mistakes as a share of the bound, at worst", over, "<=", 1)
check("theorem done: clouds on which it did not finish", unfinished, "==", 0)
check(
    "measured loose: at margin 0.1 the worst cloud needs under half of the bound's 100",
    most_at_tenth,
    "<",
    50,
)
check(
    "arithmetic tight: points along the axes reach the bound",
    list(forced.values()),
    "==",
    list(SIZES),
)

# %% name="mistakes_figure"
from course_code.draw.curves import draw_band

fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
line = torch.tensor([0.015, 0.6])
ax.plot(
    line, 1 / line**2, color=plt.rcParams["text.color"], label="bound $1/\\gamma^2$"
)
draw_band(ax, MARGINS, counts, label="random clouds", markers=True)
built = [n**-0.5 for n in SIZES]
ax.plot(
    built, list(forced.values()), "^", color="#D55E00", label="built by an opponent"
)
ax.set(xscale="log", yscale="log", xlabel="margin $\\gamma$", ylabel="mistakes in all")
ax.set_xticks(MARGINS, MARGINS)
ax.minorticks_off()
ax.legend()
plt.show()

# %% name="xor"
PASSES = 1000
with_one = torch.cat((corners, torch.ones(4, 1)), dim=1)  # the bias is a third weight
xor = torch.tensor([0, 1, 1, 0])
weights, mistakes = learn_from_mistakes(with_one, 2 * xor - 1, passes=PASSES)
for number in (1, 2, 3, PASSES):
    w1, w2, b = weights[number - 1].tolist()
    print(
        f"pass {number:4}: {mistakes[number - 1]} mistakes, w = ({w1:g}, {w2:g})",
        end="",
    )
    print(f", b = {b:g}")
fewest = min(mistakes)
best_line = max(
    sum(a == b for a, b in zip(t, xor.tolist(), strict=True)) for t in found
)
longest = max(w.norm().item() for w in weights)

# %% name="two_layers"
W1, b1 = torch.tensor([[1.0, 1], [1, 1]]), torch.tensor([-0.5, -1.5])  # OR and AND
hidden = torch.stack([fires(corners, w, b) for w, b in zip(W1, b1, strict=True)], dim=1)
output = fires(hidden.float(), torch.tensor([1.0, -1]), -0.5)  # OR and not AND
print("hidden", hidden.tolist())
print("output", output.tolist())
total = corners.sum(dim=1)  # x1 + x2
bent = torch.relu(total) - 2 * torch.relu(total - 1)
print("with ReLU", bent.int().tolist())

# %% name="check_xor"
check("arithmetic fourteen: of the 16 gates one unit makes", gates_found, "==", 14)
check(
    "arithmetic xor_missing: what is left is XOR and its opposite",
    [list(table) for table in missing],
    "==",
    [[0, 1, 1, 0], [1, 0, 0, 1]],
)
check("theorem xor_restless: fewest mistakes of a pass on XOR", fewest, ">=", 1)
check("arithmetic three_of_four: the best gate on XOR gets", best_line, "==", 3)
check(
    "arithmetic two_units: two hidden units make XOR",
    output.tolist(),
    "==",
    [0, 1, 1, 0],
)
check("arithmetic relu_xor: so do two ReLUs", bent.tolist(), "==", [0, 1, 1, 0])

# %% name="planes"
from course_code.draw.style import COLOURS, MARKERS

fig, axes = plt.subplots(1, 2, figsize=(5.6, 2.9), layout="constrained")
for ax, points, names in zip(axes, (corners, hidden.float()), ("x", "h"), strict=True):
    for c in (0, 1):
        spots = points[xor == c].T.numpy()
        style = {"s": 90, "color": COLOURS[c], "marker": MARKERS[c], "zorder": 3}
        ax.scatter(*spots, label=f"XOR = {c}", **style)
    limits = {"xlim": (-0.4, 1.4), "ylim": (-0.4, 1.4), "aspect": "equal"}
    ax.set(xlabel=f"${names}_1$", ylabel=f"${names}_2$", xticks=[0, 1], yticks=[0, 1])
    ax.set(**limits)
ink = {"color": plt.rcParams["text.color"], "linewidth": 1}
for offset in (0.5, 1.5):  # the lines of the two hidden units
    axes[0].axline((offset, 0), slope=-1, **ink)
axes[1].axline((0.5, 0), slope=1, **ink)  # the line of the output unit
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
plt.show()

# %% name="by_hand"
x1, x2 = 1, 2  # one point, of class 1
a1, a2 = 4 * x1 - 1 * x2, 1 * x1 - 1 * x2  # 2 and -1: the sums
h1, h2 = max(0, a1), max(0, a2)  # 2 and 0: the second ReLU is off
z1, z2 = 1 * h1 - 1 * h2 + 2, 2 * h1 + 3 * h2  # 4 and 4: the logits
p1 = math.exp(z1) / (math.exp(z1) + math.exp(z2))  # 1/2
p2 = 1 - p1

dz1, dz2 = p1 - 1, p2 - 0  # -1/2 and 1/2: p - y
dv11, dv12 = dz1 * h1, dz1 * h2  # -1 and 0: error times input
dv21, dv22 = dz2 * h1, dz2 * h2  # 1 and 0
dh1, dh2 = 1 * dz1 + 2 * dz2, -1 * dz1 + 3 * dz2  # 1/2 and 2: back along the weights
da1, da2 = dh1 * (a1 > 0), dh2 * (a2 > 0)  # 1/2 and 0: times the slope
dw11, dw12 = da1 * x1, da1 * x2  # 1/2 and 1
dw21, dw22 = da2 * x1, da2 * x2  # 0 and 0

print("loss   ", round(-math.log(p1), 4))
print("dW     ", [[dw11, dw12], [dw21, dw22]], " db", [da1, da2])
print("dV     ", [[dv11, dv12 + 0], [dv21, dv22]], " dc", [dz1, dz2])  # -0 + 0 is 0

# %% name="network_figure"
from course_code.draw.network import draw_network

fig, ax = plt.subplots(figsize=(5.6, 3.4), layout="constrained")
draw_network(
    ax,
    names=[["$x_1$", "$x_2$"], ["$h_1$", "$h_2$"], ["$z_1$", "$z_2$"]],
    values=[["1", "2"], ["2", "0"], ["4", "4"]],
    errors=[["", ""], ["½", "0"], ["−½", "½"]],
    edges=[
        [[("4", "½"), ("−1", "1")], [("1", "0"), ("−1", "0")]],
        [[("1", "−1"), ("−1", "0")], [("2", "1"), ("3", "0")]],
    ],
)
plt.show()

# %% name="autograd"
x = torch.tensor([1.0, 2])
W = torch.tensor([[4.0, -1], [1, -1]], requires_grad=True)
b = torch.zeros(2, requires_grad=True)
V = torch.tensor([[1.0, -1], [2, 3]], requires_grad=True)
c = torch.tensor([2.0, 0], requires_grad=True)
loss = F.cross_entropy(V @ torch.relu(W @ x + b) + c, torch.tensor(0))
loss.backward()
print("dW     ", W.grad.tolist(), " db", b.grad.tolist())
print("dV     ", (V.grad + 0).tolist(), " dc", c.grad.tolist())

with torch.no_grad():  # one step downhill, rate 0.1
    for theta in (W, b, V, c):
        theta -= 0.1 * theta.grad
    after = F.cross_entropy(V @ torch.relu(W @ x + b) + c, torch.tensor(0)).item()
before = loss.item()
print(f"loss    {before:.4f} before the step, {after:.4f} after it")

# %% name="cost"
from torch.utils.flop_counter import FlopCounterMode

from course_code.teach.models import mlp

model = mlp((2, 100, 3), torch.nn.ReLU, seed=0)  # the spiral's network
X, y = torch.zeros(3000, 2), torch.zeros(3000, dtype=torch.int64)
n_weights = sum(p.numel() for p in model.parameters())
with FlopCounterMode(display=False) as forward_only:
    loss = F.cross_entropy(model(X), y)
with FlopCounterMode(display=False) as backward_only:
    loss.backward()
forward = forward_only.get_total_flops()
backward = backward_only.get_total_flops()
passes_by_backprop = (forward + backward) / forward
passes_by_trial = n_weights + 1  # once as it is, once with each weight moved
print(f"forward  {forward:,} operations")
print(f"backward {backward:,}")
print(f"together {passes_by_backprop:.1f} forward passes; by trial {passes_by_trial}")

# %% name="check_by_hand"
hand = [dw11, dw12, dw21, dw22, da1, da2, dv11, dv12, dv21, dv22, dz1, dz2]
parts = [part.grad.flatten() for part in (W, b, V, c)]
hand_gap = (torch.tensor(hand) - torch.cat(parts)).abs().max()
check("theorem by_hand: autograd's twelve numbers, by hand", hand_gap, "<", 1e-6)
check("measured downhill: one step lowers the loss", after, "<", before)
check(
    "arithmetic cheap: a gradient in forward passes, one forward pass included",
    passes_by_backprop,
    "<=",
    3,
)

# %% name="machinery"
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.optimizers import sgd

# %% name="training"
TRY, JUDGE = range(60), range(1000, 1200)  # starts to choose the rate on, and others
RATES = (0.03, 0.1, 0.3, 1, 3, 10)
HIDDEN = (2, 4, 8)
BENDS = ("relu", "tanh", "sigmoid")
XOR_STEPS = 1000


def solve(bend, hidden, starts, lr):
    """Train one network per start on XOR; return the losses and which ones solve it."""
    net = Ensemble((2, hidden, 2), bend, seeds=starts)
    train_runs(net, corners, xor, sgd, steps=XOR_STEPS, lr=lr)
    losses, right = evaluate_runs(net, corners, xor)
    return net, losses, right == 1


solved, chosen, ends, nets = {}, {}, 0, {}
for bend in BENDS:
    for hidden in HIDDEN:
        starts = [seed for _ in RATES for seed in TRY]
        lr = [rate for rate in RATES for _ in TRY]
        _, losses, _ = solve(bend, hidden, starts, lr)
        mean = losses.reshape(len(RATES), -1).mean(dim=1)  # every failed run weighs
        best = RATES[mean.argmin()]
        ends += best in (RATES[0], RATES[-1])
        nets[bend, hidden] = solve(bend, hidden, JUDGE, best)
        share = nets[bend, hidden][2].float().mean().item()
        solved.setdefault(bend, {})[hidden] = share
        chosen.setdefault(bend, {})[hidden] = best
    told = "  ".join(f"{h} units {s:.0%}" for h, s in solved[bend].items())
    print(f"{bend:8}", told)

# %% name="check_training"
relu, smooth = (  # a number of units that was not tried is not known
    {h: min(solved[bend].get(h, math.nan) for bend in bends) for h in (2, 4, 8)}
    for bends in (["relu"], ["tanh", "sigmoid"])
)
check("measured rates_inside: rates chosen at an end of their list", ends, "==", 0)
check("measured relu_two: two ReLUs solve it", relu[2], "<", 0.35)
check("measured smooth_two: two tanh or sigmoid units solve it", smooth[2], ">", 0.6)
check("measured relu_four: four ReLUs solve it", relu[4], "in", (0.6, 0.88))
check("measured smooth_four: four tanh or sigmoid units", smooth[4], ">", 0.95)
check("measured relu_eight: eight ReLUs solve it", relu[8], ">", 0.85)

# %% name="solved_figure"
from course_code.draw.style import LINES

fig, ax = plt.subplots(figsize=(5.4, 3.3), layout="constrained")
for i, bend in enumerate(BENDS):
    style = {"color": COLOURS[i], "marker": MARKERS[i], "linestyle": LINES[i]}
    ax.plot(HIDDEN, solved[bend].values(), label=bend, **style)
ax.set_xscale("log", base=2)
ax.set_xticks(HIDDEN, HIDDEN)
ax.set(xlabel="hidden units", ylabel="starts that end in XOR", ylim=(-0.03, 1.03))
ax.legend()
plt.show()


# %% name="stuck"
def silent(net):
    """Find the hidden ReLUs that are off at all four points, (R, H)."""
    W, b = net.layers[0]
    return ((W.detach() @ corners.T + b.detach()) <= 0).all(dim=2)


few = min(HIDDEN)  # units
asleep = silent(Ensemble((2, few, 2), "relu", seeds=JUDGE))  # before training
net, losses, done = nets["relu", few]
woken = (asleep & ~silent(net)).sum().item()
born, ended = asleep.sum(dim=1), silent(net).sum(dim=1)
table = {}
for n in range(few + 1):
    these = ended == n
    table[n] = {"born": (born == n).sum().item(), "ended": these.sum().item()}
    table[n]["solved"] = done[these].sum().item()
    print(
        f"{n} silent units: {table[n]['born']} starts, {table[n]['ended']} ends", end=""
    )
    print(f", {table[n]['solved']} of them solved")
some_silent = sum(table[n]["ended"] for n in table if n > 0)

LEAKS = (0.01, 0.3)  # the slope of a unit that is off, instead of 0
leaky = []
for slope in LEAKS:
    bend = partial(F.leaky_relu, negative_slope=slope)
    _, _, leaky_done = solve(bend, few, JUDGE, chosen["relu"][few])
    leaky.append(leaky_done.float().mean().item())
    print(f"slope {slope} when off, same starts and rate: {leaky[-1]:.0%}")

# %% name="levels"
LEVELS = {"two points get one answer": math.log(2) / 2}
LEVELS["three get one answer"] = (2 * math.log(1.5) + math.log(3)) / 4
LEVELS["all four get one answer"] = math.log(2)
for name, level in LEVELS.items():
    near = ((losses - level).abs() < 0.02).sum().item()
    print(f"loss near {level:.3f}, {name}: {near}")

# %% name="check_stuck"
solved_silent = sum(table[n]["solved"] for n in table if n > 0)
if few != 2:
    solved_silent = math.nan  # the theorem is about two
check("theorem asleep: ReLUs silent at the start that woke up", woken, "==", 0)
check(
    "theorem one_silent: XOR solved with a silent unit of two", solved_silent, "==", 0
)
gained = leaky[-1] - solved["relu"][few]  # shares of the same starts
part_silent = some_silent / len(JUDGE)
check("measured many_silent: share that ends with such a unit", part_silent, ">", 0.4)
check("measured leak_helps: what a slope of 0.3 adds to the share", gained, ">", 0.05)

# %% name="matrix"
from course_code.teach.activations import SLOPES
from course_code.teach.backprop import run_backward, run_forward

rng = generator(7)
layers = [  # 2 inputs, 3 tanh units, 2 logits, in float64
    (torch.randn(n, m, generator=rng).double(), torch.randn(n, generator=rng).double())
    for m, n in ((2, 3), (3, 2))
]
x = corners.T.double()  # (2, 4): the four points of XOR as columns
a, h = run_forward(layers, x, torch.tanh)
deltas, gradients = run_backward(layers, a, h, xor, SLOPES["tanh"])
by_matrix = torch.cat([part.flatten() for pair in gradients for part in pair])  # (17,)


shapes = [part.shape for pair in layers for part in pair]


def unpack(theta):
    """Cut a row of all weights into the two layers."""
    parts = theta.split([shape.numel() for shape in shapes])
    W1, b1, W2, b2 = (p.view(shape) for p, shape in zip(parts, shapes, strict=True))
    return [(W1, b1), (W2, b2)]


def xor_loss(theta):
    """Mean cross-entropy on the four points of the network with these weights."""
    return F.cross_entropy(run_forward(unpack(theta), x, torch.tanh)[0][-1].T, xor)


theta = torch.cat([part.flatten() for pair in layers for part in pair])  # (17,)
theta.requires_grad_()
(by_autograd,) = torch.autograd.grad(xor_loss(theta), theta)
theta = theta.detach()
matrix_gap = (by_matrix - by_autograd).abs().max().item()
print(f"{len(theta)} gradients, largest difference from autograd: {matrix_gap:.0e}")

# %% name="gradient_check"
from course_code.teach.gradcheck import finite_differences

EXPONENTS = range(1, 15)
misses = {"central": [], "one-sided": []}
for k in EXPONENTS:
    for name, gaps in misses.items():
        tried = finite_differences(xor_loss, theta, 10.0**-k, name == "central")
        gaps.append((tried - by_matrix).abs().max().item())
best = {
    name: 10.0 ** -EXPONENTS[gaps.index(min(gaps))] for name, gaps in misses.items()
}
least = {name: min(gaps) for name, gaps in misses.items()}
for name in misses:
    print(f"{name:9}: best step {best[name]:.0e}, error {least[name]:.0e}", end="")
    print(f", at 1e-{EXPONENTS[-1]} {misses[name][-1]:.0e}")

_, wrong = run_backward(layers, a, h, xor, torch.ones_like)  # the slope forgotten
wrong = torch.cat([part.flatten() for pair in wrong for part in pair])
tried = finite_differences(xor_loss, theta, 1e-5)
caught = (tried - wrong).abs().max().item()
print(f"without the slope, the check is off by {caught:.2f}")

# %% name="check_gradients"
worse = misses["central"][-1] / least["central"]
check("theorem matrix: the formula is autograd's, to rounding", matrix_gap, "<", 1e-14)
check("measured valley: the best central step", best["central"], "in", (1e-6, 1e-4))
check("measured central: its error", least["central"], "<", 1e-9)
check(
    "measured one_sided: the best one-sided error",
    least["one-sided"],
    "in",
    (1e-10, 1e-7),
)
check("measured too_small: at 1e-14 the central error grows by", worse, ">", 1e4)
check("measured caught: a forgotten slope shows as", caught, ">", 1e-3)

# %% name="valley_figure"
fig, ax = plt.subplots(figsize=(5.4, 3.4), layout="constrained")
steps = [10.0**-k for k in EXPONENTS]
for i, (name, gaps) in enumerate(misses.items()):
    style = {"color": COLOURS[i], "marker": MARKERS[i], "linestyle": LINES[i]}
    ax.plot(steps, gaps, label=name, markersize=5, **style)
ax.set(
    xscale="log",
    yscale="log",
    xlabel="step $h$",
    ylabel=f"largest error of {len(theta)} slopes",
)
ax.legend()
plt.show()

# %% name="half_adder"
carry = fires(corners, torch.tensor([1.0, 1]), -1.5)  # AND
total = fires(
    torch.cat((corners, carry[:, None]), dim=1), torch.tensor([1.0, 1, -2]), -0.5
)
for bits, one, two in zip(corners.int().tolist(), carry, total, strict=True):
    print(f"{bits[0]} + {bits[1]} = {one}{two}")
adder = (2 * carry + total).tolist()

# %% name="same_start"


def same(n_out, n_in, rng):
    """Give every weight of a layer the same value, every bias 0."""
    return torch.full((n_out, n_in), 0.5), torch.zeros(n_out)


many = max(HIDDEN)
net = Ensemble((2, many, 2), "tanh", init=same)
train_runs(net, corners, xor, sgd, steps=XOR_STEPS, lr=chosen["tanh"][many])
W, b = net.layers[0]
apart = (W - W[:, :1]).abs().max().item()
same_right = evaluate_runs(net, corners, xor)[1].item()
print(f"{many} units, {apart:.0e} apart after {XOR_STEPS:,} steps;", end=" ")
print(f"{same_right:.0%} of XOR")

# %% name="check_exercises"
check("theorem same_start: equal units drift apart by", apart, "==", 0)
check("theorem same_fails: equal units get of XOR at most", same_right, "<=", 0.75)
check("arithmetic half_adder: two units add two bits", adder, "==", [0, 1, 1, 2])
