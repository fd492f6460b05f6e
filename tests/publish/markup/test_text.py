"""Tokens give the text back, and agree with Python-Markdown on what is math and what is code."""

import html
import random
import re
from collections import Counter

import markdown
import pytest
from conftest import ROOT

from course_code.publish.markup.text import tokens
from course_code.publish.notebook.dialect import read_markdown

PAGES = sorted((ROOT / "docs").glob("*/*.md"))
PIECES = [
    "$", "$$", "`", "``", "```", "~~~", "\\", "\\\\", "\\(", "\\)", "\\[", "\\]", "<!--", "-->",
    "|", "---", "a", "x_1", " ", " ", "\n", "\n", "\n\n", "    ", "> ", "- ", "1. ", "# ",
    "{{ v }}", "::: cell a.b", "    alt=\"c\"", "\\begin{align}", "\\end{align}", "数", "。", "**",
    "!!! note", "??? tip \"t\"", "\u2028", "\t",
]  # fmt: skip

ENDS = ["\n", "\n\n", "\n\n"]


def formulas(text: str) -> Counter:
    """Formulas that Python-Markdown with arithmatex finds, code and tables switched on."""
    extensions = ["pymdownx.arithmatex", "pymdownx.superfences", "tables", "footnotes", "attr_list"]
    extensions += ["admonition", "pymdownx.details", "md_in_html", "def_list"]
    made = markdown.markdown(
        text, extensions=extensions, extension_configs={"pymdownx.arithmatex": {"generic": True}}
    )
    found = re.findall(r'class="arithmatex">\\[(\[](.*?)\\[)\]]</', made, re.DOTALL)
    return Counter("".join(html.unescape(formula).split()) for formula in found)


def math_tokens(text: str) -> Counter:
    found = (t.text for t in tokens(text) if t.kind in ("math", "display"))
    marks = ((2, f) if f.startswith(("$$", "\\(", "\\[")) else (1, f) for f in found)
    inside = (f if f.startswith("\\begin") else f[n:-n] for n, f in marks)
    return Counter("".join(re.sub(r"(?m)^> ?", "", formula).split()) for formula in inside)


def assert_whole(text: str) -> None:
    found = list(tokens(text))
    assert "".join(token.text for token in found) == text
    position = 0
    for token in found:
        assert token.text
        assert token.line == 1 + text.count("\n", 0, position)
        position += len(token.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "/".join(page.parts[-2:]))
def test_a_page_is_its_tokens_and_its_math_is_that_of_arithmatex(page):
    text = page.read_text("utf-8")
    assert_whole(text)
    prose = [t.text for t in tokens(text) if t.kind not in ("front matter", "directive")]
    assert math_tokens("".join(prose)) == formulas("".join(prose))


