"""What stands around a list and holds for all of it: whose list it is, which decision made it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ckanext.hanoi.agencies.matching import THRESHOLD
from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.tabular.sheet import Sheet
from ckanext.hanoi.vietnamese import fold

_LABELLED = re.compile(
    r"(?:tên )?(?:cơ quan|đơn vị|co quan|don vi|agency|publisher|department)[^:\n]{0,40}:\s*(.+)",
    re.I,
)
_OF = re.compile(r"\b(?:của|cua)\s+(.+)", re.I)
#: What agencies' names begin with. Accents tell Sở from Số and Ban from Bản: without them these
#: two are left to the registry.
_KINDS = (
    "ubnd|ủy ban nhân dân|uỷ ban nhân dân|chi cục|cục|tổng cục|trung tâm|viện|thanh tra|công an|"
    "văn phòng|bộ chỉ huy|bộ tư lệnh|bảo hiểm xã hội|bhxh|kho bạc|ngân hàng|bệnh viện|"
    "tổng công ty|công ty|liên minh|mặt trận|tòa án|toà án|viện kiểm sát|cục thuế|hải quan"
)
_KIND = re.compile(rf"(?:{_KINDS}|sở(?! hữu)|ban(?! hành))\b", re.I)
_KIND_PLAIN = re.compile(rf"(?:{fold(_KINDS)}|department of|people'?s committee of)\b")
_CITY = re.compile(
    r"(?:ubnd|uy ban nhan dan|hdnd|hoi dong nhan dan)? ?(?:thanh pho|tp\.?)? ?ha noi"
)
_DECISION = re.compile(
    r"(quyết định|quyet dinh|kế hoạch|nghị quyết|công văn|thông tư)\s+số\s*(?::\s*)?"
    r"(\d+/[\w.-]*[\w])",
    re.I,
)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``agency`` whose list it is, ``legal_basis`` and ``decision_number`` that made it; or ""."""

    agency: str = ""
    legal_basis: str = ""
    decision_number: str = ""


def look_around(sheet: Sheet, header_row: int) -> Surroundings:
    """What the rows above the header and the sheet's name say."""
    lines = [
        line
        for row in range(min(header_row, len(sheet.rows)))
        for column in range(len(sheet.rows[row]))
        for line in sheet.text(row, column).split("\n")
        if line
    ]
    basis, number = _decision(lines)
    labelled = next((m[1] for line in lines if (m := _LABELLED.match(line))), "")
    if labelled and len(labelled) <= _LONGEST:
        return Surroundings(labelled.strip(), basis, number)
    if is_agency(sheet.name):
        return Surroundings(sheet.name.strip(), basis, number)
    named = [line for line in lines if is_agency(line) and not is_city(line)]
    of = [m[1] for line in lines if (m := _OF.search(line)) and is_agency(m[1])]
    agency = next(iter([*named, *(text for text in of if not is_city(text))]), "")
    return Surroundings(agency, basis, number)


def _decision(lines: list[str]) -> tuple[str, str]:
    for line in lines:
        if match := _DECISION.search(line):
            text = re.sub(r"^\(?\s*(?:ban hành\s+)?kèm theo\s+|\)$", "", line, flags=re.I).strip()
            decided = fold(match[1]) == "quyet dinh"
            return text, match[2] if decided else ""
    return "", ""


def is_agency(text: str) -> bool:
    """Whether a text is the name of an agency, known or not."""
    text = text.strip(" .:-")
    if not 2 <= len(text) <= _LONGEST:
        return False
    pattern, form = (_KIND_PLAIN, fold(text)) if text.isascii() else (_KIND, text)
    if pattern.match(form) and len(text.split()) > 1:
        return True
    match = registry().match(text)
    return match.slug is not None or (match.via is not None and match.confidence >= THRESHOLD)


def is_city(text: str) -> bool:
    """The letterhead of the city itself, above that of the agency."""
    return bool(_CITY.fullmatch(fold(text).strip(" .:-")))
