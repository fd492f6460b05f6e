"""Colours of a figure on light and on dark paper, whatever colours the lesson drew it in.

Text has a contrast of 4.5 with what lies beneath it, marks have one of 3, as WCAG 2.2 asks; beneath
marks lie the paper, images and filled shapes. Colours are changed for one image and given back: the
lesson's figure stays as it was.
"""

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import dist

TEXT, MARK = 4.5, 3.0  # contrasts
TINT = 0.5  # opacity below which a colour is no mark but a ground, and keeps its own
ALMOST = 0.9  # of what can be told is as good as all of it; for series, which legends tell, half
BESIDE = ((2, 0), (-2, 0), (0, 2), (0, -2))  # pixels from a mark that tell what it lies on
BLACK = "#000000"  # what matplotlib draws in where nothing was said, in arrows of quiver for one
WHITE = "#ffffff"  # what hides or parts: the paper of the lesson, which knows nothing of themes


@dataclass(frozen=True)
class Theme:
    """What the page has in a theme: `series` are its own colours for those of the lessons."""

    ink: str  # text, axes, reference lines
    paper: str
    series: dict[str, str] = field(default_factory=dict)


LIGHT = Theme("#1f2328", WHITE)
DARK = Theme(
    "#e6e8ec",
    "#1e2129",
    {"#0072b2": "#56b4e9", "#d55e00": "#f0803c", "#009e73": "#2fbf94", "#cc79a7": "#dc94bb"},
)
PROPERTIES = [f"{part}color" for part in ("", "face", "edge", "hatch", "markerface", "markeredge")]


def luminance(colour):
    """Relative luminance of an sRGB colour, as WCAG defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast of two opaque colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def over(colour, paper):
    """What is seen of a colour (red, green, blue, opacity) on a paper."""
    return tuple(c * colour[3] + p * (1 - colour[3]) for c, p in zip(colour, paper, strict=False))


def readable(colour, paper, least):
    """The nearest shade or tint of a colour that has a contrast on a paper; its opacity stays."""
    end = max([(0.0,) * 3, (1.0,) * 3], key=lambda end: contrast(end, paper))
    found = (one for one in shades(colour, end) if contrast(one, paper) >= least)
    return next(found, (*end, colour[3]))


def shades(colour, *ends):
    """A colour, then ever nearer to each of some ends; its opacity stays."""
    for step in range(51):
        for end in ends:
            mixed = (c + step / 50 * (e - c) for c, e in zip(colour[:3], end, strict=True))
            yield (*mixed, colour[3])


def opaque(colour, paper, least):
    """A colour with at least its opacity, and as much as a contrast on a paper takes."""
    alphas = (max(step / 20, colour[3]) for step in range(round(20 * colour[3]), 20))
    found = ((*colour[:3], alpha) for alpha in alphas)
    return next((c for c in found if contrast(over(c, paper), paper) >= least), (*colour[:3], 1.0))


def themed(colour, theme):
    """A colour of the lesson, with opacity, in a theme: ink, paper and series have their own."""
    from matplotlib.colors import to_hex, to_rgb

    name = to_hex(colour[:3])
    own = {LIGHT.ink: theme.ink, BLACK: theme.ink, WHITE: theme.paper, **theme.series}
    return (*to_rgb(own[name]), colour[3]) if name in own else tuple(colour)


def of_mark(colour, theme, beneath=None):
    """A colour of the lesson as a mark, on a theme's paper or on a Counter of what lies beneath."""
    from matplotlib.colors import to_hex, to_rgb

    paper, found = to_rgb(theme.paper), themed(colour, theme)
    own = sum(n for on, n in (beneath or {}).items() if dist(on, found[:3]) < 0.02)
    on_paper = not beneath or own > (1 - ALMOST) * beneath.total()  # or on an area of its own
    if colour[3] < TINT or (tuple(found[:3]) == paper and on_paper):
        return found
    if on_paper:
        return opaque(readable(found, paper, MARK), paper, MARK)
    ends = () if to_hex(colour[:3]) == WHITE else ((0.0,) * 3, (1.0,) * 3)
    ways = (found, tuple(colour), *shades(found, *ends))
    told = [sum(n for on, n in beneath.items() if contrast(one, on) >= MARK) for one in ways]
    enough = max(told) * (0.5 if to_hex(colour[:3]) in DARK.series else ALMOST)
    best = next(one for one, n in zip(ways, told, strict=True) if n >= enough)
    return opaque(best, beneath.most_common(1)[0][0], MARK)


