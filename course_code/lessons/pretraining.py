"""Layer-wise pretraining: what it gave in 2006, and what modern first weights leave of
it.

Pretrains stacks of restricted Boltzmann machines and autoencoders on the digits, with
few and with many labels; counts all states of a small machine to see what contrastive
divergence does; compares autoencoders with principal components. Left out: convolution,
deep belief nets as generative models, self-supervised learning at scale.
"""

# %% name="setup"
import math
from functools import partial
from statistics import median

import matplotlib.pyplot as plt
import torch

from course_code.teach.claims import check
from course_code.teach.device import device

SEEDS = range(9)  # each draws its own split and first weights
TUNING = range(100, 102)  # the seeds that choose the rates
n_seeds, dev = len(SEEDS), device()
WIDTHS = (64, 64, 64, 64, 10)  # pixels, three hidden layers, classes
LAYERS = len(WIDTHS) - 2  # hidden ones
FEW, MANY = 50, 1000  # labels
PICTURES = 1000  # some have a label, none needs one for pretraining
CHOOSING = 300  # validation pictures, at most
PRETRAIN, TUNE = 300, 200  # steps for each hidden layer; steps with labels
STEPS = LAYERS * PRETRAIN + TUNE  # what those get who do not pretrain

# %% name="library"
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.intervals import lead, median_interval
from course_code.teach.optimizers import adam
from course_code.teach.pretraining import fit_rbm, pretrain


def digits(seeds, labels):
    """Stack a split for each seed: `labels` of its pictures have one."""
    sets = {"pool": [], "train": [], "valid": [], "test": []}
    for seed in seeds:
        split = load_digits(PICTURES, CHOOSING, seed=seed)
        X, y = split["train"]
        checks = min(labels, CHOOSING)  # no more to choose on than to learn from
        sets["pool"].append((X, y))
        sets["train"].append((X[:labels], y[:labels]))
        sets["valid"].append(tuple(part[:checks] for part in split["valid"]))
        sets["test"].append(split["test"])
    return {
        name: tuple(torch.stack(parts).to(dev) for parts in zip(*pairs, strict=True))
        for name, pairs in sets.items()
    }


# %% name="arms"
def labelled(net, data, lr, steps=TUNE):
    """Train on the pictures that have labels."""
    batch = 25 if data["train"][1].shape[1] > 100 else 10
    train_runs(net, *data["train"], adam, steps, lr=lr, batch_size=batch)


all_steps = partial(labelled, steps=STEPS)  # for those who do not pretrain


def guesses(net, data, lr):
    """Guess the missing labels and train on them as well, three times."""
    labelled(net, data, lr)
    (X, _), (_, y) = data["pool"], data["train"]
    for _ in range(3):
        guess = net.predict(X).argmax(2)  # (R, PICTURES)
        guess[:, : y.shape[1]] = y  # what is known stays
        train_runs(net, X, guess, adam, PRETRAIN, lr=lr, batch_size=10)


def stack(net, data, source="pool", fit=fit_rbm, rate=0.03):
    """Pretrain each hidden layer in turn, without labels."""
    options = {"steps": PRETRAIN, "lr": rate, "batch_size": 50, "seeds": net.seeds}
    options["rng"] = torch.Generator().manual_seed(1)
    pretrain(net, data[source][0], partial(fit, **options))


def nothing(net, data):
    """No pretraining."""


own_pictures = partial(stack, source="train")  # those with labels, and no others
ARMS = {  # units, first weights, what to do without labels and with them
    "old_start": ("sigmoid", 0.01, nothing, all_steps),
    "rbm_old": ("sigmoid", 0.01, stack, labelled),
    "xavier": ("sigmoid", "xavier", nothing, all_steps),
    "xavier_short": ("sigmoid", "xavier", nothing, labelled),
    "rbm": ("sigmoid", "xavier", stack, labelled),
    "rbm_long": ("sigmoid", "xavier", stack, all_steps),
    "rbm_own": ("sigmoid", "xavier", own_pictures, labelled),
    "he": ("relu", "he", nothing, all_steps),
    "he_guesses": ("relu", "he", nothing, guesses),
}
RATES = {"sigmoid": (0.003, 0.01, 0.03), "relu": (0.001, 0.003, 0.01)}


