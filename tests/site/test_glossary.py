"""Terms on the built pages: each linked once, from prose, to its place in the glossary."""

import calendar
import re
from pathlib import Path

import pytest
from conftest import ROOT
from site_html import read, strings_outside

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.markup import glossary

NO_PROSE = "h1, h2, h3, h4, h5, h6, code, pre, figcaption, summary, button, label, dt, th, svg"
REFERENCE = re.compile(
    r"(?<![A-Za-z])([A-Z][A-Za-z]+)(?:(?:\s(?:and|和|与)\s|、)[A-Z][A-Za-z-]+|\set\sal\.|\s等人?)?"
    r"[,，]?\s?[(（]?((?:19|20)\d\d)(?![\d.]\d)"
)
NO_AUTHORS = {"From", *calendar.month_name}


def folder(site: Path, language: str) -> Path:
    return site / ("" if language == "en" else language)


def pages(site: Path, language: str) -> dict[str, Path]:
    """File of every page that is written in Markdown, by name."""
    sources = (ROOT / "docs" / language).rglob("*.md")
    names = [p.relative_to(ROOT / "docs" / language).with_suffix("") for p in sources]
    home = folder(site, language)
    found = {
        str(name): home / ("" if name.stem == "index" else name) / "index.html" for name in names
    }
    assert all(path.is_file() for path in found.values())
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_term_is_linked_once_a_page_to_its_place(site, language):
    known = {entry.id: entry.words[language] for entry in glossary.load(Course(ROOT)).entries}
    found = pages(site, language)
    listed = {e["id"] for e in read(found["glossary"]).select(".glossary dt[id]")}
    assert listed == set(known)
    used = set()
    for name, path in found.items():
        ids = []
        for link in read(path).select("a.term"):
            target, _, id_ = link["href"].partition("#")
            assert (path.parent / target / "index.html").resolve() == found["glossary"].resolve()
            word = known[id_]
            forms = {"".join(form.lower().split()) for form in (word.term, *word.forms)}
            assert "".join(link.get_text().lower().split()) in forms
            assert link["title"] == word.definition
            ids.append(id_)
        assert len(ids) == len(set(ids)), name
        used |= set(ids)
    assert len(used) > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_term_leads_to_the_section_that_teaches_it(site, language):
    known = {entry.id: entry.taught for entry in glossary.load(Course(ROOT)).entries}
    home = pages(site, language)["glossary"]
    links = {
        link.find_parent("dd").find_previous_sibling("dt")["id"]: link
        for link in read(home).select(".glossary .term-taught a")
    }
    assert set(links) == {name for name, taught in known.items() if taught}
    assert len(links) > 90
    for name, link in links.items():
        target, _, anchor = link["href"].partition("#")
        page = read((home.parent / target / "index.html").resolve())
        section = page.find(id=anchor)
        title = "".join(strings_outside(section, ".headerlink"))
        assert link.get_text().endswith(f"“{title}”"), (name, title)
        assert "$" not in title, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_linked_in_prose_alone(site, language):
    for name, path in pages(site, language).items():
        page = read(path)
        if name == "glossary":
            assert not page.select("a.term")
        for link in page.select("a.term"):
            assert link.find_parent(["p", "li", "td", "dd"]), (name, link)
            outside = [*link.find_parents("a"), *link.select("*")]
            assert not outside, (name, link)
        for element in page.select(f"{NO_PROSE}, .arithmatex, .claim-kind, [data-search-exclude]"):
            assert not element.select("a.term"), (name, element)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_work_that_a_page_cites_is_on_the_page_of_references(site, language):
    found = pages(site, language)
    listed = {element["id"] for element in read(found["references"]).select("dt[id]")}
    cited = 0
    for name, path in found.items():
        if name in ("references", "glossary", "notation", "index"):
            continue
        article = read(path).select_one("article")
        text = "".join(strings_outside(article, "code, pre, .arithmatex"))
        for author, year in REFERENCE.findall(" ".join(text.split())):
            if author in NO_AUTHORS:
                continue
            assert f"{author.lower()}-{year}" in listed, (name, author, year)
            cited += 1
    assert cited > 20
