"""A package as CKAN's API gives it (2.0 to 2.12, DKAN, look-alikes) as a draft dataset. Pure.

Portals differ in where they put things: a field of their schema, an extra, a translated field.
``Package`` looks in all of these places and remembers what was read; the rest becomes extras.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from ckanext.hanoi.harvest.standards.source_dataset import cleaned, copies, is_file, page
from ckanext.hanoi.parsing import geometry, lenient_json
from ckanext.hanoi.parsing.addresses import Addresses, read
from ckanext.hanoi.parsing.extent_text import place
from ckanext.hanoi.vocabulary import vocabulary

#: CKAN's own bookkeeping: says nothing about the data.
_HOUSEKEEPING = frozenset(
    "id name state type revision_id revision_timestamp creator_user_id owner_org num_tags "
    "num_resources isopen organization groups tags resources extras private metadata_created "
    "metadata_modified license_id license_title license_url tracking_summary score index_id "
    "data_dict validated_data_dict site_id package_id position url_type on_same_domain "
    "cache_url cache_last_updated webstore_url webstore_last_updated resource_group_id "
    "datastore_active has_views mimetype_inner capacity indexed_ts entity_type hash_sha1 "
    "datastore_contains_all_records_of_source_file ckan_url display_name title_string".split()
)
_CONTACTS = ("contact", "contact_point", "contactPoint")
_NO_LICENCE = {"notspecified", "not specified", "license not specified", "none", "unknown", ""}


class Package:
    """Reads one object of the API by the names that a thing may have."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.extras = _extras(raw.get("extras"))
        self.used: set[str] = set(_HOUSEKEEPING)

    def get(self, *names: str) -> Any:
        """The first value that says something, of the fields or extras called ``names``."""
        found = None
        for name in names:
            for holder in (self.raw, self.extras):
                value = holder.get(name)
                if (
                    value not in (None, "", [], {})
                    and found is None
                    and lenient_json.as_extra(value)
                ):
                    found = value
                    self.used.add(name)
        return found

    def text(self, *names: str) -> str:
        return lenient_json.text(self.get(*names))

    def texts(self, *names: str, split: str = "") -> list[str]:
        return lenient_json.texts(self.get(*names), split)

    def translated(self, name: str, *more: str) -> dict[str, str] | str:
        """``name`` in its languages: a dictionary, ``name_translated``, ``name_vi``/``name_en``."""
        whole = lenient_json.languages(self.get(f"{name}_translated")) or lenient_json.languages(
            self.get(name)
        )
        for key in list(self.raw):
            match = re.fullmatch(rf"{name}(?:_translated)?[-_]([a-z]{{2}})", key)
            if match and (words := self.text(key)):
                whole.setdefault(match[1], words)
        plain = lenient_json.text(self.get(name, *more))
        if set(whole) == {"en"} and plain and plain != whole["en"]:
            whole = {"vi": plain, **whole}
        return lenient_json.multilingual(whole) if whole else plain

    def leftovers(self) -> dict[str, str]:
        """Everything that nobody asked for."""
        return lenient_json.leftovers({**self.raw, **self.extras}, self.used)


def to_draft(raw: Mapping[str, Any], portal: str) -> dict[str, Any]:
    """The draft of the package ``raw`` of the portal at ``portal`` (its address, for links)."""
    package = Package(raw)
    title = lenient_json.one_line(package.translated("title", "display_name"))
    name = lenient_json.text(raw.get("name"))
    own_page = f"{portal}/dataset/{quote(name)}" if portal and name else ""
    beside: dict[str, str] = {}
    written = package.text("url", "landing_page", "landingPage", "homepage")
    url = page(read(written, portal), beside, "url_other")
    draft: dict[str, Any] = {
        "title": title or lenient_json.text(raw.get("name")),
        "notes": package.translated("notes", "description", "abstract"),
        "title_en": package.text("title_en") if isinstance(title, str) else "",
        "notes_en": "",
        "name": name,
        "identifier": package.text("identifier", "guid", "doi") or lenient_json.text(raw.get("id")),
        "publisher": _publisher(package),
        "themes": _themes(package),
        "keywords": _keywords(package),
        "license": _licence(package),
        "url": url or own_page,
        "version": package.text("version"),
        "private": lenient_json.boolean(raw.get("private")),
        "state": _state(raw),
        "contact": _contact(package),
        "resources": [part for r in lenient_json.items(raw.get("resources"))
                      if lenient_json.text(r.get("state")) != "deleted"
                      for part in _resources(r, portal)],
    }  # fmt: skip
    _dates(package, draft)
    _places(package, draft)
    _same_names(package, draft)
    draft["extras"] = {**beside, **_more_people(package, draft), **package.leftovers()}
    if url and own_page:
        draft["extras"]["catalogue_page"] = own_page
    return cleaned(draft)


