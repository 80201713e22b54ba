"""The datasets of an organization that is merged or renamed: moved and indexed some at a time.

How far that is stands in CKAN's table ``system_info`` until it is done, so that it may end at any
instruction: whoever comes next does the page again that was being done, and goes on behind it.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable

import ckan.lib.search as search
import ckan.model as model
import sqlalchemy as sa

from ckanext.hanoi.agencies import store
from ckanext.hanoi.background import bulk

#: Datasets of one transaction and one request to Solr: less than a second.
_PAGE = 25
_KEY = "hanoi_followers."

Over = Callable[[], bool]


def begin(organization_id: str) -> None:
    """What is going to be changed concerns the datasets: they are pending until ``index`` says no
    more. Committed, and before the change."""
    _note(organization_id, "")


def pending() -> list[str]:
    """Ids of the organizations whose datasets are to be indexed still."""
    info = model.SystemInfo
    query = sa.select(info.key).where(info.key.startswith(_KEY, autoescape=True)).order_by(info.key)
    return [key.removeprefix(_KEY) for key in model.Session.execute(query).scalars()]


def left(organization_id: str) -> int:
    """How many datasets of a pending organization are to be indexed still."""
    after = _after(organization_id)
    return sum(id_ > after for id_ in store.dataset_ids(organization_id))


def index(organization_id: str, over: Over = lambda: False) -> bool:
    """Index the datasets that are not indexed yet; returns whether all of them are."""
    return _go(organization_id, store.dataset_ids(organization_id), lambda _page: None, over)


def move(organization_id: str, datasets: Iterable[str], one: Callable[[str], object],
         over: Over = lambda: False) -> bool:
    """Move what the organization still has of the datasets by ``one``, which does not commit, and
    index all of them; returns whether everything is done."""
    own = set(store.dataset_ids(organization_id))
    if any(id_ <= _after(organization_id) for id_ in own):
        begin(organization_id)  # it has got some since

    def moved(page: list[str]) -> None:
        for id_ in page:
            if id_ in own:
                one(id_)
        model.Session.commit()

    return _go(organization_id, sorted({*own, *datasets}), moved, over)


def _go(organization_id: str, ids: list[str], before: Callable[[list[str]], None],
        over: Over) -> bool:
    after = _after(organization_id)
    todo = [id_ for id_ in ids if id_ > after]
    for start in range(0, len(todo), _PAGE):
        if over():
            return False
        page = todo[start:start + _PAGE]
        with bulk.work():
            before(page)
        _reindex(page)
        _note(organization_id, page[-1])
    model.delete_system_info(_KEY + organization_id)
    if todo:
        bulk.ended.send("agencies")
    return True


def _after(organization_id: str) -> str:
    return (model.get_system_info(_KEY + organization_id) or ":")[1:]


def _note(organization_id: str, after: str) -> None:
    model.set_system_info(_KEY + organization_id, f":{after}")


def _reindex(ids: list[str]) -> None:
    search.rebuild(package_ids=ids, quiet=True)
    search.commit()
