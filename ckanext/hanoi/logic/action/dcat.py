"""The catalog's pages in RDF, faster than ckanext-dcat writes them."""
from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import astuple
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckanext.dcat import logic as stock
from ckanext.dcat.utils import dataset_uri
from dateutil.parser import parse as parse_date

from ckanext.hanoi.agencies import store
from ckanext.hanoi.dcat import dataset_cache, page_cache, pages, profile, serialize
from ckanext.hanoi.dcat.serialize import Site
from ckanext.hanoi.vocabulary import digest

#: Datasets asked for at once: Solr takes about a thousand alternatives.
_ONCE = 500


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_show(next_: Any, context: Any, data_dict: dict[str, Any]) -> Any:
    """ckanext-dcat's action. Pages by our profile alone are put together from what was kept of
    each dataset; all others, and all when ``ckanext.hanoi.dcat.dataset_cache`` is off, are stock's.

    The index is asked each time who may see what; what is kept decides only how it is written.
    A page that is asked for without an account is kept as a whole while the index stays as it is.
    """
    wanted = str(data_dict.get("format") or "rdf")
    form = pages.SAME.get(wanted, wanted)
    names = data_dict.get("profiles") or tk.aslist(tk.config.get("ckanext.dcat.rdf.profiles"))
    ours = list(names) == ["hanoi_dcat"] and form in pages.FORMATS
    subcatalogs = tk.asbool(tk.config.get("ckanext.dcat.expose_subcatalogs", False))
    if not ours or subcatalogs or not tk.config["ckanext.hanoi.dcat.dataset_cache"]:
        return _by_stock(next_, context, data_dict)
    tk.check_access("dcat_catalog_show", context, data_dict)
    query, number = _query(data_dict)
    kept_as = page_cache.name(context, data_dict, form, number)
    fits = None
    if kept_as:
        tk.check_access("package_search", context, data_dict)
        fits = page_cache.stamp(query, profile.site(set()))
        if fits and (text := page_cache.load(kept_as, fits)):
            return text
    found = tk.get_action("package_search")(context, copy.deepcopy(query))
    ids = [row["id"] for row in found["results"]]
    owners = store.owners_digest(ids) if fits else ""
    text = _put_together(context, data_dict, found, form)
    # a page beyond the last one is not kept: there is no end of them
    if kept_as and fits and ids and page_cache.stamp(query, profile.site(set())) == fits:
        page_cache.keep(kept_as, fits, owners, ids, text)
    return text


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


def _put_together(
    context: Any, data_dict: dict[str, Any], found: dict[str, Any], form: str
) -> str:
    """The page of what was found, from what is kept of each dataset."""
    owner_of = _owners([row["id"] for row in found["results"]])
    site = profile.site(set(owner_of.values()))
    stamps = _stamps(found["results"], owner_of, site)
    kept = dataset_cache.load(form, stamps)
    missing = [id_ for id_ in stamps if id_ not in kept]
    if missing:
        new = _written(context, missing, owner_of, form, site)
        dataset_cache.keep(form, stamps, new)
        kept |= new
    shown = {id_: json.loads(kept[id_]) for id_ in stamps if id_ in kept}
    head = serialize.catalog(site) + pages.links(
        site.base, [uri for uri, _text in shown.values()], stock._pagination_info(found, data_dict)
    )
    return pages.page(head, [text for _uri, text in shown.values()], form)


def _query(data_dict: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The search for the page that stock shows, but for ids and dates alone, and its number.

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
        "q": data_dict.get("q") or "*:*", "fq_list": only,
        "rows": size, "start": size * (page - 1), "sort": "metadata_modified desc",
        "fl": ["id", "metadata_modified"],
    }  # fmt: skip
    if fq := data_dict.get("fq"):
        query["fq"] = fq
    return query, page


def _owners(ids: list[str]) -> dict[str, str]:
    """Each dataset's organization, which the index does not give back."""
    package: Any = model.Package
    query = model.Session.query(package.id, package.owner_org).filter(package.id.in_(ids))
    return {id_: owner for id_, owner in query if owner}


def _stamps(
    rows: list[dict[str, Any]], owner_of: dict[str, str], site: Site
) -> dict[str, str]:
    """Of each dataset's id what changes with the dataset, its agency, the catalog's address, the
    vocabularies and what we say of a dataset."""
    same = json.dumps([serialize.VERSION, digest(), site.base])
    agents = {id_: json.dumps(astuple(agent)) for id_, agent in site.agents.items()}
    found = {}
    for row in rows:
        parts = (same, str(row["metadata_modified"]), agents.get(owner_of.get(row["id"], ""), ""))
        found[row["id"]] = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return found


def _written(
    context: Any, ids: list[str], owner_of: dict[str, str], form: str, site: Site
) -> dict[str, str]:
    """``[address, fragment]`` as JSON of the datasets that the user may see, by id. What the index
    says of their organizations may be older than ``owner_of``."""
    found = {}
    for start in range(0, len(ids), _ONCE):
        some = ids[start : start + _ONCE]
        query = {"fq": f"id:({' OR '.join(some)})", "rows": len(some)}
        for package in tk.get_action("package_search")(context, query)["results"]:
            package = {**package, "owner_org": owner_of.get(package["id"])}
            uri = serialize.dataset_address(package, dataset_uri(package), site)
            text = pages.fragment(serialize.dataset(profile.prepared(package), uri, site), form)
            found[package["id"]] = json.dumps([uri, text], ensure_ascii=False)
    return found
