"""KaTeX runs in this process, refuses what it would only warn about, and brings its style."""

import re
import threading

import pytest

from course_code.publish.markup import vendored
from course_code.publish.markup.katex import FormulaError, assets, render


def test_a_formula_has_html_and_mathml():
    shown = render(r"\frac{a}{b}", display=False)
    assert "<math " in shown
    assert "mfrac" in shown
    assert "katex-display" not in shown
    assert "katex-display" in render(r"\frac{a}{b}", display=True)


@pytest.mark.parametrize(
    ("tex", "says"),
    [
        (r"\frac{a", "Unexpected end of input"),
        (r"\nosuch x", r"Undefined control sequence: \\nosuch"),
        ("学", "used in math mode"),
        (r"\href{https://example.org}{x}", r"\\href is not allowed"),
        (r"x — y", "Unrecognized Unicode character"),
        (r"\message{x}", "x"),
        ("{" * 20_000, "stack|size"),
    ],
)
def test_what_katex_would_only_warn_about_is_an_error(tex, says):
    with pytest.raises(FormulaError, match=says) as error:
        render(tex, display=False)
    assert "strict mode" not in str(error.value)
    assert "\N{COMBINING LOW LINE}" not in str(error.value)
    assert "<math" in render("x", display=False), "one bad formula must not end the rest"


def test_formulas_of_any_length_and_any_thread():
    long = " + ".join(rf"\frac{{x_{{{i}}}}}{{y}}" for i in range(300))
    assert render(long, display=True).count("<mfrac>") == 300
    found = []
    thread = threading.Thread(target=lambda: found.append(render("x_{31}", display=False)))
    thread.start()
    thread.join()
    assert "<math" in found[0]


def test_the_site_gets_the_style_sheet_and_every_font_it_names():
    files = assets()
    css = files.pop("assets/katex/katex.min.css").decode()
    assert "math-nowrap" in css
    named = set(re.findall(r"url\(([^)]*)\)", css))
    assert named == {name.removeprefix("assets/katex/") for name in files}
    assert len(files) == 20
    assert all(
        path.suffix == ".woff2" and path.read_bytes()[:4] == b"wOF2" for path in files.values()
    )
    fonts = (vendored.HERE / "katex/fonts").iterdir()
    assert {path.name for path in fonts} == {path.name for path in files.values()}
