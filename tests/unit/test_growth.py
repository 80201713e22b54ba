"""Nothing that reads what strangers send takes more than its share: twice the input, twice the
time. A pattern or a loop that grows faster lets a few kilobytes stop a process for minutes.
"""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Callable
from typing import Any

import growth
import pytest

from ckanext.hanoi import dates
from ckanext.hanoi.agencies import names as agency_names
from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.dataset import diff, formats, geojson, rules
from ckanext.hanoi.dataset.sniff import sniff
from ckanext.hanoi.fetch.errors import public_url
from ckanext.hanoi.harvest.config import SourceConfig
from ckanext.hanoi.harvest.connectors import waf
from ckanext.hanoi.harvest.inventory import preamble
from ckanext.hanoi.harvest.inventory.lists import Lists, Settings
from ckanext.hanoi.harvest.inventory.source_dataset import draft_of
from ckanext.hanoi.harvest.mapping import licences
from ckanext.hanoi.harvest.mapping.dataset import to_dataset
from ckanext.hanoi.harvest.standards import (
    arcgis_item,
    atom,
    ckan_api,
    ckan_package,
    data_json,
    datacite,
    dcat_dataset,
    dcat_records,
    dublin_core,
    iso19115,
    periods,
    px,
    source_dataset,
)
from ckanext.hanoi.harvest.standards.data_json_feed import Feed, utf8
from ckanext.hanoi.parsing import extent_text, lenient_json, rdf, rdf_xml, sanitize, xml
from ckanext.hanoi.quality import robots
from ckanext.hanoi.search import query, suggest
from ckanext.hanoi.tables import dictionary
from ckanext.hanoi.tabular import Limits, columns, delimited, read, xls
from ckanext.hanoi.tabular import cell_values as cells
from ckanext.hanoi.tabular.sheet import text_of
from ckanext.hanoi.vietnamese import decode, fold, nfc, repair, slug, sort_key, tag
from ckanext.hanoi.vocabulary import vocabulary
from ckanext.hanoi.workbook.reader import read_workbook

# -- patterns --------------------------------------------------------------------------------------

BAD = [
    (r"(?:<!--.*?-->\s*)*<html", "match"),
    (r"[^=&]*(?:key|token)[^=&]*=", "search"),
]


def test_the_attacks_find_patterns_that_grow_too_fast():
    for pattern, method in BAD:
        assert growth.slow_ways(growth.Used(re.compile(pattern), {method})), pattern


def test_no_pattern_takes_more_than_twice_the_time_for_twice_the_text():
    used = growth.patterns()
    # all modules were looked through, patterns that stand where they are used too
    assert len(used) > 200
    assert any(one.where.startswith("dataset.sniff.") for one in used)
    slow = {f"{one.where} ({one.pattern.pattern!r})": found
            for one in used if (found := growth.slow_ways(one))}  # fmt: skip
    assert not slow


# -- texts -----------------------------------------------------------------------------------------

