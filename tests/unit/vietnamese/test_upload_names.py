from __future__ import annotations

import re
import unicodedata

import pytest
from ckan.lib.munge import munge_filename
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.vietnamese import file_name

texts = st.one_of(
    st.text(max_size=150), st.text("aăđƯơ12 -_.,'’/\\%4Ấ²🌳数\u0301\n\x00", max_size=150)
)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Danh sách cơ sở y tế.csv", "danh-sach-co-so-y-te.csv"),
        ("ĐƯỜNG PHỐ HÀ NỘI.XLSX", "duong-pho-ha-noi.xlsx"),
        ("Ðơn vị hành chính.ods", "don-vi-hanh-chinh.ods"),
        ("Tệp.dữ_liệu", "tep.du_lieu"),
        ("C:\\Users\\an\\Báo cáo (1).xlsx", "bao-cao-1.xlsx"),
        ("../../Mật khẩu", "mat-khau"),
        ("Báo cáo số 1. Danh sách trường", "bao-cao-so-1-danh-sach-truong"),
        ("v1.2 - bản cuối..tar.gz", "v1.2-ban-cuoi.tar.gz"),
        ("Danh%20s%C3%A1ch.csv", "danh-sach.csv"),
        ("Ｄanh sách．csv", "danh-sach.csv"),
        ("数据.csv", "tep-du-lieu.csv"),
        (".csv", "tep-du-lieu.csv"),
        (".htaccess", "tep-du-lieu.htaccess"),
        ("..", "tep-du-lieu"),
        ("😀.pdf", "tep-du-lieu.pdf"),
        ("a\nb\x00.csv", "a-b.csv"),
        ("2025.csv", "2025.csv"),
    ],
)
def test_a_file_is_named_as_it_was_without_accents(name, kept):
    for form in ("NFC", "NFD"):
        assert file_name(unicodedata.normalize(form, name)) == kept


def test_a_name_without_a_letter_is_made_of_what_the_file_is_called_in_the_catalog():
    assert file_name("数据.csv", "Trường học") == "truong-hoc.csv"
    assert file_name("trường.csv", "Bệnh viện") == "truong.csv"


def test_a_long_name_is_cut_between_words_and_keeps_its_extension():
    name = file_name("Đường phố " * 30 + ".geojson")
    assert len(name) <= 100
    assert re.fullmatch(r"(duong-pho-)*duong(-pho)?\.geojson", name)


@given(texts)
def test_ckan_leaves_each_name_as_it_is(name):
    kept = file_name(name)
    assert kept == file_name(kept)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?", kept)
    assert munge_filename(kept).rstrip("_") == kept
