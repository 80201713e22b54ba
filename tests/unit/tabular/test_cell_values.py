"""Cells are taken apart into what is in them, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.harvest.inventory.preamble import is_agency, is_city
from ckanext.hanoi.harvest.inventory.source_dataset import draft_of
from ckanext.hanoi.tabular import cell_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Bà Trần Thị B\nPhòng KHTC\nĐT: (024) 3825.1234 - 0912 345 678\nEmail: b@hanoi.gov.vn",
            {
                "name": "Bà Trần Thị B",
                "unit": "Phòng KHTC",
                "phone": "(024) 3825.1234; 0912 345 678",
                "email": "b@hanoi.gov.vn",
            },
        ),
        ("a@b.gov.vn", {"email": "a@b.gov.vn"}),
        ("+84 24 3825 1234", {"phone": "+84 24 3825 1234"}),
        ("Nguyễn Văn A, 0243.825.1234", {"name": "Nguyễn Văn A", "phone": "0243.825.1234"}),
        (
            "Văn phòng Sở; vanphong@hanoi.gov.vn",
            {"unit": "Văn phòng Sở", "email": "vanphong@hanoi.gov.vn"},
        ),
        ("Liên hệ: Lê C (c@x.vn)", {"name": "Lê C", "email": "c@x.vn"}),
        ("2025", {}),
        ("", {}),
    ],
)
def test_a_contact_in_one_cell_is_taken_apart(text, expected):
    assert cell_values.contact(text) == expected


def test_a_comma_separates_values_only_where_each_part_is_known():
    themes = cell_values.known_by("theme")
    assert cell_values.several("Y tế, Giáo dục", themes) == ["Y tế", "Giáo dục"]
    assert cell_values.several("Văn hóa, thể thao, du lịch", themes) == [
        "Văn hóa, thể thao, du lịch"
    ]
    assert cell_values.several("- Y tế\n- Bến bãi, kho", themes) == ["Y tế", "Bến bãi, kho"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y tế, bệnh viện", ["y tế", "bệnh viện"]),
        ("y tế; trạm, điểm", ["y tế", "trạm, điểm"]),
        ("#yte #benhvien", ["yte", "benhvien"]),
        ("1. y tế\n2. thuốc", ["y tế", "thuốc"]),
        (",,", []),
    ],
)
def test_keywords_are_separated(text, expected):
    assert cell_values.keywords(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CSV, XLSX", ["CSV", "XLSX"]),
        ("CSV/XLSX", ["CSV", "XLSX"]),
        ("*.csv; (pdf)", ["csv", "pdf"]),
        ("text/csv", ["text/csv"]),
        ("Excel và PDF", ["Excel", "PDF"]),
    ],
)
def test_formats_are_separated(text, expected):
    assert cell_values.formats(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Có", True), ("x", True), ("Yes", True), ("Không", False), ("no", False), ("-", False),
     ("Không có", False), ("có thể", None), ("chưa rõ", None)],
)  # fmt: skip
def test_yes_and_no_are_understood_and_others_not_guessed(text, expected):
    assert cell_values.yes_or_no(text) is expected


@pytest.mark.parametrize(
    "text",
    ["Sở Y tế", "so y te", "UBND phường Hoàn Kiếm", "Chi cục Thống kê", "Trung tâm Dữ liệu", "SYT",
     "Ban Quản lý các khu công nghiệp", "ỦY BAN NHÂN DÂN HUYỆN ĐÔNG ANH"],
)  # fmt: skip
def test_names_of_agencies_are_known_as_such(text):
    assert is_agency(text)


@pytest.mark.parametrize(
    "text",
    ["Số liệu năm 2025", "Bộ dữ liệu mở", "Bản đồ", "Ban hành kèm theo", "Tổng hợp", "Sheet1",
     "Lĩnh vực y tế", "Phụ lục I", "", "Danh sách bệnh viện của Sở Y tế năm 2025 và các đơn vị"],
)  # fmt: skip
def test_other_texts_are_no_agencies(text):
    assert not is_agency(text)


def test_the_letterhead_of_the_city_is_known():
    assert is_city("ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI")
    assert is_city("UBND TP Hà Nội")
    assert not is_city("UBND phường Hà Đông")


def test_a_size_that_is_not_in_bytes_is_kept_as_written():
    part = {"fields": {"resource.url": "https://a.vn/1", "resource.size": "1024"}, "extras": {}}
    content = {"fields": {"title": "a"}, "extras": {}, "resources": [part]}
    (resource,) = draft_of({**content, "labels": {}}, None)["resources"]
    assert resource["size"] == 1024
    labels = {"resource.size": "Dung lượng (MB)"}
    (resource,) = draft_of({**content, "labels": labels}, None)["resources"]
    assert resource == {"url": "https://a.vn/1", "extras": {"Dung lượng (MB)": "1024"}}


def test_values_that_do_not_fit_are_kept_under_their_headings():
    fields = {
        "title": "a", "temporal": "lâu lắm", "personal_data": "có lẽ", "source": "Điều tra",
        "due": "Quý I/2026", "contact": "…", "name": "Không phải slug",
    }  # fmt: skip
    labels = {"temporal": "Giai đoạn", "source": "Nguồn", "due": "Thời hạn"}
    assert draft_of({"fields": fields, "labels": labels}, None) == {
        "title": "a",
        "extras": {
            "Giai đoạn": "lâu lắm", "personal_data": "có lẽ", "Nguồn": "Điều tra",
            "Thời hạn": "Quý I/2026", "contact": "…", "name": "Không phải slug",
        },
    }  # fmt: skip


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_is_taken_apart(text):
    assert set(cell_values.contact(text)) <= {"name", "unit", "email", "phone"}
    assert all(cell_values.keywords(text))
    assert all(cell_values.several(text, cell_values.known_by("ward")))
    assert all(cell_values.formats(text))
    assert cell_values.yes_or_no(text) in (True, False, None)
