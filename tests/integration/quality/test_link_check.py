"""Links are checked, remembered, and count; the commands say so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan as ckan_command
from pytest_httpserver import HTTPServer
from werkzeug import Response

from ckanext.hanoi.model.quality import LinkCheck
from ckanext.hanoi.quality import link_checker, link_crawler, store
from ckanext.hanoi.quality.link_crawler import Result, Target

pytestmark = [
    pytest.mark.ckan_config("ckanext.hanoi.harvest.allowed_hosts", "127.0.0.1"),
    pytest.mark.ckan_config("ckanext.hanoi.links.pause", "0.01"),
]


@pytest.fixture
def site():
    with HTTPServer(threaded=True) as server:
        server.expect_request("/robots.txt").respond_with_response(Response(status=404))
        server.expect_request("/tot.csv").respond_with_data("a,b", content_type="text/csv")
        server.expect_request("/hong.csv").respond_with_response(Response(status=410))
        yield server


@pytest.fixture
def dataset(create, agency, site, measure):
    """With one link that answers, one that does not, and one to a private address."""
    made = create(name="lien-ket", title="Liên kết", owner_org=agency["id"], resources=[
        {"url": site.url_for("/tot.csv")}, {"url": site.url_for("/hong.csv")},
        {"url": "http://10.0.0.1/noi-bo.csv"},
    ])  # fmt: skip
    measure()
    return made


def links():
    model.Session.expire_all()
    found = model.Session.execute(sa.select(LinkCheck)).scalars()
    return {link.url.rpartition("/")[2]: link for link in found}


def test_what_is_due_is_checked_kept_with_its_date_and_counts(dataset, site, ask):
    counts = link_checker.run()
    assert (counts.due, counts.answer, counts.broken, counts.unknown) == (3, 1, 1, 1)
    found = links()
    assert (found["tot.csv"].answers, found["tot.csv"].content_type) == (True, "text/csv")
    assert (found["hong.csv"].answers, found["hong.csv"].status) == (False, 410)
    assert found["hong.csv"].failing == found["hong.csv"].checked
    assert found["noi-bo.csv"].answers is None
    assert "not public" in found["noi-bo.csv"].problem
    week, day = timedelta(days=7), timedelta(days=1)
    assert found["tot.csv"].due - found["tot.csv"].checked == week
    assert found["hong.csv"].due - found["hong.csv"].checked == day

    shown = ask("hanoi_quality_show", id="lien-ket")
    broken = next(one for one in shown["missing"]
                  if one["measure"] == "access_url_answers" and not one["pending"])  # fmt: skip
    assert [one["position"] for one in broken["resources"]] == [1]
    assert {link["status"] for link in shown["links"]} == {200, 410, None}
    [row] = ask("hanoi_quality_ranking")
    assert row["broken_links"] == 1

    requests = len(site.log)
    assert link_checker.run().due == 0
    assert len(site.log) == requests


def test_a_link_fails_since_its_first_failure_until_it_answers(dataset):
    target = Target(store.digest(dataset["resources"][0]["url"]), "")
    link_checker.save([Result(target, False, 500)])
    first = links()["tot.csv"].failing
    model.Session.execute(sa.update(LinkCheck).values(failing=first - timedelta(days=10)))
    link_checker.save([Result(target, False, 500)])
    found = links()["tot.csv"]
    assert found.failing == first - timedelta(days=10)
    assert found.due - found.checked == timedelta(days=7)
    link_checker.save([Result(target, None, 429, problem=link_crawler.BUSY)])
    assert links()["tot.csv"].due - links()["tot.csv"].checked == timedelta(days=1)
    link_checker.save([Result(target, True, 200)])
    assert links()["tot.csv"].failing is None


def test_a_stopped_run_goes_on_where_it_was_and_two_do_not_run_at_once(dataset):
    def stop(counts, url):
        assert link_checker.run() is None  # another one is at it
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        link_checker.run(progress=stop)
    done = [link for link in links().values() if link.checked]
    assert len(done) == 1
    assert link_checker.run().due == 2


def test_an_address_that_another_dataset_has_too_is_known(dataset, create, agency, measure):
    link_checker.run()
    create(name="cung-dia-chi", title="Cùng địa chỉ", owner_org=agency["id"],
           resources=[{"url": dataset["resources"][0]["url"]}])  # fmt: skip
    measure()
    rows = model.Session.execute(
        sa.select(LinkCheck.answers).where(LinkCheck.url == dataset["resources"][0]["url"])
    )
    assert list(rows.scalars()) == [True, True]
    assert link_checker.due() == []
    assert len(link_checker.due(everything=True)) == 3


def test_the_commands(dataset, cli):
    checked = cli.invoke(ckan_command, ["hanoi", "links", "check", "--minutes", "1"])
    assert "3 of 3 due addresses checked: 1 answer, 1 do not, 1 could not" in checked.output
    ranking = cli.invoke(ckan_command, ["hanoi", "quality"]).output
    assert "so-giao-duc" in ranking
    listed = cli.invoke(ckan_command, ["hanoi", "quality", "--agency", "so-giao-duc",
                                       "--format", "csv"]).output  # fmt: skip
    assert "lien-ket" in listed
    shown = cli.invoke(ckan_command, ["hanoi", "quality", "lien-ket"]).output
    assert "Keywords" in shown
    found = cli.invoke(ckan_command, ["hanoi", "quality", "lien-ket", "--format", "json"]).stdout
    assert json.loads(found)["of"] == 405
    updated = cli.invoke(ckan_command, ["hanoi", "quality", "update"])
    assert "1 datasets measured" in updated.output
    wrong = cli.invoke(ckan_command, ["hanoi", "quality", "khong-co"])
    assert wrong.exit_code == 1
