"""A query whose SERVICE clauses ask the services that the user allows.

The guard reads the text as ever, with GRAPH in the place of each SERVICE that is allowed; only the
engine sees SERVICE, and with an address of the forwarder.
"""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import sparql
from kg.errors import KgError, Misuse, QueryRefused, ServiceFailure
from kg.federation.forwarding import Forwarder, Limits, Service, forwarding, service
from kg.namespaces import PREFIXES
from kg.sparql.tokens import Token, place, tokenize

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pyoxigraph import Store

    from kg.results import Term
    from kg.snapshot.written import Written
    from kg.sparql import Query, Result

__all__ = ["evaluate"]

_USUAL = Limits()


@dataclass(frozen=True)
class _Clause:
    """A SERVICE of a query: its word, SILENT if it is there, and the token that names it."""

    word: Token
    silent: Token | None
    name: Token


def evaluate(  # noqa: PLR0913 - what a query, its data and its caller each choose
    store: Store,
    text: str,
    *,
    allowed: Collection[str] = (),
    allow_private: bool = False,
    bindings: Mapping[str, Term] | None = None,
    source: str = "query",
    limits: Limits = _USUAL,
    written: Written | None = None,
) -> Result:
    """Evaluate a query over a store and the services that it may ask.

    Args:
        store: is only read.
        text: as for ``kg.sparql.evaluate``, with SERVICE.
        allowed: the IRIs of the services that may be asked, each as the query writes it.
        allow_private: whether these may be on this machine and the networks around it.
        bindings: as for ``kg.sparql.evaluate``.
        source: what messages call the query, such as its file.
        limits: how much may be taken from services.
        written: as for ``kg.sparql.evaluate``.

    Raises:
        QueryRefused: it asks a service that is not allowed or has a private address, or is none
            that kg evaluates.
        ServiceFailure: a service does not answer as it should, and is not asked SILENT.
        KgError: as ``kg.sparql.evaluate``.

    >>> from pyoxigraph import Store
    >>> evaluate(Store(), "ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    kg.errors.QueryRefused: query:1:7: SERVICE <http://example.org/> is refused: it is not among \
the services that you allow
    """
    if isinstance(allowed, str):
        raise Misuse("allowed: give a list of URLs, not one text")
    text = text.removeprefix("\ufeff")
    clauses = _clauses(text, source)
    if not clauses:
        return sparql.evaluate(store, text, bindings=bindings, source=source, written=written)
    masked = _masked(text, clauses)
    sparql.form(masked, source, bindings or ())
    read = sparql.read(masked, source)
    urls = [_url(read, clause) for clause in clauses]
    for clause, url in zip(clauses, urls, strict=True):
        if url not in allowed:
            raise QueryRefused(
                f"{_at(text, clause.word, source)}: SERVICE <{url}> is refused: it is not among "
                "the services that you allow",
                code="service-denied",
            )
    with forwarding(limits) as forwarder:
        query = _prepared(text, source, clauses, urls, forwarder, allow_private=allow_private)
        try:
            result = sparql.evaluate(
                store, query, bindings=bindings, source=source, written=written
            )
        except (KgError, OSError) as error:
            _let_go(error)
            failure = forwarder.failure or error
        else:
            if forwarder.failure is None:
                return result
            failure = forwarder.failure
    if isinstance(failure, OSError):
        failure = QueryRefused(f"the query could not be evaluated: {failure}")
    raise failure


