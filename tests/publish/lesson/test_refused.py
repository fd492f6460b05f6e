"""What cannot be inlined faithfully is an error that says where and why."""

import pytest

from course_code.publish.base.errors import CourseError

from .inlining import TEACH, inline

REFUSED = {  # cells, modules, place of the error, words of it
    "star import": (["from math import *"], {}, "lessons/one.py:3", "star import"),
    "star import of the course": (
        [f"{TEACH}.a import *"], {"a": "X = 1\n"}, "lessons/one.py:3", "Name what you import",
    ),
    "relative import": (["from . import two"], {}, "lessons/one.py:3", "a relative import"),
    "relative import in a module": (
        [f"{TEACH}.a import f"], {"a": "from .b import f\n", "b": "def f():\n    pass\n"},
        "teach/a.py:1", "a relative import",
    ),
    "future import": (
        [f"{TEACH}.a import f\nf()"],
        {"a": '"""A."""\nfrom __future__ import annotations\n\ndef f():\n    pass\n'},
        "teach/a.py:2", "__future__",
    ),
    "import of a module": (["import course_code.teach.a as a"], {"a": ""}, "one.py:3", "whole"),
    "import of a module by from": (
        [f"{TEACH} import abc"], {"abc": ""}, "one.py:3",
        "write from course_code.teach.MODULE import NAME. There are: abc.",
    ),
    "import of a package": (["from course_code import teach"], {}, "one.py:3", "whole package"),
    "unknown module": ([f"x = 1\n{TEACH}.b import f"], {}, "one.py:4", "no module course_code"),
    "unknown name": ([f"{TEACH}.a import g"], {"a": "G = 1\n"}, "one.py:3", "not define 'g'"),
    "a typing mistake in a name": (
        [f"{TEACH}.a import make_spiral"], {"a": "def make_spirals():\n    pass\n\nX = 1\n"},
        "one.py:3", "There are: make_spirals.",
    ),
    "a typing mistake in a module": (
        [f"{TEACH}.optimisers import sgd"], {"optimizers": "", "data": ""}, "one.py:3",
        "There are: optimizers.",
    ),
    "a walrus at module level": (
        [f"{TEACH}.a import A"], {"a": "A = (B := 2) + 1\n"}, "a.py:1", "code at module level",
    ),
    "import inside a function": (
        [f"def f():\n    {TEACH}.a import g\n    return g"], {"a": "g = 1\n"}, "one.py:4",
        "Move it to the top level",
    ),
    "import inside a function of a module": (
        [f"{TEACH}.a import f\nf()"], {"a": "def f():\n    import math, course_code.teach.b\n"},
        "teach/a.py:2", "Move it to the top level",
    ),
    "conditional definition": (
        [f"{TEACH}.a import f\nf()"], {"a": "if 1:\n    def f():\n        pass\n"}, "a.py:1",
        "code at module level",
    ),
    "code at module level": (
        [f"{TEACH}.a import f\nf()"], {"a": "def f():\n    pass\n\nprint(f())\n"}, "a.py:4",
        "code at module level",
    ),
    "attribute set at module level": (
        [f"{TEACH}.a import f\nf()"], {"a": "def f():\n    pass\n\nf.x = 1\n"}, "a.py:4",
        "code at module level",
    ),
    "defined twice": (
        [f"{TEACH}.a import f\nf()"], {"a": "def f():\n    pass\n\ndef f():\n    pass\n"}, "a.py:4",
        "'f' is defined twice",
    ),
    "__file__": (
        [f"{TEACH}.a import f\nf()"], {"a": "def f():\n    return __file__\n"}, "a.py:1",
        "f uses __file__",
    ),
    "__name__ in a constant": (
        [f"{TEACH}.a import f\nf()"], {"a": "N = __name__\n\ndef f():\n    return N\n"}, "a.py:1",
        "N uses __name__",
    ),
    "one name in two modules": (
        [f"{TEACH}.a import f\n{TEACH}.b import g\nf(g())"],
        {"a": "def low():\n    pass\n\ndef f():\n    low()\n",
         "b": "def low():\n    pass\n\ndef g():\n    low()\n"},
        "b.py:1", "'low' would be both course_code.teach.a.low and course_code.teach.b.low",
    ),
    "one alias for two modules": (
        [f"import math as m\n{TEACH}.a import f\nf()"],
        {"a": "import cmath as m\n\ndef f():\n    return m.pi\n"}, "a.py:1", "'m' would be both",
    ),
    "an alias that is another's name": (
        [f"{TEACH}.a import f\n{TEACH}.a import g as f\nf()"],
        {"a": "def f():\n    pass\n\ndef g():\n    pass\n"}, "one.py:4", "'f' would be both",
    ),
    "lesson rebinds a lifted name": (
        [f"{TEACH}.a import f", "f = 3"], {"a": "def f():\n    pass\n"}, "one.py:6", "binds 'f'",
    ),
    "lesson rebinds it where it imports it": (
        [f"{TEACH}.a import f\nf = 3"], {"a": "def f():\n    pass\n"}, "one.py:4", "binds 'f'",
    ),
    "lesson binds it earlier": (
        ["f = 3", f"{TEACH}.a import f\nf()"], {"a": "def f():\n    pass\n"}, "one.py:3",
        "binds 'f'",
    ),
    "lesson rebinds a helper of a lifted name": (
        [f"{TEACH}.a import f\nfor low in f(): pass"],
        {"a": "def low():\n    pass\n\ndef f():\n    return low()\n"}, "one.py:4", "binds 'low'",
    ),
    "lesson rebinds in a function": (
        [f"{TEACH}.a import f\ndef g():\n    global f\n    f = 1"], {"a": "def f():\n    pass\n"},
        "one.py:6", "binds 'f'",
    ),
    "lesson rebinds a library that lifted code uses": (
        [f"{TEACH}.a import f\nf()", "math = 3"],
        {"a": "import math\n\ndef f():\n    return math.pi\n"}, "one.py", "binds 'math'",
    ),
    "lesson rebinds a built-in that lifted code uses": (
        [f"{TEACH}.a import f\nsum = f()"], {"a": "def f():\n    return sum([1])\n"}, "one.py:4",
        "binds 'sum', which is the built-in sum",
    ),
    "lesson imports over a built-in that lifted code uses": (
        [f"{TEACH}.a import f\nx = f()", "from math import pow"],
        {"a": "def f():\n    return pow(2, 3, 5)\n"}, "one.py", "'pow' would be both",
    ),
    "a module defines the name of a built-in": (
        [f"{TEACH}.a import f\nx = max(f())"],
        {"a": "def max(n):\n    return 0\n\ndef f():\n    return max([1])\n"}, "a.py:1",
        "'max' is also a built-in",
    ),
    "two statements on one line": (
        ["x = 1\nimport math; y = 2"], {}, "one.py:4", "two statements on one line",
    ),
    "two statements on one line of a module": (
        [f"{TEACH}.a import A"], {"a": "A = 1; B = 2\n"}, "a.py:1", "two statements on one line",
    ),
    "a name that its module binds again": (
        [f"{TEACH}.a import COUNT, bump\nbump()"],
        {"a": "COUNT = 0\n\ndef bump():\n    global COUNT\n    COUNT += 1\n"},
        "one.py:3", "binds 'COUNT' again",
    ),
    "nothing left to show": (
        [f"{TEACH}.a import f\nf()", f"{TEACH}.a import f"], {"a": "def f():\n    pass\n"},
        "one.py:7", "has no code of its own",
    ),
    "a name that only notebooks have": (
        ["x = 1", "for _ in 'ab':\n    display(x)"], {}, "one.py:7", "notebooks know 'display'",
    ),
    "the last value of a notebook": (["x = 1", "x", "y = _"], {}, "one.py:9", "notebooks know '_'"),
    "empty cell": (["x = 1", ""], {}, "one.py", "has no code of its own"),
    "syntax error in a module": (
        [f"{TEACH}.a import f"], {"a": "def f():\n    return\n\nx = = 1\n"}, "a.py:4", "syntax",
    ),
    "an error of the symbol table": (
        [f"{TEACH}.a import f"], {"a": "def f(a, a):\n    return\n"}, "a.py:1", "duplicate",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_inlined_faithfully_is_an_error(one_lesson, case):
    cells, modules, where, words = REFUSED[case]
    with pytest.raises(CourseError) as error:
        inline(one_lesson(*cells, **modules))
    assert where in str(error.value)
    assert words in str(error.value)


def test_names_of_notebooks_may_be_bound(one_lesson):
    imported = "from IPython.display import display\n\ndisplay(1)"
    inline(one_lesson(imported, "_, In = 1, 2\nprint([_ for _ in 'ab'], _, In)"))
