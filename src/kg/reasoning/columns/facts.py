"""Facts in columns: what each property relates, what is of each class; read from files."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import RdfFormat

from kg import files
from kg.errors import Misuse
from kg.namespaces import OWL, RDF
from kg.reasoning.columns.literals import Literals
from kg.reasoning.columns.plans import Dictionary, Key, Terms
from kg.reasoning.columns.relation import EMPTY, Rows, distinct, objects, pack, subjects, union
from kg.tables.reading import Columns, Reader
from kg.tables.triples import Texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from kg.budget import Budget
    from kg.reasoning.statements import Statement, Term

__all__ = ["Facts", "keys_of", "listed", "read"]


class Facts:
    """A set of statements.

    Args:
        dictionary: the numbers of the terms.
        subject: the number of each statement's subject.
        predicate: that of its predicate.
        value: that of its object.

    >>> from kg.namespaces import REL
    >>> facts = Facts.of([(REL.Claim, RDF.type, REL.Unit), (REL.Claim, REL.unit, REL.Unit)])
    >>> len(facts), facts.select([REL.unit], [])
    (2, [(<NamedNode value=...Claim>, <NamedNode value=...unit>, <NamedNode value=...Unit>)])
    """

    def __init__(
        self,
        dictionary: Dictionary,
        subject: NDArray[np.uint32],
        predicate: NDArray[np.uint32],
        value: NDArray[np.uint32],
    ) -> None:
        self.dictionary = dictionary
        self.type, self.same_as = dictionary.encode([RDF.type, OWL.sameAs])
        #: The literals that have a value in one form of several, sorted.
        self.equal: Rows = EMPTY
        self.relations: dict[Key, Rows] = {}
        for term, rows in _partition(predicate, len(dictionary)):
            if term == self.type:
                kinds, things = value[rows], subject[rows]
                for kind, members in _partition(kinds, len(dictionary)):
                    key = Key(is_class=True, term=kind)
                    self.relations[key] = distinct(things[members].astype(np.uint64))
            else:
                pairs = pack(subject[rows].astype(np.uint64), value[rows].astype(np.uint64))
                self.relations[Key(is_class=False, term=term)] = distinct(pairs)

    @classmethod
    def of(cls, statements: Iterable[Statement], dictionary: Dictionary | None = None) -> Facts:
        """Put statements into columns.

        Args:
            statements: any, with literals as subjects or blank nodes as predicates too.
            dictionary: where the terms have their numbers; a new one if not given.
        """
        dictionary = Terms() if dictionary is None else dictionary
        flat = dictionary.encode(term for one in statements for term in one)
        numbers = np.array(flat, dtype=np.uint32).reshape(-1, 3)
        return cls(dictionary, numbers[:, 0], numbers[:, 1], numbers[:, 2])

    def add(self, statements: Iterable[Statement]) -> None:
        """Put more statements in; do so before a closure is made of them."""
        more = Facts.of(statements, self.dictionary)
        for key, rows in more.relations.items():
            self.relations[key] = union([self.relations.get(key, EMPTY), rows])

    def add_equal_values(self) -> None:
        """Make literals with one value the same; rule dt-eq."""
        texts = self.dictionary.texts()
        groups = Literals(texts, self._values()).equal_values()
        pairs = [EMPTY]
        for group in groups:
            first, *others = sorted(group.tolist(), key=texts.__getitem__)
            rest = np.array(others, dtype=np.uint64)
            pairs.append(pack(np.full(rest.size, first, dtype=np.uint64), rest))
        same = Key(is_class=False, term=self.same_as)
        self.relations[same] = union([self.relations.get(same, EMPTY), *pairs])
        self.equal = distinct(np.concatenate([EMPTY, *groups]))

    def _values(self) -> Rows:
        """Return the numbers of all objects, sorted."""
        flags = np.zeros(len(self.dictionary), dtype=bool)
        for key, rows in self.relations.items():
            if not key.is_class:
                flags[objects(rows)] = True
        return np.flatnonzero(flags).astype(np.uint64)

    def in_use(self) -> set[Term]:
        """Return what the statements have as a predicate or a class."""
        numbers = {key.term for key in self.relations}
        if any(key.is_class for key in self.relations):
            numbers.add(self.type)
        return set(self.dictionary.decode(np.array(sorted(numbers), dtype=np.uint64)))

    def __len__(self) -> int:
        """Return how many statements there are."""
        return sum(rows.size for rows in self.relations.values())

    @cached_property
    def used(self) -> Rows:
        """The numbers of the terms that are in a statement, sorted."""
        flags = np.zeros(len(self.dictionary), dtype=bool)
        for key, rows in self.relations.items():
            flags[key.term] = True
            if key.is_class:
                flags[self.type] = True
                flags[rows] = True
            else:
                flags[subjects(rows)] = True
                flags[objects(rows)] = True
        return np.flatnonzero(flags).astype(np.uint64)

    def select(self, predicates: Collection[Term], classes: Collection[Term]) -> list[Statement]:
        """Return the statements with some predicates, and those of what is of some classes.

        Args:
            predicates: the predicates; of rdf:type, all statements are returned.
            classes: the classes.
        """
        keys = keys_of(self.dictionary, predicates, classes)
        whole = RDF.type in predicates
        return [
            one
            for key, rows in self.relations.items()
            if key in keys or (whole and key.is_class)
            for one in listed(self.dictionary, key, rows)
        ]

    def statements(self) -> Iterator[Statement]:
        """Yield all statements."""
        for key, rows in self.relations.items():
            yield from listed(self.dictionary, key, rows)


def keys_of(
    dictionary: Dictionary, predicates: Collection[Term], classes: Collection[Term]
) -> set[Key]:
    """Return what the relations of some properties and classes are known by.

    >>> from kg.reasoning.columns.plans import Terms
    >>> keys_of(Terms(), [RDF.first], [])
    {Key(is_class=False, term=0)}
    """
    properties = {Key(is_class=False, term=one) for one in dictionary.encode(predicates)}
    return properties | {Key(is_class=True, term=one) for one in dictionary.encode(classes)}


def _partition(keys: NDArray[np.uint32], terms: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each key with the places where it stands."""
    counts = np.bincount(keys, minlength=terms)
    present = np.flatnonzero(counts)
    rank = np.zeros(terms, dtype=np.uint32)
    rank[present] = np.arange(present.size, dtype=np.uint32)
    # Numbers of two bytes are sorted digit by digit, in linear time.
    small = rank[keys].astype(np.uint16) if present.size <= 1 << 16 else rank[keys]
    order = np.argsort(small, kind="stable")
    ends = np.cumsum(counts[present])
    for term, end, count in zip(present, ends, counts[present], strict=True):
        yield int(term), order[end - count : end]


