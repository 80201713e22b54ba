"""Where an ISO record says that its data is: online resources, their formats and services."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from ckanext.hanoi.harvest.standards.iso_values import IsoReader, Online
from ckanext.hanoi.harvest.standards.source_dataset import Extras, cleaned, copies, is_file, plain
from ckanext.hanoi.parsing import geometry, xml

_SERVICES = (
    (r"\bwmts\b", "WMTS"), (r"\bwms(?!t)", "WMS"), (r"\bwfs", "WFS"), (r"\bwcs\b", "WCS"),
    (r"\bwps\b", "WPS"), (r"\bcsw\b", "CSW"), (r"ogc ?api|ogc:?features", "OGC API"),
    (r"esri|arcgis|featureserver|mapserver", "ArcGIS"),
)  # fmt: skip
_FILES = (
    (r"geo-?json", "GeoJSON"), (r"\bkmz\b", "KMZ"), (r"\bkml\b", "KML"), (r"\bgml", "GML"),
    (r"shape|\bshp\b", "SHP"), (r"geopackage|\bgpkg\b", "GPKG"), (r"geo-?tiff", "GeoTIFF"),
    (r"\bcsv\b", "CSV"), (r"excel2007|xlsx", "XLSX"), (r"excel|\bxls\b", "XLS"),
    (r"netcdf", "NetCDF"), (r"\brss\b|georss", "RSS"), (r"\batom\b", "Atom"),
)  # fmt: skip


def resources(
    read: IsoReader, info: Sequence[etree._Element], extras: Extras
) -> list[dict[str, Any]]:
    """The resources of a record; what of them has no field goes to ``extras``.

    ``info`` are the identifications of the record (``MD_DataIdentification``, a service's).
    """
    formats = _formats(read, info)
    extras.add("distribution_format", "; ".join(formats))
    found: dict[str, dict[str, Any]] = {}
    for online, size in _online(read, info, extras):
        if not online.url:
            extras.add("link", " ".join(filter(None, (plain(online.name), online.link))))
            continue
        resource = _resource(online, size, formats)
        known = found.setdefault(f"{online.url} {plain(online.name)}", resource)
        for key, value in resource.items():
            known.setdefault(key, value)
        for more in copies(resource, online.more)[1:]:
            found.setdefault(f"{more['url']} {plain(online.name)}", more)
    return list(found.values())


def _online(
    read: IsoReader, info: Sequence[etree._Element], extras: Extras
) -> list[tuple[Online, str]]:
    """Online resources, each with its size in megabytes as written, where one is given for it."""
    places = "distributionInfo/MD_Distribution"
    options = "MD_DigitalTransferOptions"
    found: list[tuple[Online, str]] = []
    for option in xml.paths(
        read.root,
        f"{places}/transferOptions/{options}",
        f"{places}/distributor/MD_Distributor/distributorTransferOptions/{options}",
    ):
        size = read.value(xml.path(option, "transferSize"))
        online = [read.online(e) for e in xml.paths(option, "onLine")]
        found += [(o, size if len(online) == 1 else "") for o in online]
        if size and len(online) != 1:
            extras.add("transfer_size", f"{size} MB")
    for identification in info:
        for element in xml.paths(identification, "containsOperations/*/connectPoint"):
            found.append((read.online(element), ""))
    return found


def _formats(read: IsoReader, info: Sequence[etree._Element]) -> list[str]:
    elements = [e for i in info for e in xml.paths(i, "resourceFormat/MD_Format")]
    elements += xml.descendants(xml.path(read.root, "distributionInfo"), "MD_Format")
    names = ("name", "formatSpecificationCitation/CI_Citation/title")
    return read.values([e for element in elements for e in xml.paths(element, *names)])


def _resource(online: Online, size: str, formats: list[str]) -> dict[str, Any]:
    service = _service(online)
    written = service or _file_format(online)
    if not written and len(formats) == 1 and _is_download(online):
        written = formats[0]
    megabytes = geometry.number(size)
    return cleaned({
        "url": online.url,
        "download_url": online.url if _is_download(online) and not service else None,
        "name": online.name,
        "description": online.description,
        "format": written,
        "mimetype": online.mimetype,
        "size": int(megabytes * 1_000_000) if megabytes and 0 < megabytes < 1e9 else None,
        "access_service": online.url if service else None,
        "extras": cleaned({"protocol": online.protocol, "function": online.function,
                           "application_profile": online.profile, "url_text": online.rest}),
    })  # fmt: skip


def _service(online: Online) -> str:
    """The kind of service that an online resource is, by its protocol, else by its address."""
    if re.match(r"(?i)www:download|file:|\w+/", online.protocol):
        return ""
    query = {key.lower(): value[0].lower() for key, value in _query(online.url).items()}
    if query.get("request", "getcapabilities") != "getcapabilities":
        return ""
    for words in (online.protocol, query.get("service", "")):
        for pattern, name in _SERVICES:
            if words and re.search(pattern, words, re.I):
                return name
    address = online.url.partition("#")[0].partition("?")[0]
    if re.search(r"/(?:Feature|Map|Image)Server(?:/\d+)?/?$", address):
        return "ArcGIS"
    return ""


def _file_format(online: Online) -> str:
    """The format of a file by its declared type, its name, or the parameters of its address."""
    query = {key.lower(): value[0] for key, value in _query(online.url).items()}
    wanted = query.get("outputformat") or query.get("format") or ""
    if query.get("service", "").lower() == "wfs" and "json" in wanted.lower():
        return "GeoJSON"
    if re.fullmatch(r"\w+/[\w.+-]+", online.protocol):
        return online.protocol
    for words in (wanted, online.protocol):
        for pattern, name in _FILES:
            if words and re.search(pattern, words, re.I):
                return name
    if wanted and not is_file(online.url):
        return wanted
    extension = re.search(r"\.([A-Za-z0-9]{2,7})$", plain(online.name))
    if extension and not is_file(online.url):
        return extension.group(1).lower()
    return ""


def _is_download(online: Online) -> bool:
    return (
        "download" in online.protocol.lower()
        or online.function == "download"
        or is_file(online.url)
    )


def _query(url: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(url).query)
    except ValueError:
        return {}
