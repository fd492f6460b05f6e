"""Vanishing gradients: what shrinks on the way back through a deep network, and what
stops it.

Derives the chain rule with its shapes, measures the factor per layer against theory,
then trains digits at several depths. Left out: convolutions, real recurrent tasks,
learned normalisation.
"""

# %% name="setup"
import math
from statistics import median

import matplotlib.pyplot as plt
import torch

from course_code.teach.claims import check

SEEDS = range(9)  # each draws weights, and in training its own split of the data
n_seeds = len(SEEDS)

# %% name="library"
from course_code.teach.activations import ACTIVATIONS, SLOPES
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble, cross_entropies
from course_code.teach.signals import preactivations

digits = load_digits()  # 1000 to train on, 300 to choose on, 497 to judge on
X, y = digits["train"]
X_few, y_few = X[:100].double(), y[:100]
D, C = X.shape[1], 10

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

# %% name="theory"
from course_code.teach.meanfield import predict_factors

H, L = 128, 20  # hidden units, weight layers


def geometric(factors):
    """Average numbers by their logarithms."""
    return math.exp(sum(map(math.log, factors)) / len(factors))


def predict(act, weight_variance, bias_variance, first):
    """Predict the factor per layer, from the mean square `first` of layer 1's sums."""
    options = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    rule = predict_factors(
        ACTIVATIONS[act], SLOPES[act], first=first, layers=L - 2, **options
    )
    return geometric(rule)


# %% name="measure"
def deep(act, init="pytorch"):
    """Draw nets of L layers, one per seed; they are not trained."""
    widths = (D, *[H] * (L - 1), C)
    return Ensemble(widths, act, seeds=SEEDS, init=init, dtype=torch.float64)


def measure_layers(sums, y):
    """Give the size of delta_l in every layer, (R, L), from a_1 … a_L of R networks."""
    grads = torch.autograd.grad(cross_entropies(sums[-1], y).sum(), sums)
    return torch.stack([delta.flatten(1).norm(dim=1) for delta in grads], dim=1)


def factor_per_layer(sizes):
    """Average the ratio of neighbouring hidden layers: one factor per net, sorted."""
    return sorted(((sizes[:, 0] / sizes[:, -2]) ** (1 / (L - 2))).tolist())


