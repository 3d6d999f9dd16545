"""The header of a saved query, read with the line of each mistake."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kg.errors import ParseFailure

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import yaml

__all__ = ["TYPES", "Header", "parse"]

#: The types that a parameter may have, and what a value of each looks like.
TYPES = {
    "date": "2023, 2023-12 or 2023-12-22",
    "iri": "an IRI, a CURIE, a Wikidata id or a label",
    "agent": "an agent who makes claims, as an IRI, a CURIE, a Wikidata id or a label",
    "string": "any text",
    "integer": "a whole number",
    "decimal": "a number such as 1.5",
    "boolean": "true or false",
}
_KEYS = ("summary", "description", "tags", "parameters")
_PARAMETER_KEYS = ("type", "description", "default", "example")


@dataclass(frozen=True)
class Header:
    """What a header says; all values are text, however YAML would read them.

    Args:
        summary: the question.
        description: what a row of the answer is; empty where it is not given.
        tags: what it is about.
        parameters: by name, what is said of each: type, description, default, example.
    """

    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: dict[str, dict[str, str]]


def parse(lines: Sequence[str], path: Path) -> Header:
    """Read the lines of a header, without their ``#+``.

    Args:
        lines: YAML, from the first line of the file on.
        path: the file, for messages.

    Raises:
        ParseFailure: not YAML, or not the header of a query; names file and line.

    >>> from pathlib import Path
    >>> parse(["summary: Which events?", "tags: [events]"], Path("a.rq")).tags
    ('events',)
    >>> parse(["summry: Which events?"], Path("a.rq"))
    Traceback (most recent call last):
    kg.errors.ParseFailure: a.rq:1: the header has no "summry"; did you mean summary?
    """
    import yaml

    try:
        # Composing keeps the lines, and leaves 2023-12-22 and yes the text that they are.
        root = yaml.compose("\n".join(lines), Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = str(error.problem)
        if reason.startswith("mapping values"):
            reason = 'put text that holds ": " in quotes'
        raise ParseFailure(path, f"the header is not YAML: {reason}", line) from None
    except yaml.YAMLError as error:
        reason = str(error).partition("\n")[0]
        raise ParseFailure(path, f"the header is not YAML: {reason}", 1) from None
    reader = _Reader(path)
    entries = {} if root is None else reader.mapping(root, _KEYS, "the header")
    if "summary" not in entries:
        raise ParseFailure(path, 'the header lacks its question: "#+ summary: Which …?"', 1)
    described = reader.mapping(entries["parameters"]) if "parameters" in entries else {}
    return Header(
        summary=reader.text(entries["summary"]),
        description=reader.text(entries["description"]) if "description" in entries else "",
        tags=reader.texts(entries["tags"]) if "tags" in entries else (),
        parameters={name: reader.parameter(name, node) for name, node in described.items()},
    )


class _Reader:
    """Takes YAML nodes apart, and says in which line one is not what it should be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def failure(self, node: yaml.Node, message: str) -> ParseFailure:
        return ParseFailure(self.path, message, node.start_mark.line + 1)

    def text(self, node: yaml.Node) -> str:
        from yaml import ScalarNode

        if not isinstance(node, ScalarNode) or not node.value.strip():
            raise self.failure(node, "text is wanted here")
        text: str = node.value.strip()
        return text

    def texts(self, node: yaml.Node) -> tuple[str, ...]:
        from yaml import SequenceNode

        if not isinstance(node, SequenceNode):
            raise self.failure(node, "a list is wanted here: [one, two]")
        return tuple(self.text(item) for item in node.value)

    def mapping(
        self, node: yaml.Node, keys: Collection[str] | None = None, where: str = ""
    ) -> dict[str, yaml.Node]:
        """Return the values by key.

        Args:
            node: of the mapping.
            keys: those that there are, unless any will do.
            where: what has them, for messages.
        """
        from yaml import MappingNode

        if not isinstance(node, MappingNode):
            raise self.failure(node, "names and values are wanted here: name: value")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if keys is not None and name not in keys:
                close = get_close_matches(name, keys, n=1)
                hint = f"did you mean {close[0]}?" if close else f"it may have {', '.join(keys)}"
                raise self.failure(key, f'{where} has no "{name}"; {hint}')
            if name in found:
                raise self.failure(key, f'"{name}" is given twice')
            found[name] = value
        return found

    def parameter(self, name: str, node: yaml.Node) -> dict[str, str]:
        entries = self.mapping(node, _PARAMETER_KEYS, "a parameter")
        for key in ("type", "description"):
            if key not in entries:
                raise self.failure(node, f"the parameter {name} lacks its {key}")
        described = {key: self.text(value) for key, value in entries.items()}
        if described["type"] not in TYPES:
            message = f'no type "{described["type"]}"; one of {", ".join(TYPES)}'
            raise self.failure(entries["type"], message)
        return described
