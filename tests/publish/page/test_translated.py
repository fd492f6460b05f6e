"""Figures in another language: the same picture, other words, in image, telling and data."""

import csv
import io
import logging
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_code.publish.base.again import forget
from course_code.publish.base.errors import CourseError
from course_code.publish.page.described import described
from course_code.publish.page.labels import FILE, load
from course_code.publish.page.translated import Speaker, changes
from course_code.publish.run.inside import figures
from course_code.publish.website.prepare import place_of, prepare

WORDS = """names: [Adam]
zh:
  "bound {} for {}": "{1} 的上界 {0}"
  "mean of many": "许多的\\n平均 <b>&amp;"
  two lines: 一行
  steps: 步数
  low: 低
  high: 高
"""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def say(write):
    return Speaker(load(write({str(FILE): WORDS}))["zh"])


@pytest.fixture(scope="module")
def drawn():
    mpl.rcdefaults()
    with mpl.rc_context(figures.RC):
        figure = Figure(figsize=(4, 3))
        FigureCanvasAgg(figure)
        ax = figure.subplots()
        ax.plot([0, 1, 2], [1, 2, 4], label="bound $1/\\gamma^2$ for Adam")
        ax.set(xlabel="steps", ylabel="mean of many", title="two\nlines")
        ax.set_xticks([0, 1, 2], ["low", "high", "low"])
        ax.legend()
        return figures.images(figure)


def texts(image: dict) -> dict[str, ET.Element]:
    return {"|".join(t.itertext()): t for t in ET.fromstring(image["data"]).iter(f"{SVG}text")}


def test_every_word_changes_and_every_formula_and_place_stays(drawn, say):
    made = changes(drawn, say)
    assert not say.missing
    for theme in ("light", "dark"):
        old, new = texts(drawn[theme]), texts(made[theme])
        assert {"步数", "低", "高", "一行"} <= set(new)
        legend = new["Adam 的上界 1/|γ|2"]
        assert [span.get("dy") for span in legend] == [None, "-.4em"]
        assert legend[0].get("font-style") == "italic"
        assert old["steps"].attrib == new["步数"].attrib
        title = float(new["一行"].get("y"))
        assert [float(span.get("y")) for span in old["two|lines"]] == [
            pytest.approx(title - 6.6, abs=0.1), pytest.approx(title + 6.6, abs=0.1),
        ]  # fmt: skip
        lines = new["许多的|平均 <b>&amp;"]
        assert lines.get("transform") == "rotate(-90)"
        assert float(lines[1].get("y")) - float(lines[0].get("y")) == pytest.approx(13.2)
        assert 'lang="zh-Hans"' in made[theme]["data"]
        assert made[theme]["data"].count("<path") == drawn[theme]["data"].count("<path")
    assert "notebook" not in made
    assert made["language"] == "zh"
    assert set(made["said"]) == {
        ("bound 1/γ² for Adam", "Adam 的上界 1/γ²"), ("mean of many", "许多的平均 <b>&amp;"),
        ("two lines", "一行"), ("steps", "步数"), ("low", "低"), ("high", "高"),
    }  # fmt: skip


def test_of_a_pattern_a_label_is_told_with_dots_for_formulas_that_cannot_be_typed(drawn, say):
    untold = {name: part for name, part in drawn.items() if name != "table"}
    said = dict(changes(untold, say)["said"])
    assert said["bound 1/… for Adam"] == "Adam 的上界 1/…"


def test_what_is_told_and_the_data_say_the_same_words(drawn, say):
    table = changes(drawn, say)["table"]
    (told,) = described(table["panels"], "zh")
    assert "横轴“步数”" in told
    assert "折线“Adam 的上界 1/γ²”：(低, 1)、(高, 2)、(低, 4)" in told
    assert table["csv"].startswith("\ufeff系列,类型,横轴：步数,纵轴：许多的平均 <b>&amp;\n")
    rows = list(csv.reader(io.StringIO(table["csv"].removeprefix("\ufeff"))))
    assert rows[1:] == [
        ["Adam 的上界 1/γ²", "折线", x, y] for x, y in (("低", "1"), ("高", "2"), ("低", "4"))
    ]


