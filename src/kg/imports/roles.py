"""What a thing is in a file of missions: a State, a city of a country, a kind of mission."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kg.imports.rows import Fault, Row
from kg.namespaces import PREFIXES, REL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyoxigraph import NamedNode

__all__ = ["class_of", "countries", "identifier", "states", "told_apart"]

#: What is of these is of the rank of an embassy: Vienna Convention on Diplomatic Relations,
#: article 14, counts high commissioners and nuncios among the heads of missions of one rank.
_EMBASSIES = {"Q3917681", "Q18414273", "Q620045"}
#: Consular posts: Vienna Convention on Consular Relations, article 1 (1) (a), and chapter III on
#: posts headed by honorary officers.
_CONSULAR = {"Q7843791", "Q372690", "Q23891529"}
#: A city that two countries claim is a part of the one that at least so many times as many rows
#: have; of none where neither has.
_CLEARLY = 10


def identifier(item: str) -> str:
    """Return the id of an item.

    >>> identifier("http://www.wikidata.org/entity/Q912")
    'Q912'
    """
    return item.removeprefix(PREFIXES["wd"])


def class_of(kind: str) -> NamedNode:
    """Return the class of kg for the id of a kind of missions.

    >>> class_of("Q3917681") == REL.Embassy, class_of("Q999999901") == REL.DiplomaticMission
    (True, True)
    """
    if kind in _EMBASSIES:
        return REL.Embassy
    return REL.ConsularPost if kind in _CONSULAR else REL.DiplomaticMission


def states(rows: Sequence[Row]) -> set[str]:
    """Return the ids of what receives embassies, and sends some or receives those of two."""
    senders: dict[str, set[str]] = defaultdict(set)
    sending = set()
    for row in rows:
        if identifier(row.cells["typeQID"]) in _EMBASSIES:
            sender = identifier(row.cells["operatorQID"])
            receiver = identifier(row.cells["countryQID"])
            sending.add(sender)
            if sender != receiver:
                senders[receiver].add(sender)
    return {one for one, from_ in senders.items() if one in sending or len(from_) > 1}


def countries(rows: Sequence[Row]) -> dict[str, str]:
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


def told_apart(rows: Sequence[Row], faults: list[Fault]) -> Iterator[Row]:
    """Yield the rows but those whose mission is a State or city of others: nothing is both."""
    sovereign = states(rows)
    cities = {row.cells["cityQID"] for row in rows}
    for row in rows:
        value = row.cells["QID"]
        if identifier(value) in sovereign or value in cities:
            wrong = "is a State or city in this file, and no mission: the row is left out"
            faults.append(Fault(row.line, "QID", value, wrong, refused=True))
        else:
            yield row
