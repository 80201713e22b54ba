"""Reusability: licence, access, contact and publisher."""

from __future__ import annotations

import pytest
from samples import reached


def test_a_file_has_its_own_licence_or_that_of_the_dataset():
    assert reached("license", {"license_id": "cc-by-4.0"})
    assert reached("license", {}, {"license_id": "cc-by-4.0"})
    assert not reached("license", {"license_id": "notspecified"})
    assert not reached("license")


def test_a_licence_is_from_the_list_or_not():
    assert reached("license_vocabulary", {"license_id": "vn-luat-gddt-2023"})
    assert not reached("license_vocabulary", {"license_id": "giay-phep-rieng"})
    assert not reached("license_vocabulary", {"license_id": "notspecified"})
    assert not reached("license_vocabulary")


def test_access_is_said_and_from_the_list():
    assert reached("access_rights", {"access_level": "open"})
    assert reached("access_rights_vocabulary", {"access_level": "open"})
    assert reached("access_rights", {"access_level": "bí mật"})
    assert not reached("access_rights_vocabulary", {"access_level": "bí mật"})
    assert not reached("access_rights")


@pytest.mark.parametrize("field", ["email", "phone", "unit", "name"])
def test_any_way_to_ask_is_a_contact(field):
    assert reached("contact_point", {f"contact_{field}": "Văn phòng Sở"})
    assert not reached("contact_point", {f"contact_{field}": ""})


def test_the_agency_is_the_publisher():
    assert reached("publisher", {"owner_org": "org-1"})
    assert not reached("publisher")
