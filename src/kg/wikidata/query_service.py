"""The Wikidata Query Service: its queries in plain SPARQL 1.1, asked of a graph.

The label service becomes optional patterns with a preference of languages, hints to the Query
Service's own engine are left out, and any other service is refused by its name.
https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual#Label_service
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Store

from kg.errors import ParseFailure, QueryRefused
from kg.namespaces import PREFIXES, RDFS, SKOS
from kg.results import Solutions
from kg.sparql import Query, evaluate, evaluation_failure, read, syntax_failure
from kg.sparql.guard import refuse_unknown_prefixes
from kg.sparql.tokens import Token, place, tokenize
from kg.wikidata.functions import DAYS, FUNCTIONS, MOMENT, NAMED, midnight
from kg.wikidata.view import view
from kg.wikidata.vocabulary import HINTS, LABEL_SERVICE, LANGUAGE, PARAMETER, WDQS_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.sparql import Result
    from kg.sssom import MappingSet

__all__ = ["ask", "rewrite"]

_NAMES = {
    PREFIXES["rdfs"] + "label": "Label",
    PREFIXES["skos"] + "altLabel": "AltLabel",
    WDQS_PREFIXES["schema"] + "description": "Description",
}
# The longer endings first: ?xAltLabel is no ?xAlt with a label.
_AUTOMATIC = re.compile(r"(.+?)(AltLabel|Label|Description)\Z")
_AUTO_LANGUAGE = "[AUTO_LANGUAGE]"
_HEADS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")


@dataclass
class _Service:
    """One use of the label service: its tokens from ``first`` to ``last``, and what it wants."""

    first: int
    last: int
    languages: list[str] = field(default_factory=list)
    wanted: list[tuple[str, str, str]] = field(default_factory=list)


def rewrite(text: str, source: str = "query", language: str = "en") -> str:
    """Return a query for the Wikidata Query Service as one that any engine understands.

    Args:
        text: the query; the prefixes of the Query Service need no PREFIX line.
        source: what messages call it, such as its file.
        language: what ``[AUTO_LANGUAGE]`` stands for.

    Raises:
        QueryRefused: it asks a service other than ``wikibase:label``, or is none that kg evaluates.
        ParseFailure: it is not SPARQL; says where.
        UnknownName: it uses a prefix that is not known.

    >>> print(rewrite("ASK { ?item wdt:P17 ?state . SERVICE wikibase:label { } }"))
    PREFIX wdt: <http://www.wikidata.org/prop/direct/>
    ASK { ?item wdt:P17 ?state .                            }
    """
    return _Rewriting(text, source, language).result()


class _Rewriting:
    def __init__(self, text: str, source: str, language: str) -> None:
        self._source, self._language = source, language
        # The pages of the Query Service put the reader's language there before it sees the query.
        text = text.removeprefix("\ufeff").replace(_AUTO_LANGUAGE, language)
        self._text = _inlined(text, source)
        self._tokens = tokenize(self._text, source)
        self._prefixes = self._declared()
        self._read_dates()
        self._blanked = list(self._text)
        self._insertions: list[tuple[int, str]] = []
        self._number = 0

    def result(self) -> str:
        services = self._services()
        for service in services:
            self._blank(service.first, service.last)
        self._blank_hints()
        plain = "".join(self._blanked)
        query = read(plain, self._source)
        variables = self._check(query)
        for service in services:
            self._replace(service)
        self._spell_out_aliases()
        star = self._star()
        if star and services:
            wanted = [name for one in services for _, _, name in one.wanted]
            names = dict.fromkeys([*self._in_order(variables), *wanted])
            self._blanked[star.start] = " ".join(f"?{name}" for name in names)
        for offset, inserted in sorted(self._insertions, reverse=True):
            self._blanked[offset:offset] = [inserted]
        known = {**PREFIXES, **WDQS_PREFIXES}
        used = {token.text.partition(":")[0] for token in query.tokens if token.kind == "pname"}
        missing = sorted(name for name in used - query.prefixes.keys() if name in known)
        lines = [f"PREFIX {name}: <{known[name]}>\n" for name in missing]
        return "".join([*lines, *self._blanked])

    def _read_dates(self) -> None:
        """Write dates, and differences of dates, as SPARQL alone understands them."""
        edits = _date_edits(self._text, self._source, self._tokens, self._iri)
        for start, end, text in sorted(edits, reverse=True):
            self._text = self._text[:start] + text + self._text[end:]
        if edits:
            self._tokens = tokenize(self._text, self._source)

    def _declared(self) -> dict[str, str]:
        found = {**PREFIXES, **WDQS_PREFIXES}
        tokens = self._tokens
        for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if word.text.upper() == "PREFIX" and name.kind == "pname" and iri.kind == "iri":
                found[name.text.partition(":")[0]] = iri.text[1:-1]
        return found

    def _iri(self, token: Token) -> str:
        if token.kind == "pname":
            prefix, _, local = token.text.partition(":")
            return self._prefixes.get(prefix, "") + local
        return token.text[1:-1] if token.kind == "iri" else ""

    def _services(self) -> list[_Service]:
        found, index = [], 0
        while index < len(self._tokens):
            token = self._tokens[index]
            if token.kind == "word" and token.text.upper() == "SERVICE":
                service = self._service(index)
                found.append(service)
                index = service.last
            index += 1
        return found

    def _service(self, first: int) -> _Service:
        index = first + 1
        if self._is_word(index, "SILENT"):
            index += 1
        name = self._tokens[index] if index < len(self._tokens) else None
        if name is None or self._iri(name) != LABEL_SERVICE:
            told = name.text if name else "without a name"
            raise QueryRefused(
                f"{self._at(self._tokens[first])}: the service {told} is refused: of the services "
                "of the Wikidata Query Service kg has wikibase:label alone",
                code="service-denied",
            )
        opening = index + 1
        if opening >= len(self._tokens) or self._tokens[opening].text != "{":
            self._fail(name, "the label service wants { } after its name")
        service = _Service(first, self._closing(opening))
        self._read(service, self._tokens[opening + 1 : service.last])
        if not service.wanted:
            self._find_wanted(service)
        return service

    def _read(self, service: _Service, body: list[Token]) -> None:
        """Read what stands in the braces: the languages, and labels that are asked for by name."""
        shared: list[Token] = []
        terms: list[Token] = []
        for token in [*body, Token("symbol", ".", 0, False, False)]:  # noqa: FBT003 - its layout
            if token.kind == "symbol" and token.text in ".;,":
                if terms:
                    terms = (shared if len(terms) < 3 else [])[: 3 - len(terms)] + terms  # noqa: PLR2004
                    self._read_triple(service, terms)
                    shared = terms
                # A comma keeps the subject and the predicate, a semicolon the subject.
                shared, terms = shared[: ".;,".index(token.text)], []
            else:
                terms.append(token)

    def _read_triple(self, service: _Service, terms: list[Token]) -> None:
        if len(terms) != 3:  # noqa: PLR2004 - a triple
            self._fail(terms[0], "the label service takes triples alone")
        subject, predicate, target = terms
        said = self._iri(predicate)
        if self._iri(subject) == PARAMETER and said == LANGUAGE and target.kind == "string":
            codes = target.text.strip("\"'").split(",")
            service.languages += [code.strip() for code in codes if code.strip()]
        elif said in _NAMES and target.kind == "variable" and subject.kind != "string":
            service.wanted.append((subject.text, _NAMES[said], target.text[1:]))
        else:
            self._fail(
                predicate,
                "the label service takes bd:serviceParam wikibase:language, and rdfs:label, "
                "skos:altLabel and schema:description with a variable",
            )

    def _find_wanted(self, service: _Service) -> None:
        """Find the variables that the label service fills in by their names."""
        head = self._head(service.first)
        opening = self._opening(service.first)
        inside = {one.text for one in self._tokens[opening : self._closing(opening)]}
        variables = {token.text[1:] for token in self._tokens if token.kind == "variable"}
        seen = set()
        for number, token in enumerate(head):
            is_given = number > 0 and head[number - 1].text.upper() == "AS"
            found = _AUTOMATIC.match(token.text[1:]) if token.kind == "variable" else None
            if not found or found[1] not in variables or is_given or token.text in inside:
                continue
            if found[0] not in seen:
                seen.add(found[0])
                service.wanted.append((f"?{found[1]}", found[2], found[0]))

    def _head(self, index: int) -> list[Token]:
        """Return what stands before the group of the query, or subquery, that holds a token."""
        opened = index
        while True:
            opened = self._opening(opened)
            if opened < 0:
                return []
            start, depth = opened - 1, 0
            while start >= 0:
                text = self._tokens[start].text
                depth += (text in (")", "}")) - (text in ("(", "{"))
                if depth < 0:
                    break
                if depth == 0 and text.upper() in _HEADS:
                    return self._tokens[start + 1 : opened]
                if depth == 0 and text == "." and self._tokens[start].kind == "symbol":
                    break
                start -= 1

    def _replace(self, service: _Service) -> None:
        """Put patterns for what a service wants at the end of its group."""
        languages = service.languages or [self._language]
        # "mul" is Wikidata's word for a name in no language in particular.
        languages = list(dict.fromkeys("" if one == "mul" else one.lower() for one in languages))
        written = [self._patterns(one, languages) for one in service.wanted]
        end = self._tokens[self._closing(self._opening(service.first))].start
        self._insertions.append((end, " ".join(written)))

    def _patterns(self, wanted: tuple[str, str, str], languages: list[str]) -> str:
        subject, kind, name = wanted
        if kind == "Description":
            return ""  # the view has none
        self._number += 1
        key = f"?kg_{self._free()}{self._number}"
        # A variable without a value would match everything.
        parts = [f"BIND(COALESCE({subject}, <{LABEL_SERVICE}>) AS {key})"]
        for number, code in enumerate(languages):
            one = f"{key}_{number}"
            pattern = f'FILTER(LCASE(LANG({one})) = "{_quoted(code)}")'
            if kind == "Label":
                parts.append(f"OPTIONAL {{ {key} rdfs:label {one} {pattern} }}")
            else:
                parts.append(_joined(key, one, pattern, code))
        ending = "" if kind == "Label" else "s"
        found = [f"{key}_{number}{ending}" for number in range(len(languages))]
        if kind == "Label":
            wd = WDQS_PREFIXES["wd"]
            text = f"STR({subject})"
            found.append(f'IF(STRSTARTS({text}, "{wd}"), STRAFTER({text}, "{wd}"), {text})')
        parts.append(f"BIND(COALESCE({', '.join(found)}) AS ?{name})")
        written = " ".join(parts)
        for prefix in ("rdfs", "skos"):
            namespace = PREFIXES[prefix]
            written = re.sub(rf" {prefix}:(\w+) ", rf" <{namespace}\1> ", written)
        return written

    def _free(self) -> str:
        """Return letters with which no variable of the query begins its name."""
        letters = "label"
        while any(token.text[1:].startswith(f"kg_{letters}") for token in self._tokens):
            letters += "_"
        return letters

    def _star(self) -> Token | None:
        """Return the ``*`` of SELECT *, where the query has one."""
        outside = [token for token in self._tokens if token.is_outside]
        words = [token.text.upper() for token in outside]
        if "SELECT" not in words:
            return None
        after = outside[words.index("SELECT") + 1 :]
        return next((one for one in after[:2] if one.text == "*"), None)

    def _in_order(self, names: list[str]) -> list[str]:
        seen = [token.text[1:] for token in self._tokens if token.kind == "variable"]
        return [name for name in dict.fromkeys(seen) if name in names]

    def _spell_out_aliases(self) -> None:
        """Write what SELECT calls ?x in place of ?x in HAVING, which only some engines allow."""
        for number, token in enumerate(self._tokens):
            if token.kind != "word" or token.text.upper() != "HAVING":
                continue
            closing = number - 1
            while self._tokens[closing].text != "}":
                closing -= 1
            named = self._named(self._head(closing))
            depth = 0
            for one in self._tokens[number + 1 :]:
                depth += (one.text in ("(", "{")) - (one.text in (")", "}"))
                if depth < 0 or (depth == 0 and one.text.upper() in ("ORDER", "LIMIT", "OFFSET")):
                    break
                if one.kind == "variable" and one.text in named:
                    self._blanked[one.start] = named[one.text]
                    rest = slice(one.start + 1, one.start + len(one.text))
                    self._blanked[rest] = [""] * (len(one.text) - 1)

    def _named(self, head: list[Token]) -> dict[str, str]:
        """Return the expressions to which SELECT gives names."""
        named, opened = {}, []
        for token, after in zip(head, [*head[1:], None], strict=True):
            if token.text == "(":
                opened.append(token.start)
            elif token.text == ")":
                opened.pop()
            elif token.text.upper() == "AS" and after and opened:
                named[after.text] = f"({self._text[opened[-1] + 1 : token.start].strip()})"
        return named

    def _blank_hints(self) -> None:
        tokens, index = self._tokens, 0
        while index < len(tokens):
            declares = any(
                self._is_word(one, "PREFIX") for one in (index - 1, index - 2) if one >= 0
            )
            if self._iri(tokens[index]).startswith(HINTS) and not declares:
                last = index
                while last + 1 < len(tokens) and tokens[last + 1].text not in (".", "}"):
                    last += 1
                self._blank(index, last + self._is_word(last + 1, "."))
                index = last
            index += 1

    def _blank(self, first: int, last: int) -> None:
        """Leave out tokens, and keep every other one in its place."""
        end = self._tokens[last].start + len(self._tokens[last].text)
        for offset in range(self._tokens[first].start, end):
            if self._blanked[offset] not in "\r\n":
                self._blanked[offset] = " "

    def _check(self, query: Query) -> list[str]:
        """Refuse what is no SPARQL, with its place in the user's text; return its variables."""
        declared = query.prefixes
        query.prefixes = {**WDQS_PREFIXES, **declared}
        refuse_unknown_prefixes(query)
        query.prefixes = declared
        try:
            answer = Store().query(
                query.sent,
                prefixes={**PREFIXES, **WDQS_PREFIXES},
                custom_functions=dict(FUNCTIONS),
            )
        except SyntaxError as error:
            raise syntax_failure(query, str(error)) from None
        except RuntimeError as error:
            raise evaluation_failure(str(error), NAMED) from None
        return [variable.value for variable in getattr(answer, "variables", ())]

    def _is_word(self, index: int, word: str) -> bool:
        return index < len(self._tokens) and self._tokens[index].text.upper() == word

    def _opening(self, index: int) -> int:
        """Return the number of the brace that is open around a token, or -1."""
        depth = 0
        for number in range(index - 1, -1, -1):
            text = self._tokens[number].text
            if text == "}":
                depth += 1
            elif text == "{":
                if not depth:
                    return number
                depth -= 1
        return -1

    def _closing(self, opening: int) -> int:
        depth = 0
        for number in range(opening, len(self._tokens)):
            depth += (self._tokens[number].text == "{") - (self._tokens[number].text == "}")
            if not depth:
                return number
        raise AssertionError  # the brackets match, as the tokenizer has seen to

    def _at(self, token: Token) -> str:
        line, column = place(self._text, token.start)
        return f"{self._source}:{line}:{column}"

    def _fail(self, token: Token, message: str) -> None:
        raise ParseFailure(self._source, message, *place(self._text, token.start))


