"""What no other run, or no other machine, could repeat: addresses, paths, shared generators."""

import random
import re
import socket
import sys
from pathlib import Path

ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}|<[\w.]+ object>")
SHOW = "Is it the value of the cell's last line? Assign it, or end the cell with plt.show()."


def private_texts():
    """(pattern, what it is, hint) of texts that no other run prints."""
    where = "Print what does not depend on the machine."
    texts = [(ADDRESS, "an address in memory or an object without a text", SHOW)]
    folders = {Path.cwd().parent, Path.cwd().resolve().parent, Path(sys.prefix), Path.home()}
    for folder in folders - {Path("/")}:
        pattern = re.compile(re.escape(str(folder)) + r"(?=[/\\])[^\s'\"]*")
        texts.append((pattern, "a path of this machine", where))
    host = socket.gethostname()
    if len(host) > 5 and re.search(r"[\d.-]", host):
        texts.append((re.compile(rf"\b{re.escape(host)}\b"), "this machine's name", where))
    return texts


def generators():
    """States of the random generators that all code shares, by library."""
    states = {"Python": random.getstate()}
    if numpy := sys.modules.get("numpy.random"):
        state = numpy.get_state(legacy=False)
        states["NumPy"] = (state["state"]["key"].tobytes(), state["state"]["pos"], state["gauss"])
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.get_rng_state().numpy().tobytes()
        if torch.cuda.is_initialized():
            on_gpu = torch.cuda.get_rng_state_all()
            states["torch on the GPU"] = [state.numpy().tobytes() for state in on_gpu]
    return states


def changed(before, after):
    """Libraries whose generator a cell has moved; an import in the cell is no move."""
    if "torch" in after and "torch" not in before:
        torch = sys.modules["torch"]
        fresh = torch.Generator().manual_seed(torch.initial_seed())
        before = {**before, "torch": fresh.get_state().numpy().tobytes()}
    return [name for name in before if after.get(name, before[name]) != before[name]]
