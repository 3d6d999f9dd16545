"""From files to a snapshot: load, accept, close, validate, and only then write."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from kg import resources, snapshot
from kg.errors import DoesNotConform
from kg.flow import accepted, close, validate
from kg.namespaces import GRAPH, INFERRED
from kg.progress import steps

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from kg.dataset import Dataset
    from kg.snapshot import Snapshot

__all__ = ["digest", "inferred", "open_snapshot", "written"]

#: How many results an error shows before it sends the user to the whole report.
_SHOWN = 5
#: The code that decides what a snapshot holds; who changes it gets a new snapshot.
_CODE = ("dataset/*.py", "flow.py", "reasoning/*.py", "sssom/*.py")


def inferred(dataset: Dataset, *, gated: bool) -> frozenset[Triple]:
    """Return the closure: from the snapshot where there is one, or else derived now."""
    found = snapshot.find(digest(dataset, gated=gated))
    return close(dataset) if found is None else written(found)


def written(found: Snapshot) -> frozenset[Triple]:
    """Return the closure that a snapshot holds."""
    quads = found.store.quads_for_pattern(None, None, None, INFERRED)
    return frozenset(quad.triple for quad in quads)


def digest(dataset: Dataset, *, gated: bool) -> str:
    """Name the snapshot of a dataset by all that it is made from, without parsing anything."""
    package = Path(__file__).parent
    made_by = [path for pattern in _CODE for path in sorted(package.glob(pattern))]
    judged_by = resources.shapes() if gated else ()
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (*made_by, *judged_by)]
    return snapshot.digest_of(dataset.digest(), "reported", "owlrl", *digests)


def open_snapshot(dataset: Dataset, *, gated: bool) -> Snapshot:
    """Open the snapshot of a dataset; where there is none, make it first.

    Args:
        dataset: what it is made from.
        gated: whether the ontology is kg's own, so that a graph with claims must conform to kg's
            shapes and citation checks before it can be asked.

    Raises:
        DoesNotConform: the graph breaks its shapes or citations; carries the report.
        Inconsistent: the facts contradict the ontology or each other.
    """
    name = digest(dataset, gated=gated)
    return snapshot.find(name) or _make(dataset, name, gated=gated)


def _make(dataset: Dataset, name: str, *, gated: bool) -> Snapshot:
    with steps("building the graph", 4) as begin:
        begin("load")
        accepted_graphs = accepted(dataset)
        begin("close")
        closure = close(dataset)
        begin("validate")
        if gated and dataset.graph(GRAPH.claims):
            _require(dataset, closure)
        begin("write")
        meta = {
            "documents": [document.path.name for document in dataset.documents],
            "engine": "owlrl",
            "viewpoint": "reported",
        }
        return snapshot.build(name, accepted_graphs | {INFERRED: closure}, meta)


def _require(dataset: Dataset, closure: frozenset[Triple]) -> None:
    from kg.check.citations import drift
    from kg.validation.report import ValidationReport, sort_key

    report = validate(dataset, closure, resources.shapes())
    results = sorted([*report.results, *drift(dataset, closure)], key=sort_key)
    whole = ValidationReport(tuple(results), report.paths)
    if whole.conforms:
        return
    wrong = [result for result in results if result.severity == "Violation"]
    more = f" (and {len(wrong) - _SHOWN} more)" if len(wrong) > _SHOWN else ""
    shown = " | ".join(map(str, wrong[:_SHOWN]))
    raise DoesNotConform(f"the graph does not conform{more}: {shown}; run kg check", whole)
