"""Queries: answered as SPARQL says, and refused before anything is fetched, changed or crashed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from kg.errors import KgError, Misuse, ParseFailure, QueryRefused, UnknownName
from kg.namespaces import GRAPH
from kg.results import Boolean, GraphResult, Solutions
from kg.sparql import check, evaluate, form
from kg.sparql.guard import _MOST_BYTES, _MOST_LINKS, read
from kg.sparql.tokens import MOST_BRACKETS

A, B = NamedNode("http://example.org/a"), NamedNode("http://example.org/b")


@pytest.fixture
def store():
    """One triple in each of two graphs, and one in the default graph."""
    store = Store()
    for text, graph in (("one", GRAPH.asserted), ("two", GRAPH.claims), ("none", DefaultGraph())):
        store.add(Quad(A, B, Literal(text), graph))
    return store


@pytest.fixture(scope="module")
def trap():
    """A port on which connections are counted, and nothing is ever answered."""

    class Trap:
        connections = 0

    with socket.create_server(("127.0.0.1", 0)) as server:
        trap = Trap()
        trap.url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def listen():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                trap.connections += 1
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield trap


def one_triple():
    store = Store()
    store.add(Quad(A, B, A))
    return store


def in_subprocess(code, text, timeout=20):
    """Run code in a Python of its own, which may die; the query is its standard input."""
    return subprocess.run(
        [sys.executable, "-c", code],
        input=text,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def values(result, variable="o"):
    return sorted(row[variable].value for row in result)


# --- what is answered ---------------------------------------------------------------------------


def test_all_graphs_are_asked_as_one(store):
    assert values(evaluate(store, "SELECT ?o { ?s ?p ?o }")) == ["none", "one", "two"]


def test_ask_gives_a_boolean(store):
    result = evaluate(store, "ASK { ?s ?p 'one' }")

    assert isinstance(result, Boolean)
    assert result
    assert not evaluate(store, "ASK { ?s ?p 'three' }")


def test_construct_and_describe_give_a_graph_of_distinct_triples(store):
    construct = evaluate(store, "CONSTRUCT { ?s a rdfs:Resource } { ?s ?p ?o }")
    describe = evaluate(store, "DESCRIBE <http://example.org/a>")

    assert isinstance(construct, GraphResult)
    assert [str(triple.object.value)[-8:] for triple in construct] == ["Resource"]
    assert [triple.object.value for triple in describe] == ["none", "one", "two"]


def test_prefixes_of_kg_need_no_declaration_and_may_be_declared_otherwise():
    assert evaluate(Store(), "ASK { FILTER(wd:Q1 = <http://www.wikidata.org/entity/Q1>) }")
    assert evaluate(Store(), "PREFIX wd: <urn:x:> ASK { FILTER(wd:Q1 = <urn:x:Q1>) }")


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("FROM graph:asserted", ["one"]),
        ("FROM <https://w3id.org/relations-kg/graph/claims>", ["two"]),
        ("FROM graph:asserted FROM graph:claims", ["one", "two"]),
        ("from named graph:asserted", []),
        ("FROM NAMED graph:asserted FROM graph:claims", ["two"]),
    ],
)
def test_from_names_the_graphs_that_are_asked(store, clause, expected):
    assert values(evaluate(store, f"SELECT ?o {clause} {{ ?s ?p ?o }}")) == expected


def test_from_named_is_the_dataset_of_graph(store):
    query = "SELECT ?o FROM NAMED graph:claims { GRAPH ?g { ?s ?p ?o } }"

    assert values(evaluate(store, query)) == ["two"]


@pytest.mark.parametrize(
    "prologue",
    [
        "PREFIX g: <https://w3id.org/relations-kg/graph/> SELECT ?o FROM g:asserted",
        "PREFIX : <https://w3id.org/relations-kg/gr> SELECT ?o FROM :aph\\/asserted",
        "BASE <https://w3id.org/relations-kg/graph/> SELECT ?o FROM <asserted>",
        "BASE <https://w3id.org/> BASE </relations-kg/> SELECT ?o FROM <graph/asserted>",
        "BASE <https://w3id.org/> PREFIX g: <relations-kg/graph/> SELECT ?o FROM g:asserted",
        r"SELECT ?o FROM <https://w3id.org/relations-kg/graph/\u0061sserted>",
        r"SELECT ?o FROM <https://w3id.org/relations-kg/graph/\U00000061sserted>",
    ],
)
def test_from_is_resolved_as_the_query_declares(store, prologue):
    assert values(evaluate(store, prologue + " { ?s ?p ?o }")) == ["one"]


def test_byte_order_mark_is_no_part_of_the_query(store):
    assert evaluate(store, "\ufeffASK { ?s ?p ?o }")


# --- values for variables -----------------------------------------------------------------------


def test_binding_is_a_value_and_never_text_of_the_query(store):
    attempt = Literal('none" . ?s ?p ?o } #')
    query = "SELECT ?o ?s { ?s ?p ?o }"

    assert len(evaluate(store, query, bindings={"o": attempt})) == 0
    assert len(evaluate(store, query, bindings={"o": Literal("one")})) == 1


def test_bindings_are_the_parameters_of_the_rows(store):
    result = evaluate(store, "SELECT ?o ?s { ?s ?p ?o }", bindings={"o": Literal("one")})

    assert result.parameters == {"o": Literal("one")}
    assert values(result) == ["one"]


def test_binding_of_a_variable_that_is_not_projected_is_refused_with_the_remedy(store):
    with pytest.raises(Misuse, match=r"must project it \(SELECT \?o …\)"):
        evaluate(store, "SELECT ?s { ?s ?p ?o }", bindings={"o": Literal("one")})


@pytest.mark.parametrize("query", ["ASK { %s }", "CONSTRUCT { ?s ?p ?o } { %s }"])
def test_ask_and_construct_take_bindings_in_a_pattern(store, query):
    pattern = "VALUES ?x { UNDEF } ?s ?p ?o FILTER(?o = ?x)"
    bound = evaluate(store, query % pattern, bindings={"x": Literal("one")})

    assert bool(bound) if isinstance(bound, Boolean) else len(bound) == 1
    with pytest.raises(Misuse, match="VALUES"):
        evaluate(store, query % "?s ?p ?o FILTER(?o = ?x)", bindings={"x": Literal("one")})


@pytest.mark.parametrize("bindings", [{"a b": Literal("x")}, {"o": "x"}])
def test_binding_that_is_no_variable_or_no_term_is_refused(store, bindings):
    with pytest.raises(Misuse):
        evaluate(store, "SELECT ?o { ?s ?p ?o }", bindings=bindings)


# --- what is not SPARQL -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT", 'q.rq:1:7: not understood at the end; expected "$", "(", "*", "?"'),
        ("SELEC ?x {}", 'q.rq:1:1: not understood near "SELEC ?x {}"'),
        ("ASK {\n  ?s ?p é }", 'q.rq:2:3: not understood near "?s ?p é }"'),
        (
            "ASK { ?s ?p ?o . ?s rdfs:label }",
            """q.rq:1:32: not understood near "}"; expected "$", "'", "'''", "(", "*", "+" or 15 others""",  # noqa: E501
        ),
        (
            "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }",
            "q.rq:1:40: The SELECT contains a variable that is unbound",
        ),
        (
            "ASK { ?s <algeria> ?o }",
            "q.rq:1:10: the IRI <algeria> is not whole; write it in full, or as prefix:name",
        ),
        ("ASK { ?s ?p 'a }", "q.rq:1:13: the string that begins with ' here is not closed"),
        ('ASK { ?s ?p "a\n" }', 'q.rq:1:13: the string that begins with " here is not closed'),
        ('ASK { ?s ?p """a" }', 'q.rq:1:13: the string that begins with " here is not closed'),
        ("ASK {\n FILTER(1 = 2 }", 'q.rq:2:15: "}" does not close the "(" of 2:8'),
        ("ASK {}}", 'q.rq:1:7: "}" closes nothing'),
        ("ASK { {}", 'q.rq:1:5: "{" is not closed'),
        ("", "q.rq: the query is empty"),
        ("# nothing", "q.rq: the query is empty"),
        ("ASK { ?s ?p '\ud800' }", "q.rq:1:14: half of a surrogate pair is no character"),
        # The IRIs in parentheses reach the engine longer than they are: the place is still right.
        (
            "ASK { VALUES (?a ?b) { (<urn:a#b> <urn:c'd>) } } LIMIT -1",
            'q.rq:1:56: not understood near "-1"',
        ),
    ],
)
def test_syntax_error_names_place_and_reason(text, message):
    with pytest.raises(ParseFailure) as refused:
        evaluate(Store(), text, source="q.rq")

    assert str(refused.value) == message


