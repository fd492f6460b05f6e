import matplotlib.pyplot as plt
import torch

from course_code.draw.curves import draw_band


def test_band_shows_median_and_every_seed():
    fig, ax = plt.subplots()
    runs = torch.tensor([[1.0, 4.0], [2.0, 9.0], [6.0, 5.0]])
    draw_band(ax, torch.tensor([10, 100]), runs, label="ReLU", index=1, markers=True)
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [10, 100]
    assert line.get_ydata().tolist() == [2, 5]
    assert line.get_label() == "ReLU"
    edges = ax.collections[0].get_paths()[0].vertices
    assert edges[:, 1].min() == 1
    assert edges[:, 1].max() == 9
    plt.close(fig)


def test_indices_differ_in_colour_line_and_marker():
    fig, ax = plt.subplots()
    for index in range(4):
        draw_band(ax, [0, 1], torch.zeros(2, 2), label="", index=index, markers=True)
    for property_of in (
        lambda p: p.get_color(),
        lambda p: p.get_linestyle(),
        lambda p: p.get_marker(),
    ):
        assert len({property_of(line) for line in ax.lines}) == 4
    plt.close(fig)
