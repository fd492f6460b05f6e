"""What the build adds to the kernel that runs a lesson: its source is executed there.

Figures are saved twice, in light and in dark ink, from one run: lessons know nothing of themes.
"""

import base64
import io
import json
import sys
import warnings

MIME = "application/vnd.course+json"
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # two threads on a busy machine are ten times slower
    "MALLOC_MMAP_THRESHOLD_": "33554432",  # both or neither: glibc keeps freed buffers
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
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
BLACK = "#000000"  # what matplotlib draws in where nothing was said, in arrows of quiver for one
INK_PROPERTIES = (
    *("color", "facecolor", "edgecolor", "hatchcolor"),
    *("markerfacecolor", "markeredgecolor"),
)


def start(shell, package):
    """Prepare the kernel: theme, figures by pairs, and no way to import the course."""
    import matplotlib.pyplot  # makes its font cache now, not in a lesson, where it would warn
    from matplotlib_inline.config import InlineBackend

    sys.modules[package] = None  # what runs is what is shown
    warnings.filterwarnings("error", message="Glyph .* missing from")
    matplotlib.rcdefaults()  # whatever the user's matplotlibrc says
    matplotlib.rcParams.update(RC)
    InlineBackend.instance(parent=shell).figure_formats = set()
    shell.display_formatter.mimebundle_formatter.for_type_by_name(
        "matplotlib.figure", "Figure", figure_bundle
    )


def figure_bundle(figure, include=None, exclude=None):
    """A figure as the light and dark image that the page shows, and on white for notebooks."""
    figure.canvas.draw()  # creates the ticks
    white = base64.b64encode(pixels(figure, "notebook", "white")).decode("ascii")
    images = {"light": encode(figure), "notebook": {"format": "png", "data": white}}
    undo = recolour(figure, (INK["light"], BLACK), INK["dark"])
    images["dark"] = encode(figure)
    for setter, value in undo:
        setter(value)
    return {MIME: {"figure": images}}


def recolour(figure, olds, new):
    """Swap some colours for another one in every artist; returns what undoes it."""
    import numpy as np
    from matplotlib.colors import to_rgba, to_rgba_array

    olds, new, undo = to_rgba_array(olds)[:, None, :3], to_rgba(new), []
    artists = figure.findobj()
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
            colours = to_rgba_array(value)
            same = np.isclose(colours[:, :3], olds, atol=1e-3).all(2).any(0)  # (colours,)
            if not any(same):
                continue
            swapped = colours.copy()
            swapped[same, :3] = new[:3]
            undo.append((setter, value))
            setter(swapped[0] if len(swapped) == 1 else swapped)
    return undo


def encode(figure):
    """The figure as a scoured SVG, or as a lossless WebP where that would be large."""
    svg = io.StringIO()
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    width, height = figure.get_size_inches() * 96  # CSS pixels
    image = {"width": round(width), "height": round(height)}
    text = svg.getvalue()
    if len(text) < 4 * LARGEST_SVG:
        text = scour(text)
        if len(text) <= LARGEST_SVG:
            return {**image, "format": "svg", "data": text}
    return {**image, "format": "webp", "data": base64.b64encode(webp(figure)).decode("ascii")}


def scour(svg):
    """The same picture in fewer bytes."""
    from scour.scour import parse_args, scourString

    options = parse_args(["--enable-id-stripping", "--strip-xml-prolog", "--indent=none"])
    options.strip_comments = options.enable_viewboxing = options.remove_metadata = True
    text = scourString(svg, options)
    return text[text.index("<svg") :].strip()  # without the DOCTYPE


def webp(figure):
    """The figure as pixels, losslessly."""
    from PIL import Image

    png, out = io.BytesIO(pixels(figure, "page", "none")), io.BytesIO()
    Image.open(png).save(out, format="webp", lossless=True, quality=100, method=4, exact=True)
    return out.getvalue()


def pixels(figure, use, background):
    """The figure as a PNG."""
    png, dpi, plain = io.BytesIO(), PIXELS_PER_INCH[use], {"Software": None}
    figure.savefig(png, format="png", dpi=dpi, facecolor=background, metadata=plain)
    return png.getvalue()


def report(namespace, names):
    """The lesson's values, and the device class it ran on."""
    values = {name: plain(namespace[name]) for name in names if name in namespace}
    values = {name: value for name, value in values.items() if value is not None}
    torch = sys.modules.get("torch")
    device = "cpu"
    if torch is not None and torch.cuda.is_available():
        device = "cuda"
    elif torch is not None and torch.backends.mps.is_available():
        device = "mps"
    return {MIME: {"values": json.dumps(values), "device": device}}  # text: JSON lacks NaN


def plain(value, leaves=2000):
    """`value` in JSON's types, or None if it is not a number, text, or a small nest of them."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= 400 else None
    if isinstance(value, dict):
        keys = [",".join(map(str, k)) if isinstance(k, tuple) else str(k) for k in value]
        items = [plain(item, leaves // max(len(value), 1)) for item in value.values()]
        small = len(value) <= leaves and None not in items
        return dict(zip(keys, items, strict=True)) if small else None
    if isinstance(value, list | tuple | range):
        items = [plain(item, leaves // max(len(value), 1)) for item in value[: leaves + 1]]
        return items if len(items) <= leaves and None not in items else None
    return None


def show(bundle):
    """Send a bundle to the build."""
    from IPython.display import display

    display(bundle, raw=True)
