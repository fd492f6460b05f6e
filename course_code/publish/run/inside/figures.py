"""Figures of a lesson as files: a light and a dark image for the page, one on white for notebooks.

Executed in the kernel. A figure is drawn once by the lesson, which knows nothing of themes; here
its ink changes, and whatever sticks out of its canvas widens the image.
"""

import base64
import io

INK = {"light": "#1f2328", "dark": "#e6e8ec"}  # text, axes, reference lines
LARGEST_SVG = 100_000  # bytes; a denser figure becomes a lossless WebP
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
        INK["light"],
    ),
}
PAPER = "#1e2129"  # what the dark images lie on
BLACK = "#000000"  # what matplotlib draws in where nothing was said, in arrows of quiver for one
INK_PROPERTIES = (
    *("color", "facecolor", "edgecolor", "hatchcolor"),
    *("markerfacecolor", "markeredgecolor"),
)
OUTSIDE = 0.02  # inches that a part may stick out of the canvas without widening the image
WIDEST = 1.5  # times the canvas that an image may be


def images(figure):
    """The light and the dark image that the page shows, and one on white for notebooks.

    Raises:
        ValueError: a part lies far outside the canvas.
    """
    figure.canvas.draw()  # creates the ticks
    box = extent(figure)
    white = base64.b64encode(pixels(figure, "notebook", "white", box)).decode("ascii")
    light = encode(figure, box)
    undo = recolour(figure, (INK["light"], BLACK), INK["dark"], on_light(figure))
    dark = encode(figure, box)
    for setter, value in undo:
        setter(value)
    return {"light": light, "dark": dark, "notebook": {"format": "png", "data": white}}


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


def on_light(figure):
    """Texts in ink that lie on something light, so that dark ink is read best in any theme."""
    import numpy as np
    from matplotlib.text import Text

    texts = [t for t in figure.findobj(Text) if t.get_text() and is_ink(t.get_color()).all()]
    colours = [text.get_color() for text in texts]
    for text in texts:
        text.set_color((0, 0, 0, 0))
    layout = figure.get_layout_engine()
    figure.set_layout_engine("none")  # nothing moves
    figure.canvas.draw()
    figure.set_layout_engine(layout or "none")
    beneath = np.asarray(figure.canvas.buffer_rgba()) / 255
    for text, colour in zip(texts, colours, strict=True):
        text.set_color(colour)
    renderer = figure.canvas.get_renderer()
    return {text for text in texts if is_light(beneath, text.get_window_extent(renderer))}


def is_light(pixels, box):
    """Whether the ink of the light theme contrasts more with pixels (H, W, 4) in a box."""
    from matplotlib.colors import to_rgb

    high = len(pixels)
    rows = slice(max(high - round(box.y1), 0), max(high - round(box.y0), 0))
    patch = pixels[rows, max(round(box.x0), 0) : max(round(box.x1), 0)].reshape(-1, 4)
    if not len(patch):
        return False
    alpha = patch[:, 3:]
    colour = (patch[:, :3] * alpha + to_rgb(PAPER) * (1 - alpha)).mean(0)
    light, dark, here = map(luminance, (to_rgb(INK["light"]), to_rgb(INK["dark"]), colour))
    return (here + 0.05) / (light + 0.05) > (dark + 0.05) / (here + 0.05)


def luminance(colour):
    """Relative luminance of an sRGB colour, as WCAG defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def is_ink(colours, inks=(INK["light"], BLACK)):
    """Which of some colours are one of the inks, whatever their opacity."""
    import numpy as np
    from matplotlib.colors import to_rgba_array

    olds = to_rgba_array(inks)[:, None, :3]
    return np.isclose(to_rgba_array(colours)[:, :3], olds, atol=1e-3).all(2).any(0)


def recolour(figure, olds, new, kept=()):
    """Swap some colours for another one in every artist not `kept`; returns what undoes it."""
    from matplotlib.colors import to_rgba, to_rgba_array

    new, undo = to_rgba(new), []
    artists = [artist for artist in figure.findobj() if artist not in kept]
    patches = [getattr(a, name, None) for a in artists for name in ("arrow_patch", "_bbox_patch")]
    for artist in [*artists, *filter(None, patches)]:
        for name in INK_PROPERTIES:
            getter = getattr(artist, f"get_{name}", None)
            setter = getattr(artist, f"set_{name}", None)
            if not (getter and setter):
                continue
            value = getter()
            if value is None or (isinstance(value, str) and value in ("auto", "none")):
                continue
            same = is_ink(value, olds)  # (colours,)
            if not any(same):
                continue
            swapped = to_rgba_array(value)
            swapped[same, :3] = new[:3]
            undo.append((setter, value))
            setter(swapped[0] if len(swapped) == 1 else swapped)
    return undo


def encode(figure, box=None):
    """The figure as a scoured SVG, or as a lossless WebP where that would be large."""
    svg = io.StringIO()
    plain = {"Date": None, "Creator": None}
    figure.savefig(svg, format="svg", metadata=plain, bbox_inches=box)
    size = box.size if box else figure.get_size_inches()
    width, height = size * 96  # CSS pixels
    image = {"width": round(width), "height": round(height)}
    text = svg.getvalue()
    if len(text) < 4 * LARGEST_SVG:
        text = scour(text)
        if len(text) <= LARGEST_SVG:
            return {**image, "format": "svg", "data": text}
    return {**image, "format": "webp", "data": base64.b64encode(webp(figure, box)).decode("ascii")}


def scour(svg):
    """The same picture in fewer bytes."""
    from scour.scour import parse_args, scourString

    options = parse_args(["--enable-id-stripping", "--strip-xml-prolog", "--indent=none"])
    options.strip_comments = options.enable_viewboxing = options.remove_metadata = True
    text = scourString(svg, options)
    return text[text.index("<svg") :].strip()  # without the DOCTYPE


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
