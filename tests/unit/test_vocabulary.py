"""Every spelling that people use finds its term, and what is unclear finds none."""
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.vietnamese import fold
from ckanext.hanoi.vocabulary import Term, Vocabulary, VocabularyError, load, names, vocabulary

EU = "http://publications.europa.eu/resource/authority"
ALL_TERMS = [(name, term) for name in names() for term in vocabulary(name)]


def code(name: str, text: object) -> str | None:
    term = vocabulary(name).find(text)
    return term and term.code


def test_the_schema_has_its_vocabularies():
    assert {
        "access_level", "encoding", "format", "frequency", "hash_algorithm", "language", "license",
        "media_type", "plan_objective", "sensitivity", "status", "theme", "ward",
    } <= set(names())


@pytest.mark.parametrize(
    ("name", "term"), ALL_TERMS, ids=lambda value: getattr(value, "code", value)
)
def test_every_code_label_alias_and_address_finds_its_term(name, term):
    texts = [term.code, term.vi, term.en, *term.aliases, *([term.uri] if term.uri else [])]
    assert {code(name, text) for text in texts} == {term.code}


@given(
    chosen=st.sampled_from(ALL_TERMS),
    language=st.sampled_from(["vi", "en"]),
    change=st.sampled_from([str.upper, str.lower, str.title, lambda text: f"  {text}\n"]),
    form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
)
def test_case_spaces_and_unicode_form_of_a_label_make_no_difference(chosen, language, change, form):
    name, term = chosen
    text = unicodedata.normalize(form, change(term.label(language)))
    assert code(name, text) == term.code


@given(st.sampled_from([(name, term) for name, term in ALL_TERMS if name != "language"]))
def test_a_label_without_accents_finds_its_term(chosen):
    name, term = chosen
    assert code(name, fold(term.vi)) == term.code


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ward", "Phường Yên Hoà", "Phường Yên Hòa"),
        ("ward", "Phường Yên Hòa", "Phường Yên Hòa"),
        ("ward", "xa hoa lac", "Xã Hòa Lạc"),
        ("ward", "dong da", "Phường Đống Đa"),
        ("ward", "Đoài Phương", "Xã Đoài Phương"),
        ("ward", "70", "Phường Hoàn Kiếm"),
        ("ward", "01", "Thành phố Hà Nội"),
        ("ward", "tp ha noi", "Thành phố Hà Nội"),
        ("frequency", "hang thang", "Hằng tháng"),
        ("frequency", "Hàng quý", "Hằng quý"),
        ("frequency", "6 tháng/lần", "Sáu tháng một lần"),
        ("frequency", "R/P1Y", "Hằng năm"),
        ("theme", "Y te", "Y tế"),
        ("theme", "Văn hoá, thể thao và du lịch", "Văn hóa, thể thao, du lịch"),
        ("access_level", "Mở", "Dữ liệu mở"),
        ("sensitivity", "cot loi", "Dữ liệu cốt lõi"),
        ("language", "en-US", "Tiếng Anh"),
        ("language", "tiếng việt", "Tiếng Việt"),
    ],
)
def test_what_agencies_write_is_understood(name, text, expected):
    found = vocabulary(name).find(text)
    assert found is not None
    assert found.vi == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("license", "http://creativecommons.org/licenses/by/4.0", "cc-by-4.0"),
        ("license", "https://creativecommons.org/licenses/by/4.0/deed.vi", "cc-by-4.0"),
        ("license", "https://www.creativecommons.org/licenses/by/4.0/legalcode", "cc-by-4.0"),
        ("license", f"{EU}/licence/CC_BY_4_0", "cc-by-4.0"),
        ("license", "CC-BY-4.0", "cc-by-4.0"),
        ("license", "cc-by", "cc-by"),
        ("license", "CC0-1.0", "cc-zero"),
        ("license", "ODbL-1.0", "odc-odbl"),
        ("license", "http://www.opendefinition.org/licenses/odc-odbl", "odc-odbl"),
        ("frequency", f"{EU.replace('http', 'https')}/frequency/ANNUAL/", "ANNUAL"),
        ("format", f"{EU}/file-type/csv", "CSV"),
        ("format", "text/csv; charset=utf-8", "CSV"),
        ("format", ".XLSX", "XLSX"),
        ("format", "https://www.iana.org/assignments/media-types/application/geo+json", "GeoJSON"),
        ("media_type", "text/csv;charset=UTF-8", "text/csv"),
        ("status", "http://purl.org/adms/status/Deprecated", "DEPRECATED"),
    ],
)
def test_addresses_and_identifiers_of_other_catalogs_are_understood(name, text, expected):
    assert code(name, text) == expected


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", None, 7, ["vi"], "https://example.org/", "không có thật"]
)
def test_what_names_nothing_finds_nothing(text):
    assert [code(name, text) for name in names()] == [None] * len(names())


def test_the_terms_of_the_law_are_not_a_creative_commons_licence():
    own = vocabulary("license")["vn-luat-gddt-2023"]
    assert not any("creative" in text.casefold() or "cc-by" in text.casefold()
                   for text in (own.vi, own.en, own.uri, *own.aliases))
    assert own.uri == ""


LOOKALIKES = Vocabulary("lookalikes", [Term("a", "Phú Lương", "A"), Term("b", "Phù Lưỡng", "B")])


def test_an_accented_match_wins_over_one_without_accents():
    assert [t and t.code for t in map(LOOKALIKES.find, ["Phú Lương", "phù lưỡng"])] == ["a", "b"]


def test_a_text_that_could_be_two_terms_is_none():
    assert LOOKALIKES.find("phu luong") is None
    assert LOOKALIKES.find("Phu Lương") is None


def test_two_terms_of_one_name_are_refused():
    with pytest.raises(VocabularyError, match="both called"):
        Vocabulary("bad", [Term("a", "Hoà", "A"), Term("b", "HÒA", "B")])


def test_a_code_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("terms:\n  - {code: 00070, vi: Phường, en: Ward}\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="must be text"):
        load(path)


def test_an_unknown_vocabulary_is_a_key_error():
    with pytest.raises(KeyError):
        vocabulary("../dataset")


def test_labels_come_in_the_readers_language():
    term = vocabulary("frequency")["MONTHLY"]
    assert [term.label(lang) for lang in ("vi", "vi_VN", "en", "fr")] == [
        "Hằng tháng", "Hằng tháng", "Monthly", "Monthly",
    ]


def test_there_are_126_wards_and_the_city():
    kinds = [term.extra["kind"] for term in vocabulary("ward")]
    assert (kinds.count("city"), kinds.count("ward"), kinds.count("commune")) == (1, 51, 75)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("format", "exel", "XLSX"), ("frequency", "hang thag", "MONTHLY"),
     ("ward", "hoan kim", "00070")],
)
def test_a_slip_of_the_pen_is_answered_with_what_may_be_meant(name, text, expected):
    assert code(name, text) is None
    assert expected in [term.code for term in vocabulary(name).suggest(text)]


def test_nothing_is_suggested_for_nothing():
    assert vocabulary("format").suggest("  ") == []
