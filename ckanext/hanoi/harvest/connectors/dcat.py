"""Catalogues in RDF by the DCAT vocabulary: RDF/XML, Turtle, JSON-LD, N-Triples; paged or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from lxml import html

from ckanext.hanoi.fetch import Fetcher, FetchError, Response, public_url
from ckanext.hanoi.harvest.connectors import Connector, Record, SourceError, Unreadable
from ckanext.hanoi.harvest.identity import Candidate, Distinct
from ckanext.hanoi.harvest.standards import dcat_dataset, dcat_records
from ckanext.hanoi.parsing import lenient_json, rdf
from ckanext.hanoi.parsing.rdf import Graph, Literal
from ckanext.hanoi.parsing.sanitize import printable

#: Pages without a new dataset, one after the other, after which a source goes round in circles.
_STALE = 3
_NEXT = ("hydra:next", "hydra:nextPage")
_LINK = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next\b', re.I)


class DcatConnector(Connector):
    """Reads every dataset of the document and of those that follow it (Hydra's old and new paging,
    the Link header), and datasets that a catalogue only points to.

    Identity: the dataset's address; for one without (a blank node) ``dct:identifier``, else its
    title and page. A distribution that no dataset has, and a data service that serves none that is
    known, is a dataset of its own.

    A document without pages is fetched conditionally.
    """

    kind = "dcat"
    title = {"vi": "DCAT (RDF)", "en": "DCAT (RDF)"}
    description = {
        "vi": "Danh mục DCAT hoặc DCAT-AP 1–3 dạng RDF/XML, Turtle, JSON-LD, N-Triples; "
        "có thể chia trang.",
        "en": "A DCAT or DCAT-AP 1–3 catalogue in RDF/XML, Turtle, JSON-LD or N-Triples; "
        "may be paged.",
    }

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        reading = _Reading(fetcher)
        identities = _Identities()
        url: str | None = self.url
        while url:
            graph, base = reading.page(url)
            following = reading.following(graph, base)
            before = reading.seen
            for document, address in reading.documents(graph, base):
                for record in identities.of(document, address):
                    reading.seen += 1
                    yield record
            reading.progress(before, following, base)
            url = following
        for record in identities.mentioned():
            reading.seen += 1
            yield record
        reading.finish(self.url)

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = dcat_dataset.to_draft(record.content)
        draft.setdefault("title", record.title or record.guid)
        draft.setdefault("identifier", record.guid)
        return draft


class _Identities:
    """Which dataset is which. An address is one dataset, however often pages describe it; one
    that is only mentioned so far may still be described by a later page."""

    def __init__(self) -> None:
        self._distinct = Distinct()
        self._addresses: set[str] = set()
        self._mentions: dict[str, Candidate] = {}

    def of(self, graph: Graph, url: str) -> Iterator[Record]:
        """The records of a page that have not come before."""
        found = list(dcat_records.candidates(graph, url))
        for candidate in found:
            if not _has_address(candidate):
                self._distinct.note(candidate)
        self._distinct.settle()
        for candidate in found:
            address = candidate.identifier or ""
            if not _has_address(candidate):
                if guid := self._distinct.guid(candidate):
                    yield _record(candidate, guid)
            elif dcat_records.is_mention(graph, candidate):
                self._mentions.setdefault(address, candidate)
            elif address not in self._addresses:
                self._addresses.add(address)
                yield _record(candidate, address)

    def mentioned(self) -> Iterator[Record]:
        """The records of what was never described."""
        for address, candidate in self._mentions.items():
            if address not in self._addresses:
                yield _record(candidate, address)


def _has_address(candidate: Candidate) -> bool:
    return bool(candidate.identifier) and candidate.identifier == candidate.content.get("@id")


def _record(candidate: Candidate, guid: str) -> Record:
    content = printable(candidate.content)
    return Record(printable(guid), content, candidate.modified, candidate.title)


class _Reading:
    """One reading of a source: its pages, and whether it came to its end."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher
        self.seen = 0
        self.total: int | None = None
        self._visited: set[str] = set()
        self._stale = 0
        self._first = ""

    def page(self, url: str) -> tuple[Graph, str]:
        """The graph at ``url`` and the address it was really found at."""
        self._visited.add(url)
        first = not self._first
        self._first = self._first or url
        response = self.fetcher.get(url, headers={"Accept": rdf.ACCEPT}, conditional=first)
        try:
            response.refuse_html()
        except FetchError:
            alternate = _alternate(response)
            if alternate is None or alternate in self._visited:
                raise
            self._partial()
            return self.page(alternate)
        self._link = response.headers.get("Link", "")
        return _parsed(response), response.url

    def following(self, graph: Graph, base: str) -> str | None:
        """The address of the next page, or None."""
        links = []
        for kind in _NEXT:
            for subject, said in graph.by_subject.items():
                for term in said.get(kind, ()):
                    address = term.text if isinstance(term, Literal) else term
                    links.append((subject not in (base, self._first), urljoin(base, address)))
        links += [(True, urljoin(base, address)) for address in _LINK.findall(self._link)]
        for total in (
            t for said in graph.by_subject.values() for t in said.get("hydra:totalItems", ())
        ):
            self.total = (
                lenient_json.integer(total.text) if isinstance(total, Literal) else self.total
            )
        links = [(far, link) for far, link in sorted(set(links)) if link not in self._visited]
        if not links:
            return None
        self._partial()
        return links[0][1]

    def documents(self, graph: Graph, base: str) -> Iterator[tuple[Graph, str]]:
        """The page, and the documents of datasets that it only points to."""
        yield graph, base
        if graph.by_type["dcat:Dataset"] or graph.by_type["dcat:Distribution"]:
            return
        for address in dcat_records.undescribed(graph):
            if address not in self._visited:
                self._visited.add(address)
                self._partial()
                response = self.fetcher.get(address, headers={"Accept": rdf.ACCEPT})
                response.refuse_html()
                yield _parsed(response), response.url

    def progress(self, before: int, following: str | None, base: str) -> None:
        """SourceError where page after page brings nothing new."""
        self._stale = self._stale + 1 if self.seen == before else 0
        if following and self._stale >= _STALE:
            raise SourceError("%(url)s gives the same page again and again.", url=public_url(base))

    def finish(self, url: str) -> None:
        """SourceError where the source gave fewer datasets than it announced."""
        if self.total is not None and self.seen < self.total:
            raise SourceError(
                "%(url)s announced %(count)s datasets but gave only %(seen)s.",
                url=public_url(url),
                count=self.total,
                seen=self.seen,
            )

    def _partial(self) -> None:
        """The first document is not the whole source: its being unchanged would say nothing."""
        self.fetcher.forget(self._first)


def _parsed(response: Response) -> Graph:
    try:
        graph = rdf.parse(response.content, response.url, response.content_type)
    except rdf.RdfError as e:
        raise SourceError(
            "The RDF of %(url)s can't be read: %(error)s",
            url=public_url(response.url),
            error=str(e),
        ) from e
    if not any(kind.startswith(("dcat:", "hydra:")) for kind in graph.by_type) and not any(
        dcat_records.candidates(graph, response.url)
    ):
        raise SourceError("%(url)s holds no DCAT catalogue.", url=public_url(response.url))
    return graph


def _alternate(response: Response) -> str | None:
    """The RDF that a web page names as another form of itself."""
    try:
        links = html.fromstring(response.content[:500_000]).iter("link")
    except (ValueError, html.etree.ParserError):
        return None
    for link in links:
        kind = (link.get("type") or "").lower()
        if (
            "alternate" in (link.get("rel") or "")
            and link.get("href")
            and kind
            in (
                "text/turtle",
                "application/rdf+xml",
                "application/ld+json",
                "application/n-triples",
            )
        ):
            return urljoin(response.url, link.get("href"))
    return None
