"""One repeat of a lesson on fresh randomness: executed as a script, away from the course.

Standard input has the job {"package", "seed" (None: the lesson's own randomness), "repeat",
"blocks": [{"source", "expect"}]};
standard output gets {"claims", "error", "seconds", "device"}, both in JSON.
"""

import contextlib
import hashlib
import io
import json
import linecache
import sys
import time
import traceback
import types

BLOCK = "block "  # begins the file name of a block's code, its number follows


def main():
    """Do the job."""
    job, out = json.load(sys.stdin), sys.stdout
    sys.modules[job["package"]] = None  # what runs is what is shown
    if job["seed"] is not None:
        freshen(job["seed"], job["repeat"])
    drop_figures()
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    begun = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        error = run(job["blocks"], module.__dict__)
    claims = module.__dict__.get("CLAIMS", {})
    found = {"claims": claims, "error": error, "device": device()}
    out.write(json.dumps({**found, "seconds": time.perf_counter() - begun}, default=str))


def freshen(seed, repeat):
    """Give every generator that code will seed another stream: new for each repeat and seed."""
    import torch

    seed_all = torch.manual_seed

    def mixed(number):
        digest = hashlib.sha256(f"{seed} {repeat} {number}".encode()).digest()
        return int.from_bytes(digest[:7], "big")

    class Generator(torch.Generator):
        """A generator that is never in a state known while the lesson was written."""

        def __new__(cls, *args, **kwargs):
            generator = super().__new__(cls, *args, **kwargs)
            return generator.manual_seed("unseeded")

        def manual_seed(self, number):
            """Seed it with what `number` is in this repeat."""
            return super().manual_seed(mixed(number))

    def manual_seed(number):
        return seed_all(mixed(number))

    torch.Generator = Generator
    torch.manual_seed = torch.random.manual_seed = manual_seed
    manual_seed("unseeded")


def drop_figures():
    """Figures are made, since code may ask them something, but never drawn."""
    import matplotlib.pyplot as plt

    plt.show = lambda *args, **kwargs: plt.close("all")


def run(blocks, namespace):
    """Execute blocks in order; return what stopped them, or None."""
    for number, block in enumerate(blocks):
        name, raised = f"{BLOCK}{number}", None
        linecache.cache[name] = (0, None, block["source"].splitlines(keepends=True), name)
        try:
            exec(compile(block["source"], name, "exec"), namespace)
        except (Exception, SystemExit) as error:
            raised = error
        if (type(raised).__name__ if raised else None) != block["expect"]:
            return failure(number, raised, block["expect"])
    return None


def failure(number, raised, expect):
    """Say where code failed: its block, and block and line of the deepest frame of the lesson."""
    if raised is None:
        return {"block": number, "frame": [number, 1], "says": f"it raised no {expect}"}
    frames = traceback.extract_tb(raised.__traceback__)
    ours = [f for f in frames if f.filename.startswith(BLOCK)]
    frame = [int(ours[-1].filename.removeprefix(BLOCK)), ours[-1].lineno] if ours else [number, 1]
    return {"block": number, "frame": frame, "says": f"{type(raised).__name__}: {raised}"}


def device():
    """Class of device that the lesson chose."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


if __name__ == "__main__":
    main()
