"""What a constraint of SHACL Core says where its shape has no sh:message.

SHACL leaves the words to each engine; kg has its own, so that a report is the same from every
engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode

from kg.namespaces import RDF, SH
from kg.validation.report import describe

if TYPE_CHECKING:
    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = ["usual_message"]

#: The parameter of each component of SHACL Core, and what to say with its values.
_SENTENCES = {
    "And": ("and", "Value does not conform to all of {}"),
    "Class": ("class", "Value does not have class {}"),
    "Closed": ("closed", "Node has a property that its closed shape does not list"),
    "Datatype": ("datatype", "Value is not a literal with datatype {}"),
    "Disjoint": ("disjoint", "Value is also a value of {}"),
    "Equals": ("equals", "Values are not those of {}"),
    "HasValue": ("hasValue", "Value {} is missing"),
    "In": ("in", "Value is not one of {}"),
    "LanguageIn": ("languageIn", "Language of the value is not one of {}"),
    "LessThan": ("lessThan", "Value is not less than that of {}"),
    "LessThanOrEquals": ("lessThanOrEquals", "Value is more than that of {}"),
    "MaxCount": ("maxCount", "More than {} values"),
    "MaxExclusive": ("maxExclusive", "Value is not less than {}"),
    "MaxInclusive": ("maxInclusive", "Value is more than {}"),
    "MaxLength": ("maxLength", "Value is longer than {} characters"),
    "MinCount": ("minCount", "Less than {} values"),
    "MinExclusive": ("minExclusive", "Value is not more than {}"),
    "MinInclusive": ("minInclusive", "Value is less than {}"),
    "MinLength": ("minLength", "Value is shorter than {} characters"),
    "Node": ("node", "Value does not conform to shape {}"),
    "NodeKind": ("nodeKind", "Value is not of node kind {}"),
    "Not": ("not", "Value conforms to shape {}, which it must not"),
    "Or": ("or", "Value conforms to none of {}"),
    "Pattern": ("pattern", "Value does not match the pattern {}"),
    "QualifiedMaxCount": ("qualifiedMaxCount", "More than {} values conform to the shape"),
    "QualifiedMinCount": ("qualifiedMinCount", "Less than {} values conform to the shape"),
    "UniqueLang": ("uniqueLang", "Several values have the same language"),
    "Xone": ("xone", "Value does not conform to exactly one of {}"),
}


def usual_message(component: Term | None, source: Term, graph: ShapesGraph) -> str:
    """Say what is wrong where neither constraint nor shape say it.

    Args:
        component: the constraint component.
        source: the shape that has the constraint.
        graph: the shapes graph.

    >>> from pyoxigraph import NamedNode, RdfFormat, parse
    >>> from kg.validation.shapes import ShapesGraph
    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x-s> sh:nodeKind sh:IRI ."
    >>> graph = ShapesGraph(quad.triple for quad in parse(text, RdfFormat.TURTLE))
    >>> component = NamedNode(SH.iri + "NodeKindConstraintComponent")
    >>> usual_message(component, NamedNode("urn:x-s"), graph)
    'Value is not of node kind sh:IRI'
    """
    kind = ""
    if component is not None and component in SH:
        kind = component.value.removeprefix(SH.iri).removesuffix("ConstraintComponent")  # type: ignore[union-attr]
    if kind not in _SENTENCES:
        return f"does not conform to {graph.name(source)}"
    parameter, sentence = _SENTENCES[kind]
    values = graph.values(source, SH[parameter])
    return sentence.format(", ".join(_written(value, graph) for value in values))


def _written(value: Term, graph: ShapesGraph) -> str:
    if isinstance(value, BlankNode) and graph.values(value, RDF.first):
        return "(" + " ".join(describe(member) for member in graph.members(value)) + ")"
    text = describe(value)
    return text.split("^^")[0].strip('"') if text[:1] == '"' and text[1:2].isdigit() else text
