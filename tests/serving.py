"""A real server for a test: `kg serve` in a process of its own, on a port that is free."""

from __future__ import annotations

import ctypes
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

#: A first start makes the snapshots, on machines that do other work too.
_READY = 240
_END = 20
_IN_OPEN = 0x20
#: One process of each kind, where options do not say otherwise: the start of each takes time.
_FEW = ("--workers", "1", "--slow-workers", "1", "--page-workers", "1")
_ADDRESS = re.compile(r"Serving .* at (http://\S+/)")


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Args:
        url: where it answers, with the last slash.
        process: its own; the workers are below it.
        log: the file that takes its standard error.
        ready: the line that it printed.
        client: for requests; it sees no proxy, follows no redirect, and adds no header of its own
            to a body.
    """

    url: str
    process: subprocess.Popen
    log: Path
    ready: str
    client: httpx.Client

    def get(self, path, **options):
        """Return the response to GET on a path below the server's address."""
        return self.client.get(self.url + path.lstrip("/"), **options)

    def post(self, path, **options):
        return self.client.post(self.url + path.lstrip("/"), **options)

    def request(self, method, path, **options):
        return self.client.request(method, self.url + path.lstrip("/"), **options)

    def query(self, text, **options):
        """Ask a query by POST, its text the body."""
        headers = {"Content-Type": "application/sparql-query", **options.pop("headers", {})}
        return self.post("sparql", content=text, headers=headers, **options)

    def update(self, text, **options):
        headers = {"Content-Type": "application/sparql-update", **options.pop("headers", {})}
        return self.post("sparql", content=text, headers=headers, **options)

    def health(self):
        return self.get("health").json()

    def connect(self, timeout=30.0):
        """Return a socket to the server, for what no HTTP client would send."""
        port = int(self.url.rsplit(":", 1)[1].strip("/"))
        return socket.create_connection(("127.0.0.1", port), timeout)

    def descendants(self):
        """Return the process numbers of the server and of all below it."""
        parents = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for one in found:
            found += [pid for pid, parent in parents.items() if parent == one]
        return found


@contextmanager
def serving(*options, env=None, kg=(sys.executable, "-m", "kg")):
    """Run ``kg serve`` with some options, and end it as a user does, with SIGTERM.

    Args:
        options: of the command; host and port are set.
        env: further variables of its environment.
        kg: the command that is run, such as that of another environment.

    Yields:
        The server, once it is ready.
    """
    command = [*map(str, kg), "serve", "--port", "0", *_FEW, *map(str, options)]
    with tempfile.TemporaryDirectory(prefix="kg-serving-") as folder:
        log = Path(folder) / "stderr"
        with log.open("wb") as err:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=err, env={**os.environ, **(env or {})}
            )
        try:
            ready = _ready(process, log)
            url = _ADDRESS.match(ready)[1]
            with httpx.Client(trust_env=False, timeout=60) as client:
                yield Server(url, process, log, ready, client)
        except BaseException:
            _end(process)
            raise
        code = _end(process)
        assert code == 0, f"ended with {code}:\n{log.read_text()}"


def refused(*options):
    """Run ``kg serve`` with options that it must refuse; return its exit code and what it said."""
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_READY, check=False)
    assert not done.stdout, done.stdout
    return done.returncode, done.stderr


def _ready(process, log):
    """Return the line that says it is ready; what comes later on its output is read and dropped."""
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line.decode())
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    try:
        line = lines.get(timeout=_READY)
    except queue.Empty:
        line = ""
    if not _ADDRESS.match(line):
        _end(process)
        raise AssertionError(f"not ready: {line!r}\n{log.read_text()}")
    return line


def _end(process):
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "nothing: it had to be killed"
    finally:
        process.stdout.close()


def problem(response, status, code):
    """Hold a response to be a problem, and to tell nothing of the machine; return what it says."""
    told = response.text
    assert response.status_code == status, told
    assert response.headers["content-type"] == "application/problem+json", told
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "Traceback" not in told
    assert str(Path(sys.prefix)) not in told
    found = response.json()
    assert (found["status"], found["code"]) == (status, code), told
    assert found["detail"]
    return found


class Trap:
    """A socket that listens on the loopback address, and counts who connects.

    >>> with Trap() as trap:
    ...     with socket.create_connection(("127.0.0.1", trap.port)): pass
    ...     trap.connections()
    1
    """

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._socket.settimeout(0)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        return self

    def __exit__(self, *_):
        self._socket.close()

    def connections(self):
        """Return how many have connected since it was last asked."""
        count = 0
        while True:
            try:
                connection, _ = self._socket.accept()
            except BlockingIOError:
                return count
            connection.close()
            count += 1


class Watched:
    """A file that a query may name; whoever opens it is counted, by the kernel.

    See https://man7.org/linux/man-pages/man7/inotify.7.html.

    Args:
        path: of the file.
    """

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK)
        watch = libc.inotify_add_watch(self._descriptor, os.fsencode(self.path), _IN_OPEN)
        assert watch > 0, os.strerror(ctypes.get_errno())
        return self

    def __exit__(self, *_):
        os.close(self._descriptor)

    def opened(self):
        """Tell whether anybody has opened it since this was last asked."""
        try:
            return bool(os.read(self._descriptor, 4096))
        except BlockingIOError:
            return False
