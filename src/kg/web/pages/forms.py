"""The form of a saved query: a field for each parameter, of its type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.namespaces import REL, compact
from kg.queries.headers import TYPES
from kg.terms import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

    from kg.queries import Parameter, SavedQuery

__all__ = ["OWN", "Field", "fields", "given"]

#: What a browser may check before it asks; the query's own types decide.
_PATTERNS = {"date": r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"}
_CONTROLS = {
    "date": "date",
    "iri": "thing",
    "agent": "choice",
    "boolean": "choice",
    "integer": "number",
    "decimal": "number",
    "string": "text",
}
#: Parameters of the page itself.
OWN = {"viewpoint", "format", "labels"}


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Args:
        name: that of the parameter.
        control: date, thing, choice, number or text.
        value: what stands in it.
        description: what it does to the answer.
        hint: how a value is written.
        default: what counts where it is left empty; None where it must be filled in.
        pattern: what a browser checks, as HTML has it.
        step: of a number.
        options: value and label of each choice.
    """

    name: str
    control: str
    value: str
    description: str
    hint: str
    default: str | None
    pattern: str | None = None
    step: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The name for people.

        >>> Field("by_whom", "text", "", "", "", None).label
        'By whom'
        """
        return self.name.replace("_", " ").capitalize()


def given(params: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a request; a field that was left empty gives none.

    >>> given({"since": " 2023 ", "state": "", "viewpoint": "undisputed"})
    {'since': '2023'}
    """
    return {
        name: value.strip() for name, value in params.items() if name not in OWN and value.strip()
    }


def fields(saved: SavedQuery, values: Mapping[str, str], store: Store) -> tuple[Field, ...]:
    """Return the fields of a query's form.

    Args:
        saved: the query.
        values: as ``given`` has them.
        store: has the agents that may be chosen.
    """
    return tuple(
        _field(name, one, values.get(name, one.default or ""), store)
        for name, one in saved.parameters.items()
    )


def _field(name: str, one: Parameter, value: str, store: Store) -> Field:
    options = _options(one.type, value, store)
    return Field(
        name=name,
        control=_CONTROLS[one.type],
        value=value,
        description=one.description,
        hint="" if options else TYPES[one.type],
        default=one.default,
        pattern=_PATTERNS.get(one.type),
        step={"integer": "1", "decimal": "any"}.get(one.type),
        options=options,
    )


def _options(kind: str, value: str, store: Store) -> tuple[tuple[str, str], ...]:
    """Return what may be chosen; what was given stays among it, so that nothing is exchanged.

    >>> from pyoxigraph import Store
    >>> _options("boolean", "true", Store())
    (('true', 'true'), ('false', 'false'))
    """
    if kind == "boolean":
        options = {"true": "true", "false": "false"}
    elif kind == "agent":
        agents = {quad.object for quad in store.quads_for_pattern(None, REL.assertedBy, None)}
        for one in tuple(agents):
            acting = store.quads_for_pattern(one, REL.actsFor, None)  # type: ignore[arg-type]
            agents |= {quad.object for quad in acting}
        named = (one for one in agents if isinstance(one, NamedNode))
        options = dict(
            sorted(((compact(n.value), shorten(n, store)) for n in named), key=lambda p: p[1])
        )
    else:
        return ()
    if value and value not in options:
        options = {value: value, **options}
    return tuple(options.items())