def _joined(key: str, one: str, pattern: str, code: str) -> str:
    """Return a pattern for all other names in a language as one text, in the order of letters."""
    joined = f'GROUP_CONCAT(STR({one}); separator=", ")'
    literal = f'STRLANG({joined}, "{_quoted(code)}")' if code else joined
    names = f"SELECT {key} {one} {{ {key} skos:altLabel {one} {pattern} }} ORDER BY {one}"
    whole = f"{one}s"
    return (
        f"OPTIONAL {{ {{ SELECT {key} ({literal} AS {whole}) {{ {{ {names} }} }} "
        f"GROUP BY {key} }} }}"
    )


def _quoted(code: str) -> str:
    return code.replace("\\", "\\\\").replace('"', '\\"')


# Named subqueries of the Query Service: ``WITH { … } AS %name`` and ``INCLUDE %name``.
#
# https://github.com/blazegraph/database/wiki/NamedSubquery: a subquery is evaluated once and joined
# where it is included, which is what a group with the subquery in it says.

#: How often subqueries may be included, so that a short text does not become a long one.
_MOST = 50


def _inlined(text: str, source: str) -> str:
    """Return a query with its named subqueries where they are included.

    Args:
        text: a query.
        source: what messages call it, such as its file.

    Raises:
        ParseFailure: a name has no subquery, or includes itself; or the text is not SPARQL.

    >>> text = "SELECT * WITH { SELECT ?s { ?s ?p 1 } } AS %a { INCLUDE %a }"
    >>> print(" ".join(_inlined(text, "query").split()))
    SELECT * { { SELECT ?s { ?s ?p 1 } } }
    """
    if not re.search(r"%\w", text):
        return text
    tokens = tokenize(text, source)
    bodies: dict[str, str] = {}
    blanked = list(text)
    index = 0
    while index < len(tokens):
        found = _named(tokens, index)
        if found:
            name, first, last, after = found
            bodies[name] = text[tokens[first].start + 1 : tokens[last].start]
            end = tokens[after].start + len(tokens[after].text)
            for offset in range(tokens[index].start, end):
                if blanked[offset] not in "\r\n":
                    blanked[offset] = " "
            index = after
        index += 1
    return _included("".join(blanked), bodies, source)


