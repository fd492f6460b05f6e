"""Text of a figure is text in its SVG: whole labels, at their places, formulas in a line."""

import io
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_code.publish.run.inside import figures
from course_code.publish.run.inside.lettering import runs, save, spans, unspanned

UP, DOWN = {"font-size": "70%", "dy": "-.4em"}, {"font-size": "70%", "dy": ".25em"}
ITALIC = {"font-style": "italic"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", [("plain", {})]),
        (r"5 \$ each", [("5 $ each", {})]),
        (r"$\mathdefault{10^{-3}}$", [("10", {}), ("−3", UP)]),
        (r"bound $1/\gamma^2$ holds",
         [("bound 1/", {}), ("γ", ITALIC), ("2", UP), (" holds", {})]),
        ("$x_1$", [("x", ITALIC), ("1", DOWN)]),
        (r"$x_{i}^2 \times W_\mathrm{out}$",
         [("x", ITALIC), ("i", DOWN | ITALIC), ("2", UP), ("×", {}), ("W", ITALIC),
          ("out", DOWN)]),
        (r"half $\frac{1}{2}$", None),
        (r"$\hat{x}$", None),
        ("$a^{b^c}$", None),
    ],
)  # fmt: skip
def test_a_formula_is_a_line_of_letters_if_it_can_be(text, found):
    assert runs(text) == found
    if found:
        assert unspanned(spans(found)) == found


def test_what_follows_a_raised_letter_is_level_again():
    assert spans(runs("$a^2$ b")) == [
        ("a", ITALIC), ("2", UP), (" b", {"dy": ".28em"}),
    ]  # fmt: skip
    assert spans(runs("$a^2_1$"))[1:] == [("2", UP), ("1", {"font-size": "70%", "dy": ".65em"})]


@pytest.fixture
def drawn():
    """Elements of the text of a figure that `change` drew, by their whole text."""

    def drawn(change):
        mpl.rcdefaults()
        with mpl.rc_context(figures.RC):
            figure = Figure(figsize=(4, 3))
            FigureCanvasAgg(figure)
            change(figure.subplots())
            data = figures.images(figure)["light"]["data"]
            raw = io.StringIO()
            save(figure, raw, metadata={"Date": None})
        for svg in (raw.getvalue(), data):
            texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
            found = {"|".join(t.itertext()): t for t in texts}
        return found, data

    return drawn


def test_labels_stay_whole_and_keep_their_place_whatever_their_width(drawn):
    def change(ax):
        ax.set(xlabel="along", ylabel="upwards $h^2$ high", title="first\nsecond, longer")
        ax.text(0.5, 0.5, "right\nhere it is", ha="right")
        ax.text(0.1, 0.5, "boxed", bbox={"boxstyle": "round"})
        ax.text(0.1, 0.1, "up", rotation=90, va="top")
        ax.text(0.1, 0.1, "left", weight="bold", style="italic", family="monospace", alpha=0.5)
        ax.text(0.1, 0.1, "cut", clip_on=True)

    found, data = drawn(change)
    anchors = {name: text.get("text-anchor") for name, text in found.items()}
    names = ("along", "upwards |h|2| high", "first|second, longer", "right|here it is", "boxed")
    assert [anchors[name] for name in (*names, "up", "left")] == [
        *("middle", "middle", "middle", "end", "middle"),
        *("end", None),
    ]
    title = found["first|second, longer"]
    assert [line.get("x") for line in title] == [title.get("x")] * 2
    assert float(title[1].get("y")) > float(title[0].get("y"))
    assert found["up"].get("transform") == "rotate(-90)"
    style = {name: found["left"].get(name) for name in ("font-weight", "font-style", "font-family")}
    assert list(style.values()) == ["700", "italic", "monospace"]
    assert found["left"].get("fill-opacity") == ".5"
    assert "clip-path" in data
    assert "-apple-system" in data


@pytest.mark.filterwarnings("ignore:Glyph")
def test_letters_are_escaped_and_what_no_one_can_print_is_left_out(drawn):
    hostile = "</text><script>alert(1)</script> & \x00\ue000\" onload='x' ]]>"
    found, data = drawn(lambda ax: ax.set_title(hostile))
    assert "".join(c for c in hostile if c.isprintable()) in found
    assert "<script" not in data


def test_a_formula_that_is_no_line_is_drawn(drawn):
    found, data = drawn(lambda ax: ax.set_title(r"half $\frac{1}{2}$"))
    assert not any("half" in text for text in found)
    assert 'id="DejaVuSans' in data
