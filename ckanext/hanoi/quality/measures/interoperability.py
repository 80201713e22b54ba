"""Can programs use the data?"""

from __future__ import annotations

import re
from typing import Any

from ckanext.hanoi.dcat.triples import address, date
from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality.measure import Data, DatasetMeasure, Links, ResourceMeasure, is_filled
from ckanext.hanoi.vocabulary import Term, vocabulary

TITLE = N_("Interoperability")

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_PLAIN = "http://www.w3.org/2001/XMLSchema#string"


def _format(resource: Data) -> Term | None:
    return vocabulary("format").find(resource.get("format"))


class Format(ResourceMeasure):
    name = "format"
    title = N_("Format")
    points = 20
    field = "format"
    remedy = N_("Choose the format of the file under “%(field)s”.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return is_filled(resource.get("format"))


class MediaType(ResourceMeasure):
    name = "media_type"
    title = N_("Media type")
    points = 10
    field = "mimetype"
    remedy = N_("Give the media type under “%(field)s”, for example text/csv.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return is_filled(resource.get("mimetype"))


class FromVocabulary(ResourceMeasure):
    """Half for the format (EU file-type authority table), half for the media type (IANA)."""

    name = "format_vocabulary"
    title = N_("Format and media type from the lists")
    points = 10
    field = "format"
    remedy = N_("Choose “%(field)s” from the list; a media type is one registered at IANA.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        term = _format(resource)
        media_type = vocabulary("media_type").find(resource.get("mimetype"))
        return (bool(term and term.uri) + bool(media_type)) / 2


class NonProprietary(ResourceMeasure):
    name = "non_proprietary"
    title = N_("Open format")
    points = 20
    field = "format"
    remedy = N_("Offer the data in an open “%(field)s” too, such as CSV or JSON.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        term = _format(resource)
        return bool(term and term.extra.get("non_proprietary"))


class MachineReadable(ResourceMeasure):
    name = "machine_readable"
    title = N_("Machine-readable format")
    points = 20
    field = "format"
    remedy = N_("Offer the data in a “%(field)s” that programs can read, not as PDF or pictures.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        term = _format(resource)
        return bool(term and term.extra.get("machine_readable"))


class DcatAp(DatasetMeasure):
    """Whether what our profile says of the dataset is valid DCAT-AP 3 without its stopgaps: a title
    in the place of a description, the catalog's page in the place of the data's address."""

    name = "dcat_ap"
    title = N_("Valid DCAT-AP")
    points = 30
    field = "notes"
    remedy = N_("DCAT-AP wants a title, “%(field)s”, a web address for each file and proper dates.")

    def reached(self, dataset: Data) -> bool:
        described = is_filled(dataset.get("notes")) or is_filled(dataset.get("notes_en"))
        resources = dataset.get("resources") or ()
        return (
            is_filled(dataset.get("title"))
            and described
            and _dated(dataset)
            and all(_distribution(resource) for resource in resources)
        )


def _distribution(resource: Data) -> bool:
    if address(resource.get("url")) is None:
        return False
    if is_filled(resource.get("hash")) and not (
        _HEX.fullmatch(str(resource["hash"]))
        and vocabulary("hash_algorithm").find(resource.get("hash_algorithm"))
    ):
        return False
    return _dated(resource)


def _dated(data: Data) -> bool:
    return all(_is_date(data[key]) for key in ("issued", "modified") if data.get(key))


def _is_date(value: Any) -> bool:
    return date(str(value)).datatype.value != _PLAIN
