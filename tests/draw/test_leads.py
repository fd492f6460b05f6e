import matplotlib.pyplot as plt
import pytest

from course_code.draw.leads import draw_leads
from course_code.draw.style import COLOURS


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def test_every_arm_has_its_bar_and_its_dots_from_the_top(ax):
    draw_leads(ax, {"up": [1, 2, 3], "level": [-1, 0, 1]}, [(1, 3), (-1, 1)])
    bars, dots = ax.lines[0:4:2], ax.lines[1:4:2]
    assert [list(bar.get_xdata()) for bar in bars] == [[1, 3], [-1, 1]]
    assert [list(line.get_xdata()) for line in dots] == [[1, 2, 3], [-1, 0, 1]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["up", "level"]
    assert ax.yaxis_inverted()


def test_colour_tells_ahead_from_behind_from_neither(ax):
    ends = [(1, 2), (-2, -1), (-1, 1)]
    draw_leads(ax, dict.fromkeys("abc", [0]), ends)
    ink = plt.rcParams["text.color"]
    assert [line.get_color() for line in ax.lines[0:6:2]] == [COLOURS[0], COLOURS[1], ink]
