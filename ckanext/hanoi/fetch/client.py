"""The fetcher: one session with one source."""
from __future__ import annotations

import base64
import itertools
import json as json_module
import mimetypes
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import formatdate, parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlencode, urljoin, urlsplit
from urllib.request import url2pathname

from urllib3 import HTTPHeaderDict, Timeout
from urllib3.exceptions import LocationValueError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from ckanext.hanoi.fetch.address import AddressGuard
from ckanext.hanoi.fetch.challenge import PROTECTED, is_challenge
from ckanext.hanoi.fetch.connection import Deadline, Pools
from ckanext.hanoi.fetch.errors import FetchError, FetchTimeoutError, NotModifiedError, public_url
from ckanext.hanoi.fetch.response import Body, Decoder, Response, Unpacking
from ckanext.hanoi.fetch.translate_errors import explained

USER_AGENT = "Mozilla/5.0 (compatible; ckanext-hanoi; open-data harvester)"
MAX_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
CONNECT_TIMEOUT = 10
_REDIRECTS = {301, 302, 303, 307, 308}
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
#: Headers that may follow a redirect to another machine.
_HARMLESS = {"accept", "accept-language", "user-agent", "accept-encoding"}
_CHUNK = 64 * 1024
_Validators = tuple[str | None, str | None]


