"""The workers: what becomes of a task that takes too long, too much, or its process with it, and of
those that run beside it.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kg import files, snapshot
from kg.errors import ResourceNotFound
from kg.web.edition import Edition
from kg.web.responses import Answer, Problem
from kg.web.settings import Limits
from kg.web.workers import held as holding
from kg.web.workers.cache import AnswerCache, is_steady, key_of
from kg.web.workers.held import Held
from kg.web.workers.pool import Lane, Pool
from kg.web.workers.processes import Process

#: Some 10^9 rows: as much work as one likes, and a number so that no two are the same query.
DEATH = "SELECT (COUNT(*) + {} AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
#: It sorts all of them, and needs the memory for that.
HUNGER = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY RAND()"
#: About a second of work, and an answer.
LONG = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 2000 } ?d ?e ?f }"
ALL = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
MEMORY = 512 << 20
#: As few processes as there may be, where a test is about none in particular.
FEW = {"memory": MEMORY, "workers": 1, "slow": 1, "pages": 1}


def asynchronous(test):
    """Run a test of the event loop, which no test may keep for longer than a minute."""

    @functools.wraps(test)
    def run(*arguments, **named):
        asyncio.run(asyncio.wait_for(test(*arguments, **named), 60))

    return run


@pytest.fixture(scope="module")
def edition(graph):
    path = str(graph.snapshot.path)
    return Edition(graph.snapshot.digest, "the graph", "reported", {"reported": path})


@pytest.fixture(scope="module")
def other():
    """Another state: what it is from another viewpoint."""
    from kg.graph import load

    held = load(viewpoint="undisputed").snapshot
    yield Edition("another", "the other", "reported", {"reported": str(held.path)})
    held.close()


@asynccontextmanager
async def running(edition, **limits):
    pool = Pool(edition, Limits(**{**FEW, **limits}))
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop(0)


async def ask(pool, text, gone=None):
    """Return the rows of a query, or the code of the problem."""
    arguments = {"text": text, "accept": None, "format": "json"}
    try:
        answer = await pool.ask("query.evaluate", arguments, gone=gone)
    except Problem as problem:
        return problem.code
    return [
        {name: term["value"] for name, term in row.items()}
        for row in json.loads(answer.body)["results"]["bindings"]
    ]


async def number(pool):
    """Return how many triples the pool's workers see."""
    (row,) = await ask(pool, f"{ALL} #{time.monotonic_ns()}")
    return int(row["n"])


async def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:  # noqa: ASYNC110 - it is none of ours
        await asyncio.sleep(0.01)
    assert condition()


def complete(pool):
    limits = pool.limits
    return pool.state()["ready"] == limits.workers + limits.slow + 1 + limits.pages


def triples(edition):
    meta = json.loads((Path(edition.snapshots["reported"]) / "meta.json").read_text())
    return sum(meta["triples"].values())


# --- What one task may take -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        pytest.param(DEATH.format(0), {"wall": 1, "cpu": 60}, "timeout", id="time"),
        pytest.param(DEATH.format(0), {"wall": 60, "cpu": 1}, "timeout", id="processor"),
        pytest.param(HUNGER, {"wall": 60, "cpu": 60}, "out-of-memory", id="memory"),
    ],
)
@asynchronous
async def test_a_task_is_ended_at_its_limit_and_the_next_is_done(edition, text, limits, code):
    async with running(edition, **limits) as pool:
        began = time.monotonic()
        assert await ask(pool, text) == code
        assert time.monotonic() - began < 10
        assert await number(pool) == triples(edition)
        await until(lambda: complete(pool))


