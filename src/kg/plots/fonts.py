"""How wide text is: read from the fonts that kg ships, so that labels are placed without a browser.

OpenType, tables ``cmap`` (format 4), ``hmtx``, ``head`` and ``hhea``.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path
from unicodedata import east_asian_width

__all__ = ["FONTS", "fitted", "width", "wrapped"]

#: The fonts, in the order in which they are asked for a letter.
FONTS = tuple(
    str(Path(__file__).parent / "fonts" / name)
    for name in ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "DejaVuSans.ttf")
)
_REGULAR, _BOLD, _OTHERS = FONTS
#: The width of a letter that none of them has, as a part of its size.
_UNKNOWN = 0.62
_ELLIPSIS = "…"


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line of text is.

    >>> round(width("Mali", 12), 1), width("", 12)
    (22.0, 0)
    """
    return sum(_advance(letter, bold) for letter in words) * size


def wrapped(words: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """Return text in lines that are no wider than a limit; a longer word is broken.

    >>> wrapped("Embassy of Algeria in Bamako", 12, 110)
    ['Embassy of Algeria', 'in Bamako']
    """
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size, bold=bold) <= limit:
            lines[-1] = longer
            continue
        left = word
        if lines[-1]:
            lines.append("")
        while width(left, size, bold=bold) > limit and len(left) > 1:
            cut = max(1, _prefix(left, size, limit, bold=bold))
            lines[-1:] = [left[:cut], ""]
            left = left[cut:]
        lines[-1] = left
    return lines


def fitted(words: str, size: float, limit: float, *, bold: bool = False) -> str:
    """Return text that is no wider than a limit; what is cut is marked with an ellipsis.

    >>> fitted("seizure of the Algerian consulate", 12, 90)
    'seizure of the…'
    """
    if width(words, size, bold=bold) <= limit:
        return words
    cut = _prefix(words, size, limit - width(_ELLIPSIS, size, bold=bold), bold=bold)
    return words[:cut].rstrip(" ,;:\N{EN DASH}-") + _ELLIPSIS


def _prefix(words: str, size: float, limit: float, *, bold: bool) -> int:
    total = 0.0
    for place, letter in enumerate(words):
        total += _advance(letter, bold) * size
        if total > limit:
            return place
    return len(words)


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:  # noqa: FBT001 - a key of the cache
    for path in (_BOLD if bold else _REGULAR, _OTHERS):
        known = _advances(path).get(ord(letter))
        if known is not None:
            return known
    return 1.0 if east_asian_width(letter) in "WF" else _UNKNOWN


@lru_cache(maxsize=len(FONTS))
def _advances(path: str) -> dict[int, float]:
    data = Path(path).read_bytes()
    tables = {}
    for place in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * place)
        tables[tag] = offset
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    count = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    widths = struct.unpack_from(">" + "Hh" * count, data, tables[b"hmtx"])[::2]
    glyphs = _glyphs(data, tables[b"cmap"])
    return {code: widths[min(glyph, count - 1)] / units for code, glyph in glyphs.items()}


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Return the glyph of each letter of the Basic Multilingual Plane."""
    for place in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * place)
        table = cmap + offset
        if (platform, encoding) == (3, 1) and struct.unpack_from(">H", data, table)[0] == 4:  # noqa: PLR2004 - the format
            return _segments(data, table)
    return {}


def _segments(data: bytes, table: int) -> dict[int, int]:
    count = struct.unpack_from(">H", data, table + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, table + 14)
    starts = struct.unpack_from(f">{count}H", data, table + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}h", data, table + 16 + 4 * count)
    base = table + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", data, base)
    glyphs = {}
    for place in range(count):
        for code in range(starts[place], min(ends[place], 0xFFFE) + 1):
            glyph = code
            if offsets[place]:
                at = base + 2 * place + offsets[place] + 2 * (code - starts[place])
                glyph = struct.unpack_from(">H", data, at)[0]
                if not glyph:
                    continue
            glyphs[code] = (glyph + deltas[place]) & 0xFFFF
    return glyphs
