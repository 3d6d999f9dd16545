"""What a query evaluates to: rows, a yes or no, or a graph; each knows the formats it fits."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, overload

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.english import counted
from kg.errors import Misuse, UnknownName
from kg.formats import GRAPH_FORMATS
from kg.results import serializers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

__all__ = [
    "FORMATS",
    "Boolean",
    "GraphResult",
    "GraphWriter",
    "Row",
    "Solutions",
    "Term",
    "serialize",
]

#: What a variable can be bound to.
Term = NamedNode | BlankNode | Literal | Triple
#: Writes triples in a format of graphs, as ``kg.export.serialize_triples`` does.
GraphWriter: TypeAlias = "Callable[[Iterable[Triple], str], bytes]"


class Row(tuple[Term | None, ...]):
    """One solution: a tuple whose terms are also found by variable; None where unbound.

    >>> row = Solutions(["a", "n"], [[Literal("x"), None]])[0]
    >>> row["a"].value, row.a.value, row[0].value, row.n, len(row)
    ('x', 'x', 'x', None, 2)
    """

    __slots__ = ()
    variables: tuple[str, ...] = ()

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> Term | None: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Term | None, ...]: ...
    def __getitem__(self, key: Any) -> Any:
        """Return the term of a position or of a variable.

        Raises:
            UnknownName: the query has no such variable; carries the close matches.
        """
        if not isinstance(key, str):
            return super().__getitem__(key)
        if key not in self.variables:
            raise UnknownName("variable", key, self.variables)
        return super().__getitem__(self.variables.index(key))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Term | None:
            """Return the term of a variable."""


class Solutions:
    """The rows of a SELECT, in the order in which the query gave them.

    Args:
        variables: names, without question mark.
        rows: one term, or None, for each variable.
        parameters: the values that variables were given; a table says them once.

    >>> solutions = Solutions(["n"], [[Literal(1)], [Literal(2)]])
    >>> len(solutions), [row.n.value for row in solutions]
    (2, ['1', '2'])
    """

    def __init__(
        self,
        variables: Sequence[str],
        rows: Iterable[Sequence[Term | None]],
        parameters: Mapping[str, Term] | None = None,
    ) -> None:
        self.variables = tuple(variables)
        # A variable such as ?count or ?index is found before the method of a tuple.
        named = {
            name: property(itemgetter(number))
            for number, name in enumerate(self.variables)
            if not name.startswith("__")
        }
        kind = type("Row", (Row,), {"__slots__": (), "variables": self.variables} | named)
        self.rows: tuple[Row, ...] = tuple(kind(row) for row in rows)
        self.parameters = dict(parameters or {})

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __getitem__(self, number: int) -> Row:
        """Return one row."""
        return self.rows[number]

    def __repr__(self) -> str:
        """Return a summary."""
        return f"<Solutions: {counted(len(self), 'row')} of {', '.join(self.variables)}>"

    def _repr_html_(self) -> str:
        return serializers.to_html(self.variables, self.rows, self.parameters)

    def to_json(self) -> str:
        """Return SPARQL 1.1 Query Results JSON, one row a line."""
        return serializers.to_json(self.variables, self.rows)

    def to_xml(self) -> str:
        """Return SPARQL Query Results XML.

        Raises:
            Misuse: a literal holds a character that XML 1.0 has no way to write.
        """
        return serializers.to_xml(self.variables, self.rows)

    def to_csv(self) -> str:
        """Return SPARQL 1.1 CSV: plain values, lines that end in CR LF."""
        return serializers.to_csv(self.variables, self.rows)

    def to_tsv(self) -> str:
        """Return SPARQL 1.1 TSV: terms as Turtle writes them."""
        return serializers.to_tsv(self.variables, self.rows)

    def to_markdown(self) -> str:
        """Return a table in GitHub Flavored Markdown, with IRIs as links."""
        return serializers.to_markdown(self.variables, self.rows, self.parameters)

    def to_table(self, width: int | None = None, *, color: bool = False) -> str:
        """Return a table for people to read, with its parameters and number of rows below.

        Args:
            width: of the terminal, to which long cells are folded; None leaves each row one line.
            color: mark the header and the IRIs by ANSI colors.
        """
        return serializers.to_table(self.variables, self.rows, self.parameters, width, color=color)

    def labelled(self, name: Callable[[NamedNode], str]) -> Solutions:
        """Return the rows with the names of things in place of their IRIs, for people to read.

        Args:
            name: what to call a thing.

        >>> rows = Solutions(["state"], [[NamedNode("http://www.wikidata.org/entity/Q912")]])
        >>> rows.labelled(lambda node: "Mali")[0].state.value
        'Mali'
        """
        rows = (
            [Literal(name(term)) if isinstance(term, NamedNode) else term for term in row]
            for row in self.rows
        )
        return Solutions(self.variables, rows, self.parameters)

    def to_polars(self) -> pl.DataFrame:
        """Return a data frame; a column has a type where all its terms have the one datatype.

        xsd:integer becomes Int64, xsd:decimal, double and float Float64, xsd:boolean Boolean,
        xsd:date Date and xsd:dateTime Datetime (UTC where it has a time zone). Every other column,
        and one with a value that its type cannot hold exactly, is text.
        """
        from kg.results import frames

        return frames.to_polars(self.variables, self.rows)

    def to_pandas(self) -> Any:
        """Return a pandas data frame, with the types of ``to_polars``.

        Raises:
            Misuse: pandas or pyarrow is not installed.
        """
        try:
            return self.to_polars().to_pandas()
        except ModuleNotFoundError as error:
            message = "to_pandas needs pandas and pyarrow: pip install pandas pyarrow"
            raise Misuse(message) from error

    def to_arrow(self) -> Any:
        """Return an Arrow table, with the types of ``to_polars``.

        Raises:
            Misuse: pyarrow is not installed.
        """
        try:
            return self.to_polars().to_arrow()
        except ModuleNotFoundError as error:
            raise Misuse("to_arrow needs pyarrow: pip install pyarrow") from error

    def to_parquet(self) -> bytes:
        """Return a Parquet file, with the types of ``to_polars``."""
        from io import BytesIO

        buffer = BytesIO()
        self.to_polars().write_parquet(buffer)
        return buffer.getvalue()

    def to_xlsx(self) -> bytes:
        """Return a spreadsheet (.xlsx) of text and numbers, in which nothing is a formula.

        Raises:
            Misuse: a spreadsheet has no room for so many rows or characters.
        """
        from kg.results import xlsx

        return xlsx.to_xlsx(self.variables, self.rows)

    def to_ipc(self) -> bytes:
        """Return an Arrow file (IPC), with the types of ``to_polars``."""
        from io import BytesIO

        buffer = BytesIO()
        self.to_polars().write_ipc(buffer)
        return buffer.getvalue()

    def write_parquet(self, path: Path | str) -> None:
        """Write a Parquet file, with the types of ``to_polars``, whole or not at all."""
        from kg.files import write

        write(path, self.to_parquet())


class Boolean:
    r"""The answer to an ASK, which is true or false itself.

    >>> bool(Boolean(True)), Boolean(False).to_table()
    (True, 'no\n')
    """

    def __init__(self, value: bool) -> None:  # noqa: FBT001  # it is what the class is for
        self.value = value

    def __bool__(self) -> bool:
        """Return the answer."""
        return self.value

    def __repr__(self) -> str:
        """Return a summary."""
        return f"<Boolean: {'yes' if self.value else 'no'}>"

    def to_json(self) -> str:
        """Return SPARQL 1.1 Query Results JSON."""
        return serializers.boolean_to_json(self.value)

    def to_xml(self) -> str:
        """Return SPARQL Query Results XML."""
        return serializers.boolean_to_xml(self.value)

    def to_table(self) -> str:
        """Return yes or no."""
        return "yes\n" if self.value else "no\n"


class GraphResult:
    """The graph of a CONSTRUCT or DESCRIBE: each triple once, in order.

    Args:
        triples: of the graph.
        writer: writes them in a format of graphs; what is made without one is not serialized.

    >>> node = NamedNode("http://example.org/a")
    >>> len(GraphResult([Triple(node, node, node), Triple(node, node, node)]))
    1
    """

    def __init__(self, triples: Iterable[Triple], writer: GraphWriter | None = None) -> None:
        self.triples: tuple[Triple, ...] = tuple(sorted(set(triples), key=str))
        self.writer = writer

    def __iter__(self) -> Iterator[Triple]:
        """Go through the triples."""
        return iter(self.triples)

    def __len__(self) -> int:
        """Return the number of triples."""
        return len(self.triples)

    def __repr__(self) -> str:
        """Return a summary."""
        return f"<GraphResult: {counted(len(self), 'triple')}>"

    def _repr_html_(self) -> str:
        return serializers.to_html(("subject", "predicate", "object"), map(tuple, self.triples), {})

    def serialize(self, format_name: str, writer: GraphWriter | None = None) -> bytes:
        """Return the graph as ttl, nt, nq, trig, rdfxml or jsonld.

        Args:
            format_name: one of these.
            writer: writes a graph that has no writer of its own.

        Raises:
            Misuse: there is no writer.
        """
        write = self.writer or writer
        if write is None:
            raise Misuse("this graph has no writer: give kg.export.serialize_triples")
        return write(self.triples, format_name)


#: The formats of each kind of result, the one shown first leading.
FORMATS: dict[type[Solutions | Boolean | GraphResult], tuple[str, ...]] = {
    Solutions: ("table", "csv", "tsv", "json", "xml", "md", "parquet", "xlsx", "arrow"),
    Boolean: ("table", "json", "xml"),
    GraphResult: GRAPH_FORMATS,
}
_KINDS = {
    Solutions: "the rows of a SELECT",
    Boolean: "the yes or no of an ASK",
    GraphResult: "the graph of a CONSTRUCT or DESCRIBE",
}


def serialize(
    result: Solutions | Boolean | GraphResult, format_name: str, writer: GraphWriter | None = None
) -> bytes:
    r"""Write a result in one of the formats of its kind.

    Args:
        result: of a query.
        format_name: one of ``FORMATS``.
        writer: writes a graph that has no writer of its own.

    Raises:
        UnknownName: there is no such format; carries the close matches.
        Misuse: the format is one of another kind of result; says which fit.

    >>> serialize(Solutions(["n"], [[Literal(1)]]), "csv")
    b'n\r\n1\r\n'
    """
    fitting = FORMATS[type(result)]
    if format_name not in fitting:
        every = [name for names in FORMATS.values() for name in names]
        kind = _KINDS[type(result)]
        if format_name in every:
            raise Misuse(f"{format_name} does not hold {kind}; one of {', '.join(fitting)} does")
        raise UnknownName("format", format_name, every, f"for {kind} one of {', '.join(fitting)}")
    if isinstance(result, GraphResult):
        return result.serialize(format_name, writer)
    method = {"md": "to_markdown", "arrow": "to_ipc"}.get(format_name, f"to_{format_name}")
    written: str | bytes = getattr(result, method)()
    return written.encode() if isinstance(written, str) else written
