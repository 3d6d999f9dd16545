"""Proofs as a picture: what was asked on top, what it rests on below, passages at the bottom."""

from __future__ import annotations

import shutil
import subprocess
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from kg.errors import Misuse
from kg.reasoning.proof import ASSERTED
from kg.reasoning.rules import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.evidence import Claim
    from kg.explanation.proof import Line

__all__ = ["dot", "svg"]

#: Shape, fill, line and text of each kind of node: told apart by shape and by colour, and filled,
#: so that they read on a white page and on a dark one.
_KINDS = {
    "asked": ("box", "rounded,filled,bold", "#1f4e79", "#0b2740", "#ffffff"),
    "inferred": ("box", "rounded,filled", "#d6e6f5", "#2f6da8", "#10263b"),
    "fact": ("box", "filled", "#dcefd9", "#3f8a3a", "#14300f"),
    "axiom": ("note", "filled", "#fdeec8", "#b8860b", "#3d2c00"),
    "passage": ("folder", "filled", "#eceff1", "#78868f", "#263238"),
}
_LEGEND = {
    "inferred": "follows",
    "fact": "given as a fact",
    "axiom": "what the words mean",
    "passage": "where it is written",
}
_LINE = "#7d8b96"
_WIDTH = 34
_SECONDS = 60


def dot(proofs: Sequence[Sequence[Line]]) -> str:
    """Return proofs as a graph in Graphviz's language.

    Args:
        proofs: the statements of each proof, premises first.

    >>> dot([]).splitlines()[0]
    'digraph proof {'
    """
    return "\n".join(["digraph proof {", *_body(proofs), "}", ""])


def svg(source: str) -> bytes:
    """Draw a graph that is written in Graphviz's language.

    Raises:
        Misuse: Graphviz is not installed, or cannot draw the graph.
    """
    program = shutil.which("dot")
    if program is None:
        raise Misuse(
            "no picture without Graphviz: install the package graphviz "
            "(apt install graphviz, brew install graphviz), or take --format dot"
        )
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=source.encode(),
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Misuse(f"Graphviz could not draw the proof: {error}; take --format dot") from None
    return done.stdout


def _body(proofs: Sequence[Sequence[Line]]) -> Iterator[str]:
    yield '  graph [fontname="Helvetica,Arial,sans-serif", bgcolor="transparent", newrank=true]'
    yield "  graph [rankdir=TB, nodesep=0.3, ranksep=0.4]"
    yield '  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.14,0.08"]'
    yield f'  edge [color="{_LINE}", arrowsize=0.7, dir=back]'
    for number, lines in enumerate(proofs, start=1):
        yield f"  subgraph cluster_{number} {{"
        heading = f"proof {number}" if len(proofs) > 1 else ""
        yield f'    label="{heading}"; labeljust=l; penwidth=0; fontcolor="{_LINE}";'
        yield '    fontname="Helvetica,Arial,sans-serif"; fontsize=11'
        yield from (f"    {line}" for line in _proof(lines, number))
        yield "  }"
    # What is said of the whole graph comes last: the proofs would take it over.
    yield _legend()


def _proof(lines: Sequence[Line], number: int) -> Iterator[str]:
    nodes = {line.triple: f"p{number}_{place}" for place, line in enumerate(lines, start=1)}
    # What was asked comes last in a proof, and first in a picture.
    for line in reversed(lines):
        node = nodes[line.triple]
        kind = _kind(line, asked=line is lines[-1])
        small = "" if line.rule == ASSERTED else f"{reason(line.rule)} · {line.rule}"
        yield _node(node, kind, line.sentence, small)
        for premise in line.premises:
            yield f"{node} -> {nodes[premise]}"
        for place, claim in enumerate(line.evidence.claims if line.evidence else (), start=1):
            yield _node(f"{node}_{place}", "passage", *_claim(claim), _address(claim))
            yield f"{node} -> {node}_{place} [style=dashed]"
        sources = line.evidence.sources if line.evidence else ()
        if sources:
            names = "; ".join(source.name for source in sources)
            yield _node(f"{node}_s", "passage", names, "reference data")
            yield f"{node} -> {node}_s [style=dashed]"


def _kind(line: Line, *, asked: bool) -> str:
    if asked:
        return "asked"
    if line.rule != ASSERTED:
        return "inferred"
    return "axiom" if line.evidence and line.evidence.origin == "ontology" else "fact"


def _claim(claim: Claim) -> tuple[str, str]:
    places = [
        f"{passage.source}, {passage.unit}, characters {passage.start} to {passage.end}"
        for passage in claim.passages
    ]
    said = f" by {' and '.join(claim.asserted_by)}" if claim.asserted_by else ""
    written = "; ".join([*places, *map(str, (place.name for place in claim.sources))])
    return written or claim.name, f"{claim.name}, {claim.standing}{said}"


def _address(claim: Claim) -> str:
    return next((one.address for one in claim.passages if one.address), "")


def _node(node: str, kind: str, words: str, small: str, address: str = "") -> str:
    shape, style, fill, line, font = _KINDS[kind]
    label = "<BR/>".join(_escape(part) for part in wrap(words, _WIDTH) or [""])
    if small:
        told = "<BR/>".join(_escape(part) for part in wrap(small, _WIDTH + 8))
        label += f'<BR/><FONT POINT-SIZE="9"><I>{told}</I></FONT>'
    link = f', URL="{_escape(address)}", target="_blank"' if address else ""
    return (
        f'{node} [shape={shape}, style="{style}", fillcolor="{fill}", color="{line}", '
        f'fontcolor="{font}", tooltip="{_escape(words)}", label=<{label}>{link}]'
    )


def _escape(words: str) -> str:
    # Graphviz reads a backslash, also where it reads HTML.
    return escape(words).replace("\\", "\\\\")


def _legend() -> str:
    cells = "".join(
        f'<TD BGCOLOR="{_KINDS[kind][2]}" COLOR="{_KINDS[kind][3]}">'
        f'<FONT COLOR="{_KINDS[kind][4]}" POINT-SIZE="9">{words}</FONT></TD>'
        for kind, words in _LEGEND.items()
    )
    table = '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="4" CELLPADDING="4">'
    return f"  label=<{table}<TR>{cells}</TR></TABLE>>; labelloc=b"
