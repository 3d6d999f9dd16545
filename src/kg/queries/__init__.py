"""Saved queries: files of SPARQL with a header that says what they ask and what they take.

The header is YAML behind ``#+``, so that any SPARQL engine reads the file as it stands::

    #+ summary: Which events raised tension?
    #+ description: One row an event, oldest first.
    #+ tags: [events, tension]
    #+ parameters:
    #+   since: {type: date, description: Leave out what came before., default: "0001"}
    SELECT ?since ?event WHERE { … } ORDER BY ?event

A parameter is a variable of the query; its value is bound as a term and never becomes text of the
query. The form of the header follows grlc (https://github.com/CLARIAH/grlc).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg import resources
from kg.errors import KgError, Misuse, ParseFailure, ResourceNotFound, UnknownName
from kg.namespaces import REL, XSD
from kg.sparql import evaluate, form
from kg.sparql.tokens import tokenize
from kg.terms import resolve, shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import yaml
    from pyoxigraph import Store

    from kg.results import Term
    from kg.sparql import Result

__all__ = ["TYPES", "Parameter", "SavedQuery", "catalogue", "find", "problems", "read", "run"]

_LEXICAL = {
    "integer": re.compile(r"[+-]?[0-9]+\Z"),
    "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)\Z"),
    "boolean": re.compile(r"(?:true|false)\Z"),
}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_HEADER = re.compile(r"#\+ ?")


@dataclass(frozen=True)
class Parameter:
    """A value that a saved query takes.

    Args:
        type: one of ``kg.queries.TYPES``.
        description: what it does to the answer.
        default: the value where none is given; None makes the parameter required.
        example: a value to try.
    """

    type: str
    description: str
    default: str | None = None
    example: str | None = None

    @property
    def required(self) -> bool:
        """Tell whether the query cannot do without a value."""
        return self.default is None

    def term(self, name: str, value: str, store: Store) -> Term:
        """Return the term for a value that the user gave.

        Raises:
            Misuse: the value is not of the parameter's type, or names several things.
            UnknownName: no thing is called so; carries the close matches.

        >>> from pyoxigraph import Store
        >>> Parameter("integer", "How many.").term("limit", "5", Store()).value
        '5'
        """
        if self.type == "iri":
            return resolve(value, store)
        if self.type == "agent":
            return _agent(value, store)
        if self.type == "string":
            try:
                return Literal(value)
            except ValueError:  # bytes of the command line that are not UTF-8
                raise Misuse(f"parameter {name}: not UTF-8 text") from None
        if self.type == "date":
            from kg.dates import as_date

            try:
                return Literal(as_date(value).isoformat(), datatype=XSD.date)
            except (KgError, ValueError):
                pass
        elif _LEXICAL[self.type].match(value):
            return Literal(value, datatype=XSD[self.type])
        raise Misuse(f'parameter {name}: "{value}" is no {self.type}; write {TYPES[self.type]}')


@dataclass(frozen=True)
class SavedQuery:
    """A question that was asked before, ready to be asked again.

    Args:
        slug: its name, that of its file.
        summary: the question itself.
        description: what a row of the answer is, and what is left out.
        tags: what it is about.
        parameters: what it takes, by the name of the variable.
        text: the whole file, header included.
        path: the file.
    """

    slug: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: dict[str, Parameter]
    text: str
    path: Path

    def bind(self, values: Mapping[str, str], store: Store) -> dict[str, Term]:
        """Turn the values that a user gave into terms, and add the defaults.

        Args:
            values: text by name of the parameter.
            store: the graph in which labels and Wikidata ids are looked up.

        Raises:
            UnknownName: the query has no such parameter, or the graph no such thing.
            Misuse: a required value is missing, or one is not of its parameter's type.
        """
        for name in values:
            if name not in self.parameters:
                known = list(self.parameters)
                hint = f"{self.slug} takes {', '.join(known) or 'none'}"
                raise UnknownName("parameter", name, known, hint)
        missing = [n for n, one in self.parameters.items() if one.required and n not in values]
        if missing:
            raise Misuse(f"{self.slug} needs {' and '.join(map(self._needed, missing))}")
        return {
            name: parameter.term(name, values.get(name, parameter.default or ""), store)
            for name, parameter in self.parameters.items()
        }

    def _needed(self, name: str) -> str:
        one = self.parameters[name]
        example = f", for example {name}={one.example}" if one.example else ""
        return f"{name} ({one.description.rstrip('.')}{example})"


def _agent(value: str, store: Store) -> Term:
    """Find who is meant among those who make claims, themselves or through who acts for them."""
    agent = resolve(value, store)
    asserters = {quad.object for quad in store.quads_for_pattern(None, REL.assertedBy, None)}
    speakers: set[Term] = {agent}
    if isinstance(agent, NamedNode):
        speakers |= {quad.subject for quad in store.quads_for_pattern(None, REL.actsFor, agent)}
    if asserters.isdisjoint(speakers):
        names = sorted({shorten(one, store) for one in asserters})
        raise UnknownName("agent with claims", value, names, f"one of {'; '.join(names)}")
    return agent


def run(store: Store, saved: SavedQuery, values: Mapping[str, str]) -> Result:
    """Answer a saved query over a store.

    Args:
        store: is only read.
        saved: the query.
        values: text by name of the parameter; see ``SavedQuery.bind``.

    Returns:
        The result; the ``parameters`` of rows are the values that were used.
    """
    bindings = saved.bind(values, store)
    return evaluate(store, saved.text, bindings=bindings, source=str(saved.path))


def catalogue(folder: Path | None = None) -> dict[str, SavedQuery]:
    """Read all saved queries of a folder, those that kg ships unless told, by name.

    >>> catalogue()["tension-raising-events"].summary[-1]
    '?'
    """
    return {path.stem: read(path) for path in _files(folder)}


def find(slug: str, folder: Path | None = None) -> SavedQuery:
    """Read one saved query.

    Args:
        slug: its name, with or without ``.rq``.
        folder: where it is; among those that kg ships unless told.

    Raises:
        UnknownName: there is none of that name; carries the close matches.
    """
    files = {path.stem: path for path in _files(folder)}
    name = slug.removesuffix(".rq")
    if name not in files:
        raise UnknownName("query", slug, list(files), hint="kg queries lists them")
    return read(files[name])


def _files(folder: Path | None) -> list[Path]:
    folder = folder or resources.queries()
    if not folder.is_dir():
        raise ResourceNotFound(folder)
    return sorted(folder.glob("*.rq"))


def read(path: Path) -> SavedQuery:
    """Read a saved query from its file.

    Raises:
        ParseFailure: it is not UTF-8, or its header is not well formed; names file and line.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ParseFailure(path, "not UTF-8 text", line) from None
    lines = text.split("\n")
    length = next(n for n, line in enumerate([*lines, ""]) if not _HEADER.match(line))
    for number, late in enumerate(lines[length:], length + 1):
        if _HEADER.match(late):
            raise ParseFailure(path, "the header must stand at the top, in one piece", number)
    header = _parse([_HEADER.sub("", line, count=1) for line in lines[:length]], path)
    return SavedQuery(
        slug=path.stem,
        summary=header.summary,
        description=header.description,
        tags=header.tags,
        parameters={name: Parameter(**told) for name, told in header.parameters.items()},
        text=text,
        path=path,
    )