def _extras(value: Any) -> dict[str, Any]:
    """Extras as list of ``{"key", "value"}``, of pairs, or as a dictionary; ``"\\"x\\""`` as x."""
    found: dict[str, Any] = {}
    value = lenient_json.unpacked(value)
    if isinstance(value, Mapping):
        found = {str(key): item for key, item in value.items()}
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping) and item.get("key") and item.get("state") != "deleted":
            found[str(item["key"])] = item.get("value")
        elif isinstance(item, list) and len(item) == 2:
            found[str(item[0])] = item[1]
    return {key: _unquoted(item) for key, item in found.items()}


def _unquoted(value: Any) -> Any:
    return lenient_json.unpacked(value) if isinstance(value, str) and value[:1] == '"' else value


def _publisher(package: Package) -> dict[str, str]:
    raw = lenient_json.unpacked(package.raw.get("organization"))
    stated = package.get("publisher_name", "publisher")
    found: dict[str, str] = {}
    if isinstance(raw, Mapping) and (name := _title(raw)):
        found = {"name": name, "identifier": lenient_json.text(raw.get("name"))}
    elif isinstance(raw, str) and raw.strip():
        found = {"name": raw.strip()}
    about = next(iter(lenient_json.items(stated)), {})
    if stated and (name := _title(about) or lenient_json.text(stated)):
        if found and name != found["name"]:
            found["stated_as"] = name
        found.setdefault("name", name)
    extra = (("publisher_email", "email"), ("publisher_url", "url"), ("publisher_uri", "uri"),
             ("publisher_type", "type"), ("publisher_identifier", "id"))  # fmt: skip
    for field, key in extra:
        if words := package.text(field) or lenient_json.text(about.get(key)):
            found[key] = lenient_json.mail(words) if key == "email" else words
    return found if found.get("name") else {}


def _title(value: Mapping[str, Any]) -> str:
    words = lenient_json.multilingual(value.get("title_translated"), value.get("title"),
                               value.get("display_name"), value.get("name"))  # fmt: skip
    return lenient_json.headline(lenient_json.one_line(words))


def _themes(package: Package) -> list[str]:
    found: list[str] = []
    for group in _listed(package.raw.get("groups")):
        words = _title(group) if isinstance(group, Mapping) else lenient_json.text(group)
        found += [words] if words else []
    for name in ("theme", "themes", "category", "categories", "theme-primary", "topic"):
        found += package.texts(name)
    return list(dict.fromkeys(found))


def _listed(value: Any) -> list[Any]:
    value = lenient_json.unpacked(value)
    return value if isinstance(value, list) else [value] if value else []


def _keywords(package: Package) -> list[str]:
    found: list[str] = []
    written = lenient_json.unpacked(package.raw.get("tags"))
    if isinstance(written, str):
        found = lenient_json.texts(written, ",;")
        written = []
    for tag in _listed(written):
        words = lenient_json.text(tag.get("display_name") or tag.get("name")) if isinstance(
            tag, Mapping) else lenient_json.text(tag)  # fmt: skip
        found += [words] if words else []
    for name in ("keywords", "tag_string", "tags_translated", "keywords_translated"):
        value = lenient_json.unpacked(package.get(name))
        if isinstance(value, Mapping):
            for words in value.values():
                found += lenient_json.texts(words, ",;")
        else:
            found += lenient_json.texts(value, ",;")
    return list(dict.fromkeys(found))


