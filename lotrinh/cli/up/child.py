"""Run a module as a program that ends when its starter does: ``python -m lotrinh.cli.up.child MODULE ARGUMENT…``.

Standard input is the tether: a pipe whose other end the starter holds. It closes when the starter wants us to stop, and
also when the starter dies, however it dies and on whatever system; no signal and no watching process is needed.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 15
"""How long the program may take to stop by itself."""


def main() -> None:
    """Take the tether away from standard input, watch it, and be the other module."""
    tether = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_watch, args=(tether,), name="tether", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _watch(tether: int) -> None:
    while os.read(tether, 1):
        pass
    _ask_to_stop()
    time.sleep(GRACE_SECONDS)
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _ask_to_stop() -> None:
    """Let the program hear SIGTERM; on Windows nobody else can send one to it."""
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
