"""A snapshot is there whole or not at all, whoever else builds, reads, prunes or is killed."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg import files, snapshot
from kg.errors import Misuse, WriteFailure
from kg.namespaces import GRAPH
from kg.snapshot import build, digest_of, find, folder, prune

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses flock, signals and rlimits")

#: What every process of these tests begins with.
PRELUDE = """
import os, resource, sys, time
from kg import files, snapshot
from kg.snapshot import cache
from kg.errors import KgError
from kg.namespaces import GRAPH
from pyoxigraph import Literal, NamedNode, Triple

def graphs(size=300):
    node = NamedNode("http://e.org/a")
    return {GRAPH.asserted: [Triple(node, node, Literal(str(n))) for n in range(size)]}

digest = snapshot.digest_of("one")
"""
DIGEST = digest_of("one")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))


def graphs(size=300):
    node = NamedNode("http://e.org/a")
    return {GRAPH.asserted: [Triple(node, node, Literal(str(n))) for n in range(size)]}


def start(code):
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(code):
    """Have a process run, and end it also where the test fails."""
    with start(code) as process:
        try:
            yield process
        finally:
            process.kill()


def run(code):
    with start(code) as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    return out.strip()


def names():
    return sorted(path.name for path in folder().iterdir())


def test_what_was_built_is_found_and_read():
    one, other = NamedNode("http://e.org/a"), NamedNode("http://e.org/b")
    made = build(
        DIGEST,
        {GRAPH.asserted: [Triple(one, one, one)], GRAPH.claims: {Triple(one, one, other)}},
        {"documents": ["é.ttl"]},
    )
    found = find(DIGEST)
    assert (made.built, found.built) == (True, False)
    assert made.path == found.path == folder() / DIGEST[:32]
    assert set(found.store) == {
        Quad(one, one, one, GRAPH.asserted),
        Quad(one, one, other, GRAPH.claims),
    }
    assert found.meta() == {
        "digest": DIGEST,
        "made_from": {"documents": ["é.ttl"]},
        "triples": {GRAPH.asserted.value: 1, GRAPH.claims.value: 1},
    }
    with pytest.raises(RuntimeError):
        found.store.add(Quad(one, one, one))


def test_what_was_not_built_is_not_found_and_looking_makes_no_folder():
    assert find(DIGEST) is None
    assert not folder().exists()
    prune()


def test_a_digest_tells_apart_what_a_snapshot_is_made_from():
    parts = [("a", "b"), ("b", "a"), ("ab",), ("a", "b", ""), ()]
    assert len({digest_of(*each) for each in parts}) == len(parts)


def test_finding_a_snapshot_imports_pyoxigraph_alone():
    build(DIGEST, graphs(), {})
    heavy = "{'json', 'platformdirs', 'shutil', 'tempfile'}"
    assert run(f"snapshot.find(digest); print({heavy} & set(sys.modules))") == "set()"


def test_without_kg_cache_the_system_says_where_caches_are(tmp_path, monkeypatch):
    monkeypatch.delenv("KG_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder().is_relative_to(tmp_path) or sys.platform == "darwin"
    assert folder().parts[-2:] == ("relations-kg", "snapshots")


def test_a_triple_in_two_graphs_is_refused():
    node = NamedNode("http://e.org/a")
    same = Triple(node, node, node)
    with pytest.raises(Misuse, match=r"e\.org/a> is in both .*asserted> and .*claims>"):
        build(DIGEST, {GRAPH.asserted: [same], GRAPH.claims: [same]}, {})
    assert not folder().exists()


def test_builders_at_once_make_one_snapshot_that_all_of_them_read():
    code = """
