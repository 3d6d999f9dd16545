"""Several writers at once: what is acknowledged is there, what is refused is not, whoever dies."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
from pyoxigraph import RdfFormat, parse

from kg.edit import working
from kg.graph import Graph
from kg.web.building import build
from kg.web.edition import Health
from kg.web.responses import Problem
from kg.web.settings import Limits, Settings
from kg.web.workers.pool import Pool
from kg.web.writing.writer import Writer
from serving import serving

E = "http://e.org/"
ONTOLOGY = """
@prefix : <http://e.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
:knows a owl:SymmetricProperty, owl:ObjectProperty . :Person owl:disjointWith :Place .
"""
DATA = "@prefix : <http://e.org/> . :a :knows :b . :a a :Person ."
LIMITS = Limits(workers=1, slow=1, pages=1)
#: Longer than anything here takes on a machine that does much else.
_SECONDS = 300


@pytest.fixture
def folder(tmp_path):
    """A small graph in a folder, with an ontology beside it."""
    (tmp_path / "ontology.ttl").write_text(ONTOLOGY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.ttl").write_text(DATA)
    return tmp_path / "mine"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "graphs.nq"
    path.write_text(f"<{E}a> <{E}knows> <{E}b> .\n")
    return path


def ontology_of(folder):
    return folder.parent / "ontology.ttl"


def settings_of(path):
    if path.is_dir():
        return Settings(data=(path,), ontology=(ontology_of(path),), writable=True, limits=LIMITS)
    return Settings(dataset=path, writable=True, limits=LIMITS)


def known(path):
    """Return the names of those whom the graph on the disk says that ``a`` knows."""
    if path.is_dir():
        triples = Graph(path, ontology_of(path)).asserted()
    else:
        triples = [quad.triple for quad in parse(path.read_bytes(), RdfFormat.N_QUADS)]
    found = (triple for triple in triples if triple.predicate.value == f"{E}knows")
    return {triple.object.value.removeprefix(E) for triple in found}


def insert(name, more=""):
    return f"INSERT DATA {{ <{E}a> <{E}knows> <{E}{name}> . {more} }}"


def add(folder, name):
    """Run ``kg add`` in a process of its own; return its exit code."""
    new = folder.parent / f"{name}.ttl"
    new.write_text(f"<{E}a> <{E}knows> <{E}{name}> .")
    options = ["--data", folder, "--ontology", ontology_of(folder)]
    command = [sys.executable, "-m", "kg", "add", new, *options]
    return subprocess.run(command, capture_output=True, check=False).returncode


# ── Whole servers ───────────────────────────────────────────────────────────────────────────────


def test_what_two_servers_and_a_command_acknowledge_is_there_and_what_they_refuse_is_not(folder):
    options = ("--data", folder, "--ontology", ontology_of(folder), "--writable")
    acknowledged, refused = set(), set()

    def record(name, done, is_acknowledged):
        (acknowledged if is_acknowledged else refused).add(name)
        return done

    def update(server, name, more=""):
        status = server.update(insert(name, more), timeout=_SECONDS).status_code
        return record(name, status, status == 204)

    def command(name):
        code = add(folder, name)
        return record(name, code, code == 0)

    with serving(*options) as one, serving(*options) as two, ThreadPoolExecutor(10) as crowd:
        taken = [crowd.submit(update, one if n % 2 else two, f"update-{n}") for n in range(4)]
        wrong = f"<{E}a> a <{E}Place>"
        turned_away = [crowd.submit(update, one, f"wrong-{n}", wrong) for n in range(2)]
        commands = [crowd.submit(command, f"command-{n}") for n in range(2)]
        assert {done.result() for done in taken} <= {204, 409, 503}
        assert [done.result() for done in turned_away] == [422, 422]
        assert [done.result() for done in commands] == [0, 0]
        said = two.query(f"SELECT ?who {{ <{E}a> <{E}knows> ?who }}").text
    assert len(acknowledged) >= 4
    assert known(folder) == {"b", *acknowledged}
    assert not refused & known(folder)
    assert any(name in said for name in acknowledged)


def test_what_two_servers_acknowledge_of_one_file_is_in_it(file):
    options = ("--dataset", file, "--writable")
    with serving(*options) as one, serving(*options) as two, ThreadPoolExecutor(8) as crowd:
        asked = {
            f"update-{n}": crowd.submit(
                (one if n % 2 else two).update, insert(f"update-{n}"), timeout=_SECONDS
            )
            for n in range(6)
        }
        answers = {name: done.result().status_code for name, done in asked.items()}
    assert set(answers.values()) <= {204, 409, 503}
    assert known(file) == {"b", *(name for name, status in answers.items() if status == 204)}
    assert [path.name for path in file.parent.iterdir()] == [file.name]


# ── One writer, and others who change the files ─────────────────────────────────────────────────


def on_a_loop(test):
    @functools.wraps(test)
    def run(*arguments, **named):
        asyncio.run(asyncio.wait_for(test(*arguments, **named), _SECONDS))

    return run


@asynccontextmanager
async def writing(path):
    """Yield a pool and its writer; nobody watches the files."""
    settings = settings_of(path)
    edition = await build(settings)
    pool = Pool(edition, settings.limits)
    await pool.start()
    writer = Writer(settings, pool, Health(edition))
    try:
        yield pool, writer
    finally:
        await writer.stop()
        await pool.stop()


async def until(is_so):
    while not is_so():  # noqa: ASYNC110 - what it waits for is elsewhere
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("kind", ["folder", "file"])
@on_a_loop
async def test_an_update_waits_for_the_writer_before_it_and_loses_nothing_of_it(request, kind):
    path = request.getfixturevalue(kind)
    async with writing(path) as (_, writer):
        with working.alone(path if kind == "folder" else path.parent):
            asked = asyncio.create_task(writer.update(insert("c")))
            await asyncio.sleep(0.2)
            assert not asked.done()
            assert writer.pids() == []
            if kind == "folder":
                (path / "more.ttl").write_text(f"<{E}a> <{E}knows> <{E}d> .")
            else:
                path.write_text(path.read_text() + f"<{E}a> <{E}knows> <{E}d> .\n")
        assert (await asked).status == 204
    assert known(path) == {"b", "c", "d"}


@pytest.mark.parametrize("kind", ["folder", "file"])
@on_a_loop
async def test_what_an_editor_of_text_saves_meanwhile_is_kept_and_the_update_told(
    request, monkeypatch, kind
):
    path = request.getfixturevalue(kind)
    edited = path / "data.ttl" if kind == "folder" else path
    async with writing(path) as (pool, writer):
        before, ask = pool.edition, writer._preparer.ask

        async def prepared(*arguments):
            made = await ask(*arguments)
            # By now it has noted, or read, what it is about to change.
            edited.write_text(edited.read_text() + f"<{E}a> <{E}knows> <{E}d> .\n")
            return made

        monkeypatch.setattr(writer._preparer, "ask", prepared)
        with pytest.raises(Problem) as refused:
            await writer.update(insert("c"))
        assert (refused.value.code, pool.edition) == ("conflict", before)
    assert known(path) == {"b", "d"}


@on_a_loop
async def test_a_change_in_line_whose_asker_left_is_not_made_and_takes_no_place(folder):
    async with writing(folder) as (_, writer):
        gone = asyncio.Event()
        async with writer.in_turn():
            asked = asyncio.create_task(writer.update(insert("c"), gone=gone))
            await until(lambda: writer._lane.waiting == 1)
            gone.set()
            assert writer._lane.waiting == 0
            with pytest.raises(Problem) as left:
                await asked
        assert left.value.code == "request-timeout"
        assert (await writer.update(insert("d"))).status == 204
    assert known(folder) == {"b", "d"}


@on_a_loop
async def test_an_update_of_a_folder_is_about_the_form_of_a_number(folder):
    def forms():
        triples = Graph(folder, ontology_of(folder)).asserted()
        return {str(t.object).partition("^^")[0] for t in triples if t.predicate.value == f"{E}n"}

    byte = '"7"^^<http://www.w3.org/2001/XMLSchema#byte>'
    async with writing(folder) as (pool, writer):
        numbers = "0042 , 42 , 1.50 , +1"
        await writer.update(f"INSERT DATA {{ <{E}a> <{E}n> {numbers} }}")
        await writer.post(None, f"<{E}a> <{E}n> {byte} .".encode(), "text/turtle")
        assert forms() == {'"0042"', '"42"', '"1.50"', '"+1"', '"7"'}
        await writer.update(f"DELETE DATA {{ <{E}a> <{E}n> 0042 , 1.5 }}")
        await writer.update("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o = 1) }")
        answer = await pool.ask(
            "data.named_graph", {"graph": None, "accept": "application/n-triples"}
        )
    assert forms() == {'"42"', '"1.50"', '"7"'}
    assert byte in answer.body.decode()


# ── Writers that are killed ─────────────────────────────────────────────────────────────────────

KILLED = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_writers import insert, settings_of
from kg.web import building
from kg.web.edition import Health
from kg.web.workers.pool import Pool
from kg.web.writing import served_file, writer as writing

async def main():
    settings = settings_of(Path(sys.argv[1]))
    edition = await building.build(settings)
    pool = Pool(edition, settings.limits)
    await pool.start()
    writer = writing.Writer(settings, pool, Health(edition))
    def stop(*args):
        print("here", flush=True)
        time.sleep(600)
    {stage} = stop
    await writer.update(insert("c"))

asyncio.run(main())
"""

#: Where the process that answers is killed, and whether the change is there afterwards.
STAGES = [
    ("folder", "writing.write_change", False),
    ("folder", "writing.mark", True),
    ("file", "writing.take_over", False),
    ("file", "served_file.sync_one", True),
]


@pytest.mark.parametrize(("kind", "stage", "is_there"), STAGES)
def test_a_server_that_is_killed_leaves_the_old_state_or_the_new_and_no_lock(
    request, kind, stage, is_there
):
    path = request.getfixturevalue(kind)
    code = KILLED.format(tests=os.path.dirname(__file__), stage=stage)  # noqa: PTH120 - its folder
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout.readline() == "here\n"
        server.send_signal(signal.SIGKILL)

    assert known(path) == ({"b", "c"} if is_there else {"b"})

    place = path if kind == "folder" else path.parent
    lock = working.take_lock(place)
    assert lock is not None
    os.close(lock)
    if kind == "folder":
        with Graph(path, ontology_of(path)).edit(save=True) as edit:
            edit.add(f"<{E}a> <{E}knows> <{E}d> .")
        assert known(path) == ({"b", "c", "d"} if is_there else {"b", "d"})
        assert all(change.suffix == ".rdfp" for change in (path / "changes").iterdir())
