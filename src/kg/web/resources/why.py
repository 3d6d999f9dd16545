"""The page of a proof: what it starts from and where that is written, and how the rest follows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import Misuse, NotEntailed
from kg.evidence import evidence
from kg.explanation import explain, explain_all, why_not
from kg.namespaces import PREFIXES
from kg.reasoning.proof import ASSERTED
from kg.reasoning.rules import reason
from kg.web.layout import opened, render
from kg.web.links import linked, sentence
from kg.web.resources.facts import said
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Store

    from kg.explanation import Explanation
    from kg.explanation.proof import Line
    from kg.results import Term
    from kg.web.links import Link, Links
    from kg.web.resources.facts import Said
    from kg.web.workers.held import Held

__all__ = ["Proof", "Step", "goal", "page"]

#: So many proofs are shown where all are asked for.
_PROOFS = 5


@dataclass(frozen=True)
class Step:
    """A statement of a proof.

    Args:
        number: its number on the page.
        sentence: what it says.
        kind: fact, axiom or derived.
        reason: why it holds, where it was derived; the rule after it.
        rule: the rule.
        premises: the numbers of the statements that it follows from.
        said: the claims that state it.
        sources: those of reference data.
        definition: of the term that an axiom is about.
    """

    number: int
    sentence: str
    kind: str
    reason: str
    rule: str
    premises: tuple[int, ...]
    said: tuple[Said, ...]
    sources: tuple[str, ...]
    definition: str


@dataclass(frozen=True)
class Proof:
    """A proof, in the order in which it is read."""

    facts: tuple[Step, ...]
    axioms: tuple[Step, ...]
    derived: tuple[Step, ...]

    @property
    def speakers(self) -> tuple[Link, ...]:
        """Who makes the claims that the facts rest on."""
        found = {one: None for fact in self.facts for claim in fact.said for one in claim.speakers}
        return tuple(sorted(found, key=lambda one: one.text))

    @property
    def claimed(self) -> int:
        """How many of the facts somebody claims; the others are given."""
        return sum(bool(fact.said) for fact in self.facts)

    @property
    def disputed(self) -> int:
        """How many of the facts are denied by somebody."""
        return sum(any(claim.is_disputed for claim in fact.said) for fact in self.facts)


def goal(params: Mapping[str, str]) -> Triple:
    """Return the triple that a request names by ``s``, ``p`` and ``o``, as N-Triples writes terms.

    Raises:
        Problem: a part is missing, or is no term.

    >>> goal({"s": "<http://a.example/>", "p": "<http://a.example/p>", "o": '"x"@en'}).object.value
    'x'
    """
    parts = [params.get(name, "").strip() for name in ("s", "p", "o")]
    if not all(parts):
        raise Problem("bad-request", "a proof needs s, p and o, each a term as in N-Triples")
    subject, predicate, target = (_term(part) for part in parts)
    if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        raise Problem("bad-request", "s is an IRI or a blank node, and p is an IRI")
    return Triple(subject, predicate, target)


def _term(text: str) -> Term:
    # A blank node keeps the name that it has here, which parsing would change.
    if text.startswith("_:"):
        try:
            return BlankNode(text[2:])
        except ValueError:
            raise Problem("bad-request", "no blank node has such a name") from None
    try:
        quads = list(parse(f"<urn:x-kg:s> <urn:x-kg:p> {text} .", RdfFormat.N_TRIPLES))
    except (SyntaxError, ValueError):
        quads = []
    if len(quads) != 1:
        raise Problem("bad-request", "s, p and o are terms as N-Triples writes them")
    found: Term = quads[0].object
    return found


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the proof of a triple as a page, or as JSON, SVG, Turtle or text.

    Args:
        held: what is served.
        params: of the request: ``s``, ``p``, ``o``, ``all`` and ``format``.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        Problem: the request makes no sense.
        UnknownName: there is no such viewpoint.
    """
    links, here = opened(held, params, path, base)
    triple = goal(params)
    store, prover = held.store(links.viewpoint), held.prover(links.viewpoint)
    try:
        if params.get("all"):
            told = explain_all(store, prover, triple, _PROOFS)
            proofs, more = list(told.proofs), told.more
        else:
            proofs, more = [explain(store, prover, triple)], False
    except NotEntailed as error:
        if params.get("format") not in {None, "", "html"}:
            raise Problem("not-found", str(error)) from None
        return _does_not_hold(held, links, triple, here=here)
    form = params.get("format") or "html"
    if form != "html":
        return _as(proofs[0], form)
    return render(
        "why.html",
        held,
        links,
        here=here,
        sentence=proofs[0].conclusion.statement,
        ends=_ends(store, links, triple),
        said=said(store, links, proofs[0].conclusion),
        proofs=[_proof(store, links, one) for one in proofs],
        is_given=not proofs[0].steps,
        origin=proofs[0].conclusion.origin,
        sources=[source.name for source in proofs[0].conclusion.sources],
        more=more,
        all=bool(params.get("all")),
        all_href=links.to(
            "why", s=str(triple.subject), p=str(triple.predicate), o=str(triple.object), all=1
        ),
        pictured=bool(proofs[0].steps) and shutil.which("dot") is not None,
        forms=[
            (words, links.why(tuple(triple), form))
            for form, words in (("json", "JSON"), ("ttl", "Turtle"), ("txt", "plain text"))
        ],
        picture=links.why(tuple(triple), "svg"),
    )


