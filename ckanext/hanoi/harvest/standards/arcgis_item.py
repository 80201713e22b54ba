"""Items of ArcGIS Hub and ArcGIS portals as draft datasets. Pure.

A record's content is the item's properties, flat, with ``_hub`` (address of the Hub site, '' for
a portal), ``_portal`` (address of the portal) and ``_geometry`` (of a Hub feature).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlsplit

from ckanext.hanoi.harvest.standards.source_dataset import (
    Extras,
    absolute,
    cleaned,
    first,
    is_file,
    links,
    read,
    unique,
)
from ckanext.hanoi.parsing import geometry, lenient_json
from ckanext.hanoi.parsing.sanitize import plain_text

#: Counters, and dates of the portal's own work: they change without the data changing.
VOLATILE = frozenset(
    "numViews numComments numRatings avgRating scoreCompleteness composedAt composeStatus views "
    "lastViewed usage hubScore enrichQuality quality errors _score score statistics".split()
)
#: What has a field of its own, or says only how the portal works inside.
_USED = VOLATILE | frozenset(
    "id title name description searchDescription snippet type url tags categories created "
    "modified extent itemExtent licenseInfo structuredLicense license source organization "
    "orgName access culture additionalResources layers layer fields fieldNames server slug "
    "metadata thumbnailUrl _hub _portal _geometry advancedQueryCapabilities".split()
)
#: What a Hub gives for download: (name among what an item can export, code, format).
_DOWNLOADS = (
    ("csv", "csv", "CSV"), ("geojson", "geojson", "GeoJSON"), ("shapefile", "shapefile", "SHP"),
    ("kml", "kml", "KML"),
)  # fmt: skip
_SERVICES = frozenset({
    "feature service", "feature layer", "map service", "image service", "table", "raster layer",
    "group layer", "scene service", "vector tile service", "map image layer", "geometry service",
    "geoprocessing service", "geocoding service", "stream service",
})  # fmt: skip
#: Item types whose file the portal gives, with their format ('': the file says).
_FILES = {
    "csv": "CSV", "csv collection": "", "shapefile": "SHP", "kml": "KML", "kml collection": "",
    "geojson": "GeoJSON", "microsoft excel": "XLSX", "microsoft word": "DOCX",
    "microsoft powerpoint": "PPTX", "pdf": "PDF", "file geodatabase": "GDB", "geopackage": "GPKG",
    "image": "", "image collection": "", "sqlite geodatabase": "SQLite", "cad drawing": "DWG",
}  # fmt: skip
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.I)
_NO_LICENCE = frozenset({"none", "custom"})
_LAYER = re.compile(r"^([0-9a-f]{32})_(\d{1,4})$", re.I)
_EARLIEST, _LATEST = 1e9, 4e12  # milliseconds: 1970 to 2096


def to_draft(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item as a draft dataset (docs/connectors.md)."""
    return _Mapping(item).draft()


def title(item: Mapping[str, Any]) -> str:
    """What the item is called: a layer by its own name, which Hub gives as ``name``."""
    names = ("title", "name") if not lenient_json.text(item.get("hubType")) else ("name", "title")
    return plain_text(
        lenient_json.text(first(*(lenient_json.text(item.get(name)) for name in names)))
    )


