"""What an RDF/XML document says where pyoxigraph's reader does not follow the specification.

pyoxigraph refuses ``xml:lang=""`` and text beside a section of CDATA, leaves out elements with an
unknown ``rdf:parseType``, gives an XML literal namespaces that it does not use and takes its
comments away. All this is rewritten, on the same lines, before pyoxigraph reads the document.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from kg.errors import ParseFailure
from kg.namespaces import RDF

__all__ = ["NO_LANGUAGE", "prefixes", "rewritten"]

#: Stands for the empty language tag, which takes the language of the elements around it away.
NO_LANGUAGE = "x-kg-no-language"

_NEEDS_REWRITING = re.compile(
    r"""\bxml:lang\s*=\s*(?:""|'')|:parseType\s*=\s*["'](?!Resource["']|Collection["'])|:bagID\b"""
)
#: A section of CDATA; or a comment or an instruction, in which there is none.
_CDATA = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(?P<empty>/?)>""")
_ATTRIBUTE = re.compile(rb"""(?P<name>[^\s=]+)\s*=\s*(?P<value>"[^"]*"|'[^']*')""")
_DECLARATION = re.compile(r"""\bxmlns(?::([\w.-]+))?\s*=\s*(["'])([^"'&<>]+)\2""")
_RDF = RDF.type.value.removesuffix("type")
_XML = "http://www.w3.org/XML/1998/namespace"
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_IN_VALUE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}


def rewritten(name: str, text: str) -> str:
    r"""Return a well-formed document in a form that pyoxigraph reads as the specification does.

    Args:
        name: the file as the user knows it.
        text: the document.

    Raises:
        ParseFailure: an attribute is not allowed where it stands; names the line.

    >>> text = '<r:RDF xmlns:r="%s" xmlns:e="urn:e:"><e:a><e:p r:parseType="Literal"><b\n/>' % _RDF
    >>> print(rewritten("a.rdf", text + "</e:p></e:a></r:RDF>")[-53:])
    #XMLLiteral">&lt;b&gt;&lt;/b&gt;</e:p
    ></e:a></r:RDF>
    """
    if "<![CDATA[" in text:
        text = _CDATA.sub(_as_text, text)
    if not _NEEDS_REWRITING.search(text):
        return text
    return _Rewriter(name, text).text()


