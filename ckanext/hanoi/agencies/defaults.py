"""What an agency's datasets have in common: whom to ask, which terms. Proposed for a new one."""
from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.agencies import store

#: So many datasets of the agency, those changed last, tell what is usual there.
_LOOKED_AT = 200
#: Terms of the city's own agencies for open data (Article 43 of the law on e-transactions).
_CITYS_LICENSE = "vn-luat-gddt-2023"
#: Not the person's name: who fills the form in now is somebody else.
CONTACT = ("contact_unit", "contact_email", "contact_phone")
FIELDS = (*CONTACT, "license_id")


def of_agency(group: model.Group) -> dict[str, str]:
    """Values for ``FIELDS``, as far as they are known: of the agency itself, else of the dataset of
    it that was changed last; the licence that most of its datasets have, else the city's terms
    for an agency of the city."""
    known = store.rows(model.Group.id == group.id)
    extras = known[0].extras if known else {}
    query = (
        sa.select(model.Package)
        .where(model.Package.owner_org == group.id, model.Package.state == "active",
               model.Package.type == "dataset", model.Package.private.is_(False))
        .order_by(model.Package.metadata_modified.desc()).limit(_LOOKED_AT)
    )  # fmt: skip
    datasets = list(model.Session.execute(query).scalars())
    last = next((one.extras for one in datasets if any(one.extras.get(k) for k in CONTACT)), {})
    found = {
        "contact_unit": last.get("contact_unit") or group.title,
        "contact_email": extras.get("email") or last.get("contact_email"),
        "contact_phone": extras.get("phone") or last.get("contact_phone"),
    }
    licenses = Counter(one.license_id for one in datasets
                       if one.license_id and one.license_id != "notspecified")  # fmt: skip
    if licenses:
        found["license_id"] = licenses.most_common(1)[0][0]
    elif extras.get("hanoi_agency"):
        found["license_id"] = _CITYS_LICENSE
    return {name: str(value) for name, value in found.items() if value}
