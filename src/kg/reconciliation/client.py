"""A client of any service of the Reconciliation API 0.2, kg's own or another one."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kg.errors import Misuse, ServiceFailure
from kg.http_client import retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["ReconciliationService"]

_VERSION, _BATCH = "0.2", 50
_OK, _TOO_MANY, _SERVER = 200, 429, 500
_TRIES, _LONGEST_WAIT = 4, 120.0
_PROJECT = "https://w3id.org/relations-kg/"


class ReconciliationService:
    """A service that matches names with things.

    Args:
        url: of the service itself, where its manifest is.
        timeout: of one request, in seconds.
        sleep: waits so many seconds.

    >>> ReconciliationService("ftp://example.org/")
    Traceback (most recent call last):
    kg.errors.Misuse: ftp://example.org/: is not the address of a service: begin it with https://
    """

    def __init__(
        self, url: str, *, timeout: float = 30.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise Misuse(f"{url}: is not the address of a service: begin it with https://")
        self.url = url
        self._timeout = timeout
        self._sleep = sleep

    def manifest(self) -> dict[str, Any]:
        """Return what the service says of itself.

        Raises:
            ServiceFailure: it does not answer as it should, or speaks another version.
        """
        told = self._asked({})
        versions = told.get("versions")
        if not isinstance(versions, list) or _VERSION not in versions:
            raise ServiceFailure(self.url, f"does not speak version {_VERSION} of the API")
        return told

    def reconcile(self, queries: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
        """Return the candidates of each query, fifty queries with each request.

        Args:
            queries: each as the API has it: query, type, limit, properties, type_strict.

        Raises:
            ServiceFailure: the service does not answer as it should.
        """
        found: list[list[dict[str, Any]]] = []
        for start in range(0, len(queries), _BATCH):
            batch = {f"q{n}": dict(one) for n, one in enumerate(queries[start : start + _BATCH])}
            answer = self._asked({"queries": json.dumps(batch)})
            for key in batch:
                told = answer.get(key)
                result = told.get("result") if isinstance(told, dict) else None
                if not isinstance(result, list):
                    raise ServiceFailure(self.url, f"the answer says nothing of {key}")
                found.append(result)
        return found

    def extend(self, ids: Sequence[str], properties: Sequence[str]) -> dict[str, Any]:
        """Return the values of properties of things, by id and property.

        Raises:
            ServiceFailure: the service does not answer as it should.
        """
        asked = {"ids": list(ids), "properties": [{"id": one} for one in properties]}
        answer = self._asked({"extend": json.dumps(asked)})
        rows = answer.get("rows")
        if not isinstance(rows, dict):
            raise ServiceFailure(self.url, "the answer has no rows")
        return rows

    def _asked(self, form: Mapping[str, str]) -> dict[str, Any]:
        told = ""
        for number in range(1, _TRIES + 1):
            wait, told, answer = self._once(form)
            if answer is not None:
                return answer
            if wait > _LONGEST_WAIT:
                raise ServiceFailure(self.url, f"asks to wait {wait:.0f} s ({told}): try later")
            if number < _TRIES:
                self._sleep(wait)
        raise ServiceFailure(self.url, f"{told}, {_TRIES} times: try again later")

    def _once(self, form: Mapping[str, str]) -> tuple[float, str, dict[str, Any] | None]:
        """Ask once: how long to wait, what went wrong, and the answer where there is one."""
        import httpx

        headers = {"User-Agent": f"relations-kg ({_PROJECT})", "Accept": "application/json"}
        try:
            with httpx.Client(headers=headers, timeout=self._timeout) as client:
                response = client.post(self.url, data=dict(form)) if form else client.get(self.url)
        except httpx.TimeoutException:
            return 1.0, f"does not answer in {self._timeout:g} s", None
        except httpx.HTTPError as error:
            return 1.0, f"cannot be reached ({str(error) or type(error).__name__})", None
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER:
            wait = retry_after(response.headers.get("retry-after"))
            return (1.0 if wait is None else wait), f"answers {response.status_code}", None
        if response.status_code != _OK:
            said = " ".join(response.text.split())[:200]
            raise ServiceFailure(self.url, f"answers {response.status_code} ({said})")
        try:
            answer = json.loads(response.content)
        except ValueError:
            kind = response.headers.get("content-type", "no type")
            return 1.0, f"answers what is not JSON ({kind})", None
        if not isinstance(answer, dict):
            raise ServiceFailure(self.url, "answers JSON that is no object")
        return 0.0, "", answer
