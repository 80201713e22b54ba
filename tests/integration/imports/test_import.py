"""A workbook goes out and comes back: what it changes, and what it leaves alone."""

from __future__ import annotations

import io

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

from ckanext.hanoi.logic.action import imports as import_actions

FULL = {
    "notes": "Danh sách các trường.",
    "theme": ["education"],
    "tag_string": "mầm non, trường học",
    "frequency": "ANNUAL",
    "issued": "2025-03-15",
    "modified": "2025-09",
    "license_id": "cc-by",
    "contact_email": "dulieu@hanoi.gov.vn",
    "resources": [
        {"url": "https://a.vn/1.csv", "name": "Năm 2024"},
        {"url": "https://a.vn/2.xlsx", "name": "Năm 2025", "description": "a\nb"},
    ],
}
#: What the catalog itself writes at each change.
_OWN = {"metadata_modified", "resources"}


def full():
    from ckanext.hanoi.vocabulary import vocabulary

    return {**FULL, "theme": [vocabulary("theme").terms[0].code],
            "license_id": vocabulary("license").terms[0].code}  # fmt: skip


def only(report, result):
    return [row for row in report["rows"] if row["result"] == result]


def test_a_workbook_that_nobody_touched_changes_nothing(publisher):
    dataset = publisher.dataset(**full())
    publisher.dataset("Trường tiểu học", private=True)
    made = publisher.create(publisher.workbook())
    assert made["status"] == "ready"
    assert (made["counts"]["unchanged"], made["counts"]["rows"]) == (2, 2)
    with pytest.raises(tk.ValidationError, match="nothing to do"):
        publisher.call("hanoi_import_run", id=made["id"])
    assert publisher.show(dataset["id"])["metadata_modified"] == dataset["metadata_modified"]


def test_a_changed_cell_changes_that_field_alone(publisher, edit):
    before = publisher.dataset(**full())

    def change(data, files):
        data[2, "Mô tả"] = "Mô tả mới"
        data[2, "Tần suất cập nhật"] = "hang thang"
        files[3, "Tên"] = "Năm học 2025"

    workbook = edit(publisher.workbook(), change)
    preview = publisher.create(workbook)
    (row,) = preview["rows"]
    assert (row["result"], row["row"], row["messages"]) == ("update", 2, [])
    assert [(c["resource"], c["field"], c["old"], c["new"]) for c in row["changes"]] == [
        ("", "notes", "Danh sách các trường.", "Mô tả mới"),
        ("", "frequency", "ANNUAL", "MONTHLY"),
        ("Năm 2025", "name", "Năm 2025", "Năm học 2025"),
    ]
    assert publisher.show(before["id"]) == before
    report = publisher.send(workbook)
    assert (report["status"], report["counts"]["update"], report["counts"]["done"]) == (
        "finished", 1, 1)  # fmt: skip
    after = publisher.show(before["id"])
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed - {"metadata_modified"} == {"notes", "frequency", "resources"}
    assert [r["id"] for r in after["resources"]] == [r["id"] for r in before["resources"]]
    assert after["resources"][1]["name"] == "Năm học 2025"
    assert after["resources"][0] == before["resources"][0]
    assert publisher.datasets()[0]["notes"] == "Mô tả mới"


def new_datasets(data, files):
    data.add(Tên_tập_dữ_liệu="Chợ", Từ_khóa="chợ; Siêu thị!", Ngày_ban_hành="Quý IV/2025",
             Mô_tả="  Danh sách chợ. ", Thư_điện_tử_liên_hệ="mailto:a@hanoi.gov.vn",
             Lĩnh_vực="giao duc")  # fmt: skip
    data.add(Tên_tập_dữ_liệu="Bến xe")
    files.add(Tập_dữ_liệu="Chợ", Tệp_hoặc_địa_chỉ="https://a.vn/cho.csv", Tên="Chợ")


