"""YAML by hand: names once, and every mistake with its line."""

from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import compose, line_of, named

FILE = Path("docs/words.yml")


def test_names_come_with_their_lines_and_values():
    node = compose("one: 1\ntwo  words:\n  - a\n", FILE)
    found = named(node, FILE)
    assert [(name, line, line_of(value)) for name, (line, value) in found.items()] == [
        ("one", 1, 1), ("two words", 2, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "expected names and values"),
        ("# only\n- a\n", 2, "expected names and values"),
        ("a: 1\n[b]: 2\n", 2, "expected names and values"),
        ("a: 1\nb: 2\na : 3\n", 3, "'a' is given twice"),
        ("a: 1\nb: {\n", 3, "not YAML"),
    ],
)
def test_a_mistake_has_its_line(text, line, message):
    with pytest.raises(CourseError, match=message) as raised:
        named(compose(text, FILE), FILE, "hint")
    assert str(raised.value).startswith(f"{FILE}:{line}: ")
