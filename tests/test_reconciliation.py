"""The Reconciliation Service API 0.2: golden matches, the specification's schemas and examples."""

from __future__ import annotations

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

import kg
from kg.errors import Misuse, ServiceFailure
from kg.reconciliation import service
from kg.reconciliation.client import ReconciliationService
from kg.reconciliation.matching import Index
from kg.web.links import Links

SUITES = os.environ.get("KG_SUITES")
FOLDER = Path(SUITES or "") / "reconciliation"
no_suites = pytest.mark.skipif(SUITES is None, reason="KG_SUITES names no folder of suites")
BASE = "http://127.0.0.1:8010/"


@pytest.fixture(scope="module")
def index():
    return Index(kg.load().store)


@pytest.fixture(scope="module")
def server(served):
    return served


def matched(index, query="", **more):
    """Return the candidates of one query."""
    batch = {"q": {"query": query} | more} if query else {"q": more}
    return service.reconcile(index, json.dumps(batch))["q"]["result"]


# Matching


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Mali", "mali"),
        ("  MALI ", "mali"),
        ("Algeria", "algeria"),
        ("National Movement for the Liberation of Azawad", "mnla"),
        ("national movement for the liberation of AZAWAD", "mnla"),
        ("Embassy of Mali in Algiers", "embassy-of-mali-in-algiers"),
        ("Algeria-Mali border", "algeria-mali-border"),
        ("Q912", "mali"),
        ("http://www.wikidata.org/entity/Q262", "algeria"),
        ("kg:gao", "gao"),
        ("https://w3id.org/relations-kg/id/gao", "gao"),
    ],
)
def test_a_name_that_is_sure_matches(index, name, found):
    [first, *others] = matched(index, name)

    assert (first["id"], first["match"], first["score"]) == (found, True, 100.0)
    assert not any(one["match"] for one in others)


def test_a_name_that_is_nearly_so_is_a_candidate_and_no_match(index):
    [first, *_] = matched(index, "Tamanraset")

    assert first["id"] == "tamanrasset"
    assert first["match"] is False
    assert 80 < first["score"] < 100


def test_words_may_stand_in_another_order(index):
    [first, *_] = matched(index, "Algiers, Embassy of Mali in")

    assert first["id"] == "embassy-of-mali-in-algiers"


def test_a_type_tells_namesakes_apart(index):
    city, province = matched(index, "Adrar", type="City"), matched(index, "Adrar", type="Province")

    assert city[0]["id"] == "adrar"
    assert city[0]["match"]
    assert [one["id"] for one in province] == ["adrar-province"]
    assert {"id": "type", "value": True} in province[0]["features"]


def test_an_inferred_type_counts(index):
    assert matched(index, "Embassy of Mali in Algiers", type="DiplomaticMission")[0]["match"]


def test_a_type_that_is_wished_for_costs_points_only(index):
    strict = matched(index, "Mali", type=["Embassy"], type_strict="any")
    wished = matched(index, "Mali", type=["Embassy"], type_strict="should")

    assert "mali" not in [one["id"] for one in strict]
    mali = next(one for one in wished if one["id"] == "mali")
    assert (mali["score"], mali["match"]) == (80.0, False)


def test_all_types_are_wanted_together(index):
    types = ["City", "CoastalCity"]

    assert [one["id"] for one in matched(index, "Oran", type=types, type_strict="all")] == ["oran"]
    assert matched(index, "Bamako", type=types, type_strict="all") == []
    assert matched(index, "Bamako", type=types, type_strict="any")[0]["id"] == "bamako"


@pytest.mark.parametrize(
    "value", [{"id": "mali"}, {"id": "Q912"}, "Mali", "Q912", ["Chad", "Mali"]]
)
def test_a_property_tells_missions_apart(index, value):
    properties = [{"pid": "receivingState", "v": value}]

    [first, *_] = matched(index, "Embassy of Algeria in Bamako", properties=properties)

    assert first["id"] == "embassy-of-algeria-in-bamako"
    assert first["match"]
    assert {"id": "receivingState", "value": 100.0} in first["features"]


