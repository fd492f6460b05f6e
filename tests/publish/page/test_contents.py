"""The path through the course, on a page that lists its lessons."""

import pytest
from conftest import change

from course_code.publish.base.errors import CourseError
from course_code.publish.website.prepare import place_of, prepare

TEXT = "Why does *area* grow?"


@pytest.fixture
def home(course):
    """Function that puts rows into the home pages; gives the Chinese one as Markdown."""

    def home(row: str) -> str:
        for language in ("en", "zh"):
            path = course.prose(language) / "index.md"
            path.write_text(f"{path.read_text('utf-8')}\n::: list lessons\n    {row}\n", "utf-8")
        needs = '::: opening tiny\n    needs="tiny"\n    answer="Yes."\n\n::: cell tiny.data'
        change(course.prose("zh") / "tiny.md", "::: cell tiny.data", needs)
        return prepare(course).markdown("zh", "index.md", place_of("zh", "index.md"))

    return home


def test_a_lesson_has_its_title_question_time_and_picture(home):
    text = home(f"tiny.growth: {TEXT}")
    assert "共 1 课" in text
    title, question = text.partition("course-lessons")[2].strip().split("\n")[:2]
    assert title.startswith("1. [圆盘](tiny.md) <img class=")
    assert 'src="../assets/lessons/tiny/growth-1.light.svg" alt=""' in title
    assert 'src="../assets/lessons/tiny/growth-1.dark.svg"' in title
    assert question.startswith(f"    <span>{TEXT} <span ")
    assert "核心：约 2 分钟读完，边猜边动手约 5 分钟\u00a0· 全文：约 2 分钟读完" in question
    assert " · 需要先读：圆盘<" in question


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("tiny.grown: x", "has no cell 'grown'"),
        ("tiny.data: x", "cell 'data' draws no figure"),
        ("tinny.growth: x", "Did you mean 'tiny'"),
        ("tiny.growth", "lesson.cell: text"),
    ],
)
def test_a_row_that_leads_nowhere_stops_the_build(home, row, message):
    with pytest.raises(CourseError, match=message):
        home(row)
