"""Which names a lesson binds, and in which of its cells, is known."""

from course_code.publish.lesson.binders import binders
from course_code.publish.lesson.read import read_lesson

from .inlining import TEACH, inline


def test_own_names_are_what_the_cells_bind(one_lesson):
    course = one_lesson(
        f"import math\n{TEACH}.a import f\nx = y = 1\nfor i in range(2):\n"
        "    z = [k for k in 'a']\ndef g():\n    global deep\n    local = deep = 1\n"
        "class K:\n    inside = 1\n"
        "with open('f') as w:\n    (t, *u), x.v = w",
        a="def f():\n    pass\n",
    )
    names = inline(course).names
    assert set(names) == {"SEEDS", "x", "y", "i", "z", "g", "deep", "K", "w", "t", "u"}


def test_each_cell_knows_what_it_binds(one_lesson):
    bound = inline(one_lesson("x = 1\ny = 2", "x += 1\nfor i in SEEDS:\n    z = i")).bound
    assert {cell: set(names) for cell, names in bound.items()} == {
        "c0": {"SEEDS", "x", "y"}, "c1": {"x", "i", "z"},
    }  # fmt: skip


def test_what_a_cell_changes_it_binds(one_lesson):
    changes = (
        "best.update(loss=0.1)\nlosses.append(1)\n\ndef bump():\n    global count\n    count = 2"
    )
    found = binders(read_lesson(one_lesson("best, losses, count = {}, [], 0", changes), "one"))
    assert {name: [cell for cell, _ in found[name]] for name in ("best", "losses", "count")} == (
        dict.fromkeys(("best", "losses", "count"), ["c0", "c1"])
    )
