"""What the rows of a list say of one dataset, as a draft dataset (``docs/connectors.md``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.dataset.formats import term_of_format
from ckanext.hanoi.parsing import addresses
from ckanext.hanoi.parsing.sanitize import decode_entities
from ckanext.hanoi.tabular import cell_values
from ckanext.hanoi.vietnamese import slug
from ckanext.hanoi.vocabulary import vocabulary

_TEXTS = (
    "title title_en notes notes_en managing_agency frequency access_level sensitivity rights "
    "legal_basis decision_number version version_notes contact_unit contact_name contact_email "
    "contact_phone"
).split()
_DATES = ("issued", "modified", "temporal_start", "temporal_end")
_LISTS = {  # key -> vocabulary by which "A, B" is told from one value with a comma in it
    "themes": "theme",
    "language": "language",
    "plan_objective": "plan_objective",
    "spatial_text": "ward",
    "conforms_to": None,
    "related": None,
}
_RESOURCE_TEXTS = (
    "id name_en description mimetype encoding hash hash_algorithm status rights language "
    "conforms_to data_dictionary license"
).split()
_ONE_LINE = frozenset(
    "title title_en identifier publisher frequency access_level sensitivity license".split()
)
#: Of a size that is not in bytes.
_UNIT = re.compile(r"\b(?:[KMGT]i?B|(?:kilo|mega|giga)bytes?)\b", re.I)


def draft_of(content: Mapping[str, Any], base: str | None) -> dict[str, Any]:
    """The draft of a record's content; addresses are completed with ``base``.

    What can't be taken as what its column says is kept in ``extras`` under the header's text.
    """
    return _Draft(content, base).make()


class _Draft:
    def __init__(self, content: Mapping[str, Any], base: str | None) -> None:
        self.fields: dict[str, Any] = dict(content.get("fields") or {})
        self.labels: Mapping[str, str] = content.get("labels") or {}
        self.base = base
        self.extras: dict[str, str] = {
            str(key): str(value) for key, value in (content.get("extras") or {}).items()
        }
        self.resources = content.get("resources") or []
        self.draft: dict[str, Any] = {}

    def make(self) -> dict[str, Any]:
        for key in _TEXTS:
            self._set(key, self._text(key))
        self._set("identifier", self._text("identifier"))
        if wanted := self._text("name"):
            self._take_or_keep("name", wanted, slug(wanted) == wanted and wanted)
        self._publisher()
        self._dates()
        for key, name in _LISTS.items():
            known = cell_values.known_by(name) if name else None
            self._set(
                key, [v for text in self._texts(key) for v in cell_values.several(text, known)]
            )
        self._set(
            "keywords", [w for text in self._texts("keywords") for w in cell_values.keywords(text)]
        )
        licences = self._texts("license")
        self._set("license", licences[0] if len(licences) == 1 else licences)
        if personal := self._text("personal_data"):
            answer = cell_values.yes_or_no(personal)
            self._take_or_keep("personal_data", personal, answer)
        self._contact()
        self._addresses()
        self._set("resources", [r for part in self.resources for r in self._resource(part)])
        for key in (
            "due",
            *[k for k in self.fields if k.startswith(("field.", "theme.", "catalog."))],
        ):
            self.keep(key, "\n".join(self._texts(key)))
        self._set("extras", self.extras)
        return self.draft

    # -- helpers -----------------------------------------------------------------------------------

    def _texts(self, key: str) -> list[str]:
        value = self.fields.get(key)
        items: Iterable[Any] = value if isinstance(value, list) else [value]
        return [decode_entities(str(item)) for item in items if item not in (None, "")]

    def _text(self, key: str) -> str:
        text = "\n".join(self._texts(key))
        return " ".join(text.split()) if key in _ONE_LINE else text

    def _set(self, key: str, value: Any) -> None:
        if value not in ("", None, [], {}):
            self.draft[key] = value

    def keep(self, key: str, text: str) -> None:
        """Keep a text that has no field under the words of its header."""
        if text:
            label = self.labels.get(key, key)
            known = self.extras.get(label)
            self.extras[label] = text if known in (None, text) else f"{known}\n{text}"

    def _take_or_keep(self, key: str, text: str, value: Any) -> None:
        if value or value is False and key == "personal_data":
            self.draft[key] = value
        else:
            self.keep(key, text)

    # -- pieces ------------------------------------------------------------------------------------

    def _publisher(self) -> None:
        about = {
            "name": self._text("publisher"),
            "identifier": self._text("publisher_code"),
            "email": self._text("publisher_email").strip(),
        }
        about = {key: text for key, text in about.items() if text}
        if set(about) == {"name"}:
            self.draft["publisher"] = about["name"]
        else:
            self._set("publisher", about)

    def _dates(self) -> None:
        for key in _DATES:
            text = self._text(key)
            if text and "frequency" not in self.draft and _is_frequency(text):
                self.draft["frequency"] = text  # "Thời gian cập nhật: hằng năm"
            elif text:
                self.draft[key] = _iso(text, end=key == "temporal_end")
        if text := self._text("temporal"):
            period = dates.parse_period(text.removeprefix("R/"))
            if period and "temporal_start" not in self.draft and "temporal_end" not in self.draft:
                self.draft["temporal_start"] = period[0].iso
                self.draft["temporal_end"] = period[1].iso_end
            else:
                self.keep("temporal", text)

    def _contact(self) -> None:
        found = cell_values.contact(self._text("contact")) if self._text("contact") else {}
        for key in ("contact_name", "contact_email", "contact_phone"):
            text = self.draft.pop(key, "")
            part = key.removeprefix("contact_")
            # a name with a telephone number behind it, two addresses, ...
            for name, value in (cell_values.contact(text) if text else {}).items():
                found.setdefault(name, value)
            if text and part not in found:
                self.keep(key, text)
        if unit := self.draft.pop("contact_unit", ""):
            found["unit"] = unit
        self._set("contact", found)
        text = self._text("contact")
        if text and not found:
            self.keep("contact", text)

    def _addresses(self) -> None:
        for key in ("url", "source", "link"):
            for text in self._texts(key):
                base = (self.base or "") if key == "url" else ""
                found = addresses.read(text, base, cell=True)
                if found.urls and "url" not in self.draft:
                    self.draft["url"] = found.first
                    if key == "source" and text.strip() != found.first:
                        self.keep(key, text)
                    else:
                        self.keep(key, "\n".join(filter(None, (*found.urls[1:], found.rest))))
                elif self.draft.get("url") != text:
                    self.keep(key, text)

    def _resource(self, part: Mapping[str, Any]) -> list[dict[str, Any]]:
        return _Resources(part, self).make()


class _Resources:
    """The resources of one row: one for each address in it."""

    def __init__(self, part: Mapping[str, Any], draft: _Draft) -> None:
        self.draft = draft
        self.fields: Mapping[str, Any] = part.get("fields") or {}
        self.extras: dict[str, str] = {
            str(key): str(value) for key, value in (part.get("extras") or {}).items()
        }

    def make(self) -> list[dict[str, Any]]:
        self.named: list[str] = []
        urls = self._links("url")
        downloads = self._links("download_url")
        services = self._links("access_service")
        pairs = _pairs(urls, downloads)
        if not pairs and services:
            pairs = [(service, "") for service in services]
        if not pairs:
            self._without_address()
            return []
        common = self._common(services)
        names = self._lines("name", len(pairs))
        if len(pairs) > 1 and not any(names) and len(self.named) == len(pairs):
            names = self.named
        elif self.named:
            self._keep("url", "\n".join(self.named))
        formats = self._formats([download or url for url, download in pairs])
        resources = []
        for index, (url, download) in enumerate(pairs):
            resource = {**common, "url": url}
            resource |= {"download_url": download} if download else {}
            resource |= {"name": names[index]} if names[index] else {}
            resource |= {"format": formats[index]} if formats[index] else {}
            if self.extras:
                resource["extras"] = dict(self.extras)
            if len(pairs) > 1:
                resource.pop("id", None)
            resources.append(resource)
        return resources

    def _texts(self, key: str) -> list[str]:
        value = self.fields.get(f"resource.{key}")
        return [
            str(v) for v in (value if isinstance(value, list) else [value]) if v not in (None, "")
        ]

    def _text(self, key: str) -> str:
        return "\n".join(self._texts(key))

    def _keep(self, key: str, text: str) -> None:
        label = self.draft.labels.get(f"resource.{key}", key)
        self.extras[label] = f"{self.extras[label]}\n{text}" if label in self.extras else text

    def _links(self, key: str) -> list[str]:
        found = []
        for text in self._texts(key):
            read = addresses.read(text, self.draft.base or "", cell=True)
            found += read.urls
            words = re.split(r"\n|; ", read.rest)
            if len(read.urls) == len(words) > 1:
                self.named += [re.sub(r"^\((.*)\)$", r"\1", word) for word in words]
            elif read.rest and (read.urls or key != "access_service"):
                self._keep(key, read.rest)
        return list(dict.fromkeys(found))

    def _common(self, services: list[str]) -> dict[str, Any]:
        resource: dict[str, Any] = {}
        for key in _RESOURCE_TEXTS:
            if text := self._text(key):
                resource[key] = " ".join(text.split()) if key in ("id", "name_en") else text
        for key in ("issued", "modified"):
            if text := self._text(key):
                resource[key] = _iso(text)
        if size := self._text("size"):
            unit = _UNIT.search(self.draft.labels.get("resource.size", ""))
            if size.isdecimal() and not unit:
                resource["size"] = int(size)
            else:
                self._keep("size", size)
        if service := self._text("access_service"):
            resource["access_service"] = services[0] if len(services) == 1 else service
        return resource

    def _lines(self, key: str, number: int) -> list[str]:
        """A text for each of several addresses: a line each, or the same for all."""
        text = self._text(key)
        lines = [line for line in (part.strip() for part in re.split(r"[\n;]", text)) if line]
        if len(lines) == number:
            return lines
        return [" ".join(text.split())] * number

    def _formats(self, urls: list[str]) -> list[str]:
        text = self._text("format")
        written = cell_values.formats(text) if text else []
        if len(written) == len(urls) or not written:
            return written or [""] * len(urls)
        if len(written) == 1:
            return written * len(urls)
        terms = {term.code: name for name in written if (term := term_of_format(name, "", ""))}
        chosen = []
        for url in urls:
            term = term_of_format("", "", url)
            chosen.append(terms.get(term.code, "") if term else "")
        self._keep("format", text)
        return chosen

    def _without_address(self) -> None:
        """A format or a name alone is no resource, but is not lost."""
        for key in (key.removeprefix("resource.") for key in self.fields):
            if key not in ("url", "download_url"):
                self.draft.keep(f"resource.{key}", self._text(key))
        for label, text in self.extras.items():
            known = self.draft.extras.get(label)
            self.draft.extras[label] = f"{known}\n{text}" if known and known != text else text


def _pairs(urls: list[str], downloads: list[str]) -> list[tuple[str, str]]:
    """(access address, download address or "") of each resource."""
    if len(urls) == len(downloads):
        return [(u, d if d != u else "") for u, d in zip(urls, downloads, strict=True)]
    if not urls:
        return [(download, download) for download in downloads]
    if not downloads:
        return [(url, "") for url in urls]
    return [(url, "") for url in urls] + [(d, d) for d in downloads if d not in urls]


def _is_frequency(text: str) -> bool:
    term = None if dates.parse(text) else vocabulary("frequency").find(text)
    return term is not None and "days" in term.extra


def _iso(text: str, end: bool = False) -> str:
    """ISO 8601 where the text is a date, else as written: the engine says so in its report."""
    date = dates.parse(text)
    if date is None:
        return text
    return date.iso_end if end else date.iso
