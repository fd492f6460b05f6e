"""The page of a teacher's notebook that lacks anything is refused, with the cell."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from markdown import Markdown

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.markup.extension import Markup
from course_code.publish.notebook import dialect
from course_code.publish.notebook.given import read_given
from course_code.publish.website.prepare import Site
from course_code.publish.website.proof import prove

from .edits import PAGES, added, text_of, without

NOTEBOOK = "falling.ipynb"


@pytest.fixture
def given(tiny, site) -> tuple[Site, Path]:
    """A course with a teacher's notebook, and its page."""
    shutil.copy(ROOT / f"tests/notebooks/en/{NOTEBOOK}", tiny / "docs/en")
    page = tiny / "site/falling/index.html"
    page.parent.mkdir()
    course = Course(tiny)
    made = read_given(Path(NOTEBOOK), "en", course.read(tiny / "docs/en" / NOTEBOOK))
    for name, data in {**made.figures, NOTEBOOK: b""}.items():
        (page.parent / name).write_bytes(data)
    colours = "course_code.publish.markup.colours"
    options = dialect.EXTENSIONS | {colours: {"pygments_lang_class": True}}
    markdown = Markdown(extensions=[*options, Markup()], extension_configs=options)
    around = BeautifulSoup((tiny / PAGES["en"]).read_text("utf-8"), "html.parser")
    around.article.clear()
    after = '<div class="course-after"></div>'
    around.article.append(BeautifulSoup(markdown.convert(made.text) + after, "html.parser"))
    page.write_text(str(around), "utf-8")
    return replace(site, course=course), page


def test_a_teachers_page_is_proved(given):
    site, page = given
    prove(site, page.parents[1])


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (without(".lesson-code"), "4 code blocks instead of 5"),
        (text_of(".lesson-output code", "2"), "output 1 is not as it was: '2'"),
        (without(".lesson-figure"), "0 figures instead of 1"),
        (without(".katex"), "cell 1: the formula 'h' is missing"),
        (without("h2"), "cell 3: the word "),
        (added("<p>**a**</p>"), "'**' stands in its text: '"),
        (added("<p>::: cell a</p>"), "':::' stands in its text"),
        (added('<a href="no.html">x</a>'), "it leads to no.html, which is not there"),
    ],
)
def test_a_teachers_page_that_lacks_something_is_refused(given, edit, words):
    site, path = given
    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    edit(page)
    path.write_text(str(page), "utf-8")
    with pytest.raises(CourseError, match=rf"docs/en/{NOTEBOOK}: ") as error:
        prove(site, path.parents[1])
    assert words in str(error.value)


def test_a_teachers_page_that_was_not_built_is_missed(given):
    site, path = given
    path.unlink()
    with pytest.raises(CourseError, match=rf"docs/en/{NOTEBOOK}: there is no page of it"):
        prove(site, path.parents[1])