@pytest.mark.parametrize("seed", range(40))
def test_any_text_is_its_tokens(seed):
    rng = random.Random(seed)
    for _ in range(50):
        assert_whole("".join(rng.choices(PIECES, k=rng.randrange(1, 40))))


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text) if token.kind != "text"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$\\sum_{k=1}\n^n x_k$", [("math", "$\\sum_{k=1}\n^n x_k$")]),
        ("a `b $c` d$", [("code", "`b $c`")]),
        ("`a` $b$ ``c ` d``", [("code", "`a`"), ("math", "$b$"), ("code", "``c ` d``")]),
        ("\\$a$ \\\\$b$", [("escape", "\\$"), ("escape", "\\\\"), ("math", "$b$")]),
        ("\\`a` b` \\\\`c`", [("escape", "\\`"), ("code", "` b`"),
                              ("escape", "\\\\"), ("code", "`c`")]),
        ("costs $5, or 6 $ and $ 7", []),
        ("\\(a\\) \\\\(b\\)", [("math", "\\(a\\)"), ("escape", "\\\\"), ("escape", "\\)")]),
        ("$a\n\nb$ and `c\n\nd`", []),
        ("$$\na\n$$", [("display", "$$\na\n$$")]),
        ("$$\na\n\nb\n$$", []),
        ("\\[\na\n\\]\n\nb", [("display", "\\[\na\n\\]")]),
        ("\\begin{align}\na\n\\end{align}", [("display", "\\begin{align}\na\n\\end{align}")]),
        ("a $$x$$ b", [("math", "$x$")]),
        ("> $$\n> a\n> $$\n> b $c$", [("math", "$c$")]),
        ("> $$\n> a\n> $$\n\nb $c$", [("display", "$$\n> a\n> $$"), ("math", "$c$")]),
        ("- $$a$$\n- $b$", [("display", "$$a$$"), ("math", "$b$")]),
        ("!!! tip\n    $$a$$", [("display", "$$a$$")]),
        ("<!-- `a` $b$ -->", [("comment", "<!-- `a` $b$ -->")]),
        ("<!--\n\n::: cell a.b\n\n-->\n$c$", [("comment", "<!--\n\n::: cell a.b\n\n-->"),
                                              ("math", "$c$")]),
        ("a <!-- $b$ --> $c$", [("comment", "<!-- $b$ -->"), ("math", "$c$")]),
        ("a <!-- $b$\n\n--> $c$", [("math", "$b$"), ("math", "$c$")]),
        ("`<!--` $a$ `-->`", [("code", "`<!--`"), ("math", "$a$"), ("code", "`-->`")]),
        ("```\n$a$ <!-- {{ b }}\n```\n$c$", [("fence", "```\n$a$ <!-- {{ b }}\n```\n"),
                                             ("math", "$c$")]),
        ("    ~~~ text\n    `\n    ~~~", [("fence", "    ~~~ text\n    `\n    ~~~")]),
        ("```{{ x }}``` $a$", [("code", "```{{ x }}```"), ("math", "$a$")]),
        ("---\ntitle: $a$\n---\n$b$", [("front matter", "---\ntitle: $a$\n---\n"),
                                       ("math", "$b$")]),
        ("::: cell a.b\n  alt=\"c\"\n\tfold=\"d\"\nx", [
            ("directive", "::: cell a.b\n  alt=\"c\"\n\tfold=\"d\"\n")]),
        ("| a | $b|c$ |\n|--|--|\n| `d|e` | f \\| g |", [
            ("bar", "|"), ("bar", "|"), ("math", "$b|c$"), ("bar", "|"), ("bar", "|"), ("bar", "|"),
            ("bar", "|"), ("bar", "|"), ("code", "`d|e`"), ("bar", "|"), ("escape", "\\|"),
            ("bar", "|")]),
        ("a | b\n\n| c |", []),
        ("| <!-- a|b --> | c |\n|--|--|", [
            ("bar", "|"), ("comment", "<!-- a|b -->"), ("bar", "|"), ("bar", "|"),
            ("bar", "|"), ("bar", "|"), ("bar", "|")]),
        ("$$a$$ | $$b$$\n--|--", [("math", "$a$"), ("bar", "|"), ("math", "$b$"), ("bar", "|")]),
        ("<pre>\n$a$\n\n# {{ b }}</pre> $c$", [("fence", "\n$a$\n\n# {{ b }}"), ("math", "$c$")]),
        ("<PRE class=a>$a$</PRE>\n<style>$b$</style>", [("fence", "$a$"), ("fence", "$b$")]),
        ("`<pre>` $a$ </pre>", [("code", "`<pre>`"), ("math", "$a$")]),
        ("<pre></pre> $a$\n<pre>$b$", [("math", "$a$"), ("math", "$b$")]),
    ],
)  # fmt: skip
def test_kinds(text, found):
    assert_whole(text)
    assert kinds(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n\n    $b$\n\n    c\nd", ["    $b$\n", "    c\n"]),
        ("a\n\n\t$b$", ["\t$b$"]),
        ("# a\n    $b$\n        c", ["    $b$\n", "        c"]),
        ("- a\n\n        $b$", ["        $b$"]),
        ("- a\n    - b\n\n        c\n\n    d\n\n        $e$", ["        $e$"]),
        ("- a\n\nb\n\n    $c$", ["    $c$"]),
        ("!!! tip\n    a\n\n        $b$\n\n    c", ["        $b$\n"]),
        ("> a\n>\n>     $b$\n\nc", [">     $b$\n"]),
        ("> - a\n>\n>     b\n\n    $c$", ["    $c$"]),
        ("::: cell a.b\n\n    $c$", ["    $c$"]),
        ("a\n    b", []),
        ("    a", []),
        ("    a\n\n        b", []),
        ("1. a\n\n    b\n\n    - c\n\n        d", []),
        ("Term\n:   a\n\n    b", []),
        ("a[^n]\n\n[^n]: b\n\n    c", []),
        ('=== "a"\n\n    b\n\n    ??? tip\n\n        c', []),
        ("<div>\n\n    $a$\n\n</div>", []),
        ("a\n\n    ```\n    b\n    ```", []),
        ("- a <!-- b\n\n    c -->\n\n    d", []),
    ],
)
def test_indented_code(text, found):
    assert_whole(text)
    assert [token.text for token in tokens(text) if token.kind == "indented"] == found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "/".join(page.parts[-2:]))
