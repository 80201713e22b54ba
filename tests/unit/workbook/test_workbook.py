"""The publisher's workbook comes back as it went out, and says what is wrong where."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
import spreadsheets as books
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from spreadsheets import edited, grids

from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.vietnamese import nfc
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook import Returned, read_workbook, write_template
from ckanext.hanoi.workbook.fields import Field, dataset_fields, resource_fields
from ckanext.hanoi.workbook.writer import UNCHANGED

#: Making a failing workbook smaller would take minutes.
QUICK = [Phase.explicit, Phase.reuse, Phase.generate]
DATASET: dict[str, Any] = {
    "id": "d-1",
    "title": "Danh sách bệnh viện",
    "notes": "Gồm tên, địa chỉ.\n\n- một  hai\n    mã",
    "theme": [vocabulary("theme").terms[0].code, vocabulary("theme").terms[1].code],
    "tags": [{"name": "y tế"}, {"name": "bệnh viện"}],
    "frequency": "ANNUAL",
    "issued": "2025-12-31",
    "modified": "2025-12",
    "temporal_start": "2025",
    "spatial_coverage": ["01", "00070"],
    "language": ["vi"],
    "personal_data": False,
    "identifier": "0012",
    "conforms_to": ["TCVN 7980-2:2024", "https://a.vn/x"],
    "resources": [
        {"id": "r-1", "url": "https://a.vn/1.csv", "name": "Tệp", "format": "CSV", "size": 1024},
        {"id": "r-2", "url": "https://a.vn/2.xlsx", "description": "dòng 1\ndòng 2"},
    ],
}
EXPECTED = {
    "title": "Danh sách bệnh viện",
    "notes": "Gồm tên, địa chỉ.\n\n- một  hai\n    mã",
    "tag_string": "y tế, bệnh viện",
} | {k: DATASET[k] for k in ("theme", "frequency", "issued", "modified", "spatial_coverage",
                             "temporal_start", "language", "personal_data", "identifier",
                             "conforms_to")}  # fmt: skip


def out(*datasets: dict[str, Any], **options: Any) -> bytes:
    stream = io.BytesIO()
    write_template(stream, datasets, **options)
    return stream.getvalue()


def full(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", [])}


# -- out and back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_went_out_comes_back(lang):
    returned = read_workbook(out(DATASET, {"id": "d-2", "title": "Khác"}, lang=lang))
    assert returned.problems == []
    first, second = returned.rows
    assert (first.id, first.all_problems(), full(first.values)) == ("d-1", [], EXPECTED)
    assert first.resources is not None
    assert [(r.id, full(r.values)) for r in first.resources] == [
        ("r-1", {"url": "https://a.vn/1.csv", "name": "Tệp", "format": "CSV", "size": 1024}),
        ("r-2", {"url": "https://a.vn/2.xlsx", "description": "dòng 1\ndòng 2"}),
    ]
    assert (second.id, full(second.values), second.resources) == (
        "d-2", {"title": "Khác", "personal_data": False}, None)  # fmt: skip


def test_the_same_data_make_the_same_rows_when_sent_twice():
    once = read_workbook(out(DATASET))
    again = read_workbook(out({**DATASET, **once.rows[0].values, "tags": None}))
    assert again.rows[0].values == once.rows[0].values


def _text(lines: bool) -> st.SearchStrategy[str]:
    kept = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Cf"],
                         include_characters="\n" if lines else "")  # fmt: skip
    text = st.text(kept, max_size=40) | st.sampled_from(
        ["=1+1", "+84 24", "-", "@a", "_x0041_", "0012"]
    )
    clean = text.map(nfc).map(lambda t: t.strip() if lines else " ".join(t.split()))
    # a cell with these words means that the value stays as it is
    return clean.filter(lambda t: t not in UNCHANGED.values())


def _values(about: Field) -> st.SearchStrategy[Any]:
    if about.vocabulary and not about.open:
        codes = st.sampled_from([term.code for term in vocabulary(about.vocabulary)])
        return st.lists(codes, max_size=3, unique=True) if about.kind == "terms" else codes
    date = st.dates(datetime.date(1801, 1, 1), datetime.date(2999, 12, 31)).map(str)
    return {
        "date": date | date.map(lambda d: d[:7]) | date.map(lambda d: d[:4]),
        "flag": st.booleans(),
        "number": st.integers(0, 10**17),
        "list": st.lists(st.sampled_from(["TCVN 1", "https://a.vn/?x=1;y=2", "a, b"]), unique=True),
        "text": _text(True),
        "tags": st.lists(st.sampled_from(["y tế", "bệnh viện", "a.b"]), unique=True).map(", ".join),
    }.get(about.kind, _text(False))


@given(st.data())
@settings(
    max_examples=25, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.too_slow]
)
def test_any_values_come_back_as_they_went_out(data):
    def drawn(fields):
        return {f.name: data.draw(_values(f), label=f.name) for f in fields}

    dataset = {**drawn(dataset_fields()), "id": "d", "title": "Tên tập"}
    resource = {**drawn(resource_fields()), "id": "r", "url": "https://a.vn"}
    returned = read_workbook(out({**dataset, "resources": [resource]}))
    (row,) = returned.rows
    assert row.all_problems() == []
    assert row.values | {"id": "d"} == dataset
    assert row.resources is not None
    assert row.resources[0].values | {"id": "r"} == resource


def test_a_text_longer_than_a_cell_is_left_alone():
    (row,) = read_workbook(out({**DATASET, "notes": "x" * 40_000})).rows
    assert "notes" not in row.values
    assert row.problems == []


# -- the file --------------------------------------------------------------------------------------


def test_texts_that_begin_like_formulas_are_texts():
    workbook = out({**DATASET, "title": '=HYPERLINK("http://x","y")', "notes": "@SUM(1)"})
    sheet = books.part(workbook, "xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"quotePrefix" in books.part(workbook, "xl/styles.xml")
    assert grids(workbook)["Dữ liệu"][1][1] == '=HYPERLINK("http://x","y")'


def test_choices_are_drop_downs_with_labels_in_the_readers_language():
    for lang, sheet, label in (("vi", "Danh sách chọn", "Hằng năm"), ("en", "Choices", "Annual")):
        workbook = out(DATASET, lang=lang)
        lists = grids(workbook)[sheet]
        column = lists[0].index("frequency")
        assert label in [row[column] for row in lists]
        rules = books.part(workbook, "xl/worksheets/sheet1.xml").decode()
        assert rules.count("<dataValidation ") == sum(
            1 for f in dataset_fields() if f.vocabulary or f.kind == "flag"
        )
        letter = chr(ord("A") + column)
        assert f"'{sheet}'!${letter}$2:${letter}$" in rules


def test_keys_are_hidden_headings_frozen_and_help_is_there():
    workbook = out(DATASET, agency="Sở Y tế")
    data = books.part(workbook, "xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<col min="1" max="1"[^>]* hidden="1"', data)
    assert 'state="frozen"' in data
    comments = books.part(workbook, "xl/comments1.xml").decode()
    assert all(f.help["vi"][:30].split('"')[0] in comments for f in dataset_fields() if f.help)
    guide = grids(workbook)["Hướng dẫn"]
    assert guide[0][0] == "Danh mục dữ liệu của Sở Y tế"
    assert {f.labels["vi"] for f in dataset_fields()} <= {row[0] for row in guide}


def test_an_empty_template_gives_no_rows():
    assert read_workbook(out()) == Returned([])


# -- as publishers send it back --------------------------------------------------------------------


def test_columns_that_were_deleted_are_left_alone():
    def without_notes(sheets):
        column = sheets["Dữ liệu"][0].index("Mô tả")
        for row in sheets["Dữ liệu"]:
            del row[column]
        del sheets["Tài nguyên"]

    (row,) = read_workbook(edited(out(DATASET), without_notes)).rows
    assert "notes" not in row.values
    assert row.resources is None
    assert full(row.values) == {k: v for k, v in EXPECTED.items() if k != "notes"}


def test_an_emptied_cell_clears_and_a_new_row_says_only_what_is_filled():
    def change(sheets):
        data, files = sheets["Dữ liệu"], sheets["Tài nguyên"]
        data[1][data[0].index("Mô tả")] = ""
        data.append([""] * len(data[0]))
        data[-1][1] = "Mới"
        files.append([""] * len(files[0]))
        files[-1][2:4] = ["Mới", "https://a.vn/moi"]

    old, new = read_workbook(edited(out(DATASET), change)).rows
    assert old.values["notes"] == ""
    assert (new.id, new.values) == (None, {"title": "Mới"})
    assert new.resources is not None
    assert [(r.id, r.values) for r in new.resources] == [(None, {"url": "https://a.vn/moi"})]


def test_a_copied_row_with_another_title_is_a_new_dataset():
    def copy(sheets):
        data = sheets["Dữ liệu"]
        data.append([*data[1]])
        data[-1][1] = "Bản sao"

    first, second = read_workbook(edited(out(DATASET), copy)).rows
    assert (first.id, second.id, second.problems) == ("d-1", None, [])


def test_a_renamed_dataset_keeps_its_resources():
    def rename(sheets):
        sheets["Dữ liệu"][1][1] = "Tên mới"

    returned = read_workbook(edited(out(DATASET), rename))
    assert returned.problems == []
    assert [r.id for r in returned.rows[0].resources or ()] == ["r-1", "r-2"]


def test_labels_are_taken_in_any_spelling_and_words_of_both_languages():
    def change(sheets):
        data = sheets["Dữ liệu"]
        head = data[0]
        data[1][head.index("Tần suất cập nhật")] = "hang quy"
        data[1][head.index("Có dữ liệu cá nhân")] = "Yes"
        data[1][head.index("Ngôn ngữ của dữ liệu")] = "Tiếng Việt, English"
        data[1][head.index("Ngày ban hành")] = "Quý IV/2025"
        data[1][head.index("Dữ liệu đến")] = "Quý IV/2025"
        head[head.index("Mô tả")] = "mo ta du lieu"

    (row,) = read_workbook(edited(out(DATASET), change)).rows
    assert row.problems == []
    assert row.values["frequency"] == "QUARTERLY"
    assert row.values["personal_data"] is True
    assert row.values["language"] == ["vi", "en"]
    assert (row.values["issued"], row.values["temporal_end"]) == ("2025-10", "2025-12")
    assert row.values["notes"].startswith("Gồm tên")


def test_every_problem_says_where_it_is_and_what_to_write():
    def change(sheets):
        data, files = sheets["Dữ liệu"], sheets["Tài nguyên"]
        head = data[0]
        data[1][head.index("Tần suất cập nhật")] = "hằng nam nữ"
        data[1][head.index("Có dữ liệu cá nhân")] = "có thể?"
        data[1][head.index("Ngày ban hành")] = "31/02/2025"
        data.append([*data[1]])
        data.append([""] * len(head))
        data[-1][head.index("Mô tả")] = "không tên"
        files[1][files[0].index("Dung lượng (byte)")] = "vài MB"
        files.append([""] * len(files[0]))
        files[-1][2:4] = ["Không có", "https://a.vn/x"]

    returned = read_workbook(edited(out(DATASET), change))
    first, twin, nameless = returned.rows
    said = [str(problem) for problem in first.all_problems()]
    assert said[0].startswith(
        "Sheet Dữ liệu, row 2, column M (Tần suất cập nhật): “hằng nam nữ” is not"
    )
    assert "Hằng năm" in said[0]
    assert said[1].startswith(
        "Sheet Dữ liệu, row 2, column N (Ngày ban hành): “31/02/2025” is no date"
    )
    assert "Write it as 31/12/2025" in said[1]
    assert "Sheet Tài nguyên, row 2, column M (Dung lượng (byte)): “vài MB”" in said[-1]
    assert "this is the dataset of row 2 once more" in str(twin.problems[-1])
    assert "row 4, column B (Tên tập dữ liệu): this must be filled" in str(nameless.problems[0])
    assert [str(p) for p in returned.problems] == [
        "Sheet Tài nguyên, row 4, column C (Tập dữ liệu): there is no dataset “Không có” on the "
        "sheet of datasets. Write the title of one of them there."
    ]


def test_a_workbook_without_a_title_column_is_refused():
    with pytest.raises(SourceError, match="Tên tập dữ liệu"):
        read_workbook(books.xlsx({"A": [["Phường", "Mã"], ["Hoàn Kiếm", "00070"]]}))


CELLS = st.none() | st.text(max_size=15) | st.integers() | st.sampled_from(
    ["d-1", "Danh sách bệnh viện", "Có", "#REF!", "(giữ nguyên)", "31/12/2025", "CSV; XLSX"]
)  # fmt: skip


@given(st.data())
@settings(
    max_examples=40, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.too_slow]
)
def test_spoiled_cells_become_problems_never_errors(data):
    def spoil(sheets):
        for _ in range(data.draw(st.integers(1, 10))):
            grid = sheets[data.draw(st.sampled_from(["Dữ liệu", "Tài nguyên"]))]
            row = data.draw(st.integers(1, len(grid) - 1))
            grid[row][data.draw(st.integers(0, len(grid[0]) - 1))] = data.draw(CELLS)

    returned = read_workbook(edited(out(DATASET, {"id": "d-2", "title": "Khác"}), spoil))
    for row in returned.rows:
        assert all(str(problem) for problem in row.all_problems())
        assert row.title or row.problems or row.id
