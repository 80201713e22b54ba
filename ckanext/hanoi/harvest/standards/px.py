"""PX files: the metadata of a statistical table, read without its data. Pure.

The grammar is that of Statistics Sweden's "PX-file format": ``KEYWORD[language]("subkey")=values;``
where values are strings in double quotes (neighbouring strings are one), numbers or words.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from ckanext.hanoi.harvest.standards import periods
from ckanext.hanoi.harvest.standards.source_dataset import (
    Extras,
    cleaned,
    first,
    language,
    languages,
    links,
)
from ckanext.hanoi.vietnamese import decode
from ckanext.hanoi.vocabulary import vocabulary

#: No head of a PX file is longer than this.
MAX_HEAD = 16 * 1024 * 1024
_CHUNK = 256 * 1024
_DATA = re.compile(rb'"[^"]*(?:"|$)|(?<![\w-])DATA\s*=')
_STATEMENT = re.compile(r'(?:"[^"]*"|[^";])+')
_HEAD = re.compile(
    r"\s*([A-Z][A-Z0-9_-]*)\s*(?:\[([^\]]{0,20})\]\s*)?(?:\(((?:\"[^\"]*\"|[^\")])*)\)\s*)?=(.*)\Z",
    re.I | re.S,
)
_VALUE = re.compile(r'"[^"]*"|[^\s,"()]+|[,()]')
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?:tel(?:ephone)?|phone|mobile|điện thoại|đt|tlf)[\s.:]*(\+?[\d(][\d\s().-]{5,24}\d)",
    re.I,
)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\s+(\d\d):?(\d\d))?")
#: Values of the dimensions: summed up in ``variables``, for a table can have thousands.
_LISTS = frozenset({
    "VALUES", "CODES", "TIMEVAL", "DOUBLECOLUMN", "PRESTEXT", "DOMAIN", "VARIABLECODE",
    "VARIABLE-TYPE", "HIERARCHIES", "HIERARCHYNAMES", "PARTITIONED", "KEYS",
})  # fmt: skip
#: What has a field of its own, or says only how the file is written or shown.
_USED = _LISTS | {
    "CHARSET", "CODEPAGE", "AXIS-VERSION", "LANGUAGE", "LANGUAGES", "TITLE", "DESCRIPTION",
    "DESCRIPTIONDEFAULT", "STUB", "HEADING", "SUBJECT-AREA", "SOURCE", "CONTACT", "LAST-UPDATED",
    "NOTE", "NOTEX", "UPDATE-FREQUENCY", "LINK", "MATRIX", "CONTVARIABLE", "DECIMALS",
    "SHOWDECIMALS", "DEFAULT-GRAPH", "ROUNDING", "AUTOPEN", "AUTO-OPEN",
}  # fmt: skip


class PxError(ValueError):
    """The file is no PX file, or its head is cut off."""


class UnclosedError(PxError):
    """A quotation mark of the statement ``keyword`` is never closed."""

    def __init__(self, keyword: str) -> None:
        super().__init__(f"a text of {keyword} is not closed")
        self.keyword = keyword


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement: language ('' is the table's own), subkeys, values."""

    language: str
    keys: tuple[str, ...]
    values: tuple[str, ...]


def read(file: IO[bytes]) -> dict[str, list[Entry]]:
    """The keywords (in capitals) of a PX file; PxError where it is none. The data is not read."""
    text = _decoded(_head(file))
    if text.count('"') % 2:
        raise UnclosedError(_unclosed(text.encode()))
    found: dict[str, list[Entry]] = {}
    for statement in _STATEMENT.findall(text):
        parsed = _HEAD.match(statement)
        if not parsed:
            if statement.strip():
                entry = Entry("", (), (statement.strip()[:500],))
                found.setdefault("NOT-UNDERSTOOD", []).append(entry)
            continue
        keyword, tongue, keys, values = parsed.groups()
        entry = Entry((tongue or "").strip(), _strings(keys or ""), _strings(values))
        found.setdefault(keyword.upper(), []).append(entry)
    if "TITLE" not in found and "MATRIX" not in found and "CONTENTS" not in found:
        raise PxError("neither title nor matrix")
    return found