def test_unknown_prefix_is_refused_with_close_matches():
    with pytest.raises(UnknownName, match=r'no prefix "skso"; did you mean skos'):
        evaluate(Store(), "ASK { ?s skso:broader ?o }")
    with pytest.raises(UnknownName, match="declare it: PREFIX : <…>"):
        evaluate(Store(), "ASK { ?s :broader ?o }")


def test_unknown_function_is_refused_by_name():
    with pytest.raises(UnknownName, match='no function "kg:distance"'):
        evaluate(Store(), "ASK { FILTER(kg:distance(1)) }")


def test_form_tells_the_kind_and_what_is_projected():
    assert form("SELECT ?b (1 AS ?a) { ?b ?p ?o }") == ("SELECT", ("b", "a"))
    assert form("ASK {}") == ("ASK", ())
    assert form("DESCRIBE kg:mali FROM graph:nowhere") == ("GRAPH", ())


def test_suite_of_w3c_is_refused_only_where_the_engine_refuses_it(suites):
    texts = [path.read_text("utf-8") for path in (suites / "sparql11").rglob("*.rq")]
    wrong = []
    for text in texts:
        try:
            Store().query(text)
        except (SyntaxError, RuntimeError):
            continue
        try:
            form(text)
        except KgError as error:
            wrong.append(str(error).partition(";")[0])

    assert len(texts) > 200
    assert wrong == []


