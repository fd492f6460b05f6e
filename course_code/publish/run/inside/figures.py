"""Figures of a lesson as files: a light and a dark image for the page, one on white for notebooks.

Executed in the kernel. A figure is drawn once by the lesson, which knows nothing of themes; here
its colours change, and whatever sticks out of its canvas widens the image. An image of the page is
an SVG; what would be many lines in it are pixels there, without loss, beneath the text.
"""

import base64
import io

from course_code.publish.run.inside import colours, lettering, tables

LARGEST = 100_000  # bytes of an SVG; what is denser becomes pixels
PIXELS_PER_INCH = {"page": 200, "notebook": 144}
RC = {
    "svg.hashsalt": "course",  # ids in the SVG repeat from run to run
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.facecolor": "none",
    "legend.framealpha": 0.0,
    "legend.edgecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 11.0,
    "axes.titlesize": "medium",
    "lines.linewidth": 1.8,
    **dict.fromkeys(
        ["text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"]
        + ["patch.edgecolor", "hatch.color"]  # arrows of annotations, hatched bars
        + [f"boxplot.{part}props.color" for part in ("box", "whisker", "cap")]
        + ["boxplot.flierprops.color", "boxplot.flierprops.markeredgecolor"],
        colours.LIGHT.ink,
    ),
}
OUTSIDE = 0.02  # inches that a part may stick out of the canvas without widening the image
WIDEST = 1.5  # times the canvas that an image may be


def images(figure):
    """The light and the dark image that the page shows, one on white for notebooks, and the data.

    Raises:
        ValueError: a part lies far outside the canvas.
    """
    figure.canvas.draw()  # creates the ticks
    box = extent(figure)
    white = base64.b64encode(pixels(figure, "notebook", "white", box)).decode("ascii")
    themes = {"light": colours.LIGHT, "dark": colours.DARK}
    shown = {name: in_theme(figure, theme, box) for name, theme in themes.items()}
    notebook = {"format": "png", "data": white}
    return {**shown, "notebook": notebook, "table": tables.table(figure)}


def words(figure, table):
    """All that a figure says, in its image or beside it, a text a line."""
    from matplotlib.text import Text

    texts = [text.get_text() for text in figure.findobj(Text)]
    return "\n".join([*texts, table["csv"] if table else ""])


def in_theme(figure, theme, box):
    """The image in the colours of a theme; the figure has its own again after that."""
    undo = colours.recolour(figure, theme)
    try:
        return encode(figure, box)
    finally:
        for setter, value in undo:
            setter(value)


def extent(figure):
    """The canvas and whatever sticks out of it, in inches; None where nothing does.

    Raises:
        ValueError: it would be much larger than the canvas.
    """
    from matplotlib.transforms import Bbox

    canvas, drawn = figure.bbox_inches, figure.get_tightbbox(figure.canvas.get_renderer())
    out = [canvas.x0 - drawn.x0, canvas.y0 - drawn.y0, drawn.x1 - canvas.x1, drawn.y1 - canvas.y1]
    if not max(out) > OUTSIDE:
        return None
    box = Bbox.union([canvas, drawn.padded(OUTSIDE)])
    if box.width > WIDEST * canvas.width or box.height > WIDEST * canvas.height:
        raise ValueError(
            f"a part of it lies outside: all of it takes {box.width:.1f} by {box.height:.1f} "
            f"inches, on a canvas of {canvas.width:.1f} by {canvas.height:.1f}"
        )
    return box


def encode(figure, box=None):
    """The figure as a scoured SVG, with its drawing as a lossless WebP where it would be large."""
    size = box.size if box else figure.get_size_inches()
    width, height = size * 96  # CSS pixels
    image = {"width": round(width), "height": round(height)}
    text = svg(figure, box)
    if len(text) < 4 * LARGEST:
        text = scour(text)
    if len(text) > LARGEST:
        text = dense(figure, box, size * 72)
    return {**image, "data": text}


def svg(figure, box=None, only_letters=False):
    """The figure, or its text alone, as matplotlib writes it."""
    out, plain = io.StringIO(), {"Date": None, "Creator": None}
    lettering.save(figure, out, only_letters, metadata=plain, bbox_inches=box)
    return out.getvalue()


def scour(text):
    """The same picture in fewer bytes."""
    from scour.scour import parse_args, scourString

    options = parse_args(["--enable-id-stripping", "--strip-xml-prolog", "--indent=none"])
    options.strip_comments = options.enable_viewboxing = options.remove_metadata = True
    text = scourString(text, options)
    return text[text.index("<svg") :].strip()  # without the DOCTYPE


def dense(figure, box, size):
    """The figure's text, as text, on its drawing as pixels; the size is in points."""
    text = scour(svg(figure, box, only_letters=True))
    with colours.unlettered(figure):
        drawn = base64.b64encode(webp(figure, box)).decode("ascii")
    width, height = (f"{side:g}" for side in size)
    image = f'<image width="{width}" height="{height}" href="data:image/webp;base64,{drawn}"/>'
    begin = text.index(">") + 1
    return text[:begin] + image + text[begin:]


def webp(figure, box=None):
    """The figure as pixels, losslessly."""
    from PIL import Image

    png, out = io.BytesIO(pixels(figure, "page", "none", box)), io.BytesIO()
    Image.open(png).save(out, format="webp", lossless=True, quality=100, method=4, exact=True)
    return out.getvalue()


def pixels(figure, use, background, box=None):
    """The figure as a PNG."""
    png, dpi, plain = io.BytesIO(), PIXELS_PER_INCH[use], {"Software": None}
    figure.savefig(
        png, format="png", dpi=dpi, facecolor=background, metadata=plain, bbox_inches=box
    )
    return png.getvalue()
