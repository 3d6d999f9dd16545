"""Which files a graph is made from: its data, and the ontology that says what its terms mean."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kg import resources
from kg.errors import Misuse
from kg.namespaces import GRAPH, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.dataset import Dataset

    Paths: TypeAlias = Path | str | Sequence[Path | str]

__all__ = [
    "KG",
    "NONE",
    "Sources",
    "includes_kg",
    "is_graph_of_kg",
    "ontology_files",
    "paths_of",
    "shape_files",
    "sources",
    "unexplained",
]

#: In place of a file: the ontology, or the shapes, that kg ships.
KG = "kg"
#: In place of a file: no ontology.
NONE = "none"


class Sources(NamedTuple):
    """The files that a graph is made from.

    Args:
        data: files and folders of facts, claims and links.
        ontology: files that say what the terms mean; none where the data are taken as they are.
        gated: whether it is a graph of kg with kg's ontology, so that what claims it makes must
            conform to kg's shapes and citation checks before it can be asked.
    """

    data: tuple[Path, ...]
    ontology: tuple[Path, ...]
    gated: bool


def sources(data: Paths | None = None, ontology: Paths | None = None) -> Sources:
    """Return the files that a graph is made from, where a user names some of them or none.

    Files of the user's own are taken as they are: kg's ontology joins where a folder is a graph of
    kg, or where it is asked for.

    Args:
        data: files or folders; by default the graph that kg ships.
        ontology: files, ``"kg"`` for those that kg ships, ``"none"`` or ``()`` for none.

    Raises:
        Misuse: ``"none"`` stands beside others.

    >>> [path.name for path in sources().ontology]
    ['relations.ttl', 'event-types.ttl', 'alignments.ttl']
    >>> sources("facts.ttl").ontology
    ()
    >>> sources("facts.ttl", "kg") == sources("facts.ttl", resources.ontology())
    True
    """
    given = (resources.data(),) if data is None else paths_of(data)
    own = any(map(is_graph_of_kg, given))
    named = None if ontology is None else ontology_files(ontology)
    if named is None:
        named = resources.ontology() if own else ()
    return Sources(given, named, own and includes_kg(named))


def is_graph_of_kg(path: Path) -> bool:
    """Check whether a path is a folder as ``kg init`` makes it: it makes claims in kg's terms.

    >>> is_graph_of_kg(resources.data()), is_graph_of_kg(resources.data() / "claims.ttl")
    (True, False)
    """
    try:
        return PREFIXES["rel"].encode() in (path / "claims.ttl").read_bytes()
    except OSError:
        return False


def ontology_files(named: Paths) -> tuple[Path, ...]:
    """Return the files that paths, and the words ``"kg"`` and ``"none"``, stand for.

    Raises:
        Misuse: ``"none"`` stands beside others.

    >>> ontology_files("none"), ontology_files(["terms.ttl"])
    ((), (PosixPath('terms.ttl'),))
    """
    names = [named] if isinstance(named, str | Path) else list(named)
    if NONE in names:
        if len(names) > 1:
            raise Misuse(
                "--ontology none cannot stand beside other ontologies: leave it out, or the others"
            )
        return ()
    files: list[Path] = []
    for name in names:
        files += resources.ontology() if name == KG else (Path(name),)
    return tuple(files)


def shape_files(named: Paths | None, ontology: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files of shapes that a graph is to be checked against.

    Args:
        named: files, and ``"kg"`` for those that kg ships; by default these, where kg's ontology
            says what the terms mean.
        ontology: files that say what the terms mean.

    Raises:
        Misuse: nothing is named, and the graph is none of kg.

    >>> [path.name for path in shape_files(None, resources.ontology())]
    ['shapes.ttl']
    """
    if named is not None:
        names = [named] if isinstance(named, str | Path) else named
        files = (resources.shapes() if name == KG else (Path(name),) for name in names)
        return tuple(path for paths in files for path in paths)
    if not includes_kg(ontology):
        raise Misuse(
            "no shapes to check these files against: give --shapes FILE, or --shapes kg for those "
            "that kg ships"
        )
    return resources.shapes()


def unexplained(dataset: Dataset) -> tuple[str, ...]:
    """Return a note where data speak in kg's terms and nothing says what these mean."""
    if dataset.graph(GRAPH.ontology):
        return ()
    using = (d.path for d in dataset.documents if PREFIXES["rel"].encode() in d.content)
    return tuple(
        f"{path}: uses kg's terms, taken as they are: --ontology kg says what they mean"
        for path in islice(using, 1)
    )


def includes_kg(ontology: Sequence[Path]) -> bool:
    """Check whether all files of the ontology that kg ships are among some.

    >>> includes_kg(resources.ontology()), includes_kg(())
    (True, False)
    """
    return {path.resolve() for path in ontology}.issuperset(resources.ontology())


def paths_of(paths: Paths) -> tuple[Path, ...]:
    """Return one path or several as paths.

    >>> paths_of("facts.ttl")
    (PosixPath('facts.ttl'),)
    """
    return (Path(paths),) if isinstance(paths, str | Path) else tuple(map(Path, paths))
