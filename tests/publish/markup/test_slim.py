"""Formulas keep their text and what draws them, and lose the rest; tests/browser looks at them."""

import re

import pytest

from course_code.publish.markup.katex import render
from course_code.publish.markup.slim import MATHML, slim

BASE = '<span class="katex-html"><span class="katex-base">{}</span></span>'
SPACE = '<span class="mspace" style="margin-right:0.2em;"></span>'


def drawn(inner: str) -> str:
    """What is left of the inside of a base."""
    before, after = BASE.split("{}")
    return slim(BASE.format(inner)).removeprefix(before).removesuffix(after)


@pytest.mark.parametrize(
    ("inner", "left"),
    [
        ('<span class="mord"><span class="mord">if</span></span>', "if"),
        ('<span class="mord mathnormal">x</span>', '<span class="mathnormal">x</span>'),
        (f'<span class="mrel">=</span>{SPACE}', '<span style="margin-right:0.2em;">=</span>'),
        (f'<span class="mord mathnormal">x</span>{SPACE}<span class="mord">2</span>',
         '<span class="mathnormal" style="margin-right:0.2em;">x</span>2'),
        (f'<span class="mord mathnormal" style="margin-right:0.1em;">x</span>{SPACE}',
         '<span class="mathnormal" style="margin-right:0.1em;">x</span>' + SPACE),
        ('<span class="katex-strut" style="height:0.7em;vertical-align:-0.19em;"></span>x', "x"),
        ('<span class="katex-strut" style="height:0.9em;"></span>x',
         '<span class="katex-strut" style="height:0.9em;"></span>x'),
        ('<span class="katex-strut" style="height:1em;vertical-align:-0.35em;"></span>',
         '<span class="katex-strut" style="height:1em;vertical-align:-0.35em;"></span>'),
        ('<span class="vlist"><span><span class="mord">a</span></span></span>',
         '<span class="vlist"><span><span>a</span></span></span>'),
        ('<span class="vlist" style="height:1em;"><span></span></span>',
         '<span class="vlist" style="height:1em;"></span>'),
    ],
)  # fmt: skip
def test_what_has_no_rule_goes(inner, left):
    assert drawn(inner) == left


def test_mathml_keeps_its_text_and_its_source_without_elements():
    row = "<semantics><mrow><mi>a</mi><mo>&lt;</mo></mrow><annotation>a</annotation></semantics>"
    start = f'<span><math xmlns="{MATHML}" display="block">'
    wanted = f'{start[:-1]} data-tex="a"><mi>a</mi><mo>&lt;</mo></math></span>'
    assert slim(f"{start}{row}</math></span>") == wanted
    one = "<mfrac><mn>1</mn></mfrac>"
    only = f"{start}<semantics>{one}<annotation>1 &lt; 2</annotation></semantics></math></span>"
    assert slim(only) == f'{start[:-1]} data-tex="1 < 2">{one}</math></span>'


@pytest.mark.parametrize(
    ("tex", "script"),
    [
        ("x_1", 'size3 shifted" style="top:0.2143em;margin-right:0.0714em;">1</span>'),
        ("x^2", 'size3 shifted" style="top:-0.5186em;margin-right:0.0714em;">2</span>'),
        ("f'", "′</span>"),
    ],
)
def test_a_lone_script_is_one_element(tex, script):
    shown = render(tex, display=False)
    assert script in shown
    assert "vlist" not in shown
    for stacked in ("x_1^2", r"e^{\frac12}"):
        assert "vlist" in render(stacked, display=False)


@pytest.mark.parametrize(
    ("tex", "most"),
    [("x", 7), ("x_1", 11), ("a = b + c", 17), (r"\frac{a}{b}", 30), (r"\mathbb{R}^2", 11)],
)
def test_a_formula_has_few_elements(tex, most):
    assert len(re.findall("<[a-z]", render(tex, display=False))) <= most


def test_nothing_stands_around_mathml_or_a_lone_base_in_the_text():
    inline, display = render("x", False), render("x", True)
    assert inline.startswith('<span class="katex"><math')
    assert 'class="katex-mathml"' in inline
    assert '<span class="katex-mathml"' not in inline + display
    assert '<span class="katex-html katex-base" aria-hidden="true">' in inline
    assert '<span class="katex-html" aria-hidden="true"><span class="katex-base">' in display
    assert render("a = b", False).count("katex-base") == 2
