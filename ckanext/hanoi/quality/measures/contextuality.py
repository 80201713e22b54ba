"""What else helps to judge the data?"""

from __future__ import annotations

from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality.measure import Data, Links, ResourceMeasure, is_filled

TITLE = N_("Contextuality")


def _said(key: str, resource: Data, dataset: Data) -> bool:
    """Of the file, or of the whole dataset."""
    return is_filled(resource.get(key)) or is_filled(dataset.get(key))


class Rights(ResourceMeasure):
    name = "rights"
    title = N_("Notes on rights")
    points = 5
    field = "rights"
    for_all = True
    remedy = N_("Say under “%(field)s” what else users have to know: how to name the source.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return _said("rights", resource, dataset)


class ByteSize(ResourceMeasure):
    name = "byte_size"
    title = N_("Size of the file")
    points = 5
    field = "size"
    remedy = N_("Give the size of the file in bytes under “%(field)s”; uploads are measured.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return str(resource.get("size") or "").isdigit()


class Issued(ResourceMeasure):
    name = "issued"
    title = N_("Date of release")
    points = 5
    field = "issued"
    for_all = True
    remedy = N_("Give the day of the first publication under “%(field)s”.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return _said("issued", resource, dataset)


class Modified(ResourceMeasure):
    name = "modified"
    title = N_("Date of the last update")
    points = 5
    field = "modified"
    for_all = True
    remedy = N_("Give the day on which the data last changed under “%(field)s”.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return _said("modified", resource, dataset)
