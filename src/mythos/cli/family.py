"""A child of `mythos up`: `python -m mythos.cli.family PARENT-PID COMMAND …`.

A child must not outlive its parent, however that ends, so it ties itself to the parent before it loads anything
slow: a parent that dies in between would otherwise never be missed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

from mythos.cli.main import main

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGTERM when the parent dies; elsewhere watch for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before it could be watched
        sys.exit(0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    die_with_parent(int(sys.argv.pop(1)))
    main()