def test_no_part_of_a_page_is_indented_code(page):
    parts = re.split(r"(?m)^[ ]*:::.*\n", page.read_text("utf-8"))
    assert {"indented"} & {token.kind for part in parts for token in tokens(part)} == set()


@pytest.mark.parametrize("seed", range(20))
def test_what_is_told_to_be_indented_code_is_code(seed):
    rng = random.Random(seed)
    indents = ["", "", "    ", "    ", "        ", "\t", "> ", ">     "]
    heads = ["", "", "- ", "1. ", "> ", "!!! note\n\t", "# ", "> - ", ":   ", "[^1]: ", "- - ",
             "<div>", "</div>", "|a|b|\n|-|-|\n", "<!-- c -->\n", "```\nx\n```\n"]  # fmt: skip
    for _ in range(4):
        text = ""
        for i in range(rng.randrange(2, 8)):
            indent = rng.choice(indents)
            head = rng.choice(heads).replace("\n", f"\n{indent}")
            text += f"{indent}{head}w{i}w{rng.choice(ENDS)}"
        code = " ".join(pre.get_text() for pre in read_markdown(text).find_all("pre"))
        told = [token.text for token in tokens(text) if token.kind == "indented"]
        assert all(word in code for word in re.findall(r"w\dw", "".join(told))), text


@pytest.mark.parametrize(
    "text",
    [
        "$a$ and $b c$, not $ d$ or $e $", "\\$a$ $b$", "\\\\$a$ $b$", "`$a$` $b$", "$a`b$`c$",
        "$\\$$ $x\\\\$", "$$a$$", "x $$a$$ y", "$$\na\n$$\n\n$$b$$  \n\n$$c$$ d",
        "- $$a$$\n- $b$", "text\n- $a\n- b$", "$$\na\n- b\n+ c\n$$",
        "1. $a$\n\n    $$\n    b\n    $$", "> $$\n> a\n> $$", "!!! note\n\n    $$a$$\n\n    $b$",
        "??? tip \"t\"\n    $$a$$", "# $a$\n$$b$$", "\\(a\\) \\\\(b\\) \\[c\\]",
        "\\[a\\]\n\n\\[b\n\\]",
        "\\begin{align}\na\n\\end{align}\n\nx \\begin{b}c\\end{b}", "$a\n\nb$ $c$",
        "<!-- $a$ -->\n\n$b$",
        "~~~\n$a$\n~~~\n\n$b$", "| $a$ | b$ |\n|---|---|\n| `$` | $c$ |", "$5-$10",
        "a[^n] $b$\n\n[^n]: $c$\n",
        "Term\n:   $a$\n", "$a$$b$", "$a_{`}$ `b$c`", "a$b$c", "$中$，$文$。",
        "**$a$**", "[$a$](b)", "a\n\n    $b$ `\n\n$c$ `", "<pre>\n$a$\n\n$b$\n</pre>\n\n$c$",
        "<script>\na = '$b$'\n</script>\n\n$c$", "a | b\n---|---\n$$c$$ | $$d$$",
    ],
)  # fmt: skip
def test_math_is_that_of_arithmatex(text):
    assert math_tokens(text) == formulas(text)


def test_blocks_around_tokens_are_told():
    text = '# A `b`\n\n!!! note "C $d$"\n\n    e\n\n| f |\n|---|\n'
    told = {token.text.strip(): token.within for token in tokens(text) if token.text.strip()}
    assert told["`b`"] == "heading"
    assert told["$d$"] == "container"
    assert told["e"] == ""
    assert told["f"] == "table"
