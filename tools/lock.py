"""Write the two lock files: every version with its hashes, for all platforms.

Needs ``uv`` on the path.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# Written by `make lock` from pyproject.toml; not to be edited by hand.\n"


def lock(name: str, *more: str) -> None:
    """Write one lock file, keeping the build backend in it: the project is installed without
    build isolation, so that its hash is checked too.
    """
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("make lock needs uv on the path: pip install uv")
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    with tempfile.TemporaryDirectory() as folder:
        wanted, locked = Path(folder) / "build.in", Path(folder) / name
        wanted.write_text("\n".join(build) + "\n", "utf-8")
        flags = ["--universal", "--generate-hashes", "--no-annotate", "--no-header", "--upgrade"]
        flags += ["--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11"]
        files = ["pyproject.toml", str(wanted), "--output-file", str(locked)]
        command = [uv, "pip", "compile", "--quiet", *flags, *more, *files]
        subprocess.run(command, cwd=ROOT, check=True)
        (ROOT / name).write_text(HEAD + locked.read_text("utf-8"), "utf-8", newline="\n")
    print(f"wrote {name}")


if __name__ == "__main__":
    lock("requirements.lock")
    # The checks run on the very versions that a user gets.
    lock("requirements-dev.lock", "--extra", "dev", "--constraint", "requirements.lock")