# %% name="race" timeout=300
kept = {}  # weights after pretraining, which arms with the same need not repeat


def prepare(net, data, arm, labels):
    """Pretrain, or take what the same pretraining gave before."""
    units, init, without, _ = ARMS[arm]
    # the labels matter only to those who pretrain on pictures that have one
    key = (units, init, without, net.seeds, without is own_pictures and labels)
    if key not in kept:
        without(net, data)
        kept[key] = net.theta.detach()
    net.hold(kept[key])


def run(arm, seeds, labels, rates):
    """Run an arm with every seed at every rate: accuracies (rates, seeds)."""
    units, init, _, with_labels = ARMS[arm]
    net = Ensemble(WIDTHS, units, seeds=seeds, init=init, device=dev)
    data = digits(seeds, labels)
    prepare(net, data, arm, labels)
    n = len(rates)  # a copy for each
    net.seeds = net.seeds * n
    net.hold(net.theta.detach().repeat(n, 1))
    data = {
        name: tuple(part.repeat(n, *[1] * (part.dim() - 1)) for part in parts)
        for name, parts in data.items()
    }
    with_labels(net, data, [rate for rate in rates for _ in seeds])
    marks = (evaluate_runs(net, *data[name])[1] for name in ("valid", "test"))
    return [mark.view(n, -1) for mark in marks]


def race(arms, labels):
    """Choose each arm's rate on tuning seeds, then run it with all the others."""
    found = {}
    for arm in arms:
        rates = RATES[ARMS[arm][0]]
        valid, _ = run(arm, TUNING, labels, rates)
        rate = rates[valid.mean(1).argmax()]
        test = run(arm, SEEDS, labels, [rate])[1][0].tolist()
        ends = {"low": min(test), "middle": median(test), "high": max(test)}
        found[arm] = {"rate": rate, "test": test, **ends}
        told = "{low:.3f} to {high:.3f}, median {middle:.3f}".format(**ends)
        print(f"{arm:14} rate {rate:<6} test {told}")
    return found


print(f"{FEW} labels")
short_or_long = ("xavier_short", "rbm_long")  # controls of the second race
few = race([arm for arm in ARMS if arm not in short_or_long], FEW)
print(f"{MANY:,} labels")
many = race(["xavier", "xavier_short", "rbm", "rbm_long", "he"], MANY)

# %% name="leads"
PAIRS = {  # one change each, but for "units": other units and their weights
    "start": ("xavier", "old_start"),
    "old": ("rbm_old", "old_start"),
    "repaired": ("rbm_old", "xavier"),
    "pretraining": ("rbm", "xavier"),
    "pictures": ("rbm", "rbm_own"),
    "units": ("he", "xavier"),
    "modern": ("rbm", "he"),
    "guesses": ("he_guesses", "he"),
    "shorter": ("rbm", "xavier_short"),
    "longer": ("rbm_long", "xavier"),
}


def points(ours, theirs):
    """Differences in points, seed by seed."""
    return [100 * (a - b) for a, b in zip(ours["test"], theirs["test"], strict=True)]


def leads(found):
    """Compare all pairs that were run."""
    table = {}
    for name, (ours, theirs) in PAIRS.items():
        if ours in found and theirs in found:
            table[name] = lead(found[ours]["test"], found[theirs]["test"])
            print(f"{ours:11} against {theirs:13} {table[name]:+.1f} points")
    return table


print(f"{FEW} labels")
few_leads = leads(few)
print(f"{MANY:,} labels")
many_leads = leads(many)
few_gain = median(points(few["rbm"], few["xavier"]))
many_gain = median(points(many["rbm"], many["xavier_short"]))
long_gain = median(points(many["rbm_long"], many["xavier"]))
labels_gain = lead(many["he"]["test"], few["he"]["test"])
told = f"{few_gain:.1f} with {FEW} labels, {many_gain:.1f} with {MANY:,} (short)"
print(f"median gains: {told}")

