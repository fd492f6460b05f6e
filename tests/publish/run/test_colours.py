"""Every mark and every text of a figure can be told from what lies beneath it, in both themes."""

import csv
import io

import matplotlib as mpl
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text

from course_code.draw.confidence import draw_confidence
from course_code.draw.curves import draw_band
from course_code.draw.grids import draw_grid
from course_code.draw.histograms import draw_outlines
from course_code.draw.layers import draw_shares
from course_code.draw.leads import draw_leads
from course_code.draw.network import draw_network
from course_code.draw.regions import draw_regions
from course_code.draw.style import COLOURS
from course_code.publish.run.inside import colours, figures
from course_code.publish.run.inside.colours import DARK, LIGHT, MARK, TEXT, TINT

GENERATOR = torch.Generator().manual_seed(0)
POINTS = 2 * torch.rand(40, 2, generator=GENERATOR) - 1
LABELS = torch.arange(40) % 4


def corners(points):
    return torch.stack((points[:, 0], points[:, 1], -points[:, 0], -points[:, 1]), dim=1)


def bands(ax):
    for index in range(4):
        draw_band(ax, [0, 1, 2], torch.rand(5, 3) + index, label=f"{index}", index=index)
    ax.legend()


def words(ax):
    for index, colour in enumerate(
        (*COLOURS, "0.5", "#888888", "yellow", "navy", "white", "black")
    ):
        ax.text(0.1, index / 10, colour, color=colour)
        ax.plot([0, 1], [index, index], color=colour, alpha=0.6)
        ax.scatter([0, 1], [index, 1], color=colour, edgecolor="white")


DRAWINGS = {
    "bands": bands,
    "regions": lambda ax: draw_regions(ax, corners, POINTS, LABELS, title="four"),
    "confidence": lambda ax: draw_confidence(ax, corners, POINTS),
    "grid": lambda ax: draw_grid(ax, [["1", "2"], ["3", "4"]], [[0, 1], [2, 3]], rows=["a", "b"]),
    "outlines": lambda ax: draw_outlines(ax, torch.rand(3, 5), torch.arange(6.0), label="x"),
    "shares": lambda ax: draw_shares(
        ax, [{"layer": "conv", "side": 2, "maps": 3, "parameters": 4, "work": 5}] * 3
    ),
    "leads": lambda ax: draw_leads(ax, {"a": [1, 2], "b": [-1, -2]}, [(0.5, 2), (-2, -0.5)]),
    "network": lambda ax: draw_network(
        ax, [["x"], ["y"]], [["1"], ["2"]], [["3"], ["4"]], [[[("5", "6")]]]
    ),
    "words": words,
}


@pytest.fixture(params=DRAWINGS)
def figure(request):
    mpl.rcdefaults()
    with mpl.rc_context(figures.RC):
        figure = Figure(figsize=(5, 4))
        FigureCanvasAgg(figure)
        DRAWINGS[request.param](figure.subplots())
        figure.canvas.draw()
        yield figure
    mpl.rcdefaults()


def marks(figure):
    """Colours of marks, as seen: of what is drawn, is no text and no ground, and has no array."""
    for artist in figure.findobj():
        mapped = getattr(artist, "get_array", lambda: None)() is not None
        if isinstance(artist, Text) or artist is figure.patch or artist in figure.axes:
            continue
        if (mapped and getattr(artist, "colors", None) is None) or not artist.get_visible():
            continue
        for name in ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor"):
            value = getattr(artist, f"get_{name}", lambda: None)()
            if value is None or (isinstance(value, str) and value in ("auto", "none")):
                continue
            for colour in to_rgba_array(value):
                alpha = artist.get_alpha()
                yield (*colour[:3], colour[3] and (colour[3] if alpha is None else alpha))


