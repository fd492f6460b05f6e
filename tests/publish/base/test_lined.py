"""YAML by hand: names once, and every mistake with its line."""

from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import compose, line_of, load, named

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


@pytest.mark.parametrize("read", [compose, load])
@pytest.mark.parametrize("text", ["a: \x0c1\n", "{lesson: a"])
def test_what_is_no_yaml_is_refused(read, text):
    with pytest.raises(CourseError, match=r"docs/words\.yml.*: not YAML: "):
        read(text, FILE)


def test_a_day_that_there_is_not_is_refused():
    with pytest.raises(CourseError, match="not YAML: month must be in"):
        load("date: 2026-13-01\n", FILE)