# --- nothing is fetched -------------------------------------------------------------------------

# Clauses that the engine reads as a SERVICE, each with the declarations it needs.
SERVICES = [
    "SERVICE <URL> { ?s ?p ?o }",
    "service <URL> {}",
    "SERVICE SILENT <URL> { ?s ?p ?o }",
    "VALUES ?x { <URL> } SERVICE ?x { ?s ?p ?o }",
    "SERVICE e:x { ?s ?p ?o }",
    "OPTIONAL { SERVICE <URL> {} }",
    "FILTER EXISTS { SERVICE <URL> {} }",
    "{ SELECT * { SERVICE <URL> {} } }",
    "#\rSERVICE <URL> {}",
    # The engine needs no blank around keywords.
    "PREFIX SERVICEe: <URL> $ SERVICEe:x{}",
    "PREFIX SERVICESILENTe: <URL> $ SERVICESILENTe:x{}",
    "PREFIX SERVICE: <URL> PREFIX : <URL> $ SERVICE:x{}",
    "?s ?p trueSERVICE <URL> {}",
    "PREFIX trueSERVICEe: <URL> $ ?s ?p trueSERVICEe:x{}",
    "?s ?p 1SERVICE <URL> {}",
    "?s ?p 1.SERVICE <URL> {}",
    "?s ?p 'x'SERVICE <URL> {}",
    "?s ?p '\\u0027'SERVICE <URL> {}",
    "?s ?p e:a\\'b . SERVICE <URL> {} #'\n",
]
# Clauses that hide one behind what is an IRI by the longest match of the grammar, and a comparison
# or the beginning of a triple term to the engine.
HIDDEN = [
    "?s ?p ?o FILTER(1<'x>')SERVICE<URL>{}#'\n",
    "?s ?p ?o FILTER(1<<http://x#>)SERVICE<URL>{}",
    "?s ?p ?o FILTER(1<<http://x'>)SERVICE<URL>{}#'\n",
    '<<e:a#>"""\n ?p ?o>> ?q ?z . SERVICE <URL> {} #"""\n',
    "VALUES ?x { <URL> } FILTER(1<?x)SERVICE?x#>\n{}",
    "VALUES ?x { <URL> } FILTER(1<e:b)SERVICE?x#>\n{}",
]


def declared(clause, url):
    """Return a query with a clause, which may bring declarations before a dollar sign."""
    prologue, _, pattern = clause.rpartition("$")
    return f"PREFIX e: <URL> {prologue} ASK {{ {pattern} }}".replace("URL", url)


@pytest.mark.parametrize("clause", SERVICES)
def test_service_is_refused_and_nothing_is_asked(store, trap, clause):
    before = trap.connections

    with pytest.raises(QueryRefused, match="SERVICE"):
        evaluate(store, declared(clause, trap.url))

    time.sleep(0.01)
    assert trap.connections == before