#: What is repeated, with what stands before and behind it.
REPEATED = [
    *"a0 \n\t<>&;,.:/\\|\"'()[]{}-_+*#@=%!ăĐ\u0301\u00a0\u200b\ud800",
    "\u0301\u0323", "a\u0323\u0302", "\u1100\u1161", "a ", " a", "- ", "a-", "a.", "0.", "1,", "a@",
    "//", "http://", "http://a.vn/ ", "www.", "<a ", "<a>", "</a>", "<!--", "-->", "<!---->",
    "<p><ul><li>", "<b><i>", "&lt;", "&lt;a&gt;", "&amp;", "](", "[a](", "](javascript:", "<x y='",
    "**", "``", "key", "a?", "a?key=", "&a=", "#a", "()", "(a)", "((", "[]", "{}", "{\"a\":", "[[",
    "\\\"", "\"\"", "\",\"", "a,b\n", "a\"b\n", "\r", "\r\n", " \n", "; ", "tel:", "quyết định số ",
    "Sở ", "UBND ", "phường ", "a/b ", "%20", "doi:10.1234/", "2020-", "01/", "POINT", "1 1,", "1e",
    "%(", "ngày ", "tháng ", "tel ", "090 ", "<lowerCorner", "urn:", "/api/3", "/dataset",
]  # fmt: skip
TEXTS: dict[str, Callable[[str], Any]] = {
    "nfc": nfc, "fold": fold, "slug": slug, "tag": tag, "sort_key": sort_key, "repair": repair,
    "decode": lambda t: decode(t.encode("utf-8", "replace")),
    "decode as TCVN3": lambda t: decode(t.encode("cp1258", "replace") + b"\xe9"),
    "dates": dates.parse, "spans of dates": dates.parse_period, "periods": periods.period,
    "rules.text": rules.text, "rules.email": rules.email, "rules.phone": rules.phone,
    "rules.url": rules.url, "media_type": rules.media_type, "text_list": rules.text_list,
    "rules.related": rules.related, "rules.byte_size": rules.byte_size, "geojson": geojson.geojson,
    "clean_html": sanitize.clean_html, "plain_text": sanitize.plain_text,
    "a page": lambda t: sanitize.clean_html(f"<p>{t}</p>"),
    "an attribute": lambda t: sanitize.clean_html(f"<a href='{t}'>x</a><img alt='{t}'>"),
    "lenient.text": lenient_json.text, "lenient.texts": lambda t: lenient_json.texts(t, ",;"),
    "mail": lenient_json.mail,
    "public_url": public_url, "public_url of a query": lambda t: public_url("http://a.vn/?" + t),
    "place": extent_text.place, "place in WKT": lambda t: extent_text.place(f"POLYGON(({t}))"),
    "sniff": lambda t: sniff(t.encode("utf-8", "replace")),
    "delimited": lambda t: delimited.read_text(t, Limits()),
    "a table": lambda t: read(("Tên,Số\n" + t).encode("utf-8", "replace")),
    "a page with a table": lambda t: read(
        f"<table><tr><td>{t}</td></tr></table>".encode("utf-8", "replace")
    ),
    "text_of": text_of, "forms": columns.forms, "spaced": columns.spaced,
    "several": lambda t: cells.several(t, cells.known_by("theme")), "keywords": cells.keywords,
    "formats": cells.formats, "contact": cells.contact, "yes_or_no": cells.yes_or_no,
    "links": lambda t: cells.links(t, "http://a.vn/"), "is_agency": preamble.is_agency,
    "the registry": registry().match, "local": lambda t: agency_names.local(agency_names.words(t)),
    "vocabulary": vocabulary("theme").find, "licence": licences.licence_in,
    "suggestions": lambda t: vocabulary("license").suggest(t[:500]),
    "term of format": lambda t: formats.term_of_format(t, t, t), "file_name": formats.file_name,
    "language": source_dataset.language, "draft.links": source_dataset.links,
    "absolute": source_dataset.absolute,
    "identifier_url": source_dataset.identifier_url, "is_file": source_dataset.is_file,
    "site": ckan_api.site,
    "px": lambda t: px.read(io.BytesIO(f'TITLE="{t}";\nDATA=1;'.encode("utf-8", "replace"))),
    "px beside": lambda t: px.read(io.BytesIO(f"TITLE=a {t}\nDATA=1;".encode("utf-8", "replace"))),
    "turtle": lambda t: rdf.parse(f'<a> <b> "{t}"'.encode("utf-8", "replace"), "http://a.vn/"),
    "turtle beside": lambda t: rdf.parse(f"<a:{t} .".encode("utf-8", "replace"), "http://a.vn/"),
    "xml": lambda t: xml.parse(f"<a>{t}</a>".encode("utf-8", "replace")),
    "xml beside": lambda t: xml.parse(t.encode("utf-8", "replace")),
    "robots": lambda t: robots.parse(t, "bot"),
    "robots of a rule": lambda t: robots.parse(f"User-agent: *\nDisallow: /{t}", "bot").allows(
        "http://a.vn/" + t
    ),
    "folder": lambda t: waf.links(f"<a href='{t}'>".encode("utf-8", "replace"), "http://a.vn/"),
    "query": lambda t: query.for_query({"q": t}), "suggest": suggest.typed,
    "dictionary": lambda t: dictionary.read(f"A: {t}", ["A"]),
    "a feed": lambda t: list(Feed(*utf8(io.BytesIO(t.encode("utf-8", "replace")), None))),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_twice_as_long_takes_at_most_twice_the_time(name):
    work, slow = TEXTS[name], {}
    for part in REPEATED:

        def made(size: int, part=part) -> str:
            return part * (size // len(part)) + "!x"

        times = growth.growth(work, made, 8_000)
        if times > growth.MOST:
            slow[part] = times
    assert not slow


# -- things of many parts --------------------------------------------------------------------------


def many(count: int, part: str) -> str:
    return "".join(part.replace("%", str(n)) for n in range(count))


def deep(count: int, begin: str, end: str, middle: str = "") -> str:
    return begin * count + middle + end * count


def dataset(draft_: dict[str, Any]) -> Any:
    return to_dataset(draft_, SourceConfig(), lambda name: (None, []), None)


def described(data: bytes, kind: str) -> Any:
    parsed = rdf.parse(data, "http://a.vn/", kind)
    return [dcat_dataset.to_draft(c.content) for c in dcat_records.candidates(parsed, "http://a.vn/")]


def turtle(text: str) -> Any:
    dcat, dct = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
    prefixes = f"@prefix dcat: <{dcat}> . @prefix dct: <{dct}> . "
    return described((prefixes + text).encode(), "text/turtle")


ISO = ('<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" '
       'xmlns:gco="http://www.isotc211.org/2005/gco"><gmd:identificationInfo>'
       "<gmd:MD_DataIdentification>{}</gmd:MD_DataIdentification></gmd:identificationInfo>"
       "<gmd:distributionInfo><gmd:MD_Distribution>{}</gmd:MD_Distribution>"
       "</gmd:distributionInfo></gmd:MD_Metadata>")  # fmt: skip
TEXT = "<gco:CharacterString>a %</gco:CharacterString>"
EXTENT = ("<gmd:extent><gmd:EX_Extent><gmd:description>" + TEXT + "</gmd:description>"
          "<gmd:geographicElement><gmd:EX_GeographicBoundingBox><gmd:westBoundLongitude>"
          "<gco:Decimal>1</gco:Decimal></gmd:westBoundLongitude></gmd:EX_GeographicBoundingBox>"
          "</gmd:geographicElement></gmd:EX_Extent></gmd:extent>")  # fmt: skip
ONLINE = ("<gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine><gmd:CI_OnlineResource>"
          "<gmd:linkage><gmd:URL>http://a.vn/%</gmd:URL></gmd:linkage><gmd:name>" + TEXT +
          "</gmd:name></gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions>"
          "</gmd:transferOptions>")  # fmt: skip
DC = ('<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
      'xmlns:dc="http://purl.org/dc/elements/1.1/">{}</oai_dc:dc>')  # fmt: skip
DATACITE = '<resource xmlns="http://datacite.org/schema/kernel-4"><titles>{}</titles>{}</resource>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
COMMON = "Mã,Tên bộ dữ liệu,Mô tả,Địa chỉ,Định dạng\n"

PARTS: dict[str, tuple[int, Callable[[int], Any]]] = {
    # how many are made, and how they are read
    "words without a term": (2000, lambda n: dataset({"themes": [f"a{i}" for i in range(n)]})),
    "places without a term": (
        2000, lambda n: dataset({"spatial_text": [f"a{i}" for i in range(n)]})),
    "keywords that are none": (2000, lambda n: dataset({"keywords": [f"!{i}" for i in range(n)]})),
    "keywords": (2000, lambda n: dataset({"keywords": [f"từ {i}" for i in range(n)]})),
    "licences": (1000, lambda n: dataset({"license": [f"a{i}" for i in range(n)]})),
    "extras": (2000, lambda n: dataset({"extras": {f"a{i}": "b" for i in range(n)}})),
    "files": (300, lambda n: dataset({"resources": [{"url": f"http://a.vn/{i}", "id": "a"}
                                                    for i in range(n)]})),
    "related": (1000, lambda n: dataset({"related": [f"http://a.vn/{i}" for i in range(n)]})),
    "notes in languages": (2000, lambda n: dataset({"notes": {f"l{i}": "a" for i in range(n)}})),
    "remembered files": (3000, lambda n: diff.keep_resource_ids(
        [{"id": str(i), "key": f"a{i}", "url": "b"} for i in range(n)],
        [{"id": f"a{n - i}", "url": "b"} for i in range(n)], "p")),
    "remembered files of one address": (2000, lambda n: diff.keep_resource_ids(
        [{"id": str(i), "key": f"a{i}", "url": f"b{i}"} for i in range(n)],
        [{"url": "c"} for i in range(n)], "p")),
    "a package": (300, lambda n: ckan_package.to_draft({
        "name": "a", "tags": [{"name": f"t{i}"} for i in range(n)],
        "groups": [{"title": f"g{i}"} for i in range(n)],
        "extras": [{"key": f"k{i}", "value": "v"} for i in range(n)],
        "resources": [{"url": f"http://a.vn/{i}", "id": str(i)} for i in range(n)]}, "http://a.vn")),
    "objects in objects": (150, lambda n: lenient_json.text(
        json.loads(deep(n, '{"vi":', "}", '"a"')))),
    "named objects in objects": (150, lambda n: lenient_json.multilingual(
        json.loads(deep(n, '{"title":{"value":', "}}", '""')))),
    "lists in lists": (150, lambda n: lenient_json.texts(json.loads(deep(n, "[", "]")))),
    "what is beyond": (1000, lambda n: lenient_json.beyond(
        {"a": [{"b": str(i)} for i in range(n)]}, [str(i) for i in range(n)], ["a"])),
    "data.json": (300, lambda n: data_json.to_draft({
        "title": "a", "keyword": [f"k{i}" for i in range(n)], "theme": [f"k{i}" for i in range(n)],
        "distribution": [{"downloadURL": f"http://a.vn/{i}"} for i in range(n)],
        "contactPoint": [{"fn": f"a{i}"} for i in range(n)],
        "references": [f"http://a.vn/{i}" for i in range(n)]})),
    "ArcGIS": (1000, lambda n: arcgis_item.to_draft({"id": "a", "attributes": {
        "tags": [f"a{i}" for i in range(n)], "categories": [f"/a/{i}" for i in range(n)],
        "description": many(n, "<a href='http://a.vn/%'>a</a>"),
        "layers": [{"id": i, "name": "a"} for i in range(n)]}})),
    "nested lists of a page": (1200, lambda n: sanitize.clean_html(deep(n, "<ul><li>a<br>", ""))),
    "links of a page": (1000, lambda n: sanitize.clean_html(many(n, "<a href='http://a.vn/%'>a</a>"))),
    "rows of a page": (1000, lambda n: sanitize.clean_html("<table>" + many(n, "<tr><td>%"))),
    "one statement many times": (10_000, lambda n: turtle(
        "<a> a dcat:Dataset ; dct:title \"a\" ; " + many(n, "dcat:keyword \"k%\" ; ") + ".")),
    "datasets": (300, lambda n: turtle(many(n, '<d%> a dcat:Dataset ; dct:title "a" . '))),
    "descriptions": (1000, lambda n: turtle("<a> a dcat:Dataset ; dct:title \"a\" ; "
                                            + many(n, 'dct:description "text %" ; ') + ".")),
    "places": (500, lambda n: turtle("<a> a dcat:Dataset ; dct:title \"a\" ; "
                                     + many(n, 'dct:spatial "1.5,%" ; ') + ".")),
    "distributions": (200, lambda n: turtle("<a> a dcat:Dataset ; dct:title \"a\" ; " + many(
        n, "dcat:distribution [ dcat:accessURL <http://a.vn/%> ] ; ") + ".")),
    "distributions that point back": (200, lambda n: turtle(
        '<a> a dcat:Dataset ; dct:title "a" . ' + many(
            n, "<f%> a dcat:Distribution ; dct:isPartOf <a> ; dcat:accessURL <http://a.vn/%> . "))),
    "nodes in a chain": (1000, lambda n: turtle(
        '<a> a dcat:Dataset ; dct:title "a" ; dct:publisher _:b0 . '
        + "".join(f"_:b{i} dct:relation _:b{i + 1} . " for i in range(n)))),
    "nodes in a circle": (300, lambda n: turtle(
        '<a> a dcat:Dataset ; dct:title "a" ; dct:publisher _:b0 . '
        + "".join(f"_:b{i} dct:relation _:b{i + 1}, _:b{i // 2} . " for i in range(n)))),
    "JSON-LD": (300, lambda n: described(json.dumps({
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@graph": [{"@id": f"http://a.vn/{i}", "@type": "dcat:Dataset", "dct:title": "a"}
                   for i in range(n)]}).encode(), "application/ld+json")),
    "JSON-LD in JSON-LD": (40, lambda n: described(
        deep(n, '{"@context":{"a":"http://a.vn/%"},"http://a.vn/b":', "}", "1").encode(),
        "application/ld+json")),
    "nodes of RDF/XML": (500, lambda n: rdf_xml.repaired((
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' + many(
            n, '<rdf:Description rdf:about="a%">text</rdf:Description>') + "</rdf:RDF>").encode())),
    "attributes": (2000, lambda n: xml.parse(("<a " + many(n, "b%='1' ") + "/>").encode())),
    "namespaces": (1000, lambda n: xml.canonical(xml.parse(
        ("<a " + many(n, "xmlns:b%='a:%' ") + ">" + many(n, "<b%:c/>") + "</a>").encode()))),
    "elements in elements": (120, lambda n: xml.text(xml.parse(deep(n, "<a>b", "</a>").encode()))),
    "keywords of ISO 19115": (500, lambda n: iso19115.to_draft(xml.parse(ISO.format(
        many(n, f"<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword>{TEXT}</gmd:keyword>"
                "</gmd:MD_Keywords></gmd:descriptiveKeywords>"), "").encode()))),
    "extents of ISO 19115": (200, lambda n: iso19115.to_draft(xml.parse(
        ISO.format(many(n, EXTENT), "").encode()))),
    "links of ISO 19115": (200, lambda n: iso19115.to_draft(xml.parse(
        ISO.format("", many(n, ONLINE)).encode()))),
    "titles of Dublin Core": (1000, lambda n: dublin_core.to_draft(xml.parse(
        DC.format(many(n, "<dc:title>a%</dc:title><dc:description>b</dc:description>")).encode()))),
    "addresses of Dublin Core": (500, lambda n: dublin_core.to_draft(xml.parse(
        DC.format(many(n, "<dc:identifier>http://a.vn/%</dc:identifier>")).encode()))),
    "dates of Dublin Core": (1000, lambda n: dublin_core.to_draft(xml.parse(
        DC.format(many(n, "<dc:date>20%</dc:date><dc:coverage>a%</dc:coverage>")).encode()))),
    "DataCite": (500, lambda n: datacite.to_draft(xml.parse(DATACITE.format(
        many(n, "<title>a%</title>"), "<subjects>" + many(n, "<subject>a%</subject>")
        + "</subjects>").encode()))),
    "Atom": (500, lambda n: atom.to_draft(xml.parse(
        ATOM.format(many(n, "<link href='http://a.vn/%'/><category term='%'/>")).encode()))),
    "keywords of PX": (2000, lambda n: px.to_draft(px.table(px.read(io.BytesIO(
        ('TITLE="a";' + many(n, 'NOTE("%")="a%";K%="b";') + "DATA=1;").encode()))))),
    "texts of PX": (5000, lambda n: px.read(io.BytesIO(
        ("TITLE=" + many(n, '"a%"\n') + ";DATA=1;").encode()))),
    "values of PX": (2000, lambda n: px.to_draft(px.table(px.read(io.BytesIO(
        ('TITLE="a";STUB="t";VALUES("t")=' + many(n, '"%",') + '"a";DATA=1;').encode()))))),
    "a feed of texts that go on": (20_000, lambda n: list(Feed(*utf8(io.BytesIO(
        ('{"dataset":[' + "[" * 400 + '"' + '\\"' * n).encode()), None)))),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_twice_as_many_parts_take_at_most_twice_the_time(name):
    size, work = PARTS[name]
    # the first call may load what all later ones use
    growth.seconds(work, 3)
    assert growth.growth(work, lambda count: count, size, quick=0.02) <= growth.MOST


def test_the_parts_are_really_read():
    for name in ("descriptions", "places", "distributions", "JSON-LD", "datasets"):
        assert PARTS[name][1](5), name
    assert len(PARTS["keywords of PX"][1](5)["extras"]) > 3


# -- tables ----------------------------------------------------------------------------------------


def inventory(text: str) -> list[Any]:
    lists = Lists(read(text.encode()), Settings())
    return [draft_of(entry.pack(), None) for entry in lists.entries if hasattr(entry, "pack")]


TABLES: dict[str, tuple[int, Callable[[int], Any]]] = {
    "datasets of an inventory": (500, lambda n: inventory(
        COMMON + many(n, "D%,Dữ liệu %,Mô tả,http://a.vn/%,CSV\n"))),
    "one dataset again and again": (500, lambda n: inventory(
        COMMON + many(n, "D,Dữ liệu,Mô tả %,http://a.vn/%,CSV\n"))),
    "headers again and again": (60, lambda n: inventory(
        (COMMON.replace("Mã", "STT") + "1,a,b,c,d\n") * n)),
    "sections": (200, lambda n: inventory(COMMON + many(n, "I. Phần %,,,,\nD%,a%,b,c,d\n"))),
    "columns": (300, lambda n: inventory(
        COMMON.strip() + many(n, ",Cột %") + "\nD,a,b,c,d" + ",x" * n + "\n")),
    "cells with lines": (2000, lambda n: inventory(
        COMMON + 'D,a,b,"' + many(n, "http://a.vn/%\n") + '",CSV\n')),
    "rows of a workbook": (500, lambda n: read_workbook(
        (COMMON + many(n, "D%,Dữ liệu %,Mô tả,http://a.vn/%,CSV\n")).encode())),
    "cells of a page": (500, lambda n: read(
        ("<table>" + many(n, "<tr><td rowspan=2>a<td>b%") + "</table>").encode())),
    "texts of an old workbook": (6000, lambda n: xls._text_sizes(
        struct.pack("<HH", 0x00FC, 8 + 5 * n) + b"\0" * 8 + b"\0\0\x08\0\0" * n)),
    "tables in tables": (100, lambda n: read(deep(n, "<table><tr><td>a", "").encode())),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_twice_as_many_rows_take_at_most_twice_the_time(name):
    size, work = TABLES[name]
    growth.seconds(work, 3)
    assert growth.growth(work, lambda count: count, size, quick=0.02) <= growth.MOST
