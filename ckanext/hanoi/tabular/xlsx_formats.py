"""Numbers in XLSX cells as a person sees them: 007 in a cell of the format 000. Knows no CKAN."""

from __future__ import annotations

import re

from ckanext.hanoi.tabular.container import ATTRIBUTES, Package, attributes

_STYLES = "xl/styles.xml"
_PREFIX = rb"(?:[\w.-]{1,40}:)?"
_TAG = re.compile(rb"<(/?)" + _PREFIX + rb"(numFmt|cellXfs|xf)(?=[\s/>])" + ATTRIBUTES + rb"/?>")
_PART = re.compile(r'"([^"]*)"|\\(.)|(0)|([-/ _.]|[^\W\d_])|\[[^\]]*\]', re.S)
_MOST = 65_536
#: More digits than a number of a spreadsheet has.
_LONGEST = 15


class Formats:
    """The formats of a workbook's cells that are made of digits and words."""

    def __init__(self, package: Package) -> None:
        codes: dict[str, str] = {}
        self._by_style: dict[int, list[str]] = {}
        style, inside = 0, False
        for match in _TAG.finditer(package.read(_STYLES)):
            closes, name, about = match.groups()
            if name == b"cellXfs":
                inside = not closes
            elif name == b"numFmt" and not closes and len(codes) < _MOST:
                pairs = attributes(about)
                codes[pairs.get("numFmtId", "")] = pairs.get("formatCode", "")
            elif name == b"xf" and inside and not closes:
                code = codes.get(attributes(about).get("numFmtId", ""), "")
                if parts := _parts(code):
                    self._by_style[style] = parts
                style += 1

    def shown(self, style: int, digits: str) -> str:
        """What a whole number shows in a cell of the style; '' where it shows as it is."""
        parts = self._by_style.get(style)
        if not parts or len(digits) > _LONGEST:
            return ""
        zeros = parts.count("0")
        text = digits.zfill(zeros)
        first, rest = text[: len(text) - zeros + 1], list(text[len(text) - zeros + 1 :])
        out, seen = [], False
        for part in parts:
            if part != "0":
                out.append(part.removeprefix("\0"))
            elif not seen:
                seen = True
                out.append(first)
            else:
                out.append(rest.pop(0))
        return "".join(out).strip()


#: What stands before the first semicolon outside of quotes.
_SECTION = re.compile(r'(?:[^";]|"[^"]*")*')


def _parts(code: str) -> list[str]:
    """The digits ("0") and words (behind a NUL) of a format; none where it is of another kind."""
    section = _SECTION.match(code)[0] if len(code) < 200 else ""  # type: ignore[index]
    parts: list[str] = []
    at = 0
    while at < len(section):
        found = _PART.match(section, at)
        if found is None:
            return []
        quoted, escaped, zero, literal = found.groups()
        if zero:
            parts.append("0")
        elif literal is not None and literal not in "-/ ":
            return []  # of a date, or a decimal point
        elif (words := quoted or escaped or literal) is not None:
            parts.append("\0" + words)
        at = found.end()
    zeros = parts.count("0")
    plain = zeros == 1 and len(parts) == 1
    return parts if zeros and not plain else []