def _unclosed(head: bytes) -> str:
    """The keyword of the first statement with a quotation mark too many; '' where none has."""
    for statement in re.split(rb";[ \t]*(?:\r?\n|\Z)", head[:MAX_HEAD]):
        found = re.match(rb"\s*([A-Za-z][A-Za-z0-9_-]{0,60})", statement)
        if statement.count(b'"') % 2 and found:
            return found[1].decode("ascii").upper()
    return ""


def _head(file: IO[bytes]) -> bytes:
    """Everything before ``DATA=``."""
    buffer = b""
    while True:
        # Twice as much each time: what was read is looked through again.
        chunk = file.read(max(_CHUNK, len(buffer)))
        buffer += chunk
        if buffer.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            buffer = (buffer + file.read(MAX_HEAD)).decode("utf-16", "replace").encode()
            chunk = b""
        for match in _DATA.finditer(buffer):
            if match.group().startswith(b"D"):
                return buffer[: match.start()]
        if not chunk:
            raise UnclosedError(unclosed) if (unclosed := _unclosed(buffer)) else PxError("no DATA")
        if len(buffer) > MAX_HEAD:
            raise PxError("no DATA within the first bytes")


def _decoded(head: bytes) -> str:
    """As text: UTF-8 where it is that beyond doubt, else as declared, else as found out."""
    head = head.removeprefix(codecs.BOM_UTF8)
    declared = re.search(rb'CODEPAGE\s*=\s*"([^"]{1,40})"', head)
    charset = re.search(rb'CHARSET\s*=\s*"([^"]{1,40})"', head)
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in (declared, charset):
        spelled = name.group(1).decode("ascii", "ignore").strip().lower() if name else ""
        spelled = {"windows-874": "cp874"}.get(spelled, spelled)
        try:
            if spelled and spelled not in ("ansi", "unicode", "utf-8", "utf8"):
                return head.decode(spelled)
        except (LookupError, UnicodeError, ValueError):
            continue
    return decode(head)[0]


def _strings(text: str) -> tuple[str, ...]:
    """The values of a statement; neighbouring strings without a comma are one."""
    found: list[list[str]] = []
    joins = False
    for token in _VALUE.findall(text):
        if token == ",":
            joins = False
        elif token in "()":
            found.append([token])
            joins = False
        elif token.startswith('"'):
            if joins:
                found[-1].append(token[1:-1])
            else:
                found.append([token[1:-1]])
            joins = True
        else:
            found.append([token])
            joins = False
    return tuple("".join(parts) for parts in found)


# -- the table as a record -----------------------------------------------------------------------


def table(entries: Mapping[str, Sequence[Entry]]) -> dict[str, Any]:
    """What a dataset needs, JSON-serialisable: ``{"own": {keyword: [[language, keys, values]]},
    "language", "time": [values], "unit", "variables": [{"name", "code", "count", …}]}``."""
    own = {k: [[e.language, list(e.keys), list(e.values)] for e in found]
           for k, found in entries.items() if k not in _LISTS}  # fmt: skip
    time, unit = _time(entries)
    return {
        "own": own,
        "language": _single(entries, "LANGUAGE"),
        "time": time,
        "unit": unit,
        "variables": _variables(entries),
    }


def identifier(entries: Mapping[str, Sequence[Entry]]) -> str:
    """The table's own name: TABLEID, else MATRIX."""
    return _single(entries, "TABLEID") or _single(entries, "MATRIX")


def _single(entries: Mapping[str, Sequence[Entry]], keyword: str) -> str:
    return next(
        (e.values[0].strip() for e in entries.get(keyword, ()) if e.values and not e.language), ""
    )


