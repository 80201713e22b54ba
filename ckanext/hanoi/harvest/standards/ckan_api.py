"""CKAN's action API as portals really serve it: where it is, and reading all packages by it."""
from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ckanext.hanoi.fetch import Fetcher, FetchError, public_url
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.parsing import lenient_json
from ckanext.hanoi.parsing.sanitize import printable, printable_json

#: (guid, package); the guid is '' where the package has none.
Found = Iterator[tuple[str, Any]]

#: Orders that do not change while the source is read, the best first; look-alikes know none.
_SORTS = ("id asc", "name asc", "")
#: So often at most the whole source is gone over, where its pages shift under the reader.
_ROUNDS = 3
#: Datasets that may fail one after the other before the source is given up.
_FAILURES = 5
#: A server that can't build a page may be able to build a smaller one.
_SMALLEST_PAGE = 10
_NOT_HERE = {400, 401, 403, 404, 405, 406, 409, 410, 422, 501}
_TAIL = re.compile(
    r"(?:/api(?:/\d+)?(?:/(?:action|rest|search)(?:/\w+)?)?|/(?:dataset|organization|group)s?)$"
)


def site(url: str) -> str:
    """The address of the portal, of whatever address of its API or pages was given."""
    parts = urlsplit(url.strip())
    path = _TAIL.sub("", parts.path.rstrip("/")).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def title_of(package: Mapping[str, Any]) -> str:
    """The title for a report: one line, Vietnamese where there is a choice."""
    words = lenient_json.multilingual(
        package.get("title_translated"), package.get("title"), package.get("name")
    )
    return lenient_json.headline(lenient_json.one_line(words))


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a search: its packages, and how many there are in all if it says so."""

    packages: list[Any]
    count: int | None = None


def page_of(result: Any) -> Page | None:
    """The page in the result of ``package_search`` or a list of packages; None if it is none."""
    if isinstance(result, Mapping) and isinstance(result.get("results"), list):
        return Page(result["results"], lenient_json.integer(result.get("count")))
    if isinstance(result, list):
        # DKAN puts the list into a list
        if len(result) == 1 and isinstance(result[0], list):
            result = result[0]
        if all(not isinstance(package, str) for package in result):
            return Page(result)
    return None


class Seen:
    """Which packages have come. The same id again is the page that overlaps; a look-alike that
    gives several datasets one id gets an identity for each."""

    def __init__(self) -> None:
        # hashes of id and name: a hundred thousand of them take twelve megabytes
        self._names: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._names)

    def known(self, package: Any) -> bool:
        """Whether the package's id has come before."""
        return isinstance(package, Mapping) and _short(_identity(package)) in self._names

    def take(self, package: Any) -> str | None:
        """The guid of a package; '' if it has none, None if it has come before."""
        identity = _identity(package) if isinstance(package, Mapping) else ""
        if not identity:
            content = _short("nameless " + json.dumps(package, sort_keys=True))
            if content in self._names:
                return None
            self._names[content] = content
            return ""
        name = _short(lenient_json.text(package.get("name")) or title_of(package))
        if self._names.get(_short(identity), name) != name:
            identity = f"{identity}#{name:015x}"
        if _short(identity) in self._names:
            return None
        self._names[_short(identity)] = name
        return identity

    def names(self) -> set[int]:
        """Hashes of all names and ids, to be compared with ``_short`` of a name."""
        return set(self._names) | set(self._names.values())


def _identity(package: Mapping[str, Any]) -> str:
    return lenient_json.text(package.get("id")) or lenient_json.text(package.get("name"))


def _short(text: str) -> int:
    data = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(data, "big") >> 4


