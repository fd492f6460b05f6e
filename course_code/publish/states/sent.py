"""How a figure's states leave its kernel; executed there, below the script's own cells."""

import base64

SIZES = {"float32": "<f4", "float16": "<f2", "int16": "<i2", "uint8": "<u1"}
ALIGNED = 4  # bytes: each array begins at a multiple
TEXT = 400  # characters that a stored text may have


def send_states(states):
    """What each state is, by name, and the bytes of all tensors, in order, as short texts."""
    told, data = {}, b""
    for name, value in states.items():
        if not hasattr(value, "detach"):
            told[name] = {"value": value}
            continue
        dtype = str(value.dtype).removeprefix("torch.")
        if dtype not in SIZES:
            told[name] = {"refused": dtype}
        elif not value.isfinite().all():
            told[name] = {"refused": "not finite everywhere"}
        else:
            told[name] = {"dtype": dtype, "shape": list(value.shape), "at": len(data)}
            data += value.detach().cpu().numpy().astype(SIZES[dtype]).tobytes()
            data += bytes(-len(data) % ALIGNED)
    text = base64.b64encode(data).decode()
    return told, [text[i : i + TEXT] for i in range(0, len(text), TEXT)]
