"""Breaking the data is noticed: each fault by file and line, with what to do, losing nothing."""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pytest

from kg import resources
from kg.check import check

if TYPE_CHECKING:
    from collections.abc import Callable


class Fault(NamedTuple):
    """A way to break a file, and what is to be said of it, of the same file unless told."""

    name: str
    file: str
    old: str
    new: str
    code: int
    said: str
    where: str = ""


Group: TypeAlias = tuple[Fault, ...]

SEAT = "    rel:seat kg:bamako ;\n"
EMBASSY = (
    "kg:embassy-of-algeria-in-bamako a rel:Embassy ;\n"
    '    rdfs:label "Embassy of Algeria in Bamako"@en ;\n'
)
STATE = "    rel:predominantReligion kg:sunni-islam ;\n"
LINK = "wd:Q912\tMali"

#: Faults that stop a file from being read: exit code 2.
UNREADABLE = [
    Fault("unknown-prefix", "relations.ttl", SEAT, "    dipl:seat kg:bamako ;\n", 2, "prefix dipl"),
    Fault("merge-conflict", "relations.ttl", EMBASSY, "<<<<<<< HEAD\n" + EMBASSY, 2, "merge"),
    Fault("missing-semicolon", "relations.ttl", SEAT, SEAT.replace(" ;", ""), 2, "relations.ttl"),
    Fault("open-string", "claims.ttl", '"F050" ;', '"F050 ;', 2, "claims.ttl"),
    Fault("bad-iri", "sources.ttl", "<https://www.geonames.org/>", "<https:// geonames>", 2, "IRI"),
    Fault("unknown-curie-in-links", "wikidata.sssom.tsv", LINK, "wiki:Q912\tMali", 2, "wiki"),
    Fault("missing-column-in-links", "wikidata.sssom.tsv", "\t" + LINK, "", 2, "column"),
    Fault("unknown-language-tag", "relations.ttl", '"Mali"@en', '"Mali"@', 2, "relations.ttl"),
]

#: Faults that can be read but break the shapes, the citations, the links or the form: exit code 1.
WRONG = [
    Fault("impossible-date", "relations.ttl", '"2023-12-22"^^edtf:EDTF', '"2024-13-45"^^edtf:EDTF',
          1, "2024-13-45"),
    Fault("end-before-start", "relations.ttl", 'rel:latest "2012-12-31"', 'rel:latest "2011-12-31"',
          1, "2012-12-31|last day"),
    Fault("reversed-interval", "relations.ttl", '"2025-04-07/.."', '"2025-04-07/2025-04-01"',
          1, "2025-04-07/2025-04-01"),
    Fault("date-of-another-type", "relations.ttl", '"2023-12-22"^^edtf:EDTF',
          '"2023-12-22"^^xsd:date', 1, "EDTF"),
    Fault("seat-in-the-wrong-state", "relations.ttl", SEAT, "    rel:seat kg:oran ;\n",
          1, "receiving State"),
    Fault("two-sending-states", "relations.ttl", "    rel:sendingState kg:algeria ;\n.",
          "    rel:sendingState kg:algeria , kg:france ;\n.", 1, "sending State"),
    Fault("mission-without-seat", "relations.ttl", SEAT, "", 1, "seat"),
    Fault("missing-label", "relations.ttl", EMBASSY, EMBASSY.split("\n", 1)[0] + "\n", 1, "label"),
    Fault("fact-without-claim", "relations.ttl", STATE, STATE + "    rel:neighbours kg:france ;\n",
          1, "claim"),
    Fault("claim-without-fact", "relations.ttl", "    rel:numberOfHostages 7 ;\n", "",
          1, "F104", "claims.ttl"),
    Fault("number-of-another-value", "relations.ttl", "rel:numberOfHostages 7",
          "rel:numberOfHostages 0", 1, "at least 1"),
    Fault("share-over-one", "relations.ttl", "rel:minimumShare 0.01", "rel:minimumShare 1.5",
          1, "between 0 and 1"),
    Fault("contradicted-fact-asserted", "relations.ttl", "kg:constantine a rel:City ;",
          "kg:constantine a rel:CoastalCity ;", 1, "sea|contradicted"),
    Fault("term-that-does-not-exist", "relations.ttl", SEAT, "    rel:seats kg:bamako ;\n",
          1, "rel:seat"),
    Fault("event-without-actor", "relations.ttl", "    rel:actor kg:algeria ;\n    rel:bans",
          "    rel:bans", 1, "actor"),
    Fault("thing-of-disjoint-kinds", "relations.ttl", "kg:mali a rel:State ;",
          "kg:mali a rel:State , rel:Event ;", 1, "disjoint|State"),
    Fault("wrong-digest", "claims.ttl", "48cb43d20cd51589", "48cb43d20cd51588", 1, "digest"),
    Fault("digest-cut-short", "claims.ttl", '"48cb43d20cd51589', '"48cb43d2', 1, "64"),
    Fault("passage-ends-before-it-starts", "claims.ttl", "    oa:end 1196 ;\n",
          "    oa:end 1096 ;\n", 1, "end"),
    Fault("passage-past-the-text", "claims.ttl", "    oa:end 1196 ;\n", "    oa:end 9999 ;\n",
          1, "9999|extent|unit"),
    Fault("standing-that-does-not-exist", "claims.ttl",
          "    rel:standing rel:contradicted ;\n", "    rel:standing rel:wrong ;\n", 1, "standing"),
    Fault("claim-without-asserter", "claims.ttl",
          "    rdf:subject kg:algeria ;\n    rel:assertedBy kg:prime-minister-of-algeria ;\n",
          "    rdf:subject kg:algeria ;\n", 1, "assertedBy"),
    Fault("source-that-does-not-exist", "claims.ttl", "rel:evidence kg:source-natural-earth",
          "rel:evidence kg:source-natural-art", 1, "source"),
    Fault("claim-disputes-nothing", "claims.ttl", "rel:disputes kg:claim-f052",
          "rel:disputes kg:claim-f999", 1, "Claim|claim"),
    Fault("latitude-out-of-range", "reference.ttl", "wgs84:lat 36.73225", "wgs84:lat 136.73225",
          1, "latitude"),
    Fault("coordinates-without-source", "reference.ttl",
          "kg:embassy-of-algeria-in-bamako\n    dcterms:source kg:source-database-of-embassies ;\n",
          "kg:embassy-of-algeria-in-bamako\n", 1, "source"),
    Fault("unverified-link", "wikidata.sssom.tsv", LINK, "wd:Q66065\tMali", 1, "Q66065"),
    Fault("link-to-another-label", "wikidata.sssom.tsv", LINK, "wd:Q912\tMalawi", 1, "Malawi"),
    Fault("no-reason-for-no-link", "wikidata.sssom.tsv",
          "No public source read gives the item of the article itself.", "", 1, "reason|comment"),
    Fault("not-canonical", "relations.ttl", SEAT, SEAT + "\n", 1, "kg fmt"),
]  # fmt: skip