def test_new_rows_become_datasets_and_the_same_file_twice_changes_nothing(publisher, edit):
    publisher.dataset(**full())
    workbook = edit(publisher.workbook(), new_datasets)
    report = publisher.send(workbook)
    assert (report["counts"]["create"], report["counts"]["unchanged"]) == (2, 1)
    assert [row["status"] for row in report["rows"]] == ["unchanged", "done", "done"]
    market = publisher.datasets()[1]
    assert market["name"].startswith("cho")
    assert (market["issued"], market["private"]) == ("2025-10", False)
    assert [r["url"] for r in market["resources"]] == ["https://a.vn/cho.csv"]
    assert market["creator_user_id"] == publisher.person["id"]
    again = publisher.send(workbook)
    assert again["counts"] == {
        "rows": 3, "waiting": 0, "create": 0, "update": 0, "unchanged": 3, "error": 0, "done": 0,
    }  # fmt: skip
    assert len(publisher.datasets()) == 3
    assert publisher.show(market["id"])["metadata_modified"] == market["metadata_modified"]


def test_new_datasets_can_be_private(publisher, edit):
    publisher.send(edit(publisher.workbook(), new_datasets), private=True)
    assert [one["private"] for one in publisher.datasets()] == [True, True]


def test_an_emptied_cell_empties_the_field(publisher, edit):
    dataset = publisher.dataset(**full())

    def change(data, files):
        data[2, "Ngày ban hành"] = data[2, "Từ khóa"] = data[2, "Lĩnh vực"] = ""
        files[2, "Tên"] = ""

    assert publisher.send(edit(publisher.workbook(), change))["counts"]["done"] == 1
    after = publisher.show(dataset["id"])
    assert (after.get("issued"), after["tags"], after.get("theme", [])) == (None, [], [])
    assert after["resources"][0]["name"] in ("", None)
    assert after["notes"] == dataset["notes"]


def test_columns_and_rows_that_were_left_out_are_left_alone(publisher, edit):
    before = publisher.dataset(**full())
    other = publisher.dataset("Trường tiểu học", **full())

    def change(data, files):
        for heading in ("Mô tả", "Từ khóa", "Mã hệ thống", "Dấu đối chiếu", "Lĩnh vực"):
            data.drop(heading)
        for heading in ("Mã hệ thống", "Dấu đối chiếu", "Mã hệ thống của tập dữ liệu", "Mô tả"):
            files.drop(heading)
        del data.grid[2], files.grid[3:], files.grid[1]
        data[2, "Phiên bản"] = "2"
        data[2, "Ngày ban hành"] = ""

    report = publisher.send(edit(publisher.workbook(), change))
    (row,) = report["rows"]
    # a row that was not made by the catalog only says what it says
    assert [(c["field"], c["new"]) for c in row["changes"]] == [("version", "2")]
    after = publisher.show(before["id"])
    assert after["resources"] == before["resources"]
    assert {n for n in after if after[n] != before.get(n)} == {"metadata_modified", "version"}
    assert publisher.show(other["id"]) == other


def test_a_row_with_an_error_never_blocks_another(publisher, edit):
    publisher.dataset(**full())

    def change(data, files):
        data[2, "Tần suất cập nhật"] = "hằng nam nữ"
        data.add(Tên_tập_dữ_liệu="Chợ", Thư_điện_tử_liên_hệ="không có")
        data.add(Tên_tập_dữ_liệu="Bến xe")
        data.add(Tên_tập_dữ_liệu="Cầu")
        files.add(Tập_dữ_liệu="Cầu", Tệp_hoặc_địa_chỉ="javascript:alert(1)")
        files.add(Tập_dữ_liệu="Không có", Tệp_hoặc_địa_chỉ="https://a.vn")

    report = publisher.send(edit(publisher.workbook(), change))
    assert report["status"] == "finished"
    assert [row["result"] for row in report["rows"]] == [
        "error", "error", "create", "error", "error"]  # fmt: skip
    said = [row["messages"] for row in report["rows"]]
    assert said[0][0].startswith(
        "Sheet Dữ liệu, row 2, column M (Tần suất cập nhật): “hằng nam nữ”"
    )
    assert said[1][0].startswith("Sheet Dữ liệu, row 3, column K (Thư điện tử liên hệ): ")
    assert "such as dulieu@hanoi.gov.vn" in said[1][0]
    assert said[3][0].startswith("Sheet Tài nguyên, row 4, column D (Tệp hoặc địa chỉ): ")
    assert "Sheet Tài nguyên, row 5" in said[4][0]
    assert [one["title"] for one in publisher.datasets()] == ["Bến xe", "Trường mầm non"]


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Có dữ liệu cá nhân", "Có"), ("Tính chất quan trọng", "Dữ liệu cốt lõi"),
     ("Tính chất quan trọng", "Dữ liệu quan trọng")],
)  # fmt: skip
def test_protected_data_never_become_public(publisher, edit, heading, value):
    public = publisher.dataset()
    hidden = publisher.dataset("Trường tiểu học", private=True)

    def change(data, files):
        data[2, heading] = value
        data[3, heading] = value
        data[data.add(Tên_tập_dữ_liệu="Mới"), heading] = value

    workbook = edit(publisher.workbook(), change)
    report = publisher.send(workbook)
    first, second, new = report["rows"]
    assert "row 2, column" in first["messages"][0]
    assert f"({heading}): core, important and personal data" in first["messages"][0]
    assert "on its page first" in first["messages"][0]
    assert "“private” for new datasets" in new["messages"][0]
    assert (second["result"], second["status"]) == ("update", "done")
    assert publisher.show(public["id"]) == public
    assert publisher.show(hidden["id"])["private"] is True
    assert publisher.send(workbook, private=True)["rows"][2]["status"] == "done"
    assert [one["private"] for one in publisher.datasets() if one["title"] == "Mới"] == [True]


