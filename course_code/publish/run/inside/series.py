"""What a pair of axes shows, as series of numbers: lines, points, bars, bands, maps, texts.

Executed in the kernel. A series is {"kind", "label", "columns": {"x": […], "y": […], …}}, its
columns as long as each other; a picture in colours has "size" in the place of numbers.
"""

import math
import re

DIGITS = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
POWERS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def series_of(ax):
    """All series of a pair of axes, bands at their lines, named as the legend names them."""
    kinds = (_bars, _lines, _guides, _fills, _collections, _spans, _outlines, _images, _texts)
    found = [series for kind in kinds for series in kind(ax)]
    told = [one for one in found if one["columns"] or one["kind"] == "picture"]
    return _named(_banded(told), ax)


def _series(kind, artist=None, **columns):
    """A series: of its columns those that have anything, of its rows those that have a place."""
    columns = {name.replace("_", " "): list(values) for name, values in columns.items()}
    count = max(map(len, columns.values()), default=0)
    columns = {name: values for name, values in columns.items() if len(values) == count}
    kept = [row for row in range(count) if any(_is_told(v[row]) for v in columns.values())]
    told = {name: [values[row] for row in kept] for name, values in columns.items()}
    label = str(artist.get_label() or "") if artist is not None else ""
    return {
        "kind": kind,
        "label": "" if label.startswith("_") else plain(label),
        "colour": _colour(artist),
        "columns": {name: values for name, values in told.items() if any(map(_is_told, values))},
    }


def _is_told(value):
    return bool(value) if isinstance(value, str) else value is not None and not math.isnan(value)


def _colour(artist):
    """By which a series is found again in the legend."""
    from matplotlib.colors import to_hex, to_rgba_array

    for name in ("get_color", "get_facecolor", "get_edgecolor"):
        getter = getattr(artist, name, None)
        colours = to_rgba_array(getter()) if getter else ()
        if len(colours) and colours[0][3]:
            return to_hex(colours[0][:3])
    return None


def _bars(ax):
    from matplotlib.container import BarContainer

    for bars in ax.containers:
        if not isinstance(bars, BarContainer) or not bars.patches:
            continue
        places = [patch.get_center() for patch in bars.patches]
        along = int(bars.orientation == "horizontal")
        across = [_number(place[along]) for place in places]
        ends = numbers(bars.datavalues)
        columns = {"x": ends, "y": across} if along else {"x": across, "y": ends}
        yield {**_series("bars", bars, **columns), "colour": _colour(bars.patches[0])}


def _lines(ax):
    from matplotlib.lines import AxLine

    for line in ax.lines:
        if isinstance(line, AxLine) or line.get_transform() != ax.transData:
            continue
        x, y = (numbers(values) for values in line.get_data(orig=False))
        rows = [row for row in zip(x, y, strict=True) if not any(map(math.isnan, row))]
        x, y = zip(*rows, strict=True) if rows else ((), ())
        kind = "points" if line.get_linestyle() in ("None", "none", "", " ") else "line"
        yield _series(kind, line, x=x, y=y)


def _guides(ax):
    """Lines across the whole panel: at one x, at one y, or through a point with a slope."""
    from matplotlib.lines import AxLine

    for line in ax.lines:
        if isinstance(line, AxLine):
            (x, y), slope = line.get_xy1(), line.get_slope()
            if slope is None:
                over, up = (b - a for a, b in zip((x, y), line.get_xy2(), strict=True))
                slope = up / over if over else math.inf
            yield _series("guide", line, x=[_number(x)], y=[_number(y)], slope=[_number(slope)])
        elif line.get_transform() == ax.get_xaxis_transform(which="grid"):
            yield _series("guide", line, x=numbers(line.get_xdata(orig=False))[:1])
        elif line.get_transform() == ax.get_yaxis_transform(which="grid"):
            yield _series("guide", line, y=numbers(line.get_ydata(orig=False))[:1])


