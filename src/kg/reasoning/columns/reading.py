"""Files of N-Triples and N-Quads as facts in columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import RdfFormat

from kg import contents
from kg.errors import Misuse
from kg.reasoning.columns.facts import Facts
from kg.tables.reading import Columns, Reader
from kg.tables.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.budget import Budget

__all__ = ["read"]

_FORMATS = {".nt": RdfFormat.N_TRIPLES, ".nq": RdfFormat.N_QUADS}


def read(paths: Sequence[Path | str], *, budget: Budget | None = None) -> Facts:
    """Return the facts of files.

    The graphs of N-Quads are read as one. Blank nodes of one file keep their labels; those of
    several get the number of their file, since the same label means another node there.

    Args:
        paths: files of N-Triples (.nt) or N-Quads (.nq).
        budget: what reading may take.

    Raises:
        ParseFailure: a line is not well formed; carries the file and the line.
        Misuse: a file of another format, or a triple term of RDF 1.2.
        ResourceNotFound: a file is not there.
        BudgetExceeded: reading takes too long or too much memory.

    >>> len(read([]))
    0
    """
    reader = Reader(Texts(), budget)
    parts: list[Columns] = [(np.empty(0, dtype=np.uint32),) * 4]
    for number, path in enumerate(map(Path, paths)):
        form = _FORMATS.get(Path(contents.unpacked_name(path)).suffix)
        if form is None:
            raise Misuse(f"{path}: not N-Triples (.nt) or N-Quads (.nq): convert it first")
        prefix = f"_:f{number}x" if len(paths) > 1 else "_:"
        parts.extend(reader.columns(path, contents.pieces(path), form, prefix))
    subject, predicate, value, _ = (np.concatenate(part) for part in zip(*parts, strict=True))
    parts.clear()
    reader.budget.need(10 * subject.nbytes, "reading the graph")
    return Facts(reader.texts, subject, predicate, value)