class Fetcher:
    """Fetches over one kept-alive connection per host. Not for use by several threads at once.

    ``timeout`` is the time in seconds that one request may take altogether, redirects included;
    ``max_bytes`` holds for the answer on the wire and for what it unpacks to; ``allowed_hosts``
    (names, host:port, networks) may be fetched although they are not public; ``allow_local``
    permits ``file:`` addresses of regular files, all (True) or the one that it names; ``unpack``
    undoes gzip that no header announces. Failed requests that may be repeated are,
    ``retries`` times, after ``pause`` seconds, doubled each time, or what the server asks for;
    if it asks for more than ``max_pause`` the request fails. Proxy variables are not heeded:
    a proxy would resolve names out of reach of the check.

    For sources that are one document: set ``validators`` ``{url: (etag, last_modified)}`` and
    ``known_hashes`` ``{url: body hash}`` to what ``remember`` and ``hashes`` held after the last
    complete run, and ``get(url, conditional=True)`` raises ``NotModifiedError`` if nothing changed.
    The keys are ``public_url(url)``. A connector that learns from a document that there are more
    of them calls ``forget``.
    """

    def __init__(
        self,
        allowed_hosts: Iterable[str] = (),
        timeout: float = 60,
        max_bytes: int = MAX_BYTES,
        allow_local: bool | str = False,
        user_agent: str = USER_AGENT,
        retries: int = 3,
        pause: float = 0.5,
        max_pause: float = 30,
        unpack: bool = True,
    ) -> None:
        self.unpack = unpack
        self.timeout = timeout
        self.max_bytes = max_bytes
        self.allow_local = allow_local
        self.user_agent = user_agent
        self.retries = retries
        self.pause = pause
        self.max_pause = max_pause
        self.validators: dict[str, _Validators] = {}
        self.known_hashes: dict[str, str] = {}
        self.remember: dict[str, _Validators] = {}
        self.hashes: dict[str, str] = {}
        #: Told the address (``public_url``) whose answer is worked on next, and "" while an answer
        #: is waited for.
        self.watch: Callable[[str], None] = lambda address: None
        self._deadline = Deadline()
        self._pools = Pools(AddressGuard(allowed_hosts), self._deadline)
        self._auth: dict[tuple[str, str, int], str] = {}

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pools.close()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        conditional: bool = False,
    ) -> Response:
        """The answer to GET ``url``; FetchError for any status but 2xx and an asked-for 304.

        ``conditional`` is for the document that is the whole source: it raises ``NotModifiedError``
        where the server or the body's hash says that it is the one of the last complete run.
        """
        url = _with_params(url, params)
        key = public_url(url)
        if conditional and key in self.validators:
            etag, last_modified = self.validators[key]
        send = dict(headers or {})
        if etag:
            send["If-None-Match"] = etag
        if last_modified:
            send["If-Modified-Since"] = last_modified
        with self.waiting(url):
            if is_local(url):
                response = self._local(url)
            else:
                response = self._request("GET", url, send, None, True)
        if response.not_modified and not (etag or last_modified):
            raise FetchError("%(url)s answered “not modified” without being asked.", url=url,
                             status=304)  # fmt: skip
        if conditional:
            self._remember(key, response, (etag, last_modified))
        return response

    def post(
        self,
        url: str,
        *,
        data: bytes | str | Mapping[str, Any] | None = None,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
    ) -> Response:
        """The answer to POST ``url`` with ``data`` (a mapping is sent as a form) or ``json``.

        Only a request that is said to be ``idempotent`` (a query) is repeated after a failure.
        """
        send = dict(headers or {})
        if json is not None:
            body = json_module.dumps(json, ensure_ascii=False).encode()
            send.setdefault("Content-Type", "application/json")
        elif isinstance(data, Mapping):
            body = urlencode(data, doseq=True).encode()
            send.setdefault("Content-Type", "application/x-www-form-urlencoded")
        else:
            body = data.encode() if isinstance(data, str) else data or b""
        url = _with_params(url, params)
        with self.waiting(url):
            return self._request("POST", url, send, body, idempotent)

    @contextmanager
    def waiting(self, url: str) -> Iterator[None]:
        """Inside the block an answer of the address is waited for."""
        self.watch("")
        try:
            yield
        finally:
            self.watch(public_url(url))

    def forget(self, url: str) -> None:
        """Remember nothing of ``url``: it turned out not to be the whole source."""
        self.remember.pop(public_url(url), None)
        self.hashes.pop(public_url(url), None)

    def _remember(self, key: str, response: Response, sent: _Validators) -> None:
        known = self.known_hashes.get(key)
        if response.not_modified:
            self.remember[key] = (response.etag or sent[0], response.last_modified or sent[1])
            if known:
                self.hashes[key] = known
            raise NotModifiedError(key)
        self.remember[key] = (response.etag, response.last_modified)
        self.hashes[key] = response.body_hash
        if known == response.body_hash:
            raise NotModifiedError(key)

    def _request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, again: bool
    ) -> Response:
        for attempt in itertools.count():
            self._deadline.start(self.timeout)
            try:
                return self._follow(method, url, headers, body)
            except FetchTimeoutError:
                raise
            except FetchError as e:
                wait = self.pause * 2**attempt if e.retry_after is None else e.retry_after
                if not (again and e.retryable) or attempt >= self.retries or wait > self.max_pause:
                    raise
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _follow(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Response:
        origin = None
        for _ in range(MAX_REDIRECTS + 1):
            target = _parse(url)
            here = _origin(target)
            if origin not in (None, here):
                headers = {k: v for k, v in headers.items() if k.lower() in _HARMLESS}
            origin = here
            with explained(url):
                answer = self._send(method, target, headers, body)
                location = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or not location:
                    return self._receive(answer, target)
                self._discard(answer)
            if body is not None and answer.status in (301, 302, 303):
                method, body = "GET", None
                headers = {k: v for k, v in headers.items() if k.lower() != "content-type"}
            url = _redirected(url, location)
        raise FetchError("%(url)s redirects too often.", url=url)

    def _send(
        self, method: str, target: Url, headers: Mapping[str, str], body: bytes | None
    ) -> BaseHTTPResponse:
        origin = _origin(target)
        if target.auth:
            user_password = unquote(target.auth).encode()
            self._auth[origin] = "Basic " + base64.b64encode(user_password).decode()
        send = {"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        if origin in self._auth:
            send["Authorization"] = self._auth[origin]
        for name, value in headers.items():
            send[_clean_header(name)] = _clean_header(value)
        left = self._deadline.left()
        return self._pools.get(*origin).urlopen(
            method,
            target.request_uri,
            body=body,
            headers=send,
            redirect=False,
            retries=False,
            assert_same_host=False,
            timeout=Timeout(connect=min(CONNECT_TIMEOUT, left), read=left),
            preload_content=False,
            decode_content=False,
        )

    def _receive(self, answer: BaseHTTPResponse, target: Url) -> Response:
        url = target._replace(auth=None).url
        try:
            if not 200 <= answer.status < 300 and answer.status != 304:
                raise self._refusal(answer, url)
            body = self._read(answer, url)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return Response(url, answer.status, answer.headers, body)

    def _read(self, answer: BaseHTTPResponse, url: str) -> Body:
        declared = answer.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) > self.max_bytes:
            raise self._too_big(url)
        coding = answer.headers.get("Content-Encoding", "")
        try:
            decoder = Decoder(coding)
        except ValueError as e:
            raise FetchError("%(url)s answered in an unknown compression: %(coding)s", url=url,
                             coding=coding) from e  # fmt: skip
        body, on_wire = Body(), 0
        file = Unpacking(self.unpack)
        for data in answer.stream(_CHUNK, decode_content=False):
            on_wire += len(data)
            for piece in (piece for given in decoder.feed(data) for piece in file.feed(given)):
                self._deadline.left()
                if max(on_wire, body.size + len(piece)) > self.max_bytes:
                    raise self._too_big(url)
                body.write(piece)
        if not (decoder.complete and file.complete):
            raise FetchError("The answer of %(url)s was cut off.", url=url, retryable=True)
        return body

    def _too_big(self, url: str) -> FetchError:
        return FetchError("The answer of %(url)s is larger than %(limit)s bytes.", url=url,
                          limit=self.max_bytes)  # fmt: skip

    def _refusal(self, answer: BaseHTTPResponse, url: str) -> FetchError:
        body = b""
        for data in answer.stream(_CHUNK, decode_content=False):
            body += data
            if len(body) >= _CHUNK:
                break
        if "gzip" in answer.headers.get("Content-Encoding", ""):
            body = zlib.decompressobj(31).decompress(body, _CHUNK)
        status = answer.status
        if is_challenge(answer.headers, body):
            return FetchError(PROTECTED, url=url, status=status, body=body)
        wait = _retry_after(answer.headers.get("Retry-After")) if status in (429, 503) else None
        return FetchError("%(url)s answered with status %(status)s.", url=url, status=status,
                          retryable=status in _TRY_AGAIN, retry_after=wait, body=body)  # fmt: skip

    def _discard(self, answer: BaseHTTPResponse) -> None:
        length = answer.headers.get("Content-Length", "")
        if length.isdigit() and int(length) <= _CHUNK:
            answer.drain_conn()
            answer.release_conn()
        else:
            answer.close()

    def _local(self, url: str) -> Response:
        # what a document or a server says leads to no other file
        allowed = self.allow_local
        if not (_is_same(url, allowed) if isinstance(allowed, str) else allowed):
            raise FetchError("Local files can be read only from the command line, "
                             "with --allow-local.")  # fmt: skip
        parts = urlsplit(url)
        if parts.netloc not in ("", "localhost"):
            raise FetchError("%(url)s is not a file of this machine.", url=url)
        try:
            path = url2pathname(parts.path)
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as e:
            raise FetchError("The file %(url)s can't be read: %(error)s", url=url,
                             error=getattr(e, "strerror", None) or str(e)) from e  # fmt: skip
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            os.close(fd)
            raise FetchError("%(url)s is not a regular file.", url=url)
        body, unpacking = Body(), Unpacking(self.unpack)
        with os.fdopen(fd, "rb") as file, explained(url):
            while data := file.read(_CHUNK):
                for piece in unpacking.feed(data):
                    if body.size + len(piece) > self.max_bytes:
                        raise self._too_big(url)
                    body.write(piece)
        headers = HTTPHeaderDict({"Last-Modified": formatdate(info.st_mtime, usegmt=True)})
        if guess := mimetypes.guess_type(path)[0]:
            headers["Content-Type"] = guess
        return Response(url, 200, headers, body)


def is_local(url: str) -> bool:
    """True where ``url``, as it is fetched, names a file of this machine."""
    return url.strip()[:5].lower() == "file:"


def _is_same(url: str, allowed: str) -> bool:
    return url == allowed.strip()


def _with_params(url: str, params: Mapping[str, Any] | None) -> str:
    url = url.strip()
    if not params:
        return url
    head, hash_, _ = url.partition("#")
    query = urlencode({k: v for k, v in params.items() if v is not None}, doseq=True)
    return head + ("&" if "?" in head else "?") + query


def _parse(url: str) -> Url:
    try:
        target = parse_url(url)
        usable = target.scheme in ("http", "https") and target.host and target.port != 0
    except (LocationValueError, UnicodeError, ValueError) as e:
        raise FetchError("%(url)s is not a usable address.", url=url) from e
    if not usable:
        raise FetchError("Only http and https addresses can be fetched, not %(url)s.", url=url)
    return target


def _origin(target: Url) -> tuple[str, str, int]:
    scheme = target.scheme or ""
    return scheme, (target.host or "").lower(), target.port or (443 if scheme == "https" else 80)


def _redirected(url: str, location: str) -> str:
    # Header bytes arrive as latin-1; addresses in them are UTF-8 where they are not ASCII.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(parse_url(url)._replace(auth=None).url, location.strip())
    except ValueError as e:
        raise FetchError("%(url)s redirects to something that is no address.", url=url) from e


def _clean_header(text: str) -> str:
    return "".join(c for c in str(text) if c.isprintable()).encode("latin-1", "ignore").decode(
        "latin-1"
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, given as a number or an HTTP date; None where it says nothing usable."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
