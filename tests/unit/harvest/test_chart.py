from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ckanext.hanoi.harvest.chart import bars

SERIES = [("created", "tạo mới"), ("failed", "lỗi")]


def test_each_run_is_a_bar_whose_parts_add_up():
    svg = etree.fromstring(bars("Lịch sử", [("1/11", {"created": 3, "failed": 1})], SERIES))
    rects = svg.findall(".//{*}rect")
    assert [float(rect.get("height")) for rect in rects] == [90.0, 30.0]
    assert "tạo mới: 3, lỗi: 1" in svg.find(".//{*}g/{*}title").text


def test_without_changes_there_is_nothing_to_draw():
    assert bars("x", [("a", {"created": 0})], SERIES) == ""


def test_labels_can_not_break_out_of_the_picture():
    svg = bars("<script>", [("<b>\"'", {"created": 1})], SERIES)
    assert "<script>" not in svg
    assert etree.fromstring(svg) is not None


@given(st.lists(st.dictionaries(st.sampled_from(["created", "failed"]), st.integers(-5, 10**9))))
def test_any_numbers_give_well_formed_svg(counts):
    svg = bars("x", [(str(i), numbers) for i, numbers in enumerate(counts)], SERIES)
    assert svg == "" or etree.fromstring(svg).tag.endswith("svg")
