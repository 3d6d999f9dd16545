"""Proofs: why a triple holds and which passages it rests on, as text, picture, JSON and RDF."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from itertools import islice
from textwrap import wrap
from typing import TYPE_CHECKING, overload

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.errors import Misuse, NotEntailed
from kg.evidence import Evidence, evidence, name
from kg.namespaces import DCTERMS, PROV, RDF, RDFS, SKOS, expand
from kg.reasoning.proof import ASSERTED, Derivation
from kg.reasoning.rules import reason
from kg.reasoning.statements import statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from kg.evidence import Claim
    from kg.reasoning import Prover, Wording

__all__ = [
    "Explanation",
    "Explanations",
    "Line",
    "draw_svg",
    "explain",
    "explain_all",
    "refusal",
    "to_dot",
]


@dataclass(frozen=True)
class Line:
    """One statement of a proof.

    Args:
        triple: the statement.
        sentence: the same in words.
        rule: the rule of OWL 2 RL that gives it; ``asserted`` where it is given.
        premises: what the rule takes.
        evidence: what speaks for it, where it is given.
    """

    triple: Triple
    sentence: str
    rule: str
    premises: tuple[Triple, ...]
    evidence: Evidence | None


@dataclass(frozen=True)
class Explanation:
    """The answer to why a triple holds.

    Args:
        conclusion: the triple asked about, with what is said of it directly.
        derivation: how it follows.
        proof: the same in words, one conclusion a line, with the rules in the margin.
        lines: each statement of the proof once, premises first.
        steps: each inferred conclusion, its rule and its premises in words.
        premises: the facts that it rests on, each with its claims and passages.
        definitions: the terms of the ontology that it rests on, with their definitions.
    """

    conclusion: Evidence
    derivation: Derivation
    proof: str
    lines: tuple[Line, ...]
    steps: tuple[tuple[str, str, tuple[str, ...]], ...]
    premises: tuple[Evidence, ...]
    definitions: tuple[tuple[str, str], ...]

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The proof as RDF: each statement reified, with what it was derived from."""
        return _to_triples(self.lines, self.derivation.definitions)

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain dictionaries, ready for JSON."""
        return {
            "conclusion": self.conclusion.to_dict(),
            "steps": [
                {
                    "conclusion": conclusion,
                    "rule": rule,
                    "reason": reason(rule),
                    "premises": list(premises),
                }
                for conclusion, rule, premises in self.steps
            ],
            "premises": [premise.to_dict() for premise in self.premises],
            "definitions": [
                {"term": term, "definition": definition} for term, definition in self.definitions
            ],
        }

    def to_json(self) -> str:
        """Return the explanation as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_dot(self) -> str:
        """Return the proof as a picture in Graphviz's language."""
        return to_dot([self.lines])

    def to_svg(self) -> bytes:
        """Return the proof as a picture, drawn by Graphviz.

        Raises:
            Misuse: Graphviz is not installed.
        """
        return draw_svg(self.to_dot())

    def __str__(self) -> str:
        """Return all lines as ``kg explain`` prints them."""
        return "\n".join(_iter_explanation_lines(self))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


@dataclass(frozen=True)
class Explanations:
    """Several proofs of one triple, the shortest first; no two take the same steps.

    Args:
        proofs: the proofs.
        more: whether there are more than was asked for.
    """

    proofs: tuple[Explanation, ...]
    more: bool

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The proofs as RDF."""
        found = {
            triple: None
            for number, one in enumerate(self.proofs, start=1)
            for triple in _to_triples(one.lines, one.derivation.definitions, f"proof{number}-")
        }
        return tuple(found)

    def to_dict(self) -> dict[str, object]:
        """Return the proofs as plain dictionaries, ready for JSON."""
        return {"proofs": [one.to_dict() for one in self.proofs], "more": self.more}

    def to_json(self) -> str:
        """Return the proofs as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_dot(self) -> str:
        """Return the proofs side by side as a picture in Graphviz's language."""
        return to_dot([one.lines for one in self.proofs])

    def to_svg(self) -> bytes:
        """Return the proofs side by side as a picture, drawn by Graphviz."""
        return draw_svg(self.to_dot())

    def __len__(self) -> int:
        """Return how many proofs there are."""
        return len(self.proofs)

    def __iter__(self) -> Iterator[Explanation]:
        """Yield the proofs, the shortest first."""
        return iter(self.proofs)

    @overload
    def __getitem__(self, number: int) -> Explanation: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Explanation]: ...
    def __getitem__(self, number: int | slice) -> Explanation | Sequence[Explanation]:
        """Return a proof by its place."""
        return self.proofs[number]

    def __str__(self) -> str:
        """Return all lines as ``kg explain --all`` prints them."""
        return "\n".join(_iter_explanations_lines(self))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def explain(store: Store, prover: Prover, goal: Triple) -> Explanation:
    """Return the shortest proof of a triple.

    Raises:
        NotEntailed: the triple is neither asserted nor inferred; tells who claims it all the
            same, and why it is no fact.
    """
    return _to_explanation(store, _derivations(store, prover, goal, None)[0])


