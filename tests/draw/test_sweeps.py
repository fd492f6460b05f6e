import math

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

from course_code.draw.style import COLOURS
from course_code.draw.sweeps import arm_style, draw_bands, draw_heat_map, draw_rates


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def table(**arms):
    """Rows with losses per rate 0.1, 1, 10; the band is 1 below to 2 above the median."""
    return [
        {"optimizer": arm, "lr": 10.0 ** (k - 1), "median": m, "low": m - 1, "high": m + 2}
        for arm, medians in arms.items()
        for k, m in enumerate(medians)
    ]


def test_bands_show_median_and_quartiles_of_each_arm(ax):
    draw_bands(ax, table(sgd=[5, 3, 4], adam=[2, 2.5, 6]), x="lr", arm="optimizer")
    first, second = ax.lines
    assert list(first.get_xdata()) == [0.1, 1, 10]
    assert list(first.get_ydata()) == [5, 3, 4]
    assert list(second.get_ydata()) == [2, 2.5, 6]
    edges = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (edges.min(), edges.max()) == (2, 7)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["sgd", "adam"]
    assert ax.get_xlabel() == "lr"


def test_a_single_arm_needs_no_legend(ax):
    draw_bands(ax, table(sgd=[5, 3, 4]), x="lr")
    assert ax.get_legend() is None


def test_what_is_above_the_ceiling_is_drawn_there(ax):
    draw_bands(ax, table(sgd=[5, 3, math.inf]), x="lr", ceiling=6)
    assert list(ax.lines[0].get_ydata()) == [5, 3, 6]
    assert ax.collections[0].get_paths()[0].vertices[:, 1].max() == 6


def test_infinite_values_do_not_stretch_the_axis(ax):
    draw_bands(ax, table(sgd=[5, 3, math.inf]), x="lr")
    ax.figure.canvas.draw()
    assert ax.get_ylim()[1] < 10


@pytest.mark.parametrize(
    ("best", "expected"), [(min, [(1, 3), (0.1, 2)]), (max, [(0.1, 5), (10, 6)])]
)
def test_rates_ring_the_best_of_each_arm(ax, best, expected):
    draw_rates(ax, table(sgd=[5, 3, 4], adam=[2, 2.5, 6]), arm="optimizer", best=best)
    rings = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
    places = [(ring.get_xdata()[0], ring.get_ydata()[0]) for ring in rings]
    assert places == [pytest.approx(place) for place in expected]
    assert ax.get_xscale() == "log"
    assert len(ax.get_legend().get_texts()) == 2


def test_sixteen_arms_are_told_apart_by_more_than_colour():
    styles = [arm_style(index) for index in range(16)]
    assert len({tuple(style.values()) for style in styles}) == 16
    neighbours = styles[:4]
    for key in ("color", "linestyle", "marker"):
        assert len({style[key] for style in neighbours}) == 4


def cells(numbers):
    return [
        {"depth": depth, "name": name, "median": number}
        for name, row in numbers.items()
        for depth, number in row.items()
    ]


def test_heat_map_writes_each_number_in_its_cell(ax):
    draw_heat_map(
        ax, cells({"relu": {2: 0.5, 9: 0.25}, "tanh": {2: 1.0, 9: math.inf}}), "depth", "name"
    )
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written == {(0, 0): "0.50", (1, 0): "0.25", (0, 1): "1.00", (1, 1): "inf"}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "9"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["relu", "tanh"]


def test_heat_map_tints_by_value_and_stays_transparent(ax):
    draw_heat_map(
        ax, cells({"relu": {2: 0.5, 9: 0.25}, "tanh": {2: 1.0, 9: math.inf}}), "depth", "name"
    )
    image = ax.images[0].get_array()
    tint = image[..., 3]
    assert tint[0, 1] < tint[0, 0] < tint[1, 0] < 0.7
    assert tint[1, 1] == 0
    assert image[0, 0, :3].tolist() == pytest.approx(to_rgb(COLOURS[0]))
    ink = plt.rcParams["text.color"]
    assert {text.get_color() for text in ax.texts} == {ink}


def test_heat_map_of_equal_or_missing_values_draws(ax):
    draw_heat_map(ax, cells({"relu": {2: 1.0}, "tanh": {9: 1.0}}), "depth", "name")
    assert len(ax.texts) == 2
    assert ax.images[0].get_array()[..., 3].tolist() == [
        [pytest.approx(0.05), 0],
        [0, pytest.approx(0.05)],
    ]


def test_a_cell_given_twice_is_refused(ax):
    twice = cells({"relu": {2: 0.5}}) * 2
    with pytest.raises(ValueError, match="one row per pair of 'depth' and 'name'; got 2 rows"):
        draw_heat_map(ax, twice, "depth", "name")


@pytest.mark.parametrize("rows", [[], [{"lr": 0.1, "median": 1}]])
def test_a_table_without_its_columns_is_refused(ax, rows):
    with pytest.raises(ValueError, match="column 'optimizer'"):
        draw_bands(ax, rows, x="lr", arm="optimizer")


def test_drawing_changes_no_row(ax):
    rows = table(sgd=[5, 3, 4])
    before = [dict(row) for row in rows]
    draw_rates(ax, rows, arm="optimizer", ceiling=4)
    assert rows == before