def test_a_dataset_of_another_agency_cannot_be_touched(publisher, edit):
    stranger = factories.Dataset(title="Của người khác", owner_org=factories.Organization()["id"])
    publisher.dataset()

    def change(data, files):
        data[2, "Mã hệ thống"] = stranger["id"]
        data[2, "Dấu đối chiếu"] = ""
        number = data.add(Tên_tập_dữ_liệu="Của người khác", Mô_tả="chiếm")
        data[number, "Mã hệ thống"] = stranger["name"]
        data.add(Tên_tập_dữ_liệu="Của người khác", Mã_định_danh_tập_dữ_liệu=stranger["id"])

    report = publisher.send(edit(publisher.workbook(), change))
    assert ["another agency" in m for row in report["rows"][:2] for m in row["messages"]] == [
        True, True]  # fmt: skip
    assert report["rows"][2]["result"] == "create"
    assert publisher.show(stranger["id"])["title"] == "Của người khác"
    assert publisher.show(stranger["id"])["notes"] == stranger["notes"]


def test_a_dataset_is_known_by_id_slug_identifier_or_title(publisher, edit):
    sets = [publisher.dataset(f"Tập {n}", identifier=f"H26-{n}") for n in range(4)]

    def change(data, files):
        data.drop("Dấu đối chiếu")
        data[3, "Mã hệ thống"] = sets[1]["name"]
        data[4, "Mã hệ thống"] = data[5, "Mã hệ thống"] = ""
        data[4, "Tên tập dữ liệu"] = "Tên mới"
        data[5, "Mã định danh tập dữ liệu"] = ""
        for row in range(2, 6):
            data[row, "Phiên bản"] = "2"

    report = publisher.send(edit(publisher.workbook(), change))
    assert [row["package_id"] for row in report["rows"]] == [one["id"] for one in sets]
    assert [publisher.show(one["id"])["version"] for one in sets] == ["2"] * 4
    assert publisher.show(sets[2]["id"])["title"] == "Tên mới"
    assert publisher.show(sets[3]["id"])["identifier"] == "H26-3"


def test_of_several_datasets_with_one_title_the_row_must_say_which(publisher, edit):
    publisher.dataset("Chợ")
    publisher.dataset("Chợ")
    report = publisher.create(
        edit(publisher.workbook(), lambda data, files: (
            data.grid.__delitem__(slice(1, 3)), data.add(Tên_tập_dữ_liệu="Chợ"),
        ))
    )  # fmt: skip
    assert "several datasets with this title" in report["rows"][0]["messages"][0]


def test_a_deleted_dataset_is_not_brought_back(publisher, edit):
    dataset = publisher.dataset()
    workbook = edit(publisher.workbook(), lambda d, f: d.__setitem__((2, "Mô tả"), "x"))
    publisher.call("package_delete", id=dataset["id"])
    report = publisher.send(workbook)
    assert "no longer in the catalog" in report["rows"][0]["messages"][0]


