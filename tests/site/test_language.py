"""What an editor keeps by rule: one word for one thing, spacing, thousands, citations."""

import re

import pytest
from conftest import ROOT

from course_code.publish.base.course import Course
from course_code.publish.markup.text import tokens
from course_code.publish.page.news import changes

COURSE = Course(ROOT)
HAN = r"\u4e00-\u9fff"
YEAR = r"(?:1[89]|20)\d\d(?!\d)"
RULES = {  # what: (languages, pattern, an example that breaks it, one that keeps it)
    "no space between Han and Latin or digits": (
        "zh", rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]", "用ReLU训练", "用 ReLU 训练",
    ),
    "a space between Han": ("zh", rf"[{HAN}] +[{HAN}]", "梯度 消失", "梯度消失"),
    "half-width punctuation after Han": (
        "zh", rf"[{HAN}][,;:!?](?![:/A-Za-z0-9_])", "好,不好", "好，不好",
    ),
    "a space beside full-width punctuation": (
        "zh", r"[\w%`$*] +[，。；：！？、）”]|[，。；：！？、（“] +[\w`$*]",
        "ReLU ，好", "ReLU，好",
    ),
    "a line broken where no space is": (  # browsers show one
        "zh", rf"[{HAN}，。；：！？、）”]\n[{HAN}“（\[]", "好。\n不好", "好。不好",
    ),
    "straight quotes": ("zh", rf"\"[{HAN}]|[{HAN}]\"", '所谓"死亡"', "所谓“死亡”"),
    "straight quotes in prose": ("en", r"(?<=[\s(])\"\w", 'a "dead" unit', "a “dead” unit"),
    "thousands without a comma": (
        "en zh", rf"(?<![\w.,/:%#\-])(?!{YEAR})\d{{4,}}(?![\w,.%\-]|\)\d)",
        "3000 points", "3,000 in 1989",
    ),
    "a citation in another form": (
        "zh", rf"[A-Z][\w’é-]+(?: 等| 和 [A-Z][\w’é-]+)? {YEAR}",
        "（Saxe 等 2014）", "（Saxe 等，2014）",
    ),
    "a comma in a citation": (
        "en", rf"[A-Z][\w’é-]+(?: et al\.| and [A-Z][\w’é-]+), {YEAR}",
        "(Saxe et al., 2014)", "(Saxe et al. 2014)",
    ),
    "a space before per cent": ("en zh", r"\d %", "95 %", "95%"),
    "American spelling": (
        "en",
        r"(?i)\b(?:colou?r(?<!colour)|center|gray|behavior|favor|neighbor|labeled|modeling"
        r"|analyze|(?:initial|normal|regular|general|visual)iz|optimiz(?!er))\w*",
        "the normalized color", "the normalised colour",
    ),
    "a banned variant": (
        "en", r"(?i)\b(?:mini-batch|non-linear|hyper-?parameter sweep|data-set|soft-max)\w*",
        "a mini-batch", "a minibatch",
    ),
    "两种说法用了另一种": (
        "zh",
        r"叫做|其它|做为|标准误差|梯度截断|加权和|误差带|权值|激励函数|学习速率|隐层|过度拟合|足迹"
        r"|(?<!“)(?:有导师|误差反传|坏死)|对一半|权重衰变|课堂笔记|补边|带泄[漏露]的|[上下]一页|准备工作"
        r"|[A-Z][\w’é-]+ 与 [A-Z][\w’é-]+(?:（|，)\d{4}|He 的权重",
        "叫做净输入的加权和", "叫作净输入",
    ),
}  # fmt: skip
PAGES = sorted(
    (lang, path)
    for lang in ("en", "zh")
    for path in COURSE.prose(lang).rglob("*.md")
    if path.stem != "references"  # which gives titles as they were published
)
LABS = sorted((ROOT / "course_code/labs").glob("*.py"))
TARGET = re.compile(
    r"\]\([^)]*\)|\{[^{}]*\}|<[^<>]+>|https?:\S+|doi:\S+|arXiv:\S+|issue \d+|^ *::.*", re.MULTILINE
)
ATTRIBUTE = re.compile(r"(?:alt|caption|fold|fold-code|answer)=\"([^\"]*)\"")


def told(path) -> list[tuple[int, str]]:
    """(line, text) of all that is read on a page, without code, math and addresses."""
    found = []
    for token in tokens(path.read_text("utf-8")):
        text = token.text
        if token.kind == "directive":
            text = " \n".join(ATTRIBUTE.findall(text)) or text
        elif token.kind not in ("text", "bar"):
            continue
        if token.within == "container":
            text = text.replace('"', " ")
        found.append((token.line, TARGET.sub("\x00", text)))
    return found


@pytest.mark.parametrize("what", RULES)
def test_a_rule_finds_what_breaks_it(what):
    _, pattern, bad, good = RULES[what]
    assert re.search(pattern, bad)
    assert not re.search(pattern, good)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page[1].relative_to(ROOT / "docs")))
def test_pages_keep_the_rules(page):
    language, path = page
    broken = []
    for line, text in told(path):
        for what, (languages, pattern, *_) in RULES.items():
            if language in languages.split():
                for found in re.finditer(pattern, text):
                    at = line + text.count("\n", 0, found.start())
                    broken.append(f"{path.name}:{at}: {what}: {found[0]!r}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_checks_and_comments_of_labs_say_the_word_that_lessons_say(path):
    _, pattern, *_ = RULES["两种说法用了另一种"]
    found = re.search(pattern, path.read_text(encoding="utf-8"))
    assert not found, (path.name, found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_of_changes_keeps_the_rules(language):
    for change in changes(COURSE):
        for what, (languages, pattern, *_) in RULES.items():
            if language in languages.split():
                said = f"{change.title[language]} \n{change.text[language]}"
                assert not re.search(pattern, said), (change.id, what)
