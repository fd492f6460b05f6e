"""Pages are found and cited: what search engines, shared links and crawlers are told."""

import json
import struct
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import fromstring

import pytest
from conftest import change, copy_course, mkdocs
from site_html import parse, read

HOME = "https://owner.github.io/course/"
OPENING = """

::: opening tiny
    answer="{}"
    figure="growth"
"""
CHANGES = """- date: 2026-11-28
  id: first
  title: {en: First, zh: 第一}
  text: {en: Words., zh: 文字。}
"""
CODES = {"en": "en", "zh": "zh-Hans"}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Path:
    """The tiny course with an opening, built for an address."""
    course = copy_course(tmp_path_factory.mktemp("found"))
    for language, title in {"en": "# Discs\n", "zh": "# 圆盘\n"}.items():
        answer = {"en": "With the square.", "zh": "按平方增长。"}[language]
        change(course / f"docs/{language}/tiny.md", title, title + OPENING.format(answer))
    (course / "docs/changes.yml").write_text(CHANGES, "utf-8")
    done = mkdocs("build", "--strict", cwd=course, SITE_URL=HOME)
    assert done.returncode == 0, done.stderr
    return course / "site"


def meta(page, name: str) -> str | None:
    element = page.find("meta", attrs={"name": name}) or page.find("meta", property=name)
    return element and element["content"]


@pytest.mark.parametrize(("path", "language"), [("tiny/", "en"), ("zh/tiny/", "zh"), ("zh/", "zh")])
def test_a_page_tells_its_address_and_those_of_its_translations(found, path, language):
    page = parse(found / path / "index.html")
    assert page.find("link", rel="canonical")["href"] == HOME + path
    bare = path.removeprefix("zh/")
    others = {e["hreflang"]: e["href"] for e in page.head.select("link[rel=alternate][hreflang]")}
    assert others == {
        "en": HOME + bare, "zh-Hans": f"{HOME}zh/{bare}", "x-default": HOME + bare,
    }  # fmt: skip
    assert meta(page, "og:url") == HOME + path
    assert meta(page, "og:locale") == {"en": "en_US", "zh": "zh_CN"}[language]
    assert meta(page, "og:description") == meta(page, "description")
    assert not page.find("meta", attrs={"name": "robots"})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_shared_lesson_shows_the_figure_that_it_opens_with(found, language):
    page = parse(found / {"en": "", "zh": "zh"}[language] / "tiny" / "index.html")
    address = meta(page, "og:image")
    picture = found / address.removeprefix(HOME)
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    size = tuple(int(meta(page, f"og:image:{side}")) for side in ("width", "height"))
    assert size == struct.unpack(">II", data[16:24])
    assert meta(page, "og:image:alt") == page.select_one("figure.first img")["alt"]
    assert meta(page, "twitter:card") == "summary_large_image"


def test_structured_data_tell_of_the_course_and_of_its_parts(found):
    home = json.loads(
        parse(found / "zh/index.html").find("script", type="application/ld+json").text
    )
    assert home["@type"] == "Course"
    assert home["name"] == "深度学习基础"
    assert home["inLanguage"] == "zh-Hans"
    assert home["url"] == f"{HOME}zh/"
    assert {"provider", "description", "hasCourseInstance", "offers"} <= set(home)
    page = parse(found / "tiny/index.html")
    part = json.loads(page.find("script", type="application/ld+json").text)
    assert part["@type"] == "LearningResource"
    assert part["isPartOf"] == {"@type": "Course", "name": "Deep Learning Foundations", "url": HOME}
    assert part["description"] == meta(page, "description")
    assert part["image"] == meta(page, "og:image")


