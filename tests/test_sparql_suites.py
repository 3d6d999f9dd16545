"""The W3C's suites for SPARQL 1.0 and 1.1, through Python, the command and HTTP, term by term."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
    serialize,
)

import kg
from kg.errors import KgError, Misuse, UnknownName
from kg.lexical import decode_quad, encode_quad
from kg.results import Boolean, GraphResult
from kg.sparql.tokens import tokenize
from kg.sparql.update import apply
from kg.web.resources import update as updates_of
from kg.web.responses import Problem
from kg.web.settings import Limits
from serving import serving
from sparql_suite import Rows, cases, cells, is_right, is_same_dataset, triples_of

_NONE = pytest.mark.skip("KG_SUITES names no folder of conformance suites")
_COMPUTED = "a number that is computed has one form in kg, the shortest, and several in the suite"
#: The cases that do not come out as the suite says, and why; all of them on each of the ways.
KNOWN = {
    "sparql10/open-world/date-2": "a date with a time zone is not equal to one without, in kg",
    "sparql11/cast/cast-decimal": _COMPUTED,
    "sparql11/cast/cast-double": _COMPUTED,
    "sparql11/cast/cast-float": _COMPUTED,
    "sparql11/csv-tsv-res/tsv03": "its data say 1.0E6, which kg gives, and its result 1.0e6",
    "sparql11/functions/coalesce01": _COMPUTED,
    "sparql11/functions/plus-1-corrected": _COMPUTED,
}
_FORMATS = {".srx": "xml", ".srj": "json", ".tsv": "tsv", ".csv": "csv"}
_READ = {
    "xml": QueryResultsFormat.XML,
    "json": QueryResultsFormat.JSON,
    "tsv": QueryResultsFormat.TSV,
}
_MEDIA = {
    "xml": "application/sparql-results+xml",
    "json": "application/sparql-results+json",
    "tsv": "text/tab-separated-values",
    "csv": "text/csv",
    "nt": "application/n-triples",
}


def queries():
    """Return the cases that ask, or are read only."""
    found = [case for suite in ("sparql10", "sparql11") for case in cases(suite)]
    return [case for case in found if case.kind != "update" and not case.is_update]


def counted():
    """Return for each suite what it is of, how many cases it has, and those known to differ."""
    told = []
    for suite, name in (("sparql10", "SPARQL 1.0"), ("sparql11", "SPARQL 1.1")):
        found = cases(suite)
        asked = [case for case in found if case.kind in ("query", "csv")]
        known = {case: reason for case, reason in KNOWN.items() if case.startswith(suite)}
        told.append((f"{name}, queries, through Python, the command and HTTP", len(asked), known))
        if changed := [case for case in found if case.kind == "update"]:
            told.append((f"{name}, updates, but LOAD is refused", len(changed), {}))
        read = [case for case in found if case.kind in ("accepted", "refused")]
        told.append((f"{name}, syntax", len(read), {}))
    return told


def each(kinds):
    """Run a test on every case of some kinds, or skip it and say why."""
    found = [pytest.param(case, id=case.name) for case in queries() if case.kind in kinds]
    return pytest.mark.parametrize("case", found or [pytest.param(None, marks=_NONE)])


# --- one dataset for all cases --------------------------------------------------------------------


def files(case):
    """Return the files that a case is asked of, also by its FROM, and the graph of each."""
    found = [(base, path, base) for path, base in case.data] + list(case.named)
    for name in dataset_of(case.text):
        address = case.base.rpartition("/")[0] + "/" + name
        found.append((address, case.query.parent / name, address))
    return found


def dataset_of(text):
    return re.findall(r"\bFROM\s+(?:NAMED\s+)?<([\w.-]+)>", text)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A file of N-Quads with the data of all cases, each file a graph."""
    quads = set()
    for case in queries():
        for name, path, base in files(case) if case.kind in ("query", "csv") else ():
            quads.update(Quad(*triple, NamedNode(name)) for triple in triples_of(path, base))
    if not quads:
        pytest.skip("KG_SUITES names no folder of conformance suites")
    file = tmp_path_factory.mktemp("sparql-suites") / "everything.nq"
    file.write_bytes(serialize(quads, format=RdfFormat.N_QUADS))
    return file


