"""What hidden units pass on while a net learns the digits, layer by layer.

The nets are those of the cell `dying` of the lesson on activations, the first of each:
same data, first weights and batches; the sigmoid and tanh join in.
"""

# %% name="runs"
import torch

from course_code.teach.activations import SLOPES
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble, evaluate_runs, train_runs
from course_code.teach.optimizers import sgd
from course_code.teach.signals import preactivations

RANGES = {  # of the histograms; what lies beyond goes to their ends
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, 4),
    "leaky_relu": (-0.2, 4),
    "gelu": (-0.2, 4),
}
RATES = (0.5, 1, 2)
STEPS = (0, 5, 10, 15, 25, 50, 75, 100, 150, 200, 250)
BINS = 28
FLAT = 0.01  # a slope below it lets hardly any gradient through
digits = load_digits(seed=0)
X, y = digits["train"]  # (B, 64), (B,)


@torch.no_grad()
def look(net, name):
    """Tell of each hidden layer: histogram (2, BINS), then zeros, flat, off (2,).

    All are shares: of the values that are not 0, of the values, of the units.
    """
    sums = [a[0] for a in preactivations(net, X.mT)[:-1]]  # each (H, B)
    low, high = RANGES[name]
    shares, zeros, flat, off = [], [], [], []
    for a in sums:
        h, slope = net.activation(a), SLOPES[name](a).abs()
        values = h[h != 0].nan_to_num(0, high, low).clamp(low, high)
        bins = torch.histc(values, BINS, low, high)
        shares.append(bins / h.numel())
        zeros.append((h == 0).float().mean())
        flat.append((slope < FLAT).float().mean())
        off.append((slope < FLAT).all(dim=1).float().mean())
    return [torch.stack(part) for part in (shares, zeros, flat, off)]


def watched(name, lr):
    """Train a net; return what `look` tells and the test accuracy at STEPS.

    The accuracy is -1 where the net has diverged.
    """
    net, seen = Ensemble((64, 100, 100, 10), name, seeds=(0,)), []

    def watch(step):
        if step in STEPS:
            right = evaluate_runs(net, *digits["test"])[1]
            gone = ~net.theta.isfinite().all()
            seen.append([*look(net, name), torch.where(gone, -1.0, right[0])])

    watch(0)
    options = {"lr": lr, "batch_size": 100, "on_step": watch}
    train_runs(net, X, y, sgd, STEPS[-1], **options)
    return [torch.stack(part) for part in zip(*seen, strict=True)]


runs = [watched(name, lr) for name in RANGES for lr in RATES]
shares, zeros, flat, off, right = map(torch.stack, zip(*runs, strict=True))

# %% name="silent"
born, MANY = [], range(15)
for seed in MANY:
    net = Ensemble((64, 100, 100, 10), "relu", seeds=(seed,))
    first = preactivations(net, load_digits(seed=seed)["train"][0].mT)[0]  # (1, H, B)
    born.append((first <= 0).all(dim=2).float().mean())
born_silent = torch.stack(born).mean().item()

# %% name="states"
SAME = {"activations/born_silent": born_silent}
STATES = {
    "activations": list(RANGES),
    "ranges": list(RANGES.values()),
    "rates": RATES,
    "steps": STEPS,
    "shares": shares.half(),  # (runs, K, 2, BINS)
    "zeros": zeros.half(),  # (runs, K, 2), as are flat and off
    "flat": flat.half(),
    "off": off.half(),
    "right": right,  # (runs, K)
}
