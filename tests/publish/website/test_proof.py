"""A built site that lacks anything is refused, with the page and what is missing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from course_code.publish.__main__ import main
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.kept import Kept
from course_code.publish.page.parts import Prose
from course_code.publish.website import proof
from course_code.publish.website.prepare import Site, prepare
from course_code.publish.website.proof import prove, read

PAGES = {"en": "site/tiny/index.html", "zh": "site/zh/tiny/index.html"}


@pytest.fixture(scope="module")
def site(built_tiny) -> Site:
    return prepare(Course(built_tiny))


@pytest.fixture
def folder(built_tiny, tmp_path) -> Path:
    return shutil.copytree(built_tiny / "site", tmp_path / "site")


def without(selector: str):
    """An edit that removes the first element of a page that matches."""

    def edit(page: BeautifulSoup) -> None:
        page.select(selector)[0].decompose()

    return edit


def text_of(selector: str, text: str):
    """An edit of the text of the first element that matches."""

    def edit(page: BeautifulSoup) -> None:
        page.select(selector)[0].string = text

    return edit


def added(text: str):
    """An edit that puts a paragraph at the page's end."""

    def edit(page: BeautifulSoup) -> None:
        page.article.append(BeautifulSoup(text, "html.parser"))

    return edit


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
    "an admonition": (added("<p>!!! note</p>"), "'!!!' stands in its text"),
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
    assert f"docs/{language}/tiny.md: " in str(error.value)
    assert words in str(error.value)


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
    wanted = proof.wanted_of(page, "").text
    number = next(n for n in proof.NUMBER.findall(wanted) if "." in n)
    path.write_text(path.read_text("utf-8").replace(number, "many"), "utf-8")
    with pytest.raises(CourseError, match=f"the number {number} is missing"):
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
        "![A plot with 3 lines](a.png)", "[Kingma][1]", "*[CIFAR]: a set of 10 classes",
        "<code>x = 37</code>", "[1]: https://example.org/7",
    ],
)  # fmt: skip
def test_what_a_page_does_not_show_as_text_is_not_asked_of_it(site, text):
    page = replace(site.pages["en", "tiny.md"], segments=(Prose(text, 1),))
    assert proof.NUMBER.findall(proof.wanted_of(page, "").text) == []
    assert read("10<sup>3</sup>").text.split() == ["10", "3"]


def test_the_command_proves_a_site_and_says_what_it_lacks(built_tiny, folder, capsys):
    assert main(["prove", str(folder), "--root", str(built_tiny)]) == 0
    assert "4 pages, nothing is missing" in capsys.readouterr().out
    (folder / "zh/index.html").unlink()
    assert main(["prove", str(folder), "--root", str(built_tiny)]) == 1
    assert "docs/zh/index.md: there is no page of it" in capsys.readouterr().err
