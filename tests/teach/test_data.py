import math

import pytest
import torch

from course_code.teach.data import make_spirals


def test_shapes_types_and_labels():
    X, y = make_spirals(50, 4, seed=1)
    assert X.shape == (200, 2)
    assert X.dtype == torch.float32
    assert y.dtype == torch.int64
    assert y.tolist() == sorted([0, 1, 2, 3] * 50)


def test_noise_turns_points_but_never_moves_them_out():
    X, _ = make_spirals(100, 3, noise=5.0)
    radius = torch.linspace(0, 1, 100).repeat(3)
    torch.testing.assert_close(X.norm(dim=1), radius)


def test_without_noise_the_points_follow_the_formula():
    X, y = make_spirals(101, 3, noise=0)
    t = torch.linspace(0, 1, 101, dtype=torch.float64).repeat(3)
    phi = 2 * math.pi / 3 * (y + 2 * t)
    expected = t[:, None] * torch.stack((phi.sin(), phi.cos()), dim=1)
    torch.testing.assert_close(X.double(), expected, atol=1e-6, rtol=0)


def test_jitter_has_the_stated_spread():
    X, y = make_spirals(4000, 2, noise=0.1, seed=3)
    clean, _ = make_spirals(4000, 2, noise=0)
    cross = clean[:, 0] * X[:, 1] - clean[:, 1] * X[:, 0]
    angle = torch.atan2(cross, (clean * X).sum(dim=1))[clean.norm(dim=1) > 0.01]
    assert angle.std().item() == pytest.approx(0.1, rel=0.05)
    assert y.float().mean().item() == 0.5


def test_every_arm_starts_at_the_origin():
    X, y = make_spirals(10, 3)
    assert y[X.norm(dim=1) == 0].tolist() == [0, 1, 2]


def test_seed_repeats_and_a_generator_continues():
    assert torch.equal(make_spirals(20, seed=5)[0], make_spirals(20, seed=5)[0])
    assert not torch.equal(make_spirals(20, seed=5)[0], make_spirals(20, seed=6)[0])
    rng = torch.Generator().manual_seed(5)
    assert torch.equal(make_spirals(20, seed=rng)[0], make_spirals(20, seed=5)[0])
    assert not torch.equal(make_spirals(20, seed=rng)[0], make_spirals(20, seed=5)[0])


def test_the_global_stream_stays_untouched():
    before = torch.get_rng_state()
    make_spirals(10)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("bad", "quoted"),
    [
        ({"n_per_class": 0}, "n_per_class=0"),
        ({"n_classes": 1}, "n_classes=1"),
        ({"noise": -0.1}, "noise=-0.1"),
        ({"noise": math.nan}, "noise=nan"),
    ],
)
def test_bad_arguments_are_quoted(bad, quoted):
    with pytest.raises(ValueError, match=quoted):
        make_spirals(**bad)


def test_one_point_per_arm_is_allowed():
    X, y = make_spirals(1, 2)
    assert X.tolist() == [[0, 0], [0, 0]]
    assert y.tolist() == [0, 1]
