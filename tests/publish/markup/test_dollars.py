"""Formulas of notebooks that another tool has made HTML."""

from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.dollars import render_dollars
from course_code.publish.markup.source import Source


def test_formulas_of_a_notebook_cell():
    text = (
        "<p>（$a &lt; b$）。 cost $5 and $6, <code>$c$</code></p>"
        "<p>$$\nd_1\n= e\n$$</p>"
        '<pre>$g$</pre><img alt="$i$" src="x">'
    )
    page = render_dollars(text, Source())
    assert page.count("<math ") == 2
    for kept in ("cost $5 and $6", "<code>$c$</code>", "$g$", 'alt="$i$"'):
        assert kept in page


def test_a_bad_formula_of_a_notebook_cell_names_the_page():
    source = Source(Path("page.md"), "One\n\n$\\nosuch$\n")
    with pytest.raises(CourseError, match=r"page\.md:3: bad formula"):
        render_dollars(r"<p>$\nosuch$</p>", source)
