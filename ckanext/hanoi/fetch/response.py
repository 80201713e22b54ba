"""What came: a checked, decompressed, complete body, in memory or in a temporary file."""
from __future__ import annotations

import codecs
import hashlib
import io
import json
import os
import re
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import IO, Any

from ckanext.hanoi.fetch.challenge import PROTECTED, is_challenge
from ckanext.hanoi.fetch.errors import FetchError
from ckanext.hanoi.parsing import json_text, xml_repair

#: Bodies up to this size stay in memory.
IN_MEMORY = 4 * 1024 * 1024
_STEP = 256 * 1024
#: RDF and other XML come as text/html too.
_PIECE_OF_HTML = re.compile(
    rb"<(?:!--|(?:head|body|div|p|h[1-6]|title|meta|center|pre|table|form|span|br|b|script)\b)"
)
#: The beginning of every gzip file.
_GZIP = b"\x1f\x8b\x08"


class Decoder:
    """Undoes a Content-Encoding in bounded steps, so that a bomb is seen before it explodes.

    urllib3 decodes too, but says nothing of a gzip stream that stops half way.
    """

    def __init__(self, coding: str) -> None:
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(coding)
        self._gzip = "gzip" in coding
        self._plain = coding in ("", "identity")
        self._zlib = zlib.decompressobj(31 if self._gzip else 15)
        self._started = False
        self._trailer = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decoded pieces of ``data``, each at most 256 KiB; zlib.error on broken data."""
        if self._plain:
            yield data
            return
        while data and not self._trailer:
            yield self._step(data)
            data = self._zlib.unconsumed_tail or self._zlib.unused_data
            if self._zlib.eof and data:
                # A gzip file may have several members; anything else behind it is padding.
                if self._gzip and data[0] == 0x1F:
                    self._zlib = zlib.decompressobj(31)
                else:
                    self._trailer = True

    def _step(self, data: bytes) -> bytes:
        try:
            out = self._zlib.decompress(data, _STEP)
        except zlib.error:
            if self._gzip or self._started:
                raise
            self._zlib = zlib.decompressobj(-15)  # "deflate" as some servers understand it
            out = self._zlib.decompress(data, _STEP)
        self._started = True
        return out

    @property
    def complete(self) -> bool:
        """Whether the compressed stream came to its own end."""
        return self._plain or not self._started or self._zlib.eof


class Unpacking:
    """Undoes gzip in a body whose headers say nothing of it (a file ``data.json.gz``)."""

    def __init__(self, wanted: bool = True) -> None:
        self._wanted = wanted
        self._decoder: Decoder | None = None
        self._head = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._decoder is None:
            self._head += data
            if self._wanted and len(self._head) < len(_GZIP) and _GZIP.startswith(self._head):
                return
            packed = self._wanted and self._head.startswith(_GZIP)
            self._decoder, data = Decoder("gzip" if packed else ""), self._head
        yield from self._decoder.feed(data)

    @property
    def complete(self) -> bool:
        """Whether the compressed stream came to its own end."""
        return self._decoder.complete if self._decoder else not self._head


class Body:
    """Bytes as they come in: hashed, counted, moved to a temporary file when they are many."""

    def __init__(self) -> None:
        self._file: IO[bytes] = io.BytesIO()
        self._hash = hashlib.sha256()
        self.size = 0
        self.on_disk = False

    def write(self, data: bytes) -> None:
        if not self.on_disk and self.size + len(data) > IN_MEMORY:
            file = tempfile.TemporaryFile(prefix="hanoi-fetch-")  # noqa: SIM115
            file.write(self._file.getvalue())  # type: ignore[attr-defined]
            self._file, self.on_disk = file, True
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def open(self) -> IO[bytes]:
        if not self.on_disk:
            return io.BytesIO(self._file.getvalue())  # type: ignore[attr-defined]
        self._file.flush()
        file = os.fdopen(os.dup(self._file.fileno()), "rb")
        file.seek(0)
        return file

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()


def _is_cut(error: Exception, text: str) -> bool:
    """Whether the JSON is wrong because it stops too early."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")


class Response:
    """A complete answer: ``url`` (the final one, without user name and password), ``status``,
    ``headers`` (names in any case), ``not_modified`` (304: there is no body).
    """

    def __init__(self, url: str, status: int, headers: Mapping[str, str], body: Body) -> None:
        self.url = url
        self.status = status
        self.headers = headers
        self._body = body

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    @property
    def etag(self) -> str | None:
        return self.headers.get("ETag")

    @property
    def last_modified(self) -> str | None:
        return self.headers.get("Last-Modified")

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters, or ''."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def encoding(self) -> str | None:
        """The character set that the server declares, if Python knows it."""
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type", "")
        try:
            charset = message.get_content_charset()
            return codecs.lookup(charset).name if charset else None
        except (LookupError, UnicodeError, ValueError):
            return None

    @property
    def body_hash(self) -> str:
        """Hex SHA-256 of the decompressed body."""
        return self._body.hexdigest()

    @property
    def size(self) -> int:
        """Bytes of the decompressed body."""
        return self._body.size

    def open(self) -> IO[bytes]:
        """The body as a binary file at its beginning; one reader at a time, the caller closes."""
        return self._body.open()

    @property
    def content(self) -> bytes:
        """The whole body; for documents that may be big, use ``open``."""
        with self.open() as file:
            return file.read()

    @property
    def text(self) -> str:
        """The body as text: by its byte-order mark, as UTF-8, as declared, else in the encoding
        in which it reads best."""
        return json_text.text_of(self.content, self.encoding)

    def json(self) -> Any:
        """The body as JSON; FetchError where it is a web page, half a document or no JSON."""
        self.refuse_html()
        text = self.text
        try:
            return json_text.loads(text)
        except (ValueError, RecursionError) as e:
            if not text.strip() or _is_cut(e, text):
                raise FetchError(
                    "The answer of %(url)s ends in the middle of its JSON.",
                    url=self.url, status=self.status, retryable=True,
                ) from e  # fmt: skip
            raise FetchError(
                "The answer of %(url)s is not valid JSON: %(error)s",
                url=self.url, status=self.status, error=str(e),
            ) from e  # fmt: skip

    def refuse_html(self) -> None:
        """FetchError where the body is a web page (a login or error page sent with status 200)."""
        with self.open() as file:
            start = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html")) or (
            self.content_type == "text/html" and _PIECE_OF_HTML.match(start)
        ):
            if xml_repair.from_viewer(self.content):
                return
            if is_challenge(self.headers, self.content):
                raise FetchError(PROTECTED, url=self.url, status=self.status, body=start)
            raise FetchError(
                "%(url)s answered with a web page instead of data.",
                url=self.url, status=self.status, retryable=True, body=start,
            )  # fmt: skip

    def close(self) -> None:
        """Drop the body; also done when the response is no longer used."""
        self._body.close()
