"""The datatypes that reasoning recognizes: lexical forms, their values, and equal literals.

The datatypes of OWL 2 RL (https://www.w3.org/TR/owl2-profiles/#Entities_3) and the calendar
datatypes of XML Schema (https://www.w3.org/TR/xmlschema11-2/), which RDF 1.1 recognizes too.
A literal of any other datatype is taken as it stands: it is never ill-typed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import Literal, Triple

from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning.statements import statement, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pyoxigraph import NamedNode

    from kg.reasoning.statements import Statement, Term

__all__ = [
    "OWL_2_RL",
    "Value",
    "belongs",
    "broader",
    "differ",
    "equalities",
    "identity",
    "is_ill_typed",
    "is_recognized",
    "matter",
    "other_forms",
    "without_copies",
]

__all__ += ["TEXTS", "has_one_form", "meaning"]

#: The datatypes an OWL 2 RL ontology may name; owl:real and owl:rational are not among them.
OWL_2_RL: frozenset[NamedNode] = frozenset(
    {RDF.PlainLiteral, RDF.XMLLiteral, RDFS.Literal}
    | terms(
        XSD,
        """decimal integer nonNegativeInteger nonPositiveInteger positiveInteger
        negativeInteger long int short byte unsignedLong unsignedInt unsignedShort unsignedByte
        float double string normalizedString token language Name NCName NMTOKEN boolean hexBinary
        base64Binary anyURI dateTime dateTimeStamp""",
    )
)

#: The datatype that each derived datatype restricts, XML Schema part 2, section 3.
_BASE: dict[NamedNode, NamedNode] = {
    XSD[name]: XSD[base]
    for name, base in [
        ("integer", "decimal"),
        ("nonNegativeInteger", "integer"),
        ("nonPositiveInteger", "integer"),
        ("positiveInteger", "nonNegativeInteger"),
        ("negativeInteger", "nonPositiveInteger"),
        ("long", "integer"),
        ("int", "long"),
        ("short", "int"),
        ("byte", "short"),
        ("unsignedLong", "nonNegativeInteger"),
        ("unsignedInt", "unsignedLong"),
        ("unsignedShort", "unsignedInt"),
        ("unsignedByte", "unsignedShort"),
        ("normalizedString", "string"),
        ("token", "normalizedString"),
        ("language", "token"),
        ("NMTOKEN", "token"),
        ("Name", "token"),
        ("NCName", "Name"),
        ("dateTimeStamp", "dateTime"),
    ]
}
_RANGES: dict[NamedNode, tuple[int | None, int | None]] = {
    XSD.integer: (None, None),
    XSD.nonNegativeInteger: (0, None),
    XSD.nonPositiveInteger: (None, 0),
    XSD.positiveInteger: (1, None),
    XSD.negativeInteger: (None, -1),
    XSD.long: (-(2**63), 2**63 - 1),
    XSD.int: (-(2**31), 2**31 - 1),
    XSD.short: (-(2**15), 2**15 - 1),
    XSD.byte: (-(2**7), 2**7 - 1),
    XSD.unsignedLong: (0, 2**64 - 1),
    XSD.unsignedInt: (0, 2**32 - 1),
    XSD.unsignedShort: (0, 2**16 - 1),
    XSD.unsignedByte: (0, 2**8 - 1),
}
_ZONE = r"(?P<zone>Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"(?P<year>-?(?:[1-9]\d{3,}|0\d{3}))"
_MONTH, _DAY = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = (
    r"(?:(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d(?:\.\d+)?)"
    r"|(?P<midnight>24:00:00(?:\.0+)?))"
)
_CALENDAR: dict[NamedNode, str] = {
    XSD.dateTime: f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    XSD.dateTimeStamp: f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    XSD.date: f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    XSD.time: f"{_TIME}{_ZONE}",
    XSD.gYearMonth: f"{_YEAR}-{_MONTH}{_ZONE}",
    XSD.gYear: f"{_YEAR}{_ZONE}",
    XSD.gMonthDay: f"--{_MONTH}-{_DAY}{_ZONE}",
    XSD.gMonth: f"--{_MONTH}{_ZONE}",
    XSD.gDay: f"---{_DAY}{_ZONE}",
}
# A token has no white space but single inner spaces; names as in XML 1.0, section 2.3.
_START = r"A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"  # noqa: E501 - one character class
_CHAR = _START + r".0-9\xB7\u0300-\u036F\u203F-\u2040-"
_TEXT: dict[NamedNode, str] = {
    XSD.string: r"[\s\S]*",
    XSD.anyURI: r"[\s\S]*",
    XSD.normalizedString: r"[^\t\n\r]*",
    XSD.token: r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    XSD.language: r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    XSD.NMTOKEN: f"[:{_CHAR}]+",
    XSD.Name: f"[:{_START}][:{_CHAR}]*",
    XSD.NCName: f"[{_START}][{_CHAR}]*",
}

#: The tag of the value space that each datatype is a part of.
_SPACES: dict[NamedNode, str] = {
    **dict.fromkeys(_RANGES, "number"),
    **dict.fromkeys(_TEXT, "text"),
    **{datatype: str(datatype) for datatype in _CALENDAR},
    XSD.decimal: "number",
    XSD.anyURI: "uri",
    XSD.dateTime: "dateTime",
    XSD.dateTimeStamp: "dateTime",
    XSD.time: "time",
    RDF.PlainLiteral: "text",
    XSD.float: "float",
    XSD.double: "double",
    XSD.boolean: "boolean",
    XSD.hexBinary: "hexBinary",
    XSD.base64Binary: "base64Binary",
}
#: The datatypes of texts, all of one value space.
TEXTS = frozenset(_TEXT) - {XSD.anyURI}
_FEBRUARY = 2

#: What a literal means, tagged by the value space; two tags never share a value.
Value = tuple[object, ...]


def is_recognized(datatype: NamedNode) -> bool:
    """Check whether it is known which literals a datatype has and what they mean.

    >>> is_recognized(XSD.date), is_recognized(XSD.integer), is_recognized(XSD.duration)
    (True, True, False)
    """
    return datatype in OWL_2_RL or datatype in _CALENDAR


def broader(datatype: NamedNode) -> tuple[NamedNode, ...]:
    """Return the datatype and those it is derived from, narrowest first.

    >>> [narrow.value.rpartition("#")[2] for narrow in broader(XSD.short)]
    ['short', 'int', 'long', 'integer', 'decimal']
    """
    chain = [datatype]
    while chain[-1] in _BASE:
        chain.append(_BASE[chain[-1]])
    return tuple(chain)


def is_ill_typed(literal: Literal) -> bool:
    """Return whether the lexical form does not belong to the datatype; rule dt-not-type.

    >>> from pyoxigraph import Literal
    >>> is_ill_typed(Literal("2024-02-30", datatype=XSD.date)), is_ill_typed(Literal("x"))
    (True, False)
    """
    try:
        _value(literal)
    except ValueError:
        return True
    return False


def has_one_form(literal: Literal) -> bool:
    """Return whether a well-typed literal is the only one that means what it does.

    >>> from pyoxigraph import Literal
    >>> day = Literal("2024-02-29", datatype=XSD.date)
    >>> has_one_form(day), has_one_form(Literal("2024-02-29Z", datatype=XSD.date))
    (True, False)
    """
    if literal.datatype == XSD.anyURI:
        return True
    # A time may be told with more digits or in another zone, and the year 0 with a sign.
    if literal.datatype not in _CALENDAR or "T" in literal.value or ":" in literal.value:
        return False
    return not literal.value.endswith("Z") and not re.match("-?0000", literal.value)


def belongs(literal: Literal, datatype: NamedNode) -> bool:
    """Return whether what a literal means may be a value of a datatype; rule dt-not-type.

    True for a datatype or a literal that is not recognized.

    >>> from pyoxigraph import Literal
    >>> two = Literal("2.0", datatype=XSD.decimal)
    >>> belongs(two, XSD.byte), belongs(two, XSD.string)
    (True, False)
    """
    try:
        value = _value(literal)
    except ValueError:
        return True
    if value is None or datatype not in _SPACES:
        return True
    if value[0] != _SPACES[datatype]:
        return False
    if datatype in _RANGES:
        number = Decimal(str(value[1]))
        return number == number.to_integral_value() and _within(number, datatype)
    if datatype in _TEXT and datatype != XSD.anyURI:
        return value[2] == "" and re.fullmatch(_TEXT[datatype], literal.value) is not None
    return datatype != XSD.dateTimeStamp or bool(value[1])


def differ(first: Literal, second: Literal) -> bool:
    """Return whether two literals are known to denote different values; rule dt-diff.

    >>> from pyoxigraph import Literal
    >>> differ(Literal("1.0", datatype=XSD.decimal), Literal("1", datatype=XSD.integer))
    False
    >>> differ(Literal("a"), Literal("a", language="en"))
    True
    """
    try:
        values = _value(first), _value(second)
    except ValueError:
        return False
    return None not in values and values[0] != values[1]


def meaning(literal: Literal) -> Value | None:
    """Return what a literal means; None where its datatype is not known, or its form is wrong.

    >>> from pyoxigraph import Literal
    >>> meaning(Literal("01", datatype=XSD.integer)) == meaning(Literal("1", datatype=XSD.decimal))
    True
    """
    try:
        return _value(literal)
    except ValueError:
        return None


def _value(literal: Literal) -> Value | None:
    """Return what a literal means, None where its datatype is not recognized.

    Raises:
        ValueError: the lexical form does not belong to the datatype.
    """
    if literal.language:
        return "text", literal.value, literal.language, str(literal.direction)
    datatype, text = literal.datatype, literal.value
    if datatype in _RANGES or datatype == XSD.decimal:
        return _number(text, datatype)
    if datatype in _CALENDAR:
        return _moment(_match(_CALENDAR[datatype], text), datatype)
    if datatype in _TEXT:
        _match(_TEXT[datatype], text)
        return ("uri" if datatype == XSD.anyURI else "text", text, "", "None")
    reader = _READERS.get(datatype)
    return reader(text) if reader else None


def _match(pattern: str, text: str) -> re.Match[str]:
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None:
        raise ValueError(text)
    return found


def _number(text: str, datatype: NamedNode) -> Value:
    if datatype == XSD.decimal:
        _match(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", text)
        return "number", Decimal(text)
    _match(r"[+-]?\d+", text)
    number = Decimal(text)
    if not _within(number, datatype):
        raise ValueError(text)
    return "number", number


def _within(number: Decimal, datatype: NamedNode) -> bool:
    low, high = _RANGES[datatype]
    return (low is None or number >= low) and (high is None or number <= high)


def _floating(kind: str) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        _match(r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|INF)|NaN", text)
        # Not-a-number is identical to itself as a value, which Python's float is not.
        return (kind, "NaN") if text == "NaN" else (kind, float(text))

    return read


def _boolean(text: str) -> Value:
    _match("true|false|1|0", text)
    return "boolean", text in ("true", "1")


def _hexadecimal(text: str) -> Value:
    _match("(?:[0-9a-fA-F]{2})*", text)
    return "hexBinary", text.lower()


def _base64(text: str) -> Value:
    letter = "[A-Za-z0-9+/] ?"
    _match(
        f"(?:(?:{letter}){{4}})*(?:(?:{letter}){{3}}[A-Za-z0-9+/]"
        f"|(?:{letter}){{2}}[AEIMQUYcgkosw048] ?=|{letter}[AQgw] ?= ?=)?",
        text,
    )
    return "base64Binary", text.replace(" ", "")


_READERS: dict[NamedNode, Callable[[str], Value]] = {
    XSD.float: _floating("float"),
    XSD.double: _floating("double"),
    XSD.boolean: _boolean,
    XSD.hexBinary: _hexadecimal,
    XSD.base64Binary: _base64,
}


def _moment(found: re.Match[str], datatype: NamedNode) -> Value:
    """Return a calendar value: on the time line where it has both a day and a time zone."""
    part = {name: text for name, text in found.groupdict().items() if text is not None}
    if datatype == XSD.dateTimeStamp and "zone" not in part:
        raise ValueError(found.string)
    year = int(part.get("year", 0))
    month, day = int(part.get("month", 1)), int(part.get("day", 1))
    # A day and month without a year may be the 29th of February.
    if day > _days_in(month, year if "year" in part else 4):
        raise ValueError(found.string)
    seconds = Decimal(0)
    if "midnight" in part:
        seconds = Decimal(86400)
    elif "hour" in part:
        seconds = int(part["hour"]) * 3600 + int(part["minute"]) * 60 + Decimal(part["second"])
    zone = _offset(part.get("zone"))
    if datatype in (XSD.dateTime, XSD.dateTimeStamp):
        instant = _day_number(year, month, day) * 86400 + seconds
        return "dateTime", zone is not None, instant - (zone or 0) * 60
    if datatype == XSD.time:
        return "time", zone is not None, (seconds - (zone or 0) * 60) % 86400
    return str(datatype), year, month, day, zone


def _offset(zone: str | None) -> int | None:
    if zone in (None, "Z"):
        return None if zone is None else 0
    hours, minutes = zone[1:].split(":")
    return (int(hours) * 60 + int(minutes)) * (-1 if zone[0] == "-" else 1)


def _days_in(month: int, year: int) -> int:
    if month == _FEBRUARY:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _day_number(year: int, month: int, day: int) -> int:
    """Count days in the proleptic Gregorian calendar, years before 1 and after 9999 included."""
    # The year begins in March, so that the leap day is its last.
    years, shifted = (year - 1, month + 9) if month <= _FEBRUARY else (year, month - 3)
    leap_days = years // 4 - years // 100 + years // 400
    return 365 * years + leap_days + (153 * shifted + 2) // 5 + day - 1


# --- literals that mean the same in other words: rules dt-eq and eq-rep-o, as far as they matter
#
# That "01"^^xsd:integer is 1 makes every statement of the one a statement of the other. Such copies
# say nothing: what follows from them is what counts, and they are left out of a closure.

#: Axioms with these look for two values that are equal.
_COMPARING = frozenset((OWL.hasKey, OWL.oneOf, OWL.propertyDisjointWith))
#: Axioms with these do where they name a literal.
_NAMING = frozenset((OWL.hasValue, OWL.targetValue))
_COMPARING_CLASSES = frozenset((OWL.InverseFunctionalProperty, OWL.AllDisjointProperties))


def matter(statements: Iterable[Statement]) -> bool:
    """Check whether an axiom among some statements compares values.

    >>> matter([(OWL.Thing, OWL.hasKey, RDF.nil)]), matter([(OWL.Thing, RDF.type, OWL.Class)])
    (True, False)
    """
    return any(
        predicate in _COMPARING
        or (predicate in _NAMING and isinstance(value, Literal))
        or (predicate == RDF.type and value in _COMPARING_CLASSES)
        for _, predicate, value in statements
    )


def equalities(statements: Collection[Statement]) -> set[Statement]:
    """Return that literals of some statements are the same, where an axiom compares values.

    >>> from kg.namespaces import XSD
    >>> one, other = Literal("1", datatype=XSD.integer), Literal("01", datatype=XSD.integer)
    >>> said = [(OWL.Thing, OWL.hasValue, one), (OWL.Thing, OWL.targetValue, other)]
    >>> equalities(said) == {(other, OWL.sameAs, one)}
    True
    """
    if not matter(statements):
        return set()
    groups: dict[Value, set[Literal]] = defaultdict(set)
    for _, _, value in statements:
        if isinstance(value, Literal) and (meant := identity(value)) is not None:
            groups[meant].add(value)
    found: set[Statement] = set()
    for group in groups.values():
        first, *others = sorted(group, key=str)
        found.update((first, OWL.sameAs, other) for other in others)
    return found


def without_copies(inferred: frozenset[Triple], given: Iterable[Statement]) -> frozenset[Triple]:
    """Return what follows without what says of an equal literal what is said already.

    Args:
        inferred: what follows; of several forms of a value that all follow, one stays.
        given: what is stated.
    """
    valued: dict[tuple[Term, Term], list[Literal]] = defaultdict(list)
    for subject, predicate, value in map(statement, inferred):
        if isinstance(value, Literal):
            valued[subject, predicate].append(value)
    if not valued:
        return inferred
    known: dict[tuple[Term, Term], set[Value | None]] = defaultdict(set)
    for subject, predicate, value in given:
        if isinstance(value, Literal) and (subject, predicate) in valued:
            known[subject, predicate].add(identity(value))
    copies: set[Statement] = set()
    for key, literals in valued.items():
        for literal in sorted(literals, key=lambda one: (len(one.value), str(one))):
            meant = identity(literal)
            if meant is not None and meant in known[key]:
                copies.add((*key, literal))
            known[key].add(meant)
    return frozenset(one for one in inferred if statement(one) not in copies)


def identity(literal: Literal) -> Value | None:
    """Return what tells a value from others; zero and minus zero are equal, and two values.

    >>> identity(Literal(1)) == identity(Literal("01", datatype=Literal(1).datatype))
    True
    """
    meant = meaning(literal)
    if meant is not None and meant[0] in ("float", "double") and meant[1] == 0:
        return (*meant, literal.value.startswith("-"))
    return meant


def other_forms(literal: Literal) -> list[Literal] | None:
    """Return the other literals that mean the same; None where they are not a few.

    >>> from kg.namespaces import XSD
    >>> other_forms(Literal("2024-02-29", datatype=XSD.date)), other_forms(Literal(1))
    ([], None)
    >>> len(other_forms(Literal("Mali")))
    6
    """
    if literal.language or identity(literal) is None or has_one_form(literal):
        return []
    if literal.datatype in TEXTS:
        return [Literal(literal.value, datatype=one) for one in TEXTS - {literal.datatype}]
    return None
