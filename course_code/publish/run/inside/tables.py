r"""The data of a figure, read from its axes: a CSV file, and what can be said of it in words.

Executed in the kernel, before the figure's colours change. A panel is one pair of axes:

    {"title": …, "x": {"label", "low", "high", "log"}, "y": …, "series": [{"kind", "label", "count",
    and of each column "x", "y", …: {"first", "last", "low", "high", "low_at", "high_at"}}]}
"""

import csv
import io
import math

from course_code.publish.run.inside.series import names_of, plain, put_names, series_of

COLUMNS = ("x", "y", "to x", "to y", "low", "high", "value", "slope", "size", "text")
WHOLE = 1e15  # below it all digits of a whole number are known
FEW, MANY = 6, 24  # values that are told one by one; texts


def table(figure):
    """Return {"panels": […], "csv": …} of a figure that has been drawn; None without any data."""
    panels = [panel for panel in map(_panel, _axes(figure)) if panel["series"]]
    if not panels:
        return None
    return {"panels": [_told(panel) for panel in panels], "csv": _csv(panels)}


def _axes(figure):
    """The figure's axes but those of colour bars."""
    return [ax for ax in figure.axes if ax.get_visible() and not hasattr(ax, "_colorbar")]


def _panel(ax):
    """A panel with all of its data: a series has lists of numbers or texts in "columns"."""
    series = series_of(ax)
    panel = {"title": plain(ax.get_title()), "series": series}
    for name, axis, limits in (("x", ax.xaxis, ax.get_xlim()), ("y", ax.yaxis, ax.get_ylim())):
        panel[name] = {
            "label": plain(axis.label.get_text()),
            "low": _short(min(limits)),
            "high": _short(max(limits)),
            "log": axis.get_scale() == "log",
        }
        if names := names_of(axis):
            for one in series:
                put_names(one["columns"], name, names)
    return panel


def _short(value):
    """A number with four digits, which is enough to speak of it; None where it is none."""
    if isinstance(value, str):
        return value
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _csv(panels):
    """A line for each place of each series; columns that hold nothing are left out."""
    series = [one["columns"] for panel in panels for one in panel["series"]]
    used = [name for name in COLUMNS if any(name in columns for columns in series)]
    lines = []
    for number, panel in enumerate(panels, 1):
        for one in panel["series"]:
            count = _count(one)
            columns = [one["columns"].get(name, [""] * count) for name in used]
            head = [panel["title"] or panel["y"]["label"] or str(number), one["label"], one["kind"]]
            lines += [[*head, *map(_written, row)] for row in zip(*columns, strict=True)]
    heads = ["panel", "series", "kind", *(_head(name, panels) for name in used)]
    told = [len(panels) > 1, any(line[1] for line in lines)]  # panels and series, where any differ
    kept = [place for place in range(len(heads)) if all(told[place : place + 1])]
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerows([line[place] for place in kept] for line in [heads, *lines])
    return out.getvalue()


def _count(one):
    return len(next(iter(one["columns"].values()), ()))


def _head(name, panels):
    """Name of a column, with the label of its axis where all panels have the same."""
    labels = {panel[name]["label"] for panel in panels} if name in ("x", "y") else set()
    label = labels.pop() if len(labels) == 1 else ""
    return f"{name}: {label}" if label else name


def _written(value):
    """A cell of the file: whole numbers as they are, others in single precision, shortest text."""
    import numpy as np

    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "" if math.isnan(value) else str(value)
    if value == round(value) and abs(value) < WHOLE:
        return str(round(value))
    with np.errstate(over="ignore"):
        near = np.float32(value)
    return str(near) if near and np.isfinite(near) else repr(value)


def _told(panel):
    """What can be said of a panel without its data."""
    return panel | {"series": [_said(one) for one in panel["series"]]}


def _said(one):
    """What can be said of a series."""
    said = {name: one[name] for name in ("kind", "label", "size") if name in one}
    said["count"] = _count(one)
    for name, values in one["columns"].items():
        if name == "text" or said["count"] <= FEW:
            said[name] = {"all": [_short(value) for value in values[:MANY]]}
        elif all(isinstance(value, str) for value in values):
            said[name] = {"first": values[0], "last": values[-1]}
        else:
            said[name] = _range(name, values, one["columns"])
    return said


def _range(name, values, columns):
    """Where numbers begin, end, and lie, and at which x they are lowest and highest."""
    known = [index for index, value in enumerate(values) if math.isfinite(value)]
    if not known:
        return {}
    low, high = min(known, key=values.__getitem__), max(known, key=values.__getitem__)
    found = {"first": known[0], "last": known[-1], "low": low, "high": high}
    said = {key: _short(values[index]) for key, index in found.items()}
    if name == "y" and "x" in columns:
        said |= {f"{key}_at": _short(columns["x"][index]) for key, index in found.items()}
    return said
