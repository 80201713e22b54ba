from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.dataset.diff import differences, is_same_resource, keep_resource_ids, normal

FIELDS = ["title", "notes", "tags", "extras", "resources", "private", "theme"]


def test_the_same_dataset_as_shown_and_as_written_has_no_difference():
    shown = {
        "title": "A", "notes": "", "private": False, "theme": [],
        "tags": [{"name": "b", "id": "1"}, {"name": "a", "id": "2"}],
        "extras": [{"key": "x", "value": "1"}],
        "resources": [{"id": "r", "url": "u", "size": 3, "position": 0, "hash": ""}],
    }  # fmt: skip
    written = {
        "title": "A", "private": "False", "tags": [{"name": "a"}, {"name": "b"}],
        "extras": [{"key": "x", "value": "1"}], "resources": [{"id": "q", "url": "u", "size": "3"}],
    }  # fmt: skip
    assert differences(shown, written, FIELDS) == {}


def test_a_difference_tells_old_and_new():
    assert differences({"title": "A"}, {"title": "B"}, FIELDS) == {"title": ("A", "B")}
    assert differences({"notes": "A"}, {}, FIELDS) == {"notes": ("A", None)}


def test_a_resource_is_the_same_whatever_the_catalog_put_down_beside_it():
    shown = {"id": "r", "url": "u", "size": 3, "position": 1, "created": "2026-01-01", "hash": ""}
    assert is_same_resource(shown, {"id": "r", "url": "u", "size": "3"})
    assert not is_same_resource(shown, {"id": "r", "url": "u"})
    assert not is_same_resource(shown, {"id": "r", "url": "u", "size": 3, "name": "Tệp"})


@given(st.dictionaries(st.sampled_from(FIELDS[:2]), st.text()))
def test_normalising_twice_is_normalising_once(dataset):
    assert normal(normal(dataset, FIELDS), FIELDS) == normal(dataset, FIELDS)


def ids(resources):
    return [resource["id"] for resource in resources]


def test_a_resource_is_recognised_by_its_own_id_else_by_its_address():
    first = [{"id": "1", "url": "a"}, {"id": "2", "url": "b"}]
    known = keep_resource_ids([], first, "dataset")
    again = [{"id": "2", "url": "moved"}, {"id": "new id", "url": "a"}, {"url": "c"}]
    keep_resource_ids(known, again, "dataset")
    assert ids(again)[:2] == [ids(first)[1], ids(first)[0]]
    assert ids(again)[2] not in ids(first)


def test_resources_with_one_address_keep_an_id_each():
    first = [{"url": "a", "name": "1"}, {"url": "a", "name": "2"}]
    known = keep_resource_ids([], first, "dataset")
    again = [{"url": "a", "name": "1"}, {"url": "a", "name": "2"}]
    keep_resource_ids(known, again, "dataset")
    assert ids(again) == ids(first)
    assert len(set(ids(first))) == 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=6))
def test_ids_are_distinct_and_the_same_when_the_batch_is_done_again(pairs):
    resources = [{"id": key, "url": url} for key, url in pairs]
    once = [dict(r) for r in resources]
    twice = [dict(r) for r in resources]
    known = keep_resource_ids([], once, "dataset")
    keep_resource_ids(known, twice, "dataset")
    assert ids(once) == ids(twice)
    assert len(set(ids(once))) == len(once)
