"""How the endpoint is: what it serves, since when, and whether its last reload failed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kg.web.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.web.edition import Edition

__all__ = ["Health", "now"]


def now() -> str:
    """Return the time in ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass
class Health:
    """What ``/health`` tells; those who reload the data write it.

    Args:
        edition: what is served at present.
        started: when the endpoint began to answer.
        last_reload: when data were last taken over; None where they are those of the start.
        reload_error: why the data on disk are not what is served, in one line.
        stopping: whether it is about to end.

    >>> from kg.web.edition import Edition
    >>> Health(Edition("d", "t", "reported", {}), reload_error="a.ttl:3: no dot").status
    'stale'
    """

    edition: Edition
    started: str = field(default_factory=now)
    last_reload: str | None = None
    reload_error: str | None = None
    stopping: bool = False

    @property
    def status(self) -> str:
        """Tell how it is: ok, stale (what is served is older than what is on disk) or stopping."""
        if self.stopping:
            return "stopping"
        return "stale" if self.reload_error else "ok"

    def answer(self, pool: Mapping[str, Any]) -> Answer:
        """Tell it as JSON.

        Args:
            pool: the state of the workers.
        """
        told = {
            "status": self.status,
            "title": self.edition.title,
            "digest": self.edition.digest,
            "made": self.edition.made,
            "started": self.started,
            "last_reload": self.last_reload,
            "reload_error": self.reload_error,
            "viewpoint": self.edition.viewpoint,
            "viewpoints": self.edition.viewpoints,
            "workers": dict(pool),
        }
        body = json.dumps(told, ensure_ascii=False, indent=1).encode()
        return Answer(body, "application/json", headers=(("Cache-Control", "no-store"),))
