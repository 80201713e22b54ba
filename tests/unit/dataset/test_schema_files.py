"""The schema files: nothing without a label, a help and a vocabulary that exists."""
from __future__ import annotations

import unicodedata

import pytest
import yaml

from ckanext.hanoi import vocabulary
from ckanext.hanoi.dataset.config import SCHEMAS

SCHEMA = yaml.safe_load((SCHEMAS / "dataset.yaml").read_text(encoding="utf-8"))
PRESETS = yaml.safe_load((SCHEMAS / "presets.yaml").read_text("utf-8"))["presets"]
FIELDS = SCHEMA["dataset_fields"] + SCHEMA["resource_fields"]

DATASET = """
    title title_en name notes notes_en identifier owner_org managing_agency theme tag_string
    frequency issued modified temporal_start temporal_end spatial_coverage spatial language
    license_id rights access_level sensitivity personal_data private legal_basis decision_number
    plan_objective contact_unit contact_name contact_email contact_phone url conforms_to version
    version_notes related"""
RESOURCE = """url download_url name name_en description format mimetype encoding size hash
    hash_algorithm status issued modified license_id rights access_service conforms_to language
    data_dictionary"""


def test_the_fields_are_those_that_were_agreed():
    assert {f["field_name"] for f in SCHEMA["dataset_fields"]} == set(DATASET.split())
    assert {f["field_name"] for f in SCHEMA["resource_fields"]} == set(RESOURCE.split())


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field["field_name"])
def test_each_field_has_a_label_and_a_help_with_an_example_in_both_languages(field):
    for key in ("label", "help_text"):
        assert set(field[key]) == {"vi", "en"}
        assert all(unicodedata.is_normalized("NFC", text) for text in field[key].values())
    if field["field_name"] not in ("sensitivity", "personal_data", "private"):
        assert "Ví dụ:" in field["help_text"]["vi"] or "chọn:" in field["help_text"]["vi"]


@pytest.mark.parametrize(
    "field", [f for f in FIELDS if "vocabulary" in f], ids=lambda field: field["field_name"]
)
def test_each_vocabulary_and_each_default_exists(field):
    terms = vocabulary.vocabulary(field["vocabulary"])
    assert "default_code" not in field or field["default_code"] in terms


def test_every_preset_is_used():
    used = {f.get("preset") for f in FIELDS}
    assert {preset["preset_name"] for preset in PRESETS} <= used


def test_nobody_faces_forty_fields_at_once():
    pages: list[int] = []
    for field in SCHEMA["dataset_fields"]:
        if "start_form_page" in field:
            pages.append(0)
        pages[-1] += 1
    assert len(pages) == 5
    assert max(pages) <= 9
    assert len([f for f in SCHEMA["resource_fields"] if not f.get("more")]) == 4


def test_only_the_title_and_the_agency_are_asked_for():
    assert [f["field_name"] for f in FIELDS if f.get("required")] == ["title", "owner_org"]
