"""The fetcher against servers that mean no good."""
from __future__ import annotations

import gzip
import os
import socket
import time
import zlib
from email.utils import formatdate

import pytest
from raw_server import RawServer, drip
from werkzeug import Request, Response

from ckanext.hanoi.fetch import Fetcher, FetchError, NotModifiedError, public_url
from ckanext.hanoi.fetch import connection as connection_module
from ckanext.hanoi.fetch.address import AddressGuard, is_public, parse_address
from ckanext.hanoi.fetch.errors import FetchTimeoutError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def fetcher():
    with Fetcher(allowed_hosts=["127.0.0.1"], timeout=5, pause=0.01) as fetcher:
        yield fetcher


# --- addresses ---------------------------------------------------------------------------------

REFUSED = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "0.0.0.0", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "192.0.0.8", "198.18.0.1", "192.88.99.1", "192.0.2.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(address):
    assert not AddressGuard().permits("innocent.example", 80, address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.162.0.1", "2606:4700:4700::1111"])
def test_a_public_address_is_permitted(address):
    assert is_public(parse_address(address))
    assert AddressGuard().permits("data.example", 443, address)


@pytest.mark.parametrize(
    ("allowed", "host", "port", "address", "permitted"),
    [
        ("10.0.0.0/8", "any.example", 80, "10.9.9.9", True),
        ("10.0.0.0/8", "any.example", 80, "11.0.0.1", True),
        ("10.0.0.0/8", "any.example", 80, "192.168.0.1", False),
        ("10.0.0.1", "any.example", 80, "10.0.0.1", True),
        ("10.0.0.1", "any.example", 80, "::ffff:10.0.0.1", True),
        ("10.0.0.1:8080", "any.example", 8080, "10.0.0.1", True),
        ("10.0.0.1:8080", "any.example", 80, "10.0.0.1", False),
        ("[fd00::1]:8080", "any.example", 8080, "fd00::1", True),
        ("fd00::/8", "any.example", 80, "fd00::7", True),
        ("ckan.noi-bo", "CKAN.noi-bo.", 80, "192.168.1.7", True),
        ("ckan.noi-bo:5000", "ckan.noi-bo", 5000, "192.168.1.7", True),
        ("ckan.noi-bo:5000", "ckan.noi-bo", 80, "192.168.1.7", False),
        ("ckan.noi-bo", "ckan.noi-bo.evil.example", 80, "192.168.1.7", False),
        ("dữliệu.example", "xn--dliu-nw5ark.example", 80, "10.0.0.1", True),
    ],
)
def test_an_administrator_can_allow_hosts_ports_and_networks(
    allowed, host, port, address, permitted
):
    assert AddressGuard([allowed]).permits(host, port, address) is permitted


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://LOCALHOST./", "http://2130706433/",
        "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://user:pw@127.0.0.1/", "http://169.254.169.254/latest",
        "http://0/", "http://[fe80::1%25lo]/", "http://１２７.0.0.1/", "http://127。0。0。1/",
        "http://public.example\\@127.0.0.1/", "http://127.0.0.1#@public.example/",
    ],
)  # fmt: skip
def test_no_spelling_of_this_machine_is_fetched(url):
    with Fetcher(retries=0) as fetcher, pytest.raises(FetchError) as e:
        fetcher.get(url)
    assert "pw" not in str(e.value)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "gopher://a.example/", "data:,x", "javascript:1", "", "http://",
            "http:///x", "//a.example", "http://a.example:0/", "http://a.example:99999/",
            "http://[::1", "unix:///run/x"]  # fmt: skip
)
def test_only_http_addresses_are_fetched(url):
    with Fetcher(retries=0) as fetcher, pytest.raises(FetchError):
        fetcher.get(url)