def test_the_data_of_each_is_a_table(figure):
    found = figures.images(figure)["table"]
    heads, *rows = csv.reader(io.StringIO(found["csv"]))
    assert len(rows) == sum(one["count"] for panel in found["panels"] for one in panel["series"])
    assert {len(row) for row in rows} <= {len(heads)}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_and_texts_have_contrast(figure, theme):
    undo = colours.recolour(figure, theme)
    paper = to_rgb(theme.paper)
    seen = [mark for mark in marks(figure) if mark[3] >= TINT and mark[:3] != paper]
    assert seen
    for mark in seen:
        assert colours.contrast(colours.over(mark, paper), paper) >= MARK, mark
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    for text, beneath in colours._beneath(texts, figure, theme):
        assert colours.contrast(to_rgb(text.get_color()), beneath) >= TEXT, text
    for setter, value in undo:
        setter(value)


def test_the_series_have_colours_of_their_own_in_the_dark_and_keep_theirs_in_the_light():
    paper = to_rgb(DARK.paper)
    for name in COLOURS:
        assert colours.contrast(to_rgb(DARK.series[name.lower()]), paper) >= TEXT
        assert colours.of_mark(to_rgba(name), LIGHT) == to_rgba(name)


def test_contrast_is_that_of_wcag():
    assert colours.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert colours.contrast(to_rgb("#767676"), to_rgb("white")) == pytest.approx(4.54, abs=0.01)
    assert colours.contrast(to_rgb("#0072B2"), to_rgb("#1e2129")) == pytest.approx(3.1, abs=0.01)


def test_white_is_the_paper_and_tints_keep_their_opacity():
    assert colours.of_mark(to_rgba("white"), DARK) == to_rgba(DARK.paper)
    tint = colours.of_mark(to_rgba("#0072B2", 0.2), DARK)
    assert tint == to_rgba(DARK.series["#0072b2"], 0.2)


def test_what_is_too_faint_becomes_darker_and_then_more_opaque():
    assert colours.readable(to_rgba("#cccccc", 0.5), (1, 1, 1), 21) == (0, 0, 0, 0.5)
    light = colours.of_mark(to_rgba("#D55E00", 0.6), LIGHT)
    assert light[:3] == to_rgb("#D55E00")
    assert 0.6 < light[3] < 1
    assert colours.of_mark(to_rgba("#0072B2", 0.9), LIGHT) == to_rgba("#0072B2", 0.9)
    pale = colours.of_mark(to_rgba("yellow", 0.6), LIGHT)
    assert colours.contrast(colours.over(pale, (1, 1, 1)), (1, 1, 1)) >= MARK
    assert pale[0] == pale[1] > pale[2]


def on_cells(value):
    """Marks in black, grey and colours on cells of one grey."""
    figure = Figure(figsize=(4, 3))
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.imshow([[value, value]] * 2, cmap="gray", vmin=0, vmax=1)
    ring = Rectangle((0, 0), 0.3, 0.3, fill=False, edgecolor=COLOURS[1])
    found = {
        "line": (ax.plot([0, 1], [0, 1], color="black")[0], "color"),
        "axhline": (ax.axhline(0.5, color="black"), "color"),
        "axline": (ax.axline((0, 0), slope=0.5, color="0.5"), "color"),
        "dots": (ax.plot([1.2, 1.3], [1.2, 1.3], "o", color=COLOURS[2])[0], "markerfacecolor"),
        "pieces": (ax.vlines([0.2, 0.4], 0, 1, color="black"), "edgecolor"),
        "points": (ax.scatter([0, 1], [0, 0.5], color="black"), "facecolor"),
        "edges": (ax.scatter([0.2], [0.7], color="black"), "edgecolor"),
        "one point": (ax.scatter([0.3], [0.3], color=COLOURS[0], edgecolor="white"), "facecolor"),
        "pointer": (ax.annotate("", (0, 1), (1, 0), arrowprops={"arrowstyle": "->"}), "edgecolor"),
        "arrow": (ax.arrow(0, 0, 0.5, 0.2, color="black", width=0.02), "facecolor"),
        "quiver": (ax.quiver([0], [0.5], [1], [0]), "facecolor"),
        "outline": (ax.add_patch(ring), "edgecolor"),
        "disc": (ax.add_patch(Circle((0.2, 0.8), 0.05, color=COLOURS[2])), "facecolor"),
        "contour": (ax.contour([[0, 1], [2, 3]], levels=[1.5], colors="black"), "edgecolor"),
    }
    found["pointer"] = (found["pointer"][0].arrow_patch, "edgecolor")
    figure.canvas.draw()
    return figure, found


