"""A graph of the relations between States, as large as one likes.

States with their places, missions, offices, groups and agreements, and events of thirty kinds that
these bodies direct at each other, in the words of kg where it has them and with ``bench:`` words
else. ``ontology.ttl`` says what the words mean, ``shapes.ttl`` what the graph must look like. All
that is said is made up: the names lie below http://example.org/, and no link leads out.

    python bench/generate.py --triples 100000 --seed 1 -o FILE.nt

The same arguments give the same bytes on every machine. Only States and what is said of them stay
the same few; all else grows with the graph, so that twice the triples entail about twice as much.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

from kg.namespaces import EDTF, OWL, PREFIXES, RDF, RDFS, XSD

__all__ = ["BENCH", "ID", "Parts", "World", "graph", "lines", "new_event", "write"]

#: What is generated is named below this.
ID = "http://example.org/id/"
#: The terms that kg has no word for.
BENCH = "http://example.org/bench#"
#: Another name for each State, as an authority file would have it.
_AUTHORITY = "http://example.org/authority/"
#: The same few States, however large the graph: what follows about pairs of them stays bounded.
_MOST_STATES = 200
_FEWEST_STATES = 6
#: So many triples before there is one State more.
_TRIPLES_A_STATE = 150
_PROVINCES = 3
#: So many former colonies share one colonial power.
_COLONIES = 10
_EVENTS_A_BLOCK = 10
#: An event answers the one before it, in runs of so many.
_EPISODE = 4
_CHUNK = 1 << 20

#: What stands after the subject: full predicate and object, each as N-Triples writes it.
Parts = list[tuple[str, str]]

_KINDS_WITH_TYPE = (
    "rel:Meeting rel:Talks rel:AmbassadorRecall rel:TroopDeployment rel:BorderFortification "
    "rel:AirspaceViolation rel:Shootdown rel:FlightBan bench:Aid rel:HostageTaking "
    "rel:MissionSeizure rel:Accusation rel:Declaration"
)
#: These have no event type by an axiom, so that each event names its own.
_KINDS_WITHOUT_TYPE = {
    "bench:Visit": "04",
    "bench:Recognition": "05",
    "bench:Expulsion": "16",
    "bench:JointExercise": "06",
    "bench:Ceasefire": "08",
    "bench:Sanction": "16",
    "bench:TradeAgreement": "05",
    "bench:Boycott": "13",
    "bench:Loan": "07",
    "rel:Insurgency": "20",
    "rel:Rebellion": "18",
    "bench:Raid": "19",
    "bench:Extradition": "08",
    "rel:OfficialStatement": "01",
    "rel:PeaceEffort": "03",
    "bench:Protest": "14",
    "bench:Apology": "05",
}
#: The quad class of the twenty roots of CAMEO: up to which root each one reaches.
_QUAD_CLASSES = {
    "rel:verbalCooperation": 5,
    "rel:materialCooperation": 8,
    "rel:verbalConflict": 13,
    "rel:materialConflict": 20,
}


def name(curie: str) -> str:
    """Write a name as N-Triples does; ``:x`` is a generated thing.

    >>> name("rel:State"), name(":state-1")
    ('<https://w3id.org/relations-kg/ontology#State>', '<http://example.org/id/state-1>')
    """
    prefix, _, local = curie.partition(":")
    namespaces = {**PREFIXES, "bench": BENCH, "": ID}
    return f"<{namespaces[prefix]}{local}>"


def lines(subject: str, parts: Parts) -> str:
    r"""Write all that is said of one subject as N-Triples.

    >>> lines("<http://example.org/id/a>", [("<http://example.org/bench#b>", '"c"')])
    '<http://example.org/id/a> <http://example.org/bench#b> "c" .\n'
    """
    return "".join([f"{subject} {predicate} {value} .\n" for predicate, value in parts])


_TYPE, _LABEL, _SAME = str(RDF.type), str(RDFS.label), str(OWL.sameAs)
_DATE, _DAY, _DECIMAL = f"^^{EDTF}", f"^^{XSD.date}", f"^^{XSD.decimal}"
_LOCAL_NAMES = """State isoCode actsFor belongsTo neighbours formerColonyOf partOf Province City
CoastalCity GovernmentBody ArmedGroup organOf presentIn Office Embassy sendingState receivingState
seat BilateralRelation Border Cooperation hasParty lengthInKilometres Threat date earliest latest
actor target place respondsTo eventType quadClass EventType"""
_NAMES = {local: name(f"rel:{local}") for local in _LOCAL_NAMES.split()}
_KINDS = [(name(kind), None) for kind in _KINDS_WITH_TYPE.split()] + [
    (name(kind), name(f"cameo:{root}")) for kind, root in _KINDS_WITHOUT_TYPE.items()
]
_MISSIONS = [_NAMES["Embassy"], name("bench:ConsulateGeneral"), name("bench:Consulate")]
_BODIES = [_NAMES["GovernmentBody"], name("bench:Ministry"), name("bench:ArmedForce")]
_TIES = [_NAMES["BilateralRelation"], _NAMES["Border"], _NAMES["Cooperation"]]
_CAPITAL, _HEAD, _STATUS = name("bench:capital"), name("bench:head"), name("bench:status")


def _at(kind: str, number: int) -> str:
    return f"<{ID}{kind}-{number}>"


def _label(text: str) -> str:
    return f'"{text}"@en'


class World:
    """The States and all that was generated so far, to be drawn from.

    Args:
        triples: how large the graph is to be.
        seed: which of the graphs of that size.
    """

    def __init__(self, triples: int, seed: int) -> None:
        # The one method whose values Python promises to keep for a seed.
        self._random = random.Random(seed).random  # noqa: S311 - nothing here is secret
        self.states = max(_FEWEST_STATES, min(_MOST_STATES, triples // _TRIPLES_A_STATE))
        self.cities = self.bodies = self.groups = self.missions = self.ties = self.events = 0

    def pick(self, count: int) -> int:
        """Draw a number below the count."""
        return int(self._random() * count)

    def base(self) -> Iterator[str]:
        """Yield what is there before anything happens: event types, States, places, bodies."""
        for root in range(1, 21):
            quad = next(kind for kind, last in _QUAD_CLASSES.items() if root <= last)
            parts = [(_TYPE, _NAMES["EventType"]), (_NAMES["quadClass"], name(quad))]
            yield lines(name(f"cameo:{root:02}"), parts)
        for number in range(self.states):
            yield from self._state(number)

    def _state(self, number: int) -> Iterator[str]:
        state, code = _at("state", number), f'"{chr(65 + number // 26)}{chr(65 + number % 26)}"'
        powers = max(2, self.states // _COLONIES)
        parts = [
            (_TYPE, _NAMES["State"]),
            (_LABEL, _label(f"State {number}")),
            (_NAMES["isoCode"], code),
            (_NAMES["actsFor"], state),
            (_NAMES["belongsTo"], state),
            (_NAMES["neighbours"], _at("state", (number + 1) % self.states)),
            (_CAPITAL, _at("city", self.cities)),
            (_SAME, f"<{_AUTHORITY}state-{number}>"),
        ]
        if number >= powers:
            parts.append((_NAMES["formerColonyOf"], _at("state", number % powers)))
        yield lines(state, parts)
        if number % 5 == 0:
            # The key of States makes this one the same as the first.
            again = [(_TYPE, _NAMES["State"]), (_NAMES["isoCode"], code)]
            yield lines(f"<{_AUTHORITY}code-{number}>", again)
        for province in range(number * _PROVINCES, (number + 1) * _PROVINCES):
            parts = [(_TYPE, _NAMES["Province"]), (_LABEL, _label(f"Province {province}"))]
            yield lines(_at("province", province), [*parts, (_NAMES["partOf"], state)])
        yield self.city(number * _PROVINCES)
        yield self.body(number)

    def city(self, province: int) -> str:
        """Found a city in a province."""
        city = self.cities
        self.cities += 1
        kind = "CoastalCity" if self.pick(4) == 0 else "City"
        parts = [(_TYPE, _NAMES[kind]), (_LABEL, _label(f"City {city}"))]
        return lines(_at("city", city), [*parts, (_NAMES["partOf"], _at("province", province))])

    def body(self, state: int) -> str:
        """Set up a body of a State."""
        body = self.bodies
        self.bodies += 1
        parts = [(_TYPE, _BODIES[self.pick(3)]), (_LABEL, _label(f"Body {body}"))]
        return lines(_at("body", body), [*parts, (_NAMES["organOf"], _at("state", state))])

    def group(self) -> str:
        """Form an armed group somewhere; every second one is a threat."""
        group = self.groups
        self.groups += 1
        city = _at("city", self.pick(self.cities))
        parts = [(_TYPE, _NAMES["ArmedGroup"]), (_LABEL, _label(f"Group {group}"))]
        text = lines(_at("group", group), [*parts, (_NAMES["presentIn"], city)])
        if group % 2:
            threat = [(_TYPE, _NAMES["Threat"]), (_LABEL, _label(f"Threat of group {group}"))]
            text += lines(_at("threat", group), threat)
        return text

    def mission(self) -> str:
        """Open a mission of one State in another, with its head."""
        mission = self.missions
        self.missions += 1
        city, sending = self.pick(self.states), self.pick(self.states - 1)
        # The first city of each State is its capital.
        receiving = city
        sending += sending >= receiving
        head = _at("head", mission)
        parts = [
            (_TYPE, _MISSIONS[self.pick(3)]),
            (_LABEL, _label(f"Mission {mission}")),
            (_NAMES["sendingState"], _at("state", sending)),
            (_NAMES["receivingState"], _at("state", receiving)),
            (_NAMES["seat"], _at("city", city)),
            (_STATUS, '"open"'),
            (_HEAD, head),
        ]
        if mission % 50 == 0:
            # An embassy has one head at most, so that the two are one.
            parts[0] = (_TYPE, _NAMES["Embassy"])
            parts.append((_HEAD, _at("ambassador", mission)))
        return lines(_at("mission", mission), parts) + lines(head, [(_TYPE, _NAMES["Office"])])

    def tie(self) -> str:
        """Tie two States: by a relation, a border, or a cooperation."""
        tie = self.ties
        self.ties += 1
        one, other = self.pick(self.states), self.pick(self.states - 1)
        parts = [
            (_TYPE, _TIES[tie % 3]),
            (_LABEL, _label(f"Tie {tie}")),
            (_NAMES["hasParty"], _at("state", one)),
            (_NAMES["hasParty"], _at("state", other + (other >= one))),
        ]
        if tie % 3 == 1:
            length = f'"{1 + self.pick(2000)}.5"{_DECIMAL}'
            parts.append((_NAMES["lengthInKilometres"], length))
        return lines(_at("tie", tie), parts)

    def event(self) -> str:
        """Let something happen; three of four events answer the one before."""
        event = self.events
        self.events += 1
        parts = self.event_parts(f"Event {event}")
        if event % _EPISODE:
            parts.append((_NAMES["respondsTo"], _at("event", event - 1)))
        return lines(_at("event", event), parts)

    def event_parts(self, label: str) -> Parts:
        """Return what is said of an event that answers none."""
        kind, event_type = _KINDS[self.pick(30)]
        day = f"{1960 + self.pick(66)}-{1 + self.pick(12):02}-{1 + self.pick(28):02}"
        parts = [
            (_TYPE, kind),
            (_LABEL, _label(label)),
            (_NAMES["date"], f'"{day}"{_DATE}'),
            (_NAMES["earliest"], f'"{day}"{_DAY}'),
            (_NAMES["latest"], f'"{day}"{_DAY}'),
            (_NAMES["actor"], self._agent("group", self.groups)),
            (_NAMES["target"], self._agent("mission", self.missions)),
            (_NAMES["place"], _at("city", self.pick(self.cities))),
        ]
        if event_type is not None:
            parts.append((_NAMES["eventType"], event_type))
        return parts

    def _agent(self, other: str, count: int) -> str:
        """Draw a body, a State, or one of the other things."""
        draw = self.pick(10)
        if draw < 5:  # noqa: PLR2004 - half are bodies, a quarter or so States
            return _at("body", self.pick(self.bodies))
        if draw < 8 or not count:  # noqa: PLR2004
            return _at("state", self.pick(self.states))
        return _at(other, self.pick(count))


def graph(triples: int, seed: int, faults: int = 0) -> Iterator[str]:
    """Yield a graph as N-Triples, a thing or a few at a time.

    Args:
        triples: how many, within a few per cent.
        seed: which of the graphs of that size.
        faults: how many things in it shall break the shapes.
    """
    from faults import faulty

    world = World(triples, seed)
    left = triples
    for text in _things(world, faulty(world, faults)):
        yield text
        left -= text.count("\n")
        if left <= 0:
            return


def _things(world: World, faults: Iterator[str]) -> Iterator[str]:
    yield from world.base()
    yield world.group()
    yield world.mission()
    yield from faults
    while True:
        yield world.city(world.pick(world.states * _PROVINCES))
        yield world.body(world.pick(world.states))
        yield world.group()
        yield world.mission()
        yield world.tie()
        for _ in range(_EVENTS_A_BLOCK):
            yield world.event()


def new_event(triples: int, seed: int, number: int = 0) -> str:
    """Return an event that the graph of this size and seed does not have, as N-Triples.

    It is about States and bodies that the graph has, and answers one of its events.

    >>> new_event(1000, 1).count("respondsTo")
    1
    """
    world = World(triples, seed + 1 + number)
    world.cities = world.bodies = world.states
    world.groups = world.missions = 1
    parts = world.event_parts(f"New event {number}")
    return lines(_at("new-event", number), [*parts, (_NAMES["respondsTo"], _at("event", 0))])


def write(file: BinaryIO, triples: int, seed: int, faults: int = 0) -> None:
    """Write a graph as N-Triples, holding little of it in memory."""
    waiting: list[str] = []
    size = 0
    for text in graph(triples, seed, faults):
        waiting.append(text)
        size += len(text)
        if size > _CHUNK:
            file.write("".join(waiting).encode("ascii"))
            waiting.clear()
            size = 0
    file.write("".join(waiting).encode("ascii"))


def main() -> None:
    """Write the graph that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--triples", type=int, default=100_000, help="how many, about")
    parser.add_argument("--seed", type=int, default=1, help="which of the graphs of that size")
    parser.add_argument("--faults", type=int, default=0, help="how many things break the shapes")
    parser.add_argument("-o", "--output", type=Path, help="the file; without it, standard output")
    options = parser.parse_args()
    if options.output is None:
        write(sys.stdout.buffer, options.triples, options.seed, options.faults)
    else:
        with options.output.open("wb") as file:
            write(file, options.triples, options.seed, options.faults)


if __name__ == "__main__":
    main()
