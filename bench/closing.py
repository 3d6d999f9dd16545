"""How long a closure takes, against owlrl, packaged engines, and merely reading the file.

Reading is timed apart, for each engine that allows it: what is compared is reasoning. Each job
tells how many triples follow and a digest of them that does not depend on their order, so that two
engines are held to the same triples without keeping them.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from graphs import ONTOLOGY, generated, program, triples
from measure import Job, Row, Unfinished, measured
from pyoxigraph import BlankNode, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from measure import Sample

__all__ = ["against_owlrl", "against_packaged", "against_parsing"]

_TIMES_OWLRL = 1000
#: How many seconds owlrl may take: minutes more would tell nothing new.
_PATIENCE = 120.0
_TIMES_PACKAGED = 10
#: How the table says that two engines gave the same.
_AGREE = {True: "the same triples", False: "NOT THE SAME TRIPLES"}


def digest(found: Iterable[Triple]) -> dict[str, Any]:
    """Return number and digest of triples, whatever their order."""
    count = total = 0
    for one in found:
        count += 1
        total += int.from_bytes(blake2b(str(one).encode(), digest_size=16).digest())
    return {"triples": count, "digest": f"{total % (1 << 128):032x}"}


def _readable(found: Iterable[Triple], given: set[Triple]) -> set[Triple]:
    """Return what is neither given nor noise nor about the axioms themselves."""
    from kg.reasoning.statements import is_noise

    new = {one for one in found if one not in given and not is_noise(one)}
    return {one for one in new if not _is_axiom(one)}


def _is_axiom(one: Triple) -> bool:
    return isinstance(one.subject, BlankNode) or isinstance(one.object, BlankNode)


# --- jobs: what is timed, and what is told of it --------------------------------------------------


def parse(path: str) -> Job:
    """Parse a file, and do no more."""
    import pyoxigraph

    def timed() -> int:
        kind = pyoxigraph.RdfFormat.N_TRIPLES
        return sum(1 for _ in pyoxigraph.parse(path=path, format=kind))

    return timed, lambda count: {"triples": count}


def compiled(path: str) -> Job:
    """Run the compiled rules on columns that were read before, down to what readers see."""
    from kg.reasoning.columns import read, run

    rules, facts = program(), read([Path(path)])
    return lambda: run(rules, facts).counts, lambda counts: counts


def compiled_with_reading(path: str) -> Job:
    """Read a file into columns and close it."""
    from kg.reasoning.columns import read, run

    rules = program()
    return lambda: run(rules, read([Path(path)])).counts, lambda counts: counts


def close(path: str, engine: str) -> Job:
    """Call ``kg.reasoning.close`` from Python triples to Python triples."""
    import kg.reasoning

    facts, ontology = triples(Path(path)), triples(ONTOLOGY)
    return (
        lambda: kg.reasoning.close(facts, ontology, engine=engine).inferred,
        lambda inferred: digest(one for one in inferred if not _is_axiom(one)),
    )


def packaged_owlrl(path: str) -> Job:
    """Expand an rdflib graph, read before, by owlrl as it comes."""
    import owlrl
    import rdflib

    def timed() -> int:
        graph = rdflib.Graph()
        for one in read:
            graph.add(one)
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
        return len(graph)

    read = rdflib.Graph().parse(path, format="nt")
    read.parse(ONTOLOGY)
    return timed, lambda count: {"triples": count}


def nemo_rules(path: str) -> Job:
    """Have nemo read and close a file, by the same compiled rules."""
    import nemo

    rules = program()
    return lambda: nemo.close(rules, Path(path)), lambda _: None


def agreement(path: str) -> Job:
    """Close a file by columns and by nemo and tell whether the two derive the same."""
    import nemo

    from kg.reasoning.columns import read, run
    from kg.reasoning.statements import as_triple

    rules = program()
    schema = {as_triple(one) for one in rules.schema}

    def timed() -> dict[str, int]:
        with TemporaryDirectory() as folder:
            other = nemo.close(rules, Path(path), Path(folder))
            theirs = _readable(triples(other), set(triples(Path(path)))) - schema
        mine = {one for one in run(rules, read([Path(path)])).inferred() if not _is_axiom(one)}
        mine -= schema
        return {
            "inferred": len(mine),
            "missing": len(theirs - mine),
            "extra": len(mine - theirs),
        }

    return timed, lambda counts: counts


def _reasoner(path: str) -> Any:
    """Return reasonable with a file and the ontology read; it takes files for Turtle only."""
    import reasonable

    reasoner = reasonable.PyReasoner()
    with TemporaryDirectory() as folder:
        turtle = Path(folder) / "graph.ttl"
        turtle.symlink_to(Path(path).resolve())
        reasoner.load_file(str(turtle))
    reasoner.load_file(str(ONTOLOGY))
    return reasoner


def reasonable_rules(path: str) -> Job:
    """Have reasonable close a file that it read before."""
    reasoner = _reasoner(path)
    return reasoner.reason_full, len


def reasonable_misses(path: str) -> Job:
    """Count what kg derives and reasonable does not."""
    from kg.reasoning.columns import read, run

    reasoner = _reasoner(path)

    def told(found: list[Any]) -> dict[str, int]:
        theirs = {" ".join(term.n3() for term in one) for one in found}
        mine = [one for one in run(program(), read([Path(path)])).inferred() if not _is_axiom(one)]
        return {"inferred": len(mine), "missing": sum(str(one) not in theirs for one in mine)}

    return reasoner.reason_full, told


# --- rows of the table ----------------------------------------------------------------------------


def against_owlrl(folder: Path, size: int) -> Row:
    """Compare with owlrl, which the closure must be equal to."""
    path = generated(folder, size)
    rules = measured("closing.compiled", path)
    whole = measured("closing.close", path, "compiled")
    mended = measured("closing.close", path, "owlrl")
    equal = whole.told == mended.told
    seconds, told = _owlrl(path)
    ratio = seconds / rules.seconds
    return Row(
        f"closure against owlrl at {size:,} triples",
        ">= 1,000 times, same triples",
        f"{ratio:,.0f} times",
        kept=ratio >= _TIMES_OWLRL and equal,
        equal=equal,
        details=(
            f"owlrl on a graph of rdflib: {told}; rules on columns {rules}",
            (
                f"kg's engine owlrl, mended and quicker, {mended}: "
                f"{mended.seconds / rules.seconds:,.0f} times; it is what the triples are held to"
            ),
            (
                f"from Python triples to Python triples, by kg.reasoning.close, {whole}: "
                f"{seconds / whole.seconds:,.0f} times owlrl, "
                f"{mended.seconds / whole.seconds:,.0f} times the mended one"
            ),
            f"{whole.told['triples']:,} triples follow, {_AGREE[equal]}",
        ),
    )


def _owlrl(path: Path) -> tuple[float, str]:
    try:
        sample = measured("closing.packaged_owlrl", path, limit=_PATIENCE)
    except Unfinished as end:
        return end.seconds, f"{end.reason}, so that the ratio is at least this"
    return sample.seconds, f"{sample}"


def against_packaged(folder: Path, size: int, smaller: int, limit: float) -> Row:
    """Compare with the packaged reasoners, and hold the closure to a second engine.

    Args:
        folder: where the graphs are.
        size: of the graph that is closed by all.
        smaller: of the graph at which results are compared.
        limit: how many seconds a packaged reasoner may take.
    """
    path, other_path = generated(folder, size), generated(folder, smaller)
    rules = measured("closing.compiled", path)
    reading = measured("closing.compiled_with_reading", path)
    gain, told = _reasonable(path, rules, limit)
    other_gain, other_told = _nemo(path, reading, limit)
    lacks = measured("closing.reasonable_misses", other_path).told
    same = measured("closing.agreement", other_path).told
    equal = same["missing"] == same["extra"] == 0
    return Row(
        f"closure against the best packaged reasoner at {size:,} triples",
        ">= 10 times, complete where that one is not",
        f"{gain:,.0f} times reasonable",
        kept=gain >= _TIMES_PACKAGED and equal,
        equal=equal,
        details=(
            f"rules on columns {rules}; with reading the file {reading}",
            (
                f"reasonable, an OWL 2 RL reasoner, reading not counted: {told}; "
                f"at {smaller:,} it misses {lacks['missing']:,} of {lacks['inferred']:,} triples"
            ),
            (
                f"nemo, a rule engine, given kg's compiled rules, with reading: {other_told}; "
                f"{other_gain:,.1f} times"
            ),
            (
                f"at {smaller:,} nemo derives {same['missing']:,} triples that kg does not, and "
                f"kg {same['extra']:,} that nemo does not, of {same['inferred']:,}"
            ),
        ),
    )


def _reasonable(path: Path, rules: Sample, limit: float) -> tuple[float, str]:
    try:
        sample = measured("closing.reasonable_rules", path, limit=limit)
    except Unfinished as end:
        return end.seconds / rules.seconds, end.reason
    return sample.seconds / rules.seconds, f"{sample}"


def _nemo(path: Path, reading: Sample, limit: float) -> tuple[float, str]:
    try:
        sample = measured("closing.nemo_rules", path, limit=limit)
    except Unfinished as end:
        return end.seconds / reading.seconds, end.reason
    return sample.seconds / reading.seconds, f"{sample}"


def against_parsing(folder: Path, size: int) -> Row:
    """Compare with merely parsing the same file."""
    path = generated(folder, size)
    rules, reading = (
        measured("closing.compiled", path),
        measured("closing.compiled_with_reading", path),
    )
    parsing = measured("closing.parse", path)
    share = rules.seconds / parsing.seconds
    return Row(
        f"closure against merely parsing the same file, at {size:,} triples",
        "<= 1",
        f"{share:.2f}",
        kept=share <= 1,
        equal=None,
        details=(
            f"pyoxigraph parses in {parsing}",
            (
                f"rules on columns {rules}; reading into columns and rules {reading}: "
                f"{reading.seconds / parsing.seconds:.2f}"
            ),
        ),
    )