def test_a_name_that_changes_its_address_between_look_ups_is_looked_up_once(monkeypatch):
    """DNS rebinding: the second answer would be this machine."""
    answers = [[("8.8.8.8", 80)], [("127.0.0.1", 80)]]
    asked, connected = [], []

    def getaddrinfo(host, port, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", a) for a in answers[len(asked) - 1]]

    def connect(address, *args, **kwargs):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(connection_module.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(connection_module, "create_connection", connect)
    with Fetcher(retries=0) as fetcher, pytest.raises(FetchError):
        fetcher.get("http://rebind.example/")
    assert asked == ["rebind.example"]
    assert connected == [("8.8.8.8", 80)]


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    monkeypatch.setattr(
        connection_module.socket,
        "getaddrinfo",
        lambda *a, **k: [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))],
    )
    with Fetcher(retries=0) as fetcher, pytest.raises(FetchError, match="not public"):
        fetcher.get("http://mixed.example/")


def test_proxy_variables_are_not_heeded(fetcher, httpserver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    httpserver.expect_request("/a").respond_with_data("here")
    assert fetcher.get(httpserver.url_for("/a")).text == "here"


# --- redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data", "http://127.0.0.2/", "file:///etc/passwd",
     "ftp://127.0.0.1/", "//127.0.0.2/", "http://[::1]/", "javascript:alert(1)", "http://["],
)  # fmt: skip
def test_a_redirect_into_the_house_is_not_followed(httpserver, location):
    httpserver.expect_request("/r").respond_with_data(status=302, headers={"Location": location})
    allowed = [f"127.0.0.1:{httpserver.port}"]
    with Fetcher(allowed, allow_local=True, retries=0) as fetcher, pytest.raises(FetchError):
        fetcher.get(httpserver.url_for("/r"))


def test_a_redirect_to_another_port_is_checked_again(httpserver):
    with RawServer([OK]) as other:
        httpserver.expect_request("/r").respond_with_data(
            status=302, headers={"Location": other.url}
        )
        fetcher = Fetcher([f"127.0.0.1:{httpserver.port}"])
        with fetcher, pytest.raises(FetchError, match="not public"):
            fetcher.get(httpserver.url_for("/r"))
        assert other.requests == []


def test_redirects_are_followed_relative_and_five_at_most(fetcher, httpserver):
    for n in range(7):
        httpserver.expect_request(f"/r/{n}").respond_with_data(
            status=301, headers={"Location": f"../r/{n + 1}"}
        )
    httpserver.expect_request("/r/7").respond_with_data("end")
    response = fetcher.get(httpserver.url_for("/r/2"))
    assert (response.text, response.url) == ("end", httpserver.url_for("/r/7"))
    with pytest.raises(FetchError, match="too often"):
        fetcher.get(httpserver.url_for("/r/1"))


def test_credentials_are_not_carried_to_another_host(httpserver):
    with RawServer([OK]) as other:
        httpserver.expect_request("/r").respond_with_data(
            status=302, headers={"Location": other.url}
        )
        with Fetcher(["127.0.0.1"]) as fetcher:
            url = httpserver.url_for("/r").replace("//127.0.0.1", "//u:secret@127.0.0.1")
            url = url.replace("localhost", "u:secret@127.0.0.1")
            fetcher.get(url, headers={"Authorization-Key": "k", "X-CKAN-API-Key": "k"})
        sent = other.requests[0].lower()
    assert b"authorization" not in sent
    assert b"x-ckan" not in sent


# --- secrets -----------------------------------------------------------------------------------


def test_credentials_in_the_address_are_sent_and_never_shown(fetcher, httpserver):
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request.authorization)
        return Response("no", 403)

    httpserver.expect_request("/a").respond_with_handler(answer)
    url = f"http://an:m%40t%20kh%E1%BA%A9u@127.0.0.1:{httpserver.port}/a?api_key=hush&q=1"
    with pytest.raises(FetchError) as e:
        fetcher.get(url)
    assert (seen[0].username, seen[0].password) == ("an", "m@t khẩu")
    shown = f"{e.value} {e.value.url} {e.value.params}"
    assert "hush" not in shown
    assert "kh%E1" not in shown
    assert "q=1" in shown
    assert e.value.status == 403
    assert not e.value.retryable


