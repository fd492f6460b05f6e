"""Pages whose functions and classes do, and what a copy of their last line must hold."""

CALLED = """
import torch
from functools import partial

class Net:
    def __init__(self, bend):
        self.bend, self.theta = bend, torch.ones(2)

    def __call__(self, x):
        return self.bend(self.theta * x)

def double(x):
    return 2 * x

def descend(theta, grad, lr=1):
    theta -= lr * grad

def train(net, rule, watch=repr):
    grad = net(torch.ones(2))
    rule(net.theta, grad)
    watch(net)

net, other, log = Net(double), Net(double), []
"""

# A page, its last line alone in the last block; what its copy must hold, and what it must not.
FUNCTIONS = {
    "the second function that an argument brings": (
        f"{CALLED}train(net, descend)\ntrain(other, descend)\nprint(net.theta)",
        "train(net", "train(other",
    ),
    "the third": (
        f"{CALLED}train(net, descend, log.append)\ntrain(other, descend)\nprint(len(log))",
        "log.append", "train(other",
    ),
    "a method that is called later": (
        "a, b = [1], [2]\nkeep = a.append\nother = b.append\nkeep(3)\nother(4)\nprint(a)",
        "keep(3)", "other(4)",
    ),
    "a method given to a library": (
        "a, b = [1], [2]\nlist(map(a.append, 'x'))\nlist(map(b.append, 'y'))\nprint(a)",
        "map(a", "map(b",
    ),
    "a function passed on": (
        f"{CALLED}def tuned(net, rule):\n    train(net, rule)\n\ntuned(net, descend)\n"
        "tuned(other, descend)\nprint(net.theta)",
        "tuned(net, descend)", "tuned(other",
    ),
    "a function named in another": (
        f"{CALLED}def tuned(net):\n    train(net, descend)\n\ntuned(net)\ntuned(other)\n"
        "print(net.theta)",
        "tuned(net)\n", "tuned(other",
    ),
    "what may be a part of a module": (
        f"{CALLED}net, other = Net(torch.tanh), Net(torch.tanh)\n"
        "for part in [net.theta]:\n    part.zero_()\nfor part in [other.theta]:\n"
        "    part.zero_()\nprint(net.theta)",
        "[net.theta]", "[other.theta]",
    ),
    "a function of a table": (
        f"{CALLED}RULES = {{'a': descend}}\ntrain(net, RULES['a'])\ntrain(other, RULES['a'])\n"
        "print(net.theta)",
        "train(net", "train(other",
    ),
    "a partial function": (
        f"{CALLED}slow = partial(descend, lr=0.1)\ntrain(net, slow)\ntrain(other, slow)\n"
        "print(net.theta)",
        "train(net", "train(other",
    ),
    "what a function made before": (
        "def count(counts, word):\n    counts.setdefault(word, []).append(1)\n\n"
        "def each(words):\n    counts = {}\n    for word in words:\n        count(counts, word)\n"
        "    return counts\n\nfirst = each('ab')\nsecond = each('cd')\nprint(second)",
        "second =", "first =",
    ),
    "del of a name": (
        "a = 1\ndef f():\n    try:\n        return a\n    except NameError:\n        return 2\n"
        "del a\nprint(f())",
        "del a",
        None,
    ),
    "later-bound name of a function": (
        "def f():\n    return k\nk = 1\nk2 = 2\nprint(f())", "k = 1", "k2",
    ),
    "rebound name of a function": (
        "k = 1\ndef f():\n    return k\na = f()\nk = 2\nprint(f())", "k = 2", "k = 1",
    ),
    "a function that calls another": (
        "def f():\n    return g()\ndef g():\n    return h()\ndef h():\n    return 3\nprint(f())",
        "def h",
        None,
    ),
    "a function among arguments": (
        "def key(x):\n    return -x * n\nn = 2\nprint(sorted([1, 2], key=key))", "n = 2", None,
    ),
    "a lambda in a table": (
        "table = {'f': lambda x: x + k}\nk = 1\nprint(table['f'](2))", "k = 1", None,
    ),
    "a default": ("k = 1\ndef f(x=k):\n    return x\nk = 2\nprint(f())", "k = 1", None),
    "a global": (
        "n = 0\ndef more():\n    global n\n    n += 1\nmore()\nprint(n)", "\nmore()", None,
    ),
    "a list of the page that a function changes": (
        "log = []\ndef note(x):\n    log.append(x)\nnote(1)\nother = 2\nprint(log)",
        "note(1)",
        "other",
    ),
    "an argument that a function changes": (
        "def add(to, x):\n    to.append(x)\na = []\nb = []\nadd(a, 1)\nadd(b, 2)\nprint(a)",
        "add(a, 1)",
        "add(b",
    ),
    "an argument that a function of an argument changes": (
        "def add(to):\n    to.append(1)\ndef use(f, x):\n    f(x)\na = []\nuse(add, a)\nprint(a)",
        "use(add, a)",
        None,
    ),
    "what a partial function changes": (
        "from functools import partial\ndef add(to, x):\n    to.append(x)\na = []\n"
        "more = partial(add, a)\nmore(1)\nprint(a)",
        "more(1)",
        None,
    ),
    "what a closure changes": (
        "def counter():\n    seen = []\n    def add(x):\n        seen.append(x)\n"
        "        return len(seen)\n    return add\nadd = counter()\nfirst = add(0)\nprint(add(0))",
        "first = add(0)",
        None,
    ),
    "a method of the page": (
        "class Box:\n    def __init__(self):\n        self.items = []\n    def put(self, x):\n"
        "        self.items.append(x)\n        return self\na = Box()\nb = a.put(1)\n"
        "print(a.items)",
        "a.put(1)",
        None,
    ),
    "a call of an object of the page": (
        "class Count:\n    n = 0\n    def __call__(self):\n        self.n += 1\n"
        "        return self.n\na = Count()\nb = a()\nprint(a())",
        "b = a()",
        None,
    ),
    "a hook": (
        "from torch import nn\nimport torch\nseen = []\nlayer = nn.Identity()\n"
        "layer.register_forward_hook(lambda *a: seen.append(len(a)))\nout = layer(torch.ones(1))\n"
        "print(seen)",
        "out = layer",
        None,
    ),
    "the scope of a comprehension": (
        "x = 1\nxs = [x for x in range(3)]\ny = 2\nprint(xs)", "xs =", "x = 1",
    ),
    "a name that a comprehension binds outside": (
        "ys = [(last := i) for i in range(3)]\nprint(last)", "last :=", None,
    ),
    "a decorator": (
        "def twice(f):\n    return lambda: 2 * f()\n@twice\ndef one():\n    return 1\nprint(one())",
        "def twice",
        None,
    ),
    "a default has the name of a variable": (
        "for code in (1, 2):\n    len(str(code))\ntold = [lambda code=code: code"
        " for code in (3, 4)]\nprint(told[0]())",
        "told",
        "len",
    ),
    "a function that says nonlocal": (
        "def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return up\nup = counter()\nprint(up())", "nonlocal n", None,
    ),
    "an operator of the page": (
        "scale = 1\nclass Pair:\n    def __init__(self, a):\n        self.a, self.seen = a, []\n"
        "    def __mul__(self, other):\n        self.seen.append(other.a)\n"
        "        return Pair(self.a * other.a)\np, q = Pair(2), Pair(3)\nr = p * q\n"
        "print(p.seen)",
        "r = p * q",
        "scale",
    ),
    "an operator that changes a thing it caught": (
        "log = []\nclass Pair:\n    def __lt__(self, other):\n        log.append(1)\n"
        "        return True\nunused = Pair() < Pair()\nn = 1\nprint(log)",
        "unused",
        "n = 1",
    ),
    "a property": (
        "class Counter:\n    n = 0\n    def __init__(self):\n        self.seen = []\n"
        "    @property\n    def next(self):\n        self.seen.append(1)\n"
        "        return len(self.seen)\nc, d = Counter(), Counter()\nfirst = c.next\n"
        "other = d.seen\nprint(c.seen)",
        "first = c.next",
        "other",
    ),
    "what `with` begins": (
        "log = []\nclass Timed:\n    def __enter__(self):\n        log.append('in')\n"
        "    def __exit__(self, *a):\n        log.append('out')\nwith Timed():\n    x = 1\n"
        "print(log)",
        "with Timed()",
        None,
    ),
    "a loop over a thing of the page": (
        "class Deck:\n    def __init__(self):\n        self.left = [1, 2]\n"
        "    def __iter__(self):\n        return self\n    def __next__(self):\n"
        "        if not self.left:\n            raise StopIteration\n"
        "        return self.left.pop()\ndeck = Deck()\nfor card in deck:\n    last = card\n"
        "print(deck.left)",
        "for card in deck",
        None,
    ),
    "a list that instances share": (
        "class Net:\n    made = []\n    def __init__(self):\n        self.made.append(1)\n"
        "n = 1\nNet()\nprint(Net.made)",
        "\nNet()",
        "n = 1",
    ),
    "a part that is set by a method": (
        "class Table:\n    def __init__(self):\n        self.rows = {}\n"
        "    def __setitem__(self, key, value):\n        self.rows[key] = 2 * value\n"
        "t, u = Table(), Table()\nt['a'] = 1\nu['b'] = 1\nprint(t.rows)",
        "t['a'] = 1",
        "u['b']",
    ),
    "a default is looked up where it is made": (
        "size = 3\ndef area(side=size):\n    return side**2\nprint(area())", "size = 3", None,
    ),
}  # fmt: skip
