"""Cells taken apart: several values in one, contacts, yes and no."""

from __future__ import annotations

import re
from collections.abc import Callable

from ckanext.hanoi.vietnamese import fold
from ckanext.hanoi.vocabulary import vocabulary

_STRONG = re.compile(r"(?:(?<!\s)\s+)?[;\n|•]\s*|(?<!\s)\s+[-–]\s+(?=\n)")
_BULLET = re.compile(r"^(?:[-–+*•●▪]|\d{1,2}[.)])\s+")
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w/.-])(?:\(?\+?|00)\d(?:(?:[ .-]|\)[ .-]?|[ .-]?\()?\d){6,14}"
    r"(?:\s*(?:máy lẻ|ext\.?|x)\s*\d+)?"
)
_CONTACT_WORDS = re.compile(
    r"\b(?:e-?mail|thư điện tử|hộp thư|điện thoại|số điện thoại|đt|sđt|đtdđ|tel|phone|mobile|"
    r"hotline|fax|liên hệ|họ và tên|họ tên|người liên hệ|contact)\s*:?(?=\W|$)",
    re.I,
)
_UNIT = re.compile(
    r"(?:phòng|văn phòng|trung tâm|ban|bộ phận|tổ|sở|chi cục|cục|thanh tra|ubnd|ủy ban|uỷ ban|"
    r"department|division|office|unit|centre|center)\b",
    re.I,
)
_YES = frozenset("co x yes y true 1 dung v ✓ ✔ ☑".split())
_NO = frozenset("khong no n false 0 - sai ☐".split())


def several(text: str, known: Callable[[str], object] | None = None) -> list[str]:
    """The values of a cell: by line, semicolon or bar; by comma too, where ``known`` knows every
    part but not the whole ("Văn hóa, thể thao, du lịch" is one theme)."""
    values = []
    for part in _STRONG.split(text):
        part = _BULLET.sub("", part).strip(" ,")
        if not part:
            continue
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        apart = len(pieces) > 1 and known and not known(part) and all(map(known, pieces))
        values += pieces if apart else [part]
    return list(dict.fromkeys(values))


def keywords(text: str) -> list[str]:
    """Keywords: separated by lines, semicolons or bars, or else by commas, or by # signs."""
    strong = [part for part in re.split(r"[;\n|]", text) if part.strip()]
    parts = strong if len(strong) > 1 else re.split(r"[,，、]", text)
    if len(parts) == 1 and text.count("#") > 1:
        parts = text.split("#")
    cleaned = (_BULLET.sub("", part.strip()).strip(" ,.#") for part in parts)
    return list(dict.fromkeys(part for part in cleaned if part))


def known_by(name: str) -> Callable[[str], object]:
    """Whether a text is in the vocabulary."""
    return vocabulary(name).find


def formats(text: str) -> list[str]:
    """ "CSV, XLSX / PDF" -> each of them."""
    parts = re.split(
        r"[,;\n|]|\s/\s|(?<=[A-Za-z])/(?=[A-Za-z])|(?<!\s)\s+(?:và|hoặc|and|or)\s+", text
    )
    if "/" in text and vocabulary("media_type").find(text):
        parts = [text]
    return list(dict.fromkeys(p.strip(" .*()") for p in parts if p.strip(" .*()")))


def contact(text: str) -> dict[str, str]:
    """A contact written in one cell -> unit, name, email, phone, as far as they are in it."""
    found: dict[str, str] = {}
    if emails := _EMAIL.findall(text):
        found["email"] = emails[0].strip(".")
    rest = _EMAIL.sub("\n", text)
    phones = [m[0].strip() for m in _PHONE.finditer(rest) if 8 <= sum(map(str.isdigit, m[0])) <= 15]
    if phones:
        found["phone"] = "; ".join(dict.fromkeys(phones))
        own = set(phones)
        rest = _PHONE.sub(lambda m: "\n" if m[0].strip() in own else m[0], rest)
    rest = _CONTACT_WORDS.sub("\n", rest)
    parts: dict[str, list[str]] = {}
    for part in re.split(r"[;\n|,]|\s[-–]\s", rest):
        part = part.strip(" .:()[]-–/<>")
        if sum(map(str.isalpha, part)) < 2:
            continue
        key = "unit" if _UNIT.match(part) else "name"
        parts.setdefault(key, []).append(part)
    found.update({key: ", ".join(texts) for key, texts in parts.items()})
    if len(emails) > 1:
        found["name"] = ", ".join(filter(None, [found.get("name", ""), *emails[1:]]))
    return found


def yes_or_no(text: str) -> bool | None:
    """True, False, or None where the text says neither."""
    word = re.sub(r"^(co|khong)(?: (?:co|chua|du lieu|thong tin)\b| *[,(:]).*", r"\1", fold(text))
    word = word.strip(" .")
    return True if word in _YES else False if word in _NO else None
