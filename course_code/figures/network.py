"""The network of 12 hidden units on its way: four runs from the same first weights.

Its last run, ReLU with Adam, is that of the cell `bends` of the spiral lesson.
"""

# %% name="runs"
import torch
from torch import nn

from course_code.teach.data import make_spirals
from course_code.teach.device import device, generator
from course_code.teach.models import mlp
from course_code.teach.training import accuracy, train

STEPS = (0, 10, 20, 30, 50, 100, 150, 200, 300, 400, 500, 700, 1000)
HIDDEN = 12
ACTIVATIONS = {"identity": nn.Identity, "relu": nn.ReLU}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
RATES = {"sgd": 1, "adam": 0.03}  # for SGD the lesson's best, for Adam that of `bends`
dev = device()
X, y = (part.to(dev) for part in make_spirals(1000, 3, seed=generator(12345)))
X_few, y_few = X[::10], y[::10]  # (300, 2), (300,)


def checkpoints(model, optimizer):
    """Train a model; return its parameters at STEPS, (K, P)."""
    found, done = [], 0
    for step in STEPS:
        train(model, X_few, y_few, optimizer, steps=step - done)
        done = step
        found.append(nn.utils.parameters_to_vector(model.parameters()).detach())
    return torch.stack(found)


weights, right = [], []
for activation in ACTIVATIONS.values():
    for name, optimizer in OPTIMIZERS.items():
        model = mlp((2, HIDDEN, 3), activation, seed=0).to(dev)
        steps = optimizer(model.parameters(), lr=RATES[name])
        weights.append(checkpoints(model, steps))
        right.append(accuracy(model, X, y))

# %% name="states"
SAME = {"spiral/small_accuracy": right[-1]}
STATES = {
    "steps": STEPS,
    "hidden": HIDDEN,
    "activations": list(ACTIVATIONS),
    "optimizers": list(OPTIMIZERS),
    "weights": torch.stack(weights),  # (4, K, P)
    "points": X_few,
    "labels": y_few.to(torch.uint8),
}
