"""The client of a Wikibase: polite, patient within bounds, and never half-way."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import Misuse, ParseFailure, ServiceFailure
from kg.wikidata.client import WIKIDATA, Cache, Client, Site
from kg.wikidata.items import Coordinate, EntityId, Quantity, Text, Time, parse
from wikibase import Fault, standing_in
from wikibase_items import (
    coordinate,
    entity,
    item,
    quantity,
    reference,
    statement,
    string,
    text,
    time,
)


@pytest.fixture
def site():
    known = {f"Q99999900{n}": item(f"Q99999900{n}", f"thing {n}") for n in range(1, 8)}
    with standing_in(known) as running:
        yield running


@pytest.fixture
def waited():
    return []


@pytest.fixture
def client(site, waited):
    with site.client(sleep=waited.append) as one:
        yield one


def test_items_come_in_the_order_asked_with_what_is_missing(client, site):
    found = client.items(["Q999999003", "Q999999001", "Q999999999", "Q999999003"])

    assert list(found) == ["Q999999003", "Q999999001", "Q999999999"]
    assert found["Q999999003"].label() == "thing 3"
    assert found["Q999999999"] is None
    assert len(site.asked) == 1


def test_fifty_items_are_one_request(client, site):
    ids = [f"Q9999{n:05}" for n in range(1, 121)]

    found = client.items(ids)

    assert [len(asked["ids"].split("|")) for asked in site.asked] == [50, 50, 20]
    assert list(found) == ids


def test_a_redirect_tells_where_it_leads(client, site):
    site.redirects["Q999999009"] = "Q999999002"

    found = client.items(["Q999999009", "Q999999002"])

    assert found["Q999999009"].redirects
    assert found["Q999999009"].id == "Q999999002"
    assert not found["Q999999002"].redirects


def test_it_says_who_asks_and_asks_for_patience_with_busy_servers(client, site):
    client.items(["Q999999001"])

    assert site.agents[0].startswith("relations-kg/")
    assert site.agents[0].endswith("(mailto:tests@example.org)")
    assert site.asked[0]["maxlag"] == "5"


def test_without_a_contact_the_project_is_named():
    assert Client(WIKIDATA).user_agent.endswith("(https://w3id.org/relations-kg/)")


@pytest.mark.parametrize("contact", ["a\r\nHost: b", "né@example.org"])
def test_a_contact_that_no_header_may_have_is_refused(contact):
    with pytest.raises(Misuse, match="plain e-mail address"):
        Client(WIKIDATA, contact=contact)


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told(client, site, waited, status):
    site.faults.append(Fault(status, b"", {"Retry-After": "7"}))

    assert client.items(["Q999999001"])["Q999999001"].label() == "thing 1"
    assert waited == [7.0]
    assert len(site.asked) == 2


def test_it_waits_until_a_date_too(client, site, waited):
    site.faults.append(Fault(429, b"", {"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"}))

    client.items(["Q999999001"])

    assert waited == [0.0]


def test_a_busy_site_is_asked_again(client, site, waited):
    lag = {"error": {"code": "maxlag", "info": "Waiting for a database server", "lag": 6}}
    site.faults.append(Fault(200, json.dumps(lag).encode(), {"Retry-After": "5"}))

    assert client.items(["Q999999001"])["Q999999001"].label() == "thing 1"
    assert waited == [5.0]


def test_a_wait_of_hours_is_told_and_not_waited(client, site, waited):
    site.faults.append(Fault(429, b"", {"Retry-After": "7200"}))

    with pytest.raises(
        ServiceFailure, match=r"asks to wait 7200 s \(answers 429\): try again later"
    ):
        client.items(["Q999999001"])
    assert waited == []


def test_it_gives_up_after_five_tries(client, site, waited):
    site.faults.extend(Fault() for _ in range(9))

    with pytest.raises(ServiceFailure, match="answers 500, 5 times: try again later"):
        client.items(["Q999999001"])
    assert len(site.asked) == 5
    assert waited == [1.0, 2.0, 4.0, 8.0]


def test_html_with_status_200_is_no_answer(client, site):
    site.faults.extend(Fault(200) for _ in range(5))

    with pytest.raises(ServiceFailure, match=r"what is not JSON \(text/html, 72 bytes\), 5 times"):
        client.items(["Q999999001"])


def test_an_answer_that_is_cut_is_asked_for_again(client, site):
    whole = json.dumps(site.api({"action": "wbgetentities", "ids": "Q999999001"})).encode()
    site.faults.append(Fault(200, whole[:-40], {"Content-Type": "application/json"}))

    assert client.items(["Q999999001"])["Q999999001"].label() == "thing 1"


def test_who_does_not_say_who_asks_is_told_what_to_do(site):
    with site.client() as client:
        client.user_agent = "python-httpx/0.28"
        with pytest.raises(ServiceFailure, match=r"answers 403 .*: give --contact, an address"):
            client.items(["Q999999001"])
    assert len(site.asked) == 1


def test_a_slow_answer_is_not_waited_for_longer_than_told(site, waited):
    site.faults.extend(Fault(seconds=0.4) for _ in range(5))
    told = r"does not answer in 0\.05 s, 5 times"
    with (
        site.client(timeout=0.05, sleep=waited.append) as client,
        pytest.raises(ServiceFailure, match=told),
    ):
        client.items(["Q999999001"])


def test_a_site_that_is_not_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with (
        Client(Site(address, address, "x:"), sleep=lambda _: None) as client,
        pytest.raises(ServiceFailure, match=r"cannot be reached \(.*refused.*\), 5 times"),
    ):
        client.items(["Q1"])


def test_an_error_of_the_api_is_told(client, site):
    answer = {"error": {"code": "no-such-entity", "info": "Could not find an entity"}}
    site.faults.append(Fault(200, json.dumps(answer).encode(), {}))

    with pytest.raises(ServiceFailure, match="answers no-such-entity: Could not find an entity"):
        client.items(["Q999999001"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "JSON that is no object"),
        ({}, "has no entities"),
        ({"entities": {}}, "says nothing of Q999999001"),
    ],
)
def test_an_answer_of_another_form_is_told(client, site, content, message):
    site.faults.append(Fault(200, json.dumps(content).encode(), {}))

    with pytest.raises(ServiceFailure, match=message):
        client.items(["Q999999001"])


def test_what_is_no_id_is_not_sent(client, site):
    with pytest.raises(Misuse, match=r'"Q1\|Q2" is no id'):
        client.items(["Q1|Q2"])
    assert site.asked == []


def test_one_request_at_a_time(site):
    from concurrent.futures import ThreadPoolExecutor

    with site.client() as client, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: client.items([f"Q99999900{n}"]), range(1, 8)))

    assert len(site.asked) == 7
    assert site.most_at_once == 1


def test_what_was_read_is_kept(site, tmp_path):
    with site.client(cache=Cache(tmp_path)) as client:
        first = client.items(["Q999999001", "Q999999999"])
        again = client.items(["Q999999001", "Q999999002", "Q999999999"])

    assert again["Q999999001"] == first["Q999999001"]
    assert again["Q999999999"] is None
    assert site.ids_asked() == ["Q999999001", "Q999999999", "Q999999002"]


def test_what_is_kept_can_be_used_without_the_site(site, tmp_path):
    with site.client(cache=Cache(tmp_path)) as client:
        client.items(["Q999999001"])
    with site.client(cache=Cache(tmp_path), offline=True) as client:
        assert client.items(["Q999999001"])["Q999999001"].label() == "thing 1"
        with pytest.raises(ServiceFailure, match="no answer is kept: leave out --offline"):
            client.items(["Q999999002"])
    assert len(site.asked) == 1


def test_what_is_kept_grows_old(tmp_path):
    cache = Cache(tmp_path, timedelta(hours=1))
    cache.put("a", 1, datetime.now(UTC) - timedelta(hours=2))
    cache.put("b", 2, datetime.now(UTC) - timedelta(minutes=1))

    assert cache.get("a") is None
    assert cache.get("b").content == 2


def test_an_answer_kept_outlives_a_failure(site, tmp_path):
    with site.client(cache=Cache(tmp_path)) as client:
        client.items(["Q999999001"])
        site.faults.extend(Fault(404) for _ in range(9))
        with pytest.raises(ServiceFailure):
            client.items(["Q999999001", "Q999999002"])
        site.faults.clear()
        assert client.items(["Q999999001"])["Q999999001"].label() == "thing 1"
    assert site.ids_asked() == ["Q999999001", "Q999999002"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": "x"}', b"\xff\xfe"])
def test_a_damaged_file_of_the_cache_is_read_anew(site, tmp_path, damage):
    with site.client(cache=Cache(tmp_path)) as client:
        client.items(["Q999999001"])
        [kept] = tmp_path.iterdir()
        kept.write_bytes(damage)
        assert client.items(["Q999999001"])["Q999999001"].label() == "thing 1"
    assert len(site.asked) == 2
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]


def test_a_name_finds_items(client):
    assert client.search("THING 4") == ["Q999999004"]
    assert client.search("thing", limit=3) == ["Q999999001", "Q999999002", "Q999999003"]


def test_the_query_service_answers(client):
    rows = client.select(
        "SELECT ?thing { ?thing <http://www.w3.org/2000/01/rdf-schema#label> 'thing 2'@en }"
    )

    assert rows == [{"thing": "http://www.wikidata.org/entity/Q999999002"}]


def test_all_kinds_of_values_are_read():
    document = item(
        "Q999999001",
        "thing",
        P1=entity("Q2"),
        P2=string("s"),
        P3=text("salut", "fr"),
        P4=quantity("+5"),
        P5=time("+2012-04-00T00:00:00Z", 10),
        P6=coordinate(1.5, -2.5),
        P7=statement("Q999999001", "P7", string("old"), "deprecated"),
        P8=[
            statement("Q999999001", "P8", string("a")),
            statement("Q999999001", "P8", string("b"), "preferred", references=[reference("x:y")]),
        ],
    )
    document["claims"]["P9"] = [
        {"mainsnak": {"snaktype": "somevalue", "property": "P9"}, "rank": "normal", "id": "x"}
    ]

    found = parse(document)

    assert found.values("P1") == (EntityId("Q2"),)
    assert found.values("P2") == ("s",)
    assert found.values("P3") == (Text("salut", "fr"),)
    assert found.values("P4") == (Quantity("+5"),)
    assert found.values("P5") == (Time("+2012-04-00T00:00:00Z", 10),)
    assert found.values("P6") == (Coordinate(1.5, -2.5, 0.0001),)
    assert found.values("P7") == ()
    assert found.values("P8") == ("b",)
    assert found.values("P9") == ()
    assert [snak.property for snak in found.best("P8")[0].references[0]] == ["P854", "P813"]


@pytest.mark.parametrize(
    "change",
    [
        {"labels": "x"},
        {"labels": {"en": {}}},
        {"claims": "x"},
        {"aliases": {"en": [1]}},
    ],
)
def test_a_document_of_another_layout_is_refused(change):
    with pytest.raises(ParseFailure, match="is not an item in Wikibase's layout"):
        parse(item("Q999999001", "thing") | change)


def test_an_empty_object_as_php_writes_it():
    assert parse(item("Q999999001", "thing") | {"claims": [], "aliases": []}).statements == {}


def test_making_a_client_opens_no_socket():
    code = (
        "import sys; sys.addaudithook(lambda e, a: (_ for _ in ()).throw(SystemExit(e)) "
        "if e.startswith('socket') else None)\n"
        "from kg.wikidata.client import Client\nClient()\nprint('quiet')"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "quiet\n"
