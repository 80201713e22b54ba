"""Links are looked at politely: one connection a host, pauses, robots, HEAD before GET."""

from __future__ import annotations

import re
import threading
import time

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from ckanext.hanoi.fetch.link_probe import Prober
from ckanext.hanoi.quality import link_crawler
from ckanext.hanoi.quality.link_crawler import Crawl, Target


class Site:
    """A server on this machine that notes who asks for what, and how many at once."""

    def __init__(self, server):
        self.server, self.asked, self.answers = server, [], {}
        self.at_once, self.most, self._lock = {}, {}, threading.Lock()
        server.expect_request(re.compile("/.*")).respond_with_handler(self._answer)

    def _answer(self, request):
        host = request.host.partition(":")[0]
        with self._lock:
            self.asked.append((host, request.method, request.path, time.monotonic()))
            self.at_once[host] = self.at_once.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self.at_once[host])
        try:
            default = Response(status=404) if request.path == "/robots.txt" else Response("ok")
            answer = self.answers.get(request.path, default)
            return answer if isinstance(answer, Response) else answer(request)
        finally:
            with self._lock:
                self.at_once[host] -= 1

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.server.port}{path}"

    def methods(self, path):
        return [method for _host, method, asked, _at in self.asked if asked == path]


@pytest.fixture
def site():
    with HTTPServer(threaded=True) as server:
        yield Site(server)


def run(*urls, pause=0.01, allowed=("127.0.0.1", "::1", "localhost"), **more):
    def prober():
        return Prober(allowed_hosts=allowed, timeout=3, retries=0)

    targets = [Target(str(place), url) for place, url in enumerate(urls)]
    found = {result.target.id: result for result in Crawl(prober, pause, **more).run(targets)}
    return [found.get(target.id) for target in targets]


def test_head_is_enough_where_it_is_answered(site):
    site.answers["/a.csv"] = Response("x" * 100_000, content_type="text/csv; charset=utf-8")
    [result] = run(site.url("/a.csv"))
    assert (result.answers, result.status, result.content_type) == (True, 200, "text/csv")
    assert site.methods("/a.csv") == ["HEAD"]


@pytest.mark.parametrize("status", [403, 404, 405, 500, 501])
def test_get_has_the_last_word_where_head_is_refused(site, status):
    site.answers["/a"] = lambda request: Response(
        "x" * 5_000_000, status=status if request.method == "HEAD" else 200
    )
    [result] = run(site.url("/a"))
    assert (result.answers, result.status) == (True, 200)
    assert site.methods("/a") == ["HEAD", "GET"]


def test_an_address_that_is_not_there_does_not_answer(site):
    site.answers["/a"] = Response(status=404)
    [result] = run(site.url("/a"))
    assert (result.answers, result.status, result.problem) == (False, 404, link_crawler.REFUSED)


def test_what_robots_forbid_is_not_asked_for(site):
    site.answers["/robots.txt"] = Response("User-agent: *\nDisallow: /kin")
    forbidden, free = run(site.url("/kin/a"), site.url("/mo/a"))
    assert (forbidden.answers, forbidden.problem) == (None, link_crawler.ROBOTS)
    assert free.answers is True
    assert site.methods("/kin/a") == []
    assert site.methods("/robots.txt") == ["GET"]


def test_a_site_that_fails_to_say_what_it_wishes_is_left_alone(site):
    site.answers["/robots.txt"] = Response(status=500)
    [result] = run(site.url("/a"))
    assert (result.answers, result.problem) == (None, link_crawler.NO_ROBOTS)
    assert site.methods("/a") == []


def test_one_question_at_a_time_with_a_pause_and_hosts_side_by_side(site):
    def slow(request):
        time.sleep(0.05)
        return Response("ok")

    site.answers |= {f"/{number}": slow for number in range(4)}
    hosts = ("127.0.0.1", "localhost")
    results = run(*(site.url(f"/{number}", host) for host in hosts for number in range(4)),
                  pause=0.2)  # fmt: skip
    assert all(result.answers for result in results)
    assert site.most == {"127.0.0.1": 1, "localhost": 1}
    for host in hosts:
        times = [at for asked, _method, _path, at in site.asked if asked == host]
        pauses = [after - before for before, after in zip(times, times[1:], strict=False)]
        assert min(pauses) >= 0.2
    starts = {host: min(at for one, _m, _p, at in site.asked if one == host) for host in hosts}
    ends = {host: max(at for one, _m, _p, at in site.asked if one == host) for host in hosts}
    assert max(starts.values()) < min(ends.values())


def test_a_crawl_delay_is_kept_and_what_takes_too_long_stays_for_the_next_time(site):
    site.answers["/robots.txt"] = Response("User-agent: *\nCrawl-delay: 30")
    began = time.monotonic()
    first, second = run(site.url("/a"), site.url("/b"), seconds=5)
    assert (first.answers, second) == (True, None)
    # the next run knows when the host was asked
    assert run(site.url("/b"), seconds=5, asked={"127.0.0.1": 20}) == [None]
    assert time.monotonic() - began < 5
    assert site.methods("/b") == []
    assert run(site.url("/b"), seconds=5, asked={"127.0.0.1": 31})[0].answers


def test_a_redirect_is_followed_by_the_wishes_of_where_it_leads(site):
    site.answers["/a"] = Response(status=302, headers={"Location": site.url("/b", "localhost")})
    site.answers["/circle"] = Response(status=301, headers={"Location": "/circle"})
    followed, circle = run(site.url("/a"), site.url("/circle"))
    assert followed.answers is True
    assert ("localhost", "GET", "/robots.txt") in [one[:3] for one in site.asked]
    assert (circle.answers, circle.problem) == (False, link_crawler.CIRCLE)


def test_a_busy_site_is_asked_for_nothing_more(site):
    site.answers["/0"] = Response(status=429, headers={"Retry-After": "600"})
    busy, rest = run(site.url("/0"), site.url("/1"))
    assert (busy.answers, busy.problem) == (None, link_crawler.BUSY)
    assert rest is None
    assert site.methods("/1") == []


def test_a_private_address_is_not_asked_and_says_nothing_of_the_link(site):
    [result] = run(site.url("/a"), allowed=())
    assert result.answers is None
    assert "not public" in result.problem
    assert site.asked == []


def test_a_host_that_is_not_there_and_words_for_addresses(site):
    dead, words, ftp = run("http://127.0.0.1:1/a", "ở phòng 12", "ftp://x.example.org/a")
    assert dead.answers is False
    assert (words.answers, words.problem) == (False, link_crawler.NO_ADDRESS)
    assert (ftp.answers, ftp.problem) == (None, link_crawler.NOT_HTTP)


def test_who_stops_reading_stops_the_run(site):
    results = Crawl(lambda: Prober(("127.0.0.1",), timeout=3), 0.1).run(
        [Target(str(number), site.url(f"/{number}")) for number in range(50)]
    )
    next(results)
    results.close()
    assert len(site.asked) < 6