@asynchronous
async def test_an_answer_that_is_too_large_is_none(edition):
    async with running(edition, bytes=1000) as pool:
        arguments = {"params": {}, "path": "/", "base": "http://x/"}
        with pytest.raises(Problem) as caught:
            await pool.ask("home.page", arguments)
        assert caught.value.code == "too-many-bytes"
        assert caught.value.more["bytes"] > 1000


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
@asynchronous
async def test_a_task_whose_process_ends_is_a_problem_and_the_next_is_done(edition, how):
    async with running(edition) as pool:
        asked = asyncio.create_task(ask(pool, DEATH.format(0)))
        await until(lambda: pool.state()["slow"] == 1)
        before = pool.pids()
        for pid in before:
            os.kill(pid, how)
        assert await asked == "engine-crashed"
        await until(lambda: not set(before) & set(pool.pids()))
        assert await number(pool) == triples(edition)
        await until(lambda: complete(pool))


@asynchronous
async def test_a_worker_that_ends_while_it_does_nothing_is_replaced(edition):
    async with running(edition) as pool:
        await until(lambda: complete(pool))
        before = pool.pids()
        os.kill(before[0], signal.SIGKILL)
        await until(lambda: before[0] not in pool.pids() and complete(pool))
        assert len(pool.pids()) == len(before)
        assert pool.state()["restarted"] == 1


@asynchronous
async def test_what_fails_tells_the_log_why_and_whoever_asked_that_it_does(edition, caplog):
    async with running(edition) as pool:
        for task, arguments in [
            ("query.evaluate", {"no": "such argument"}),
            ("query.nothing", {}),
            ("os.getcwd", {}),
            ("query._private", {}),
            ("thing.render", {}),
            ("facts.facts", {}),
        ]:
            with pytest.raises(Problem) as caught:
                await pool.ask(task, arguments)
            assert caught.value.code == "internal"
            assert "/" not in caught.value.detail
            assert "Traceback" not in caught.value.detail
        assert "TypeError: evaluate()" in caplog.text
        assert await number(pool) == triples(edition)


# --- Whoever asked --------------------------------------------------------------------------------


@asynchronous
async def test_a_task_ends_when_nobody_wants_its_answer_any_more(edition):
    async with running(edition, wall=60, cpu=60) as pool:
        gone = asyncio.Event()
        asked = asyncio.create_task(ask(pool, DEATH.format(0), gone))
        await until(lambda: pool.state()["busy"] == 1)
        began = time.monotonic()
        gone.set()
        assert await asked == "request-timeout"
        assert time.monotonic() - began < 5
        assert pool.state()["busy"] == pool.state()["slow"] == 0


@asynchronous
async def test_who_goes_leaves_the_line(edition):
    async with running(edition, waiting=3, wall=60, cpu=60) as pool:
        await ask(pool, ALL)
        gone = asyncio.Event()
        left = [asyncio.create_task(ask(pool, DEATH.format(n), gone)) for n in range(6)]
        await until(lambda: pool.state()["waiting"] == 3)
        gone.set()
        # Nobody who left is counted from now on, so that as many others find room at once.
        assert pool.state()["waiting"] == 0
        asked = [asyncio.create_task(ask(pool, f"{ALL} #{n}")) for n in range(3)]
        assert await asyncio.gather(*asked) == [[{"n": str(triples(edition))}]] * 3
        assert set(await asyncio.gather(*left)) == {"request-timeout", "busy"}
        assert pool.state()["busy"] == pool.state()["waiting"] == 0


@asynchronous
async def test_a_request_that_is_cancelled_takes_its_worker_with_it(edition):
    async with running(edition, wall=60, cpu=60) as pool:
        asked = asyncio.create_task(ask(pool, DEATH.format(0)))
        await until(lambda: pool.state()["busy"] == 1)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert pool.state()["busy"] == 0
        await until(lambda: complete(pool))
        assert await number(pool) == triples(edition)


# --- Lanes ----------------------------------------------------------------------------------------


@asynchronous
async def test_what_turns_out_slow_is_still_answered(edition):
    async with running(edition) as pool:
        asked = asyncio.create_task(ask(pool, LONG))
        await until(lambda: pool.state()["slow"] == 1 or asked.done())
        assert await asked == [{"n": str(2000 * triples(edition))}]
        assert pool.state()["slow"] == 0


