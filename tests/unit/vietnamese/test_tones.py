from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.vietnamese import canonical


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (
            "hoà hoả hoã hoá hoạ khoẻ xoè loè toé thuỷ tuỳ uỷ huý nguỵ luỹ",
            "hòa hỏa hõa hóa họa khỏe xòe lòe tóe thủy tùy ủy húy ngụy lũy",
        ),
        ("Hoà Bình, UỶ BAN, Thuỷ Nguyên", "Hòa Bình, ỦY BAN, Thủy Nguyên"),
    ],
)
def test_the_new_style_is_the_old_one_afterwards(new, old):
    assert canonical(new) == old
    assert canonical(old) == old


@pytest.mark.parametrize(
    "text",
    [
        "quý quà quả quẻ quỹ quỳ quyết quốc",
        "giá giả già giữ giếng giường gì gìn gìm",
        "toán hoạt hoàn khoản ngoài loại xoáy ngoèo khoẻn",
        "huỳnh thuyết truyện tuýt huých khuỷu luyện",
        "mía múa của cửa nghĩa thuở huế tuần muộn hướng",
        "Đắk Lắk, Kon Tum, Pleiku",
    ],
)
def test_words_with_one_spelling_stay(text):
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("misplaced", "right"),
    [("tóan", "toán"), ("lọai", "loại"), ("hùynh", "huỳnh"), ("qúy", "quý"), ("qùa", "quà"),
     ("gía", "giá"), ("GỈAI", "GIẢI"), ("khủyu", "khuỷu")],
)  # fmt: skip
def test_marks_that_old_software_misplaced_come_right(misplaced, right):
    assert canonical(misplaced) == right


def test_decomposed_text_is_the_same_word():
    assert canonical(unicodedata.normalize("NFD", "thuỷ")) == "thủy"


@pytest.mark.parametrize("text", ["Zoë", "poème", "Citroën", "hoàhoà2", "oa", "oà̀"])
def test_what_is_no_vietnamese_word_keeps_its_marks(text):
    assert canonical(text).count("ò") == 0


@given(st.text("aàáeèéoòóỏuùúyýỷịìqghtnHOÀYỶ \u0301"))
def test_canonical_is_idempotent_and_keeps_the_letters(text):
    once = canonical(text)
    assert canonical(once) == once
    assert len(once) == len(unicodedata.normalize("NFC", text))
