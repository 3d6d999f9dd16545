"""From files to a snapshot: load, accept, close, validate, and only then write."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Triple

from kg import resources, snapshot
from kg.caveats import caveats as caveats_of
from kg.dataset import load
from kg.dataset.viewpoints import DEFAULT
from kg.errors import DoesNotConform
from kg.lexical import decode_lines, decode_quad
from kg.namespaces import GRAPH, REL, accepted_graph, inferred_graph
from kg.pipeline import DEFAULT_ENGINE, beyond, close, derived, derived_beside_ill_typed, validate
from kg.progress import steps
from kg.snapshot.written import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from kg.dataset import Dataset, Reading
    from kg.dataset.state import State
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
_CODE = (
    "caveats.py",
    "dataset/*.py",
    "pipeline.py",
    "reasoning/**/*.py",
    "sssom/*.py",
    "tables/*.py",
)
#: The modules of ``reasoning`` that decide nothing of it: they prove what is derived, put it or a
#: contradiction into words, or judge an ontology before it is closed.
_TELLING = ("reasoning/in_words.py", "reasoning/profile/*.py", "reasoning/proof/*.py")


def inferred(state: State) -> frozenset[Triple]:
    """Return the closure: from the snapshot where there is one, or else derived now."""
    found = snapshot.find(digest(state))
    # A graph with ill-typed literals can be asked, though it contradicts itself.
    if found is None or found.notes():
        return frozenset(close(state))
    return written(found, state.slug)


def inferred_beside_ill_typed(state: State) -> tuple[AbstractSet[Triple], tuple[str, ...]]:
    """Return the closure, and notes where ill-typed literals have no part in it.

    Without an ontology nothing is derived: what is validated is the data as they are.
    """
    if not state.dataset.graph(GRAPH.ontology):
        return frozenset(), ()
    found = snapshot.find(digest(state))
    if found is not None:
        return closure_of(found, state), found.notes()
    closure, notes = derived_beside_ill_typed(state)
    return beyond(state, closure.inferred), notes


def validated(
    state: State,
    shapes: Sequence[Path],
    engine: Engine = "auto",
    reading: Reading | None = None,
) -> ValidationReport:
    """Return the report on a graph and its closure, with notes on literals and imports."""
    with steps("validating", None) as begin:
        begin("read")
        _ = state.columns or state.graphs
        begin("close")
        inferred, notes = inferred_beside_ill_typed(state)
        begin("validate")
        report = validate(state, inferred, shapes, engine, reading)
    return replace(report, notes=(*notes, *load(shapes, (), reading).imports))


def written(found: Snapshot, viewpoint: str = DEFAULT) -> frozenset[Triple]:
    """Return the closure that a snapshot holds."""
    store = as_written(found.store, found.written)
    quads = store.quads_for_pattern(None, None, None, inferred_graph(viewpoint))
    return frozenset(decode_quad(quad).triple for quad in quads)


def closure_of(found: Snapshot, state: State) -> AbstractSet[Triple]:
    """Return the closure that a snapshot holds, in columns where its dataset is in columns."""
    columns = state.columns
    if not columns:
        return written(found, state.slug)
    from kg.tables.reading import read_triples

    store = as_written(found.store, found.written)
    text = store.dump(format=RdfFormat.N_TRIPLES, from_graph=inferred_graph(state.slug)) or b""
    first = next(iter(columns.values()))
    return read_triples(first.texts, decode_lines(text))


def digest(state: State, beside: Iterable[str] = ()) -> str:
    """Name the snapshot of a dataset by all that it is made from, without parsing anything."""
    judged_by = resources.shapes() if state.dataset.gated else ()
    digests = [*_own_digests(), *map(_digest_of, (resources.viewpoints(), *judged_by))]
    seen = " ".join((state.slug, *beside))
    return snapshot.digest_of(state.dataset.digest(), seen, DEFAULT_ENGINE, *digests)


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
    telling = {path for pattern in _TELLING for path in package.glob(pattern)}
    found = (path for pattern in _CODE for path in sorted(package.glob(pattern)))
    return [path for path in found if path not in telling]


def open_snapshot(state: State) -> Snapshot:
    """Open the snapshot of a dataset; where there is none, make it first.

    A dataset that is gated must conform. From another viewpoint than the one that goes without
    saying, a fact that the shapes ask for may well be missing: only the claims themselves must be
    in order.

    Args:
        state: what it is made from.

    Raises:
        DoesNotConform: the graph breaks its shapes or citations; carries the report.
        Inconsistent: the facts contradict the ontology or each other.
        UnknownName: there is no such viewpoint.
    """
    name = digest(state)
    return snapshot.find(name) or _make(state, name)


def open_beside(state: State, others: Iterable[str]) -> tuple[Snapshot, list[NamedNode]]:
    """Open a snapshot that holds the graphs of other viewpoints as well, to compare them.

    Where graphs of the files hold the same triples, each has all of its own there, and queries see
    the graph ``merged`` as one, so that no triple counts twice.

    Args:
        state: from the viewpoint whose graphs queries see as one.
        others: the viewpoints; each has a graph of what it accepts and one of what follows.

    Returns:
        The snapshot, and the names of the graphs that queries see as one.
    """
    slugs = sorted(set(others))
    # Beside no other viewpoint it holds the graphs whole, and is named by that.
    apart_from = slugs or [GRAPH.merged.value]
    name = digest(state, apart_from)
    found = snapshot.find(name)
    if found is None:
        base = open_snapshot(state)
        graphs = state.graphs | {inferred_graph(state.slug): written(base, state.slug)}
        if slugs:
            graphs[GRAPH.void] = described(state, *slugs)
        states = {slug: state.dataset.state(slug) for slug in slugs}
        beside = {accepted_graph(slug): states[slug].facts for slug in slugs}
        if overlaps(base):
            stated = state.whole
            beside |= {GRAPH.merged: frozenset[Triple]().union(*graphs.values())} | stated
            graphs = {name: graphs[name] for name in graphs if name not in stated}
        # From the same facts follows the same.
        closures: dict[frozenset[Triple], frozenset[Triple]] = {}
        for slug in slugs:
            if slug != state.slug:
                held = beside[accepted_graph(slug)]
                if held not in closures:
                    closures[held] = inferred(states[slug])
                beside[inferred_graph(slug)] = closures[held]
        meta = made_from(state) | {"beside": slugs}
        found = snapshot.build(name, graphs, meta, beside=beside)
    apart = {accepted_graph(slug) for slug in slugs}
    apart |= {inferred_graph(slug) for slug in slugs if slug != state.slug}
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


def described(state: State, *others: str) -> frozenset[Triple]:
    """Say of the graphs of a snapshot which viewpoint each is of, and what that viewpoint is."""
    dataset = state.dataset

    def statements() -> Iterator[Triple]:
        for slug in {state.slug, *others}:
            seen_from = dataset.state(slug).viewpoint
            yield Triple(inferred_graph(slug), REL.viewpoint, seen_from.node)
            own = GRAPH.asserted if slug == state.slug else accepted_graph(slug)
            yield Triple(own, REL.viewpoint, seen_from.node)
            if slug in others:
                yield Triple(accepted_graph(slug), REL.viewpoint, seen_from.node)
            yield from seen_from.triples()

    return frozenset(statements()).difference(*(dataset.graph(one) for one in dataset.graphs()))


def _make(state: State, name: str) -> Snapshot:
    dataset, gated = state.dataset, state.dataset.gated
    with steps("building the graph", 5) as begin:
        begin("load")
        columns = None if gated else state.columns
        graphs: dict[NamedNode, AbstractSet[Triple]] = {**(columns or state.graphs)}
        begin("close")
        notes: tuple[str, ...] = ()
        if gated:
            found = derived(state)
        else:
            found, notes = derived_beside_ill_typed(state)
        closure = beyond(state, found.inferred)
        begin("profile")
        # What kg ships is held to the profile by its check.
        told = () if gated else caveats_of(dataset)
        begin("validate")
        if gated and dataset.graph(GRAPH.claims):
            require(dataset, frozenset(closure) if state.is_default else None)
        begin("write")
        if not state.is_default:
            graphs[GRAPH.void] = described(state)
        graphs[inferred_graph(state.slug)] = closure
        # An ontology that does not compile is closed by another engine than the one asked.
        meta = made_from(state) | {"engine": found.engine}
        meta["restated"] = len(found.inferred) - len(closure)
        meta["caveats"] = list(told)
        meta["overlapping"] = state.overlapping
        meta["notes"] = list(notes)
        return snapshot.build(name, graphs, meta)


def made_from(state: State) -> dict[str, object]:
    """Tell what a snapshot is made from; ``restated`` counts what follows and claims say too."""
    return {
        "restated": 0,
        "notes": [],
        "documents": [document.path.name for document in state.dataset.documents],
        "imports": list(state.dataset.imports),
        "prefixes": state.dataset.prefixes,
        "engine": DEFAULT_ENGINE,
        "viewpoint": state.slug,
    }


def require(dataset: Dataset, closure: frozenset[Triple] | None) -> None:
    """Refuse a graph that does not conform; without a closure only its claims are looked at."""
    from kg.check.citations import drift
    from kg.validation.report import ValidationReport, sort_key

    report = ValidationReport(())
    if closure is not None:
        report = validate(dataset.state(), closure, resources.shapes())
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