print("ready", flush=True)
sys.stdin.readline()
made = snapshot.build(digest, graphs(3000), {})
print(made.built, len(made.store), flush=True)
"""
    builders = [start(code) for _ in range(4)]
    for builder in builders:
        assert builder.stdout.readline() == "ready\n"
    for builder in builders:
        builder.stdin.write("go\n")
        builder.stdin.flush()
    printed = sorted(builder.communicate()[0] for builder in builders)
    assert printed == ["False 3000\n"] * 3 + ["True 3000\n"]
    assert names() == [DIGEST[:32]]
    assert len(find(DIGEST).store) == 3000


#: Where a build is stopped: before its lock is taken, while it writes, before it is swapped in.
STAGES = ["files.lock_exclusive", "snapshot._inventory", "snapshot._swap_in"]
STOP = """
def stop(*args):
    print("here", flush=True)
    time.sleep(600)
{stage} = stop
snapshot.build(digest, graphs(), {{}})
"""


@pytest.mark.parametrize("stage", STAGES)
def test_a_build_that_is_killed_leaves_nothing_that_is_found(stage):
    with running(STOP.format(stage=stage)) as builder:
        assert builder.stdout.readline() == "here\n"
        builder.send_signal(signal.SIGKILL)
    assert [name.split(".")[0] for name in names()] == [DIGEST[:32]]
    assert find(DIGEST) is None
    assert build(DIGEST, graphs(), {}).built
    assert names() == [DIGEST[:32]]


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_living_process_is_building_stays(stage):
    with running(STOP.format(stage=stage)) as builder:
        assert builder.stdout.readline() == "here\n"
        unfinished = names()
        prune(keep=0)
        assert names() == unfinished


@pytest.mark.parametrize("stage", ["snapshot._inventory", "snapshot._swap_in"])
def test_a_build_that_is_interrupted_cleans_up(stage):
    code = STOP.format(stage=stage).replace("time.sleep(600)", "raise KeyboardInterrupt")
    with start(code.replace("\nsnapshot.build", "\nsys.excepthook = print\nsnapshot.build")) as one:
        assert one.stdout.readline() == "here\n"
    assert names() == []


def test_a_folder_whose_process_number_is_another_process_now_goes_after_an_hour():
    build(DIGEST, graphs(), {})
    left = folder() / f"{'0' * 32}.{os.getpid()}.0000.tmp"
    left.mkdir()
    prune()
    assert left.exists()
    an_hour_ago = time.time() - 3700
    os.utime(left, (an_hour_ago, an_hour_ago))
    prune()
    assert names() == [DIGEST[:32]]


def test_what_another_process_reads_is_not_pruned():
    build(DIGEST, graphs(), {}).close()
    code = """
found = snapshot.find(digest)
print(len(found.store), flush=True)
sys.stdin.readline()
print(sum(1 for _ in found.store), flush=True)
"""
    with running(code) as reader:
        assert reader.stdout.readline() == "300\n"
        prune(keep=0)
        assert names() == [DIGEST[:32]]
        assert reader.communicate("go\n")[0] == "300\n"
    prune(keep=0)
    assert names() == []


def test_what_this_process_reads_is_held_until_it_is_forgotten():
    held = build(DIGEST, graphs(), {})
    prune(keep=0)
    assert names() == [DIGEST[:32]]
    assert len(held.store) == 300
    del held
    gc.collect()
    prune(keep=0)
    assert names() == []


def test_the_least_recently_used_are_pruned_and_using_counts():
    digests = [digest_of(str(number)) for number in range(5)]
    for age, digest in enumerate(digests):
        build(digest, graphs(1), {}).close()
        old = time.time() - 1000 + age
        os.utime(folder() / digest[:32], (old, old))
    find(digests[0]).close()
    prune(keep=2)
    assert names() == sorted((digests[0][:32], digests[4][:32]))


def test_building_prunes():
    for number in range(4):
        build(digest_of(str(number)), graphs(1), {}, keep=2).close()
    assert len(names()) == 2


def damaged(how):
    """Damage each file of a store in turn; give its name, and what is found then."""
    whole = build(DIGEST, graphs(), {})
    spare = folder().parent / "spare"
    shutil.copytree(whole.path, spare)
    whole.close()
    for name in sorted(path.name for path in (spare / "store").iterdir()):
        shutil.rmtree(whole.path, ignore_errors=True)
        shutil.copytree(spare, whole.path)
        file = whole.path / "store" / name
        if file.stat().st_size:
            how(file)
            yield name, find(DIGEST)


@pytest.mark.parametrize(
    "how",
    [
        lambda file: os.truncate(file, file.stat().st_size // 2),
        lambda file: os.truncate(file, 0),
        Path.unlink,
    ],
    ids=["cut off", "emptied", "removed"],
)
def test_a_damaged_snapshot_is_not_found_and_is_built_again(how):
    damages = 0
    for name, found in damaged(how):
        assert found is None, name
        assert names() == []
        damages += 1
    assert damages > 10
    assert len(build(DIGEST, graphs(), {}).store) == 300


def test_a_spoilt_list_of_tables_is_not_found():
    def spoil(file):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)

    found = {name.partition("-")[0]: found for name, found in damaged(spoil)}
    assert found["MANIFEST"] is None
    assert found["CURRENT"] is None


@pytest.mark.parametrize("name", ["lock", "files", "store"])
def test_a_snapshot_that_lacks_a_part_is_not_found_and_is_built_again(name):
    path = build(DIGEST, graphs(), {}).path
    if name == "store":
        shutil.rmtree(path / name)
    else:
        (path / name).unlink()
    assert find(DIGEST) is None
    assert build(DIGEST, graphs(), {}).built


def test_a_snapshot_that_is_being_pruned_is_not_found():
    path = build(DIGEST, graphs(), {}).path
    gc.collect()
    descriptor = os.open(path / "lock", os.O_RDWR)
    assert files.lock_exclusive(descriptor)
    assert find(DIGEST) is None
    os.close(descriptor)
    assert find(DIGEST) is not None


def test_a_read_only_folder_is_read():
    # Not below pytest's own folder, which other users may not enter.
    with tempfile.TemporaryDirectory() as place:
        os.environ["KG_CACHE"] = place
        build(DIGEST, graphs(), {}).close()
        for path in [*Path(place).rglob("*"), Path(place)]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        code = """
