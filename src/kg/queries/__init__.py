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
from itertools import pairwise
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg import resources
from kg.errors import KgError, Misuse, ParseFailure, ResourceNotFound, UnknownName
from kg.namespaces import REL, XSD
from kg.queries.headers import TYPES, parse
from kg.sparql import evaluate, form
from kg.sparql.tokens import tokenize
from kg.terms import resolve, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyoxigraph import Store

    from kg.results import Term
    from kg.sparql import Result

__all__ = ["Parameter", "SavedQuery", "catalogue", "find", "problems", "read", "run"]

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
        type: one of ``kg.queries.headers.TYPES``.
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
    header = parse([_HEADER.sub("", line, count=1) for line in lines[:length]], path)
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
