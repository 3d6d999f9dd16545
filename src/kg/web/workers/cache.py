"""Cache of answers: the same question of the same data has the same answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.web.responses import Answer

__all__ = ["AnswerCache", "RecentKeys", "is_steady", "key_of"]

#: Functions of SPARQL whose value changes from one evaluation to the next, and escapes, which may
#: spell them.
_UNSTEADY = re.compile(r"(?i)\b(?:now|rand|uuid|struuid)\b|\\u")
#: One answer may take this share of the room.
_SHARE = 8
_OK = 200


def key_of(digest: str, task: str, arguments: Mapping[str, Any]) -> str:
    """Name a question: the same name means the same data, task and arguments.

    >>> key_of("d", "t", {"a": 1, "b": 2}) == key_of("d", "t", {"b": 2, "a": 1})
    True
    """
    written = json.dumps([digest, task, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def is_steady(arguments: Mapping[str, Any]) -> bool:
    """Tell whether a question has the same answer each time, as far as its text can tell.

    >>> is_steady({"text": "SELECT (NOW() AS ?now) {}"}), is_steady({"text": "ASK {}"})
    (False, True)
    """
    return not _UNSTEADY.search(json.dumps(arguments, ensure_ascii=False))


class AnswerCache:
    """The answers asked for last, as many as there is room for.

    Args:
        room: in bytes of their bodies.
    """

    def __init__(self, room: int) -> None:
        self.room, self.size = room, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def get(self, name: str) -> Answer | None:
        """Return the answer to a question, if it is remembered."""
        found = self._answers.get(name)
        if found is not None:
            self._answers.move_to_end(name)
        return found

    def put(self, name: str, answer: Answer) -> None:
        """Remember an answer, unless it is none or takes too much of the room."""
        if answer.status != _OK or _weight(answer) * _SHARE > self.room or name in self._answers:
            return
        self._answers[name] = answer
        self.size += _weight(answer)
        while self.size > self.room:
            _, oldest = self._answers.popitem(last=False)
            self.size -= _weight(oldest)

    def __len__(self) -> int:
        """Return how many answers are remembered."""
        return len(self._answers)


def _weight(answer: Answer) -> int:
    # What Python itself needs for an answer and its name is about a kilobyte.
    return len(answer.body) + 1024


class RecentKeys:
    """The last names of some kind.

    Args:
        most: how many are kept.

    >>> seen = RecentKeys(2)
    >>> for name in ("a", "b", "c"): seen.add(name)
    >>> "a" in seen, "c" in seen
    (False, True)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        """Tell whether a name is among them."""
        return name in self._names

    def add(self, name: str) -> None:
        """Add a name, as the last one."""
        self._names[name] = None
        self._names.move_to_end(name)
        if len(self._names) > self._most:
            self._names.popitem(last=False)

    def discard(self, name: str) -> None:
        """Forget a name."""
        self._names.pop(name, None)
