"""Text in figures is text, whole within its figure, and in the language of the page."""

import csv
import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from conftest import ROOT
from site_html import page_path, read

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.page.labels import load

LESSONS = Course(ROOT).lesson_names()
WORD = re.compile("[A-Za-z]{2,}")
HAN = re.compile("[\u4e00-\u9fff]")
NUMBER = r"-?(?:[\d.]+(?:e[+-]?\d+)?|inf)"
SHARES = {None: 0, "middle": 0.5, "end": 1}


def figures(site, language: str, name: str) -> dict[str, ET.Element]:
    """Images that a lesson's page shows, by file name."""
    page = page_path(site, language, name)
    sources = {image["src"] for image in read(page).select(".lesson-figure img")}
    return {
        source.rpartition("/")[2]: ET.parse(page.parent / source).getroot() for source in sources
    }


def texts(image: ET.Element) -> list[ET.Element]:
    return list(image.iter("{http://www.w3.org/2000/svg}text"))


def letters(text: ET.Element) -> str:
    return "".join(text.itertext())


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Latin words that Chinese figures may hold: names, and those of their words."""
    labels = load(Course(ROOT))["zh"]
    return {w for text in (*labels.names, *dict(labels.words).values()) for w in WORD.findall(text)}


@pytest.mark.parametrize("name", LESSONS)
def test_a_figure_says_the_same_in_the_language_of_its_page(site, name, known):
    shown = {language: figures(site, language, name) for language in LANGUAGES}
    assert len(shown["en"]) == len(shown["zh"]) > 0
    for file, english in shown["en"].items():
        said = [letters(text) for text in texts(english)]
        assert said, file
        assert not HAN.search("".join(said)), file
        own = file.replace(".en.", ".").replace(".", ".zh.", 1)
        chinese = [letters(text) for text in texts(shown["zh"][own])]
        assert len(chinese) == len(said)
        for text in chinese:
            assert {*WORD.findall(text)} <= known, (file, text)


def width(text: str, size: float) -> float:
    """About the width of a line in points, in wide fonts."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (wide + 0.64 * (len(text) - wide))


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_lie_within_their_figure(site, name, language):
    """Those that matplotlib did not lay out: Chinese, and English longer than its label."""
    longer = {w for label, w in load(Course(ROOT))["en"].words if len(w) > len(label)}
    for file, image in figures(site, language, name).items():
        across, down = (float(image.get(side).removesuffix("pt")) for side in ("width", "height"))
        for text in texts(image):
            put = letters(text) in longer if language == "en" else HAN.search(letters(text))
            if not put or text.get("transform") not in (None, "rotate(-90)"):
                continue
            size = float(text.get("font-size", "11").removesuffix("px"))
            long = width(letters(text), size)
            begin = float(text.get("x")) - SHARES[text.get("text-anchor")] * long
            if text.get("transform"):
                begin, room = begin + down, down
            else:
                room = across
            assert begin > -3, (file, letters(text))
            assert begin + long < room + 3, (file, letters(text))


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_leads_to_what_is_told_of_it(site, name, language):
    page = read(page_path(site, language, name))
    told = [figure.get("aria-details") for figure in page.select("figure.lesson-figure")]
    assert told
    assert None not in told
    assert {*told} <= {fold["id"] for fold in page.select("details.figure-data")}


@pytest.mark.parametrize("name", LESSONS)
def test_data_of_figures_is_in_the_language_of_the_page(site, name, known):
    page = page_path(site, "zh", name)
    for link in read(page).select(".figure-data a[download]"):
        heads, *lines = csv.reader((page.parent / link["href"]).open(encoding="utf-8-sig"))
        assert "类型" in heads
        cells = {cell for line in lines for cell in line if not re.fullmatch(NUMBER, cell)}
        assert {*WORD.findall(" ".join([*heads, *cells]))} <= known, link["href"]
