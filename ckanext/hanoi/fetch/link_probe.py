"""A look at an address without fetching it whole, and without following it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.hanoi.fetch.client import _REDIRECTS, Fetcher, _parse, _redirected, _retry_after
from ckanext.hanoi.fetch.translate_errors import explained


@dataclass(frozen=True, slots=True)
class Look:
    """What a server said first: ``location`` where it redirects to, else ''; ``content_type`` in
    lower case without parameters; ``retry_after``: seconds it asked to wait, or None."""

    status: int
    content_type: str = ""
    location: str = ""
    retry_after: float | None = None


class Prober(Fetcher):
    """A fetcher that can look at an address, behind the same guards."""

    def look(self, url: str, method: str = "HEAD") -> Look:
        """Ask once, with HEAD or GET, and read no body. FetchError where no answer came."""
        self._deadline.start(self.timeout)
        target = _parse(url)
        with explained(url):
            answer = self._send(method, target, {}, None)
            headers, status = answer.headers, answer.status
            if method == "HEAD":
                answer.drain_conn()
                answer.release_conn()
            else:  # nobody wants the rest of the body
                answer.close()
        location = headers.get("Location") or ""
        return Look(
            status,
            headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            _redirected(url, location) if location and status in _REDIRECTS else "",
            _retry_after(headers.get("Retry-After")),
        )
