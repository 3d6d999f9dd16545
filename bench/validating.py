"""How long SHACL Core takes, against pyshacl: the same shapes, the same graph, the same report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graphs import ONTOLOGY, SEATS, SHAPES, generated, triples
from measure import Job, Row, measured

if TYPE_CHECKING:
    from kg.validation import ValidationResult

__all__ = ["against_pyshacl"]

_TIMES = 30
FAULTS = 20


def _line(result: ValidationResult) -> list[str]:
    """Return what two engines must agree on: all of a result."""
    return [str(value) for value in result.row().values()]


def validate(path: str, engine: str, *, core: bool) -> Job:
    """Validate a graph and its ontology by one of the two engines."""
    import kg.validation

    facts = [*triples(Path(path)), *triples(ONTOLOGY)]
    shapes = [*triples(SHAPES), *([] if core else triples(SEATS))]
    return (
        lambda: kg.validation.validate(facts, shapes, engine=engine),
        lambda report: sorted(map(_line, report.results)),
    )


def against_pyshacl(folder: Path, size: int) -> Row:
    """Compare the two engines, on SHACL Core and with a constraint in SPARQL."""
    path = generated(folder, size, faults=FAULTS)
    fast = measured("validating.validate_core", path, "shacl")
    reference = measured("validating.validate_core", path, "pyshacl")
    whole = measured("validating.validate_all", path, "shacl")
    equal = fast.told == reference.told
    ratio = reference.seconds / fast.seconds
    return Row(
        f"SHACL Core against pyshacl at {size:,} triples",
        ">= 30 times, same report",
        f"{ratio:,.0f} times",
        kept=ratio >= _TIMES and equal,
        equal=equal,
        details=(
            f"pyshacl {reference}; shacl {fast}; both from Python triples to a report",
            f"with one constraint in SPARQL {whole}, {len(whole.told)} results",
            f"{FAULTS} faults, {len(fast.told)} results, "
            + ("the same report" if equal else "NOT THE SAME REPORT"),
        ),
    )


def validate_core(path: str, engine: str) -> Job:
    """Validate against SHACL Core."""
    return validate(path, engine, core=True)


def validate_all(path: str, engine: str) -> Job:
    """Validate against SHACL Core and the constraint in SPARQL."""
    return validate(path, engine, core=False)
