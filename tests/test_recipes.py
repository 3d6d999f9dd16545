"""The recipes of CONTRIBUTING.md, followed to the letter on a copy of the checkout."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

import test_catalogue
import test_jsonld
import test_shapes
from kg import queries, resources
from kg.check import check
from kg.namespaces import PREFIXES
from kg.pipeline import shape_triples

ROOT = Path(__file__).parent.parent
TURTLE = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
NO_ITEM = "skos:exactMatch\tsssom:NoTermFound\t\tsemapv:ManualMappingCuration\t\tAn example."
HOME = "<https://w3id.org/relations-kg/ontology>"
FACTS, CLAIMS, VIEWPOINTS = "data/relations.ttl", "data/claims.ttl", "data/viewpoints.ttl"
LINKS, TERMS, SHAPES = "data/wikidata.sssom.tsv", "ontology/relations.ttl", "ontology/shapes.ttl"
CONTEXT = "ontology/context.jsonld"
QUERY = """\
#+ summary: Which aircraft has a State shot down?
#+ description: One row for each event.
#+ tags: [events]
#+ parameters:
#+   state:
#+     type: iri
#+     description: The State that acts.
#+     default: "kg:algeria"
PREFIX rel: <https://w3id.org/relations-kg/ontology#>
SELECT ?state ?event WHERE {
  ?event a rel:Shootdown ; rel:actor ?state .
} ORDER BY ?state ?event
"""


def event(name):
    """Return the steps of "Add a fact": which file each changes, and what it adds."""
    said = (
        f"kg:claim-{name}-%s a rdf:Statement , rel:Claim ; rdfs:label 'claim on {name}: %s'@en ;"
        f" rdf:subject kg:{name} ; rdf:predicate rel:%s ; rdf:object %s ; rel:assertedBy kg:mali ;"
        " rel:standing rel:attributed ; prov:hadPrimarySource kg:source-press-april-2025 .\n"
    )
    date = '"2023-12"^^edtf:EDTF'
    return {
        "type": (FACTS, f"kg:{name} a rel:Meeting .\n"),
        "label": (FACTS, f'kg:{name} rdfs:label "{name}"@en .\n'),
        "fact": (FACTS, f"kg:{name} rel:actor kg:mali ; rel:date {date} .\n"),
        "claim": (CLAIMS, said % ("actor", "actor", "actor", "kg:mali")),
        "claim of the date": (CLAIMS, said % ("date", "date", "date", date)),
        "days": (
            FACTS,
            f"""kg:{name} rel:earliest "2023-12-01"^^xsd:date ;
                rel:latest "2023-12-31"^^xsd:date .\n""",
        ),
        "link": (LINKS, f"kg:{name}\t{name}\t{NO_ITEM}\n"),
    }


def term(name):
    """Return the steps of "Add a term"."""
    return {
        "term": (TERMS, f"rel:{name} a owl:Class ; rdfs:subClassOf rel:Event .\n"),
        "label": (TERMS, f'rel:{name} rdfs:label "{name}"@en .\n'),
        "definition": (TERMS, f'rel:{name} skos:definition "Event that ends a war."@en .\n'),
        "home": (TERMS, f"rel:{name} rdfs:isDefinedBy {HOME} .\n"),
        "use": (FACTS, f"kg:mali-talks a rel:{name} .\n"),
        "context": (CONTEXT, f'    "{name}": "rel:{name}",\n'),
        "link": (LINKS, f"rel:{name}\t{name}\t{NO_ITEM}\n"),
    }


def viewpoint(name):
    """Return the steps of "Add a viewpoint" that change the data."""
    node = f"kg:viewpoint-{name}"
    return {
        "node": (VIEWPOINTS, f'{node} a rel:Viewpoint ; rdfs:label "{name}"@en .\n'),
        "definition": (VIEWPOINTS, f'{node} skos:definition "What is said outright."@en .\n'),
        "standings": (VIEWPOINTS, f"{node} rel:acceptsStanding rel:stated .\n"),
    }


def shape(name, path):
    """Return the step of "Add a shape" that changes the shapes."""
    text = (
        f"shape:{name} a sh:NodeShape ; sh:targetClass rel:Meeting ; sh:property [ sh:path {path} ;"
        ' sh:minCount 1 ; sh:message "Say what the meeting is for."@en ] .\n'
    )
    return {"shape": (SHAPES, text)}


def follow(checkout, steps, without=None):
    """Do the steps of a recipe, but for one of them."""
    for step, (path, text) in steps.items():
        file = checkout / path
        whole = file.read_text("utf-8")
        if step == without:
            continue
        if path == CONTEXT:
            first = '    "Accusation"'
            file.write_text(whole.replace(first, text + first), "utf-8")
        else:
            prefixes = TURTLE if path.endswith(".ttl") and path != SHAPES else ""
            file.write_text(whole + prefixes + text, "utf-8")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A copy of data, ontology and queries, which kg takes for those that it ships."""
    return copied(tmp_path, monkeypatch)


