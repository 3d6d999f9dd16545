"""Regular expressions in queries: XPath's, as in shapes, whatever the engine would make of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sparql.regex import PatternError, matching
from notation import HEAD

FOUND = [
    ('"^[a-z-[aeiou]]+$"', "bb xyz"),
    ('"^\\\\p{Lu}"', "Éa"),
    ('"^\\\\p{IsLatin-1Supplement}"', "Éa"),
    ('"^\\\\i\\\\c*$"', "Éa a.b a_b bb xay xyz"),
    ('"^\\\\w+$"', "Éa bb xay xyz"),
    ('"^(b)\\\\1$"', "bb"),
    ('"a.b", "q"', "a.b"),
    ('"A . B", "xi"', "a.b a_b"),
    ("?pattern", "bb xyz"),
    ('CONCAT("^[x", "-z]+"), "i"', "xay xyz"),
]


@pytest.mark.parametrize(("arguments", "expected"), FOUND)
def test_a_query_reads_a_pattern_as_xpath_does(arguments, expected, cli, tmp_path):
    data = tmp_path / "data.ttl"
    data.write_text(
        HEAD + 'ex:a ex:v "Éa" , "xay", "xyz" , "a_b" , "bb" , "a.b" , "a\\n" .'
        'ex:pattern ex:is "^[a-z-[aeiou]]+$" .',
        encoding="utf-8",
    )
    query = (
        "PREFIX ex: <http://example.org/> SELECT ?v"
        f" {{ ex:pattern ex:is ?pattern . ex:a ex:v ?v FILTER REGEX(?v, {arguments}) }}"
    )
    answer = cli("query", "--ontology", "none", "--data", data, query, "--format", "csv")

    assert sorted(answer.out.split()[1:]) == sorted(expected.split()), answer.err


def test_replace_reads_its_pattern_as_xpath_does(cli, tmp_path):
    data = tmp_path / "data.ttl"
    data.write_text(HEAD + "ex:a ex:v 1 .", encoding="utf-8")
    query = (
        'SELECT (REPLACE("xayz", "[x-z-[y]]", "!") AS ?r) (REPLACE("a.b", ".", "$0", "q") AS ?q) {}'
    )
    answer = cli("query", "--ontology", "none", "--data", data, query, "--format", "csv")

    assert answer.out.splitlines()[1].split(",")[0] == "!ay!"


@given(st.text("ab1-[]^\\dwp{}()|?*+.,$Lu ", max_size=8), st.sampled_from(["", "i", "x", "s"]))
def test_every_text_is_a_pattern_or_refused(pattern, flags):
    texts = {"", "a", "ab", "1", "-", " "}
    try:
        found = matching(pattern, texts, flags)
    except PatternError:
        found = set()
    assert found <= texts


@given(st.text(max_size=6), st.text(max_size=6))
def test_a_literal_pattern_finds_its_text(text, around):
    assert matching(text, [around + text + around], "q") == {around + text + around}
    escaped = "".join(f"\\{one}" if one in r".\?*+{}()[]|^$-" else one for one in text)
    assert matching(f"^{escaped}$", [text]) == {text}
