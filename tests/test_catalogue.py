"""Every saved query answers: golden answers, two engines, every fact of the article."""

from __future__ import annotations

import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Literal, NamedNode

import kg
from kg import queries
from kg.namespaces import PREFIXES
from kg.perspectives import compared
from kg.results import Boolean, GraphResult, Solutions, serialize
from kg.sparql import read

if TYPE_CHECKING:
    import rdflib

GOLDEN = Path(__file__).parent / "golden"
FACTS = Path(__file__).parent / "facts-by-query.tsv"
SLUGS = sorted(queries.catalogue())
ENDINGS = {Solutions: "tsv", Boolean: "json", GraphResult: "nt"}


@pytest.fixture(scope="module")
def reference(graph: kg.Graph) -> rdflib.Dataset:
    """The same graph in rdflib."""
    return graph.to_rdflib()


def test_at_least_30_questions_are_asked() -> None:
    assert len(SLUGS) >= 30


@pytest.mark.parametrize("slug", SLUGS)
def test_query_keeps_the_rules_of_the_catalogue(slug: str) -> None:
    assert queries.problems(queries.find(slug)) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_query_gives_its_golden_answer(slug: str, graph: kg.Graph) -> None:
    result = graph.run(slug)
    ending = ENDINGS[type(result)]
    answer = serialize(result, ending)
    path = GOLDEN / f"{slug}.{ending}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(answer)
    assert answer.decode() == path.read_text("utf-8")


def test_golden_answers_belong_to_queries() -> None:
    assert sorted(path.stem for path in GOLDEN.iterdir()) == SLUGS


def test_no_golden_answer_is_empty() -> None:
    """A question that nothing in the graph answers would test nothing."""
    assert [p.name for p in GOLDEN.iterdir() if len(p.read_text("utf-8").splitlines()) < 1] == []
    assert [p.name for p in GOLDEN.glob("*.tsv") if len(p.read_text().splitlines()) < 2] == []


#: What takes rdflib a quarter of a minute.
_SLOW = pytest.param(
    "only-according-to",
    marks=pytest.mark.skipif(not os.environ.get("KG_LONG"), reason="KG_LONG is not set"),
)


@pytest.mark.parametrize("slug", [_SLOW if one == "only-according-to" else one for one in SLUGS])
def test_rdflib_gives_the_same_answer(
    slug: str, graph: kg.Graph, reference: rdflib.Dataset
) -> None:
    saved = queries.find(slug)
    mine = graph.run(slug)
    values = saved.bind({}, graph.store)
    others = compared(read(saved.text, slug), values.values(), graph.store, graph.viewpoint)
    asked = graph.to_rdflib(beside=sorted(others)) if others else reference
    bindings = {name: plain(term) for name, term in values.items()}
    theirs = asked.query(saved.text, initBindings=bindings)
    if isinstance(mine, Boolean):
        assert bool(mine) == theirs.askAnswer
    elif isinstance(mine, Solutions):
        names = [str(variable) for variable in theirs.vars]
        rows = [tuple(shown(plain(t)) if t is not None else None for t in row) for row in mine]
        other = [
            tuple(None if row[name] is None else shown(row[name]) for name in names)
            for row in theirs
        ]
        assert names == list(mine.variables)
        assert sorted(other, key=str) == sorted(rows, key=str)
    else:
        own = {
            tuple(map(str, map(plain, (t.subject, t.predicate, t.object)))) for t in mine.triples
        }
        assert {tuple(map(str, triple)) for triple in theirs.graph} == own


def shown(term: Any) -> str:
    """Return a term of rdflib as text; the form of a decimal that was computed is the engine's."""
    from rdflib import XSD

    if getattr(term, "datatype", None) == XSD.decimal:
        return f"{Decimal(term).normalize():f}"
    return str(term)


def plain(term: Any) -> Any:
    """Turn a term into rdflib's, keeping the lexical form."""
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, Literal):
        datatype = None if term.language else rdflib.URIRef(term.datatype.value)
        if datatype == rdflib.XSD.string:
            datatype = None
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    raise AssertionError(term)


def answers_by_fact(graph: kg.Graph) -> dict[str, set[tuple[str, str]]]:
    """Which query gives which fact, and with which unit."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for slug in SLUGS:
        result = graph.run(slug)
        if isinstance(result, Solutions) and {"fact", "unit"} <= set(result.variables):
            for row in result:
                if row["fact"] is not None and row["unit"] is not None:
                    found[row["fact"].value].add((slug, row["unit"].value))
    return found


def test_every_fact_comes_back_from_a_query_on_its_subject_with_its_unit(graph: kg.Graph) -> None:
    """The file beside this one lists which query gives which fact."""
    found = answers_by_fact(graph)
    general = {"facts-of-unit", "implied-claims", "disputed-claims", "contradicted-claims"}
    units = dict(unit_of_fact(graph))
    lines = ["fact\tunit\tqueries"]
    for fact in (f"F{number:03}" for number in range(1, 114)):
        slugs = {slug for slug, _ in found[fact]}
        assert slugs - general, f"{fact} comes back only from the general queries {slugs}"
        assert {unit for _, unit in found[fact]} == {units[fact]}
        lines.append(f"{fact}\t{units[fact]}\t{' '.join(sorted(slugs))}")
    listed = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        FACTS.write_text(listed, "utf-8")
    assert listed == FACTS.read_text("utf-8")


def unit_of_fact(graph: kg.Graph) -> list[tuple[str, str]]:
    rows = graph.query(
        "SELECT DISTINCT ?fact ?unit { ?claim dcterms:identifier ?fact ;"
        " prov:wasQuotedFrom/rel:unit/rdfs:label ?unit }"
    )
    return [(row["fact"].value, row["unit"].value) for row in rows]


@pytest.mark.parametrize(
    ("since", "missing"),
    [("2024", "accusation-by-mali-2023"), ("2025-04", "drone-shootdown-2025")],
)
def test_since_leaves_out_what_ended_before(since: str, missing: str, graph: kg.Graph) -> None:
    everything = {row["event"] for row in graph.run("tension-raising-events")}
    left = {row["event"] for row in graph.run("tension-raising-events", since=since)}
    assert NamedNode(PREFIXES["kg"] + missing) in everything - left
    assert NamedNode(PREFIXES["kg"] + "flight-ban-by-algeria-2025") in left


def test_parameter_that_looks_like_sparql_is_only_a_value(graph: kg.Graph) -> None:
    result = graph.run("facts-of-unit", unit='S09" } ?s ?p ?o { "')
    assert len(result) == 0
