"""Repeated and missing identifiers."""
from __future__ import annotations

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.harvest.identity import Candidate, Distinct, identified
from ckanext.hanoi.harvest.record import Record, Unreadable


def one(identifier: str | None, title: str, url: str = "", text: str = "", issued=None):
    content = {"title": title, "url": url, "text": text}
    return Candidate(content, identifier, title, url, issued)


def guids(candidates: list[Candidate]) -> dict[str, dict]:
    records = list(identified(lambda: candidates))
    assert all(isinstance(r, Record) for r in records)
    found = {r.guid: r.content for r in records}
    assert len(found) == len(records)
    return found


def test_an_identifier_that_is_not_repeated_is_the_guid():
    assert set(guids([one("a", "A"), one(" b ", "B")])) == {"a", "b"}


def test_a_repeated_record_comes_once():
    assert set(guids([one("a", "A"), one("b", "B"), one("a", "A")])) == {"a", "b"}


def test_two_datasets_with_one_identifier_both_stay():
    found = guids([one("a", "Chợ"), one("a", "Công viên")])
    assert len(found) == 2
    assert "a" in found
    assert sorted(c["title"] for c in found.values()) == ["Chợ", "Công viên"]


def test_the_older_dataset_keeps_the_plain_identifier():
    found = guids([one("a", "Mới", issued="2024-05-06"), one("a", "Cũ", issued="2019-01-02T03:04")])
    assert found["a"]["title"] == "Cũ"
    found = guids([one("a", "Không ngày"), one("a", "Có ngày", issued="2024")])
    assert found["a"]["title"] == "Có ngày"


def test_same_identifier_and_title_are_told_apart_by_address_then_by_number():
    same = [one("a", "T", u, x) for u, x in [("u1", "1"), ("u2", "2"), ("u2", "3"), ("u2", "4")]]
    assert len(guids(same)) == 4


def test_a_record_without_identifier_is_known_by_title_and_address():
    first = guids([one(None, "Chợ Đồng Xuân", "http://x/1"), one("", "Chợ", "http://x/2")])
    again = guids([one("", "chợ  Đồng xuân", "http://x/1", text="changed"), one(None, "Chợ", "z")])
    assert all(g.startswith("hash:") for g in first)
    assert len(set(first) & set(again)) == 1


def test_records_with_nothing_at_all_are_not_taken_for_one():
    assert len(guids([one(None, "", text="a"), one(None, "", text="b")])) == 2


def test_what_is_unreadable_passes_through_once():
    bad = Unreadable("Row %(row)s", {"row": 3})
    assert list(identified(lambda: [bad, one("a", "A")]))[0] is bad
    assert len(list(identified(lambda: [bad, one("a", "A")]))) == 2


candidates = st.lists(
    st.builds(
        one,
        st.sampled_from([None, "", "a", "b"]),
        st.sampled_from(["", "T", "U", "Đ"]),
        st.sampled_from(["", "http://1", "http://2"]),
        st.sampled_from(["", "x", "y"]),
        st.sampled_from([None, "2020-01-01", "2021", "nonsense"]),
    ),
    max_size=14,
)


@settings(max_examples=150)
@given(candidates, st.randoms(use_true_random=False))
def test_identities_do_not_depend_on_the_order(found, random):
    shifted = list(found)
    random.shuffle(shifted)
    assert guids(found) == guids(shifted)


@settings(max_examples=150)
@given(candidates)
def test_no_dataset_is_lost_and_no_guid_given_twice(found):
    contents = {tuple(c["content"].values()) for c in map(_as_dict, found)}
    by_identifier = {((c.identifier or "").strip(), *c.content.values(), c.issued) for c in found}
    result = guids(found)
    assert {tuple(c.values()) for c in result.values()} == contents
    assert len(result) <= len(by_identifier)
    assert all(result)


def _as_dict(candidate: Candidate) -> dict:
    return {"content": candidate.content}


@settings(max_examples=100)
@given(candidates)
def test_a_source_that_can_be_read_only_once_loses_nothing_either(found):
    distinct, twice = Distinct(), Distinct()
    first = [distinct.guid(c) for c in found]
    assert first == [twice.guid(c) for c in found]
    given = [g for g in first if g is not None]
    assert len(given) == len(set(given))
    assert {tuple(c.content.values()) for c, g in zip(found, first, strict=True) if g} == {
        tuple(c.content.values()) for c in found
    }


@settings(max_examples=100)
@given(candidates)
def test_a_duplicate_that_comes_later_does_not_take_an_identity_over(found):
    found = [one(c.identifier, c.title, c.url, c.content["text"], "2020-01-01") for c in found]
    before = guids([*found, one("c", "Cũ", issued="2020-01-01")])
    later = one("c", "Mới", issued="2024-01-01")
    after = guids([*found, later, one("c", "Cũ", issued="2020-01-01")])
    assert before["c"] == after["c"]
    assert set(before) <= set(after)


def test_a_hundred_thousand_identifiers_are_remembered_in_thirty_megabytes():
    distinct = Distinct()
    tracemalloc.start()
    for n in range(4_000):
        distinct.note(one(f"id-{n}", f"Tập dữ liệu {n}"))
    for n in range(4_000):
        assert distinct.guid(one(f"id-{n}", f"Tập dữ liệu {n}")) == f"id-{n}"
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held * 25 < 30_000_000
