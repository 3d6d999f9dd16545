"""How much time and memory a piece of work may take."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import BudgetExceeded, Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Budget"]

_STATM = Path("/proc/self/statm")


class Budget:
    """A limit that long work asks now and then; its clock starts when it is made.

    Args:
        seconds: how long the work may take; None for as long as it needs.
        memory: how many bytes the process may hold, Python itself among them; None for all.

    Raises:
        Misuse: a limit is not above zero.

    >>> Budget().check("closing the graph")
    >>> Budget(memory=1000).check("closing the graph")
    Traceback (most recent call last):
    kg.errors.BudgetExceeded: closing the graph takes ... MB of memory and may take 0.0 MB: ...
    """

    def __init__(self, seconds: float | None = None, memory: int | None = None) -> None:
        for name, limit in (("seconds", seconds), ("memory", memory)):
            # A number that is not one (NaN) is above nothing.
            if limit is not None and not limit > 0:
                raise Misuse(f"{name}={limit}: a budget is above zero")
        self.seconds, self.memory = seconds, memory
        self._started = time.monotonic()

    def check(self, what: str) -> None:
        """Go on only if there is time and memory left.

        Args:
            what: what is being done, such as "closing the graph".

        Raises:
            BudgetExceeded: the limit is passed.
        """
        if self.seconds is not None:
            used = time.monotonic() - self._started
            if used > self.seconds:
                raise BudgetExceeded(
                    f"{what} took {used:.1f} s and may take {self.seconds:g} s: "
                    "allow more by --max-seconds, or give it less to do"
                )
        self.need(0, what)

    def checked(self, pieces: Iterable[bytes], what: str) -> Iterator[bytes]:
        """Yield pieces of an output while there is time and memory left.

        Args:
            pieces: the pieces.
            what: what is being done.

        Raises:
            BudgetExceeded: the limit is passed.

        >>> list(Budget().checked([b"a", b"b"], "writing"))
        [b'a', b'b']
        """
        for piece in pieces:
            self.check(what)
            yield piece

    def need(self, size: int, what: str) -> None:
        """Go on only if this many bytes more would not be too many.

        Args:
            size: the bytes that are about to be taken.
            what: what is being done.

        Raises:
            BudgetExceeded: the limit would be passed.
        """
        if self.memory is None:
            return
        wanted = resident() + size
        if wanted > self.memory:
            raise BudgetExceeded(
                f"{what} takes {wanted / 1e6:.1f} MB of memory and may take "
                f"{self.memory / 1e6:.1f} MB: allow more by --max-memory, or give it less to do"
            )


def resident() -> int:
    """Return how many bytes of memory this process holds.

    >>> resident() > 1_000_000
    True
    """
    if _STATM.exists():
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:  # Windows has no such module.
        raise Misuse("how much memory is used cannot be told here: leave memory out") from None
    most: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes where others count kibibytes.
    return most if sys.platform == "darwin" else most * 1024
