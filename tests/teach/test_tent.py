import pytest
import torch

from course_code.teach.tent import count_pieces, folded, tent, tent_layers


def test_tent_rises_to_one_and_falls():
    x = torch.tensor([0, 0.25, 0.5, 0.75, 1])
    assert tent(x).tolist() == [0, 0.5, 1, 0.5, 0]
    assert folded(x, 0).tolist() == x.tolist()
    assert folded(x, 2).tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("k", [1, 3, 6])
def test_network_equals_the_folded_map_exactly(k):
    x = torch.linspace(0, 1, 2**10 + 1, dtype=torch.float64)
    *hidden, (W_last, b_last) = tent_layers(k)
    h = x[None]
    for W, b in hidden:
        h = torch.relu(W @ h + b[:, None])
    y = (W_last @ h + b_last[:, None])[0]
    assert torch.equal(y, folded(x, k))
    assert count_pieces(y) == 2**k
    assert sum(W.numel() + b.numel() for W, b in tent_layers(k)) == 6 * k + 1


def test_no_fold_is_refused():
    with pytest.raises(ValueError, match="k >= 1"):
        tent_layers(0)


def test_pieces_of_a_line_and_of_a_kink_off_the_grid():
    x = torch.linspace(0, 1, 9, dtype=torch.float64)
    assert count_pieces(3 * x - 1) == 1
    assert count_pieces((x - 0.5).abs()) == 2
    assert count_pieces((x - 0.5625).abs()) == 3