def _named(tokens: list[Token], index: int) -> tuple[str, int, int, int] | None:
    """Return the name, the braces and the last token of a named subquery that begins here."""
    if tokens[index].text.upper() != "WITH" or not _is(tokens, index + 1, "{"):
        return None
    depth = 0
    for last in range(index + 1, len(tokens)):
        depth += (tokens[last].text == "{") - (tokens[last].text == "}")
        if not depth:
            break
    name = _name(tokens, last + 2)
    if not _is(tokens, last + 1, "AS") or name is None:
        return None
    return name, index + 1, last, last + 3


def _included(text: str, bodies: dict[str, str], source: str) -> str:
    for _ in range(_MOST):
        tokens = tokenize(text, source)
        for number, token in enumerate(tokens):
            name = _name(tokens, number + 1) if token.text.upper() == "INCLUDE" else None
            if name is None:
                continue
            if name not in bodies:
                message = f"INCLUDE %{name}: no WITH {{ … }} AS %{name} names a subquery so"
                raise ParseFailure(source, message, *place(text, token.start))
            end = tokens[number + 2].start + len(tokens[number + 2].text)
            # A comment would go on to the end of the line that the subquery is now in.
            body = _on_one_line(bodies[name], source)
            text = f"{text[: token.start]}{{ {body} }}{text[end:]}"
            break
        else:
            return text
    raise ParseFailure(source, "named subqueries include each other without an end")


