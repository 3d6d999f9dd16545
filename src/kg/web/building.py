"""From files to an edition, in a process of its own: ``python -m kg.web.building PARENT``.

It reads a line of JSON that says what is served, and answers with a line that says where it is.
It holds the snapshots until its standard input is closed, so that they stay until somebody else
holds them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import Inconsistent, KgError
from kg.web.edition import Built, Edition, SnapshotLocks, now
from kg.web.settings import Settings

if TYPE_CHECKING:
    from kg.dataset import Dataset
    from kg.snapshot import Snapshot

__all__ = ["BuildFailure", "Built", "build", "made", "made_of", "opened"]
__all__ += ["title", "written"]

#: Seconds in which whoever asked for an edition takes the locks of its snapshots.
_HANDED_OVER = 30.0
#: The longest line that the process may answer, in bytes.
_LONGEST = 1 << 24
_FAULT = "this is a fault of kg; what is above has more"


class BuildFailure(Exception):
    """The data cannot be served.

    Args:
        message: why, in a line that begins with the place where it is known.
        exit_code: what a command that needs the data ends with.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        self.message, self.exit_code = message, exit_code
        super().__init__(message)


async def build(settings: Settings) -> Edition:
    """Make the snapshots of what is served, where there are none yet.

    Args:
        settings: say what is served; not to whom.

    Raises:
        BuildFailure: the files are not well formed, contradict themselves or do not conform.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "kg.web.building", str(os.getpid())),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST,
        # What the terminal sends is for the process that asks.
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("there are no pipes to a process that was given some")
    try:
        with contextlib.suppress(OSError):  # it has ended, as its status will tell
            process.stdin.write(json.dumps(written(settings)).encode() + b"\n")
            await process.stdin.drain()
        told = await process.stdout.readline()
        edition = _read(told, None if told else await process.wait())
        kept = SnapshotLocks(edition)
        asyncio.get_running_loop().call_later(_HANDED_OVER, kept.release)
        process.stdin.close()
        await process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return edition


def _read(told: bytes, status: int | None) -> Edition:
    if not told:
        raise BuildFailure(f"the process that reads the data ended with status {status}", 1)
    answer = json.loads(told)
    if "error" in answer:
        raise BuildFailure(answer["error"], answer["exit_code"])
    return Edition.read(answer)


def written(settings: Settings) -> dict[str, Any]:
    """Return what is served as JSON can write it; who may read or write it is not part of that."""
    return {
        "data": list(map(str, settings.data)),
        "ontology": None if settings.ontology is None else list(map(str, settings.ontology)),
        "dataset": None if settings.dataset is None else str(settings.dataset),
        "union_default_graph": settings.union_default_graph,
        "viewpoint": settings.viewpoint,
        "writable": settings.writable,
    }


def opened(told: dict[str, Any]) -> Settings:
    """Return what ``written`` gave."""
    ontology, dataset = told["ontology"], told["dataset"]
    return Settings(
        data=tuple(map(Path, told["data"])),
        ontology=None if ontology is None else tuple(map(Path, ontology)),
        dataset=None if dataset is None else Path(dataset),
        union_default_graph=told["union_default_graph"],
        viewpoint=told["viewpoint"],
        writable=told["writable"],
    )


def made(settings: Settings) -> Built:
    """Make the snapshots of what is served, here and now.

    Raises:
        KgError: the data cannot be served, or not be written where that is asked for.
    """
    if settings.dataset is not None:
        from kg.web.writing import served_file

        return served_file.made(
            settings.dataset, writable=settings.writable, union=settings.union_default_graph
        )
    from kg.sources import sources

    data, ontology, is_gated = sources(settings.data or None, settings.ontology)
    if settings.writable:
        from kg.edit.working import working_folder

        working_folder(data)
    from kg.dataset import load

    return made_of(load(data, ontology, gated=is_gated), settings)


def made_of(dataset: Dataset, settings: Settings) -> Built:
    """Make the snapshots of a dataset, from the viewpoint that is asked for and from all others.

    Raises:
        KgError: it cannot be served.
    """
    from kg import build as building
    from kg import snapshot
    from kg.namespaces import GRAPH
    from kg.perspectives import meant
    from kg.sources import unexplained

    slug = meant(settings.viewpoint, dataset)
    found = {slug: building.open_snapshot(dataset.state(slug))}
    if found[slug].built:
        for one in (*dataset.notes, *(() if settings.ontology else unexplained(dataset))):
            sys.stderr.write(f"kg: note: {one}\n")
    for one in building.caveats(found[slug]):
        sys.stderr.write(f"kg: note: {one}\n")
    held, beside = list(found.values()), None
    graphs: tuple[str, ...] = ()
    is_overlapping = bool(building.overlaps(found[slug]))
    if dataset.graph(GRAPH.claims):
        found |= _others(dataset, slug, found[slug])
        both, names = building.open_beside(dataset.state(slug), list(found))
        held += [*found.values(), both]
        beside, graphs = str(both.path), tuple(name.value for name in names)
    elif is_overlapping:
        both, names = building.open_beside(dataset.state(slug), ())
        held.append(both)
        beside, graphs = str(both.path), tuple(name.value for name in names)
    digests = [f"{name} {one.digest}" for name, one in sorted(found.items())]
    edition = Edition(
        digest=snapshot.digest_of("edition", slug, *digests)[:32],
        title=title(dataset),
        viewpoint=slug,
        snapshots={name: str(one.path) for name, one in found.items()},
        beside=beside,
        graphs=graphs,
        overlaps=is_overlapping,
        made=now(),
    )
    return Built(edition, held)


def _others(dataset: Dataset, slug: str, seen: Snapshot) -> dict[str, Snapshot]:
    """Make the snapshots of the other viewpoints; those with the same facts share one."""
    from kg import build as building

    known, found = {dataset.state(slug).facts: seen}, {}
    for one in dataset.viewpoints:
        if one.slug == slug:
            continue
        state = dataset.state(one)
        accepted = state.facts
        if accepted not in known:
            try:
                known[accepted] = building.open_snapshot(state)
            except Inconsistent as error:
                sys.stderr.write(f"kg: note: not served: {error}\n")
                continue
        found[one.slug] = known[accepted]
    return found


def title(dataset: Dataset) -> str:
    """Say what is served: the relation that the graph is about, or the names of its files."""
    from kg.namespaces import GRAPH, RDF, REL

    facts = dataset.graph(GRAPH.asserted)
    nodes = [
        t.subject for t in facts if (t.predicate, t.object) == (RDF.type, REL.BilateralRelation)
    ]
    labels = sorted(filter(None, map(dataset.label, nodes)))
    if len(labels) == 1:
        return labels[0]
    names = sorted({one.path.name for one in dataset.documents if one.role == "data"})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004 - as many as a title has room for


def _answer(line: str) -> tuple[dict[str, Any], Built | None]:
    try:
        built = made(opened(json.loads(line)))
    except KgError as error:
        return {"error": str(error), "exit_code": error.exit_code}, None
    except MemoryError:
        return {"error": "there is not enough memory to read the data", "exit_code": 2}, None
    except Exception:  # noqa: BLE001 - whoever asked must get an answer, and the log the reason
        traceback.print_exc()
        return {"error": _FAULT, "exit_code": 1}, None
    return built.edition.written(), built


def main() -> None:
    """Build what standard input says, and hold it until that is closed."""
    from kg.web.workers import limits

    limits.outlive_nobody(int(sys.argv[1]))
    answer, built = _answer(sys.stdin.readline())
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    del built


if __name__ == "__main__":
    main()