def _licence(package: Package) -> list[str]:
    """What names the licence, the best first; of several names for a known one, only that."""
    raw = package.raw
    # The address names the version, where the id may be a family ("cc-by").
    given = [
        lenient_json.text(raw.get(key)) for key in ("license_url", "license_id", "license_title")
    ]
    given += package.texts("license", "licence", "license_text", "licence_text")
    given = list(dict.fromkeys(text for text in given if text.lower() not in _NO_LICENCE))
    terms = vocabulary("license")
    known = [text for text in given if terms.find(text)]
    if known:
        title = lenient_json.text(raw.get("license_title"))
        if title and not terms.find(title):
            package.extras["license_title"] = title
            package.used.discard("license_title")
        return known[:1]
    return given


def _state(raw: Mapping[str, Any]) -> str:
    state = lenient_json.text(raw.get("state")).lower()
    if state == "deleted":
        return "deleted"
    return "draft" if state.startswith("draft") or lenient_json.boolean(raw.get("draft")) else ""


def _contact(package: Package) -> dict[str, str]:
    """Who answers questions: the contact fields, else maintainer, else author."""
    points = lenient_json.items(package.get(*_CONTACTS))
    point = points[0] if points else {}
    contact = {
        "name": package.text("contact_name", "contact-name") or lenient_json.text(point.get("fn"))
        or lenient_json.text(point.get("name")),
        "email": lenient_json.mail(
            package.get("contact_email", "contact-email", "contact_point_email")
        )
        or lenient_json.mail(point.get("email") or point.get("hasEmail")),
        "phone": lenient_json.phone(
            package.get("contact_phone", "contact-phone", "contact_telephone")
        )
        or lenient_json.phone(
            point.get("phone") or point.get("hasTelephone") or point.get("telephone")
        ),
        "unit": package.text("contact_unit"),
        "url": package.text("contact_uri", "contact_url") or lenient_json.text(
            point.get("url") or point.get("uri")),
    }  # fmt: skip
    for role in ("maintainer", "author"):
        if contact["name"] or contact["email"]:
            break
        contact["name"], mail = _person(package.get(role))
        contact["email"] = lenient_json.mail(package.get(f"{role}_email")) or mail
    return {key: words for key, words in contact.items() if words}


def _person(value: Any) -> tuple[str, str]:
    """(name, e-mail) of a person as text, object, list, or JSON text of these."""
    people = lenient_json.items(value)
    if not people:
        words = lenient_json.text(value)
        return ("", lenient_json.mail(words)) if "@" in words and " " not in words else (words, "")
    person = people[0]
    parts = [lenient_json.text(person.get("given_name")), lenient_json.text(person.get("name"))]
    return " ".join(filter(None, parts)), lenient_json.mail(person.get("email"))


def _more_people(package: Package, draft: Mapping[str, Any]) -> dict[str, str]:
    """The second author of two, the second contact."""
    lists = {
        name: value for name in (*_CONTACTS, "maintainer", "author", "publisher")
        if name in package.used
        and isinstance(value := lenient_json.unpacked(package.raw.get(name)), (list, Mapping))
    }  # fmt: skip
    return lenient_json.beyond(lists, draft, lists)


def _dates(package: Package, draft: dict[str, Any]) -> None:
    raw = package.raw
    draft["issued"] = package.text(
        "issued", "release_date", "date_released", "publication_date"
    ) or lenient_json.text(raw.get("metadata_created"))
    draft["modified"] = package.text(
        "modified", "last_updated", "date_updated", "last_update"
    ) or lenient_json.text(raw.get("metadata_modified"))
    draft["temporal_start"] = package.text(
        "temporal_start", "temporal_coverage_from", "temporal_coverage-from", "date_range_start"
    )
    draft["temporal_end"] = package.text(
        "temporal_end", "temporal_coverage_to", "temporal_coverage-to", "date_range_end"
    )
    for period in lenient_json.items(package.raw.get("temporal_coverage")):
        if not (draft["temporal_start"] or draft["temporal_end"]):
            package.used.add("temporal_coverage")
            draft["temporal_start"] = lenient_json.text(period.get("start"))
            draft["temporal_end"] = lenient_json.text(period.get("end"))


