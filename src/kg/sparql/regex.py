r"""The regular expressions of SPARQL, which are those of XPath, in the words of the engines.

https://www.w3.org/TR/xpath-functions-31/#regex-syntax extends the grammar of XML Schema,
https://www.w3.org/TR/xmlschema11-2/#regexs. Neither Rust nor Python reads it: class subtraction
``[a-z-[aeiou]]``, ``\i``, ``\c`` and blocks ``\p{IsGreek}`` are unknown to them or mean something
else, and ``\d``, ``\s``, ``\w`` and ``$`` are not the same sets and places.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kg.sparql.blocks import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["BackReferenceError", "PatternError", "for_rust", "matching"]

_FLAGS = "smixq"
_BLANKS = " \t\n\r"
_CATEGORIES = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
# XML 1.0, section 2.3: what a name begins with, and what else may stand in one.
_START = ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"  # noqa: E501 - one character class
_NAME = _START + ".0-9\xb7\u0300-\u036f\u203f-\u2040" + "---"
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??", re.ASCII)


class PatternError(ValueError):
    """A text is no regular expression of SPARQL; says why."""


class BackReferenceError(PatternError):
    """Rust has no back-references; Python does."""


@lru_cache(maxsize=256)
def for_rust(pattern: str, flags: str = "") -> str:
    r"""Return a regular expression that means the same to Oxigraph and to the engine shacl.

    Raises:
        PatternError: the pattern is ill formed, or refers back to a group.

    >>> for_rust("[a-z-[aeiou]]", "i")
    '(?i)[[a-z]--[aeiou]]'
    >>> for_rust("(a")
    Traceback (most recent call last):
    kg.sparql.regex.PatternError: a group is not closed
    """
    return _translated(pattern, flags, _Rust())


def _translated(pattern: str, flags: str, words: _Rust) -> str:
    for flag in flags:
        if flag not in _FLAGS:
            raise PatternError(f'there is no flag "{flag}"; the flags are {", ".join(_FLAGS)}')
    if "q" in flags:
        return words.flagged("".join(map(words.char, pattern)), "i" if "i" in flags else "")
    body = _Reader(pattern, flags, words).read()
    return words.flagged(body, "".join(flag for flag in "ims" if flag in flags))


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: str) -> re.Pattern[str] | str:
    """Return the pattern for Oxigraph; or compiled for Python, where it refers back to a group."""
    try:
        text = for_rust(pattern, flags)
    except BackReferenceError:
        return re.compile(_translated(pattern, flags, _Python()))
    if not _is_read(text):
        raise PatternError("it is too large")
    return text


def _is_read(text: str) -> bool:
    answers = Store().query(f'SELECT (REGEX("", {Literal(text)}) AS ?answer) {{}}')
    return isinstance(answers, QuerySolutions) and next(answers)["answer"] is not None


def matching(pattern: str, texts: Collection[str], flags: str = "") -> set[str]:
    r"""Return those of some texts in which a regular expression is found.

    Args:
        pattern: as XPath has it.
        texts: to look at.
        flags: of ``s``, ``m``, ``i``, ``x`` and ``q``.

    Raises:
        PatternError: the pattern is ill formed, or there is no such flag.

    >>> sorted(matching(r"^\p{Lu}$", ["É", "e", "E\n"]))
    ['É']
    """
    compiled = _compiled(pattern, flags)
    if not isinstance(compiled, str):
        return {text for text in texts if compiled.search(text)}
    store, node = Store(), NamedNode("urn:x-kg:text")
    store.extend(Quad(node, node, Literal(text)) for text in texts)
    answers = store.query(
        f"SELECT ?text {{ ?s ?p ?text FILTER REGEX(?text, {Literal(compiled)}) }}"
    )
    if not isinstance(answers, QuerySolutions):
        return set()
    return {row["text"].value for row in answers}


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str, flags: str, words: _Rust) -> None:
        self._text, self._at = pattern, 0
        self._words, self._flags = words, flags
        self._opened = 0
        self._closed: set[int] = set()

    def read(self) -> str:
        body = self._branches()
        if self._at < len(self._text):
            raise PatternError("a group is closed that is not open")
        return body

    def _peek(self) -> str:
        if "x" in self._flags:
            while self._text[self._at : self._at + 1] in tuple(_BLANKS):
                self._at += 1
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        """Take the next character, as it stands."""
        if self._at >= len(self._text):
            raise PatternError("it ends within an escape or a class")
        self._at += 1
        return self._text[self._at - 1]

    def _branches(self) -> str:
        found = ""
        while (char := self._peek()) not in ("", ")"):
            found += self._piece(char)
        return found

    def _piece(self, char: str) -> str:
        if char == "|":
            self._at += 1
            return "|"
        atom = self._atom(char)
        if char not in ("^", "$") or self._words.repeats_anchors:
            atom += self._quantifier()
        return atom

    def _atom(self, char: str) -> str:
        self._at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char == ".":
            return self._words.any_char
        if char in "^$":
            return self._words.anchor(char, many="m" in self._flags)
        if char in "*+?{":
            raise PatternError(f'"{char}" follows nothing that it could repeat')
        return self._words.char(char)

    def _group(self) -> str:
        opening = "("
        number = 0
        if self._peek() == "?":
            if self._text[self._at : self._at + 2] != "?:":
                raise PatternError(f'"(?{self._text[self._at + 1 : self._at + 2]}" is no group')
            self._at += 2
            opening = "(?:"
        else:
            self._opened += 1
            number = self._opened
        inner = self._branches()
        if self._peek() != ")":
            raise PatternError("a group is not closed")
        self._at += 1
        self._closed.add(number)
        return f"{opening}{inner})"

    def _quantifier(self) -> str:
        self._peek()
        found = _QUANTIFIER.match(self._text, self._at)
        if found is None:
            if self._peek() == "{":
                raise PatternError('"{" begins no quantifier')
            return ""
        least, most = found[1], found[3]
        if most and int(most) < int(least):
            raise PatternError(f"{found[0]} asks for fewer than the least")
        self._at = found.end()
        if self._peek() in tuple("*+?{"):
            raise PatternError(f'"{self._peek()}" follows nothing that it could repeat')
        return found[0]

    def _escape(self) -> str:
        char = self._take()
        if char in "123456789":
            return self._reference(char)
        if char in "dDsSwWiIcCpP":
            return self._words.group([self._set(char)], inverted=False)
        return self._words.char(self._single(char))

    def _reference(self, digits: str) -> str:
        while self._text[self._at : self._at + 1].isdigit():
            longer = digits + self._text[self._at]
            if int(longer) > self._opened:
                break
            self._at, digits = self._at + 1, longer
        if int(digits) not in self._closed:
            raise PatternError(f"\\{digits} refers to no group before it")
        return self._words.reference(digits)

    def _single(self, char: str) -> str:
        if char in _CONTROLS:
            return _CONTROLS[char]
        # A character that means nothing by itself may be escaped, as other engines have it.
        if char.isalnum() or not char.isascii():
            raise PatternError(f'"\\{char}" is no escape')
        return char

    def _set(self, char: str) -> str:
        """Return the set that an escape names, as a member of a class."""
        words, inverted = self._words, char.isupper()
        if char in "pP":
            return self._property(inverted=inverted)
        kind = char.lower()
        if kind == "d":
            return words.category("Nd", inverted=inverted)
        if kind == "s":
            return words.group([words.char(blank) for blank in _BLANKS], inverted=inverted)
        if kind == "w":
            none = [words.category(name, inverted=False) for name in ("P", "Z", "C")]
            return words.group(none, inverted=not inverted)
        spans = _START if kind == "i" else _NAME
        return words.group(self._spans(spans), inverted=inverted)

    def _spans(self, text: str) -> list[str]:
        found = re.findall(r"(?s)(.)-(.)|(.)", text)
        return [self._words.span(one or only, two or only) for one, two, only in found]

    def _property(self, *, inverted: bool) -> str:
        end = self._text.find("}", self._at)
        if self._take() != "{" or end < 0:
            raise PatternError('"\\p" needs a category in braces')
        name = self._text[self._at : end]
        self._at = end + 1
        if _CATEGORIES.fullmatch(name):
            return self._words.category(name, inverted=inverted)
        if name.startswith("Is") and name[2:] in BLOCKS:
            return self._words.group([self._words.span(*BLOCKS[name[2:]])], inverted=inverted)
        raise PatternError(f"\\p{{{name}}} is neither a category nor a block of Unicode")

    def _class(self) -> str:
        inverted = self._text[self._at : self._at + 1] == "^"
        self._at += inverted
        members: list[str] = []
        less = None
        while (char := self._take()) != "]":
            if char == "-" and self._text[self._at : self._at + 1] == "[" and members:
                self._at += 1
                less = self._class()
                if self._take() != "]":
                    raise PatternError("a subtraction does not end its class")
                break
            members.append(self._member(char))
        if not members:
            raise PatternError("a class is empty")
        return self._words.group(members, inverted=inverted, less=less)

    def _member(self, char: str) -> str:
        if char == "[":
            raise PatternError('"[" stands within a class without "\\"')
        if char == "\\":
            char = self._take()
            if char in "dDsSwWiIcCpP":
                return self._set(char)
            char = self._single(char)
        following = self._text[self._at : self._at + 2]
        if following[:1] != "-" or following[1:] in ("", "]", "["):
            return self._words.char(char)
        self._at += 1
        last = self._take()
        if last == "\\":
            last = self._single(self._take())
        if last < char:
            raise PatternError(f'the range "{char}-{last}" runs backwards')
        return self._words.span(char, last)


class _Rust:
    """The words of the package regex of Rust."""

    repeats_anchors = True
    any_char = "."

    def char(self, char: str) -> str:
        return char if char.isalnum() else f"\\x{{{ord(char):X}}}"

    def span(self, first: str, last: str) -> str:
        return self.char(first) if first == last else f"{self.char(first)}-{self.char(last)}"

    def category(self, name: str, *, inverted: bool) -> str:
        return f"\\{'P' if inverted else 'p'}{{{name}}}"

    def group(self, members: list[str], *, inverted: bool, less: str | None = None) -> str:
        found = f"[{'^' if inverted else ''}{''.join(members)}]"
        return found if less is None else f"[{found}--{less}]"

    def anchor(self, char: str, *, many: bool) -> str:  # noqa: ARG002  # the flag m says it
        return char

    def reference(self, digits: str) -> str:
        raise BackReferenceError(f"Oxigraph has no back-references, such as \\{digits}")

    def flagged(self, body: str, flags: str) -> str:
        return f"(?{flags}){body}" if flags else body


class _Python(_Rust):
    """The words of Python's module re, which knows no categories and no operations on classes."""

    repeats_anchors = False
    any_char = "."

    def char(self, char: str) -> str:
        return char if char.isalnum() else f"\\U{ord(char):08X}"

    def category(self, name: str, *, inverted: bool) -> str:
        return f"[{'^' if inverted else ''}{_category(name)}]"

    def group(self, members: list[str], *, inverted: bool, less: str | None = None) -> str:
        either = "|".join(one if one[0] in "[(" else f"[{one}]" for one in members)
        found = rf"(?:(?!{either})[\s\S])" if inverted else f"(?:{either})"
        return found if less is None else f"(?:(?!{less}){found})"

    def anchor(self, char: str, *, many: bool) -> str:
        whole = {"^": r"\A", "$": r"\Z"}
        return char if many else whole[char]

    def reference(self, digits: str) -> str:
        return f"(?:\\{digits})"


@lru_cache
def _category(name: str) -> str:
    """Return the characters of a category as the inside of a class of Python's."""
    points = [
        point
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)).startswith(name)
    ]
    spans: list[list[int]] = []
    for point in points:
        if spans and spans[-1][1] == point - 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last in spans)