#: Only the source text tells that a well-formed digest is of another text.
_OF_THE_SOURCE = "wrong-digest"
_NAMED = {fault.name: fault for fault in WRONG}
#: Faults that are tried in one folder: none hides another, or is told in the words for another.
TOGETHER: list[Group] = [
    tuple(_NAMED[name] for name in names)
    for names in (
        # What contradicts itself is not looked at further.
        ("thing-of-disjoint-kinds",),
        ("claim-disputes-nothing", "fact-without-claim", "missing-label", "end-before-start",
         "unverified-link"),
        ("seat-in-the-wrong-state", "date-of-another-type", "digest-cut-short",
         "two-sending-states", "share-over-one", "link-to-another-label"),
        ("term-that-does-not-exist", "passage-past-the-text", "impossible-date",
         "reversed-interval", "standing-that-does-not-exist", "latitude-out-of-range"),
        ("not-canonical", "number-of-another-value", "contradicted-fact-asserted",
         "passage-ends-before-it-starts", "claim-without-asserter", "coordinates-without-source"),
        ("mission-without-seat", "wrong-digest", "source-that-does-not-exist",
         "claim-without-fact", "event-without-actor", "no-reason-for-no-link"),
    )
]  # fmt: skip


class Found(NamedTuple):
    """What a check found: its exit code, and the violations, a line each."""

    code: int
    violations: str


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return shutil.copytree(resources.data(), tmp_path / "data")


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def seed(folder: Path, fault: Fault) -> None:
    path = folder / fault.file
    text = path.read_text("utf-8")
    assert fault.old in text, f"{fault.name}: the file no longer holds what is to be broken"
    path.write_text(text.replace(fault.old, fault.new, 1), "utf-8")


def lines_naming(report: str, fault: Fault) -> list[str]:
    place = re.compile(rf"{re.escape(fault.where or fault.file)}:\d+")
    return [line for line in report.splitlines() if place.search(line)]


def test_at_least_25_faults_are_tried() -> None:
    assert len({fault.name for fault in [*UNREADABLE, *WRONG]}) >= 25


