"""Settings: one language published alone, and what is put into every page."""

import shutil

import pytest
from conftest import ROOT, change, mkdocs

from course_code.publish.__main__ import main
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.website.nav import check_addresses, check_words, published

ENTRIES = {
    "en": '    - {lang: en, name: English, home: ""}\n',
    "zh": "    - {lang: zh, name: 中文, home: zh/}\n",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_language_alone_can_be_published(tiny, language, capsys):
    other = {"en": "zh", "zh": "en"}[language]
    change(tiny / "mkdocs.yml", ENTRIES[other], "")
    done = mkdocs("build", "--strict", cwd=tiny)
    assert done.returncode == 0, done.stderr
    pages = {path.relative_to(tiny / "site").as_posix() for path in tiny.glob("site/**/*.html")}
    own = {page for page in pages if page.startswith("zh/") == (language == "zh")}
    assert pages - own == ({"index.html"} if language == "zh" else set())
    assert len(own) > 2
    folder = tiny / "site" / ("" if language == "en" else "zh")
    assert list(tiny.glob("site/**/search/index.js")) == [folder / "search/index.js"]
    assert main(["prove", str(tiny / "site"), "--root", str(tiny)]) == 0
    assert "2 pages, nothing is missing" in capsys.readouterr().out
    assert "course-language" not in (folder / "index.html").read_text("utf-8")
    assert list(folder.glob("notebooks/*.ipynb"))
    if language == "zh":
        lead_on = (tiny / "site/index.html").read_text("utf-8")
        assert 'url=zh/"' in lead_on
        assert "Content-Security-Policy" in lead_on
        assert list(tiny.glob("site/assets/lessons/*/*.svg"))


def test_a_language_without_pages_is_refused():
    assert published({}) == ["en", "zh"]
    assert published({"languages": [{"lang": "zh"}]}) == ["zh"]
    with pytest.raises(CourseError, match=r"mkdocs\.yml: extra\.languages names 'fr'"):
        published({"languages": [{"lang": "fr"}]})
    with pytest.raises(CourseError, match=r"mkdocs\.yml: extra\.languages is no list of languages"):
        published({"languages": ["en"]})


@pytest.mark.parametrize(
    ("settings", "home", "said"),
    [
        ({"repository": 'o/"><img src=x onerror=alert(1)>'}, "", "COURSE_REPOSITORY) is no owner"),
        ({"repository": "owner"}, "", "COURSE_REPOSITORY) is no owner/name: 'owner'"),
        ({"offline_copy": "javascript:alert(1)"}, "", "offline_copy is no address"),
        ({}, 'https://a.b/"><script>', "site_url is no address"),
    ],
)
def test_what_is_put_into_every_page_is_what_it_should_be(settings, home, said):
    check_addresses({"repository": "a-b/c.d_e", "offline_copy": ""}, "http://[::1]:8000/")
    check_addresses({"offline_copy": "https://a.b/c/offline.zip"}, "https://o.github.io/c~d/%20/")
    with pytest.raises(CourseError) as error:
        check_addresses(settings, home)
    assert str(error.value).startswith("mkdocs.yml: ")
    assert said in str(error.value)


def test_addresses_that_notebooks_do_not_know_are_refused():
    with pytest.raises(CourseError, match=r"mkdocs\.yml: use_directory_urls is switched off"):
        check_addresses({}, "", directories=False)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("site_name: Deep", "site_name: <script>alert(1)</script> Deep", 2),
        ("  authors: The", '  authors: \'" onclick="alert(1)" The\'\n  others: The', None),
        ("  - Lessons:", "  - <b>Lessons</b>:", None),
    ],
)
def test_a_setting_is_text(tmp_path, old, new, line):
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(ROOT / name, tmp_path)
    check_words(Course(tmp_path))
    change(tmp_path / "mkdocs.yml", old, new)
    with pytest.raises(CourseError, match="a setting holds HTML") as error:
        check_words(Course(tmp_path))
    assert str(error.value).startswith(f"mkdocs.yml:{line or ''}")