def _time(entries: Mapping[str, Sequence[Entry]]) -> tuple[list[str], str]:
    """The values of the time variable and its declared unit, '' where none is declared."""
    for entry in entries.get("TIMEVAL", ()):
        if entry.language:
            continue
        words = [value for value in entry.values if value not in "()-"]
        scale = next((w for w in words if w.lower() in periods.UNITS), "")
        unit = periods.UNITS.get(scale.lower(), "")
        values = [periods.scaled(w, unit) for w in words if w != scale and w.upper() != "TLIST"]
        values = [v for v in values if periods.period(v)]
        listed = [v for e in entries.get("VALUES", ()) if e.keys == entry.keys for v in e.values]
        return values or listed, unit
    types = {e.keys: e.values for e in entries.get("VARIABLE-TYPE", ()) if not e.language}
    for entry in entries.get("VALUES", ()):
        said = types.get(entry.keys, ("",))[:1] == ("T",)
        if not entry.language and (said or periods.is_time(entry.values[:400])):
            return list(entry.values), ""
    return [], ""


def _variables(entries: Mapping[str, Sequence[Entry]]) -> list[dict[str, Any]]:
    codes = {e.keys: e.values for e in entries.get("VARIABLECODE", ()) if not e.language}
    values = {e.keys: e.values for e in entries.get("VALUES", ()) if not e.language}
    names = [name for keyword in ("STUB", "HEADING")
             for e in entries.get(keyword, ()) if not e.language for name in e.values]  # fmt: skip
    found = []
    for name in dict.fromkeys(names):
        listed = values.get((name,), ())
        found.append(cleaned({
            "name": name, "code": next(iter(codes.get((name,), ())), ""), "count": len(listed),
            "first": listed[0] if listed else "", "last": listed[-1] if listed else "",
        }))  # fmt: skip
    return found


# -- the record as a draft -----------------------------------------------------------------------


def to_draft(content: Mapping[str, Any]) -> dict[str, Any]:
    """The draft of a table made by ``table``, without its resources (docs/connectors.md)."""
    return _Mapping(content).draft()


def data_dictionary(variables: Any) -> str:
    """One line a variable: name, code, number of values, first and last value."""
    lines = []
    for variable in variables if isinstance(variables, list) else []:
        if not isinstance(variable, Mapping) or not variable.get("name"):
            continue
        code = f" ({variable['code']})" if variable.get("code") else ""
        ends = list(dict.fromkeys(str(variable[k]) for k in ("first", "last") if variable.get(k)))
        shown = f": {' … '.join(ends)}" if ends else ""
        count = f" [{variable['count']}]" if variable.get("count") else ""
        lines.append(f"{variable['name']}{code}{count}{shown}")
    return "\n".join(lines)


