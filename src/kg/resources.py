"""Finds the ontology, the data and the saved queries: in the repository, or in the wheel."""

from __future__ import annotations

from pathlib import Path

from kg.errors import ResourceNotFound

__all__ = ["context", "data", "ontology", "queries", "shapes", "viewpoints"]


def _folder(name: str) -> Path:
    package = Path(__file__).resolve().parent
    # A wheel carries the folders inside the package; a checkout has them beside src/.
    for candidate in (package / "resources" / name, package.parent.parent / name):
        if candidate.is_dir():
            return candidate
    raise ResourceNotFound(name, f"{name}/: not in the wheel and not in a checkout: reinstall kg")


def ontology() -> tuple[Path, ...]:
    """Return the files that say what the terms mean: classes, event types, alignments.

    >>> [path.name for path in ontology()]
    ['relations.ttl', 'event-types.ttl', 'alignments.ttl']
    """
    folder = _folder("ontology")
    return tuple(folder / f"{name}.ttl" for name in ("relations", "event-types", "alignments"))


def shapes() -> tuple[Path, ...]:
    """Return the files of SHACL shapes.

    >>> [path.name for path in shapes()]
    ['shapes.ttl']
    """
    return (_folder("ontology") / "shapes.ttl",)


def context() -> Path:
    """Return the published JSON-LD context.

    >>> context().name
    'context.jsonld'
    """
    return _folder("ontology") / "context.jsonld"


def data() -> Path:
    """Return the folder of the graph that kg ships.

    >>> (data() / "relations.ttl").is_file()
    True
    """
    return _folder("data")


def viewpoints() -> Path:
    """Return the file of the viewpoints that every graph has.

    >>> viewpoints().name
    'viewpoints.ttl'
    """
    return data() / "viewpoints.ttl"


def queries() -> Path:
    """Return the folder of the saved queries.

    >>> queries().name
    'queries'
    """
    return _folder("queries")
