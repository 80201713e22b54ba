"""JSON as strangers send it: in old encodings, with raw line breaks in its texts, NaN, commas too
many, wrapped into a function's call, between the warnings of the program that wrote it. Pure.

What is only written wrongly is read; what is cut off or no JSON stays an error, with its place.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ckanext.hanoi.vietnamese import decode, nfc

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
#: Declared for want of better, and no reason to believe that there is no Vietnamese in it.
_GUESSES = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.S)
_SPACE = re.compile(r"[\s\ufeff]+")
_WORD = re.compile(r"[^\s\ufeff\"\[\]{}:,]{1,400}")
_COMMENT = re.compile(r"//[^\n\r]{0,5000}(?=[\n\r])|/\*(?:[^*]|\*(?!/)){0,5000}\*/")
_RAW = re.compile(r"[\x00-\x1f]")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.S)
#: What JavaScript, Python and PHP write for "no value".
_NO_VALUE = frozenset(
    "NaN nan -NaN -nan Infinity -Infinity +Infinity undefined None NULL Null".split()
)
_WORDS = {"True": "true", "False": "false", "TRUE": "true", "FALSE": "false"}
_LONG = re.compile(r"-?\d{19,300}")
#: What stands in front of the JSON of a script: callback(, var x =, )]}', while(1);
_BEFORE = re.compile(
    r"[\s\ufeff]*(?:(?://[^\n]{0,200}\n|/\*[^*]{0,200}\*/)\s*)?"
    r"(?:\)\]\}',?|while\s?\(1\);|for\s?\(;;\);|(?:var\s+|let\s+|const\s+|window\.)?[\w.$]{1,100}\s?=|"
    r"(?:typeof\s[\w.$]{1,100}\s?===?\s?'function'\s?&&\s?)?[\w.$]{1,100}\s?\()[\s\ufeff]*(?=[\[{])"
)
_PHP = (
    r"(?:PHP )?(?:Warning|Notice|Deprecated|Strict Standards|Parse error"
    r"|(?:Catchable |Recoverable )?[Ff]atal error)"
)
#: A message that PHP writes into what it gives out, as HTML or as a line of text.
_MESSAGE = re.compile(
    r"\s{0,50}(?:(?:<br ?/?>\s{0,50}){0,3}<b>" + _PHP + r"</b>\s?:[^\n]{0,5000}?<br ?/?>"
    r"|" + _PHP + r"\s?:[^\n]{0,5000}\n)\s{0,50}"
)
_MOST_MESSAGES = 100
_MESSAGE_WORDS = frozenset("Warning Notice Deprecated PHP Strict Fatal Parse".split())
#: A text that is not closed within so many characters is none.
_LONGEST = 16 * 1024 * 1024


def text_of(data: bytes, declared: str | None = None) -> str:
    """The text of a document: by its byte-order mark, as UTF-8, as declared, as it reads best."""
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return data.decode(codec, "replace")
    if data[1:4] == b"\0\0\0" != data[:3]:
        return data.decode("utf-32-le", "replace")
    if data[:3] == b"\0\0\0" and data[3:4] not in (b"\0", b""):
        return data.decode("utf-32-be", "replace")
    if b"\0" in data[:200]:
        return decode(data)[0]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    rough = data.decode("utf-8", "replace")
    # in another encoding, bytes rarely make a sequence of UTF-8
    bad = rough.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if bad <= len(_MULTIBYTE.findall(data)):
        return rough
    if declared and declared not in _GUESSES:
        try:
            return nfc(data.decode(declared))
        except (UnicodeError, LookupError):
            pass
    return decode(data)[0]


def loads(text: str) -> Any:
    """The value; json.JSONDecodeError of the text as it is, where it can't be mended."""
    text = text.lstrip("\ufeff \t\r\n")
    try:
        return json.loads(text, strict=False, parse_constant=_no_value)
    except json.JSONDecodeError:
        repair = Repair()
        try:
            whole = repair.feed(text) + repair.finish()
            return json.loads(whole, strict=False, parse_constant=_no_value)
        except ValueError:
            pass
        raise