def test_later_pages_of_the_same_host_use_the_same_credentials(fetcher, httpserver):
    httpserver.expect_request("/p2", headers={"Authorization": "Basic dTpw"}).respond_with_data("2")
    httpserver.expect_request("/p1").respond_with_data("1")
    fetcher.get(f"http://u:p@127.0.0.1:{httpserver.port}/p1")
    assert fetcher.get(f"http://127.0.0.1:{httpserver.port}/p2").text == "2"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h.example/a?x=1#f", "https://h.example/a?x=1"),
        ("https://h.example/?token=abc&x=1", "https://h.example/?token=***&x=1"),
        ("http://u:p@[bad/?password=q", "http://[bad/?password=***"),
    ],
)
def test_a_public_url_has_no_secrets(url, shown):
    assert public_url(url) == shown


# --- time and size -----------------------------------------------------------------------------


def _cut_after(script, timeout=0.6, **kwargs):
    with RawServer(script) as server, Fetcher(["127.0.0.1"], timeout=timeout, **kwargs) as fetcher:
        start = time.monotonic()
        with pytest.raises(FetchTimeoutError) as e:
            fetcher.get(server.url)
        return time.monotonic() - start, e.value, len(server.requests)


@pytest.mark.parametrize(
    "script",
    [
        [1.5],
        drip(lambda n: b"HTTP/1.1 200 OK\r\n" if n == 0 else b"X-%d: a\r\n" % n, 0.1, 40),
        drip(lambda n: b"H", 0.1, 40),
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *drip(lambda n: b"x", 0.1, 40)],
        [b"HTTP/1.1 200 OK\r\n\r\n", *drip(lambda n: b"x", 0.1, 40)],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
         *drip(lambda n: b"1\r\nx\r\n", 0.1, 40)],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
         *drip(lambda n: b"x", 0.1, 40)],
        drip(lambda n: b"HTTP/1.1 100 Continue\r\n\r\n", 0.1, 40),
    ],
    ids=["silence", "headers", "status line", "body", "body without length", "chunks",
         "chunk extension", "continue"],
)  # fmt: skip
def test_a_server_that_drips_is_cut_at_the_deadline_and_not_asked_again(script):
    seconds, error, requests = _cut_after(script)
    assert 0.5 < seconds < 1.5
    assert error.retryable
    assert requests == 1


def test_an_answer_beyond_the_limit_is_refused_by_its_announcement(httpserver):
    httpserver.expect_request("/big").respond_with_data(b"x" * 2000)
    with Fetcher(["127.0.0.1"], max_bytes=1999) as fetcher, pytest.raises(FetchError, match="1999"):
        fetcher.get(httpserver.url_for("/big"))
    with Fetcher(["127.0.0.1"], max_bytes=2000) as fetcher:
        assert fetcher.get(httpserver.url_for("/big")).size == 2000


def test_an_endless_answer_without_a_length_is_cut_at_the_limit():
    script = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 1000] * 500]
    fetcher = Fetcher(["127.0.0.1"], max_bytes=50_000)
    with RawServer(script) as server, fetcher, pytest.raises(FetchError, match="than 50000"):
        fetcher.get(server.url)


