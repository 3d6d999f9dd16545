"""Checks proofs by the rules of OWL 2 RL alone; knows nothing of how proofs are found.

The rules are written down once more, from tables 4 to 9 of
https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules, and every
step of a proof must be an instance of the one that it names. A list is read from the given axioms.
"""

from __future__ import annotations

from itertools import pairwise

from pyoxigraph import Literal

from kg.namespaces import OWL, RDF, RDFS, XSD

#: Premises, and after the arrow the conclusion; words stand for terms, ?x for any.
TABLE = """
eq-ref      -> ?x sameAs ?x
eq-sym      ?x sameAs ?y -> ?y sameAs ?x
eq-trans    ?x sameAs ?y, ?y sameAs ?z -> ?x sameAs ?z
eq-rep-s    ?s sameAs ?t, ?s ?p ?o -> ?t ?p ?o
eq-rep-p    ?p sameAs ?q, ?s ?p ?o -> ?s ?q ?o
eq-rep-o    ?o sameAs ?t, ?s ?p ?o -> ?s ?p ?t
prp-dom     ?p domain ?c, ?x ?p ?y -> ?x type ?c
prp-rng     ?p range ?c, ?x ?p ?y -> ?y type ?c
prp-fp      ?p type FunctionalProperty, ?x ?p ?y, ?x ?p ?z -> ?y sameAs ?z
prp-ifp     ?p type InverseFunctionalProperty, ?x ?p ?z, ?y ?p ?z -> ?x sameAs ?y
prp-symp    ?p type SymmetricProperty, ?x ?p ?y -> ?y ?p ?x
prp-trp     ?p type TransitiveProperty, ?x ?p ?y, ?y ?p ?z -> ?x ?p ?z
prp-spo1    ?p subPropertyOf ?q, ?x ?p ?y -> ?x ?q ?y
prp-eqp1    ?p equivalentProperty ?q, ?x ?p ?y -> ?x ?q ?y
prp-eqp2    ?p equivalentProperty ?q, ?x ?q ?y -> ?x ?p ?y
prp-inv1    ?p inverseOf ?q, ?x ?p ?y -> ?y ?q ?x
prp-inv2    ?p inverseOf ?q, ?x ?q ?y -> ?y ?p ?x
cls-svf1    ?c someValuesFrom ?d, ?c onProperty ?p, ?u ?p ?v, ?v type ?d -> ?u type ?c
cls-svf2    ?c someValuesFrom Thing, ?c onProperty ?p, ?u ?p ?v -> ?u type ?c
cls-avf     ?c allValuesFrom ?d, ?c onProperty ?p, ?u type ?c, ?u ?p ?v -> ?v type ?d
cls-hv1     ?c hasValue ?y, ?c onProperty ?p, ?u type ?c -> ?u ?p ?y
cls-hv2     ?c hasValue ?y, ?c onProperty ?p, ?u ?p ?y -> ?u type ?c
cls-maxc2   ?c maxCardinality 1, ?c onProperty ?p, ?u type ?c, ?u ?p ?y, ?u ?p ?z -> ?y sameAs ?z
cls-maxqc3  ?c maxQualifiedCardinality 1, ?c onProperty ?p, ?c onClass ?d, ?u type ?c, ?u ?p ?y, \
?y type ?d, ?u ?p ?z, ?z type ?d -> ?y sameAs ?z
cls-maxqc4  ?c maxQualifiedCardinality 1, ?c onProperty ?p, ?c onClass Thing, ?u type ?c, \
?u ?p ?y, ?u ?p ?z -> ?y sameAs ?z
cax-sco     ?c subClassOf ?d, ?x type ?c -> ?x type ?d
cax-eqc1    ?c equivalentClass ?d, ?x type ?c -> ?x type ?d
cax-eqc2    ?c equivalentClass ?d, ?x type ?d -> ?x type ?c
scm-cls     ?c type Class -> ?c subClassOf ?c
scm-cls     ?c type Class -> ?c subClassOf Thing
scm-sco     ?c subClassOf ?d, ?d subClassOf ?e -> ?c subClassOf ?e
scm-eqc1    ?c equivalentClass ?d -> ?c subClassOf ?d
scm-eqc1    ?c equivalentClass ?d -> ?d subClassOf ?c
scm-eqc2    ?c subClassOf ?d, ?d subClassOf ?c -> ?c equivalentClass ?d
scm-op      ?p type ObjectProperty -> ?p subPropertyOf ?p
scm-dp      ?p type DatatypeProperty -> ?p subPropertyOf ?p
scm-spo     ?p subPropertyOf ?q, ?q subPropertyOf ?r -> ?p subPropertyOf ?r
scm-eqp1    ?p equivalentProperty ?q -> ?p subPropertyOf ?q
scm-eqp1    ?p equivalentProperty ?q -> ?q subPropertyOf ?p
scm-eqp2    ?p subPropertyOf ?q, ?q subPropertyOf ?p -> ?p equivalentProperty ?q
scm-dom1    ?p domain ?c, ?c subClassOf ?d -> ?p domain ?d
scm-dom2    ?q domain ?c, ?p subPropertyOf ?q -> ?p domain ?c
scm-rng1    ?p range ?c, ?c subClassOf ?d -> ?p range ?d
scm-rng2    ?q range ?c, ?p subPropertyOf ?q -> ?p range ?c
scm-hv      ?c hasValue ?i, ?c onProperty ?p, ?d hasValue ?i, ?d onProperty ?q, \
?p subPropertyOf ?q -> ?c subClassOf ?d
scm-svf1    ?c someValuesFrom ?y, ?c onProperty ?p, ?d someValuesFrom ?z, ?d onProperty ?p, \
?y subClassOf ?z -> ?c subClassOf ?d
scm-svf2    ?c someValuesFrom ?y, ?c onProperty ?p, ?d someValuesFrom ?y, ?d onProperty ?q, \
?p subPropertyOf ?q -> ?c subClassOf ?d
scm-avf1    ?c allValuesFrom ?y, ?c onProperty ?p, ?d allValuesFrom ?z, ?d onProperty ?p, \
?y subClassOf ?z -> ?c subClassOf ?d
scm-avf2    ?c allValuesFrom ?y, ?c onProperty ?p, ?d allValuesFrom ?y, ?d onProperty ?q, \
?p subPropertyOf ?q -> ?d subClassOf ?c
"""
#: The rules whose premises are a list's, by the predicate that holds the list.
LISTS = {
    "prp-spo2": OWL.propertyChainAxiom,
    "prp-key": OWL.hasKey,
    "cls-int1": OWL.intersectionOf,
    "cls-int2": OWL.intersectionOf,
    "cls-uni": OWL.unionOf,
    "cls-oo": OWL.oneOf,
    "scm-int": OWL.intersectionOf,
    "scm-uni": OWL.unionOf,
}
#: Of OWL's datatypes, those that each is derived from (XML Schema 1.1, part 2, figure 3).
_BASES = {
    "integer": "decimal",
    "nonNegativeInteger": "integer",
    "positiveInteger": "nonNegativeInteger",
    "nonPositiveInteger": "integer",
    "negativeInteger": "nonPositiveInteger",
    "long": "integer",
    "int": "long",
    "short": "int",
    "byte": "short",
    "unsignedLong": "nonNegativeInteger",
    "unsignedInt": "unsignedLong",
    "unsignedShort": "unsignedInt",
    "unsignedByte": "unsignedShort",
    "normalizedString": "string",
    "token": "normalizedString",
    "language": "token",
    "NMTOKEN": "token",
    "Name": "token",
    "NCName": "Name",
    "dateTimeStamp": "dateTime",
}


