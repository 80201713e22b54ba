"""What the session knows is not asked of the database, and nothing else is answered from it."""

from __future__ import annotations

import threading

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from sqlalchemy.orm import object_session

from ckanext.hanoi.catalog.session_cache import cached_queries

pytestmark = [
    pytest.mark.usefixtures("catalog"),
    pytest.mark.skipif(
        not tk.check_ckan_version(min_version="2.12"), reason="CKAN 2.11 is asked as ever"
    ),
]


@pytest.fixture
def create():
    owner = factories.Organization()["id"]
    return lambda **more: factories.Dataset(owner_org=owner, **more)["id"]


def packages(**by):
    return model.Session.query(model.Package).filter_by(**by).all()


def test_a_user_is_asked_for_once_in_the_block_and_anew_after_it(asked):
    name = factories.User()["name"]
    with cached_queries():
        first = model.User.get(name)
        del asked[:]
        assert model.User.get(name) is first
        assert model.User.get(first.id) is first
        assert len(asked) == 1
        assert model.User.get(name).name == name
        assert model.User.get("nobody-of-this-name") is None
        assert model.User.get("nobody-of-this-name") is None
        assert len(asked) == 2
    model.User.get(name)
    assert len(asked) == 3


def test_another_threads_session_gets_its_own_user(asked):
    name = factories.User()["name"]
    found = []

    def ask():
        user = model.User.get(name)
        found.append((user, object_session(user) is model.Session()))
        model.Session.remove()

    with cached_queries():
        mine = model.User.get(name)
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(20)
    ((theirs, is_their_own),) = found
    assert theirs is not mine
    assert is_their_own


def test_a_dataset_of_the_session_is_known_by_its_id(asked, create):
    ids = [create() for _ in range(3)]
    with cached_queries():
        held = [packages(id=ids[0])[0], model.Session.get(model.Package, ids[1])]
        del asked[:]
        assert packages(id=ids[0]) == held[:1]
        assert packages(id=ids[1]) == held[1:]
        assert asked == []
        assert [one.id for one in packages(id=ids[2])] == ids[2:]
        assert packages(id="none") == []
        assert len(asked) == 2


def test_an_organization_of_the_session_is_known_by_its_id(asked):
    ids = [factories.Organization()["id"] for _ in range(2)]
    with cached_queries():
        held = [model.Group.get(ids[0]), model.Session.get(model.Group, ids[1])]
        del asked[:]
        assert [model.Group.get(id_) for id_ in ids] == held
        assert asked == []
        assert model.Session.query(model.Group).filter_by(id=ids[0]).offset(1).first() is None
        assert model.Group.get("none") is None
        assert len(asked) >= 2


def test_any_other_question_is_asked(asked, create):
    id_ = create(resources=[{"url": "https://data.example.org/a"}])
    with cached_queries():
        (held,) = packages(id=id_)
        assert packages(id=id_) == [held]
        query = model.Session.query(model.Package)
        same = model.Package.id == id_
        assert packages(id=id_, state="deleted") == []
        assert query.filter(model.Resource.id == id_).all() == []
        assert query.join(model.Member, model.Member.table_id == "x").filter(same).all() == []
        assert query.filter(same).order_by(model.Package.name).all() == [held]
        del asked[:]
        assert query.filter(same).populate_existing().all() == [held]
        assert query.filter(same).with_for_update().all() == [held]
        assert len(asked) == 2