def _bomb(kind: str) -> bytes:
    packed = gzip.compress(bytes(200_000_000 // 8), 9)
    if kind == "deflate":
        return zlib.compress(bytes(25_000_000), 9)
    if kind == "raw deflate":
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(bytes(25_000_000)) + packer.flush()
    return packed * (3 if kind == "many members" else 1)


@pytest.mark.parametrize("kind", ["gzip", "deflate", "raw deflate", "many members"])
def test_a_decompression_bomb_does_not_unfold(httpserver, kind):
    data = _bomb(kind)
    coding = "deflate" if "deflate" in kind else "gzip"
    httpserver.expect_request("/b").respond_with_data(data, headers={"Content-Encoding": coding})
    with Fetcher(["127.0.0.1"], max_bytes=1_000_000) as fetcher:
        start = time.process_time()
        with pytest.raises(FetchError, match="larger than"):
            fetcher.get(httpserver.url_for("/b"))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_a_compression_that_was_not_offered_is_an_error(fetcher, httpserver, coding):
    httpserver.expect_request("/c").respond_with_data(
        b"x", headers={"Content-Encoding": coding}
    )
    with pytest.raises(FetchError, match="compression"):
        fetcher.get(httpserver.url_for("/c"))


@pytest.mark.parametrize("kind", ["gzip", "deflate", "raw deflate", "two members", "padded"])
def test_compressed_answers_are_unpacked(fetcher, httpserver, kind):
    text = "Hà Nội " * 10_000
    data = text.encode()
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = {
        "gzip": gzip.compress(data),
        "deflate": zlib.compress(data),
        "raw deflate": raw.compress(data) + raw.flush(),
        "two members": gzip.compress(data[:100]) + gzip.compress(data[100:]),
        "padded": gzip.compress(data) + b"\0" * 100,
    }[kind]
    httpserver.expect_request("/g").respond_with_data(
        packed, headers={"Content-Encoding": "deflate" if "deflate" in kind else "gzip"}
    )
    assert fetcher.get(httpserver.url_for("/g")).text == text


# --- half an answer ----------------------------------------------------------------------------

HALVES = {
    "content length": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\": 1",
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"a\":",
    "last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "chunk size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 99)[:-9],
    "not gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain after all",
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9\r\n\r\n",
}


@pytest.mark.parametrize("script", HALVES.values(), ids=HALVES)
def test_half_an_answer_is_an_error_and_the_request_is_repeated(script):
    with RawServer([script], [script], [OK]) as server:
        with Fetcher(["127.0.0.1"], pause=0.01) as fetcher:
            assert fetcher.get(server.url).content == b"ok"
        assert len(server.requests) == 3
    with RawServer([script]) as server:
        fetcher = Fetcher(["127.0.0.1"], pause=0.01, retries=1)
        with fetcher, pytest.raises(FetchError) as e:
            fetcher.get(server.url)
        assert e.value.retryable
        assert len(server.requests) == 2


def test_an_answer_longer_than_announced_does_not_spoil_the_next_one():
    script = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"
              b"Content-Length: 4\r\n\r\nevil"]  # fmt: skip
    with RawServer(script, [OK]) as server, Fetcher(["127.0.0.1"], pause=0.01) as fetcher:
        assert [fetcher.get(server.url).content for _ in range(2)] == [b"ok", b"ok"]


# --- repeating ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(fetcher, httpserver, status):
    for _ in range(2):
        httpserver.expect_ordered_request("/s").respond_with_data(status=status)
    httpserver.expect_ordered_request("/s").respond_with_data("at last")
    assert fetcher.get(httpserver.url_for("/s")).text == "at last"


def test_a_lasting_failure_ends_after_the_retries_with_its_status_and_body(fetcher, httpserver):
    httpserver.expect_request("/s").respond_with_data("Quá tải", status=503)
    with pytest.raises(FetchError) as e:
        fetcher.get(httpserver.url_for("/s"))
    assert len(httpserver.log) == 4
    assert (e.value.status, e.value.retryable) == (503, True)
    assert e.value.body.decode() == "Quá tải"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_refusal_is_not_tried_again(fetcher, httpserver, status):
    httpserver.expect_request("/s").respond_with_data(status=status)
    with pytest.raises(FetchError) as e:
        fetcher.get(httpserver.url_for("/s"))
    assert len(httpserver.log) == 1
    assert e.value.status == status


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured_up_to_a_cap(httpserver, as_date):
    wait = formatdate(time.time() + 1.9, usegmt=True) if as_date else "1"
    httpserver.expect_ordered_request("/s").respond_with_data(
        status=503, headers={"Retry-After": wait}
    )
    httpserver.expect_ordered_request("/s").respond_with_data("ok")
    with Fetcher(["127.0.0.1"], pause=0, max_pause=3) as fetcher:
        start = time.monotonic()
        assert fetcher.get(httpserver.url_for("/s")).text == "ok"
        assert 0.5 < time.monotonic() - start < 2.5


