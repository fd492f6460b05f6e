"""Pages whose statements change things, and what a copy of their last line must hold."""

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
RANDOM = "import torch\nrng = torch.Generator().manual_seed(0)\n"

# A page, its last line alone in the last block; what its copy must hold, and what it must not.
STATEMENTS = {
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
    "what may fail": (
        "a = 1\ntry:\n    a = int('x')\nexcept ValueError as error:\n    b = str(error)\n"
        "print(a, b)",
        "except",
        None,
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
    "a space that unparse cannot write": (
        "word = 'a'\ntold = f\"{'\u3000'.join([word])}\"\nprint(told)", "word = 'a'", None,
    ),
    "what is printed into a file": (
        "import io\ntold, other = io.StringIO(), io.StringIO()\nprint('a', file=told)\n"
        "print('b', file=other)\nprint(told.getvalue())",
        "file=told",
        "file=other",
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
}  # fmt: skip
