"""Names as they are compared: without case, accents and punctuation, and how alike two are."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["likeness", "plain"]


#: What a name counts whose words are all in the other one, as Adrar's are in Adrar Province.
_PART = 0.75


def plain(name: str) -> str:
    """Return a name without case, accents and punctuation.

    >>> plain("  Bámako (Mali) "), plain("Conseil  de Sécurité"), plain("Algeria/Mali")
    ('bamako mali', 'conseil de securite', 'algeria mali')
    """
    # U+0131, the Turkish i without a dot, is a letter of its own to Unicode.
    folded = unicodedata.normalize("NFKD", name.casefold().replace("\u0131", "i"))
    letters = "".join(mark for mark in folded if not unicodedata.combining(mark))
    return " ".join(re.findall(r"[^\W_]+", letters))


def likeness(one: str, other: str) -> float:
    """Tell how alike two plain names are, from 0 to 100, whatever the order of their words.

    >>> likeness("mali embassy", "embassy mali") > likeness("mali", "malawi")
    True
    """
    from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio

    if one == other:
        return 100.0
    part = _PART * token_set_ratio(one, other)
    return min(99.0, max(ratio(one, other), token_sort_ratio(one, other), part))
