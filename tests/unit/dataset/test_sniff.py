"""Format and encoding of a file by its first bytes."""
from __future__ import annotations

import gzip
import io
import unicodedata
import zipfile
from pathlib import Path

import pytest
import spreadsheets
from hypothesis import given
from hypothesis import strategies as st

from ckanext.hanoi.dataset.sniff import HEAD, sniff
from ckanext.hanoi.vietnamese.charsets import VIETNAMESE
from ckanext.hanoi.vocabulary import vocabulary

DATA = Path(__file__).parents[2] / "data"
WORDS = "Mã trường,Tên trường,Quận\n" + "".join(
    f"{i},Trường mầm non Hoa Hồng số {i} đường Nguyễn Trãi,Đống Đa\n" for i in range(40)
)


def _zip(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 10)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a.csv", "PDF"),
        (spreadsheets.xlsx({"Sheet1": [["Mã", "Tên"], [1, "Hà Nội"]]}), "bang.csv", "XLSX"),
        (spreadsheets.ods({"Sheet1": [["Mã", "Tên"], [1, "Hà Nội"]]}), "", "ODS"),
        (_zip("[Content_Types].xml", "word/document.xml"), "", "DOCX"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "a.xlsm", "XLSM"),
        (_zip("ranh-gioi/phuong.shp", "ranh-gioi/phuong.dbf"), "a.zip", "SHP"),
        (_zip("doc.kml"), "a.zip", "KMZ"),
        (_zip("stops.txt", "routes.txt", "trips.txt"), "xe-buyt.zip", "GTFS"),
        (_zip("anh.png"), "a.zip", "ZIP"),
        (gzip.compress(b"x"), "a.csv.gz", "GZIP"),
        (b"\x89PNG\r\n\x1a\n", "", "PNG"),
        (b'{"type": "FeatureCollection", "features": []}', "a.json", "GeoJSON"),
        (b'{"type": "Feature list", "rows": []}', "", "JSON"),
        (b'[{"@id": "http://example.org/"}]', "", "JSON-LD"),
        (b'{"a": 1}\n{"a": 2}\n', "", "NDJSON"),
        (b'{"version": "2.0", "class": "dataset", "id": [], "dimension": {}}', "", "JSON-stat"),
        (b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>', "", "KML"),
        (b'<!-- x --><rdf:RDF xmlns:rdf="http://www.w3.org/"/>', "", "RDF/XML"),
        (b"<danhsach><truong/></danhsach>", "", "XML"),
        (b"<!DOCTYPE html><html><body>Kh\xc3\xb4ng</body></html>", "bang.xls", "HTML"),
        (b"@prefix dcat: <http://www.w3.org/ns/dcat#> .", "", "Turtle"),
        (b'CHARSET="ANSI";\nAXIS-VERSION="2010";', "", "PC-Axis"),
        (b"m\xc3\xa3;t\xc3\xaan\n1;a\n2;b\n", "", "CSV"),
        (b"ma\tten\n1\ta\n2\tb\n", "a.txt", "TSV"),
        (b"Ch\xe1\xbb\x89 l\xc3\xa0 v\xc4\x83n b\xe1\xba\xa3n.\nHai d\xc3\xb2ng.\n", "", "TXT"),
        (b"SELECT 1;", "a.sql", "SQL"),
        (b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 40, "", "GPKG"),
    ],
)  # fmt: skip
def test_a_format_is_known_by_its_content(data, name, expected):
    assert sniff(data, name).format == expected


def test_a_real_workbook_of_excel_97_is_known():
    data = (DATA / "resources" / "mof_plan_2008.xls").read_bytes()
    assert sniff(data[:HEAD], "Plan_2008.xls").format == "XLS"
    assert sniff(data[:HEAD], "Plan_2008.xls").encoding == ""


@pytest.mark.parametrize(
    ("codec", "expected"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16-le", "UTF-16LE"),
     ("utf-16-be", "UTF-16BE")],
)  # fmt: skip
def test_the_encoding_of_unicode_text_is_known(codec, expected):
    found = sniff(WORDS.encode(codec), "a.csv")
    assert (found.format, found.encoding, found.delimiter) == ("CSV", expected, ",")


@pytest.mark.parametrize("charset", ["tcvn3", "vni", "viscii", "windows-1258"])
def test_the_old_vietnamese_encodings_are_known(charset):
    data = _encoded(charset)
    term = vocabulary("encoding").find(charset)
    assert term is not None
    assert sniff(data, "a.csv").encoding == term.code


def _encoded(charset):
    """The words in an old encoding: letters looked up in what the decoder makes of all bytes."""
    table = next(one for one in VIETNAMESE if one.name == charset)
    one = {
        unicodedata.normalize("NFC", table.convert(chr(b))): bytes([b])
        for b in range(255, 31, -1)
    }
    two = {
        table.convert(chr(a) + chr(b)): bytes([a, b])
        for a in range(32, 256) for b in range(128, 256)
        if len(table.convert(chr(a) + chr(b))) == 1
    }
    return b"".join(
        char.encode() if char.isascii() else two.get(char) or one.get(char) or b"?"
        for char in WORDS.lower()
    )


def test_what_an_xml_file_declares_of_itself_counts():
    data = '<?xml version="1.0" encoding="windows-1252"?><a>é</a>'.encode("cp1252")
    assert sniff(data).encoding == "windows-1252"


def test_a_character_cut_in_two_at_the_end_of_the_head_does_no_harm():
    data = ("a" * (HEAD - 1) + "ế" * 10).encode()
    assert sniff(data[:HEAD], "a.csv").encoding == "UTF-8"


def test_an_empty_file_is_what_its_name_or_its_server_says():
    assert sniff(b"", "a.csv").format == "CSV"
    assert sniff(b"", "", "application/json; charset=utf-8").format == "JSON"
    assert sniff(b"", "", "application/octet-stream").format == ""


@given(st.binary(max_size=300), st.sampled_from(["", "a.csv", "a.xlsx", "a.json", "a.xml"]))
def test_any_bytes_have_an_answer_of_the_vocabulary(data, name):
    found = sniff(data, name)
    assert found.format == "" or found.format in vocabulary("format")


@given(st.binary(max_size=60))
def test_a_broken_zip_ends(rest):
    assert sniff(b"PK\x03\x04" + rest).format in ("ZIP", "KMZ", "SHP")