def test_a_property_that_does_not_agree_is_no_match(index):
    properties = [{"pid": "receivingState", "v": {"id": "algeria"}}]

    found = matched(index, "Embassy of Algeria in Bamako", properties=properties)

    [own] = [one for one in found if one["id"] == "embassy-of-algeria-in-bamako"]
    assert (own["match"], own["score"]) == (False, 60.0)
    assert not any(one["match"] for one in found)


def test_properties_alone_find_things(index):
    properties = [{"pid": "isoCode", "v": "ML"}]

    [first, *_] = matched(index, properties=properties, type="State")

    assert (first["id"], first["match"]) == ("mali", True)


def test_a_property_of_a_property(index):
    properties = [{"pid": "seat/isoCode", "v": "ML-BKO"}]

    [first, *_] = matched(index, properties=properties)

    assert first["id"] == "embassy-of-algeria-in-bamako"


def test_numbers_agree_as_far_as_they_are_near(index):
    near = matched(index, "Constantine", properties=[{"pid": "kilometresToCoast", "v": 60}])
    far = matched(index, "Constantine", properties=[{"pid": "kilometresToCoast", "v": 6000}])

    assert near[0]["score"] > 95 > far[0]["score"]


def test_two_that_are_equally_good_are_no_match(index):
    found = matched(index, properties=[{"pid": "sendingState", "v": {"id": "algeria"}}])

    assert len([one for one in found if one["score"] == 100.0]) == 2
    assert not any(one["match"] for one in found)


def test_the_limit_is_kept(index):
    assert len(matched(index, "of Algeria", limit=1)) == 1


def test_claims_and_passages_are_no_things(index):
    assert not {"Claim", "Passage", "Source"} & index.types.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "queries: is not JSON"),
        ("[" * 100_000, "queries: is not JSON"),
        ("[]", "queries: is no JSON object"),
        ('{"a": 1}', "query a: is no object"),
        ('{"a": {}}', "query a: give a query, or properties"),
        ('{"a": {"query": []}}', "query is a text"),
        ('{"a": {"query": "x", "properties": {"seat": 1}}}', "properties a list"),
        ('{"a": {"query": "x", "type_strict": "none"}}', "type_strict is one of any, should, all"),
        ('{"a": {"query": "x", "colour": "red"}}', 'has no member "colour"'),
        ('{"a": {"query": "x", "properties": [{"pid": "seat"}]}}', "has a pid and a v"),
        ('{"a": 1, "b": {}}', "query a: is no object"),
    ],
)
def test_a_batch_that_is_none_is_refused_with_one_line(index, text, message):
    with pytest.raises(Misuse, match=message) as caught:
        service.reconcile(index, text)
    assert "\n" not in str(caught.value)


#: What stands in the cells of tables, and in what clients make of them.
ODD = [
    *(
        '"---"',
        '"-"',
        '""',
        '"   "',
        '"\\u00a0"',
        '"\\ud800"',
        '"\\u0000"',
        "null",
        "1960",
        "-1.5",
    ),
    *("true", "1" * 5000, "1e999", "NaN", json.dumps("x" * 100_000)),
]


@pytest.mark.parametrize("cell", ODD)
def test_an_odd_cell_has_no_candidates_and_costs_the_others_nothing(index, cell):
    text = '{"q0": {"query": "Mali"}, "q1": {"query": CELL}, "q2": {"query": "Gao"}}'.replace(
        "CELL", cell
    )

    found = service.reconcile(index, text)

    assert [found[key]["result"][0]["id"] for key in ("q0", "q2")] == ["mali", "gao"]
    assert found["q1"] == {"result": []}


