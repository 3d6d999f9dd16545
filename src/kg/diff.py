"""What changed between two graphs, in words: a line for each thing, with labels, sorted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from typing import Literal as Choice

from pyoxigraph import BlankNode, NamedNode

from kg.export.canonical import by_subject, has_blank_node, lines_of, name_by_content, read_lines
from kg.namespaces import DCTERMS, GRAPH, RDF, RDFS, REL, XSD, compact

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from kg.export.canonical import Subject, Term

__all__ = ["Change", "Diff", "ThingDiff", "diff"]

_Graphs = Mapping[NamedNode, Iterable["Triple"]] | Iterable["Triple"]
_Kind = Choice["added", "removed", "changed"]
_STATEMENT = (RDF.subject, RDF.predicate, RDF.object)
#: How deep a blank node is told; below that it says nothing that a person would read.
_DEEPEST = 4


@dataclass(frozen=True)
class Change:
    """One property of a thing, before and after.

    Args:
        property: what people call it; ``says`` for the statement of a claim.
        removed: the values that are no longer there, in words.
        added: the values that were not there before, in words.
        inferred: whether the change follows from others.
        text: the change in words.
    """

    property: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    inferred: bool
    text: str


@dataclass(frozen=True)
class ThingDiff:
    """One thing that was added, removed or changed.

    Args:
        kind: which of the three.
        thing: its IRI, or what a blank node says.
        name: what people call it.
        changes: one for each property, sorted.
    """

    kind: _Kind
    thing: str
    name: str
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """One line."""
        head = self.name if self.kind == "changed" else f"{self.kind} {self.name}"
        said = "; ".join(change.text for change in self.changes)
        return f"{head}: {said}" if said else head


@dataclass(frozen=True)
class Diff:
    """Everything that changed; false where nothing did.

    >>> print(diff([], [], name=str))
    no differences
    """

    things: tuple[ThingDiff, ...]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.things)

    def __str__(self) -> str:
        """One line for each thing, or ``no differences``."""
        return "\n".join(map(str, self.things)) or "no differences"

    def to_json(self) -> str:
        r"""Write the differences as a JSON list.

        >>> diff([], [], name=str).to_json()
        '[]\n'
        """
        things = [asdict(thing) for thing in self.things]
        return json.dumps(things, ensure_ascii=False, indent=2) + "\n"


def diff(a: _Graphs, b: _Graphs, name: Callable[[NamedNode], str]) -> Diff:
    """Tell in words what changed from one graph to another.

    Args:
        a: the triples before, by graph name or all together.
        b: the triples after.
        name: what people call a resource; a CURIE where it has no label.

    >>> from kg.namespaces import WGS84
    >>> from pyoxigraph import Literal, Triple
    >>> def place(latitude):
    ...     return Triple(REL.Event, WGS84.lat, Literal(latitude, datatype=XSD.decimal))
    >>> print(diff([place("28.0")], [place("28.5")], name=lambda node: compact(node.value)))
    rel:Event: wgs84:lat was 28.0, is now 28.5
    """
    before, after = _Lines(a), _Lines(b)
    differing = {_subject(line) for line in before.all ^ after.all}
    # A blank node may have another label in each graph.
    differing |= {_subject(line) for line in before.all | after.all if has_blank_node(line)}
    first, second = _Side(before, differing, name), _Side(after, differing, name)
    return Diff(_Comparison(first, second, name).things())


class _Lines:
    """One of the two graphs as lines of N-Triples: all of them, and those that are inferred."""

    def __init__(self, graphs: _Graphs) -> None:
        by_name = graphs if isinstance(graphs, Mapping) else {GRAPH.asserted: graphs}
        stated: set[str] = set()
        inferred: set[str] = set()
        for graph, triples in by_name.items():
            derived = graph.value.startswith(GRAPH.iri + "inferred/")
            (inferred if derived else stated).update(lines_of(triples))
        self.inferred = inferred - stated
        self.all = stated | inferred


def _subject(line: str) -> str:
    return line[: line.index(" ")]


class _Side:
    """What one of the two graphs says of some nodes, blank ones named by what is said of them."""

    def __init__(self, lines: _Lines, nodes: set[str], name: Callable[[NamedNode], str]) -> None:
        self._name = name
        self._inferred = lines.inferred
        said = [line for line in lines.all if _subject(line) in nodes]
        self.properties = by_subject(name_by_content(one.triple for one in read_lines(said)))

    def infers(self, node: Subject, predicate: NamedNode, terms: Iterable[Term]) -> bool:
        """Return whether all of some triples are inferred."""
        return all(f"{node} {predicate} {term} ." in self._inferred for term in terms)

    def of(self, node: Subject) -> dict[NamedNode, list[Term]]:
        """Return what is said of a node."""
        return self.properties.get(node, {})

    def things(self) -> set[Subject]:
        """Find what to report: every IRI, and the blank nodes that no other thing tells of."""
        targets = {t for said in self.properties.values() for terms in said.values() for t in terms}
        found = {n for n in self.properties if isinstance(n, NamedNode) or n not in targets}
        untold = set(self.properties) - found
        waiting = sorted(found, key=str)
        while waiting or untold:
            if not waiting:
                # Blank nodes that point at each other in a circle: one speaks for all.
                waiting.append(min(untold, key=str))
                found.add(waiting[0])
                untold.discard(waiting[0])
            told = {term for terms in self.of(waiting.pop()).values() for term in terms} & untold
            untold -= told
            waiting += told  # type: ignore[arg-type]
        return found

    def words(self, term: Term, depth: int = 0) -> str:
        """Write a term as a person says it."""
        if isinstance(term, NamedNode):
            return self._name(term)
        if isinstance(term, BlankNode):
            return self._description(term, depth)
        if term.language is not None and term.language != "en":
            return f"“{term.value}” ({term.language})"
        return f"“{term.value}”" if term.language or term.datatype == XSD.string else term.value

    def exact(self, term: Term) -> str:
        """Write a term so that it differs from every other."""
        if isinstance(term, BlankNode):
            return f"{self.words(term)} as {term}"
        return str(term)

    def _description(self, node: BlankNode, depth: int) -> str:
        if depth >= _DEEPEST:
            return "[…]"
        said = self.of(node)
        if said.keys() == {RDF.first, RDF.rest}:
            return f"({', '.join(self._items(node, depth))})"
        parts = [
            f"{self.property(p)} {', '.join(sorted(self.words(t, depth + 1) for t in terms))}"
            for p, terms in said.items()
        ]
        return f"[{'; '.join(sorted(parts))}]"

    def _items(self, cell: Term, depth: int) -> list[str]:
        items, seen = [], set()
        while isinstance(cell, BlankNode) and cell not in seen:
            seen.add(cell)
            items += [self.words(item, depth + 1) for item in self.of(cell).get(RDF.first, [])]
            cell = next(iter(self.of(cell).get(RDF.rest, [])), RDF.nil)
        return items

    def property(self, predicate: NamedNode) -> str:
        """Name a property; those of RDF itself have no label in a graph of facts."""
        plain = {RDF.type: "class", RDFS.label: "label"}
        return plain.get(predicate) or self._name(predicate)

    def statement(self, node: Subject) -> str:
        """Tell what a claim says."""
        said = (self.of(node).get(predicate) for predicate in _STATEMENT)
        return " ".join(" / ".join(map(self.words, terms)) if terms else "?" for terms in said)


class _Comparison:
    def __init__(self, a: _Side, b: _Side, name: Callable[[NamedNode], str]) -> None:
        self._a, self._b, self._name = a, b, name

    def things(self) -> tuple[ThingDiff, ...]:
        """Compare thing by thing."""
        before, after = self._a.things(), self._b.things()
        names = {n: self._thing(n) for n in before | after if self._a.of(n) != self._b.of(n)}
        shared = Counter(names.values())
        found = []
        for node, name in names.items():
            kind: _Kind = "changed"
            if not (self._a.of(node) and self._b.of(node)):
                kind = "added" if self._b.of(node) else "removed"
            if isinstance(node, BlankNode):
                found.append(ThingDiff(kind, name, name, ()))
                continue
            unique = f"{name} ({compact(node.value)})" if shared[name] > 1 else name
            found.append(ThingDiff(kind, node.value, unique, tuple(self._changes(node, kind))))
        return tuple(sorted(found, key=lambda thing: (thing.name, thing.thing, thing.kind)))

    def _thing(self, node: Subject) -> str:
        side = self._b if self._b.of(node) else self._a
        if isinstance(node, BlankNode):
            return side.words(node)
        if REL.Claim not in side.of(node).get(RDF.type, ()):
            return self._name(node)
        identifiers = [term.value for term in side.of(node).get(DCTERMS.identifier, ())]
        local = compact(node.value).removeprefix("kg:claim-")
        for identifier in identifiers:
            # F050 has several claims: claim-f050, claim-f050-date …
            if local.startswith(identifier.lower()):
                return f"claim {identifier}{local[len(identifier) :]}"
        return f"claim {local}"

    def _changes(self, node: NamedNode, kind: _Kind) -> list[Change]:
        before, after = self._a.of(node), self._b.of(node)
        differing = [p for p in before.keys() | after.keys() if before.get(p) != after.get(p)]
        changes = []
        if REL.Claim in (after or before).get(RDF.type, ()):
            if set(differing) & set(_STATEMENT):
                changes.append(self._saying(node, kind))
            told = {*_STATEMENT, *((RDF.type, DCTERMS.identifier) if kind != "changed" else ())}
            differing = [predicate for predicate in differing if predicate not in told]
        elif kind != "changed":
            # The name that stands before the changes has said it.
            differing = [p for p in differing if p != RDFS.label or len((after or before)[p]) > 1]
        properties = sorted((p != RDF.type, self._b.property(p), str(p), p) for p in differing)
        return changes + [self._change(node, predicate, kind) for *_, predicate in properties]

    def _saying(self, node: NamedNode, kind: _Kind) -> Change:
        old = self._a.statement(node) if self._a.of(node) else ""
        new = self._b.statement(node) if self._b.of(node) else ""
        text = f"now says {new} (before: {old})" if kind == "changed" else f"says {new or old}"
        return Change("says", (old,) * bool(old), (new,) * bool(new), inferred=False, text=text)

    def _change(self, node: NamedNode, predicate: NamedNode, kind: _Kind) -> Change:
        before = self._a.of(node).get(predicate, [])
        after = self._b.of(node).get(predicate, [])
        gone = [term for term in before if term not in after]
        new = [term for term in after if term not in before]
        removed = sorted(map(self._a.words, gone))
        added = sorted(map(self._b.words, new))
        if set(removed) & set(added):
            # What reads alike differs in a datatype, in an IRI or deeper down: show it whole.
            removed, added = sorted(map(self._a.exact, gone)), sorted(map(self._b.exact, new))
        inferred = self._a.infers(node, predicate, gone) and self._b.infers(node, predicate, new)
        word = self._b.property(predicate)
        kept = len(before) > len(gone)
        text = _sentence(word, removed, added, kept=kept) if kind == "changed" else ""
        text = text or f"{word} {', '.join(removed + added)}"
        text += " (inferred)" * inferred
        return Change(word, tuple(removed), tuple(added), inferred, text)


def _sentence(word: str, removed: list[str], added: list[str], *, kept: bool) -> str:
    old, new = ", ".join(removed), ", ".join(added)
    if removed and added and not kept:
        return f"{word} was {old}, is now {new}"
    more = f"{'also' if kept else 'now'} {new}" if added else ""
    less = f"no longer {old}" if removed else ""
    return f"{word}: {', '.join(filter(None, (more, less)))}"