def test_a_figure_without_words_is_the_same(drawn, say):
    plain = {"light": {"data": f'<svg xmlns="{SVG[1:-1]}"><text x="1" y="2">0.5</text></svg>'}}
    plain["dark"] = plain["light"]
    assert changes(plain, say) is None


def test_names_of_the_code_are_said_as_words_in_the_language_of_the_lessons(drawn, write):
    own = Speaker(
        load(write({str(FILE): WORDS.replace("zh:", "en:\n  low: little\nzh:", 1)}))["en"]
    )
    made = changes(drawn, own)
    assert {"little", "high", "steps"} <= set(texts(made["light"]))
    assert (made["language"], made["said"], own.missing) == ("en", [], [])
    head, first, *_ = made["table"]["csv"].splitlines()
    assert head == "series,kind,x: steps,y: mean of many"
    assert first == "bound 1/γ² for Adam,line,little,1"
    mute = Speaker(load(write({str(FILE): WORDS.replace("zh:", "en: {far: away}\nzh:", 1)}))["en"])
    assert changes(drawn, mute) is None


def saying(words: str) -> dict[str, str]:
    return {str(FILE): f"names: []\nzh:\n  {words}\n"}


def test_a_page_shows_its_own_figure_and_words_run_nothing(write, ran, caplog):
    caplog.set_level(logging.WARNING, "mkdocs.course")
    lesson = '# %% name="c0"\nSEEDS = range(2)\nfigure("steps")\nfigure("0.5")\n'
    page = '# One\n\n::: cell one.c0 alt="a" alt="b"\n'
    pages = {f"docs/{language}/one.md": page for language in ("en", "zh")}
    course = write({"lessons/one": lesson, **pages})

    def made() -> tuple[dict[str, str], dict[str, bytes]]:
        site = prepare(course)
        shown = {at: site.markdown(at, "one.md", place_of(at, "one.md")) for at in ("en", "zh")}
        return shown, {p: d for p, d in site.files().items() if p.startswith("assets/lessons/")}

    english, files = made()
    assert not any(".zh." in text for text in (*english.values(), *files))
    write(saying("step: 步"))
    with pytest.raises(CourseError) as raised:
        prepare(course)
    assert str(raised.value) == (
        "course_code/lessons/one.py: figure 1 of cell 'c0': no words for 'steps'\n"
        "  Write it in docs/figures.yml, below zh, or below names if it stays."
    )
    write(saying("steps: 步数"))
    shown, more = made()
    assert shown["en"] == english["en"]
    assert [f"c0-{n}.light.svg" in shown["zh"] for n in (1, 2)] == [False, True]
    assert "../../assets/lessons/one/c0-1.zh.light.svg" in shown["zh"]
    new = {name for name in more if name not in files}
    assert new == {f"assets/lessons/one/c0-1.zh.{theme}.svg" for theme in ("light", "dark")}
    assert {name: more[name] for name in files} == files
    assert all(">步数</text>".encode() in more[name] for name in new)
    assert not caplog.records
    write(saying("steps: 步 <数>\n  stairs: 阶"))
    assert b"&lt;" in made()[1]["assets/lessons/one/c0-1.zh.dark.svg"]
    assert [record.getMessage() for record in caplog.records] == [
        "docs/figures.yml:4: no figure says 'stairs'"
    ]
    assert ran == ["one"]


def test_what_is_said_once_is_kept_until_words_change(write, ran, monkeypatch):
    lesson = '# %% name="c0"\nSEEDS = range(2)\nfigure("steps")\n'
    page = '# One\n\n::: cell one.c0 alt="a"\n'
    pages = {f"docs/{language}/one.md": page for language in ("en", "zh")}
    course = write({"lessons/one": lesson, **pages, **saying("steps: 步数")})
    first = prepare(course).files()
    forget()
    monkeypatch.delattr("course_code.publish.page.translated.changes")
    assert prepare(course).files() == first
    write(saying("steps: 步"))
    with pytest.raises(NameError):
        prepare(course)
