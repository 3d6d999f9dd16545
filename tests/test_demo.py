"""The first answers: on one screen, with next steps that can be pasted."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCREEN = 30


def test_the_demo_fits_one_screen_and_its_next_steps_run_as_they_stand():
    kg = str(Path(sys.executable).with_name("kg"))
    done = subprocess.run(
        ["sh", str(ROOT / "tools/demo.sh")],  # noqa: S607 - any shell of POSIX
        cwd=ROOT,
        env=os.environ | {"KG": kg},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) <= SCREEN
    assert "Building the graph" in done.stderr
    steps = [shlex.split(line, comments=True) for line in lines[lines.index("# Next") + 1 :]]
    assert [step[0] for step in steps] == [kg] * 3
    shown = next(step for step in steps if "show" in step)
    assert subprocess.run(shown, capture_output=True, check=True).stdout.startswith(b"Algeria")
