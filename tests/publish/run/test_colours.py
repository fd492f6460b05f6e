"""Every mark and every text of a figure can be told from what lies beneath it, in both themes."""

import csv
import io

import matplotlib as mpl
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb, to_rgba, to_rgba_array
from matplotlib.figure import Figure
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