def _on_one_line(text: str, source: str) -> str:
    """Return a text without its comments, and with blanks for the line ends between tokens."""
    tokens = tokenize(text, source)
    kept = []
    position = 0
    for token in tokens:
        between = text[position : token.start]
        kept.append(re.sub(r"#[^\r\n]*|[\r\n]", " ", between))
        kept.append(token.text)
        position = token.start + len(token.text)
    return "".join([*kept, " "])


def _name(tokens: list[Token], index: int) -> str | None:
    """Return the name after a ``%``."""
    if not _is(tokens, index, "%") or index + 1 >= len(tokens):
        return None
    token = tokens[index + 1]
    return token.text if token.start == tokens[index].start + 1 else None


def _is(tokens: list[Token], index: int, text: str) -> bool:
    return index < len(tokens) and tokens[index].text.upper() == text


# Dates in queries as the Wikidata Query Service reads them, in plain SPARQL.
#
# There a date needs no time, ``xsd:date`` and ``xsd:dateTime`` compare, and the difference of two
# dates is a number of days.

#: A piece of the query, from one offset to another, and what stands there instead.
_Edit = tuple[int, int, str]

_DATE, _DATE_TIME = PREFIXES["xsd"] + "date", PREFIXES["xsd"] + "dateTime"
_OPERANDS = ("variable", "string", "pname", "iri", "word")
#: What ends a sum on either side; all else in it binds more closely.
_BOUNDS = (",", "=", "<", ">", "!", "&", "|", ";", "AS", "IN", "NOT", "DISTINCT")


