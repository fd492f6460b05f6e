"""A page asks for a live figure: what it gets with and without scripts, and what is refused."""

import json
import os
import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.page import live
from course_code.publish.page.across import check_pages
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import Live, Page, Prose
from course_code.publish.page.write import Place, to_markdown
from course_code.publish.run import schedule
from course_code.publish.run.plan import plan_lesson

ABOUT = """
export const ABOUT = {
  "words": ["title", "turn"],
  "heights": [20, 31.5]
};
"""
MODULES = {
    "docs/assets/figures/dial.js": 'import { el } from "./core.js";\n' + ABOUT,
    "docs/assets/figures/core.js": 'const SHEETS = ["./figures.css"];\nexport const el = 1;\n',
    "docs/assets/figures/figures.css": "p { color: red }\n",
}
LIVE = """::: live dial
    figure="c0"
    caption="**Turn it** to {{ a:g}}: see [above](#t), $x$."
    title="A *dial* with <b> & {braces}"
    turn="Turn it"
"""
PAGE = f'# T\n\nText.\n\n{LIVE}\nMore.\n\n::: cell one.c0\n    alt="A line"\n'
CHINESE = PAGE.replace("Turn it", "转动它").replace("with", "带").replace("A line", "一条线")


@pytest.fixture
def course(one_lesson, write) -> Course:
    write(MODULES)
    return one_lesson("a = 7.5\nfigure()\n")


@pytest.fixture
def read(course, write, ran):
    """Function that reads a page of the course and fills it."""

    def read(text: str = PAGE, language: str = "en") -> Page:
        write({f"docs/{language}/one.md": text})
        plan = plan_lesson(course, "one")
        page = parse(course, language, Path("one.md"), {"one": plan.lesson})
        schedule.update(course, [plan])
        return fill_page(page, schedule.runs(course, [plan]))

    return read


@pytest.mark.parametrize("indent", ["", "    "])
def test_without_a_script_there_is_a_figure_with_its_caption_and_the_words_for_one(read, indent):
    inside = "\n".join(indent + line for line in LIVE.split("\n"))
    page = read(PAGE.replace(LIVE, '??? note "Fold"\n\n' * bool(indent) + inside))
    html = read_markdown(to_markdown(page, None, Place("../", "../")))
    (figure,) = html.select("figure#live-dial.lesson-figure.live[data-live=dial]")
    assert figure["style"] == "--wide:20rem;--narrow:31.5rem"
    assert [image["alt"] for image in figure.select(".live-stage img")] == ["A line"] * 2
    assert figure.select_one("figcaption").get_text().strip().startswith("Turn it to 7.5: see")
    assert figure.select_one("figcaption a")["href"] == "#t"
    assert "Switch scripts on" in figure.select_one(".live-stage .live-note").get_text()
    assert json.loads(figure.select_one(".live-words[hidden]")["data-words"]) == {
        "title": "A *dial* with <b> & {braces}",
        "turn": "Turn it",
    }
    assert "Turn it" not in figure.select_one(".live-words").get_text()