class Api:
    """Calls actions. ``key``: an API key or token, sent as both generations of CKAN want it."""

    def __init__(self, fetcher: Fetcher, key: str = "") -> None:
        self._fetcher = fetcher
        self._headers = {"Authorization": key, "X-CKAN-API-Key": key} if key else {}
        self.base = ""
        self.sort = ""

    def awaited(self, coming: Future[Page]) -> Page:
        """What was asked for ahead."""
        with self._fetcher.waiting(self.base):
            return coming.result()

    def find(self, url: str, query: Mapping[str, Any]) -> Page | None:
        """Find where the API is; the first page of the search, or None where there is no search
        but a list. SourceError where there is no API at all."""
        errors: list[SourceError] = []
        for base in _places(url):
            for self.sort in _SORTS:
                self.base = base
                try:
                    page = page_of(self.call("package_search", **query, sort=self.sort, start=0))
                except FetchError as e:
                    errors.append(e)
                    if self.sort and e.status in (400, 409, 422, 500):
                        continue  # it may be the order that it does not know
                    if e.status not in _NOT_HERE | {200}:
                        raise
                    break
                except SourceError as e:
                    errors.append(e)
                    continue
                if page is not None:
                    return page
                break
        for self.base in _places(url):
            try:
                if self._lists():
                    return None
            except SourceError as e:
                errors.append(e)
        for error in errors:
            if getattr(error, "status", None) in (200, 401, 403):
                raise error
        raise SourceError("No CKAN API was found at %(url)s.", url=public_url(site(url)))

    def _lists(self) -> bool:
        return isinstance(self.call("package_list"), list)

    def call(self, action: str, **params: Any) -> Any:
        """The result of an action, out of its envelope if it has one."""
        url = f"{self.base}/{action}"
        params = {key: value for key, value in params.items() if value != ""}
        for attempt in range(2):
            response = self._fetcher.get(url, params=params, headers=self._headers)
            try:
                answer = response.json()
                if not printable_json(response.text):
                    answer = printable(answer)
                break
            except FetchError as e:
                # half a page, or the page of an overloaded proxy
                if attempt or not e.retryable:
                    raise
                time.sleep(self._fetcher.pause)
        if isinstance(answer, Mapping):
            if answer.get("success") is False:
                raise SourceError(
                    "%(url)s refuses: %(error)s",
                    url=public_url(response.url),
                    error=lenient_json.as_extra(answer.get("error"))[:300],
                )
            if "result" in answer:
                return answer["result"]
        return answer

    def names(self) -> list[str] | None:
        """What ``package_list`` lists, or None where there is no such action."""
        try:
            result = self.call("package_list")
        except FetchError as e:
            if e.status in _NOT_HERE | {200}:
                return None
            raise
        except SourceError:
            return None
        return [n for n in result if isinstance(n, str)] if isinstance(result, list) else None

    def show(self, name: str) -> Any:
        """The package ``name``; None where it is gone or hidden."""
        try:
            result = self.call("package_show", id=name)
        except FetchError as e:
            if e.status in (401, 403, 404, 410):
                return None
            raise
        return next(iter(result), None) if isinstance(result, list) else result


def _places(url: str) -> list[str]:
    """Where the API may be, the likeliest first."""
    portal = site(url)
    parts = urlsplit(portal)
    roots = [portal, urlunsplit((parts.scheme, parts.netloc, "", "", ""))]
    tails = ("/api/3/action", "/api/action")
    return list(dict.fromkeys(root + tail for root in roots for tail in tails))


