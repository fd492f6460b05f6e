"""Formulas are rendered while building: rightly, once, and with errors that say where."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.markup import formulas as math
from course_code.publish.markup import node
from course_code.publish.markup.formulas import (
    FormulaError,
    Katex,
    assets,
    find_line,
    render_dollars,
    render_html,
)

ROOT = Path(__file__).parents[3]
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


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A project folder with the npm packages, copied from this one."""
    folder = tmp_path_factory.mktemp("project")
    modules = node.node_modules(ROOT)
    shutil.copytree(modules, folder / "node_modules", ignore=shutil.ignore_patterns("axe-core"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    node.node_modules(folder)
    return folder


@pytest.fixture
def project(installed):
    """That folder, with no stored formulas."""
    (installed / ".lessons/math.json").unlink(missing_ok=True)
    return installed


@pytest.fixture
def katex(project):
    katex = Katex(project)
    yield katex
    katex.close()


@pytest.fixture
def no_node(monkeypatch):
    """Starting Node is an error."""

    def refuse(self):
        raise AssertionError("Node was started")

    monkeypatch.setattr(Katex, "_start", refuse)


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


def test_a_formula_has_html_and_mathml(katex):
    shown = katex.render(r"\frac{a}{b}", display=False)
    assert "<math " in shown
    assert "mfrac" in shown
    assert "katex-display" not in shown
    assert "katex-display" in katex.render(r"\frac{a}{b}", display=True)


@pytest.mark.parametrize(
    ("tex", "says"),
    [
        (r"\frac{a", "Unexpected end of input"),
        (r"\nosuch x", r"Undefined control sequence: \\nosuch"),
        ("学", "used in math mode"),
        (r"a \\ b", None),
        (r"\href{https://example.org}{x}", r"\\href is not allowed"),
        (r"x — y", "Unrecognized Unicode character"),
    ],
)
def test_what_katex_would_only_warn_about_is_an_error(katex, tex, says):
    if says is None:
        assert katex.render(tex, display=False)
        return
    with pytest.raises(FormulaError, match=says) as error:
        katex.render(tex, display=False)
    assert "strict mode" not in str(error.value)
    assert "\N{COMBINING LOW LINE}" not in str(error.value)
    assert "<math" in katex.render("x", display=False), "one bad formula must not end the process"


def test_one_process_renders_all(katex, monkeypatch):
    starts = []
    start = Katex._start
    monkeypatch.setattr(Katex, "_start", lambda self: starts.append(1) or start(self))
    for i in range(20):
        katex.render(f"x_{i}", display=bool(i % 2))
    assert starts == [1]


def test_a_known_formula_starts_no_node(project, katex, no_node, monkeypatch):
    monkeypatch.undo()
    first = katex.render("x_1", display=False)
    katex.close()
    monkeypatch.setattr(Katex, "_start", lambda self: pytest.fail("Node was started"))
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("a process was started"))
    assert Katex(project).render("x_1", display=False) == first


def test_display_and_text_are_stored_apart(project, katex):
    both = [katex.render("x", display=False), katex.render("x", display=True)]
    assert both[0] != both[1]
    katex.close()
    again = Katex(project)
    assert [again.render("x", display=False), again.render("x", display=True)] == both


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"katex-html", b"katex-htmx"),
        lambda data: b"\xff\xfe" + data,
        lambda data: b"",
        lambda data: b"[]\n[]",
    ],
)
def test_a_damaged_store_is_rebuilt(project, katex, damage):
    good = katex.render("x_2", display=False)
    katex.close()
    store = project / ".lessons/math.json"
    stored = store.read_bytes()
    store.write_bytes(damage(stored))
    second = Katex(project)
    assert second.render("x_2", display=False) == good
    second.close()
    assert store.read_bytes() == stored


def test_another_katex_uses_no_stored_formula(project, katex, no_node, monkeypatch):
    monkeypatch.undo()
    katex.render("x", display=False)
    katex.close()
    monkeypatch.setattr(math, "SERVER", math.SERVER + "// changed")
    assert Katex(project)._load() == {}


def test_an_unchanged_build_writes_nothing(project, katex):
    katex.render("x", display=False)
    katex.close()
    before = (project / ".lessons/math.json").stat().st_mtime_ns
    again = Katex(project)
    again.render("x", display=False)
    again.close()
    assert (project / ".lessons/math.json").stat().st_mtime_ns == before


def test_builds_keep_each_others_formulas(project):
    one, two = Katex(project), Katex(project)
    one.render("a", display=False)
    two.render("b", display=False)
    one.close()
    two.close()
    assert set(Katex(project)._load()) == {"I a", "I b"}


def test_a_store_that_grew_too_large_keeps_this_builds_formulas(project, katex, monkeypatch):
    for tex in "abc":
        katex.render(tex, display=False)
    katex.close()
    monkeypatch.setattr(math, "CACHE_LIMIT", 2)
    again = Katex(project)
    again.render("a", display=False)
    again.render("d", display=False)
    again.close()
    assert set(Katex(project)._load()) == {"I a", "I d"}


def test_without_node_the_message_says_what_to_do(project, monkeypatch):
    monkeypatch.setattr(node, "_wheel", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CourseError, match=r"Node is needed.*\n.*pip install"):
        Katex(project).render("x", display=False)


def test_a_node_that_dies_is_reported(project, monkeypatch):
    monkeypatch.setattr(math, "SERVER", "throw new Error('no luck')")
    with pytest.raises(CourseError, match=r"(?s)Node stopped.*no luck"):
        Katex(project).render("x", display=False)


def test_an_interrupted_formula_is_not_taken_for_the_next(katex, monkeypatch):
    katex.render("a", display=False)
    process, answers = katex._process, katex._process.stdout

    class Interrupted:
        def readline(self):
            raise KeyboardInterrupt

        def __getattr__(self, name):
            return getattr(answers, name)

    process.stdout = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        katex.render("b", display=False)
    process.wait()
    assert ">c<" in katex.render("c", display=False)


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
def test_dollars_and_code_are_no_math(katex, tmp_path, text, no_node):
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


def test_the_site_gets_the_style_sheet_and_every_font_it_names(project):
    files = assets(project)
    css = files.pop("assets/katex/katex.min.css").decode()
    assert "math-nowrap" in css
    named = set(re.findall(r"url\(([^)]*)\)", css))
    assert named == {name.removeprefix("assets/katex/") for name in files}
    assert len(files) == 20
    assert all(
        path.suffix == ".woff2" and path.read_bytes()[:4] == b"wOF2" for path in files.values()
    )