def _date_edits(
    text: str, source: str, tokens: list[Token], iri: Callable[[Token], str]
) -> list[_Edit]:
    """Return what is to be changed in a query.

    Args:
        text: the query.
        source: what messages call it, such as its file.
        tokens: of the text.
        iri: tells the IRI of a token.

    Raises:
        ParseFailure: a literal of a date is no date.
    """
    found = list(_literals(text, source, tokens, iri))
    for number, token in enumerate(tokens[:-1]):
        if iri(token) == _DATE_TIME and tokens[number + 1].text == "(":
            found.append((token.start, _end(token), f"<{MOMENT}>"))
        last = _matching(tokens, number + 1) if token.text.upper() == "STRDT" else 0
        if last and iri(tokens[last - 1]) in (_DATE, _DATE_TIME):
            found.append((token.start, _end(token), f"<{MOMENT}>"))
            found.append((tokens[last - 2].start, _end(tokens[last - 1]), ""))
    for first, last in dict.fromkeys(_differences(tokens)):
        found.append((tokens[first].start, tokens[first].start, f"<{DAYS}>("))
        found.append((_end(tokens[last]), _end(tokens[last]), ")"))
    return found


def _literals(
    text: str, source: str, tokens: list[Token], iri: Callable[[Token], str]
) -> Iterator[_Edit]:
    """Yield the literals of dates, each as xsd:dateTime."""
    casts = _casts(tokens, iri)
    for number, token in enumerate(tokens[:-3]):
        marks, datatype = tokens[number + 1 : number + 3], tokens[number + 3]
        if token.kind != "string" or [one.text for one in marks] != ["^", "^"]:
            continue
        if iri(datatype) not in (_DATE, _DATE_TIME):
            continue
        lexical = token.text.strip("\"'")
        moment = midnight(lexical)
        if iri(datatype) == _DATE and _is_compared(tokens, number, number + 3, casts):
            # A cast has the zone of its moment, and without one the same day would not be the same.
            if moment is not None:
                yield token.start, _end(token), f'"{moment.partition("T")[0]}Z"'
            continue
        if moment is not None:
            yield token.start, _end(datatype), f'"{moment}"^^<{_DATE_TIME}>'
        elif "T" not in lexical:
            message = f'"{lexical}" is no date: write it as "2023-01-01T00:00:00Z"'
            raise ParseFailure(source, message, *place(text, token.start))


