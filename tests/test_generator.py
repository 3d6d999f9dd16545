"""The generator of the benchmarks: same bytes, right size, right meaning."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from kg.errors import Inconsistent
from kg.namespaces import RDF, REL
from kg.reasoning import close
from kg.reasoning.profile import violations

BENCH = Path(__file__).parent.parent / "bench"
FAULTS = 26


def generated(*arguments, hash_seed="0"):
    command = [sys.executable, str(BENCH / "generate.py"), *arguments]
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, check=True, capture_output=True, env=environment).stdout


def triples(text, kind=RdfFormat.N_TRIPLES):
    return [quad.triple for quad in pyoxigraph.parse(text, format=kind)]


def document(name):
    return triples((BENCH / name).read_bytes(), RdfFormat.TURTLE)


@pytest.fixture(scope="module")
def small():
    return generated("--triples", "1000", "--seed", "1", "--faults", str(FAULTS))


@pytest.fixture(scope="module")
def closure(small):
    return close(triples(small), document("ontology.ttl")).inferred


def test_a_seed_gives_the_same_bytes_whatever_the_hash_seed(small):
    again = generated("--seed", "1", "--triples", "1000", "--faults", str(FAULTS), hash_seed="7")
    assert again == small
    assert generated("--triples", "1000", "--seed", "2", "--faults", str(FAULTS)) != small


def test_the_bytes_are_those_of_every_other_machine():
    digest = hashlib.sha256(generated("--triples", "2000", "--seed", "1")).hexdigest()
    assert digest == "dec8a568c49b9b80b1ea857f99b91635014a77d9ceadbf4655c1a808c7e9f186"


@pytest.mark.parametrize("size", [1_000, 10_000, 100_000])
def test_a_graph_has_the_size_that_was_asked_for_without_repeating_itself(size):
    found = generated("--triples", str(size)).splitlines()
    assert abs(len(found) - size) <= size / 20
    assert len(set(found)) == len(found)


def test_there_are_thirty_kinds_of_event_two_below_event():
    found = triples(generated("--triples", "10000"))
    kinds = {one.object for one in found if one.predicate == RDF.type}
    wider = {(one.subject, one.object) for one in document("ontology.ttl")}
    middle = {one for one, other in wider if other == REL.Event}
    leaves = {one for one, other in wider if other in middle and isinstance(one, NamedNode)}
    assert len(kinds & leaves) == 30


def test_no_invented_identifier_of_wikidata_is_in_a_graph(small):
    assert b"wikidata" not in small


def test_the_ontology_is_in_owl_2_rl():
    assert violations(document("ontology.ttl")) == []


def test_the_closure_is_consistent_and_derives_tension(closure):
    kinds = {one.object for one in closure if one.predicate == RDF.type}
    assert {REL.TensionRaisingEvent, NamedNode(REL.iri + "EscalatoryEvent")} <= kinds


def test_a_state_that_is_an_event_is_inconsistent(small):
    both = Triple(NamedNode("http://example.org/id/state-0"), RDF.type, REL.Event)
    with pytest.raises(Inconsistent, match="state-0"):
        close([*triples(small), both], document("ontology.ttl"))


def test_the_faults_are_found_and_nothing_else(small, closure):
    from kg.validation import validate

    shapes = [*document("shapes.ttl"), *document("seats.ttl")]
    facts = [*triples(small), *document("ontology.ttl")]
    faults = {NamedNode(f"http://example.org/id/fault-{number}") for number in range(FAULTS)}
    assert {result.focus_node for result in validate(facts, shapes).results} == faults
    closed = validate([*facts, *closure], shapes)
    assert {result.focus_node for result in closed.results} == faults


def test_a_new_event_is_new_and_about_what_is_there(small):
    sys.path.insert(0, str(BENCH))
    try:
        from generate import new_event
    finally:
        sys.path.remove(str(BENCH))
    subjects = {one.subject for one in triples(small)}
    event = triples(new_event(1000, 1).encode())
    assert not subjects & {one.subject for one in event}
    things = {one.object for one in event} - {
        one.object for one in event if isinstance(one.object, Literal)
    }
    named = {one for one in things if one.value.startswith("http://example.org/id/")}
    assert named <= subjects
