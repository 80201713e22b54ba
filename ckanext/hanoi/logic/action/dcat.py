"""The catalog's pages in RDF, faster than ckanext-dcat writes them."""
from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckanext.dcat import logic as stock
from ckanext.dcat.utils import dataset_uri
from dateutil.parser import parse as parse_date

from ckanext.hanoi import rdf
from ckanext.hanoi.dcat import cache, describe, pages
from ckanext.hanoi.dcat.describe import Site

#: Datasets asked for at once: Solr takes about a thousand alternatives.
_ONCE = 500


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_show(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """ckanext-dcat's action. Pages by our profile alone are put together from what was kept of
    each dataset; all others, and all when ``ckanext.hanoi.dcat.cache`` is off, are stock's.

    The index is asked each time who may see what; what is kept decides only how it is written.
    """
    wanted = str(data_dict.get("format") or "rdf")
    form = pages.SAME.get(wanted, wanted)
    names = data_dict.get("profiles") or tk.aslist(tk.config.get("ckanext.dcat.rdf.profiles"))
    ours = list(names) == ["hanoi_dcat"] and form in pages.FORMATS
    subcatalogs = tk.asbool(tk.config.get("ckanext.dcat.expose_subcatalogs", False))
    if not ours or subcatalogs or not tk.config["ckanext.hanoi.dcat.cache"]:
        return _by_stock(next_, context, data_dict)
    tk.check_access("dcat_catalog_show", context, data_dict)
    found = _search(context, data_dict)
    site = rdf.site({row["owner_org"] for row in found["results"] if row.get("owner_org")})
    stamps = {row["id"]: _stamp(row, site) for row in found["results"]}
    kept = cache.load(form, stamps)
    missing = [id_ for id_ in stamps if id_ not in kept]
    if missing:
        new = _written(context, missing, form, site)
        cache.keep(form, stamps, new)
        kept |= new
    shown = {id_: json.loads(kept[id_]) for id_ in stamps if id_ in kept}
    head = describe.catalog(site) + pages.links(
        site.base, [uri for uri, _text in shown.values()], stock._pagination_info(found, data_dict)
    )
    return pages.page(head, [text for _uri, text in shown.values()], form)


@tk.side_effect_free
@tk.chained_action
def dcat_dataset_show(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """ckanext-dcat's action, which says so where a profile can't read our fields."""
    return _by_stock(next_, context, data_dict)


def _by_stock(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """What ckanext-dcat writes. ValidationError where its profile can't read our schema: those for
    scheming take ``spatial_coverage`` for repeating subfields."""
    try:
        return next_(context, data_dict)
    except AttributeError as error:
        names = ", ".join(data_dict.get("profiles") or ())
        if not names:
            raise
        raise tk.ValidationError({"profiles": [tk._(
            "The profile %s can't read the fields of this catalog; hanoi_dcat can."
        ) % names]}) from error


def _search(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The datasets of the page that stock shows, but ids and dates alone instead of all of them.

    ValidationError where ``page`` or ``modified_since`` can't be read.
    """
    try:
        page = int(data_dict.get("page") or 1)
    except ValueError:
        page = 0
    if page < 1:
        raise stock.wrong_page_exception
    size = int(tk.config.get("ckanext.dcat.datasets_per_page") or stock.DATASETS_PER_PAGE)
    only = ["-dataset_type:harvest", "-dataset_type:showcase"]
    if since := data_dict.get("modified_since"):
        try:
            moment = parse_date(since).isoformat()
        except (ValueError, OverflowError) as e:
            raise tk.ValidationError(
                "Wrong modified date format. Use ISO-8601 format"  # as ckanext-dcat says it
            ) from e
        only.append(f"metadata_modified:[{moment}Z TO NOW]")
    query = {
        "q": data_dict.get("q") or "*:*", "fq": data_dict.get("fq"), "fq_list": only,
        "rows": size, "start": size * (page - 1), "sort": "metadata_modified desc",
        "fl": ["id", "metadata_modified"],
    }  # fmt: skip
    found = tk.get_action("package_search")(context, query)
    ids = [row["id"] for row in found["results"]]
    package: Any = model.Package  # the index does not give the agency back
    owners = model.Session.query(package.id, package.owner_org).filter(package.id.in_(ids))
    agency = {one[0]: one[1] for one in owners}
    rows = [{**row, "owner_org": agency.get(row["id"])} for row in found["results"]]
    return {**found, "results": rows}


def _stamp(row: dict[str, Any], site: Site) -> str:
    """Changes with the dataset, its agency, the catalog's address and what we say of a dataset."""
    agent = site.agents.get(row.get("owner_org") or "")
    parts = [describe.VERSION, site.base, row["metadata_modified"], agent and astuple(agent)]
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def _written(context: Any, ids: list[str], form: str, site: Site) -> dict[str, str]:
    """``[address, fragment]`` as JSON of the datasets that the user may see, by id."""
    found = {}
    for start in range(0, len(ids), _ONCE):
        some = ids[start : start + _ONCE]
        query = {"fq": f"id:({' OR '.join(some)})", "rows": len(some)}
        for package in tk.get_action("package_search")(context, query)["results"]:
            uri = dataset_uri(package)
            text = pages.fragment(describe.dataset(rdf.prepared(package), uri, site), form)
            found[package["id"]] = json.dumps([uri, text], ensure_ascii=False)
    return found