# %% name="race_figure"
heights = (len(few), len(many))
fig, axes = plt.subplots(2, 1, figsize=(5.4, 5.0), height_ratios=heights)
fig.set_layout_engine("constrained")
titles = (f"{FEW} labels", f"{MANY:,} labels")
for ax, found, title in zip(axes, (few, many), titles, strict=True):
    for row, arm in enumerate(found.values()):
        colour = "#D55E00" if "rbm" in [*found][row] else "#0072B2"
        ax.plot(arm["test"], [row] * n_seeds, "o", color=colour, alpha=0.5)
        ax.plot(arm["middle"], row, "|", color=colour, markersize=18)
    ax.set_yticks(range(len(found)), [name.replace("_", " ") for name in found])
    ax.set_ylim(len(found) - 0.5, -0.5)  # the first on top
    ax.set(title=title)
axes[1].set(xlabel="test accuracy")
plt.show()

# %% name="race_checks"
check("measured start_first: Xavier against 0.01", few_leads["start"][0], ">", 3)
check("measured old_gain: RBM, both from 0.01", few_leads["old"][0], ">", 5)
check("measured repaired: that against Xavier", few_leads["repaired"][0], "<", 2)
check("measured few_gain: RBM against Xavier, median", few_gain, ">", 0.5)
check("measured few_pictures: own pictures do", few_leads["pictures"][0], "<", 1)
check("measured few_modern: RBM against He", few_leads["modern"][0], "<", 1.5)
check("measured few_guesses: guesses", few_leads["guesses"][0], "<", 1.5)
lost = many_leads["pretraining"][1]
check("measured many_none: RBM against Xavier", lost, "<", 2)
check("measured many_modern: RBM against He", many_leads["modern"][1], "<", 0)
check("measured many_short: RBM, 200 labelled steps each, median", many_gain, ">", 0.5)
check("measured many_long: RBM, 1,100 labelled steps each, median", long_gain, ">", 0)
check("measured labels_win: 1,000 labels against 50", labels_gain[0], ">", 6)

# %% name="autoencoder_arm" timeout=300
from course_code.teach.pretraining import fit_autoencoder

layer = partial(fit_autoencoder, activation="relu", erased=0.3)
ARMS["he_autoencoders"] = (
    "relu",
    "he",
    partial(stack, fit=layer, rate=0.001),
    labelled,
)
few_autoencoders = race(["he_autoencoders"], FEW)["he_autoencoders"]
autoencoders_lead = lead(few_autoencoders["test"], few["he"]["test"])
print(f"against He: {autoencoders_lead:+.1f} points")

# %% name="autoencoder_arm_check"
check("measured autoencoders_no_gain: against He", autoencoders_lead[0], "<", 1)

# %% name="tiny"
from course_code.teach.gradcheck import finite_differences
from course_code.teach.rbm import (
    RBM,
    all_states,
    exact_gradient,
    free_energy,
    log_likelihood,
    random_rbm,
)

n_v, n_h = 5, 3  # pixels, hidden units
tiny = random_rbm(n_v, n_h, [0], std=1.0, dtype=torch.float64)
everything = all_states(n_v, tiny.W)[None]  # (1, 5, 32)
shares = (-free_energy(tiny, everything)).softmax(1)  # p(v) of each v, (1, 32)
own = torch.stack([log_likelihood(tiny, v) for v in everything.mT[..., None].unbind(1)])
gap = (own[:, 0].exp() - shares[0]).abs().max().item()
told = f"two ways to compute p(v) of all {2**n_v} pictures"
print(f"{told}: they differ by {gap:.0e}")


def likelihood(theta):
    """The mean log-likelihood of data under the weights in one row (23,)."""
    W, c, b = theta.split([n_h * n_v, n_h, n_v])
    return log_likelihood(
        RBM(W.view(1, n_h, n_v), c[None, :, None], b[None, :, None]), data
    )[0]


data = everything[..., 3:11]
theta = torch.cat([part.flatten() for part in tiny])
slopes = torch.cat([part.flatten() for part in exact_gradient(tiny, data)])
rbm_gap = (slopes - finite_differences(likelihood, theta, 1e-5)).abs().max().item()
print(f"data term minus model term, against finite differences: {rbm_gap:.0e}")

# %% name="tiny_checks"
check("theorem same_p: both ways agree within", gap, "<", 1e-12)
check("theorem rbm_slope: formula and differences agree within", rbm_gap, "<", 1e-8)

# %% name="bars" timeout=300
from course_code.teach.rbm import (
    bars_and_stripes,
    cd_gradient,
    hidden_given_visible,
    visible_given_hidden,
)

