"""A figure is described from its data, in the words of the page's language."""

import pytest

from course_code.publish.page.described import described

AXES = {
    "x": {"label": "steps", "low": 0.0, "high": 10000.0, "log": False},
    "y": {"label": "", "low": 1e-7, "high": 2.5, "log": True},
}
LINE = {
    "kind": "line", "label": "Adam", "count": 99,
    "x": {"first": 1.0, "last": 99.0, "low": 1.0, "high": 99.0},
    "y": {"first": 2.0, "last": 0.5, "low": 0.25, "high": 2.0,
          "first_at": 1.0, "last_at": 99.0, "low_at": 70.0, "high_at": 1.0},
    "low": {"first": 1.0, "last": 0.1, "low": 0.1, "high": 1.0},
    "high": {"first": 3.0, "last": 0.6, "low": 0.6, "high": 3.0},
}  # fmt: skip
FEW = {"kind": "bars", "label": "", "count": 2, "x": {"all": [3.0, -1.5]}, "y": {"all": ["a", "b"]}}


def one(series, language="en", **panel):
    (text,) = described([{"title": "", **AXES, **panel, "series": series}], language)
    return text


def test_axes_lines_and_bands_are_told_in_both_languages():
    assert one([LINE]) == (
        "Horizontal axis “steps” from 0 to 10,000; vertical axis from 1\u00a0×\u00a010⁻⁷ to 2.5 "
        "(logarithmic). Line “Adam”, 99 places: from 2 at 1 to 0.5 at 99, lowest 0.25 at 70, "
        "highest 2 at 1, with a band between 0.1 and 3."
    )
    assert one([LINE], "zh") == (
        "横轴“steps”从 0 到 10,000；纵轴从 1\u00a0×\u00a010⁻⁷ 到 2.5（对数刻度）。折线“Adam”，"
        "共 99 处：起点 2（横轴 1），终点 0.5（横轴 99），最低 0.25（横轴 70），最高 2（横轴 1），"
        "色带在 0.1 与 3 之间。"
    )


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (FEW, "Bars: (3, a), (−1.5, b)."),
        (
            {"kind": "points", "label": "0", "count": 9, "x": {"low": 0.0, "high": 1.0},
             "y": {"first": "a", "last": "c"}},
            "Points “0”, 9 places: horizontally from 0 to 1, vertically from a to c.",
        ),
        (
            {"kind": "map", "label": "", "count": 64, "value": {"low": 0.0, "high": 1.0}},
            "Map of 64 values: value from 0 to 1.",
        ),
        ({"kind": "picture", "label": "", "count": 0}, "Areas in colours, as a picture."),
        ({"kind": "levels", "label": "", "count": 1, "value": {"all": [0.5]}},
         "Contour lines at 0.5."),
        ({"kind": "levels", "label": "", "count": 9, "value": {"low": 0.5, "high": 7.0}},
         "Contour lines at 0.5 to 7."),
        ({"kind": "guide", "label": "", "count": 1, "y": {"all": [1.0]}},
         "Horizontal guide line at 1."),
        ({"kind": "guide", "label": "", "count": 1, "x": {"all": [0.0]}, "y": {"all": [1.0]},
          "slope": {"all": [2.0]}}, "Guide line through (0, 1) with slope 2."),
        ({"kind": "span", "label": "", "count": 1, "x": {"all": [0.0]}, "to x": {"all": [1.0]}},
         "Shaded from 0 to 1 horizontally."),
        ({"kind": "texts", "label": "", "count": 2, "text": {"all": ["a", "b"]}},
         "Texts: “a”, “b”."),
    ],
)  # fmt: skip
def test_every_kind_of_series_is_told(series, said):
    assert one([series]).endswith(said)
    assert one([series], "zh").endswith("。")


def test_large_counts_have_their_comma():
    assert "Line “Adam”, 9,975 places:" in one([LINE | {"count": 9975}])
    assert "折线“Adam”，共 9,975 处：" in one([LINE | {"count": 9975}], "zh")
    values = {"kind": "map", "label": "", "count": 10000, "value": {"low": 0.0, "high": 1.0}}
    assert "Map of 10,000 values" in one([values])


def test_what_rounding_leaves_of_0_is_told_as_0_but_on_logarithmic_axes():
    dust = LINE["y"] | {"low": 1e-13, "low_at": -8.33e-17}
    assert "lowest 1\u00a0×\u00a010⁻¹³ at 0," in one([LINE | {"y": dust}])
    linear = AXES["y"] | {"log": False}
    assert "lowest 0 at 0," in one([LINE | {"y": dust}], y=linear)
    few = FEW | {"x": {"all": [3.0, -1e-12]}}
    assert one([few]).endswith("Bars: (3, a), (0, b).")
    small = {"label": "", "low": -1e-12, "high": 3e-12, "log": False}
    assert one([few], x=small).endswith("(−1\u00a0×\u00a010⁻¹², b).")


def test_quoted_texts_need_no_comma_in_chinese():
    texts = {"kind": "texts", "label": "", "count": 2, "text": {"all": ["a", "b"]}}
    assert one([texts], "zh").endswith("图中文字：“a”“b”。")


def test_of_many_panels_and_series_the_first_are_told():
    panel = {"title": "t", **AXES, "series": [LINE | {"label": str(n)} for n in range(9)]}
    told = described([panel] * 8, "en")
    assert told[0].startswith("Panel 1 of 8 “t”: horizontal axis")
    assert told[0].endswith("3 more like these.")
    assert told[6:] == ["2 more panels like these."]
    assert described([panel] * 8, "zh")[0].startswith("第 1 幅，共 8 幅，“t”：横轴")
