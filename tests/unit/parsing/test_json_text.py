"""JSON that is only written wrongly is read; JSON that is cut off or none is not."""

from __future__ import annotations

import contextlib
import io
import json
import time

import ijson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hanoi.harvest.standards.data_json_feed import Feed
from ckanext.hanoi.parsing.json_text import Repair, loads, text_of

WRONG = [
    ('{"a": "một\n\thai\x0b"}', {"a": "một\n\thai\x0b"}),
    ('{"a": [NaN, -Infinity, Infinity, undefined, 1]}', {"a": [None, None, None, None, 1]}),
    ('{"a": [1, 2,], "b": {"c": 1,},}', {"a": [1, 2], "b": {"c": 1}}),
    ('{"a": [1, , 2]}', {"a": [1, 2]}),
    ('callback({"a": 1});', {"a": 1}),
    ("/* x */ window.data = [1,\n];\n", [1]),
    (")]}',\n[1]", [1]),
    ('{"a": 1, // một\n /* hai */ "b": "// /* */"}', {"a": 1, "b": "// /* */"}),
    ('\n\n\ufeff{"a": 1}', {"a": 1}),
    ('{"a": "C:\\dữ liệu", "b": "it\\\'s", "c": "\\u12"}',
     {"a": "C:\\dữ liệu", "b": "it's", "c": "\\u12"}),
    ('{"a": "x,] NaN", "b": NaN}', {"a": "x,] NaN", "b": None}),
    ('{"a": True, "b": None, "c": 99999999999999999999,}', {"a": True, "b": None, "c": 1e20}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), WRONG)
def test_what_is_only_written_wrongly_is_read(text, value):
    assert loads(text) == value


@pytest.mark.parametrize(("text", "value"), WRONG)
def test_it_is_mended_piece_by_piece_too(text, value):
    repair = Repair()
    whole = "".join(repair.feed(text[i : i + 3]) for i in range(0, len(text), 3)) + repair.finish()
    assert json.loads(whole) == value


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a": [1,', '{"a": "x', '{"a": 1}}', "<html>", "{'a': 1}", "callback(", "[1] 2"],
)
def test_what_is_cut_off_or_no_json_stays_an_error(text):
    with pytest.raises(json.JSONDecodeError):
        loads(text)


def test_the_error_names_the_place_in_the_document_as_it_was_sent():
    with pytest.raises(json.JSONDecodeError, match="line 2 column 8"):
        loads('{"a": 1,\n "b" : oops}')


TEXT = '{"dataset": [{"title": "Danh sách hồ chứa", "publisher": {"name": "Sở Y tế"}}]}'


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (TEXT.encode(), None), (TEXT.encode(), "iso8859-1"), (TEXT.encode("utf-16"), "utf-8"),
        (TEXT.encode("utf-16-le"), None),
        (TEXT.encode("utf-8-sig"), None),
    ],
)  # fmt: skip
def test_the_encoding_is_found(data, declared):
    assert text_of(data, declared) == TEXT


def test_one_bad_byte_does_not_make_it_another_encoding():
    data = TEXT.encode().replace(b"Danh", b"D\xffnh")
    assert text_of(data, "utf-8") == TEXT.replace("Danh", "D\ufffdnh")


@given(st.recursive(st.none() | st.booleans() | st.integers(-10**15, 10**15) | st.text(max_size=9),
                    lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.text(max_size=5), inner, max_size=4), max_leaves=12),
       st.integers(1, 9))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_right_json_is_not_changed(value, size):
    text = json.dumps(value, ensure_ascii=False)
    repair = Repair()
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert json.loads("".join(map(repair.feed, pieces)) + repair.finish()) == value


@given(st.text(alphabet='{}[]",:\\ \nNa1', max_size=40))
@settings(max_examples=200, deadline=None)
def test_anything_is_json_or_an_error(text):
    with contextlib.suppress(json.JSONDecodeError, RecursionError):
        json.dumps(loads(text))


@pytest.mark.parametrize("piece", ['\\"', '"', ",", " ", "[", "a", "/*", "NaN,", '"\\'])
def test_the_time_grows_with_the_length_only(piece):
    def took(times: int) -> float:
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            repair = Repair()
            repair.feed('{"a": "' + piece * times)
            repair.finish()
            best = min(best, time.process_time() - start)
        return best

    assert took(40_000) < 3 * took(20_000) + 0.02


RAW = '{"dataset": [{"title": "Hà Nội [1]", "identifier": "1"}, {"title": "B"}]}'
HTML = ("<br />\n<b>Warning</b>:  Undefined variable $x [a] in <b>/var/www/x.php</b> on line "
        "<b>12</b><br />\n")  # fmt: skip
PLAIN = "PHP Notice:  foo {bar} in /x.php on line 3\nWarning: [b] in c on line 2\n"


@pytest.mark.parametrize("before", ["", HTML, HTML * 5, PLAIN, "\ufeff" + HTML, HTML.strip()])
@pytest.mark.parametrize("after", ["", "\n<!-- 0.12s -->", "\n" + HTML, "\n" + PLAIN])
def test_what_a_program_complains_of_beside_its_json_is_passed_over(before, after):
    assert loads(before + RAW + after) == json.loads(RAW)


@pytest.mark.parametrize("before", ["", HTML, PLAIN])
@pytest.mark.parametrize("after", ["", "\n<!-- 0.12s -->", "\n" + HTML])
@pytest.mark.parametrize("raw", [RAW, json.dumps(json.loads(RAW))])
def test_a_feed_is_read_beside_complaints_in_every_unicode(before, after, raw):
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
                  "utf-32-be"):  # fmt: skip
        feed = Feed(io.BytesIO((before + raw + after).encode(codec)))
        try:
            titles = [item["title"] for item in feed]
        except ijson.JSONError:
            feed.mend()
            titles = [item["title"] for item in feed]
        assert list(dict.fromkeys(titles)) == ["Hà Nội [1]", "B"], codec


@pytest.mark.parametrize("text", [RAW + RAW, RAW[:-3], "Warning: x", "<html>" + RAW, RAW + " x",
                                  HTML, HTML + "<p>", PLAIN + "x" + RAW])
def test_complaints_without_json_or_json_twice_stay_an_error(text):
    with pytest.raises(ValueError, match="line"):
        loads(text)
