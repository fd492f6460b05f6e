"""Terms are read from one file and listed on a page."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.markup import glossary
from course_code.publish.page.parse import parse
from course_code.publish.website.prepare import prepare

from .conftest import TERMS, entry

# ---- the file ------------------------------------------------------------------------------------


def test_a_course_without_the_file_has_no_glossary(write):
    course = write({"docs/en/index.md": "# Home\n"})
    assert glossary.load(course) is None
    with pytest.raises(CourseError, match=r"index.md:3: there is no glossary"):
        glossary.listed(course, "en", Path("docs/en/index.md"), 3)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("- id: entropy", "- id: gradient", 41, "id 'gradient' is taken by the entry on line 1"),
        ("term: entropy", "term: Gradients", 41, "en form 'gradients' is taken by the entry"),
        ("term: 信息熵", "term: 梯度", 41, "zh form '梯度' is taken by the entry on line 1"),
        ("[cross entropy]", "[cross entropy, cross entropy]", 31, "en form 'cross entropy'"),
        ("- id: gradient\n", "- term: gradient\n", 1, "unknown name 'term'"),
        ("id: entropy", "id: Entropy of text", 41, "cannot use the id 'Entropy of text'"),
        ("    pinyin: tidu\n", "", 7, "'pinyin' is missing"),
        ("pinyin: tidu\n", "pinyin: tī dù\n", 8, "cannot sort by 'tī dù'"),
        ("definition: 梯度的意思。", "definition: ''", 10, "'definition' is empty"),
        ("definition: 梯度的意思。", "definition: [梯度]", 10, "'definition' is empty"),
        ("definition: 梯度的意思。", "definition: |\n      一\n      二", 10, "is not one line"),
        ("term: amp", "term: a", 53, "cannot look for 'a' in prose"),
        ("term: amp", "term: a & b", 53, "cannot look for 'a & b' in prose"),
        ("forms: [gradients]", "forms: gradients", 4, "forms are not a list"),
        ("forms: [gradients]", "form: [gradients]", 4, "unknown name 'form'"),
        ("term: gradient\n", "term: gradient\n    term: slope\n", 4, "'term' is given twice"),
        ("- id: gradient\n", "- id: gradient\n  taught: one.md\n", 2, "cannot link to 'one.md'"),
        ("- id: gradient\n", "- id: gradient\n  taught: [a]\n", 2, "'taught' is empty"),
        ("  zh:\n    term: 梯度\n", "  cn:\n    term: 梯度\n", 6, "unknown name 'cn'"),
        ("- id: gradient\n", "- gradient\n- id: gradient\n", 1, "expected names and values"),
        ("  en:\n", "  en: [\n", 4, "not YAML"),
    ],
)
def test_a_mistake_names_its_line(course, old, new, line, words):
    file = course.root / glossary.FILE
    assert old in TERMS
    file.write_text(TERMS.replace(old, new, 1), "utf-8")
    with pytest.raises(CourseError) as raised:
        glossary.load(course)
    assert str(raised.value).startswith(f"docs/glossary.yml:{line}: ")
    assert words in str(raised.value)


def test_a_missing_language_is_a_mistake(write):
    text = entry("gradient", "gradient", "梯度", "tidu")
    course = write({"docs/glossary.yml": text[: text.index("  zh:")]})
    with pytest.raises(CourseError, match="glossary.yml:1: entry 'gradient' has no 'zh'"):
        glossary.load(course)


def test_what_is_no_list_is_a_mistake(write):
    with pytest.raises(CourseError, match="glossary.yml:1: the glossary is not a list"):
        glossary.load(write({"docs/glossary.yml": "gradient: 梯度\n"}))


# ---- the list ------------------------------------------------------------------------------------


def test_the_list_is_sorted_by_each_language_and_names_both(course):
    known = glossary.load(course)
    english, chinese = known.markdown("en", {}), known.markdown("zh", {"entropy": "<b>T</b>"})
    ids = [re.findall(r'<dt id="([^"]+)">', text) for text in (english, chinese)]
    assert " ".join(ids[0]) == "amp cross-entropy entropy gradient gradient-descent learning-rate"
    assert " ".join(ids[1]) == "amp cross-entropy gradient gradient-descent entropy learning-rate"
    assert re.findall(r"^## (\w) \{#letter-(\w)\}$", chinese, re.M) == [
        (letter.upper(), letter) for letter in "ajtx"
    ]
    assert '<dt id="gradient">gradient <span lang="zh-Hans">梯度</span></dt>' in english
    assert '<dt id="gradient">梯度 <span lang="en">gradient</span></dt>' in chinese
    assert "<dd>gradient means &quot;this&quot; &amp; &lt;that&gt;.</dd>" in english
    assert english.count("<dl") == english.count("</dl>") == 5
    assert "<dd>信息熵的意思。<b>T</b></dd>" in chinese


def test_the_directive_puts_the_list_on_a_page(course):
    folder = course.root / "docs/en"
    folder.mkdir(parents=True)
    (folder / "words.md").write_text("# Words\n\n::: list glossary\n\nEnd.\n", "utf-8")
    page = parse(course, "en", Path("words.md"), {})
    text = "\n".join(segment.text for segment in page.segments)
    assert text.index("# Words") < text.index('<dt id="amp">') < text.index("End.")
    (folder / "words.md").write_text("# Words\n\n::: list words\n", "utf-8")
    with pytest.raises(CourseError, match=r"words\.md:3"):
        parse(course, "en", Path("words.md"), {})


# ---- the course's own ----------------------------------------------------------------------------


def test_a_mistake_in_the_glossary_stops_the_build_before_anything_runs(write, ran):
    files = {"docs/glossary.yml": "- id: x\n", "lessons/one": '# %% name="a"\nSEEDS = [1]\n'}
    with pytest.raises(CourseError, match="glossary.yml:1"):
        prepare(write(files))
    assert ran == []


# ---- the course's own ----------------------------------------------------------------------------


def test_the_course_s_glossary_is_sound():
    known = glossary.load(Course(ROOT))
    assert len(known.entries) >= 60
    for item in known.entries:
        for word in item.words.values():
            assert len(word.definition) <= 160, word.term
            assert word.definition[-1] in ".。", word.term
            assert "$" not in word.definition, word.term
            assert "\\" not in word.definition, word.term
        assert not glossary.HAN.search(item.words["en"].definition), item.id
        assert glossary.HAN.search(item.words["zh"].definition), item.id