def problems(saved: SavedQuery) -> list[str]:
    """Tell what a saved query lacks to be one of the catalogue.

    Args:
        saved: a query whose header could be read.

    Returns:
        One sentence for each problem; none where all is well.

    >>> [name for name, saved in catalogue().items() if problems(saved)]
    []
    """
    found = []
    if not _SLUG.match(saved.slug):
        found.append("the file's name is not lower case words joined by hyphens")
    if not saved.summary.endswith("?"):
        found.append("the summary does not end with a question mark")
    if not saved.description:
        found.append("the description is missing")
    if not saved.tags:
        found.append("it has no tags")
    names = tuple(saved.parameters)
    try:
        kind, projected = form(saved.text, str(saved.path), names)
    except KgError as error:
        return [*found, str(error)]
    tokens = tokenize(saved.text)
    used = Counter(token.text[1:] for token in tokens if token.kind == "variable")
    # Naming it in SELECT alone does nothing with it.
    least = 2 if kind == "SELECT" else 1
    found += [f"the text does not use its parameter {n}" for n in names if used[n] < least]
    if kind == "SELECT":
        words = [t.text.upper() for t in tokens if t.is_outside and t.kind == "word"]
        if projected[: len(names)] != names:
            found.append(f"SELECT does not begin with its parameters: {', '.join(names)}")
        if ("ORDER", "BY") not in pairwise(words):
            found.append("it has no ORDER BY, so its rows come in no sure order")
    return found + _misfits(saved)


def _misfits(saved: SavedQuery) -> list[str]:
    """Tell which defaults and examples are not of their type."""
    from pyoxigraph import Store

    found = []
    for name, parameter in saved.parameters.items():
        for value in (parameter.default, parameter.example):
            if value is None or parameter.type in ("iri", "agent"):
                continue  # whether a thing is there depends on the graph
            try:
                parameter.term(name, value, Store())
            except Misuse as error:
                found.append(str(error))
    return found


# The header of a saved query, read with the line of each mistake.

