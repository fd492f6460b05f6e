"""Where the course computes, and where its random numbers come from."""

import torch


def device() -> torch.device:
    """Pick the fastest device at hand: an NVIDIA GPU, an Apple GPU, else the CPU.

    Returns: the device; move models and data there with `.to(device())`.
    """
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def generator(seed: int | torch.Generator) -> torch.Generator:
    """Give a private random stream, so that torch's global one stays untouched.

    Args:
        seed: starts a new CPU stream; a generator is handed back as it is, to continue
            its stream.
    """
    if isinstance(seed, torch.Generator):
        return seed
    return torch.Generator().manual_seed(seed)
