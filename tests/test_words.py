"""Words of the interface have two places: base/words.py, and `extra` of the configurations."""

import re
from pathlib import Path

import pytest

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.words import DESCRIBED, LABELS
from course_code.publish.website.nav import extra

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "docs/assets/js").glob("*.js"))
ASSETS = [*SCRIPTS, *sorted((ROOT / "docs/assets/search").glob("[!f]*.js"))]
THEME = sorted((ROOT / "docs/theme").rglob("*.html"))
REMARK = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
LITERAL = re.compile(r""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`""")
HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SAID = re.compile(r"[A-Z][a-z]+|[,:# ]*\w+(?:[,:;]? [\w#’]+)+[.?!…]?")
KEYS = {"Enter", "Escape", "use strict"}
EACH = ("scripts", "after", "switch_label", "source_label", "locale")


def literals(script: str) -> list[str]:
    """Texts in quotes of a script, without its remarks."""
    found = LITERAL.findall(REMARK.sub("", script))
    return [double or single or template for double, single, template in found]


def said(script: str) -> list[str]:
    """Those of them that are words for readers."""
    return [text for text in literals(script) if SAID.fullmatch(text) and text not in KEYS]


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_a_script_holds_no_words(path):
    script = path.read_text("utf-8")
    assert not HAN.search(REMARK.sub("", script))
    assert said(script) == []


def test_words_in_a_script_are_seen():
    assert said('a = { menu: "Menu" }; // "Back"') == ["Menu"]
    assert said('["Forget my answers", "you said #", "Enter", "md-button forget"]') == [
        "Forget my answers", "you said #"
    ]  # fmt: skip


@pytest.mark.parametrize("path", THEME, ids=lambda path: path.name)
def test_the_theme_holds_no_chinese(path):
    assert not HAN.search(path.read_text("utf-8"))


def test_scripts_say_what_the_configurations_have():
    used = {name for path in SCRIPTS for name in re.findall(r"\bwords\.(\w+)", path.read_text())}
    for language in LANGUAGES:
        assert set(extra(Course(ROOT), language)["scripts"]) == used


def test_both_languages_have_the_same_words():
    english, chinese = (extra(Course(ROOT), language) for language in LANGUAGES)
    assert all(_names(english[part]) == _names(chinese[part]) for part in EACH)
    assert set(english["words"]) <= set(chinese["words"])
    assert set(english["missing"]) == set(LANGUAGES)
    for words in (LABELS, DESCRIBED, english["missing"]):
        assert len({frozenset(words[language]) for language in LANGUAGES}) == 1


def _names(part) -> set[str]:
    return set(part) if isinstance(part, dict) else set()
