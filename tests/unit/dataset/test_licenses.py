"""The register that CKAN reads is the vocabulary's."""
from __future__ import annotations

from ckanext.hanoi.dataset import licenses
from ckanext.hanoi.vocabulary import vocabulary

#: The ids of CKAN's own register: catalogs use them, so they must stay understood.
STOCK = {
    "notspecified", "odc-pddl", "odc-odbl", "odc-by", "cc-zero", "cc-by", "cc-by-sa", "gfdl",
    "other-open", "other-pd", "other-at", "uk-ogl", "cc-nc", "other-nc", "other-closed",
}


def test_the_file_is_what_the_vocabulary_says():
    assert licenses.FILE.read_text(encoding="ascii") == licenses.as_json()


def test_every_licence_of_stock_ckan_is_there():
    assert {entry["id"] for entry in licenses.register()} >= STOCK


def test_only_open_licences_count_as_open():
    approved = {e["id"] for e in licenses.register() if e["od_conformance"] == "approved"}
    assert approved == {t.code for t in vocabulary("license") if t.extra.get("open")}
    assert not approved & {"cc-by-nc-4.0", "cc-by-nd-4.0", "other-closed", "notspecified"}
