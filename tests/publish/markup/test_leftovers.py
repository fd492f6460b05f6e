"""What was meant as markup and is none stops the build, in its line."""

import pytest

from course_code.publish.base.errors import CourseError


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One\n\ntwo $$x^2$$ three\n", 3),
        ("One\n\n$$ x\n", 3),
        ("One\n\n$$\nx\n\ny\n$$\n", 3),
        ("Words\n$$\nx\n$$\n", 2),
        ("Text \\\\[x\\\\] here", 1),
        ("Text $ \\alpha $ here", 1),
        ("The loss $L is small", 1),
        ("One\n\nThe loss L$ is small, `code$`", 3),
        ("It costs $5, not $6.", 1),
        ("- a\n- b **$L** c", 2),
        ("| a | b |\n|---|---|\n| c | $d |\n", 3),
        ("$x$ and\n$y", 2),
        ("A note[^n].\n\n[^n]: $y", 3),
    ],
)
def test_math_that_was_not_recognised_is_an_error(render, text, line):
    with pytest.raises(CourseError, match=rf"page\.md:{line}: math that was not") as error:
        render(text)
    assert r"\$ for a dollar sign" in str(error.value)
    assert "\x02" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Some text:\n- a\n- b", "a list or a table"),
        ("Some text\n| a | b |\n|---|---|\n| c | d |", "a list or a table"),
        ("An `unclosed mark", "code that is not closed"),
        ("See [text] (page.md).", "a link"),
        ("See [text](page.md", "a link"),
        ("See [text][nowhere].", "a link"),
        ("See (page.md#here)[text].", "a link"),
        ("(https://x.org)[text]", "a link"),
        ("It is ~~gone~~.", "a mark that means nothing"),
        ("It is ==seen well==.", "a mark that means nothing"),
        ("- a\n- [x] done", "a mark that means nothing"),
        ("> [!NOTE]\n> Look.", "a mark that means nothing"),
        (r"\begin{align} x \end{align*}", "an environment of TeX"),
    ],
)
def test_what_would_be_shown_as_it_is_typed_is_an_error(render, text, what):
    with pytest.raises(CourseError, match=rf"page\.md:\d: {what}"):
        render(f"One\n\n{text}\n")


@pytest.mark.parametrize("text", [":material-star: here", "here :rocket:", "（:fontawesome-x_y:）"])
def test_an_icon_is_an_error(render, text):
    with pytest.raises(CourseError, match=r"page\.md:3: an icon that no page has.*\n.*★"):
        render(f"One\n\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        r"It costs \$5, not \$6 or snake_case; \(x\), \[y\].",
        "Code `$$x$$` and `\\(x\\)` and `:material-star:`.",
        "```python\nx = '$$\\(x_1\\)' # :star:\n```",
        "    indented $\\alpha$",
        "<!-- $$ -->\n\nText",
        "At 10:30:45, a:b:c, http://a:b:c/ and ::: cell",
        "<pre>$x :star:</pre>",
        "f(x)[0], a == b == c, a==b, [x] and ~5 %, `~~a~~`, (b)[c]",
    ],
)
def test_dollars_and_code_are_no_math(render, text):
    assert "<math" not in render(text.replace(r"\(x\), \[y\]", ""))