def of_text(colour, theme, beneath):
    """A colour of the lesson as text on what lies beneath it in a theme."""
    from matplotlib.colors import to_hex, to_rgb

    if to_hex(colour[:3]) in (LIGHT.ink, BLACK):
        inks = [(*to_rgb(ink), colour[3]) for ink in (LIGHT.ink, DARK.ink)]
        return max(inks, key=lambda ink: contrast(ink, beneath))
    own = tuple(colour) if to_hex(colour[:3]) == WHITE else themed(colour, theme)
    return readable(own, beneath, TEXT)


def recolour(figure, theme):
    """Give every artist the colours of a theme; returns what undoes it, as (setter, value)."""
    from matplotlib.text import Text

    undo, artists = [], _artists(figure)
    texts = [artist for artist in artists if isinstance(artist, Text)]
    marks = [a for a in artists if not isinstance(a, Text) and not _is_mapped(a)]
    maps = [artist for artist in artists if _is_mapped(artist) and _is_area(artist)]
    areas, aside = list(filter(_is_area, marks)), _aside(artists)
    for grounds, layer in ((maps, areas), (maps + areas, [a for a in marks if a not in areas])):
        pixels = _pixels(figure, grounds) if grounds and layer else None
        for artist in layer:
            under = [] if pixels is None or artist in aside else _under(artist, pixels, theme)
            for name, on in [(name, [] if _parts(artist, name) else under) for name in PROPERTIES]:
                _change(artist, name, lambda colour, on: of_mark(colour, theme, on), undo, on)
    for text, beneath in _beneath([t for t in texts if t.get_text().strip()], figure, theme):
        _change(text, "color", lambda colour, _, on=beneath: of_text(colour, theme, on), undo)
    return undo[::-1]


def _artists(figure):
    """Every artist of a figure, with those that findobj does not know of."""
    artists = figure.findobj()
    patches = [getattr(a, name, None) for a in artists for name in ("arrow_patch", "_bbox_patch")]
    return list(dict.fromkeys([*artists, *filter(None, patches)]))


def _is_mapped(artist):
    """Whether its colours stand for values: they are told by a colour bar."""
    mapped = getattr(artist, "get_array", None) and artist.get_array() is not None
    return mapped and getattr(artist, "colors", None) is None  # of contours


def _colours(artist, name):
    """The colours (N, 4) that an artist has under a name."""
    from matplotlib.colors import to_rgba_array

    value = getattr(artist, f"get_{name}", str)()
    none = value is None or (isinstance(value, str) and value in ("", "auto", "none"))
    return to_rgba_array("none" if none else value)


def _is_area(artist):
    """Whether it fills an area, more or less opaquely, on which marks may lie."""
    from matplotlib import collections, image, patches, quiver

    lines = patches.FancyArrow | patches.FancyArrowPatch | quiver.Quiver | quiver.Barbs
    kinds = patches.Patch | collections.PolyCollection | collections.PatchCollection
    if not isinstance(artist, kinds) or isinstance(artist, lines):
        images = image._ImageBase | collections.QuadMesh
        return isinstance(artist, images) or getattr(artist, "filled", False)  # of contours
    return getattr(artist, "fill", True) and (_colours(artist, "facecolor")[:, 3] >= TINT).any()


def _parts(artist, name):
    """Whether a colour is that of an edge that parts what is filled, otherwise, from the rest."""
    if "edge" not in name or hasattr(artist, "get_arrowstyle") or not getattr(artist, "fill", True):
        return False
    edge, face = (_colours(artist, each) for each in (name, name.replace("edge", "face")))
    return face[:, 3].any() and edge[:, :3].tolist() != face[:, :3].tolist()


def _aside(artists):
    """Artists at the edges of axes, and those of legends, which repeat the colours of marks."""
    from matplotlib.axis import Axis
    from matplotlib.legend import Legend
    from matplotlib.spines import Spine

    around = (artist for artist in artists if isinstance(artist, Axis | Legend | Spine))
    return {child for artist in around for child in artist.findobj()}


def _under(artist, pixels, theme):
    """Colours beneath each element of a mark, counted; none where there is only paper."""
    import numpy as np
    from matplotlib.colors import to_rgb
    from matplotlib.transforms import Bbox

    found, (high, wide) = [], pixels.shape[:2]
    for place in _places(artist):
        box = Bbox([(0, 0), (wide - 1, high - 1)])
        if artist.axes and artist.get_clip_on():
            box = Bbox.intersection(box, artist.axes.bbox) or box
        at = np.concatenate([place + step for step in BESIDE])
        x, y = at[((at >= box.min) & (at <= box.max)).all(1)].astype(int).T
        under = pixels[high - 1 - y, x]
        alpha = np.where(under[:, 3:] >= TINT, under[:, 3:], 0)
        colours = (under[:, :3] * alpha + to_rgb(theme.paper) * (1 - alpha)).round(3)
        found.append(Counter(map(tuple, colours.tolist())) if alpha.any() else Counter())
    return found


