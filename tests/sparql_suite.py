"""The W3C's suites for SPARQL 1.0 and 1.1: their cases, and what each result must be."""

from __future__ import annotations

import csv
import functools
import io
import os
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat

from kg.validation.shapes import ShapesGraph

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
#: Where the W3C has the files; a file's address is the base of what it holds.
_HOMES = {
    "sparql10": "http://www.w3.org/2001/sw/DataAccess/tests/data-r2",
    "sparql11": "http://www.w3.org/2009/sparql/docs/tests/data-sparql11",
}
#: Other suites of the same folder have tests of their own.
_NOT_QUERIES = ("entailment", "protocol", "graph-store-protocol", "service-description")
#: What a result is, by the ending of its file.
_ROWS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Case:
    """One test of a manifest.

    Args:
        name: suite, folder and name, which no other case has.
        kind: query, csv, update, or what a text must be: accepted, refused.
        query: the file of the query or the update.
        data: files of the default graph, each with the address that is its base.
        named: files of named graphs, by name.
        result: the file of what must come out; of an update, the default graph.
        after: files of named graphs after an update, by name.
        is_lax: whether rows may be there more or less often.
    """

    name: str
    kind: str
    query: Path
    base: str
    data: tuple[tuple[Path, str], ...] = ()
    named: tuple[tuple[str, Path, str], ...] = ()
    result: Path | None = None
    after: tuple[tuple[str, Path, str], ...] = ()
    is_lax: bool = False
    is_update: bool = field(default=False)

    @property
    def text(self):
        """The text of the query, with the address of its file as its base."""
        text = self.query.read_text("utf-8")
        return f"BASE <{self.base}>\n{text}"

    def address(self, path):
        """Return the address of a file that stands beside the query."""
        return f"{self.base.rpartition('/')[0]}/{path.name}"

    def quads(self):
        """Return the dataset that the case is asked of."""
        found = []
        for path, base in self.data:
            found += (Quad(*triple) for triple in triples_of(path, base))
        for name, path, base in self.named:
            found += (Quad(*triple, NamedNode(name)) for triple in triples_of(path, base))
        return found


@functools.cache
def cases(suite):
    """Return the cases of a suite, ``sparql10`` or ``sparql11``; none where no folder is named."""
    folder = os.environ.get("KG_SUITES")
    if not folder:
        return []
    root = Path(folder).resolve() / suite
    found = []
    for manifest in sorted(root.glob("*/manifest.ttl")):
        if manifest.parent.name not in _NOT_QUERIES:
            found += _cases(suite, manifest)
    return found


_KINDS = {
    "QueryEvaluationTest": "query",
    "CSVResultFormatTest": "csv",
    "UpdateEvaluationTest": "update",
    "PositiveSyntaxTest": "accepted",
    "PositiveSyntaxTest11": "accepted",
    "PositiveUpdateSyntaxTest11": "accepted",
    "NegativeSyntaxTest": "refused",
    "NegativeSyntaxTest11": "refused",
    "NegativeUpdateSyntaxTest11": "refused",
}


def _cases(suite, manifest):  # noqa: C901 - what a manifest may say of a case
    home = f"{_HOMES[suite]}/{manifest.parent.name}/"
    text = manifest.read_bytes()
    graph = ShapesGraph(
        quad.triple for quad in ox.parse(text, RdfFormat.TURTLE, base_iri=home + "manifest.ttl")
    )

    def path(node):
        return manifest.parent / node.value.removeprefix(home)

    def values(node, *names):
        return [v for name in names for v in graph.values(node, NamedNode(name))]

    def named(node, *names):
        found = []
        for value in values(node, *names):
            inner = values(value, _UT + "graph", _QT + "graph")
            if inner:
                (label,) = values(value, _LABEL)
                found.append((label.value, path(inner[0]), inner[0].value))
            else:
                found.append((value.value, path(value), value.value))
        return tuple(found)

    entries = [t.object for t in graph.triples if t.predicate.value == _MF + "entries"]
    seen = Counter()
    for entry in (case for head in entries for case in graph.members(head)):
        kinds = {k.value.removeprefix(_MF) for k in values(entry, _RDF + "type")} & _KINDS.keys()
        if not kinds:
            continue
        (kind,) = kinds
        (action,) = values(entry, _MF + "action")
        results = values(entry, _MF + "result")
        texts = values(action, _QT + "query", _UT + "request") or [action]
        name = f"{suite}/{manifest.parent.name}/{entry.value.rpartition('#')[2]}"
        seen[name] += 1
        if not path(texts[0]).is_file():
            continue
        result, after = None, ()
        if results and _KINDS[kind] == "update":
            result = next((path(v) for v in values(results[0], _UT + "data")), None)
            after = named(results[0], _UT + "graphData")
        elif results:
            result = path(results[0])
        yield Case(
            name=name if seen[name] == 1 else f"{name}-{seen[name]}",
            kind=_KINDS[kind],
            query=path(texts[0]),
            base=texts[0].value,
            data=tuple((path(v), v.value) for v in values(action, _QT + "data", _UT + "data")),
            named=named(action, _QT + "graphData", _UT + "graphData"),
            result=result,
            after=after,
            is_lax=any(values(entry, _MF + "resultCardinality")),
            is_update="Update" in kind,
        )


