"""Scripted servers of the reports: see README.md. Each route gets (handler, address, query)."""

# ruff: noqa
import json

ROUTES = {}


def route(p):
    def d(f):
        ROUTES[p] = f
        return f

    return d


def J(h, o, code=200, **k):
    h.give(json.dumps(o, ensure_ascii=False), "application/json", code, **k)


# ---- data.json in pages as ckanext-dcat gives it (data.gov#3379)
@route("/paged/data.json")
def paged(h, u, q):
    page = int(q.get("page") or 1)
    per = 100
    total = 250
    J(
        h,
        {
            "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
            "dataset": [
                {
                    "identifier": f"PG-{i}",
                    "title": f"Bộ dữ liệu phân trang {i}",
                    "publisher": {"name": "Sở Y tế"},
                }
                for i in range((page - 1) * per, min(total, page * per))
            ],
        },
    )


# ---- Cloudflare's challenge (data.gov#5303)
@route("/cf/data.json")
def cf(h, u, q):
    h.give(
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body></html>",
        "text/html; charset=UTF-8",
        403,
        cf_mitigated="challenge",
        server="cloudflare",
    )


# ---- IIS WAF (data.gov#4827, ckanext-spatial#336)
ISO = """<?xml version="1.0" encoding="UTF-8"?><gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gml="http://www.opengis.net/gml" xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:xlink="http://www.w3.org/1999/xlink"><gmd:fileIdentifier><gco:CharacterString>%(id)s</gco:CharacterString></gmd:fileIdentifier>%(stamp)s<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>%(title)s</gmd:title>%(date)s</gmd:CI_Citation></gmd:citation><gmd:abstract><gco:CharacterString>%(abs)s</gco:CharacterString></gmd:abstract>%(more)s</gmd:MD_DataIdentification></gmd:identificationInfo>%(dist)s</gmd:MD_Metadata>"""


def iso(id, title, abs="Mô tả", stamp="", date="", more="", dist=""):
    if not title.startswith("<"):
        title = f"<gco:CharacterString>{title}</gco:CharacterString>"
    return ISO % dict(id=id, title=title, abs=abs, stamp=stamp, date=date, more=more, dist=dist)


@route("/iis/metadata/*")
def iis(h, u, q):
    p = u.path
    page = lambda rows, up: h.give(
        f"<html><head><title>127.0.0.1 - {p}</title></head><body><H1>127.0.0.1 - {p}</H1><hr>\r\n\r\n<pre>"
        + (f'<A HREF="{up}">[To Parent Directory]</A><br><br>' if up else "")
        + "".join(rows)
        + "</pre><hr></body></html>",
        "text/html; charset=UTF-8",
    )
    if p == "/iis/metadata/":
        return page(
            [
                'Sunday, April 14, 2024  7:55 PM        &lt;dir&gt; <A HREF="/iis/metadata/R01/">R01</A><br>',
                ' 6/30/2015  3:30 PM        13867 <A HREF="/iis/metadata/one%20two.xml">one two.xml</A><br>',
                ' 6/30/2015  3:30 PM        168 <A HREF="/iis/metadata/web.config">web.config</A><br>',
                ' 6/30/2015  3:30 PM        168 <A HREF="/iis/metadata/B%E1%BA%A3n%20%C4%91%E1%BB%93.XML">Bản đồ.XML</A><br>',
            ],
            "/iis/",
        )
    if p == "/iis/metadata/R01/":
        return page(
            [
                'Sunday, April 14, 2024  7:55 PM  1234 <A HREF="/iis/metadata/R01/three.xml">three.xml</A><br>'
            ],
            "/iis/metadata/",
        )
    if p.lower().endswith(".xml"):
        i = {
            "one%20two.xml": ("w1", "Bản đồ ranh giới"),
            "three.xml": ("w3", "Bản đồ thủy hệ"),
        }.get(p.rsplit("/", 1)[1], ("w2", "Bản đồ nền"))
        return h.give(iso(*i), "text/xml")
    h.give("x", code=404)


@route("/iis/metadata")
def iis0(h, u, q):
    h.give("", "text/html", 301, Location="/iis/metadata/")


# ---- CSW quirks
CAP = '<?xml version="1.0"?><csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2"/>'


def resp(body, attrs):
    return f'<?xml version="1.0" encoding="UTF-8"?><csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchStatus timestamp="2024-01-01T00:00:00"/><csw:SearchResults {attrs}>{body}</csw:SearchResults></csw:GetRecordsResponse>'


def param(h, q):
    import re

    b = getattr(h, "body", b"").decode("utf-8", "replace") if h.command == "POST" else ""
    low = {k.lower(): v for k, v in q.items()}
    s = low.get("startposition") or (re.search(r'startPosition="(\d+)"', b) or [0, 1])[1]
    m = low.get("maxrecords") or (re.search(r'maxRecords="(\d+)"', b) or [0, 10])[1]
    return int(s), int(m)


