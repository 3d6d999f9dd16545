"""Draw the pictures of the documents: each of kg's own, of the graph that kg ships.

python tools/pictures.py
"""

from __future__ import annotations

from pathlib import Path

import kg
from kg.plots import PLOTS

__all__ = ["FOLDER", "drawn", "main"]

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"


def drawn() -> dict[str, bytes]:
    """Return the pictures by the names of their files."""
    graph = kg.load()
    return {
        f"{name}.svg": draw(graph.store, viewpoint=graph.viewpoint).svg()
        for name, draw in PLOTS.items()
    }


def main() -> None:
    """Write those that are not as they would be drawn now."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in drawn().items():
        path = FOLDER / name
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"docs/pictures/{name}: drawn")


if __name__ == "__main__":
    main()
