"""Large files: what follows is the same by whichever way it is derived."""

from __future__ import annotations

import pytest

import kg
from kg import bulk

FACTS = """
<http://example.org/recall> <https://w3id.org/relations-kg/ontology#actor> <http://example.org/a> .
<http://example.org/a> <https://w3id.org/relations-kg/ontology#actsFor> <http://example.org/A> .
<http://example.org/A> <http://www.w3.org/2002/07/owl#sameAs> <http://example.org/B> .
<http://example.org/A> <https://w3id.org/relations-kg/ontology#neighbours> <http://example.org/C> .
<http://example.org/C> <http://www.w3.org/2000/01/rdf-schema#label> "\u00c9tat \\"C\\"\\n"@fr .
_:b <https://w3id.org/relations-kg/ontology#partOf> <http://example.org/C> .
"""


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(bulk, "LARGE", 0)


def test_columns_give_the_bytes_that_a_dataset_gives(cli, tmp_path, monkeypatch):
    path = tmp_path / "facts.nt"
    path.write_text(FACTS, "utf-8")
    shipped = tmp_path / "shipped.nt"
    shipped.write_bytes(kg.load().serialize("nt", "asserted"))
    for file in (path, shipped):
        before = cli("infer", "--ontology", "kg", str(file))
        with monkeypatch.context() as patch:
            patch.setattr(bulk, "LARGE", 0)
            after = cli("infer", "--ontology", "kg", str(file))

        assert before.code == after.code == 0
        assert before.raw
        assert sorted(before.raw.splitlines()) == sorted(after.raw.splitlines())


@pytest.mark.usefixtures("large")
def test_a_file_with_claims_is_weighed_as_ever(cli, tmp_path):
    path = tmp_path / "claims.nt"
    claim = "https://w3id.org/relations-kg/ontology#Claim"
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    path.write_text(f"<http://example.org/c> <{kind}> <{claim}> .\n", "utf-8")

    answer = cli("infer", str(path))

    assert answer.code == 0
    assert b"example.org/c" not in answer.raw


@pytest.mark.usefixtures("large")
def test_what_is_wrong_is_told_and_nothing_is_written(cli, tmp_path):
    broken, target = tmp_path / "broken.nt", tmp_path / "out.nt"
    broken.write_text(FACTS + "<http://example.org/a> nonsense .\n", "utf-8")
    same = tmp_path / "same.nt"
    code = "https://w3id.org/relations-kg/ontology#isoCode"
    same.write_text("".join(f'<http://example.org/a> <{code}> "{one}" .\n' for one in ("DZ", "ML")))

    malformed = cli("infer", str(broken), "-o", str(target))
    contradicting = cli("infer", "--ontology", "kg", str(same), "-o", str(target))
    hurried = cli(
        "infer", "--ontology", "kg", str(same), "-o", str(target), "--max-seconds", "0.000001"
    )

    assert malformed.code == 2
    assert f"{broken}:8:" in malformed.err
    assert contradicting.code == 1
    assert "dt-diff" in contradicting.err
    assert hurried.code == 2
    assert "--max-seconds" in hurried.err
    assert not target.exists()


def test_only_large_files_seen_as_reported_are_closed_in_columns(tmp_path, monkeypatch):
    path = tmp_path / "facts.nt"
    path.write_text(FACTS, "utf-8")

    assert bulk.closure([path]) is None
    monkeypatch.setattr(bulk, "LARGE", path.stat().st_size)
    assert bulk.closure([path], ["kg"]).counts["inferred"] > 0
    assert bulk.closure([path], viewpoint="undisputed") is None