def with_dataset(case):
    """Return the query of a case with its dataset written into it."""
    if dataset_of(case.text) or not (case.data or case.named):
        return case.text
    # A graph without triples is none, and cannot be named.
    full = [base for path, base in case.data if triples_of(path, base)]
    names = "".join(f" FROM <{base}>" for base in full)
    names += "".join(f" FROM NAMED <{name}>" for name, _, _ in case.named)
    depth_zero = [t for t in tokenize(case.text) if t.is_outside]
    words = [t.text.upper() for t in depth_zero]
    where = words.index("WHERE") if "WHERE" in words else words.index("{")
    place = depth_zero[where].start
    return f"{case.text[:place]}{names} {case.text[place:]}"


# --- the ways -------------------------------------------------------------------------------------


def form_of(case):
    """Return the format that the result is taken in: that of the suite's file, or one that fits."""
    written = _FORMATS.get(case.result.suffix)
    words = {token.text.upper() for token in tokenize(case.text) if token.kind == "word"}
    return written or ("nt" if words & {"CONSTRUCT", "DESCRIBE"} else "json")


def judged(case, form, body):
    """Tell whether the bytes of a result are what the case says."""
    if form == "csv":
        return cells(body.decode()) == cells(case.result.read_text("utf-8"))
    if form == "nt":
        return is_right(case, [quad.triple for quad in parse(body, RdfFormat.N_TRIPLES)])
    answer = parse_query_results(body, _READ[form])
    if isinstance(answer, QueryBoolean):
        return is_right(case, bool(answer))
    names = [variable.value for variable in answer.variables]
    rows = [{n: row[n] for n in names if row[n] is not None} for row in answer]
    return is_right(case, Rows(names, rows))


@pytest.fixture(scope="module")
def graph(everything):
    return kg.load(everything, ())


@pytest.fixture(scope="module")
def server(everything):
    with serving("--dataset", everything) as server:
        yield server


@each(("query",))
def test_python_answers_as_the_suite_says(graph, case):
    result = graph.query(with_dataset(case))
    if isinstance(result, Boolean):
        given = bool(result)
    elif isinstance(result, GraphResult):
        given = list(result)
    else:
        rows = [dict(zip(result.variables, row, strict=True)) for row in result.rows]
        rows = [{n: term for n, term in row.items() if term is not None} for row in rows]
        given = Rows(list(result.variables), rows)
    assert is_right(case, given) is (case.name not in KNOWN)


@each(("query", "csv"))
def test_the_command_answers_as_the_suite_says(everything, graph, cli, case):
    assert graph.snapshot
    form = form_of(case)
    options = ("--data", everything, "--ontology", "none", "--format", form)
    answer = cli("query", with_dataset(case), *options)
    assert answer.code in (0, 1), answer.err
    assert judged(case, form, answer.raw) is (case.name not in KNOWN)


@each(("query", "csv"))
def test_the_endpoint_answers_as_the_suite_says(server, case):
    form = form_of(case)
    params = [("query", case.text)]
    if not dataset_of(case.text):
        params += [("default-graph-uri", base) for _, base in case.data]
        params += [("named-graph-uri", name) for name, _, _ in case.named]
    answer = server.get("sparql", params=params, headers={"Accept": _MEDIA[form]})
    assert answer.status_code == 200, answer.text
    assert judged(case, form, answer.content) is (case.name not in KNOWN)


@each(("accepted",))
def test_what_is_sparql_is_read(case):
    try:
        kg.sparql.form(case.text)
    except UnknownName as error:
        # What is read may name a function of its own, which is refused by its name.
        if error.kind != "function":
            raise


@each(("refused",))
def test_what_is_not_sparql_is_refused(case):
    with pytest.raises(KgError):
        kg.sparql.form(case.text)


# --- updates --------------------------------------------------------------------------------------


def updates(*kinds):
    found = [case for case in cases("sparql11") if case.is_update and case.kind in kinds]
    params = [pytest.param(case, id=case.name) for case in found]
    return pytest.mark.parametrize("case", params or [pytest.param(None, marks=_NONE)])


@updates("update")
def test_an_update_leaves_what_the_suite_says(case):
    if "LOAD" in case.text:
        with pytest.raises(Problem, match="LOAD"):
            updates_of.read(case.text, Limits())
        return
    store = Store()
    store.extend(map(encode_quad, case.quads()))
    apply(store, updates_of.read(case.text, Limits()), case.base)
    assert is_same_dataset(case, map(decode_quad, store))


@updates("accepted", "refused")
def test_an_update_is_read_as_far_as_it_is_one(case):
    if case.kind == "accepted":
        with pytest.raises(Problem, match="LOAD") if "LOAD" in case.text else suppress(Misuse):
            apply(Store(), updates_of.read(case.text, Limits()), case.base)
        return
    with pytest.raises((KgError, Problem)):
        apply(Store(), updates_of.read(case.text, Limits()), case.base)
