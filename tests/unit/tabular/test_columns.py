"""Header texts are recognised as people write them, and nothing is guessed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.tabular.columns import Columns, forms
from ckanext.hanoi.vietnamese import fold


def key(label: str, group: str = "", resource: bool = False) -> str | None:
    guesses = Columns().guesses(label, group, resource)
    return guesses[0].key if guesses else None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        # Đà Nẵng's portal
        ("Cơ quan chủ quản", "managing_agency"),
        ("Cơ quan cung cấp", "publisher"),
        ("Lĩnh vực", "themes"),
        ("Tần suất cung cấp", "frequency"),
        ("Mô tả", "notes"),
        ("Mã định danh tập dữ liệu", "identifier"),
        ("Tag", "keywords"),
        ("Người liên hệ", "contact_name"),
        ("Liên hệ", "contact"),
        ("Ngày tạo", "issued"),
        ("Ngày cập nhật", "modified"),
        ("Giấy phép", "license"),
        # Thông tư 24/2011/TT-BTTTT
        ("Tiêu đề", "title"),
        ("Cơ quan ban hành", "publisher"),
        ("Định danh", "identifier"),
        ("Ngôn ngữ", "language"),
        ("Nguồn", "source"),
        ("Chủ đề", "themes"),
        ("Định dạng", "resource.format"),
        ("Quan hệ", "related"),
        ("Các quyền", "rights"),
        # lists of agencies
        ("STT", "number"),
        ("Tên dữ liệu", "title"),
        ("TÊN BỘ DỮ LIỆU MỞ", "title"),
        ("Tên tập dữ liệu (*)", "title"),
        ("Tên dữ liệu\n(Dataset name)", "title"),
        ("Tên dữ liệu / Dataset name", "title"),
        ("Tên dữ liệu (tiếng Anh)", "title_en"),
        ("Đường dẫn tải về", "resource.download_url"),
        ("Link", "resource.url"),
        ("Ngày cập nhật (dd/mm/yyyy)", "modified"),
        ("Thời hạn công bố", "due"),
        ("Email/Điện thoại", "contact"),
        ("Dung lượng (MB)", "resource.size"),
        ("Tên cơ quan, đơn vị", "publisher"),
        ("Cơ quan/đơn vị cung cấp", "publisher"),
        ("Tên dữ liệu (EN)", "title_en"),
        ("Địa chỉ truy cập dữ liệu", "resource.url"),
        ("Tần suất cập nhật (ngày/tháng/năm)", "frequency"),
        # without accents, misspelled
        ("ten du lieu", "title"),
        ("TAN SUAT CAP NHAT", "frequency"),
        ("Tần xuất cập nhật", "frequency"),
        ("Cơ quan cung cấpp", "publisher"),
        ("Mã định danh tập dử liệu", "identifier"),
        # DCAT, CKAN, HDX, Argentina
        ("dct:title", "title"),
        ("accrualPeriodicity", "frequency"),
        ("dcat:landingPage", "url"),
        ("accessURL", "resource.url"),
        ("mediaType", "resource.mimetype"),
        ("metadata_modified", "modified"),
        ("license_title", "license"),
        ("notes_snippet", "notes"),
        ("dataset_title", "title"),
        ("distribution_downloadURL", "resource.download_url"),
        ("dataset_contactPoint_hasEmail", "contact_email"),
        ("field_type", "field.type"),
        # what they do not say
        ("Ghi chú", None),
        ("Người tạo", None),
        ("Đơn vị phối hợp", None),
        ("Số lượng", None),
        ("", None),
        ("12", None),
        ("Trường học", None),
        ("x" * 500, None),
    ],
)
def test_a_header_text_means_what_it_says(label, expected):
    assert key(label) == expected


@pytest.mark.parametrize(
    ("group", "label", "expected"),
    [
        ("Thông tin liên hệ", "Email", "contact_email"),
        ("Đầu mối liên hệ", "Họ tên", "contact_name"),
        ("Liên hệ", "Đơn vị", "contact_unit"),
        ("Tập dữ liệu", "Tên", "title"),
        ("Tập dữ liệu", "Mã", "identifier"),
        ("Tài nguyên", "Tên", "resource.name"),
        ("Tệp dữ liệu", "Ngày cập nhật", "resource.modified"),
        ("Cơ quan cung cấp", "Tên", "publisher"),
        ("Cơ quan cung cấp", "Mã", "publisher_code"),
        ("Cập nhật", "Ngày", "modified"),
        ("Cập nhật", "Tần suất", "frequency"),
        ("Thời gian dữ liệu", "Từ", "temporal_start"),
        ("Thời gian dữ liệu", "Đến", "temporal_end"),
        ("Liên hệ\n(Contact)", "Điện thoại", "contact_phone"),
        ("Nội dung khác", "Mô tả", "notes"),
    ],
)
def test_a_heading_above_tells_what_the_lower_one_means(group, label, expected):
    assert key(label, group) == expected


def test_a_sheet_of_resources_speaks_of_resources():
    assert key("Mô tả", resource=True) == "resource.description"
    assert key("Tên", resource=True) == "resource.name"
    assert key("Mã định danh tập dữ liệu", resource=True) == "identifier"


def test_the_configuration_wins_and_gives_a_key_to_nothing_else():
    columns = Columns({"title": "Ghi chú"})
    assert [guess.key for guess in columns.guesses("Ghi chú")] == ["title"]
    assert columns.guesses("Tên dữ liệu") == []
    assert columns.guesses("GHI CHU")[0].key == "title"


def test_the_forms_of_a_bilingual_header_are_tried_whole_first():
    assert forms("Tên dữ liệu\n(Dataset name) *")[0] == "tendulieudatasetname"
    assert {"tendulieu", "datasetname"} <= set(forms("Tên dữ liệu\n(Dataset name) *"))


@pytest.mark.parametrize("label", ["Tần suất cập nhật", "Mã định danh", "Đường dẫn", "Từ khóa"])
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_spelling_makes_no_difference(label, data):
    variant = data.draw(
        st.sampled_from(
            [
                label.upper(),
                label.lower(),
                unicodedata.normalize("NFD", label),
                fold(label),
                f"  {label} :",
                label.replace(" ", "  "),
                label.replace(" ", "\n"),
                label.replace(" ", "_"),
            ]
        )
    )
    assert key(variant) == key(label) is not None


@given(st.text(max_size=60), st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_known_heading_or_none(label, group):
    assert all(guess.key for guess in Columns().guesses(label, group))