def explain_all(store: Store, prover: Prover, goal: Triple, limit: int) -> Explanations:
    """Return the proofs of a triple, up to a limit.

    Raises:
        NotEntailed: as for ``explain``.
    """
    found = _derivations(store, prover, goal, limit + 1)
    return Explanations(
        tuple(_to_explanation(store, one) for one in found[:limit]), len(found) > limit
    )


def _derivations(store: Store, prover: Prover, goal: Triple, most: int | None) -> list[Derivation]:
    if not prover.holds(goal):
        # Claims and links are not reasoned over: one of them proves itself and nothing else.
        if next(store.quads_for_pattern(goal.subject, goal.predicate, goal.object), None):
            return [Derivation(goal, ASSERTED)]
        try:
            prover.derive(goal)
        except NotEntailed as error:
            raise NotEntailed(f"{error}{refusal(store, goal)}") from None
    if most is None:
        return [prover.derive(goal)]
    return list(islice(prover.derivations(goal, most), most))


def _to_explanation(store: Store, derivation: Derivation) -> Explanation:
    """Return a derivation in words, with the claims of what it rests on."""
    leaves = {triple: evidence(store, triple) for triple in derivation.leaves()}
    facts = [leaf for leaf in leaves.values() if leaf.origin != "ontology"]
    wording = derivation.wording(lambda term: name(store, term))
    steps = [
        (
            wording.sentence(statement(step.conclusion)),
            step.rule,
            tuple(
                wording.sentence(statement(premise.conclusion))
                for premise in wording.worth_showing(step.premises)
            ),
        )
        for step in wording.worth_showing(tuple(derivation.steps()))
    ]
    return Explanation(
        conclusion=evidence(store, derivation.conclusion),
        derivation=derivation,
        proof=derivation.text(lambda term: name(store, term), reasons=True),
        lines=tuple(_lines(derivation, wording, leaves)),
        steps=tuple(steps),
        premises=tuple(sorted(facts, key=_source_order)),
        definitions=tuple(_definitions(store, list(leaves.values()))),
    )


def _lines(
    derivation: Derivation, wording: Wording, leaves: dict[Triple, Evidence]
) -> Iterator[Line]:
    for one in wording.worth_showing(tuple(derivation.parts())):
        below = wording.worth_showing(one.premises)
        yield Line(
            triple=one.conclusion,
            sentence=wording.sentence(statement(one.conclusion)),
            rule=one.rule,
            premises=tuple(premise.conclusion for premise in below),
            evidence=leaves.get(one.conclusion),
        )


def refusal(store: Store, triple: Triple) -> str:
    """Return who claims a triple that is no fact, and why it is none; empty where nobody does."""
    return "".join(
        f"; {claim.name} claims it"
        + "".join(f" in {passage.unit}" for passage in claim.passages)
        + f", {claim.standing}: {' '.join(claim.doubts)}"
        for claim in evidence(store, triple).claims
    )


def _definitions(store: Store, leaves: list[Evidence]) -> Iterator[tuple[str, str]]:
    terms = {leaf.triple.subject for leaf in leaves if leaf.origin == "ontology"}
    for term in sorted(terms, key=str):
        if not isinstance(term, NamedNode):
            continue
        for quad in store.quads_for_pattern(term, SKOS.definition, None):
            yield name(store, term), name(store, quad.object)