def _term(word):
    if word.startswith("?") or word == "1":
        return word
    if word == "type":
        return RDF.type
    return RDFS[word] if word in RDFS.terms and word != "Class" else OWL[word]


def _read_table():
    rules = {}
    for line in TABLE.strip().splitlines():
        name, _, rest = line.partition(" ")
        left, _, right = rest.partition("->")
        patterns = [part.split() for part in left.split(",") if part.strip()]
        read = [tuple(map(_term, words)) for words in (*patterns, right.split())]
        rules.setdefault(name, []).append((read[:-1], read[-1]))
    return rules


_RULES = _read_table()
RULES = frozenset(_RULES) | frozenset(LISTS) | {"dt-type2"}


def check(target, steps, given):
    """Assert that steps prove a statement from what is given, without using what they prove.

    Args:
        target: the statement.
        steps: for each conclusion the rule and its premises; more may be in it than is needed.
        given: the asserted statements.
    """
    cells = _Lists(given)
    proved, above = set(), []
    waiting = [(target, False)]
    while waiting:
        one, done = waiting.pop()
        if done:
            above.pop()
            proved.add(one)
        elif one not in proved and not (one in given and one not in steps):
            assert one not in above, f"it uses what it proves: {one}"
            assert one in steps, f"neither given nor proved: {one}"
            rule, premises = steps[one]
            assert follows(rule, premises, one, cells), f"{rule} does not give {one} of {premises}"
            above.append(one)
            waiting.append((one, True))
            waiting.extend((premise, False) for premise in premises)