@asynchronous
async def test_quick_queries_are_answered_while_queries_of_death_run(edition):
    async with running(edition, slow=2, wall=60, cpu=60) as pool:
        deaths = [asyncio.create_task(ask(pool, DEATH.format(n))) for n in range(2)]
        await until(lambda: pool.state()["slow"] == 2)
        found = [await number(pool) for _ in range(50)]
        assert found == [triples(edition)] * 50
        assert not any(death.done() for death in deaths)
        # There is no place for a third one; what is quick still is.
        assert await ask(pool, DEATH.format(3)) == "busy"
        assert await number(pool) == triples(edition)
        for death in deaths:
            death.cancel()


@asynchronous
async def test_pages_do_not_wait_for_queries(edition):
    async with running(edition, waiting=2, wall=60, cpu=60) as pool:
        deaths = [asyncio.create_task(ask(pool, DEATH.format(n))) for n in range(2)]
        await until(lambda: pool.state()["slow"] == 1)
        # Known to be slow by now, these wait for the slow place, and the line is full.
        await until(lambda: any(death.done() for death in deaths))
        slow = next(n for n, death in enumerate(deaths) if death.done())
        deaths += [asyncio.create_task(ask(pool, DEATH.format(slow))) for _ in range(2)]
        await until(lambda: pool.state()["waiting"] == 2)
        params = {"params": {}, "path": "/", "base": "http://x/"}
        for name in ("home", "ontology", "viewpoints"):
            assert (await pool.ask(f"{name}.page", params)).status == 200
        assert not all(death.done() for death in deaths)
        for death in deaths:
            death.cancel()


@asynchronous
async def test_a_query_known_to_be_slow_takes_no_quick_place(edition):
    async with running(edition, wall=1) as pool:
        assert await ask(pool, DEATH.format(0)) == "timeout"
        asked = asyncio.create_task(ask(pool, DEATH.format(0)))
        await asyncio.sleep(0)
        assert pool.state()["slow"] == 1
        assert await asked == "timeout"


@asynchronous
async def test_the_line_is_bounded_and_who_is_turned_away_is_told_when_to_come_back(edition):
    async with running(edition, slow=0, waiting=3) as pool:

        async def refused(n):
            with pytest.raises(Problem) as caught:
                await pool.ask("query.evaluate", {"text": DEATH.format(n), "accept": None})
            return caught.value

        asked = [asyncio.create_task(refused(n)) for n in range(20)]
        await until(lambda: pool.state()["waiting"] == 3)
        problems = await asyncio.gather(*asked)
        assert {problem.code for problem in problems} == {"busy"}
        assert all(int(problem.headers["Retry-After"]) > 0 for problem in problems)
        assert sum("are waiting" in problem.detail for problem in problems) == 16
        assert pool.state()["killed"] == 4


@asynchronous
async def test_a_lane_is_first_come_first_served():
    lane, came = Lane(1), []

    async def come(name, gone=None):
        taken = await lane.take(30, gone)
        came.append((name, taken))

    assert lane.take_now()
    gone = asyncio.Event()
    tasks = [asyncio.create_task(come(name)) for name in "abc"]
    tasks.insert(2, asyncio.create_task(come("gone", gone)))
    await asyncio.sleep(0)
    tasks[1].cancel()
    gone.set()
    await tasks[2]
    assert lane.waiting == 2
    for task in (tasks[0], tasks[3]):
        lane.give()
        await task
    assert came == [("gone", False), ("a", True), ("c", True)]
    lane.give()
    assert (lane.taken, lane.waiting) == (0, 0)


@asynchronous
async def test_a_place_given_to_who_is_cancelled_is_not_lost():
    lane = Lane(1)
    assert lane.take_now()
    task = asyncio.create_task(lane.take(30))
    await asyncio.sleep(0)
    lane.give()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lane.taken == 0


# --- Answers that are remembered ------------------------------------------------------------------


