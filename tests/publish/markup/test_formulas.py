"""Formulas are rendered while building: rightly, once, and with errors that say where."""

import re

import pytest

from course_code.publish.base.errors import CourseError


def visible(text):
    """The text that a reader sees."""
    text = re.sub(r"<math .*?</math>", "", text, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "", text)


def test_formulas_of_a_page(render):
    text = "Both $a < b$ and\n\n$$\n\\begin{aligned}\na &< b\n\\end{aligned}\n$$\n\nend.\n"
    page = render(text)
    assert page.count("<math ") == 2
    assert "arithmatex" in page
    assert "\\(" not in visible(page)


def test_displayed_formulas_are_reached_by_keyboard_and_named(render):
    for language, label in (("en", "Formula"), ("zh", "公式")):
        page = render("$$\nx\n$$\n", language=language)
        [tag] = re.findall(r'<div [^>]*class="arithmatex\b[^>]*>', page)
        for attribute in ('tabindex="0"', 'role="group"', f'aria-label="{label}"'):
            assert attribute in tag


def test_search_leaves_formulas_out(render):
    page = render("Text $x$.\n\n$$\ny\n$$\n")
    tags = re.findall(r'<\w+ [^>]*class="arithmatex\b[^>]*>', page)
    assert len(tags) == 2
    assert all("data-search-exclude" in tag for tag in tags)


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
def test_punctuation_stays_with_its_formula(render, text, tied):
    page = render(text)
    [group] = re.findall(r'<p>[^<]*<span class="math-nowrap">(.*</span>[^<]*)</span>', page)
    assert visible(group) == tied
    assert visible(page) == text.replace("$", "")


def test_words_next_to_a_formula_are_not_tied(render):
    for text in ("设$x$为", "Let $x$ be", "Let $x$ – or"):
        assert "math-nowrap" not in render(text)


def test_a_short_formula_stays_on_its_line(render):
    for text in ("is $a + b = c$ then", "是（$a + b = c$）。"):
        assert 'class="arithmatex katex math-nowrap"' in render(text)


def test_a_long_formula_breaks_but_not_inside_brackets(render):
    page = render("is $a = b + c = d + e = f + g = h + i + j + k = (l - m + n)$ then")
    assert visible(page).endswith("(l−m+n) then")
    [tied] = re.findall(r'<span class="math-nowrap">(.*?)</span></span> then', page)
    assert visible(f"<p>{tied}</p>").startswith("(l−m+n")


def test_a_long_formula_still_breaks(render):
    page = render("（$a = b + c = d + e = f + g = h + i + j + k + l + m + n$）。")
    bases = page.count('<span class="katex-base">')
    assert bases > 2
    tied = re.findall(r'<span class="math-nowrap"><span class="katex-base">', page)
    assert len(tied) == 2, "the first part and the last, not those between"
    assert 'class="math-nowrap math-long"' in page
    assert visible(render("the $a+b+c+d+e+f+g+h+i+j+k+l+m+n$-th")).endswith("n\N{WORD JOINER}-th")


def test_a_bad_formula_says_where(render):
    text = "# Title\n\nGood $x$.\n\nBad $\\nosuch{x}$ here.\n"
    with pytest.raises(CourseError) as error:
        render(text)
    message = str(error.value)
    assert message.startswith("docs/page.md:5: bad formula ")
    assert r"\\nosuch{x}" in message
    assert "Undefined control sequence" in message


def test_the_line_of_a_formula_on_several_lines_in_an_admonition(render):
    text = '!!! note "A"\n\n    $$\n    a\n      = \\nosuch\n    $$\n'
    with pytest.raises(CourseError, match=r"page\.md:4: "):
        render(text)


def test_a_formula_in_a_heading_is_an_error(render):
    for heading in ("## The $x_1$ axis\n", "The *$x_1$* axis\n---\n"):
        with pytest.raises(CourseError, match=r"page\.md:3: a formula in a heading: 'x_1'"):
            render(f"Text\n\n{heading}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("It costs $5-$10.", "before a digit: '$5-$1'"),
        ("（$5，或$6）", "before a digit"),
        ("now $x$2", "before a digit"),
        ("$5-$**10**", "before a digit"),
        ("from US$5 to US$6", "after a letter or digit: 'S$5 to US$'"),
        ("5$-10$", "after a letter or digit"),
        ("US$5 to HK$ 6 or US$5/A$", "after a letter or digit"),
        ("US$5/A$", "after a letter or digit: 'S$5/A$'"),
        ("**US**$5/A$", "after a letter or digit"),
        ("Kč$5/A$", "after a letter or digit"),
        ("５$-10$", "after a letter or digit"),
        ("Costs $5 and then 6$.", "of a number and words: '$5 and then 6$'"),
        ("($5 each) or (C$ each)", "of a number and words"),
        ("$5/day-A$", "of a number and words"),
        ("$5 или 6$", "of a number and words"),
        ("$5–10$", "of a number and words"),
        ("$1,000 – C$", "of a number and words"),
        ("（$5 起，或 A$）", "of a number and words"),
        ("| a | b |\n|---|---|\n| $5 each | A$ each |", "of a number and words"),
    ],
)
def test_money_is_no_formula(render, text, why):
    with pytest.raises(CourseError, match=r"page\.md:[35]: money, or ") as error:
        render(f"One\n\n{text}")
    assert f"a formula {why}" in str(error.value)
    assert r"Write \$ for a dollar sign" in str(error.value)
    shown = render(f"One\n\n{text}".replace("$", r"\$"))
    assert visible(shown).count("$") == text.count("$")


@pytest.mark.parametrize(
    "text",
    [
        "$2^8 = 256 \\text{ values}$, $2Bnm$, $2 \\cdot ab$, $1, \\dots, C-1$",
        "$10^{\\mathrm{max} and}$, $1/(n_\\text{in} + n_\\text{out})$, $-1/3$, $3\\text{–}4$",
        "设$x$为，**粗**$2n$，（$x$）$y$、*$x$*$2$",
        "`US`$x$, \\$ $5$, the $5$th, $n$-th, \\$5 and $6$",
    ],
)
def test_numbers_and_names_in_formulas_are_no_money(render, text):
    assert "<math " in render(text)


@pytest.mark.parametrize(
    "text",
    [
        "> Quoted $x$.\n>\n> $$\n> y\n> $$",
        "- an item $x$\n\n    $$\n    y\n    $$",
        "<div markdown>\n\n$x$\n\n$$\ny\n$$\n\n</div>",
        "A note[^n] $x$.\n\n[^n]: $y$",
        "**$x$** and *（$y$）*",
        '!!! note "Title $x$"\n\n    $$\n    y\n    $$',
        "<kbd>x</kbd> $x$ <span>$y$</span>",
    ],
)
def test_formulas_wherever_they_stand(render, text):
    page = render(text)
    assert page.count("<math ") == 2
    assert "\\(" not in page
