import math

import pytest
import torch
from torch import nn

from course_code.teach.data import make_spirals
from course_code.teach.models import mlp
from course_code.teach.training import accuracy, train


def test_one_step_is_gradient_descent_by_hand():
    X, y = torch.tensor([[1.0, 2.0], [-1.0, 0.5]]), torch.tensor([0, 2])
    model = mlp((2, 3), seed=1)
    W, b = model[0].weight.detach().clone(), model[0].bias.detach().clone()
    p = (X @ W.T + b).softmax(dim=1)
    error = (p - nn.functional.one_hot(y, 3)) / 2
    losses = train(model, X, y, torch.optim.SGD(model.parameters(), lr=0.1), 1)
    assert losses.item() == pytest.approx(-(p[0, 0].log() + p[1, 2].log()).item() / 2, rel=1e-6)
    torch.testing.assert_close(model[0].weight, W - 0.1 * error.T @ X)
    torch.testing.assert_close(model[0].bias, b - 0.1 * error.sum(dim=0))


def test_second_call_goes_on_where_the_first_stopped():
    X, y = make_spirals(30)

    def run(*pieces):
        model = mlp((2, 8, 3))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        return torch.cat([train(model, X, y, optimizer, steps) for steps in pieces])

    assert torch.equal(run(25), run(10, 15))


def test_loss_is_recorded_before_each_step_and_falls():
    X, y = make_spirals(30)
    model = mlp((2, 8, 3))
    start = nn.functional.cross_entropy(model(X), y).item()
    losses = train(model, X, y, torch.optim.SGD(model.parameters(), lr=0.1), 50)
    assert losses.shape == (50,)
    assert losses[0].item() == start
    assert losses[-1] < losses[0]
    assert not losses.requires_grad


def test_zero_steps_change_nothing():
    X, y = make_spirals(5)
    model = mlp((2, 3))
    before = model[0].weight.detach().clone()
    assert len(train(model, X, y, torch.optim.SGD(model.parameters(), lr=1.0), 0)) == 0
    assert torch.equal(model[0].weight, before)


def test_negative_steps_are_refused():
    model = mlp((2, 3))
    with pytest.raises(ValueError, match="steps=-1"):
        train(model, torch.zeros(1, 2), torch.zeros(1, dtype=torch.long), None, -1)


def test_old_gradients_do_not_leak_in():
    X, y = make_spirals(10)
    clean, dirty = mlp((2, 3)), mlp((2, 3))
    dirty[0].weight.grad = torch.full((3, 2), math.inf)
    for model in (clean, dirty):
        train(model, X, y, torch.optim.SGD(model.parameters(), lr=0.1), 1)
    assert torch.equal(clean[0].weight, dirty[0].weight)


def test_accuracy_counts_the_largest_logit():
    logits = torch.tensor([[3.0, 1.0], [0.0, 2.0], [5.0, 4.0], [1.0, 0.0]])
    assert accuracy(nn.Identity(), logits, torch.tensor([0, 1, 1, 0])) == 0.75