@pytest.mark.parametrize(
    "value",
    [
        *(
            "null",
            '""',
            '" - "',
            "[]",
            "[null]",
            "{}",
            '{"id": 5}',
            "NaN",
            "Infinity",
            '[null, ""]',
        ),
    ],
)
def test_a_value_that_says_nothing_leaves_the_name_to_decide(index, value):
    asked = '{"q": {"query": "Mali", "properties": [{"pid": "isoCode", "v": VALUE}]}}'.replace(
        "VALUE", value
    )

    [first, *_] = service.reconcile(index, asked)["q"]["result"]

    assert (first["id"], first["match"], first["score"]) == ("mali", True, 100.0)


@pytest.mark.parametrize(
    "value", ["1960", "true", "1e308", "-" + "9" * 200, '["x", 3, {"id": "y"}]']
)
@pytest.mark.parametrize("pid", ["P571", "no such", "", "seat/P17", "a b<>", "isoCode"])
def test_a_property_that_does_not_fit_makes_no_match(index, pid, value):
    asked = '{"q": {"query": "Mali", "properties": [{"pid": "PID", "v": VALUE}]}}'.replace(
        "VALUE", value
    )

    found = service.reconcile(index, asked.replace("PID", pid))["q"]["result"]

    assert found[0]["id"] == "mali"
    assert not any(one["match"] for one in found)


@pytest.mark.parametrize(
    ("limit", "count"),
    [
        *(("0", 0), ("-3", 0), ("-Infinity", 0), ("-1e999", 0), ("2", 2), ("2.9", 2), ('"2"', 2)),
        *(("null", 10), ("NaN", 10), ("true", 10), ('"many"', 10), ("[]", 10)),
        *(("Infinity", 100), ("1e999", 100), ("9" * 5000, 100)),
    ],
)
def test_a_limit_is_kept_as_far_as_it_is_a_number(index, limit, count):
    asked = '{"q": {"query": "of Algeria", "limit": LIMIT}}'

    found = service.reconcile(index, asked.replace("LIMIT", limit))

    most = len(matched(index, "of Algeria", limit=100))
    assert len(found["q"]["result"]) == min(count, most)


@pytest.mark.parametrize(
    ("kind", "is_found"),
    [
        *(("null", True), ("[]", True), ('""', True), ('"State"', True), ('["State", null]', True)),
        *(('{"id": "State"}', True), ('"Q6256"', False), ("5", False), ('["Q6256"]', False)),
    ],
)
def test_a_type_that_there_is_none_of_has_no_things(index, kind, is_found):
    asked = '{"q": {"query": "Mali", "type": KIND}}'.replace("KIND", kind)

    found = service.reconcile(index, asked)["q"]["result"]

    assert [one["id"] for one in found][:1] == (["mali"] if is_found else [])


def test_a_query_that_is_none_costs_the_others_nothing(index):
    batch = '{"a": 1, "b": {"query": "Mali"}, "c": {"query": "Gao", "colour": 1}}'

    found = service.reconcile(index, batch)

    assert (found["a"], found["c"]) == ({"result": []}, {"result": []})
    assert found["b"]["result"][0]["id"] == "mali"


def test_a_batch_that_is_too_large_is_refused(index):
    batch = {str(n): {"query": "Mali"} for n in range(1001)}

    with pytest.raises(Misuse, match="1,001 queries: send at most 1,000 at once"):
        service.reconcile(index, json.dumps(batch))


# Suggestions, previews, values


def test_an_entity_is_completed(index):
    found = service.suggest(index, "entity", "alg")["result"]

    assert found[0]["name"].startswith("Alg")
    assert {"algeria", "algiers"} <= {one["id"] for one in found}
    assert found == service.suggest(index, "entity", "ALG")["result"]


def test_pages_of_suggestions_follow_each_other(index):
    first = service.suggest(index, "entity", "a")["result"]
    second = service.suggest(index, "entity", "a", "20")["result"]

    assert len(first) == 20
    assert not {one["id"] for one in first} & {one["id"] for one in second}