def copied(folder, patch):
    for name in ("data", "ontology", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    patch.setattr(resources, "__file__", str(folder / "src" / "kg" / "resources.py"))
    return folder


def test_all_recipes_together_leave_a_graph_that_passes(checkout, cli):
    follow(checkout, event("mali-talks"))
    follow(checkout, term("PeaceTreaty"))
    follow(checkout, viewpoint("outright"))
    follow(checkout, shape("Meeting", "rel:actor"))
    (checkout / "queries" / "shoot-downs.rq").write_text(QUERY, "utf-8")

    assert "relations.ttl: rewritten" in cli("fmt").out
    answer = cli("check")

    assert (answer.code, answer.out.splitlines()[-1]) == (0, "conforms"), answer.out


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """What ``kg check`` prints where each recipe was followed but for one step at a time."""
    with pytest.MonkeyPatch.context() as patch:
        folder = copied(tmp_path_factory.mktemp("checkout"), patch)
        follow(folder, {"label": event("talks-type")["label"]})
        for step in ("label", "claim", "days", "link"):
            follow(folder, event(f"talks-{step}"), without=step)
        for step in ("label", "definition", "home", "use", "link"):
            follow(folder, term(f"Treaty{step.title()}"), without=step)
        follow(folder, viewpoint("without-definition"), without="definition")
        follow(folder, shape("Talks", "rel:purpose"))
        (folder / "queries" / "treaties.rq").write_text(
            QUERY.replace("rel:Shootdown", "rel:Traety: correct the name"), "utf-8"
        )
        return str(check())


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("data/relations.ttl", "is not in canonical form: run kg fmt"),
        ("kg:talks-type", "has no rdf:type: say what it is"),
        ("kg:talks-label", "Give the thing a label in English"),
        ("kg:talks-claim", "fact without a claim: rel:actor kg:mali: add a rel:Claim"),
        ("kg:talks-days", 'rel:earliest is missing, but the date "2023-12"'),
        ("kg:talks-link", "add a row to the table of links"),
        ("rel:TreatyLabel", "give it one rdfs:label"),
        ("rel:TreatyDefinition", "has no definition: give it one skos:definition"),
        ("rel:TreatyHome", "give it one rdfs:isDefinedBy"),
        ("rel:TreatyUse", "is not used by any fact, claim or inference"),
        ("rel:TreatyLink", "add a row to the table of links"),
        ("kg:viewpoint-without-definition", "Say with skos:definition"),
        ("kg:talks-days", "Say what the meeting is for."),
        ("queries/treaties.rq:11", "the ontology does not define rel:Traety: correct the name"),
    ],
)
def test_a_step_that_is_left_out_is_named(about, told, findings):
    assert [line for line in findings.splitlines() if about in line and told in line], findings


def test_a_query_gets_its_golden_answer_and_its_row(
    graph, shipped_snapshot, checkout, monkeypatch, tmp_path
):
    assert shipped_snapshot
    monkeypatch.setattr(test_catalogue, "GOLDEN", tmp_path / "golden")
    (checkout / "queries" / "shoot-downs.rq").write_text(QUERY, "utf-8")
    test_catalogue.test_query_keeps_the_rules_of_the_catalogue("shoot-downs")

    with pytest.raises(FileNotFoundError, match=r"shoot-downs\.tsv"):
        test_catalogue.test_query_gives_its_golden_answer("shoot-downs", graph)
    monkeypatch.setenv("UPDATE_GOLDEN", "1")
    test_catalogue.test_query_gives_its_golden_answer("shoot-downs", graph)
    test_catalogue.test_rdflib_gives_the_same_answer("shoot-downs", graph, graph.to_rdflib())

    answer = (tmp_path / "golden" / "shoot-downs.tsv").read_text("utf-8")
    assert answer.count("drone-shootdown-2025") == 1
    page = runpy.run_path(str(ROOT / "tools" / "questions.py"))["page"]()
    assert "| [shoot-downs](../queries/shoot-downs.rq) | Which aircraft has a State shot" in page


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("#+ description: One row for each event.\n", "the description is missing"),
        ("#+ tags: [events]\n", "it has no tags"),
        (" ORDER BY ?state ?event", "it has no ORDER BY"),
        ("?state ?event WHERE", "SELECT does not begin with its parameters"),
    ],
)
def test_a_rule_of_queries_that_is_not_kept_is_named(step, told, tmp_path):
    file = tmp_path / "shoot-downs.rq"
    file.write_text(QUERY.replace(step, "?event ?state WHERE" if "WHERE" in step else ""), "utf-8")

    assert any(told in problem for problem in queries.problems(queries.read(file)))


def test_a_term_that_the_context_lacks_is_named(checkout):
    follow(checkout, term("PeaceTreaty"), without="context")
    terms = {quad.triple for quad in parse(path=checkout / TERMS, format=RdfFormat.TURTLE)}

    with pytest.raises(AssertionError, match="PeaceTreaty"):
        test_jsonld.test_every_class_has_a_short_name(terms)


def test_a_message_of_a_shape_without_an_example_is_named(checkout, monkeypatch):
    follow(checkout, shape("Talks", "rel:purpose"))
    monkeypatch.setattr(test_shapes, "SHAPES", shape_triples(resources.shapes()))

    with pytest.raises(AssertionError, match="Say what the meeting"):
        test_shapes.test_every_message_of_the_shapes_has_an_example()
    monkeypatch.setitem(test_shapes.BROKEN, "Say what the meeting", "kg:x a rel:Meeting .")
    test_shapes.test_every_message_of_the_shapes_has_an_example()
    drawn = test_shapes.messages()
    test_shapes.test_breaking_a_constraint_draws_its_message("Say what the meeting", drawn)


def test_a_graph_of_ones_own_takes_a_fact_with_its_claim(tmp_path, cli):
    own, file = tmp_path / "my-graph", tmp_path / "talks.ttl"
    assert cli("init", own).code == 0
    steps = [step for step in event("mali-talks").items() if step[0] != "link"]

    file.write_text(TURTLE + "".join(text for step, (_, text) in steps if "claim" not in step))
    refused = cli("add", file, "--data", own, "--dry-run")
    assert (refused.code, "fact without a claim" in refused.out) == (1, True), refused
    file.write_text(TURTLE + "".join(text for _, (_, text) in steps))
    assert not (own / "changes").exists()
    assert cli("add", file, "--data", own).code == 0
    assert len(list((own / "changes").iterdir())) == 1
