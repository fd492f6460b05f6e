import pytest
import torch

from course_code.teach.digits import load_digits


def test_the_parts_cover_the_digits_once():
    parts = load_digits(500, 300, seed=3)
    assert {name: len(y) for name, (_, y) in parts.items()} == {
        "train": 500,
        "valid": 300,
        "test": 997,
    }
    every = torch.cat([X for X, _ in parts.values()])
    other = torch.cat([X for X, _ in load_digits(10, 10, seed=0).values()])
    assert sorted(every.tolist()) == sorted(other.tolist())


def test_pixels_and_labels_are_what_the_networks_want():
    for X, y in load_digits().values():
        assert (X.dtype, y.dtype) == (torch.float32, torch.int64)
        assert X.shape == (len(y), 64)
        assert X.min() == 0
        assert X.max() == 1
        assert set(y.tolist()) == set(range(10))


@pytest.mark.parametrize("seed", range(5))
def test_every_part_has_the_classes_in_proportion(seed):
    parts = load_digits(500, 300, seed=seed)
    whole = torch.cat([y for _, y in parts.values()]).bincount() / 1797
    for _, y in parts.values():
        assert (y.bincount(minlength=10) - whole * len(y)).abs().max() <= 2


def test_the_seed_is_private_and_decides_the_split():
    before = torch.get_rng_state()
    (first, _), (again, _), (other, _) = (load_digits(seed=s)["train"] for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_pictures_keep_their_labels():
    X, y = load_digits(1000, 300)["train"]
    nearest = torch.cdist(X, X).fill_diagonal_(torch.inf).argmin(dim=1)
    assert (y[nearest] == y).float().mean() > 0.95  # shuffled labels would give 0.1


@pytest.mark.parametrize(("n_train", "n_valid"), [(9, 300), (300, 9), (1500, 290)])
def test_parts_that_are_too_small_are_refused(n_train, n_valid):
    with pytest.raises(ValueError, match=f"n_train={n_train}, n_valid={n_valid}"):
        load_digits(n_train, n_valid)


def test_whoever_changes_a_part_leaves_the_next_as_it_was():
    first = load_digits()
    wanted = {name: (X.clone(), y.clone()) for name, (X, y) in first.items()}
    for X, y in first.values():
        X.zero_()
        y.zero_()
    again = load_digits()
    for name, parts in wanted.items():
        assert all(map(torch.equal, again[name], parts))
