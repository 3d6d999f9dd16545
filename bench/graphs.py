"""What every measurement begins with: the files of a generated graph, and the ontology compiled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import generate
from pyoxigraph import RdfFormat, Triple, parse

if TYPE_CHECKING:
    from kg.reasoning.rules import Program

__all__ = ["FOLDER", "ONTOLOGY", "SEATS", "SHAPES", "generated", "program", "triples"]

FOLDER = Path(__file__).parent
ONTOLOGY = FOLDER / "ontology.ttl"
SHAPES = FOLDER / "shapes.ttl"
SEATS = FOLDER / "seats.ttl"


def generated(folder: Path, size: int, *, seed: int = 1, faults: int = 0) -> Path:
    """Return the file of a generated graph, made where it is not there yet."""
    path = folder / f"graph-{size}-{seed}-{faults}.nt"
    if not path.exists():
        aside = path.with_suffix(".part")
        with aside.open("wb") as file:
            generate.write(file, size, seed, faults)
        aside.rename(path)
    return path


def triples(path: Path) -> list[Triple]:
    """Return the triples of a Turtle or N-Triples file."""
    kind = RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.N_TRIPLES
    return [quad.triple for quad in parse(path=str(path), format=kind)]


def program() -> Program:
    """Return the ontology of the generated graphs, closed and compiled."""
    from kg.reasoning.compiler import compile_ontology
    from kg.reasoning.hierarchy import close_schema
    from kg.reasoning.statements import statement

    return compile_ontology(close_schema({statement(one) for one in triples(ONTOLOGY)}))
