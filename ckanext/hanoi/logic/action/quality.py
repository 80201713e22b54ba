"""Scores through CKAN's API."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.list_limits import most
from ckanext.hanoi.logic.schema import quality as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.model.quality import LinkCheck, Quality
from ckanext.hanoi.quality import labels, link_queries, ranking, store


@tk.side_effect_free
def hanoi_quality_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """How good the metadata of a dataset, of an agency's public datasets or of all of them are.

    :param id: name or id of a dataset
    :param organization: name or id of an agency; without both: the whole catalog

    :returns: of a dataset: ``points`` of ``of``, ``band`` with ``band_label``, ``pending`` (points
      that wait for a check of links), ``dimensions``, ``freshness``, ``missing`` (each with
      ``points``, ``remedy``, ``field``, ``label`` and the ``resources`` that lack it), ``links``
      (each with ``answers``, ``status``, ``problem``, ``checked``), ``computed``; of an agency or
      the catalog: the numbers of ``hanoi_quality_ranking``, and ``measures``: what is lacking
    """
    asked = checked(data_dict, schema.show())
    tk.check_access("hanoi_quality_show", context, asked)
    if asked.get("id") and asked.get("organization"):
        raise tk.ValidationError({"id": [tk._("Give a dataset or an agency, not both")]})
    if asked.get("id"):
        return _dataset(context, asked["id"])
    if asked.get("organization"):
        group = _organization(asked["organization"])
        return {
            "organization": group.name,
            "title": ranking.title(group.id),
            **ranking.summary(group.id),
        }
    return ranking.summary()


@tk.side_effect_free
def hanoi_quality_ranking(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The agencies that have public datasets, by the quality of their metadata.

    :param q: those with these words in their name, with or without accents
    :param sort: ``points`` (default), ``title``, ``datasets``, a dimension, a band, a state of
      freshness or ``broken_links``
    :param order: ``desc`` (default; of titles ``asc``) or ``asc``

    :returns: each with ``organization`` (its name), ``title``, ``datasets``, ``points`` (average),
      ``band``, points by dimension, numbers of datasets by band and freshness, ``broken_links``
    """
    tk.check_access("hanoi_quality_ranking", context, data_dict)
    asked = checked(data_dict, schema.ranking_of_agencies())
    sort = asked.get("sort") or "points"
    return ranking.agencies_of(asked.get("q") or "", sort, _descending(asked, sort))


@tk.side_effect_free
def hanoi_quality_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Public datasets with their scores.

    :param organization: name or id of an agency
    :param band: ``excellent``, ``good``, ``sufficient`` or ``bad``
    :param freshness: ``current``, ``due``, ``late`` or ``unknown``
    :param q: those with these words in their title, with or without accents
    :param sort: ``points`` (default), ``title``, a dimension, ``updated``, ``broken_links``,
      ``computed``
    :param order: ``desc`` (default; of titles ``asc``) or ``asc``
    :param limit: at most this many, and at most 1000 (default 100)
    :param offset: leave out so many

    :returns: ``count`` and ``results``
    """
    tk.check_access("hanoi_quality_list", context, data_dict)
    asked = checked(data_dict, schema.list_of_datasets())
    sort = asked.get("sort") or "points"
    group = _organization(asked["organization"]) if asked.get("organization") else None
    count, rows = ranking.datasets(
        group.id if group else None,
        band=asked.get("band") or "",
        freshness=asked.get("freshness") or "",
        q=asked.get("q") or "",
        sort=sort,
        descending=_descending(asked, sort),
        offset=asked.get("offset") or 0,
        limit=min(asked.get("limit") or 100, most()),
    )
    return {"count": count, "results": rows}


def _descending(asked: dict[str, Any], sort: str) -> bool:
    return (asked.get("order") or ("asc" if sort == "title" else "desc")) == "desc"


def _organization(name_or_id: str) -> Any:
    group = model.Group.get(name_or_id)
    if group is None or not group.is_organization or group.state != "active":
        raise tk.ObjectNotFound(tk._("There is no such agency: %s") % name_or_id)
    return group


def _dataset(context: Any, id_: str) -> dict[str, Any]:
    own: Any = dict(context)
    package = tk.get_action("package_show")(own, {"id": id_})
    found = labels.as_dict(store.score(package), package)
    row = model.Session.get(Quality, package["id"])
    return {
        "id": package["id"],
        "name": package["name"],
        **found,
        "links": _links(package["id"]),
        "computed": row.computed.isoformat() if row else None,
    }


def _links(package_id: str) -> list[dict[str, Any]]:
    query = (
        sa.select(LinkCheck).where(LinkCheck.package_id == package_id).order_by(LinkCheck.url)
    )
    return [link_queries.as_dict(link) for link in model.Session.execute(query).scalars()]
