"""Numbers in cells as a person sees them: 007 in a cell of the format 000. Knows no CKAN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PART = re.compile(r'"([^"]*)"|\\(.)|(0)|([-/ _.]|[^\W\d_])|\[[^\]]*\]', re.S)
#: More digits than a number of a spreadsheet has.
_LONGEST = 15


class Formats:
    """The formats of a workbook's cells that are made of digits and words.

    ``codes``: format codes by number; ``styles``: the number of the format of each style.
    """

    def __init__(self, codes: Mapping[int, str], styles: Iterable[int]) -> None:
        parts = {number: found for number, code in codes.items() if (found := _parts(code))}
        self._by_style = {
            style: parts[number] for style, number in enumerate(styles) if number in parts
        }

    def __bool__(self) -> bool:
        return bool(self._by_style)

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
