"""Colours of a figure on light and on dark paper, whatever colours the lesson drew it in.

Text has a contrast of 4.5 with what lies beneath it, marks have one of 3 with the paper, as WCAG
2.2 asks. Colours are changed for one image and given back: the lesson's figure stays as it was.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field

TEXT, MARK = 4.5, 3.0  # contrasts
TINT = 0.5  # opacity below which a colour is no mark but a ground, and keeps its own
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
PROPERTIES = (
    *("color", "facecolor", "edgecolor", "hatchcolor"),
    *("markerfacecolor", "markeredgecolor"),
)


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
    return tuple(
        c * colour[3] + p * (1 - colour[3]) for c, p in zip(colour[:3], paper, strict=False)
    )


def readable(colour, paper, least):
    """The nearest shade or tint of a colour that has a contrast on a paper; at most black or white.

    Its opacity, which does not count here, stays.
    """
    end = max([(0.0,) * 3, (1.0,) * 3], key=lambda end: contrast(end, paper))
    for step in range(51):
        mixed = tuple(c + step / 50 * (e - c) for c, e in zip(colour[:3], end, strict=True))
        if contrast(mixed, paper) >= least:
            break
    return (*mixed, colour[3])


def opaque(colour, paper, least):
    """A colour with at least its opacity, and as much as a contrast on a paper takes."""
    for step in range(round(20 * colour[3]), 20):
        if contrast(over((*colour[:3], max(step / 20, colour[3])), paper), paper) >= least:
            return (*colour[:3], max(step / 20, colour[3]))
    return (*colour[:3], 1.0)


def themed(colour, theme):
    """A colour of the lesson, with opacity, in a theme: ink, paper and series have their own."""
    from matplotlib.colors import to_hex, to_rgb

    name = to_hex(colour[:3])
    own = {LIGHT.ink: theme.ink, BLACK: theme.ink, WHITE: theme.paper, **theme.series}
    return (*to_rgb(own[name]), colour[3]) if name in own else tuple(colour)


def of_mark(colour, theme):
    """A colour of the lesson as a mark on a theme's paper."""
    from matplotlib.colors import to_rgb

    paper, found = to_rgb(theme.paper), themed(colour, theme)
    if colour[3] < TINT or tuple(found[:3]) == paper:
        return found
    return opaque(readable(found, paper, MARK), paper, MARK)


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

    undo, texts = [], []
    for artist in _artists(figure):
        if isinstance(artist, Text):
            texts.append(artist)
            continue
        if _is_mapped(artist):
            continue
        for name in PROPERTIES:
            _change(artist, name, lambda colour: of_mark(colour, theme), undo)
    for text, beneath in _beneath([t for t in texts if t.get_text().strip()], figure, theme):
        _change(text, "color", lambda colour, on=beneath: of_text(colour, theme, on), undo)
    return undo[::-1]


def _artists(figure):
    """Every artist of a figure, with those that findobj does not know of."""
    artists = figure.findobj()
    patches = [getattr(a, name, None) for a in artists for name in ("arrow_patch", "_bbox_patch")]
    return list(dict.fromkeys([*artists, *filter(None, patches)]))


def _is_mapped(artist):
    """Whether its colours stand for values: they are told by a colour bar."""
    from matplotlib.contour import ContourSet

    mapped = getattr(artist, "get_array", None) and artist.get_array() is not None
    return mapped and not (isinstance(artist, ContourSet) and artist.colors is not None)


def _change(artist, name, change, undo):
    """Change a colour, or each of several, and remember what was there."""
    from matplotlib.colors import to_rgba_array

    getter = getattr(artist, f"get_{name}", None)
    setter = getattr(artist, f"set_{name}", None)
    if not (getter and setter):
        return
    value = getter()
    if value is None or (isinstance(value, str) and value in ("auto", "none")):
        return
    old = to_rgba_array(value)
    alpha = artist.get_alpha()  # it overrides that of the colours
    seen = [(*c[:3], c[3] if alpha is None else c[3] and alpha) for c in old.tolist()]
    new = [change(c) if c[3] else c for c in seen]
    if not new or new == seen:
        return
    if alpha is not None:
        undo.append((artist.set_alpha, alpha))
        artist.set_alpha(max(c[3] for c in new))
    undo.append((setter, value))
    setter(new[0] if len(new) == 1 else new)


def _beneath(texts, figure, theme):
    """Each text with the mean colour of what lies beneath it on a theme's paper."""
    import numpy as np

    with unlettered(figure):
        layout = figure.get_layout_engine()
        figure.set_layout_engine("none")  # nothing moves
        figure.canvas.draw()
        figure.set_layout_engine(layout or "none")
        pixels = np.asarray(figure.canvas.buffer_rgba()) / 255
    renderer = figure.canvas.get_renderer()
    return [(text, _mean(pixels, text.get_window_extent(renderer), theme)) for text in texts]


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
