"""What look-alikes of CKAN write otherwise is not lost."""

from __future__ import annotations

import json

from ckanext.hanoi.harvest.standards.ckan_package import to_draft


def draft(**package):
    return to_draft({"id": "1", "title": "Chợ", **package}, "https://x.vn")


def test_tags_in_one_text_stand_apart():
    assert draft(tags="xe buýt, tàu điện; phà")["keywords"] == ["xe buýt", "tàu điện", "phà"]
    assert draft(tags=[{"name": "a, b"}])["keywords"] == ["a, b"]


def test_further_people_are_kept():
    people = [{"name": "An", "email": "an@x.vn"}, {"name": "Bình"}]
    found = draft(author=json.dumps(people))
    assert found["contact"] == {"name": "An", "email": "an@x.vn"}
    assert json.loads(found["extras"]["author_other"]) == {"name": "Bình"}
    found = draft(contact_point=people)
    assert json.loads(found["extras"]["contact_point_other"]) == {"name": "Bình"}


def test_a_size_that_is_no_number_is_kept_as_it_is_written():
    resources = [{"url": "https://x.vn/1", "size": size} for size in ("1,5 MB", "7")]
    assert [r["size"] for r in draft(resources=resources)["resources"]] == ["1,5 MB", 7]
