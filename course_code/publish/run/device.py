"""Which class of device a lesson's kernel will choose; torch is asked only where it matters."""

import subprocess
import sys
from ctypes.util import find_library
from functools import cache
from importlib.metadata import version

ASK = (
    "import torch; print('cuda' if torch.cuda.is_available() else "
    "'mps' if torch.backends.mps.is_available() else 'cpu')"
)


@cache
def device_class() -> str:
    """`cuda`, `mps` or `cpu`, as `torch` itself answers where the machine has a driver."""
    if not _may_accelerate():
        return "cpu"
    answer = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def _may_accelerate() -> bool:
    if version("torch").endswith("+cpu"):
        return False
    return sys.platform == "darwin" or bool(find_library("cuda") or find_library("nvcuda"))