@cache
def triples_of(path, base):
    """Return the triples of a file."""
    kind = RdfFormat.RDF_XML if path.suffix == ".rdf" else RdfFormat.TURTLE
    quads = ox.parse(path.read_bytes(), kind, base_iri=base, rename_blank_nodes=True)
    return tuple(quad.triple for quad in quads)


# --- What must come out ---------------------------------------------------------------------------


def expected(case):
    """Return what a case must give: True or False, rows as dictionaries by variable, or triples."""
    path = case.result
    if path.suffix in _ROWS:
        answer = ox.parse_query_results(path.read_bytes(), _ROWS[path.suffix])
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        names = [variable.value for variable in answer.variables]
        rows = [{n: row[n] for n in names if row[n] is not None} for row in answer]
        return Rows(names, rows)
    triples = triples_of(path, case.address(path))
    graph = ShapesGraph(triples)
    heads = [t.subject for t in triples if t.object == NamedNode(_RS + "ResultSet")]
    if not heads:
        return triples
    booleans = graph.values(heads[0], NamedNode(_RS + "boolean"))
    if booleans:
        return booleans[0].value == "true"
    names = [v.value for v in graph.values(heads[0], NamedNode(_RS + "resultVariable"))]
    found = []
    for solution in graph.values(heads[0], NamedNode(_RS + "solution")):
        row = {}
        for binding in graph.values(solution, NamedNode(_RS + "binding")):
            (variable,) = graph.values(binding, NamedNode(_RS + "variable"))
            (value,) = graph.values(binding, NamedNode(_RS + "value"))
            row[variable.value] = value
        index = graph.values(solution, NamedNode(_RS + "index"))
        found.append((int(index[0].value) if index else 0, row))
    found.sort(key=lambda each: each[0])
    return Rows(names, [row for _, row in found], is_ordered=any(index for index, _ in found))


@dataclass
class Rows:
    """The rows of a SELECT.

    Args:
        names: of the variables.
        rows: the terms by variable, without those that are unbound.
        is_ordered: whether the order counts.
    """

    names: list
    rows: list
    is_ordered: bool = False


def is_right(case, given):  # noqa: PLR0911 - one for each kind of result
    """Tell whether a result is what the case says, term by term."""
    wanted = expected(case)
    if isinstance(wanted, bool) or isinstance(given, bool):
        return wanted is given
    if isinstance(wanted, Rows) is not isinstance(given, Rows):
        return False
    if not isinstance(wanted, Rows):
        return _canonical(wanted) == _canonical(given)
    # Files of results in RDF tell the variables that are bound anywhere, in no order.
    if case.result.suffix in _ROWS and sorted(wanted.names) != sorted(given.names):
        return False
    if case.is_lax:
        return {_key(row) for row in given.rows} == {_key(row) for row in wanted.rows}
    is_ordered = wanted.is_ordered or (
        case.result.suffix in _ROWS and "ORDER" in case.query.read_text("utf-8").upper()
    )
    if is_ordered and _has_no_nodes(wanted):
        return given.rows == wanted.rows
    return _canonical(_as_triples(wanted)) == _canonical(_as_triples(given))


def _key(row):
    return frozenset(row.items())


def _has_no_nodes(rows):
    return not any(isinstance(term, BlankNode) for row in rows.rows for term in row.values())


def _as_triples(rows):
    def number(index):
        return BlankNode(f"row{index}")

    for index, row in enumerate(rows.rows):
        yield ox.Triple(number(index), NamedNode(_RDF + "type"), NamedNode(_RS + "row"))
        for name, term in row.items():
            yield ox.Triple(number(index), NamedNode(_RS + name), term)


def _canonical(triples):
    """Return statements with names for blank nodes that equal graphs share."""
    dataset = ox.Dataset(Quad(t.subject, t.predicate, _whole(t.object)) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return Counter(map(str, dataset))


def _whole(term):
    # Languages are compared without regard to case.
    if isinstance(term, Literal) and term.language:
        return Literal(term.value, language=term.language.lower())
    return term


def is_same_dataset(case, quads):
    """Tell whether an update left what the case says."""
    wanted = ox.Dataset()
    if case.result is not None:
        for triple in triples_of(case.result, case.address(case.result)):
            wanted.add(Quad(*triple))
    for name, path, base in case.after:
        for triple in triples_of(path, base):
            wanted.add(Quad(*triple, NamedNode(name)))
    found = ox.Dataset(quads)
    wanted.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(map(str, wanted)) == set(map(str, found))


def cells(text):
    """Return the rows of a CSV file, the first first and the others in no order."""
    first, *others = csv.reader(io.StringIO(text))
    return first, Counter(tuple("_:" if c.startswith("_:") else c for c in row) for row in others)