def test_files_are_added_changed_and_never_removed(publisher, edit):
    before = publisher.dataset(**full())

    def change(data, files):
        del files.grid[1]
        files[2, "Tệp hoặc địa chỉ"] = "https://a.vn/moi.xlsx"
        files.add(Tập_dữ_liệu="Trường mầm non", Tệp_hoặc_địa_chỉ="https://a.vn/3.json")

    workbook = edit(publisher.workbook(), change)
    report = publisher.send(workbook)
    assert [(c["resource"], c["field"]) for c in report["rows"][0]["changes"]] == [
        ("Năm 2025", "url"), ("https://a.vn/3.json", "")]  # fmt: skip
    after = publisher.show(before["id"])
    assert [r["id"] for r in after["resources"]][:2] == [r["id"] for r in before["resources"]]
    assert [r["url"] for r in after["resources"]] == [
        "https://a.vn/1.csv", "https://a.vn/moi.xlsx", "https://a.vn/3.json"]  # fmt: skip
    assert after["resources"][2]["format"] == "JSON"
    assert publisher.send(workbook)["counts"]["unchanged"] == 1


def test_a_value_that_is_in_no_list_may_stay_as_it_is(publisher, edit):
    dataset = publisher.dataset(license_id="notspecified")
    workbook = edit(publisher.workbook(), lambda d, f: d.__setitem__((2, "Phiên bản"), "2"))
    report = publisher.send(workbook)
    assert report["rows"][0]["messages"] == []
    assert publisher.show(dataset["id"])["license_id"] == "notspecified"
    assert publisher.show(dataset["id"])["version"] == "2"


# -- others at work --------------------------------------------------------------------------------


@pytest.fixture
def colleague(publisher):
    user = factories.User()
    helpers.call_action("organization_member_create", id=publisher.agency["id"],
                        username=user["name"], role="admin")  # fmt: skip
    return user


def test_what_somebody_else_changed_is_noticed_and_not_overwritten(publisher, edit, colleague):
    dataset = publisher.dataset(**full())

    def change(data, files):
        data[2, "Mô tả"] = "của tôi"
        data[2, "Phiên bản"] = "2"

    workbook = edit(publisher.workbook(), change)
    others = {"notes": "của bạn", "rights": "Ghi nguồn"}
    publisher.call("package_patch", colleague, id=dataset["id"], **others)
    report = publisher.send(workbook)
    (message,) = report["rows"][0]["messages"]
    assert "row 2, column C (Mô tả): somebody else has changed this" in message
    assert "“của bạn”" in message
    assert publisher.show(dataset["id"])["notes"] == "của bạn"
    assert publisher.show(dataset["id"])["version"] in (None, "")
    report = publisher.send(workbook, overwrite=True)
    assert report["counts"]["done"] == 1
    after = publisher.show(dataset["id"])
    assert (after["notes"], after["version"], after["rights"]) == ("của tôi", "2", "Ghi nguồn")


def test_what_somebody_else_changed_in_cells_nobody_touched_stays(publisher, edit, colleague):
    dataset = publisher.dataset(**full())
    workbook = edit(publisher.workbook(), lambda d, f: d.__setitem__((2, "Phiên bản"), "2"))
    publisher.call("package_patch", colleague, id=dataset["id"], notes="của bạn")
    assert publisher.send(workbook)["counts"]["done"] == 1
    after = publisher.show(dataset["id"])
    assert (after["notes"], after["version"]) == ("của bạn", "2")


def test_a_workbook_can_be_edited_on_and_sent_again_by_the_same_person(publisher, edit, colleague):
    dataset = publisher.dataset(**full())

    def version(value):
        def change(data, files):
            data[2, "Phiên bản"] = value
            files[2, "Tên"] = f"Tệp {value}"

        return change

    workbook = publisher.workbook()
    assert publisher.send(edit(workbook, version("2")))["counts"]["done"] == 1
    assert publisher.send(edit(workbook, version("3")))["counts"]["done"] == 1
    assert publisher.show(dataset["id"])["version"] == "3"
    publisher.call("package_patch", colleague, id=dataset["id"], version="khác")
    assert publisher.send(edit(workbook, version("4")))["counts"]["error"] == 1


