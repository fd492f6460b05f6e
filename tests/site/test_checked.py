"""The page of all claims: complete, light, the same claims in both languages."""

import pytest
from conftest import ROOT
from site_html import page_path, read

from course_code.publish.base.course import Course
from course_code.publish.base.words import LABELS
from course_code.publish.lesson.read import read_lesson

LIMITS = {"elements": 5000, "bytes": 300_000}


def rows(site, language: str) -> list[list[str]]:
    page = read(page_path(site, language, "checked"))
    return [
        [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in page.select(".claims-ledger tbody tr")
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_claim_of_the_course_has_a_row(site, language):
    course = Course(ROOT)
    claims = [c for name in course.lesson_names() for c in read_lesson(course, name).claims]
    found = rows(site, language)
    assert len(found) == len(claims)
    assert all(row[0] and row[1] and row[2] for row in found)
    exact = LABELS[language]["exact"]  # of two equal lists: no bound beside it
    assert all(row[4] or row[3] == exact for row in found)


def test_both_languages_have_the_same_numbers(site):
    english, chinese = rows(site, "en"), rows(site, "zh")
    exact = {LABELS[language]["exact"] for language in LABELS}
    numbers = [
        [["" if cell in exact else cell for cell in row[3:6]] for row in side]
        for side in (english, chinese)
    ]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_light(site, language):
    path = page_path(site, language, "checked")
    assert len(read(path).find_all()) <= LIMITS["elements"]
    assert path.stat().st_size <= LIMITS["bytes"]