# %% name="factors"
def scaled(s):
    """Make normal weights of standard deviation s over the root of n, and no biases."""
    return lambda n, m, rng: (
        s * m**-0.5 * torch.randn(n, m, generator=rng),
        torch.zeros(n),
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
sizes, factor, theory, mean_slope, flat = {}, {}, {}, {}, {}
print("factor per layer    measured      theory   mean slope  flat units")
for name, (act, init, variance) in RECIPES.items():
    sums = preactivations(deep(act, init), X_few.T)
    sizes[name] = measure_layers(sums, y_few)
    factor[name] = factor_per_layer(sizes[name])
    biases = 1 / (3 * H) if init == "pytorch" else 0
    theory[name] = predict(act, variance, biases, (sums[0] ** 2).mean().item())
    slopes = SLOPES[act](torch.stack(sums[:-1]).detach())
    mean_slope[name] = slopes.mean().item()
    flat[name] = (slopes < 0.05 * slopes.max()).double().mean().item()
    span = f"{factor[name][0]:.3f}-{factor[name][-1]:.3f}"
    told = f"{theory[name]:9.3f} {mean_slope[name]:10.3f} {flat[name]:11.1%}"
    print(f"{name:16} {span:>14} {told}")

# %% name="factor_checks"
middle = {name: median(kept) for name, kept in factor.items()}
total = {name: (s[:, 0] / s[:, -2]).median().item() for name, s in sizes.items()}
off = max(abs(f / theory[name] - 1) for name, all_ in factor.items() for f in all_)
relu_off = max(abs(f - 6**-0.5) for f in factor["relu_default"])
he_off = max(abs(f - 1) for f in factor["relu_he"])
default_slope = mean_slope["sigmoid_default"]
default_kept = max(factor["sigmoid_default"])
least_flat = min(flat["sigmoid_x16"], flat["tanh_x4"])
least_growth = min(factor["sigmoid_x16"] + factor["tanh_x4"])
print(f"largest distance between measurement and theory: {off:.1%}")
print(f"over {L - 2} layers: {total['relu_default']:.0e} is left (ReLU, defaults)")

check("measured theory_fits: within 7 %, all recipes and seeds", off, "<", 0.07)
check("measured relu_shrinks: ReLU keeps 0.408 +- 0.03", relu_off, "<", 0.03)
check("measured he_keeps: with He's weights it is near 1", he_off, "<", 0.07)
check("measured not_saturated: default sigmoid", default_slope, ">", 0.24)
check("measured still_vanishes: yet it keeps little", default_kept, "<", 0.15)
check("measured saturated: large weights flatten units", least_flat, ">", 0.45)
check("measured still_explodes: and the gradient grows", least_growth, ">", 1.15)

# %% name="layers_figure"
from course_code.draw.curves import draw_band

looks = {"default": 3, "xavier": 2, "he": 1, "x16": 0, "x2": 0}  # the same in both
labels = {"xavier": "Xavier", "he": "He", "x16": "16/√n", "x2": "2/√n"}
panels = {"sigmoid": ("x16", "xavier", "default")}
panels["relu"] = ("x2", "he", "xavier", "default")
ticks = (1, *range(5, L - 1, 5), L - 1)
fig, axes = plt.subplots(1, 2, figsize=(5.4, 4), sharey=True, layout="constrained")
for ax, (act, inits) in zip(axes, panels.items(), strict=True):
    for init in inits:
        s = sizes[f"{act}_{init}"]
        look = {"label": labels.get(init, init), "index": looks[init]}
        draw_band(ax, range(1, L), s[:, :-1] / s[:, -2:-1], **look)
    ax.set(yscale="log", xlabel="layer", title=act, xticks=ticks)
    ax.legend(loc="lower right")
axes[0].set(ylabel="size of δ, top hidden layer = 1")
plt.show()

# %% name="biases"
SPREADS = (0.0, 1.0, 3.0, 6.0)


def with_biases(spread):
    """Make weights of variance 1/n, normal biases with this standard deviation."""
    return lambda n, m, rng: (
        m**-0.5 * torch.randn(n, m, generator=rng),
        spread * torch.randn(n, generator=rng),
    )


by_bias = []
for spread in SPREADS:
    sums = preactivations(deep("tanh", with_biases(spread)), X_few.T)
    kept = factor_per_layer(measure_layers(sums, y_few))
    slopes = SLOPES["tanh"](torch.stack(sums[:-1]).detach())
    row = {"flat": (slopes < 0.05).double().mean().item(), "factor": median(kept)}
    row["theory"] = predict("tanh", 1, spread**2, (sums[0] ** 2).mean().item())
    by_bias.append(row | {"lowest": kept[0], "highest": kept[-1]})
    told = f"factor {kept[0]:.3f}-{kept[-1]:.3f}   theory {row['theory']:.3f}"
    print(f"biases of spread {spread:g}: flat {row['flat']:4.0%}   {told}")

# %% name="check_biases"
flattened, bias_kept = by_bias[-1]["flat"], by_bias[-1]["highest"]
pairs = zip(by_bias, by_bias[1:], strict=False)
falls = sum(a["lowest"] > b["highest"] for a, b in pairs)
check("measured flat_by_bias: large biases flatten units", flattened, ">", 0.65)
check("measured bias_vanishes: and then it vanishes", bias_kept, "<", 0.35)
check("measured bias_order: each spread lowers it", falls, "==", len(SPREADS) - 1)

# %% name="by_hand"
from course_code.teach.backprop import run_backward, run_forward

net = Ensemble((D, 20, 15, 12, C), "sigmoid", seeds=(0,), dtype=torch.float64)
x, labels = X[:32].T.double(), y[:32]  # (D, B): points as columns
sums = preactivations(net, x)
weights = [W for W, _ in net.layers]
loss = cross_entropies(sums[-1], labels).sum()
by_autograd = torch.autograd.grad(loss, [*sums, *weights])

layers = [(W[0].detach(), b[0, :, 0].detach()) for W, b in net.layers]
a, h = run_forward(layers, x, torch.sigmoid)
deltas, gradients = run_backward(layers, a, h, labels, SLOPES["sigmoid"])
by_hand = [*deltas, *(grad for grad, _ in gradients)]

pairs = zip(by_hand, by_autograd, strict=True)
hand_gap = max((m - g[0]).abs().max().item() for m, g in pairs)
for i, (delta, (grad, _)) in enumerate(zip(deltas, gradients, strict=True), start=1):
    shape = str(tuple(delta.shape))
    print(f"layer {i}:  delta {shape:9}  dloss/dW {tuple(grad.shape)}")
print(f"largest difference from autograd: {hand_gap:.0e}")

blank = (X == 0).all(dim=0)  # pixels that are never inked
blank_pixels = blank.sum().item()
blank_gradient = gradients[0][0][:, blank].abs().max().item()
print(f"{blank_pixels} pixels are always 0; largest gradient there: {blank_gradient}")

# %% name="notes_formula"
h_slopes = [SLOPES["sigmoid"](values[:, 0]) for values in a[:-1]]  # one point
chain = h_slopes[1][:, None] * layers[1][0]  # d h_2 / d h_1
chain = (h_slopes[2][:, None] * layers[2][0]) @ chain  # d h_3 / d h_1
chain = layers[3][0] @ chain  # d logits / d h_1: the last layer has no activation
first_grad, last_grad = gradients[0][0], gradients[-1][0]
print("dloss/dW_1 is  ", tuple(first_grad.shape))
print("dloss/dW_L is  ", tuple(last_grad.shape))
print("the product is ", tuple(chain.shape))
misfits = 0
orders = {"W_L first": (last_grad, chain), "product first": (chain, last_grad)}
for name, (left, right) in orders.items():
    try:
        print(name, tuple((left @ right).shape))
    except RuntimeError as error:
        misfits += 1
        print(f"{name}: {error}")

# %% name="check_chain"
too_steep = steepest["sigmoid"] - 0.25
flatter = slope["sigmoid"][places[-1]] / slope["tanh"][places[-1]]
check("arithmetic steepest: the sigmoid's slope is at most 1/4", too_steep, "<", 1e-12)
check("arithmetic tanh_flatter: far out over 30 times", flatter, ">", 30)
check("theorem backprop: by hand as by autograd", hand_gap, "<", 1e-15)
check("arithmetic blank_pixels: some are never inked", blank_pixels, ">", 0)
check("theorem zero_input: their gradient is 0", blank_gradient, "==", 0)
check("theorem shapes: the notes' factors fit in neither order", misfits, "==", 2)

# %% name="twin"


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


tanh_net = deep("tanh", "xavier")
twin_net = sigmoid_twin(tanh_net)
twin_gap = (tanh_net(X_few.T) - twin_net(X_few.T)).abs().max().item()
sums = preactivations(twin_net, X_few.T)
twin_sizes = measure_layers(sums, y_few)
twin_factor = factor_per_layer(twin_sizes)
twin_slope = SLOPES["sigmoid"](torch.stack(sums[:-1])).mean().item()
shrink = (twin_sizes / sizes["tanh_xavier"])[:, :-1]  # the hidden layers
print(f"logits of tanh nets and sigmoid twins differ by {twin_gap:.0e} at most")
print(f"twin: factor {twin_factor[0]:.3f}-{twin_factor[-1]:.3f}")
print(f"delta of twin / delta of tanh: {shrink.min():.6f} to {shrink.max():.6f}")
print(f"mean slope in the twin: {twin_slope:.3f}")
twin_middle = median(twin_factor)

with torch.no_grad():
    for _, c in twin_net.layers:
        c.zero_()  # the same weights, without the twin's shifted biases
bare = factor_per_layer(measure_layers(preactivations(twin_net, X_few.T), y_few))
bare_middle = median(bare)
print(f"the twin's weights without its biases: factor {bare[0]:.3f}-{bare[-1]:.3f}")

# %% name="check_twin"
off_half = (shrink - 0.5).abs().max().item()
check("theorem twin: tanh net and twin have equal outputs", twin_gap, "<", 1e-10)
check("theorem twin_halves: its hidden deltas are half", off_half, "<", 1e-6)
check("measured twin_keeps: the twin keeps over 0.88", twin_factor[0], ">", 0.88)
check("measured biases_matter: not without its biases", bare[-1], "<", 0.7)

# %% name="scale"
SCALES = (0.1, 0.3, 1 / 3**0.5, 1.0, 2**0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
measured = {}
for act in ("sigmoid", "tanh", "relu"):
    runs = []
    for s in SCALES:
        sums = preactivations(deep(act, scaled(s)), X_few.T)
        runs.append(factor_per_layer(measure_layers(sums, y_few)))
    measured[act] = runs  # per scale one factor for each seed
    print(f"{act:8}", *(f"{median(kept):.2f}" for kept in runs))

# %% name="scale_figure"
from course_code.draw.style import COLOURS, LINES

ink = plt.rcParams["text.color"]
fig, ax = plt.subplots(figsize=(5.4, 4.2), layout="constrained")
ends = math.log10(min(SCALES)), math.log10(max(SCALES))
grid = torch.logspace(*ends, 60, dtype=torch.float64).tolist()
square_mean = (X_few**2).mean().item()
for index, act in enumerate(measured):
    curve = [predict(act, s * s, 0, s * s * square_mean) for s in grid]
    ax.plot(grid, curve, color=COLOURS[index], linestyle=LINES[index], label=act)
    for s, kept in zip(SCALES, measured[act], strict=True):
        dots = {"color": COLOURS[index], "markersize": 4, "alpha": 0.6}
        ax.plot([s] * len(kept), kept, "o", **dots)
ax.axhline(1, color=ink, linestyle=":", linewidth=0.8)
for s, name in ((1 / 3**0.5, "default"), (1, "Xavier"), (2**0.5, "He")):
    ax.axvline(s, color=ink, linestyle=":", linewidth=0.8)
    ax.text(s, 0.021, name, rotation=90, ha="right", va="bottom", fontsize=9)
ax.set(xscale="log", yscale="log", ylim=(0.018, 30), ylabel="factor per layer")
ax.set(xlabel="scale of the weights: √n times their standard deviation")
ax.legend(loc="upper left")
plt.show()

# %% name="trap"
net = deep("tanh", 0.01)
a = preactivations(net, X_few.T)
h = [X_few.T.expand(n_seeds, -1, -1), *(s.tanh() for s in a[:-1])]
weights = [W for W, _ in net.layers]
grads = torch.autograd.grad(cross_entropies(a[-1], y_few).sum(), [*a, *weights])
norms = [g.detach().flatten(1).norm(dim=1) for g in [*h, *grads]]
kinds = [torch.stack(norms[i * L : i * L + L], dim=1) for i in range(3)]  # (S, L)
h_size, delta_size, w_size = kinds
trap_ratio = (w_size[:, 1] / w_size[:, -2]).sort().values.tolist()  # hidden to hidden
trap_size = w_size.max().item()
shown = (1, 2, (L + 1) // 3, 2 * L // 3, L - 1, L)
print("tanh with weights of N(0, 0.01^2), median over the seeds")
print("layer l   ", *(f"{layer:8}" for layer in shown))
for name, size in zip(("h_{l-1}", "delta_l", "dloss/dW_l"), kinds, strict=True):
    some = size.median(dim=0).values[[layer - 1 for layer in shown]]
    print(f"{name:10}", *(f"{v:8.0e}" for v in some))
print("dloss/dW, second layer over second to last:", *(f"{r:.2f}" for r in trap_ratio))

# %% name="trap_figure"
fig, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
series = {"input of l": h_size, "δ of l": delta_size, "dloss/dW of l": w_size}
for index, (label, size) in enumerate(series.items()):
    draw_band(ax, range(1, L + 1), size, label=label, index=index)
ax.set(yscale="log", xlabel="layer l", ylabel="size", xticks=(1, *range(5, L + 1, 5)))
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
plt.show()

# %% name="forward"
NETS_FORWARD = {
    "tanh_0.01": ("tanh", 0.01),
    "sigmoid_default": ("sigmoid", scaled(3**-0.5)),
    "relu_default": ("relu", scaled(3**-0.5)),
    "tanh_xavier": ("tanh", "xavier"),
    "relu_he": ("relu", "he"),
    "relu_pytorch": ("relu", "pytorch"),
}
# per net: how much the logits vary over the digits, and how large they are
answers = {}
print("                         varies by   is as large as")
for name, (act, init) in NETS_FORWARD.items():
    logits = deep(act, init).predict(X)  # (S, B, C)
    spread, size = logits.std(dim=1).norm(dim=1), logits.mean(dim=1).norm(dim=1)
    answers[name] = {"spread": spread.median().item(), "size": size.median().item()}
    answers[name]["ratio"] = (spread / size).median().item()
    biases = "PyTorch's biases" if init == "pytorch" else "no biases"
    told = "  ".join(f"{value:9.0e}" for value in answers[name].values())
    print(f"{act:8} {biases:16}", told)
resolution = torch.finfo(torch.float32).eps
he_spread = answers["relu_he"]["spread"]
print(f"float32 resolves {resolution:.0e} of a number")

# %% name="check_trap"
apart = max(abs(math.log2(ratio)) for ratio in trap_ratio)
faint = answers["tanh_0.01"]["spread"]
relu_left = answers["relu_default"]["spread"] / he_spread
alike = answers["relu_pytorch"]["ratio"]
check("measured trap_ratio: they differ by less than 2^1.2", apart, "<", 1.2)
check("measured trap_size: and none of them exceeds 1e-15", trap_size, "<", 1e-15)
check("measured dead_forward: digits are not told apart", faint, "<", 1e-15)
signal_off = abs(relu_left * 6 ** (L / 2) - 1)
check("theorem signal_lost: of He's, 6^(-L/2) is left", signal_off, "<", 1e-3)
check("measured all_alike: all answers alike", alike, "<", 2 * resolution)

# %% name="bridges"
import torch.nn.functional as F

from course_code.teach.meanfield import normal_mean
from course_code.teach.residual import ResidualEnsemble, residual_preactivations


def standard(a):
    """Shift and scale each unit's sums over the batch, here the last axis."""
    return F.layer_norm(a, a.shape[-1:], eps=1e-24)  # batch norm: points are columns


def normalised(act):
    """Make an activation that normalises first."""
    return lambda a: ACTIVATIONS[act](standard(a))


def normalised_rule(act):
    """Predict its factor: the root of E[slope^2] / Var[activation] at normal sums."""
    f, df = ACTIVATIONS[act], SLOPES[act]
    variance = normal_mean(lambda a: f(a) ** 2, 1) - normal_mean(f, 1) ** 2
    return math.sqrt(normal_mean(lambda a: df(a) ** 2, 1) / variance)


bridges, bridge_rule = {}, {}
trials = {"normalised": ("sigmoid", 1), "normalised_x10": ("sigmoid", 10)}
trials["normalised_relu"] = ("relu", 1)
for name, (act, times) in trials.items():
    net = deep(normalised(act))
    with torch.no_grad():
        net.theta.mul_(times)
    sizes[name] = measure_layers(preactivations(net, X_few.T), y_few)
    bridges[name] = factor_per_layer(sizes[name])
    bridge_rule[name] = normalised_rule(act)
net = ResidualEnsemble(net.widths, "relu", seeds=SEEDS, dtype=torch.float64)
sizes["residual"] = measure_layers(residual_preactivations(net, X_few.T), y_few)
bridges["residual"] = factor_per_layer(sizes["residual"])
bridge_rule["residual"] = (1 + 1 / 6) ** 0.5
bridge_middle = {name: median(kept) for name, kept in bridges.items()}
grown = {name: value ** (L - 2) for name, value in bridge_middle.items()}
for name, kept in bridges.items():
    told = f"factor {kept[0]:.3f}-{kept[-1]:.3f}   rule {bridge_rule[name]:.3f}"
    print(f"{name:15} {told}   over {L - 2} layers x {grown[name]:.1f}")

# %% name="check_bridges"
sigmoid_off = max(abs(f / bridge_rule["normalised"] - 1) for f in bridges["normalised"])
residual_off = max(abs(f - bridge_rule["residual"]) for f in bridges["residual"])
pairs = zip(bridges["normalised"], bridges["normalised_x10"], strict=True)
scale_gap = max(abs(a - b) for a, b in pairs)
least_relu = bridges["normalised_relu"][0]
check("measured norm_keeps: normalised, near the rule", sigmoid_off, "<", 0.04)
check("measured norm_relu: normalised ReLU explodes", least_relu, ">", 1.2)
check("measured norm_scale: larger weights change nothing", scale_gap, "<", 0.01)
check("measured residual_rule: skip: sqrt(1 + 1/6)", residual_off, "<", 0.03)

# %% name="recipes"
from functools import partial

from course_code.teach.device import device
from course_code.teach.ensemble import evaluate_runs, train_runs
from course_code.teach.intervals import lead
from course_code.teach.optimizers import adam, sgd
from course_code.teach.sweep import stacked_data

dev = device()
TUNING = range(50, 52)  # learning rates are chosen on these seeds
STEPS, BATCH, UNITS = 250, 20, 24
DEPTHS = (2, 5, 10, 20)  # weight layers
DEEP, DEEPEST = DEPTHS[-2:]
RATES = {
    sgd: (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    adam: (3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1),
}


def xavier_twin(widths, **options):
    """Make the sigmoid twin of a tanh net with Xavier's weights."""
    return sigmoid_twin(Ensemble(widths, "tanh", init="xavier", **options))


NETS = {  # name -> function of (widths, seeds, device)
    "sigmoid_default": partial(Ensemble, activation="sigmoid"),
    "sigmoid_twin": xavier_twin,
    "sigmoid_normalised": partial(Ensemble, activation=normalised("sigmoid")),
    "tanh_xavier": partial(Ensemble, activation="tanh", init="xavier"),
    "relu_default": partial(Ensemble, activation="relu"),
    "relu_he": partial(Ensemble, activation="relu", init="he"),
    "relu_residual": partial(ResidualEnsemble, activation="relu"),
}


def train_net(name, depth, optimizer, rates, seeds, steps, **hyper):
    """Train every seed, on its own split, at every rate; rates are outermost."""
    runs = [(rate, seed) for rate in rates for seed in seeds]
    widths, lr = (D, *[UNITS] * (depth - 1), C), [rate for rate, _ in runs]
    net = NETS[name](widths, seeds=[seed for _, seed in runs], device=dev)
    splits = [{"data_seed": seed} for _, seed in runs]
    data = stacked_data(splits, lambda seed: load_digits(seed=seed))
    train_runs(net, *data["train"], optimizer, steps, lr=lr, batch_size=BATCH, **hyper)
    return net, data


def train_and_test(name, depth, optimizer, lr, steps=STEPS, **hyper):
    """Train every seed at one rate; test them."""
    net, data = train_net(name, depth, optimizer, [lr], SEEDS, steps, **hyper)
    test = evaluate_runs(net, *data["test"])[1].tolist()  # seed by seed
    learnt = sum(score > 0.5 for score in test)
    arm = {"lr": lr, "test": test, "range": [min(test), max(test)]}
    return arm | {"middle": median(test), "learnt": learnt}


def run_arm(name, depth, optimizer, steps=STEPS, rates=None, tuning=TUNING, **hyper):
    """Choose the rate on tuning seeds, by validation; train the others and test."""
    rates = rates or RATES[optimizer]
    net, data = train_net(name, depth, optimizer, rates, tuning, steps, **hyper)
    loss, accuracy = evaluate_runs(net, *data["valid"])
    means = loss.view(len(rates), -1).mean(dim=1)  # a failed run spoils a mean
    best = means.argmin().item()
    arm = train_and_test(name, depth, optimizer, rates[best], steps, **hyper)
    arm["inside"] = 0 < best < len(rates) - 1
    return arm | {"any_rate": accuracy.max().item()}


def print_arms(arms):
    """Print one line per net: how many seeds pass 50 %, and the range of all."""
    for name in dict.fromkeys(key.rsplit("_", 1)[0] for key in arms):
        row = [arms[f"{name}_{d}"] for d in DEPTHS if f"{name}_{d}" in arms]
        told = (
            f"{a['learnt']:2}: {a['range'][0]:.2f}-{a['range'][1]:.2f}" for a in row
        )
        print(f"{name:18}", *told)


# %% name="train_sgd" timeout=300
with_sgd = {}
for name in NETS:  # a default net that guesses when deep is not made deeper still
    depths = DEPTHS[:-1] if "default" in name else DEPTHS
    with_sgd |= {f"{name}_{d}": run_arm(name, d, sgd) for d in depths}
print(f"SGD, {STEPS} steps: how many of {n_seeds} pass 50 %, and the range")
print("layers             ", *(f"{depth:<12}" for depth in DEPTHS))
print_arms(with_sgd)

# %% name="longer" timeout=300
MORE = 4 * STEPS
default_longer = run_arm("relu_default", DEEP, sgd, MORE)  # rates are chosen anew
fewer = {"rates": (0.003, 0.01, 0.03, 0.1), "tuning": range(50, 54)}
he_longer = run_arm("relu_he", DEEPEST, sgd, MORE, **fewer)
he = with_sgd[f"relu_he_{DEEPEST}"]
told = {
    f"default, {DEEP}": (with_sgd[f"relu_default_{DEEP}"], default_longer),
    f"He's, {DEEPEST}": (he, he_longer),
}
for name, pair in told.items():
    (a, b), (c, d) = (arm["range"] for arm in pair)
    print(f"ReLU, {name}: {STEPS} steps {a:.2f}-{b:.2f}, {MORE:,} {c:.2f}-{d:.2f}")
more_steps = lead(he_longer["test"], he["test"])
print(f"He's weights, {DEEPEST} layers: gains {more_steps:+.0f} points")

# %% name="train_adam" timeout=300
ADAM_NETS = ("relu_default", "relu_residual")
with_adam = {
    f"{name}_{d}": run_arm(name, d, adam) for name in ADAM_NETS for d in DEPTHS
}
print(f"Adam, {STEPS} steps: how many of {n_seeds} pass 50 %, and the range")
print("layers             ", *(f"{depth:<12}" for depth in DEPTHS))
print_arms(with_adam)

sigmoid_adam = run_arm("sigmoid_default", DEEP, adam)
low, high = sigmoid_adam["range"]
print(f"sigmoid_default, {DEEP} layers: {low:.2f}-{high:.2f}")

TINY = 1e-16
small_eps = run_arm("relu_default", DEEPEST, adam, eps=TINY)
low, high = small_eps["range"]
print(f"relu_default, {DEEPEST} layers, eps = {TINY}: {low:.2f}-{high:.2f}")

PATIENT = 1500  # steps, at a rate that nobody chose
patient = train_and_test("relu_default", DEEPEST, adam, 0.001, PATIENT)
low, high = patient["range"]
print(f"relu_default, {DEEPEST} layers, {PATIENT:,} steps: {low:.2f}-{high:.2f}")

# %% name="training_checks"
arms = [*with_sgd.values(), *with_adam.values()]
arms += [default_longer, he_longer, sigmoid_adam, small_eps]
works = [arm for arm in arms if arm["any_rate"] > 0.5]
at_the_end = sum(not arm["inside"] for arm in works)


def best_of(arms):
    """Find the best accuracy of any rate and seed."""
    return max(max(arm["any_rate"], arm["range"][1]) for arm in arms)


dead = [with_sgd[f"relu_default_{DEEP}"]]
dead += [with_sgd[f"sigmoid_default_{d}"] for d in DEPTHS[1:-1]]
dead_best, dead_longer = best_of(dead), best_of([default_longer])
adam_best = best_of([sigmoid_adam])
repaired = [with_sgd[f"{name}_{DEEP}"] for name in NETS if "default" not in name]
least_middle = min(arm["middle"] for arm in repaired)
few = [with_sgd[f"{name}_{DEPTHS[0]}"]["learnt"] for name in NETS]
shallow = sum(few) / (len(NETS) * n_seeds)
skips = with_sgd[f"relu_residual_{DEEPEST}"]["middle"]
adam_deep, adam_deepest = (
    with_adam[f"relu_default_{d}"]["middle"] for d in (DEEP, DEEPEST)
)
eps_middle = small_eps["middle"]
skip_gain = lead(with_adam[f"relu_residual_{DEEPEST}"]["test"], small_eps["test"])
print("tuned arms:", len(arms), "  in which some rate works:", len(works))

check("measured rates_inside: rates at an end of the list", at_the_end, "==", 0)
check("measured shallow_fine: few layers, nearly all learn", shallow, ">=", 0.95)
check("measured defaults_die: no SGD rate helps", dead_best, "<", 0.25)
check("measured defaults_stay_dead: nor four times the steps", dead_longer, "<", 0.25)
check("measured repaired: five medians, deep nets", least_middle, ">", 0.35)
check("measured budget: He's deepest need more steps", more_steps[0], ">", 0)
check("measured residual_deep: with skips the deepest learn", skips, ">", 0.7)
check("measured adam_hides: Adam helps deep default nets", adam_deep, ">", 0.25)
check("measured adam_no_cure: and not the deepest", adam_deepest, "<", 0.25)
check("measured adam_later: more steps help them", patient["middle"], ">", 0.25)
check("measured adam_sigmoid: nor deep default sigmoids", adam_best, "<", 0.25)
check("measured eps_helps_little: a smaller eps", eps_middle, "<", 0.4)
check("measured adam_residual: skips gain far more", skip_gain[0], ">", 35)

# %% name="training_figure"
panels = ("sigmoid_default", "sigmoid_twin", "sigmoid_normalised", "tanh_xavier")
panels = (panels, ("relu_default", "relu_he", "relu_residual"))


def draw_arms(ax, arms, name, index, label):
    """Draw test accuracy over depth, a band from worst to best seed."""
    depths = [depth for depth in DEPTHS if f"{name}_{depth}" in arms]
    by_depth = [arms[f"{name}_{depth}"]["test"] for depth in depths]
    runs = torch.tensor(by_depth).T  # (S, depths)
    draw_band(ax, depths, runs, label=label, index=index, markers=True)


above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1), "ncols": 2}
fig, axes = plt.subplots(2, 1, figsize=(5.4, 7), layout="constrained")
for ax, names in zip(axes, panels, strict=True):
    for index, name in enumerate(names):
        draw_arms(ax, with_sgd, name, index, name.replace("_", ", "))
    ax.axhline(0.1, color=ink, linestyle=":", linewidth=0.8)
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="layers", ylabel="test accuracy, SGD")
    ax.set_xticks(DEPTHS, DEPTHS)
    ax.minorticks_off()
    ax.legend(**above, frameon=False)
plt.show()

# %% name="adam_figure"
widths = (D, *[UNITS] * (DEEPEST - 1), C)
net = Ensemble(widths, "relu", seeds=SEEDS, dtype=torch.float64)
loss = cross_entropies(net(X_few.T), y_few)
grads = torch.autograd.grad(loss.sum(), [W for W, _ in net.layers])
# divided by the rate
usual, tiny = "Adam, eps 1e-8", f"Adam, eps {TINY}"
first_step = {"SGD": [], usual: [], tiny: []}
for g in grads:
    rules = (g, g / (g.abs() + 1e-8), g / (g.abs() + TINY))
    for steps, step in zip(first_step.values(), rules, strict=True):
        steps.append(step.square().mean(dim=(1, 2)).sqrt())  # (R,)

fig, axes = plt.subplots(2, 1, figsize=(5.4, 6.4), layout="constrained")
for index, (name, steps) in enumerate(first_step.items()):
    runs = torch.stack(steps, dim=1)  # (R, layers)
    draw_band(axes[0], range(1, DEEPEST + 1), runs, label=name, index=index)
axes[0].set(yscale="log", xlabel="layer", ylabel="first step / rate")
axes[0].set_xticks((1, *range(5, DEEPEST + 1, 5)))
axes[0].legend(loc="lower right")
draw_arms(axes[1], with_sgd, "relu_default", 0, "default, SGD")
draw_arms(axes[1], with_adam, "relu_default", 1, "default, Adam")
draw_arms(axes[1], with_adam, "relu_residual", 3, "residual, Adam")
axes[1].axhline(0.1, color=ink, linestyle=":", linewidth=0.8)
axes[1].set(xscale="log", ylim=(0, 1.02), ylabel="test accuracy")
axes[1].set_xlabel("layers (ReLU)")
axes[1].set_xticks(DEPTHS, DEPTHS)
axes[1].minorticks_off()
axes[1].legend(loc=(0.01, 0.12))
plt.show()

medians = {name: [s.median().item() for s in s_] for name, s_ in first_step.items()}
sgd_ratio = medians["SGD"][0] / medians["SGD"][-1]
eps_ratio = medians[usual][0]
print(f"the first layer's first step: SGD {sgd_ratio:.0e} of the last layer's,")
print(f"Adam {eps_ratio:.0%} of the rate")

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
for seed in SEEDS:
    rng = torch.Generator().manual_seed(seed)
    product = {name: torch.eye(H, dtype=torch.float64) for name in conditions}
    for _ in range(L - 2):
        W = torch.randn(H, H, generator=rng, dtype=torch.float64) / H**0.5
        product["normal"] = W @ product["normal"]
        product["orthogonal"] = torch.linalg.qr(W)[0] @ product["orthogonal"]
    for name, J in product.items():
        size = J.norm().item() / H**0.5  # what a random direction keeps, on average
        stretch = torch.linalg.svdvals(J)
        row = {"mean": size, "median": stretch.median().item()}
        row |= {"least": stretch.min().item(), "most": stretch.max().item()}
        conditions[name].append(row)
for name, rows in conditions.items():
    for key in ("mean", "median"):
        print(f"{name:10} {key:6}", *(f"{row[key]:.4f}" for row in rows))

# %% name="ex_scale"
net = deep("tanh", 0.01)
with torch.no_grad():
    values = X_few.T.expand(n_seeds, -1, -1)
    for W, b in net.layers:
        W /= (W @ values + b).std(dim=(1, 2), keepdim=True)
        values = torch.tanh(W @ values + b)
mended = factor_per_layer(measure_layers(preactivations(net, X_few.T), y_few))
print("before:", *(f"{f:.3f}" for f in factor["tanh_0.01"]))
print("after: ", *(f"{f:.3f}" for f in mended))

# %% name="ex_recurrent"
T, units = 50, 64
memory = {0.8: [], 1.0: [], 1.2: []}
for seed in SEEDS:
    rng = torch.Generator().manual_seed(seed)
    square = torch.randn(units, units, generator=rng, dtype=torch.float64)
    Q = torch.linalg.qr(square)[0]
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

# %% name="check_exercises"
ends = [row[end] for row in conditions["orthogonal"] for end in ("least", "most")]
orthogonal_off = max(abs(end - 1) for end in ends)
typical = max(row["median"] for row in conditions["normal"])
least = min(memory)
carried = max(memory[least]) / least ** (T - 1)
check("theorem orthogonal: they keep every length", orthogonal_off, "<", 1e-9)
check("measured few_directions: half of all shrink", typical, "<", 0.01)
check("measured rescaled: the least factor after rescaling", mended[0], ">", 0.9)
check("theorem recurrent: at most s^(T - 1) survives", carried, "<=", 1)
