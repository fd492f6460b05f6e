import torch

from course_code.teach.counting import CallCounter


def test_counter_counts_operators_methods_indexing_and_functions():
    x = torch.ones(4)
    with CallCounter() as counter:
        y = torch.exp(x) + 1
        y[0] = y[1]
        assert y.sum().item() > 0
    assert counter.calls == 6  # exp, +, read, write, sum, item


def test_counter_does_not_change_results():
    with CallCounter():
        y = torch.arange(4, dtype=torch.float64).sum(dim=0, keepdim=True)
    assert y.tolist() == [6]
    assert y.dtype == torch.float64


def test_counters_count_only_while_they_are_open():
    with CallCounter() as first:
        torch.ones(1).neg()
    with CallCounter() as second:
        pass
    torch.ones(1).neg()
    assert (first.calls, second.calls) == (2, 0)
