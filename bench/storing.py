"""How long it takes to get a graph and its closure into a store on disk, ready to be read."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from graphs import generated, program, triples
from measure import Job, Row, measured
from pyoxigraph import Quad, Store

from kg.namespaces import GRAPH, inferred_graph

__all__ = ["closure_into_store"]

_INFERRED = inferred_graph("reported")


def from_triples(path: str) -> Job:
    """Hand Oxigraph one Python object for each triple."""
    from kg.reasoning.columns import read, run

    graphs = {
        GRAPH.asserted: triples(Path(path)),
        _INFERRED: [*run(program(), read([Path(path)])).inferred()],
    }

    def timed() -> int:
        with TemporaryDirectory() as folder:
            store = Store(folder)
            store.bulk_extend(
                Quad(one.subject, one.predicate, one.object, name)
                for name, held in graphs.items()
                for one in held
            )
            store.optimize()
            store.flush()
            count = len(store)
            # The store lets go of its files when it is forgotten.
            del store
            return count

    return timed, lambda count: count


def from_columns(path: str) -> Job:
    """Write the columns of the closure as lines, and load the lines in threads."""
    from kg.reasoning.columns import read, run
    from kg.snapshot.writing import Lines, write_store

    closure = run(program(), read([Path(path)]))

    def timed() -> int:
        text = io.BytesIO()
        closure.write(text)
        graphs = {GRAPH.asserted: Lines(Path(path)), _INFERRED: Lines(text.getvalue())}
        with TemporaryDirectory() as folder:
            return sum(write_store(Path(folder) / "store", graphs).values())

    return timed, lambda count: count


def closure_into_store(folder: Path, size: int) -> Row:
    """Compare the two ways."""
    path = generated(folder, size)
    slow = measured("storing.from_triples", path)
    fast = measured("storing.from_columns", path)
    equal = slow.told == fast.told
    ratio = slow.seconds / fast.seconds
    return Row(
        f"graph and closure into a store on disk, {size:,} triples and what follows",
        "faster than from Python triples",
        f"{ratio:.1f} times",
        kept=ratio > 1 and equal,
        equal=equal,
        details=(
            f"from Python triples, which are there already, {slow}",
            f"from columns, lines loaded in threads, {fast}; {fast.told:,} triples in both graphs",
        ),
    )
