import math

import pytest
import torch

from course_code.teach.gradcheck import finite_differences
from course_code.teach.rbm import (
    RBM,
    all_states,
    bars_and_stripes,
    cd_gradient,
    exact_gradient,
    flip,
    free_energy,
    hidden_given_visible,
    log_likelihood,
    random_rbm,
    train_rbm,
    visible_given_hidden,
)


def machine(n_visible=4, n_hidden=3, seeds=(0, 1)):
    """Machines with weights and biases that are not small, in float64."""
    rng = torch.Generator().manual_seed(7)
    W = random_rbm(n_visible, n_hidden, seeds, std=1.0, dtype=torch.float64).W
    c, b = (
        torch.randn(len(seeds), n, 1, generator=rng, dtype=torch.float64)
        for n in (n_hidden, n_visible)
    )
    return RBM(W, c, b)


def joint(rbm):
    """Log of the unnormalised p(v, h), (R, 2^D, 2^H), straight from the definition."""
    v, h = all_states(rbm.b.shape[1], rbm.W), all_states(rbm.c.shape[1], rbm.W)
    visible, hidden = (rbm.b * v).sum(1), (rbm.c * h).sum(1)
    return visible[:, :, None] + hidden[:, None, :] + v.T @ rbm.W.mT @ h


def test_states_are_all_there_once():
    states = all_states(3, torch.zeros(1))
    assert sorted(map(tuple, states.T.tolist())) == [
        (a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)
    ]


def test_free_energy_is_the_sum_over_hidden_states():
    rbm = machine()
    v = all_states(4, rbm.W).expand(2, -1, -1)
    torch.testing.assert_close(-free_energy(rbm, v), joint(rbm).logsumexp(2))


def test_the_likelihood_of_all_pictures_adds_up_to_one():
    rbm = machine()
    total = sum(
        log_likelihood(rbm, v.expand(2, -1)[..., None]).exp() for v in all_states(4, rbm.W).T
    )
    torch.testing.assert_close(total, torch.ones(2, dtype=torch.float64))


def test_conditionals_are_those_of_the_joint_distribution():
    rbm = machine()
    p = joint(rbm).exp()  # (R, 2^D, 2^H)
    v, h = all_states(4, rbm.W), all_states(3, rbm.W)
    hidden = (p @ h.T / p.sum(2, keepdim=True)).mT  # (R, H, 2^D)
    torch.testing.assert_close(hidden_given_visible(rbm, v), hidden)
    visible = (p.mT @ v.T / p.sum(1)[..., None]).mT
    torch.testing.assert_close(visible_given_hidden(rbm, h), visible)


def test_the_exact_gradient_is_the_slope_of_the_likelihood():
    rbm = machine()
    v = all_states(4, rbm.W)[:, [1, 6, 6, 11]].expand(2, -1, -1)
    found = torch.cat([part[1].flatten() for part in exact_gradient(rbm, v)])

    def likelihood(theta):
        W, c, b = theta.split([12, 3, 4])
        one = RBM(W.view(1, 3, 4), c.view(1, 3, 1), b.view(1, 4, 1))
        return log_likelihood(one, v[1:])[0]

    theta = torch.cat([part[1].flatten() for part in rbm])
    slopes = finite_differences(likelihood, theta, 1e-5)
    torch.testing.assert_close(found, slopes, rtol=1e-6, atol=1e-9)


def test_many_rounds_of_sampling_come_near_the_exact_gradient():
    rbm = machine(seeds=(0,))
    rbm.W.mul_(2)  # so that one round does not forget where it began
    v = all_states(4, rbm.W)[:, [3, 12]].repeat(1, 10_000)[None]
    exact = exact_gradient(rbm, v)
    rng = torch.Generator().manual_seed(0)
    far = cd_gradient(rbm, v, 30, rng)
    near = cd_gradient(rbm, v, 1, rng)
    gaps = [
        max((a - b).abs().max().item() for a, b in zip(exact, found, strict=True))
        for found in (far, near)
    ]
    assert gaps[0] < 0.02
    assert gaps[1] > 0.06


def test_without_weights_the_pixels_are_on_their_own():
    rbm = random_rbm(3, 2, [0], std=0.0)
    rbm.b.copy_(torch.tensor([0.2, 0.5, 0.9]).logit()[None, :, None])
    v = torch.tensor([1.0, 0.0, 1.0])[None, :, None]
    assert log_likelihood(rbm, v).item() == pytest.approx(math.log(0.2 * 0.5 * 0.9))


def test_training_makes_the_pictures_likelier_and_machines_keep_apart():
    pictures = bars_and_stripes(3)
    X = pictures.T[None]

    def trained(seeds):
        rbm = random_rbm(9, 6, seeds)
        options = {"lr": 0.05, "batch_size": 7, "seeds": seeds}
        before = log_likelihood(rbm, pictures.expand(len(seeds), -1, -1))
        rng = torch.Generator().manual_seed(1)
        train_rbm(rbm, X.expand(len(seeds), -1, -1), 300, rng=rng, **options)
        return before, log_likelihood(rbm, pictures.expand(len(seeds), -1, -1))

    before, after = trained([0, 1])
    assert (after > before + 0.5).all()
    assert after[0] != after[1]


def test_bars_and_stripes():
    pictures = bars_and_stripes(3)
    assert pictures.shape == (9, 14)
    for picture in pictures.T.view(-1, 3, 3):
        assert (picture == picture[:1]).all() or (picture == picture[:, :1]).all()
    assert len({tuple(picture) for picture in pictures.T.tolist()}) == 14


def test_flips_keep_to_their_probabilities():
    p = torch.tensor([0.0, 0.3, 1.0])[:, None].expand(-1, 20_000)
    found = flip(p, torch.Generator().manual_seed(0)).mean(1)
    assert found[0] == 0
    assert found[2] == 1
    assert found[1].item() == pytest.approx(0.3, abs=0.015)


@pytest.mark.parametrize("arguments", [(0, 1, [0]), (1, 0, [0]), (1, 1, []), (1, 1, [0], -1.0)])
def test_sizes_are_checked(arguments):
    with pytest.raises(ValueError, match="out of range"):
        random_rbm(*arguments)


def test_too_many_states_and_too_few_rounds_are_refused():
    with pytest.raises(ValueError, match="n=21"):
        all_states(21, torch.zeros(1))
    with pytest.raises(ValueError, match="k=0"):
        cd_gradient(machine(), torch.zeros(2, 4, 1), 0, torch.Generator())
