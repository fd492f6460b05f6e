import math

import matplotlib.pyplot as plt
import pytest
import torch

from course_code.draw.histograms import draw_normal, draw_outlines


def test_outlines_show_every_sample_and_fill_the_first():
    fig, ax = plt.subplots()
    heights = torch.tensor([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    draw_outlines(ax, heights, torch.tensor([0.0, 1.0, 2.0]), label="three samples")
    shown = [patch.get_data().values.tolist() for patch in ax.patches]
    assert shown == [[0.5, 0.5], *heights.tolist()]
    assert [patch.get_fill() for patch in ax.patches] == [True, False, False, False]
    assert ax.get_legend_handles_labels()[1] == ["three samples"]
    plt.close(fig)


def test_outlines_refuse_heights_that_do_not_fit_the_bins():
    fig, ax = plt.subplots()
    with pytest.raises(ValueError, match="need"):
        draw_outlines(ax, torch.ones(1, 3), torch.arange(3))
    plt.close(fig)


def test_normal_density_has_its_height_and_area():
    fig, ax = plt.subplots()
    draw_normal(ax, -6, 6)
    x, y = (torch.from_numpy(values).double() for values in ax.lines[0].get_data())
    assert y.max().item() == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-3)
    assert torch.trapezoid(y, x).item() == pytest.approx(1, abs=1e-5)
    plt.close(fig)
