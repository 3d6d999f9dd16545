"""Reasoning by OWL 2 RL: what follows, why it follows, and what the profile does not allow."""

from __future__ import annotations

from kg.reasoning.clashes import Clash
from kg.reasoning.closure import ENGINES, Closure, close
from kg.reasoning.in_words import Wording
from kg.reasoning.profile import violations
from kg.reasoning.proof import Derivation, Prover, derive
from kg.reasoning.statements import is_noise

__all__ = [
    "ENGINES",
    "Clash",
    "Closure",
    "Derivation",
    "Prover",
    "Wording",
    "close",
    "derive",
    "is_noise",
    "violations",
]