def follows(rule, premises, conclusion, cells):
    """Tell whether premises give a conclusion by one rule."""
    if rule == "dt-type2":
        return not premises and _is_of(conclusion)
    if rule in LISTS:
        return _by_list(rule, premises, conclusion, cells)
    return any(
        bound is not None and _cover(patterns, premises, bound)
        for patterns, pattern in _RULES[rule]
        for bound in [_match(pattern, conclusion, {})]
    )


def _cover(patterns, premises, bound, used=frozenset()):
    """Tell whether each pattern has a premise, and each premise a pattern."""
    if not patterns:
        return used == set(premises)
    return any(
        more is not None and _cover(patterns[1:], premises, more, used | {one})
        for one in premises
        for more in [_match(patterns[0], one, bound)]
    )


def _match(pattern, one, bound):
    bound = dict(bound)
    for word, term in zip(pattern, one, strict=True):
        if word == "1":
            if not (isinstance(term, Literal) and int(term.value) == 1):
                return None
        elif isinstance(word, str):
            if bound.setdefault(word, term) != term:
                return None
        elif word != term:
            return None
    return bound


class _Lists:
    def __init__(self, given):
        self._first = {s: o for s, p, o in given if p == RDF.first}
        self._rest = {s: o for s, p, o in given if p == RDF.rest}

    def members(self, head):
        members = []
        while head != RDF.nil:
            members.append(self._first[head])
            head = self._rest[head]
        return members


def _by_list(rule, premises, conclusion, cells):
    axiom, *rest = premises
    holder, predicate, head = axiom
    if predicate != LISTS[rule]:
        return False
    members, rest = cells.members(head), set(rest)
    x, p, y = conclusion
    typed = p == RDF.type
    if rule == "prp-spo2":
        return p == holder and _is_chain(x, members, y, rest)
    if rule == "prp-key":
        return p == OWL.sameAs and _agree(x, y, holder, members, rest)
    return {
        "cls-int1": typed and y == holder and rest == {(x, p, part) for part in members},
        "cls-int2": typed and y in members and rest == {(x, p, holder)},
        "cls-uni": typed and y == holder and rest in [{(x, p, part)} for part in members],
        "cls-oo": typed and y == holder and x in members and not rest,
        "scm-int": p == RDFS.subClassOf and x == holder and y in members and not rest,
        "scm-uni": p == RDFS.subClassOf and y == holder and x in members and not rest,
    }[rule]


def _is_chain(start, chain, end, links):
    """Tell whether links lead from start to end, and are no more than these."""
    places = [start]
    reached = {start: [start]}
    for prop in chain:
        found = {}
        for place, path in reached.items():
            for s, p, o in links:
                if s == place and p == prop:
                    found.setdefault(o, [*path, o])
        reached = found
    places = reached.get(end)
    return (
        bool(places)
        and {(s, p, o) for (s, o), p in zip(pairwise(places), chain, strict=True)} <= links
    )


def _agree(x, y, holder, keys, rest):
    kinds = {(x, RDF.type, holder), (y, RDF.type, holder)}
    shared = [
        {o for s, p, o in rest if (s, p) == (x, key)}
        & {o for s, p, o in rest if (s, p) == (y, key)}
        for key in keys
    ]
    return bool(keys) and kinds <= rest and all(shared)


def _is_of(conclusion):
    literal, predicate, kind = conclusion
    if predicate != RDF.type or not isinstance(literal, Literal):
        return False
    if kind in {literal.datatype, RDFS.Literal}:
        return True
    name = literal.datatype.value.removeprefix(XSD.iri)
    while name in _BASES:
        name = _BASES[name]
        if XSD.iri + name == kind.value:
            return True
    return False
