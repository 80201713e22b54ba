"""Files that try to run a script on the origin that serves them, as somebody may upload them.

Each script asks for ``/ran-<number>`` and writes into the origin's storage, where a test looks.
"""
from __future__ import annotations

from dataclasses import dataclass

_XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True)
class HostileFile:
    """``mimetype`` is what the API is told of it; empty, nothing."""

    name: str
    content: str
    mimetype: str = ""


def _script(number: int) -> str:
    return f"localStorage.setItem('ran', '{number}'); fetch('/ran-{number}')"


def _html(n: int) -> str:
    return f"<!doctype html><html><body><script>{_script(n)}</script></body></html>"


def _bare(n: int) -> str:
    return f"<script>{_script(n)}</script>"


def _image(n: int) -> str:
    return f'<img src="/nothing" onerror="{_script(n)}">'


def _svg(n: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg"><script>{_script(n)}</script></svg>'


def _svg_loads(n: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_script(n)}"/>'


def _xhtml(n: int) -> str:
    return f'<html xmlns="{_XHTML}"><body><script>{_script(n)}</script></body></html>'


def _xml(n: int) -> str:
    return f'<?xml version="1.0"?>\n<data><s xmlns="{_XHTML}:">x</s>' \
           f'<h:script xmlns:h="{_XHTML}">{_script(n)}</h:script></data>'  # fmt: skip


def _styled(n: int) -> str:
    return (
        '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?>\n'
        '<!DOCTYPE d [<!ATTLIST xsl:stylesheet id ID #REQUIRED>]><d>'
        '<xsl:stylesheet id="s" version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        f'<xsl:template match="/"><html><body><script>{_script(n)}</script></body></html>'
        "</xsl:template></xsl:stylesheet></d>"
    )


def _mhtml(n: int) -> str:
    return (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
        f"Content-Type: text/html\n\n{_html(n)}\n--b--\n"
    )


def _pdf(n: int) -> str:
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS"
        f"(app.alert('{n}'); this.submitForm('/ran-{n}'))>>>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF"
    )


def _csv_then_html(n: int) -> str:
    return f"ma,ten\n1,{_bare(n)}\n"


def _padded(n: int) -> str:
    return " " * 600 + "\n" + _html(n)


def _javascript(n: int) -> str:
    return _script(n)


def _worker(n: int) -> str:
    return f"self.addEventListener('fetch', e => e.respondWith(new Response('{n}')))"


_FILES = (
    ("du-lieu.csv", _html, ""), ("du-lieu.csv", _bare, "text/html"),
    ("du-lieu.csv", _svg, ""), ("du-lieu.csv", _xhtml, ""),
    ("du-lieu.csv", _csv_then_html, ""), ("du-lieu.csv", _padded, "text/html; charset=utf-8"),
    ("trang.html", _html, ""), ("trang.htm", _image, ""), ("trang.shtml", _html, ""),
    ("trang.xhtml", _xhtml, ""), ("trang.xht", _xhtml, "application/xhtml+xml"),
    ("hinh.svg", _svg, ""), ("hinh.svg", _svg_loads, "image/svg+xml"), ("hinh.svgz", _svg, ""),
    ("bang.xml", _xml, ""), ("bang.xml", _styled, "text/xml"), ("bang.xsl", _styled, ""),
    ("bang.rdf", _xml, ""), ("tin.rss", _xml, "application/rss+xml"), ("vung.kml", _xml, ""),
    ("trang.mht", _mhtml, ""), ("trang.mhtml", _mhtml, "multipart/related"),
    ("ma.js", _javascript, ""), ("ma.mjs", _worker, "text/javascript"),
    ("ma.wasm", _html, ""), ("giay.pdf", _html, "application/pdf"), ("giay.pdf", _pdf, ""),
    ("anh.png", _html, ""), ("anh.jpg", _html, "image/jpeg"), ("anh.gif", _bare, "text/html"),
    ("anh.html.png", _html, ""), ("bang.csv.html", _html, ""), ("bang.html.csv", _html, ""),
    ("ghi-chu.txt", _html, ""), ("ghi-chu", _html, ""), ("ghi-chu.", _html, ""),
    ("du-lieu.json", _html, ""), ("du-lieu.json", _html, "text/plain, text/html"),
    ("khong-ro.xyz", _html, ""), ("khong-ro.htc", _html, ""), ("khong-ro.hta", _html, ""),
    ("bo-nho.appcache", _html, "text/cache-manifest"),
)  # fmt: skip

HOSTILE_FILES = tuple(
    HostileFile(name, content(number), mimetype)
    for number, (name, content, mimetype) in enumerate(_FILES, start=1)
)