def listed(dictionary: Dictionary, key: Key, rows: Rows) -> Iterator[Statement]:
    """Yield the rows of a relation as statements.

    >>> facts = Facts.of([(RDF.first, RDF.type, RDF.Property)])
    >>> [(key, rows)] = facts.relations.items()
    >>> list(listed(facts.dictionary, key, rows)) == list(facts.statements())
    True
    """
    (named,) = dictionary.decode(np.array([key.term], dtype=np.uint64))
    if key.is_class:
        for subject in dictionary.decode(rows):
            yield subject, RDF.type, named
    else:
        yield from (
            (subject, named, value)
            for subject, value in zip(
                dictionary.decode(subjects(rows)), dictionary.decode(objects(rows)), strict=True
            )
        )


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
        form = _FORMATS.get(Path(files.unpacked_name(path)).suffix)
        if form is None:
            raise Misuse(f"{path}: not N-Triples (.nt) or N-Quads (.nq): convert it first")
        prefix = f"_:f{number}x" if len(paths) > 1 else "_:"
        parts.extend(reader.columns(path, files.pieces(path), form, prefix))
    subject, predicate, value, _ = (np.concatenate(part) for part in zip(*parts, strict=True))
    parts.clear()
    reader.budget.need(10 * subject.nbytes, "reading the graph")
    return Facts(reader.texts, subject, predicate, value)
