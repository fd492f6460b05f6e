"""What changed is told once, in both languages, on a page and in feeds."""

from datetime import date
from xml.etree import ElementTree as Xml

import pytest
from conftest import ROOT, change

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.page import news
from course_code.publish.website.feed import ATOM, feed
from course_code.publish.website.prepare import place_of, prepare

CHANGES = """- date: 2026-11-28
  id: second
  version: 0.2.0
  title: {en: "Second's", zh: 第二}
  text:
    en: More
      words.
    zh: 更多。
- date: 2026-11-23
  id: first
  title: {en: First, zh: 第一}
  text: {en: Words., zh: 文字。}
"""
HOME = "https://owner.example/course/"


@pytest.fixture
def told(course) -> Course:
    """The tiny course with two changes, which its home pages list."""
    (course.root / news.FILE).write_text(CHANGES, "utf-8")
    for language in LANGUAGES:
        page = course.prose(language) / "index.md"
        page.write_text(page.read_text("utf-8") + "\n::: list changes\n", "utf-8")
    return course


def test_a_page_lists_them_with_their_days_versions_and_reports(told):
    reports = told.root / "docs" / news.REPORTS
    reports.mkdir(parents=True)
    site = prepare(told)
    english = site.markdown("en", "index.md", place_of("en", "index.md"))
    entry = "28 November 2026, version 0.2.0\n\n/// html | div.course-change\nMore words.\n///\n"
    assert f"\n## Second's {{#second}}\n\n{entry}" in english
    assert english.index("{#second}") < english.index("## First {#first}\n\n23 November 2026\n")
    (reports / "0.2.0.html").write_text("…")
    chinese = prepare(told).markdown("zh", "index.md", place_of("zh", "index.md"))
    link = '<a href="../assets/reports/0.2.0.html">与上一版的差别</a>'
    assert f"\n## 第二 {{#second}}\n\n2026 年 11 月 28 日、0.2.0 版、{link}\n" in chinese
    assert f"{news.REPORTS}/0.2.0.html" in prepare(told).files()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feed_says_what_atom_demands(told, language):
    home = HOME if language == "en" else f"{HOME}zh/"
    root = Xml.fromstring(feed(told, language, home))
    names = {"a": ATOM}
    assert root.tag == f"{{{ATOM}}}feed"
    for place in (root, *root.findall("a:entry", names)):
        for needed in ("id", "title", "updated"):  # of RFC 4287, each once
            (found,) = place.findall(f"a:{needed}", names)
            assert found.text
    assert root.find("a:author/a:name", names).text
    assert root.find("a:updated", names).text == "2026-11-28T00:00:00Z"
    links = {link.get("rel"): link.get("href") for link in root.findall("a:link", names)}
    assert links == {"self": f"{home}changes.xml", "alternate": f"{home}changes/"}
    ids = [found.text for found in root.findall("a:entry/a:id", names)]
    assert ids == [f"{home}changes/#second", f"{home}changes/#first"]
    text = root.find("a:entry/a:content", names).text
    assert text == {"en": "More words.", "zh": "更多。"}[language]
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") in ("en", "zh-Hans")


def test_without_an_address_or_changes_there_is_no_feed(told):
    assert feed(told, "en", "") is None
    (told.root / news.FILE).write_text("# none yet\n")
    assert feed(told, "en", HOME) is None
    (told.root / news.FILE).unlink()
    assert feed(told, "en", HOME) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  id: first\n", "", "entry 2: other fields"),
        ("id: first", "id: second", "entry 2: its id 'second' is another's"),
        ("0.2.0", "0.10", "entry 1: its version is no text: in quotes, or 0.10 is 0.1"),
        ("First, zh: 第一", "2026, zh: 第一", "entry 2: its title does not speak every language"),
        ("id: first", "id: 1st", "entry 2: its date or its id"),
        ("2026-11-23", "someday", "entry 2: its date or its id"),
        ("2026-11-23", "2026-11-29", "entry 2: it is newer than the one above"),
        (", zh: 第一", "", "entry 2: its title does not speak every language"),
        ("Words.", "'*Words*.'", r"entry 2: its text has '\*'"),
        ("Words.", "<b>Words", "entry 2: its text has '<'"),
        ("- date: 2026-11-23", "- date 2026", "not YAML"),
        ("date: 2026-11-23", "date: 2026-11-31", "not YAML: day is out of range"),
        ("- date: 2026-11-23\n  id: first", "- word\n#", ""),
    ],
)  # fmt: skip
def test_an_entry_that_lacks_something_is_refused(told, old, new, said):
    change(told.root / news.FILE, old, new)
    with pytest.raises(CourseError, match=rf"changes\.yml(:\d+)?: {said}"):
        prepare(told)


def test_the_course_tells_of_its_changes():
    found = news.changes(Course(ROOT))
    assert found[-1].day == date(2026, 11, 23)
    assert all(20 < len(change.text["en"]) < 400 for change in found)