def _fills(ax):
    """What lies between two curves."""
    from matplotlib.collections import FillBetweenPolyCollection

    for fill in ax.collections:
        if not isinstance(fill, FillBetweenPolyCollection):
            continue
        along, low, high = [], [], []
        for path in fill.get_paths():
            corners = path.vertices if fill.t_direction == "x" else path.vertices[:, ::-1]
            half = (len(corners) - 2) // 2
            along += numbers(corners[1 : half + 1, 0])
            edges = corners[1 : half + 1, 1], corners[half + 2 : 2 * half + 2, 1][::-1]
            low += numbers(edges[0])
            high += numbers(edges[1])
        yield _series("band", fill, **{fill.t_direction: along, "low": low, "high": high})


def _collections(ax):
    """Scattered points, pieces of lines, levels, and maps of rectangles."""
    from matplotlib.collections import LineCollection, PathCollection, QuadMesh
    from matplotlib.contour import ContourSet

    for some in ax.collections:
        if isinstance(some, ContourSet):
            yield _series("levels", some, value=numbers(some.levels))
        elif isinstance(some, PathCollection):
            x, y = map(numbers, some.get_offsets().T)
            array, sizes = some.get_array(), numbers(some.get_sizes())
            value = [] if array is None else numbers(array)
            yield _series("points", some, x=x, y=y, value=value, size=sizes if sizes[1:] else [])
        elif isinstance(some, LineCollection):
            ends = [(*path[0], *path[-1]) for path in some.get_segments() if len(path)]
            x, y, to_x, to_y = zip(*ends, strict=True) if ends else [()] * 4
            names = {"x": x, "y": y, "to_x": to_x, "to_y": to_y}
            yield _series("pieces", some, **{name: numbers(each) for name, each in names.items()})
        elif isinstance(some, QuadMesh):
            corners = some.get_coordinates()
            middle = (corners[1:, 1:] + corners[:-1, :-1]) / 2
            columns = zip(("x", "y", "value"), (*middle.T, some.get_array().T), strict=True)
            yield _series("map", some, **{name: numbers(each.T) for name, each in columns})


def _spans(ax):
    """Bands across the whole panel."""
    from matplotlib.patches import Rectangle

    for patch in ax.patches:
        if not isinstance(patch, Rectangle):
            continue
        (x, y), (to_x, to_y) = patch.get_xy(), patch.get_corners()[2]
        if patch.get_transform() == patch.get_patch_transform() + ax.get_xaxis_transform("grid"):
            yield _series("span", patch, x=[_number(x)], to_x=[_number(to_x)])
        elif patch.get_transform() == patch.get_patch_transform() + ax.get_yaxis_transform("grid"):
            yield _series("span", patch, y=[_number(y)], to_y=[_number(to_y)])


def _outlines(ax):
    """Histograms as steps."""
    from matplotlib.patches import StepPatch

    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            values, edges = map(numbers, patch.get_data()[:2])
            yield _series("steps", patch, x=edges[:-1], to_x=edges[1:], y=values)


def _images(ax):
    """Maps of numbers, value by value; of pictures in colours only that they are there."""
    import numpy as np

    for image in ax.images:
        array, (left, right, bottom, top) = image.get_array(), image.get_extent()
        rows, columns = array.shape[:2]
        if array.ndim == 3:
            yield {**_series("picture", image), "size": [rows, columns]}
            continue
        x = left + (right - left) * (np.arange(columns) + 0.5) / columns
        low, high = (top, bottom) if image.origin == "upper" else (bottom, top)
        y = low + (high - low) * (np.arange(rows) + 0.5) / rows
        grid = np.meshgrid(x, y)
        named = {"x": grid[0], "y": grid[1], "value": array}
        found = _series("map", image, **{name: numbers(each) for name, each in named.items()})
        yield {**found, "size": [rows, columns]}


