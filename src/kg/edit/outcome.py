"""What an edit changed: what it wrote, what follows now, and what follows no longer."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.dataset.changes import Change
from kg.dataset.documents import shown
from kg.english import counted
from kg.evidence import say
from kg.namespaces import GRAPH, compact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pyoxigraph import Quad, Triple

    from kg.snapshot import Snapshot
    from kg.snapshot.derived import Difference

__all__ = ["Outcome"]

#: How many sentences of a kind are shown to a person; JSON has them all.
_SHOWN = 10
_WORDS = {
    GRAPH.asserted.value: "fact",
    GRAPH.reference.value: "triple of reference data",
    GRAPH.claims.value: "triple of claims",
    GRAPH.links.value: "triple of links",
    GRAPH.ontology.value: "triple of the ontology",
}


@dataclass(frozen=True)
class Outcome:
    """What an edit changed.

    Args:
        added: what it adds, each in its graph.
        removed: what it removes, from each graph that had it.
        present: what it was asked to add and was there before.
        follows: what follows now and did not before; None where that cannot be told, since the
            graph contradicted itself before.
        ceased: what followed before and does not now; None likewise.
        after: the snapshot of the changed graph.
        before: that of the graph as it was, where there is one.
        path: where the change is written; None where it is not.
        difference: how the snapshots differ; None where the later one was made anew.
    """

    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]
    present: tuple[Triple, ...]
    follows: frozenset[Triple] | None
    ceased: frozenset[Triple] | None
    after: Snapshot
    before: Snapshot | None = None
    path: Path | None = None
    difference: Difference | None = None

    def __bool__(self) -> bool:
        """Return whether anything was changed."""
        return bool(self.added or self.removed)

    def __str__(self) -> str:
        """Tell it to a person, with the first sentences of each kind."""
        return "\n".join(self._lines())

    def document(self) -> bytes:
        """Return the change as the document that records it in a folder."""
        return Change(list(self.added), list(self.removed)).text().encode()

    def to_json(self) -> str:
        """Write all of it as a JSON object, each triple by its terms and in words."""
        earlier = self.before or self.after
        whole = {
            "added": [_row(self.after, quad.triple, quad) for quad in sorted(self.added, key=str)],
            "removed": [_row(earlier, quad.triple, quad) for quad in sorted(self.removed, key=str)],
            "already_there": [_row(self.after, triple) for triple in sorted(self.present, key=str)],
            "newly_follows": _rows(self.after, self.follows),
            "no_longer_follows": _rows(earlier, self.ceased),
            "snapshot": self.after.path.name,
            "written_to": None if self.path is None else shown(self.path),
        }
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"added: {_counted(self.added)}"
        yield f"removed: {_counted(self.removed)}"
        if self.present:
            yield f"already there: {counted(len(self.present), 'triple')}"
        if self.follows is None or self.ceased is None:
            yield "what newly follows cannot be told: the graph contradicted itself before"
        else:
            yield from _told("newly follows", self.after, self.follows)
            yield from _told("no longer follows", self.before or self.after, self.ceased)
        yield f"snapshot: {self.after.path.name}"
        if self.path is not None:
            yield f"written to: {shown(self.path)}"


def _counted(quads: Collection[Quad]) -> str:
    counts = Counter(getattr(quad.graph_name, "value", "") for quad in quads)
    order = [*_WORDS, *sorted(counts.keys() - _WORDS.keys())]
    kinds = ((name, _WORDS.get(name) or f"triple of {compact(name)}") for name in order)
    return (
        ", ".join(
            counted(counts[n], kind, re.sub(r"\w+", r"\g<0>s", kind, count=1))
            for n, kind in kinds
            if n in counts
        )
        or "nothing"
    )


def _told(title: str, snapshot: Snapshot, triples: Collection[Triple]) -> Iterator[str]:
    yield f"{title}: {counted(len(triples), 'triple') if triples else 'nothing'}"
    sentences = sorted(say(snapshot.store, triple) for triple in triples)
    yield from (f"  {sentence}" for sentence in sentences[:_SHOWN])
    if len(sentences) > _SHOWN:
        yield f"  and {len(sentences) - _SHOWN:,} more: --format json tells all"


def _rows(snapshot: Snapshot, triples: frozenset[Triple] | None) -> list[dict[str, str]] | None:
    return None if triples is None else [_row(snapshot, one) for one in sorted(triples, key=str)]


def _row(snapshot: Snapshot, triple: Triple, quad: Quad | None = None) -> dict[str, str]:
    terms = zip(("subject", "predicate", "object"), map(str, triple), strict=True)
    graph = {} if quad is None else {"graph": str(quad.graph_name)}
    return {**dict(terms), **graph, "text": say(snapshot.store, triple)}
