"""A query as the engine is to get it, so that it answers as the specification says.

The guard has read the text by then. What is not understood here goes to the engine as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.sparql.cursor import OWN, NotUnderstood, Pieces
from kg.sparql.functions import kind
from kg.sparql.guard import read_prologue
from kg.sparql.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.sparql.guard import Query

#: What gives terms of more than one kind.
_OF_ANY_KIND = re.compile(r"\b(?:IF|COALESCE|STRDT|SAMPLE|MIN|MAX)\s*\(", re.IGNORECASE)

__all__ = ["OWN", "Rewritten", "rewrite", "rewrite_update"]


@dataclass
class Rewritten:
    """A text for the engine.

    Args:
        text: it.
        options: what the engine is told beside it.
        reaches_changed: it has to be asked of a store that keeps literals as they are written.
        has_terms: what comes out may be a literal under a name of kg's.
        is_understood: the text was read to its end; else it is as it was given.
    """

    text: str
    options: dict[str, Any] = field(default_factory=dict)
    reaches_changed: bool = False
    has_terms: bool = False
    is_understood: bool = True


def rewrite(
    query: Query,
    graphs: Sequence[str] | None = (),
    changed: frozenset[str] = frozenset(),
    unsafe: Iterable[str] = (),
) -> Rewritten:
    """Return a query as the engine is to get it.

    Args:
        query: as the guard read it.
        graphs: the IRIs of the named graphs that GRAPH reaches; None where one of them has none.
        changed: the predicates whose literals a store would change.
        unsafe: variables that are given such a literal.

    >>> from kg.sparql.guard import read
    >>> rewrite(read("ASK { ?s ?p 1 }", "query")).text
    'ASK { ?s ?p 1 }'
    """
    return _rewritten(query, graphs, changed, set(unsafe), "query_text")


def rewrite_update(
    update: Query, graphs: Sequence[str] | None = (), changed: frozenset[str] = frozenset()
) -> Rewritten:
    """Return an update as the engine is to get it, for a store that keeps literals as written.

    Args:
        update: as it was read.
        graphs: the IRIs of the named graphs that GRAPH reaches; None where one of them has none.
        changed: the predicates whose literals a store would change.
    """
    return _rewritten(update, graphs, changed, set(), "update_text")


def _rewritten(
    query: Query, graphs: Sequence[str] | None, changed: frozenset[str], unsafe: set[str], form: str
) -> Rewritten:
    first = _Reader(query, graphs, changed)
    first.unsafe = set(unsafe)
    try:
        text = getattr(first, form)()
        reader = first
        if first.has_changed_constants or first.reaches_changed or unsafe:
            reader = _Reader(query, graphs, changed)
            reader.unsafe, reader.asks_values = first.unsafe, True
            reader.is_mended = True
            text = getattr(reader, form)()
    except (NotUnderstood, RecursionError):
        text = _standing(query, query.sent)
        is_changed = bool(changed)
        return Rewritten(
            text, reaches_changed=is_changed, has_terms=is_changed, is_understood=False
        )
    if not reader.is_mended:
        return Rewritten(_standing(query, query.sent))
    return Rewritten(
        _standing(query, text),
        reader.functions.options(),
        reader.reaches_changed,
        has_terms=reader.asks_values,
    )


def _standing(query: Query, text: str) -> str:
    for mark, standing in query.standing.items():
        text = text.replace(mark, standing)
    return text


class _Reader(Patterns):
    """Reads whole queries and updates."""

    def query_text(self) -> str:
        """Read a query to its end."""
        pieces = self._prologue()
        if self.is_word("SELECT"):
            pieces += self.select()
        elif self.is_word("ASK"):
            pieces += [self.take(), *self._dataset(), *self._where(), *self._modifiers()]
        elif self.is_word("CONSTRUCT"):
            pieces += self._construct()
        elif self.is_word("DESCRIBE"):
            pieces += self._describe()
        else:
            raise NotUnderstood
        if self.peek().kind != "end":
            raise NotUnderstood
        return "".join(pieces)

    def _prologue(self) -> Pieces:
        after = read_prologue(self.query, self.at)
        return [self.take() for _ in range(after - self.at)]

    def select(self) -> Pieces:
        """Read SELECT and all that belongs to it."""
        pieces = [self.take()]
        if self.is_word("DISTINCT", "REDUCED"):
            pieces.append(self.take())
        row = self.begin_row()
        is_all = self.is_symbol("*")
        if is_all:
            pieces.append(self.take())
        while not is_all and (self.is_symbol("(") or self.peek().kind == "variable"):
            pieces += self._projected() if self.is_symbol("(") else [self._named()]
        pieces += self._dataset()
        uses_row, self.uses_row = self.uses_row, False
        own, self.row = self.row, ""
        where = self._where()
        self.row = own
        modifiers = self._modifiers()
        self.uses_row |= uses_row
        numbered = self.end_row(row)
        if numbered:
            grouped = any("GROUP" in piece.upper() for piece in modifiers)
            if grouped:
                raise NotUnderstood
            keyword = [where.pop(0)] if where[0].strip().upper() == "WHERE" else []
            where = [*keyword, " {", *where, *numbered, " }"]
        return [*pieces, *where, *modifiers]

    def _named(self) -> str:
        token = self.peek()
        if self._groups:
            self._groups[-1].variables.add(token.text[1:])
        return self.take()

    def _projected(self) -> Pieces:
        opened = self.take()
        expression = self.as_term(self.expression())
        middle = self.expect_word("AS")
        variable = self._assigned(self._groups[-1] if self._groups else None)
        return [opened, *expression, middle, variable, self.expect(")")]

    def _dataset(self) -> Pieces:
        pieces: Pieces = []
        while self.is_word("FROM"):
            pieces.append(self.take())
            if self.is_word("NAMED"):
                pieces.append(self.take())
            pieces.append(self.take())
        return pieces

    def _where(self) -> Pieces:
        word = [self.take()] if self.is_word("WHERE") else []
        return [*word, *self.group()]

    def _modifiers(self) -> Pieces:
        pieces: Pieces = []
        if self.is_word("GROUP"):
            pieces += [self.take(), self.expect_word("BY")]
            while not self._ends_conditions():
                pieces += self._grouped()
        if self.is_word("HAVING"):
            pieces.append(self.take())
            while not self._ends_conditions():
                pieces += self._constraint()
        if self.is_word("ORDER"):
            pieces += [self.take(), self.expect_word("BY")]
            while not self._ends_conditions():
                pieces += self._ordered()
        while self.is_word("LIMIT", "OFFSET"):
            pieces += [self.take(), self.take()]
        if self.is_word("VALUES"):
            pieces += self.values()
        return pieces

    def _ends_conditions(self) -> bool:
        return (
            self.peek().kind == "end"
            or self.is_word("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
            or self.is_symbol("}")
        )

    def _grouped(self) -> Pieces:
        if self.peek().kind == "variable":
            return [self.take()]
        if not self.is_symbol("("):
            return self._constraint()
        opened = self.take()
        pieces = [opened, *self.as_term(self.expression())]
        if self.is_word("AS"):
            pieces += [self.take(), self._assigned(None)]
        return [*pieces, self.expect(")")]

    def _ordered(self) -> Pieces:
        direction = self.take() if self.is_word("ASC", "DESC") else " ASC"
        is_bracketed = self.is_symbol("(") and self.is_symbol(")", ahead=2)
        if self.peek(int(is_bracketed)).kind == "variable":
            term = "".join(self._primary().value)
        else:
            term = "".join(self._constraint())
            if not _OF_ANY_KIND.search(term):
                return [f"{direction}({term})"]
        self.is_mended = True
        return [f"{direction}({kind(term)}){direction}({term})"]

    def _construct(self) -> Pieces:
        pieces = [self.take()]
        if self.is_symbol("{"):
            pieces += self._template()
            return [*pieces, *self._dataset(), *self._where(), *self._modifiers()]
        pieces += self._dataset()
        # The pattern is the template, and has no filter or path.
        return [*pieces, self.expect_word("WHERE"), *self.group(), *self._modifiers()]

    def _template(self) -> Pieces:
        """Read triples that are made or changed: only their literals need a look."""
        pieces, depth = [self.expect("{")], 1
        while depth:
            if self.is_literal():
                pieces += self.as_term(self.literal())
                continue
            depth += self.is_symbol("{") - self.is_symbol("}")
            pieces.append(self.take_label())
        return pieces

    def _describe(self) -> Pieces:
        self.reaches_changed |= bool(self.changed)
        pieces = [self.take()]
        while self.peek().kind in ("iri", "pname", "variable") or self.is_symbol("*"):
            pieces.append(self.take())
        pieces += self._dataset()
        if self.is_symbol("{") or self.is_word("WHERE"):
            pieces += self._where()
        return [*pieces, *self._modifiers()]

    # --- updates ---

    def update_text(self) -> str:
        """Read operations to the end."""
        pieces = self._prologue()
        while self.peek().kind != "end":
            pieces += self._operation()
            if self.is_symbol(";"):
                pieces.append(self.take())
                pieces += self._prologue()
            elif self.peek().kind != "end":
                raise NotUnderstood
        return "".join(pieces)

    def _operation(self) -> Pieces:
        self.is_mended |= bool(self.changed)
        if not self.is_word("INSERT", "DELETE", "WITH"):
            pieces = []
            while self.peek().kind != "end" and not self.is_symbol(";"):
                pieces.append(self.take())
            return pieces
        pieces = [self.take(), self.take()] if self.is_word("WITH") else []
        while self.is_word("INSERT", "DELETE"):
            pieces.append(self.take())
            if self.is_word("DATA"):
                return [*pieces, self.take(), *self._template()]
            if self.is_word("WHERE"):
                return [*pieces, self.take(), *self._template()]
            pieces += self._template()
        while self.is_word("USING"):
            pieces += [self.take() for _ in range(3 if self.is_word("NAMED", ahead=1) else 2)]
        return [*pieces, self.expect_word("WHERE"), *self.group()]