def test_what_changes_between_preview_and_start_is_noticed(publisher, edit, colleague):
    dataset = publisher.dataset(**full())
    text = publisher.dataset("Không dấu")

    def change(data, files):
        data[2, "Mô tả"] = data[3, "Mô tả"] = "của tôi"
        data.drop("Dấu đối chiếu")
        data.add(Tên_tập_dữ_liệu="Chợ", Mô_tả="của tôi")

    made = publisher.create(edit(publisher.workbook(), change))
    assert [row["result"] for row in made["rows"]] == ["update", "update", "create"]
    publisher.call("package_patch", colleague, id=text["id"], notes="của bạn")
    publisher.dataset("Chợ", notes="của bạn")
    context = {"user": publisher.person["name"], "ignore_auth": False, "hanoi_inline": True}
    helpers.call_action("hanoi_import_run", context, id=made["id"])
    report = publisher.report(made["id"])
    results = {row["title"]: row for row in report["rows"]}
    assert "since the preview" in results["Không dấu"]["messages"][0]
    assert "since the preview somebody has added" in results["Chợ"]["messages"][0]
    assert results["Trường mầm non"]["status"] == "done"
    assert publisher.show(dataset["id"])["notes"] == "của tôi"
    assert publisher.show(text["id"])["notes"] == "của bạn"


def test_the_preview_is_made_again_with_other_choices(publisher, edit):
    made = publisher.create(edit(publisher.workbook(), lambda data, files: (
        data.add(Tên_tập_dữ_liệu="Chợ", Có_dữ_liệu_cá_nhân="Có"))))  # fmt: skip
    assert made["counts"]["error"] == 1
    again = publisher.call("hanoi_import_check", id=made["id"], private=True)
    assert (again["status"], again["private"], again["counts"]["create"]) == ("ready", True, 1)


def test_a_draft_stays_a_draft_and_an_uploaded_file_stays_where_it_is(publisher, edit):
    draft = publisher.dataset("Nháp", state="draft")

    def change(data, files):
        data[2, "Phiên bản"] = "2"

    report = publisher.send(edit(publisher.workbook(), change))
    assert report["counts"]["done"] == 1
    assert publisher.show(draft["id"])["state"] == "draft"


@pytest.mark.parametrize("code", ["54000", "57014"])
def test_a_row_that_the_database_refuses_is_told_and_the_others_are_written(
    publisher, edit, refusing, code
):
    def rows(data, _files):
        for title in ("Trường học", "Trường SAI", "Bến xe"):
            data.add(Tên_tập_dữ_liệu=title)

    refusing(code)
    report = publisher.send(edit(publisher.workbook(), rows))
    assert report["status"] == "finished"
    assert (report["counts"]["done"], report["counts"]["error"]) == (2, 1), report["rows"]
    assert [d["title"] for d in publisher.datasets()] == ["Bến xe", "Trường học"]


@pytest.mark.parametrize("code", ["23505", "40P01"])
def test_a_row_whose_name_another_takes_meanwhile_is_written_under_another(
    publisher, edit, refusing, code
):
    def rows(data, _files):
        for title in ("Trường học", "Trường SAI", "Bến xe"):
            data.add(Tên_tập_dữ_liệu=title)

    refusing(code, times=3)
    report = publisher.send(edit(publisher.workbook(), rows))
    assert (report["status"], report["counts"]["done"]) == ("finished", 3), report["rows"]


@pytest.mark.parametrize(
    ("limit", "inline", "rows"), [(None, False, 2), (3, False, 2), (1, False, 1), (None, True, 3)]
)
def test_a_request_previews_some_rows_and_the_command_line_all(
    publisher, monkeypatch, limit, inline, rows
):
    monkeypatch.setattr(import_actions, "_PREVIEWED", 2)
    table = "Tên tập dữ liệu\nTrường học\nChợ đêm\nBến xe\n".encode()
    context = {"user": publisher.person["name"], "ignore_auth": False, "hanoi_inline": inline}
    seen = helpers.call_action("hanoi_import_preview", context, upload=io.BytesIO(table),
                               owner_org=publisher.agency["name"], limit=limit)  # fmt: skip
    assert (len(seen["rows"]), seen["truncated"]) == (rows, rows < 3)


def test_a_number_of_rows_that_is_none_is_refused(publisher):
    with pytest.raises(tk.ValidationError) as refused:
        publisher.call("hanoi_import_preview", upload=io.BytesIO(b"x"), limit="many",
                       owner_org=publisher.agency["name"])  # fmt: skip
    assert list(refused.value.error_dict) == ["limit"]
