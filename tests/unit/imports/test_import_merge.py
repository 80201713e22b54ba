"""What a row changes: only cells that somebody touched, never what another changed meanwhile."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spreadsheets import edited, xlsx

from ckanext.hanoi.imports.merge import Change, change, is_untouched, same
from ckanext.hanoi.imports.serialize import from_json, plain, to_json
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook import DatasetRow, Problem, read_workbook, write_template
from ckanext.hanoi.workbook.cells import Stamp, digest, text_of
from ckanext.hanoi.workbook.fields import dataset_fields, resource_fields

FIELDS = {field.name: field for field in dataset_fields()}
FILES = {field.name: field for field in resource_fields()}
DATASET: dict[str, Any] = {
    "id": "d-1",
    "title": "Danh sách bệnh viện",
    "notes": "Dòng 1\r\n\r\nDòng  2",
    "theme": [vocabulary("theme").terms[0].code, "không-có-trong-danh-sách"],
    "tags": [{"name": "y tế"}],
    "license_id": "giấy phép lạ",
    "frequency": "ANNUAL",
    "modified": "2025-12-01T10:00:00",
    "personal_data": True,
    "resources": [
        {"id": "r-1", "url": "https://a.vn/1.csv", "name": "Tệp 1", "format": "LẠ", "size": 10},
        {"id": "r-2", "url": "https://a.vn/2.csv", "url_type": "upload"},
    ],
}


def out(*datasets: dict[str, Any], lang: str = "vi") -> bytes:
    stream = io.BytesIO()
    write_template(stream, datasets, lang=lang)
    return stream.getvalue()


def back(workbook: bytes) -> tuple[DatasetRow, Any]:
    returned = read_workbook(workbook)
    return returned.rows[0], returned.columns


def set_cell(sheet: str, row: int, heading: str, value: Any):
    def edit(sheets):
        grid = sheets[sheet]
        grid[row - 1][grid[0].index(heading)] = value

    return edit


def entries(made: Change) -> list[tuple[str, str, Any]]:
    return [(e.resource, e.field, e.new) for e in made.entries]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_whatever_is_stored_changes_nothing_when_nobody_touches_it(lang):
    row, places = back(out(DATASET, lang=lang))
    assert row.all_problems() == []
    assert is_untouched(row)
    assert change(row, DATASET, places) == Change()


def test_a_spreadsheet_program_that_saves_everything_anew_touches_nothing():
    row, places = back(edited(out(DATASET), lambda sheets: None))
    assert is_untouched(row)
    assert change(row, DATASET, places) == Change()


def test_a_touched_cell_is_a_change_and_an_emptied_one_too():
    workbook = edited(out(DATASET), set_cell("Dữ liệu", 2, "Mô tả", ""))
    row, places = back(edited(workbook, set_cell("Tài nguyên", 2, "Tên", "Khác")))
    made = change(row, DATASET, places)
    assert entries(made) == [("", "notes", ""), ("Tệp 1", "name", "Khác")]
    assert made.values == {"notes": ""}
    assert made.resources is not None
    assert [r["id"] for r in made.resources] == ["r-1", "r-2"]
    assert made.resources[1] == DATASET["resources"][1]
    assert [one.row if one else None for one in made.rows] == [2, 3]


def test_two_people_who_change_one_field_are_a_conflict_unless_one_is_to_win():
    row, places = back(edited(out(DATASET), set_cell("Dữ liệu", 2, "Mô tả", "của tôi")))
    theirs = {**DATASET, "notes": "của bạn", "frequency": "MONTHLY"}
    made = change(row, theirs, places)
    (problem,) = made.problems
    assert "column C (Mô tả)" in str(problem)
    assert "“của bạn”" in str(problem)
    assert change(row, theirs, places, overwrite=True).values == {"notes": "của tôi"}
    agreed = change(row, {**DATASET, "notes": "của tôi"}, places)
    assert agreed == Change()


def test_what_the_same_workbook_wrote_before_is_no_conflict():
    workbook = out(DATASET)
    first, places = back(edited(workbook, set_cell("Dữ liệu", 2, "Mô tả", "một")))
    made = change(first, DATASET, places)
    then = {**DATASET, **made.values}
    second, places = back(edited(workbook, set_cell("Dữ liệu", 2, "Mô tả", "hai")))
    assert change(second, then, places).problems != []
    assert change(second, then, places, written=made.written).values == {"notes": "hai"}


def test_a_file_that_was_removed_meanwhile_is_not_brought_back_unasked():
    row, places = back(edited(out(DATASET), set_cell("Tài nguyên", 2, "Tên", "Khác")))
    without = {**DATASET, "resources": DATASET["resources"][1:]}
    assert "no longer in the dataset" in str(change(row, without, places).problems[0])
    again = change(row, without, places, overwrite=True)
    assert again.resources is not None
    assert [r["url"] for r in again.resources] == ["https://a.vn/2.csv", "https://a.vn/1.csv"]


def test_an_address_in_the_place_of_an_uploaded_file_takes_its_place():
    cell = set_cell("Tài nguyên", 3, "Tệp hoặc địa chỉ", "https://a.vn/3.csv")
    row, places = back(edited(out(DATASET), cell))
    made = change(row, DATASET, places)
    assert made.resources is not None
    assert made.resources[1] == {"id": "r-2", "url": "https://a.vn/3.csv", "url_type": ""}


def test_a_row_that_was_copied_to_another_dataset_is_a_new_file_there():
    other = {"id": "d-2", "title": "Khác", "resources": []}

    def copy(sheets):
        grid = sheets["Tài nguyên"]
        grid.append([*grid[1]])
        grid[-1][grid[0].index("Tập dữ liệu")] = "Khác"

    returned = read_workbook(edited(out(DATASET, other), copy))
    made = change(returned.rows[1], other, returned.columns)
    assert made.problems == []
    assert made.resources is not None
    assert [r["url"] for r in made.resources] == ["https://a.vn/1.csv"]
    assert "id" not in made.resources[0]


def test_two_new_rows_with_one_title_are_one_dataset():
    rows = read_workbook(xlsx({"A": [["Tên tập dữ liệu"], ["Chợ"], ["Cầu"], ["Chợ"]]})).rows
    assert [bool(row.problems) for row in rows] == [False, False, True]
    assert "the dataset of row 2 once more" in str(rows[2].problems[0])


def test_columns_that_mean_nothing_are_named():
    rows = [["Tên tập dữ liệu", "Ghi chú nội bộ"], ["Chợ", "x"]]
    returned = read_workbook(xlsx({"A": rows}))
    assert returned.ignored == ["B (Ghi chú nội bộ)"]
    assert returned.columns == {"A": {"title": "A (Tên tập dữ liệu)"}}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("title", "A  b", " A b\n"),
        ("contact_email", "a@hanoi.gov.vn", "mailto:a@hanoi.gov.vn"),
        ("tag_string", "y tế, bệnh viện", "Bệnh viện; y tế, y tế"),
        ("access_level", "open", ""),
        ("sensitivity", "", "other"),
        ("personal_data", None, False),
        ("temporal_start", "2025-01-01", "2025-01-01T00:00:00"),
        ("issued", "2025-01-01", "01/01/2025"),
        ("theme", [], ""),
        ("conforms_to", ["a", "b"], "a\nb"),
    ],
)
def test_two_ways_to_write_one_value_are_the_same(name, old, new):
    assert same(FIELDS[name], old, new)


def test_what_differs_differs():
    assert not same(FIELDS["title"], "Chợ", "Cho")
    assert not same(FIELDS["notes"], "a\n\nb", "a\nb")
    assert not same(FIELDS["personal_data"], False, True)
    assert not same(FIELDS["issued"], "2025", "2025-01")
    assert same(FILES["mimetype"], "text/csv", "Text/CSV")
    assert not same(FILES["size"], 1, "2")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS, TEXTS)
def test_the_mark_of_a_row_tells_touched_from_untouched(text, other):
    field = FIELDS["notes"]
    stamp = Stamp.of("w", "vi", [field], {"notes": text})
    read = Stamp.parse(str(stamp))
    assert read == stamp
    assert read is not None
    assert read.said(field, text_of(field, text, "vi"))
    assert read.said(field, other) == (digest(field, other) == digest(field, text))


@given(st.text(max_size=60))
def test_any_text_in_the_place_of_the_mark_is_no_mark_or_one(text):
    stamp = Stamp.parse(text)
    assert stamp is None or stamp.lang in ("vi", "en")


def test_a_row_waits_in_the_database_as_it_is():
    cell = set_cell("Tài nguyên", 2, "Dung lượng (byte)", "vài MB")
    row, _places = back(edited(out(DATASET), cell))
    assert row.all_problems() != []
    assert from_json(to_json(row)) == row
    import json

    assert from_json(json.loads(json.dumps(to_json(row)))) == row
    bad = plain(Problem("%(value)s", {"value": "a\0b"}))
    assert bad == {"message": "%(value)s", "params": {"value": "ab"}}
