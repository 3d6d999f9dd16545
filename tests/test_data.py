"""The shipped graph holds what it promises: every fact, every doubt, verified links only."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple

from kg import dataset, resources
from kg.namespaces import DCTERMS, GRAPH, OA, PREFIXES, PROV, RDF, REL, SKOS, expand

REPOSITORY = Path(__file__).parent.parent
DATASET = dataset.load([resources.data()], resources.ontology())
CLAIMS = DATASET.graph(GRAPH.claims)


def index(predicate: NamedNode) -> dict[object, list[object]]:
    found: dict[object, list[object]] = defaultdict(list)
    for triple in CLAIMS:
        if triple.predicate == predicate:
            found[triple.subject].append(triple.object)
    return found


def claims() -> list[object]:
    return [t.subject for t in CLAIMS if t.predicate == RDF.type and t.object == REL.Claim]


def test_all_113_facts_of_the_article_have_a_claim() -> None:
    identifiers = {values[0].value for values in index(DCTERMS.identifier).values()}
    assert identifiers == {f"F{number:03}" for number in range(1, 114)}


def test_every_claim_from_the_article_quotes_a_passage_with_its_unit() -> None:
    quoted, units = index(PROV.wasQuotedFrom), index(REL.unit)
    for claim, identifiers in index(DCTERMS.identifier).items():
        assert len(identifiers) == 1
        assert all(len(units[passage]) == 1 for passage in quoted[claim]), claim
        assert quoted[claim], claim


def test_all_20_doubts_are_there_each_with_a_sentence() -> None:
    numbers, doubts = index(SKOS.notation), index(REL.doubt)
    assert {v[0].value for v in numbers.values()} == {f"D{number:02}" for number in range(1, 21)}
    assert all(len(doubts[claim]) == 1 for claim in numbers)


@pytest.mark.parametrize(
    ("number", "source"),
    [
        ("D01", "older-copies"), ("D02", "ap-2023-12-22"), ("D02", "afp-2023-12"),
        ("D03", "sahel-intelligence"), ("D04", "press-april-2025"), ("D05", "press-april-2025"),
        ("D06", "kuna-2025-04"), ("D07", "kuna-2025-04"), ("D09", "al-jazeera-2012"),
        ("D09", "france24-2012"), ("D10", "eurasia-review-2012"), ("D10", "afp-2012"),
        ("D11", "lexpression-2012"), ("D12", "natural-earth"), ("D13", "cow-territorial-change"),
        ("D14", "older-copies"), ("D15", "older-copies"), ("D17", "natural-earth"),
        ("D18", "french-edition"),
    ],
)  # fmt: skip
def test_doubt_names_its_outside_evidence(number: str, source: str) -> None:
    evidence = index(REL.evidence)
    touched = [claim for claim, v in index(SKOS.notation).items() if v[0].value == number]
    named = {node for claim in touched for node in evidence[claim]}
    assert NamedNode(PREFIXES["kg"] + "source-" + source) in named


@pytest.mark.parametrize(
    ("fact", "standing"),
    [
        ("F020", REL.contradicted), ("F052", REL.contradicted), ("F089", REL.contradicted),
        ("F093", REL.contradicted), ("F095", REL.contradicted), ("F066", REL.disputed),
        ("F067", REL.disputed), ("F081", REL.disputed), ("F108", REL.disputed),
        ("F053", REL.disputed), ("F071", REL.attributed), ("F008", REL.implied),
        ("F017", REL.stated),
    ],
)  # fmt: skip
def test_fact_has_its_standing(fact: str, standing: NamedNode) -> None:
    claim = NamedNode(f"{PREFIXES['kg']}claim-{fact.lower()}")
    assert index(REL.standing)[claim] == [standing]


def test_a_city_far_from_the_sea_is_never_a_coastal_city() -> None:
    facts = DATASET.state().accepted
    for city in ("constantine", "tamanrasset", "adrar"):
        node = NamedNode(PREFIXES["kg"] + city)
        assert Triple(node, RDF.type, NamedNode(expand("rel:CoastalCity"))) not in facts


def test_data_has_no_blank_nodes() -> None:
    for document in DATASET.documents:
        if document.role == "data":
            assert not [
                t for t in document.triples if "_:" in (str(t.subject)[:2], str(t.object)[:2])
            ]


def test_every_passage_has_the_digest_of_its_text(article: Path) -> None:
    text = article.read_text("utf-8")
    starts, ends, digests = index(OA.start), index(OA.end), index(REL.textDigest)
    passages = [t.subject for t in CLAIMS if t.predicate == RDF.type and t.object == REL.Passage]
    assert len(passages) > 90
    for passage in passages:
        selected = text[int(starts[passage][0].value) : int(ends[passage][0].value)]
        digest = hashlib.sha256(selected.encode()).hexdigest()
        assert [digest] == [value.value for value in digests[passage]], passage


def test_no_file_of_the_project_copies_seven_words_of_the_article(article: Path) -> None:
    words = re.findall(r"\w+", article.read_text("utf-8").lower())
    runs = {" ".join(words[n : n + 7]) for n in range(len(words) - 6)}
    for folder in ("data", "ontology", "queries", "docs", "src", "tests"):
        for path in (REPOSITORY / folder).rglob("*"):
            if path.suffix not in {".ttl", ".tsv", ".rq", ".md", ".py", ".csv", ".json", ".txt"}:
                continue
            found = re.findall(r"\w+", path.read_text("utf-8").lower())
            copied = runs & {" ".join(found[n : n + 7]) for n in range(len(found) - 6)}
            assert copied == set(), path
