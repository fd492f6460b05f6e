"""A bar inside a formula or code ends no cell of a table."""

import re

import pytest


def cells(page):
    """Text of each cell of the last row, formulas as TeX."""
    row = page.split("<tr>")[-1]
    found = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    formula = r'<span class="arithmatex".*?<annotation[^>]*>(.*?)</annotation>.*'
    return [re.sub(formula, r"$\1$", cell, flags=re.DOTALL) for cell in found]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("| logistic | $p(y|x)$ | convex |", ["logistic", "$p(y|x)$", "convex"]),
        ("logistic | $p(y|x)$ | convex", ["logistic", "$p(y|x)$", "convex"]),
        (r"| norm | $\|x\|$ | convex |", ["norm", r"$\|x\|$", "convex"]),
        ("| code | `a|b` | $|x|$ |", ["code", "<code>a|b</code>", "$|x|$"]),
        ("| code | `$|` | `|$` |", ["code", "<code>$|</code>", "<code>|$</code>"]),
        (r"| \$5 | a \| b | \$6 |", ["$5", "a | b", "$6"]),
        ("| a | b |", ["a", "b", ""]),
    ],
)
def test_cells(render, row, wanted):
    head = "| a | b | c |" if row.startswith("|") else "a | b | c"
    assert (
        cells(render(f"{head}\n{head.translate({97: '-', 98: '-', 99: '-'})}\n{row}\n")) == wanted
    )


def test_a_header_holds_formulas_too(render):
    page = render("| $p(y|x)$ | b |\n|:--|--:|\n| c | $|d|$ |\n")
    assert page.count("<th ") == page.count("<td ") == page.count("<math ") == 2