#: The types that a parameter may have, and what a value of each looks like.
TYPES = {
    "date": "2023, 2023-12 or 2023-12-22",
    "iri": "an IRI, a CURIE, a Wikidata id or a label",
    "agent": "an agent who makes claims, as an IRI, a CURIE, a Wikidata id or a label",
    "string": "any text",
    "integer": "a whole number",
    "decimal": "a number such as 1.5",
    "boolean": "true or false",
}
_KEYS = ("summary", "description", "tags", "parameters")
_PARAMETER_KEYS = ("type", "description", "default", "example")


@dataclass(frozen=True)
class _Header:
    """What a header says; all values are text, however YAML would read them.

    Args:
        summary: the question.
        description: what a row of the answer is; empty where it is not given.
        tags: what it is about.
        parameters: by name, what is said of each: type, description, default, example.
    """

    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: dict[str, dict[str, str]]


def _parse(lines: Sequence[str], path: Path) -> _Header:
    """Read the lines of a header, without their ``#+``.

    Args:
        lines: YAML, from the first line of the file on.
        path: the file, for messages.

    Raises:
        ParseFailure: not YAML, or not the header of a query; names file and line.

    >>> from pathlib import Path
    >>> _parse(["summary: Which events?", "tags: [events]"], Path("a.rq")).tags
    ('events',)
    >>> _parse(["summry: Which events?"], Path("a.rq"))
    Traceback (most recent call last):
    kg.errors.ParseFailure: a.rq:1: the header has no "summry"; did you mean summary?
    """
    import yaml

    try:
        # Composing keeps the lines, and leaves 2023-12-22 and yes the text that they are.
        root = yaml.compose("\n".join(lines), Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = str(error.problem)
        if reason.startswith("mapping values"):
            reason = 'put text that holds ": " in quotes'
        raise ParseFailure(path, f"the header is not YAML: {reason}", line) from None
    except yaml.YAMLError as error:
        reason = str(error).partition("\n")[0]
        raise ParseFailure(path, f"the header is not YAML: {reason}", 1) from None
    reader = _Reader(path)
    entries = {} if root is None else reader.mapping(root, _KEYS, "the header")
    if "summary" not in entries:
        raise ParseFailure(path, 'the header lacks its question: "#+ summary: Which …?"', 1)
    described = reader.mapping(entries["parameters"]) if "parameters" in entries else {}
    return _Header(
        summary=reader.text(entries["summary"]),
        description=reader.text(entries["description"]) if "description" in entries else "",
        tags=reader.texts(entries["tags"]) if "tags" in entries else (),
        parameters={name: reader.parameter(name, node) for name, node in described.items()},
    )


class _Reader:
    """Takes YAML nodes apart, and says in which line one is not what it should be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def failure(self, node: yaml.Node, message: str) -> ParseFailure:
        return ParseFailure(self.path, message, node.start_mark.line + 1)

    def text(self, node: yaml.Node) -> str:
        from yaml import ScalarNode

        if not isinstance(node, ScalarNode) or not node.value.strip():
            raise self.failure(node, "text is wanted here")
        text: str = node.value.strip()
        return text

    def texts(self, node: yaml.Node) -> tuple[str, ...]:
        from yaml import SequenceNode

        if not isinstance(node, SequenceNode):
            raise self.failure(node, "a list is wanted here: [one, two]")
        return tuple(self.text(item) for item in node.value)

    def mapping(
        self, node: yaml.Node, keys: Collection[str] | None = None, where: str = ""
    ) -> dict[str, yaml.Node]:
        """Return the values by key.

        Args:
            node: of the mapping.
            keys: those that there are, unless any will do.
            where: what has them, for messages.
        """
        from yaml import MappingNode

        if not isinstance(node, MappingNode):
            raise self.failure(node, "names and values are wanted here: name: value")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if keys is not None and name not in keys:
                close = get_close_matches(name, keys, n=1)
                hint = f"did you mean {close[0]}?" if close else f"it may have {', '.join(keys)}"
                raise self.failure(key, f'{where} has no "{name}"; {hint}')
            if name in found:
                raise self.failure(key, f'"{name}" is given twice')
            found[name] = value
        return found

    def parameter(self, name: str, node: yaml.Node) -> dict[str, str]:
        entries = self.mapping(node, _PARAMETER_KEYS, "a parameter")
        for key in ("type", "description"):
            if key not in entries:
                raise self.failure(node, f"the parameter {name} lacks its {key}")
        described = {key: self.text(value) for key, value in entries.items()}
        if described["type"] not in TYPES:
            message = f'no type "{described["type"]}"; one of {", ".join(TYPES)}'
            raise self.failure(entries["type"], message)
        return described