@asynchronous
async def test_the_same_question_is_asked_once_and_what_changes_each_time(edition, other):
    async with running(edition) as pool:
        assert await ask(pool, ALL) == await ask(pool, ALL)
        assert pool.state()["remembered"] == 1
        before = await ask(pool, "SELECT (RAND() AS ?n) {}")
        assert await ask(pool, "SELECT (RAND() AS ?n) {}") != before
        assert await ask(pool, "SELECT") == "parse-error"
        assert pool.state()["remembered"] == 1
        pool.adopt(other)
        assert await ask(pool, ALL) == [{"n": str(triples(other))}]
        assert triples(other) != triples(edition)


def test_answers_take_no_more_than_their_room():
    remembered = AnswerCache(100_000)
    for n in range(1000):
        remembered.put(str(n), Answer(bytes(1000), "text/plain"))
        assert remembered.size <= remembered.room
    assert 0 < len(remembered) < 100
    assert remembered.get("0") is None
    assert remembered.get("999") is not None
    remembered.put("large", Answer(bytes(50_000), "text/plain"))
    remembered.put("problem", Answer(b"", "text/plain", 303))
    assert remembered.get("large") is remembered.get("problem") is None


@pytest.mark.parametrize("text", ["now ( )", "Rand()", "STRUUID()", "uuid\n()", r"\u004eOW()"])
def test_what_may_change_is_not_remembered(text):
    assert not is_steady({"text": f"SELECT * {{ BIND({text} AS ?x) }}"})
    assert not is_steady({"params": {"query": text}})


def test_a_question_is_named_by_all_that_it_depends_on():
    names = {
        key_of(*one)
        for one in [("d", "t", {}), ("e", "t", {}), ("d", "u", {}), ("d", "t", {"a": None})]
    }
    assert len(names) == 4


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().split()[3])


@asynchronous
async def test_workers_end_with_the_process_that_forked_them_and_others_take_their_place(edition):
    async with running(edition, workers=2) as pool:
        before = pool.pids()
        (parent,) = {parent_of(pid) for pid in before}
        assert parent != os.getpid()
        os.kill(parent, signal.SIGKILL)
        await until(lambda: not set(before) & set(pool.pids()) and complete(pool))
        assert await number(pool) == triples(edition)


# --- States ---------------------------------------------------------------------------------------


@asynchronous
async def test_a_task_keeps_the_state_that_it_began_with(edition, other):
    async with running(edition, workers=2, slow=2) as pool:
        asked = asyncio.create_task(ask(pool, LONG))
        await until(lambda: pool.state()["busy"] == 1)
        await asyncio.sleep(0.05)
        pool.adopt(other)
        found = await asyncio.gather(*(number(pool) for _ in range(8)))
        assert set(found) == {triples(other)}
        assert await asked == [{"n": str(2000 * triples(edition))}]
        pool.adopt(edition)
        assert await number(pool) == triples(edition)


@pytest.fixture
def folders(edition, tmp_path):
    """Snapshots that only the pool holds."""
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        shutil.copytree(edition.snapshots["reported"], path)
    return paths


def is_free(folder):
    """Tell whether nobody holds a snapshot, so that it might be removed."""
    descriptor = os.open(folder / "lock", os.O_RDWR)
    try:
        return files.lock_exclusive(descriptor)
    finally:
        os.close(descriptor)


@asynchronous
async def test_what_is_served_is_not_removed_and_what_was_may_be(folders):
    editions = [Edition(str(one), "it", "reported", {"reported": str(one)}) for one in folders]
    async with running(editions[0]) as pool:
        await until(lambda: complete(pool))
        assert not is_free(folders[0])
        for one in editions[1:]:
            pool.adopt(one)
        assert not is_free(folders[2])
        # The workers that do nothing let go of it as well.
        await until(lambda: is_free(folders[0]))
    assert [is_free(folder) for folder in folders] == [True] * 3


@asynchronous
async def test_a_state_that_is_not_there_is_not_adopted(edition, tmp_path):
    async with running(edition) as pool:
        with pytest.raises(ResourceNotFound):
            pool.adopt(Edition("gone", "it", "reported", {"reported": str(tmp_path / "gone")}))
        assert pool.edition is edition
        assert await number(pool) == triples(edition)


