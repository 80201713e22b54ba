"""data.json feeds: DCAT-US 1.1 and 3.0 as data.gov, DKAN, Socrata, ArcGIS Hub write it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import ijson

from ckanext.hanoi.fetch import Fetcher, FetchError, Response, public_url
from ckanext.hanoi.harvest.connectors import Connector, Record, SourceError, Unreadable
from ckanext.hanoi.harvest.identity import Candidate, Distinct
from ckanext.hanoi.harvest.standards import data_json, data_json_feed
from ckanext.hanoi.harvest.standards.data_json_feed import Feed, TooDeepError
from ckanext.hanoi.parsing.sanitize import printable

#: Datasets of a page of ckanext-dcat; lists of such a round number may be a page of several.
_PAGE, _ROUND = 100, 5
_MOST_PAGES = 10_000
#: So large a document is parsed once more for the reason why it can't be.
_LOOKED_AT = 64 * 1024 * 1024


class DataJsonConnector(Connector):
    """Reads the one document (streamed, of any size), fetched conditionally, and the pages behind
    it where it has such; datasets in nested catalogues and series too. A data service is a dataset
    whose resource is its address.

    Identity: ``identifier``, else ``@id``, else title and page; repeated identifiers are told apart
    by content (see ``harvest.identity``; the document is read twice for it).
    """

    kind = "data_json"
    title = {"vi": "data.json (DCAT-US)", "en": "data.json (DCAT-US)"}
    description = {
        "vi": "Tệp data.json theo DCAT-US 1.1 hoặc 3.0: DKAN, Socrata, ArcGIS Hub, data.gov…",
        "en": "A data.json file by DCAT-US 1.1 or 3.0: DKAN, Socrata, ArcGIS Hub, data.gov…",
    }

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        response = self._document(fetcher)
        reading = _Reading()
        while True:
            fresh, number = yield from reading.page(response)
            if not fresh or not reading.goes_on(number):
                break
            following = _following(fetcher, response, reading)
            if following is not None and following.body_hash == response.body_hash:
                break  # it does not know what a page is
            if following is not None or reading.likely:
                # the first page's being unchanged would say nothing of the others
                for address in (self.url, self._beside()):
                    fetcher.forget(address)
            if following is None:
                break
            response = following
        if not reading.is_catalog:
            response.json()
            raise SourceError("%(url)s holds no list of datasets.", url=public_url(response.url))

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = data_json.to_draft(record.content, public_url(self.url))
        draft.setdefault("title", record.title or record.guid)
        draft.setdefault("identifier", record.guid)
        return draft

    def _beside(self) -> str:
        return self.url.rstrip("/") + "/data.json"

    def _document(self, fetcher: Fetcher) -> Response:
        """The document at the address, or at ``data.json`` below it where that is a web page."""
        try:
            response = fetcher.get(self.url, conditional=True)
            response.refuse_html()
            return response
        except FetchError as e:
            if e.status not in (200, 404) or self.url.endswith(".json"):
                raise
            fetcher.forget(self.url)
            try:
                response = fetcher.get(self._beside(), conditional=True)
                response.refuse_html()
            except FetchError:
                raise e from None
            return response


class _Reading:
    """One reading of a source: of its one document, or of the pages that it comes in."""

    def __init__(self) -> None:
        self.is_catalog = False
        self.pages = 0
        self._first = 0
        self._distinct = Distinct()
        self._known: set[int] = set()

    def page(self, response: Response) -> Generator[Record | Unreadable, None, tuple[bool, int]]:
        """The records of a page; whether any of them is new, and how many entries it has."""
        with response.open() as file:
            feed, number, fresh = self._noted(file, response)
            self.is_catalog = self.is_catalog or feed.is_catalog or number > 0
            self.pages += 1
            self._first = self._first or number
            for item in _candidates(feed) if fresh else ():
                if isinstance(item, Unreadable):
                    yield item
                elif (guid := self._distinct.guid(item)) is not None:
                    yield item.record(guid)
        return fresh, number

    def goes_on(self, number: int) -> bool:
        """Whether there may be a further page: ckanext-dcat gives a hundred datasets at once and
        doesn't say that there are more."""
        whole = number % _ROUND == 0 if self.pages == 1 else number >= self._first
        return number > 0 and whole and self.pages < _MOST_PAGES

    @property
    def likely(self) -> bool:
        """Whether the source rather than chance divides its list."""
        return self.pages > 1 or self._first % _PAGE == 0

    def _noted(self, file: IO[bytes], response: Response) -> tuple[Feed, int, bool]:
        """The feed, with its entries made known: their identities do not depend on their order."""
        try:
            feed = Feed(file, response.encoding)
            try:
                return feed, *self._note(feed)
            except ijson.JSONError as error:
                feed.mend()
                try:
                    return feed, *self._note(feed)
                except ijson.JSONError:
                    raise _reason(response, error) from error
        except (TooDeepError, UnicodeError, RecursionError) as e:
            raise _invalid(response, e) from e

    def _note(self, feed: Feed) -> tuple[int, bool]:
        number, fresh = 0, not self.pages
        keys: set[int] = set()
        for item in _candidates(feed):
            number += 1
            if isinstance(item, Candidate):
                keys.add(hash(item.identifier or (item.title, item.url)))
        if not fresh:
            fresh = bool(keys - self._known)
        if fresh:
            for item in _candidates(feed):
                if isinstance(item, Candidate):
                    self._distinct.note(item)
            self._distinct.settle()
        self._known |= keys
        return number, fresh


def _candidates(feed: Feed) -> Iterator[Candidate | Unreadable]:
    for item in feed:
        found = data_json_feed.candidate(printable(item)) if isinstance(item, dict) else None
        yield found or Unreadable(
            "An entry of the source is no dataset: %(entry)s", {"entry": str(item)[:100]}
        )


def _following(fetcher: Fetcher, response: Response, reading: _Reading) -> Response | None:
    """The next page; None where the source knows no pages."""
    parts = urlsplit(response.url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    page = next((int(value) for key, value in query if key == "page" and value.isdecimal()), 1)
    query = [(key, value) for key, value in query if key != "page"] + [("page", str(page + 1))]
    address = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
    if parts.scheme not in ("http", "https"):
        return None
    try:
        following = fetcher.get(address, etag=response.etag)
        if following.not_modified:
            return response  # it does not know what a page is
        following.refuse_html()
    except FetchError as e:
        if reading.likely and (e.status is None or e.status in (401, 403, 429) or e.status >= 500):
            raise
        return None
    return following


def _reason(response: Response, error: Exception) -> FetchError:
    """Why the document can't be read: the parser of streams knows no more than that."""
    if response.size <= _LOOKED_AT:
        try:
            response.json()
        except FetchError as e:
            return e
    if "EOF" in str(error) or "ncomplete" in str(error):
        return FetchError(
            "The answer of %(url)s ends in the middle of its JSON.",
            url=response.url, status=response.status, retryable=True,
        )  # fmt: skip
    return _invalid(response, error)


def _invalid(response: Response, error: Exception) -> FetchError:
    return FetchError(
        "The answer of %(url)s is not valid JSON: %(error)s",
        url=response.url, status=response.status, error=" ".join(str(error).split())[:200],
    )  # fmt: skip
