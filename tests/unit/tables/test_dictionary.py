"""The data dictionary: proposed, written as text, read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.tables import dictionary

COLUMNS = [
    {"name": "Tên trường", "type": "string", "format": ""},
    {"name": "Diện tích (ha)", "type": "number", "format": "1.234,5"},
    {"name": "Ngày lập", "type": "date", "format": "DD/MM/YYYY"},
]


def test_a_proposal_has_names_types_and_the_unit_that_a_name_states():
    proposed = dictionary.propose(COLUMNS)
    assert [entry["unit"] for entry in proposed] == ["", "ha", ""]
    assert [entry["type"] for entry in proposed] == ["string", "number", "date"]
    assert dictionary.write(proposed) == (
        "Tên trường: (chữ)\n"
        "Diện tích (ha): (số; đơn vị: ha)\n"
        "Ngày lập: (ngày DD/MM/YYYY)"
    )


def test_units_are_known_with_and_without_the_word_unit():
    for name, unit in {
        "Dân số (người)": "người", "Giá trị (ĐVT: triệu đồng)": "triệu đồng", "Tỷ lệ (%)": "%",
        "Mật độ (người/km2)": "người/km2", "Phường (cũ)": "", "Số trẻ": "",
    }.items():  # fmt: skip
        column = {"name": name, "type": "number", "format": ""}
        assert dictionary.propose([column])[0]["unit"] == unit, name


def test_what_a_publisher_wrote_before_is_kept():
    present = "Tên trường: tên đầy đủ của trường\nNgày lập: ngày có quyết định (ngày DD/MM/YYYY)"
    descriptions = [entry["description"] for entry in dictionary.propose(COLUMNS, present)]
    assert descriptions == ["tên đầy đủ của trường", "", "ngày có quyết định"]


def test_an_address_in_the_place_of_a_dictionary_says_nothing_of_the_columns():
    assert dictionary.read("https://hanoi.gov.vn/giai-thich", ["https", "Tên"])[1] is None


def _one_line(text):
    return " ".join(text.split())


_WORDS = st.text(st.sampled_from("abc đỗ ơ9_.-"), max_size=12).map(_one_line)
_ENTRY = st.fixed_dictionaries({
    "name": st.text(st.sampled_from("abcdeđ _1"), min_size=1, max_size=8)
    .map(_one_line).filter(bool),
    "type": st.sampled_from(["", *dictionary.TYPES]),
    "format": st.just(""),
    "unit": _WORDS,
    "description": _WORDS,
})  # fmt: skip


@given(st.lists(_ENTRY, max_size=6))
def test_what_is_written_is_read_back(entries):
    for entry in entries:
        if not entry["type"]:
            entry["unit"] = ""
    found = dictionary.read(dictionary.write(entries), [entry["name"] for entry in entries])
    assert found == entries


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=4))
def test_any_text_is_read_without_failing(text, names):
    assert len(dictionary.read(text, names)) == len(names)