def test_types_and_properties_are_completed(index):
    assert service.suggest(index, "type", "emb")["result"] == [
        {
            "id": "Embassy",
            "name": "embassy",
            "broader": [{"id": "DiplomaticMission", "name": "diplomatic mission"}],
        }
    ]
    names = [one["id"] for one in service.suggest(index, "property", "sending")["result"]]
    assert names == ["sendingState"]


def test_nothing_is_suggested_for_nothing(index):
    assert service.suggest(index, "entity", " ")["result"] == []


def test_values_of_properties(index):
    asked = {
        "ids": ["embassy-of-algeria-in-bamako", "nothing"],
        "properties": [{"id": "receivingState"}, {"id": "wikidata"}, {"id": "seat/isoCode"}],
    }

    found = service.extend(index, json.dumps(asked))

    assert found["rows"]["embassy-of-algeria-in-bamako"] == {
        "receivingState": [{"id": "mali", "name": "Mali"}],
        "wikidata": [{"str": "Q100268078"}],
        "seat/isoCode": [{"str": "ML-BKO"}],
    }
    assert found["rows"]["nothing"] == {"receivingState": [], "wikidata": [], "seat/isoCode": []}
    assert found["meta"][0]["type"] == {"id": "State", "name": "State"}


@pytest.mark.parametrize(("content", "cell"), [("id", "mali"), ("literal", "Mali")])
def test_values_as_the_settings_have_them(index, content, cell):
    settings = {"content": content, "limit": "1"}
    asked = {
        "ids": ["embassy-of-algeria-in-bamako"],
        "properties": [{"id": "receivingState", "settings": settings}],
    }

    rows = service.extend(index, json.dumps(asked))["rows"]

    assert rows["embassy-of-algeria-in-bamako"]["receivingState"] == [{"str": cell}]


def test_properties_are_proposed_for_a_type(index):
    found = service.propose(index, "Embassy", "3")

    assert [one["id"] for one in found["properties"]] == ["belongsTo", "label", "receivingState"]
    assert (found["type"], found["limit"], len(found["properties"])) == ("Embassy", 3, 3)


def test_a_preview_escapes_what_it_shows():
    from pyoxigraph import Literal, NamedNode, Quad, Store

    from kg.namespaces import PREFIXES, RDF, RDFS, REL

    store = Store()
    node = NamedNode(PREFIXES["kg"] + "bad")
    store.add(Quad(node, RDF.type, REL.State))
    store.add(Quad(node, RDFS.label, Literal("<script>alert(1)</script>", language="en")))
    hostile = Index(store)

    assert "<script>" not in service.preview(hostile, "bad", Links().page)
    assert "&lt;script&gt;" in service.preview(hostile, "bad", Links().page)
    assert "<script>" not in service.flyout(hostile, "entity", "bad")["html"]


# The specification's own schemas and examples


def schemas():
    from jsonschema import Draft7Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    files = {
        path.name: json.loads(path.read_text("utf-8")) for path in (FOLDER / "schemas").glob("*")
    }
    # Swagger's schema is elsewhere, and nothing is fetched: its two kinds that the examples use.
    swagger = {
        "definitions": {
            "securityDefinitions": {
                "additionalProperties": {
                    "oneOf": [
                        {
                            "properties": {"type": {"const": "basic"}},
                            "required": ["type"],
                        },
                        {
                            "properties": {
                                "type": {"const": "apiKey"},
                                "name": {"type": "string"},
                                "in": {"enum": ["header", "query"]},
                            },
                            "required": ["type", "name", "in"],
                        },
                    ]
                }
            }
        }
    }
    registry = Registry()
    for name, schema in files.items():
        resource = DRAFT7.create_resource(schema)
        registry = registry.with_resource(name, resource)
        if "$id" in schema:
            registry = registry.with_resource(schema["$id"], resource)
            base = schema["$id"].rpartition("/")[0]
            registry = registry.with_resource(
                f"{base}/type.json", DRAFT7.create_resource(files["type.json"])
            )
    registry = registry.with_resource(
        "http://swagger.io/v2/schema.json", DRAFT7.create_resource(swagger)
    )
    return {name: Draft7Validator(schema, registry=registry) for name, schema in files.items()}


