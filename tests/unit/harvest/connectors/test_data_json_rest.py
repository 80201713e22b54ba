"""Nothing of a data.json dataset is lost, also where it says more than the fields can hold."""

from __future__ import annotations

import json

from ckanext.hanoi.harvest.standards.data_json import to_draft

BY = "https://creativecommons.org/licenses/by/4.0/"


def test_further_contacts_publishers_pages_periods_and_licences_are_kept():
    found = to_draft({
        "title": "Chợ", "identifier": "a",
        "contactPoint": [{"fn": "An", "hasEmail": "mailto:an@x.vn"},
                         {"fn": "Bình", "hasEmail": "mailto:binh@x.vn"}],
        "publisher": [{"name": "Sở A", "@id": "https://x.vn/a"}, {"name": "Sở B"}],
        "landingPage": ["https://x.vn/1", "https://x.vn/2"],
        "temporal": [{"startDate": "2019", "endDate": "2020"},
                     {"startDate": "2021", "endDate": "2022"}],
        "license": [BY, "Ghi nguồn khi dùng"],
    })  # fmt: skip
    assert found["contact"] == {"name": "An", "email": "an@x.vn"}
    assert found["publisher"] == {"name": "Sở A", "uri": "https://x.vn/a"}
    assert found["license"] == [BY]
    extras = found["extras"]
    assert json.loads(extras["contactPoint_other"])["fn"] == "Bình"
    assert json.loads(extras["publisher_other"]) == {"name": "Sở B"}
    assert extras["landingPage_other"] == "https://x.vn/2"
    assert json.loads(extras["temporal_other"]) == {"startDate": "2021", "endDate": "2022"}
    assert extras["license_other"] == "Ghi nguồn khi dùng"


def test_what_is_told_once_is_not_told_again():
    found = to_draft({
        "title": "Chợ", "identifier": "a", "license": BY, "landingPage": "https://x.vn/1",
        "contactPoint": {"@type": "vcard:Contact", "fn": "An", "hasEmail": "mailto:an@x.vn"},
        "publisher": {"@type": "org:Organization", "name": "Sở A"},
        "temporal": {"startDate": "2019", "endDate": "2020"},
    })  # fmt: skip
    assert "extras" not in found


def test_an_identifier_that_is_an_object_is_kept_whole():
    identifier = {"@id": "https://doi.org/10.5/x", "notation": "10.5/x", "schemaAgency": "DataCite"}
    found = to_draft({"title": "Chợ", "identifier": identifier})
    assert found["identifier"] == "10.5/x"
    assert json.loads(found["extras"]["identifier_other"]) == identifier


def test_each_file_of_a_distribution_is_a_resource_and_columns_are_told_in_full():
    found = to_draft({"title": "Chợ", "distribution": [{
        "title": "Bảng", "downloadURL": ["https://x.vn/1.csv", "https://x.vn/2.csv"],
        "checksum": [{"algorithm": "MD5", "checksumValue": "ab"},
                     {"algorithm": "SHA256", "checksumValue": "cd"}],
        "byteSize": "12 KB",
        "field": [{"title": "dài", "type": "int", "description": "Chiều dài", "units": "km"},
                  "tên"],
    }]})  # fmt: skip
    first, second = found["resources"]
    assert [first["download_url"], second["download_url"]] == [
        "https://x.vn/1.csv", "https://x.vn/2.csv",
    ]  # fmt: skip
    assert first["data_dictionary"] == "dài (int): Chiều dài; units: km\ntên"
    assert (first["hash"], "hash" in second) == ("ab", False)
    assert json.loads(first["extras"]["checksum_other"])["checksumValue"] == "cd"
    assert first["extras"]["byteSize_other"] == "12 KB"
