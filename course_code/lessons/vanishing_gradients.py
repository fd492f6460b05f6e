"""Vanishing gradients: what shrinks on the way back through a deep network, and what stops it.

Derives the chain rule with its shapes, measures the factor per layer against theory, then trains
digits at several depths. Left out: convolutions, real recurrent tasks, learned normalisation.
"""

# %% name="setup"
import math
from functools import partial

import matplotlib.pyplot as plt
import torch

from course_code.teach.device import device

SEEDS = range(7)  # 0..4 for what is reported, 5 and 6 for choosing learning rates
REPORT, TUNING = SEEDS[:5], SEEDS[5:]
dev = device()
print("computing on", dev.type)

# %% name="library"
from course_code.teach.activations import ACTIVATIONS, SLOPES
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble, cross_entropies, preactivations

# %% name="slopes"
places = (0, 1, 1.5, 2, 5)
slope = {
    name: {x: SLOPES[name](torch.tensor(x, dtype=torch.float64)).item() for x in places}
    for name in ("sigmoid", "tanh", "relu")
}
print("slope at  ", *(f"{x:9}" for x in places))
for name, row in slope.items():
    print(f"{name:10}", *(f"{value:9.2g}" for value in row.values()))

line = torch.linspace(-10, 10, 20001, dtype=torch.float64)
steepest = {name: SLOPES[name](line).max().item() for name in ("sigmoid", "tanh")}
crossing = line[(line > 0) & (SLOPES["tanh"](line) < SLOPES["sigmoid"](line))][0].item()
print(f"steepest: sigmoid {steepest['sigmoid']:.4f}, tanh {steepest['tanh']:.4f}")
print(f"beyond |x| = {crossing:.2f} tanh is the flatter one")

assert abs(steepest["sigmoid"] - 0.25) + abs(steepest["tanh"] - 1) < 1e-12, (
    "arithmetic steepest: the sigmoid's slope is at most 1/4, that of tanh at most 1"
)
assert slope["tanh"][5] < slope["sigmoid"][5] / 30, (
    "arithmetic tanh_flatter: at 5 tanh is over 30 times flatter than the sigmoid"
)

# %% name="by_hand"
from course_code.teach.backprop import run_backward, run_forward

digits = load_digits()  # 1000 to train on, 300 to choose on, 497 to judge on
X, y = digits["train"]
D, C = X.shape[1], 10

net = Ensemble((D, 20, 15, 12, C), "sigmoid", seeds=(0,), dtype=torch.float64)
x, labels = X[:32].T.double(), y[:32]  # (D, B): points as columns
sums = preactivations(net, x)
weights = [W for W, _ in net.layers]
by_autograd = torch.autograd.grad(cross_entropies(sums[-1], labels).sum(), [*sums, *weights])

layers = [(W[0].detach(), b[0, :, 0].detach()) for W, b in net.layers]
a, h = run_forward(layers, x, torch.sigmoid)
deltas, gradients = run_backward(layers, a, h, labels, SLOPES["sigmoid"])
by_hand = [*deltas, *(grad for grad, _ in gradients)]

hand_gap = max((m - g[0]).abs().max().item() for m, g in zip(by_hand, by_autograd, strict=True))
for i, (delta, (grad, _)) in enumerate(zip(deltas, gradients, strict=True), start=1):
    print(f"layer {i}:  delta {str(tuple(delta.shape)):9}  dL/dW {tuple(grad.shape)}")
print(f"largest difference from autograd: {hand_gap:.0e}")

blank = (X == 0).all(dim=0)  # pixels that are never inked
blank_pixels = blank.sum().item()
blank_gradient = gradients[0][0][:, blank].abs().max().item()
print(f"{blank_pixels} pixels are always 0; the largest gradient there: {blank_gradient}")

assert hand_gap < 1e-15, "theorem backprop: the formula by hand is autograd's, to rounding"
assert blank_pixels > 0, "arithmetic blank_pixels: some pixels of these digits are never inked"
assert blank_gradient == 0, "theorem zero_input: a weight whose input is 0 has gradient 0"

# %% name="notes_formula"
h_slopes = [SLOPES["sigmoid"](values[:, 0]) for values in a[:-1]]  # one point
jacobians = [s[:, None] * W for (W, _), s in zip(layers[1:], h_slopes[1:], strict=False)]
jacobians.append(layers[-1][0])  # the last layer has no activation: d logits / d h
chain = jacobians[0]
for J in jacobians[1:]:
    chain = J @ chain
