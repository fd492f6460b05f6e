"""The glossary leads to the sections that teach its terms, and to none that are not there."""

import pytest
from one_term import glossary

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.page.across import check_pages
from course_code.publish.page.lists import put_lists
from course_code.publish.page.parse import page_paths, parse
from course_code.publish.page.write import to_markdown
from course_code.publish.website.prepare import place_of
from course_code.publish.website.sections import sections

ONE = '# {}\n\n## A `x<y` & *more* {{#more}}\n\n<span id="place"></span>\n\na [m]({}).\n'
LIST = "# T\n\n::: list glossary\n"


@pytest.fixture
def listed(write):
    """Function that gives the glossary's page for a section that teaches its term."""

    def listed(taught: str, language: str = "en", titles: tuple = ("One: two", "一：二")) -> str:
        named = dict(zip(("en", "zh"), titles, strict=True))
        pages = {f"docs/{at}/one.md": ONE.format(named[at], "glossary.md#mean") for at in named}
        lists = {f"docs/{at}/glossary.md": LIST for at in named}
        course = write({**pages, **lists, "docs/glossary.yml": glossary(taught)})
        return text(course, language)

    return listed


def text(course: Course, language: str) -> str:
    pages = {
        (at, path.as_posix()): parse(course, at, path, {})
        for at, paths in page_paths(course).items()
        for path in paths
    }
    check_pages(course, pages)
    put = put_lists(course, pages, pages, {}, {})
    return to_markdown(put[language, "glossary.md"], None, place_of(language, "glossary.md"))


def test_a_term_leads_to_its_section_in_both_languages(listed):
    told = "<code>x&lt;y</code> &amp; more"
    link = f'<a href="../one/#more">One, “A {told}”</a>'
    wanted = f'<span class="term-taught" data-search-exclude>Taught in {link}</span></dd>'
    assert f"<dd>The sum, shared equally. {wanted}" in listed("one.md#more")
    assert f'见<a href="../one/#more">《一》的“A {told}”</a>' in listed("one.md#more", "zh")


def test_what_is_no_section_is_told_by_its_page(listed):
    assert 'Taught in <a href="../one/#place">One</a>' in listed("one.md#place")
    assert '见<a href="../one/#one">《One》</a>' in listed("one.md#one", "zh", ("One", "One"))


def test_it_is_not_searched(listed):
    page = f"<article>{listed('one.md#more')}</article>"
    assert sections(page)[-1] == ["mean", "mean 平均值", "The sum, shared equally.", ""]


@pytest.mark.parametrize(
    ("taught", "words"),
    [
        ("two.md#more", "the link target 'two.md#more' is not found in docs/en"),
        ("one.md#mores", "the link target #mores is not found on one.md in docs/en"),
        ("one.md#one-two", "the link target #one-two is not found on one.md in docs/zh"),
    ],
)
def test_a_section_that_is_not_there_stops_the_build(listed, taught, words):
    with pytest.raises(CourseError) as error:
        listed(taught)
    assert str(error.value).startswith(f"docs/glossary.yml:2: {words}")
