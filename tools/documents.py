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

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
#: What these do to a machine is for people to see.
NOT_RUN = {"make", "git", "pip", "cd"}


def answered(command: str) -> str:
    """Run a command as a reader would and return what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S602 - a page may show a pipe
        command,
        shell=True,
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def refreshed(block: re.Match[str]) -> str:
    """Return a block with the output of each command as it is now."""
    if "…\n" in block[0]:
        return block[0]
    parts = []
    for part in re.split(r"^\$ ", block[0], flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        if shlex.split(command)[0] not in NOT_RUN:
            output = answered(command)
        parts.append(f"$ {command}\n{output}")
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
