import pytest
import torch

from course_code.teach.optimizers import adam, adamw, fading, l2, momentum, rmsprop, sgd

PAIRS = {
    "sgd": (sgd, torch.optim.SGD, {}, {}),
    "sgd decay": (l2(sgd), torch.optim.SGD, {"weight_decay": 0.1}, {"weight_decay": 0.1}),
    "momentum": (momentum, torch.optim.SGD, {}, {"momentum": 0.9}),
    "momentum decay": (
        l2(momentum),
        torch.optim.SGD,
        {"mu": 0.7, "weight_decay": 0.1},
        {"momentum": 0.7, "weight_decay": 0.1},
    ),
    "rmsprop": (rmsprop, torch.optim.RMSprop, {}, {}),
    "rmsprop decay": (
        l2(rmsprop),
        torch.optim.RMSprop,
        {"rho": 0.9, "eps": 1e-3, "weight_decay": 0.1},
        {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1},
    ),
    "adam": (adam, torch.optim.Adam, {}, {}),
    "adam decay": (
        l2(adam),
        torch.optim.Adam,
        {"beta1": 0.8, "beta2": 0.95, "eps": 1e-3, "weight_decay": 0.1},
        {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1},
    ),
    "adamw": (adamw, torch.optim.AdamW, {}, {}),
    "adamw decay": (adamw, torch.optim.AdamW, {"weight_decay": 0.3}, {"weight_decay": 0.3}),
}


def slope(theta):
    """Gradient of a bowl whose walls differ in steepness, with a ripple."""
    steep = torch.tensor([0.1, 1.0, 10.0], dtype=theta.dtype)
    return steep * theta + torch.sin(3 * theta)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", PAIRS)
def test_rule_equals_torch_optim_for_100_steps(name, dtype):
    rule, theirs, own_options, their_options = PAIRS[name]
    ours, state = torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.1, -1.0]], dtype=dtype), {}
    parameter = torch.nn.Parameter(ours.clone())
    optimizer = theirs([parameter], lr=0.01, **their_options)
    for _ in range(100):
        rule(ours, slope(ours), state, 0.01, **own_options)
        parameter.grad = slope(parameter.detach())
        optimizer.step()
        torch.testing.assert_close(ours, parameter.detach(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_a_column_of_hyperparameters_equals_runs_alone(name):
    rule, _, options, _ = PAIRS[name]
    rates = [0.001, 0.01, 0.03]
    start = torch.tensor([1.0, -2.0, 0.5])
    together, state = start.repeat(3, 1), {}
    column = {key: torch.full((3, 1), value) for key, value in options.items()}
    for _ in range(50):
        rule(together, slope(together), state, torch.tensor(rates)[:, None], **column)
    for row, lr in zip(together, rates, strict=True):
        alone, state = start.clone(), {}
        for _ in range(50):
            rule(alone, slope(alone), state, lr, **options)
        torch.testing.assert_close(row, alone, rtol=1e-4, atol=1e-5)


def test_first_step_of_adam_is_the_rate_times_the_sign():
    grad = torch.tensor([1e4, 1.0, -1e-2])
    theta = torch.zeros(3)
    adam(theta, grad, {}, lr=0.01)
    assert theta.tolist() == pytest.approx([-0.01, -0.01, 0.01], rel=1e-5)


def test_decay_in_adam_is_rescaled_and_in_adamw_is_not():
    still = torch.zeros(2)
    weights = torch.tensor([1.0, 100.0])
    coupled, decoupled = weights.clone(), weights.clone()
    l2(adam)(coupled, still, {}, lr=0.01, weight_decay=0.1)
    adamw(decoupled, still, {}, lr=0.01, weight_decay=0.1)
    assert (weights - coupled).tolist() == pytest.approx([0.01, 0.01], rel=1e-3)
    assert (decoupled / weights).tolist() == pytest.approx([0.999, 0.999], rel=1e-6)


def test_rules_do_not_change_the_gradient():
    for rule, _, options, _ in PAIRS.values():
        grad = torch.ones(3)
        rule(torch.ones(3), grad, {}, lr=0.1, **options)
        assert grad.tolist() == [1, 1, 1]


def test_a_fading_rate_falls_to_nothing_in_a_straight_line():
    theta, state, rule = torch.zeros(1), {}, fading(sgd, 4)
    moved = []
    for _ in range(5):
        before = theta.clone()
        rule(theta, torch.ones(1), state, lr=0.8)
        moved.append((before - theta).item())
    assert moved == pytest.approx([0.8, 0.6, 0.4, 0.2, 0])
    with pytest.raises(ValueError, match="steps=0"):
        fading(sgd, 0)