class _Mapping:
    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        own = content.get("own")
        self.own: Mapping[str, Any] = own if isinstance(own, Mapping) else {}
        self.language = language(str(content.get("language") or ""))

    def _entries(self, keyword: str) -> list[tuple[str, list[str], list[str]]]:
        found = self.own.get(keyword)
        entries = []
        for entry in found if isinstance(found, list) else []:
            if isinstance(entry, list) and len(entry) == 3 and isinstance(entry[2], list):
                tongue = language(str(entry[0] or "")) or self.language
                keys = entry[1] if isinstance(entry[1], list) else []
                entries.append((tongue, [str(k) for k in keys], [_lines(str(v)) for v in entry[2]]))
        return entries

    def _texts(self, keyword: str) -> dict[str, str]:
        """``{language: text}``; several texts of one language stand below one another."""
        found: dict[str, list[str]] = {}
        for tongue, _, values in self._entries(keyword):
            found.setdefault(tongue, []).extend(v.strip() for v in values if v.strip())
        return {tongue: "\n".join(dict.fromkeys(texts)) for tongue, texts in found.items() if texts}

    def _text(self, keyword: str) -> str:
        texts = self._texts(keyword)
        return texts.get(self.language) or next(iter(texts.values()), "")

    def draft(self) -> dict[str, Any]:
        time = self.content.get("time")
        start, end, unit = periods.coverage(
            str(v) for v in (time if isinstance(time, list) else [])
        )
        unit = str(self.content.get("unit") or unit)
        subjects = list(dict.fromkeys(self._texts("SUBJECT-AREA").values()))
        title = first(*(self._texts(k) for k in ("TITLE", "DESCRIPTION", "CONTENTS"))) or {}
        description = self._texts("DESCRIPTION")
        tongues = [value for _, _, values in self._entries("LANGUAGES") for value in values]
        link = self._text("LINK")
        return cleaned({
            "title": languages(title),
            "notes": languages(self._notes(description if description != title else {})),
            "publisher": self._text("SOURCE"),
            "contact": self._contact(),
            "themes": subjects,
            "keywords": subjects,
            "language": [v for v in (tongues or [str(self.content.get("language") or "")]) if v],
            "frequency": self._frequency(unit),
            "temporal_start": start,
            "temporal_end": end,
            "modified": max(map(stamp, self._texts("LAST-UPDATED").values()), default=""),
            "url": next(iter(links(link)), ""),
            "extras": self._extras(link),
        })  # fmt: skip

    def _frequency(self, unit: str) -> str:
        """As declared, where that is a known frequency; else that of the periods."""
        said = self._text("UPDATE-FREQUENCY")
        known = vocabulary("frequency").find(said) if said else None
        return said if known else periods.FREQUENCIES.get(unit, said)

    def _notes(self, texts: Mapping[str, str]) -> dict[str, str]:
        found = dict(texts)
        for keyword in ("NOTE", "NOTEX"):
            for tongue, text in self._texts(keyword).items():
                found[tongue] = "\n\n".join(filter(None, (found.get(tongue), text)))
        return found

    def _contact(self) -> dict[str, str]:
        """The first of the contacts that a table names."""
        people = re.split(r"\n\s*\n|;", self._text("CONTACT"))
        person = next((p for p in people if p.strip()), "")
        email, phone = _EMAIL.search(person), _PHONE.search(person)
        lines = [line.strip() for line in person.split("\n") if line.strip()]
        name, _, unit = (lines[0] if lines else "").partition(",")
        if _EMAIL.search(name) or _PHONE.search(name):
            name = ""
        return cleaned({
            "name": name.strip(), "unit": "" if "@" in unit else unit.strip(),
            "email": email.group() if email else "", "phone": phone.group(1) if phone else "",
        })  # fmt: skip

    def _extras(self, link: str) -> dict[str, str]:
        extras = Extras()
        extras.add("contacts", self._text("CONTACT"))
        if link and not links(link):
            extras.add("link", link)
        extras.add("update_frequency", self._text("UPDATE-FREQUENCY"))
        extras.add("matrix", self._text("MATRIX"))
        extras.add("variables", data_dictionary(self.content.get("variables")))
        for keyword in self.own:
            if keyword in _USED:
                continue
            name = str(keyword).lower().replace("-", "_")
            for _, keys, values in self._entries(keyword):
                text = ", ".join(v for v in values if v.strip())
                plain = name in ("units", "contents", "last_updated") or not keys
                extras.add(
                    name,
                    text if plain else f"{', '.join(keys)}: {text}" if text else "",
                    separator="\n",
                )
        return extras.texts()


def stamp(text: str) -> str:
    """``20230525 15:42`` as ISO 8601; other texts as they are."""
    found = _STAMP.match(text.strip())
    if not found:
        return text.strip()
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month}-{day}" + (f"T{hour}:{minute}:00" if hour else "")


def _lines(text: str) -> str:
    """``#`` breaks a line in a PX file."""
    return text.replace("##", "\n\n").replace("#", "\n")
