"""What each layer gets before any training: errors, gradients of weights, inputs.

For the live figure of the page vanishing_gradients: the lesson's digits, seeds and
scales of weights, at four depths, each beside what theory says.
"""

# %% name="nets"
import math

import torch

from course_code.teach.activations import ACTIVATIONS, SLOPES
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble, cross_entropies
from course_code.teach.meanfield import predict_factors
from course_code.teach.signals import preactivations

SEEDS = range(9)
SCALES = (0.1, 0.3, 1 / 3**0.5, 1.0, 2**0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
DEPTHS = (3, 5, 10, 20)  # weight layers
UNITS = ("sigmoid", "tanh", "relu")
X, y = load_digits()["train"]
X, y = X[:100].double(), y[:100]


def scaled(s):
    """Make normal weights of standard deviation s over the root of n, and no biases."""
    return lambda n, m, rng: (
        s * m**-0.5 * torch.randn(n, m, generator=rng),
        torch.zeros(n),
    )


def measure(depth, act, s):
    """Give the sizes (9, depth) of errors, weights' gradients, inputs; and theory."""
    widths = (64, *[128] * (depth - 1), 10)
    net = Ensemble(widths, act, seeds=SEEDS, init=scaled(s), dtype=torch.float64)
    sums = preactivations(net, X.T)
    loss = cross_entropies(sums[-1], y).sum()
    grads = torch.autograd.grad(loss, [*sums, *(W for W, _ in net.layers)])
    inputs = [X.T.expand(9, -1, -1), *(ACTIVATIONS[act](a) for a in sums[:-1])]
    norms = [part.detach().flatten(1).norm(dim=1) for part in (*grads, *inputs)]
    rule = predict_factors(
        ACTIVATIONS[act],
        SLOPES[act],
        weight_variance=s * s,
        first=(sums[0] ** 2).mean().item(),
        layers=depth - 1,
    )
    kept = [
        math.prod(rule[layer:]) for layer in range(depth)
    ]  # of the error at the top
    return *torch.stack(norms, dim=1).split(depth, dim=1), torch.tensor(kept)


# %% name="sizes"
# errors: lowest, median and highest seed; theory; medians of gradients and inputs
sizes = torch.zeros(len(DEPTHS), len(UNITS), len(SCALES), 6, max(DEPTHS))
measured = {act: [] for act in UNITS}  # the lesson's factors
for i, depth in enumerate(DEPTHS):
    for j, act in enumerate(UNITS):
        for k, s in enumerate(SCALES):
            errors, gradients, inputs, kept = measure(depth, act, s)
            middle = errors.median(0).values
            rows = [errors.amin(0), middle, errors.amax(0), middle[-1] * kept]
            rows += [gradients.median(0).values, inputs.median(0).values]
            sizes[i, j, k, :, :depth] = torch.stack(rows).log10()
            if depth == 20:
                factors = (errors[:, 0] / errors[:, -2]) ** (1 / 18)
                measured[act].append(sorted(factors.tolist()))
if sizes.abs().max() > 32.7:
    raise ValueError("thousandths of a power of ten do not fit into 16 bits")

STATES = {
    "units": list(UNITS),
    "scales": list(SCALES),
    "depths": list(DEPTHS),
    "sizes": (1000 * sizes).round().to(torch.int16),  # thousandths of a power of ten
}
SAME = {"vanishing_gradients/measured": measured}
