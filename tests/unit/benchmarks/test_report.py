"""What a benchmark prints."""

from __future__ import annotations

import json
import os

import pytest

from benchmarks._report import AT_LEAST, AT_MOST, Figures, main


def test_a_ratio_says_how_many_times_better_ours_is_whether_more_or_less_is_better():
    figures = Figures()
    assert figures.add("rate", "Rate", 40, "1/s", peer=4).ratio == 10
    assert figures.add("time", "Time", 2, "s", peer=30, less=True).ratio == 15
    assert figures.add("alone", "Alone", 2, "s").ratio is None
    assert figures.add("nothing", "Nothing", 0, "s", peer=30, less=True).ratio is None


@pytest.mark.parametrize(
    ("ours", "peer", "target", "met"),
    [
        (40, 4, (AT_LEAST, 10), True),
        (39, 4, (AT_LEAST, 10), False),
        (5, None, (AT_MOST, 5), True),
        (6, None, (AT_MOST, 5), False),
        (6, None, None, None),
    ],
)
def test_a_target_is_about_the_ratio_or_without_a_peer_about_ours(ours, peer, target, met):
    assert Figures().add("x", "X", ours, "u", peer=peer, target=target).met is met


def test_the_table_marks_a_target_that_was_missed():
    figures = Figures()
    figures.add("rate", "Rate", 12.345, "1/s", peer=4, target=(AT_LEAST, 10), note="measured so")
    table = figures.as_table("A title", "stock")
    assert "| Rate | 12.3 1/s | 4 1/s | 3.09× | ≥ 10×  | ✗ missed |" in table
    assert table.endswith("- Rate: measured so")


def test_with_json_standard_output_has_one_object_and_nothing_that_was_printed_meanwhile(capfd):
    def measure(figures: Figures, size: int) -> None:
        print("noise")
        os.system("echo noise of a child")
        figures.add("rate", "Rate", size, "1/s", peer=2)

    assert main(measure, "{size} things", size=7, arguments=["--json", "--size", "8"]) == 0
    out = capfd.readouterr().out
    assert json.loads(out) == {
        "figures": {"rate": {"ours": 8, "peer": 2, "ratio": 4, "unit": "1/s"}}
    }


def test_a_size_that_is_no_number_is_refused(capfd):
    with pytest.raises(SystemExit):
        main(lambda figures, size: None, "", size=7, arguments=["--size", "-3"])
    assert "a number from 1 on" in capfd.readouterr().err
