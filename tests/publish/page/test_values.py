"""Values of a run in prose: formatted as print shows numbers; code and math stay as they are."""

import html
import math
import string
from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.page.values import Known, fill, typeset

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
    return fill(text, Known(VALUES, own, Path("docs/en/one.md")), line)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{{ loss:.1e}}", "4.1\u00a0×\u00a010⁻⁴"),
        ("{{loss:.2g}}", "0.00041"),
        ("{{ tiny:.2g}}", "−4.1\u00a0×\u00a010⁻⁷"),
        ("{{ tiny:.0e }}", "−4\u00a0×\u00a010⁻⁷"),
        ("{{ count:.2e}}", "1.23\u00a0×\u00a010⁴"),
        ("{{ X:.1e}}", "3.0"),
        ("{{ share:.1%}}", "98.8%"),
        ("{{ share:.0%}} of {{ count:,}}", "99% of 12,345"),
        ("{{ falls:g}}", "−2.5"),
        ("{{ falls:+.2f}}", "−2.50"),
        ("{{ share:+.2f}}", "+0.99"),
        ("{{ falls:9.1f}}", "−2.5"),
        ("{{ name }}", "adam&#45;1e&#45;03"),
        ("{{ sure }}", "True"),
        ("{{ _hidden }}", "1"),
        ("{{ two/loss:.1f}}", "2.0"),
        ("{{ table.adam.best[0]:g}}", "0.5"),
        ("{{ table['adam'][\"best\"][-1]:g}}", "0.25"),
        ("{{ table.adam.best.1:g}}", "0.25"),
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
        "<!-- {{ loss }} {{ todo }} -->",
        "a <!-- {{ todo }} --> b",
        "<!--\n\n{{ todo }}\n\n-->",
        "```text\n{{ todo }}\n```",
        "<pre>{{ todo }}\n\n{{ loss }} $x$</pre>",
        "<script>\nx = {{ todo }};\n</script>",
        "a $\\$ {{loss}}$ b",
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
        ('<pre title="{{ X }}">{{ X }}</pre> {{ X }}', '<pre title="3">{{ X }}</pre> 3'),
        ("<pre>{{ X }}", "<pre>3"),
        ("costs $5, {{ X }} times", "costs $5, 3 times"),
        ("costs $5.\n\n{{ X }} times $x$", "costs $5.\n\n3 times $x$"),
        ("an open ` here.\n\n{{ X }} and `code`", "an open ` here.\n\n3 and `code`"),
        ("costs \\$5, {{ X }}, \\$6", "costs \\$5, 3, \\$6"),
        ("from $5 to $6: {{ X }}", "from $5 to $6: 3"),
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
        ("{{ lost:.2f}}", 5, "the value 'lost' is nan"),
        ("{{ far:.2f}}", 5, "the value 'far' is -inf"),
        ("{{ loss }}", 5, "has no format\n  Say how many digits it deserves: {{ loss:.3g}}"),
        ("{{ table.adam.best[0] }}", 5, "'table.adam.best[0]' has no format"),
        ("a\n{ loss:.1e}", 6, "a value in single braces: { loss:.1e}\n  Write {{ loss:.1e}}."),
        ("a\n$L =\n{{ loss:.1e}}$", 7, "a value inside math: {{ loss:.1e}}"),
        ("$$\nL = {{ X }}\n$$", 6, "End the formula before it"),
        ("$x^{{two/loss}}$", 5, "a value inside math"),
        ("{{ X:.3f}} {{ losss:.2f}}", 5, "Did you mean 'loss'?"),
        ("{{ three/loss }}", 5, "no lesson 'three' for a value; there are: one, two"),
    ],
)
def test_mistakes_name_their_line(written, line, words):
    with pytest.raises(CourseError) as error:
        put(written, line=5)
    assert str(error.value).startswith(f"docs/en/one.md:{line}: ")
    assert words in str(error.value)


def test_a_page_without_lesson_has_to_name_one():
    assert put("{{ two/loss:.1f}}", own="") == "2.0"
    with pytest.raises(CourseError, match="lesson/name"):
        put("{{ loss }}", own="")


