"""The course as a whole: checked before it runs, filled once, with the files its pages refer to."""

import json
import re
from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.website.prepare import place_of, prepare

LESSON = '# %% name="c0"\nSEEDS = range(2)\nx = 3\nfigure()\n'
PAGE = '# {0}\n\nValue {{{{ x }}}}.\n\n::: cell {0}.c0 alt="a"\n'


@pytest.fixture
def course(write):
    files = {}
    for name in ("one", "two"):
        files[f"lessons/{name}"] = LESSON
        for language in ("en", "zh"):
            files[f"docs/{language}/{name}.md"] = PAGE.format(name)
            files[f"docs/{language}/index.md"] = "# Home\n\n{{ two/x }}\n"
    return write(files)


def test_every_page_is_filled_from_one_run(course, ran):
    site = prepare(course)
    assert sorted(site.ran) == sorted(ran) == ["one", "two"]
    assert sorted(site.pages) == [
        (language, f"{name}.md") for language in ("en", "zh") for name in ("index", "one", "two")
    ]
    text = site.markdown("zh", "one.md", place_of("zh", "one.md"))
    assert "Value 3." in text
    assert "../../assets/lessons/one/c0-1.light.svg" in text
    assert site.markdown("en", "index.md", place_of("en", "index.md")) == "# Home\n\n3\n"
    assert prepare(course).ran == ()


def test_a_title_is_told_with_its_values_where_another_page_needs_it(course, ran, write):
    opening = '::: opening two needs="one" answer="a"\n'
    two = PAGE.format("two").replace("Value", f"{opening}\nValue")
    one = PAGE.format("one").replace("# one", "# The {{ x }} ways: or {{ x }}")
    write({f"docs/{language}/{name}.md": text for language in ("en", "zh")
           for name, text in (("one", one), ("two", two))})  # fmt: skip
    assert "[The 3 ways](one.md)" in prepare(course).markdown(
        "en", "two.md", place_of("en", "two.md")
    )
    write({"docs/zh/one.md": one.replace("{{ x }} ways", "{{ y }} ways")})
    with pytest.raises(CourseError, match=r"docs/zh/one\.md:1: lesson 'one' has no value 'y'"):
        prepare(course)


def test_results_are_json_though_a_value_is_infinite_or_none(course, ran, write):
    values = (
        "far = [float('inf'), -float('inf'), float('nan')]\ntext = 'a: Infinity, \\\\ \\\"NaN'\n"
    )
    write({"lessons/one": LESSON + values})

    def refuse(sign: str):
        raise AssertionError(sign)

    text = prepare(course).files()["results.json"]
    found = json.loads(text, parse_constant=refuse)["one"]["values"]
    assert found["far"] == [float("inf"), -float("inf"), "NaN"]
    assert found["text"] == 'a: Infinity, \\ "NaN'


def test_changing_prose_runs_nothing(course, ran):
    prepare(course)
    (course.page("en", "one")).write_text(PAGE.format("one") + "\nMore.\n", "utf-8")
    assert prepare(course).ran == ()
    assert sorted(ran) == ["one", "two"]


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("docs/zh/two.md", "# T\n\n::: cell two.c9\n", "docs/zh/two.md:3: lesson 'two' has"),
        ("docs/en/three.md", "# T\n", "docs/zh/three.md: this page is missing"),
        ("course_code/lessons/three.py", LESSON, "docs/en/three.md: this page is missing"),
        ("docs/en/zh.md", "# T\n", "docs/en/zh.md: the site has a language at the place"),
        ("docs/zh/one.ipynb", "{}", "docs/zh/one.md: the site has docs/zh/one.ipynb at the place"),
        ("docs/en/two/index.md", "# T\n", "two.md: the site has docs/en/two/index.md at the"),
        (
            "course_code/lessons/index.py",
            LESSON,
            "lessons/index.py: a lesson cannot be called",
        ),
        ("course_code/lessons/Big-Step.py", LESSON, "Big-Step.py: pages cannot name the lesson"),
        (
            "mkdocs.yml",
            "nav:\n- one.md\n",
            "mkdocs.yml: nav lacks the lesson 'two'\n  Write",
        ),
        (
            "mkdocs.zh.yml",
            "x: !ENV [A, b]\nnav:\n- T: one.md\n- S:\n  - two.md\n  - old.md\n- https://x.org/y.md\n",
            "mkdocs.zh.yml:6: nav names old.md, but there is no zh/old.md\n  Remove the line",
        ),
        ("course_code/lessons/two.py", LESSON + "import course_code.x\n", "two.py:5: "),
    ],
)
def test_mistakes_are_found_before_anything_runs(course, ran, write, file, text, words):
    write({file: text})
    with pytest.raises(CourseError) as error:
        prepare(course)
    assert words in str(error.value)
    assert ran == []


def test_a_page_that_did_not_change_is_wrong_where_what_it_shows_went(course, ran):
    prepare(course)
    text = (course.lessons / "two.py").read_text("utf-8")
    (course.lessons / "two.py").write_text(text.replace("x = 3", "y = 3"), "utf-8")
    for language in ("en", "zh"):
        page = course.page(language, "two")
        page.write_text(page.read_text("utf-8").replace("{{ x }}", "{{ y }}"), "utf-8")
    for _ in range(2):
        with pytest.raises(CourseError, match=r"en/index\.md:3: lesson 'two' has no value 'x'"):
            prepare(course)
    (course.lessons / "two.py").write_text(text + "y = 4\n", "utf-8")
    assert prepare(course).markdown("en", "two.md", place_of("en", "two.md")).count("Value 4.") == 1


def test_what_pages_refer_to_is_in_the_files(course, ran):
    site = prepare(course)
    files = site.files()
    text = site.markdown("en", "one.md", place_of("en", "one.md"))
    for source in re.findall(r'src="\.\./([^"]+)"', text):
        assert files[source].startswith(b"<svg")
    report = json.loads(files["runs.json"])
    assert list(report) == ["one", "two"]
    assert set(report["one"]) == {"finished", "seconds", "device", "inputs"}
    assert report["one"]["seconds"] == {"c0": 0.1}
    results = json.loads(files["results.json"])
    assert results["one"] == {part: site.runs["one"].entry[part] for part in ("values", "claims")}
    assert len(files["results.json"].splitlines()) == len(results) + 2


def test_pages_and_figures_repeat_to_the_byte_without_a_new_run(course, ran):
    first, again = prepare(course), prepare(course)
    assert first.pages == again.pages
    assert first.files() == again.files()


@pytest.mark.parametrize("directories", [True, False])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["index.md", "one.md", "deep/index.md", "deep/one.md", "a/b/c.md"])
def test_places_lead_from_the_page_to_the_roots(language, path, directories):
    page = Path(path).with_suffix("")
    if not directories:
        file = page.with_suffix(".html")
    elif page.name == "index":
        file = page.parent / "index.html"
    else:
        file = page / "index.html"
    home = Path("/site") / ("" if language == "en" else language)
    place = place_of(language, path, directories=directories, repository="me/mine")
    assert resolved((home / file).parent, place.home) == home
    assert resolved((home / file).parent, place.root) == Path("/site")
    assert place.home.endswith("/")
    assert place.root.endswith("/")
    assert place.repository == "me/mine"


def resolved(folder: Path, link: str) -> Path:
    parts = [*folder.parts]
    for part in link.rstrip("/").split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return Path(*parts)
