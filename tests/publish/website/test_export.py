"""A course as folders that any site generator can build, and what Zensical is told of them."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, change, copy_course

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.markup.whole import MARK
from course_code.publish.website.export import configuration, export, given
from course_code.publish.website.prepare import Site, prepare


@pytest.fixture(scope="module")
def folder(built_tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    export(prepare(Course(built_tiny)), folder)
    return folder


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_language_has_all_that_its_pages_lead_to(folder, language):
    home = folder / language
    text = (home / "tiny.md").read_text("utf-8")
    assert "::: " not in text
    json.loads((home / "notebooks/tiny.ipynb").read_text("utf-8"))
    assert (home / "scripts/tiny.py").is_file()
    for theme in ("light", "dark"):
        (image,) = home.glob(f"assets/lessons/tiny/growth-1.{theme}.*")
        assert f'src="./{image.relative_to(home).as_posix()}"' in text
    assert (home / "assets/css/site.css").is_file()


def test_zensical_is_told_of_the_same_pages_and_marks(folder):
    for language in ("en", "zh"):
        told = yaml.safe_load((folder / f"zensical.{language}.yml").read_text("utf-8"))
        assert told["docs_dir"] == language
        assert told["theme"]["language"] == language
        extensions = told["markdown_extensions"]
        assert extensions["course_code.publish.markup.extension"]["language"] == language
        assert "hooks" not in told
        for path in [*told["extra_css"], *told["extra_javascript"], told["theme"]["logo"]]:
            assert (folder / language / path).is_file()


def test_the_configuration_follows_mkdocs_yml():
    english, chinese = (configuration(Course(ROOT), language) for language in ("en", "zh"))
    assert english["site_name"] != chinese["site_name"]
    assert [*english["nav"][0].values()] == [*chinese["nav"][0].values()]
    assert set(english["markdown_extensions"]) == set(chinese["markdown_extensions"])
    assert english["extra_css"] == chinese["extra_css"]
    assert chinese["site_dir"] == "site/zh"
    links = [[known["link"] for known in told["extra"]["alternate"]] for told in (english, chinese)]
    assert links == [["./", "./zh/"], ["../", "../zh/"]]


@pytest.fixture(scope="module")
def with_notebook(tmp_path_factory):
    """An export of a course with a teacher's notebook in each language; its nav names them."""
    root = copy_course(tmp_path_factory.mktemp("given"))
    for language, name in (("en", "mkdocs.yml"), ("zh", "mkdocs.zh.yml")):
        (root / f"docs/{language}/own").mkdir()
        shutil.copy(
            ROOT / f"tests/notebooks/{language}/falling.ipynb", root / f"docs/{language}/own"
        )
        nav = "nav: [index.md, tiny.md, {{Ball: own/falling.ipynb}}, {{Out: {}}}]\n"
        address = "https://example.org/a.ipynb"
        with (root / name).open("a") as file:
            file.write("\n" + nav.format(address))
    folder = root / "export"
    export(Site(Course(root), {}, {}, ()), folder)
    return folder


@pytest.mark.parametrize("language", ["en", "zh"])
def test_teachers_notebooks_are_pages(with_notebook, language):
    home = with_notebook / language / "own"
    text = (home / "falling.md").read_text("utf-8")
    assert text.startswith(f"{MARK}\n<h1>")
    assert 'download="" href="falling.ipynb"' in text
    json.loads((home / "falling.ipynb").read_text("utf-8"))
    images = re.findall(r'src="(falling-[^"]+)"', text)
    assert images
    assert all((home / image).stat().st_size > 100 for image in images)
    told = yaml.safe_load((with_notebook / f"zensical.{language}.yml").read_text("utf-8"))
    assert told["nav"][2:] == [{"Ball": "own/falling.md"}, {"Out": "https://example.org/a.ipynb"}]


def test_links_to_notebooks_lead_to_their_pages(tmp_path, built_tiny):
    root = shutil.copytree(built_tiny, tmp_path / "course")
    for name in ("one", "two"):
        shutil.copy(ROOT / "tests/notebooks/en/falling.ipynb", root / f"docs/en/{name}.ipynb")
    change(
        root / "docs/en/one.ipynb", "[link](https://arxiv.org/abs/1412.6980)", "[l](two.ipynb#a)"
    )
    (root / "docs/en/picture.svg").write_text("<svg/>")
    page = root / "docs/en/index.md"
    text = (
        "\n[n](one.ipynb) [m](two.ipynb#what-fails) `[o](one.ipynb)` [p](https://x.org/q.ipynb)\n"
    )
    page.write_text(page.read_text("utf-8") + text, "utf-8")
    folder = tmp_path / "export"
    export(prepare(Course(root)), folder)
    shown = (folder / "en/index.md").read_text("utf-8")
    assert "[n](one.md) [m](two.md#what-fails) `[o](one.ipynb)`" in shown
    assert "(https://x.org/q.ipynb)" in shown
    notebook = (folder / "en/one.md").read_text("utf-8")
    assert 'href="two.md#a"' in notebook
    assert 'href="one.ipynb"' in notebook
    assert (folder / "en/picture.svg").read_text() == "<svg/>"


def test_a_notebook_that_is_half_done_stops_the_export(tmp_path):
    root = copy_course(tmp_path)
    own = Path(shutil.copy(ROOT / "tests/notebooks/en/falling.ipynb", root / "docs/en"))
    change(own, '"execution_count": 1', '"execution_count": null')
    with pytest.raises(CourseError, match=r"falling\.ipynb: cell 2: not run"):
        given(Course(root), "en")


def test_scripts_have_their_words_before_they_run(folder):
    for language, copied in (("en", "Copied"), ("zh", "已复制")):
        told = yaml.safe_load((folder / f"zensical.{language}.yml").read_text("utf-8"))
        words = (folder / language / told["extra_javascript"][0]).read_text("utf-8")
        assert words.startswith(f'const courseWords = {{"copied": "{copied}"')


def test_what_cannot_be_written_is_said(built_tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        export(prepare(Course(built_tiny)), tmp_path / "file")