pictures = bars_and_stripes(3)  # (9, 14)
n_pixels, n_pictures = pictures.shape
best = -math.log(n_pictures)  # all equally likely
AT = range(0, 2501, 50)


def climb(slope):
    """Follow a gradient to the last step: log-likelihoods and errors (R, times)."""
    rbm = random_rbm(n_pixels, 8, SEEDS)
    v = pictures.expand(n_seeds, -1, -1)
    found, errors = [], []
    for step in range(AT[-1] + 1):
        if step in AT:
            found.append(log_likelihood(rbm, v))
            back = visible_given_hidden(rbm, hidden_given_visible(rbm, v))
            errors.append((back - v).square().mean((1, 2)))
        for part, up in zip(rbm, slope(rbm, v), strict=True):
            part += 0.5 * up
    return torch.stack(found, dim=1), torch.stack(errors, dim=1)


rng = torch.Generator().manual_seed(2)
slopes = {"exact": exact_gradient}
slopes |= {f"cd_{k}": partial(cd_gradient, k=k, rng=rng) for k in (10, 1)}
climbs, bars = {}, {}
print(f"best possible {best:.2f} nats per picture")
for name, slope in slopes.items():
    climbs[name], errors = climb(slope)
    last, top = climbs[name][:, -1], climbs[name].amax(1)
    bars[name] = {
        "low": last.min().item(),
        "middle": last.median().item(),
        "high": last.max().item(),
        "fell": (top - last > 0.1).sum().item(),
        "error": errors[:, -1].max().item(),
    }
    told = "{low:.2f} to {high:.2f}, fell {fell}, error {error:.4f}"
    print(f"{name:6} after {AT[-1]:,} steps", told.format(**bars[name]))
bars_gap = median_interval((climbs["exact"] - climbs["cd_1"])[:, -1].tolist())

# %% name="bars_figure"
from course_code.draw.curves import draw_band

fig, ax = plt.subplots(figsize=(5.4, 3.0), layout="constrained")
for index, (name, runs) in enumerate(climbs.items()):
    draw_band(ax, AT, runs, label=name.replace("cd_", "CD-"), index=index)
ax.axhline(best, color="0.5", linewidth=0.8)
ax.set(xlabel="step", ylabel="log-likelihood, nats", ylim=(-6.5, -2.4))
ax.legend()
plt.show()

# %% name="bars_checks"
check(
    "measured exact_near: exact, short of the best by",
    best - bars["exact"]["low"],
    "<",
    0.2,
)
check("measured cd_short: CD-1 behind exact by", bars_gap[0], ">", 0.2)
check(
    "measured cd_error: CD-1, worst reconstruction", bars["cd_1"]["error"], "<", 0.002
)
share_fell = bars["cd_1"]["fell"] / n_seeds
check("measured cd_falls: share of runs that fell", share_fell, ">", 0.3)

# %% name="digit_rbm" timeout=300
from course_code.teach.rbm import train_rbm

FIVE = SEEDS[:5]
splits = [load_digits(PICTURES, CHOOSING, seed=seed) for seed in FIVE]
ink = {
    name: torch.stack([(split[name][0] >= 0.5).float() for split in splits])
    for name in ("train", "test")
}  # (5, N, 64) of 0 and 1
mean = ink["train"].mean(1).clamp(0.002, 0.998)[..., None]  # (5, 64, 1)
nats = {"uniform": [-mean.shape[1] * math.log(2)] * len(FIVE)}
v = ink["test"].mT
alone = random_rbm(64, 12, FIVE, std=0.0)  # no weights: each pixel by itself
alone.b.copy_(mean.logit())
nats["pixels_alone"] = log_likelihood(alone, v).tolist()
machine = random_rbm(64, 12, FIVE, std=0.1)
machine.b.copy_(mean.logit())
options = {"lr": 0.01, "batch_size": 25, "seeds": FIVE}
rng = torch.Generator().manual_seed(3)
train_rbm(machine, ink["train"], 1500, rng=rng, **options)
nats["hidden_units"] = log_likelihood(machine, v).tolist()
for name, values in nats.items():
    print(f"{name:17} {min(values):.2f} to {max(values):.2f} nats per test picture")
rbm_gain = min(a - b for a, b in zip(*[*nats.values()][:0:-1], strict=True))