def moment(value: Any) -> str:
    """Milliseconds since 1970 (number or text) as ISO 8601 in UTC; other texts as they are; ''
    for a number that is no such moment (-1 stands for "never")."""
    number = geometry.number(value)
    if number is None:
        return lenient_json.text(value)
    if not _EARLIEST < number < _LATEST:
        return ""
    whole, millis = divmod(int(number), 1000)
    text = datetime.fromtimestamp(whole, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{millis:03d}Z" if millis else f"{text}Z"


class _Mapping:
    def __init__(self, item: Mapping[str, Any]) -> None:
        self.item = item
        self.id = lenient_json.text(item.get("id"))
        found = _LAYER.match(self.id)
        self.item_id, self.layer_id = found.groups() if found else (self.id, "")
        self.hub = absolute(item.get("_hub")).rstrip("/")
        self.portal = absolute(item.get("_portal")).rstrip("/")
        self.kind = lenient_json.text(item.get("hubType")) or lenient_json.text(item.get("type"))
        self.extras = Extras()
        metadata = item.get("metadata")
        inner = metadata.get("metadata") if isinstance(metadata, Mapping) else None
        self.metadata: Mapping[str, Any] = inner if isinstance(inner, Mapping) else {}

    def _text(self, *names: str) -> str:
        return first(*(lenient_json.text(self.item.get(name)) for name in names)) or ""

    def draft(self) -> dict[str, Any]:
        about = self.metadata.get("dataIdInfo")
        about = about if isinstance(about, Mapping) else {}
        citation = about.get("idCitation")
        dates = citation.get("date") if isinstance(citation, Mapping) else None
        dates = dates if isinstance(dates, Mapping) else {}
        draft = {
            "identifier": self.id,
            "title": title(self.item),
            "notes": self._text("description", "snippet"),
            "publisher": self._publisher(),
            "contact": self._contact(about),
            "keywords": self._keywords(about),
            "themes": self._themes(),
            "frequency": _code(_dig(about, "resMaint", "maintFreq", "MaintFreqCd")),
            "language": self._language(about),
            "issued": first(
                lenient_json.text(dates.get("pubDate")), moment(self.item.get("created"))
            ),
            "modified": moment(self.item.get("modified")),
            "spatial": self._extent(),
            "url": self._landing_page(),
            "private": True if self._text("access").lower() not in ("", "public") else None,
            "resources": self._resources(),
            **self._licence(),
        }
        self._facts(about, draft)
        return cleaned({**draft, "extras": self.extras.texts()})

    # -- who, what, under which terms ----------------------------------------------------------

    def _publisher(self) -> dict[str, str] | None:
        name = self._text("source", "organization", "orgName", "owner")
        return {"name": name} if name else None

    def _contact(self, about: Mapping[str, Any]) -> dict[str, str]:
        contacts = [self.metadata.get("mdContact"), about.get("idPoC")]
        for contact in [c for value in contacts for c in lenient_json.items(value)]:
            reach = contact.get("rpCntInfo")
            email = lenient_json.mail(_dig(reach, "cntAddress", "eMailAdd"))
            phone = lenient_json.phone(_dig(reach, "cntPhone", "voiceNum"))
            if email or phone:
                return cleaned({
                    "name": lenient_json.text(contact.get("rpIndName")),
                    "email": email, "phone": phone,
                    "unit": lenient_json.text(contact.get("rpOrgName")),
                })  # fmt: skip
        email = lenient_json.mail(self._text("orgContactEmail", "contactEmail"))
        return {"email": email} if email else {}

    def _keywords(self, about: Mapping[str, Any]) -> list[str]:
        found = lenient_json.texts(self.item.get("tags"), ",")
        for keys in lenient_json.items(about.get("searchKeys")):
            found += lenient_json.texts(keys.get("keyword"))
        return unique(found)

    def _themes(self) -> list[str]:
        """Categories are paths (``/Categories/Environment/Water``): each step but the first."""
        found = []
        for path in lenient_json.texts(self.item.get("categories")):
            steps = [step for step in path.split("/") if step.strip()]
            found += steps[1:] if path.startswith("/") and steps[:1] == ["Categories"] else steps
        return unique(found)

    def _language(self, about: Mapping[str, Any]) -> list[str]:
        code = _code(_dig(about, "dataLang", "languageCode")) or self._text("culture")
        return [code] if code else []

    def _licence(self) -> dict[str, Any]:
        structured = self.item.get("structuredLicense")
        structured = structured if isinstance(structured, Mapping) else {}
        html = self._text("licenseInfo")
        addresses = [absolute(found) for found in _HREF.findall(html)]
        words = plain_text(html)
        named = [
            lenient_json.text(structured.get(key))
            for key in ("url", "abbr", "type", "name", "text")
        ]
        named += [self._text("license")]
        candidates = [*named, *addresses, *links(words), words]
        return {
            "license": unique(c for c in candidates if c.lower() not in _NO_LICENCE),
            "rights": html,
        }

    # -- where ---------------------------------------------------------------------------------

    def _extent(self) -> geometry.Geometry | None:
        for name in ("itemExtent", "extent", "_geometry"):
            if found := geometry.esri(self.item.get(name)):
                return found
        for name in ("itemExtent", "extent", "_geometry"):
            self.extras.add("extent", lenient_json.as_extra(self.item.get(name)))
        return None

    def _landing_page(self) -> str:
        slug = self._text("slug")
        if self.hub:
            return f"{self.hub}/datasets/{quote(slug or self.id, safe=':')}" if self.id else ""
        return (
            f"{self.portal}/home/item.html?id={quote(self.id)}" if self.portal and self.id else ""
        )

    def _resources(self) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for resource in [*self._service(), *self._files(), *self._additional()]:
            found.setdefault(resource["url"], resource)
        return list(found.values())

    def _service(self) -> list[dict[str, Any]]:
        """The item's own address; of a service its layers, and what the Hub exports of each."""
        url = absolute(self._text("url"))
        if not url:
            return []
        is_service = self.kind.lower() in _SERVICES or "/rest/services/" in urlsplit(url).path
        if not is_service:
            return [
                cleaned(
                    {"url": url, "name": self.kind, "download_url": url if is_file(url) else None}
                )
            ]
        whole = cleaned({
            "url": url, "name": self.kind, "format": "ArcGIS", "access_service": url,
            "data_dictionary": self._dictionary(self.item.get("fields")),
        })  # fmt: skip
        resources = [whole]
        for number, name, fields in self._layers(url):
            if not re.search(r"Server/\d+/?$", url):
                resources.append(cleaned({
                    "url": f"{url.rstrip('/')}/{number}", "name": name, "format": "ArcGIS",
                    "access_service": url, "data_dictionary": self._dictionary(fields),
                }))  # fmt: skip
            resources += self._downloads(number, name)
        return resources

    def _layers(self, url: str) -> list[tuple[str, str, Any]]:
        """(number, name, fields) of the layers the item stands for."""
        own = re.search(r"Server/(\d+)/?$", url)
        number = own.group(1) if own else self.layer_id
        if number:
            return [(number, title(self.item), self.item.get("fields"))]
        found = []
        for layer in lenient_json.items(self.item.get("layers")):
            layer_number = lenient_json.integer(layer.get("id"))
            if layer_number is not None:
                found.append(
                    (str(layer_number), lenient_json.text(layer.get("name")), layer.get("fields"))
                )
        return found

    def _downloads(self, number: str, name: str) -> list[dict[str, Any]]:
        if not self.hub or not self.item_id or self.item.get("downloadable") is False:
            return []
        if self.kind.lower() in ("map service", "image service", "raster layer", "scene service"):
            return []
        server = self.item.get("server")
        server = server if isinstance(server, Mapping) else {}
        listed = lenient_json.texts(self._text("supportedExportFormats")
                             or server.get("supportedExportFormats"), ",")  # fmt: skip
        is_table = self.kind.lower() == "table"
        base = f"{self.hub}/api/download/v1/items/{quote(self.item_id)}"
        return [
            {
                "url": f"{base}/{code}?layers={number}",
                "download_url": f"{base}/{code}?layers={number}",
                "name": f"{name} ({form})" if name else form,
                "format": form,
            }
            for export, code, form in _DOWNLOADS
            # KML is made by the Hub and never listed among the service's own formats.
            if (not listed or export in listed or export == "kml")
            and not (is_table and code != "csv")
        ]

    def _files(self) -> list[dict[str, Any]]:
        form = _FILES.get(self._text("type").lower())
        if form is None or not self.portal or not self.item_id:
            return []
        url = f"{self.portal}/sharing/rest/content/items/{quote(self.item_id)}/data"
        size = lenient_json.integer(self.item.get("size"))
        return [cleaned({
            "url": url, "download_url": url, "name": self._text("name") or title(self.item),
            "format": form, "size": size or None,
        })]  # fmt: skip

    def _additional(self) -> list[dict[str, Any]]:
        found = []
        for extra in lenient_json.items(self.item.get("additionalResources")):
            if url := absolute(extra.get("url")):
                found.append(cleaned({
                    "url": url, "name": lenient_json.text(extra.get("name")),
                    "format": "ArcGIS" if re.search(r"Server(?:/\d+)?/?$", url) else None,
                    "download_url": url if is_file(url) else None,
                }))  # fmt: skip
        return found

    def _dictionary(self, fields: Any) -> str:
        """One line a field: name, alias, type, description."""
        lines = []
        for field in lenient_json.items(fields):
            name, alias = (
                lenient_json.text(field.get("name")),
                lenient_json.text(field.get("alias")),
            )
            kind = lenient_json.text(field.get("type")).removeprefix("esriFieldType")
            about = lenient_json.unpacked(field.get("description"))
            about = lenient_json.text(about.get("value") if isinstance(about, Mapping) else about)
            shown = [
                name,
                f"({alias})" if alias and alias != name else "",
                f"[{kind}]" if kind else "",
            ]
            lines.append(" ".join(filter(None, shown)) + (f": {about}" if about else ""))
        return "\n".join(filter(None, lines))

    # -- the rest ------------------------------------------------------------------------------

    def _facts(self, about: Mapping[str, Any], draft: Mapping[str, Any]) -> None:
        self.extras.add("item_type", self.kind)
        own = read(self._text("url"))
        self.extras.add("url_text", *own.urls[1:], own.rest)
        self.extras.add(
            "snippet",
            self._text("snippet") if draft["notes"] != self._text("snippet") else "",
        )
        named = (self._publisher() or {}).get("name")
        agencies = [self._text(key) for key in ("source", "organization", "orgName")]
        self.extras.add("organization_name", *(name for name in agencies if name != named))
        for extra in lenient_json.items(self.item.get("additionalResources")):
            if not absolute(extra.get("url")):
                self.extras.add("additional_resource", lenient_json.as_extra(extra))
        self.extras.add("attribution", self._text("accessInformation"))
        self.extras.add("credit", lenient_json.text(about.get("idCredit")))
        self.extras.add("thumbnail", absolute(self.item.get("thumbnailUrl")))
        if draft["issued"] != moment(self.item.get("created")):
            self.extras.add("created", moment(self.item.get("created")))
        layers = [
            lenient_json.text(layer.get("name"))
            for layer in lenient_json.items(self.item.get("layers"))
        ]
        self.extras.add("layers", "; ".join(unique(layers)))
        if self.metadata:
            self.extras.add("metadata", lenient_json.as_extra(self.metadata))
        used = {*_USED, "accessInformation", "snippet"}
        for key, value in lenient_json.leftovers(self.item, used).items():
            if key.endswith(("odified", "reated", "Date")):
                value = moment(value) or value
            self.extras.add(key, value)


def _dig(value: Any, *keys: str) -> Any:
    """The value at a path of keys; the first item of a list on the way."""
    for key in keys:
        value = value[0] if isinstance(value, list) and value else value
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _code(value: Any) -> str:
    """A code of ArcGIS metadata: ``{"@_value": "ger"}`` or the code alone."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, Mapping):
        return lenient_json.text(value.get("@_value")) or lenient_json.text(value.get("value"))
    return lenient_json.text(value)
