"""The data of a figure is read from its axes, whatever was drawn there."""

import csv
import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_code.publish.run.inside import colours, figures
from course_code.publish.run.inside.series import plain
from course_code.publish.run.inside.tables import table


@pytest.fixture
def figure():
    mpl.rcdefaults()
    with mpl.rc_context(figures.RC):
        figure = Figure(figsize=(4, 3))
        FigureCanvasAgg(figure)
        yield figure
    mpl.rcdefaults()


def read(figure):
    figure.canvas.draw()
    found = table(figure)
    return list(csv.DictReader(io.StringIO(found["csv"]))), found["panels"]


def test_a_line_has_its_band_its_label_and_those_of_its_axes(figure):
    ax = figure.subplots()
    ax.plot([0, 1, 2, 3], [0.1, 0.5, np.nan, 1 / 3], color="#0072B2", label="run")
    ax.fill_between([0, 1, 3], [0, 0.4, 0], [1, 2, 3], color="#0072B2", alpha=0.2)
    ax.set(xlabel="step $h$", ylabel="loss", yscale="log", title="bound $1/\\gamma^2$")
    rows, (panel,) = read(figure)
    assert rows == [
        {"series": "run", "kind": "line", "x: step h": x, "y: loss": y, "low": low, "high": high}
        for x, y, low, high in [
            ("0", "0.1", "0", "1"), ("1", "0.5", "0.4", "2"), ("3", "0.33333334", "0", "3"),
        ]
    ]  # fmt: skip
    assert (panel["title"], panel["y"]["label"], panel["y"]["log"]) == ("bound 1/γ²", "loss", True)
    assert panel["x"]["low"] < 0 < 3 < panel["x"]["high"]
    (line,) = panel["series"]
    assert line["y"] == {"all": [0.1, 0.5, 0.3333]}


def test_of_many_places_the_course_is_told(figure):
    figure.subplots().plot(range(100), [(x - 30) ** 2 for x in range(100)])
    _, (panel,) = read(figure)
    assert panel["series"][0]["count"] == 100
    assert panel["series"][0]["y"] == {
        "first": 900.0, "last": 4761.0, "low": 0.0, "high": 4761.0,
        "first_at": 0.0, "last_at": 99.0, "low_at": 30.0, "high_at": 99.0,
    }  # fmt: skip


def test_every_kind_of_artist_has_its_rows(figure):
    (bars, image), (grid, other) = figure.subplots(2, 2)
    bars.barh([0, 1], [3, 4], label="share")
    bars.set_yticks([0, 1], ["conv", "dense"])
    image.imshow([[0.0, 1.0], [2.0, 3.0]], extent=(0, 2, 0, 2))
    image.figure.colorbar(image.images[0], ax=image)
    grid.pcolormesh([0, 1, 2], [0, 1], [[5, 6]])
    grid.imshow(np.zeros((2, 3, 4)))
    other.scatter([1, 2], [3, 4], s=[5, 6])
    other.axhline(0.5)
    other.axvline(1.5)
    other.axline((0, 1), slope=2)
    other.axvspan(0.25, 0.75)
    other.stairs([7, 8], [0, 1, 2])
    other.vlines([9], 0, 1)
    other.contour([[0, 1], [2, 3]], levels=[1.25])
    other.annotate("tip", (1, 3), (2, 4), arrowprops={"arrowstyle": "->"})
    other.text(0.1, 0.9, "corner", transform=other.transAxes)
    rows, panels = read(figure)
    told = [tuple(value for value in row.values() if value) for row in rows]
    assert told == [
        ("1", "share", "bars", "3", "conv"),
        ("1", "share", "bars", "4", "dense"),
        ("2", "map", "0.5", "1.5", "0"),
        ("2", "map", "1.5", "1.5", "1"),
        ("2", "map", "0.5", "0.5", "2"),
        ("2", "map", "1.5", "0.5", "3"),
        ("3", "map", "0.5", "0.5", "5"),
        ("3", "map", "1.5", "0.5", "6"),
        ("4", "guide", "0.5"),
        ("4", "guide", "1.5"),
        ("4", "guide", "0", "1", "2"),
        ("4", "points", "1", "3", "5"),
        ("4", "points", "2", "4", "6"),
        ("4", "pieces", "9", "0", "9", "1"),
        ("4", "levels", "1.25"),
        ("4", "span", "0.25", "0.75"),
        ("4", "steps", "0", "7", "1"),
        ("4", "steps", "1", "8", "2"),
        ("4", "texts", "1", "3", "tip"),
        ("4", "texts", "corner"),
    ]
    assert [one["kind"] for one in panels[2]["series"]] == ["map", "picture"]


def test_a_series_is_named_by_the_legend_or_by_a_text_of_its_colour(figure):
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color="#0072B2")
    ax.plot([], [], color="#0072B2", marker="o", label="by the legend")
    ax.scatter([0, 1], [1, 0], color="#D55E00")
    ax.text(0.5, 0.5, "by a text", color="#D55E00")
    ax.scatter([0], [1], color="#009E73")
    ax.legend()
    _, (panel,) = read(figure)
    assert [one["label"] for one in panel["series"]] == ["by the legend", "by a text", "", ""]


def test_numbers_are_the_shortest_of_single_precision(figure):
    figure.subplots().plot([0, 1, 2, 3], [0.1, 1e-300, -0.0, 123456789])
    rows, _ = read(figure)
    assert [row["y"] for row in rows] == ["0.1", "1e-300", "0", "123456789"]


def test_a_figure_without_axes_has_no_data_and_reading_changes_nothing(figure):
    assert table(figure) is None
    ax = figure.subplots()
    ax.plot([0, 1], [1, 0], color="#CC79A7", label="x")
    figure.canvas.draw()
    first = table(figure)
    for setter, value in colours.recolour(figure, colours.DARK):
        setter(value)
    assert table(figure) == first
    assert figures.images(figure)["table"] == first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no TeX", "no TeX"),
        ("$x_1$ of $x_{12}$", "x₁ of x₁₂"),
        ("bound $1/\\gamma^2$", "bound 1/γ²"),
        ("$10^{-3}$", "10⁻³"),
        ("two\nlines", "two lines"),
        ("a\x02b\ue000c", "abc"),
        ("$\\mathrm{a}$", "a"),
    ],
)
def test_texts_are_told_without_tex(text, told):
    assert plain(text) == told
