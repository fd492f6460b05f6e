"""Importing a module has no effects: a copy of some of its definitions means the same."""

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import inline_lesson
from course_code.publish.lesson.read import read_lesson

IMPORT = "from course_code.teach"
REGISTER = """REGISTRY = {}


def register(function):
    REGISTRY[function.__name__] = function
    return function


"""
NAMED = REGISTER.replace("(function):", "(name):\n    def keep(function):", 1).replace(
    "    REGISTRY[function.__name__] = function\n    return function\n",
    "        REGISTRY[name] = function\n        return function\n\n    return keep\n",
)

EFFECTS = {  # module a, line of the error, words of it; module b
    "a decorator that registers": (
        REGISTER + "@register\ndef f():\n    pass\n", 10, "changes 'REGISTRY'", "",
    ),
    "a decorator with arguments": (
        NAMED + "@register('f')\ndef f():\n    pass\n", 13, "changes 'REGISTRY'", "",
    ),
    "a decorated class": (REGISTER + "@register\nclass f:\n    pass\n", 10, "REGISTRY", ""),
    "a decorated method": (
        REGISTER + "class f:\n    @register\n    def g(self):\n        pass\n", 9, "REGISTRY", "",
    ),
    "a register of another module": (
        f"{IMPORT}.b import register\n\n@register\ndef f():\n    pass\n", 4, "REGISTRY", REGISTER,
    ),
    "a module that only another one imports": (
        f"{IMPORT}.b import g\n\ndef f():\n    pass\n", 10, "REGISTRY",
        REGISTER + "@register\ndef g():\n    pass\n",
    ),
    "a constant built by a call": (
        "LOG = []\n\ndef make():\n    LOG.append(1)\n    return 2\n\nA = make()\n\n"
        "def f():\n    return LOG\n", 7, "changes 'LOG'", "",
    ),
    "a call of a call": (
        "COUNT = 0\n\ndef low():\n    global COUNT\n    COUNT = 1\n\ndef mid():\n    return low()\n"
        "\ndef f(n=mid()):\n    return n\n", 10, "'COUNT'", "",
    ),
    "a call in a constant": (
        "TABLE = {}\nA = TABLE.setdefault(1, 1)\n\ndef f():\n    return TABLE\n", 2, "'TABLE'", "",
    ),
    "a library's state": (
        "import torch\n\nSEED = torch.manual_seed(0)\n\ndef f():\n    return 1\n", 3, "'torch'", "",
    ),
    "a print": ("A = print('hello')\n\ndef f():\n    return A\n", 1, "calls print()", ""),
    "singledispatch": (
        "from functools import singledispatch\n\n@singledispatch\ndef f(x=0):\n    return x\n\n"
        "@f.register\ndef g(x: int):\n    return -x\n", 8, "changes 'f'", "",
    ),
    "subclasses that register": (
        "KINDS = []\n\nclass Base:\n    def __init_subclass__(cls):\n        KINDS.append(cls)\n\n"
        "class Child(Base):\n    pass\n\ndef f():\n    return KINDS\n", 7, "'KINDS'", "",
    ),
    "an object that registers itself": (
        "KINDS = []\n\nclass Kind:\n    def __init__(self):\n        KINDS.append(self)\n\n"
        "A = Kind()\n\ndef f():\n    return KINDS\n", 7, "'KINDS'", "",
    ),
}  # fmt: skip


def inline(course):
    return inline_lesson(course, read_lesson(course, "one"))


@pytest.mark.parametrize("case", EFFECTS)
def test_an_effect_of_importing_is_refused(one_lesson, case):
    module, line, words, other = EFFECTS[case]
    course = one_lesson(f"{IMPORT}.a import f\n\nx = f", a=module, b=other)
    file = "b" if "only another" in case else "a"
    with pytest.raises(CourseError) as error:
        inline(course)
    assert f"teach/{file}.py:{line}: importing the module " in str(error.value)
    assert words in str(error.value)


HARMLESS = {
    "changes when called": "LOG = []\n\ndef f():\n    LOG.append(1)\n",
    "a decorator whose function changes when called": (
        "LOG = []\n\ndef noted(function):\n    def inner():\n        LOG.append(1)\n"
        "        return function()\n    return inner\n\n@noted\ndef f():\n    return LOG\n"
    ),
    "a method that changes when called": (
        "LOG = []\n\nclass A:\n    def step(self):\n        LOG.append(1)\n\nB = A()\n\n"
        "def f():\n    return B, LOG\n"
    ),
    "local names": (
        "def table(n):\n    rows = []\n    rows.append(n)\n    size = {}\n    size['n'] = n\n"
        "    return rows\n\nrows = table(3)\n\ndef f():\n    return rows\n"
    ),
    "library decorators and constants": (
        "import math\nfrom dataclasses import dataclass, field\nfrom functools import cache\n\n"
        "STEP = math.sqrt(2)\nNAMES = [name.upper() for name in ('a', 'b')]\n\n@dataclass\n"
        "class A:\n    x: list = field(default_factory=list)\n\n"
        "@cache\ndef f():\n    return A, STEP, NAMES\n"
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_changes_nothing_at_import_is_inlined(one_lesson, case):
    assert inline(one_lesson(f"{IMPORT}.a import f\n\nx = f", a=HARMLESS[case])).blocks
