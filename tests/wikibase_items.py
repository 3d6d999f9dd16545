"""What the stand-in knows: a document in Wikidata's layout for every item that the graph links to.

The ids are those of ``data/wikidata-ids.tsv``, with the sources named there. Coordinates, codes and
operators are those that the same sources have. How classes hang together (P279), and the texts in
other languages, are made for the tests. Ids from Q999999001 on do not exist; they are the items of
faults and suggestions.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

Document = dict[str, Any]


def item(  # noqa: PLR0913 - what an item may have
    identifier: str,
    label: str,
    *aliases: str,
    kinds: tuple[str, ...] = (),
    within: tuple[str, ...] = (),
    point: tuple[float, float] | None = None,
    other: dict[str, str] | None = None,
    **statements: Any,
) -> Document:
    """Write an item: English label and aliases, labels in other languages, and statements."""
    labels = {"en": label} | (other or {})
    claims: dict[str, list[Document]] = {}
    for kind in kinds:
        claims.setdefault("P31", []).append(statement(identifier, "P31", entity(kind)))
    for kind in within:
        claims.setdefault("P279", []).append(statement(identifier, "P279", entity(kind)))
    if point is not None:
        claims["P625"] = [statement(identifier, "P625", coordinate(*point))]
    for key, value in statements.items():
        for one in value if isinstance(value, list) else [value]:
            claims.setdefault(key, []).append(
                one if "mainsnak" in one else statement(identifier, key, one)
            )
    return {
        "type": "property" if identifier[0] == "P" else "item",
        "id": identifier,
        "lastrevid": 1_000 + int(identifier[1:]) % 1_000,
        "modified": "2026-01-01T00:00:00Z",
        "labels": {code: {"language": code, "value": text} for code, text in labels.items()},
        "descriptions": {},
        "aliases": {"en": [{"language": "en", "value": one} for one in aliases]} if aliases else {},
        "claims": claims,
    }


def statement(
    subject: str, key: str, value: Document, rank: str = "normal", **more: Any
) -> Document:
    """Write a statement; ``qualifiers`` and ``references`` as Wikibase has them."""
    digest = hashlib.sha256(f"{subject} {key} {value} {rank}".encode()).hexdigest()
    return {
        "mainsnak": snak(key, value),
        "type": "statement",
        "id": f"{subject}${uuid.UUID(digest[:32])}",
        "rank": rank,
        **more,
    }


def snak(key: str, value: Document) -> Document:
    """Write a property with its value."""
    return {"snaktype": "value", "property": key, "datavalue": value}


def reference(url: str) -> Document:
    """Write a reference: a URL (P854) and when it was read (P813)."""
    snaks = {
        "P854": [snak("P854", string(url))],
        "P813": [snak("P813", time("+2024-05-01T00:00:00Z"))],
    }
    return {"hash": hashlib.sha256(url.encode()).hexdigest()[:40], "snaks": snaks}


def entity(identifier: str) -> Document:
    kind = "property" if identifier[0] == "P" else "item"
    value = {"entity-type": kind, "numeric-id": int(identifier[1:]), "id": identifier}
    return {"value": value, "type": "wikibase-entityid"}


def string(text: str) -> Document:
    return {"value": text, "type": "string"}


def text(words: str, language: str) -> Document:
    return {"value": {"text": words, "language": language}, "type": "monolingualtext"}


def quantity(amount: str) -> Document:
    return {"value": {"amount": amount, "unit": "1"}, "type": "quantity"}


def time(when: str, precision: int = 11) -> Document:
    value = {"time": when, "timezone": 0, "before": 0, "after": 0, "precision": precision}
    value["calendarmodel"] = "http://www.wikidata.org/entity/Q1985727"
    return {"value": value, "type": "time"}


def coordinate(latitude: float, longitude: float) -> Document:
    globe = "http://www.wikidata.org/entity/Q2"
    value = {"latitude": latitude, "longitude": longitude, "altitude": None, "precision": 0.0001}
    return {"value": value | {"globe": globe}, "type": "globecoordinate"}


def _state(identifier: str, label: str, *aliases: str, codes: str, **more: Any) -> Document:
    two, three, number = codes.split("/")
    more |= {"P297": string(two), "P298": string(three), "P299": string(number)}
    return item(identifier, label, *aliases, kinds=("Q3624078", "Q6256"), **more)


def _city(identifier: str, label: str, state: str, *aliases: str, **more: Any) -> Document:
    return item(identifier, label, *aliases, kinds=("Q515",), P17=entity(state), **more)


def _province(identifier: str, label: str, code: str, **more: Any) -> Document:
    kinds = ("Q240601",)
    return item(identifier, label, kinds=kinds, P17=entity("Q262"), P300=string(code), **more)


def _group(identifier: str, label: str, *aliases: str, kind: str = "Q17149090") -> Document:
    return item(identifier, label, *aliases, kinds=(kind,))


def things() -> list[Document]:
    """Return the items of things."""
    algeria = {
        "P530": entity("Q142"),
        "P47": [entity("Q912")],
        "P463": entity("Q7159"),
        "P1448": [
            text("الجمهورية الجزائرية الديمقراطية الشعبية", "ar"),
            text("République algérienne démocratique et populaire", "fr"),
        ],
        "P1082": statement(
            "Q262",
            "P1082",
            quantity("+45000000"),
            references=[reference("https://example.org/count")],
        ),
        "P41": string("Flag of Algeria.svg"),
        "P36": entity("Q3561"),
    }
    embassy = {
        "P137": entity("Q262"),
        "P17": entity("Q912"),
        "P131": entity("Q3703"),
    }
    return [
        _state(
            "Q262",
            "Algeria",
            "People's Democratic Republic of Algeria",
            codes="DZ/DZA/012",
            point=(28.0, 1.0),
            other={"fr": "Algérie", "ar": "الجزائر"},
            **algeria,
        ),
        _state(
            "Q912",
            "Mali",
            "Republic of Mali",
            codes="ML/MLI/466",
            point=(17.0, -4.0),
            other={"fr": "Mali", "ar": "مالي"},
            P47=[entity("Q262")],
            P463=entity("Q7159"),
            P36=entity("Q3703"),
        ),
        _state("Q142", "France", "French Republic", codes="FR/FRA/250"),
        _state("Q30", "United States", "United States of America", "USA", codes="US/USA/840"),
        _city("Q3561", "Algiers", "Q262", point=(36.776, 3.059), other={"fr": "Alger"}),
        _city("Q3703", "Bamako", "Q912", point=(12.646, -7.992), P300=string("ML-BKO")),
        _city("Q188904", "Gao", "Q912", point=(16.267, -0.05)),
        _city("Q131818", "Oran", "Q262", point=(35.697, -0.633)),
        _city("Q187346", "Constantine", "Q262", point=(36.365, 6.615)),
        _city("Q205792", "Tamanrasset", "Q262", point=(22.785, 5.523)),
        _city("Q251181", "Adrar", "Q262", point=(27.874, -0.294)),
        _province("Q188166", "Adrar Province", "DZ-01", point=(26.0, -1.0)),
        _province("Q229467", "Tamanrasset Province", "DZ-11", point=(23.5, 4.5)),
        _province("Q77102475", "In Guezzam Province", "DZ-54"),
        item(
            "Q389569",
            "Tin Zaouatine",
            "Tinzaouaten",
            kinds=("Q2989398", "Q902814"),
            point=(19.953, 2.967),
        ),
        item("Q6583", "Sahara", "Sahara Desert", kinds=("Q82794",)),
        item("Q27381", "North Africa", "Northern Africa", kinds=("Q82794",)),
        item("Q58843", "Tuareg people", "Tuareg", kinds=("Q41710",)),
        item("Q483654", "Sunni Islam", kinds=("Q13414953",)),
        item("Q182762", "Prime Minister of Algeria", kinds=("Q14212",)),
        _group("Q34490", "al-Qaeda", "Al-Qaida", kind="Q17127659"),
        _group("Q2635966", "al-Qaeda in the Islamic Maghreb", "AQIM", kind="Q17127659"),
        _group("Q853699", "National Movement for the Liberation of Azawad", "MNLA"),
        _group(
            "Q550108", "Movement for Oneness and Jihad in West Africa", "MUJAO", kind="Q17127659"
        ),
        item(
            "Q100268078",
            "Embassy of Algeria, Bamako",
            "Embassy of Algeria in Bamako",
            kinds=("Q3917681",),
            point=(12.6089, -7.9768),
            **embassy,
        ),
        item("Q7159", "African Union", kinds=("Q245065",)),
    ]


#: Which class is below which: made for the tests.
_CLASSES = {
    "Q3624078": ("sovereign state", "Q6256"),
    "Q6256": ("country", ""),
    "Q515": ("city", ""),
    "Q34876": ("province", ""),
    "Q240601": ("province of Algeria", "Q34876"),
    "Q2989398": ("commune of Algeria", ""),
    "Q902814": ("border town", ""),
    "Q82794": ("geographic region", ""),
    "Q41710": ("ethnic group", ""),
    "Q13414953": ("religious denomination", ""),
    "Q14212": ("prime minister", ""),
    "Q17149090": ("armed organization", ""),
    "Q17127659": ("terrorist organization", "Q17149090"),
    "Q213283": ("diplomatic mission", ""),
    "Q3917681": ("embassy", "Q213283"),
    "Q7843791": ("consulate", "Q213283"),
    "Q245065": ("intergovernmental organization", ""),
}


def entities(names: dict[str, str]) -> dict[str, Document]:
    """Return all documents by id.

    Args:
        names: the label of each id that the graph links to; those that are not described above,
            classes and properties, get a document with that label alone.
    """
    documents = [
        *things(),
        *(
            item(identifier, label, within=(parent,) if parent else ())
            for identifier, (label, parent) in _CLASSES.items()
        ),
    ]
    known = {document["id"]: document for document in documents}
    others = {one: item(one, label) for one, label in names.items() if one not in known}
    return others | known
