"""Every constraint of the shapes can fail: for each message there is an example that draws it."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from kg import resources
from kg.namespaces import PREFIXES, SH
from kg.pipeline import shape_triples
from kg.validation import validate

PREFIX = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
SHAPES = shape_triples(resources.shapes())

#: The beginning of a message, and the smallest graph that breaks what it asks for.
BROKEN = {
    "Give the thing a label": "kg:x a rel:State .",
    "Write the ISO 3166-1 alpha-2 code": 'kg:x a rel:State ; rel:isoCode "dz" .',
    "A State acts for itself": "kg:x a rel:State ; rel:actsFor kg:x .",
    "A mission represents exactly one": "kg:x a rel:DiplomaticMission .",
    "A mission has exactly one receiving": (
        "kg:x a rel:DiplomaticMission ; rel:receivingState kg:a , kg:b . kg:a a rel:State ."
    ),
    "A mission has exactly one seat": "kg:x a rel:DiplomaticMission ; rel:seat kg:a .",
    "The seat ": (
        "kg:x a rel:DiplomaticMission ; rel:seat kg:gao ; rel:receivingState kg:algeria . "
        "kg:gao rel:partOf kg:mali ."
    ),
    "A bilateral relation has exactly two": "kg:x a rel:BilateralRelation ; rel:hasParty kg:a .",
    " has the same two parties": (
        "kg:x a rel:BilateralRelation ; rel:hasParty kg:a , kg:b . "
        "kg:y a rel:BilateralRelation ; rel:hasParty kg:a , kg:b ."
    ),
    "A border, cooperation or tension": "kg:x a rel:Tension ; rel:hasParty kg:a .",
    "An office or government body": "kg:x a rel:Office .",
    "Give one latitude": "kg:x wgs84:lat 91.0 ; wgs84:long 2.0 .",
    "Give one longitude": "kg:x wgs84:lat 36.7 .",
    "Name the source of the coordinates": "kg:x wgs84:lat 36.7 ; wgs84:long 3.0 .",
    "The reference data put the city": "kg:x a rel:CoastalCity ; rel:kilometresToCoast 64.0 .",
    "Write one date as an EDTF literal": 'kg:x a rel:Event ; rel:date "2023-12" .',
    "Write the first day": (
        'kg:x a rel:Event ; rel:earliest "2024-01-02"^^xsd:date ; '
        'rel:latest "2024-01-01"^^xsd:date .'
    ),
    "Write the last day": 'kg:x a rel:Event ; rel:latest "2024" .',
    "Say who acts": "kg:x a rel:Event .",
    "The event ends before": (
        'kg:x a rel:Event ; rel:respondsTo kg:y ; rel:latest "2023-01-01"^^xsd:date . '
        'kg:y rel:earliest "2024-01-01"^^xsd:date .'
    ),
    "The event comes out as one": (
        "kg:x a rel:Event , rel:InterstateEvent ; "
        "rel:initiatingState kg:mali ; rel:affectedState kg:mali ."
    ),
    "Name the office that is recalled": "kg:x a rel:AmbassadorRecall .",
    "Say what is alleged": "kg:x a rel:Accusation .",
    "Name the aircraft": "kg:x a rel:Shootdown ; rel:target kg:mali .",
    "Name the airspace": "kg:x a rel:AirspaceViolation ; rel:target kg:mali .",
    "Give the depth once": "kg:x a rel:AirspaceViolation ; rel:depthInKilometres -2.0 .",
    "Name the State that the ban": "kg:x a rel:FlightBan .",
    "Name the mission that is seized": "kg:x a rel:MissionSeizure ; rel:target kg:mali .",
    "Give the number of hostages": "kg:x a rel:HostageTaking ; rel:numberOfHostages 0 .",
    "Give the share as a decimal": "kg:x a rel:PopulationShare ; rel:minimumShare 1.5 .",
    "Name the group that makes up": "kg:x a rel:PopulationShare .",
    "Name the State whose population": "kg:x a rel:PopulationShare .",
    "Name exactly one State that invests": (
        "kg:x a rel:InvestmentTie ; rel:investor kg:mali ; rel:recipient kg:mali ."
    ),
    "Name exactly one State that receives": "kg:x a rel:InvestmentTie .",
    "Write the CAMEO code": 'kg:x a rel:EventType ; skos:notation "4" .',
    "Give the event type exactly one quad": "kg:x a rel:EventType .",
    "Give the Goldstein score": "kg:x a rel:EventType ; rel:goldsteinScore -12.0 .",
    "A claim has exactly one rdf:subject": "kg:x a rel:Claim .",
    "A claim has exactly one rdf:predicate": 'kg:x a rel:Claim ; rdf:predicate "actor" .',
    "A claim has exactly one rdf:object": "kg:x a rel:Claim ; rdf:object 1 , 2 .",
    "Say with rel:assertedBy": 'kg:x a rel:Claim ; rel:assertedBy "Mali" .',
    "Give the claim one standing": "kg:x a rel:Claim ; rel:standing rel:doubtful .",
    "Say where the claim is made": "kg:x a rel:Claim .",
    "prov:wasQuotedFrom leads": "kg:x a rel:Claim ; prov:wasQuotedFrom kg:mali .",
    "prov:hadPrimarySource leads": "kg:x a rel:Claim ; prov:hadPrimarySource kg:mali .",
    "Write the doubt": 'kg:x a rel:Claim ; rel:doubt "no language" .',
    "rel:evidence leads": "kg:x a rel:Claim ; rel:evidence kg:mali .",
    "rel:disputes leads": "kg:x a rel:Claim ; rel:disputes kg:mali .",
    "A claim that is disputed": "kg:x a rel:Claim ; rel:standing rel:disputed .",
    "Say with skos:definition": "kg:x a rel:Viewpoint .",
    "A viewpoint accepts the standings": (
        "kg:x a rel:Viewpoint ; rel:acceptsStanding rel:contradicted ."
    ),
    "rel:accordingTo leads": 'kg:x a rel:Viewpoint ; rel:accordingTo "Mali" .',
    "Write rel:omitsDisputed once": 'kg:x a rel:Viewpoint ; rel:omitsDisputed "yes" .',
    "Give the start once": "kg:x a rel:Passage ; oa:start 9 ; oa:end 5 .",
    "Give the end once": "kg:x a rel:Passage ; oa:start 9 .",
    "Name the source of the passage": "kg:x a rel:Passage .",
    "Give the SHA-256 digest": 'kg:x a rel:Passage ; rel:textDigest "48cb" .',
    "Name the unit of the source": "kg:x a rel:Passage .",
    "Give one address": "kg:x a rel:Passage .",
    "Say what kind of source": "kg:x a rel:Source .",
    "Give the link one": "kg:x a sssom:Mapping .",
    "Say in the comment": "kg:x a sssom:Mapping ; sssom:object_id sssom:NoTermFound .",
}


_NAME = re.compile(r"\bkg:\w+")


def messages() -> list[tuple[str, str]]:
    """Return the message and the focus node of each result, of all examples in one graph.

    The names of an example end in its number, so that it has nothing to do with the others.
    """
    examples = (
        _NAME.sub(lambda name, number=number: f"{name[0]}-{number}", example)
        for number, example in enumerate(BROKEN.values())
    )
    data = parse(PREFIX + "\n".join(examples), format=RdfFormat.TURTLE)
    report = validate([quad.triple for quad in data], SHAPES, engine="pyshacl")
    return [(result.message, str(result.focus_node)) for result in report.results]


@pytest.fixture(scope="module")
def drawn() -> list[tuple[str, str]]:
    return messages()


@pytest.mark.parametrize("beginning", BROKEN)
def test_breaking_a_constraint_draws_its_message(
    beginning: str, drawn: list[tuple[str, str]]
) -> None:
    number = list(BROKEN).index(beginning)
    own = [(message, node) for message, node in drawn if node.endswith(f"-{number}>")]

    assert [node for message, node in own if beginning in message]
    assert f"<{PREFIXES['kg']}x-{number}>" in {node for _, node in own}


def test_every_message_of_the_shapes_has_an_example() -> None:
    written = [
        triple.object.value
        for triple in SHAPES
        if triple.predicate == SH["message"] and isinstance(triple.object, Literal)
    ]

    assert len(written) > 50
    assert [one for one in written if not any(beginning in one for beginning in BROKEN)] == []


def test_the_graph_that_kg_ships_conforms(graph) -> None:
    assert graph.validate().results == ()
