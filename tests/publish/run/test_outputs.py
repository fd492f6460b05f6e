"""Printed text as a terminal would show it."""

import pytest

from course_code.publish.run.outputs import shown, terminal


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("plain\n", "plain"),
        ("\n\n  kept\n\n", "\n\n  kept"),
        ("\x1b[1;31mred\x1b[0m and \x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "red and link"),
        ("epoch\tloss\n1\t0.5\n12345678\tx", "epoch   loss\n1       0.5\n12345678        x"),
        ("数字\tx\n1\tx", "数字    x\n1       x"),
        (" 9 %\r10 %\n", "10 %"),
        ("long line\rab", "abng line"),
        ("long line\r\x1b[Kab", "ab"),
        ("long line\x1b[2K\rab", "ab       "),
        ("ab\b\bcd\r\ne", "cd\ne"),
        ("bell\x07 null\x00 form\x0c", "bell null form"),
        ("\x1b", ""),
        ("half \x1b[31", "half "),
    ],
)
def test_terminal(printed, seen):
    assert terminal(printed) == seen


def test_what_shows_nothing_is_no_output():
    assert shown({"text": "\n"}) is None
    assert shown({"text": "a\n"}) == {"text": "a"}
    assert shown({"figure": 1}) == {"figure": 1}
