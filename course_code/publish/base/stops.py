"""What ends a command: Ctrl-C, and the signals by which a system ends what runs."""

import signal

STOPPED = "Stopped; nothing is left half done."


def as_ctrl_c() -> None:
    """From now on SIGTERM and SIGHUP do what Ctrl-C does, unless they are ignored, as under nohup.

    Where asyncio runs, Ctrl-C does not raise KeyboardInterrupt at once: first all tasks end.
    """
    is_deaf = signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # as jobs in the background start
    stop = signal.default_int_handler if is_deaf else _ctrl_c
    for name in ("SIGTERM", "SIGHUP"):
        sent = getattr(signal, name, None)  # Windows has no SIGHUP
        if sent and signal.getsignal(sent) != signal.SIG_IGN:
            signal.signal(sent, stop)


def _ctrl_c(*_) -> None:
    signal.raise_signal(signal.SIGINT)
