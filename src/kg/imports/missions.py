"""Wikidata's diplomatic missions, as the Database of Embassies publishes them, in kg's terms.

Layout: https://github.com/database-of-embassies/database-of-embassies, cells between semicolons,
several values between ``|``. What kg has no term for is said by Wikidata's own properties.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date as day
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from kg.imports.rows import Fault, Row, read
from kg.namespaces import DCTERMS, PREFIXES, RDF, RDFS, REL, SKOS, WGS84, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["COLUMNS", "GRAPH", "Imported", "import_missions"]

#: The graph of what is imported.
GRAPH = NamedNode(PREFIXES["graph"] + "import/missions")
#: The columns that the file must have.
COLUMNS = (
    *("operator", "operatorQID", "jurisdictions", "jurisdictionQIDs", "country", "countryQID"),
    *("city", "cityQID", "address", "latitude", "longitude", "phone", "email", "website"),
    *("facebook", "twitter", "youtube", "picture", "pictureAuthor", "pictureLicense"),
    *("pictureLicenseURL", "type", "typeQID", "creation", "QID"),
)
_WD, _WDT = PREFIXES["wd"], PREFIXES["wdt"]
_ID = re.compile(re.escape(_WD) + r"(Q[1-9][0-9]*)")
_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
_SCHEMA, _FOAF = PREFIXES["schema"], PREFIXES["foaf"]
#: What is written as it is: the column, the property, and whether it is an address.
_PLAIN = (
    ("address", _SCHEMA + "address", False),
    ("phone", _SCHEMA + "telephone", False),
    ("email", _FOAF + "mbox", True),
    ("website", _FOAF + "homepage", True),
    ("picture", _FOAF + "depiction", True),
)
_ACCOUNTS = ("facebook", "twitter", "youtube")
_LATITUDE, _LONGITUDE = 90.0, 180.0


@dataclass(frozen=True)
class Imported:
    """What became of a file.

    Args:
        quads: the triples, in one graph.
        rows: the number of rows of the file.
        imported: the number of those that were taken.
        missions: the number of missions, which may be given by several rows.
        faults: what cannot be used or is wrong in the file, by line.
    """

    quads: tuple[Quad, ...]
    rows: int
    imported: int
    missions: int
    faults: tuple[Fault, ...]

    @property
    def refused(self) -> int:
        """The number of rows that were left out."""
        return self.rows - self.imported


def import_missions(
    path: Path,
    known: Mapping[str, NamedNode] | None = None,
    names: Mapping[NamedNode, str] | None = None,
) -> Imported:
    """Read a file of missions.

    A State is what receives embassies, and sends some too or receives those of two senders; the
    file alone tells no more. A mission of or to something else keeps Wikidata's words alone.

    Args:
        path: of the file.
        known: the thing of ours that is the same as an item, by the id of that.
        names: what those are called here, in English.

    Raises:
        ResourceNotFound: there is no such file.
        Misuse: it has another layout; names the columns.
        ParseFailure: it is not UTF-8.
    """
    table = read(path, COLUMNS, ";")
    faults = list(table.faults)
    rows = []
    for row in table.rows:
        wrong = _unusable(row)
        if wrong is None:
            rows.append(row)
        else:
            faults.append(wrong)
    rows = list(_told_apart(rows, faults))
    further = sorted({name for row in rows[:1] for name in row.cells} - set(COLUMNS))
    unread = "is no column of this layout: what it says is not read"
    faults += [Fault(1, name, "", unread) for name in further]
    work = _Import(rows, known or {}, names or {}, faults)
    quads = dict.fromkeys(work.quads(f"sha256:{table.digest}", path.name))
    missions = len({row.cells["QID"] for row in rows})
    faults.sort(key=lambda fault: (fault.line, fault.column))
    return Imported(tuple(quads), table.count, len(rows), missions, tuple(faults))


def _unusable(row: Row) -> Fault | None:
    """Return why a row is left out: a mission has an id, a sender and a receiver."""
    for column in ("QID", "operatorQID", "countryQID", "typeQID"):
        value = row.cells[column]
        if _ID.fullmatch(value) is None:
            wrong = "is no item of Wikidata" if value else "is missing"
            return Fault(row.line, column, value, f"{wrong}: the row is left out", refused=True)
    return None


class _Import:
    """The rows of one file on their way to quads."""

    def __init__(
        self,
        rows: list[Row],
        known: Mapping[str, NamedNode],
        names: Mapping[NamedNode, str],
        faults: list[Fault],
    ) -> None:
        self._rows = rows
        self._known = known
        self._names = names
        self._faults = faults
        self._states = _states(rows)
        self._countries = _countries(rows)
        self._missions = {row.cells["QID"]: row.line for row in reversed(rows)}

    def quads(self, digest: str, name: str) -> Iterator[Quad]:
        for subject, predicate, term in self._triples(digest, name):
            yield Quad(subject, predicate, term, GRAPH)

    def _triples(
        self, digest: str, name: str
    ) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        yield GRAPH, RDF.type, REL.Source
        yield GRAPH, RDFS.label, Literal(f"Wikidata's diplomatic missions, {name}", language="en")
        yield GRAPH, NamedNode(PREFIXES["dcterms"] + "type"), Literal("data set", language="en")
        yield GRAPH, DCTERMS.title, Literal(name)
        yield GRAPH, DCTERMS.identifier, Literal(digest)
        yield GRAPH, DCTERMS.license, NamedNode(_CC0)
        for row in self._rows:
            first = self._missions[row.cells["QID"]]
            if first != row.line:
                self._say(row, "QID", f"is the mission of line {first} too: both are taken as one")
            yield from self._mission(row)
            yield from self._around(row)

    def _mission(self, row: Row) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        cells, node = row.cells, self._node(row.cells["QID"])
        kind = _identifier(cells["typeQID"])
        yield node, RDF.type, NamedNode(_WD + kind)
        yield node, RDFS.label, Literal(_label(cells), language="en")
        yield node, DCTERMS.source, GRAPH
        sender, receiver = _identifier(cells["operatorQID"]), _identifier(cells["countryQID"])
        yield node, NamedNode(_WDT + "P137"), self._node(cells["operatorQID"])
        yield node, NamedNode(_WDT + "P17"), self._node(cells["countryQID"])
        strange = [
            column
            for column, one in (("operator", sender), ("country", receiver))
            if one not in self._states
        ]
        for column in strange:
            self._say(row, column, "is no State by this file: the mission keeps Wikidata's words")
        if sender == receiver and not strange:
            # To take it over would give a State diplomatic ties with itself.
            strange.append("country")
            self._say(row, "country", "sends the mission to itself: it keeps Wikidata's words")
        if not strange:
            yield node, RDF.type, _class_of(kind)
            yield node, REL.sendingState, self._node(cells["operatorQID"])
            yield node, REL.receivingState, self._node(cells["countryQID"])
            yield from self._seat(row, node)
        yield from self._jurisdictions(row, node)
        yield from self._point(row, node)
        yield from self._plain(row, node)
        yield from self._creation(row, node)

    def _seat(self, row: Row, node: NamedNode) -> Iterator[tuple[NamedNode, NamedNode, NamedNode]]:
        city = row.cells["cityQID"]
        if _ID.fullmatch(city) is None:
            wrong = "is no item of Wikidata" if city else "is missing"
            self._say(row, "cityQID", f"{wrong}: the mission has no seat")
            return
        yield node, REL.seat, self._city(city)
        country = self._countries.get(city)
        if country is None:
            self._say(row, "city", "lies in several countries by this file: in which is not said")
        elif country != row.cells["countryQID"]:
            self._say(row, "city", "lies in another country by most rows of this file")

    def _around(self, row: Row) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        """Yield what is said of the sender, the receiver and the city."""
        cells = row.cells
        for column in ("operator", "country", "city"):
            item = cells[f"{column}QID"]
            if _ID.fullmatch(item) is None:
                continue
            node = self._city(item) if column == "city" else self._node(item)
            name = self._names.get(node) or cells[column]
            if item in self._missions:
                line = self._missions[item]
                self._say(row, column, f"is itself the mission of line {line}")
            elif name:
                yield node, RDFS.label, Literal(name, language="en")
            else:
                self._say(row, column, "has no name in this row")
            if _identifier(item) in self._states and column != "city":
                yield node, RDF.type, REL.State
                yield node, REL.actsFor, node
                yield node, REL.belongsTo, node
        city = cells["cityQID"]
        country = self._countries.get(city)
        if country is not None and _identifier(country) in self._states:
            node = self._city(city)
            yield node, RDF.type, REL.Place
            yield node, REL.partOf, self._node(country)
            if _identifier(city) in self._states:
                yield node, SKOS.closeMatch, NamedNode(city)

    def _jurisdictions(
        self, row: Row, node: NamedNode
    ) -> Iterator[tuple[NamedNode, NamedNode, NamedNode]]:
        for item in filter(None, row.cells["jurisdictionQIDs"].split("|")):
            if _ID.fullmatch(item) is None:
                self._say(row, "jurisdictionQIDs", "is no item of Wikidata: left out", item)
            else:
                yield node, NamedNode(_WDT + "P1001"), self._node(item)

    def _point(self, row: Row, node: NamedNode) -> Iterator[tuple[NamedNode, NamedNode, Literal]]:
        latitude, longitude = row.cells["latitude"], row.cells["longitude"]
        if not latitude and not longitude:
            return
        try:
            inside = abs(float(latitude)) <= _LATITUDE and abs(float(longitude)) <= _LONGITUDE
        except ValueError:
            inside = False
        if not inside or not _decimal(latitude) or not _decimal(longitude):
            self._say(
                row, "latitude", "is no point in degrees: left out", f"{latitude};{longitude}"
            )
            return
        yield node, WGS84.lat, Literal(latitude, datatype=XSD.decimal)
        yield node, WGS84.long, Literal(longitude, datatype=XSD.decimal)

    def _plain(
        self, row: Row, node: NamedNode
    ) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        cells = row.cells
        for column, predicate, is_address in _PLAIN:
            value = cells[column]
            if value:
                term = self._address(row, column, value) if is_address else Literal(value)
                if term is not None:
                    yield node, NamedNode(predicate), term
        for column in _ACCOUNTS:
            if cells[column]:
                text = Literal(f"{column}:{cells[column]}")
                yield node, NamedNode(_SCHEMA + "identifier"), text
        yield from self._picture(row)

    def _picture(self, row: Row) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        cells = row.cells
        told = [cells[f"picture{name}"] for name in ("Author", "License", "LicenseURL")]
        if not any(told):
            return
        picture = _iri(cells["picture"])
        if picture is None:
            self._say(row, "picture", "is missing, but has an author or a licence: left out")
            return
        author, words, licence = told
        if author:
            yield picture, NamedNode(PREFIXES["dcterms"] + "creator"), Literal(author)
        if words:
            yield picture, NamedNode(PREFIXES["dcterms"] + "rights"), Literal(words)
        if licence and (address := self._address(row, "pictureLicenseURL", licence)) is not None:
            yield picture, DCTERMS.license, address

    def _creation(
        self, row: Row, node: NamedNode
    ) -> Iterator[tuple[NamedNode, NamedNode, Literal]]:
        value = row.cells["creation"]
        if not value:
            return
        found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T00:00:00Z", value, re.ASCII)
        if found is None:
            self._say(row, "creation", "is no date such as 1927-01-01T00:00:00Z: left out")
            return
        # The file writes a year as its first of January: no more than the year is sure then.
        date = found[0][:10]
        try:
            day.fromisoformat(date)
        except ValueError:
            self._say(row, "creation", "is no day of the calendar: left out")
            return
        # And a month as its first day.
        sure = {"-01-01": (4, XSD.gYear)}.get(date[4:], (7, XSD.gYearMonth))
        length, datatype = sure if date.endswith("-01") else (10, XSD.date)
        yield node, NamedNode(_WDT + "P571"), Literal(date[:length], datatype=datatype)

    def _address(self, row: Row, column: str, value: str) -> NamedNode | None:
        found = _iri(value)
        if found is None:
            self._say(row, column, "is no address: left out")
        return found

    def _city(self, item: str) -> NamedNode:
        """Return the node of a city; of one that is a State too, a node of its own.

        In kg's terms nothing is both; Wikidata has one item for Singapore.
        """
        if _identifier(item) in self._states:
            return NamedNode(f"{GRAPH.value}#{_identifier(item)}")
        return self._node(item)

    def _node(self, item: str) -> NamedNode:
        return self._known.get(_identifier(item)) or NamedNode(item)

    def _say(self, row: Row, column: str, message: str, value: str | None = None) -> None:
        told = row.cells[column] if value is None else value
        self._faults.append(Fault(row.line, column, told[:200], message))


def _label(cells: dict[str, str]) -> str:
    """Name a mission after what it is, whose, and where; the file has no names.

    >>> _label({"type": "embassy", "operator": "Mali", "city": "Algiers", "country": "Algeria"})
    'embassy of Mali in Algiers'
    """
    kind = cells["type"] or "mission"
    sender = cells["operator"] or _identifier(cells["operatorQID"])
    place = cells["city"] or cells["country"] or _identifier(cells["countryQID"])
    return f"{kind} of {sender} in {place}"


def _iri(value: str) -> NamedNode | None:
    if re.match(r"(https?://|mailto:)[^\s]+$", value) is None:
        return None
    try:
        return NamedNode(value)
    except ValueError:
        return None


def _decimal(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) is not None


# What a thing is in a file of missions: a State, a city of a country, a kind of mission.

#: What is of these is of the rank of an embassy: Vienna Convention on Diplomatic Relations,
#: article 14, counts high commissioners and nuncios among the heads of missions of one rank.
_EMBASSIES = {"Q3917681", "Q18414273", "Q620045"}
#: Consular posts: Vienna Convention on Consular Relations, article 1 (1) (a), and chapter III on
#: posts headed by honorary officers.
_CONSULAR = {"Q7843791", "Q372690", "Q23891529"}
#: A city that two countries claim is a part of the one that at least so many times as many rows
#: have; of none where neither has.
_CLEARLY = 10


def _identifier(item: str) -> str:
    """Return the id of an item.

    >>> _identifier("http://www.wikidata.org/entity/Q912")
    'Q912'
    """
    return item.removeprefix(PREFIXES["wd"])


def _class_of(kind: str) -> NamedNode:
    """Return the class of kg for the id of a kind of missions.

    >>> _class_of("Q3917681") == REL.Embassy, _class_of("Q999999901") == REL.DiplomaticMission
    (True, True)
    """
    if kind in _EMBASSIES:
        return REL.Embassy
    return REL.ConsularPost if kind in _CONSULAR else REL.DiplomaticMission


def _states(rows: Sequence[Row]) -> set[str]:
    """Return the ids of what receives embassies, and sends some or receives those of two."""
    senders: dict[str, set[str]] = defaultdict(set)
    sending = set()
    for row in rows:
        if _identifier(row.cells["typeQID"]) in _EMBASSIES:
            sender = _identifier(row.cells["operatorQID"])
            receiver = _identifier(row.cells["countryQID"])
            sending.add(sender)
            if sender != receiver:
                senders[receiver].add(sender)
    return {one for one, from_ in senders.items() if one in sending or len(from_) > 1}


def _countries(rows: Sequence[Row]) -> dict[str, str]:
    """Return the country of each city, where the rows agree or nearly all of them do."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.cells["cityQID"]:
            counts[row.cells["cityQID"]][row.cells["countryQID"]] += 1
    found = {}
    for city, named in counts.items():
        (first, most), *others = named.most_common(2)
        if not others or most >= _CLEARLY * others[0][1]:
            found[city] = first
    return found


def _told_apart(rows: Sequence[Row], faults: list[Fault]) -> Iterator[Row]:
    """Yield the rows but those whose mission is a State or city of others: nothing is both."""
    sovereign = _states(rows)
    cities = {row.cells["cityQID"] for row in rows}
    for row in rows:
        value = row.cells["QID"]
        if _identifier(value) in sovereign or value in cities:
            wrong = "is a State or city in this file, and no mission: the row is left out"
            faults.append(Fault(row.line, "QID", value, wrong, refused=True))
        else:
            yield row