def _no_value(_: str) -> None:
    return None


class Repair:
    """Rewrites JSON piece by piece: ``feed`` each, then ``finish``.

    Outside of texts: NaN and its kind become null, commas before a bracket go, numbers that no
    reader takes become decimal ones, a call around the whole is taken off. In texts: control
    characters and bad backslashes are escaped.
    """

    def __init__(self) -> None:
        self._left = ""
        self._out: list[str] = []
        self._comma = ""
        self._before = ""
        self._depth = 0
        self._began = self._ended = self._over = False

    def feed(self, text: str) -> str:
        self._take(self._left + text, last=False)
        return self._given()

    def finish(self) -> str:
        self._take(self._left, last=True)
        self._out.append(self._comma)
        return self._given()

    def _given(self) -> str:
        out, self._out = "".join(self._out), []
        return out

    def _take(self, text: str, last: bool) -> None:
        at = 0
        if not self._began:
            if len(text) < 1000 and not last:
                self._left = text
                return
            at, self._began = _begin(text), True
        while at < len(text):
            found = self._token(text, at)
            # what reaches to the end of this piece may go on in the next
            if found is None or (found.end() == len(text) and not last):
                break
            self._put(found[0])
            at = found.end()
        self._left = text[at:]
        if last or len(self._left) > _LONGEST:
            self._put_raw(self._left)
            self._left = ""

    @staticmethod
    def _token(text: str, at: int) -> re.Match[str] | None:
        char = text[at]
        if char == '"':
            return _STRING.match(text, at)
        if char in "[]{}:,":
            return _ONE.match(text, at)
        if char == "/" and (comment := _COMMENT.match(text, at)):
            return comment
        return _SPACE.match(text, at) or _WORD.match(text, at)

    def _put(self, token: str) -> None:
        first = token[0]
        if first == "/" and token[:2] in ("//", "/*"):
            return
        if first.isspace() or first == "\ufeff":
            (self._out.append if not self._comma else self._hold)(token.replace("\ufeff", ""))
            return
        if self._ended and (first == "<" or token.rstrip(":") in _MESSAGE_WORDS):
            self._over = True
        if self._over or (self._ended and token in (")", ";", ");")):
            return
        if first == ",":
            # the second of two commas says nothing; nor does the first in a list
            self._hold(token if not self._comma and self._before not in ("[", "{", ",") else "")
            return
        if first in "]}":
            self._comma = self._comma.replace(",", "")
            self._depth -= 1
        elif first in "[{":
            self._depth += 1
        self._put_raw(self._rewritten(token))
        self._before = first
        self._ended = self._ended or (first in "]}" and self._depth <= 0)

    def _hold(self, text: str) -> None:
        self._comma += text

    def _put_raw(self, text: str) -> None:
        self._out.append(self._comma)
        self._out.append(text)
        self._comma = ""

    @staticmethod
    def _rewritten(token: str) -> str:
        if token[0] == '"':
            if "\\" in token:
                token = _ESCAPE.sub(_escape, token)
            return _RAW.sub(lambda m: f"\\u{ord(m[0]):04x}", token)
        if token in _NO_VALUE:
            return "null"
        if _LONG.fullmatch(token):
            return token + ".0"
        return _WORDS.get(token, token)


_ONE = re.compile(r"[\[\]{}:,]")


def _begin(text: str) -> int:
    """Where the JSON begins: behind a function's name, or behind the messages of a program."""
    if wrapped := _BEFORE.match(text):
        return wrapped.end()
    at = 0
    for _ in range(_MOST_MESSAGES):
        message = _MESSAGE.match(text, at)
        if not message:
            break
        at = message.end()
    return at if text[at : at + 1] in ("[", "{") else 0


def _escape(match: re.Match[str]) -> str:
    what = match[1]
    if what[0] == "u":
        return match[0] if len(what) == 5 else "\\\\u"
    if what in '"\\/bfnrt':
        return match[0]
    return what if what in "'`" or what in "\r\n" else "\\\\" + what
