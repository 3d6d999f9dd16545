"""The saved queries: their list, the form and the answer of each, their text, and all as RDF."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import KgError, Misuse, UnknownName
from kg.evidence import name as name_of
from kg.namespaces import DCTERMS, PREFIXES, RDF, RDFS, REL, XSD, Namespace, compact
from kg.queries import TYPES, SavedQuery, catalogue
from kg.results import Solutions
from kg.sparql import read
from kg.terms import shorten
from kg.web.layout import links_for, place, render
from kg.web.negotiation import GRAPHS, acceptable, agreed, answered, written
from kg.web.resources.results import shown
from kg.web.responses import Answer, Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Store

    from kg.queries import Parameter
    from kg.sparql import Query
    from kg.web.workers.held import Held

__all__ = [
    "OWN",
    "catalogue_rdf",
    "chosen",
    "executables",
    "fields",
    "given",
    "groups",
    "listing",
    "misfit",
    "page",
    "run",
    "shipped",
    "standalone",
    "tags",
    "text",
]


@dataclass(frozen=True)
class _Group:
    """The saved queries of one tag."""

    tag: str
    queries: tuple[SavedQuery, ...]


def groups(saved: Iterable[SavedQuery], tag: str | None = None) -> tuple[_Group, ...]:
    """Return the queries, each under its first tag, or all those of one tag.

    Args:
        saved: the queries.
        tag: the only one that is wanted.

    Raises:
        UnknownName: no query has the tag; carries the close matches.

    >>> [group.tag for group in groups(catalogue().values(), "border")]
    ['border']
    """
    listed = sorted(saved, key=lambda one: one.slug)
    if tag:
        found = tuple(one for one in listed if tag in one.tags)
        if not found:
            raise UnknownName("tag", tag, tags(listed))
        return (_Group(tag, found),)
    first: dict[str, list[SavedQuery]] = {}
    for one in listed:
        first.setdefault(one.tags[0] if one.tags else "other", []).append(one)
    return tuple(_Group(name, tuple(first[name])) for name in sorted(first))


@lru_cache(maxsize=1)
def shipped() -> dict[str, SavedQuery]:
    """Return the saved queries that kg ships, read once for the life of the process.

    >>> "missions" in shipped()
    True
    """
    return catalogue()


def tags(saved: Iterable[SavedQuery]) -> list[str]:
    """Return all tags, in order.

    >>> "tension" in tags(catalogue().values())
    True
    """
    return sorted({tag for one in saved for tag in one.tags})


def chosen(slug: str) -> SavedQuery:
    """Return one saved query by its name, as an example to start from.

    Raises:
        UnknownName: there is none of that name.
        Misuse: it takes parameters, which its own page asks for.

    >>> chosen("missions-of-state")
    Traceback (most recent call last):
    kg.errors.Misuse: missions-of-state takes parameters: ask it on its own page
    """
    known = shipped()
    if slug not in known:
        raise UnknownName("query", slug, list(known))
    if known[slug].parameters:
        raise Misuse(f"{slug} takes parameters: ask it on its own page")
    return known[slug]


def misfit(held: Held, saved: SavedQuery, viewpoint: str | None = None) -> str:
    """Return why a saved query cannot be asked of a graph as it stands; empty where it can.

    Args:
        held: what is served.
        saved: the query.
        viewpoint: the one it would be asked from; None for the default.
    """
    if any(one.required for one in saved.parameters.values()):
        return ""  # what is filled in decides
    try:
        held.check(saved.text, viewpoint, saved.bind({}, held.store(viewpoint)))
    except KgError as error:
        return str(error)
    return ""


_SH = Namespace(
    PREFIXES["sh"],
    """IRI Parameter SPARQLAskExecutable SPARQLConstructExecutable SPARQLExecutable
    SPARQLSelectExecutable ask construct datatype defaultValue description name nodeKind optional
    parameter path select""",
)
_SCHEMA = Namespace(PREFIXES["schema"], "keywords target")
_FORMS = {
    "SELECT": (_SH.SPARQLSelectExecutable, _SH.select),
    "ASK": (_SH.SPARQLAskExecutable, _SH.ask),
    "CONSTRUCT": (_SH.SPARQLConstructExecutable, _SH.construct),
}


def executables(queries: Iterable[SavedQuery], base: str) -> Iterator[Triple]:
    """Describe saved queries.

    Args:
        queries: those to describe.
        base: what addresses begin with.

    >>> from kg.queries import find
    >>> len({triple.subject for triple in executables([find("missions-of-state")], "http://e/")})
    2
    """
    root = base.rstrip("/") + "/"
    for saved in queries:
        node = NamedNode(f"{root}queries/{quote(saved.slug)}")
        yield Triple(node, _SCHEMA.target, NamedNode(f"{root}sparql"))
        yield from _told(saved, node)
        for name, parameter in saved.parameters.items():
            place = NamedNode(f"{node.value}#{quote(name)}")
            yield Triple(node, _SH.parameter, place)
            yield from _parameter(name, parameter, place)


def standalone(saved: SavedQuery) -> str:
    """Return the text of a query without its header, each prefix that it uses declared.

    >>> from kg.queries import find
    >>> standalone(find("missions-of-state"))[:11]
    'PREFIX rel:'
    """
    return _declared(_read(saved))


def _told(saved: SavedQuery, node: NamedNode) -> Iterator[Triple]:
    query = _read(saved)
    yield Triple(node, RDF.type, _SH.SPARQLExecutable)
    yield Triple(node, DCTERMS.identifier, Literal(saved.slug))
    yield Triple(node, RDFS.label, Literal(saved.summary, language="en"))
    if saved.description:
        yield Triple(node, RDFS.comment, Literal(saved.description, language="en"))
    for tag in saved.tags:
        yield Triple(node, _SCHEMA.keywords, Literal(tag))
    words = (token.text.upper() for token in query.tokens if token.kind == "word")
    form = next((word for word in words if word in _FORMS), None)
    if form is not None:
        kind, property_ = _FORMS[form]
        yield Triple(node, RDF.type, kind)
        yield Triple(node, property_, Literal(_declared(query)))


def _parameter(name: str, parameter: Parameter, node: NamedNode) -> Iterator[Triple]:
    yield Triple(node, RDF.type, _SH.Parameter)
    # The variable is called as the IRI of the path ends, https://www.w3.org/TR/shacl/.
    yield Triple(node, _SH.path, node)
    yield Triple(node, _SH.name, Literal(name))
    yield Triple(node, _SH.description, Literal(parameter.description, language="en"))
    yield Triple(node, _SH.optional, Literal(not parameter.required))
    if parameter.type in ("iri", "agent"):
        yield Triple(node, _SH.nodeKind, _SH.IRI)
    else:
        yield Triple(node, _SH.datatype, XSD[parameter.type])
    if parameter.default:
        # As it may be given in an address; a thing may be named by its label there.
        yield Triple(node, _SH.defaultValue, Literal(parameter.default))


def _read(saved: SavedQuery) -> Query:
    lines = saved.text.splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("#+"))
    return read(text, saved.slug)


def _declared(query: Query) -> str:
    used = {token.text.partition(":")[0] for token in query.tokens if token.kind == "pname"}
    missing = sorted(used & PREFIXES.keys() - query.prefixes.keys())
    return "".join(f"PREFIX {one}: <{PREFIXES[one]}>\n" for one in missing) + query.text


# The form of a saved query: a field for each parameter, of its type.

#: What a browser may check before it asks; the query's own types decide.
_PATTERNS = {"date": r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"}
_CONTROLS = {
    "date": "date",
    "iri": "thing",
    "agent": "choice",
    "boolean": "choice",
    "integer": "number",
    "decimal": "number",
    "string": "text",
}
#: Parameters of the page itself.
OWN = {"viewpoint", "format", "labels"}


@dataclass(frozen=True)
class _Field:
    """One field of a form.

    Args:
        name: that of the parameter.
        control: date, thing, choice, number or text.
        value: what stands in it.
        description: what it does to the answer.
        hint: how a value is written.
        default: what counts where it is left empty; None where it must be filled in.
        pattern: what a browser checks, as HTML has it.
        step: of a number.
        options: value and label of each choice.
    """

    name: str
    control: str
    value: str
    description: str
    hint: str
    default: str | None
    pattern: str | None = None
    step: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The name for people.

        >>> _Field("by_whom", "text", "", "", "", None).label
        'By whom'
        """
        return self.name.replace("_", " ").capitalize()