AWKWARD = [
    "__call__",
    "x<b and b>c",
    "2*3*4",
    "`x`",
    "a|b",
    "two\nlines",
    "2024. 3) 4",
    "<img src=x onerror=alert(1)>",
    "[a](b) ![c](d) [^e] {#f} {{ g }} $h$ \\(i\\) \"j\" 'k' &amp; &lt; 3. # - +",
]


@pytest.mark.parametrize("value", AWKWARD)
def test_a_string_is_written_so_that_neither_markdown_nor_html_reads_it(value):
    known = Known({"one": {"name": value}}, "one", Path("docs/en/one.md"))
    written = fill("{{ name }}", known)
    assert html.unescape(written) == value
    assert not set(written) & set(string.punctuation + "\n") - set("&#;")
    assert fill("{{ name }}", known, kind="plain") == value


def test_labels_hold_markdown_but_no_html():
    known = Known(VALUES, "one", Path("docs/en/one.md"))
    text = "**a** `<b>` $x<y$ <img src=x> </p> <!-- c --> {{ X:<3}}1 < 2"
    wanted = "**a** `<b>` $x<y$ &lt;img src=x> &lt;/p> <!-- c --> 3  1 < 2"
    assert fill(text, known, kind="label") == wanted


def test_a_number_that_begins_a_sentence_begins_no_list():
    assert put("{{ X }}. And {{ X }}. End") == "&#51;. And 3. End"
    assert put("> {{ X }}) a\n\n{{ X }} b") == "> &#51;) a\n\n3 b"
    assert put("- {{ X }}. a\n:   {{ X }}. b") == "- &#51;. a\n:   &#51;. b"
    assert put("[^n]: {{ X }}. a\n1. > {{ X }}) b") == "[^n]: &#51;. a\n1. > &#51;) b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{{ year }}. In it", "&#50;024. In it"),
        ("a\n{{ year }}) b", "a\n&#50;024) b"),
        ("- > {{ year }}. a", "- > &#50;024. a"),
        ("{{ dotted }} a", "&#51;&#46; a"),
        ("1{{ year }}. a", "1&#50;024. a"),
        ("1{{ X }}. a", "1&#51;. a"),
        ("{{ X }}{{ year }}. a", "&#51;&#50;024. a"),
        ("{{ none }}{{ X }}. a", "&#51;. a"),
        ("{{ X }}4. a", "&#51;4. a"),
        ("{{ X:#.0f}} a", "&#51;. a"),
        ("{{ none }}1 a", "1 a"),
        ("{{ year }} and {{ X }}.5", "2024 and 3.5"),
        ("{{ X:.2f}} a", "3.00 a"),
        ("In {{ year }}. And", "In 2024. And"),
    ],
)
def test_nor_does_a_string_of_digits_or_a_number_of_several_parts(written, shown):
    known = Known({"one": {"year": "2024", "dotted": "3.", "none": "", "X": 3}}, "one", Path("a"))
    assert fill(written, known) == shown


def test_indented_code_is_refused():
    with pytest.raises(CourseError) as error:
        put("Text.\n\n    {{ loss }} $x$\n", line=5)
    assert str(error.value).startswith("docs/en/one.md:7: code that is only indented: '{{ loss")
    assert "Put it into a fence" in str(error.value)
    assert put("- a\n\n    {{ X }}\n\n!!! note\n\n    {{ X }}\n").count("3") == 2


def test_a_value_that_is_none_says_how_to_make_it_one():
    known = Known(VALUES, "one", Path("docs/en/one.md"), bound={"one": ("loss", "tensor")})
    with pytest.raises(CourseError, match=r"with \.item\(\) or \.tolist\(\)"):
        fill("{{ tensor:.3f}}", known)


BINDERS = {
    "X": [("data", None), ("again", None)],
    "count": [("later", None)],
    "table": [("data", None), ("again", "0.1")],
}


def test_a_name_bound_twice_is_shown_below_its_last_cell_alone():
    known = Known(VALUES, "one", Path("docs/en/one.md"), binders=BINDERS)
    assert fill("{{ X }}", known.below("data").below("again")) == "3"
    assert fill("{{ count }} {{ table.100 }}", known) == "12345 7"
    with pytest.raises(CourseError, match="'table' is bound by several cells, last by 'again'"):
        fill("{{ table[0.1] }}", known.below("data"))
    with pytest.raises(CourseError, match="'X' is bound by several cells, last by 'again'"):
        fill("{{ X }}", known.below("data"))
