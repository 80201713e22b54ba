"""How a stored file is sent: as which media type, and whether a browser may show it.

A file comes from whoever may upload, or from a harvested server. On the catalog's own origin it
must never act: no page, no script, no style sheet, whatever its name, content or stored media type
say. Knows no CKAN.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

#: What browsers show without running anything of it.
INLINE = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp",
    "text/plain", "text/csv", "application/pdf",
})  # fmt: skip
UNKNOWN = "application/octet-stream"
#: For a file that is opened by itself: nothing is loaded, nothing runs, in an origin of its own.
#: Chromium shows a PDF in it too.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII)
_CHARSET = re.compile(r";\s*charset=\"?((?:utf-8|us-ascii|windows-125\d|iso-8859-\d{1,2}))\"?",
                      re.IGNORECASE)  # fmt: skip
_TEXTS = frozenset({"plain", "csv", "tab-separated-values", "xml", "markdown", "turtle", "n3",
                    "calendar", "vcard", "rtf"})  # fmt: skip
_FAMILIES = frozenset({"image", "audio", "video", "font", "model", "application"})
#: What a page can load as a part of itself that acts, or what browsers have taken for a page.
_ACTIVE = re.compile(r"html|script|xslt|css|wasm|flash|java|silverlight|manifest|mhtml|hta$|"
                     r"x-xap|^multipart|^message")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sending:
    """``content_type`` as it is sent; ``inline``: a browser may show it."""

    content_type: str
    inline: bool


def sending(content_type: str) -> Sending:
    """How a file is sent for which ``content_type`` is stored or guessed."""
    stated, _semicolon, _parameters = content_type.partition(";")
    media_type = stated.strip().lower()
    if not _is_passive(media_type):
        return Sending(UNKNOWN, False)
    charset = _CHARSET.search(content_type) if media_type.startswith("text/") else None
    sent = f"{media_type}; charset={charset[1].lower()}" if charset else media_type
    return Sending(sent, media_type in INLINE)


def is_active(media_type: str) -> bool:
    """Whether a browser could run something of a file of this type, opened by itself."""
    stated = media_type.partition(";")[0].strip().lower()
    return not _is_passive(stated) or stated.endswith(("+xml", "/xml"))


def _is_passive(media_type: str) -> bool:
    if not _TYPE.fullmatch(media_type):
        return False
    family, _slash, kind = media_type.partition("/")
    if family == "text":
        return kind in _TEXTS
    return family in _FAMILIES and not _ACTIVE.search(media_type)


def disposition(given: str, *, inline: bool, name: str = "") -> str:
    """The ``Content-Disposition`` in the place of ``given``: what may be shown stays as it was,
    everything else is an attachment, under the name that ``given`` states or else ``name``."""
    if given:
        stated, semicolon, parameters = given.partition(";")
        kept = stated if inline and stated.strip().lower() == "inline" else "attachment"
        return f"{kept}{semicolon}{parameters}"
    if inline:
        return "inline"
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}" if name else "attachment"