@pytest.mark.parametrize("clause", HIDDEN)
def test_service_that_hides_is_refused_and_nothing_is_asked(store, trap, clause):
    before = trap.connections

    with pytest.raises((QueryRefused, ParseFailure)):
        evaluate(store, declared(clause, trap.url))

    time.sleep(0.01)
    assert trap.connections == before


@pytest.mark.parametrize("clause", [SERVICES[0], SERVICES[9], SERVICES[12], *HIDDEN[:4]])
def test_engine_itself_would_connect(store, trap, clause):
    """Without this, the trap could be one that nothing ever falls into."""
    before = trap.connections

    with suppress(OSError):
        bool(store.query(declared(clause, trap.url), use_default_graph_as_union=True))

    time.sleep(0.05)
    assert trap.connections > before


@pytest.mark.parametrize("tag", ["@enSERVICE", "@en--ltrSERVICE", "@a-SERVICE", "@SERVICE"])
def test_language_tag_takes_what_follows_it(store, trap, tag):
    before = trap.connections

    with pytest.raises(ParseFailure):
        evaluate(store, declared(f"?s ?p 'x'{tag} <URL> {{}}", trap.url))

    assert trap.connections == before
    assert isinstance(evaluate(store, "ASK { ?s ?p 'x'@service }"), Boolean)


def test_service_is_said_to_be_refused_even_where_it_is_silent():
    with pytest.raises(
        QueryRefused, match=r"^query:1:7: SERVICE is refused: kg asks no other server"
    ):
        check("ASK { SERVICE SILENT <http://example.org/> {} }")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *[
                    "FILTER(1<",
                    "FILTER(?o<=",
                    "FILTER(1<<http://x#>)",
                    "FILTER(?o<'x>')",
                    "BIND(1<",
                ],
                *[
                    "VALUES ?x {",
                    "VALUES (?x ?y) {(",
                    "?s ?p (",
                    "<<",
                    "<<(",
                    "?s ?p ",
                    "?s ?p ?o.",
                ],
                *[
                    "'",
                    '"',
                    "'''",
                    '"""',
                    "#",
                    "#>",
                    "\n",
                    "\r",
                    "\\'",
                    "\\u0027",
                    ")",
                    "(",
                    "]",
                    "[",
                ],
                *[
                    "{",
                    "}",
                    "<",
                    ">",
                    "<a:b#>",
                    "<?b#>",
                    "e:a",
                    "e:a\\'",
                    "e:%27",
                    "_:a",
                    "@en",
                    "true",
                ],
                *[
                    "1",
                    ".",
                    ";",
                    " ",
                    " ",
                    "a",
                    "BASE <http://x/> ",
                    "OPTIONAL{",
                    "GRAPH ?g{",
                    "?x",
                    "&&",
                ],
            ]
        ),
        max_size=8,
    ),
    st.sampled_from(["SERVICE", "service ", "SERVICESILENT", "SERVICE#\n"]),
    st.sampled_from(["<URL>", "?x", "e:x", "<URL#>"]),
    st.lists(
        st.sampled_from(["{}", "#'\n{}", '#"\n{}', "}", ")", "'", '"', "?s ?p ?o"]), max_size=5
    ),
)
def test_no_text_makes_the_engine_connect(trap, before, keyword, target, after):
    head = "PREFIX e: <URL> ASK { VALUES ?x { <URL> } "
    text = (head + "".join([*before, keyword, target, *after])).replace("URL", trap.url)
    count = trap.connections

    with suppress(KgError):
        evaluate(one_triple(), text)

    assert trap.connections == count


WORDS = st.sampled_from(["service", "SERVICE", "Service", "aservicea", "SERVICE SILENT"])


@given(
    WORDS,
    st.sampled_from(
        [
            "ASK {{ ?s ?p '{}' }}",
            'ASK {{ ?s ?p "{} <http://x/> {{}}"@en }}',
            "ASK {{ ?s ?p '''\n{} '' {{' ''' }}",
            'ASK {{ ?s ?p """a"{}"""  }}',
            "ASK {{ ?s ?p ?o }} # {} <http://x/>",
            "# ' {}\nASK {{ ?s ?p ?o }}",
        ]
    ),
)
def test_service_in_a_literal_or_comment_is_no_reason_to_refuse(word, template):
    assert isinstance(evaluate(Store(), template.format(word)), Boolean)


