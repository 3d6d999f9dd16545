"""The result of a query as a page shows it: names in place of IRIs, each linked to its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from kg import evidence
from kg.export import serialize_triples
from kg.namespaces import XSD, compact
from kg.results import Boolean, Solutions
from kg.terms import shorten

if TYPE_CHECKING:
    from kg.results import GraphResult, Term
    from kg.web.links import Links

__all__ = ["Cell", "Shown", "shown"]

_PLAIN = {XSD.string, XSD.integer, XSD.decimal, XSD.boolean, XSD.date}
# Values up to this length stay in one line.
_SHORT = 20


@dataclass(frozen=True)
class Cell:
    """One value.

    Args:
        text: what is read.
        href: the page of the thing; None for values.
        language: of the text; None where it has none.
        title: the IRI of a thing, or the datatype of a value that does not show it.
        numeric: whether it is a number.
    """

    text: str
    href: str | None = None
    language: str | None = None
    title: str | None = None
    numeric: bool = False

    @property
    def classes(self) -> str:
        """How it is set: numbers to the right, short values in one line, long ones with room.

        >>> Cell("2025-03-31~").classes, Cell("7", numeric=True).classes
        ('nowrap', 'num nowrap')
        """
        length = "nowrap" if len(self.text) <= _SHORT else "long"
        return f"num {length}" if self.numeric else length


@dataclass(frozen=True)
class Shown:
    """A whole result.

    Args:
        kind: rows, answer or graph.
        columns: the variables of rows.
        rows: a cell, or None, for each variable.
        answer: of an ASK.
        text: of a graph, as Turtle.
        size: how many rows or triples there are.
    """

    kind: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | None, ...], ...] = ()
    answer: bool | None = None
    text: str = ""
    size: int = 0

    @property
    def heads(self) -> tuple[tuple[str, bool], ...]:
        """Each column's name, and whether it holds numbers.

        >>> Shown("rows", ("n",), ((Cell("7", numeric=True),), (None,)), size=2).heads
        (('n', True),)
        """
        columns = zip(*self.rows, strict=True) if self.rows else ()
        cells = [[one for one in column if one] for column in columns]
        numeric = [bool(column) and all(one.numeric for one in column) for column in cells]
        return tuple(zip(self.columns, numeric or [False] * len(self.columns), strict=True))


def shown(
    result: Solutions | Boolean | GraphResult, store: Store, links: Links, fixed: int = 0
) -> Shown:
    """Return a result as a page shows it.

    Args:
        result: of whatever kind.
        store: has the names of things.
        links: has the addresses of their pages.
        fixed: how many columns at the left hold parameters, which the form tells already.

    >>> from pyoxigraph import Store
    >>> from kg.web.links import Links
    >>> shown(Solutions(["n"], [[Literal(1)]]), Store(), Links()).rows[0][0].text
    '1'
    """
    if isinstance(result, Boolean):
        return Shown("answer", answer=result.value, size=1)
    if not isinstance(result, Solutions):
        text = serialize_triples(result.triples, "ttl").decode()
        return Shown("graph", text=text, size=len(result))
    known: dict[Term, Cell] = {}

    def cell(term: Term | None) -> Cell | None:
        if term is not None and term not in known:
            known[term] = _cell(term, store, links)
        return None if term is None else known[term]

    rows = tuple(tuple(map(cell, row[fixed:])) for row in result)
    return Shown("rows", result.variables[fixed:], rows, size=len(rows))


def _cell(term: Term, store: Store, links: Links) -> Cell:
    """Return one term as a page shows it.

    >>> from kg.web.links import Links
    >>> _cell(Literal("non", language="fr"), Store(), Links()).language
    'fr'
    """
    if isinstance(term, NamedNode):
        label = evidence.label(store, term) or compact(term.value)
        return Cell(label, href=links.page(term), title=term.value)
    if isinstance(term, BlankNode):
        return Cell(str(term), title="a blank node: it has no name outside this answer")
    if isinstance(term, Literal):
        numeric = term.datatype in {XSD.integer, XSD.decimal, XSD.double, XSD.float}
        plain = term.language or term.datatype in _PLAIN
        title = None if plain else compact(term.datatype.value)
        return Cell(term.value, language=term.language, title=title, numeric=numeric)
    return Cell(shorten(term, store))
