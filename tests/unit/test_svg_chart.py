from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ckanext.hanoi.svg_chart import Column, bars

SERIES = [("created", "tạo mới"), ("failed", "lỗi")]


def column(numbers, label="1/11/2026 03:00", mark=""):
    return Column(label, label[:9], numbers, mark)


def test_each_run_is_a_bar_whose_parts_add_up():
    svg: Any = etree.fromstring(bars("Lịch sử", [column({"created": 30, "failed": 20})], SERIES))
    rects = svg.findall(".//{*}rect")
    assert [float(rect.get("height")) for rect in rects] == [72.0, 48.0]
    assert "tạo mới: 30, lỗi: 20" in svg.find(".//{*}g/{*}title").text


def test_the_axis_has_round_numbers_and_the_first_and_last_date():
    columns = [column({"created": 730}, f"{day:02}/11/2026 03:00") for day in range(1, 13)]
    svg: Any = etree.fromstring(bars("Lịch sử", columns, SERIES))
    texts = [text.text for text in svg.findall(".//{*}text")]
    assert texts == ["0", "500", "1\u202f000", "01/11/202", "12/11/202"]


def test_a_run_that_failed_is_marked_though_it_changed_nothing():
    svg: Any = etree.fromstring(bars("x", [column({}, mark="thất bại")], SERIES))
    assert len(svg.findall(".//{*}circle")) == 1
    assert "thất bại" in svg.find(".//{*}g/{*}title").text


def test_without_changes_there_is_nothing_to_draw():
    assert bars("x", [column({"created": 0})], SERIES) == ""
    assert bars("x", [], SERIES) == ""


def test_labels_can_not_break_out_of_the_picture():
    svg = bars("<script>", [column({"created": 1}, "<b>\"'", "<i>")], SERIES)
    assert "<script>" not in svg
    assert etree.fromstring(svg) is not None


@given(
    st.lists(st.dictionaries(st.sampled_from(["created", "failed"]), st.integers(-5, 10**9))),
    st.sampled_from(["", "thất bại"]),
)
def test_any_numbers_give_well_formed_svg_inside_its_frame(counts, mark):
    svg = bars("x", [column(numbers, mark=mark) for numbers in counts], SERIES)
    if svg:
        picture: Any = etree.fromstring(svg)
        height = float(picture.get("viewBox").split()[3])
        for rect in picture.findall(".//{*}rect"):
            assert 0 <= float(rect.get("y")) <= height - float(rect.get("height")) + 1
        assert all(float(c.get("cy")) > 0 for c in picture.findall(".//{*}circle"))
