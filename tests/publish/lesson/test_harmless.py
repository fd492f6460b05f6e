"""What only reads when it is imported is inlined, and what changes something when it is called."""

import pytest

from .inlining import TEACH, inline

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
    assert inline(one_lesson(f"{TEACH}.a import f\n\nx = f", a=HARMLESS[case])).blocks