@asynchronous
async def test_a_pool_that_cannot_open_its_snapshot_does_not_start(folders):
    shutil.rmtree(folders[0] / "store")
    pool = Pool(Edition("x", "it", "reported", {"reported": str(folders[0])}), Limits())
    with pytest.raises(Problem):
        await pool.start()
    assert pool.pids() == []


def test_a_small_snapshot_is_asked_in_memory_and_answers_the_same(edition, monkeypatch):
    texts = [
        "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    ]
    limits = Limits(rows=100_000)
    found = []
    for most in (10**9, 0):
        monkeypatch.setattr(holding, "_SMALL", most)
        held = Held(edition, limits)
        assert len(held.store()) == triples(edition)
        found.append([held.query(text).rows for text in texts])
        held.close()
    assert found[0] == found[1]


# --- Start and end --------------------------------------------------------------------------------


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@asynchronous
async def test_nothing_is_left_of_workers_that_were_killed(edition):
    async with running(edition, wall=0.3) as pool:
        await until(lambda: complete(pool))
        counts = []
        for turn in range(3):
            assert await ask(pool, DEATH.format(turn)) == "timeout"
            await until(lambda: complete(pool))
            await asyncio.sleep(0.1)
            counts.append((descriptors(), len(pool.pids())))
        assert len(set(counts)) == 1
        assert pool.state()["killed"] == pool.state()["restarted"] == 3


@asynchronous
async def test_a_pool_that_stops_lets_what_runs_finish(edition):
    pool = Pool(edition, Limits(**FEW))
    await pool.start()
    asked = asyncio.create_task(ask(pool, LONG))
    await until(lambda: pool.state()["busy"] == 1)
    pids = pool.pids()
    stopping = asyncio.create_task(pool.stop(30))
    await asyncio.sleep(0)
    assert await ask(pool, ALL) == "not-ready"
    assert await asked == [{"n": str(2000 * triples(edition))}]
    await stopping
    assert not any(is_running(pid) for pid in pids)


@asynchronous
async def test_a_pool_that_stops_ends_what_does_not_finish(edition):
    before = descriptors()
    pool = Pool(edition, Limits(wall=60, cpu=60, **FEW))
    await pool.start()
    asked = asyncio.create_task(ask(pool, DEATH.format(0)))
    await until(lambda: pool.state()["busy"] == 1)
    pids = pool.pids()
    await pool.stop(0.1)
    assert await asked == "not-ready"
    assert not any(is_running(pid) for pid in pids)
    assert descriptors() == before


PARENT = """
import asyncio, json, sys
from kg.web.edition import Edition
from kg.web.settings import Limits
from kg.web.workers.pool import Pool

async def main():
    pool = Pool(Edition.read(json.loads(sys.argv[1])), Limits())
    await pool.start()
    arguments = {"text": sys.argv[2], "accept": None}
    asked = asyncio.create_task(pool.ask("query.evaluate", arguments))
    await asyncio.sleep(0.5)
    print(json.dumps(pool.pids()), flush=True)
    await asked

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_workers_end_with_the_process_that_asks(edition):
    command = [sys.executable, "-c", PARENT, json.dumps(edition.written()), DEATH.format(0)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pids = json.loads(parent.stdout.readline())
        assert len(pids) > 1
        parent.kill()
    end = time.monotonic() + 10
    alive = pids
    while alive and time.monotonic() < end:
        alive = [pid for pid in alive if is_running(pid)]
        time.sleep(0.05)
    assert not alive


def is_running(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@asynchronous
async def test_the_last_words_of_a_worker_are_bounded():
    process = Process()
    os.pwrite(process._words.fileno(), b"x" * (2 << 20), 0)
    assert process.last_words() == "x" * (1 << 14)
    process._forget_words()
    assert process.last_words() == ""
    await process.buried()


def test_snapshots_of_an_edition_are_those_of_kg(edition):
    assert Path(edition.snapshots["reported"]).parent == snapshot.folder()
