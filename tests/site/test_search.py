"""What readers type leads to the right section, in the site's own search run without a browser.

`python -m pytest -s tests/site/test_search.py` prints where each query of searches.txt ends up.
"""

import gzip
import json
from functools import cache
from pathlib import Path

import pytest
import quickjs
from searches import FIRST, searches

from course_code.publish.base.course import LANGUAGES
from course_code.publish.website.search import FILE

SHARE = 0.95  # of the queries, at least
WEIGHT = 155_000  # bytes of all that the first query fetches, compressed
SCRIPTS = ("marks", "minisearch", "finder", "dialog")
LOAD = """
const setTimeout = (call) => Promise.resolve().then(call);
let finder;
courseFinder(MiniSearch, courseIndex).then((made) => { finder = made; });
const ask = (query) => JSON.stringify(finder.find(query, 10).map(({ url }) => url));
"""


def part(site: Path, language: str) -> Path:
    return site / ("" if language == LANGUAGES[0] else language)


@pytest.fixture(scope="module")
def ask(site):
    """Function ask(language, query) -> addresses that the site's search gives, best first."""

    @cache
    def loaded(language: str) -> quickjs.Context:
        context = quickjs.Context()
        for path in ("assets/search/minisearch.js", "assets/search/finder.js"):
            context.eval((site / path).read_text("utf-8"))
        context.eval((part(site, language) / FILE).read_text("utf-8"))
        context.eval(LOAD)
        while context.execute_pending_job():
            pass
        return context

    def ask(language: str, query: str) -> list[str]:
        return json.loads(loaded(language).eval(f"ask({json.dumps(query)})"))

    return ask


def test_every_place_that_is_right_is_there(site):
    for language, query, places in searches():
        for place in places:
            name, _, anchor = place.partition("#")
            page = (part(site, language) / name / "index.html").read_text("utf-8")
            assert not anchor or f'id="{anchor}"' in page, (language, query, place)


def test_what_readers_type_leads_to_the_right_section(ask):
    missed, asked = [], searches()
    assert len(asked) >= 103
    for search in asked:
        found = ask(search.language, search.query)
        rank = search.rank(found)
        print(f"{rank or '-':>2}  {search.language}  {search.query}: {', '.join(found[:FIRST])}")
        if not 1 <= rank <= FIRST:
            missed.append((search.language, search.query, found[:FIRST]))
    print(f"{len(asked) - len(missed)} of {len(asked)} queries lead to their section")
    assert len(missed) <= (1 - SHARE) * len(asked), missed


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("ＲｅＬＵ", "ReLU"),
        ("Adam优化器", "Adam 优化器"),
        ("SOFTMAX", "softmax"),
        ("过拟合？", "过拟合"),
    ],
)
def test_letters_of_any_width_size_and_neighbour_are_the_same(ask, query, same):
    assert ask("zh", query) == ask("zh", same) != []


def test_what_is_nowhere_finds_nothing(ask):
    for query in ("", "   ", "？", "的", "qqxxzzww", "籚籚籚", "()[]*\\"):
        assert ask("zh", query) == ask("en", query) == [], query


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_query_fetches_little(site, language):
    files = [part(site, language) / FILE, site / "assets/search/search.css"]
    files += [site / f"assets/search/{name}.js" for name in SCRIPTS]
    weight = sum(len(gzip.compress(path.read_bytes(), 6, mtime=0)) for path in files)
    print(f"{language}: {weight:,} bytes")
    assert weight <= WEIGHT


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_has_pages_and_terms_but_no_lists_of_claims(site, language):
    text = (part(site, language) / FILE).read_text("utf-8")
    index = json.loads(text.removeprefix("var courseIndex = ").removesuffix(";\n"))
    pages = {address: parts for address, parts, _ in index["pages"]}
    assert {"index.html", "spiral/", "glossary/"} <= set(pages)
    assert not any(address.startswith(("zh/", "404", "notebooks/")) for address in pages)
    assert len(pages["errata/"][0][2]) < 1_000  # its rows are found on the lessons' pages
    listed = {f"glossary/#{anchor}" for anchor, *_ in pages["glossary/"]}
    assert set(index["terms"]) <= listed
    for address, parts in pages.items():
        anchors = [anchor for anchor, *_ in parts]
        assert anchors[0] == "", address
        assert len(anchors) == len(set(anchors)), address
        for _, title, body, _ in parts:
            assert title, address
            assert not {"¶", "\u200b", "katex"} & {*title, *body.split()}
