"""Why a triple holds, or why it does not: in words, as a picture, as data."""

from __future__ import annotations

from kg.explanation.consequences import Consequence, Consequences, consequences
from kg.explanation.proof import Explanation, Explanations, explain, explain_all, refusal
from kg.explanation.whynot import WhyNot, why_not

__all__ = [
    "Consequence",
    "Consequences",
    "Explanation",
    "Explanations",
    "WhyNot",
    "consequences",
    "explain",
    "explain_all",
    "refusal",
    "why_not",
]