first_grad, last_grad = gradients[0][0], gradients[-1][0]
print("dL/dW_1 is     ", tuple(first_grad.shape))
print("dL/dW_L is     ", tuple(last_grad.shape))
print("the product is ", tuple(chain.shape))
misfits = 0
orders = {"dL/dW_L first": (last_grad, chain), "product first": (chain, last_grad)}
for name, (left, right) in orders.items():
    try:
        print(name, tuple((left @ right).shape))
    except RuntimeError as error:
        misfits += 1
        print(f"{name}: {error}")

errors = []  # make all widths equal, so that the shapes fit, and compare numbers
for seed in REPORT:
    square = Ensemble((C, C, C, C), "sigmoid", seeds=(seed,), init="xavier", dtype=torch.float64)
    pairs = [(W[0].detach(), b[0, :, 0].detach()) for W, b in square.layers]
    point = torch.rand(C, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    a, h = run_forward(pairs, point, torch.sigmoid)
    _, grads = run_backward(pairs, a, h, torch.tensor([3]), SLOPES["sigmoid"])
    chain = pairs[2][0] @ (SLOPES["sigmoid"](a[1]) * pairs[1][0])
    true, last = grads[0][0], grads[-1][0]
    errors.append(
        min(((m - true).norm() / true.norm()).item() for m in (last @ chain, chain @ last))
    )
errors.sort()
print("all widths 10: relative error", *(f"{e:.2f}" for e in errors))

assert misfits == 2, "theorem shapes: the notes' factors cannot be multiplied in either order"
assert min(errors) > 0.5, "measured wrong_numbers: with equal widths its numbers are over 50 % off"

# %% name="machinery"
from course_code.teach.meanfield import predict_factors

H, L = 128, 20  # hidden units, weight layers


def sigmoid_twin(net):
    """Rewrite tanh networks with sigmoids: other weights, the same functions."""
    place = {"dtype": net.theta.dtype, "device": net.theta.device}
    twin = Ensemble(net.widths, "sigmoid", seeds=net.seeds, **place)
    last = len(net.layers) - 1
    with torch.no_grad():
        for i, ((W, b), (V, c)) in enumerate(zip(net.layers, twin.layers, strict=True)):
            left = 1 if i == last else 2  # what goes into a sigmoid is doubled: a = 2u
            right = 1 if i == 0 else 2  # tanh(u) = 2 sigmoid(2u) - 1
            V.copy_(left * right * W)
            c.copy_(left * (b - W.sum(dim=2, keepdim=True) if i else b))
    return twin


def measure_layers(sums, y):
    """Give the size of delta_l in every layer, (R, L), from a_1 … a_L of R networks."""
    grads = torch.autograd.grad(cross_entropies(sums[-1], y).sum(), sums)
    return torch.stack([delta.flatten(1).norm(dim=1) for delta in grads], dim=1)


def factor_per_layer(sizes):
    """Average the ratio of neighbouring hidden layers, (R, L) -> (R,), geometrically."""
    return (sizes[:, 0] / sizes[:, -2]) ** (1 / (sizes.shape[1] - 2))


# %% name="factors"
X_few, y_few = X[:100].double(), y[:100]
scaled = lambda s: (
    lambda n, m, rng: (s * m**-0.5 * torch.randn(n, m, generator=rng), torch.zeros(n))
)
RECIPES = {  # activation, init, n Var(w) of a hidden layer
    "sigmoid_default": ("sigmoid", "pytorch", 1 / 3),
    "sigmoid_0.01": ("sigmoid", 0.01, H / 1e4),
    "sigmoid_xavier": ("sigmoid", "xavier", 1),
    "sigmoid_x16": ("sigmoid", scaled(16), 256),
    "tanh_default": ("tanh", "pytorch", 1 / 3),
    "tanh_0.01": ("tanh", 0.01, H / 1e4),
    "tanh_xavier": ("tanh", "xavier", 1),
    "tanh_x4": ("tanh", scaled(4), 16),
    "relu_default": ("relu", "pytorch", 1 / 3),
    "relu_0.01": ("relu", 0.01, H / 1e4),
    "relu_xavier": ("relu", "xavier", 1),
    "relu_he": ("relu", "he", 2),
    "relu_x2": ("relu", scaled(2), 4),
}


def geometric(factors):
    """Average numbers by their logarithms."""
    return math.exp(sum(map(math.log, factors)) / len(factors))


sizes, factor, theory, mean_slope, flat = {}, {}, {}, {}, {}
print("factor per layer    measured      theory   mean slope  flat units")
for name, (act, init, variance) in RECIPES.items():
    net = Ensemble((D, *[H] * (L - 1), C), act, seeds=REPORT, init=init, dtype=torch.float64)
    sums = preactivations(net, X_few.T)
    sizes[name] = measure_layers(sums, y_few)
    factor[name] = factor_per_layer(sizes[name]).sort().values.tolist()
    bias_variance = 1 / (3 * H) if init == "pytorch" else 0
    options = {"weight_variance": variance, "bias_variance": bias_variance, "layers": L - 2}
    first = (sums[0] ** 2).mean().item()
    theory[name] = geometric(predict_factors(ACTIVATIONS[act], SLOPES[act], first=first, **options))
    slopes = SLOPES[act](torch.stack(sums[:-1]).detach())
    mean_slope[name] = slopes.mean().item()
    flat[name] = (slopes < 0.05 * slopes.max()).double().mean().item()
    span = f"{factor[name][0]:.3f}-{factor[name][-1]:.3f}"
    print(f"{name:16} {span:>14} {theory[name]:9.3f} {mean_slope[name]:10.3f} {flat[name]:11.1%}")

off = max(abs(f / theory[name] - 1) for name, five in factor.items() for f in five)
print(f"largest distance between measurement and theory: {off:.1%}")

# %% name="twin"
tanh_net = Ensemble(
    (D, *[H] * (L - 1), C), "tanh", seeds=REPORT, init="xavier", dtype=torch.float64
)
twin_net = sigmoid_twin(tanh_net)
twin_gap = (tanh_net(X_few.T) - twin_net(X_few.T)).abs().max().item()
sizes["sigmoid_twin"] = measure_layers(preactivations(twin_net, X_few.T), y_few)
factor["sigmoid_twin"] = factor_per_layer(sizes["sigmoid_twin"]).sort().values.tolist()
twin_slope = SLOPES["sigmoid"](torch.stack(preactivations(twin_net, X_few.T)[:-1])).mean().item()
shrink = (sizes["sigmoid_twin"] / sizes["tanh_xavier"])[:, :-1]  # the hidden layers
print(f"logits of tanh nets and sigmoid twins differ by {twin_gap:.0e} at most")
print(f"twin: factor {factor['sigmoid_twin'][0]:.3f}-{factor['sigmoid_twin'][-1]:.3f}")
print(f"delta of twin / delta of tanh: {shrink.min():.6f} to {shrink.max():.6f}")
print(f"mean slope in the twin: {twin_slope:.3f}")

# %% name="factor_checks"
total = {name: (s[:, 0] / s[:, -2]).median().item() for name, s in sizes.items()}
relu_rule = 6**-0.5
print(f"theory for ReLU with PyTorch's defaults: {relu_rule:.4f}")
print(f"bottom over top, 18 layers: {total['relu_default']:.0e} (ReLU, defaults)")

assert off < 0.06, "measured theory_fits: for all 13 recipes theory is within 6 %, on every seed"
assert all(abs(f - relu_rule) < 0.02 for f in factor["relu_default"]), (
    "measured relu_shrinks: a ReLU net with PyTorch's defaults keeps 0.39 to 0.43 per layer"
)
assert max(abs(f - 1) for f in factor["relu_he"]) < 0.05, (
    "measured he_keeps: with He's weights the factor is within 5 % of 1"
)
assert mean_slope["sigmoid_default"] > 0.24, (
    "measured not_saturated: in the default sigmoid net the mean slope is above 0.24 of 0.25"
)
assert max(factor["sigmoid_default"]) < 0.15, (
    "measured still_vanishes: and yet it keeps less than 0.15 per layer"
)
assert min(flat["sigmoid_x16"], flat["tanh_x4"]) > 0.15, (
    "measured saturated: with 16-fold and 4-fold weights over 15 % of the units are flat"
)
assert min(factor["sigmoid_x16"] + factor["tanh_x4"]) > 1.2, (
    "measured still_explodes: and yet the gradient grows, by a factor of over 1.2 per layer"
)
assert twin_gap < 1e-10, "theorem twin: every tanh network has a sigmoid twin with equal outputs"
assert (shrink - 0.5).abs().max() < 1e-6, "theorem twin_halves: its hidden deltas are half as large"
assert min(factor["sigmoid_twin"]) > 0.9, (
    "measured twin_keeps: the twin of a Xavier tanh net keeps over 0.9 per layer"
)

# %% name="layers_figure"
from course_code.draw.curves import draw_band

panels = {
    "sigmoid": {"x16": "16/√n", "twin": "twin of tanh", "xavier": "Xavier", "default": "default"},
    "relu": {"x2": "2/√n", "he": "He", "xavier": "Xavier", "default": "default"},
}
fig, axes = plt.subplots(1, 2, figsize=(5.4, 4), sharey=True, layout="constrained")
for ax, (act, inits) in zip(axes, panels.items(), strict=True):
    for index, (init, label) in enumerate(inits.items()):
        s = sizes[f"{act}_{init}"]
        draw_band(ax, range(1, L), s[:, :-1] / s[:, -2:-1], label=label, index=index)
    ax.set(yscale="log", xlabel="layer", title=act, xticks=(1, 5, 10, 15, 19))
    ax.legend(loc="lower right")
axes[0].set(ylabel="size of δ, top hidden layer = 1")
plt.show()

# %% name="scale"
SCALES = (0.1, 0.3, 1 / 3**0.5, 1.0, 2**0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
measured = {}
for act in ("sigmoid", "tanh", "relu"):
    runs = []
    for s in SCALES:
        widths = (D, *[H] * (L - 1), C)
        net = Ensemble(widths, act, seeds=REPORT, init=scaled(s), dtype=torch.float64)
        runs.append(factor_per_layer(measure_layers(preactivations(net, X_few.T), y_few)))
    measured[act] = torch.stack(runs, dim=1)  # (R, scales)
    print(f"{act:8}", *(f"{f:.2f}" for f in measured[act].median(dim=0).values.tolist()))

# %% name="scale_figure"
from course_code.draw.style import COLOURS, LINES

ink = plt.rcParams["text.color"]
fig, ax = plt.subplots(figsize=(5.4, 4.2), layout="constrained")
grid = torch.logspace(-1, 1.52, 60, dtype=torch.float64).tolist()
square_mean = (X_few**2).mean().item()
for index, act in enumerate(measured):
    rule = partial(predict_factors, ACTIVATIONS[act], SLOPES[act], layers=L - 2)
    curve = [geometric(rule(weight_variance=s * s, first=s * s * square_mean)) for s in grid]
    ax.plot(grid, curve, color=COLOURS[index], linestyle=LINES[index], label=act)
    for row in measured[act]:
        ax.plot(SCALES, row, "o", color=COLOURS[index], markersize=4, alpha=0.6)
ax.axhline(1, color=ink, linestyle=":", linewidth=0.8)
for s, name in ((1 / 3**0.5, "default"), (1, "Xavier"), (2**0.5, "He")):
    ax.axvline(s, color=ink, linestyle=":", linewidth=0.8)
    ax.text(s, 0.021, name, rotation=90, ha="right", va="bottom", fontsize=9)
ax.set(xscale="log", yscale="log", ylim=(0.018, 30), ylabel="factor per layer")
ax.set(xlabel="scale of the weights: √n times their standard deviation")
ax.legend(loc="upper left")
plt.show()

# %% name="trap"
net = Ensemble((D, *[H] * (L - 1), C), "tanh", seeds=REPORT, init=0.01, dtype=torch.float64)
a = preactivations(net, X_few.T)
h = [X_few.T.expand(len(REPORT), -1, -1), *(s.tanh() for s in a[:-1])]
weights = [W for W, _ in net.layers]
grads = torch.autograd.grad(cross_entropies(a[-1], y_few).sum(), [*a, *weights])
norms = [g.detach().flatten(1).norm(dim=1) for g in [*h, *grads]]
h_size, delta_size, w_size = (torch.stack(norms[i * L : i * L + L], dim=1) for i in range(3))
trap_ratio = (w_size[:, 1] / w_size[:, -2]).sort().values.tolist()  # hidden to hidden
trap_size = w_size.max().item()
print("tanh with weights of N(0, 0.01^2), median of 5 seeds")
for name, size in (("h_{l-1}", h_size), ("delta_l", delta_size), ("dL/dW_l", w_size)):
    print(f"{name:8}", *(f"{v:8.0e}" for v in size.median(dim=0).values[[0, 1, 6, 12, 18, 19]]))
print("dL/dW, second layer over second to last:", *(f"{r:.2f}" for r in trap_ratio))

assert max(abs(math.log2(ratio)) for ratio in trap_ratio) < 1, (
    "measured trap_ratio: weight gradients near both ends differ by less than a factor of 2"
)
assert trap_size < 1e-15, "measured trap_size: and none of them exceeds 1e-15"

# %% name="trap_figure"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
series = {"input of l": h_size, "δ of l": delta_size, "dL/dW of l": w_size}
for index, (label, size) in enumerate(series.items()):
    draw_band(ax, range(1, L + 1), size, label=label, index=index)
ax.set(yscale="log", xlabel="layer l", ylabel="size", xticks=(1, 5, 10, 15, 20))
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
plt.show()

# %% name="forward"
forward = {}
for name in ("sigmoid_default", "relu_default", "tanh_xavier", "relu_he"):
    act, init, _ = RECIPES[name]
    forward[name] = {}
    for bits, dtype in ((64, torch.float64), (32, torch.float32)):
        net = Ensemble((D, *[H] * (L - 1), C), act, seeds=REPORT, init=init, dtype=dtype)
        logits = net.predict(X)  # (R, B, C)
        spread = logits.std(dim=1).norm(dim=1) / logits.mean(dim=1).norm(dim=1)
        forward[name][bits] = spread.median().item()
    print(f"{name:16}", *(f"  float{b}: {v:.0e}" for b, v in forward[name].items()))
resolution = torch.finfo(torch.float32).eps
print(f"float32 resolves {resolution:.0e}")

assert max(forward[f"{act}_default"][32] for act in ("sigmoid", "relu")) < 2 * resolution, (
    "measured all_the_same: default sigmoid and ReLU nets answer 1,000 digits alike, to rounding"
)
assert min(forward["tanh_xavier"][32], forward["relu_he"][32]) > 0.1, (
    "measured told_apart: the nets of Xavier and He vary by over 10 %"
)

# %% name="bridges"
from course_code.teach.residual import ResidualEnsemble, residual_preactivations


def normalised(a):
    """Shift and scale each unit's sums over the batch (the last axis), then bend."""
    return torch.sigmoid((a - a.mean(dim=2, keepdim=True)) / (a.std(dim=2, keepdim=True) + 1e-12))


place = {"seeds": REPORT, "dtype": torch.float64}
bridges = {}
for name, scale in (("normalised", 1), ("normalised_x10", 10)):
    net = Ensemble((D, *[H] * (L - 1), C), normalised, **place)
    with torch.no_grad():
        net.theta.mul_(scale)
    sizes[name] = measure_layers(preactivations(net, X_few.T), y_few)
    bridges[name] = factor_per_layer(sizes[name]).sort().values.tolist()
net = ResidualEnsemble((D, *[H] * (L - 1), C), "relu", **place)
sizes["residual"] = measure_layers(residual_preactivations(net, X_few.T), y_few)
bridges["residual"] = factor_per_layer(sizes["residual"]).sort().values.tolist()
for name, five in bridges.items():
    print(f"{name:15} factor per layer {five[0]:.3f}-{five[-1]:.3f}")
residual_rule = (1 + 1 / 6) ** 0.5
print(f"rule for the residual net: {residual_rule:.3f}")

assert all(abs(f - 1) < 0.06 for f in bridges["normalised"]), (
    "measured norm_keeps: normalising the default sigmoid net's sums brings its factor to 1.03"
)
norm_gap = max(abs(a - b) for a, b in zip(*(bridges[n] for n in list(bridges)[:2]), strict=True))
assert norm_gap < 0.01, "measured norm_scale: ten times larger weights change that factor by < 0.01"
assert all(abs(f - residual_rule) < 0.02 for f in bridges["residual"]), (
    "measured residual_rule: the residual ReLU net's factor is sqrt(1 + 1/6), within 0.02"
)

# %% name="recipes"
from course_code.teach.ensemble import evaluate_runs, train_runs
from course_code.teach.optimizers import adam, sgd

STEPS, BATCH, UNITS = 250, 20, 32
DEPTHS = (2, 5, 10, 20)  # weight layers
RATES = {sgd: (0.003, 0.015, 0.08, 0.4, 2.0, 10.0), adam: (2e-4, 1e-3, 5e-3, 0.025, 0.12)}


def xavier_twin(widths, **options):
    """Make the sigmoid twin of a tanh net with Xavier's weights."""
    return sigmoid_twin(Ensemble(widths, "tanh", init="xavier", **options))


NETS = {  # name -> function of (widths, seeds, device)
    "sigmoid_default": partial(Ensemble, activation="sigmoid"),
    "sigmoid_twin": xavier_twin,
    "sigmoid_normalised": partial(Ensemble, activation=normalised),
    "tanh_xavier": partial(Ensemble, activation="tanh", init="xavier"),
    "relu_default": partial(Ensemble, activation="relu"),
    "relu_he": partial(Ensemble, activation="relu", init="he"),
    "relu_residual": partial(ResidualEnsemble, activation="relu"),
}


def train_net(name, depth, optimizer, rates, seeds, **hyper):
    """Train every seed at every rate, rates outermost."""
    widths = (D, *[UNITS] * (depth - 1), C)
    runs = [(rate, seed) for rate in rates for seed in seeds]
    net = NETS[name](widths, seeds=[seed for _, seed in runs], device=dev)
    lr = [rate for rate, _ in runs]
    train_runs(net, X, y, optimizer, STEPS, lr=lr, batch_size=BATCH, **hyper)
    return net


def tune(name, depth, optimizer, **hyper):
    """Choose the rate with the lowest mean validation loss; tell how good any rate was."""
    rates = RATES[optimizer]
    net = train_net(name, depth, optimizer, rates, TUNING, **hyper)
    loss, accuracy = evaluate_runs(net, *digits["valid"])
    loss = loss.view(len(rates), -1).mean(dim=1)
    best = loss.argmin().item()
    inside = 0 < best < len(rates) - 1
    return {"lr": rates[best], "inside": inside, "any_rate": accuracy.max().item()}


def run_arm(name, depth, optimizer, **hyper):
    """Tune on two seeds and the validation digits; train five others, judge on the test digits."""
    arm = tune(name, depth, optimizer, **hyper)
    net = train_net(name, depth, optimizer, [arm["lr"]], REPORT, **hyper)
    arm["test"] = evaluate_runs(net, *digits["test"])[1].sort().values.tolist()
    return arm


def print_arms(arms):
    """Print one line per net: worst and best seed at each depth, * where no rate worked."""
    for name in dict.fromkeys(key.rsplit("_", 1)[0] for key in arms):
        row = [arms[f"{name}_{depth}"] for depth in DEPTHS]
        cells = [f"{a['test'][0]:.2f}-{a['test'][-1]:.2f}{'* '[a['any_rate'] > 0.2]}" for a in row]
        print(f"{name:18}", *(f"{cell:>11}" for cell in cells))


# %% name="train_sgd" timeout=300
with_sgd = {f"{name}_{d}": run_arm(name, d, sgd) for name in NETS for d in DEPTHS}
print("SGD, layers       ", *(f"{depth:>10} " for depth in DEPTHS))
print_arms(with_sgd)

# %% name="train_adam" timeout=300
ADAM_NETS = ("sigmoid_default", "relu_default", "relu_residual")
with_adam = {f"{name}_{d}": run_arm(name, d, adam) for name in ADAM_NETS for d in DEPTHS}
print("Adam, layers      ", *(f"{depth:>10} " for depth in DEPTHS))
print_arms(with_adam)

small_eps = run_arm("relu_default", 20, adam, eps=1e-16)
for name, arm in (("1e-8 ", with_adam["relu_default_20"]), ("1e-16", small_eps)):
    print(f"relu_default, 20 layers, eps = {name}:", *(f"{t:.2f}" for t in arm["test"]))

# %% name="training_checks"
arms = [*with_sgd.values(), *with_adam.values(), small_eps]
dead = [with_sgd[f"{name}_default_{d}"] for name in ("sigmoid", "relu") for d in (10, 20)]
dead_with_adam = [with_adam[f"sigmoid_default_{d}"] for d in (10, 20)]
alive = [f"{name}_10" for name in NETS if "default" not in name]
print("arms:", len(arms), "  without a rate that works:", sum(a["any_rate"] <= 0.2 for a in arms))

assert all(arm["inside"] for arm in arms if arm["any_rate"] > 0.2), (
    "measured rates_inside: where some rate works, the best is not at an end of the list"
)
assert min(with_sgd[f"{name}_2"]["test"][0] for name in NETS) > 0.9, (
    "measured shallow_fine: with two layers every net passes 90 %, on every seed"
)
assert max(max(arm["any_rate"], arm["test"][-1]) for arm in dead) < 0.2, (
    "measured defaults_die: with 10 and 20 layers no SGD rate gets a default net past 20 %"
)
assert with_sgd["sigmoid_default_5"]["any_rate"] < 0.2, (
    "measured sigmoid_at_5: with 5 layers that already holds for the default sigmoid net"
)
assert min(with_sgd[name]["test"][2] for name in alive) > 0.6, (
    "measured repaired: with 10 layers the median of each of the five repaired nets passes 60 %"
)
assert min(with_sgd[name]["test"][0] for name in alive) > 0.2, (
    "measured repaired_all: and every single one of their runs passes 20 %"
)
assert with_sgd["relu_residual_20"]["test"][2] > 0.7, (
    "measured residual_deep: with 20 layers the residual net's median passes 70 % with SGD"
)
assert with_adam["relu_default_10"]["test"][0] > 0.2, (
    "measured adam_hides: Adam gets the default ReLU net with 10 layers past 20 %, on every seed"
)
assert with_adam["relu_default_20"]["test"][2] < 0.15, (
    "measured adam_no_cure: with 20 layers the default ReLU net's median stays below 15 % with Adam"
)
assert max(max(arm["any_rate"], arm["test"][-1]) for arm in dead_with_adam) < 0.2, (
    "measured adam_sigmoid: with 10 and 20 layers no Adam rate gets the default sigmoid past 20 %"
)
assert small_eps["test"][2] > 0.15, "measured eps_matters: with eps = 1e-16 it passes 15 %"
assert min(with_adam["relu_residual_20"]["test"]) > 0.85, (
    "measured adam_residual: where the residual net with the same weights passes 85 %"
)

# %% name="training_figure"
panels = ("sigmoid_default", "sigmoid_twin", "sigmoid_normalised", "tanh_xavier")
panels = (panels, ("relu_default", "relu_he", "relu_residual"))


def draw_arms(ax, arms, name, index, label):
    """Draw test accuracy over depth, a band from worst to best seed."""
    runs = torch.tensor([arms[f"{name}_{depth}"]["test"] for depth in DEPTHS]).T  # (R, depths)
    draw_band(ax, DEPTHS, runs, label=label, index=index, markers=True)


above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1), "ncols": 2, "frameon": False}
fig, axes = plt.subplots(2, 1, figsize=(5.4, 7), layout="constrained")
for ax, names in zip(axes, panels, strict=True):
    for index, name in enumerate(names):
        draw_arms(ax, with_sgd, name, index, name.replace("_", ", "))
    ax.axhline(0.1, color=ink, linestyle=":", linewidth=0.8)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="layers", ylabel="test accuracy, SGD")
    ax.set_xticks(DEPTHS, DEPTHS)
    ax.minorticks_off()
    ax.legend(**above)
