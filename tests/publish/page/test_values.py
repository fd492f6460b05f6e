"""Values of a run in prose: formatted as print shows numbers; code and math stay as they are."""

import math
from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.page.values import fill, typeset

VALUES = {
    "one": {
        "loss": 0.00041234,
        "share": 0.98765,
        "count": 12345,
        "falls": -2.5,
        "tiny": -4.1e-07,
        "name": "adam-1e-03",
        "sure": True,
        "table": {"adam": {"best": [0.5, 0.25]}, "100": 7, "0.1": 8, "a b": 9},
        "lost": math.nan,
        "far": -math.inf,
        "_hidden": 1,
        "X": 3,
    },
    "two": {"loss": 2.0},
}


def put(text: str, own: str = "one", line: int = 1) -> str:
    return fill(text, VALUES, own, Path("docs/en/one.md"), line)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{{ loss:.1e}}", "4.1\u00a0×\u00a010⁻⁴"),
        ("{{loss:.2g}}", "0.00041"),
        ("{{ tiny }}", "−4.1\u00a0×\u00a010⁻⁷"),
        ("{{ tiny:.0e }}", "−4\u00a0×\u00a010⁻⁷"),
        ("{{ count:.2e}}", "1.23\u00a0×\u00a010⁴"),
        ("{{ X:.1e}}", "3.0"),
        ("{{ share:.1%}}", "98.8%"),
        ("{{ share:.0%}} of {{ count:,}}", "99% of 12,345"),
        ("{{ falls }}", "−2.5"),
        ("{{ falls:+.2f}}", "−2.50"),
        ("{{ share:+.2f}}", "+0.99"),
        ("{{ name }}", "adam-1e-03"),
        ("{{ sure }}", "True"),
        ("{{ lost:.2f}}", "nan"),
        ("{{ _hidden }}", "1"),
        ("{{ two/loss:.1f}}", "2.0"),
        ("{{ table.adam.best[0] }}", "0.5"),
        ("{{ table['adam'][\"best\"][-1] }}", "0.25"),
        ("{{ table.adam.best.1 }}", "0.25"),
        ("{{ table[100] }}{{ table.100 }}", "77"),
        ("{{ table[0.1] }}", "8"),
        ('{{ table["a b"] }}', "9"),
        ("a{{ X }}{{ X }}b", "a33b"),
        ("| {{ X }} | {{\n X }} |", "| 3 | 3 |"),
    ],
)
def test_a_value_is_shown_as_print_shows_numbers(written, shown):
    assert put(written) == shown


@pytest.mark.parametrize("exponent", range(-12, 13))
@pytest.mark.parametrize("sign", [1, -1])
def test_every_power_of_ten_reads_back(sign, exponent):
    number = sign * 1.5 * 10.0**exponent
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    digits, _, power = typeset(f"{number:.1e}").partition("\u00a0×\u00a010")
    read = float(digits.translate(plain)) * 10.0 ** int(power.translate(plain) or 0)
    assert read == pytest.approx(number)


@pytest.mark.parametrize(
    "text",
    [
        "`{{ loss }}`",
        "``a ` {{ loss }}``",
        "`two\nlines {{ loss }}`",
        "$x^{{2}}$",
        "$$\nx^{{2}}\n\\frac{{a}}{{b}}\n$$",
        "a $\\$ {{ loss }}$ b",
        "$a$, $b^{{c}}$ and `{{ d }}`",
        "no braces, {one} and }} alone",
    ],
)
def test_code_and_math_stay_as_they_are(text):
    assert put(text) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("`{{ X }}` {{ X }} $x^{{2}}$", "`{{ X }}` 3 $x^{{2}}$"),
        ("a \\` {{ X }} `", "a \\` 3 `"),
        ("costs $5, {{ X }} times", "costs $5, 3 times"),
        ("costs $5.\n\n{{ X }} times $x$", "costs $5.\n\n3 times $x$"),
        ("an open ` here.\n\n{{ X }} and `code`", "an open ` here.\n\n3 and `code`"),
        ("costs \\$5, {{ X }}, \\$6", "costs \\$5, 3, \\$6"),
        ("from $5 to $6: {{ X }}", "from $5 to $6: 3"),
        ("$$x$$ {{ X }} $$y$$", "$$x$$ 3 $$y$$"),
    ],
)
def test_dollars_and_ticks_that_are_neither_hide_no_value(written, shown):
    assert put(written) == shown


@pytest.mark.parametrize(
    ("written", "line", "words"),
    [
        ("a\n\n{{ lost_ }}", 7, "lesson 'one' has no value 'lost_'"),
        ("`x\ny` {{ los }}", 6, "It has: X, _hidden, count"),
        ("{{ table.sgd }}", 5, "table has no value 'sgd'"),
        ("{{ table.adam.best[2] }}", 5, "It is a list of 2: choose one with [0] to [1]"),
        ("{{ table.adam.best[-3] }}", 5, "has no value '-3'"),
        ("{{ table.adam }}", 5, "'table.adam' holds several numbers"),
        ("{{ X.real }}", 5, "X has no value 'real'"),
        ("{{ X:.3q}}", 5, "the format of {{ X:.3q}}"),
        ("{{ name:.3f}}", 5, "the format of"),
        ("{{ 3 + 4 }}", 5, "cannot read the value {{ 3 + 4 }}"),
        ("{{ X | round }}", 5, "cannot read"),
        ("{{ }}", 5, "cannot read"),
        ("\n{{ X }\n", 6, "{{ without }}"),
        ("{{ three/loss }}", 5, "no lesson 'three' for a value; there are: one, two"),
    ],
)
def test_mistakes_name_their_line(written, line, words):
    with pytest.raises(CourseError) as error:
        put(written, line=5)
    assert str(error.value).startswith(f"docs/en/one.md:{line}: ")
    assert words in str(error.value)


def test_a_page_without_lesson_has_to_name_one():
    assert put("{{ two/loss }}", own="") == "2.0"
    with pytest.raises(CourseError, match="lesson/name"):
        put("{{ loss }}", own="")