def test_unbroken_data_has_no_fault(data: Path) -> None:
    report = check([data])
    assert (report.exit_code, report.results) == (0, report.results)
    assert [str(r) for r in report.results if r.severity == "Violation"] == []


@pytest.mark.parametrize("fault", UNREADABLE, ids=lambda fault: fault.name)
def test_unreadable_file_is_refused_in_one_line(fault: Fault, data: Path) -> None:
    seed(data, fault)
    before = digests(data)
    report = check([data])
    assert report.exit_code == fault.code
    (line,) = str(report).splitlines()
    assert lines_naming(line, fault) == [line]
    assert re.search(fault.said, line)
    assert digests(data) == before


def told(fault: Fault, report: str) -> set[str]:
    """Return the lines that say what is wrong, of those that name the file."""
    return {line for line in lines_naming(report, fault) if re.search(fault.said, line)}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Group], Found]:
    """Check a folder with all faults of a group, once for all of them."""

    @functools.cache
    def found(group: Group) -> Found:
        data = shutil.copytree(resources.data(), tmp_path_factory.mktemp("broken") / "data")
        for fault in group:
            seed(data, fault)
        before = digests(data)
        article = os.environ.get("KG_ARTICLE") if _OF_THE_SOURCE in {x.name for x in group} else ""
        report = check([data], source_text=Path(article) if article else None)
        assert digests(data) == before
        violations = [str(one) for one in report.results if one.severity == "Violation"]
        return Found(report.exit_code, "\n".join(violations))

    return found


def test_every_fault_is_in_one_group() -> None:
    assert sorted(itertools.chain(*TOGETHER), key=WRONG.index) == WRONG


@pytest.mark.parametrize(
    ("fault", "group"),
    [pytest.param(fault, group, id=fault.name) for group in TOGETHER for fault in group],
)
def test_wrong_data_is_named_with_file_and_line(
    fault: Fault, group: Group, broken: Callable[[Group], Found], request: pytest.FixtureRequest
) -> None:
    if fault.name == _OF_THE_SOURCE:
        request.getfixturevalue("article")
    found = broken(group)

    assert found.code == fault.code
    lines = told(fault, found.violations)
    assert lines, found.violations
    # What is told of one is not told of another.
    assert all(lines.isdisjoint(told(other, found.violations)) for other in group if other != fault)


BYTES = {
    "truncated": (lambda content: content[: len(content) // 2], r"claims\.ttl:\d+"),
    "empty": (lambda _: b"", r"claims\.ttl: .*empty"),
    "only-prefixes": (
        lambda content: b"\n".join(x for x in content.split(b"\n") if x.startswith(b"@prefix")),
        r"claims\.ttl: .*no triples",
    ),
    "not-utf-8": (
        lambda content: content.replace(b"F050", b"F\xff50", 1),
        r"claims\.ttl:\d+.*UTF-8",
    ),
    "utf-16": (lambda content: content.decode().encode("utf-16"), r"claims\.ttl.*UTF-8"),
    "null-bytes": (lambda content: content[:400] + b"\0" * 40 + content[440:], r"claims\.ttl:\d+"),
    "html-instead": (lambda _: b"<!DOCTYPE html><html></html>\n", r"claims\.ttl:1"),
}


@pytest.mark.parametrize("name", sorted(BYTES))
def test_broken_bytes_are_refused_in_one_line(name: str, data: Path) -> None:
    break_bytes, said = BYTES[name]
    path = data / "claims.ttl"
    path.write_bytes(break_bytes(path.read_bytes()))
    before = digests(data)
    report = check([data])
    assert report.exit_code == 2
    (line,) = str(report).splitlines()
    assert re.search(said, line), line
    assert digests(data) == before


def test_every_broken_file_is_told_at_once(data: Path) -> None:
    for name in ("relations.ttl", "claims.ttl"):
        (data / name).write_text("kg:a kg:b .\n")
    report = check([data])
    assert report.exit_code == 2
    assert [line.split(":")[0].rpartition("/")[2] for line in str(report).splitlines()] == [
        "claims.ttl",
        "relations.ttl",
    ]


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    from kg.errors import ResourceNotFound

    with pytest.raises(ResourceNotFound, match="nowhere"):
        check([tmp_path / "nowhere"])


def test_asking_a_broken_graph_is_refused_in_one_line(cli, data: Path) -> None:
    seed(data, WRONG[4])
    answer = cli("query", "ASK {}", "--data", data)
    assert (answer.code, answer.raw) == (1, b"")
    assert "receiving State" in answer.err
    assert "Traceback" not in answer.err
