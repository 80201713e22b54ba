from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from legacy import DATA, ENCODERS, tcvn3_capitals

from ckanext.hanoi.vietnamese import decode

PHRASES = (DATA / "phrases.txt").read_text("utf-8").splitlines()
LONGER = [phrase for phrase in PHRASES if len(phrase.split()) > 2]
each_encoding = pytest.mark.parametrize(("name", "encode"), ENCODERS.values(), ids=ENCODERS)


def _same(text: str, other: str) -> bool:
    # TCVN3's fonts have no code for a capital with a tone: which one was meant can't be told
    return text.casefold() == other.casefold()


@each_encoding
def test_at_least_98_of_100_phrases_of_three_words_are_read_right(name, encode, record_property):
    missed = [text for text in LONGER if not _same(decode(encode(text))[0], text)]
    rate = 1 - len(missed) / len(LONGER)
    record_property("rate", f"{rate:.4f}")
    assert len(LONGER) >= 100
    assert rate >= 0.98, missed


def _documents() -> list[str]:
    table = "STT;Mã;Tên;Diện tích (km2);Ghi chú\r\n" + "".join(
        f'{i};{i:05};"{name}";{i / 7:.2f};\r\n' for i, name in enumerate(PHRASES)
    )
    letter = "Kính gửi: Ủy ban nhân dân thành phố.\n\n" + ". ".join(PHRASES[-40:]) + "."
    english = "id,name_en,name_vi\n" + "".join(
        f"{i},District {i} administrative office,{name}\n" for i, name in enumerate(PHRASES[:30])
    )
    parts = [", ".join(PHRASES[i : i + 12]) for i in range(0, len(PHRASES) - 11, 12)]
    return [table, letter, english, *parts]


@each_encoding
def test_every_document_is_read_right(name, encode):
    documents = _documents()
    assert len(documents) > 15
    for text in documents:
        got, found = decode(encode(text))
        assert found == name
        assert _same(got, text)


@pytest.mark.parametrize(
    ("line", "name"),
    [("Mã tập dữ liệu;Tên;Đơn vị", name) for name in ENCODERS] + [("Họ và tên", "tcvn3")],
)
def test_one_header_line_is_enough(line, name):
    expected, encode = ENCODERS[name]
    assert decode(encode(line)) == (line, expected)


def test_capitals_of_tcvn3_fonts_are_capitals():
    text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
    head, tail = text.split("\n", 1)
    data = tcvn3_capitals(head) + b"\n" + ENCODERS["tcvn3"][1](tail)
    assert decode(data) == (text, "tcvn3")


def test_windows_1258_comes_composed():
    text, _ = decode(ENCODERS["windows-1258"][1]("Việt Nam, Đường Giải Phóng, Thuế"))
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("bom", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_and_goes(bom, codec):
    assert decode(bom + "Hà Nội".encode(codec)) == ("Hà Nội", codec)
    assert decode(bom) == ("", codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["STT,Tên\n1,Hà Nội\n", "Quận Đống Đa – Hà Nội", "plain text"])
def test_utf_16_is_known_without_a_byte_order_mark(codec, text):
    assert decode(text.encode(codec)) == (text, codec)


@given(st.text())
def test_valid_utf_8_is_never_taken_for_anything_else(text):
    if "\0" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode()) == (text, "utf-8")


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\0")))
def test_ascii_is_utf_8(text):
    assert decode(text.encode("ascii")) == (text, "utf-8")


@pytest.mark.parametrize("tail", [b"\xe1", b"\xe1\xbb", b"\xc4"])
def test_utf_8_that_was_cut_is_utf_8(tail):
    text, name = decode("Danh sách phường ở Hà N".encode() + tail)
    assert (text, name) == ("Danh sách phường ở Hà N\ufffd", "utf-8")


def test_utf_8_with_a_broken_byte_is_utf_8():
    data = ("Quận Đống Đa, Hà Nội\n" * 20).encode() + b"\x96 \n" + "Giá đất".encode()
    text, name = decode(data)
    assert name == "utf-8"
    assert text.endswith("\ufffd \nGiá đất")


@pytest.mark.parametrize(
    "text",
    [
        "Données publiques de la région Île-de-France : où trouver les arrêtés ?",
        "Straßen und Plätze in München, Größe in m² für die Bürger",
        "Información pública del año pasado: población, educación y más",
        "São Paulo, Município, população, órgãos, informações não disponíveis",
        "Città, qualità dell’aria e mobilità: perché è così",
        "Købmagergade på Sjælland; gør det selv – år 2020",
        "id;name\n1;Café\n2;Zoë\n3;Müller",
        "Temperature 25 °C ± 2, area 30 m², © Company ½",
        "“quoted” – dash… 100 €",
    ],
)
def test_western_text_is_windows_1252(text):
    assert decode(text.encode("cp1252")) == (text, "windows-1252")


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_some_text(data):
    text, name = decode(data)
    assert text.encode().decode() == text
    assert name in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "tcvn3", "vni",
                    "viscii", "windows-1258", "windows-1252")  # fmt: skip


def test_nothing_is_empty_text():
    assert decode(b"") == ("", "utf-8")


def test_what_comes_late_in_a_long_file_still_decides():
    numbers = b"12345;67890;abc;def\r\n" * 20_000
    data = numbers + ENCODERS["tcvn3"][1]("Tổng số;Quận Đống Đa;Hà Nội")
    text, name = decode(data)
    assert name == "tcvn3"
    assert text.endswith("Tổng số;Quận Đống Đa;Hà Nội")
