"""The site as one PDF for each language: bookmarks, tags, links that lead, nothing folded."""

import io
import os

import pypdf
import pytest

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.paper import book, command
from course_code.publish.paper.letters import RADICALS

SAID = {
    "en": ("Contents", "Faster than the radius: the area grows as", "Version 0.1.0"),
    "zh": ("目录", "半径为 1 时面积是", "版本 0.1.0"),
}


@pytest.fixture(scope="module", params=["en", "zh"])
def printed(request, browser, built_tiny):
    try:
        command.check_fonts(request.param)
    except CourseError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(str(error))
    data = book.write(browser, Course(built_tiny), built_tiny / "site", request.param)
    return request.param, pypdf.PdfReader(io.BytesIO(data))


def titles(outline) -> list:
    """Titles of bookmarks; those below one in a list after it."""
    return [titles(each) if isinstance(each, list) else each.title for each in outline]


def test_headings_are_bookmarks_that_lead_to_their_pages(printed):
    language, pdf = printed
    (chapter, inner) = titles(pdf.outline)
    assert chapter == {"en": "Discs", "zh": "圆盘"}[language]
    assert inner == {"en": ["Growth", "What is claimed"], "zh": ["增长", "结论"]}[language]
    assert pdf.get_destination_page_number(pdf.outline[0]) == 2  # after title and contents


def elements(node, kinds: list) -> list:
    """Every element of the tree of tags."""
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            elements(each, kinds)
    elif isinstance(node, dict):
        if "/S" in node:
            kinds.append(node)
        if "/K" in node:
            elements(node["/K"], kinds)
    return kinds


def test_it_is_tagged_in_its_language_and_figures_have_their_texts(printed):
    language, pdf = printed
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    tags = elements(root["/StructTreeRoot"]["/K"], [])
    assert {"/H1", "/H2", "/P", "/L", "/Link", "/Figure"} <= {tag["/S"] for tag in tags}
    alts = [tag.get("/Alt") for tag in tags if tag["/S"] == "/Figure"]
    assert any({"en": "A curve", "zh": "曲线"}[language] in (alt or "") for alt in alts)


def test_what_is_read_is_there_and_machinery_is_not(printed):
    language, pdf = printed
    pages = ["".join(page.extract_text().split()) for page in pdf.pages]
    text = "".join(pages)
    for said in SAID[language]:
        assert "".join(said.split()) in text
    assert not RADICALS.search(text)
    assert "3.142" in text  # a value
    assert "areas" in text  # code that is shown
    assert "defdraw_curve" not in text  # code that is folded
    assert "CC BY 4.0".replace(" ", "") in pages[0]
    assert [page[:1] for page in pages[1:]] == [str(n) for n in range(2, len(pages) + 1)]
    assert not pages[0][:1].isdecimal()


def test_links_stay_in_the_book_where_they_can(printed):
    language, pdf = printed
    targets = set(pdf.named_destinations)
    links = [
        note.get_object()
        for page in pdf.pages
        for note in page.get("/Annots", [])
        if note.get_object()["/Subtype"] == "/Link"
    ]
    within = [link for link in links if "/Dest" in link]
    assert len(within) == {"en": 2, "zh": 1}[language]  # the contents; the way to a section
    assert {str(link["/Dest"]).lstrip("/") for link in within} <= targets | {
        name.lstrip("/") for name in targets
    }
    outside = [str(link["/A"].get("/URI", "")) for link in links if "/A" in link]
    assert not [address for address in outside if "course.invalid" in address]


def test_a_book_that_lacks_a_chapter_is_refused(printed):
    language, pdf = printed
    data = io.BytesIO()
    pypdf.PdfWriter(clone_from=pdf).write(data)
    (title,) = [mark.title for mark in pdf.outline if not isinstance(mark, list)]
    book.check_whole(data.getvalue(), [title])
    with pytest.raises(CourseError, match="did not print 'Last' and what follows"):
        book.check_whole(data.getvalue(), [title, "Last"])
