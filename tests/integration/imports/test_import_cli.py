"""``ckan hanoi template`` and ``ckan hanoi import`` as an admin types them."""

from __future__ import annotations

import json

import pytest
from ckan.cli.cli import ckan as ckan_command
from ckan.tests import factories


@pytest.fixture
def hanoi(cli, publisher):
    def call(*arguments):
        return cli.invoke(ckan_command, ["hanoi", *arguments])

    return call


def test_a_workbook_goes_out_and_comes_back(hanoi, publisher, edit, tmp_path):
    publisher.dataset("Trường", private=True, notes="Cũ")
    path = tmp_path / "out.xlsx"
    assert hanoi("template", str(path), "--agency", publisher.agency["name"]).exit_code == 0

    def change(data, files):
        data[2, "Mô tả"] = "Mới"
        data.add(Tên_tập_dữ_liệu="Chợ")

    path.write_bytes(edit(path.read_bytes(), change))
    dry = hanoi("import", str(path), "--agency", publisher.agency["name"], "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "notes: 'Cũ' -> 'Mới'" in dry.output
    assert "2 rows, 1 create, 1 update, 0 unchanged, 0 error, 0 done" in dry.output
    assert publisher.call("hanoi_import_list") == []
    done = hanoi("import", str(path), "--agency", publisher.agency["name"], "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["status"], report["counts"]["done"]) == ("finished", 2)
    again = hanoi("import", str(path), "--agency", publisher.agency["name"])
    assert (again.exit_code, "2 unchanged" in again.output) == (0, True)
    assert report["id"] in hanoi("imports", "list", "--agency", publisher.agency["name"]).output
    assert "Chợ" in hanoi("imports", "show", report["id"]).output
    assert "ended already" in hanoi("imports", "abort", report["id"]).output


def test_a_failed_row_is_told_and_the_exit_status_is_one(hanoi, publisher, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Tên tập dữ liệu,Tần suất cập nhật\nChợ,bao giờ\nCầu,Hằng năm\n")
    for more in (["--dry-run"], []):
        result = hanoi("import", str(path), "--agency", publisher.agency["name"], *more)
        assert result.exit_code == 1
        assert "row 2, column B (Tần suất cập nhật): “bao giờ” is not in the list" in result.output
    assert [one["title"] for one in publisher.datasets()] == ["Cầu"]
    assert hanoi("import", str(path), "--agency", "không-có").exit_code == 1


def test_an_import_can_be_done_with_the_rights_of_a_user(hanoi, publisher, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title\nChợ\n")
    arguments = ["import", str(path), "--agency", publisher.agency["name"], "--user"]
    assert hanoi(*arguments, factories.User()["name"]).exit_code == 1
    assert publisher.datasets() == []
    assert hanoi(*arguments, publisher.person["name"]).exit_code == 0
    assert publisher.datasets()[0]["creator_user_id"] == publisher.person["id"]
