"""Comments and docstrings in two languages, of one code."""

from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.lab.comments import BELOW, in_chinese, remarks, translations

SCRIPT = '''
def mean(x):
    """Return the mean.

    x: numbers (n,).
    """
    # zh: 返回平均值。
    # zh:
    # zh: x：数 (n,)。
    text = "# no comment"
    total = x.sum()  # ()
    return total / len(x)  # by how many there are
    # zh: 除以个数


def rest(x):
    """Return the rest."""
    # zh: 返回其余的。
    return x - mean(x)  # by how many there are
'''
CHINESE = '''
def mean(x):
    """返回平均值。

    x：数 (n,)。
    """
    text = "# no comment"
    total = x.sum()  # ()
    return total / len(x)  # 除以个数


def rest(x):
    """返回其余的。"""
    return x - mean(x)  # 除以个数
'''
PATH = Path("labs/toy.py")


def english(script: str) -> list[tuple[int, str]]:
    lines = enumerate(script.split("\n"), 1)
    return [(number, line) for number, line in lines if not BELOW.fullmatch(line)]


def said(script: str) -> dict[str, str]:
    return translations(script, [english(script)], PATH)


def test_what_stands_below_is_put_in_place_and_the_code_stays():
    code = "\n".join(line for _, line in english(SCRIPT))
    assert in_chinese(code, said(SCRIPT)) == CHINESE
    assert in_chinese(code, {}) == code


def test_a_text_in_quotes_is_no_comment():
    told = [
        (remark.text, remark.docstring) for remark in remarks(SCRIPT) if "zh" not in remark.text
    ]
    assert told == [
        ("Return the mean.\n\nx: numbers (n,).", True),
        ("()", False),
        ("by how many there are", False),
        ("Return the rest.", True),
        ("by how many there are", False),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    # zh: 返回其余的。\n", "", ":17: not said in Chinese: 'Return the rest.'"),
        ("返回其余的。", '返回“其余的"', ":18: a docstring cannot hold this as it is"),
        ("返回其余的。", "返回 \\\\alpha。", ":18: a docstring cannot hold this as it is"),
        ("    # zh: 除以个数\n", "", ":12: not said in Chinese: 'by how many there are'"),
        ("    # zh: 除以个数", "    # zh: divided", ":13: not Chinese: 'divided'"),
        (
            "    # zh: 除以个数",
            "    # zh: 除以\n    # zh: 个数",
            ":13: two lines for a text of one",
        ),
        (
            "    total = x.sum()",
            "    # zh: 和\n    total = x.sum()",
            ":11: a translation that stands",
        ),
        (
            "x - mean(x)  # by how many there are",
            "x - mean(x)  # by how many there are\n    # zh: 换个说法",
            ":20: 'by how many there are' has two translations: '除以个数', '换个说法'",
        ),
    ],
)
def test_what_is_not_said_or_said_twice_is_refused_with_file_and_line(old, new, told):
    assert SCRIPT.count(old) == 1
    with pytest.raises(CourseError) as error:
        said(SCRIPT.replace(old, new))
    assert f"{PATH}{told}" in str(error.value)
