"""May the data be reused, and whom can one ask?"""

from __future__ import annotations

from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality.measure import Data, DatasetMeasure, Links, ResourceMeasure, is_filled
from ckanext.hanoi.vocabulary import vocabulary

TITLE = N_("Reusability")

_NONE = frozenset({"", "notspecified"})


def _license(resource: Data, dataset: Data) -> str:
    """The licence of a resource: its own, else the dataset's; '' where there is none."""
    code = str(resource.get("license_id") or dataset.get("license_id") or "")
    return "" if code in _NONE else code


class License(ResourceMeasure):
    name = "license"
    title = N_("Licence")
    points = 20
    field = "license_id"
    for_all = True
    remedy = N_("Choose the terms of use under “%(field)s”.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return bool(_license(resource, dataset))


class LicenseFromVocabulary(ResourceMeasure):
    name = "license_vocabulary"
    title = N_("Licence from the list")
    points = 10
    field = "license_id"
    for_all = True
    remedy = N_("Choose a known licence from the list under “%(field)s”.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float:
        return vocabulary("license").find(_license(resource, dataset)) is not None


class AccessRights(DatasetMeasure):
    name = "access_rights"
    title = N_("Access level")
    points = 10
    field = "access_level"
    remedy = N_("Say under “%(field)s” who may have the data.")

    def reached(self, dataset: Data) -> bool:
        return is_filled(dataset.get("access_level"))


class AccessRightsFromVocabulary(DatasetMeasure):
    name = "access_rights_vocabulary"
    title = N_("Access level from the list")
    points = 5
    field = "access_level"
    remedy = N_("Choose “%(field)s” from the list.")

    def reached(self, dataset: Data) -> bool:
        term = vocabulary("access_level").find(dataset.get("access_level"))
        return bool(term and term.uri)


class ContactPoint(DatasetMeasure):
    name = "contact_point"
    title = N_("Contact")
    points = 20
    field = "contact_email"
    remedy = N_("Say whom people can ask: “%(field)s”, a telephone number or an office.")

    def reached(self, dataset: Data) -> bool:
        keys = ("contact_email", "contact_phone", "contact_unit", "contact_name")
        return any(is_filled(dataset.get(key)) for key in keys)


class Publisher(DatasetMeasure):
    name = "publisher"
    title = N_("Publisher")
    points = 10
    field = "owner_org"
    remedy = N_("Choose the agency that publishes the data under “%(field)s”.")

    def reached(self, dataset: Data) -> bool:
        return is_filled(dataset.get("owner_org"))