def _places(artist):
    """Where each element of a mark is drawn: points (N, 2), in pixels."""
    import numpy as np
    from matplotlib.collections import Collection, PathCollection

    paths, offsets = [artist.get_path()] if hasattr(artist, "get_path") else [], np.zeros((1, 2))
    if isinstance(artist, Collection):
        offsets = np.ma.filled(artist.get_offsets().astype(float), np.nan)
        offsets, paths = artist.get_offset_transform().transform(offsets), artist.get_paths()
        if isinstance(artist, PathCollection) or len(offsets) not in (1, len(paths)):
            return list(offsets[:, None])
    moved = [artist.get_transform().transform_path(p) for p in paths]
    dots = hasattr(artist, "get_marker") and artist.get_linestyle() in ("None", "none", "", " ")
    steps = [1 if dots else 1 + 300 // (1 + len(path.vertices)) for path in moved]
    lines = [path.interpolated(n).vertices for path, n in zip(moved, steps, strict=True)]
    return [line + offsets[i % len(offsets)] for i, line in enumerate(lines)]


def _change(artist, name, change, undo, beneath=()):
    """Change a colour, or each, by it and what lies beneath it; remember what was there."""
    setter, old = getattr(artist, f"set_{name}", None), _colours(artist, name)
    if not setter or not len(old):
        return
    value = getattr(artist, f"get_{name}")()
    alpha = artist.get_alpha()  # it overrides that of the colours
    seen = [(*c[:3], c[3] if alpha is None else c[3] and alpha) for c in old.tolist()]
    seen *= max(len(beneath), 1) if len(seen) == 1 else 1
    if len(beneath) != len(seen):
        beneath = [sum(beneath[1:], beneath[0]) if beneath else None] * len(seen)
    new = [change(c, on) if c[3] else c for c, on in zip(seen, beneath, strict=True)]
    new = new[:1] if len({*new}) == 1 else new
    if not new or new == seen[: len(new)]:
        return
    if alpha is not None:
        undo.append((artist.set_alpha, alpha))
        artist.set_alpha(max(c[3] for c in new))
    undo.append((setter, value))
    setter(new[0] if len(new) == 1 else new)


def _beneath(texts, figure, theme):
    """Each text with the mean colour of what lies beneath it on a theme's paper."""
    with unlettered(figure):
        pixels = _pixels(figure)
    renderer = figure.canvas.get_renderer()
    return [(text, _mean(pixels, text.get_window_extent(renderer), theme)) for text in texts]


def _pixels(figure, only=None):
    """The figure (H, W, 4), or some artists of it alone; nothing moves."""
    import numpy as np

    others = [] if only is None else [a for a in _artists(figure) if a not in only]
    hidden = [a for a in others if a.get_visible() and not hasattr(a, "add_artist")]
    layout = figure.get_layout_engine()
    figure.set_layout_engine("none")
    for artist in hidden:
        artist.set_visible(False)
    figure.canvas.draw()
    for artist in hidden:
        artist.set_visible(True)
    figure.set_layout_engine(layout or "none")
    return np.asarray(figure.canvas.buffer_rgba()) / 255


@contextmanager
def unlettered(figure):
    """The figure without its letters; all else stays, and stays where it is."""
    from matplotlib.text import Text

    found = [(text, text.get_color(), text.get_alpha()) for text in figure.findobj(Text)]
    for text, *_ in found:
        text.set(color=(0, 0, 0, 0), alpha=None)
    try:
        yield
    finally:
        for text, colour, alpha in found:
            text.set(color=colour, alpha=alpha)


def _mean(pixels, box, theme):
    """Mean colour of pixels (H, W, 4) in a box, on a theme's paper."""
    from matplotlib.colors import to_rgb

    high = len(pixels)
    rows = slice(max(high - round(box.y1), 0), max(high - round(box.y0), 0))
    patch = pixels[rows, max(round(box.x0), 0) : max(round(box.x1), 0)].reshape(-1, 4)
    if not len(patch):
        return to_rgb(theme.paper)
    alpha = patch[:, 3:]
    return tuple((patch[:, :3] * alpha + to_rgb(theme.paper) * (1 - alpha)).mean(0).tolist())