def strip(x):
    return x.split("?>", 1)[1]


@route("/csw/empty")
def cswempty(h, u, q):
    h.give(
        resp(
            "",
            'numberOfRecordsMatched="8" numberOfRecordsReturned="0" elementSet="full" nextRecord="1"',
        ),
        "application/xml",
    )


@route(
    "/csw/short"
)  # gives at most 10 whatever was asked (geonetwork#1267); nextRecord missing (geonetwork#1429); exception past the end (#1855)
def cswshort(h, u, q):
    s, m = param(h, q)
    n = 23
    m = min(m, 10)
    if s > n:
        return h.give(
            f'<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception exceptionCode="InvalidParameterValue" locator="startPosition"><ows:ExceptionText>Start position ({s}) can not be greater than number of matching records ({n} for current search).</ows:ExceptionText></ows:Exception></ows:ExceptionReport>',
            "application/xml",
        )
    ids = range(s, min(n, s + m - 1) + 1)
    h.give(
        resp(
            "".join(strip(iso(f"s{i}", f"Lớp bản đồ {i}")) for i in ids),
            f'numberOfRecordsMatched="{n}" numberOfRecordsReturned="{len(ids)}" elementSet="full"',
        ),
        "application/xml",
    )


@route(
    "/csw/dates"
)  # ckanext-spatial#202 empty dateStamp, INSPIRE helpdesk#188 now, anchors, owslib#954, geocat
def cswdates(h, u, q):
    s, m = param(h, q)
    T = "<gmd:extent><gmd:EX_Extent><gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent>%s</gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement></gmd:EX_Extent></gmd:extent>"
    D = '<gmd:date><gmd:CI_Date><gmd:date>%s</gmd:date><gmd:dateType><gmd:CI_DateTypeCode codeListValue="%s"/></gmd:dateType></gmd:CI_Date></gmd:date>'
    G = "<gco:Date>%s</gco:Date>"
    L = "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>%s</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
    O = "<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>%s</gmd:URL></gmd:linkage><gmd:protocol>%s</gmd:protocol><gmd:name>%s</gmd:name></gmd:CI_OnlineResource></gmd:onLine>"
    c = lambda t: f"<gco:CharacterString>{t}</gco:CharacterString>"
    recs = [
        iso(
            "d1",
            "Ngày trống",
            stamp="<gmd:dateStamp><gco:Date/></gmd:dateStamp>",
            date=D % (G % "", "publication"),
            more=T
            % '<gml:TimeInstant gml:id="a"><gml:timePosition indeterminatePosition="now"/></gml:TimeInstant>',
        ),
        iso(
            "d2",
            '<gmx:Anchor xlink:href="http://vd.example/t">Tên trong neo</gmx:Anchor>',
            stamp='<gmd:dateStamp gco:nilReason="missing"/>',
            date=D % (G % "2010", "creation")
            + D % (G % "2011-05", "publication")
            + D % ("<gco:DateTime>2012-06-07T00:00:00Z</gco:DateTime>", "revision")
            + D % ("<gco:DateTime>2014-06-07T00:00:00</gco:DateTime>", "revision"),
            more=T
            % '<gml:TimePeriod gml:id="b"><gml:beginPosition>2004-01-01</gml:beginPosition><gml:endPosition indeterminatePosition="now"></gml:endPosition></gml:TimePeriod>',
        ),
        iso(
            "d3",
            "Liên kết lạ",
            dist=L
            % (
                O % ("", c("WWW:LINK"), c("trống"))
                + O
                % (
                    "https://vd.example/wms?service=WMS&amp;request=GetCapabilities",
                    '<gmx:Anchor xlink:href="http://x">OGC:WMS</gmx:Anchor>',
                    c("lop_nen"),
                )
                + O
                % (
                    "vd.example/khong-giao-thuc.zip",
                    c("WWW:DOWNLOAD-1.0-http--download"),
                    c("Tệp nén"),
                )
                + O % ("https://vd.example/${ten}.zip", c("WWW:DOWNLOAD"), "<gco:CharacterString/>")
                + O % ("jdbc:postgresql://maychu/db", c("DB:POSTGIS"), c("bang"))
                + O
                % (
                    "https://vd.example/wms?service=WMS&amp;request=GetCapabilities",
                    c("OGC:WMS"),
                    c("lop_song"),
                )
            ),
            more=T
            % '<gml:TimePeriod gml:id="c"><gml:begin><gml:TimeInstant gml:id="c1"><gml:timePosition>2001</gml:timePosition></gml:TimeInstant></gml:begin><gml:end><gml:TimeInstant gml:id="c2"><gml:timePosition indeterminatePosition="unknown"/></gml:TimeInstant></gml:end></gml:TimePeriod>',
        ),
        iso(
            "d4",
            "Mô tả HTML",
            abs="&lt;p&gt;Đoạn &lt;b&gt;một&lt;/b&gt;&lt;/p&gt;&lt;p&gt;Đoạn hai &amp;nbsp; hết&lt;/p&gt;",
        ),
    ]
    recs = recs[s - 1 : s - 1 + m]
    h.give(
        resp(
            "".join(map(strip, recs)),
            f'numberOfRecordsMatched="4" numberOfRecordsReturned="{len(recs)}" elementSet="full" nextRecord="0"',
        ),
        "application/xml",
    )