def given(params: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a request; a field that was left empty gives none.

    >>> given({"since": " 2023 ", "state": "", "viewpoint": "undisputed"})
    {'since': '2023'}
    """
    return {
        name: value.strip() for name, value in params.items() if name not in OWN and value.strip()
    }


def fields(saved: SavedQuery, values: Mapping[str, str], store: Store) -> tuple[_Field, ...]:
    """Return the fields of a query's form.

    Args:
        saved: the query.
        values: as ``given`` has them.
        store: has the agents that may be chosen.
    """
    return tuple(
        _field(name, one, values.get(name, one.default or ""), store)
        for name, one in saved.parameters.items()
    )


def _field(name: str, one: Parameter, value: str, store: Store) -> _Field:
    options = _options(one.type, value, store)
    return _Field(
        name=name,
        control=_CONTROLS[one.type],
        value=value,
        description=one.description,
        hint="" if options else TYPES[one.type],
        default=one.default,
        pattern=_PATTERNS.get(one.type),
        step={"integer": "1", "decimal": "any"}.get(one.type),
        options=options,
    )


def _options(kind: str, value: str, store: Store) -> tuple[tuple[str, str], ...]:
    """Return what may be chosen; what was given stays among it, so that nothing is exchanged.

    >>> from pyoxigraph import Store
    >>> _options("boolean", "true", Store())
    (('true', 'true'), ('false', 'false'))
    """
    if kind == "boolean":
        options = {"true": "true", "false": "false"}
    elif kind == "agent":
        agents = {quad.object for quad in store.quads_for_pattern(None, REL.assertedBy, None)}
        for one in tuple(agents):
            acting = store.quads_for_pattern(one, REL.actsFor, None)  # type: ignore[arg-type]
            agents |= {quad.object for quad in acting}
        named = (one for one in agents if isinstance(one, NamedNode))
        options = dict(
            sorted(((compact(n.value), shorten(n, store)) for n in named), key=lambda p: p[1])
        )
    else:
        return ()
    if value and value not in options:
        options = {value: value, **options}
    return tuple(options.items())


# The saved queries by address: the answer of one, its text, and all of them as RDF.


def run(  # noqa: PLR0913 - what an address says
    held: Held,
    *,
    slug: str,
    params: Mapping[str, str],
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    viewpoint: str | None = None,
) -> Answer:
    """Answer a saved query.

    Args:
        held: what is asked.
        slug: the name of the query.
        params: of the request, the values of the parameters among them; with ``labels``, things
            are called by their labels instead of their IRIs.
        accept: the header.
        format: the name of a format, which goes before the header.
        viewpoint: the one it is asked from; None for the default.

    Raises:
        Problem: there is no such query, or none of the formats asked for is given.
        KgError: a value does not fit its parameter; or as ``kg.sparql.evaluate`` does.
    """
    saved = _found(slug)
    acceptable(accept, format)
    for name, value in params.items():
        if not isinstance(value, str):
            raise Problem("bad-request", f"{name} is there {len(value)} times, and may be once")
    values = saved.bind(given(params), held.store(viewpoint))
    result = held.query(saved.text, viewpoint=viewpoint, bindings=values, source=saved.slug)
    if params.get("labels") is not None and isinstance(result, Solutions):
        store = held.store(viewpoint)
        result = result.labelled(lambda node: name_of(store, node))
    return answered(result, accept, format)


def text(held: Held, *, slug: str) -> Answer:
    """Give the text of a saved query, its header with it.

    Raises:
        Problem: there is no such query.
    """
    del held  # the queries are the same whatever is served
    return Answer(_found(slug).text.encode(), "application/sparql-query; charset=utf-8")


def catalogue_rdf(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    base: str,
) -> Answer:
    """Describe the saved queries in RDF, each with its text.

    Args:
        held: what they are asked of.
        accept: the header.
        format: the name of a format of graphs, which goes before the header.
        base: what addresses begin with.

    Raises:
        Problem: none of the formats asked for is given.
    """
    del held
    kind = agreed(GRAPHS, accept, format)
    return written(executables(shipped().values(), base), kind)


def _found(slug: str) -> SavedQuery:
    known = shipped()
    if slug not in known:
        raise Problem("not-found", f'there is no saved query "{slug[:80]}"; /queries lists them')
    return known[slug]


# The pages of the saved queries: the list of them, and each with its form and its answer.

#: The formats of each kind of result, as their buttons call them.
_FORMATS = {
    "rows": (("csv", "CSV"), ("tsv", "TSV"), ("json", "JSON"), ("xml", "XML")),
    "answer": (("json", "JSON"), ("xml", "XML")),
    "graph": (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdfxml", "RDF/XML")),
}


def listing(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the list of the saved queries.

    Args:
        held: what is served.
        params: of the request: ``tag`` leaves those that have it.
        path: of the request.
        base: what absolute links begin with.

    A tag that no query has is told on the page, which then lists them all.
    """
    links = links_for(held, base, params)
    known = shipped().values()
    tag, fault = params.get("tag") or None, ""
    try:
        listed = groups(known, tag)
    except UnknownName as error:
        listed, tag, fault = groups(known), None, str(error)
    return render(
        "queries.html",
        held,
        links,
        here=place(path, params),
        status=400 if fault else 200,
        fault=fault,
        groups=listed,
        misfits={saved.slug: misfit(held, saved, links.viewpoint) for saved in known},
        tags=tags(known),
        tag=tag,
    )


def page(held: Held, *, slug: str, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return a saved query with its form and its answer.

    Args:
        held: what is served.
        slug: the name of the query.
        params: of the request, the values of the parameters among them.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        Problem: there is no saved query of that name.
    """
    known = shipped()
    if slug not in known:
        raise Problem(
            "not-found", f'there is no saved query "{slug}"; {path.rpartition("/")[0]} lists them'
        )
    saved, values = known[slug], given(params)
    links = links_for(held, base, params)
    store = held.store(links.viewpoint)
    problem = result = None
    # A form that nobody has filled in yet is no fault.
    is_asked = bool(params.keys() - OWN) or not any(
        one.required for one in saved.parameters.values()
    )
    try:
        if is_asked:
            bindings = saved.bind(values, store)
            answer = held.query(
                saved.text, viewpoint=links.viewpoint, bindings=bindings, source=saved.slug
            )
            # The first columns hold the parameters, which the form tells.
            fixed = len(saved.parameters) if isinstance(answer, Solutions) else 0
            result = shown(answer, store, links, fixed)
    except Problem as refused:
        problem = refused
    except KgError as error:
        problem = problem_of(error)
    return render(
        "query-saved.html",
        held,
        links,
        here=place(path, params),
        status=problem.status if problem else 200,
        saved=saved,
        fields=fields(saved, values, store),
        values=values,
        result=result,
        problem=problem,
        formats=_FORMATS[result.kind] if result else (),
        snippets=_snippets(saved, values, base, links.viewpoint),
    )


def _snippets(
    saved: SavedQuery, values: Mapping[str, str], base: str, viewpoint: str | None
) -> tuple[tuple[str, str], ...]:
    """Return how else the same question is asked: by curl, by the command, from Python."""
    asked = {**values, **({"viewpoint": viewpoint} if viewpoint else {})}
    address = f"{base.rstrip('/')}/queries/{saved.slug}"
    curl = ["curl", "--get", "--header", "Accept: text/csv", address]
    for name, value in asked.items():
        curl += ["--data-urlencode", f"{name}={value}"]
    command = ["kg", "run", saved.slug]
    for name, value in values.items():
        command += ["--param", f"{name}={value}"]
    if viewpoint:
        command += ["--viewpoint", viewpoint]
    keywords = "".join(f", {name}={value!r}" for name, value in values.items())
    loaded = f"kg.load(viewpoint={viewpoint!r})" if viewpoint else "kg.load()"
    python = f'import kg\n\nresult = {loaded}.run("{saved.slug}"{keywords})\n'
    return (("curl", shlex.join(curl)), ("kg", shlex.join(command)), ("Python", python))
