"""Run one published script, as whoever downloads it would, and report what it gave.

Arguments: the script and a file for the result, in JSON: {"values", "claims", "error" (None or a
text), "seconds", "device", "card", "memory"}. Standard input has {"package", "root" (of the
course), "names" of the values that are asked for}. In a notebook's kernel `left` reports the same.
"""

import json
import runpy
import sys
import time
from contextlib import suppress
from pathlib import Path


def main():
    """Do the job."""
    script, result = sys.argv[1:]
    job = json.load(sys.stdin)
    convert, unusable = conversion(job["root"])
    hide(job["package"], job["root"])
    begun, namespace, error = time.perf_counter(), {}, None
    try:
        namespace = runpy.run_path(script, run_name="__main__")
    except BaseException as raised:  # SystemExit too: no script may end before its end
        error = f"{type(raised).__name__}: {raised}"
    found = {**told(namespace, job["names"], convert, unusable), "error": error}
    found |= {"seconds": time.perf_counter() - begun, **machine()}
    Path(result).write_text(json.dumps(found, default=str), "utf-8")


def left(namespace, names, root):
    """What a notebook has left in its namespace, in JSON; of a lab what its checks said, too."""
    log = getattr(namespace.get("steps"), "log", None)  # of a lab; a lesson's tensor has a method
    steps = log if isinstance(log, list) else []
    return json.dumps({**told(namespace, names, *conversion(root)), "steps": steps}, default=str)


def told(namespace, names, convert, unusable):
    """Values and claims."""
    values = {}
    for name in names:
        with suppress(unusable, KeyError):
            values[name] = convert(namespace[name])
    return {"values": values, "claims": namespace.get("CLAIMS", {})}


def conversion(root):
    """What makes a value of a script one of a stored run, and its error."""
    sys.path.insert(0, root)
    from course_code.publish.run.inside.values import UnusableError, convert

    return convert, UnusableError


def hide(package, root):
    """Make the course impossible to import: a script stands alone."""
    sys.path.remove(root)
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
    sys.modules[package] = None


def machine():
    """The class of device that the script could use, its name, and the most bytes it took there."""
    import torch

    if torch.cuda.is_available():
        memory = torch.cuda.max_memory_allocated()
        return {"device": "cuda", "card": torch.cuda.get_device_name(), "memory": memory}
    if torch.backends.mps.is_available():
        memory = torch.mps.driver_allocated_memory()
        return {"device": "mps", "card": "mps", "memory": memory}
    return {"device": "cpu", "card": "cpu", "memory": 0}


if __name__ == "__main__":
    main()
