"""The rules that form, API and harvest share."""
from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.dataset.rules import RuleError


def refused(rule, *args, **kwargs):
    with pytest.raises(RuleError) as caught:
        rule(*args, **kwargs)
    return str(caught.value)


@given(st.text())
def test_cleaned_text_is_stable_and_composed(value):
    once = rules.text(value)
    assert rules.text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in once if c not in "\n\t")


def test_text_loses_control_characters_and_foreign_line_ends():
    assert rules.text(" a\x00b\r\nc\rd\u2028e\x07 ") == "ab\nc\nd\ne"
    assert rules.text(unicodedata.normalize("NFD", "Thủy lợi")) == "Thủy lợi"


def test_a_line_is_one_line():
    assert rules.short_text(" Cây \n xanh\t2025 ") == "Cây xanh 2025"


def test_text_that_the_index_can_not_take_is_refused():
    assert rules.limited("á" * 8000)
    assert "8000" in refused(rules.limited, "á" * 8001)


@pytest.mark.parametrize("value", [True, "true", "True", "1", 1, "có", "CÓ", "co", "yes", "on"])
def test_yes_is_understood(value):
    assert rules.flag(value) is True


@pytest.mark.parametrize("value", [False, "false", "0", 0, "không", "khong", "no", "", None])
def test_no_is_understood(value):
    assert rules.flag(value) is False


@pytest.mark.parametrize("value", ["có lẽ", "2", [], {}])
def test_neither_yes_nor_no_is_refused(value):
    assert "neither yes nor no" in refused(rules.flag, value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["Giáo dục", "y te", "Giáo dục"], ["giao-duc", "y-te"]),
        ('["giao-duc", "Y tế"]', ["giao-duc", "y-te"]),
        ("Kinh tế, thương mại", ["kinh-te"]),
        ("Y tế; Giáo dục", ["y-te", "giao-duc"]),
        ("Y tế, Giáo dục", ["y-te", "giao-duc"]),
        ("Y tế\nGiáo dục\n", ["y-te", "giao-duc"]),
        (["Y tế, Giáo dục"], ["y-te", "giao-duc"]),
        ("", []), ([], []), (None, []), (["", None], []), ([""], []),
    ],
)
def test_terms_are_found_however_they_are_listed(value, expected):
    assert rules.terms("theme", value) == expected


@pytest.mark.parametrize("value", ["phép thuật", ["Y tế", "phép thuật"], "Y tế, phép thuật", [7]])
def test_a_word_that_is_no_term_is_refused(value):
    assert "is not in the list" in refused(rules.terms, "theme", value)


def test_a_list_of_objects_is_refused():
    assert "list of texts" in refused(rules.as_list, [{"a": 1}])


def test_a_refusal_names_the_choices_that_look_alike():
    assert "MONTHLY (Hằng tháng)" in refused(rules.term, "frequency", "hang thag")
    assert refused(rules.term, "frequency", "@@@") == '"@@@" is not in the list'


def test_a_spreadsheets_number_is_a_wards_code():
    assert rules.terms("ward", [70, "00004"]) == ["00070", "00004"]


def test_broken_json_is_a_text():
    assert rules.as_list("[a, b") == ["[a, b"]
    assert rules.as_list('["a", 1]') == ["a", "1"]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [("2025-02", "2025-01", "The end 01/2025 lies before the start 02/2025"),
     ("2025-01-02", "2025-01-01", "The end 01/01/2025 lies before the start 02/01/2025"),
     ("2026", "2025", "The end 2025 lies before the start 2026"),
     ("2025-02-01T10:00:00", "2025-01-31", "the start 01/02/2025 10:00")],
)
def test_a_period_can_not_end_before_it_starts(start, end, said):
    assert said in refused(rules.check_period, start, end)


@pytest.mark.parametrize(
    ("start", "end"),
    [("2025", "2025"), ("2025-06", "2025"), ("2025", "2025-03"), ("", "2025"), ("2025", ""),
     ("2025-01-01", "2025-01-01")],
)
def test_a_period_that_may_be_right_passes(start, end):
    assert rules.check_period(start, end) is None


@pytest.mark.parametrize("sensitivity", ["core", "important", "other"])
@pytest.mark.parametrize("personal", [True, False])
@pytest.mark.parametrize("private", [True, False])
def test_only_other_data_without_persons_may_be_public(sensitivity, personal, private):
    if private or (sensitivity == "other" and not personal):
        assert rules.check_private(sensitivity, personal, private) is None
    else:
        assert "can't be public" in refused(rules.check_private, sensitivity, personal, private)