def _let_go(error: BaseException | None) -> None:
    """Drop what the frames of an error hold: the engine's results end in the thread they began."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _clauses(text: str, source: str) -> list[_Clause]:
    """Find the SERVICE clauses of a query."""
    tokens, found = tokenize(text, source), []
    depth, inside = 0, 0
    for index, token in enumerate(tokens):
        if token.kind == "symbol" and token.text in "{}":
            depth += 1 if token.text == "{" else -1
            inside = 0 if depth < inside else inside
        if token.kind != "word" or token.text.upper() != "SERVICE":
            continue
        rest = tokens[index + 1 : index + 3]
        silent = rest.pop(0) if rest and rest[0].text.upper() == "SILENT" else None
        if not rest or rest[0].kind not in ("iri", "pname"):
            told = rest[0].text if rest else "without a name"
            raise QueryRefused(
                f"{_at(text, token, source)}: SERVICE {told} is refused: name the service by its "
                "IRI, so that it can be compared with those that you allow",
                code="service-denied",
            )
        _refuse_partial(text, rest[0], source)
        if inside:
            # The text of the outer one goes to its service, which is told of no other.
            raise QueryRefused(
                f"{_at(text, token, source)}: SERVICE inside SERVICE is refused: kg lets no "
                "service ask another; write them beside each other",
                code="service-denied",
            )
        inside = depth + 1
        found.append(_Clause(token, silent, rest[0]))
    return found


def _refuse_partial(text: str, name: Token, source: str) -> None:
    """Refuse an IRI of a service that is not written as it is.

    Raises:
        QueryRefused: it is relative, has escapes, or is none of http or https.
    """
    is_whole = name.text.startswith(("<http:", "<https:")) and "\\" not in name.text
    if name.kind == "iri" and not is_whole:
        raise QueryRefused(
            f"{_at(text, name, source)}: SERVICE {name.text} is refused: write its IRI in full, "
            "with http:// or https://",
            code="service-denied",
        )


def _url(query: Query, clause: _Clause) -> str:
    """Return the IRI that names a service, in full."""
    if clause.name.kind == "iri":
        return clause.name.text[1:-1]
    prefix, _, local = clause.name.text.partition(":")
    return (PREFIXES | query.prefixes).get(prefix, "") + local.replace("\\", "")


def _masked(text: str, clauses: list[_Clause]) -> str:
    """Write GRAPH for SERVICE, everything else staying in its place."""
    masked = list(text)
    for clause in clauses:
        start = clause.word.start
        masked[start : start + len("SERVICE")] = "GRAPH  "
        if clause.silent:
            start = clause.silent.start
            masked[start : start + len("SILENT")] = " " * len("SILENT")
    return "".join(masked)


def _prepared(  # noqa: PLR0913 - all that is known of the clauses
    text: str,
    source: str,
    clauses: list[_Clause],
    urls: list[str],
    forwarder: Forwarder,
    *,
    allow_private: bool,
) -> Query:
    """Return the query as the engine gets it, each service behind the forwarder."""
    services: dict[str, Service | KgError] = {}
    secret, written, standing_for = secrets.token_hex(16), text, {}
    for number, (clause, url) in reversed(list(enumerate(zip(clauses, urls, strict=True)))):
        if url not in services:
            services[url] = _found(url, allow_private=allow_private)
        found, keyword = services[url], "SERVICE SILENT" if clause.silent else "SERVICE"
        if isinstance(found, KgError):
            if not clause.silent:
                raise found
            address = f"{forwarder.base}unknown"
        else:
            address = forwarder.add(found, is_silent=clause.silent is not None)
        # No text of the user's can hold this name by chance or on purpose.
        mark = f"GRAPH <urn:kg-service:{secret}:{number}>"
        standing_for[mark] = f"{keyword} <{address}>"
        end = clause.name.start + len(clause.name.text)
        written = f"{written[: clause.word.start]}{mark} {written[end:]}"
    query = sparql.read(written, source)
    query.standing = standing_for
    return query


def _found(url: str, *, allow_private: bool) -> Service | KgError:
    """Look up a service; that a name stands for no address is a failure of the service."""
    try:
        return service(url, allow_private=allow_private)
    except ServiceFailure as error:
        return error


def _at(text: str, token: Token, source: str) -> str:
    line, column = place(text, token.start)
    return f"{source}:{line}:{column}"
