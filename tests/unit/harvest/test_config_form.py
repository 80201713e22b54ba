from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.harvest.config_form import merge_options, split_options

OPTIONS = [
    {"name": "page_size", "type": "int"},
    {"name": "organizations", "type": "list"},
    {"name": "columns", "type": "dict"},
    {"name": "filter", "type": "text"},
]


def test_inputs_go_into_the_configuration_and_come_back_out():
    inputs = {
        "page_size": "50", "organizations": "a, b", "columns": "{title: Tên}", "filter": "x:y",
    }  # fmt: skip
    config = merge_options("keywords: [chung]", inputs, OPTIONS)
    assert yaml.safe_load(config) == {
        "keywords": ["chung"], "page_size": 50, "organizations": ["a", "b"],
        "columns": {"title": "Tên"}, "filter": "x:y",
    }  # fmt: skip
    text, back = split_options(config, OPTIONS)
    assert yaml.safe_load(text) == {"keywords": ["chung"]}
    assert back == inputs


def test_the_mapping_keeps_its_comments_where_no_option_is_set():
    text = "# ghi chú\nkeywords: [chung]\n"
    assert merge_options(text, {"page_size": " "}, OPTIONS) == text
    assert split_options(text, OPTIONS) == (text, {})


def test_options_of_another_kind_are_left_out():
    assert merge_options("", {"prefix": "oai_dc"}, OPTIONS) == ""


def test_what_is_not_yaml_comes_back_as_it_was_typed():
    assert merge_options("a: [b", {"page_size": "5"}, OPTIONS) == "a: [b"
    assert split_options("a: [b", OPTIONS) == ("a: [b", {})


@given(st.text(), st.dictionaries(st.sampled_from([o["name"] for o in OPTIONS]), st.text()))
def test_no_input_however_odd_raises(config, inputs):
    text, _ = split_options(merge_options(config, inputs, OPTIONS), OPTIONS)
    assert isinstance(text, str)
