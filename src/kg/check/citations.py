"""Every fact has a claim, every claim its fact, every claim its place in a source.

Facts are what is asserted; claims are who says it, and where (``rel:Claim``). The two are written
in different files and drift apart unless something holds them together: this does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from kg import dates
from kg.check.passages import check_passages, check_sources, passages, uncited_units
from kg.errors import KgError
from kg.namespaces import DCTERMS, EDTF, GRAPH, PROV, RDF, RDFS, REL, SKOS, XSD
from kg.validation.index import Index, Term
from kg.validation.outcome import Findings
from kg.validation.report import ValidationResult, describe

if TYPE_CHECKING:
    from collections.abc import Container

    from kg.dataset import Dataset
    from kg.dates import Bounds

__all__ = ["drift", "passages", "uncited_units"]

# What a thing is called and what kind it is may stand without a claim.
_NEED_NO_CLAIM = frozenset((RDF.type, RDFS.label, SKOS.prefLabel, SKOS.altLabel))
_APART = (REL.Claim, REL.Passage, REL.Source, REL.Unit)
_STANDINGS = (REL.stated, REL.attributed, REL.implied, REL.disputed, REL.contradicted)
_ONCE = (RDF.subject, RDF.predicate, RDF.object, REL.assertedBy, REL.standing)
_PLACES = (PROV.wasQuotedFrom, PROV.hadPrimarySource)


def drift(dataset: Dataset, inferred: Container[Triple] = frozenset()) -> list[ValidationResult]:
    """Hold facts, claims, passages, sources and dates against each other.

    Args:
        dataset: the facts, the claims and the ontology.
        inferred: what follows from the facts; a contradicted claim must not be among it.

    Returns:
        One result for each drift, with file and line; none where all agree.
    """
    ledger = _Ledger(dataset)
    findings = Findings(dataset)
    _facts(ledger, findings)
    for claim in ledger.claims:
        _complete(claim, ledger, findings)
        _doubted(claim, ledger, findings)
        _claimed(claim, ledger, inferred, findings)
    check_passages(ledger.index, findings)
    check_sources(ledger.index, _cited_sources(dataset), findings)
    _dates(ledger, findings)
    return findings.results()


class _Ledger:
    """The facts on one side, the claims on the other."""

    def __init__(self, dataset: Dataset) -> None:
        asserted = dataset.graph(GRAPH.asserted)
        self.index = Index(dataset.graph(GRAPH.claims) | asserted)
        apart = {node for class_ in _APART for node in self.index.of_type(class_)}
        self.facts = frozenset(triple for triple in asserted if triple.subject not in apart)
        self.reference = dataset.graph(GRAPH.reference)
        self.claims = self.index.of_type(REL.Claim)
        self.cited_through: dict[NamedNode, set[Term]] = {}
        for triple in dataset.graph(GRAPH.ontology):
            if triple.predicate == REL.citedThrough and isinstance(triple.subject, NamedNode):
                self.cited_through.setdefault(triple.subject, set()).add(triple.object)
        self.said = {said for claim in self.claims if (said := self.triple(claim))}

    def triple(self, claim: Term) -> Triple | None:
        """The triple that a claim states; None where the claim is incomplete."""
        subject, predicate, object_ = (self.index.one(claim, part) for part in _ONCE[:3])
        if not isinstance(subject, NamedNode) or not isinstance(predicate, NamedNode):
            return None
        return None if object_ is None else Triple(subject, predicate, object_)

    def name(self, claim: Term) -> str:
        """What people call a claim: its identifier, or else its CURIE."""
        identifier = self.index.one(claim, DCTERMS.identifier)
        return identifier.value if isinstance(identifier, Literal) else describe(claim)


def _facts(ledger: _Ledger, findings: Findings) -> None:
    stated = {(triple.subject, triple.predicate) for triple in ledger.said}
    for fact in sorted(ledger.facts, key=str):
        if fact.predicate in _NEED_NO_CLAIM or fact in ledger.said:
            continue
        through = ledger.cited_through.get(fact.predicate, set())
        if any((fact.subject, predicate) in stated for predicate in through):
            continue
        said = f"{describe(fact.predicate)} {describe(fact.object)}"
        hint = "add a rel:Claim that states this triple, or remove it"
        if through:
            names = " or ".join(sorted(describe(predicate) for predicate in through))
            hint = f"add a rel:Claim that states its {names}, or remove it"
        findings.add(
            "fact-without-claim",
            fact.subject,
            f"fact without a claim: {said}: {hint}",
            path=fact.predicate,
            value=fact.object,
        )


def _complete(claim: Term, ledger: _Ledger, findings: Findings) -> None:
    for part in _ONCE:
        count = len(ledger.index.values(claim, part))
        if count != 1:
            found = "has no" if count == 0 else f"has {count} values of"
            message = f"claim {ledger.name(claim)} {found} {describe(part)}: give exactly one"
            findings.add("claim-incomplete", claim, message, path=part)
    standing = ledger.index.one(claim, REL.standing)
    if standing is not None and standing not in _STANDINGS:
        allowed = ", ".join(describe(known) for known in _STANDINGS)
        message = f"{describe(standing)} is no standing: choose one of {allowed}"
        findings.add("claim-incomplete", claim, message, path=REL.standing, value=standing)
    if not any(ledger.index.values(claim, place) for place in _PLACES):
        message = (
            f"claim {ledger.name(claim)} says nowhere where it is made: "
            "give a passage (prov:wasQuotedFrom) or a source (prov:hadPrimarySource)"
        )
        findings.add("claim-incomplete", claim, message)
    for disputed in ledger.index.values(claim, REL.disputes):
        if not ledger.index.is_a(disputed, REL.Claim):
            message = f"disputes {describe(disputed)}, which is no rel:Claim: name one that exists"
            findings.add("claim-reference", claim, message, path=REL.disputes, value=disputed)


def _doubted(claim: Term, ledger: _Ledger, findings: Findings) -> None:
    standing = ledger.index.one(claim, REL.standing)
    if standing not in (REL.disputed, REL.contradicted):
        return
    has_reason = ledger.index.values(claim, REL.doubt) and ledger.index.values(claim, REL.evidence)
    if has_reason or any(
        claim in ledger.index.values(other, REL.disputes) for other in ledger.claims
    ):
        return
    kind = describe(standing).removeprefix("rel:")
    message = (
        f"claim {ledger.name(claim)} is {kind} without a reason: "
        "give rel:doubt and rel:evidence, or the claim that rel:disputes it"
    )
    findings.add("claim-without-doubt", claim, message)


def _claimed(claim: Term, ledger: _Ledger, inferred: Container[Triple], findings: Findings) -> None:
    said = ledger.triple(claim)
    if said is None:
        return
    name, words = ledger.name(claim), _words(said)
    if ledger.index.one(claim, REL.standing) != REL.contradicted:
        if said not in ledger.facts:
            message = (
                f"claim {name} without a fact: {words} is not asserted: add the triple, "
                "or make the claim rel:contradicted"
            )
            findings.add("claim-without-fact", claim, message)
    elif said in ledger.facts:
        message = (
            f"{words} is asserted, but claim {name} of it is contradicted: "
            "remove the triple, or change the standing of the claim"
        )
        findings.add(
            "contradicted-fact", said.subject, message, path=said.predicate, value=said.object
        )
    elif said in inferred:
        message = (
            f"claim {name} is contradicted, but {words} follows from the facts: "
            "ask kg explain why, and correct a fact or the standing"
        )
        findings.add("contradicted-fact", claim, message)


def _words(triple: Triple) -> str:
    return " ".join(describe(part) for part in (triple.subject, triple.predicate, triple.object))


def _cited_sources(dataset: Dataset) -> list[Triple]:
    """Where facts and reference data name a source."""
    graphs = (GRAPH.asserted, GRAPH.reference)
    return [
        triple
        for graph in graphs
        for triple in sorted(dataset.graph(graph), key=str)
        if triple.predicate == DCTERMS.source
    ]


def _dates(ledger: _Ledger, findings: Findings) -> None:
    index = Index(ledger.facts | ledger.reference)
    for node in index.nodes():
        if index.values(node, REL.date):
            _date(node, index, findings)
        else:
            for predicate in (REL.earliest, REL.latest):
                for value in index.values(node, predicate):
                    message = (
                        f"{describe(predicate)} without a rel:date: give the date it follows from"
                    )
                    findings.add("date", node, message, path=predicate, value=value)
    # The date of a contradicted claim is not among the facts; it must be a date all the same.
    for claim in ledger.claims:
        said = ledger.triple(claim)
        if said and said not in ledger.facts and said.predicate == REL.date:
            _bounds(claim, RDF.object, said.object, findings)


def _date(node: Term, index: Index, findings: Findings) -> None:
    written = index.values(node, REL.date)
    bounds = [_bounds(node, REL.date, value, findings) for value in written]
    if len(written) != 1 or bounds[0] is None:
        # More than one date is for the shapes to refuse: no bounds follow from two.
        return
    for predicate, expected in zip((REL.earliest, REL.latest), bounds[0], strict=True):
        found = index.values(node, predicate)
        if expected is None:
            for value in found:
                message = (
                    f"{describe(predicate)} {describe(value)} does not follow from the date "
                    f"{describe(written[0])}, which is open there: remove it"
                )
                findings.add("date", node, message, path=predicate, value=value)
            continue
        right = Literal(expected.isoformat(), datatype=XSD.date)
        if found != [right]:
            has = " and ".join(describe(value) for value in found) or "missing"
            message = (
                f"{describe(predicate)} is {has}, but the date {describe(written[0])} "
                f"makes it {describe(right)}: write that"
            )
            findings.add("date", node, message, path=predicate, value=found[0] if found else None)


def _bounds(node: Term, path: NamedNode, value: Term, findings: Findings) -> Bounds | None:
    if not isinstance(value, Literal) or value.datatype != EDTF:
        message = f'{describe(value)} is no EDTF literal: write it as "…"^^edtf:EDTF'
        findings.add("date", node, message, path=path, value=value)
        return None
    try:
        return dates.bounds(value.value)
    except (ValueError, KgError) as error:
        message = f"the date {error}"
        findings.add("date", node, message, path=path, value=value)
        return None
