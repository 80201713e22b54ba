"""data.json feeds: DCAT-US 1.1 and 3.0 as data.gov, DKAN, Socrata, ArcGIS Hub write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ijson

from ckanext.hanoi.harvest.connectors import Connector, Record, SourceError, Unreadable
from ckanext.hanoi.harvest.fetch import Fetcher, FetchError, Response, public_url
from ckanext.hanoi.harvest.identity import Candidate, identified
from ckanext.hanoi.harvest.parsing.clean import printable
from ckanext.hanoi.harvest.standards import data_json, data_json_feed


class DataJsonConnector(Connector):
    """Reads the one document (streamed, of any size), fetched conditionally; datasets in nested
    catalogues and series too. A data service is a dataset whose resource is its address.

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
        empty = True
        with response.open() as file:
            try:
                feed = data_json_feed.Feed(file, response.encoding)
                for item in identified(lambda: self._candidates(feed)):
                    empty = False
                    yield item
            except ijson.IncompleteJSONError as e:
                raise _cut_off(response) from e
            except (ijson.JSONError, data_json_feed.TooDeep, UnicodeError, RecursionError) as e:
                raise FetchError(
                    "The answer of %(url)s is not valid JSON: %(error)s",
                    url=response.url, status=response.status, error=str(e)[:200],
                ) from e  # fmt: skip
        if empty and not feed.is_catalog:
            response.json()
            raise SourceError("%(url)s holds no list of datasets.", url=public_url(response.url))

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = data_json.to_draft(record.content, public_url(self.url))
        draft.setdefault("title", record.title or record.guid)
        draft.setdefault("identifier", record.guid)
        return draft

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
                response = fetcher.get(self.url.rstrip("/") + "/data.json", conditional=True)
                response.refuse_html()
            except FetchError:
                raise e from None
            return response

    def _candidates(self, feed: data_json_feed.Feed) -> Iterator[Candidate | Unreadable]:
        for item in feed:
            found = data_json_feed.candidate(printable(item)) if isinstance(item, dict) else None
            yield found or Unreadable(
                "An entry of the source is no dataset: %(entry)s", {"entry": str(item)[:100]}
            )


def _cut_off(response: Response) -> FetchError:
    return FetchError(
        "The answer of %(url)s ends in the middle of its JSON.",
        url=response.url, status=response.status, retryable=True,
    )  # fmt: skip
