"""The stack that the other tests stand on."""
from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import redis as ckan_redis
from ckan.lib import search
from ckan.tests import factories, helpers


@pytest.mark.usefixtures("catalog")
def test_a_dataset_is_written_found_and_shown():
    dataset = factories.Dataset(title="Danh sách phường", owner_org=factories.Organization()["id"])
    found = helpers.call_action("package_search", q="title:phường")
    assert [hit["id"] for hit in found["results"]] == [dataset["id"]]


@pytest.mark.usefixtures("catalog")
def test_each_test_starts_with_an_empty_catalog():
    assert helpers.call_action("package_search")["count"] == 0
    assert helpers.call_action("package_list") == []


@pytest.mark.usefixtures("catalog")
def test_data_outlives_a_restart_of_every_server(stack):
    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    model.Session.remove()
    for server in stack.servers.values():
        server.restart()
    model.meta.engine.dispose()
    assert helpers.call_action("package_show", id=dataset["id"])["name"] == dataset["name"]
    assert helpers.call_action("package_search")["count"] == 1


@pytest.mark.usefixtures("catalog")
def test_a_killed_postgresql_starts_again_with_what_was_committed(stack):
    user = factories.User()
    model.Session.remove()
    stack.postgres.kill()
    assert not stack.postgres.is_running()
    stack.postgres.start()
    model.meta.engine.dispose()
    assert model.User.get(user["id"]).name == user["name"]


@pytest.mark.usefixtures("catalog")
def test_a_killed_solr_starts_again_with_what_was_committed(stack):
    factories.Dataset(owner_org=factories.Organization()["id"])
    stack.solr.kill()
    with pytest.raises(search.SolrConnectionError):
        helpers.call_action("package_search")
    stack.solr.start()
    assert helpers.call_action("package_search")["count"] == 1


def test_a_flushed_redis_is_empty(stack):
    ckan_redis.connect_to_redis().set("hanoi:test", "1")
    stack.redis.flush()
    assert ckan_redis.connect_to_redis().get("hanoi:test") is None


def test_every_server_answers_on_the_loopback_address_only(stack):
    import psutil

    for server in stack.servers.values():
        listening = {
            connection.laddr.ip.removeprefix("::ffff:")
            for connection in server.daemon.process.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}


@pytest.mark.usefixtures("catalog")
def test_ckan_is_no_superuser_of_its_database():
    with model.meta.engine.connect() as connection:
        assert connection.execute(sa.text("SHOW is_superuser")).scalar() == "off"
