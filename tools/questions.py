"""Write docs/questions.md, the list of the saved questions by what they are about."""

from __future__ import annotations

import sys
from pathlib import Path

from kg.queries import SavedQuery, catalogue

TARGET = Path(__file__).resolve().parent.parent / "docs" / "questions.md"
HEAD = """\
# Questions

The saved questions, each under its first tag.
This page is written by `make format` from the headers of the files in [queries/](../queries).
`kg run NAME` answers one, `kg queries NAME` shows it whole.
"""


def page() -> str:
    """Return the text of the page."""
    by_tag: dict[str, list[SavedQuery]] = {}
    for saved in catalogue().values():
        by_tag.setdefault(saved.tags[0], []).append(saved)
    return "\n".join([HEAD, *(_section(tag, by_tag[tag]) for tag in sorted(by_tag))])


def _section(tag: str, listed: list[SavedQuery]) -> str:
    lines = [f"## {tag.capitalize()}", "", "| name | question | parameters |", "|---|---|---|"]
    for saved in listed:
        given = ", ".join(
            f"`{name}` ({one.type}, {one.default})" for name, one in saved.parameters.items()
        )
        lines.append(f"| [{saved.slug}](../queries/{saved.slug}.rq) | {saved.summary} | {given} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), "utf-8", newline="\n")
    sys.stdout.write(f"wrote {TARGET.name}\n")
