"""The catalog in RDF beside other extensions that take part in searches."""
from __future__ import annotations

import copy

import pytest
from ckan import plugins as p
from test_rdf_pages import finance, graph, page, titles, two  # noqa: F401


@pytest.mark.ckan_config(
    "ckan.plugins",
    "hanoi hanoi_harvest scheming_datasets scheming_organizations dcat activity harvest",
)
@pytest.mark.usefixtures("two")
def test_the_catalog_is_written_beside_ckanext_harvest(app):
    for form in ("ttl", "rdf", "jsonld"):
        for _once_more in range(2):
            assert titles(graph(page(app, form), form)) == {"Dữ liệu thứ hai", titles_of_first()}


def titles_of_first() -> str:
    from dcat_samples import full

    return full()["title"]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("params", [{}, {"modified_since": "2020-01-01"}, {"fq": "name:mot"}])
def test_a_plugin_is_asked_in_the_same_words_whether_a_page_is_kept_or_not(
    app, monkeypatch, params
):
    """The stamp of a page runs the hooks of a search without searching."""
    asked = []
    plugin = p.get_plugin("hanoi")
    stock = plugin.before_dataset_search

    def recorded(search_params):
        if search_params.get("sort") == "metadata_modified desc":
            asked.append(copy.deepcopy(search_params))
        return stock(search_params)

    monkeypatch.setattr(plugin, "before_dataset_search", recorded)
    page(app, **params)
    assert asked
    assert all(None not in query.values() for query in asked)
    assert all(query == asked[0] for query in asked)
    assert len(asked) > 1 or params
