import matplotlib.pyplot as plt
import pytest

from course_code.draw.network import draw_network
from course_code.draw.style import COLOURS


def drawn(**changed):
    fig, ax = plt.subplots()
    parts = {
        "names": [["x1", "x2"], ["h"]],
        "values": [["1", "2"], ["5"]],
        "errors": [["", ""], ["-1"]],
        "edges": [[[("3", "-3"), ("1", "-2")]]],
    }
    draw_network(ax, **(parts | changed))
    plt.close(fig)
    return ax


def test_every_number_of_both_passes_is_there_in_its_colour():
    ax = drawn()
    by_colour = {
        colour: sorted(text.get_text() for text in ax.texts if text.get_color() == colour)
        for colour in COLOURS[:2]
    }
    assert by_colour == {
        COLOURS[0]: ["1", "1", "2", "3", "5"],
        COLOURS[1]: ["", "", "-1", "-2", "-3"],
    }
    assert len(ax.patches) == 3
    assert len(ax.lines) == 2


def test_a_weight_stands_on_its_line():
    ax = drawn()
    (text,) = (text for text in ax.texts if text.get_text() == "3")
    line = ax.lines[0]
    (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
    x, y = text.get_position()
    assert (x - x0) * (y1 - y0) == pytest.approx((y - y0) * (x1 - x0))
    assert x0 < x < x1


def test_a_missing_weight_is_an_error():
    with pytest.raises(ValueError, match="shorter"):
        drawn(edges=[[[("3", "-3")]]])
