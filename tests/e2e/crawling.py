"""Walks through the pages of a site as one person does: every link, every form that asks.

Pages of one kind are alike: of each route, and each set of what is asked of it, a few are opened.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule

#: Pages that are looked at more often than others: those that show what is odd in the data.
OFTEN = {"dataset.read": 4, "dataset_resource.read": 3, "organization.read": 2}
#: What is given out as it was stored, and what ends the visit.
NOT_PAGES = {"user.logout", "static", "webassets.index"}
#: Traces of a fault in what is shown.
FAULTS = re.compile(
    r"Traceback \(most recent call last\)|jinja2\.exceptions|UndefinedError|Internal Server Error"
    r"|sqlalchemy\.exc|werkzeug\.exceptions|&lt;function |&lt;[a-z.]+ object at 0x"
)
_URLS = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_LOADED = (
    ("script", "src"), ("img", "src"), ("iframe", "src"), ("embed", "src"), ("object", "data"),
    ("source", "src"), ("video", "src"), ("audio", "src"), ("input", "src"), ("use", "href"),
)  # fmt: skip
_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest",
          "apple-touch-icon", "modulepreload"}  # fmt: skip

_ROUTES = """
import json, sys
from ckan.cli import load_config
from ckan.config.middleware import make_app
rules = make_app(load_config(sys.argv[1]))._wsgi_app.url_map.iter_rules()
print("ROUTES", json.dumps([[r.rule, r.endpoint] for r in rules if "GET" in (r.methods or ())]))
"""


class Routes:
    """The addresses that a catalog answers, by the names of their views."""

    def __init__(self, instance) -> None:
        answer = subprocess.run(
            [sys.executable, "-c", _ROUTES, str(instance.ini)],
            env=instance.environ(), capture_output=True, text=True, check=True,
        )  # fmt: skip
        line = next(one for one in answer.stdout.splitlines() if one.startswith("ROUTES "))
        rules = [Rule(rule, endpoint=name) for rule, name in json.loads(line[7:])]
        self._map = Map(rules).bind("site")

    def name(self, path: str) -> str:
        """Of the view behind a path, without the language before it."""
        path = re.sub(r"^/(vi|en)(?=/|$)", "", path) or "/"
        try:
            return self._map.match(path, method="GET")[0]
        except RequestRedirect as redirect:
            return self._map.match(urlsplit(redirect.new_url).path, method="GET")[0]
        except HTTPException:
            return "nothing"


@dataclass
class Fault:
    """What is wrong with a page, and where it was linked."""

    who: str
    address: str
    what: str
    found_on: str

    def __str__(self) -> str:
        return f"{self.who}: {self.address}: {self.what} (linked on {self.found_on})"


@dataclass
class Visitor:
    """One person in one language. ``pages`` has an address of each route that was seen, ``others``
    of each that gives out something else;
    ``known``: others walk here too, so that of each route one page is enough."""

    who: str
    site: str
    language: str
    routes: Routes
    session: requests.Session = field(default_factory=requests.Session)
    known: bool = False
    faults: list[Fault] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    opened: int = 0
    _seen: set[str] = field(default_factory=set)
    _kinds: Counter[tuple] = field(default_factory=Counter)
    _waiting: deque[tuple[str, str]] = field(default_factory=deque)

    def sign_in(self, name: str, password: str) -> None:
        page = html.fromstring(self.session.get(f"{self.site}/user/login", timeout=60).content)
        token = str(page.xpath("string(//form//input[@name='_csrf_token']/@value)"))
        sent = {"login": name, "password": password, "_csrf_token": token}
        answer = self.session.post(f"{self.site}/user/login", data=sent, timeout=60)
        assert "/dashboard" in answer.url, answer.url

    def walk(self, *paths: str) -> None:
        """Open these pages, and whatever they lead to."""
        for path in paths:
            self._waiting.append((self.site + self.language + path, "the start"))
        while self._waiting:
            self._open(*self._waiting.popleft())

    def look(self, path: str) -> None:
        """Open a page, and what it leads to when it comes to that."""
        self._open(self.site + self.language + path, "the start", always=True)

    def probe(self, *queries: dict[str, str], but: Collection[str] = ()) -> None:
        """Ask each page that was seen, ``but`` those of some routes, for what nobody would."""
        for name, address in [*self.pages.items(), *self.others.items()]:
            for query in queries if name not in but else ():
                asked = f"{address.split('?')[0]}?{urlencode(query)}"
                self._open(asked, "a probe", follow=False, always=True)

    def _open(
        self, address: str, found_on: str, follow: bool = True, always: bool = False
    ) -> None:
        address = address.split("#")[0]
        if address in self._seen:
            return
        self._seen.add(address)
        name = self.routes.name(urlsplit(address).path)
        if name in NOT_PAGES or not (always or self._wanted(name, address)):
            return
        with self.session.get(address, timeout=120, stream=True) as answer:
            self.opened += 1
            self._judge(answer, address, found_on)
            kind = answer.headers.get("Content-Type", "").split(";")[0]
            if answer.ok and kind == "application/atom+xml":
                self.others.setdefault(name, answer.url)
                if follow:
                    links = re.findall(r"<link href=\"([^\"]+)", answer.text)
                    self._waiting.extend((unescape(one), answer.url) for one in links)
            elif answer.ok and kind == "text/html":
                text = answer.text
                self.pages.setdefault(name, answer.url)
                if found := FAULTS.search(text):
                    self._wrong(address, f"shows {found[0]!r}", found_on)
                page = html.fromstring(text, base_url=answer.url)
                self._loads(page, answer.url)
                if follow:
                    self._waiting.extend((one, answer.url) for one in _leads_to(page, answer.url))

    def _wanted(self, name: str, address: str) -> bool:
        """Whether few pages of its route were opened, or none that was asked one of its questions;
        pages in the other language are another visitor's."""
        parts = urlsplit(address)
        if not address.startswith(self.site):
            return False
        language = re.match(r"^/(vi|en)(?=/|$)", parts.path)
        if (f"/{language[1]}" if language else "") != self.language:
            return False
        asked = {key for key, _value in parse_qsl(parts.query)}
        kinds = [(name, key) for key in sorted(asked)] or [(name,)]
        most = 1 if asked or self.known else OFTEN.get(name, 1)
        wanted = any(self._kinds[kind] < most for kind in kinds)
        if wanted:
            self._kinds.update(kinds)
        return wanted

    def _judge(self, answer: requests.Response, address: str, found_on: str) -> None:
        if answer.status_code >= 500 or (answer.status_code >= 400 and found_on != "a probe"):
            self._wrong(address, f"answers {answer.status_code}", found_on)

    def _wrong(self, address: str, what: str, found_on: str) -> None:
        self.faults.append(Fault(self.who, address, what, found_on))

    def _loads(self, page, address: str) -> None:
        """What a page loads comes from the site itself, and is there."""
        for loaded in _loaded(page):
            whole = urljoin(address, loaded)
            if whole.startswith("data:") or whole in self._seen:
                continue
            self._seen.add(whole)
            if not whole.startswith(self.site + "/"):
                self._wrong(whole, "is loaded from another host", address)
            elif (status := self.session.get(whole, timeout=60).status_code) >= 400:
                self._wrong(whole, f"is loaded and answers {status}", address)


