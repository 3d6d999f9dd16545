"""Endpoints as processes: kg's, and those of others, each from an environment of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PEERS", "Served", "kg", "oxigraph", "rdflib_endpoint"]

#: What is compared with, and where it comes from: the package index.
PEERS = {"oxigraph": "oxigraph==0.5.13", "rdflib-endpoint": "rdflib-endpoint[cli]==0.6.3"}
_READY, _END = 300.0, 20.0
_ADDRESS = re.compile(r"Serving .* at (http://\S+/)")


@dataclass(frozen=True)
class Served:
    """An endpoint that answers.

    Args:
        name: what it is called in the table.
        url: where queries go.
        process: its own; there may be others below it.
    """

    name: str
    url: str
    process: subprocess.Popen[str]


@contextmanager
def _running(
    command: list[str], log: Path, stdout: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a program whose standard output goes to its log too, unless told otherwise.

    A pipe that nobody reads would stop a program that writes a line for each request.
    """
    with log.open("w") as errors:
        out = errors if stdout is None else stdout
        process = subprocess.Popen(command, stdout=out, stderr=errors, text=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def kg(folder: Path, *options: str) -> Iterator[Served]:
    """Run ``kg serve``.

    Args:
        folder: where its log goes.
        options: of the command; host and port are set.

    Raises:
        RuntimeError: it does not get ready.
    """
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", *options]
    with _running(command, folder / "kg.log", subprocess.PIPE) as process:
        line = process.stdout.readline() if process.stdout else ""
        found = _ADDRESS.match(line)
        if found is None:
            raise RuntimeError(f"kg serve is not ready: {(folder / 'kg.log').read_text()}")
        yield Served("kg serve", f"{found[1]}sparql", process)


@contextmanager
def oxigraph(folder: Path, data: Path) -> Iterator[Served]:
    """Run ``oxigraph serve-read-only`` on a store that was loaded from a file."""
    program, store, port = _program(folder, "oxigraph"), folder / "oxigraph-store", _free_port()
    if not store.exists():
        loading = [program, "load", "--location", str(store), "--file", str(data)]
        subprocess.run(loading, check=True, capture_output=True)
    listen = ["--bind", f"127.0.0.1:{port}"]
    command = [program, "serve-read-only", "--location", str(store), *listen]
    with _running(command, folder / "oxigraph.log") as process:
        yield _answering("oxigraph serve", f"http://127.0.0.1:{port}/query", process)


@contextmanager
def rdflib_endpoint(folder: Path, data: Path) -> Iterator[Served]:
    """Run ``rdflib-endpoint serve`` on a file."""
    program, port = _program(folder, "rdflib-endpoint"), _free_port()
    listen = ["--host", "127.0.0.1", "--port", str(port)]
    with _running([program, "serve", *listen, str(data)], folder / "rdflib.log") as process:
        yield _answering("rdflib-endpoint", f"http://127.0.0.1:{port}/", process)


def _program(folder: Path, name: str) -> str:
    """Return the program of a peer, installed where it is not there yet."""
    environment = folder / f"environment-{name}"
    program = environment / "bin" / name
    if not program.exists():
        venv.create(environment, with_pip=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q"]
        subprocess.run([*pip, "--disable-pip-version-check", PEERS[name]], check=True)
    return str(program)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
    return port


def _answering(name: str, url: str, process: subprocess.Popen[str]) -> Served:
    end, opener = time.monotonic() + _READY, build_opener(ProxyHandler({}))
    while time.monotonic() < end and process.poll() is None:
        try:
            with opener.open(f"{url}?query=ASK%7B%7D", timeout=5):
                return Served(name, url, process)
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{name} does not answer (process {os.getpid()})")
