"""A block copied with what it needs holds all that decides what it does, and little more."""

import io
from contextlib import redirect_stdout

import pytest
from site_html import with_needs

from course_code.publish.lesson.slices import Slice, slices

TRAINING = """
import torch
from torch import nn

def train(model, X, y, optimizer):
    for _ in range(3):
        loss = ((model(X) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()

model = nn.utils.skip_init(nn.Linear, 2, 1)
nn.init.constant_(model.weight, 1.0)
nn.init.zeros_(model.bias)
X = torch.ones(4, 2)
y = torch.zeros(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
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
RANDOM = "import torch\nrng = torch.Generator().manual_seed(0)\n"

# A page, its last line alone in the last block; what its copy must hold, and what it must not.
KEPT = {
    "augmented assignment": ("a = 1\na += 1\nb = 5\nprint(a)", "a += 1", "b = 5"),
    "augmented assignment of an alias": ("a = [1]\nb = a\nb += [2]\nprint(a)", "b += [2]", None),
    "an item": ("d = {}\ne = {}\nd['k'] = 1\ne['k'] = 2\nprint(d)", "d['k'] = 1", "e['k']"),
    "a view": (
        "import numpy as np\na, b = np.zeros(3), np.zeros(3)\nv, w = a.reshape(3), b.reshape(3)\n"
        "v[0] = 1\nw[0] = 2\nprint(a)", "v[0] = 1", "w[0]",
    ),
    "a view of a view": (
        "import torch\nt = torch.zeros(4)\nv = t.view(2, 2).unsqueeze(0)\nv += 1\nprint(t)",
        "v += 1", None,
    ),
    "a view that a function gives": (
        "import torch\ndef flat(x):\n    y = x.view(-1)\n    return y\nt = torch.zeros(4)\n"
        "v = flat(t)\nv[0] = 1\nprint(t)", "v[0] = 1", None,
    ),
    "what a function writes into a view": (
        "import torch\ndef fill(x):\n    y = x.view(-1)\n    y[0] = 1\nt = torch.zeros(4)\n"
        "fill(t)\nprint(t)", "fill(t)", None,
    ),
    "a view's base": (
        "import torch\nt = torch.zeros(4)\nv = t.detach()\nt.fill_(7)\nprint(v)", "fill_", None,
    ),
    "what fills a view": (
        "import torch\nt = torch.zeros(4)\nv = t.detach()\nv.fill_(7)\nprint(t)", "fill_", None,
    ),
    "a clone": (
        "import torch\nt = torch.zeros(2)\nc = t.clone()\nc[0] = 1\nprint(t)", "t =", "c[0]",
    ),
    "a method named as a built-in": (
        "import torch\nt = torch.zeros(2)\nf = t.float()\nf[0] = 1\nprint(t)", "f[0] = 1", None,
    ),
    "a mask": (
        "import numpy as np\nm = np.isfinite(np.ones(2))\nm[0] = False\nprint(m)", "m[0] =", None,
    ),
    "a built-in's number": (
        "a = [1.5]\nn = round(a[0])\nm = a\nn += 1\nprint(m)", "a = [1.5]", "n += 1",
    ),
    "an item of an item": ("d = {'k': []}\nd['k'].append(1)\nprint(d)", "append(1)", None),
    "an attribute of a class": (
        "class C:\n    n = 0\nclass D:\n    n = 0\nC.n = 3\nD.n = 4\nprint(C.n)", "C.n = 3", "D.n",
    ),
    "an attribute of a function": ("def f():\n    pass\nf.n = 1\nprint(f.n)", "f.n = 1", None),
    "an item of an alias": ("a = [1]\nd = {'k': a}\nd['k'][0] = 2\nprint(a)", "= 2", None),
    "an attribute": (
        "class A:\n    pass\na = A()\nb = A()\na.x = 1\nb.x = 2\nprint(a.x)", "a.x = 1", "b.x",
    ),
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
    "a slice of a tensor": (
        "import torch\na = torch.zeros(3)\nb = a[1:]\nb[0] = 7\nc = a + 1\nc[0] = 3\nprint(a)",
        "b[0] = 7",
        "c[0]",
    ),
    "a method that changes": ("a = [3, 1]\nb = [2]\na.sort()\nb.sort()\nprint(a)", "a.sort", "b."),
    "a method that changes what is held": (
        "a = []\nd = {'k': a}\nfor v in d.values():\n    v.append(1)\nprint(a)", "v.append", None,
    ),
    "side by side": (
        "a = [[1]]\nb = [[2]]\nc = [[3]]\nfor i, (x, y) in enumerate(zip(a, b)):\n    x.append(i)\n"
        "for x, y in zip(b, c):\n    y.append(x)\nprint(a)",
        "x.append(i)",
        "y.append",
    ),
    "the same, of either": (
        "a = [[1]]\nb = [[2]]\nfor x, y in zip(a, b):\n    x, y = y, x\n    x.append(1)\nprint(b)",
        "x.append(1)",
        None,
    ),
    "another zip": (
        "a = [[1]]\nb = [[2]]\ndef zip(a, b):\n    return [(b[0], a[0])]\nfor x, y in zip(a, b):\n"
        "    x.append(1)\nprint(b)",
        "x.append(1)",
        None,
    ),
    "pairs as one": (
        "a = [[1]]\nb = [[2]]\nfor pair in zip(a, b):\n    pair[1].append(3)\nprint(b)",
        "append(3)",
        None,
    ),
    "a part that is read once": (
        "a = iter([[1], [2]])\nfor i, x in enumerate(a):\n    break\nprint(next(a))", "break", None,
    ),
    "a method of no known name": (
        "import collections\na = collections.deque([1, 2])\na.rotate(1)\nprint(a)", "rotate", None,
    ),
    "in place": ("import torch\na = torch.zeros(2)\na.add_(1)\nprint(a)", "a.add_(1)", None),
    "training": (
        TRAINING + "last = train(model, X, y, optimizer)\nother = X.sum()\n"
        "print(model.weight.sum())",
        "last = train",
        "other",
    ),
    "training leaves the data": (
        TRAINING + "last = train(model, X, y, optimizer)\nprint(X.sum())", "X = torch", "train(",
    ),
    "a step in a loop": (
        TRAINING + "for _ in range(2):\n    ((model(X) - y) ** 2).mean().backward()\n"
        "    optimizer.step()\nprint(model.bias)",
        "optimizer.step()",
        "def train",
    ),
    "a backward pass": (
        "import torch\nw = torch.ones(2, requires_grad=True)\nx = torch.ones(2)\n"
        "loss = (w * x).sum()\nloss.backward()\nprint(w.grad)",
        "loss.backward()",
        None,
    ),
    "a stream drawn from in between": (
        RANDOM + "a = torch.rand(2, generator=rng)\nb = 1\nprint(torch.rand(2, generator=rng))",
        "a = torch.rand",
        "b = 1",
    ),
    "a stream drawn from by a function": (
        RANDOM + "def draw(n, stream):\n    return torch.rand(n, generator=stream)\n"
        "a = draw(3, rng)\nprint(draw(2, rng))",
        "a = draw(3, rng)",
        None,
    ),
    "a stream drawn from by a function of the page": (
        RANDOM + "def draw(n):\n    return torch.rand(n, generator=rng)\na = draw(3)\n"
        "print(draw(2))",
        "a = draw(3)",
        None,
    ),
    "two streams": (
        RANDOM + "other = torch.Generator().manual_seed(1)\na = torch.rand(1, generator=other)\n"
        "print(torch.rand(2, generator=rng))",
        "manual_seed(0)",
        "other",
    ),
    "what was drawn": (
        RANDOM + "a = torch.rand(2, generator=rng)\nb = torch.rand(2, generator=rng)\nprint(a)",
        "a = torch",
        "b = torch",
    ),
    "the shared stream": (
        "import torch\ntorch.manual_seed(3)\na = torch.rand(1)\nprint(torch.rand(1))", "a =", None,
    ),
    "a generator": (
        "def count():\n    yield from range(9)\na = count()\nb = next(a)\nc = 1\nprint(next(a))",
        "b = next(a)",
        "c = 1",
    ),
    "an iterator in a loop": (
        "a = iter(range(9))\nfor v in a:\n    if v > 3:\n        break\nprint(list(a))",
        "for v",
        None,
    ),
    "an iterator unpacked": (
        "a = (i for i in range(9))\nfirst, second, *_ = zip(a, 'xy')\nprint(list(a))", "zip", None,
    ),
    "a generator with effects": (
        "log = []\ndef work():\n    log.append(1)\n    yield 1\na = work()\n"
        "b = list(a)\nprint(log)",
        "b = list(a)",
        None,
    ),
    "a loop": (
        "total = 0\nfor i in range(4):\n    total = total + i\nj = 2\nprint(total)",
        "for i",
        "j = 2",
    ),
    "a loop's own name": ("i = 7\nfor i in []:\n    pass\nprint(i)", "i = 7", None),
    "a name bound first in the loop": (
        "name = 'a'\nfor name in 'xy':\n    part = name\nprint(part)", "for name", "name = 'a'",
    ),
    "a while": ("n = 3\nwhile n > 1:\n    n -= 1\nprint(n)", "while", None),
    "one branch": ("a = 1\nif a > 2:\n    b = 1\nelse:\n    b = 2\nprint(b)", "else", None),
    "maybe": ("b = 1\nif b > 2:\n    b = 5\nprint(b)", "b = 1", None),
    "with": (
        "import io\nimport contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n"
        "    print(1)\nprint(out.getvalue())",
        "with",
        None,
    ),
    "del of an item": ("d = {1: 2, 3: 4}\ndel d[1]\nprint(d)", "del d[1]", None),
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
    "what may fail": (
        "a = 1\ntry:\n    a = int('x')\nexcept ValueError as error:\n    b = str(error)\n"
        "print(a, b)",
        "except",
        None,
    ),
    "the scope of a comprehension": (
        "x = 1\nxs = [x for x in range(3)]\ny = 2\nprint(xs)", "xs =", "x = 1",
    ),
    "a name that a comprehension binds outside": (
        "ys = [(last := i) for i in range(3)]\nprint(last)", "last :=", None,
    ),
    "settings of a module": (
        "import torch\ntorch.set_printoptions(precision=2)\na = 1\nprint(torch.tensor(1 / 3))",
        "set_printoptions",
        "a = 1",
    ),
    "a figure left out": (
        "import matplotlib.pyplot as plt\nxs = [1, 2]\nfig, ax = plt.subplots()\nax.plot(xs)\n"
        "plt.show()\nprint(xs)",
        "xs = [1, 2]",
        "plt",
    ),
    "axes that are drawn on further": (
        "import matplotlib.pyplot as plt\nxs = [1, 2]\nfig, ax = plt.subplots()\nax.plot(xs)\n"
        "print(len(ax.lines))",
        "ax.plot(xs)",
        None,
    ),
    "a check left out": (
        "CLAIMS = {}\ndef check(*a):\n    CLAIMS[a[0]] = a\nx = 1\n"
        "check('measured a: b', x, '>', 0)\nprint(x)",
        "x = 1",
        "check(",
    ),
    "names in texts that are run": (
        "a = 1\nb = 2\nfor code in ('a + 1', 'not code'):\n    if '+' in code:\n"
        "        c = eval(code)\nprint(c, eval('a'))",
        "a = 1",
        "b = 2",
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
    "a space that unparse cannot write": (
        "word = 'a'\ntold = f\"{'\u3000'.join([word])}\"\nprint(told)", "word = 'a'", None,
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
    "what is printed into a file": (
        "import io\ntold, other = io.StringIO(), io.StringIO()\nprint('a', file=told)\n"
        "print('b', file=other)\nprint(told.getvalue())",
        "file=told",
        "file=other",
    ),
    "a part that is set by a method": (
        "class Table:\n    def __init__(self):\n        self.rows = {}\n"
        "    def __setitem__(self, key, value):\n        self.rows[key] = 2 * value\n"
        "t, u = Table(), Table()\nt['a'] = 1\nu['b'] = 1\nprint(t.rows)",
        "t['a'] = 1",
        "u['b']",
    ),
    "parts of a module that are changed": (
        "import matplotlib.pyplot as plt\nplt.rcParams.update({'lines.linewidth': 3})\n"
        "n = 1\nprint(plt.rcParams['lines.linewidth'])",
        "update",
        "n = 1",
    ),
    "a generator that shuffles": (
        "import random\nrng = random.Random(0)\nrows, n = [1, 2, 3], 1\nrng.shuffle(rows)\n"
        "print(rows)",
        "rng.shuffle",
        None,
    ),
    "a default is looked up where it is made": (
        "size = 3\ndef area(side=size):\n    return side**2\nprint(area())", "size = 3", None,
    ),
}  # fmt: skip


def sliced(source: str) -> tuple[list[str], list[Slice]]:
    before, _, last = source.strip().rpartition("\n")
    sources = [before, last]
    return sources, slices(sources)


def printed(source: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(source, "copy", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize(("source", "kept", "left"), KEPT.values(), ids=KEPT)
def test_a_copy_holds_what_decides_and_leaves_the_rest(source, kept, left):
    sources, (_, last) = sliced(source)
    copy = with_needs(sources, last.told)
    assert kept in f"\n{copy}"
    assert left is None or left not in copy
    assert printed(copy) == printed(source)


def test_imports_come_first_and_only_those_that_are_used():
    sources = [
        "import math\nimport torch\nfrom torch import Tensor, nn\n\nx = 1",
        "import json\n\ndef f(z: Tensor) -> Tensor:\n    return z",
        "print(math.pi, f(x))",
    ]
    copy = with_needs(sources, slices(sources)[2].told)
    assert copy.startswith("import math\nfrom torch import Tensor\n\nx = 1\n")


def test_a_block_keeps_its_text_and_statements_their_comments():
    sources = [
        "# first\na = 1  # one\n\n# of b\nb = 2\n# the end",
        '"""Text."""\n\nprint(b)\n# last',
    ]
    assert with_needs(sources, slices(sources)[1].told) == (
        '# of b\nb = 2\n# the end\n\n"""Text."""\n\nprint(b)\n# last\n'
    )


def test_a_block_of_functions_has_what_they_use():
    sources = ["k = 1\nj = 2", "def f():\n    return k", "def g():\n    return f()"]
    copy = with_needs(sources, slices(sources)[2].told)
    assert "k = 1" in copy
    assert "def f" in copy
    assert "j = 2" not in copy


def test_whole_means_all_code_so_far():
    sources = ["a = 1", "b = a", "check('measured x: y', a, '>', 0)", "print(a, b)", "print(a)"]
    assert [each.whole for each in slices(sources)] == [False, True, False, True, False]


def test_what_fails_on_purpose_is_no_part_of_other_copies():
    sources = ["a = [1]", "a.append(2)\na.append(1 / 0)", "print(a)"]
    copy = with_needs(sources, slices(sources, [1])[2].told)
    assert "1 / 0" not in copy
    assert "a.append(2)" in copy


def test_what_the_page_is_told_counts_the_lines_of_the_copy():
    sources = ["import math\n\na = 1\nb = 2", "print(math.pi, a)"]
    last = slices(sources)[1]
    assert last.told == "import math|1-3 5-6|5"
    assert with_needs(sources, last.told) == "import math\n\na = 1\nprint(math.pi, a)\n"
