"""Messages name the line of what they quote, where it is in the file."""

from pathlib import Path

from course_code.publish.markup.source import Source


def test_the_line_is_that_of_the_formula_not_of_the_same_word():
    source = Source(Path("p.md"), "max words\n\n> quote $y$\n>\n> $$\n> max\n> x\n> $$\n\n$max$\n")
    assert source.line("max") == 10
    assert source.line("max x") == 6
    assert source.line("nowhere") is None
    assert source.line("") is None


def test_math_is_what_a_page_takes_for_math():
    text = "`$max$`\n\n<!-- $max$ -->\n\n```\n$max$\n```\n\n\\(a\nmax\\) and $max$\n"
    source = Source(Path("p.md"), text)
    assert source.line("max") == 10
    assert source.line("a max") == 9
    assert source.line("and") == 10
    assert (
        Source(None, "\\begin{align}\nx\n\\end{align}").line("\\begin{align} x \\end{align}") == 1
    )


def test_without_a_file_a_mistake_still_says_what_and_what_to_do():
    assert str(Source().mistake("wrong", Source().line("x"), "Do that.")) == "wrong\n  Do that."
    assert str(Source(Path("p.md")).mistake("wrong", 3, "")) == "p.md:3: wrong"