# %% name="digit_rbm_check"
check("measured hidden_help: gain of hidden units, worst run", rbm_gain, ">", 3)

# %% name="linear" timeout=300
from course_code.teach.autoencoders import principal, squares, train_autoencoder

K = 8
X = torch.stack([split["train"][0] for split in splits])  # (5, 1000, 64)
centred = X[:, :300] - X[:, :300].mean(1, keepdim=True)  # fewer, all at once
_, directions = principal(centred, K)  # (5, 64, 8)
pca_error = squares(centred @ directions @ directions.mT, centred)  # (5,)
linear = {}
for rate in (0.001, 0.01):
    net = Ensemble((64, K, 64), "identity", seeds=FIVE, init="xavier")
    train_autoencoder(net, centred, 1500, lr=rate)
    excess = squares(net.predict(centred), centred) / pca_error - 1
    basis = torch.linalg.qr(net.layers[1][0].detach())[0]  # of the decoder's columns
    angles = torch.linalg.svdvals(basis.mT @ directions)  # cosines, (5, 8)
    linear[rate] = {"excess": excess.max().item(), "cosine": angles.min().item()}
    print(
        f"rate {rate}: error above PCA at most {linear[rate]['excess']:.2%}, ", end=""
    )
    print(f"worst cosine {linear[rate]['cosine']:.3f}")
columns = torch.nn.functional.normalize(net.layers[1][0].detach(), dim=1)
axis = (columns.mT @ directions).abs().amax(2).median().item()
print(f"closest to a principal axis, median of the units: cosine {axis:.2f}")

# %% name="linear_slope"
rng = torch.Generator().manual_seed(4)
draw = partial(torch.randn, generator=rng, dtype=torch.float64)
n, k, B = 4, 2, 6  # inputs, numbers of the code, columns
E, U, x = draw(k, n), draw(n, k), draw(n, B)  # encoder, decoder, data


def error(theta):
    """Mean over columns of the squared error of x under the weights in one row."""
    E, U = theta[: k * n].view(k, n), theta[k * n :].view(n, k)
    return (x - U @ E @ x).square().sum(0).mean()


left = x - U @ E @ x  # what is not given back
slopes = [-2 / B * U.T @ left @ x.T, -2 / B * left @ (E @ x).T]
slopes = torch.cat([slope.flatten() for slope in slopes])
theta = torch.cat([E.flatten(), U.flatten()])
ae_gap = (slopes - finite_differences(error, theta, 1e-5)).abs().max().item()
print(f"formula against finite differences: {ae_gap:.0e}")

# %% name="linear_checks"
UNKNOWN = {"excess": math.nan, "cosine": math.nan}  # of a rate that was not tried
check("theorem ae_slope: formula and differences agree within", ae_gap, "<", 1e-7)
check(
    "measured pca_reached: rate 0.01, error above PCA",
    linear.get(0.01, UNKNOWN)["excess"],
    "<",
    0.005,
)
fast, slow = (linear.get(rate, UNKNOWN)["cosine"] for rate in (0.01, 0.001))
check("measured pca_space: worst cosine", fast, ">", 0.98)
check("measured pca_slow: rate 0.001, worst cosine", slow, "<", 0.99)
check("measured not_axes: closest to an axis", axis, "<", 0.95)


# %% name="deep" timeout=300
from operator import sub, truediv

from course_code.teach.autoencoders import encode


def neighbour(train, labels, test, truth):
    """Share of test codes (R, B, k) whose nearest training code has their label."""
    nearest = torch.cdist(test, train).argmin(2)  # (R, B)
    return (labels.gather(1, nearest) == truth).float().mean(1)


def bend_but(k):
    """ReLU in every layer but the one of k units: the code keeps its sign."""
    return lambda a: a if a.shape[1] == k else torch.relu(a)


