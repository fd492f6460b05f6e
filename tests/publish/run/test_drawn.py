"""Figures: the same to the byte in each run, and in both themes the same but for their colours."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from course_code.publish.run.inside import colours, figures
from course_code.publish.run.inside.colours import DARK, LIGHT

from .real_runs import run

FIGURES = """import matplotlib.pyplot as plt
import numpy as np
import numpy.random

fig, ax = plt.subplots(figsize=(4, 3))
ax.plot([1, 3, 2], color="#0072B2", label="data")
ax.axhline(2, color=plt.rcParams["text.color"], linestyle="--", alpha=0.5)
ax.set(xlabel="x", title="T")
ax.legend()
plt.show()
print("between")
fig, ax = plt.subplots(figsize=(3, 3))
ax.scatter(*np.random.default_rng(0).random((2, 8000)), color="#D55E00", s=2)
ax.set_xlabel("dense")
plt.show()
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Outputs of two runs of one lesson with figures."""
    from course_code.publish.base.course import Course

    root = tmp_path_factory.mktemp("drawn")
    (root / "course_code" / "lessons").mkdir(parents=True)
    script = f'# %% name="c0"\nSEEDS = [0]\n{FIGURES}'
    (root / "course_code" / "lessons" / "one.py").write_text(script, "utf-8")
    return [run(Course(root))["cells"]["c0"][0] for _ in range(2)]


def test_figures_and_prints_stay_in_order_and_repeat_to_the_byte(drawn):
    first, again = drawn
    assert [list(output) for output in first] == [["figure"], ["text"], ["figure"]]
    assert first == again


def test_light_and_dark_are_the_same_picture_but_for_its_colours(drawn):
    figure = drawn[0][0]["figure"]
    light, dark = (figure[theme]["data"] for theme in ("light", "dark"))
    assert (figure["light"]["width"], figure["light"]["height"]) == (384, 288)
    assert light.startswith("<svg")
    assert LIGHT.ink in light
    assert light.count("#0072b2") > 0
    assert_same_but_colours(light, dark)


def assert_same_but_colours(light: str, dark: str) -> None:
    assert not re.search(r"#000\b", light + dark)
    for old, new in {LIGHT.ink: DARK.ink, **DARK.series}.items():
        assert old not in dark
        light = light.replace(old, new)
    swapped = [light, dark]
    ids = [dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)) for svg in swapped]
    for number, names in enumerate(zip(*ids, strict=True)):  # ids are digests of what they name
        swapped = [svg.replace(n, f"id{number}") for svg, n in zip(swapped, names, strict=True)]
    assert swapped[0] == swapped[1]


def pixels(image: dict) -> Image.Image:
    (drawn,) = re.findall(r'href="data:image/webp;base64,([^"]+)"', image["data"])
    return Image.open(io.BytesIO(base64.b64decode(drawn))).convert("RGBA")


def test_a_dense_figure_is_text_on_lossless_transparent_pixels(drawn):
    figure = drawn[0][2]["figure"]
    light, dark = (figure[theme] for theme in ("light", "dark"))
    assert (light["width"], light["height"]) == (288, 288)
    assert '<image width="216" height="216" ' in light["data"]
    assert ">dense</text>" in light["data"]
    assert pixels(light).size == (600, 600)
    assert pixels(light).getpixel((0, 0))[3] == 0
    colours = [{c: n for n, c in pixels(i).getcolors(1 << 24)} for i in (light, dark)]
    orange = [(0xD5, 0x5E, 0x00, 255), (*bytes.fromhex(DARK.series["#d55e00"][1:]), 255)]
    assert colours[0][orange[0]] == colours[1][orange[1]] > 1000
    ink = [(*bytes.fromhex(theme.ink[1:]), 255) for theme in (LIGHT, DARK)]
    assert colours[0][ink[0]] == colours[1][ink[1]] > 100  # of the axes
    assert ink[0] not in colours[1]
    assert pixels(light).getchannel("A").tobytes() == pixels(dark).getchannel("A").tobytes()
    where = ET.fromstring(light["data"]).find("{*}text[@text-anchor='middle']")  # of a tick
    x, y = (round(float(where.get(name)) * 200 / 72) for name in ("x", "y"))
    beneath = pixels(light).crop((x - 20, y - 25, x + 20, y)).getchannel("A")
    assert beneath.getextrema() == (0, 0)  # no letters


@pytest.fixture
def figure():
    """Every kind of artist that takes its colour from the theme, and data beside it."""
    mpl.rcdefaults()
    with mpl.rc_context(figures.RC):
        figure = Figure(figsize=(3, 2))
        FigureCanvasAgg(figure)
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1], "o-", color="#0072B2")
        ax.annotate("here", (0.2, 0.2), (0.6, 0.6), arrowprops={"arrowstyle": "->"})
        ax.boxplot([1, 2, 3, 30], medianprops={"color": "#0072B2"})
        ax.bar([3], [2], hatch="/")
        ax.text(0.5, 0.5, "boxed", bbox={"boxstyle": "round", "facecolor": "none"})
        ax.scatter([0, 1], [1, 0], c=[LIGHT.ink, "#D55E00"], alpha=0.4)
        ax.vlines([0.5], 0, 1, color=mpl.rcParams["text.color"])
        ax.set_title("title")
        ax.legend(["data"], title="legend")
        yield figure
    mpl.rcdefaults()


def picture(figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100)
    return out.getvalue()


def test_every_artist_changes_its_colours_and_gets_them_back(figure):
    images = figures.images(figure)
    assert_same_but_colours(images["light"]["data"], images["dark"]["data"])
    assert figures.images(figure) == images
    before = picture(figure)
    undo = colours.recolour(figure, DARK)
    assert picture(figure) != before
    for setter, value in undo:
        setter(value)
    assert picture(figure) == before


def test_black_that_nobody_chose_is_ink(figure):
    arrows = figure.axes[0].quiver([0], [0], [1], [1])
    data = figures.images(figure)
    assert DARK.ink in data["dark"]["data"]
    assert arrows.get_facecolor()[0].tolist() == [0, 0, 0, 1]


def test_what_sticks_out_of_the_canvas_widens_the_image(figure):
    plain = figures.images(figure)["light"]
    figure.suptitle("A title above", y=1.06)
    images = figures.images(figure)
    assert images["light"]["height"] > plain["height"] == 192
    assert images["light"]["width"] == images["dark"]["width"] == plain["width"]
    assert figures.extent(figure).y1 > 2.06
    figure.text(9, 9, "far away")
    with pytest.raises(ValueError, match="a part of it lies outside: .* inches, on a canvas of 3"):
        figures.images(figure)


def test_dark_ink_stays_on_what_is_light(figure):
    figure.clear()
    ax = figure.subplots()
    ax.imshow([[1.0, 0.0]], cmap="gray", vmin=0, vmax=1)
    light, dark = ax.text(0, 0, "on white"), ax.text(1, 0, "on black")
    boxed = figure.text(0.5, 0.9, "boxed", bbox={"facecolor": "#ffffcc"})
    title = ax.set_title("on the page")
    undo = colours.recolour(figure, DARK)
    on = {text: to_hex(text.get_color()) for text in (light, dark, boxed, title)}
    assert on == {light: LIGHT.ink, dark: DARK.ink, boxed: LIGHT.ink, title: DARK.ink}
    for setter, value in undo:
        setter(value)
    assert light.get_color() == LIGHT.ink
    images = figures.images(figure)
    assert LIGHT.ink in images["dark"]["data"]
