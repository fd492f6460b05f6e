"""Inlined code is the lesson: the same values, complete, from known lines."""

import ast
import importlib
import sys

import pytest
from conftest import ROOT

from .inlining import TEACH, inline


def blocks_of(course):
    return [block for blocks in inline(course).blocks.values() for block in blocks]


def source_of(course) -> str:
    return "\n".join(block.source for block in blocks_of(course))


def run_blocks(course) -> dict:
    namespace = {"__name__": "__main__"}
    for block in blocks_of(course):
        exec(compile(block.source, "block", "exec"), namespace)
    return namespace


def run_module(course, monkeypatch) -> dict:
    """The lesson as an ordinary module that imports its package."""
    (course.root / "course_code" / "__init__.py").write_text("")
    ours = [name for name in sys.modules if name.partition(".")[0] == "course_code"]
    with monkeypatch.context() as patch:
        for name in ours:
            patch.delitem(sys.modules, name)
        patch.syspath_prepend(str(course.root))
        found = vars(importlib.import_module("course_code.lessons.one"))
        assert found["__file__"] == str(course.lessons / "one.py")
        for name in [name for name in sys.modules if name.partition(".")[0] == "course_code"]:
            del sys.modules[name]
    return found


# The lesson's cells, its modules, and the names whose values must agree.
FAITHFUL = {
    "helpers of helpers": (
        [f"{TEACH}.a import top\nx = top(3)"],
        {"a": "def low(n):\n    return n + 1\n\ndef mid(n):\n    return 2 * low(n)\n\n"
              "def top(n):\n    return mid(n) ** 2\n"},
    ),
    "helpers in other modules": (
        [f"{TEACH}.a import top\nx = top(3)"],
        {"a": f"{TEACH}.b import STEP, low\n\ndef top(n):\n    return low(n) * STEP\n",
         "b": "import math\n\nSTEP = math.pi\n\ndef low(n):\n    return math.floor(n / STEP)\n"},
    ),
    "constants and decorators": (
        [f"{TEACH}.a import square, log\nx = (square(4), log)"],
        {"a": "from functools import wraps\n\nlog = []\n\ndef noted(function):\n"
              "    @wraps(function)\n    def inner(*args):\n        log.append(args)\n"
              "        return function(*args)\n    return inner\n\n\n@noted\ndef square(n):\n"
              "    return n * n\n"},
    ),
    "mutual recursion": (
        [f"{TEACH}.a import even\nx = [even(n) for n in range(5)]"],
        {"a": "def even(n):\n    return n == 0 or odd(n - 1)\n\n"
              "def odd(n):\n    return n != 0 and even(n - 1)\n"},
    ),
    "a base class that knows its child": (
        [f"{TEACH}.a import Base\nx = type(Base().child()).__name__"],
        {"a": "class Base:\n    def child(self):\n        return Child()\n\n\n"
              "class Child(Base):\n    pass\n"},
    ),
    "a constant computed by functions that are named later": (
        [f"{TEACH}.a import build\nx = build(4)"],
        {"a": "def build(n):\n    return helper(n)\n\n\ndef helper(n):\n"
              "    return n if n < 2 else TABLE[n - 1]\n\n\n"
              "TABLE = [build(n) for n in range(2)] * 2\n"},
    ),
    "a class with methods, defaults and hints": (
        [f"{TEACH}.a import Net\nx = Net(3).widths(2)"],
        {"a": "from collections.abc import Sequence\n\nSIZE = 2\nSCALE = 10\n\ndef double(n):\n"
              "    return 2 * n\n\nclass Net:\n    size: int = SIZE\n"
              "    def __init__(self, n: int):\n        self.n = n\n"
              "    def widths(self, k: int = double(1)) -> Sequence[int]:\n"
              "        return [double(self.n) * SCALE + i + self.size for i in range(k)]\n"},
    ),
    "scopes of comprehensions, lambdas and nested functions": (
        [f"{TEACH}.a import table\nx = table(3)"],
        {"a": "BASE = 5\n\ndef inner(n):\n    return -n\n\ndef table(n):\n    BASE = 1\n"
              "    def outer(m):\n        nonlocal BASE\n        BASE += 1\n"
              "        return m + BASE\n"
              "    rows = [outer(inner) for inner in range(n)]\n"
              "    return rows, (lambda k: inner(k))(7)\n"},
    ),
    "aliases in the lesson and in modules": (
        [f"{TEACH}.a import top as t1\nx = t1(2)", f"{TEACH}.a import top as t2, top\n"
         "y = t2(2) + top(1)"],
        {"a": f"from math import sqrt as root\n\n{TEACH}.b import low as under\n\n"
              "EDGE = under(1)\n\ndef top(n):\n    return root(under(n)) + EDGE\n",
         "b": "def low(n):\n    return n + 2\n"},
    ),
    "re-exports": (
        [f"{TEACH}.a import low, pi as PI, under\nx = (low(2), PI, under(3))"],
        {"a": f"from math import pi\n\n{TEACH}.b import low\n{TEACH}.b import low as under\n",
         "b": "def low(n):\n    return n + 2\n"},
    ),
    "definitions of later cells": (
        [f"{TEACH}.a import first\nx = first()", f"{TEACH}.b import second\ny = second()",
         f"{TEACH}.a import COUNT, first\nz = (COUNT, first())"],
        {"a": "COUNT = [0]\n\ndef first():\n    COUNT[0] += 1\n    return COUNT[0]\n",
         "b": f"{TEACH}.a import first\n\ndef second():\n    return first() * 10\n"},
    ),
    "targets in tuples": (
        [f"{TEACH}.a import LOW, span\nx = (LOW, span())"],
        {"a": "LOW, HIGH = 2, 9\nLEFT = RIGHT = 1\nWIDTH: int = HIGH - LOW\n\ndef span():\n"
              "    return WIDTH + HIGH + RIGHT\n"},
    ),
    "text that is not code": (
        [f"{TEACH}.a import TEXT, say\nx = (TEXT, say('é'))\ns = '''# %\n  kept  \n\x0cend'''"],
        {"a": 'TEXT = """one\n\n  two\u2028three\n# %% no marker\n"""\n\ndef say(word):\n'
              '    """Say $x$ and `y` {{ z }}."""\n    return f"{word!r}:{TEXT}"\n'},
    ),
    "annotations written as texts": (
        [f"import typing\n{TEACH}.a import f\n"
         "x = [getattr(t, '__name__', 'union') for t in typing.get_type_hints(f).values()]"],
        {"a": f"{TEACH}.b import Rate\n\ndef f(low: 'Rate', high: 'Low | Rate' = 1) -> 'Late':\n"
              "    return low\n\nclass Late:\n    pass\n\nclass Low:\n    pass\n",
         "b": "class Rate:\n    pass\n"},
    ),
    "asynchronous functions and generators": (
        [f"import asyncio\n{TEACH}.a import run\nx = asyncio.run(run())"],
        {"a": "def count(n):\n    yield from range(n)\n\n"
              "async def run():\n    return [*count(3)]\n"},
    ),
    "a class body that takes a name and keeps it": (
        [f"{TEACH}.a import A\nx = A.LIMIT"],
        {"a": "LIMIT = 3\n\nclass A:\n    LIMIT = LIMIT\n"},
    ),
    "library submodules": (
        [f"import os.path\n{TEACH}.a import name\nx = name('a/b'), os.path.basename('c/d')"],
        {"a": "import os.path\n\ndef name(path):\n    return os.path.basename(path)\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAITHFUL)
def test_blocks_one_after_another_equal_the_lesson_as_a_module(one_lesson, monkeypatch, case):
    cells, modules = FAITHFUL[case]
    course = one_lesson(*cells, **modules)
    inlined, expected = run_blocks(course), run_module(course, monkeypatch)
    assert "course_code" not in [n.split(".")[0] for n in imported(source_of(course))]
    for name in ("x", "y", "z", "s"):
        assert (name in inlined) == (name in expected)
        assert inlined.get(name) == expected.get(name)


def imported(source: str) -> list[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    return names + [n.module for n in nodes if isinstance(n, ast.ImportFrom)]


@pytest.mark.parametrize("case", FAITHFUL)
def test_every_line_knows_its_file_and_line(one_lesson, case):
    cells, modules = FAITHFUL[case]
    course = one_lesson(*cells, **modules)
    for block in blocks_of(course):
        lines = block.source.split("\n")
        assert len(lines) == len(block.origins)
        for text, (path, number) in zip(lines, block.origins, strict=True):
            origin = (course.root / path).read_text("utf-8").split("\n")[number - 1]
            generated = text.startswith(("import ", "from ")) or not text
            assert text == origin or generated or " = " in text and " as " in origin


def test_each_definition_and_import_appears_once(one_lesson):
    cells, modules = FAITHFUL["definitions of later cells"]
    source = source_of(one_lesson(*cells, **modules))
    assert source.count("def first") == source.count("def second") == source.count("COUNT = ") == 1


def test_only_what_is_used_is_lifted(one_lesson):
    course = one_lesson(
        f"{TEACH}.a import used\nx = used()",
        a="import csv\nimport math\n\nOTHER = 3\n\ndef used():\n    return math.pi\n\n"
        "def unused():\n    return csv, OTHER\n",
    )
    source = source_of(course)
    assert "import math" in source
    assert not any(word in source for word in ("csv", "OTHER", "unused"))


def test_library_imports_come_first_and_joined(one_lesson):
    course = one_lesson(
        f"import math\n\n{TEACH}.a import f\n\nx = f()",
        a="from collections import Counter, deque\nimport math\n\ndef f():\n"
        "    return Counter(), deque(), math.e\n",
    )
    assert source_of(course).startswith(
        "import math\nfrom collections import Counter, deque\n\n\ndef f():"
    )


def test_drawing_code_folds_with_its_own_imports_and_runs_alone(write):
    course = write({
        "lessons/one": f'# %% name="c0"\nfrom math import sqrt\n\n'
        f"from course_code.draw.lines import draw\n{TEACH}.a import f\n\nx = draw(f())\n",
        "draw/lines": "from math import sqrt\n\nWIDTH = 2\n\n\ndef draw(y):\n"
        "    return sqrt(y) * WIDTH\n",
        "teach/a": "def f():\n    return 16\n",
        "drawing": "",
    })  # fmt: skip
    folded, shown = inline(course).blocks["c0"]
    assert (folded.folded, shown.folded) == (True, False)
    assert folded.source.startswith("from math import sqrt\n\nWIDTH = 2\n\n\ndef draw")
    assert shown.source.startswith("from math import sqrt\n\n\ndef f")
    namespace: dict = {}
    exec(folded.source, namespace)
    assert namespace["draw"](9) == 6
    assert run_blocks(course)["x"] == 8


def test_what_checks_folds_as_well(one_lesson):
    claims = (ROOT / "course_code/teach/claims.py").read_text("utf-8")
    course = one_lesson(f"{TEACH}.claims import check\nx = 1", claims=claims)
    folded, shown = inline(course).blocks["c0"]
    assert (folded.folded, shown.folded) == (True, False)
    assert "def check(" in folded.source
    assert shown.source == "SEEDS = range(3)\nx = 1"


def test_local_names_may_repeat_lifted_ones(one_lesson):
    course = one_lesson(
        f"{TEACH}.a import f\ndef g(low):\n    sum = low\n    return sum\n"
        "x = [low for low in [f()]]",
        a="def low():\n    return sum([2])\n\ndef f():\n    return low()\n",
    )
    assert run_blocks(course)["x"] == [2]


def test_one_import_written_in_two_ways_is_one_thing(one_lesson):
    course = one_lesson(
        f"import os.path as p\n{TEACH}.a import f\nx = p.sep == f()",
        a="from os import path as p\n\n\ndef f():\n    return p.sep\n",
    )
    assert run_blocks(course)["x"] is True


def test_modules_that_import_each_other(one_lesson):
    course = one_lesson(
        f"{TEACH}.a import even\nx = even(4)",
        a=f"{TEACH}.b import odd\n\ndef even(n):\n    return n == 0 or odd(n - 1)\n",
        b=f"{TEACH}.a import even\n\ndef odd(n):\n    return n != 0 and even(n - 1)\n",
    )
    assert run_blocks(course)["x"] is True


def test_two_readings_give_the_same_blocks(one_lesson):
    cells, modules = FAITHFUL["aliases in the lesson and in modules"]
    course = one_lesson(*cells, **modules)
    assert inline(course) == inline(course)
