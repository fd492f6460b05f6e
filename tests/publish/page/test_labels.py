"""Words for what figures say: whole labels, patterns with holes, names that stay."""

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.page.labels import FILE, load

TEXT = """names: [Adam, leaky relu]
zh:
  epoch: 轮次
  "layer {} of {}": 共 {1} 层的第 {0} 层
  "{}, {}": "{}，{}"
  "rate {}": 学习率 {}
  mean over seeds: "种子的\\n平均"
"""


@pytest.fixture
def zh(write):
    return load(write({str(FILE): TEXT}))["zh"]


@pytest.mark.parametrize(
    ("label", "words", "served"),
    [
        ("epoch", "轮次", {"epoch"}),
        ("mean\nover  seeds", "种子的\n平均", {"mean over seeds"}),
        ("layer 3 of 12", "共 12 层的第 3 层", {"layer {} of {}"}),
        ("layer 3 of epoch", "共 轮次 层的第 3 层", {"layer {} of {}", "epoch"}),
        ("Adam, rate 0.1", "Adam，学习率 0.1", {"{}, {}", "Adam", "rate {}"}),
        ("Adam, leaky relu", "Adam, leaky relu", {"Adam", "leaky relu"}),
        ("(4, 1) x, y²", "(4, 1) x, y²", set()),
        ("x₁ = −0.5 ≤ 10⁻³", "x₁ = −0.5 ≤ 10⁻³", set()),
    ],
)
def test_a_label_becomes_words_and_tells_what_served(zh, label, words, served):
    assert zh.find(label) == (words, served)


@pytest.mark.parametrize("label", ["epochs", "AdamW", "layer 3", "epoch 3", "layer x of some"])
def test_a_label_without_words_has_none(zh, label):
    assert zh.find(label) is None


def test_a_course_without_the_file_has_no_words(write):
    assert load(write({})) is None


@pytest.mark.parametrize(
    ("label", "words"),
    [("leaky_relu", "LeakyReLU"), ("leaky_relu, rate 0.1", "LeakyReLU, rate 0.1"), ("any", "any")],
)
def test_in_the_language_of_the_lessons_names_of_the_code_alone_need_words(write, label, words):
    own = 'en:\n  leaky_relu: LeakyReLU\n  "{}, {}": "{}, {}"\nzh:'
    said = load(write({str(FILE): TEXT.replace("zh:", own, 1)}))
    assert said["en"].find(label)[0] == words
    assert said["zh"].find("any") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("names: [", "names: {", 1, "not YAML"),
        ("zh:", "de:", 1, "'zh' is missing"),
        ("names: [Adam, leaky relu]", "names: Adam", 1, "names are not a list"),
        ("names: [Adam, leaky relu]", "names: []\nfr: {}", 2, "unknown part 'fr'"),
        ("epoch: 轮次", "epoch: 轮次\n  epoch: 期", 4, "'epoch' is given twice"),
        ("epoch: 轮次", "epoch:", 3, "expected a text here"),
        ("共 {1} 层的第 {0} 层", "第 {} 层", 4, "other holes than in 'layer {} of {}'"),
        ("共 {1} 层的第 {0} 层", "第 {1} 层 {1}", 4, "other holes"),
        ('"{}, {}": "{}，{}"', '"{}": "{}"', 5, "the label '{}' is a hole alone"),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence_with_its_line(write, old, new, line, message):
    assert old in TEXT
    with pytest.raises(CourseError, match=message) as raised:
        load(write({str(FILE): TEXT.replace(old, new, 1)}))
    assert str(raised.value).startswith(f"{FILE}:{line}: ")