def test_crawlers_find_every_page_of_both_languages(found):
    robots = (found / "robots.txt").read_text("utf-8").splitlines()
    assert robots[:2] == ["User-agent: *", "Allow: /"]
    assert robots[2:] == [f"Sitemap: {HOME}sitemap.xml", f"Sitemap: {HOME}zh/sitemap.xml"]
    listed = {}
    for line in robots[2:]:
        tree = fromstring((found / line.removeprefix(f"Sitemap: {HOME}")).read_text("utf-8"))
        for url in tree:
            location, *others = url
            listed[location.text] = {e.get("hreflang"): e.get("href") for e in others}
    pages = {p.parent.relative_to(found).as_posix() for p in found.rglob("index.html")}
    assert set(listed) == {HOME + (f"{path}/" if path != "." else "") for path in pages}
    assert all(set(others) == {*CODES.values(), "x-default"} for others in listed.values())
    assert listed[f"{HOME}zh/tiny/"]["x-default"] == f"{HOME}tiny/"


def test_material_s_script_sees_no_address_below_which_it_would_ask_for_a_sitemap(found):
    for path in found.rglob("*.html"):
        assert 'rel="alternate"' not in path.read_text("utf-8"), path


@pytest.mark.parametrize("home", ["", "zh/"])
def test_every_page_names_the_feed_of_its_language(found, home):
    pages = [found / home / name for name in ("index.html", "tiny/index.html", "404.html")]
    for page in pages:
        (link,) = parse(page).head.select("link[type='application/atom+xml']")
        assert (link["rel"], link["href"]) == (["alternate"], f"{HOME}{home}changes.xml")
        assert link["title"] == {"": "What changed in the course", "zh/": "课程更新记录"}[home]
    told = fromstring((found / home / "changes.xml").read_bytes())
    assert told.tag == "{http://www.w3.org/2005/Atom}feed"


def test_a_missing_page_says_so_in_both_languages_and_is_not_listed(found):
    for path in ("404.html", "zh/404.html"):
        page = parse(found / path)
        assert meta(page, "robots") == "noindex"
        text = page.select_one("article").get_text()
        assert "Page not found" in text
        assert "页面不存在" in text
        links = {urljoin(HOME, e["href"]) for e in page.select("article a[href]")}
        assert {HOME, f"{HOME}zh/"} <= links


def test_the_icons_are_there(found):
    for path in ("index.html", "zh/tiny/index.html"):
        page = parse(found / path)
        icon = (found / path).parent / page.find("link", rel="apple-touch-icon")["href"]
        assert struct.unpack(">II", icon.read_bytes()[16:24]) == (180, 180)


def test_without_an_address_nothing_pretends_to_one(built_tiny):
    page = parse(built_tiny / "site/tiny/index.html")
    nothing = "link[rel=canonical], link[hreflang], meta[property='og:image'], link[type*=atom]"
    assert not page.head.select(nothing)
    assert not list((built_tiny / "site").rglob("changes.xml"))
    assert meta(page, "og:title") == "Discs"
    assert "Sitemap" not in (built_tiny / "site/robots.txt").read_text("utf-8")


def test_every_page_of_a_language_has_a_title_and_a_description_of_its_own(site):
    told = {"en": {}, "zh": {}}
    for path in site.rglob("index.html"):
        page, name = read(path), path.relative_to(site).as_posix()
        title, description = page.title.get_text(), meta(page, "description")
        assert 20 <= len(description) <= 200, (name, description)
        assert meta(page, "og:title"), name
        pages = told["zh" if name.startswith("zh/") else "en"]
        assert title not in pages, (name, pages[title])
        pages[title] = description
    for pages in told.values():
        assert len(pages) == len(set(pages.values())) > 25


def test_every_lesson_has_a_picture_and_the_labs_and_home_share_them(site):
    lessons = {path.stem for path in (site / "scripts").glob("*.py")}
    assert {path.stem for path in (site / "assets/cards").glob("*.png")} == lessons


def test_links_to_other_sites_give_them_no_way_back(site):
    for path in site.rglob("*.html"):
        for link in read(path).select("a[href]"):
            if urlsplit(link["href"]).netloc:
                assert "noopener" in link.get("rel", []), (path, link)
