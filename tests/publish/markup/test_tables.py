"""A bar inside a formula or code ends no cell of a table."""

import pytest
from bs4 import BeautifulSoup


def cells(page):
    """Text of each cell of the last row, formulas as their MathML's text."""
    cells = BeautifulSoup(page, "html.parser").select("tr:last-of-type")[-1].select("td")
    for formula in [formula for cell in cells for formula in cell.select(".katex")]:
        formula.replace_with(f"${formula.math.get_text()}$")
    return [cell.decode_contents() for cell in cells]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("| logistic | $p(y|x)$ | convex |", ["logistic", "$p(y∣x)$", "convex"]),
        ("logistic | $p(y|x)$ | convex", ["logistic", "$p(y∣x)$", "convex"]),
        (r"| norm | $\|x\|$ | convex |", ["norm", "$∥x∥$", "convex"]),
        ("| code | `a|b` | $|x|$ |", ["code", "<code>a|b</code>", "$∣x∣$"]),
        ("| code | `$|` | `|$` |", ["code", "<code>$|</code>", "<code>|$</code>"]),
        (r"| \$5 | a \| b | \$6 |", ["$5", "a | b", "$6"]),
        ("| a | b |", ["a", "b", ""]),
        ("| <!-- x | y --> 1 | 2 | 3 |", ["<!-- x | y --> 1", "2", "3"]),
        ("1 | 2 <!-- $x | y --> | $3$", ["1", "2 <!-- $x | y -->", "$3$"]),
        ("| `<!--` | 2 | `-->` |", ["<code>&lt;!--</code>", "2", "<code>--&gt;</code>"]),
        ("| <!-- x | y | z |", ["&lt;!-- x", "y", "z"]),
        (r"| \\`$` | `$` | c |", [r"\<code>$</code>", "<code>$</code>", "c"]),
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