plt.show()

# %% name="adam_figure"
net = Ensemble((D, *[UNITS] * 19, C), "relu", seeds=REPORT, dtype=torch.float64)
loss = cross_entropies(net(X_few.T), y_few)
grads = torch.autograd.grad(loss.sum(), [W for W, _ in net.layers])
first_step = {"SGD": [], "Adam, eps 1e-8": [], "Adam, eps 1e-16": []}  # divided by the rate
for g in grads:
    for steps, step in zip(
        first_step.values(), (g, g / (g.abs() + 1e-8), g / (g.abs() + 1e-16)), strict=True
    ):
        steps.append(step.square().mean(dim=(1, 2)).sqrt())  # (R,)

fig, axes = plt.subplots(2, 1, figsize=(5.4, 6.4), layout="constrained")
for index, (name, steps) in enumerate(first_step.items()):
    draw_band(axes[0], range(1, 21), torch.stack(steps, dim=1), label=name, index=index)
axes[0].set(yscale="log", xlabel="layer", ylabel="first step / rate", xticks=(1, 5, 10, 15, 20))
axes[0].legend(loc="lower right")
draw_arms(axes[1], with_sgd, "relu_default", 0, "default, SGD")
draw_arms(axes[1], with_adam, "relu_default", 1, "default, Adam")
draw_arms(axes[1], with_adam, "relu_residual", 3, "residual, Adam")
axes[1].axhline(0.1, color=ink, linestyle=":", linewidth=0.8)
axes[1].set(xscale="log", ylim=(0, 1.02), xlabel="layers (ReLU)", ylabel="test accuracy")
axes[1].set_xticks(DEPTHS, DEPTHS)
axes[1].minorticks_off()
axes[1].legend(loc="lower left")
plt.show()

