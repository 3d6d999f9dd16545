"""Links to Wikidata: all have one or say why not, and each is to an id that was verified.

Ids come from public sources and are listed, with those sources, in ``wikidata-ids.tsv`` beside the
table of links; public files also hold invented ids, so an id from memory does not count.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg import sssom
from kg.dataset.documents import SSSOM as SSSOM_TABLE
from kg.dataset.documents import Location, shown
from kg.errors import ParseFailure
from kg.namespaces import GRAPH, OWL, PREFIXES, RDF, REL, compact
from kg.validation.index import Index
from kg.validation.outcome import Findings

if TYPE_CHECKING:
    from pathlib import Path

    from kg.dataset import Dataset
    from kg.validation.report import ValidationResult

__all__ = ["VERIFIED_IDS", "check_links"]

#: The table of verified ids, beside the table of links.
VERIFIED_IDS = "wikidata-ids.tsv"

_COLUMNS = ["id", "label", "evidence"]
_NO_TERM = "sssom:NoTermFound"
_MATCHES = ("skos:exactMatch", "skos:closeMatch")
#: What a class or property may be linked by: theirs may be wider or narrower too.
_TERM_MATCHES = (*_MATCHES, "skos:broadMatch", "skos:narrowMatch")
_TERMS = frozenset((OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty))
_JUSTIFICATION = "semapv:ManualMappingCuration"


@dataclass(frozen=True)
class _Link:
    """One row of a table of links."""

    subject: NamedNode
    values: dict[str, str]
    location: Location

    @property
    def local_id(self) -> str:
        return self.values.get("object_id", "").partition(":")[2]

    @property
    def is_exact(self) -> bool:
        is_term = self.values.get("object_id") != _NO_TERM
        return is_term and self.values.get("predicate_id") == "skos:exactMatch"


def check_links(dataset: Dataset) -> list[ValidationResult]:
    """Check the tables of links of a dataset.

    Args:
        dataset: the facts, and the tables among its documents.

    Returns:
        One result for each thing without a row and for each row at fault; none for a dataset
        without a table of links.

    Raises:
        ParseFailure: the list of verified ids is not a table of id, label and evidence.
    """
    findings = Findings(dataset)
    tables = [document for document in dataset.documents if document.format == SSSOM_TABLE]
    links: list[_Link] = []
    for document in tables:
        found = _links(document.path, sssom.parse(document.content, shown(document.path)))
        ids = document.path.parent / VERIFIED_IDS
        verified = _verified(ids, findings)
        for link in found:
            _check_row(link, verified, ids, findings)
        _check_triples(dataset, verified, ids, findings)
        links += found
    if tables:
        _check_subjects(links, dataset, findings)
        _check_repeats(links, findings)
    return findings.results()


def _links(path: Path, mappings: sssom.MappingSet) -> list[_Link]:
    prefixes = PREFIXES | mappings.curie_map
    links = []
    for row in mappings.rows:
        prefix, _, local = row.values.get("subject_id", "").partition(":")
        subject = NamedNode(prefixes.get(prefix, prefix + ":") + local)
        links.append(_Link(subject, row.values, Location(path, row.line)))
    return links


def _verified(path: Path, findings: Findings) -> dict[str, str]:
    """The label of each verified id."""
    if not path.is_file():
        return {}
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ParseFailure(shown(path), "is not UTF-8: save it as UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    if reader.fieldnames != _COLUMNS:
        raise ParseFailure(shown(path), f"the columns are {', '.join(_COLUMNS)}: write those", 1)
    labels: dict[str, str] = {}
    for row in reader:
        location = Location(path, reader.line_num)
        identifier, label, evidence = (row[column] for column in _COLUMNS)
        node = NamedNode(PREFIXES["wd"] + identifier)
        if not label or not evidence or None in row:
            message = "give the id, its label and the public source that has it, three cells in all"
            findings.add("verified-id", node, message, location=location)
        if identifier in labels:
            findings.add("verified-id", node, "is listed twice: keep one line", location=location)
        labels[identifier] = label
    return labels


def _check_row(link: _Link, verified: dict[str, str], ids: Path, findings: Findings) -> None:
    def say(message: str) -> None:
        findings.add("link", link.subject, message, location=link.location)

    values = link.values
    matches = _TERM_MATCHES if link.subject in REL else _MATCHES
    if values.get("predicate_id") not in matches:
        say(f"predicate_id {values.get('predicate_id')}: write {' or '.join(matches)}")
    if values.get("mapping_justification") != _JUSTIFICATION:
        say(f"mapping_justification: links are made by hand: write {_JUSTIFICATION}")
    if values.get("object_id") == _NO_TERM:
        if not values.get("comment"):
            say("no item is linked: say why in the comment")
        return
    if "confidence" not in values:
        say("give the confidence of the link, a number from 0 to 1")
    if link.local_id not in verified:
        say(
            f"{link.local_id} is not among the verified ids of {shown(ids)}: "
            f"give its evidence there, or link {_NO_TERM} and say why"
        )
    elif values.get("object_label") != verified[link.local_id]:
        say(
            f'object_label "{values.get("object_label", "")}": the verified label of '
            f'{link.local_id} is "{verified[link.local_id]}": write that'
        )


def _check_triples(
    dataset: Dataset, verified: dict[str, str], ids: Path, findings: Findings
) -> None:
    """Links that stand in the ontology or among the facts need verified ids too."""
    for name in (GRAPH.asserted, GRAPH.reference, GRAPH.ontology):
        for triple in sorted(dataset.graph(name), key=str):
            node = triple.object
            if not isinstance(node, NamedNode) or not node.value.startswith(PREFIXES["wd"]):
                continue
            identifier = node.value.removeprefix(PREFIXES["wd"])
            if identifier not in verified:
                message = (
                    f"{identifier} is not among the verified ids of {shown(ids)}: "
                    "give its evidence there, or remove the link"
                )
                findings.add("link", triple.subject, message, path=triple.predicate, value=node)


def _check_subjects(links: list[_Link], dataset: Dataset, findings: Findings) -> None:
    linked = {link.subject for link in links}
    index = Index(dataset.graph(GRAPH.asserted))
    apart = {REL.Claim, REL.Passage, REL.Source, REL.Unit}
    for node in index.nodes():
        kinds = [kind for kind in index.values(node, RDF.type) if kind in REL]
        if kinds and not apart.intersection(kinds) and node not in linked:
            message = (
                "has no link to Wikidata and no stated reason: add a row to the table of links, "
                f"with a verified id or {_NO_TERM}"
            )
            findings.add("link-missing", node, message)
    terms = Index(dataset.graph(GRAPH.ontology))
    # A graph of one's own need not link the ontology that kg ships; a table that does is whole.
    for node in terms.nodes() if any(node in REL for node in linked) else ():
        is_term = _TERMS.intersection(terms.values(node, RDF.type))
        if node in REL and is_term and node not in linked:
            message = (
                "has no link to Wikidata and no stated reason: add a row to the table of links, "
                f"with a verified id or {_NO_TERM}"
            )
            findings.add("link-missing", node, message)
    for link in links:
        if link.subject not in index and link.subject not in terms:
            message = "nothing describes this subject_id: correct it, or remove the row"
            findings.add("link", link.subject, message, location=link.location)
        label = dataset.label(link.subject)
        said = link.values.get("subject_label")
        if label and said and said != label:
            message = f'subject_label "{said}": the label is "{label}": write that'
            findings.add("link", link.subject, message, location=link.location)


def _check_repeats(links: list[_Link], findings: Findings) -> None:
    subjects: dict[NamedNode, _Link] = {}
    objects: dict[str, _Link] = {}
    rows: dict[tuple[tuple[str, str], ...], _Link] = {}
    for link in links:
        same = rows.setdefault(tuple(sorted(link.values.items())), link)
        if same is not link:
            message = f"repeats line {same.location.line}: keep one"
            findings.add("link", link.subject, message, location=link.location)
        if not link.is_exact:
            continue
        first = subjects.setdefault(link.subject, link)
        if first is not link:
            message = f"has an exact match in line {first.location.line} already: keep one"
            findings.add("link", link.subject, message, location=link.location)
        other = objects.setdefault(link.local_id, link)
        if other.subject != link.subject:
            message = (
                f"{link.local_id} is the exact match of {compact(other.subject.value)} too, "
                "which would make them one thing: link one of them as a skos:closeMatch"
            )
            findings.add("link", link.subject, message, location=link.location)