# ---- OAI quirks
def oai(body, verb="ListRecords", attrs=""):
    return f'<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2024-01-01T00:00:00Z</responseDate><request {attrs}>http://127.0.0.1:8877/oai</request>{body}</OAI-PMH>'


FORMATS = oai(
    "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><schema>x</schema><metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat></ListMetadataFormats>"
)


def ident(gran="YYYY-MM-DDThh:mm:ssZ"):
    return oai(
        f"<Identify><repositoryName>Kho</repositoryName><baseURL>http://127.0.0.1:8877/oai</baseURL><protocolVersion>2.0</protocolVersion><adminEmail>a@vd.example</adminEmail><earliestDatestamp>2000-01-01T00:00:00Z</earliestDatestamp><deletedRecord>transient</deletedRecord><granularity>{gran}</granularity></Identify>"
    )


def dc(i, title, extra="", deleted=False, stamp="2024-01-01T00:00:00Z"):
    hd = f"<header{' status=%sdeleted%s' % (chr(34), chr(34)) if deleted else ''}><identifier>oai:vd.example:{i}</identifier><datestamp>{stamp}</datestamp></header>"
    return (
        f"<record>{hd}"
        + (
            ""
            if deleted
            else f'<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">{title}{extra}</oai_dc:dc></metadata>'
        )
        + "</record>"
    )


t = lambda x: f"<dc:title>{x}</dc:title>"