def test_a_notebook_has_the_caption_and_leads_to_the_page(read):
    figure = next(part for part in read().segments if isinstance(part, Live))
    drawn = Page(Path("docs/en/one.md"), "en", "one", (Prose("# T", 1), figure))
    cells = to_notebook(drawn, "https://example.org/")["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    assert "**Turn it** to 7.5" in text
    assert "https://example.org/one/#live-dial" in text
    assert "{braces}" not in text


def test_it_leads_to_what_is_told_of_the_still_figure(read):
    page = read()
    (live,) = (part for part in page.segments if isinstance(part, Live))
    with_data = replace(live, figure=live.figure | {"table": {"csv": "", "panels": []}})
    for part, leads in ((live, None), (with_data, "data-c0-1")):
        text = to_markdown(replace(page, segments=(part,)), None, Place("../", "../"))
        assert read_markdown(text).select_one("#live-dial").get("aria-details") == leads


REFUSED = {  # what is changed into what, line, words of the message
    "a figure that is not there": ("live dial", "live dail", 5, "Did you mean 'dial'?"),
    "a helper, which is no figure": ("live dial", "live core", 5, "no live figure 'core'"),
    "a word that is missing": ('    turn="Turn it"\n', "", 5, "lacks turn"),
    "a word that is empty": ('turn="Turn it"', 'turn=" "', 5, "lacks turn"),
    "a word that nobody asked for": ("turn=", "turm=", 5, "unknown attribute 'turm'"),
    "a word given twice": ('turn="Turn it"', 'turn="a" turn="b"', 5, "given 2 times"),
    "a cell that is not there": ('figure="c0"', 'figure="c9"', 5, "no cell 'c9'"),
    "no caption": ("caption=", "", 5, "cannot read"),
    "the same figure again": ("More.", LIVE, 11, "'dial' stands twice"),
    "a value that is not there": ("{{ a:g}}", "{{ b:g}}", 5, "'b'"),
    "no name": ("live dial", "live", 5, "cannot read '::: live'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_says_its_line(read, name):
    old, new, line, says = REFUSED[name]
    assert old in PAGE
    with pytest.raises(CourseError) as refused:
        read(PAGE.replace(old, new, 1))
    assert f"docs/en/one.md:{line}: " in str(refused.value)
    assert says in str(refused.value)


def test_a_cell_without_a_figure_cannot_stand_for_one(one_lesson, write, read):
    one_lesson("a = 7.5\n")
    with pytest.raises(CourseError, match=r"one\.md:5: cell 'c0' draws no figure"):
        read(PAGE.replace('    alt="A line"\n', ""))


def test_a_page_without_a_lesson_has_no_live_figure(course, write):
    write({"docs/en/other.md": "# T\n\n" + LIVE})
    with pytest.raises(CourseError, match=r"other\.md:3: only a lesson's page"):
        parse(course, "en", Path("other.md"), {})


@pytest.mark.parametrize(
    ("chinese", "says"),
    [
        (CHINESE, None),
        (CHINESE.replace("A *dial* 带", "A *dial* with"), "title, .* is not translated"),
        (CHINESE.replace(LIVE.replace("Turn it", "转动它").replace("with", "带"), ""), "alone"),
    ],
)
def test_both_languages_have_the_figure_in_their_own_words(course, read, chinese, says):
    pages = {("en", "one.md"): read(), ("zh", "one.md"): read(chinese, "zh")}
    with pytest.raises(CourseError, match=says) if says else nullcontext():
        check_pages(course, pages)


def test_a_figure_is_weighed_with_all_that_it_fetches(course, write, read):
    heavy = "a".join(re.findall("..", os.urandom(40_000).hex()))  # which does not compress
    dial = MODULES["docs/assets/figures/dial.js"]
    write({
        "docs/assets/figures/dial.js": dial + 'new Worker(new URL("./far.js", import.meta.url));',
        "docs/assets/figures/far.js": 'import("./further.js");',
        "docs/assets/figures/further.js": f"// {heavy}",
    })  # fmt: skip
    sizes = live.weights(course, "dial")
    assert set(sizes) == {"dial.js", "core.js", "figures.css", "far.js", "further.js"}
    with pytest.raises(CourseError, match=r"dial\.js: .* of 30,000 .*\n.*further"):
        read()
    write({"docs/assets/figures/further.js": 'import("./gone.js")'})
    with pytest.raises(CourseError, match=r"'dial' needs 'gone\.js'"):
        read()


@pytest.mark.parametrize(
    "about", ['{"words": "title"', '{\n"words": ["a"]\n}', '{\n"heights": [1]\n}']
)
def test_a_module_that_does_not_say_what_it_needs_is_refused(course, write, about):
    write({"docs/assets/figures/dial.js": f"export const ABOUT = {about}\n}};\n"})
    with pytest.raises(CourseError, match=r"figures/dial\.js: ABOUT cannot be read"):
        live.about(course, "dial")


def test_every_figure_of_the_course_is_light_and_stands_on_a_page_in_both_languages():
    course = Course(ROOT)
    found = live.names(course)
    assert "trainer" in found
    for name in found:
        assert live.about(course, name).words[0] == "title"
        for language in LANGUAGES:
            texts = [path.read_text("utf-8") for path in course.prose(language).glob("*.md")]
            assert sum(f"\n::: live {name}\n" in text for text in texts) == 1, (name, language)