def _texts(ax):
    """Texts in the panel, with their places where those are places of data."""
    texts = [text for text in ax.texts if text.get_text().strip() and text.get_visible()]
    if texts:
        places = [_place(text, ax) for text in texts]
        x, y = zip(*places, strict=True)
        yield _series("texts", x=x, y=y, text=[plain(text.get_text()) for text in texts])


def _place(text, ax):
    """Where the text points, or stands."""
    if getattr(text, "xycoords", None) == "data":
        return tuple(map(_number, text.xy))
    if text.get_transform() == ax.transData:
        return tuple(map(_number, text.get_unitless_position()))
    return (math.nan, math.nan)


def _banded(found):
    """Series with bands put to the lines around which they lie: of the same colour and places."""
    lines = [one for one in found if one["kind"] in ("line", "points")]
    for band in [one for one in found if one["kind"] == "band"]:
        for line in lines:
            same = band["colour"] == line["colour"] and "low" not in line["columns"]
            if same and band["columns"].get("x") == line["columns"].get("x"):
                line["columns"] |= {name: band["columns"][name] for name in ("low", "high")}
                found.remove(band)
                break
    return found


def _named(found, ax):
    """Series named as the legend, or a text in the panel, names the only ones of their colour."""
    legend, known = ax.get_legend(), {}
    handles = zip(legend.legend_handles, legend.texts, strict=True) if legend else ()
    for named, text in [*handles, *((text, text) for text in ax.texts)]:
        known.setdefault(_colour(named), []).append(plain(text.get_text()))
    for one in found:
        names = known.get(one.pop("colour"), ())
        if not one["label"] and len(names) == 1 and one["kind"] in ("line", "points", "band"):
            one["label"] = names[0]
    return found


def names_of(axis):
    """Names of the places of an axis by their number, where a name stands at every whole step."""
    labels = [plain(label.get_text()) for label in axis.get_ticklabels()]
    places = numbers(axis.get_majorticklocs())
    steps = {round(b - a, 6) for a, b in zip(places, places[1:], strict=False)}
    if len(labels) != len(places) or not labels or steps - {1.0} or not all(labels):
        return None
    if all(re.fullmatch(r"[-−]?[\d.,]+(?:e[-−]?\d+)?", label) for label in labels):
        return None
    return dict(zip(places, labels, strict=True))


def put_names(columns, name, names):
    """Put names in the place of the numbers of a column, if all of them have one."""
    values = columns.get(name, [])
    nearest = [
        min(names, key=lambda place: abs(place - value)) for value in values if value == value
    ]
    if (
        values
        and len(nearest) == len(values)
        and all(abs(a - b) <= 0.5 for a, b in zip(nearest, values, strict=True))
    ):
        columns[name] = [names[place] for place in nearest]


def plain(text):
    r"""A text of a figure without TeX: "bound $1/\gamma^2$" is "bound 1/γ²"; in one line."""
    text = " ".join(re.sub(r"\$([^$]*)\$", lambda math: _untex(math[1]), text).split())
    return "".join(sign for sign in text if sign.isprintable())


def _untex(tex):
    from matplotlib._mathtext_data import tex2uni

    tex = re.sub(r"\\(?:math|text)[a-z]*", "", tex)
    tex = re.sub(r"\\([a-zA-Z]+)", lambda m: chr(tex2uni[m[1]]) if m[1] in tex2uni else m[1], tex)
    for mark, signs in (("_", DIGITS), ("^", POWERS)):
        tex = re.sub(
            rf"\{mark}(?:\{{([\d+-]+)\}}|(\d))",
            lambda m, to=signs: (m[1] or m[2]).translate(to),
            tex,
        )
    return re.sub(r"[{}\\]", "", tex)


def numbers(values):
    """A flat list of floats; NaN where a value is masked."""
    import numpy as np

    found = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).ravel()
    return (found + 0.0).tolist()  # without a minus at zero


def _number(value):
    return numbers([value])[0]