class Search:
    """Reads a search to its end, however its pages shift meanwhile.

    Each page begins with the last package of the one before. A page that has nothing in common
    with what came before has shifted (something was removed at the source): the reader goes back
    half a page. In the end there must be as many packages as the source counts; if not, it is gone
    over again, then its list of names is compared, and if there are still fewer, and the list does
    not say that they are all, the read is incomplete. ``whole``: nothing limits the search but
    organizations, so that the list of names may be compared.
    """

    def __init__(
        self, api: Api, query: Mapping[str, Any], size: int, seen: Seen, whole: bool
    ) -> None:
        self.api, self.query, self.seen, self.whole = api, query, seen, whole
        self.size = max(2, size)
        self.count: int | None = None

    def packages(self, first: Page) -> Found:
        page: Page | None = first
        pool = ThreadPoolExecutor(1, "hanoi-page")
        try:
            for _ in range(_ROUNDS):
                before = len(self.seen)
                yield from self._round(page, pool)
                page = None
                if not self._missing() or len(self.seen) == before:
                    break
        finally:
            # who stops reading does not wait for the page after that
            pool.shutdown(wait=False, cancel_futures=True)
        if self._missing():
            names = (self.api.names() if self.whole else None) or []
            yield from _shown(self.api, self.seen, names)
            if self._missing() and not self._are_all(names):
                raise SourceError(
                    "%(url)s announced %(count)s datasets but gave only %(seen)s.",
                    url=public_url(self.api.base), count=self.count, seen=len(self.seen),
                )  # fmt: skip

    def _missing(self) -> bool:
        return self.count is not None and len(self.seen) < self.count

    def _are_all(self, names: list[str]) -> bool:
        """Whether the source's own list of names knows nothing more and nothing less."""
        known = self.seen.names()
        return len(set(names)) >= len(self.seen) and all(_short(name) in known for name in names)

    def _round(self, page: Page | None, pool: ThreadPoolExecutor) -> Found:
        """The next page is asked for while this one is looked at."""
        start, stale, back = 0, 0, 0
        while True:
            page = page or self._page(start)
            self.count = page.count if page.count is not None else self.count
            got = len(page.packages)
            if start and got and back < 5 and not any(map(self.seen.known, page.packages)):
                start, back, page = max(0, start - self.size // 2), back + 1, None
                continue
            back, before = 0, len(self.seen)
            end = start + got
            following = end - 1 if got > 1 else end
            coming: Future[Page] | None = None
            if got and self.count is not None and end < self.count:
                coming = pool.submit(self._page, following)
            for package in page.packages:
                guid = self.seen.take(package)
                if guid is not None:
                    yield guid, package
            stale = stale + 1 if len(self.seen) == before else 0
            if not got or stale > 1 or (stale and (self.count is None or end >= self.count)):
                return
            if self.count is not None and end >= self.count and got < self.size:
                return
            start, page = following, self.api.awaited(coming) if coming else None

    def _page(self, start: int) -> Page:
        while True:
            try:
                result = self.api.call("package_search", **self.query, sort=self.api.sort,
                                       rows=self.size, start=start)  # fmt: skip
                break
            except FetchError as e:
                if (e.status or 0) < 500 or self.size <= _SMALLEST_PAGE:
                    raise
                self.size = max(_SMALLEST_PAGE, self.size // 5)
        page = page_of(result)
        if page is None:
            raise SourceError("%(url)s gave no list of datasets.", url=public_url(self.api.base))
        return page


def listing(api: Api, seen: Seen) -> Found:
    """All packages of a portal without a search."""
    yield from _current(api, seen)
    names = api.names()
    if names is None:
        raise SourceError("%(url)s gave no list of datasets.", url=public_url(api.base))
    yield from _shown(api, seen, names)


def _current(api: Api, seen: Seen, limit: int = 50) -> Found:
    """``current_package_list_with_resources`` as far as it goes; the list of names tells later
    what it left out."""
    offset = 0
    while True:
        try:
            result = api.call("current_package_list_with_resources", limit=limit, offset=offset)
        except SourceError:
            return
        page = page_of(result)
        if page is None or not page.packages:
            return
        before = len(seen)
        for package in page.packages:
            guid = seen.take(package)
            if guid:
                yield guid, package
        if len(seen) == before:
            return
        offset += len(page.packages)


def _shown(api: Api, seen: Seen, names: list[str]) -> Found:
    """The packages of ``names`` that have not come yet. Raises in the end where some failed."""
    known = seen.names()
    failed: SourceError | None = None
    failures = 0
    for name in names:
        if _short(name) in known:
            continue
        try:
            package = api.show(name)
        except SourceError as e:
            failed, failures = e, failures + 1
            if failures >= _FAILURES:
                raise
            continue
        failures = 0
        if isinstance(package, Mapping) and (guid := seen.take(package)) is not None:
            yield guid, package
    if failed is not None:
        raise failed
