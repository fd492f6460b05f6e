import matplotlib.pyplot as plt
import pytest

from course_code.draw.layers import draw_shares

ROWS = [
    {"layer": "conv", "side": 5, "maps": 6, "parameters": 1, "work": 9},
    {"layer": "full", "side": 1, "maps": 7, "parameters": 3, "work": 1},
]


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def test_bars_are_shares_of_each_cost(ax):
    draw_shares(ax, ROWS)
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    assert widths == [[25, 75], [90, 10]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["conv  5×5×6", "full  7"]
    assert ax.yaxis_inverted()


def test_two_costs_are_named_and_told_apart_without_colour(ax):
    draw_shares(ax, ROWS)
    assert [bars.get_label() for bars in ax.containers] == ["parameters", "multiply-adds"]
    assert len({bars[0].get_hatch() for bars in ax.containers}) == 2
