import numpy as np
import pytest
import torch

from benchmarks.arms import WIDTHS, HandWritten
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble, train_runs
from course_code.teach.optimizers import adam


def test_the_hand_written_limit_trains_the_same_networks():
    X, y = make_spirals(20)
    limit = HandWritten(X, y, n_runs=3)
    losses = []
    for _ in range(30):
        losses.append(limit.forward())
        limit.backward()
        limit.adam()
    expected = train_runs(Ensemble(WIDTHS, "relu", seeds=range(3)), X, y, adam, 30, lr=1e-3)
    assert np.stack(losses) == pytest.approx(expected.numpy(), rel=1e-4)
    assert torch.is_tensor(expected)
