"""A figure in words, from its data: what its axes are, and where each of its series runs."""

from course_code.publish.base.words import DESCRIBED
from course_code.publish.page.values import typeset

PANELS, SERIES = 6, 6  # that are told one by one; of series of each kind
ALONG = {"x": "x", "to x": "x", "y": "y", "to y": "y", "low": "y", "high": "y"}  # axis of a column
NOTHING = 1e-12  # of the longer end of an axis: nearer to 0 there is only rounding


def described(panels: list[dict], language: str) -> list[str]:
    """Return a paragraph for each panel of a figure.

    Args:
        panels: of the figure's table; see run/inside/tables.py.
        language: of the words; labels and texts are as in the figure.
    """
    words = DESCRIBED[language]
    told = [_panel(panel, number, len(panels), words) for number, panel in enumerate(panels, 1)]
    if (more := len(told) - PANELS) > 0:
        told[PANELS:] = [words["panels"].format(count=more)]
    return told


def _panel(panel: dict, number: int, count: int, words: dict) -> str:
    panel = _cleaned(panel)
    title = words["title"].format(text=panel["title"]) if panel["title"] else ""
    text = words["panel"].format(number=number, count=count, title=title) if count > 1 else ""
    if any(one["kind"] not in ("map", "picture", "texts") for one in panel["series"]):
        axes = {name: _axis(panel[name], words) for name in ("x", "y")}
        text += words["axes"].format(**axes)
    told = _few(panel["series"], words)
    return (text[:1].upper() + text[1:] + "".join(one + words["stop"] for one in told)).strip()


def _cleaned(panel: dict) -> dict:
    """A panel with 0 for what rounding has left of it; on logarithmic axes nothing is too small."""
    least = {
        name: 0 if panel[name]["log"] else NOTHING * max(_sizes(panel[name]), default=0)
        for name in ("x", "y")
    }
    series = [
        one | {name: _clean(one[name], axis, least) for name, axis in ALONG.items() if name in one}
        for one in panel["series"]
    ]
    return panel | {"series": series}


def _sizes(axis: dict) -> list[float]:
    return [abs(axis[end]) for end in ("low", "high") if axis[end] is not None]


def _clean(column: dict, axis: str, least: dict[str, float]) -> dict:
    """A column that lies along an axis; where its values stand is told along the horizontal one."""
    return {
        key: _rounded(value, least["x" if key.endswith("_at") else axis])
        for key, value in column.items()
    }


def _rounded(value, least: float):
    if isinstance(value, list):
        return [_rounded(each, least) for each in value]
    return 0.0 if isinstance(value, float) and abs(value) < least else value


def _axis(axis: dict, words: dict) -> str:
    label = words["label"].format(text=axis["label"]) if axis["label"] else ""
    log = words["log"] if axis["log"] else ""
    return words["axis"].format(
        label=label, low=_number(axis["low"]), high=_number(axis["high"]), log=log
    )


def _few(series: list[dict], words: dict) -> list[str]:
    """What is said of each series, of many of a kind of the first ones."""
    told = []
    for kind in dict.fromkeys(one["kind"] for one in series):
        same = [one for one in series if one["kind"] == kind]
        said = list(dict.fromkeys(_series(one, words) for one in same))
        told += said[:SERIES]
        if (more := len(said) - SERIES) > 0:
            told.append(words["more"].format(count=more))
    return told


def _series(one: dict, words: dict) -> str:
    kind = one["kind"]
    if kind == "picture":
        return words["picture"]
    if kind == "texts":
        return words[kind].format(all=words["between"].join(f"“{t}”" for t in one["text"]["all"]))
    if kind == "levels":
        low, high = map(_number, _ends(one["value"]))
        return words[kind].format(
            all=low if low == high else words["to"].format(low=low, high=high)
        )
    if kind in ("guide", "span"):
        name = kind if "slope" in one else f"{kind} {'x' if 'x' in one else 'y'}"
        first = {key: _number(value["all"][0]) for key, value in one.items() if _is_column(value)}
        return words[name].format(**first)
    label = words["name"].format(text=one["label"]) if one["label"] else ""
    return words[kind].format(label=label, count=f"{one['count']:,}") + _run(one, words)


def _run(one: dict, words: dict) -> str:
    """Where a series runs."""
    if one["kind"] != "map" and "all" in one.get("x", {}) and "all" in one.get("y", {}):
        pairs = zip(one["x"]["all"], one["y"]["all"], strict=True)
        places = (f"({_number(x)}, {_number(y)})" for x, y in pairs)
        return words["colon"] + words["comma"].join(places) + _around(one, words)
    count = words["count"].format(count=f"{one['count']:,}") if one["kind"] != "map" else ""
    if one["kind"] in ("line", "bars", "steps") and "low_at" in one.get("y", {}):
        course = {key: _number(value) for key, value in one["y"].items()}
        return count + words["colon"] + words["course"].format(**course) + _around(one, words)
    told = [_range(words[name], one[name], words) for name in _ranged(one) if one.get(name)]
    return count + words["colon"] + words["comma"].join(told)


def _ranged(one: dict) -> tuple[str, ...]:
    """Columns of which the ends are told."""
    return ("value",) if one["kind"] == "map" else ("x", "y", "low", "high", "value")


def _range(name: str, column: dict, words: dict) -> str:
    if "first" not in column or "low" in column:
        low, high = map(_number, _ends(column))
        return words["ranges"].format(name=name, low=low, high=high)
    return words["ends"].format(name=name, first=column["first"], last=column["last"])


def _around(one: dict, words: dict) -> str:
    """The band at a line."""
    if not (one.get("low") and one.get("high")):
        return ""
    ends = {name: _ends(one[name]) for name in ("low", "high")}
    return words["around"].format(low=_number(ends["low"][0]), high=_number(ends["high"][1]))


def _ends(column: dict) -> tuple:
    values = [value for value in column.get("all", ()) if value is not None]
    return (min(values), max(values)) if values else (column.get("low"), column.get("high"))


def _is_column(value) -> bool:
    return isinstance(value, dict) and "all" in value


def _number(value: float | str | None) -> str:
    if isinstance(value, float):
        return typeset(f"{value:.3g}" if not 1000 <= abs(value) < 1e6 else f"{value:,.0f}")
    return "?" if value is None else value
