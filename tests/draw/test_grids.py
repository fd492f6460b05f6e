import matplotlib.pyplot as plt
import pytest

from course_code.draw.grids import draw_grid


def test_grid_writes_every_text_in_its_place():
    fig, ax = plt.subplots()
    draw_grid(ax, [["a", "b"], ["c", "d"]], [[0, 1], [-1, 2]], rows=["r", "s"], columns=["x", "y"])
    assert {text.get_text(): text.get_position() for text in ax.texts} == {
        "a": (0, 0),
        "b": (1, 0),
        "c": (0, 1),
        "d": (1, 1),
    }
    assert ax.yaxis_inverted()  # the first row is on top
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y"]
    plt.close(fig)


def test_grid_tints_what_has_a_tint():
    fig, ax = plt.subplots()
    draw_grid(ax, [["", "", ""]], [[0, 1, -1]])
    image = ax.images[0].get_array()
    assert image[0, 2, 3] == 0
    assert image[0, 0, 3] == image[0, 1, 3] > 0
    assert image[0, 0, :3].tolist() != image[0, 1, :3].tolist()
    plt.close(fig)


def test_grid_refuses_another_number_of_tints():
    fig, ax = plt.subplots()
    with pytest.raises(ValueError, match="as many tints"):
        draw_grid(ax, [["a", "b"]], [[0]])
    plt.close(fig)
