"""Addresses in what sources write where an address should be. Pure; knows no CKAN.

One value may hold an address, several, one with blanks in it, one without its scheme, an address
and words, or words alone. ``read`` takes it apart by one set of rules for all kinds of sources:
what is an address comes out usable, everything else comes out as text, to be kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

from ckanext.hanoi.parsing.sanitize import decode_entities, plain_text

#: Longer is no address that anybody can open; a longer value is looked at no further.
LONGEST = 6_000
_LONGEST_VALUE = 200_000
#: More addresses than any value has.
_MOST = 500

_SCHEME = r"(?:https?|ftps?|sftp)://"
#: Most addresses: nothing in them needs a second look.
_PLAIN = re.compile(
    r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
    r"(?:[/?](?:[A-Za-z0-9._~/%+=&?@!$-]*[A-Za-z0-9/=_-])?)?"
)
#: Where an address begins: not within another one ("…?next=https://…", "…/web/https://…").
_BEGIN = re.compile(
    rf"(?<![\w/=&?#%@.+-])(?:{_SCHEME}|(?<!http:)(?<!https:)www\.(?=[\w-]+\.))", re.I
)
_TWICE = re.compile(rf"(?:https?://)+(?={_SCHEME})", re.I)
_TURNED = re.compile(r"(?i)\b(https?|ftp):\\\\")
_HOST = re.compile(
    r"(?:[^\s/?#@\\]*@)?(?:\[[0-9a-fA-F:.]+\]|[\w-]+(?:\.[\w-]+)*\.?)(?::\d{0,5})?(?=[/?#\\]|$)"
)
#: An escaped blank before another address separates the two.
_GLUED = re.compile(rf"(?:%20|%0[AaDd]|\+){{1,8}}[,;]?(?={_SCHEME})", re.I)
#: So many blanks in a row at most are part of an address.
_BLANKS = re.compile(r"[^\S\n]{4,}")
_ANCHOR = re.compile(r"<a(\s[^<>]{0,6000})>", re.I)
_HREF = re.compile(r"(?<![\w-])href\s{0,3}=\s{0,3}[\"']?([^\"'<>\s]{1,4000})", re.I)
_ELEMENT = re.compile(
    r"</?(?:a|b|i|u|p|br|li|ul|ol|div|span|em|strong|td|tr|font)(?:[\s/][^<>]{0,2000})?>", re.I
)
_FILE_NAMES = (
    "csv|tsv|txt|xlsx?|xlsm|xlsb|ods|docx?|odt|pptx?|pdf|json|jsonl|geojson|topojson|xml|rdf|ttl|n3|"
    "nt|jsonld|kml|kmz|gml|gpkg|shp|dbf|gdb|tiff?|jpe?g|png|svg|zip|rar|7z|t?gz|tar|px|html?|php|"
    "aspx?|jspx?|do|cgi|sav|dta|parquet|sql|mdb|accdb|dwg|dxf|las|laz|nc|epub|mp[34]|avi|py|r"
)
_FILE = re.compile(rf"\.(?:{_FILE_NAMES})$", re.I)
_ENDS_IN_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,7}$")
_TOP_LEVEL = frozenset(
    "vn com net org gov edu mil int info biz name io ai app dev cloud eu asia tv me co uk us de fr "
    "jp kr cn sg th la kh au ca ch nl it es se no dk fi be at pl cz ru in example test".split()
)
_BARE = re.compile(
    r"(?:www\.)?((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+([A-Za-z]{2,24}))(?::\d{1,5})?([/?#].*)?$",
    re.S,
)
_EMAIL = re.compile(r"(?:mailto:)?[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_DRIVE = re.compile(r"[A-Za-z]:(?:[\\/]|$)")
_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BULLET = re.compile(r"(?:[-–+*•●▪]|\d{1,2}[.)])\s+")
#: What ends an address wherever it stands.
_STOP = re.compile(r"[\n\"<>“”«»\u2028\u2029]")
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(9), *range(14, 32)]
)
_SEPARATOR = re.compile(r"(?:(?<!\s)\s+)?[;|]\s+|(?<!\s)\s+[;|]\s*|,\s+")
_TRAILING = ".,;:!?'’|*"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_NOTHING = frozenset(
    "n/a na none null nil undefined không khong không có khong co chưa có chua co - -- --- . … x 0"
    .split()
) | {"không có", "khong co", "chưa có", "chua co", "không", "đang cập nhật"}  # fmt: skip
#: Words between two addresses that say nothing.
_JOINTS = re.compile(r"(?i)^(?:và|hoặc|and|or|&|\+|/|,|;|\||-|–)+$")


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a value holds: absolute addresses in their order, and the words that are none."""

    urls: tuple[str, ...] = ()
    rest: str = ""

    @property
    def first(self) -> str:
        return self.urls[0] if self.urls else ""


