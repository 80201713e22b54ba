"""The links of datasets through CKAN's API: what their checks found, and asking for a check."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from redis.exceptions import RedisError

from ckanext.hanoi.logic.schema import quality as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.quality import jobs, link_checker, link_queries


def _ids(asked: dict[str, Any]) -> tuple[str | None, str | None]:
    """The ids of the dataset and of the agency that are asked for."""
    package = group = None
    if asked.get("id"):
        package = model.Package.get(asked["id"])
        if package is None or package.state == "deleted":
            raise tk.ObjectNotFound(tk._("Dataset not found"))
    if asked.get("organization"):
        group = model.Group.get(asked["organization"])
        if group is None or not group.is_organization or group.state != "active":
            raise tk.ObjectNotFound(tk._("There is no such agency: %s") % asked["organization"])
    return package.id if package else None, group.id if group else None


@tk.side_effect_free
def hanoi_link_list(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The links of datasets that the asker may read, with what their last check found.

    :param organization: name or id of an agency
    :param id: name or id of a dataset
    :param state: ``broken``, ``answers``, ``unknown`` (its site was not asked, or did not wish
      it) or ``waiting`` (not checked yet); without it all
    :param q: those with these words in their address or their dataset's title, with or without
      accents
    :param sort: ``failing`` (default: those that fail longest first), ``checked``, ``title``,
      ``url``
    :param order: ``asc`` or ``desc``
    :param limit: at most this many, and at most 1000 (default 100)
    :param offset: leave out so many

    :returns: ``count``, ``states`` (how many there are in each state), and ``results``: each with
      ``url``, ``state``, ``answers``, ``status``, ``content_type``, ``problem`` (a sentence),
      ``checked``, ``failing`` (since when), ``due``, ``dataset`` (``id``, ``name``, ``title``),
      ``organization`` and the ``resources`` that have the address
    """
    tk.check_access("hanoi_link_list", context, data_dict)
    asked = checked(data_dict, schema.list_of_links())
    return link_queries.page(context, link_checker.scope(*_ids(asked)), asked)


def hanoi_link_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Have links checked now, by the background job. What was checked in the last ten minutes is
    not asked again.

    :param id: name or id of a dataset (who may edit it)
    :param organization: name or id of an agency (its editors); without both: all (sysadmins)

    :returns: ``queued``: how many addresses are to be asked
    """
    asked = checked(data_dict, schema.check_of_links())
    tk.check_access("hanoi_link_check", context, asked)
    if asked.get("id") and asked.get("organization"):
        raise tk.ValidationError({"id": [tk._("Give a dataset or an agency, not both")]})
    ids = _ids(asked)
    number = link_checker.ask(link_checker.scope(*ids))
    if number:
        try:
            jobs.enqueue_check(*ids)
        except RedisError:
            raise tk.ValidationError({"queue": [tk._(
                "The job queue does not answer. The links are checked next night.")]}) from None
    return {"queued": number}