def valid(name, document):
    checker = schemas()[f"{name}.json"]
    return sorted(error.message for error in checker.iter_errors(document))


def examples(kind):
    """Return the examples of one kind of all schemas that there are."""
    if SUITES is None:
        return [pytest.param("", None, marks=no_suites, id="none")]
    names = {path.stem for path in (FOLDER / "schemas").glob("*.json")}
    return [
        pytest.param(path.parent.parent.name, path, id=f"{path.parent.parent.name}/{path.name}")
        for path in sorted((FOLDER / "examples").glob(f"*/{kind}/*.json"))
        if path.parent.parent.name in names
    ]


@pytest.mark.parametrize(("name", "path"), examples("valid"))
def test_a_valid_example_is_valid(name, path):
    assert valid(name, json.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(("name", "path"), examples("invalid"))
def test_an_invalid_example_is_not(name, path):
    assert valid(name, json.loads(path.read_text("utf-8"))) != []


@pytest.mark.parametrize(("name", "path"), examples("invalid"))
def test_an_invalid_batch_is_refused(index, name, path):
    if name == "reconciliation-query-batch":
        with pytest.raises(Misuse):
            service.reconcile(index, path.read_text("utf-8"))
    else:
        assert name in ("manifest", "data-extension-response", "reconciliation-result-batch")


@pytest.mark.parametrize(("name", "path"), examples("valid"))
def test_a_valid_batch_is_answered_as_the_schema_has_it(index, name, path):
    if name == "reconciliation-query-batch":
        text = path.read_text("utf-8")
        for pid in ("professionOrOccupation", "affiliation", "P17", "P297", "P131", "P625", "P31"):
            text = text.replace(f'"{pid}"', '"sendingState"')
        known = json.loads(text)
        for query in known.values():
            for one in query.get("properties", []):
                one["pid"] = "sendingState"
        answer = service.reconcile(index, json.dumps(known))
        assert answer.keys() == known.keys()
        assert valid("reconciliation-result-batch", answer) == []
    elif name == "data-extension-query":
        asked = json.loads(path.read_text("utf-8"))
        for one in asked["properties"]:
            one["id"] = "receivingState"
        answer = service.extend(index, json.dumps(asked))
        assert valid("data-extension-response", answer) == []
    else:
        assert path.exists()


@no_suites
def test_what_the_service_says_is_valid(index):
    ids = list(index.things)
    properties = [{"id": name} for name in index.properties]
    values = service.extend(index, json.dumps({"ids": ids, "properties": properties}))
    names = {name: {"query": one.name} for name, one in index.things.items()}

    assert valid("manifest", service.manifest(BASE)) == []
    assert valid("reconciliation-result-batch", service.reconcile(index, json.dumps(names))) == []
    assert valid("data-extension-response", values) == []
    assert valid("data-extension-property-proposal", service.propose(index, None, "5")) == []
    kinds = {"entity": "entities", "type": "types", "property": "properties"}
    for kind, plural in kinds.items():
        answer = service.suggest(index, kind, "s")
        assert answer["result"]
        assert valid(f"suggest-{plural}-response", answer) == []


def test_every_thing_matches_its_own_name(index):
    names = {name: {"query": one.name, "type": one.kinds[0]} for name, one in index.things.items()}

    found = service.reconcile(index, json.dumps(names))

    firsts = {
        key: [one["id"] for one in told["result"] if one["score"] == 100]
        for key, told in found.items()
    }
    assert all(key in ids for key, ids in firsts.items())


# Over HTTP


def test_the_manifest_leads_to_what_answers(server):
    manifest = server.get("reconcile").json()

    assert manifest["versions"] == ["0.2"]
    suggested = manifest["suggest"]["entity"]
    found = server.client.get(suggested["service_url"] + suggested["service_path"] + "?prefix=mal")
    assert found.json()["result"][0]["id"] == "mali"
    flyout = suggested["flyout_service_url"] + suggested["flyout_service_path"]
    assert "Mali" in server.client.get(flyout.replace("${id}", "mali")).json()["html"]
    preview = server.client.get(manifest["preview"]["url"].replace("{{id}}", "mali"))
    assert preview.headers["content-type"] == "text/html; charset=utf-8"
    assert "State, Q912 in Wikidata" in preview.text
    page = server.client.get(manifest["view"]["url"].replace("{{id}}", "mali"))
    assert page.status_code == 200
    proposing = manifest["extend"]["propose_properties"]
    proposed = server.client.get(
        proposing["service_url"] + proposing["service_path"], params={"type": "State", "limit": 2}
    )
    assert len(proposed.json()["properties"]) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_batch_by_either_method(server, method):
    form = {"queries": json.dumps({"q0": {"query": "Mali"}, "q1": {"query": "Gao"}})}
    how = {"params": form} if method == "GET" else {"data": form}

    answer = server.request(method, "reconcile", **how)

    found = answer.json()
    assert [found[key]["result"][0]["id"] for key in ("q0", "q1")] == ["mali", "gao"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_what_openrefine_sends(server):
    """Send what OpenRefine 3.6.2 was seen to send for a column with blanks and dashes."""

    def sent(name, content):
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        text = json.dumps(content, separators=(",", ":"))
        answer = server.post("reconcile", content=urlencode({name: text}), headers=kind)
        assert answer.status_code == 200
        return answer.json()

    cells = ["MNLA", "Mali", "---", "-", "   ", "", "1960", '"quoted"', "Gao"]
    typed = {
        f"q{n}": {"query": cell, "type": "State", "type_strict": "should"}
        for n, cell in enumerate(cells)
    }
    found = sent("queries", typed)
    assert {n for n, one in found.items() if not one["result"]} == {f"q{n}" for n in range(2, 8)}
    # Its guess of types asks for three of each; the columns beside come as text or as numbers.
    guessed = sent(
        "queries", {f"q{n}": {"query": cell, "limit": 3} for n, cell in enumerate(cells)}
    )
    assert len(guessed["q1"]["result"]) == 3
    beside = [{"pid": "P571", "v": 1960}], [{"pid": "isoCode", "v": "ML"}]
    found = sent(
        "queries",
        {
            "q0": {"query": "   ", "properties": beside[0]},
            "q1": {"query": "Mali", "properties": beside[1]},
        },
    )
    assert found["q0"] == {"result": []}
    assert found["q1"]["result"][0]["match"] is True
    extended = sent("extend", {"ids": ["mali"], "properties": [{"id": "isoCode", "settings": {}}]})
    assert extended["rows"] == {"mali": {"isoCode": [{"str": "ML"}]}}
    bare = {"ids": ["mali"], "properties": [{"id": "isoCode", "settings": {"limit": None}}]}
    assert sent("extend", bare) == extended
    raw = server.post(
        "reconcile",
        content='queries={"q0":{"query":"Algérie"}}'.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert raw.json()["q0"]["result"][0]["id"] == "algeria"
    # Its link to a thing has the id escaped as a part of a query.
    view = server.get("reconcile").json()["view"]["url"].replace("{{id}}", quote("mali", safe=""))
    assert "<title>Mali" in server.client.get(view).text


def test_pages_of_other_sites_may_read_it(server):
    for path in ("reconcile", "reconcile/suggest/type?prefix=s", "reconcile/preview?id=mali"):
        answer = server.get(path, headers={"Origin": "https://example.org"})
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("reconcile?callback=f", 400, "there is no JSONP"),
        ("reconcile/suggest/entity?prefix=a&callback=f", 400, "there is no JSONP"),
        ("reconcile?queries=%7B", 400, "queries: is not JSON"),
        ("reconcile?queries={}&extend={}", 400, "go into two requests"),
        ("reconcile?queries={}&queries={}", 400, "queries= is there twice"),
        ("reconcile/suggest/colour?prefix=a", 404, "what is suggested is entity, type, property"),
        ("reconcile/suggest/entity?prefix=a&cursor=x", 400, "is no number"),
        ("reconcile/flyout/entity", 400, "name what is meant"),
        ("reconcile/flyout/entity?id=nothing", 404, "no entity nothing here"),
        ("reconcile/preview?id=%3Cscript%3E", 404, "nothing is called"),
        ("reconcile/properties?limit=-1", 400, "is no number"),
    ],
)
def test_what_makes_no_sense_is_refused(server, path, status, told):
    answer = server.get(path)

    assert answer.status_code == status
    assert told in answer.json()["detail"]


def test_a_post_without_a_form_is_refused(server):
    assert server.post("reconcile", json={}).status_code == 415
    assert server.post("reconcile", data={"other": "1"}).status_code == 400


def test_many_batches_at_once(server):
    batch = {"queries": json.dumps({f"q{n}": {"query": "Mali"} for n in range(10)})}

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: server.post("reconcile", data=batch), range(40)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


# The client


def test_our_client_and_our_service(server):
    own = ReconciliationService(server.url + "reconcile")

    found = own.reconcile([{"query": "Mali"}, *({"query": f"nothing {n}"} for n in range(120))])

    assert own.manifest()["schemaSpace"].endswith("ontology#")
    assert len(found) == 121
    assert found[0][0]["id"] == "mali"
    rows = own.extend(["mali"], ["isoCode"])
    assert rows == {"mali": {"isoCode": [{"str": "ML"}]}}


def test_our_client_is_told_what_is_wrong(server):
    own = ReconciliationService(server.url + "reconcile")

    with pytest.raises(ServiceFailure, match=r"answers 400 .*no property"):
        own.extend(["mali"], ["nothing"])


@contextmanager
def answering(*answers):
    """Run a service that answers so, one after the other, and the last again and again."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

        def do_GET(self):
            status, body, headers, seconds = left.pop(0) if len(left) > 1 else left[0]
            time.sleep(seconds)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server asks for

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


GOOD = (200, b'{"versions": ["0.2"]}', {}, 0)


@pytest.mark.parametrize("status", [429, 503])
def test_the_client_waits_as_it_is_told(status):
    waited = []
    with answering((status, b"", {"Retry-After": "9"}, 0), GOOD) as url:
        own = ReconciliationService(url, sleep=waited.append)
        assert own.manifest() == {"versions": ["0.2"]}
    assert waited == [9.0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, b"<html>", {}, 0), "answers 500, 4 times"),
        ((200, b"<html>", {"Content-Type": "text/html"}, 0), r"not JSON \(text/html\), 4 times"),
        ((200, b'{"versions": ["0.', {}, 0), "not JSON"),
        ((200, b"[]", {}, 0), "JSON that is no object"),
        ((200, b'{"versions": ["0.1"]}', {}, 0), "does not speak version 0.2"),
        ((404, b"nothing", {}, 0), r"answers 404 \(nothing\)"),
        ((429, b"", {"Retry-After": "7200"}, 0), "asks to wait 7200 s"),
        ((200, b"{}", {}, 0.5), r"does not answer in 0\.1 s, 4 times"),
    ],
)
def test_the_client_tells_what_is_wrong(answer, told):
    with answering(answer) as url:
        own = ReconciliationService(url, timeout=0.1, sleep=lambda _: None)
        with pytest.raises(ServiceFailure, match=told):
            own.manifest()


def test_an_answer_without_a_query_of_the_batch_is_told():
    with answering((200, b'{"q0": {"result": []}}', {}, 0)) as url:
        own = ReconciliationService(url, sleep=lambda _: None)
        with pytest.raises(ServiceFailure, match="says nothing of q1"):
            own.reconcile([{"query": "a"}, {"query": "b"}])