@given(
    WORDS.filter(lambda word: " " not in word),
    st.sampled_from(
        [
            "ASK {{ ?s <http://x/{}> ?o }}",
            "ASK {{ ?s ?p <urn:{}> }}",
            "ASK {{ FILTER(?x = <http://x/{}#a> || ?x < <urn:{}:b>) }}",
            "ASK {{ VALUES (?a ?b) {{ (<urn:{}#x> <urn:a/{}>) }} }}",
            "ASK {{ ?s (<urn:{}#x>/<urn:a/{}>)* ?o }}",
            "BASE <http://x/> ASK {{ ?s ?p <#{}> }}",
            "ASK {{ ?{} ?p ${} }}",
            "ASK {{ FILTER(?{}<2&&?{}>1) }}",
            "ASK {{ ?s kg:{} kg:a.{} }}",
            "ASK {{ _:{} ?p _:a-{} }}",
            r"ASK {{ ?s kg:{}\'{} ?o }}",
        ]
    ),
)
def test_service_in_an_iri_variable_or_local_name_is_no_reason_to_refuse(word, template):
    assert isinstance(evaluate(Store(), template.format(word, word)), Boolean)


def test_prefix_that_the_engine_could_read_as_service_is_refused_with_the_remedy():
    with pytest.raises(
        QueryRefused, match=r'the prefix "myservice" is refused: .*rename the prefix'
    ):
        check("PREFIX myservice: <urn:x:> ASK { ?s myservice:a ?o }")


@pytest.mark.parametrize("name", ["<file:///etc/passwd>", "<URL>", "<http://example.org/>"])
@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_of_a_graph_that_is_not_there_is_refused_with_those_that_are(
    store, trap, name, clause
):
    before = trap.connections
    query = f"SELECT * {clause} {name} {{ ?s ?p ?o }}".replace("URL", trap.url)

    with pytest.raises(
        UnknownName, match="kg fetches none, and holds graph:asserted, graph:claims"
    ):
        evaluate(store, query)

    assert trap.connections == before


def test_mistyped_graph_gets_its_close_match(store):
    with pytest.raises(UnknownName, match=r'no graph "graph:asserte"; did you mean graph:asserted'):
        evaluate(store, "ASK FROM graph:asserte {}")


def test_no_query_opens_a_file_or_a_socket(tmp_path, trap):
    """Python's own calls are seen by an audit hook, the engine's by a pipe that would block it."""
    pipe = tmp_path / "pipe.ttl"
    os.mkfifo(pipe)
    queries = [
        *[
            f"SELECT * {clause} <{name}> {{ ?s ?p ?o }}"
            for clause in ("FROM", "FROM NAMED", "FROM graph:asserted FROM")
            for name in (pipe.as_uri(), "file:///etc/passwd", trap.url)
        ],
        f"ASK {{ GRAPH <{pipe.as_uri()}> {{ ?s ?p ?o }} }}",
        f"DESCRIBE <{pipe.as_uri()}>",
        f"LOAD <{pipe.as_uri()}>",
        f"LOAD SILENT <{trap.url}> INTO GRAPH graph:asserted",
        f"ASK {{ SERVICE <{trap.url}> {{}} }}",
        f"ASK {{ SERVICE SILENT <{pipe.as_uri()}> {{}} }}",
        f"ASK {{ VALUES ?x {{ <{trap.url}> }} SERVICE ?x {{}} }}",
    ]
    code = """
import json, sys
from pyoxigraph import Literal, NamedNode, Quad, Store
from kg.errors import KgError
from kg.namespaces import GRAPH
from kg.sparql import evaluate
import urllib.parse, difflib
queries = json.loads(sys.stdin.read())
node = NamedNode("http://example.org/a")
store = Store()
store.add(Quad(node, node, node, GRAPH.asserted))
seen, answers = [], []
sys.addaudithook(lambda event, args: seen.append((event, repr(args)))
                 if event in ("open", "socket.connect", "socket.getaddrinfo") else None)
for query in queries:
    try:
        answers.append(type(evaluate(store, query)).__name__)
    except KgError as error:
        answers.append(type(error).__name__)
print(json.dumps([seen, answers]))
"""
    before = trap.connections
    done = in_subprocess(code, json.dumps(queries))

    assert done.returncode == 0, done.stderr
    seen, answers = json.loads(done.stdout)
    assert seen == []
    assert trap.connections == before
    refused = ["QueryRefused"] * 5
    assert answers == ["UnknownName"] * 9 + ["Boolean", "GraphResult"] + refused


