"""Write into docs/how-kg-is-tested.md the numbers that the tests give.

Each block between ``<!-- numbers: NAME -->`` and ``<!-- end -->`` is made anew. What is known of
the conformance suites is read where ``$KG_SUITES`` names their folder, and left as it is elsewhere.

    python tools/tested.py
"""

from __future__ import annotations

import csv
import importlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "how-kg-is-tested.md"
BLOCK = re.compile(r"(<!-- numbers: (\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)
#: A test that stands for a row of the table of abuses begins its name or its case with the number.
ROW = re.compile(r"test_abuse\w*\.py::(?:test_(\d+)_|\w+\[(\d+)-)")

#: What kinds of tests there are, and the files of each; a file that is in none is in the last.
KINDS = {
    "two engines, one answer": ("engines", "closure", "columns", "catalogue", "validation_engines"),
    "a proof, and a checker of proofs": ("derivation", "explain"),
    "a change, and all made anew": ("increment", "increments", "edit", "changes"),
    "data and ontology": ("data", "ontology", "citations", "quality", "profile", "viewpoints"),
    "broken data, disks and processes": (
        *("faults", "check", "shapes", "files", "snapshot", "writers", "interrupts"),
    ),
    "files of others": (
        *("foreign_files", "relative_iris", "prefixes_of_files", "named_graphs", "streams"),
        *("union_default_graph", "published", "sources", "check_own", "regex", "equal_values"),
    ),
    "the protocols of the web": (
        *("protocol", "graph_store", "service_description", "clients", "sparql_suites"),
        *("addresses", "stopping", "access", "serving", "web_static", "web_forms", "vendor"),
    ),
    "Wikidata, and tables of others": (
        *("wikidata_client", "link", "wikidata_view", "wikidata_rewriting", "federation"),
        *("wikidata_edges", "wikidata_service", "quickstatements", "sssom_edges"),
        *("reconciliation", "sssom", "sssom_forms", "import_missions", "import_rows"),
    ),
    "abuse": ("abuse", "abuse_data", "abuse_http", "abuse_limits"),
    "load": ("load",),
    "a real browser": ("browser_pages", "browser_paths", "browser_keyboard", "browser_hostile"),
    "documents and packaging": (
        "recipes",
        "demo",
        "docs",
        "how_tested",
        "wheel",
        "imports",
        "bench",
    ),
    "examples in the code": (),
    "each part by itself": (),
}
EXAMPLES, REST = list(KINDS)[-2:]


def collected() -> list[str]:
    """Return the name of every test, as pytest finds them where no suite is named."""
    environment = {name: value for name, value in os.environ.items() if name != "KG_SUITES"}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        sys.exit(f"the tests cannot be collected:\n{done.stdout[-2000:]}{done.stderr}")
    return [line for line in done.stdout.splitlines() if "::" in line]


def kinds(names: list[str]) -> str:
    """Count the tests of each kind."""
    counts = Counter(_kind(name.partition("::")[0]) for name in names)
    laws = sum(len(re.findall(r"^ *@given", text, re.MULTILINE)) for text in _sources())
    return _table(
        ("what is tested", "tests"),
        [(kind, f"{counts[kind]:,}") for kind in KINDS if counts[kind]],
        f"{len(names):,} tests in all, of which {laws} are laws: each is tried on many examples "
        "that [Hypothesis](https://hypothesis.readthedocs.io) makes up.\n",
    )


def faults(_: list[str]) -> str:
    """Count the ways in which data are broken."""
    shapes, seeded, check = map(_module, ("test_shapes", "test_faults", "test_check"))
    return _table(
        ("what is broken", "ways"),
        [
            ("each message of the shapes, drawn by the smallest graph", len(shapes.BROKEN)),
            ("the graph that kg ships, so that it is wrong", len(seeded.WRONG)),
            ("the graph that kg ships, so that it cannot be read", len(seeded.UNREADABLE)),
            ("its bytes", len(seeded.BYTES)),
            ("a small graph, so that a check finds it", len(check.BREAKS)),
            ("a small graph, so that it does not parse", len(check.UNREADABLE)),
        ],
    )


def suites(_: list[str]) -> str:
    """Tell of each conformance suite how many cases come out as it says, and name the others."""
    folder = Path(os.environ["KG_SUITES"])
    exchanges, read = _module("exchanges"), _module("suites")
    closure, validation = _module("test_closure"), _module("test_shacl_suite")
    sssom = _module("test_sssom").NOT_READ
    sparql = folder / "sparql11"

    def cases(manifest: str) -> int:
        return len(exchanges.cases(sparql / manifest))

    matching = _module("test_reconciliation")
    matched = len([*matching.examples("valid"), *matching.examples("invalid")])
    mappings = list((folder / "sssom" / "schema").glob("*.sssom.tsv"))
    asked = _module("test_sparql_suites")
    known: list[tuple[str, int, dict[str, str]]] = [
        *asked.counted(),
        ("SPARQL 1.1 Protocol, where updates are taken", cases("protocol/manifest.ttl"), {}),
        (
            "SPARQL 1.1 Graph Store Protocol, graphs named by a parameter",
            cases("graph-store-protocol/manifest-indirect.ttl"),
            {},
        ),
        ("SPARQL 1.1 Service Description", 3, {}),
        (
            "OWL 2 RL, positive, negative and inconsistent",
            len(read.owl_cases()),
            closure.NOT_DERIVED,
        ),
        ("SHACL Core and SPARQL", _shacl(read, folder), validation.KNOWN),
        ("SSSOM, examples of each slot, read strictly", len(mappings), sssom),
        (
            "SSSOM, all examples, through TSV, JSON and Turtle",
            len(_module("test_sssom_forms").examples()),
            {},
        ),
        ("Reconciliation API 0.2, examples", matched, {}),
    ]
    table = _table(
        ("suite", "cases", "as it says"),
        [(name, size, size - len(others)) for name, size, others in known],
    )
    listed = [
        f"- {name}: `{case}`, for {reason}\n"
        for name, _, others in known
        for case, reason in sorted(others.items())
    ]
    return f"{table}\nNot as the suite says, by name, and why:\n\n{''.join(listed)}"


def abuse(names: list[str]) -> str:
    """Tell of each case of abuse how many tests stand for it, or why none does."""
    counts = Counter(row for name in names if (row := row_of(name)) is not None)
    lines = []
    for case in cases_of_abuse():
        number = int(case["row"])
        tests = counts.pop(number, 0) + sum(
            sum(name.startswith(other) for name in names) for other in case["also"].split()
        )
        if bool(tests) is bool(case["not_tested"]):
            sys.exit(f"case {number} of tests/abuse.tsv needs a test, or a reason for none")
        expected = case["expected"] or f"not tested: {case['not_tested']}"
        lines.append((number, case["case"], expected, tests or "-"))
    if counts:
        sys.exit(f"tests/abuse.tsv has no case {sorted(counts)}")
    tested = sum(1 for line in lines if line[3] != "-")
    head = f"{tested} of the {len(lines)} cases have tests.\n\n"
    return head + _table(("", "case", "what is expected", "tests"), lines)


def row_of(name: str) -> int | None:
    """Return the case of abuse that a test stands for.

    >>> row_of("tests/test_abuse.py::test_load_is_refused[8-load]")
    8
    >>> row_of("tests/test_abuse_http.py::test_49_cells_come_back_as_they_were")
    49
    """
    found = ROW.search(name)
    return int(found[1] or found[2]) if found else None


def cases_of_abuse() -> Iterator[dict[str, str]]:
    """Yield the cases of abuse, by their columns."""
    with (TESTS / "abuse.tsv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


BLOCKS: dict[str, Callable[[list[str]], str]] = {
    "kinds": kinds,
    "faults": faults,
    "suites": suites,
    "abuse": abuse,
}


def page(text: str) -> str:
    """Return the page with its numbers as they are now."""
    names = collected()

    def made(block: re.Match[str]) -> str:
        if block[2] == "suites" and "KG_SUITES" not in os.environ:
            return block[0]
        return f"{block[1]}\n{BLOCKS[block[2]](names)}\n"

    return BLOCK.sub(made, text)


def _kind(path: str) -> str:
    if path.startswith("src/"):
        return EXAMPLES
    name = Path(path).stem.removeprefix("test_")
    return next((kind for kind, files in KINDS.items() if name in files), REST)


def _sources() -> Iterator[str]:
    return (path.read_text("utf-8") for path in sorted(TESTS.glob("test_*.py")))


def _module(name: str) -> Any:
    """Import a module of the tests, which knows what it tries."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    return importlib.import_module(name)


def _shacl(read: Any, folder: Path) -> int:
    return sum(1 for _ in read.ShaclSuite(folder / "shacl").cases())


def _table(heads: tuple[str, ...], rows: Iterable[tuple[object, ...]], foot: str = "") -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    text = "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
    return f"{text}\n{foot}" if foot else text


def main() -> None:
    """Rewrite the page if it tells of other numbers."""
    text = PAGE.read_text("utf-8")
    new = page(text)
    if new != text:
        PAGE.write_text(new, "utf-8")
        print(f"{PAGE.relative_to(ROOT)}: rewritten")


if __name__ == "__main__":
    main()
