"""A built site that lacks anything is refused, with the page and what is missing."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import change, mkdocs

from course_code.publish.__main__ import main
from course_code.publish.base.errors import CourseError
from course_code.publish.base.kept import Kept
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import CourseList, Prose
from course_code.publish.website import proof
from course_code.publish.website.prepare import Site
from course_code.publish.website.proof import lacking, prove, read
from course_code.publish.website.wanted import WORD, wanted_of

from .edits import PAGES, added, text_of, without


@pytest.fixture
def folder(built_tiny, tmp_path) -> Path:
    return shutil.copytree(built_tiny / "site", tmp_path / "site")


def no_alt(page: BeautifulSoup) -> None:
    for image in page.select(".lesson-figure img"):
        del image["alt"]


LACKING = {
    "a cell": (without(".lesson-code"), "code blocks instead of"),
    "a line of a cell": (text_of(".lesson-code code", "import math"), "code block 1 is not"),
    "an output": (without(".lesson-output"), "outputs instead of"),
    "an output's text": (text_of(".lesson-output code", "28"), "output 1 is not as it was: '28'"),
    "a figure": (without(".lesson-figure"), "0 figures instead of 1"),
    "an alternative text": (no_alt, "figure 1 is not as it was"),
    "a formula": (without(".katex"), "the formula '"),
    "a claim": (without(".lesson-claims li"), "claims instead of"),
    "a place of a value": (added("<p>{{ areas }}</p>"), "'{{' stands in its text"),
    "a directive": (added("<p>::: cell tiny.data</p>"), "':::' stands in its text"),
    "a formula's marks": (added("<p>$$x$$</p>"), "'$$' stands in its text"),
    "bold text": (added("<p>**损失。**下降</p>"), "'**' stands in its text"),
    "a note": (added("<p>so[^a]</p>"), "'[^' stands in its text"),
    "a fold": (added('<p>??? success "Solution"</p>'), "'???' stands in its text"),
    "a mark beside one that is text": (added("<p>a*b** {{ c }}</p>"), "'**' stands in its text"),
    "a word": (text_of("h2", "Other"), "is missing"),
    "an admonition": (added("<p>!!! note</p>"), "'!!!' stands in its text"),
    "the link to the other language": (
        without(".course-language"),
        "it has not the way to the other language",
    ),
    "the search": (without(".course-search"), "it has not the course's search"),
    "the button for colours": (without(".course-colours"), "it has not the choice of colours"),
    "how to cite it": (without(".course-after"), "it has not what stands below"),
    "a head": (without('[property="og:title"]'), "it has not what is shown of it where"),
    "where a link leads": (
        added('<a href="../notebooks/no.ipynb">x</a>'),
        "no.ipynb, which is not",
    ),
}


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("what", LACKING)
def test_a_page_that_lacks_something_is_refused(site, folder, what, language):
    edit, words = LACKING[what]
    path = folder.parent / PAGES[language]
    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    edit(page)
    path.write_text(str(page), "utf-8")
    with pytest.raises(CourseError) as error:
        prove(site, folder)
    assert re.search(rf"docs/{language}/tiny\.md(:\d+)?: .*{re.escape(words)}", str(error.value))


def test_a_whole_site_is_proved(site, folder):
    prove(site, folder)


def test_marks_in_code_and_in_formulas_are_no_marks(site, folder):
    path = folder / "tiny/index.html"
    text = path.read_text("utf-8")
    extra = "<p><code>2**3 {{ x }}</code></p><pre>::: cell</pre><script>a[^b]**c</script>"
    path.write_text(text.replace("</article>", extra + "</article>"), "utf-8")
    prove(site, folder)


def test_a_number_of_the_prose_that_is_lost_is_missed(site, folder):
    path = folder / "tiny/index.html"
    page = site.pages["en", "tiny.md"]
    wanted = wanted_of(page, "")
    number = next(n for n in WORD.findall(wanted.text) if "." in n)
    path.write_text(path.read_text("utf-8").replace(number, "many"), "utf-8")
    where = rf"tiny\.md:{wanted.lines[number]}: the number {number} is missing"
    with pytest.raises(CourseError, match=where):
        prove(site, folder)


@pytest.mark.parametrize(
    "lost", ["notebooks/tiny.ipynb", "scripts/tiny.py", "zh/notebooks/tiny.ipynb"]
)
def test_a_file_that_a_page_leads_to_is_missed(site, folder, lost):
    (folder / lost).unlink()
    with pytest.raises(CourseError, match=f"{lost.removeprefix('zh/')}, which is not there"):
        prove(site, folder)


def test_a_page_that_was_not_built_is_missed(site, folder):
    shutil.rmtree(folder / "zh/tiny")
    with pytest.raises(CourseError, match=r"docs/zh/tiny\.md: there is no page of it"):
        prove(site, folder)


def test_only_pages_that_changed_are_read_again(site, folder, tmp_path, monkeypatch):
    names, read_page = [], proof.read
    monkeypatch.setattr(proof, "read", lambda text: names.append(1) or read_page(text))
    kept = Kept(tmp_path / "kept")
    prove(site, folder, kept)
    assert len(names) == len(site.pages)
    path = folder / "tiny/index.html"
    path.write_text(path.read_text("utf-8").replace("</article>", "<p>More</p></article>"), "utf-8")
    prove(site, folder, kept)
    assert len(names) == len(site.pages) + 1
    (folder / "scripts/tiny.py").unlink()  # files are looked for even so
    with pytest.raises(CourseError, match=r"scripts/tiny\.py, which is not there"):
        prove(site, folder, kept)


def test_a_page_that_lacks_something_is_never_kept(site, folder, tmp_path):
    kept = Kept(tmp_path / "kept")
    path = folder / "tiny/index.html"
    path.write_text(path.read_text("utf-8").replace("</article>", "<p>$$</p></article>"), "utf-8")
    for _ in range(2):
        with pytest.raises(CourseError, match="stands in its text"):
            prove(site, folder, kept)


def test_reading_follows_the_tree_where_tags_are_left_open():
    seen = read(
        '<p>1<br>2<img src="a.png"><div class="x lesson-code"><pre><code>a<span>b</code></pre>'
        "</div>3"
        '<math data-tex="x^2"></math><div class="lesson-output"><b>no</b>'
        "<code>5</code></div>"
    )
    assert (seen.text.split(), seen.code, seen.outputs) == (["1", "2", "3"], ["ab"], ["5"])
    assert (seen.formulas, seen.links) == (["x^2"], ["a.png"])


@pytest.mark.parametrize(
    "text",
    [
        "![A plot with 3 lines](7.png)", "![A 3][8]", "[Kingma][1]", "*[CIFAR]: a set of 10",
        "<code>x = 37</code>", "[1]: https://example.org/7",
    ],
)  # fmt: skip
def test_what_a_page_does_not_show_as_text_is_not_asked_of_it(site, text):
    page = replace(site.pages["en", "tiny.md"], segments=(Prose(text, 1),))
    assert [n for n in WORD.findall(wanted_of(page, "").text) if n[0].isdigit()] == []
    assert read("10<sup>3</sup>").text.split() == ["10", "3"]


def lacks(site: Site, text: str, shown: str, part=Prose) -> list[str]:
    """What a built page lacks that shows `shown` where its Markdown is `text`."""
    segment = Prose(text, 3) if part is Prose else CourseList(3, "claims", text)
    page = replace(site.pages["en", "tiny.md"], segments=(segment,))
    wanted = wanted_of(page, text)
    article = f"<nav>{{{{ of another page??? }}}}</nav><article>{shown}</article><p>**</p>"
    return [f"{line}: {what}" for what, line in lacking(wanted, read(article))]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Really??? and so!!!", "Really??? and so!!!"),
        ("## Really???", "<h2>Really???</h2>"),
        (r"2\*\*3 is \**a\**", "2**3 is **a**"),
        (r"\{{ X }} and \[^a] and \:::", "{{ X }} and [^a] and :::"),
        ("a &#42;&#42; &#123;&#123; b", "a ** {{ b"),
        ("a ::: b // c ////", "a ::: b // c ////"),
        (r"\\(a)", r"\(a)"),
        ("a <kbd>**</kbd><pre>{{ x }}</pre>", "a <kbd>**</kbd><pre>{{ x }}</pre>"),
        ("a `???` b", "a <code>???</code> b"),
        ("**learning rate**s", "<strong><a>learning rate</a></strong>s"),
        ("learning rates", "<a>learning rate</a>s"),
        ('??? tip "A *b*"\n\n    c\n\n/// html | div.x\nd\n///', "<summary>A b</summary>c d"),
    ],
)  # fmt: skip
def test_marks_and_words_that_are_text_are_no_fault(site, text, shown):
    assert lacks(site, text, shown) == []


@pytest.mark.parametrize(
    ("text", "shown", "what"),
    [
        ("**a** \\*\\*", "**a** **", "None: '**' stands in its text: '**a** **'"),
        ("a\n\n??? tip", "a ???", "None: '???' stands in its text: 'a ???'"),
        ("a\nrelu b", "a b", "4: the word relu is missing"),
        ("所得 激活函数", "所得激活数", "3: the word 函 is missing"),
        ("a b c d e f g", "", "None: 2 more words are missing"),
        ("a\n\n$x$", "a", "5: the formula 'x' is missing"),
    ],
)
def test_what_a_page_lacks_has_its_line(site, text, shown, what):
    assert what in lacks(site, text, shown)


def test_a_string_of_a_run_is_asked_for(site):
    run = site.runs["tiny"]
    values = run.entry["values"] | {"best": "Nesterov's **way**"}
    runs = {"tiny": replace(run, entry=run.entry | {"values": values})}
    page = parse(site.course, "en", Path("tiny.md"), {"tiny": run.lesson})
    page = replace(page, segments=(Prose("# T\n\nThe best is {{ best }}.", 1),))
    wanted = wanted_of(fill_page(page, runs), "")
    told = [*lacking(wanted, read("<h1>T</h1>The best is Nesterov's **way**."))]
    assert told == []
    told = [*lacking(wanted, read("<h1>T</h1>The best is Adam."))]
    assert [what for what, line in told] == [
        f"the word {word} is missing" for word in ("Nesterov", "s", "way")
    ]
    assert {line for _, line in told} == {3}


def test_lists_of_the_course_are_asked_for(site):
    text = '| <a href="a.md#b">Title</a> | theorem | 19/20 |\n'
    text += '<dl><dt id="c">term</dt>\n<dd>Its $x$ &lt; 3.</dd></dl>'
    found = lacks(site, text, "", CourseList)
    assert found[:2] == ["3: the formula 'x' is missing", "3: the word Title is missing"]
    assert found[-1] == "None: 2 more words are missing"
    formula = '<math data-tex="x"></math>'
    shown = f"<a>Title</a> theorem 19/20 <dt>term</dt><dd>Its {formula} &lt; 3.</dd>"
    assert lacks(site, text, shown, CourseList) == []


def test_a_build_that_spoils_a_page_fails_and_leaves_the_site_as_it_was(tiny):
    (tiny / "spoil.py").write_text(
        "def on_post_page(output, page, config):\n"
        '    return output.replace("</article>", "<p>::: cell tiny.lost</p></article>")\n',
        "utf-8",
    )
    change(tiny / "mkdocs.yml", "\nhooks:\n", "\nhooks:\n  - spoil.py\n")
    before = (tiny / "site/tiny/index.html").read_bytes()
    done = mkdocs("build", "--strict", cwd=tiny)
    assert done.returncode == 1
    assert "docs/en/tiny.md: ':::' stands in its text: '" in done.stderr
    assert (tiny / "site/tiny/index.html").read_bytes() == before


def test_the_command_proves_a_site_and_says_what_it_lacks(built_tiny, folder, capsys):
    assert main(["prove", str(folder), "--root", str(built_tiny)]) == 0
    assert "4 pages, nothing is missing" in capsys.readouterr().out
    (folder / "zh/index.html").unlink()
    assert main(["prove", str(folder), "--root", str(built_tiny)]) == 1
    assert "docs/zh/index.md: there is no page of it" in capsys.readouterr().err
