"""Graph patterns of a query, read and written again where the engine would answer otherwise.

- ``GRAPH ?g`` around a sub-select, VALUES, MINUS and the like is written out for each graph, since
  the engine would have ``?g`` bound inside.
- A path of no step leads from a term to itself, whether or not the graph has the term.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import QueryRefused
from kg.sparql.cursor import OWN, Label, NotUnderstood, Pieces
from kg.sparql.expressions import Expressions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from kg.sparql.guard import Query

__all__ = ["Patterns"]


class _Path(NamedTuple):
    """What a pattern says between its subject and its object.

    Args:
        text: a predicate, a variable or a path.
        zero: how often it leads from a term to itself by no step.
        is_open: whether it may lead to a literal that the store would change.
    """

    text: str
    zero: int = 0
    is_open: bool = False


class _Paths(Expressions):
    """Reads paths from the tokens of a query, and writes them."""

    def path(self, changed: AbstractSet[str]) -> _Path:
        """Read a path.

        Args:
            changed: the predicates whose literals the store would change.
        """
        start = self.at
        pieces, zero = self._alternatives()
        tokens = self.tokens[start : self.at]
        named = {self.query.iri(token) for token in tokens if token.kind in ("iri", "pname")}
        is_negated = any(token.text == "!" for token in tokens)
        is_open = bool(changed) and (is_negated or not changed.isdisjoint(named))
        return _Path("".join(pieces), zero, is_open)

    def _alternatives(self) -> tuple[Pieces, int]:
        pieces, zero = self._sequence()
        while self.is_symbol("|"):
            pieces.append(self.take())
            more, count = self._sequence()
            pieces, zero = [*pieces, *more], zero + count
        return pieces, zero

    def _sequence(self) -> tuple[Pieces, int]:
        pieces, zero = self._step()
        while self.is_symbol("/"):
            pieces.append(self.take())
            more, count = self._step()
            pieces, zero = [*pieces, *more], zero * count
        return pieces, zero

    def _step(self) -> tuple[Pieces, int]:
        pieces = [self.take()] if self.is_symbol("^") else []
        if self.is_symbol("("):
            opened = self.take()
            inner, zero = self._alternatives()
            pieces += [opened, *inner, self.expect(")")]
        elif self.is_symbol("!"):
            pieces.append(self.take())
            pieces += self.raw_between("(", ")") if self.is_symbol("(") else self._negated()
            zero = 0
        elif self.peek().kind in ("iri", "pname") or self.peek().text == "a":
            pieces.append(self.take())
            zero = 0
        else:
            raise NotUnderstood
        if self.is_symbol("*", "?"):
            return [*pieces, self.take()], 1
        if self.is_symbol("+"):
            return [*pieces, self.take()], min(zero, 1)
        return pieces, zero

    def _negated(self) -> Pieces:
        return [self.take() for _ in range(2 if self.is_symbol("^") else 1)]


#: For so many graphs a pattern is written out; each copy makes the text longer.
_MOST_GRAPHS = 100
_MOST_PIECES = 200_000


@dataclass
class _Group:
    """What is known of the group that is being read.

    Args:
        has_triples: it has a pattern that binds the graph.
        is_plain: the engine may have the graph bound inside.
        variables: in its patterns.
    """

    has_triples: bool = False
    is_plain: bool = True
    variables: set[str] = field(default_factory=set)


class Patterns(_Paths):
    """Reads patterns from the tokens of a query, and writes them.

    Args:
        query: as the guard read it.
        graphs: the IRIs of the named graphs that GRAPH reaches, in order; None where one has none.
        changed: the predicates whose literals the store would change.
    """

    def __init__(self, query: Query, graphs: Sequence[str] | None, changed: frozenset[str]) -> None:
        super().__init__(query)
        self.graphs = graphs
        self.changed = changed
        #: Whether a pattern may reach a literal that the store would change.
        self.reaches_changed = False
        self._groups: list[_Group] = []
        self._count = 0
        self._is_remote = False

    def group(self) -> Pieces:
        """Read a group, with its braces."""
        pieces = [self.expect("{")]
        frame = _Group()
        self._groups.append(frame)
        if self.is_word("SELECT"):
            frame.is_plain = False
            pieces += self.select()
        else:
            while not self.is_symbol("}"):
                pieces += self._element(frame)
        self._groups.pop()
        pieces.append(self.expect("}"))
        if self._groups:
            self._groups[-1].variables |= frame.variables
        self._last = frame
        return pieces

    def select(self) -> Pieces:
        """Read a sub-select."""
        raise NotImplementedError

    def _element(self, frame: _Group) -> Pieces:  # noqa: PLR0911 - one for each keyword
        if self.is_symbol("."):
            return [self.take()]
        if self.is_symbol("{"):
            return self._union(frame)
        if self.is_word("FILTER"):
            return [self.take(), *self._constraint()]
        if self.is_word("BIND"):
            return self._bind(frame)
        if self.is_word("VALUES"):
            frame.has_triples = frame.has_triples or False
            return self.values(frame)
        if self.is_word("OPTIONAL", "LATERAL"):
            word = self.take()
            inner = self.group()
            frame.is_plain &= self._last.is_plain and frame.has_triples
            return [word, *inner]
        if self.is_word("MINUS"):
            frame.is_plain = False
            return [self.take(), *self.group()]
        if self.is_word("GRAPH"):
            return self._graph(frame)
        if self.is_word("SERVICE"):
            return self._service(frame)
        return self._triples(frame)

    def _union(self, frame: _Group) -> Pieces:
        pieces = self.group()
        branches = [self._last]
        while self.is_word("UNION"):
            pieces.append(self.take())
            pieces += self.group()
            branches.append(self._last)
        frame.has_triples |= all(branch.has_triples for branch in branches)
        frame.is_plain &= all(branch.is_plain and branch.has_triples for branch in branches)
        return pieces

    def _constraint(self) -> Pieces:
        """Read what FILTER, HAVING or ORDER BY may name without more brackets."""
        return self._primary().value

    def _bind(self, frame: _Group) -> Pieces:
        word, opened = self.take(), self.expect("(")
        row = self.begin_row()
        expression = self.as_term(self.expression())
        before = self.end_row(row)
        middle = self.expect_word("AS")
        variable = self._assigned(frame)
        return [*before, word, opened, *expression, middle, variable, self.expect(")")]

    def begin_row(self) -> str:
        """Begin an expression whose solution ``BNODE`` may ask for; return what was before."""
        before = self.row
        self._count += 1
        self.row, self.uses_row = f"?{OWN}row_{self._count}", False
        return before

    def end_row(self, before: str) -> Pieces:
        """Return what numbers the solutions, where that was asked for."""
        row, self.row = self.row, before
        if not self.uses_row:
            return []
        self.uses_row = False
        return [f" BIND(<urn:x-kg:function:row>() AS {row})"]

    def _assigned(self, frame: _Group | None) -> str:
        if self.peek().kind != "variable":
            raise NotUnderstood
        text = self.take()
        self.unsafe.add(text.strip()[1:])
        if frame:
            frame.variables.add(text.strip()[1:])
        return text

    def values(self, frame: _Group | None = None) -> Pieces:
        """Read VALUES and its block."""
        pieces = [self.take()]
        if self.is_symbol("("):
            pieces.append(self.take())
            while not self.is_symbol(")"):
                pieces.append(self._assigned(frame))
            pieces.append(self.take())
        else:
            pieces.append(self._assigned(frame))
        pieces.append(self.expect("{"))
        while not self.is_symbol("}"):
            if self.is_literal():
                pieces += self.as_term(self.literal())
            elif self.is_symbol("<<"):
                pieces += self.raw_between("<<", ">>")
            else:
                pieces.append(self.take())
        return [*pieces, self.take()]

    def _service(self, frame: _Group) -> Pieces:
        """Leave to a service what it is asked, word by word."""
        frame.is_plain = False
        pieces = [self.take()]
        while not self.is_symbol("{"):
            pieces.append(self.take())
        return [*pieces, *self._raw_group()]

    def _raw_group(self) -> Pieces:
        return self.raw_between("{", "}")

    # --- GRAPH ---

    def _graph(self, frame: _Group) -> Pieces:
        word, name = self.take(), self.peek()
        written = self.take()
        if name.text.startswith("<urn:kg-service:"):
            frame.is_plain = False
            return [word, written, *self._raw_group()]
        start = len(self._groups)
        inner = self.group()
        inside = self._last
        del self._groups[start:]
        if name.kind != "variable":
            frame.has_triples |= False
            frame.is_plain = False
            return [word, written, *inner]
        variable = name.text[1:]
        frame.variables.add(variable)
        frame.is_plain = False
        is_bound = inside.has_triples and inside.is_plain and variable not in inside.variables
        if is_bound or (self.graphs is not None and not self.graphs):
            return [word, written, *inner]
        return self._for_each_graph(f"?{variable}", inner, name.start)

    def _for_each_graph(self, variable: str, inner: Pieces, start: int) -> Pieces:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]._replace(start=start)
        if self.graphs is None:
            raise QueryRefused(
                f"{self.query.at(token)}: GRAPH {variable} around more than triple patterns is not "
                "answered where a graph is named by a blank node: name the graphs by FROM NAMED"
            )
        count = len(self.graphs)
        if count > _MOST_GRAPHS or count * len(inner) > _MOST_PIECES:
            raise QueryRefused(
                f"{self.query.at(token)}: GRAPH {variable} around more than triple patterns is "
                f"answered for up to {_MOST_GRAPHS} graphs, and there are {count:,}: name the "
                f"graphs by FROM NAMED, or move what is inside out of GRAPH",
                code="too-complex",
            )
        self.is_mended = True
        pieces: Pieces = [" {"]
        for number, graph in enumerate(self.graphs):
            copy = [f"{p}_{number}" if isinstance(p, Label) else p for p in inner]
            copy = [
                Label(c) if isinstance(p, Label) else c for p, c in zip(inner, copy, strict=True)
            ]
            pieces += [" UNION {" if number else " {", f" GRAPH <{graph}>", *copy]
            pieces.append(f" VALUES {variable} {{ <{graph}> }} }}")
        return [*pieces, " }"]

    # --- triples ---

    def _triples(self, frame: _Group) -> Pieces:
        """Read one subject with all that is said of it."""
        extra: list[Pieces] = []
        subject = self._node(frame, "subject")
        if self.is_symbol(".", "}"):
            # [ :p :q ] by itself
            frame.has_triples = True
            return subject
        units = self._properties(frame, subject, extra)
        written = [*subject, *units] if units else []
        for pieces in extra:
            # A triple pattern has to end before a group begins.
            written += pieces
        return written

    def _properties(self, frame: _Group, subject: Pieces, extra: list[Pieces]) -> Pieces:
        """Read verbs and their objects."""
        kept: Pieces = []
        while True:
            verb = self._verb(frame, subject)
            objects = self._objects(frame, subject, verb, extra)
            if objects:
                kept += [*([" ;"] if kept else []), f" {verb.text}", *objects]
                frame.has_triples |= not verb.zero
            while self.is_symbol(";"):
                self.take()
            if not self._begins_verb():
                return kept

    def _begins_verb(self) -> bool:
        token = self.peek()
        if token.kind in ("variable", "iri", "pname"):
            return True
        # "a", which is a word, and the other beginnings of a path.
        return token.text == "a" or self.is_symbol("^", "!", "(")

    def _objects(self, frame: _Group, subject: Pieces, verb: _Path, extra: list[Pieces]) -> Pieces:
        kept: Pieces = []
        while True:
            item = self._node(frame, "object", is_unsafe=verb.is_open)
            item += self._annotations(frame)
            pieces = self._by_no_step(subject, verb, item)
            if pieces:
                frame.is_plain = False
                extra.append(pieces)
            else:
                kept += [*([" ,"] if kept else []), *item]
            if not self.is_symbol(","):
                return kept
            self.take()

    def _annotations(self, frame: _Group) -> Pieces:
        pieces: Pieces = []
        while self.is_symbol("{|", "~"):
            self.reaches_changed = True
            frame.is_plain = False
            if self.is_symbol("{|"):
                pieces += self._unsafe_raw("{|", "|}")
            else:
                pieces.append(self.take())
                if self.peek().kind in ("iri", "pname", "bnode", "variable"):
                    pieces.append(self.take_label())
        return pieces

    def _unsafe_raw(self, opening: str, closing: str) -> Pieces:
        self.reaches_changed = self.reaches_changed or bool(self.changed)
        pieces = self.raw_between(opening, closing)
        self.unsafe |= {piece.strip()[1:] for piece in pieces if piece.strip()[:1] in ("?", "$")}
        return pieces

    def _node(self, frame: _Group, position: str, *, is_unsafe: bool = False) -> Pieces:
        """Read a subject or an object."""
        token = self.peek()
        if self.is_symbol("["):
            return self._blank(frame)
        if self.is_symbol("("):
            return self._list(frame)
        if self.is_symbol("<<"):
            return self._unsafe_raw("<<", ">>")
        if self.is_literal():
            return self.as_term(self.literal())
        if token.kind == "variable":
            frame.variables.add(token.text[1:])
            if is_unsafe:
                self.unsafe.add(token.text[1:])
        elif token.kind not in ("iri", "pname", "bnode"):
            raise NotUnderstood(position)
        return [self.take_label()]

    def _blank(self, frame: _Group) -> Pieces:
        pieces = [self.take()]
        if not self.is_symbol("]"):
            extra: list[Pieces] = []
            # No path of no step begins at a node that has no name.
            pieces += self._properties(frame, [], extra)
            if extra:
                raise NotUnderstood
        return [*pieces, self.expect("]")]

    def _list(self, frame: _Group) -> Pieces:
        pieces = [self.take()]
        self.reaches_changed |= bool(self.changed)
        while not self.is_symbol(")"):
            pieces += [" ", *self._node(frame, "object", is_unsafe=True)]
        return [*pieces, self.take()]

    def _verb(self, frame: _Group, subject: Pieces) -> _Path:
        token = self.peek()
        if token.kind == "variable":
            frame.variables.add(token.text[1:])
            path = _Path(self.take(), is_open=bool(self.changed))
        else:
            path = self.path(self.changed)
        if path.is_open:
            self.reaches_changed = True
            self.unsafe |= {p.strip()[1:] for p in subject if p.strip()[:1] in ("?", "$")}
        return path

    def _by_no_step(self, subject: Pieces, verb: _Path, item: Pieces) -> Pieces:
        """Write out a path that may have no step and begins or ends at a term that is named."""
        if not verb.zero or len(subject) != 1 or len(item) != 1:
            return []
        ends = ["".join(end).strip() for end in (subject, item)]
        names = [end for end in ends if not end.startswith(("?", "$", "_:"))]
        if not names or any(end.startswith("_:") for end in ends):
            return []
        if len(names) == 2 and names[0] != names[1]:  # noqa: PLR2004 - both ends
            return []
        self.is_mended = True
        name, others = names[0], [end for end in ends if end.startswith(("?", "$"))]
        self._count += 1
        s, p, o, q = (f"?{OWN}{letter}_{self._count}" for letter in "spoq")
        if verb.zero > _MOST_GRAPHS:
            raise NotUnderstood
        missing = (
            f" FILTER NOT EXISTS {{ {{ {name} {p} {o} }} UNION {{ {s} {q} {name} }} }}"
            if not name.startswith(("'", '"'))
            else f" FILTER NOT EXISTS {{ {s} {q} {name} }}"
        )
        same = f" VALUES {others[0]} {{ {name} }}" if others else ""
        branches = [f" {{ {ends[0]} {verb.text} {ends[1]} }}"]
        branches += [f" UNION {{{same}{missing} }}"] * verb.zero
        return ["".join(branches)]
