"""A student finishes the core of a lesson in an evening, and can revise from it."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.lesson.read import read_lesson
from course_code.publish.page.depths import FURTHER, amount, amounts
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import Opening, Page, Prose, ShownClaims
from course_code.publish.website.prepare import prepare

COURSE = Course(ROOT)
LESSONS = {name: read_lesson(COURSE, name) for name in COURSE.lesson_names()}
LIMITS = {"en": {"answer": 60, "core": 1500}, "zh": {"answer": 110, "core": 2600}}
LINES, MINUTES = 120, 20
GUESS = {"en": r"^\*\*Guess {}\b", "zh": r"^\*\*猜测 {}(?!\d)"}
LESSON_PAGES = [
    (language, name)
    for name in LESSONS
    for language in LANGUAGES
    if "::: opening" in COURSE.read(COURSE.prose(language) / f"{name}.md")
]


@pytest.fixture(scope="module")
def filled(site) -> dict[tuple[str, str], Page]:
    """All pages, filled from the runs that the built site shows."""
    return prepare(COURSE).pages


def parsed(language: str, name: str) -> Page:
    return parse(COURSE, language, Path(f"{name}.md"), LESSONS)


def core(page: Page) -> list:
    """The segments above what lies further."""
    ends = [i for i, s in enumerate(page.segments) if isinstance(s, Prose) and is_further(s)]
    assert len(ends) == 1, f"{page.path}: one ::: further"
    return list(page.segments[: ends[0]])


def is_further(prose: Prose) -> bool:
    return f"{{#{FURTHER}}}" in prose.text


def section(text: str, name: str) -> str:
    """The text below the heading with the id `name`, up to the next heading."""
    found = re.search(rf"^## .*\{{#{name}\}}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {{#{name}}}"
    return found[1]


def prose(segments: list) -> str:
    return "\n\n".join(segment.text for segment in segments if isinstance(segment, Prose))


@pytest.mark.parametrize(("language", "name"), LESSON_PAGES)
def test_the_core_is_read_in_twenty_minutes(filled, language, name):
    read, _ = amounts(filled[language, f"{name}.md"])
    assert read.words <= LIMITS[language]["core"]
    assert read.lines <= LINES
    assert read.minutes(language) <= MINUTES


@pytest.mark.parametrize(("language", "name"), LESSON_PAGES)
def test_the_first_screen_answers_in_sixty_words(language, name):
    page = parsed(language, name)
    (opening,) = (segment for segment in page.segments if isinstance(segment, Opening))
    values = opening.answer.count("{{")
    assert amount(opening.answer).words + values <= LIMITS[language]["answer"]
    assert page.segments.index(opening) == 1


@pytest.mark.parametrize(("language", "name"), LESSON_PAGES)
def test_the_core_ends_with_a_recipe_and_a_summary(language, name):
    text = prose(core(parsed(language, name)))
    recipe = re.findall(r"^\d+\. ", section(text, "recipe"), re.MULTILINE)
    assert 1 <= len(recipe) <= 5
    assert len(re.findall(r"^[-*] ", section(text, "summary"), re.MULTILINE)) >= 4
    assert ".md" in section(text, "summary"), "the link to the next page"


@pytest.mark.parametrize(("language", "name"), LESSON_PAGES)
def test_every_numbered_guess_is_answered_by_number_in_the_core(language, name):
    text = prose(core(parsed(language, name)))
    asked = re.search(r"^!!! question.*\n((?:\n|    .*\n)+)", text, re.MULTILINE)
    assert asked, "the core asks for a guess"
    numbers = re.findall(r"^    (\d+)\. ", asked[1], re.MULTILINE) or ["1"]
    for number in numbers:
        assert re.search(GUESS[language].format(number), text, re.MULTILINE), number


@pytest.mark.parametrize(("language", "name"), LESSON_PAGES)
def test_claims_come_after_all_that_is_read(language, name):
    page = parsed(language, name)
    (place,) = (i for i, s in enumerate(page.segments) if isinstance(s, ShownClaims))
    assert place > len(core(page))