@pytest.mark.parametrize("value", ["dulieu@hanoi.gov.vn", "a.b+c@x-y.vn", "mailto:a@b.vn"])
def test_an_email_address_is_taken(value):
    assert "@" in rules.email(value)
    assert "mailto" not in rules.email(value)


@pytest.mark.parametrize("value", ["a@b", "a b@c.vn", "a@b.vn; c@d.vn", "a@-b.vn", "a@b..vn"])
def test_what_is_no_email_address_is_refused(value):
    assert value in refused(rules.email, value)


@pytest.mark.parametrize("value", ["024 1022", "+84 (24) 3825-3536", "024.38253536 máy lẻ 12"])
def test_a_telephone_number_is_taken_as_it_is(value):
    assert rules.phone(value) == value


@pytest.mark.parametrize("value", ["gọi văn phòng", "12", "9" * 101])
def test_what_is_no_telephone_number_is_refused(value):
    assert "telephone" in refused(rules.phone, value)


@pytest.mark.parametrize("value", ["https://hanoi.gov.vn/", "HTTP://a.vn:80/x?y=1#z"])
def test_an_address_is_taken(value):
    assert rules.url(value) == value


@pytest.mark.parametrize(
    "value",
    ["hanoi.gov.vn", "javascript:alert(1)", "ftp://a.vn/", "https://", "http://a b.vn/",
     "https://a.vn:port/", "https://[::1/", "/du-lieu", "file:///etc/passwd"],
)
def test_what_is_no_address_is_refused(value):
    assert "in full" in refused(rules.url, value)


def test_related_datasets_are_names_or_addresses():
    assert rules.related(["cay-xanh", "https://a.vn/x"]) == ["cay-xanh", "https://a.vn/x"]
    assert "neither" in refused(rules.related, ["Cây xanh"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [("text/csv; charset=UTF-8", "text/csv"), ("TEXT/CSV", "text/csv"), ("a/b", "a/b"), ("", ""),
     ("https://www.iana.org/assignments/media-types/text/csv", "text/csv")],
)
def test_a_media_type_is_type_and_subtype(value, expected):
    assert rules.media_type(value) == expected


@pytest.mark.parametrize("value", ["csv", "text/", "a/b/c"])
def test_what_is_no_media_type_is_refused(value):
    assert "media type" in refused(rules.media_type, value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("https://a.vn/x/b%C3%A1o.XLSX?y=a.csv", "XLSX"), ("so-lieu.geojson", "GeoJSON"),
     ("https://a.vn", None), ("https://a.vn/csv", None), ("a.vn/x", None), ("", None)],
)
def test_the_name_of_a_file_tells_its_format(address, expected):
    found = rules.format_of(address)
    assert (found and found.code) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("20480", 20480), (0, 0), ("", None), (None, None), (3.0, 3)]
)
def test_a_size_is_whole_bytes(value, expected):
    assert rules.byte_size(value) == expected


@pytest.mark.parametrize("value", ["-1", "12 KB", -5, 2**63, float("inf"), []])
def test_what_is_no_size_is_refused(value):
    assert "whole bytes" in refused(rules.byte_size, value)


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [("Quý IV/2025", {}, "2025-10"), ("Quý IV/2025", {"end": True}, "2025-12"), ("", {}, ""),
     ("2025-01-02T03:04:05Z", {"time": False}, "2025-01-02"),
     ("2025-01-02T03:04:05Z", {}, "2025-01-02T03:04:05+00:00")],
)
def test_a_date_is_stored_as_precisely_as_it_was_given(value, options, expected):
    assert rules.date(value, **options) == expected


def test_a_date_that_does_not_exist_is_refused_with_examples():
    assert "31/12/2025" in refused(rules.date, "31/02/2025")


@given(st.text(min_size=1, max_size=300), st.integers(0, 12))
def test_a_slug_is_free_short_and_plain(title, others):
    used: list[str] = []
    for _ in range(others + 1):
        name = rules.unique_slug(title, lambda stem: [n for n in used if n.startswith(stem)])
        assert name not in used
        assert 2 <= len(name) <= 100
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
        used.append(name)


def test_slugs_of_one_title_are_counted():
    used = ["cay-xanh", "cay-xanh-2", "cay-xanh-do-thi"]
    assert rules.unique_slug("Cây xanh", lambda stem: used) == "cay-xanh-3"


def test_a_message_carries_its_parts_for_translation():
    error = RuleError('"%(value)s" is not in the list', value="x%")
    assert (error.message % error.params, str(error)) == ('"x%" is not in the list',) * 2


def test_lists_are_stored_once_each():
    assert rules.text_list("a\n b \na\n\n") == ["a", "b"]
    assert json.dumps(rules.text_list(["a", None, ""])) == '["a"]'
