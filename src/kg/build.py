"""From files to a snapshot: load, accept, close, validate, and only then write."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Triple

from kg import flow, resources, snapshot
from kg.caveats import caveats as caveats_of
from kg.dataset import load
from kg.dataset.viewpoints import DEFAULT, find
from kg.errors import DoesNotConform
from kg.flow import (
    DEFAULT_ENGINE,
    accepted,
    close,
    derived,
    derived_beside_ill_typed,
    facts,
    overlapping,
    validate,
    whole,
)
from kg.lexical import decode_lines, decode_quad
from kg.namespaces import GRAPH, REL, accepted_graph, inferred_graph
from kg.progress import steps
from kg.snapshot.written import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from kg.dataset import Dataset, Reading
    from kg.snapshot import Snapshot
    from kg.validation import Engine
    from kg.validation.report import ValidationReport

__all__ = [
    "caveats",
    "closure_of",
    "described",
    "digest",
    "inferred",
    "inferred_beside_ill_typed",
    "made_by",
    "made_from",
    "open_beside",
    "open_snapshot",
    "overlaps",
    "require",
    "validated",
    "written",
]

#: How many results an error shows before it sends the user to the whole report.
_SHOWN = 5
#: The code that decides what a snapshot holds; who changes it gets a new snapshot.
_CODE = ("caveats.py", "dataset/*.py", "flow.py", "reasoning/**/*.py", "sssom/*.py", "tables/*.py")
#: The modules of ``reasoning`` that decide nothing of it: they prove what is derived, put it or a
#: contradiction into words, or judge an ontology before it is closed.
_TELLING = frozenset(
    f"{name}.py"
    for name in (
        *("completion", "declared", "derivation", "entailed", "grammar", "nearness", "profile"),
        *("reasons", "roles", "satisfiability", "schema", "search", "wording"),
    )
)


def inferred(dataset: Dataset, *, gated: bool, viewpoint: str = DEFAULT) -> frozenset[Triple]:
    """Return the closure: from the snapshot where there is one, or else derived now."""
    found = snapshot.find(digest(dataset, gated=gated, viewpoint=viewpoint))
    # A graph with ill-typed literals can be asked, though it contradicts itself.
    if found is None or found.notes():
        return frozenset(close(dataset, viewpoint))
    return written(found, viewpoint)


def inferred_beside_ill_typed(
    dataset: Dataset, *, gated: bool, viewpoint: str = DEFAULT
) -> tuple[AbstractSet[Triple], tuple[str, ...]]:
    """Return the closure, and notes where ill-typed literals have no part in it.

    Without an ontology nothing is derived: what is validated is the data as they are.
    """
    if not dataset.graph(GRAPH.ontology):
        return frozenset(), ()
    found = snapshot.find(digest(dataset, gated=gated, viewpoint=viewpoint))
    if found is not None:
        return closure_of(found, dataset, viewpoint), found.notes()
    closure, notes = derived_beside_ill_typed(dataset, viewpoint)
    return flow.beyond(dataset, closure.inferred, viewpoint), notes


def validated(  # noqa: PLR0913 - what is validated, by what, and how it is read
    dataset: Dataset,
    shapes: Sequence[Path],
    viewpoint: str = DEFAULT,
    engine: Engine = "auto",
    reading: Reading | None = None,
    *,
    gated: bool,
) -> ValidationReport:
    """Return the report on a graph and its closure, with notes on literals and imports."""
    inferred, notes = inferred_beside_ill_typed(dataset, gated=gated, viewpoint=viewpoint)
    report = validate(dataset, inferred, shapes, viewpoint, engine, reading)
    return replace(report, notes=(*notes, *load(shapes, (), reading).imports))


def written(found: Snapshot, viewpoint: str = DEFAULT) -> frozenset[Triple]:
    """Return the closure that a snapshot holds."""
    store = as_written(found.store, found.written)
    quads = store.quads_for_pattern(None, None, None, inferred_graph(viewpoint))
    return frozenset(decode_quad(quad).triple for quad in quads)


def closure_of(found: Snapshot, dataset: Dataset, viewpoint: str = DEFAULT) -> AbstractSet[Triple]:
    """Return the closure that a snapshot holds, in columns where its dataset is in columns."""
    columns = flow.in_columns(dataset, viewpoint)
    if not columns:
        return written(found, viewpoint)
    from kg.tables.reading import read_triples

    store = as_written(found.store, found.written)
    text = store.dump(format=RdfFormat.N_TRIPLES, from_graph=inferred_graph(viewpoint)) or b""
    first = next(iter(columns.values()))
    return read_triples(first.texts, decode_lines(text))


def digest(
    dataset: Dataset, *, gated: bool, viewpoint: str = DEFAULT, beside: Iterable[str] = ()
) -> str:
    """Name the snapshot of a dataset by all that it is made from, without parsing anything."""
    judged_by = resources.shapes() if gated else ()
    digests = [*_own_digests(), *map(_digest_of, (resources.viewpoints(), *judged_by))]
    seen = " ".join((viewpoint, *beside))
    return snapshot.digest_of(dataset.digest(), seen, DEFAULT_ENGINE, *digests)


@cache
def _own_digests() -> tuple[str, ...]:
    """Return the digests of the code that decides what a snapshot holds; it runs by now."""
    return tuple(map(_digest_of, made_by()))


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def made_by() -> list[Path]:
    """Return the code that decides what a snapshot holds, in order.

    >>> "closure.py" in {path.name for path in made_by()}
    True
    """
    package = Path(__file__).parent
    telling = {package / "reasoning" / name for name in _TELLING}
    found = (path for pattern in _CODE for path in sorted(package.glob(pattern)))
    return [path for path in found if path not in telling]


def open_snapshot(dataset: Dataset, *, gated: bool, viewpoint: str = DEFAULT) -> Snapshot:
    """Open the snapshot of a dataset; where there is none, make it first.

    Args:
        dataset: what it is made from.
        gated: whether the ontology is kg's own, so that a graph with claims must conform to kg's
            shapes and citation checks before it can be asked. From another viewpoint than the one
            that goes without saying, a fact that the shapes ask for may well be missing: only the
            claims themselves must be in order.
        viewpoint: tells which claims count as facts.

    Raises:
        DoesNotConform: the graph breaks its shapes or citations; carries the report.
        Inconsistent: the facts contradict the ontology or each other.
        UnknownName: there is no such viewpoint.
    """
    name = digest(dataset, gated=gated, viewpoint=viewpoint)
    return snapshot.find(name) or _make(dataset, name, viewpoint, gated=gated)


def open_beside(
    dataset: Dataset, others: Iterable[str], *, gated: bool, viewpoint: str = DEFAULT
) -> tuple[Snapshot, list[NamedNode]]:
    """Open a snapshot that holds the graphs of other viewpoints as well, to compare them.

    Where graphs of the files hold the same triples, each has all of its own there, and queries see
    the graph ``merged`` as one, so that no triple counts twice.

    Args:
        dataset: as for ``open_snapshot``.
        others: the viewpoints; each has a graph of what it accepts and one of what follows.
        gated: as for ``open_snapshot``.
        viewpoint: the one whose graphs queries see as one.

    Returns:
        The snapshot, and the names of the graphs that queries see as one.
    """
    slugs = sorted(set(others))
    # Beside no other viewpoint it holds the graphs whole, and is named by that.
    apart_from = slugs or [GRAPH.merged.value]
    name = digest(dataset, gated=gated, viewpoint=viewpoint, beside=apart_from)
    found = snapshot.find(name)
    if found is None:
        base = open_snapshot(dataset, gated=gated, viewpoint=viewpoint)
        graphs = accepted(dataset, viewpoint) | {
            inferred_graph(viewpoint): written(base, viewpoint)
        }
        if slugs:
            graphs[GRAPH.void] = described(dataset, viewpoint, *slugs)
        beside = {accepted_graph(slug): facts(dataset, slug) for slug in slugs}
        if overlaps(base):
            stated = whole(dataset, viewpoint)
            beside |= {GRAPH.merged: frozenset[Triple]().union(*graphs.values())} | stated
            graphs = {name: graphs[name] for name in graphs if name not in stated}
        # From the same facts follows the same.
        closures: dict[frozenset[Triple], frozenset[Triple]] = {}
        for slug in slugs:
            if slug != viewpoint:
                held = beside[accepted_graph(slug)]
                if held not in closures:
                    closures[held] = inferred(dataset, gated=gated, viewpoint=slug)
                beside[inferred_graph(slug)] = closures[held]
        meta = made_from(dataset, viewpoint) | {"beside": slugs}
        found = snapshot.build(name, graphs, meta, beside=beside)
    apart = {accepted_graph(slug) for slug in slugs}
    apart |= {inferred_graph(slug) for slug in slugs if slug != viewpoint}
    named = [graph for graph in found.store.named_graphs() if isinstance(graph, NamedNode)]
    if GRAPH.merged in named:
        return found, [GRAPH.merged]
    return found, sorted((graph for graph in named if graph not in apart), key=str)


def caveats(found: Snapshot) -> tuple[str, ...]:
    """Return notes on what the closure of a snapshot may lack, as ``kg.caveats`` found them."""
    return tuple(found.meta()["made_from"].get("caveats", ()))


def overlaps(found: Snapshot) -> dict[str, int]:
    """Return the size of each graph whose triples a snapshot has in another graph, too."""
    sizes: dict[str, int] = found.meta()["made_from"].get("overlapping", {})
    return sizes


def described(dataset: Dataset, viewpoint: str, *others: str) -> frozenset[Triple]:
    """Say of the graphs of a snapshot which viewpoint each is of, and what that viewpoint is."""

    def statements() -> Iterator[Triple]:
        for slug in {viewpoint, *others}:
            seen_from = find(dataset, slug)
            yield Triple(inferred_graph(slug), REL.viewpoint, seen_from.node)
            own = GRAPH.asserted if slug == viewpoint else accepted_graph(slug)
            yield Triple(own, REL.viewpoint, seen_from.node)
            if slug in others:
                yield Triple(accepted_graph(slug), REL.viewpoint, seen_from.node)
            yield from seen_from.triples()

    return frozenset(statements()).difference(*(dataset.graph(one) for one in dataset.graphs()))


def _make(dataset: Dataset, name: str, viewpoint: str, *, gated: bool) -> Snapshot:
    with steps("building the graph", 5) as begin:
        begin("load")
        columns = None if gated else flow.in_columns(dataset, viewpoint)
        graphs: dict[NamedNode, AbstractSet[Triple]] = {**(columns or accepted(dataset, viewpoint))}
        begin("close")
        notes: tuple[str, ...] = ()
        if gated:
            found = derived(dataset, viewpoint)
        else:
            found, notes = derived_beside_ill_typed(dataset, viewpoint)
        closure = flow.beyond(dataset, found.inferred, viewpoint)
        begin("profile")
        # What kg ships is held to the profile by its check.
        told = () if gated else caveats_of(dataset)
        begin("validate")
        if gated and dataset.graph(GRAPH.claims):
            require(dataset, frozenset(closure) if viewpoint == DEFAULT else None)
        begin("write")
        if viewpoint != DEFAULT:
            graphs[GRAPH.void] = described(dataset, viewpoint)
        graphs[inferred_graph(viewpoint)] = closure
        # An ontology that does not compile is closed by another engine than the one asked.
        meta = made_from(dataset, viewpoint) | {"engine": found.engine}
        meta["restated"] = len(found.inferred) - len(closure)
        meta["caveats"] = list(told)
        meta["overlapping"] = overlapping(dataset, viewpoint)
        meta["notes"] = list(notes)
        return snapshot.build(name, graphs, meta)


def made_from(dataset: Dataset, viewpoint: str) -> dict[str, object]:
    """Tell what a snapshot is made from; ``restated`` counts what follows and claims say too."""
    return {
        "restated": 0,
        "notes": [],
        "documents": [document.path.name for document in dataset.documents],
        "imports": list(dataset.imports),
        "prefixes": dataset.prefixes,
        "engine": DEFAULT_ENGINE,
        "viewpoint": viewpoint,
    }


def require(dataset: Dataset, closure: frozenset[Triple] | None) -> None:
    """Refuse a graph that does not conform; without a closure only its claims are looked at."""
    from kg.check.citations import drift
    from kg.validation.report import ValidationReport, sort_key

    report = ValidationReport(())
    if closure is not None:
        report = validate(dataset, closure, resources.shapes())
    drifts = drift(dataset, closure or frozenset())
    results = sorted([*report.results, *drifts], key=sort_key)
    whole = replace(report, results=tuple(results))
    # Warnings and remarks are advice, which keeps nobody from asking.
    wrong = whole.violations
    if not wrong:
        return
    more = f" (and {len(wrong) - _SHOWN} more)" if len(wrong) > _SHOWN else ""
    shown = " | ".join(map(str, wrong[:_SHOWN]))
    raise DoesNotConform(f"the graph does not conform{more}: {shown}; run kg check", whole)
