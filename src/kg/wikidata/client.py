"""A polite client of a Wikibase: its API, and its query service.

It says who it is, asks one thing at a time, waits as long as it is told to, gives up after a few
tries, and keeps what it read. The rules are those of
https://www.mediawiki.org/wiki/API:Etiquette and https://www.mediawiki.org/wiki/Manual:Maxlag_parameter.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from kg.errors import Misuse, ServiceFailure
from kg.http_client import retry_after
from kg.wikidata.items import is_id, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Self

    import httpx

    from kg.wikidata.items import Item

__all__ = ["WIKIDATA", "Cache", "Client", "Site", "default_folder"]

#: Where a person who runs the site finds out who asks, unless the user gives a better address.
_PROJECT = "https://w3id.org/relations-kg/"
_BATCH = 50
_OK, _FORBIDDEN, _TOO_MANY, _SERVER = 200, 403, 429, 500
#: How many times one thing is asked, and how long a wait may be, in seconds.
_TRIES, _LONGEST_WAIT = 5, 120.0
_MAXLAG = 5


@dataclass(frozen=True)
class Site:
    """The addresses of a Wikibase.

    Args:
        api: of the MediaWiki API.
        sparql: of the query service.
        entities: what the IRIs of its entities begin with.
    """

    api: str
    sparql: str
    entities: str


WIKIDATA = Site(
    "https://www.wikidata.org/w/api.php",
    "https://query.wikidata.org/sparql",
    "http://www.wikidata.org/entity/",
)


class Client:
    """A connection to a site, to be used in a ``with`` block.

    Args:
        site: the addresses.
        contact: an e-mail address or page of the person who asks; the site's owners want one.
        cache: where answers are kept; None keeps none.
        timeout: of one request, in seconds.
        offline: whether only what is kept may be used.
        sleep: waits so many seconds.
        told: called with a few words before each request, and before each wait.

    >>> with Client(contact="mailto:me@example.org") as client:
    ...     client.user_agent.endswith("(mailto:me@example.org)")
    True
    """

    def __init__(  # noqa: PLR0913 - what a careful client can be told
        self,
        site: Site = WIKIDATA,
        *,
        contact: str | None = None,
        cache: Cache | None = None,
        timeout: float = 60.0,
        offline: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        told: Callable[[str], None] | None = None,
    ) -> None:
        from importlib.metadata import version

        for address in (site.api, site.sparql):
            if urlsplit(address).scheme not in ("http", "https"):
                raise Misuse(f"{address}: is not the address of a Wikibase: begin it with https://")
        contact = contact or _PROJECT
        if not contact.isascii() or not contact.isprintable():
            raise Misuse(
                f"contact {contact!r}: give a plain e-mail address or the address of a page"
            )
        self.site = site
        self.user_agent = f"relations-kg/{version('relations-kg')} ({contact})"
        self._cache = cache
        self._timeout = timeout
        self._offline = offline
        self._sleep = sleep
        self._told = told or (lambda _: None)
        self._one_at_a_time = Lock()
        #: The values that were passed over, since kg cannot read them: id, property and reason.
        self.unread: dict[tuple[str, str, str], None] = {}
        self._connection: httpx.Client | None = None

    def __enter__(self) -> Self:
        """Return the client; nothing is sent yet."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def items(self, ids: Iterable[str]) -> dict[str, Item | None]:
        """Read items and properties, fifty with each request.

        Args:
            ids: such as Q912 and P530; each is read once.

        Returns:
            The item for each id, in the order asked; another one where the id redirects, and None
            where there is none, or none any more.

        Raises:
            Misuse: one is no id.
            ServiceFailure: the site does not answer as it should.
            ParseFailure: what it answers is not in Wikibase's layout.
        """
        asked = list(dict.fromkeys(ids))
        wrong = [one for one in asked if not is_id(one)]
        if wrong:
            raise Misuse(f'"{wrong[0]}" is no id of an item or property: write Q912 or P530')
        found: dict[str, Item | None] = {}
        missing = []
        for one in asked:
            kept = self._cache.get(self._key(one)) if self._cache else None
            if kept is None:
                missing.append(one)
            else:
                found[one] = self._item(one, kept.content, kept.retrieved)
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            for one, content, retrieved in self._fetched(batch):
                if self._cache:
                    self._cache.put(self._key(one), content, retrieved)
                found[one] = self._item(one, content, retrieved)
        return {one: found[one] for one in asked}

    def search(self, text: str, language: str = "en", limit: int = 10) -> list[str]:
        """Return the ids of items that a name finds, the best first.

        Raises:
            ServiceFailure: the site does not answer as it should.
        """
        answer = self._api(
            action="wbsearchentities",
            search=text,
            language=language,
            uselang=language,
            type="item",
            limit=str(limit),
        )
        try:
            return [str(one["id"]) for one in answer["search"]]
        except (KeyError, TypeError) as error:
            raise ServiceFailure(self.site.api, "the answer lists no results") from error

    def select(self, query: str) -> list[dict[str, str]]:
        """Ask the query service, and return the value of each variable in each row.

        Raises:
            ServiceFailure: the service does not answer as it should.
        """
        wanted = {"Accept": "application/sparql-results+json"}
        answer = self._answer(self.site.sparql, {"query": query}, wanted)
        try:
            rows = answer["results"]["bindings"]
            return [{name: term["value"] for name, term in row.items()} for row in rows]
        except (KeyError, TypeError, AttributeError) as error:
            raise ServiceFailure(self.site.sparql, "the answer has no rows") from error

    def _key(self, identifier: str) -> str:
        return f"{self.site.api} {identifier}"

    def _item(self, asked: str, content: Any, retrieved: datetime) -> Item | None:
        if content is None:
            return None
        when = retrieved.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        item = parse(content, asked, f"{self.site.api} {asked}", when)
        self.unread |= dict.fromkeys((item.id, key, reason) for key, reason in item.unread)
        return item

    def _fetched(self, ids: Sequence[str]) -> Iterator[tuple[str, Any, datetime]]:
        answer = self._api(
            action="wbgetentities",
            ids="|".join(ids),
            props="info|labels|aliases|descriptions|claims",
            redirects="yes",
        )
        retrieved = datetime.now(UTC)
        entities = answer.get("entities")
        if not isinstance(entities, dict):
            raise ServiceFailure(self.site.api, "the answer has no entities")
        # An id that redirects comes under the id of where it leads, which says where from.
        by_id = dict(entities)
        for content in entities.values():
            if isinstance(content, dict) and isinstance(content.get("redirects"), dict):
                by_id[content["redirects"].get("from")] = content
        for one in ids:
            if one not in by_id:
                # Asked for together with where it leads, one that redirects may be left out.
                if len(ids) == 1:
                    raise ServiceFailure(self.site.api, f"the answer says nothing of {one}")
                yield from self._fetched([one])
                continue
            content = by_id[one]
            yield one, None if "missing" in content else content, retrieved

    def _api(self, **parameters: str) -> Mapping[str, Any]:
        common = {"format": "json", "formatversion": "2", "maxlag": str(_MAXLAG)}
        return self._answer(self.site.api, common | parameters, {"Accept": "application/json"})

    def _answer(
        self, address: str, parameters: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """Ask until there is an answer, and keep it."""
        key = f"{address}?{urlencode(sorted(parameters.items()))}"
        keeps = self._cache if parameters.get("action") != "wbgetentities" else None
        kept = keeps.get(key) if keeps else None
        if kept is not None:
            answer: dict[str, Any] = kept.content
            return answer
        if self._offline:
            raise ServiceFailure(
                address, "is not asked, and no answer is kept: leave out --offline"
            )
        with self._one_at_a_time:
            answer = self._tried(address, parameters, headers)
        if keeps:
            keeps.put(key, answer, datetime.now(UTC))
        return answer

    def _tried(
        self, address: str, parameters: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        told = ""
        for number in range(1, _TRIES + 1):
            self._told(parameters.get("search") or parameters.get("ids", "")[:40] or address)
            wait, told, answer = self._once(address, parameters, headers)
            if answer is not None:
                return answer
            if number < _TRIES:
                wait = 2.0 ** (number - 1) if wait is None else wait
                if wait > _LONGEST_WAIT:
                    message = f"asks to wait {wait:.0f} s ({told}): try again later"
                    raise ServiceFailure(address, message)
                self._told(f"{told}: waiting {wait:.0f} s")
                self._sleep(wait)
        raise ServiceFailure(address, f"{told}, {_TRIES} times: try again later")

    def _once(
        self, address: str, parameters: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[float | None, str, dict[str, Any] | None]:
        """Ask once: how long to wait, what went wrong, and the answer where there is one."""
        import httpx

        try:
            response = self._http().post(address, data=dict(parameters), headers=dict(headers))
        except httpx.TimeoutException:
            return None, f"does not answer in {self._timeout:g} s", None
        except httpx.HTTPError as error:
            return None, f"cannot be reached ({str(error) or type(error).__name__})", None
        wait = retry_after(response.headers.get("retry-after"))
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER:
            return wait, f"answers {response.status_code}", None
        if response.status_code != _OK:
            said = " ".join(response.text.split())[:200]
            advice = (
                ": give --contact, an address of yours, as Wikimedia asks"
                if response.status_code == _FORBIDDEN
                else ""
            )
            raise ServiceFailure(address, f"answers {response.status_code} ({said}){advice}")
        try:
            answer = json.loads(response.content)
        except ValueError:
            kind = response.headers.get("content-type", "no type")
            return None, f"answers what is not JSON ({kind}, {len(response.content)} bytes)", None
        if not isinstance(answer, dict):
            raise ServiceFailure(address, "answers JSON that is no object")
        fault = answer.get("error")
        if isinstance(fault, dict):
            if fault.get("code") in ("maxlag", "ratelimited", "readonly"):
                return wait, f"is busy ({fault['code']})", None
            raise ServiceFailure(address, f"answers {fault.get('code')}: {fault.get('info')}")
        return None, "", answer

    def _http(self) -> httpx.Client:
        if self._connection is None:
            import httpx

            self._connection = httpx.Client(
                headers={"User-Agent": self.user_agent},
                timeout=self._timeout,
                follow_redirects=False,
            )
        return self._connection


# The cache: answers on disk with the time when they were read.


def default_folder() -> Path:
    """Return the folder of the user's cache where answers are kept unless told otherwise."""
    from platformdirs import user_cache_path

    return user_cache_path("relations-kg") / "wikidata"


@dataclass(frozen=True)
class _Kept:
    """An answer and when it was read."""

    retrieved: datetime
    content: Any


class Cache:
    """A folder of answers, each a file named by the digest of what was asked.

    Args:
        folder: made when the first answer is kept.
        max_age: how old an answer may be to be given again; None is any age.

    >>> from tempfile import mkdtemp
    >>> cache = Cache(Path(mkdtemp()), timedelta(hours=1))
    >>> cache.get("Q912") is None
    True
    >>> cache.put("Q912", {"id": "Q912"}, datetime.now(UTC))
    >>> cache.get("Q912").content
    {'id': 'Q912'}
    """

    def __init__(self, folder: Path, max_age: timedelta | None = None) -> None:
        self._folder = folder
        self._max_age = max_age

    def get(self, key: str) -> _Kept | None:
        """Return what is kept, or None where there is nothing, or where it is too old.

        A file that is damaged counts as nothing: what it held can be read again.
        """
        try:
            kept = json.loads(self._path(key).read_bytes())
            retrieved = datetime.fromisoformat(kept["retrieved"])
            if kept["key"] != key or retrieved.tzinfo is None:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if self._max_age is not None and datetime.now(UTC) - retrieved > self._max_age:
            return None
        return _Kept(retrieved, kept["content"])

    def put(self, key: str, content: Any, retrieved: datetime) -> None:
        """Keep an answer; the file is there whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = {"key": key, "retrieved": retrieved.isoformat(), "content": content}
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(whole, file, ensure_ascii=False)
            Path(name).replace(self._path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