def _as_text(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[0]
    return found[1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def prefixes(text: str) -> dict[str, str]:
    """Return the namespaces that a document declares, each prefix as first declared.

    >>> prefixes('<r:RDF xmlns:r="urn:r:" xmlns="urn:d:"><a xmlns:r="urn:other:"/></r:RDF>')
    {'r': 'urn:r:', '': 'urn:d:'}
    """
    found: dict[str, str] = {}
    for match in _DECLARATION.finditer(text):
        found.setdefault(match[1] or "", match[3])
    return found


class _Rewriter:
    """Collects what is to be replaced while expat goes through the document."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._content = text.encode()
        self._edits: list[tuple[int, int, bytes]] = []
        self._scopes: list[dict[str, str]] = [{"xml": _XML, "": ""}]
        self._literal: _Literal | None = None
        self._parser = expat.ParserCreate("utf-8")
        self._parser.ordered_attributes = True
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.CommentHandler = lambda comment: self._markup(f"<!--{comment}-->")
        self._parser.ProcessingInstructionHandler = self._instruction

    def text(self) -> str:
        self._parser.Parse(self._content, True)  # noqa: FBT003 - expat's own order
        parts, end = [], 0
        for start, stop, replacement in self._edits:
            parts += [self._content[end:start], replacement]
            end = stop
        return b"".join([*parts, self._content[end:]]).decode()

    def _start(self, name: str, attributes: list[str]) -> None:
        pairs = dict(zip(attributes[::2], attributes[1::2], strict=True))
        declared = {
            key.partition(":")[2]: value
            for key, value in pairs.items()
            if key == "xmlns" or key.startswith("xmlns:")
        }
        self._scopes.append(self._scopes[-1] | declared)
        if self._literal is not None:
            self._literal.start(name, pairs, self._scopes[-1])
            return
        kind = self._rdf("parseType", pairs)
        self._check(pairs, pairs.get(kind, "") if kind else "")
        is_literal = kind is not None and pairs[kind] not in ("Resource", "Collection")
        if is_literal or pairs.get("xml:lang") == "":
            self._rewrite_tag(kind if is_literal else None)

    def _rdf(self, local: str, attributes: dict[str, str]) -> str | None:
        """Find an attribute of the RDF namespace, whatever its prefix."""
        for key in attributes:
            prefix, colon, name = key.partition(":")
            if colon and name == local and self._scopes[-1].get(prefix) == _RDF:
                return key
        return None

    def _check(self, attributes: dict[str, str], kind: str) -> None:
        refused = ["bagID"] + (["resource", "datatype", "nodeID"] if kind else [])
        for local in refused:
            if key := self._rdf(local, attributes):
                message = (
                    f'{key} does not go with rdf:parseType="{kind}": leave one of them out'
                    if kind and local != "bagID"
                    else f"{key} is no longer part of RDF/XML: leave it out"
                )
                raise ParseFailure(self._name, message, self._parser.CurrentLineNumber)

    def _rewrite_tag(self, kind: str | None) -> None:
        start = self._parser.CurrentByteIndex
        tag = _TAG.match(self._content, start)
        if tag is None:
            message = "an element that an entity stands for: write it out"
            raise ParseFailure(self._name, message, self._parser.CurrentLineNumber)

        def changed(attribute: re.Match[bytes]) -> bytes:
            key = attribute["name"].decode()
            if key == "xml:lang" and len(attribute["value"]) == len('""'):
                return f'xml:lang="{NO_LANGUAGE}"'.encode()
            if kind is not None and key == kind:
                prefix = kind.partition(":")[0]
                return f'{prefix}:datatype="{RDF.XMLLiteral.value}"'.encode()
            return attribute.group()

        text = _ATTRIBUTE.sub(changed, tag.group())
        if kind is not None:
            self._literal = _Literal(tag.end(), is_empty=bool(tag["empty"]))
            if tag["empty"]:
                text = text[:-2] + b">"
        self._edits.append((start, tag.end(), text))

    def _end(self, name: str) -> None:
        self._scopes.pop()
        literal = self._literal
        if literal is None:
            return
        if literal.depth:
            literal.end(name)
            return
        self._literal = None
        end = literal.start_of_content if literal.is_empty else self._parser.CurrentByteIndex
        before = self._content.count(b"\n", literal.start_of_content, end)
        content = _escaped("".join(literal.parts), _IN_TEXT)
        lines = b"\n" * max(0, before - content.count("\n"))
        close = b"</" + name.encode() + lines + (b">" if literal.is_empty else b"")
        length = 0 if literal.is_empty else len(b"</") + len(name.encode())
        self._edits.append((literal.start_of_content, end + length, content.encode() + close))

    def _text(self, text: str) -> None:
        self._markup(_escaped(text, _IN_TEXT))

    def _instruction(self, target: str, data: str) -> None:
        self._markup(f"<?{target} {data}?>" if data else f"<?{target}?>")

    def _markup(self, text: str) -> None:
        if self._literal is not None:
            self._literal.parts.append(text)


class _Literal:
    """An XML literal in exclusive canonical form, with comments (RDF/XML, section 7.2.17).

    See https://www.w3.org/TR/xml-exc-c14n/. The standard library's canonical form is version 2.0,
    and names an element after any prefix of its namespace, not after its own.
    """

    def __init__(self, start_of_content: int, *, is_empty: bool) -> None:
        self.start_of_content = start_of_content
        self.is_empty = is_empty
        self.parts: list[str] = []
        #: What the elements around a place declare in the canonical form.
        self._rendered: list[dict[str, str]] = [{"": ""}]

    @property
    def depth(self) -> int:
        return len(self._rendered) - 1

    def start(self, name: str, attributes: dict[str, str], scope: dict[str, str]) -> None:
        own = {key: value for key, value in attributes.items() if not _is_declaration(key)}
        used = {_prefix(name), *(_prefix(key) for key in own if ":" in key)} - {"xml"}
        around = self._rendered[-1]
        declared = {
            prefix: scope.get(prefix, "")
            for prefix in sorted(used)
            if around.get(prefix) != scope.get(prefix, "")
        }
        self._rendered.append(around | declared)

        def order(key: str) -> tuple[str, str]:
            prefix, _, local = key.rpartition(":")
            return (scope.get(prefix, "") if prefix else "", local)

        said = [(f"xmlns:{prefix}" if prefix else "xmlns", iri) for prefix, iri in declared.items()]
        said += [(key, own[key]) for key in sorted(own, key=order)]
        written = "".join(f' {key}="{_escaped(value, _IN_VALUE)}"' for key, value in said)
        self.parts.append(f"<{name}{written}>")

    def end(self, name: str) -> None:
        self._rendered.pop()
        self.parts.append(f"</{name}>")


def _is_declaration(key: str) -> bool:
    return key == "xmlns" or key.startswith("xmlns:")


def _prefix(name: str) -> str:
    return name.rpartition(":")[0]


def _escaped(text: str, characters: dict[str, Any]) -> str:
    return text.translate(str.maketrans(characters))
