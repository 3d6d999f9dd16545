"""The comments of a Turtle document, each with the node that it stands before or inside of."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.dataset.parsing import Numbering
from kg.dataset.statements import DIRECTIVES, TOKENS, Reader, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Comments", "read"]

_TOP = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*(?:[ \t]*#[^\n]*\Z)?")
_COMMENT = re.compile(r"#[^\r\n]*")
#: Turtle without a comment; quantifiers are possessive, so that it takes time by its length alone.
_UNCOMMENTED = re.compile(
    r"""
    (?: [^<"'\#]++ | \\. | <[^<>"{}|^`\x00-\x20]*+> | <
      | \"{3}(?:[^"\\]++|\\.|\"{1,2}(?!"))*+\"{3} | '{3}(?:[^'\\]++|\\.|'{1,2}(?!'))*+'{3}
      | \"(?:[^"\\\n\r]++|\\.)*+\" | '(?:[^'\\\n\r]++|\\.)*+'
    )*+
    """,
    re.VERBOSE | re.DOTALL,
)


class Comments(NamedTuple):
    """The comments of a document, in order.

    Args:
        head: the text at the top, without ``#``, and what stands among the prefixes.
        of: those of each node, with ``#``; blank nodes are numbered in the parser's order.
        tail: those after the last statement, with ``#``.
    """

    head: str
    of: dict[Any, list[str]]
    tail: list[str]


def read(text: str, base: str = "", blank_prefix: str = "b") -> Comments:
    r"""Return the comments of a well-formed document.

    Args:
        text: the document.
        base: what relative IRIs are resolved against.
        blank_prefix: begins the labels of its blank nodes.

    >>> found = read("# top\nPREFIX e: <urn:e:>\n# of a\ne:a e:b 1 . # too\n# end")
    >>> found.head, [(str(node), said) for node, said in found.of.items()], found.tail
    ('top', [('<urn:e:a>', ['# of a', '# too'])], ['# end'])
    """
    reader = _Commented(text, base)
    if not _UNCOMMENTED.fullmatch(text, len(reader.top)):
        reader.read()
    head = [re.sub(r"^\s*# ?", "", line).rstrip() for line in reader.top.splitlines()]
    while head and not head[-1]:
        head.pop()
    for remark in reader.head:
        head += ["", re.sub(r"^# ?", "", remark).rstrip()]
    numbering = Numbering(blank_prefix)
    for statement in reader.done:
        for term in statement[:3]:
            numbering(term)
    of = {numbering.labels.get(node, node): said for node, said in reader.of.items()}
    return Comments("\n".join(head).strip("\n"), of, reader.tail)


class _Commented(Reader):
    """Reads the statements of a document, and notes in which of them each comment stands."""

    def __init__(self, text: str, base: str) -> None:
        match = _TOP.match(text)
        self.top = match.group() if match else ""
        rest = text[len(self.top) :]
        first = TOKENS.match(rest)
        is_directive = first and first.group().lower().removeprefix("@") in DIRECTIVES
        if not is_directive:
            # What stands right before the first statement is about that statement.
            paragraphs = self.top.rsplit("\n\n", 1)
            self.top = paragraphs[0] + "\n" if len(paragraphs) > 1 else ""
        if not rest.strip():
            self.top = text
        self.head: list[str] = []
        self.of: dict[Any, list[str]] = {}
        self.tail: list[str] = []
        self._waiting: list[str] = []
        self._before: deque[list[tuple[str, bool]]] = deque()
        self._context: list[Any] = []
        self._left: Any = None
        super().__init__(text, one_per_line=False, base=base)

    def scan(self, text: str) -> Iterator[Token]:
        """Yield the tokens, keeping the comments before each."""
        comments: list[tuple[str, bool]] = []
        for match in TOKENS.finditer(text, len(self.top)):
            if match.lastgroup != "space":
                self._before.append(comments)
                comments = []
                yield Token(str(match.lastgroup), match.group(), 0)
                continue
            for found in _COMMENT.finditer(match.group()):
                on_the_line = "\n" not in match.group()[: found.start()]
                comments.append((found.group().rstrip(), on_the_line))
        after = [comment for comment, on_the_line in comments if on_the_line]
        self._attach(self._left, after)
        self.tail = [comment for comment, on_the_line in comments if not on_the_line]

    def _take(self) -> Token:
        token = super()._take()
        for comment, on_the_line in self._before.popleft():
            if self._context:
                closes = token.text == "]"
                self._attach(self._left if closes else self._context[-1], [comment])
            elif (token.text in (".", "]") or on_the_line) and self._left is not None:
                self._attach(self._left, [comment])
            else:
                self._waiting.append(comment)
        return token

    def _attach(self, node: Any, comments: list[str]) -> None:
        if comments:
            self.of.setdefault(node, []).extend(comments)

    def _predicates(self, subject: Any, subject_line: int) -> None:
        if not self._context:
            self._attach(subject, self._waiting)
            self._waiting = []
        self._context.append(subject)
        super()._predicates(subject, subject_line)
        self._left = self._context.pop()

    def _directive(self, word: str) -> None:
        self.head += self._waiting
        self._waiting = []
        super()._directive(word)
        self._left = None