def _source_order(premise: Evidence) -> tuple[int, str, str]:
    """Order premises as the source tells them, and those of other sources after that."""
    starts = [passage.start for claim in premise.claims for passage in claim.passages]
    return (min(starts, default=sys.maxsize), premise.statement, str(premise.triple))


def _iter_explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of a proof with all that it rests on."""
    yield f"{explanation.conclusion.statement} ({'inferred' if explanation.steps else 'asserted'})"
    if explanation.steps:
        yield ""
        yield "Proof, each line from those below it:"
        yield from (f"  {line}" for line in explanation.proof.splitlines())
    if explanation.definitions:
        yield ""
        yield "Definitions:"
        for term, definition in explanation.definitions:
            yield f"  {term}: {definition}"
    yield from _fact_lines(explanation.premises)


def _iter_explanations_lines(explanations: Explanations) -> Iterator[str]:
    """Yield the lines of several proofs."""
    first = explanations.proofs[0]
    yield first.conclusion.statement
    for number, proof in enumerate(explanations.proofs, start=1):
        yield ""
        length = len(proof.steps)
        if not length:
            yield f"{number}. It is asserted."
        else:
            yield f"{number}. By {length} {'step' if length == 1 else 'steps'}:"
            yield from (f"  {line}" for line in proof.proof.splitlines())
    yield from _fact_lines(
        {fact.triple: fact for proof in explanations.proofs for fact in proof.premises}.values()
    )
    yield ""
    count = len(explanations.proofs)
    counted = f"{count} {'proof' if count == 1 else 'proofs'}"
    yield f"{counted}, and there are more: raise the limit" if explanations.more else counted


def _fact_lines(premises: Collection[Evidence]) -> Iterator[str]:
    """Yield what the facts rest on, and then those that rest on nothing."""
    written = {one.triple: one for one in premises if one.claims or one.sources}
    given = {one.triple: one for one in premises if not (one.claims or one.sources)}
    if written:
        yield ""
        yield "Where the facts are written:"
    for number, premise in enumerate(written.values(), start=1):
        yield f"  {number}. {premise.statement}"
        for line in _support_lines(premise):
            yield f"     {line}"
    if given:
        yield ""
        yield "Given without a claim, as kinds and names are:"
        yield from (f"  {premise.statement}" for premise in given.values())


def _support_lines(premise: Evidence) -> Iterator[str]:
    for claim in premise.claims:
        yield from _claim_lines(claim)
    if premise.sources:
        yield "reference data, from " + "; ".join(source.name for source in premise.sources)


def _claim_lines(claim: Claim) -> Iterator[str]:
    said = f", asserted by {' and '.join(claim.asserted_by)}" if claim.asserted_by else ""
    yield f"{claim.name}, {claim.standing}{said}"
    for passage in claim.passages:
        section = f', section "{passage.section}"' if passage.section else ""
        place = f"characters {passage.start} to {passage.end}"
        yield f"  {passage.source}, {passage.unit}{section}, {place}"
        if passage.address:
            yield f"  {passage.address}"
    for source in claim.sources:
        yield f"  {source}"
    for doubt in claim.doubts:
        yield f"  doubt: {doubt}"
    if claim.evidence:
        yield "  evidence: " + "; ".join(source.name for source in claim.evidence)
    for other in claim.disputes:
        yield f"  disputes {other}"


# The picture: what was asked on top, what it rests on below, passages at the bottom.

#: Shape, fill, line and text of each kind of node: set apart by shape and by colour, and filled,
#: so that they read on a white page and on a dark one.
_KINDS = {
    "asked": ("box", "rounded,filled,bold", "#1f4e79", "#0b2740", "#ffffff"),
    "inferred": ("box", "rounded,filled", "#d6e6f5", "#2f6da8", "#10263b"),
    "fact": ("box", "filled", "#dcefd9", "#3f8a3a", "#14300f"),
    "axiom": ("note", "filled", "#fdeec8", "#b8860b", "#3d2c00"),
    "passage": ("folder", "filled", "#eceff1", "#78868f", "#263238"),
}
_LEGEND = {
    "inferred": "follows",
    "fact": "given as a fact",
    "axiom": "what the words mean",
    "passage": "where it is written",
}
_LINE = "#7d8b96"
_WIDTH = 34
_SECONDS = 60


def to_dot(proofs: Sequence[Sequence[Line]]) -> str:
    """Return proofs as a graph in Graphviz's language.

    Args:
        proofs: the statements of each proof, premises first.

    >>> to_dot([]).splitlines()[0]
    'digraph proof {'
    """
    return "\n".join(["digraph proof {", *_dot_lines(proofs), "}", ""])


def draw_svg(source: str) -> bytes:
    """Draw a graph that is written in Graphviz's language.

    Raises:
        Misuse: Graphviz is not installed, or cannot draw the graph.
    """
    program = shutil.which("dot")
    if program is None:
        raise Misuse(
            "no picture without Graphviz: install the package graphviz "
            "(apt install graphviz, brew install graphviz), or take --format dot"
        )
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=source.encode(),
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Misuse(f"Graphviz could not draw the proof: {error}; take --format dot") from None
    return done.stdout


def _dot_lines(proofs: Sequence[Sequence[Line]]) -> Iterator[str]:
    yield '  graph [fontname="Helvetica,Arial,sans-serif", bgcolor="transparent", newrank=true]'
    yield "  graph [rankdir=TB, nodesep=0.3, ranksep=0.4]"
    yield '  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.14,0.08"]'
    yield f'  edge [color="{_LINE}", arrowsize=0.7, dir=back]'
    for number, lines in enumerate(proofs, start=1):
        yield f"  subgraph cluster_{number} {{"
        heading = f"proof {number}" if len(proofs) > 1 else ""
        yield f'    label="{heading}"; labeljust=l; penwidth=0; fontcolor="{_LINE}";'
        yield '    fontname="Helvetica,Arial,sans-serif"; fontsize=11'
        yield from (f"    {line}" for line in _dot_proof(lines, number))
        yield "  }"
    # What is said of the whole graph comes last: the proofs would take it over.
    yield _legend()


def _dot_proof(lines: Sequence[Line], number: int) -> Iterator[str]:
    nodes = {line.triple: f"p{number}_{place}" for place, line in enumerate(lines, start=1)}
    # What was asked comes last in a proof, and first in a picture.
    for line in reversed(lines):
        node = nodes[line.triple]
        kind = _node_kind(line, asked=line is lines[-1])
        small = "" if line.rule == ASSERTED else f"{reason(line.rule)} · {line.rule}"
        yield _dot_node(node, kind, line.sentence, small)
        for premise in line.premises:
            yield f"{node} -> {nodes[premise]}"
        for place, claim in enumerate(line.evidence.claims if line.evidence else (), start=1):
            yield _dot_node(f"{node}_{place}", "passage", *_claim_label(claim), _address(claim))
            yield f"{node} -> {node}_{place} [style=dashed]"
        sources = line.evidence.sources if line.evidence else ()
        if sources:
            names = "; ".join(source.name for source in sources)
            yield _dot_node(f"{node}_s", "passage", names, "reference data")
            yield f"{node} -> {node}_s [style=dashed]"


def _node_kind(line: Line, *, asked: bool) -> str:
    if asked:
        return "asked"
    if line.rule != ASSERTED:
        return "inferred"
    return "axiom" if line.evidence and line.evidence.origin == "ontology" else "fact"


def _claim_label(claim: Claim) -> tuple[str, str]:
    places = [
        f"{passage.source}, {passage.unit}, characters {passage.start} to {passage.end}"
        for passage in claim.passages
    ]
    said = f" by {' and '.join(claim.asserted_by)}" if claim.asserted_by else ""
    written = "; ".join([*places, *map(str, (place.name for place in claim.sources))])
    return written or claim.name, f"{claim.name}, {claim.standing}{said}"


def _address(claim: Claim) -> str:
    return next((one.address for one in claim.passages if one.address), "")


def _dot_node(node: str, kind: str, words: str, small: str, address: str = "") -> str:
    shape, style, fill, line, font = _KINDS[kind]
    label = "<BR/>".join(_escape(part) for part in wrap(words, _WIDTH) or [""])
    if small:
        below = "<BR/>".join(_escape(part) for part in wrap(small, _WIDTH + 8))
        label += f'<BR/><FONT POINT-SIZE="9"><I>{below}</I></FONT>'
    link = f', URL="{_escape(address)}", target="_blank"' if address else ""
    return (
        f'{node} [shape={shape}, style="{style}", fillcolor="{fill}", color="{line}", '
        f'fontcolor="{font}", tooltip="{_escape(words)}", label=<{label}>{link}]'
    )


def _escape(words: str) -> str:
    # Graphviz reads a backslash, also where it reads HTML.
    return escape(words).replace("\\", "\\\\")


def _legend() -> str:
    cells = "".join(
        f'<TD BGCOLOR="{_KINDS[kind][2]}" COLOR="{_KINDS[kind][3]}">'
        f'<FONT COLOR="{_KINDS[kind][4]}" POINT-SIZE="9">{words}</FONT></TD>'
        for kind, words in _LEGEND.items()
    )
    table = '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="4" CELLPADDING="4">'
    return f"  label=<{table}<TR>{cells}</TR></TABLE>>; labelloc=b"


def _to_triples(
    lines: Sequence[Line], definitions: Collection[Triple] = (), prefix: str = "step"
) -> tuple[Triple, ...]:
    """Return a proof as RDF, in the words of RDF and of the PROV ontology alone.

    Each statement of it is an ``rdf:Statement``; one that is inferred ``prov:wasDerivedFrom`` its
    premises and ``prov:wasGeneratedBy`` the rule, whose name is the activity's identifier; one
    that is given was derived from the claims that state it.

    Args:
        lines: the statements of the proof, premises first.
        definitions: what nameless classes and lists consist of; those of the proof are added.
        prefix: what the labels of the blank nodes begin with.

    >>> _to_triples([])
    ()
    """
    return (*_statement_triples(lines, prefix), *_definition_triples(lines, definitions))


def _definition_triples(lines: Sequence[Line], definitions: Collection[Triple]) -> Iterator[Triple]:
    """Yield the definitions of the nameless nodes that the statements of a proof mention."""
    parts: dict[object, list[Triple]] = defaultdict(list)
    for triple in definitions:
        parts[triple.subject].append(triple)
    waiting = [term for line in lines for term in (line.triple.subject, line.triple.object)]
    while waiting:
        for triple in parts.pop(waiting.pop(), ()):
            yield triple
            waiting.append(triple.object)


def _statement_triples(lines: Sequence[Line], prefix: str) -> Iterator[Triple]:
    nodes = {
        line.triple: BlankNode(f"{prefix}{number}") for number, line in enumerate(lines, start=1)
    }
    for line in lines:
        node = nodes[line.triple]
        yield Triple(node, RDF.type, RDF.Statement)
        yield Triple(node, RDF.subject, line.triple.subject)
        yield Triple(node, RDF.predicate, line.triple.predicate)
        yield Triple(node, RDF.object, line.triple.object)
        yield Triple(node, RDFS.label, Literal(line.sentence, language="en"))
        for claim in line.evidence.claims if line.evidence else ():
            yield Triple(node, PROV.wasDerivedFrom, _claim_node(claim.node))
        if line.rule != ASSERTED:
            activity = BlankNode(f"{node.value}-rule")
            yield Triple(node, PROV.wasGeneratedBy, activity)
            yield Triple(activity, RDF.type, PROV.Activity)
            yield Triple(activity, DCTERMS.identifier, Literal(line.rule))
            yield Triple(activity, RDFS.label, Literal(reason(line.rule), language="en"))
        for premise in line.premises:
            yield Triple(node, PROV.wasDerivedFrom, nodes[premise])


def _claim_node(written: str) -> NamedNode | BlankNode:
    """Read the name of a claim back: a CURIE, an IRI in < >, or a blank node."""
    if written.startswith("_:"):
        return BlankNode(written[2:])
    return NamedNode(written[1:-1] if written.startswith("<") else expand(written))
