"""Eight hidden units learn a wave, with ReLU, with tanh and with the square."""

# %% name="runs"
import torch

from course_code.teach.ensemble import Ensemble, train_runs
from course_code.teach.optimizers import adam

STEPS = (0, 10, 20, 50, 100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000)
UNITS = 8
RATE = 0.03
SEED = 5  # with ReLU one of its units is off everywhere, and one bends outside the data
BENDS = {"relu": "relu", "tanh": "tanh", "square": torch.square}
X = torch.linspace(-2, 2, 81)[:, None]  # (B, 1)
y = torch.sin(2 * X[:, 0])  # (B,)


def squared_error(outputs, y):
    """Mean squared error (R,) of outputs (R, 1, B)."""
    return (outputs[:, 0] - y).square().mean(dim=1)


def checkpoints(bend):
    """Train from the weights of SEED; return the parameters at STEPS, (K, P)."""
    net = Ensemble((1, UNITS, 1), bend, seeds=(SEED,))
    found = [net.theta[0].clone()]
    keep = lambda step: found.append(net.theta[0].clone()) if step in STEPS else None
    options = {"lr": RATE, "loss": squared_error, "on_step": keep}
    train_runs(net, X, y, adam, STEPS[-1], **options)
    return torch.stack(found).detach()


weights = torch.stack([checkpoints(bend) for bend in BENDS.values()])  # (3, K, P)

# %% name="floor"
powers = X.double() ** torch.arange(3)  # (B, 3): 1, x, x^2
best = torch.linalg.lstsq(powers, y.double()[:, None]).solution
floor = (powers @ best - y[:, None]).square().mean().item()  # of any parabola

# %% name="states"
STATES = {
    "steps": STEPS,
    "units": UNITS,
    "activations": list(BENDS),
    "weights": weights,
    "x": X[:, 0],
    "y": y,
    "floor": floor,
}
