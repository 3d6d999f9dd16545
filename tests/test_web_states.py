"""The states of what an endpoint serves: built from files, changed by updates, followed on disk."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, parse

import small
from kg import snapshot
from kg.errors import ParseFailure, QueryRefused
from kg.formats import FORMATS
from kg.namespaces import GRAPH, accepted_graph, inferred_graph
from kg.web import reload, request_bodies
from kg.web.building import BuildFailure, build
from kg.web.edition import Health
from kg.web.resources import update
from kg.web.responses import Problem
from kg.web.settings import Limits, Settings
from kg.web.workers.pool import Pool
from kg.web.writing import served_file
from kg.web.writing.writer import Writer

FEW = {"workers": 1, "slow": 1, "pages": 1}
LIMITS = Limits(**FEW)
QUAD = "<urn:s> <urn:p> <urn:o> <urn:g> .\n"
TURTLE = "text/turtle; charset=utf-8"
A_LABEL = '<urn:a> <http://www.w3.org/2000/01/rdf-schema#label> "A"@en .'
LABEL = 'kg:mali skos:altLabel "Republic of Mali"@en'


def on_a_loop(test):
    @functools.wraps(test)
    def run(*arguments, **named):
        asyncio.run(asyncio.wait_for(test(*arguments, **named), 120))

    return run


@asynccontextmanager
async def serving(settings):
    """Yield a pool, a writer and what they say of their health, while the files are watched."""
    edition = await build(settings)
    pool, health = Pool(edition, settings.limits), Health(edition)
    await pool.start()
    writer = Writer(settings, pool, health)
    watch = asyncio.create_task(reload.watch(settings, pool, health, writer))
    try:
        yield pool, writer, health
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await writer.stop()
        await pool.stop()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "graphs.nq"
    path.write_text(QUAD, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    return small.part(tmp_path / "mine")


def of_file(path, **limits):
    return Settings(dataset=path, writable=True, limits=Limits(**FEW | limits))


def of_folder(path):
    return Settings(data=(path,), writable=True, limits=LIMITS)


async def lines(pool, graph=None):
    """Return the lines of a graph; None where there is none."""
    arguments = {"graph": graph, "accept": "application/n-triples", "format": None}
    try:
        answer = await pool.ask("data.named_graph", arguments)
    except Problem as problem:
        if problem.code != "not-found":
            raise
        return None
    return answer.body.decode().splitlines()


async def until(is_so):
    """Wait until something is so; the test as a whole has a limit of time."""
    while not is_so():  # noqa: ASYNC110 - what it waits for is elsewhere
        await asyncio.sleep(0.05)


def names(folder):
    return [path.name for path in folder.iterdir()]


def stored(folder):
    return Store.read_only(str(Path(folder) / "store"))


# --- Built from files -----------------------------------------------------------------------------


def test_an_edition_has_a_snapshot_for_each_viewpoint(graph):
    edition = asyncio.run(build(Settings()))

    known = {one.viewpoint.slug: one.same_as for one in graph.viewpoints()}
    assert edition.snapshots.keys() == known.keys()
    for slug, same_as in known.items():
        assert (edition.snapshots[slug] == edition.snapshots[same_as or slug]) is True
    own = [slug for slug, same_as in known.items() if not same_as]
    assert len({edition.snapshots[slug] for slug in own}) == len(own) > 3
    assert edition.snapshots["reported"] == str(graph.snapshot.path)
    assert (edition.viewpoint, edition.union) == ("reported", True)


def test_the_graphs_of_all_viewpoints_are_beside_those_that_a_query_sees_as_one():
    edition = asyncio.run(build(Settings()))

    named = {graph.value for graph in stored(edition.beside).named_graphs()}
    for slug in edition.snapshots:
        assert {accepted_graph(slug).value, inferred_graph(slug).value} <= named
    assert inferred_graph("reported").value in edition.graphs
    assert inferred_graph("undisputed").value not in edition.graphs
    assert not [name for name in edition.graphs if "/accepted/" in name]


def test_the_same_files_are_the_same_state_and_others_are_not(folder):
    first, again = (asyncio.run(build(Settings(data=(folder,)))) for _ in range(2))
    (folder / "more.ttl").write_text(A_LABEL, encoding="utf-8")
    later = asyncio.run(build(Settings(data=(folder,))))

    assert first.digest == again.digest != later.digest


def test_data_without_claims_have_one_viewpoint(tmp_path):
    path = tmp_path / "events.ttl"
    path.write_text("<urn:a> a <urn:B> .", encoding="utf-8")
    edition = asyncio.run(build(Settings(data=(path,), ontology=())))

    assert (list(edition.snapshots), edition.beside, edition.title) == (
        ["reported"],
        None,
        "events.ttl",
    )


@pytest.mark.parametrize(
    ("text", "exit_code", "told"),
    [
        ("<urn:a> <urn:b>", 2, "more.ttl:1:"),
        ("kg:mali a rel:Event .", 2, "more.ttl:1:"),
        (
            (
                "<https://w3id.org/relations-kg/id/mali> a "
                "<https://w3id.org/relations-kg/ontology#Event> ."
            ),
            1,
            "inconsistent",
        ),
    ],
    ids=["cut off", "no prefix", "inconsistent"],
)
def test_what_cannot_be_served_is_refused_with_the_place(folder, text, exit_code, told):
    (folder / "more.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(BuildFailure) as failure:
        asyncio.run(build(Settings(data=(folder,))))

    assert failure.value.exit_code == exit_code
    assert told in failure.value.message
    assert "\n" not in failure.value.message


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(writable=True), "kg init"),
        (Settings(viewpoint="nobody"), "nobody"),
        (Settings(data=(Path("no/such"),)), "no/such"),
        (Settings(dataset=Path("no/such.ttl")), "no/such.ttl"),
    ],
    ids=["shipped", "viewpoint", "data", "dataset"],
)
def test_settings_that_make_no_sense_are_refused_in_a_line(settings, told):
    with pytest.raises(BuildFailure) as failure:
        asyncio.run(build(settings))

    assert failure.value.exit_code == 2
    assert told in failure.value.message


@on_a_loop
async def test_a_state_that_was_built_is_not_pruned_before_it_is_taken(file):
    edition = await build(of_file(file))
    snapshot.prune(0)

    assert len(stored(edition.snapshots["reported"])) == 1


@on_a_loop
async def test_a_build_that_is_given_up_leaves_no_process(folder):
    before = children()
    building = asyncio.create_task(build(Settings(data=(folder,))))
    await until(lambda: children() - before)
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building

    assert children() == before


def children():
    found = set()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # it has ended meanwhile
            found.update((thread / "children").read_text().split())
    return found


# --- One file as it is ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.readable])
def test_a_file_of_each_format_keeps_what_an_update_does_not_touch(tmp_path, name):
    kind = FORMATS[name]
    path = tmp_path / f"file{kind.suffixes[0]}"
    source = Store()
    source.update(
        'INSERT DATA { <urn:e:a> <urn:e:b> <urn:e:c>, "é\\n"@fr, true . _:x <urn:e:b> _:x }'
    )
    path.write_bytes(served_file.serialize(kind, source))
    part = tmp_path / "part"

    def change(store):
        store.update("INSERT DATA { <urn:e:a> <urn:e:new> <urn:e:d> }")
        return 204

    told = served_file.rewritten(path, change, str(part))
    served_file.take_over(part, path, told["earlier"])

    after = served_file.quads(path, kind, served_file.content(path))
    assert len(after) == 5
    assert stored(told["edition"]["snapshots"]["reported"]).query(
        'ASK { <urn:e:a> <urn:e:new> <urn:e:d> ; <urn:e:b> "é\\n"@fr . ?x <urn:e:b> ?x }'
    )


def test_a_number_stays_as_the_file_has_it(tmp_path):
    number = '"01"^^<http://www.w3.org/2001/XMLSchema#integer>'
    path, part = tmp_path / "a.nt", tmp_path / "part"
    path.write_text(f"<urn:a> <urn:b> {number} .\n", encoding="utf-8")

    def change(store):
        store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
        return 204

    served_file.rewritten(path, change, str(part))
    assert f"{number} ." in part.read_text("utf-8")


def test_a_file_keeps_its_prefixes(tmp_path):
    path, part = tmp_path / "a.ttl", tmp_path / "part"
    path.write_text("@prefix e: <urn:e:> .\ne:a e:b e:c .\n", encoding="utf-8")

    served_file.rewritten(
        path,
        lambda store: served_file.write(store, "POST", None, _triples("e:a e:b e:d")),
        str(part),
    )
    assert "e:a e:b e:c , e:d ." in part.read_text("utf-8")


def _triples(text):
    content = f"@prefix e: <urn:e:> . {text} ."
    return [quad.triple for quad in parse(content, RdfFormat.TURTLE)]


@on_a_loop
async def test_a_file_without_graphs_takes_none(tmp_path):
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    async with serving(of_file(path)) as (_, writer, _health):
        with pytest.raises(Problem, match="keeps no graph such as <urn:g>") as refused:
            await writer.put("urn:g", b"<urn:a> <urn:b> <urn:c> .", TURTLE)

    assert refused.value.status == 400
    assert path.read_text("utf-8") == "<urn:a> <urn:b> <urn:c> ."


@pytest.mark.parametrize("suffix", [".nq", ".ttl", ".trig", ".nt"])
def test_an_empty_file_is_a_dataset_without_triples(tmp_path, suffix):
    path = tmp_path / f"empty{suffix}"
    path.write_bytes(b"")
    edition = asyncio.run(build(Settings(dataset=path)))

    assert len(stored(edition.snapshots["reported"])) == 0
    assert edition.union is False


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.nq", QUAD + "<urn:s> <urn:p>", "a.nq:2"),
        ("a.rdf", "<rdf", "a.rdf:1"),
        ("a.jsonld", '{"@context": "http://example.org/c"}', "a.jsonld:1: the context"),
        ("a.ttl", "<urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> .", "a.ttl:1: RDF 1.2"),
        ("a.jsonld", "", "a.jsonld: is empty"),
        ("a.csv", "a,b", "does not read it"),
        ("a.doc", "a", ".doc"),
    ],
)
def test_a_file_that_cannot_be_served_is_refused_with_the_place(tmp_path, name, text, told):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildFailure) as failure:
        asyncio.run(build(Settings(dataset=path)))

    assert (failure.value.exit_code, told in failure.value.message) == (2, True)


# --- Updates --------------------------------------------------------------------------------------


@on_a_loop
async def test_updates_come_one_after_the_other(file):
    async with serving(of_file(file)) as (pool, writer, health):
        before = health.edition.digest
        count = "DELETE { <urn:n> <urn:v> ?n } INSERT { <urn:n> <urn:v> ?next } WHERE {"
        count += " OPTIONAL { <urn:n> <urn:v> ?n } BIND(COALESCE(?n, 0) + 1 AS ?next) }"
        answers = await asyncio.gather(*(writer.update(count) for _ in range(5)))

        assert [answer.status for answer in answers] == [204] * 5
        assert await lines(pool) == [
            '<urn:n> <urn:v> "5"^^<http://www.w3.org/2001/XMLSchema#integer> .'
        ]
        assert pool.edition.digest == health.edition.digest != before
    assert '"5"' in file.read_text("utf-8")
    assert names(file.parent) == [file.name]


#: Updates, and the code of the problem that each is.
REFUSED = [
    ("INSERT DATA { <urn:a> <urn:b> <urn:c> } ; LOAD <urn:x>", "load-denied"),
    ("INSERT DATA { <urn:a> <urn:b> <urn:c> } ; LOAD SILENT <urn:x>", "load-denied"),
    ("INSERT DATA { <urn:a> <urn:b> <urn:c> } ; CREATE GRAPH <urn:g>", "bad-request"),
    ("INSERT { ?s ?p ?o } WHERE { SERVICE <urn:x> { ?s ?p ?o } }", "service-denied"),
    ("DELETE { ?s ?p ?o } WHERE { ?s ?p", "parse-error"),
    ("ASK {}", "parse-error"),
    ("INSERT DATA { <urn:a> <urn:b> " + "[<urn:b> " * 150 + "1" + "]" * 150 + "}", "too-deep"),
]


@on_a_loop
async def test_updates_that_are_refused_change_nothing(file):
    async with serving(of_file(file)) as (pool, writer, health):
        before = pool.edition.digest
        for text, code in REFUSED:
            with pytest.raises(Problem) as refused:
                await writer.update(text)

            assert refused.value.code == code, text
            assert pool.edition.digest == health.edition.digest == before, text
            assert file.read_text("utf-8") == QUAD, text
            assert names(file.parent) == [file.name], text


@on_a_loop
async def test_an_update_that_takes_too_long_is_ended_and_the_next_one_works(file):
    numbers = "VALUES ?n { " + " ".join(map(str, range(40))) + " }"
    death = "INSERT { <urn:a> <urn:b> ?sum } WHERE { SELECT (SUM(?a) AS ?sum) { "
    death += " ".join(numbers.replace("?n", f"?{name}") for name in "abcdefg") + " } }"
    async with serving(of_file(file, wall=4.0)) as (pool, writer, _health):
        with pytest.raises(Problem) as ended:
            await writer.update(death)
        assert ended.value.code in {"timeout", "out-of-memory"}
        assert await lines(pool) == []
        assert (await writer.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")).status == 204
        assert await lines(pool) == ["<urn:a> <urn:b> <urn:c> ."]
    assert names(file.parent) == [file.name]


@on_a_loop
async def test_an_update_goes_on_when_whoever_asked_is_gone(file):
    async with serving(of_file(file)) as (pool, writer, _health):
        asked = asyncio.create_task(writer.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }"))
        await asyncio.sleep(0)
        asked.cancel()
        before = pool.edition.digest
        await until(lambda: pool.edition.digest != before)

        assert await lines(pool) == ["<urn:a> <urn:b> <urn:c> ."]


@on_a_loop
async def test_who_ends_lets_a_change_come_to_its_end_and_takes_no_more(file):
    async with serving(of_file(file)) as (_, writer, _health):
        asked = asyncio.create_task(writer.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }"))
        await until(writer.pids)
        await writer.stop()
        with pytest.raises(Problem) as refused:
            await writer.update("DROP ALL")

        assert refused.value.code == "not-ready"
        assert (await asked).status == 204
    assert "<urn:c>" in file.read_text("utf-8")


@on_a_loop
async def test_a_change_whose_process_dies_did_not_happen(file):
    async with serving(of_file(file)) as (pool, writer, _health):
        asked = asyncio.create_task(writer.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }"))
        await until(writer.pids)
        os.kill(*writer.pids(), signal.SIGKILL)
        with pytest.raises(Problem) as ended:
            await asked

        assert ended.value.code == "engine-crashed"
        assert (await writer.update("INSERT DATA { <urn:a> <urn:b> <urn:d> }")).status == 204
        assert await lines(pool) == ["<urn:a> <urn:b> <urn:d> ."]
    assert names(file.parent) == [file.name]


@on_a_loop
async def test_a_change_that_is_in_the_folder_happened_though_its_process_dies(folder):
    async with serving(of_folder(folder)) as (pool, writer, _health):
        first = pool.edition.digest
        asked = asyncio.create_task(writer.update(f"INSERT DATA {{ {LABEL} }}"))
        await until(writer.pids)
        (pid,) = writer.pids()
        await until(lambda: list(folder.glob("changes/*.rdfp")))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

        assert (await asked).status == 204
        assert pool.edition.digest != first
        found = await lines(pool, GRAPH.asserted.value)
        assert any("Republic of Mali" in line for line in found)


def test_what_a_killed_process_left_is_removed_and_nothing_else(file):
    old, new, other = (
        file.parent / f".{name}.part" for name in ("graphs.nq.a", "graphs.nq.b", "c")
    )
    for path in (old, new, other):
        path.write_text("", encoding="utf-8")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    served_file.clean(file)

    assert sorted(names(file.parent)) == [".c.part", ".graphs.nq.b.part", "graphs.nq"]


def test_a_file_that_others_changed_meanwhile_is_left_alone(file, tmp_path):
    part = tmp_path / "part"
    told = served_file.rewritten(file, _emptied, str(part))
    file.write_text(QUAD * 2, encoding="utf-8")

    with pytest.raises(Problem, match="changed meanwhile"):
        served_file.take_over(part, file, told["earlier"])
    assert file.read_text("utf-8") == QUAD * 2


def _emptied(store):
    store.clear()
    return 204


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("DELETE WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }"),
        (
            "INSERT { ?s ?p 'WHERE {' } # WHERE {\nWHERE { ?s ?p ?o { SELECT * WHERE { } } }",
            (
                "INSERT { ?s ?p 'WHERE {' } # WHERE {\n"
                "USING <urn:g> WHERE { ?s ?p ?o { SELECT * WHERE { } } }"
            ),
        ),
        (
            "delete{?s ?p ?o}insert{}where{?s ?p ?o};delete where{?s ?p 1}",
            (
                "delete{?s ?p ?o}insert{}USING <urn:g> where{?s ?p ?o};"
                "delete {?s ?p 1} USING <urn:g> where{?s ?p 1}"
            ),
        ),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "INSERT DATA { <urn:a> <urn:b> 1 }"),
        ("CLEAR GRAPH <urn:x>", "CLEAR GRAPH <urn:x>"),
    ],
)
def test_the_dataset_of_a_request_is_that_of_each_operation(text, sent):
    assert update.read(text, Limits(), ["urn:g"]).sent == sent


@pytest.mark.parametrize(
    ("text", "named", "error"),
    [
        ("WITH <urn:x> DELETE {} WHERE {}", ["urn:g"], Problem),
        ("DELETE {} USING NAMED <urn:x> WHERE {}", ["urn:g"], Problem),
        ("DELETE {} WHERE {}", ["no iri"], Problem),
        ("DELETE {} WHERE {}", ["urn:g> USING <urn:h"], Problem),
        ("DELETEWHERE { ?s ?p ?o }", [], ParseFailure),
        ("LOADSILENT <urn:x>", [], ParseFailure),
        ("load<urn:x>", [], Problem),
        ("PREFIX service: <urn:x> INSERT DATA { service:a service:b 1 }", [], QueryRefused),
        ("DELETE WHERE", ["urn:g"], ParseFailure),
    ],
)
def test_an_update_that_could_be_read_in_two_ways_is_refused(text, named, error):
    with pytest.raises(error):
        update.read(text, Limits(), (), named)


# --- Documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/turtle", "<a> <p> 'é' ."),
        ('TEXT/Turtle; Charset="UTF-8"', "@prefix e: <urn:e:> . <a> <p> 'é' ."),
        ("application/n-triples", "<urn:e:a> <urn:e:p> 'é' .".replace("'", '"')),
        (
            "application/rdf+xml",
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">'
                '<rdf:Description rdf:about="a"><e:p>é</e:p></rdf:Description></rdf:RDF>'
            ),
        ),
        ("application/ld+json", '{"@id": "a", "urn:e:p": "é"}'),
        (
            "multipart/form-data; boundary=b",
            (
                "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/turtle\r\n\r\n"
                "<a> <p> 'é' .\r\n--b--\r\n"
            ),
        ),
    ],
)
def test_a_document_is_read_by_its_type_below_the_address_of_its_graph(media_type, body):
    (found,) = request_bodies.triples(body.encode(), media_type, base="http://e.org/g/x", depth=100)

    assert found.object.value == "é"
    assert found.subject.value in {"http://e.org/g/a", "urn:e:a"}


@pytest.mark.parametrize(
    ("media_type", "body", "code"),
    [
        (None, "<a> <b> <c> .", "unsupported-media-type"),
        ("text/plain", "<a> <b> <c> .", "unsupported-media-type"),
        ("text/turtle; charset=latin-1", "<a> <b> <c> .", "bad-request"),
        ("multipart/form-data", "<a> <b> <c> .", "bad-request"),
        ("multipart/form-data; boundary=b", "--b--", "bad-request"),
        (
            "application/ld+json",
            '{"@graph": [{"@id": "urn:g", "@graph": {"@id": "a", "urn:p": 1}}]}',
            "bad-request",
        ),
        ("application/ld+json", '{"a": {"@context": ["x"]}}', "remote-context-denied"),
        ("application/ld+json", "[" * 101 + "]" * 101, "too-deep"),
        ("application/rdf+xml", "<a>" * 101 + "</a>" * 101, "too-deep"),
    ],
)
def test_a_document_that_is_refused_says_why(media_type, body, code):
    with pytest.raises(Problem) as refused:
        request_bodies.triples(body.encode(), media_type, base="http://e.org/g", depth=100)
    assert refused.value.code == code


def test_blank_nodes_of_two_documents_are_two():
    body = b"_:a <urn:p> _:a ."
    first, second = (
        request_bodies.triples(body, "text/turtle", base="urn:g", depth=100)[0] for _ in range(2)
    )
    assert first.subject == first.object != second.subject


# --- Graphs ---------------------------------------------------------------------------------------


@on_a_loop
async def test_a_graph_is_given_in_each_format_and_never_cut(file):
    file.write_text(QUAD + QUAD.replace(":o>", ":o2>"), encoding="utf-8")
    async with serving(of_file(file, triples=2)) as (pool, writer, _health):
        for name in ("ttl", "nt", "jsonld", "rdfxml", "trig", "nq"):
            arguments = {"graph": "urn:g", "accept": None, "format": name}
            with suppress(Problem):  # RDF/XML has no way to write urn:p
                answer = await pool.ask("data.named_graph", arguments)
                assert len(list(parse(answer.body, FORMATS[name].rdf))) == 2
                assert answer.media_type.startswith(FORMATS[name].media_type)
        await writer.post("urn:g", b"<urn:s> <urn:p> <urn:o3> .", TURTLE)
        for arguments, code in (
            ({"graph": "urn:g"}, "too-many-triples"),
            ({"graph": "urn:none"}, "not-found"),
            ({"graph": "none"}, "bad-request"),
            ({"graph": None, "accept": "image/png"}, "not-acceptable"),
            ({"graph": None, "format": "csv"}, "bad-request"),
        ):
            with pytest.raises(Problem) as refused:
                await pool.ask("data.named_graph", arguments)
            assert refused.value.code == code


@on_a_loop
async def test_a_graph_that_is_made_has_a_name_of_its_own(file):
    async with serving(of_file(file)) as (pool, writer, _health):
        made = await writer.create(b"<urn:a> <urn:b> <urn:c> .", TURTLE)
        (location,) = [value for name, value in made.headers if name == "Location"]

        assert made.status == 201
        assert await lines(pool, location) == ["<urn:a> <urn:b> <urn:c> ."]
        with pytest.raises(Problem):
            await writer.create(b"", TURTLE)


# --- A folder -------------------------------------------------------------------------------------


@on_a_loop
async def test_an_update_of_a_folder_is_a_change_that_kg_reads(folder):
    async with serving(of_folder(folder)) as (pool, writer, health):
        first = health.edition
        assert (await writer.update(f"INSERT DATA {{ {LABEL} }}")).status == 204
        assert health.edition.digest == pool.edition.digest != first.digest
        assert len(list(folder.glob("changes/*"))) == 1
        found = await lines(pool, GRAPH.asserted.value)
        assert any("Republic of Mali" in line for line in found)
        await writer.completed()
        later = pool.edition
        assert (await writer.update(f"INSERT DATA {{ {LABEL} }}")).status == 204
        assert pool.edition == later
        assert (await writer.update(f"DELETE DATA {{ {LABEL} }}")).status == 204
        assert len(list(folder.glob("changes/*"))) == 2
        assert "undisputed" in pool.edition.pending
        said = f"ASK {{ {LABEL} }}"
        arguments = {"text": said, "viewpoint": "undisputed"}
        assert b"false" in (await pool.ask("query.evaluate", arguments)).body
        assert pool.edition.pending == ()
    assert (await build(of_folder(folder))).digest == pool.edition.digest


#: Changes that the gate refuses, the code of the problem, and what it says.
TURNED_AWAY = [
    ("INSERT DATA { kg:mali a rel:Event }", "inconsistent", "relations.ttl:"),
    (
        'INSERT DATA { kg:mali rel:date "soon" }',
        "does-not-conform",
        "Violation",
    ),
    ("DELETE DATA { kg:mali a schema:Country }", "query-refused", "is not stated"),
    ("DELETE WHERE { rel:State ?p ?o }", "bad-request", "ontology"),
    ("INSERT DATA { GRAPH <urn:g> { kg:mali a rel:State } }", "query-refused", "GRAPH"),
    ("DROP ALL", "query-refused", "CLEAR"),
    ("LOAD <urn:x>", "load-denied", "LOAD"),
]


@on_a_loop
async def test_changes_that_the_gate_refuses_leave_the_folder_alone(folder):
    async with serving(of_folder(folder)) as (pool, writer, _health):
        before = pool.edition
        for text, code, told in TURNED_AWAY:
            with pytest.raises(Problem) as refused:
                await writer.update(text)

            assert (refused.value.code, pool.edition) == (code, before), text
            assert told in refused.value.detail
            said = json.dumps([refused.value.detail, refused.value.more])
            assert str(folder) not in said, text
            if code == "does-not-conform":
                assert refused.value.more["results"]
            assert not list(folder.glob("changes/*")), text


@on_a_loop
async def test_a_graph_of_a_folder_is_put_and_deleted_through_the_gate(folder):
    label = A_LABEL.encode()
    async with serving(of_folder(folder)) as (pool, writer, _health):
        assert (await writer.put("urn:own", label, TURTLE)).status == 201
        assert len(await lines(pool, "urn:own")) == 1
        assert (await writer.post("urn:own", label, TURTLE)).status == 204
        assert (await writer.delete("urn:own")).status == 204
        assert await lines(pool, "urn:own") is None
        for change in (
            writer.put(None, label, TURTLE),
            writer.delete(None),
            writer.put(inferred_graph("reported").value, label, TURTLE),
            writer.put(GRAPH.ontology.value, label, TURTLE),
        ):
            with pytest.raises(Problem) as refused:
                await change
            assert refused.value.code == "query-refused"
        with pytest.raises(Problem) as refused:
            await writer.delete("urn:own")
        assert refused.value.status == 404


@on_a_loop
async def test_the_graphs_of_other_viewpoints_are_given_too():
    async with serving(Settings(limits=LIMITS)) as (pool, _writer, _health):
        other = await lines(pool, inferred_graph("undisputed").value)
        own = await lines(pool, inferred_graph("reported").value)
        whole = await lines(pool)

    assert other
    assert len(other) < len(own) < len(whole)


# --- Files that change ----------------------------------------------------------------------------


@on_a_loop
async def test_what_others_write_is_served_and_what_breaks_is_not(file):
    async with serving(of_file(file)) as (pool, writer, health):
        first = pool.edition
        file.write_text(QUAD + "<urn:s> <urn:p>", encoding="utf-8")
        await until(lambda: health.reload_error)
        assert health.reload_error.startswith("graphs.nq:2")
        assert (health.status, pool.edition) == ("stale", first)
        with pytest.raises(Problem) as refused:
            await writer.update("DROP ALL")
        assert refused.value.code == "conflict"
        assert "graphs.nq:2" in refused.value.detail
        assert str(file.parent) not in refused.value.detail

        file.unlink()
        await until(lambda: "no such file" in (health.reload_error or ""))
        file.write_text(QUAD + QUAD.replace(":o>", ":o2>"), encoding="utf-8")
        await until(lambda: health.reload_error is None)
        assert pool.edition.digest == health.edition.digest != first.digest
        assert len(await lines(pool, "urn:g")) == 2


@on_a_loop
async def test_a_file_that_comes_to_a_folder_or_goes_is_noticed(folder):
    async with serving(of_folder(folder)) as (pool, _writer, health):
        first = pool.edition.digest
        more = folder / "more.ttl"
        more.write_text(A_LABEL, encoding="utf-8")
        await until(lambda: pool.edition.digest != first)
        assert await lines(pool, GRAPH.asserted.value)
        more.unlink()
        await until(lambda: pool.edition.digest == first)
        assert health.reload_error is None


def test_the_files_that_are_looked_at_are_those_that_count(folder):
    before = reload.state_of(Settings(data=(folder,)))
    (folder / ".hidden").write_text("x", encoding="utf-8")
    assert reload.state_of(Settings(data=(folder,))) == before

    path = folder / "relations.ttl"
    path.write_bytes(path.read_bytes())
    assert reload.state_of(Settings(data=(folder,))) != before
    assert any(name.endswith("shapes.ttl") for name in before)


def test_a_named_graph_and_the_default_graph_stay_apart(file):
    file.write_text(QUAD + "<urn:s> <urn:p> <urn:o> .\n", encoding="utf-8")
    edition = asyncio.run(build(Settings(dataset=file)))

    store = stored(edition.snapshots["reported"])
    for name in (DefaultGraph(), NamedNode("urn:g")):
        assert len(list(store.quads_for_pattern(None, None, None, name))) == 1