def test_a_server_that_wants_to_be_left_alone_for_an_hour_is(fetcher, httpserver):
    httpserver.expect_request("/s").respond_with_data(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(FetchError) as e:
        fetcher.get(httpserver.url_for("/s"))
    assert len(httpserver.log) == 1
    assert e.value.retry_after == 3600


def test_only_a_query_by_post_is_repeated(fetcher, httpserver):
    httpserver.expect_request("/p", method="POST").respond_with_data(status=503)
    with pytest.raises(FetchError):
        fetcher.post(httpserver.url_for("/p"), data="<q/>")
    assert len(httpserver.log) == 1
    with pytest.raises(FetchError):
        fetcher.post(httpserver.url_for("/p"), data="<q/>", idempotent=True)
    assert len(httpserver.log) == 5


def test_post_sends_text_forms_and_json(fetcher, httpserver):
    httpserver.expect_request("/echo").respond_with_handler(
        lambda r: Response(r.get_data(), content_type=r.content_type or "none/none")
    )
    url = httpserver.url_for("/echo")
    assert fetcher.post(url, json={"tên": "Hà Nội"}).json() == {"tên": "Hà Nội"}
    assert fetcher.post(url, data={"a": ["1", "2"]}).text == "a=1&a=2"
    assert fetcher.post(url, data="ở").content == "ở".encode()


# --- what comes back ---------------------------------------------------------------------------


def test_many_pages_come_over_one_connection(fetcher):
    with RawServer([OK], keep_alive=True) as server:
        for _ in range(50):
            assert fetcher.get(server.url).content == b"ok"
        fetcher.close()
        assert (server.connections, len(server.requests)) == (1, 50)


def test_a_server_that_closes_between_pages_is_connected_to_again(fetcher):
    with RawServer([OK]) as server:
        assert [fetcher.get(server.url).content for _ in range(3)] == [b"ok"] * 3


def test_parameters_join_the_query_of_the_address(fetcher, httpserver):
    httpserver.expect_request("/q").respond_with_handler(lambda r: Response(r.query_string))
    url = httpserver.url_for("/q") + "?a=1#part"
    assert fetcher.get(url, params={"b": "đ &", "c": None}).text == "a=1&b=%C4%91+%26"
    assert fetcher.get(httpserver.url_for("/q"), params={"x": 2}).text == "x=2"


def test_a_big_body_goes_to_disk_and_reads_the_same(fetcher, httpserver):
    data = os.urandom(6 * 1024 * 1024)
    httpserver.expect_request("/big").respond_with_data(data)
    response = fetcher.get(httpserver.url_for("/big"))
    assert response._body.on_disk
    with response.open() as first:
        assert first.read(10) == data[:10]
    with response.open() as again:
        assert again.read() == data
    assert response.size == len(data)


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("Hà Nội".encode(), "text/plain; charset=iso-8859-1", "Hà Nội"),
        ("Hà Nội".encode("utf-8-sig"), "text/plain", "Hà Nội"),
        ("Hà Nội".encode("utf-16"), "text/plain", "Hà Nội"),
        ("Málaga".encode("latin-1"), "text/plain", "Málaga"),
        ("Đà".encode("cp1258"), "text/plain; charset=windows-1258", "Đà"),
        ("Málaga".encode("latin-1"), "text/plain; charset=nonsense", "Málaga"),
    ],
)
def test_text_is_read_by_what_it_is_before_what_it_claims(
    fetcher, httpserver, data, content_type, text
):
    httpserver.expect_request("/t").respond_with_data(data, content_type=content_type)
    assert fetcher.get(httpserver.url_for("/t")).text == text


