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
        f"from functools import reduce\n{IMPORT}.b import put\n\nA = reduce(put, 'abc')\n\n"
        "def f():\n    return A\n", 4, "changes 'REGISTRY'", PUT,
    ),
    "a local alias": (
        "REGISTRY = {}\n\ndef put(n):\n    r = REGISTRY\n    r[n] = 1\n    return n\n\n"
        "A = put(1)\n\ndef f():\n    return REGISTRY\n", 8, "changes 'REGISTRY'", "",
    ),
    "an alias of the module": (
        f"{IMPORT}.b import REGISTRY as R\n\nSAME = (R, 1)\nA = SAME[0].setdefault(1, 1)\n\n"
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
        f"{IMPORT}.b import put\n\nKEPT = {{}}\nA = put(1, *[KEPT])\n\ndef f():\n    return KEPT\n",
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
    "the stream that all share": (
        "import torch\n\nA = torch.rand(2)\n\ndef f():\n    return A\n", 3, "'torch'", "",
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
    "a setting of a library: the default type": (
        "import torch\n\nA = torch.set_default_dtype(torch.float64)\n\ndef f():\n    return 1\n",
        3, "changes 'torch'", "",
    ),
    "a setting of a library: how numbers print": (
        "import torch\n\nA = torch.set_printoptions(precision=2)\n\ndef f():\n    return 1\n",
        3, "changes 'torch'", "",
    ),
    "a setting of a library: how often it is checked": (
        "import torch\n\nA = torch.autograd.set_detect_anomaly(True)\n\ndef f():\n    return 1\n",
        3, "changes 'torch'", "",
    ),
    "a setting under another name": (
        "from torch import set_printoptions as look\n\nA = look(precision=2)\n\n"
        "def f():\n    return 1\n", 3, "changes 'torch'", "",
    ),
    "a setting passed on": (
        "import torch\n\nsow = torch.manual_seed\nA = [*map(sow, [1])]\n\n"
        "def f():\n    return 1\n", 4, "changes 'torch'", "",
    ),
    "a setting of a library that only a function imports": (
        "def sow():\n    import torch\n\n    torch.manual_seed(0)\n    return 1\n\nA = sow()\n\n"
        "def f():\n    return 1\n", 7, "changes 'torch'", "",
    ),
    "what is printed as a warning": (
        "import warnings\n\nA = warnings.filterwarnings('ignore')\n\ndef f():\n    return 1\n",
        3, "changes 'warnings'", "",
    ),
    "where modules are looked for": (
        "import sys\n\nA = sys.path.append('x')\n\ndef f():\n    return 1\n", 3, "'sys'", "",
    ),
    "a file": (
        "from pathlib import Path\n\nA = Path('x').write_text('y')\n\ndef f():\n    return 1\n",
        3, "calls write_text()", "",
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
    "weights": (
        "from torch import nn\n\nA = nn.Linear(2, 3)\n\ndef f():\n    return A\n",
        3, "changes 'torch'", "",
    ),
    "numbers drawn into a tensor": (
        "import torch\n\nA = torch.empty(3).normal_()\n\ndef f():\n    return A\n",
        3, "calls normal_() without a generator", "",
    ),
    "modules that import each other": (
        f"{IMPORT}.b import put\n\nA = put(1)\n\ndef f():\n    return A\n", 3,
        "changes 'REGISTRY'", PUT + f"{IMPORT}.a import f\n",
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
    "functions that only read": (
        "NAMES = ['a', 'b']\n\ndef longest(names, more=NAMES):\n"
        "    rows = []\n    for name in names:\n        rows.append(name)\n"
        "    rows += more\n    return max(rows, key=len)\n\n"
        "LONGEST = longest(NAMES)\nFIRST = sorted({n: len(n) for n in NAMES}.items())[0]\n"
        "COPY = dict.fromkeys(NAMES)\nSIZE = len(NAMES) + NAMES.count('a')\n\n"
        "def f():\n    return LONGEST, FIRST, COPY, SIZE\n"
    ),
    "library calls that only read": (
        "import math\nimport torch\nfrom torch import nn\n\nX = torch.linspace(0, 1, 5)\n"
        "Y = torch.frobnicate(X).double()\nZ = X[:2].square().sum().item()\n"
        "UNITS = {'relu': nn.ReLU, 'tanh': torch.tanh}\nA = UNITS['tanh'](X)\n"
        "W = math.prod(X.shape)\n\ndef f():\n    return Y, Z, A, W\n"
    ),
    "a private stream": (
        "import torch\n\ndef draw(n):\n    rng = torch.Generator().manual_seed(0)\n"
        "    return torch.rand(n, generator=rng)\n\nX = draw(3)\nRNG = torch.Generator()\n\n"
        "def f(rng=RNG):\n    return X, rng\n"
    ),
    "partial functions, wraps and closures that are not called": (
        "from functools import partial, wraps\n\nLOG = []\n\ndef put(n):\n    LOG.append(n)\n\n"
        "put_one = partial(put, 1)\nputs = lambda n: put(n)\nBOTH = {'one': put_one, 'n': puts}\n\n"
        "def noted(function):\n    @wraps(function)\n    def inner():\n        LOG.append(1)\n"
        "        return function()\n    return inner\n\n@noted\ndef f():\n    return BOTH\n"
    ),
    "a method with a setter": (
        "class A:\n    @property\n    def x(self):\n        return 1\n\n    @x.setter\n"
        "    def x(self, value):\n        self.y = value\n\ndef f():\n    return A()\n"
    ),
    "settings that are put back": (
        "import torch\n\ndef draw():\n    with torch.random.fork_rng():\n"
        "        torch.manual_seed(0)\n        return torch.rand(3)\n\nX = draw()\n\n"
        "def f():\n    return X\n"
    ),
    "a class with a base, fields and an instance": (
        "from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    low: float\n"
        "    high: float\n\n    def width(self):\n        return self.high - self.low\n\n"
        "EDGE = Pair(0, 1)\nWIDTH = EDGE.width()\n\ndef f():\n    return WIDTH\n"
    ),
    "closures that change what is their own": (
        "NAMES = ['a']\n\ndef build(names):\n    rows = []\n    def add(n):\n"
        "        rows.append(n)\n    [add(n) for n in names]\n    return rows\n\n"
        "def compose(g, names):\n    return lambda x: g(x) + [len(names)]\n\n"
        "ROWS = build(NAMES)\nA = compose(build, NAMES)('ab')\n\ndef f():\n    return ROWS, A\n"
    ),
    "a frozen dataclass that fills itself in": (
        "from dataclasses import dataclass, field, replace\n\n@dataclass(frozen=True)\n"
        "class Point:\n    x: int = 0\n    ys: list = field(default_factory=list)\n\n"
        "    def __post_init__(self):\n        object.__setattr__(self, 'x', 2)\n\n"
        "A = Point(1)\nB = replace(A, x=3)\n\ndef f():\n    return A, B\n"
    ),
    "named tuples, getters and patterns": (
        "import operator\nimport re\nfrom collections import namedtuple\n\n"
        "Pair = namedtuple('Pair', 'x y')\nA = Pair(1, 2)\nB = A._replace(x=3)\n"
        "second = operator.itemgetter(1)\nC = second((1, 2))\nWORD = re.compile('a')\n"
        "D = re.sub('a', lambda found: found[0], 'aa')\n\ndef f():\n    return A, B, C, WORD, D\n"
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_changes_nothing_at_import_is_inlined(one_lesson, case):
    assert inline(one_lesson(f"{IMPORT}.a import f\n\nx = f", a=HARMLESS[case])).blocks
