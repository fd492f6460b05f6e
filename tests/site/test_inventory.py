"""Every item of the notes that the course set out to cover stands on a page, in both languages."""

import csv
import re

import pytest
from conftest import ROOT
from site_html import page_path, read

from course_code.publish.base.course import LANGUAGES

FILE = ROOT / "docs/inventory.csv"
# Statements, examples, PyTorch, questions, the spiral, topics of the videos.
NAME = re.compile(r"(?:A|EX|PB|Q|SP|VI)\d+b?")
WANTED = {
    *(f"PB{number:02}" for number in range(1, 37)),
    "PB28b",
    *(f"SP{number:02}" for number in range(1, 24)),
    *(f"EX{number:02}" for number in range(1, 7)),
    *(f"Q{number}" for number in range(1, 7)),
    *(f"A{number}" for number in range(1, 56)),
    *(f"VI{number:02}" for number in range(1, 9)),
}


def rows() -> list[tuple[str, str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert header == ["id", "page", "anchor"]
    return [tuple(row) for row in found]


def test_every_item_is_there_once_per_page():
    found = rows()
    assert WANTED - {name for name, _, _ in found} == set()
    for name, page, anchor in found:
        assert NAME.fullmatch(name), name
        assert page, name
        assert anchor, name
    pairs = [(name, page) for name, page, _ in found]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_has_its_place_in_the_built_page(site, language):
    ids = {}
    for page in {page for _, page, _ in rows()}:
        path = page_path(site, language, page)
        assert path.is_file(), page
        ids[page] = {element["id"] for element in read(path).select("[id]")}
    missing = [row for row in rows() if row[2] not in ids[row[1]]]
    assert missing == []
