"""What each rule of OWL 2 RL says, in words for people who know no OWL."""

from __future__ import annotations

__all__ = ["REASONS", "reason"]

#: Why a conclusion holds, by the name of the rule that gives it; each follows the conclusion.
REASONS: dict[str, str] = {
    "asserted": "given",
    "eq-ref": "everything is itself",
    "eq-sym": "being the same holds both ways",
    "eq-trans": "both are the same as a third",
    "eq-rep-s": "what holds of a thing holds under its other name",
    "eq-rep-p": "the relation goes by another name too",
    "eq-rep-o": "what holds of a thing holds under its other name",
    "prp-dom": "only such a thing can have that relation",
    "prp-rng": "only such a thing can stand at the end of that relation",
    "prp-fp": "there is one value at most, so the two are one",
    "prp-ifp": "no two things share that value, so the two are one",
    "prp-key": "they agree in what tells such things apart",
    "prp-symp": "holds both ways",
    "prp-trp": "carries on from one thing to the next",
    "prp-spo1": "implied by a narrower relation",
    "prp-spo2": "a chain of relations gives it",
    "prp-eqp1": "another relation means the same",
    "prp-eqp2": "another relation means the same",
    "prp-inv1": "the same, the other way round",
    "prp-inv2": "the same, the other way round",
    "cls-int1": "it meets each part of the definition",
    "cls-int2": "part of the definition of what it is",
    "cls-uni": "one of the alternatives holds",
    "cls-svf1": "it has a value of that kind",
    "cls-svf2": "it has such a value",
    "cls-avf": "such things have nothing else there",
    "cls-hv1": "all such things have this value",
    "cls-hv2": "it has the value that such things have",
    "cls-oo": "it is on the list",
    "cls-maxc2": "there is one at most, so the two are one",
    "cls-maxqc3": "there is one of that kind at most, so the two are one",
    "cls-maxqc4": "there is one at most, so the two are one",
    "cax-sco": "a narrower kind is of the wider kind",
    "cax-eqc1": "by definition the same kind",
    "cax-eqc2": "by definition the same kind",
    "dt-type2": "the value is written as one",
    "scm-cls": "every kind is",
    "scm-sco": "a kind of a kind",
    "scm-eqc1": "by definition the same kind",
    "scm-eqc2": "each is a kind of the other",
    "scm-op": "every relation implies itself",
    "scm-dp": "every relation implies itself",
    "scm-spo": "implied by what is implied",
    "scm-eqp1": "they mean the same",
    "scm-eqp2": "each implies the other",
    "scm-dom1": "what is of a kind is of the wider kind",
    "scm-dom2": "a narrower relation starts from no other kind",
    "scm-rng1": "what is of a kind is of the wider kind",
    "scm-rng2": "a narrower relation leads to no other kind",
    "scm-hv": "a narrower relation to the same value",
    "scm-svf1": "a value of a narrower kind",
    "scm-svf2": "a value by a narrower relation",
    "scm-avf1": "values of a narrower kind",
    "scm-avf2": "fewer relations, the same kind",
    "scm-int": "part of the definition",
    "scm-uni": "one of the alternatives",
}


def reason(rule: str) -> str:
    """Return a rule in words.

    >>> reason("prp-symp")
    'holds both ways'
    """
    return REASONS[rule]
