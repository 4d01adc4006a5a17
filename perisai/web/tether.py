"""Tie a child's life to its parent's: the kernel signals the child when the parent dies, even by SIGKILL."""

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def tether(number: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn`` for subprocess: runs in the child after its user changed, which would clear the setting.

    The parent's *thread* is what counts, so children are started from the main thread.
    """
    parent = os.getpid()

    def set_signal() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # The parent died before the setting took hold.
            os._exit(1)

    return set_signal