# --- nothing is changed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { kg:a kg:b kg:c }",
        "# a comment\nPREFIX x: <urn:x:> BASE <urn:y:>\ndelete where { ?s ?p ?o }",
        "LOAD <file:///etc/passwd>",
        "CLEAR ALL",
        "DROP GRAPH graph:asserted",
        "CREATE GRAPH <urn:x:g>",
        "COPY graph:asserted TO graph:claims",
        "MOVE graph:asserted TO graph:claims",
        "ADD graph:asserted TO graph:claims",
        "WITH graph:asserted DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "\ufeffINSERT DATA {}",
    ],
)
def test_update_is_refused_and_the_store_is_as_before(store, text):
    before = set(store)

    with pytest.raises(QueryRefused, match="kg only reads"):
        evaluate(store, text)

    assert set(store) == before


@pytest.mark.parametrize("word", ["insert", "delete", "load", "drop"])
def test_words_of_updates_are_fine_elsewhere(word):
    assert evaluate(Store(), f"SELECT ?{word} {{ ?{word} kg:{word} '{word}' }}").rows == ()


# --- nothing crashes ----------------------------------------------------------------------------


def nested(levels):
    return "ASK " + "{" * levels + "}" * levels


def test_nesting_up_to_the_cap_works_and_beyond_is_refused():
    parentheses = MOST_BRACKETS - 3

    assert evaluate(Store(), nested(99))
    assert evaluate(Store(), f"ASK {{ FILTER({'(' * parentheses}1{')' * parentheses}) }}")
    with pytest.raises(QueryRefused, match="query:1:105: brackets nest deeper than 100 levels"):
        evaluate(Store(), nested(101))


@pytest.mark.parametrize("brackets", ["()", "{}", "[]"])
@pytest.mark.parametrize("start", ["ASK { FILTER(", "ASK { ?s ?p ", "ASK { FILTER(1<"])
def test_20000_levels_are_refused_at_once_and_the_process_lives(brackets, start):
    code = """
import sys
from time import perf_counter
from pyoxigraph import Store
from kg.errors import QueryRefused
from kg.sparql import evaluate
text, begun = sys.stdin.read(), perf_counter()
try:
    evaluate(Store(), text)
except QueryRefused:
    print("refused", perf_counter() - begun < 1)
"""
    done = in_subprocess(code, start + brackets[0] * 20_000 + "1" + brackets[1] * 20_000 + ")}")

    assert (done.returncode, done.stdout) == (0, "refused True\n"), done.stderr


CHAINS = {
    "additions": ("ASK { FILTER(1", "+1", ") }"),
    "subtractions": ("ASK { FILTER(true", "-true", ") }"),
    "comparisons": ("ASK { FILTER(1<1", "+1", ">1) }"),
    "alternatives": ("ASK { FILTER(true", "||true", ") }"),
    "negations": ("ASK { FILTER(", "!", "true) }"),
    "paths": ("ASK { ?s <urn:p>", "|<urn:p>", " ?o }"),
    "unions": ("ASK { {}", "UNION{}", " }"),
    "optionals": ("ASK { ", "OPTIONAL{}", " }"),
    "minus": ("ASK { ", "MINUS{}", " }"),
    "graphs": ("ASK { ", "GRAPH<a:b>{}", " }"),
    "filters": ("ASK { ", "FILTER(1)", " }"),
    "exists": ("ASK { ", "FILTER EXISTS{}", " }"),
    "laterals": ("ASK { ", "LATERAL{}", " }"),
    "expressions": ("SELECT ", "(1 AS ?xN)", " {}"),
    "binds": ("ASK { ", "BIND(1 AS ?xN)", " }"),
    "glued": ("PREFIX GRAPHe: <urn:x:> PREFIX e: <urn:x:> ASK { ", "GRAPHe:x{}", " }"),
}


