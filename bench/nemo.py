"""A program of rules in the language of nemo, which closes the same graph by another engine.

What kg's engine and this one share is the compiler; how rules are run they share nothing of. A
class becomes a relation of one place, a property one of two; the rules of equality are written out
for each. So that the file stays a file that nemo reads itself, only N-Triples go in and out.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Variable

from kg.namespaces import OWL, RDF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.rules import Atom, Program, Rule, Slot

__all__ = ["Nemo", "close"]


class Nemo:
    """The text of a program for nemo.

    Args:
        program: the rules. Those that change properties themselves (eq-rep-p) are left out: the
            generated graphs have no property with two names.

    Raises:
        ValueError: the program asks for the datatypes of literals, which is not written here.
    """

    def __init__(self, program: Program) -> None:
        if program.datatypes:
            raise ValueError(
                f"no nemo rules for the datatypes {sorted(map(str, program.datatypes))}"
            )
        self._program = program
        self._relations: dict[tuple[Slot, Slot | None], str] = {}

    def text(self, source: Path, target: Path | None = None) -> str:
        """Return the program that reads one file and writes another.

        Args:
            source: the facts as N-Triples.
            target: the folder and name of what is written, None to derive only.
        """
        rules = [line for rule in self._program.rules for line in self._rule(rule)]
        lines = [
            f'@import triple :- ntriples{{resource="{source}"}} .',
            "same(?y, ?x) :- same(?x, ?y) .",
            "same(?x, ?z) :- same(?x, ?y), same(?y, ?z) .",
            *rules,
            *self._reading(),
            *self._renaming(),
        ]
        if target is not None:
            lines += [*self._writing(), f'@export all :- ntriples{{resource="{target}"}} .']
        return "\n".join([*lines, "@output clash ."]) + "\n"

    def _rule(self, rule: Rule) -> Iterator[str]:
        if rule.name.startswith("eq-") and rule.head is not None:
            # Equality is written out for each relation.
            return
        body = ", ".join(map(self._atom, rule.body))
        head = f'clash("{rule.name}")' if rule.head is None else self._atom(rule.head)
        yield f"{head} :- {body} ." if body else f"{head} ."

    def _atom(self, atom: Atom) -> str:
        if atom.predicate == OWL.sameAs:
            return f"same({_slot(atom.subject)}, {_slot(atom.object)})"
        if atom.predicate == RDF.type:
            return f"{self._relation(RDF.type, atom.object)}({_slot(atom.subject)})"
        relation = self._relation(atom.predicate, None)
        return f"{relation}({_slot(atom.subject)}, {_slot(atom.object)})"

    def _relation(self, predicate: Slot, kind: Slot | None) -> str:
        prefix = "p" if kind is None else "c"
        number = len(self._relations)
        return self._relations.setdefault((predicate, kind), f"{prefix}{number}")

    def _named(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield each relation with its property, and its class if it has one."""
        for (predicate, kind), relation in self._relations.items():
            if isinstance(predicate, NamedNode) and (kind is None or isinstance(kind, NamedNode)):
                yield relation, _slot(predicate), None if kind is None else _slot(kind)

    def _reading(self) -> Iterator[str]:
        same, typed = _slot(OWL.sameAs), _slot(RDF.type)
        yield f"same(?x, ?y) :- triple(?x, {same}, ?y) ."
        yield f"known({same}) ."
        yield f"known({typed}) ."
        # So that the two are relations where no rule names one.
        yield "classed(<http://example.org/none>) ."
        for relation, predicate, kind in self._named():
            if kind is None:
                yield f"{relation}(?x, ?y) :- triple(?x, {predicate}, ?y) ."
                yield f"known({predicate}) ."
            else:
                yield f"{relation}(?x) :- triple(?x, {predicate}, {kind}) ."
                yield f"classed({kind}) ."
        yield "rest(?x, ?p, ?y) :- triple(?x, ?p, ?y), ~known(?p) ."
        yield f"rest(?x, {typed}, ?y) :- triple(?x, {typed}, ?y), ~classed(?y) ."

    def _renaming(self) -> Iterator[str]:
        for (_, kind), relation in self._relations.items():
            if kind is None:
                yield f"{relation}(?z, ?y) :- same(?x, ?z), {relation}(?x, ?y) ."
                yield f"{relation}(?x, ?z) :- same(?y, ?z), {relation}(?x, ?y) ."
            else:
                yield f"{relation}(?z) :- same(?x, ?z), {relation}(?x) ."
        yield "rest(?z, ?p, ?y) :- same(?x, ?z), rest(?x, ?p, ?y) ."
        yield "rest(?x, ?p, ?z) :- same(?y, ?z), rest(?x, ?p, ?y) ."

    def _writing(self) -> Iterator[str]:
        yield f"all(?x, {_slot(OWL.sameAs)}, ?y) :- same(?x, ?y) ."
        yield "all(?x, ?p, ?y) :- rest(?x, ?p, ?y) ."
        for relation, predicate, kind in self._named():
            if kind is None:
                yield f"all(?x, {predicate}, ?y) :- {relation}(?x, ?y) ."
            else:
                yield f"all(?x, {predicate}, {kind}) :- {relation}(?x) ."


def _slot(slot: Slot) -> str:
    if isinstance(slot, Variable):
        return f"?{slot.value}"
    if isinstance(slot, NamedNode | Literal):
        return str(slot)
    raise ValueError(f"{slot}: nemo has no name for a blank node of the ontology")


def close(program: Program, source: Path, folder: Path | None = None) -> Path | None:
    """Close a file by nemo; where a folder is given, write all that holds there.

    Args:
        program: the compiled ontology.
        source: the facts as N-Triples.
        folder: where ``all.nt`` is written; None to derive and keep nothing.

    Returns:
        The file, where there is one.

    Raises:
        ValueError: the facts contradict the ontology.
    """
    from nmo_python import NemoEngine, NemoOutputManager, load_string

    text = Nemo(program).text(source.resolve(), None if folder is None else Path("all.nt"))
    engine = NemoEngine(load_string(text))
    engine.reason()
    clashes = sorted(str(row[0]).strip('"') for row in engine.result("clash"))
    if clashes:
        raise ValueError(f"nemo finds a contradiction by {', '.join(clashes)}")
    if folder is None:
        return None
    engine.write_result("all", NemoOutputManager(str(folder), overwrite=True))
    return folder / "all.nt"


def main() -> None:
    """Print the program for a file."""
    from graphs import program

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path, help="the facts as N-Triples")
    print(Nemo(program()).text(parser.parse_args().source, Path("all.nt")), end="")


if __name__ == "__main__":
    main()
