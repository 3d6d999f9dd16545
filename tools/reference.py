"""Write docs/cli.md, the reference of every command, from what ``--help`` prints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from kg.cli import COMMANDS, kg

TARGET = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
#: The width that help is wrapped to here, so that the page does not depend on a terminal.
WIDTH = 96
HEAD = """\
# Commands

This page is written by `make format` from what `kg COMMAND --help` prints.
"""


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD, _section("kg", _help(None))]
    parts += [_section(f"kg {name}", _help(name)) for name in COMMANDS]
    return "\n".join(parts)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```text\n{text}\n```\n"


def _help(name: str | None) -> str:
    parent = click.Context(kg, info_name="kg", terminal_width=WIDTH, **kg.context_settings)
    if name is None:
        return _plain(kg.get_help(parent))
    command = kg.get_command(parent, name)
    if command is None:
        raise LookupError(name)
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)
    return _plain(command.get_help(context))


def _plain(text: str) -> str:
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip("\n")


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page(), "utf-8", newline="\n")
    sys.stdout.write(f"wrote {TARGET.name}\n")