@pytest.mark.parametrize("name", CHAINS)
def test_longest_chain_that_is_let_through_does_not_end_the_process(name):
    """Beyond the cap the same chain ends it: measured at 2,400 links and more."""
    start, link, end = CHAINS[name]

    def chain(length):
        return start + "".join(link.replace("N", str(n)) for n in range(length)) + end

    longest = _MOST_LINKS
    while True:
        try:
            read(chain(longest), "query")
        except QueryRefused:
            longest -= 10
        else:
            break
    code = """
import sys
from pyoxigraph import Store
from kg.errors import KgError
from kg.sparql import evaluate
try:
    evaluate(Store(), sys.stdin.read())
except KgError as error:
    print(error)
print("alive")
"""
    assert longest > 200
    with pytest.raises(QueryRefused, match="more than 1,000 keywords, groups and operators"):
        read(chain(20_000), "query")
    done = in_subprocess(code, chain(longest))
    assert done.returncode == 0, f"{longest} links"
    assert done.stdout.endswith("alive\n")


def test_many_terms_are_no_chain():
    rows = " ".join(f"(wd:Q{n} <urn:x#{n}> {n}.5 true UNDEF 'x'@en)" for n in range(10_000))
    query = f"SELECT ?a {{ VALUES (?a ?b ?c ?d ?e ?f) {{ {rows} }} }}"

    assert len(evaluate(Store(), query)) == 10_000


def test_text_over_the_limit_is_refused():
    longest = "ASK {}" + " " * (_MOST_BYTES - 6)

    assert evaluate(Store(), longest)
    with pytest.raises(QueryRefused, match="1,048,577 bytes; a query may have 1,048,576"):
        evaluate(Store(), longest + " ")
    with pytest.raises(QueryRefused):
        evaluate(Store(), "# " + "é" * (_MOST_BYTES // 2))


@pytest.mark.parametrize(
    "piece", ["a.", "<", "'''", "''a", "-a", "a:b.", "?a", "\\u0041", "e:%41", "{}", "(."]
)
def test_reading_takes_linear_time(piece):
    def seconds(length):
        text = (piece * length)[: length * 2]
        begun = time.process_time()
        with suppress(KgError):
            check(text)
        return time.process_time() - begun

    seconds(1000)
    assert seconds(200_000) < 0.3 + 100 * seconds(10_000)


def test_check_needs_no_store_and_knows_no_prefixes():
    check("ASK { ?s unknown:p ?o }")
    check("SELECT * FROM <http://example.org/> { ?s ?p ?o }")
    with pytest.raises(QueryRefused, match=r"^shape\.ttl:1:7: SERVICE"):
        check("ASK { SERVICE ?x {} }", "shape.ttl")


def test_the_text_that_the_engine_gets_means_the_same():
    iri = "http://example.org/it's#(a)"
    text = f"SELECT ?x ?y {{ VALUES (?x ?y) {{ (<{iri}> <{iri}>) }} FILTER(?x = <{iri}>) }}"

    assert read(text, "query").sent != text
    assert evaluate(Store(), text)[0] == (NamedNode(iri), NamedNode(iri))
    assert evaluate(Store(), r"ASK { FILTER(<\u0075rn:x#y> = <urn:x#y>) }")
    values = "VALUES (?a ?b) { (1 <a'b#c>) } FILTER(?b = <http://x/a'b#c>)"
    assert evaluate(Store(), f"BASE <http://x/> ASK {{ {values} }}")


def test_comparison_without_blanks_is_a_comparison():
    assert evaluate(Store(), "ASK { VALUES (?a ?b ?c) { (1 2 3) } FILTER(?a<?b&&?c>?b) }")
    assert not evaluate(Store(), "ASK { VALUES (?a ?b ?c) { (3 2 3) } FILTER(?a<?b&&?c>?b) }")


def test_solutions_are_whole_before_they_are_given(store):
    result = evaluate(store, "SELECT ?o { ?s ?p ?o }")
    store.clear()

    assert isinstance(result, Solutions)
    assert len(result) == 3


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT DISTINCT * { ?s ?p ?o }",
        "PREFIX a: <urn:a> select reduced * { ?s ?p ?o FILTER(?o * 1 != ?p) }",
    ],
)
def test_select_star_has_the_variables_in_the_order_of_the_text(text):
    assert evaluate(Store(), text).variables == ("s", "p", "o")


def test_named_variables_keep_the_order_of_the_select():
    assert evaluate(Store(), "SELECT ?o ?s (1 * 2 AS ?n) { ?s ?p ?o }").variables == ("o", "s", "n")
