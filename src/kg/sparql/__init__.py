"""SPARQL queries, evaluated by the store once they are checked.

Nothing is fetched and nothing is changed: ``kg.sparql.guard`` has the reasons.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    Variable,
)

from kg.errors import KgError, Misuse, ParseFailure, QueryRefused, UnknownName
from kg.lexical import decode, encode
from kg.namespaces import GRAPH, RDF, compact, known_prefixes
from kg.results import Boolean, GraphResult, Solutions
from kg.sparql.guard import Query, check, read, refuse_unknown_prefixes
from kg.sparql.rewriting import OWN, Rewritten, rewrite
from kg.sparql.scope import Cap, Scope, merged
from kg.sparql.tokens import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.results import Term
    from kg.snapshot.written import Written

    #: What functions make of terms, by their IRI; None is an error.
    Functions = Mapping[NamedNode, Callable[..., Term | None]]

__all__ = ["Cap", "Query", "Result", "Scope", "check", "evaluate", "evaluation_failure", "form"]
__all__ += ["read", "syntax_failure"]

#: What a query may evaluate to.
Result = Solutions | Boolean | GraphResult
_ALL, _NO_CAP = Scope(), Cap()


def form(
    text: str, source: str = "query", variables: Iterable[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """Parse a query without data.

    Args:
        text: a query.
        source: what messages call it, such as its file.
        variables: names of those that are to be given values.

    Returns:
        SELECT, ASK or GRAPH (for CONSTRUCT and DESCRIBE), and the variables that SELECT projects.

    Raises:
        KgError: as ``evaluate`` does; a graph that FROM names need not exist.

    >>> form("SELECT ?a (1 AS ?b) { ?a ?p ?o }")
    ('SELECT', ('a', 'b'))
    """
    result = _run(Store(), read(text, source), dict.fromkeys(variables, RDF.nil))
    if isinstance(result, Solutions):
        return "SELECT", result.variables
    return ("ASK" if isinstance(result, Boolean) else "GRAPH"), ()


def evaluate(  # noqa: PLR0913 - what a query, its data and its caller each choose
    store: Store,
    text: str | Query,
    *,
    bindings: Mapping[str, Term] | None = None,
    source: str = "query",
    scope: Scope = _ALL,
    cap: Cap | None = None,
    written: Written | None = None,
    functions: Functions | None = None,
) -> Result:
    """Evaluate a query over all graphs of a store as one, and take in the whole result.

    Args:
        store: is only read.
        text: SELECT, ASK, CONSTRUCT or DESCRIBE, or what ``read`` made of it; the prefixes of kg
            need no PREFIX line. With FROM or FROM NAMED, the graphs named there are the dataset,
            as SPARQL has it.
        bindings: values for variables, by name; a SELECT must project each of them, and any other
            query have it in a pattern, such as ``VALUES ?x { UNDEF }``.
        source: what messages call the query, such as its file.
        scope: the graphs that it sees.
        cap: how much the result may have; None is whatever there is.
        written: what keeps literals as they are written, where the store does not.
        functions: by IRI, that it may use beside those of SPARQL.

    Raises:
        QueryRefused: the query is none that kg evaluates, see ``check``; or the result has more
            than it may.
        ParseFailure: it is not SPARQL.
        UnknownName: it uses a prefix, function or graph that is not known.
        Misuse: a binding does not fit.

    >>> evaluate(Store(), "SELECT ?x { VALUES ?x { rel:Claim } }").rows
    ((<NamedNode value=https://w3id.org/relations-kg/ontology#Claim>,),)
    """
    query = read(text, source) if isinstance(text, str) else text
    named = [graph for graph in store.named_graphs() if graph != GRAPH.merged]
    if scope.named_graphs is None and store.contains_named_graph(GRAPH.merged):
        scope = replace(scope, named_graphs=named)
    known = sorted(compact(graph.value) for graph in named)
    for graph in () if scope.is_final else query.graphs:
        if compact(graph) not in known:
            hint = f"kg fetches none, and holds {', '.join(known) or 'no named graph'}"
            raise UnknownName("graph", compact(graph), known, hint)
    store = merged(store, query, scope)
    return _run(store, query, bindings or {}, scope, cap or Cap(), written, functions)


def _run(  # noqa: PLR0913, PLR0917 - what a query, its data and its caller each choose
    store: Store,
    query: Query,
    bindings: Mapping[str, Term],
    scope: Scope = _ALL,
    cap: Cap = _NO_CAP,
    written: Written | None = None,
    functions: Functions | None = None,
) -> Result:
    refuse_unknown_prefixes(query)
    values = {name: encode(_term(term)) for name, term in bindings.items()}
    rewritten = rewrite(
        query,
        _reached(store, query, scope),
        written.predicates if written else frozenset(),
        [name for name, term in values.items() if term != bindings[name]],
    )
    if written and rewritten.reaches_changed:
        store = written.store
    options, own = rewritten.options, rewritten.options.get("custom_functions", {})
    try:
        answer = store.query(
            rewritten.text,
            base_iri=query.service or None,
            prefixes=known_prefixes(),
            substitutions={_variable(name): term for name, term in values.items()},
            **scope.options(has_dataset=bool(query.graphs)),
            **(options | {"custom_functions": own | dict(functions or {})}),
        )
        return _result(answer, bindings, query, cap, decode if rewritten.has_terms else None)
    except SyntaxError as error:
        raise _failure(query, rewritten, error) from None
    except RuntimeError as error:
        raise evaluation_failure(str(error)) from None


def _reached(store: Store, query: Query, scope: Scope) -> list[str] | None:
    """Return the IRIs of the graphs that ``GRAPH ?g`` goes through; None where one has none."""
    if not any(token.kind == "word" and token.text.upper() == "GRAPH" for token in query.tokens):
        return []
    graphs = set(store.named_graphs())
    if query.graphs and not scope.is_final:
        graphs &= {NamedNode(name) for name in query.named}
    elif scope.named_graphs is not None:
        graphs &= set(scope.named_graphs)
    names = [graph.value for graph in graphs if isinstance(graph, NamedNode)]
    return sorted(names) if len(names) == len(graphs) else None


def _failure(query: Query, rewritten: Rewritten, error: SyntaxError) -> ParseFailure:
    """Put a syntax error into words, with its place in the text that the user wrote."""
    if rewritten.text != query.sent:
        try:
            Store().query(query.sent, base_iri=query.service or None, prefixes=known_prefixes())
        except SyntaxError as own:
            return syntax_failure(query, str(own))
        except RuntimeError:
            pass
    return syntax_failure(query, str(error))


def _variable(name: str) -> Variable:
    try:
        return Variable(name)
    except ValueError:
        raise Misuse(f'"{name}" is no name for a variable') from None


def _term(value: Term) -> Term:
    if not isinstance(value, NamedNode | BlankNode | Literal | Triple):
        raise Misuse(f"{value!r} is no term; kg.terms.resolve makes one of text")
    return value


def _result(
    answer: QuerySolutions | QueryBoolean | QueryTriples,
    values: Mapping[str, Term],
    query: Query,
    cap: Cap,
    form: Callable[[Any], Any] | None = None,
) -> Result:
    if isinstance(answer, QuerySolutions):
        all_names = (variable.value for variable in answer.variables)
        names = _ordered([name for name in all_names if not name.startswith(OWN)], query)
        given = {name: term for name, term in values.items() if name in names}
        rows: Iterable[list[Any]] = ([row[name] for name in names] for row in answer)
        if form:
            rows = ([form(term) for term in row] for row in rows)
        return Solutions(names, cap.over_rows(rows), given)
    if isinstance(answer, QueryBoolean):
        return Boolean(bool(answer))
    triples = (Triple(t.subject, t.predicate, form(t.object)) for t in answer) if form else answer
    return GraphResult(cap.over_triples(triples))


def _ordered(names: list[str], query: Query) -> list[str]:
    """Put the variables of ``SELECT *``, which the engine gives by the alphabet, as in the text."""
    words = [token.text.upper() for token in query.tokens]
    after = words[words.index("SELECT") + 1 :]
    if "*" not in after[: 2 if after[0] in ("DISTINCT", "REDUCED") else 1]:
        return names
    seen = (token.text[1:] for token in query.tokens if token.kind == "variable")
    return [name for name in dict.fromkeys(seen) if name in names]


# How many of the symbols that would have fitted a message lists.
_MOST_SYMBOLS = 6
# One item of what the engine expected: a quoted symbol, a class of characters, a word or a reason.
_EXPECTED = re.compile(
    r"""(?P<symbol>"(?:[^"\\]|\\.)*") | (?P<characters>\[(?:'(?:\\.|[^'\\])*'|[^\]'])*\])
      | (?P<words>[^,"\[]+)""",
    re.VERBOSE,
)


def syntax_failure(query: Query, message: str) -> ParseFailure:
    """Put the engine's message into words, with the place in the user's text."""
    found = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", message, re.DOTALL)
    if not found:
        return ParseFailure(query.source, message)
    listed: dict[str, list[str]] = {"symbol": [], "characters": [], "words": []}
    for item in _EXPECTED.finditer(found[3]):
        listed[str(item.lastgroup)].append(item.group().strip())
    reasons = [words for words in listed["words"] if " " in words]
    keywords = [word for word in listed["words"] if word.isalpha()]
    symbols = listed["symbol"]
    offset = _offset(query, int(found[1]), int(found[2]))
    if keywords and not symbols and set(listed["characters"]) <= {"[_]"} and not reasons:
        # The engine points behind the text in which it looked for a keyword, and not at it.
        offset = max(0, offset - min(map(len, keywords)))
    near = query.text[offset:].strip()[:20].partition("\n")[0].strip()
    told = reasons[0] if reasons else "not understood"
    told += f' near "{near}"' if near else "" if reasons else " at the end"
    if symbols and not reasons:
        more = f" or {len(symbols) - _MOST_SYMBOLS} others" if len(symbols) > _MOST_SYMBOLS else ""
        told += f"; expected {', '.join(symbols[:_MOST_SYMBOLS])}{more}"
    return ParseFailure(query.source, told, *place(query.text, offset))


def _offset(query: Query, line: int, column: int) -> int:
    """Return the offset in the user's text of a place in the engine's."""
    starts = [0, *(found.end() for found in re.finditer("\n", query.sent))]
    offset = starts[line - 1] + column - 1
    for escaped in query.escaped:
        if offset > escaped:
            offset = max(escaped, offset - len(r"\U00000000") + 1)
    return min(offset, len(query.text))


def evaluation_failure(message: str, more: str = "") -> KgError:
    """Put what the engine refuses while it evaluates into words; ``more`` names more functions."""
    if unprojected := re.search(r"variable \?(\S+) in its SELECT projection", message):
        name = unprojected[1]
        return Misuse(
            f"?{name} cannot be given a value: the query must project it (SELECT ?{name} …), or, "
            f"without SELECT, have it in a pattern, such as VALUES ?{name} {{ UNDEF }}"
        )
    if function := re.search(r"custom function <(.*)> is not supported", message):
        hint = f"kg has the functions of SPARQL 1.1 and the casts of xsd:{more}"
        return UnknownName("function", compact(function[1]), hint=hint)
    return QueryRefused(f"the query could not be evaluated: {message}")
