"""What libraries say of broken files, in the reader's language."""
from __future__ import annotations

import csv
import io
import json
import zipfile

import pyoxigraph as ox
import pytest
from lxml import etree

from ckanext.hanoi import parser_messages
from devstack import i18n

XML = [b"", b"x", b"<a><b></a>", b"<a>&x;</a>", b"<a", b"<a/><b/>", b"<a>&</a>"]
JSON = ["", "{", "[1,]", '{"a" 1}', "{a:1}", '"abc', "1 2", '{"a":"\n"}']
TURTLE = ["<a> <b> ", "x:a x:b x:c .", "<a b> <c> 'd'.", "@prefix x <a> ."]


@pytest.fixture(scope="module")
def vietnamese():
    found = {entry.msgid: entry.msgstr for entry in i18n.load("vi")}
    return lambda words: parser_messages.in_words({"error": words}, lambda text: found[text])[
        "error"
    ]


def _said(call, *arguments):
    broken = (SyntaxError, ValueError, zipfile.BadZipFile, csv.Error)
    with pytest.raises(broken) as caught:  # whatever it says
        call(*arguments)
    return str(caught.value)


def _csv(text):
    kept = csv.field_size_limit(131_072)  # Python's own; libraries raise it for the whole process
    try:
        return list(csv.reader([text]))
    finally:
        csv.field_size_limit(kept)


def _turtle(text):
    return list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri="http://e.org/"))


@pytest.mark.parametrize(
    ("parse", "document"),
    [
        *((etree.fromstring, document) for document in XML),
        *((json.loads, document) for document in JSON),
        *((_turtle, document) for document in TURTLE),
        (lambda data: zipfile.ZipFile(io.BytesIO(data)), b"PK\x03\x04"),
        (_csv, "x" * 200_000),
    ],
)
def test_what_a_parser_says_is_said_in_vietnamese(vietnamese, parse, document):
    english = _said(parse, document)
    words = vietnamese(english)
    assert words != english
    assert not words.isascii()
    if "line" in english:
        assert "dòng" in words


def test_what_nobody_knows_stays_as_it_is_and_other_parameters_too(vietnamese):
    assert vietnamese("Something else went wrong") == "Something else went wrong"
    params = {"url": "https://example.org/HTML or XML", "limit": 3, "error": 5}
    assert parser_messages.in_words(params, str) == params
    assert parser_messages.in_words(None, str) == {}
