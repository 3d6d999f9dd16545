"""The traps of the tests of the server see what they are there to see."""

from __future__ import annotations

import socket

from serving import Trap, Watched


def test_the_trap_counts_who_connects():
    with Trap() as trap:
        assert trap.connections() == 0
        with socket.create_connection(("127.0.0.1", trap.port)):
            pass
        assert trap.connections() == 1


def test_the_watch_sees_who_opens(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with Watched(path) as watched:
        assert not watched.opened()
        path.read_bytes()
        assert watched.opened()