def read(value: object, base: str = "", *, cell: bool = False) -> Addresses:
    """The addresses in a text; relative ones are completed with ``base`` where there is one.

    ``cell``: the value is a cell that somebody typed, where words are likelier than a path with
    blanks in its first folder.
    """
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
        return Addresses(rest=value.strip() if isinstance(value, str) else "")
    if _PLAIN.fullmatch(value) and value.count("://") == 1 and len(value) <= LONGEST:
        return Addresses((value,))
    text = decode_entities(value).translate(_INVISIBLE).replace("\xa0", " ").strip()
    if not text:
        return Addresses()
    text = _TURNED.sub(r"\1://", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _GLUED.sub("\n", _BLANKS.sub("   ", text))
    if "<" in text:
        text = _ELEMENT.sub("\n", _ANCHOR.sub(_target, text))
    urls: dict[str, None] = {}
    rest: list[str] = []
    for line in text.split("\n"):
        line = _BULLET.sub("", line.strip(), count=1).strip()
        if line:
            _line(line, base, cell, urls, rest)
    return Addresses(tuple(urls), "\n".join(rest))


def absolute(value: object, base: str = "") -> str:
    """The first address in the value, or ''."""
    return read(value, base).first


def is_address(text: str) -> bool:
    """Whether the text is one absolute address and nothing else."""
    found = read(text)
    return len(found.urls) == 1 and not found.rest and "://" in text


def _line(line: str, base: str, cell: bool, urls: dict[str, None], rest: list[str]) -> None:
    begins = [match.start() for match in _BEGIN.finditer(line)][:_MOST]
    if not begins:
        _pieces(line, base, cell, urls, rest)
        return
    ends = [*begins[1:], len(line)]
    words = [line[: begins[0]]]
    for begin, end in zip(begins, ends, strict=True):
        segment = line[begin:end]
        url, length = _one(segment, alone=len(begins) == 1 and not begin and not cell)
        if url:
            urls[url] = None
            words.append(segment[length:])
        else:
            words[-1] += segment
    if len(words) > 1 and words[-1].strip(" ,;|"):
        # "https://a.vn/x; b.gov.vn/y": a host without scheme behind an address
        more: list[str] = []
        if _SEPARATOR.match(words[-1]):
            _pieces(words.pop().strip(" ,;|"), "", cell, urls, more)
            words += more
    if kept := _said(words):
        rest.append(kept)


def _pieces(line: str, base: str, cell: bool, urls: dict[str, None], rest: list[str]) -> None:
    """A line without a scheme: a host, a path, several of these, or words."""
    pieces = [piece for piece in _SEPARATOR.split(line) if piece]
    several = len(pieces) > 1 and any(_without_scheme(piece, "", cell) for piece in pieces)
    if not several and (url := _without_scheme(line, base, cell)):
        urls[url] = None
        return
    if len(pieces) > 1:
        found = [_without_scheme(piece, "", cell) for piece in pieces]
        if base and not all(found):
            paths = [_without_scheme(piece, base, cell) for piece in pieces]
            found = paths if all(paths) else found
        # words with a comma in them stay together
        if any(found):
            urls.update(dict.fromkeys(url for url in found if url))
            words = [piece for piece, url in zip(pieces, found, strict=True) if not url]
            if kept := _said(words):
                rest.append(kept)
            return
    rest.append(line)


def _one(segment: str, alone: bool) -> tuple[str, int]:
    """(the address at the beginning of ``segment``, how long it is there); ('', 0) for none."""
    stop = _STOP.search(segment)
    text = segment[: stop.start()] if stop else segment
    doubled = _TWICE.match(text)
    start = doubled.end() if doubled else 0
    scheme = re.match(_SCHEME, text[start:], re.I)
    host_at = start + scheme.end() if scheme else start
    blank = re.search(r"\s", text[host_at:])
    first_end = host_at + blank.start() if blank else len(text)
    host = _HOST.match(text[host_at:first_end].rstrip(_TRAILING + ")]}"))
    if not host or (blank and not _plausible(host[0])) or len(host[0]) > 255:
        return "", 0
    end = _end(text, host_at, first_end, alone)
    if end > 2 * LONGEST:
        return "", 0
    written = _trimmed(text[:end])
    url = written[start:]
    url = url if scheme else f"http://{url}"
    url = _escaped(url)
    return (url, len(written)) if _usable(url) else ("", 0)


def _plausible(host: str) -> bool:
    """Whether a host that has a blank behind it is one, and not the first word of a text."""
    name = host.rpartition("@")[2].partition(":")[0].lower()
    return "." in name.strip(".") or name in ("localhost",)


def _end(text: str, host_at: int, first_end: int, alone: bool) -> int:
    """Where the address ends whose first blank is at ``first_end``: there, or, if what follows
    can only be more of it, further on."""
    if first_end >= len(text):
        return _before_separator(text, host_at, len(text))
    whole = text[:first_end]
    path = whole[host_at:]
    if not re.search(r"[/?]", path):
        return first_end  # no host has blanks
    if whole.rstrip(")]}'’")[-1:] in (",", ";", ":", ".", "!", "|"):
        return first_end
    cut = _before_separator(text, host_at, len(text))
    tokens = list(re.finditer(r"\S+", text[first_end:cut]))
    if not tokens:
        return first_end
    if "?" in path:
        return first_end + _more_of_query(path, tokens)
    if _ENDS_IN_FILE.search(path.rstrip(_TRAILING)) and "/" in path:
        return first_end
    end = first_end + _more_of_path(tokens, alone)
    left = [token for token in tokens if first_end + token.start() >= end]
    if "?" in text[first_end:end] and left:
        end = max(end, first_end + _more_of_query(text[host_at:end], left))
    return end


def _before_separator(text: str, host_at: int, end: int) -> int:
    """The place of the first "; ", " | " or ", " that separates what stands in ``text``."""
    found = _SEPARATOR.search(text, host_at, end)
    return found.start() if found else end


def _more_of_path(tokens: list[re.Match[str]], alone: bool) -> int:
    """How far the words behind a path still belong to it: up to a file's name, or up to a
    further folder."""
    reach = 0
    for token in tokens[:30]:
        word = token[0]
        name = re.split(r"[?#]", word)[0].rstrip(".,;:!'’")
        if word[0] in "([" and not _ENDS_IN_FILE.search(name.rstrip(")]")):
            if not re.fullmatch(r"[(\[][\w.-]{1,20}[)\]]", word):
                break
            continue
        if word in ("-", "–", "&", "+", "_"):
            continue
        if word.endswith((":", ";", "!", ",")) or (word.endswith(".") and len(word) > 3):
            break
        if _ENDS_IN_FILE.search(name):
            return token.end()
        if "/" in word and not re.fullmatch(r"(?i)và/hoặc|and/or|\d+/\d+(?:/\d+)?|[^/]*/", word):
            reach = token.end()
    if not reach and alone and len(tokens) <= 5:
        plain = all(re.fullmatch(r"[A-Za-z0-9_%.&=+~()-]+", token[0]) for token in tokens)
        opened = any(token[0][0] == "(" for token in tokens)
        if plain and not opened:
            reach = tokens[-1].end()
    return reach


def _more_of_query(path: str, tokens: list[re.Match[str]]) -> int:
    """How far the words behind a query still belong to it: up to the last that has a sign of an
    address in it; all of them, where small words follow words that were searched for."""
    reach = 0
    for token in tokens[:30]:
        if re.search(r"[&={}%+]", token[0]):
            reach = token.end()
    value = re.split(r"[=&?]", path)[-1]
    small = all(re.fullmatch(r"[\w.-]+", t[0]) and t[0] == t[0].lower() for t in tokens)
    if not reach and small and len(tokens) <= 6 and any(map(str.isalpha, value)):
        reach = tokens[-1].end()
    return reach


def _without_scheme(text: str, base: str, cell: bool) -> str:
    """A host without scheme, or a path below ``base``, as an address; '' for what is neither."""
    text = _BULLET.sub("", text, count=1).strip().strip(";,").strip()
    if len(text) >= 2 and text[0] in "(<[" and text[-1] in ")>]":
        text = text[1:-1].strip()
    if not text or text.lower() in _NOTHING or len(text) > LONGEST or _EMAIL.fullmatch(text):
        return ""
    if text.startswith(("\\\\", "#")) or _DRIVE.match(text):
        return ""  # a folder of somebody's network or machine
    if text.startswith("//"):
        host = _BARE.match(text[2:])
        if not host or " " in text:
            return ""
        scheme = urlsplit(base).scheme if base else "http"
        return _checked(f"{scheme or 'http'}:{text}")
    if bare := _bare(text):
        return _checked(f"http://{bare}")
    if not base or _OTHER_SCHEME.match(text) or not _is_path(text, cell):
        return ""
    try:
        path = text.replace("\\", "/")
        path = quote(path, safe="/?&=%#:+,;@~.()!*'-_[]{}|$") if cell else _escaped(path)
        url = _checked(urljoin(base, path))
        if url and read(url).urls != (url,):  # it would be taken for an address and signs around it
            url = _checked(urljoin(base, quote(_trimmed(path), safe="/?&=%#:+,;@~.!*'-_$")))
        return url if url and read(url) == Addresses((url,)) else ""
    except ValueError:
        return ""


def _bare(text: str) -> str:
    """The text where it is a host with or without a path; else ''."""
    if text[-1:] == "." and " " not in text:
        text = text.rstrip(".")
    match = _BARE.match(text)
    if not match or len(text) > LONGEST:
        return ""
    host, top, path = match[1], match[2].lower(), match[3] or ""
    if " " in path:
        length = _one(f"http://{text}", alone=False)[1] - len("http://")
        if length < len(text):
            return ""
    if text.lower().startswith("www."):
        return text
    if not path:
        return text if top in _TOP_LEVEL and not _only_a_file(host, top) else ""
    return "" if _FILE.search(host) and top not in ("example",) else text


def _only_a_file(host: str, top: str) -> bool:
    return bool(_FILE.search(host)) and host.count(".") == 1 and top not in _TOP_LEVEL


def _is_path(text: str, cell: bool) -> bool:
    """Whether the text can be a path below the source's address, and is not rather words."""
    path = re.split(r"[?#]", text)[0].replace("\\", "/")
    rooted = path.startswith(("/", "./", "../"))
    if re.search(r"[:*\"<>|\x00-\x1f]", path) or len(text) < 2 or (not rooted and "=" in path):
        return False
    if not path:
        return text[0] == "?" and "=" in text and " " not in text
    file = bool(_ENDS_IN_FILE.search(path.rstrip()))
    if not rooted and not file and "/" not in path:
        return False
    if " " not in text:
        return True
    if cell:
        return " " not in path.strip("/").split("/")[0]
    return file or (rooted and "/" in path[1:])


def _escaped(url: str) -> str:
    """The address with blanks escaped and backslashes turned."""
    return re.sub(r"\s", "%20", url.replace("\\", "/"))


def _trimmed(text: str) -> str:
    """The address without the punctuation of the sentence that it stands in."""
    while text:
        last = text[-1]
        unbalanced = last in _PAIRS and text.count(last) > text.count(_PAIRS[last])
        if last in _TRAILING or last.isspace() or unbalanced:
            text = text[:-1]
        else:
            break
    return text


def _said(words: list[str]) -> str:
    """What is left of a line, without what only held its addresses together."""
    kept = []
    for part in words:
        text = plain_text(part) if "<" in part else part
        text = re.sub(r"[\[(<\"'“”]\s*[\])>\"'“”]|\]\s*\(|[\[(<\"“]\s*$", " ", text)
        text = _BULLET.sub("", text.strip(), count=1).strip(" ,;|<>[]\"“”'-–\t")
        text = text.strip(".:)") if not re.search(r"[\w]", text) else text.rstrip(":").lstrip(").:")
        text = " ".join(text.split())
        if text and not _JOINTS.match(text):
            kept.append(text)
    return "; ".join(dict.fromkeys(kept))


def _checked(url: str) -> str:
    return url if _usable(url) else ""


def _usable(url: str) -> bool:
    if len(url) > LONGEST:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.scheme.lower() not in ("http", "https", "ftp", "ftps", "sftp") or not host:
        return False
    return bool(re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", host)) and bool(host.strip(".-_")) and (
        host.isascii() or "." in host
    )


def relative(address: str, base: str) -> str:
    """An address as its source may have written it, where a parser completed it with ``base``."""
    folder = base[: base.rfind("/") + 1]
    if "://" not in folder or not address.startswith(folder):
        return address
    tail = unquote(address[len(folder) :]).strip()
    written = _bare(tail) if tail else ""
    if written and ("/" in tail or tail.lower().startswith("www.")):
        return written
    words = " " in tail and not _ENDS_IN_FILE.search(tail) and "/" not in tail and "?" not in tail
    return tail if words else address


def _target(anchor: re.Match[str]) -> str:
    """Where an anchor leads, on a line of its own."""
    found = _HREF.search(anchor[1])
    return f"\n{found[1]}\n" if found else anchor[0]