def _loaded(page) -> Iterator[str]:
    for tag, name in _LOADED:
        yield from page.xpath(f"//{tag}/@{name}")
    for link in page.xpath("//link[@href]"):
        if _LINKS & set(link.get("rel", "").split()):
            yield link.get("href")
    for style in page.xpath("//@style | //style/text()"):
        yield from _URLS.findall(style)
    for srcset in page.xpath("//@srcset"):
        yield from (one.split()[0] for one in srcset.split(",") if one.strip())


def _leads_to(page, address: str) -> Iterator[str]:
    for link in page.xpath("//a[@href]"):
        href = link.get("href").strip()
        if not href.startswith(("#", "mailto:", "tel:", "javascript:")):
            yield urljoin(address, href)
    yield from (urljoin(address, one) for one in page.xpath("//link[@rel='alternate']/@href"))
    for form in page.xpath("//form"):
        if form.get("method", "get").lower() == "get":
            base = urljoin(address, form.get("action") or address).split("?")[0]
            for fields in _filled(form):
                yield f"{base}?{urlencode(fields)}"


def _filled(form) -> Iterator[list[tuple[str, str]]]:
    """The form as it stands, then with something written into its text fields and chosen."""
    yield [(k, v) for k, v in form.form_values() if k]
    written: list[tuple[str, str]] = []
    for element in form.xpath(".//input[@name] | .//select[@name]"):
        if element.tag == "select":
            options: Iterable[str] = element.xpath(".//option/@value")
            written.append((element.get("name"), list(options or [""])[-1]))
        elif element.get("type", "text") in ("text", "search", "date", "number"):
            written.append((element.get("name"), "trường"))
        elif element.get("type") == "hidden":
            written.append((element.get("name"), element.get("value", "")))
    yield written