@pytest.mark.parametrize(
    ("body", "content_type", "message", "retryable"),
    [
        ("<!DOCTYPE html><html>login</html>", "application/json", "web page", True),
        ("\ufeff  <html><body>", "application/json", "web page", True),
        ("<div>error</div>", "text/html; charset=utf-8", "web page", True),
        ('{"success": true, "result": [1, 2', "application/json", "middle", True),
        ('{"success": tr', "application/json", "JSON", False),
        ("", "application/json", "middle", True),
        ("{'a': 1}", "application/json", "not valid JSON", False),
        ("[" * 100_000, "application/json", "JSON", False),
        ("9" * 10_000, "application/json", "JSON", False),
    ],
)
def test_what_is_no_json_is_said_clearly(
    fetcher, httpserver, body, content_type, message, retryable
):
    httpserver.expect_request("/j").respond_with_data(body.encode(), content_type=content_type)
    with pytest.raises(FetchError, match=message) as e:
        fetcher.get(httpserver.url_for("/j")).json()
    if retryable:
        assert e.value.retryable


def test_xml_that_comes_as_html_is_no_web_page(fetcher, httpserver):
    httpserver.expect_request("/x").respond_with_data("<rdf:RDF/>", content_type="text/html")
    fetcher.get(httpserver.url_for("/x")).refuse_html()


# --- unchanged ---------------------------------------------------------------------------------


def test_a_document_with_the_same_etag_is_not_modified(httpserver):
    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response("all", headers={"ETag": '"v1"', "Last-Modified": formatdate(usegmt=True)})

    httpserver.expect_request("/d").respond_with_handler(answer)
    url = httpserver.url_for("/d").replace("localhost", "127.0.0.1")
    with Fetcher(["127.0.0.1"]) as first:
        assert first.get(url, conditional=True).text == "all"
    assert first.remember[url][0] == '"v1"'
    with Fetcher(["127.0.0.1"]) as second:
        second.validators, second.known_hashes = first.remember, first.hashes
        with pytest.raises(NotModifiedError):
            second.get(url, conditional=True)
        assert second.remember == first.remember
        assert second.hashes == first.hashes
        assert second.get(url, etag='"v1"').not_modified
        assert second.get(url).text == "all"


def test_a_document_with_the_same_body_is_not_modified(httpserver):
    httpserver.expect_request("/d").respond_with_data("same")
    url = httpserver.url_for("/d")
    with Fetcher(["127.0.0.1"]) as first:
        first.get(url, conditional=True)
    with Fetcher(["127.0.0.1"]) as second:
        second.known_hashes = first.hashes
        with pytest.raises(NotModifiedError):
            second.get(url, conditional=True)
        second.known_hashes = {url: "0" * 64}
        assert second.get(url, conditional=True).text == "same"


def test_not_modified_without_a_question_is_an_error(fetcher, httpserver):
    httpserver.expect_request("/d").respond_with_data(status=304)
    with pytest.raises(FetchError, match="without being asked"):
        fetcher.get(httpserver.url_for("/d"), conditional=True)


# --- local files -------------------------------------------------------------------------------


def test_local_files_are_read_only_where_allowed(tmp_path):
    path = tmp_path / "danh mục.json"
    path.write_text('{"a": 1}', encoding="utf-8")
    with Fetcher() as fetcher, pytest.raises(FetchError, match="--allow-local"):
        fetcher.get(path.as_uri())
    with Fetcher(allow_local=True) as fetcher:
        response = fetcher.get(path.as_uri(), conditional=True)
        assert response.json() == {"a": 1}
        assert response.content_type == "application/json"
        fetcher.known_hashes = fetcher.hashes
        with pytest.raises(NotModifiedError):
            fetcher.get(path.as_uri(), conditional=True)


def test_what_is_no_regular_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with Fetcher(allow_local=True, max_bytes=10) as fetcher:
        for url in [
            (tmp_path / "pipe").as_uri(), tmp_path.as_uri(), "file:///dev/zero", "file:///nowhere",
            "file://elsewhere.example/etc/passwd", "file:///a%00b",
        ]:  # fmt: skip
            with pytest.raises(FetchError):
                fetcher.get(url)
        (tmp_path / "big").write_bytes(b"x" * 11)
        with pytest.raises(FetchError, match="larger than"):
            fetcher.get((tmp_path / "big").as_uri())
