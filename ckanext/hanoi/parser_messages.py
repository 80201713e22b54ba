"""What parsers say of a broken file, in the reader's language.

Libraries speak English: ``File is not a zip file``, ``Expecting value: line 1 column 1 (char 0)``.
Such words are stored as they are, as a parameter of a message of ours, and put into words when they
are shown. Of what is not known here, the place in the file is kept; without one, the words
themselves: they are of use to who looks them up. Knows no CKAN.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ckanext.hanoi.messages import N_

#: The parameters that hold the words of a library.
_KEYS = ("error", "reason", "kind")
_LINE, _COLUMN = re.compile(r"\bline (\d+)"), re.compile(r"\bcolumns? (\d+)")

_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), message)
    for pattern, message in (
        (r"^File is not a zip file|^Bad magic number", N_("it is not a ZIP container")),
        (r"^Bad CRC-32|^Error -3 while decompressing|^Corrupt", N_("a part of it is damaged")),
        (r"^overlapping parts$", N_("its parts overlap")),
        (r"^HTML or XML$", N_("HTML or XML")),
        (r"^Document is empty|^no element found", N_("the document is empty")),
        (r"^Start tag expected", N_("it does not begin with an XML element")),
        (r"^Opening and ending tag mismatch|^mismatched tag",
         N_("an element is not closed by its own tag")),
        (r"^Entity '[^']*' not defined|^xmlParseEntityRef|^EntityRef",
         N_("an “&” that is not written as “&amp;”, or an unknown entity")),
        (r"^Extra content at the end|^junk after document", N_("something follows behind its end")),
        (r"^Extra data", N_("something follows behind its end")),
        (r"^Premature end of data|^Couldn't find end of|^unexpected end|Unexpected end",
         N_("it ends too early")),
        (r"^Unterminated string", N_("it ends too early")),
        (r"^a document type is not accepted$", N_("a document type is not accepted")),
        # so since Python 3.13
        (r"^Expecting value|^Illegal trailing comma", N_("a value is missing")),
        (r"^Expecting property name", N_("a name in double quotes is missing")),
        (r"^Expecting '?[,:]'? delimiter", N_("a comma or colon is missing")),
        (r"^Invalid control character|^line contains NUL", N_("it has a control character")),
        (r"prefix \S+ has not been declared", N_("a prefix is used that is not declared")),
        (r"Invalid IRI", N_("an address in it is not valid")),
        (r"^XML namespaces are required in RDF/XML$", N_("it is not RDF")),
        (r"^field larger than field limit", N_("a field is too long")),
    )
)  # fmt: skip


def in_words(params: Mapping[str, Any] | None, gettext: Callable[[str], str]) -> dict[str, Any]:
    """The parameters of a message, with those that a library has said in the reader's language."""
    found = dict(params or {})
    for name in _KEYS:
        if isinstance(found.get(name), str):
            found[name] = _in_words(found[name], gettext)
    return found


def _in_words(words: str, gettext: Callable[[str], str]) -> str:
    message = next((text for pattern, text in _KNOWN if pattern.search(words[:500])), "")
    line, column = _LINE.findall(words[:500]), _COLUMN.findall(words[:500])
    if not message and words.startswith("Parser error at line"):
        message = N_("it is not written by the rules of its format")
    if not message:
        return words
    if not line:
        return gettext(message)
    place = {"reason": gettext(message), "line": line[-1], "column": column[-1] if column else ""}
    if column:
        return gettext(N_("%(reason)s (line %(line)s, column %(column)s)")) % place
    return gettext(N_("%(reason)s (line %(line)s)")) % place