def _as(proof: Explanation, form: str) -> Answer:
    if form == "json":
        return Answer(proof.to_json().encode(), "application/json")
    if form == "txt":
        return Answer(f"{proof}\n".encode(), "text/plain; charset=utf-8")
    if form == "ttl":
        body = serialize(proof.triples, format=RdfFormat.TURTLE, prefixes=PREFIXES)
        return Answer(body or b"", "text/turtle; charset=utf-8")
    if form == "svg":
        try:
            return Answer(proof.to_svg(), "image/svg+xml")
        except Misuse:
            raise Problem("not-found", "this endpoint draws no proofs") from None
    raise Problem("not-acceptable", f"no format {form[:20]!r} of proofs: html, json, svg, ttl, txt")


def _does_not_hold(held: Held, links: Links, triple: Triple, *, here: str) -> Answer:
    store = held.store(links.viewpoint)
    told = why_not(store, held.prover(links.viewpoint), triple)
    return render(
        "why-not.html",
        held,
        links,
        here=here,
        status=404,
        sentence=sentence(store, triple),
        ends=_ends(store, links, triple),
        said=said(store, links, evidence(store, triple)),
        uncounted=told.uncounted,
        ways=told.ways,
        reason=reason,
    )


def _ends(store: Store, links: Links, triple: Triple) -> tuple[Link, ...]:
    return tuple(linked(store, links, one) for one in triple)


def _proof(store: Store, links: Links, told: Explanation) -> Proof:
    """Number the statements: what is given first, then what follows, step by step."""
    given = [line for line in told.lines if line.rule == ASSERTED]
    facts = [line for line in given if not _is_axiom(line)]
    axioms = [line for line in given if _is_axiom(line)]
    steps = [line for line in told.lines if line.rule != ASSERTED]
    ordered = [*facts, *axioms, *steps]
    numbers = {line.triple: number for number, line in enumerate(ordered, start=1)}

    def step(line: Line, kind: str) -> Step:
        return Step(
            number=numbers[line.triple],
            sentence=line.sentence,
            kind=kind,
            reason="" if line.rule == ASSERTED else reason(line.rule),
            rule=line.rule,
            premises=tuple(sorted(_numbers(line.premises, numbers))),
            said=said(store, links, line.evidence) if line.evidence else (),
            sources=tuple(one.name for one in line.evidence.sources) if line.evidence else (),
            definition=_definition(store, line) if kind == "axiom" else "",
        )

    return Proof(
        tuple(step(line, "fact") for line in facts),
        tuple(step(line, "axiom") for line in axioms),
        tuple(step(line, "derived") for line in steps),
    )


def _numbers(premises: Iterable[Triple], numbers: dict[Triple, int]) -> Iterable[int]:
    return (numbers[one] for one in premises if one in numbers)


def _is_axiom(line: Line) -> bool:
    return line.evidence is not None and line.evidence.origin == "ontology"


def _definition(store: Store, line: Line) -> str:
    from kg.namespaces import SKOS
    from kg.web.links import first

    subject = line.triple.subject
    return first(store, subject, SKOS.definition) if isinstance(subject, NamedNode) else ""
