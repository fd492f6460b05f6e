"""What a file of states holds, read back."""

import gzip
import json

import torch

DTYPES = {name: getattr(torch, name) for name in ("float32", "float16", "int16", "uint8")}


def unpacked(data: bytes) -> dict:
    """Values and tensors of a file that `states/packed.py` made, by name."""
    data = gzip.decompress(data)
    start = 4 + int.from_bytes(data[:4], "little")
    found = {}
    for name, told in json.loads(data[4:start]).items():
        found[name] = told["value"] if "value" in told else _tensor(data, start, **told)
    return found


def _tensor(data: bytes, start: int, dtype: str, shape: list[int], at: int) -> torch.Tensor:
    assert (start + at) % 4 == 0  # or browsers refuse it
    count = torch.Size(shape).numel()
    whole = bytearray(data)  # which torch may write to
    return torch.frombuffer(whole, dtype=DTYPES[dtype], count=count, offset=start + at).reshape(
        shape
    )
