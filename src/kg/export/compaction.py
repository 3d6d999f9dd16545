"""The JSON-LD of resources without blank nodes, as PyLD frames and compacts them.

PyLD is asked once for each kind of value that a property has (IRIs, a language, a datatype): as it
writes one value of a kind it writes them all. https://www.w3.org/TR/json-ld11-api/#compaction
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kg.export.canonical import has_blank_node
from kg.export.ntriples import literal_parts, split
from kg.namespaces import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Compaction", "Json", "is_plain"]

Json = dict[str, Any]

_SAMPLE = "urn:x-kg-sample:"
_TEXT = "text"
#: A prefix may stand for an IRI that ends in one of these.
_DELIMITERS = tuple(":/?#[]@")
_TYPE = str(RDF.type)
#: Lists, and JSON as a literal, are written otherwise than as a value of some kind.
_APART = (f" {RDF.nil} .", f"^^{RDF.JSON} .")


def is_plain(context: Mapping[str, Any]) -> bool:
    """Return whether a context has only names, prefixes, datatypes and language maps.

    >>> is_plain({"@version": 1.1, "id": "@id", "label": {"@id": "urn:x", "@container": "@set"}})
    False
    """
    return all(
        term == "@version" or (":" not in term and term[:1] != "@" and _is_plain(meaning, context))
        for term, meaning in context.items()
    )


def _is_plain(meaning: Any, context: Mapping[str, Any]) -> bool:
    if isinstance(meaning, str):
        return not meaning.endswith(_DELIMITERS) or meaning.partition(":")[0] not in context
    kind = meaning.get("@type", "@id") if isinstance(meaning, dict) else "@none"
    return (
        (kind == "@id" or kind[:1] != "@")
        and meaning.keys() <= {"@id", "@type", "@container"}
        and meaning.get("@container", "@language") == "@language"
    )


class _Value(NamedTuple):
    """The kind of a value (an IRI, a language, a datatype), and the value."""

    kind: str
    value: str


class _Form(NamedTuple):
    """How the values of a kind are written.

    Args:
        key: the key that the property has for them.
        object: what stands around each value, if anything.
        slot: the key of the value in that object; in a language map, the language.
        is_map: whether they stand in one language map.
    """

    key: str
    object: Json
    slot: str
    is_map: bool


class Compaction:
    """Compacts resources.

    Args:
        context: what to compact with; ``is_plain``.
        frame: frames and compacts any expanded resources.
    """

    def __init__(
        self, context: Mapping[str, Any], frame: Callable[[list[Json]], list[Json]]
    ) -> None:
        self._frame = frame
        self._prefixes = {
            term: iri
            for term, iri in context.items()
            if isinstance(iri, str) and iri.endswith(_DELIMITERS)
        }
        self._identifier = next((key for key, iri in context.items() if iri == "@id"), "@id")
        self._type = next((key for key, iri in context.items() if iri == "@type"), "@type")
        self._values: dict[str, _Value] = {}
        self._names: dict[str, str] = {}

    @staticmethod
    def takes(lines: Iterable[str]) -> bool:
        """Return whether the lines about one subject have nothing that is written apart."""
        return not any(
            line.endswith(_APART)
            or ("_:" in line and has_blank_node(line))
            or f' {_TYPE} "' in line
            for line in lines
        )

    def nodes(self, subjects: Iterable[list[str]]) -> list[Json]:
        """Return resources, compacted, in their order.

        Args:
            subjects: the canonical lines about each.

        Raises:
            ValueError: they are not to be written in this way.
        """
        described = [self._described(lines) for lines in subjects]
        kinds = {
            (predicate, value.value if predicate == _TYPE else value.kind)
            for _, said in described
            for predicate, values in said.items()
            for value in values
        }
        forms = self._forms(sorted(kinds))
        return [self._node(subject, said, forms) for subject, said in described]

    def _described(self, lines: list[str]) -> tuple[str, dict[str, list[_Value]]]:
        said: dict[str, list[_Value]] = {}
        subject = ""
        for line in lines:
            subject, predicate, term = split(line)
            if term not in self._values:
                self._values[term] = self._value(term)
            said.setdefault(predicate, []).append(self._values[term])
        return subject[1:-1], said

    @staticmethod
    def _value(term: str) -> _Value:
        if term[0] == "<":
            return _Value("@id", term[1:-1])
        value, language, datatype = literal_parts(term)
        return _Value(f"@{language}" if language else f"^{datatype}", value)

    def _forms(self, kinds: list[tuple[str, str]]) -> dict[tuple[str, str], _Form]:
        """Have a resource framed with one value of each kind."""
        samples = [
            {"@id": f"{_SAMPLE}{number}"} | _sample(predicate, kind)
            for number, (predicate, kind) in enumerate(kinds)
        ]
        framed = {node.pop(self._identifier): node for node in self._frame(samples)}
        found = [framed.get(sample["@id"], {}) for sample in samples]
        return {kind: _form(kind, node) for kind, node in zip(kinds, found, strict=True)}

    def _node(
        self, subject: str, said: dict[str, list[_Value]], forms: dict[tuple[str, str], _Form]
    ) -> Json:
        node: Json = {self._identifier: self._name(subject)}
        for predicate, values in said.items():
            for value in values:
                if predicate == _TYPE:
                    form = forms[predicate, value.value]
                    _add(node, form.key, form.object[form.slot])
                    continue
                form = forms[predicate, value.kind]
                written = self._name(value.value) if value.kind == "@id" else value.value
                if form.is_map:
                    _add(node.setdefault(form.key, {}), form.slot, written)
                elif form.slot:
                    _add(node, form.key, {**form.object, form.slot: written})
                else:
                    _add(node, form.key, written)
        return node

    def _name(self, iri: str) -> str:
        if iri not in self._names:
            self._names[iri] = self._compact(iri)
        return self._names[iri]

    def _compact(self, iri: str) -> str:
        """Return the shortest name with a prefix; of several, the first."""
        found = [
            f"{prefix}:{iri.removeprefix(start)}"
            for prefix, start in self._prefixes.items()
            if iri.startswith(start) and iri != start
        ]
        if found:
            return min(found, key=lambda name: (len(name), name))
        if iri.partition(":")[0] in self._prefixes:
            raise ValueError(iri)
        return iri


def _sample(predicate: str, kind: str) -> Json:
    if predicate == _TYPE:
        return {"@type": [kind]}
    value: Json = {"@value": _TEXT}
    if kind == "@id":
        value = {"@id": f"{_SAMPLE}{_TEXT}"}
    elif kind[0] == "@":
        value["@language"] = kind[1:]
    elif kind != f"^{XSD.string.value}":
        value["@type"] = kind[1:]
    return {predicate[1:-1]: [value]}


def _form(kind: tuple[str, str], node: Json) -> _Form:
    """Return the form of a kind of value, as it is in a resource that has one.

    Raises:
        ValueError: it is a form of another sort.
    """
    [(key, written)] = node.items()
    if kind[0] == _TYPE:
        return _Form(key, {"": written}, "", is_map=False)
    value = f"{_SAMPLE}{_TEXT}" if kind[1] == "@id" else _TEXT
    if written == value:
        return _Form(key, {}, "", is_map=False)
    [slot] = (name for name, inner in written.items() if inner == value)
    is_map = kind[1] != "@id" and slot != "@value"
    return _Form(key, written, slot, is_map=is_map)


def _add(node: Json, key: str, value: Any) -> None:
    """Add a value to those that a key has, as compaction does."""
    if key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        node[key].append(value)
    else:
        node[key] = [node[key], value]
