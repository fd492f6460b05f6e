"""Count the torch operations that a piece of code sets off."""

from collections.abc import Callable

from torch.overrides import TorchFunctionMode


class CallCounter(TorchFunctionMode):
    """Within `with CallCounter() as counter:`, `counter.calls` grows by 1 at every
    torch call.
    """

    def __init__(self):
        super().__init__()
        self.calls = 0

    def __torch_function__(self, func: Callable, types, args=(), kwargs=None):
        """Count the call and let it pass."""
        self.calls += 1
        return func(*args, **(kwargs or {}))
