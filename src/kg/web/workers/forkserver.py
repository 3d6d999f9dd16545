"""The process that workers are forked from: ``python -m kg.web.workers.forkserver DESCRIPTOR``.

It has imported what every worker needs, so that one is there in milliseconds and shares that memory
with the others. It opens no file of a graph and starts no thread, since a copy of a process has
only the thread that made it. It ends when the process that asks for workers does.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
from functools import cache

__all__ = ["Child", "Forkserver", "forkserver", "main"]

_NUMBER = struct.Struct("<q")
_MODULE = "kg.web.workers.forkserver"


class Child:
    """A process that was forked for this one, though this one is not its parent.

    Args:
        status: where its number comes, and its exit code once it has ended.
    """

    def __init__(self, status: socket.socket) -> None:
        self._status = status
        self._pid: int | None = None
        self._code: int | None = None

    @property
    def pid(self) -> int:
        """Return its number; 0 if it was never made."""
        if self._pid is None:
            self._status.setblocking(True)  # noqa: FBT003 - the library's own way
            self._pid = self._read() or 0
            self._status.setblocking(False)  # noqa: FBT003
        return self._pid

    def poll(self) -> int | None:
        """Return its exit code, or minus the signal that ended it; None while it runs."""
        if self._code is None and self.pid:
            with contextlib.suppress(BlockingIOError):
                # Where nobody is left to tell, it was ended with its parent.
                found = self._read()
                self._code = -signal.SIGKILL if found is None else found
        return self._code if self.pid else -signal.SIGKILL

    def kill(self) -> None:
        """End it now, if it runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of it."""
        self._status.close()

    def _read(self) -> int | None:
        try:
            found = self._status.recv(_NUMBER.size)
        except ConnectionResetError:
            return None
        return int(_NUMBER.unpack(found)[0]) if found else None


class Forkserver:
    """A process that forks workers, started when the first is asked for."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, connection: socket.socket, output: int) -> Child:
        """Start a worker.

        Args:
            connection: which it serves.
            output: the descriptor of what it writes to standard output and error.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            given = [connection.fileno(), theirs.fileno(), output]
            try:
                socket.send_fds(self._ready(), [b"f"], given)
            except OSError:  # it has ended
                self.close()
                socket.send_fds(self._ready(), [b"f"], given)
        ours.setblocking(False)  # noqa: FBT003 - the library's own way
        return Child(ours)

    def close(self) -> None:
        """End it, and with it the workers that are left."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _ready(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    # What the terminal sends is for the process that asks.
                    start_new_session=True,
                )
        return self._control


@cache
def forkserver() -> Forkserver:
    """Return the one of this process, which ends with it."""
    server = Forkserver()
    atexit.register(server.close)
    return server


# --- in the process itself ------------------------------------------------------------------------


def _serve(control: socket.socket) -> None:
    """Fork for every message, and report the end of each child, until nobody asks any more."""
    children: dict[int, socket.socket] = {}
    # A child that ends writes a byte there, by way of its signal.
    ended, signalled = socket.socketpair()
    for end in (ended, signalled):
        end.setblocking(False)  # noqa: FBT003 - the library's own way
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if ended in ready:
                with contextlib.suppress(BlockingIOError):
                    ended.recv(1 << 12)
                _report(children)
            if control in ready:
                message, given, _, _ = socket.recv_fds(control, 1, 3)
                if not message:
                    # A child may end after the sockets are closed.
                    signal.set_wakeup_fd(-1)
                    return
                connection, status, output = given
                parent, pid = os.getpid(), os.fork()
                if pid == 0:
                    for end in (control, ended, signalled, *children.values()):
                        end.close()
                    selector.close()
                    _work(connection, status, output, parent)
                children[pid] = socket.socket(fileno=status)
                _tell(children[pid], pid)
                os.close(connection)
                os.close(output)


def _report(children: dict[int, socket.socket]) -> None:
    """Tell of each child that has ended whoever asked for it."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            with children.pop(found[0]) as status:
                _tell(status, os.waitstatus_to_exitcode(found[1]))


def _tell(status: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # whoever asked is gone
        status.send(_NUMBER.pack(number))


def _work(connection: int, status: int, output: int, parent: int) -> None:
    """Be a worker, and end."""
    from kg.web.workers import limits, worker

    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for standard in (1, 2):
            os.dup2(output, standard)
        os.close(output)
        os.close(status)
        limits.outlive_nobody(parent)
        worker.Worker(socket.socket(fileno=connection)).run()
        code = 0
    except BaseException:  # noqa: BLE001 - the last words of a process
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Serve the descriptor that the command line names."""
    from kg.web.workers import worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.warm()
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
