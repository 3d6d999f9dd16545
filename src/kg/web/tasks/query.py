"""One query, asked of the graph and answered whole.

See https://www.w3.org/TR/sparql11-protocol/#query-operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.web.formats import acceptable, answered, known, noted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["evaluate"]


def evaluate(  # noqa: PLR0913 - what the protocol lets a client choose
    held: Held,
    *,
    text: str,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    viewpoint: str | None = None,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    hints: Sequence[str] = (),
    base: str = "",
) -> Answer:
    """Evaluate a query.

    Args:
        held: what is asked.
        text: SELECT, ASK, CONSTRUCT or DESCRIBE.
        default_graphs: IRIs of ``default-graph-uri``.
        named_graphs: IRIs of ``named-graph-uri``.
        viewpoint: the one it is asked from; None for the default.
        accept: the header.
        format: the names of some; the first that is known goes before the header.
        hints: values of parameters that name a format elsewhere; others mean nothing here.
        base: what relative IRIs are resolved against; without one they are refused.

    Raises:
        KgError: as ``kg.sparql.evaluate`` does.
        Problem: none of the formats asked for is given.
    """
    names = [*([format] if isinstance(format, str) else format or ()), *known(hints)]
    acceptable(accept, names)
    result = held.query(
        text,
        viewpoint=viewpoint,
        default_graphs=default_graphs,
        named_graphs=named_graphs,
        base=base,
    )
    return noted(answered(result, accept, names), held.notes(text, result, viewpoint, base))
