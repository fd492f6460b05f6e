import pytest
import torch

from course_code.teach.mnist import load_mnist, read_mnist


def test_the_parts_have_all_classes_equally_often_and_no_picture_twice():
    parts = load_mnist(3000, side=28, seed=3)
    assert {name: len(y) for name, (_, y) in parts.items()} == {
        "valid": 300,
        "test": 1700,
        "train": 3000,
    }
    for X, y in parts.values():
        assert (X.dtype, y.dtype) == (torch.float32, torch.int64)
        assert (X.min(), X.max()) == (0, 1)
        assert (y.bincount() == len(y) // 10).all()
    every = torch.cat([X for X, _ in parts.values()]).sum(1).sort().values
    assert torch.equal(every, read_mnist(28).flatten(0, 1).sum(1).sort().values)


def test_pictures_keep_their_labels():
    X, y = load_mnist(1000)["train"]
    nearest = torch.cdist(X, X).fill_diagonal_(torch.inf).argmin(dim=1)
    assert (y[nearest] == y).float().mean() > 0.8  # shuffled labels would give 0.1


def test_small_pictures_are_means_over_blocks():
    large, small = (load_mnist(10, side=side)["train"][0] for side in (28, 14))
    blocks = large.view(-1, 14, 2, 14, 2).mean(dim=(2, 4)).flatten(1)
    torch.testing.assert_close(small, blocks)


def test_the_seed_is_private_and_more_pictures_keep_the_fewer():
    before = torch.get_rng_state()
    few, more, other = (load_mnist(n, seed=s) for n, s in ((300, 1), (3000, 1), (300, 2)))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(few["train"][0], more["train"][0][:300])
    assert torch.equal(few["test"][0], more["test"][0])
    assert not torch.equal(few["train"][0], other["train"][0])


@pytest.mark.parametrize(("n", "side"), [(0, 14), (305, 14), (3010, 14), (300, 15)])
def test_what_cannot_be_had_is_refused(n, side):
    with pytest.raises(ValueError, match=f"n_train={n}, side={side}"):
        load_mnist(n, side=side)
