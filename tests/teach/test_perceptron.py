import pytest
import torch

from course_code.teach.perceptron import learn_from_mistakes


def test_weights_follow_the_rule_by_hand():
    X = torch.tensor([[1.0, 2], [1, -1], [1, 3]])
    y = torch.tensor([1, -1, -1])
    weights, mistakes = learn_from_mistakes(X, y, passes=1)
    # (0,0) wrong: (1,2); 1-2 < 0 right; 1+6 wrong: (0,-1)
    assert weights[0].tolist() == [0, -1]
    assert mistakes == [2]


def test_it_stops_after_a_pass_without_mistakes():
    X, y = torch.eye(3), torch.tensor([1, -1, 1])
    weights, mistakes = learn_from_mistakes(X, y, passes=50)
    assert mistakes == [3, 0]
    assert len(weights) == 2
    assert ((X @ weights[-1]).sign() == y).all()


def test_what_no_line_separates_takes_all_passes():
    X, y = torch.tensor([[1.0], [1.0]]), torch.tensor([1, -1])
    _, mistakes = learn_from_mistakes(X, y, passes=7)
    assert len(mistakes) == 7
    assert min(mistakes) > 0


@pytest.mark.parametrize(("y", "passes"), [([0, 1], 5), ([1, -1], 0)])
def test_bad_arguments_are_named(y, passes):
    with pytest.raises(ValueError, match="passes"):
        learn_from_mistakes(torch.eye(2), torch.tensor(y), passes)
