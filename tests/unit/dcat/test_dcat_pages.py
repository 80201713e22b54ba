"""Pages put together from fragments say exactly what their parts say."""
from __future__ import annotations

import pyoxigraph as ox
import pytest
from dcat_samples import BASE, SITE, URI, full

from ckanext.hanoi.dcat import pages, serialize
from ckanext.hanoi.dcat.settings import set_up

TRICKY = full(notes='@prefix x: <y> .\n@prefix a: "b" </rdf:RDF> ]]>\n\\ "')
PAGING = {"current": f"{BASE}/catalog.ttl?page=1", "next": f"{BASE}/catalog.ttl?page=2",
          "count": 3, "items_per_page": 2}  # fmt: skip



@pytest.mark.parametrize("form", sorted(pages.FORMATS))
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_page_says_what_its_parts_say(form, number):
    parts = [serialize.dataset(TRICKY, f"{URI}{i}", SITE) for i in range(number)]
    head = serialize.catalog(SITE) + pages.links(BASE, [f"{URI}{i}" for i in range(number)], PAGING)
    text = pages.page(head, [pages.fragment(part, form) for part in parts], form)
    whole = ox.serialize([*head, *(t for part in parts for t in part)],
                         format=ox.RdfFormat.N_TRIPLES).decode()  # fmt: skip
    found = ox.Dataset(ox.parse(text.encode(), format=pages.FORMATS[form]))
    wanted = ox.Dataset(ox.parse(whole.encode(), format=ox.RdfFormat.N_TRIPLES))
    for dataset in (found, wanted):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == wanted


def test_pages_are_linked_in_the_old_and_the_new_way():
    said = {t.predicate.value.rpartition("#")[2] for t in pages.links(BASE, [], PAGING)}
    assert {"next", "nextPage", "totalItems", "itemsPerPage"} <= said
    assert "previous" not in said


def test_an_administrators_choice_of_profiles_is_kept():
    for value, wanted in (("euro_dcat_ap_3", "hanoi_dcat"), ("euro_dcat_ap_2", "euro_dcat_ap_2")):
        config = {"ckanext.hanoi.dcat.profile": True, "ckanext.dcat.rdf.profiles": value}
        set_up(config)
        assert config["ckanext.dcat.rdf.profiles"] == wanted
    config = {"ckanext.hanoi.dcat.profile": False, "ckanext.dcat.rdf.profiles": "euro_dcat_ap_3"}
    set_up(config)
    assert config["ckanext.dcat.rdf.profiles"] == "euro_dcat_ap_3"
