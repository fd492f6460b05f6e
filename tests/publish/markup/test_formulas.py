"""Formulas are rendered while building: rightly, once, and with errors that say where."""

import re
from html.parser import HTMLParser

import markdown
import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.formulas import Katex, find_line, render_dollars, render_html

VOID = {"img", "br", "hr", "input", "meta", "path", "line"}


class Balance(HTMLParser):
    """Raises when tags do not nest."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def assert_balanced(text):
    parser = Balance()
    parser.feed(text)
    assert parser.open == []


@pytest.fixture
def katex(tmp_path):
    return Katex(tmp_path / "elsewhere")


def html_of(text):
    extensions = ["pymdownx.arithmatex", "admonition", "tables", "toc", "fenced_code"]
    return markdown.markdown(
        text,
        extensions=extensions,
        extension_configs={"pymdownx.arithmatex": {"generic": True}},
    )


def rendered(text, katex, tmp_path, language="en"):
    source = tmp_path / "page.md"
    source.write_text(text, "utf-8")
    return render_html(html_of(text), source, katex, language)


def visible(text):
    """The text that a reader sees."""
    text = re.sub(r"<math .*?</math>", "", text, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "", text)


def test_formulas_of_a_page(katex, tmp_path):
    text = "Both $a < b$ and\n\n$$\n\\begin{aligned}\na &< b\n\\end{aligned}\n$$\n\nend.\n"
    page = rendered(text, katex, tmp_path)
    assert page.count("<math ") == 2
    assert "arithmatex" in page
    assert "\\(" not in visible(page)
    assert_balanced(page)


def test_displayed_formulas_are_reached_by_keyboard_and_named(katex, tmp_path):
    for language, label in (("en", "Formula"), ("zh", "公式")):
        page = rendered("$$\nx\n$$\n", katex, tmp_path, language)
        [tag] = re.findall(r'<div class="arithmatex"[^>]*>', page)
        for attribute in ('tabindex="0"', 'role="group"', f'aria-label="{label}"'):
            assert attribute in tag


def test_search_leaves_formulas_out(katex, tmp_path):
    page = rendered("Text $x$.\n\n$$\ny\n$$\n", katex, tmp_path)
    for tag in re.findall(r'<\w+ class="arithmatex"[^>]*>', page):
        assert "data-search-exclude" in tag


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("设 $x$。然后", "x。"),
        ("（$x$），是", "（x），"),
        ("Let $x$, then", "x,"),
        ("the $k$-th one", "k-th"),
        ("(see $x$).", "x)."),
        ("“$x$”", "“x”"),
    ],
)
def test_punctuation_stays_with_its_formula(katex, tmp_path, text, tied):
    page = rendered(text, katex, tmp_path)
    [group] = re.findall(r'<p>[^<]*<span class="math-nowrap">(.*</span>[^<]*)</span>', page)
    assert visible(group) == tied
    assert visible(page) == text.replace("$", "")
    assert_balanced(page)


def test_words_next_to_a_formula_are_not_tied(katex, tmp_path):
    for text in ("设$x$为", "Let $x$ be", "Let $x$ – or"):
        assert "math-nowrap" not in rendered(text, katex, tmp_path)


def test_a_long_formula_still_breaks(katex, tmp_path):
    page = rendered("（$a = b + c = d$）。", katex, tmp_path)
    bases = page.count('<span class="katex-base">')
    assert bases > 2
    tied = re.findall(r'<span class="math-nowrap"><span class="katex-base">', page)
    assert len(tied) == 2, "the first part and the last, not those between"
    assert 'class="math-nowrap math-long"' in page
    assert_balanced(page)
    assert visible(rendered("the $a+b$-th", katex, tmp_path)).endswith("b\N{WORD JOINER}-th")


def test_a_bad_formula_says_where(katex, tmp_path):
    text = "# Title\n\nGood $x$.\n\nBad $\\nosuch{x}$ here.\n"
    with pytest.raises(CourseError) as error:
        rendered(text, katex, tmp_path)
    message = str(error.value)
    assert message.startswith(f"{tmp_path / 'page.md'}:5: bad formula ")
    assert r"\\nosuch{x}" in message
    assert "Undefined control sequence" in message


def test_the_line_of_a_formula_on_several_lines_in_an_admonition(katex, tmp_path):
    text = '!!! note "A"\n\n    $$\n    a\n      = \\nosuch\n    $$\n'
    with pytest.raises(CourseError, match=r"page\.md:4: "):
        rendered(text, katex, tmp_path)


def test_the_line_is_that_of_the_formula_not_of_the_same_word(tmp_path):
    source = tmp_path / "page.md"
    source.write_text("max words\n\n> quote $y$\n>\n> $$\n> max\n> x\n> $$\n\n$max$\n")
    assert find_line(source, "max") == 10
    assert find_line(source, "max x") == 6
    assert find_line(source, "nowhere") is None
    assert find_line(tmp_path / "none.md", "max") is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One\n\ntwo $$x^2$$ three\n", 3),
        ("One\n\n$$ x\n", 3),
        ("Text \\\\[x\\\\] here", 1),
        ("Text $ \\alpha $ here", 1),
    ],
)
def test_math_that_was_not_recognised_is_an_error(katex, tmp_path, text, line):
    with pytest.raises(CourseError, match=rf"page\.md:{line}: math that was not recognised"):
        rendered(text, katex, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5, not $6 or snake_case.",
        "Code `$$x$$` and `\\(x\\)`.",
        "```python\nx = '$$\\(x_1\\)'\n```",
        "    indented $\\alpha$",
        "<!-- $$ -->\n\nText",
    ],
)
def test_dollars_and_code_are_no_math(katex, tmp_path, text):
    rendered(text, katex, tmp_path)


def test_a_formula_in_a_heading_is_an_error(katex, tmp_path):
    with pytest.raises(CourseError, match=r"page\.md:3: a formula in a heading: 'x_1'"):
        rendered("Text\n\n## The $x_1$ axis\n", katex, tmp_path)


def test_rendering_twice_changes_nothing(katex, tmp_path):
    page = rendered("Text $x^2$, and $\\alpha$ and\n\n$$\ny^2\n$$\n", katex, tmp_path)
    assert render_html(page, tmp_path / "page.md", katex) == page


def test_formulas_of_a_notebook_cell(katex, tmp_path):
    text = (
        "<p>（$a &lt; b$）。 cost $5 and $6, <code>$c$</code></p>"
        "<p>$$\nd_1\n= e\n$$</p>"
        '<pre>$g$</pre><img alt="$i$" src="x">'
    )
    page = render_dollars(text, tmp_path / "page.md", katex)
    assert page.count("<math ") == 2
    for kept in ("cost $5 and $6", "<code>$c$</code>", "$g$", 'alt="$i$"'):
        assert kept in page
    assert_balanced(page)


def test_a_bad_formula_of_a_notebook_cell_names_the_page(katex, tmp_path):
    source = tmp_path / "page.md"
    source.write_text("One\n\n$\\nosuch$\n")
    with pytest.raises(CourseError, match=r"page\.md:3: bad formula"):
        render_dollars(r"<p>$\nosuch$</p>", source, katex)
