"""Modules whose import would change the state of a library."""

LIBRARIES = {  # module a, line of the error, words of it; module b
    "a library's state": (
        "import torch\n\nSEED = torch.manual_seed(0)\n\ndef f():\n    return 1\n", 3, "'torch'", "",
    ),
    "a print": ("A = print('hello')\n\ndef f():\n    return A\n", 1, "calls print()", ""),
    "the stream that all share": (
        "import torch\n\nA = torch.rand(2)\n\ndef f():\n    return A\n", 3, "'torch'", "",
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
    "weights": (
        "from torch import nn\n\nA = nn.Linear(2, 3)\n\ndef f():\n    return A\n",
        3, "changes 'torch'", "",
    ),
    "numbers drawn into a tensor": (
        "import torch\n\nA = torch.empty(3).normal_()\n\ndef f():\n    return A\n",
        3, "calls normal_() without a generator", "",
    ),
}  # fmt: skip