@route("/oai/loop")  # kor#55, Esri harvester#79: each token gives the first page again
def oailoop(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    import random

    h.give(
        oai(
            "<ListRecords>"
            + "".join(dc(f"l{i}", t(f"Bản ghi {i}")) for i in range(5))
            + f'<resumptionToken cursor="0">tok{random.random()}</resumptionToken></ListRecords>'
        ),
        "text/xml",
    )


@route("/oai/mixed")
def oaimixed(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    recs = [
        dc(
            "m1",
            t("Luận án về sông Hồng") + t("Thesis on the Red River"),
            "<dc:date>c1998</dc:date><dc:date>2010/2012</dc:date><dc:date>2019-03-01T10:00:00Z</dc:date><dc:identifier>http://hdl.handle.net/123/456</dc:identifier><dc:identifier>ISSN 1234-5678</dc:identifier><dc:identifier>https://vd.example/a.pdf</dc:identifier><dc:type>Thesis</dc:type><dc:language>vie</dc:language><dc:language>en_US</dc:language><dc:rights>http://creativecommons.org/licenses/by-nc-nd/3.0/vn/</dc:rights><dc:creator>A, B</dc:creator><dc:publisher>Đại học X</dc:publisher><dc:coverage>Hà Nội</dc:coverage><dc:subject>Môi trường; nước::sông</dc:subject>",
        ),
        dc("m2", "", "<dc:description>Không có tên</dc:description>"),
        dc("m3", t("")),
        dc("m4", t("Tên &amp;amp; mã hóa hai lần &amp;lt;i&amp;gt;x&amp;lt;/i&amp;gt;")),
        dc("m5", t("x"), deleted=True),
        dc("m6", t("Có ký tự \x0b lạ")),
        dc(
            "m7",
            '<dc:title xml:lang="en">Water</dc:title><dc:title xml:lang="vi-VN">Nước</dc:title>',
            "<dc:date/><dc:date>9999</dc:date><dc:date>0000-00-00</dc:date>",
        ),
    ]
    h.give(
        oai(
            "<ListRecords>"
            + "".join(recs)
            + '<resumptionToken completeListSize="7"/></ListRecords>'
        ),
        "text/xml; charset=ISO-8859-1",
    )


# ---- a CKAN portal with oddities of several reports
def P(i, **k):
    return {
        "id": f"00000000-0000-4000-8000-0000000000{i:02d}",
        "name": f"bo-{i}",
        "title": f"Bộ {i}",
        "type": "dataset",
        "state": "active",
        "private": False,
        "metadata_modified": "2024-03-01T00:00:00",
        "resources": [],
        "tags": [],
        "extras": [],
        **k,
    }


def R(i, **k):
    return {
        "id": f"10000000-0000-4000-8000-0000000000{i:02d}",
        "name": f"tep {i}",
        "format": "CSV",
        **k,
    }


PK = [
    P(
        1,
        title="Liên kết tương đối",
        resources=[
            R(1, url="/it/storage/f/2012-07-26T160139/tep.csv"),
            R(2, url=":///dataset/x/resource/y/download/tep.csv"),
            R(3, url="tep-tai-len.csv", url_type="upload"),
            R(4, url="https://vd.example/a.csv https://vd.example/b.csv"),
            R(5, url="https://vd.example/a.csv?x=1&amp;y=2"),
            R(6, url="https://vd.example/tệp số 1.csv?q=á b|c{d}"),
            R(7, url="HTTPS://VD.EXAMPLE/UPPER.CSV"),
            R(8, url="https://vd.example/%E1%BA%A3nh%20.csv"),
            R(9, url="//vd.example/protocol-relative.csv"),
            R(10, url="https://user:pass@vd.example/x.csv"),
            R(11, url="vd.example/khong-http.csv"),
            R(12, url="_datastore_only_resource", url_type="datastore"),
        ],
    ),
    P(
        2,
        title=None,
        name="Ten_Viet-HOA.2",
        notes=None,
        resources=None,
        tags=None,
        extras=None,
        organization=None,
        groups=None,
        metadata_modified=None,
    ),
    P(
        3,
        title="Trùng khóa",
        extras=[
            {"key": "frequency", "value": "monthly"},
            {"key": "frequency", "value": "weekly"},
            {"key": "title", "value": "khác"},
            {"key": "Ghi chú", "value": {"a": [1, 2]}},
            {"key": "", "value": "x"},
            {
                "key": "spatial",
                "value": '{"type":"Polygon","coordinates":[[[20.5,105.2],[20.5,106.0],[21.4,106.0],[21.4,105.2],[20.5,105.2]]]}',
            },
            {"key": "tag_string", "value": "a,b"},
            {"key": "name", "value": "ten-khac"},
        ],
        tags=[
            {"name": "magnetic field (earth)", "display_name": "magnetic field (earth)"},
            {"name": "Bauen & Wohnen"},
            "chuỗi",
            {"display_name": "chỉ có nhãn"},
            {"name": "x" * 130},
            {"name": "1"},
        ],
    ),
    P(
        4,
        title="  Tiêu đề\n hai   dòng\t",
        notes="Dòng 1\r\n\r\nDòng 2 <script>alert(1)</script> a < b & c",
        license_id="notspecified",
        license_title="License not specified",
        maintainer="Phòng A <phong-a@vd.example>; Phòng B",
        maintainer_email="phong-a@vd.example, phong-b@vd.example",
        author_email="khong phai thu",
        url="vd.example/trang",
    ),
    P(5, title="Trùng tên"),
    P(6, title="Trùng tên"),
    P(
        7,
        title="Trùng tên",
        organization={"name": "so-y-te", "title": "Sở Y tế", "id": "zz", "image_url": "x"},
    ),
    P(
        8,
        title={"vi": "Song ngữ", "en": "Bilingual"},
        notes='{"vi": "Mô tả", "en": "Description"}',
        resources=[
            R(20, url="", name=None),
            R(21, url=None, description="không địa chỉ"),
            R(
                22,
                url="https://vd.example/22",
                size="1,234",
                last_modified="2024-13-45",
                created="15/03/2024 08:00",
            ),
        ],
    ),
]


@route("/ckan1/api/3/action/*")
@route("/ckan2/api/3/action/*")
def ckan(h, u, q):
    a = u.path.rsplit("/", 1)[1]
    if h.command == "POST":
        try:
            q = {**q, **{k: str(v) for k, v in json.loads(h.body or b"{}").items()}}
        except Exception:
            pass
    if a == "package_search":
        s, r = int(q.get("start") or 0), int(q.get("rows") or 10)
        pk = sorted(PK, key=lambda p: p["id"])
        return J(h, {"success": True, "result": {"count": len(pk), "results": pk[s : s + r]}})
    if a == "package_show":
        p = next((p for p in PK if q.get("id") in (p["id"], p["name"])), None)
        return J(h, {"success": bool(p), "result": p}, 200 if p else 404)
    if a == "package_list":
        return J(h, {"success": True, "result": [p["name"] for p in PK]})
    if a == "site_read":
        return J(h, {"success": True, "result": True})
    J(h, {"success": False, "error": {"message": "Action name not known"}}, 400)


PK2 = [
    P(
        31,
        title="Markdown có thẻ HTML",
        notes='## Nội dung\r\n\r\nBộ dữ liệu gồm:\r\n\r\n- Mục một<br>\r\n- Mục hai (H<sub>2</sub>O)\r\n- Mục ba\r\n\r\n| Cột | Kiểu |\r\n|---|---|\r\n| ma | chữ |\r\n\r\nXem <a href="https://vd.example">trang</a>.',
    ),
    P(
        32,
        title="Văn bản thường có một thẻ",
        notes="Dòng một.\nDòng hai.\n\nĐoạn hai <b>đậm</b>.\n1. Một\n2. Hai",
    ),
    P(33, title="HTML thật", notes="<p>Đoạn một</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    P(34, title="Chỉ có br", notes="Dòng một<br />\nDòng hai<br />\n<br />\nĐoạn hai"),
]


@route("/ckan3/api/3/action/*")
def ckan3(h, u, q):
    a = u.path.rsplit("/", 1)[1]
    if a == "package_search":
        s, r = int(q.get("start") or 0), int(q.get("rows") or 10)
        return J(h, {"success": True, "result": {"count": len(PK2), "results": PK2[s : s + r]}})
    J(h, {"success": False, "error": {"message": "no"}}, 400)


@route("/csw/links")  # geonetwork#2553, #2334, datagouv#1437
def cswlinks(h, u, q):
    s, m = param(h, q)
    c = lambda t: f"<gco:CharacterString>{t}</gco:CharacterString>"
    L = "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions>%s</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
    O = "<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>%s</gmd:URL></gmd:linkage><gmd:protocol>%s</gmd:protocol><gmd:name>%s</gmd:name></gmd:CI_OnlineResource></gmd:onLine>"
    recs = [
        iso(
            "k1",
            "Kết nối cơ sở dữ liệu",
            dist=L
            % (
                O
                % (
                    "Server=maychu; Service=sde:oracle11g:db; User=nguoidung; Version=SDE.DEFAULT",
                    c("dataset"),
                    c("-"),
                )
                + O % ("file://maychu/chia-se/ban-do.gdb", c("dataset"), c("gdb"))
                + O
                % (
                    "https://vd.example/mot.zip https://vd.example/hai.zip",
                    c("WWW:DOWNLOAD"),
                    c("hai tệp"),
                )
                + O
                % (
                    "gis.vd.example/arcgis/rest/services/Nen/MapServer",
                    c("ESRI:REST"),
                    c("dịch vụ"),
                )
                + O % ("Không có", c(""), c(""))
                + O % ("D:\\BanDo\\nen.shp", c(""), c("ổ đĩa"))
                + O % ("http://ftp://ftp.vd.example/x/", c(""), c("lặp giao thức"))
            ),
        ),
        iso(
            "k2",
            '<gmd:PT_FreeText xmlns:gmd="http://www.isotc211.org/2005/gmd"><gmd:textGroup><gmd:LocalisedCharacterString locale="#VI">Chỉ có bản dịch</gmd:LocalisedCharacterString></gmd:textGroup><gmd:textGroup><gmd:LocalisedCharacterString locale="#EN">Translations only</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText>',
        ),
        iso(
            "k3",
            "Trạng thái chưa xác định",
            stamp="<gmd:dateStamp><gco:Date>Unknown</gco:Date></gmd:dateStamp>",
            abs="Nồng độ PM&lt;sub&gt;2.5&lt;/sub&gt; theo giờ.\n\nGồm:\n- trạm 1\n- trạm 2",
        ),
    ]
    recs = recs[s - 1 : s - 1 + m]
    h.give(
        resp(
            "".join(map(strip, recs)),
            f'numberOfRecordsMatched="3" numberOfRecordsReturned="{len(recs)}" elementSet="full" nextRecord="0"',
        ),
        "application/xml",
    )


PK3 = [
    P(
        41,
        title="Hộ &#039;nhỏ lẻ&#039; &amp; <i>siêu</i> nhỏ",
        notes="A &amp; B &lt;5",
        tags=[{"name": "R&amp;D"}],
        organization={"name": "x", "title": "Sở Khoa học &amp; Công nghệ"},
        resources=[R(1, url="https://vd.example/a", description="x &amp; y")],
        groups=[{"title": "Y tế &amp; sức khỏe", "name": "y-te"}],
    )
]
PK3[0]["resources"][0]["name"] = "Tệp &quot;chính&quot; <b>mới</b>"


@route("/ckan4/api/3/action/*")
def ckan4(h, u, q):
    a = u.path.rsplit("/", 1)[1]
    if a == "package_search":
        return J(
            h,
            {
                "success": True,
                "result": {"count": 1, "results": PK3 if int(q.get("start") or 0) < 1 else []},
            },
        )
    J(h, {"success": False, "error": {"message": "no"}}, 400)


@route("/csw/ent")
def cswent(h, u, q):
    s, m = param(h, q)
    recs = [
        iso(
            "n1",
            "Hộ &amp;#039;nhỏ lẻ&amp;#039; &amp;amp; &amp;lt;i&amp;gt;siêu&amp;lt;/i&amp;gt; nhỏ",
            more="<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword><gco:CharacterString>R&amp;amp;D</gco:CharacterString></gmd:keyword></gmd:MD_Keywords></gmd:descriptiveKeywords>",
        ),
        iso("n2", "Tên &lt;b&gt;đậm&lt;/b&gt;"),
    ][s - 1 :]
    h.give(
        resp(
            "".join(map(strip, recs)),
            f'numberOfRecordsMatched="2" numberOfRecordsReturned="{len(recs)}" elementSet="full" nextRecord="0"',
        ),
        "application/xml",
    )


AG = {
    "total": 2,
    "start": 1,
    "num": 100,
    "nextStart": -1,
    "results": [
        {
            "id": "a" * 32,
            "title": "Ranh_gioi_phuong",
            "name": "Ranh_gioi_phuong",
            "type": "Feature Service",
            "snippet": None,
            "description": "<div style='color:red'>Mô tả <b>đậm</b><br>dòng hai</div>",
            "tags": ["ranh giới", ""],
            "created": 1672506000000,
            "modified": 1672506000000,
            "url": "https://vd.example/arcgis/rest/services/RG/FeatureServer",
            "extent": [[0, 0], [0, 0]],
            "access": "public",
            "licenseInfo": "<span>CC BY 4.0</span>",
            "accessInformation": None,
            "typeKeywords": [],
            "owner": "ai-do",
            "culture": "vi-vn",
            "size": -1,
            "numViews": 3,
        },
        {
            "id": "b" * 32,
            "title": None,
            "name": "ban do so 2.zip",
            "type": "Shapefile",
            "snippet": "&lt;b&gt;x&lt;/b&gt;",
            "created": -62135596800000,
            "modified": 253402300800000,
            "url": None,
            "extent": [[-180, -90], [180, 90]],
            "access": "public",
            "tags": None,
            "size": 12345,
        },
    ],
}


@route("/ags/sharing/rest/search")
def ags(h, u, q):
    J(h, AG if int(q.get("start") or 1) <= 1 else {"total": 2, "results": [], "nextStart": -1})


@route("/ags/sharing/rest/portals/self")
def agsself(h, u, q):
    J(h, {"id": "0123456789ABCDEF", "name": "Cổng", "isPortal": True})


@route("/ags/sharing/rest*")
def agsr(h, u, q):
    J(h, {"currentVersion": "10.9"})


import gzip as _gz

BODY = '{"dataset":[{"identifier":"H-1","title":"Danh sách hồ chứa","description":"Dòng một","publisher":{"name":"Sở Y tế"}},{"identifier":"H-2","title":"Danh sách đập","publisher":{"name":"Sở Y tế"}}]}'


@route("/http/gz.json")
def gz(h, u, q):
    h.give(_gz.compress(BODY.encode()), "application/json")


@route("/http/data.json.gz")
def gz2(h, u, q):
    h.give(_gz.compress(BODY.encode()), "application/gzip")


@route("/http/ctrl.json")
def ctrl(h, u, q):
    h.give(BODY.replace("Dòng một", "Dòng một\n\tDòng hai\r\n\x0bDòng ba"), "application/json")


@route("/http/trailing.json")
def trailing(h, u, q):
    h.give(BODY.replace('"Sở Y tế"}}]', '"Sở Y tế",},},]'), "application/json")


@route("/http/nan.json")
def nan(h, u, q):
    h.give(
        BODY.replace(
            '"description":"Dòng một"',
            '"description":"Dòng một","distribution":[{"downloadURL":"https://vd.example/a.csv","byteSize":NaN},{"downloadURL":"https://vd.example/b.csv","byteSize":-Infinity},{"downloadURL":"https://vd.example/c.csv","byteSize":99999999999999999999}]',
        ),
        "application/json",
    )


@route("/http/php.json")
def php(h, u, q):
    h.give(
        "<br />\n<b>Warning</b>:  foo() in <b>/var/www/x.php</b> on line <b>3</b><br />\n" + BODY,
        "text/html",
    )


@route("/http/bomlead.json")
def bomlead(h, u, q):
    h.give(b"\n\n\xef\xbb\xbf" + BODY.encode(), "text/html; charset=iso-8859-1")


@route("/http/cp1258.json")
def cp1258(h, u, q):
    import unicodedata

    t = "".join(
        c
        if c in "ăâđêôơưĂÂĐÊÔƠƯ"
        else unicodedata.normalize("NFD", c)
        if unicodedata.normalize("NFD", c)[0] not in "aeiouyAEIOUY"
        or len(unicodedata.normalize("NFD", c)) == 1
        else c
        for c in BODY
    )

    def enc(s):
        out = b""
        for c in unicodedata.normalize("NFC", s):
            try:
                out += c.encode("cp1258")
            except UnicodeEncodeError:
                d = unicodedata.normalize("NFD", c)
                base = unicodedata.normalize(
                    "NFC", "".join(x for x in d if x not in "\u0300\u0301\u0303\u0309\u0323")
                )
                tone = "".join(x for x in d if x in "\u0300\u0301\u0303\u0309\u0323")
                out += (base + tone).encode("cp1258")
        return out

    h.give(enc(BODY), "application/json; charset=utf-8")


@route("/http/latin.json")
def latin(h, u, q):
    h.give(BODY.encode("utf-8").decode("latin-1").encode("utf-8"), "application/json")


@route("/http/jsonp.json")
def jsonp(h, u, q):
    h.give("callback(" + BODY + ");", "application/javascript")


@route("/http/dupkey.json")
def dupkey(h, u, q):
    h.give(
        BODY.replace('"title":"Danh sách hồ chứa"', '"title":"Danh sách hồ chứa","title":""'),
        "application/json",
    )


@route("/oai/lead")
def oailead(h, u, q):
    v = q.get("verb")
    pre = "\n\n"
    if v == "Identify":
        return h.give(pre + ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(pre + FORMATS, "text/xml")
    h.give(
        pre
        + oai(
            "<ListRecords>"
            + dc("p1", t("Bản ghi đầu"))
            + dc("p2", t("Nghiên cứu &nbsp; nước & đất"))
            + "</ListRecords>"
        ),
        "text/html",
    )


@route("/oai/cut")
def oaicut(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    h.give(
        oai(
            "<ListRecords>"
            + "".join(dc(f"c{i}", t(f"Bản ghi {i}")) for i in range(9))
            + "</ListRecords>"
        )[:1500],
        "text/xml",
    )


@route("/oai/nested")  # dataverse#7431: an XML declaration in the middle of the page
def oainested(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    h.give(
        oai(
            "<ListRecords>"
            + dc("x1", t("Bản ghi một")).replace(
                "<metadata>", '<metadata><?xml version="1.0" encoding="UTF-8"?>'
            )
            + dc("x2", t("Bản ghi hai"))
            + "</ListRecords>"
        ),
        "text/xml",
    )


@route("/oai/badutf")  # dataverse#10329: bytes that are no UTF-8
def oaibad(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    h.give(
        oai(
            "<ListRecords>"
            + dc("y1", t("Lọc @@ nước"))
            + dc("y2", t("Bản ghi hai"))
            + "</ListRecords>"
        )
        .encode()
        .replace(b"@@", b"\xed\xa0\xbd\xff\xe9"),
        "text/xml",
    )


@route("/oai/amp")
def oaiamp(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    h.give(
        oai(
            "<ListRecords>"
            + dc("z1", t("Nước & đất"))
            + dc(
                "z2",
                t("Bản ghi hai"),
                "<dc:identifier>https://vd.example/a?x=1&y=2</dc:identifier>",
            )
            + "</ListRecords>"
        ),
        "text/xml",
    )


@route("/oai/nbsp")
def oainbsp(h, u, q):
    v = q.get("verb")
    if v == "Identify":
        return h.give(ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(FORMATS, "text/xml")
    h.give(
        oai(
            "<ListRecords>"
            + dc("w1", t("Nghiên cứu&nbsp;nước &ndash; caf&eacute;"))
            + dc("w2", t("Bản ghi hai"))
            + "</ListRecords>"
        ),
        "text/xml",
    )


@route("/oai/lead2")
def oailead2(h, u, q):
    v = q.get("verb")
    pre = "\n\n"
    if v == "Identify":
        return h.give(pre + ident(), "text/xml")
    if v == "ListMetadataFormats":
        return h.give(pre + FORMATS, "text/xml")
    h.give(pre + oai("<ListRecords>" + dc("p1", t("Bản ghi đầu")) + "</ListRecords>"), "text/html")


PK5 = [
    P(
        51,
        title="Có NaN",
        resources=[R(1, url="https://vd.example/a.csv", size=float("nan"))],
        extras=[{"key": "tỉ lệ", "value": float("inf")}],
    ),
    P(52, title="Bình thường sau NaN"),
]


@route("/ckan5/api/3/action/*")
def ckan5(h, u, q):
    a = u.path.rsplit("/", 1)[1]
    if a == "package_search":
        return J(
            h, {"success": True, "result": {"count": 2, "results": PK5[int(q.get("start") or 0) :]}}
        )
    J(h, {"success": False, "error": {"message": "no"}}, 400)


@route("/waf2/")
def waf2(h, u, q):
    h.give(
        '<html><head><title>Index of /waf2</title></head><body><h1>Index of /waf2</h1><pre><a href="../">../</a>\n<a href="amp.xml">amp.xml</a> 01-Jan-2024 10:00 100\n<a href="ok.xml">ok.xml</a> 01-Jan-2024 10:00 100\n<a href="nbsp.xml">nbsp.xml</a> 01-Jan-2024 10:00 100</pre></body></html>',
        "text/html",
    )


@route("/waf2/amp.xml")
def wamp(h, u, q):
    h.give(iso("am1", "Nước & đất"), "text/xml")


@route("/waf2/nbsp.xml")
def wnbsp(h, u, q):
    h.give(iso("am3", "Nước&nbsp;ngầm"), "text/xml")


@route("/waf2/ok.xml")
def wok(h, u, q):
    h.give(iso("am2", "Bản đồ tốt"), "text/xml")


@route("/ckan6/api/3/action/*")
def ckan6(h, u, q):
    a = u.path.rsplit("/", 1)[1]
    if a == "package_search":
        s = json.dumps(
            {
                "success": True,
                "result": {
                    "count": 2,
                    "results": [
                        P(61, title="Có ký tự XX", notes="Dòng một"),
                        P(62, title="Thường"),
                    ][int(q.get("start") or 0) :],
                },
            },
            ensure_ascii=False,
        )
        return h.give(
            s.replace("Dòng một", "Dòng một\n\tDòng hai").replace("XX", "\x0b"), "application/json"
        )
    J(h, {"success": False, "error": {"message": "no"}}, 400)


@route("/csw/amp")
def cswamp(h, u, q):
    s, m = param(h, q)
    recs = [iso(f"q{i}", "Nước & đất" if i == 2 else f"Lớp {i}") for i in range(1, 6)][
        s - 1 : s - 1 + m
    ]
    h.give(
        resp(
            "".join(map(strip, recs)),
            f'numberOfRecordsMatched="5" numberOfRecordsReturned="{len(recs)}" elementSet="full" nextRecord="0"',
        ),
        "application/xml",
    )


# ---- PX-Web v1, as several reports describe it (rOpenGov/pxweb#101 odd names; PxWeb#387 dates; pxmake#120 no time variable)
@route("/pxv1/api/v1/vi*")
def pxv1(h, u, q):
    import urllib.parse as up

    p = up.unquote(u.path)[len("/pxv1/api/v1/vi") :].strip("/")
    if p == "":
        return J(h, [{"dbid": "Thống kê", "text": "Cơ sở dữ liệu"}])
    if p == "Thống kê":
        return J(
            h,
            [
                {"id": "01 Dân số", "type": "l", "text": "Dân số & lao động"},
                {"id": "", "type": "h", "text": "Tiêu đề phụ"},
                {"id": "rỗng", "type": "l", "text": "Thư mục rỗng"},
                {"id": "hỏng", "type": "l", "text": "Thư mục hỏng"},
            ],
        )
    if p.endswith("rỗng"):
        return J(h, [])
    if p.endswith("hỏng"):
        return J(h, {"error": "x"}, 404)
    if p.endswith("01 Dân số"):
        return J(
            h,
            [
                {
                    "id": "V01 (cũ).px",
                    "type": "t",
                    "text": "Dân số theo quận, 2019-2023   ",
                    "updated": "2014-08-26T08:00:00",
                },
                {
                    "id": "V02.px",
                    "type": "t",
                    "text": "Số hộ\n theo phường",
                    "updated": "0001-01-01T00:00:00",
                },
                {"id": "V03.px", "type": "t", "text": "Bảng hỏng", "updated": None},
            ],
        )
    if p.endswith("V01 (cũ).px"):
        return J(
            h,
            {
                "title": "Dân số theo quận và năm",
                "variables": [
                    {
                        "code": "Quận",
                        "text": "Quận",
                        "values": ["1", "2"],
                        "valueTexts": ["Ba Đình", "Tây Hồ"],
                    },
                    {
                        "code": "Năm",
                        "text": "Năm",
                        "values": ["0", "1", "2"],
                        "valueTexts": ["2019", "2020", "Sơ bộ 2021"],
                        "time": True,
                    },
                ],
            },
        )
    if p.endswith("V02.px"):
        return J(
            h,
            {
                "title": "Số hộ theo phường",
                "variables": [
                    {"code": "P", "text": "Phường", "values": ["1"], "valueTexts": ["A"]}
                ],
            },
        )
    return J(h, {"error": "Internal"}, 500)