X_test = torch.stack([split["test"][0] for split in splits])
y, y_test = (
    torch.stack([split[name][1] for split in splits]) for name in ("train", "test")
)
deep = {}
for k in (2, 16):
    mean, directions = principal(X, k)
    code, code_test = ((part - mean) @ directions for part in (X, X_test))
    pca = {"error": squares(code_test @ directions.mT + mean, X_test)}
    pca["right"] = neighbour(code, y, code_test, y_test)
    net = Ensemble((64, 64, k, 64, 64), bend_but(k), seeds=FIVE, init="he")
    train_autoencoder(net, X, 2000, lr=0.01, batch_size=50)
    own = {"error": squares(net.predict(X_test), X_test)}
    own["right"] = neighbour(encode(net, X, 2), y, encode(net, X_test, 2), y_test)
    deep[k] = {
        f"{name}_{part}": values.tolist()
        for name, parts in (("pca", pca), ("net", own))
        for part, values in parts.items()
    }
    for name in ("error", "right"):
        ends = [
            f"{min(found):.3f} to {max(found):.3f}"
            for found in (deep[k][f"pca_{name}"], deep[k][f"net_{name}"])
        ]
        print(f"{k:2} numbers, {name}: PCA {ends[0]}, autoencoder {ends[1]}")


# %% name="deep_checks"
def each(k, name, compare):
    """Compare autoencoder and PCA split by split."""
    if k not in deep:
        return [math.nan]
    ours, theirs = deep[k][f"net_{name}"], deep[k][f"pca_{name}"]
    return [compare(a, b) for a, b in zip(ours, theirs, strict=True)]


ratio = max(each(2, "error", truediv))
check("measured deep_error: error with 2 numbers, times PCA's", ratio, "<", 0.85)
gain = min(each(2, "right", sub))
check("measured deep_codes: neighbours, 2 numbers, gain", gain, ">", 0.03)
ratio = max(each(16, "error", truediv))
check("measured deep_sixteen: error with 16 numbers, times PCA's", ratio, "<", 1)
gain = median(each(16, "right", sub))
check("measured codes_sixteen: neighbours, 16 numbers, median", gain, "<", 0.01)

# %% name="denoise" timeout=300
from course_code.teach.autoencoders import erase

rng = torch.Generator().manual_seed(5)
ERASED = 0.3  # share of the pixels
spoilt = erase(X_test, ERASED, rng)
clean, mended = {}, {}
nets = {}
for name, erased in (("plain", 0.0), ("denoising", ERASED)):
    net = Ensemble((64, 128, 64), "relu", seeds=FIVE, init="he")
    options = {"lr": 0.003, "batch_size": 50, "erased": erased, "rng": rng}
    train_autoencoder(net, X, 1000, **options)
    clean[name] = squares(net.predict(X_test), X_test).max().item()
    mended[name] = squares(net.predict(spoilt), X_test).tolist()
    nets[name] = net
mended["nothing"] = squares(spoilt, X_test).tolist()
for name, errors in mended.items():
    told = f"error on erased pictures {min(errors):.4f} to {max(errors):.4f}"
    print(f"{name:10} {told}", f"on whole ones {clean.get(name, 0):.5f}", sep="   ")

# %% name="denoise_figure"
rows = {"picture": X_test[0], "erased": spoilt[0]}
rows |= {name: net.predict(spoilt)[0] for name, net in nets.items()}
fig, axes = plt.subplots(len(rows), 8, figsize=(5.4, 3.0), layout="constrained")
for line, (name, images) in zip(axes, rows.items(), strict=True):
    for ax, image in zip(line, images, strict=False):
        ax.imshow(image.view(8, 8).numpy(), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(name)
plt.show()

# %% name="denoise_checks"
check(
    "measured plain_copies: plain, error on whole pictures", clean["plain"], "<", 0.002
)
both = [*zip(mended["plain"], mended["denoising"], mended["nothing"], strict=True)]
helped = min(plain / denoising for plain, denoising, _ in both)
check("measured denoising_mends: error of plain / of denoising", helped, ">", 2)
idle = min(plain / nothing for plain, _, nothing in both)
check("measured plain_idle: error of plain / of doing nothing", idle, ">", 0.6)

# %% name="ex_neighbour"
data = digits(SEEDS, FEW)
(near, near_y), (far, far_y) = data["train"], data["test"]
nearest = neighbour(near, near_y, far, far_y).tolist()
neighbour_middle = median(nearest)
print(f"nearest of {FEW} pictures: median {neighbour_middle:.3f}")
neighbour_lead = lead(few["he"]["test"], nearest)
print(f"He against it: {neighbour_lead:+.1f} points")

# %% name="ex_neighbour_check"
check("measured neighbour_level: He before it, lower end", neighbour_lead[0], "<", 1)
