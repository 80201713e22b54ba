"""Findability: keywords, theme, area and period, each given or not."""

from __future__ import annotations

from samples import reached


def test_keywords_count_as_tags_and_as_the_text_of_the_form():
    assert reached("keywords", {"tags": [{"name": "trường"}]})
    assert reached("keywords", {"tag_string": "trường, mầm non"})
    assert not reached("keywords", {"tags": [], "tag_string": " "})


def test_a_theme_is_enough():
    assert reached("theme", {"theme": ["giao-duc"]})
    assert not reached("theme", {"theme": []})


def test_an_area_is_a_ward_or_a_shape():
    assert reached("spatial", {"spatial_coverage": ["00070"]})
    assert reached("spatial", {"spatial": '{"type": "Point", "coordinates": [105.85, 21.03]}'})
    assert not reached("spatial", {"spatial_coverage": [], "spatial": ""})


def test_a_period_has_a_beginning_or_an_end():
    assert reached("temporal", {"temporal_start": "2020"})
    assert reached("temporal", {"temporal_end": "2025-12"})
    assert not reached("temporal")
