"""The training loop of the course for one model, and the accuracy."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def train(
    model: nn.Module, X: Tensor, y: Tensor, optimizer: torch.optim.Optimizer, steps: int
) -> Tensor:
    """Fit `model` in place on the whole batch; called again, it goes on from there.

    Args:
        model: maps X to logits (B, C).
        X: (B, D) float inputs, on the model's device.
        y: (B,) int64 labels 0..C-1, on the same device.
        optimizer: holds the model's parameters.
        steps: number of updates, >= 0.

    Returns: (steps,) mean cross-entropy in nats, before each update.

    Raises:
        ValueError: `steps` is negative.
    """
    if steps < 0:
        raise ValueError(f"need steps >= 0; got {steps=}")
    losses = torch.empty(steps, device=X.device)
    for step in range(steps):
        logits = model(X)  # (B, C) forward
        loss = F.cross_entropy(logits, y)  # scalar
        optimizer.zero_grad()  # forget the last step's gradient
        loss.backward()  # one gradient per parameter
        optimizer.step()  # move the parameters
        losses[step] = loss.detach()
    return losses


@torch.no_grad()
def accuracy(model: nn.Module, X: Tensor, y: Tensor) -> float:
    """Fraction of rows of X, between 0 and 1, whose largest logit is the label's."""
    return (model(X).argmax(dim=1) == y).float().mean().item()