def _casts(tokens: list[Token], iri: Callable[[Token], str]) -> set[int | str]:
    """Return where the casts to xsd:date end, and the variables that have their values."""
    found: set[int | str] = set()
    for number, token in enumerate(tokens[:-1]):
        if iri(token) == _DATE and tokens[number + 1].text == "(":
            last = _matching(tokens, number + 1)
            found |= {number, last}
            if last + 2 < len(tokens) and tokens[last + 1].text.upper() == "AS":
                found.add(tokens[last + 2].text)
    return found


def _is_compared(tokens: list[Token], first: int, last: int, casts: set[int | str]) -> bool:
    """Tell whether a literal is compared with what was cast to xsd:date."""
    before, after = first - 1, last + 1
    while before > 0 and tokens[before].text in ("<", ">", "=", "!"):
        before -= 1
    while after < len(tokens) - 1 and tokens[after].text in ("<", ">", "=", "!"):
        after += 1
    sides = [number for number in (before, after) if number not in (first - 1, last + 1)]
    return any(number in casts or tokens[number].text in casts for number in sides)


def _differences(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last token of each sum in an expression that takes something away."""
    opened: list[int] = []
    values = _values(tokens)
    for number, token in enumerate(tokens):
        if token.text in ("(", "[", "{") and token.kind == "symbol":
            opened.append(number)
        elif token.text in (")", "]", "}") and token.kind == "symbol":
            opened.pop()
        elif token.text == "-" and opened and number not in values:
            before = tokens[number - 1]
            is_binary = before.kind in _OPERANDS or before.text == ")"
            # What a number is taken from, or is taken from a number, is no date.
            is_binary &= not (before.text.isdecimal() or tokens[number + 1].text.isdecimal())
            if tokens[opened[-1]].text == "(" and is_binary and not _is_bound(before):
                yield _sum(tokens, number, opened[-1])


def _sum(tokens: list[Token], number: int, opening: int) -> tuple[int, int]:
    """Return the first and the last token of the sum around a minus."""
    first = opening + 1
    depth = 0
    for index in range(number - 1, opening, -1):
        depth += (tokens[index].text == ")") - (tokens[index].text == "(")
        if not depth and _is_bound(tokens[index]):
            first = index + 1
            break
    last, closing = number, _matching(tokens, opening)
    for index in range(number + 1, closing):
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
        if not depth and _is_bound(tokens[index]):
            break
        last = index
    return first, last


def _is_bound(token: Token) -> bool:
    return token.kind in ("symbol", "word") and token.text.upper() in _BOUNDS


def _values(tokens: list[Token]) -> set[int]:
    """Return the tokens of the data of VALUES, in which a minus is part of a number."""
    found: set[int] = set()
    for number, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() == "VALUES":
            index = number + 1
            while index < len(tokens) and tokens[index].text != "{":
                index += 1
            if index < len(tokens):
                found.update(range(index, _matching(tokens, index)))
    return found


def _matching(tokens: list[Token], opening: int) -> int:
    """Return the bracket that closes one; the tokenizer has seen to it that there is one."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].kind == "symbol":
            depth += (tokens[index].text in "([{") - (tokens[index].text in ")]}")
        if not depth:
            return index
    return len(tokens) - 1


def _end(token: Token) -> int:
    return token.start + len(token.text)


# Queries, asked of a graph in Wikidata's vocabulary.

#: Words of the Query Service that say how to answer, and are in no graph.
_NOT_DATA = tuple(
    WDQS_PREFIXES[name] for name in ("bd", "bds", "hint", "gas", "mwapi", "geof", "xsd", "fn")
)


def ask(
    store: Store,
    text: str,
    *,
    mappings: MappingSet | None = None,
    language: str = "en",
    note: Callable[[str], object] = lambda _: None,
) -> Result:
    """Answer a query that was written for the Wikidata Query Service.

    Args:
        store: of a snapshot; it is only read.
        text: the query.
        mappings: of things, classes and properties; by default the links in the store.
        language: what ``[AUTO_LANGUAGE]`` stands for.
        note: called with a sentence for each word of the query that the graph does not have, where
            the answer has nothing.

    Raises:
        QueryRefused: it asks a service other than ``wikibase:label``, or is none that kg evaluates.
        ParseFailure: it is not SPARQL; says where.
        UnknownName: it uses a prefix or a function that is not known.

    >>> from kg import load
    >>> text = "SELECT ?itemLabel { ?item wdt:P137 wd:Q262 . SERVICE wikibase:label { } }"
    >>> sorted(row.itemLabel.value for row in ask(load().store, text))[1]
    'Embassy of Algeria in Bamako'
    """
    query = rewrite(text, language=language)
    seen = view(store, mappings)
    result = evaluate(seen, query, functions=FUNCTIONS)
    if _is_nothing(result):
        for word in _absent(query, seen):
            note(f"{word}: nothing in this graph has it, in the words of Wikidata")
    return result


def _is_nothing(result: Result) -> bool:
    """Tell whether an answer has nothing: no rows, or counts of nothing alone."""
    rows = result.rows if isinstance(result, Solutions) else ()
    counts = [term.value for row in rows for term in row if isinstance(term, Literal)]
    return not result or (bool(counts) and set(counts) == {"0"})


def _absent(query: str, seen: Store) -> list[str]:
    """Return the words of a rewritten query that no triple of the view has."""
    prefixes = PREFIXES | WDQS_PREFIXES | read(query, "query").prefixes
    found: dict[str, None] = {}
    tokens = tokenize(query)
    for before, token in zip([None, *tokens], tokens, strict=False):
        prefix, _, local = token.text.partition(":")
        iri = prefixes.get(prefix, "") + local if token.kind == "pname" else token.text[1:-1]
        is_term = token.kind == "iri" or (token.kind == "pname" and local != "")
        is_declared = before is not None and before.kind == "pname" and before.text.endswith(":")
        if is_term and not is_declared and not _is_apart(iri) and not _occurs(iri, seen):
            found[token.text] = None
    return list(found)


def _is_apart(iri: str) -> bool:
    known = iri in (LABEL_SERVICE, RDFS.label.value, SKOS.altLabel.value)
    return known or iri.startswith(_NOT_DATA) or any(iri == one.value for one in FUNCTIONS)


def _occurs(iri: str, seen: Store) -> bool:
    node = NamedNode(iri)
    patterns = ((node, None, None), (None, node, None), (None, None, node))
    return any(next(seen.quads_for_pattern(*pattern), None) for pattern in patterns)
