"""Importing a module has no effects: a copy of some of its definitions means the same."""

import pytest

from course_code.publish.base.errors import CourseError

from .inlining import TEACH, inline
from .library_effects import LIBRARIES

REGISTER = """REGISTRY = {}


def register(function):
    REGISTRY[function.__name__] = function
    return function


"""
NAMED = REGISTER.replace("(function):", "(name):\n    def keep(function):", 1).replace(
    "    REGISTRY[function.__name__] = function\n    return function\n",
    "        REGISTRY[name] = function\n        return function\n\n    return keep\n",
)
PUT = """REGISTRY = {}

def put(*names):
    REGISTRY[names[0]] = 1
    return names[-1]

"""
KEEPER = """class Keeper:
    def __init__(self):
        self.kept = []
    def put(self, n):
        self.kept.append(n)
        return n
    def __add__(self, n):
        return self.put(n)

"""

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
        f"{TEACH}.b import register\n\n@register\ndef f():\n    pass\n", 4, "REGISTRY", REGISTER,
    ),
    "a module that only another one imports": (
        f"{TEACH}.b import g\n\ndef f():\n    pass\n", 10, "REGISTRY",
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
    "a partial function as a decorator": (
        "from functools import partial\n\n" + PUT + "@partial(put, 'x')\ndef f():\n    pass\n",
        10, "changes 'REGISTRY'", "",
    ),
    "a lambda": (
        "REGISTRY = {}\n\nput = lambda n: REGISTRY.setdefault(n, n)\n\nA = put(1)\n\n"
        "def f():\n    return REGISTRY\n", 5, "changes 'REGISTRY'", "",
    ),
    "a function that a loop calls": (
        "REGISTRY = []\n\ndef add(n):\n    REGISTRY.append(n)\n    return n\n\n"
        "A = list(map(add, 'ab'))\n\ndef f():\n    return REGISTRY\n", 7, "'REGISTRY'", "",
    ),
    "a function that a library is given": (
        f"from functools import reduce\n{TEACH}.b import put\n\nA = reduce(put, 'abc')\n\n"
        "def f():\n    return A\n", 4, "changes 'REGISTRY'", PUT,
    ),
    "a local alias": (
        "REGISTRY = {}\n\ndef put(n):\n    r = REGISTRY\n    r[n] = 1\n    return n\n\n"
        "A = put(1)\n\ndef f():\n    return REGISTRY\n", 8, "changes 'REGISTRY'", "",
    ),
    "an alias of the module": (
        f"{TEACH}.b import REGISTRY as R\n\nSAME = (R, 1)\nA = SAME[0].setdefault(1, 1)\n\n"
        "def f():\n    return R\n", 4, "changes 'R", PUT,
    ),
    "a default argument": (
        "REGISTRY = {}\n\ndef put(n, where=REGISTRY):\n    where[n] = 1\n    return n\n\n"
        "A = put(1)\n\ndef f():\n    return REGISTRY\n", 7, "changes 'REGISTRY'", "",
    ),
    "an argument": (
        "REGISTRY = {}\n\ndef put(where, n):\n    where[n] = 1\n    return n\n\n"
        "A = put(REGISTRY, 1)\n\ndef f():\n    return REGISTRY\n", 7, "changes 'REGISTRY'", "",
    ),
    "an argument of a function that only passes it on": (
        f"{TEACH}.b import put\n\nKEPT = {{}}\nA = put(1, *[KEPT])\n\ndef f():\n    return KEPT\n",
        4, "changes 'KEPT'",
        "def low(where):\n    where |= {1: 1}\n    return 1\n\n"
        "def put(n, *more):\n    return low(*more)\n",
    ),
    "what a function gives": (
        "REGISTRY = {}\n\ndef get():\n    return REGISTRY\n\nA = get().setdefault(1, 1)\n\n"
        "def f():\n    return REGISTRY\n", 6, "changes 'REGISTRY'", "",
    ),
    "a method of any name": (
        KEEPER + "REG = Keeper()\nA = REG.put(1)\n\ndef f():\n    return REG\n",
        11, "changes 'REG'", "",
    ),
    "an operator": (
        KEEPER + "REG = Keeper()\nA = REG + 1\n\ndef f():\n    return REG\n",
        11, "changes 'REG'", "",
    ),
    "a bound method": (
        KEEPER + "REG = Keeper()\nA = [*map(REG.put, 'ab')]\n\ndef f():\n    return REG\n",
        11, "changes 'REG'", "",
    ),
    "a bound method of a library": (
        "REG = []\nA = [*map(REG.append, 'ab')]\n\ndef f():\n    return REG\n",
        2, "changes 'REG'", "",
    ),
    "a method of a library that nobody knows": (
        "from queue import Queue\n\nREG = Queue()\nA = REG.enqueue(1)\n\n"
        "def f():\n    return REG\n",
        4, "may change 'REG' by REG.enqueue()", "",
    ),
    "a function of a library that nobody knows": (
        "import somewhere\n\nREG = [1]\nA = somewhere.work(REG)\n\ndef f():\n    return REG\n",
        4, "may change 'REG' by somewhere.work()", "",
    ),
    "a name that stands for a built-in function": (
        "REG = iter('abc')\ngo = next\nA = go(REG)\n\ndef f():\n    return REG\n",
        3, "'REG'", "",
    ),
    "an iterator used up": (
        "import itertools\n\nCOUNT = itertools.count()\nA = next(COUNT)\n\ndef f():\n"
        "    return COUNT\n", 4, "changes 'COUNT'", "",
    ),
    "an iterator unpacked": (
        "COUNT = iter(range(9))\nA = [n for n, _ in zip(COUNT, 'ab')]\n\ndef f():\n"
        "    return COUNT\n", 2, "changes 'COUNT'", "",
    ),
    "a generator drawn from": (
        "import torch\n\nRNG = torch.Generator()\nA = torch.rand(2, generator=RNG)\n\n"
        "def f():\n    return RNG\n", 4, "changes 'RNG'", "",
    ),
    "a closure that counts": (
        "def counter():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return count\n\nCOUNT = counter()\nA = COUNT()\n\n"
        "def f():\n    return COUNT\n", 10, "changes 'COUNT'", "",
    ),
    "an attribute of a function": (
        "def g():\n    g.calls = 1\n    return 1\n\nA = g()\n\ndef f():\n    return g\n",
        5, "changes 'g'", "",
    ),
    "an annotation": (PUT + "def f(x: put(1)):\n    return x\n", 7, "changes 'REGISTRY'", ""),
    "an annotation of a class": (
        PUT + "class f:\n    x: put(1) = 2\n", 7, "changes 'REGISTRY'", "",
    ),
    "a text with values": (
        PUT + "A = f'{put(1)}'\n\ndef f():\n    return A\n", 7, "changes 'REGISTRY'", "",
    ),
    "a metaclass that registers": (
        "KINDS = []\n\nclass Meta(type):\n    def __init__(cls, *more):\n"
        "        KINDS.append(cls)\n\nclass Base(metaclass=Meta):\n    pass\n\n"
        "def f():\n    return KINDS\n", 7, "changes 'KINDS'", "",
    ),
    "an attribute that registers": (
        "KINDS = []\n\nclass Field:\n    def __set_name__(self, owner, name):\n"
        "        KINDS.append(name)\n\nclass Base:\n    x = Field()\n\n"
        "def f():\n    return KINDS\n", 7, "changes 'KINDS'", "",
    ),
    "a function named check": (
        "LOG = []\n\ndef check(n):\n    LOG.append(n)\n    return n\n\nA = check(1)\n\n"
        "def f():\n    return LOG\n", 7, "changes 'LOG'", "",
    ),
    "a function that knows a name that follows": (
        "def put(n):\n    LOG.append(n)\n    return n\n\nLOG = []\nA = put(1)\n\n"
        "def f():\n    return LOG\n", 6, "changes 'LOG'", "",
    ),
    "a function that a text is made with": (
        "import re\n" + PUT + "A = re.sub('a', lambda found: put('x'), 'aa')\n\n"
        "def f():\n    return A\n", 8, "changes 'REGISTRY'", "",
    ),
    "a function that another one caught": (
        PUT + "def twice(g):\n    return lambda n: g(g(n))\n\nA = twice(put)(1)\n\n"
        "def f():\n    return A\n", 10, "changes 'REGISTRY'", "",
    ),
    "an object that a decorator caught": (
        "class Routes:\n    def __init__(self):\n        self.known = {}\n"
        "    def add_route(self, path):\n        def keep(function):\n"
        "            self.known[path] = function\n            return function\n"
        "        return keep\n\nAPP = Routes()\n\n@APP.add_route('/')\ndef f():\n    pass\n",
        13, "changes 'APP'", "",
    ),
    "what is printed": (
        KEEPER.replace("__add__(self, n)", "__str__(self, n='')") + "REG = Keeper()\n"
        "A = f'{REG}'\n\ndef f():\n    return REG\n", 11, "changes 'REG'", "",
    ),
    "parts that are made when they are asked for": (
        KEEPER.replace("__add__", "__getattr__") + "REG = Keeper()\nA = REG.size\n\n"
        "def f():\n    return REG\n", 11, "changes 'REG'", "",
    ),
    "a list in a dictionary": (
        "REG = {'a': []}\nA = REG.get('a').append(1)\n\ndef f():\n    return REG\n",
        2, "changes 'REG'", "",
    ),
    "a method of a class": (
        "REG = {}\nA = dict.update(REG, a=1)\n\ndef f():\n    return REG\n",
        2, "changes 'REG'", "",
    ),
    "a method by its name": (
        "REG = {}\nA = getattr(REG, 'setdefault')(1, 1)\n\ndef f():\n    return REG\n",
        2, "change 'REG'", "",
    ),
    "modules that import each other": (
        f"{TEACH}.b import put\n\nA = put(1)\n\ndef f():\n    return A\n", 3,
        "changes 'REGISTRY'", PUT + f"{TEACH}.a import f\n",
    ),
}  # fmt: skip
ALL = EFFECTS | LIBRARIES


@pytest.mark.parametrize("case", ALL)
def test_an_effect_of_importing_is_refused(one_lesson, case):
    module, line, words, other = ALL[case]
    course = one_lesson(f"{TEACH}.a import f\n\nx = f", a=module, b=other)
    file = "b" if "only another" in case else "a"
    with pytest.raises(CourseError) as error:
        inline(course)
    assert f"teach/{file}.py:{line}: importing the module " in str(error.value)
    assert words in str(error.value)
