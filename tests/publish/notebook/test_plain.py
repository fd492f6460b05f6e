"""What pages are written in becomes the Markdown that Jupyter and Colab show."""

from pathlib import Path
from urllib.parse import urljoin

import pytest

from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.places import resolve
from course_code.publish.notebook.plain import plain as to_plain
from course_code.publish.page.parts import Page

HOME = "https://example.org/course/"


def plain(text):
    """Flattened, with links resolved to HOME."""

    def address(to):
        return None if to.startswith("#fn") else to if ":" in to else HOME + to

    return "\n\n".join(to_plain(read_markdown(text), address))


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ('!!! note "A *b*"\n\n    One.\n\n    Two.', "> **A *b***\n>\n> One.\n>\n> Two."),
        ('!!! tip "什么是**梯度**"\n\n    One.', "> **什么是梯度**\n>\n> One."),
        ("!!! warning\n    One.", "> **Warning**\n>\n> One."),
        ('!!! note ""\n    One.', "> One."),
        ("!!! tip\n    $$\n    a\n    = b\n    $$\n\n    c", "> **Tip**\n>\n> $$ a = b $$\n>\n> c"),
        (
            '??? question "What is `x`?"\n\n    This.',
            "<details>\n<summary>What is <code>x</code>?</summary>\n\nThis.\n\n</details>",
        ),
        (
            '??? tip "A < **b**"\n\n    ??? choice "C"\n\n        D.',
            "<details>\n<summary>A &lt; <strong>b</strong></summary>\n\n<details>\n"
            "<summary>C</summary>\n\nD.\n\n</details>\n\n</details>",
        ),
        ('=== "One"\n\n    1\n\n=== "Two"\n\n    2', "**One**\n\n1\n\n**Two**\n\n2"),
        ('=== "**One**"\n\n    === "In"\n\n        1\n\n=== "Two"\n\n    2',
         "**One**\n\n**In**\n\n1\n\n**Two**\n\n2"),
        ("One[^a].\n\n[^a]:\n    - l\n    - m",
         "One<sup>[1]</sup>.\n\n---\n\n<sup>[1]</sup>\n\n- l\n- m"),
        ("- item\n\n    !!! tip\n\n        One.", "- item\n\n  > **Tip**\n  >\n  > One."),
        ("## Title {#here}", "## Title"),
        ("![a](https://x.org/b.png){ width=300 .c } end", "![a](https://x.org/b.png) end"),
        ("Text\n{: .lead data-x=\"1\" }", "Text"),
        ("$x_{.5}$ and `{.a}` and {curly}", "$x_{.5}$ and `{.a}` and {curly}"),
        ("$$\n\\frac{a}{b}_{=1}\n$$", "$$\n\\frac{a}{b}_{=1}\n$$"),
        ("HTML\n\n*[HTML]: Hypertext\n*[CSS]: Style", "HTML"),
        ("One[^b] two[^a].\n\n[^a]: A.\n[^b]: B $x$.\n\n    More.\n\nEnd.",
         "One<sup>[1]</sup> two<sup>[2]</sup>.\n\nEnd.\n\n---\n\n"
         "<sup>[1]</sup> B $x$.\n\nMore.\n\n<sup>[2]</sup> A."),
        ("[a](b.md#c) ![d](e.png)", f"[a]({HOME}b.md#c) ![d]({HOME}e.png)"),
        ("[`a` b](c.md)", f"[`a` b]({HOME}c.md)"),
        ("[a]\n\n[a]: b.md", f"[a]({HOME}b.md)"),
        ('<a class="x" href="b.md">c</a>', f"[c]({HOME}b.md)"),
        ("`[a](b.md)`", "`[a](b.md)`"),
        ("```python title=\"x\" hl_lines=\"1\"\n[a](b.md) {.c}\n\n\n!!! note\n```",
         "```python\n[a](b.md) {.c}\n\n\n!!! note\n```"),
        ("``` { .python .x }\na\n```", "```python\na\n```"),
        ("Run:\n```python\na = 1\nb = 2\n```\n*then* c",
         "Run:\n\n```python\na = 1\nb = 2\n```\n\n*then* c"),
        ("> Run:\n> ```\n> a\n> b\n> ```", "> Run:\n>\n> ```\n> a\n> b\n> ```"),
        ("Term\n:   Meaning\n    of it\n\nOther\n:   More",
         "**Term**\n\n- Meaning\n  of it\n\n**Other**\n\n- More"),
        ("<figure markdown=\"span\">\n\n**a**\n\n</figure>", "**a**"),
        ("a <!-- b --> c", "a  c"),
        (":material-check: yes 10:30:00", ":material-check: yes 10:30:00"),
        ("/// html | div\na\n///", "a"),
        ("costs \\$5 [x]", "costs \\$5 [x]"),
        ("| a | b |\n|---|---|\n| $c$ | `d` |", "| a | b |\n| --- | --- |\n| $c$ | `d` |"),
    ],
)  # fmt: skip
def test_material_becomes_plain_markdown(source, wanted):
    assert plain(source) == wanted


@pytest.mark.parametrize(
    ("path", "target", "wanted"),
    [
        ("spiral.md", "softmax.md#x", "softmax/#x"),
        ("spiral.md", "index.md", ""),
        ("spiral.md", "#here", "spiral/#here"),
        ("spiral.md", "../assets/a.svg", "../assets/a.svg"),
        ("extra/a.md", "../spiral.md", "spiral/"),
        ("extra/a.md", "b.md", "extra/b/"),
        ("index.md", "#x", "#x"),
    ],
)
def test_addresses_of_pages(path, target, wanted):
    page = Page(Path("docs/en", path), "en", "spiral", ())
    assert resolve(page, HOME, target) == urljoin(HOME, wanted)
    assert resolve(page, "", target) is None
    assert resolve(page, "", "mailto:a@b.org") == "mailto:a@b.org"