@pytest.mark.parametrize("value", [0, 1], ids=["black", "white"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_can_be_told_from_the_cell_they_lie_on(value, theme):
    with mpl.rc_context(figures.RC):
        figure, found = on_cells(value)
        before = {name: getattr(mark, f"get_{part}")() for name, (mark, part) in found.items()}
        undo = colours.recolour(figure, theme)
        for name, (mark, part) in found.items():
            for colour in to_rgba_array(getattr(mark, f"get_{part}")()):
                assert colours.contrast(colour[:3], (value,) * 3) >= MARK, name
        for setter, old in undo:
            setter(old)
    for name, (mark, part) in found.items():
        now = getattr(mark, f"get_{part}")()
        assert to_rgba_array(now).tolist() == to_rgba_array(before[name]).tolist(), name


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_point_has_the_colour_that_its_cell_takes(theme):
    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.imshow([[0, 1]], cmap="gray")
    points = ax.scatter([0, 1, 0.2], [0, 0, 0.2], color="black")
    figure.canvas.draw()
    colours.recolour(figure, theme)
    for colour, ground in zip(points.get_facecolor(), (0, 1, 0), strict=True):
        assert colours.contrast(colour[:3], (ground,) * 3) >= MARK


def test_marks_keep_their_colours_beside_images_on_tints_and_in_legends():
    figure = Figure()
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.imshow([[1.0, 1.0]], cmap="gray", vmin=0, vmax=1)
    right.imshow(torch.tensor([[[1, 1, 1, 0.2]]]).numpy())
    (line,) = right.plot([0, 0.1], [0, 0.1], color="black")
    left.plot([0, 1], [0, 0], color=COLOURS[0], label="on white")
    handle = left.legend(loc="center").legend_handles[0]
    figure.canvas.draw()
    colours.recolour(figure, DARK)
    assert to_rgb(line.get_color()) == to_rgb(DARK.ink)
    assert to_rgb(handle.get_color()) == to_rgb(DARK.series[COLOURS[0].lower()])
    assert to_rgb(left.spines["left"].get_edgecolor()) == to_rgb(DARK.ink)


def test_a_line_across_bars_and_paper_is_told_from_most_of_it():
    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.bar([0, 1], [1, 1], width=1, color="white", edgecolor="black")
    ax.bar([0.2], [1], width=0.6, color="#eeeeee")
    inner, outer = ax.axhline(0.5, color="black"), ax.axhline(2, color="black")
    figure.canvas.draw()
    colours.recolour(figure, DARK)
    assert colours.contrast(to_rgb(outer.get_color()), to_rgb(DARK.paper)) >= MARK
    assert colours.contrast(to_rgb(inner.get_color()), to_rgb(DARK.paper)) >= MARK


def test_a_line_may_have_the_colour_of_the_area_that_it_ends():
    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    area = ax.fill_between([0, 1], [1, 2], color=COLOURS[0])
    (line,) = ax.plot([0, 1], [1, 2], color=COLOURS[0])
    figure.canvas.draw()
    colours.recolour(figure, DARK)
    series = to_rgb(DARK.series[COLOURS[0].lower()])
    assert to_rgb(line.get_color()) == tuple(area.get_facecolor()[0][:3]) == series