step_sizes = {name: [s.median().item() for s in steps] for name, steps in first_step.items()}
sgd_ratio = step_sizes["SGD"][0] / step_sizes["SGD"][-1]
eps_ratio = step_sizes["Adam, eps 1e-8"][0]
print(f"first step, first layer over last: SGD {sgd_ratio:.0e}, Adam {eps_ratio:.0e}")

# %% name="ex_powers"
powers = {"quarter_10": 0.25**10, "relu_18": 6**-9, "relu_20": 6**-10}
smallest = torch.finfo(torch.float16).smallest_normal * torch.finfo(torch.float16).eps
silent = {}
for name in ("sigmoid_default", "relu_default", "tanh_default"):
    silent[name] = math.ceil(math.log(smallest / 2) / math.log(theory[name]))
    print(f"{name:16} a gradient of 1 is 0 in float16 after {silent[name]} layers")
print(*(f"{name} = {value:.1e}" for name, value in powers.items()))
print(f"smallest positive float16: {smallest:.1e}")

# %% name="ex_directions"
conditions = {"orthogonal": [], "normal": []}
for seed in REPORT:
    rng = torch.Generator().manual_seed(seed)
    product = {name: torch.eye(H, dtype=torch.float64) for name in conditions}
    for _ in range(18):
        W = torch.randn(H, H, generator=rng, dtype=torch.float64) / H**0.5
        product["normal"] = W @ product["normal"]
        product["orthogonal"] = torch.linalg.qr(W)[0] @ product["orthogonal"]
    for name, J in product.items():
        size = J.norm().item() / H**0.5  # what a random direction keeps, on average
        stretch = torch.linalg.svdvals(J)
        conditions[name].append({"mean": size, "median": stretch.median().item()})