if os.getuid() == 0:  # root may write everywhere
    os.setuid(65534)
print(os.access(os.environ["KG_CACHE"], os.W_OK))
found = snapshot.find(digest)
print(len(found.store), found.built, found.path.is_dir())
snapshot.prune(0)
print(found.path.is_dir())
"""
        printed = run(code)
        for path in [Path(place), *Path(place).rglob("*")]:
            path.chmod(0o755)
    assert printed == "False\n300 False True\nTrue"


@pytest.mark.parametrize("limit", [100, 20_000, 100_000])
def test_a_full_disk_is_told_and_leaves_nothing(limit):
    code = f"""
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    snapshot.build(digest, graphs(20_000), {{}})
except KgError as error:
    print(type(error).__name__, error)
"""
    printed = run(code)
    assert printed.startswith(f"WriteFailure {folder() / DIGEST[:32]}: not written: ")
    assert printed.endswith("set KG_CACHE to a folder with room that you may write")
    assert "\n" not in printed
    assert names() == []
    assert find(DIGEST) is None


def test_a_cache_that_is_no_folder_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "file"))
    assert find(DIGEST) is None
    with pytest.raises(WriteFailure, match="not written: Not a directory; set KG_CACHE to"):
        build(DIGEST, graphs(), {})
    prune()


def test_too_few_open_files_is_told_and_the_snapshot_stays():
    build(DIGEST, graphs(), {}).close()
    code = """
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
try:
    snapshot.find(digest)
except KgError as error:
    print(type(error).__name__, error)
"""
    printed = run(code)
    assert printed.startswith(f"ResourceNotFound {folder() / DIGEST[:32]}: cannot be opened: ")
    assert find(DIGEST) is not None


def test_what_cannot_be_read_back_is_told(monkeypatch):
    monkeypatch.setattr(snapshot, "_opened_store", lambda _: None)
    with pytest.raises(WriteFailure, match="cannot be read back"):
        build(DIGEST, graphs(), {})
    assert names() == []


def test_what_is_locked_stays_even_where_its_process_number_is_unknown_here():
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    building = folder() / f"{DIGEST[:32]}.{gone.pid}.0000.tmp"
    building.mkdir(parents=True)
    descriptor = os.open(building / "lock", os.O_RDWR | os.O_CREAT)
    assert files.lock_exclusive(descriptor)
    prune()
    assert building.exists()
    os.utime(building, (0, 0))
    prune()
    assert building.exists()
    os.close(descriptor)
    prune()
    assert names() == []
