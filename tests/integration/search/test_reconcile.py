"""Database and search index are compared, and what differs is set right."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.lib import search
from ckan.tests import factories, helpers

from ckanext.hanoi.catalog import reconcile

KINDS = ("missing", "superfluous", "stale", "exposed")


@pytest.fixture
def datasets(catalog, monkeypatch) -> list[str]:
    """Ids of datasets, more than a page of the comparison has; each is found."""
    monkeypatch.setattr(reconcile, "_PAGE", 3)
    organization = factories.Organization()["id"]
    return [factories.Dataset(owner_org=organization)["id"] for _ in range(8)]


def break_it(ids: list[str]) -> None:
    """Each in another way, behind CKAN's back."""
    index, package = search.index_for("Package"), model.Package
    index.delete_package({"id": ids[0]})

    def write(id_: str, **values) -> None:
        model.Session.execute(sa.update(package).where(package.id == id_).values(**values))

    write(ids[1], private=True)
    write(ids[2], state="deleted")
    write(ids[3], metadata_modified=sa.text("now()"))
    model.Session.commit()
    model.Session.remove()
    # purged, but the index was not told
    delete = search.PackageSearchIndex.delete_package
    search.PackageSearchIndex.delete_package = lambda *_: None  # type: ignore[method-assign]
    try:
        helpers.call_action("dataset_purge", id=ids[4])
    finally:
        search.PackageSearchIndex.delete_package = delete  # type: ignore[method-assign]
    model.Session.remove()


def numbers(found) -> tuple[int, ...]:
    return tuple(found[kind] for kind in KINDS)


def found_by_visitors() -> set[str]:
    context = {"ignore_auth": False, "user": ""}
    return {one["id"] for one in helpers.call_action("package_search", context)["results"]}


def test_what_agrees_is_left_alone(datasets):
    found = helpers.call_action("hanoi_reconcile")
    assert (found["database"], found["index"], found["repaired"]) == (8, 8, 0)
    assert numbers(found) == (0, 0, 0, 0)
    assert found["next"] == ""


def test_a_dry_run_says_what_differs_and_a_run_sets_it_right(datasets):
    break_it(datasets)
    told = helpers.call_action("hanoi_reconcile", dry_run=True)
    assert numbers(told) == (1, 2, 2, 3)
    assert (told["database"], told["index"], told["repaired"]) == (6, 7, 0)
    assert {(one["kind"], one["id"]) for one in told["differences"]} == {
        ("missing", datasets[0]), ("stale", datasets[1]), ("superfluous", datasets[2]),
        ("stale", datasets[3]), ("superfluous", datasets[4]),
    }  # fmt: skip
    assert found_by_visitors() == set(datasets) - {datasets[0]}
    done = helpers.call_action("hanoi_reconcile")
    assert (numbers(done), done["repaired"]) == ((1, 2, 2, 3), 5)
    assert found_by_visitors() == {datasets[0], *datasets[3:]} - {datasets[4]}
    assert numbers(helpers.call_action("hanoi_reconcile")) == (0, 0, 0, 0)


def test_a_large_catalog_is_compared_in_parts(datasets, monkeypatch):
    break_it(datasets)
    monkeypatch.setattr("ckanext.hanoi.logic.action.search._SECONDS", 0)
    parts = [helpers.call_action("hanoi_reconcile")]
    while parts[-1]["next"]:
        parts.append(helpers.call_action("hanoi_reconcile", after=parts[-1]["next"]))
    assert len(parts) > 4
    assert sum(part["database"] for part in parts) == 6
    assert sum(part["repaired"] for part in parts) == 5
    monkeypatch.undo()
    assert numbers(helpers.call_action("hanoi_reconcile")) == (0, 0, 0, 0)
    with pytest.raises(Exception, match="after"):
        helpers.call_action("hanoi_reconcile", after="index:* OR *:*")


def test_only_a_sysadmin_compares(datasets):
    user = factories.User()["name"]
    context = {"user": user, "ignore_auth": False}
    with pytest.raises(Exception, match="administrator|quản trị"):
        helpers.call_action("hanoi_reconcile", context)


def test_the_command_says_what_it_found_and_ends_well_when_all_is_repaired(datasets, cli):
    break_it(datasets)
    told = cli.invoke(ckan, ["hanoi", "reconcile", "--dry-run"])
    assert told.exit_code == 1, told.output
    assert "1 missing, 2 superfluous, 2 stale (3 found by everybody though hidden)" in told.output
    done = cli.invoke(ckan, ["hanoi", "reconcile"])
    assert done.exit_code == 0, done.output
    assert "5 indexed anew" in done.output
    assert reconcile.last()["repaired"] == 5