for name, rows in conditions.items():
    for key in ("mean", "median"):
        print(f"{name:10} {key:6}", *(f"{row[key]:.4f}" for row in rows))

assert all(abs(row["median"] - 1) < 1e-9 for row in conditions["orthogonal"]), (
    "theorem orthogonal: a product of orthogonal matrices keeps every length"
)
assert max(row["median"] for row in conditions["normal"]) < 0.01, (
    "measured few_directions: 18 normal matrices shrink half of all directions a hundredfold"
)

# %% name="ex_scale"
net = Ensemble((D, *[H] * (L - 1), C), "tanh", seeds=REPORT, init=0.01, dtype=torch.float64)
with torch.no_grad():
    values = X_few.T.expand(len(REPORT), -1, -1)
    for W, b in net.layers:
        W /= (W @ values + b).std(dim=(1, 2), keepdim=True)
        values = torch.tanh(W @ values + b)
repaired = factor_per_layer(measure_layers(preactivations(net, X_few.T), y_few)).tolist()
print("before:", *(f"{f:.3f}" for f in factor["tanh_0.01"]))
print("after: ", *(f"{f:.3f}" for f in sorted(repaired)))

assert min(repaired) > 0.9, "measured rescaled: one pass of rescaling brings 0.11 to above 0.9"

# %% name="ex_recurrent"
T, units = 50, 64
memory = {0.8: [], 1.0: [], 1.2: []}
for seed in REPORT:
    rng = torch.Generator().manual_seed(seed)
    Q = torch.linalg.qr(torch.randn(units, units, generator=rng, dtype=torch.float64))[0]
    inputs = 0.1 * torch.randn(T, units, generator=rng, dtype=torch.float64)
    for s, kept in memory.items():
        first = inputs[0].clone().requires_grad_()
        state = first.tanh()
        for x_t in inputs[1:]:
            state = torch.tanh(s * Q @ state + x_t)
        (g,) = torch.autograd.grad(state.sum() / units**0.5, first)
        kept.append(g.norm().item())
for s, kept in memory.items():
    print(f"s = {s}: gradient after {T} steps", *(f"{k:.0e}" for k in sorted(kept)))

assert max(memory[0.8]) <= 0.8 ** (T - 1), (
    "theorem recurrent: with tanh and s < 1 at most s^(T - 1) of the gradient survives T steps"
)