def _places(package: Package, draft: dict[str, Any]) -> None:
    sides = [package.get(f"bbox-{side}") for side in
             ("west-long", "south-lat", "east-long", "north-lat")]  # fmt: skip
    for name in ("spatial", "spatial_geom", "bbox", "spatial_bbox"):
        value = package.raw.get(name, package.extras.get(name))
        found = place(value) if value else None
        if found:
            package.used.add(name)
            draft.setdefault("spatial", found)
    if "spatial" not in draft and (box := geometry.envelope(*sides)):
        draft["spatial"] = box
    words = package.texts("spatial_coverage", "spatial_text", "geographical_coverage",
                          "geographic_coverage", "spatial_uri", "spatial-text")  # fmt: skip
    if "spatial" not in package.used:
        value = lenient_json.unpacked(package.raw.get("spatial", package.extras.get("spatial")))
        if isinstance(value, str) and value.strip() and "[" not in value:
            words += package.texts("spatial")
    draft["spatial_text"] = words


def _same_names(package: Package, draft: dict[str, Any]) -> None:
    """What has one value and usually one name."""
    names: dict[str, Iterable[str]] = {
        "frequency": ("frequency", "update_frequency", "accrual_periodicity", "accrualPeriodicity",
                      "frequency-of-update", "maintenance_frequency"),
        "managing_agency": ("managing_agency",),
        "access_level": ("access_level", "accessLevel"),
        "sensitivity": ("sensitivity",),
        "legal_basis": ("legal_basis",),
        "decision_number": ("decision_number",),
        "version_notes": ("version_notes",),
        "rights": ("rights", "access_rights", "access_constraints", "use_constraints"),
    }  # fmt: skip
    for key, fields in names.items():
        draft[key] = package.text(*fields)
    if len(whole := package.texts(*names["rights"])) > 1:
        draft["rights"] = "\n".join(whole)
    draft["language"] = package.texts("language", "languages", split=",;")
    draft["conforms_to"] = package.texts("conforms_to", "conformsTo")
    draft["related"] = package.texts("related")
    draft["plan_objective"] = package.texts("plan_objective")
    draft["personal_data"] = lenient_json.boolean(package.get("personal_data"))
    draft["notes_en"] = package.text("notes_en") if isinstance(draft["notes"], str) else ""


def _size(written: Any) -> int | str | None:
    """Bytes; what is no number stays as it is written."""
    number = lenient_json.integer(written)
    return (lenient_json.text(written) or None) if number is None else number


def _address(part: Package, portal: str) -> Addresses:
    """Where a resource is. What CKAN keeps in its DataStore alone has no address of its own."""
    written = part.text("url", "access_url", "accessURL")
    if written == "_datastore_only_resource" and (key := lenient_json.text(part.raw.get("id"))):
        return Addresses((f"{portal}/datastore/dump/{quote(key)}",))
    return read(written, portal)


def _resources(raw: Mapping[str, Any], portal: str) -> list[dict[str, Any]]:
    """The resource, and one for each further address that it is given."""
    part = Package(raw)
    found = _address(part, portal)
    files = read(part.text("download_url", "downloadURL"), portal)
    url, download = found.first, files.first
    if not download and (raw.get("url_type") == "upload" or is_file(url)):
        download = url
    licence = [
        lenient_json.text(raw.get(key)) for key in ("license_id", "license_url", "license_title")
    ]
    resource = {
        "id": lenient_json.text(raw.get("id")),
        "url": url or download,
        "download_url": download,
        "name": lenient_json.one_line(part.translated("name", "title")),
        "description": part.translated("description", "notes"),
        "format": part.text("format"),
        "mimetype": part.text("mimetype", "media_type", "mediaType"),
        "encoding": part.text("encoding", "charset"),
        "size": _size(part.get("size", "byte_size", "byteSize")),
        "hash": part.text("hash"),
        "hash_algorithm": part.text("hash_algorithm"),
        "status": part.text("status"),
        "issued": part.text("issued", "release_date", "created"),
        "modified": part.text("modified", "last_modified", "metadata_modified"),
        "license": [t for t in (*part.texts("license"), *licence) if t.lower() not in _NO_LICENCE],
        "rights": part.text("rights", "access_rights"),
        "conforms_to": part.texts("conforms_to"),
        "language": part.texts("language", split=",;"),
        "data_dictionary": part.text("data_dictionary"),
        "access_service": part.text("access_service"),
        "name_en": "",
    }
    if isinstance(resource["name"], str):
        resource["name_en"] = part.text("name_en")
    extras = part.leftovers()
    if words := "\n".join(filter(None, (found.rest, files.rest))):
        extras["url_text"] = words
    return copies(cleaned({**resource, "extras": extras}), [*found.urls[1:], *files.urls[1:]])
