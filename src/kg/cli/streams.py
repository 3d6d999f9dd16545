"""Standard streams that are closed, and the interrupt that reaches a process in compiled code."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time

__all__ = ["INTERRUPTED", "end_after", "open_closed", "watch_interrupts"]

#: What a shell reports for a program that was interrupted: 128 + SIGINT.
INTERRUPTED = 130
#: Seconds that the command has to end by itself, which it does unless an engine is at work.
_GRACE = 0.5


def open_closed() -> None:
    """Put something in the place of a standard stream that is closed.

    What reads finds nothing. What writes an answer fails, as on a disk that is full. Otherwise the
    next file that is opened would be the standard output.
    """
    for number, (name, flags) in enumerate(
        (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))
    ):
        if getattr(sys, name) is not None:
            continue
        descriptor = os.open(os.devnull, flags)
        if descriptor != number:
            os.dup2(descriptor, number)
            os.close(descriptor)
        mode = "r" if name == "stdin" else "w"
        setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def watch_interrupts() -> None:
    """End the process soon after Ctrl-C, also where an engine in compiled code is at work.

    Python raises ``KeyboardInterrupt`` only when the engine is done, which may be never. The system
    tells a thread, too, which ends the process where that takes too long.
    """
    if sys.platform == "win32":
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    _thread.start_new_thread(_end, (reader,))


def _end(reader: int) -> None:
    while True:
        if signal.SIGINT in os.read(reader, 64):
            time.sleep(_GRACE)
            os._exit(INTERRUPTED)


def end_after(seconds: float, message: str) -> None:
    """End the process with exit code 2 after so long, whatever it is at.

    Args:
        seconds: from now.
        message: one line for standard error.
    """

    def end() -> None:
        time.sleep(seconds)
        os.write(2, f"kg: {message}\n".encode())
        os._exit(2)

    _thread.start_new_thread(end, ())
