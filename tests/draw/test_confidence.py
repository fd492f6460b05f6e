import math

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.lines import AxLine

from course_code.draw.confidence import draw_confidence, draw_reliability


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def test_reliability_shows_filled_bins_only(ax):
    share = torch.tensor([0.0, 0.25, 0.75])
    confidence = torch.tensor([math.nan, 0.5, 0.9])
    accuracy = torch.tensor([math.nan, 0.4, 0.8])
    draw_reliability(ax, share, confidence, accuracy, label="T = 1")
    points = ax.collections[0].get_offsets().tolist()
    assert points == [pytest.approx([0.5, 0.4]), pytest.approx([0.9, 0.8])]
    small, large = ax.collections[0].get_sizes()
    assert small < large


def test_reliability_draws_one_diagonal_for_all_arms(ax):
    bins = torch.tensor([1.0]), torch.tensor([0.5]), torch.tensor([0.5])
    for index in range(2):
        draw_reliability(ax, *bins, label=str(index), index=index)
    assert sum(isinstance(line, AxLine) for line in ax.lines) == 1
    assert [text.get_text() for text in ax.legend().get_texts()] == ["0", "1"]


def test_confidence_is_stronger_where_logits_differ_more_and_the_right_way_up(ax):
    def logits(points):  # sure of class 1 high up, of nothing low down
        return torch.stack((torch.zeros(len(points)), 10 * points[:, 1].relu()), dim=1)

    draw_confidence(ax, logits, torch.zeros(1, 2), half_width=2)
    image = ax.images[0].get_array()
    assert image[-1, 0, 3] > 0.55  # the last row is high x2
    assert image[0, 0, 3] < 0.05
    assert (image[-1, :, 3] == image[-1, 0, 3]).all()


def test_confidence_without_a_border_at_the_level(ax):
    draw_confidence(ax, lambda points: torch.zeros(len(points), 3), torch.zeros(1, 2))
    assert ax.images[0].get_array()[..., 3].max() < 0.05
