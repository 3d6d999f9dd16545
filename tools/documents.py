"""Write into the documents what their commands print, so that a page shows real output.

Each command of a ```console block is run in the checkout, and what stood below it is replaced.
A block that leaves out the middle of an answer, at a line with an ellipsis, is left as it is: the
tests hold its beginning and its end.

    python tools/documents.py
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
#: Every page, with the README first.
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
#: What these do to a machine is for people to see.
NOT_RUN = {"make", "git", "pip", "cd"}
#: Where the server of a page listens; what asks it is run while one does.
SERVED = "http://127.0.0.1:8010/"


def commands(block: str) -> Iterator[tuple[str, str]]:
    r"""Split a console block into commands and the output shown below each.

    >>> list(commands("$ kg query 'ASK {}'\nyes\n$ make test\n"))
    [("kg query 'ASK {}'", 'yes\n'), ('make test', '')]
    """
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command += "\n" + more
        yield command, output


def is_run(command: str) -> bool:
    """Tell whether a command of a page is run here, or left to people."""
    words = shlex.split(command)
    return words[0] not in NOT_RUN and words[:2] != ["kg", "serve"] and not is_asked(command)


def is_asked(command: str) -> bool:
    """Tell whether a command of a page asks the server that the page has started."""
    return SERVED in command


def answered(command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder as a reader would, and take in what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(  # noqa: S602 - a page may show a pipe
        command,
        shell=True,
        cwd=folder,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def refreshed(block: re.Match[str]) -> str:
    """Return a block with the output of each command as it is now."""
    if "…\n" in block[0]:
        return block[0]
    parts = []
    for command, output in commands(block[0]):
        shown = answered(command).stdout if is_run(command) else output
        parts.append(f"$ {command}\n{shown}")
    return "".join(parts)


def main() -> None:
    """Rewrite the pages whose commands print something else by now."""
    for page in PAGES:
        text = page.read_text("utf-8")
        new = BLOCK.sub(refreshed, text)
        if new != text:
            page.write_text(new, "utf-8")
            print(f"{page.relative_to(ROOT)}: rewritten")


if __name__ == "__main__":
    main()
