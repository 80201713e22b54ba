"""The example of docs/connectors.md works as it is printed."""
from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from ckanext.hanoi.fetch import Fetcher
from ckanext.hanoi.harvest.record import Record, Unreadable
from ckanext.hanoi.messages import SourceError

FILE = Path(__file__).parents[4] / "docs" / "examples" / "own_connector.py"
FEED = """<rss><channel><title>Dữ liệu</title>
<item><guid>1</guid><title>Giá đất</title><link>https://a.vn/1</link>
<pubDate>Mon, 05 Jan 2026 08:00:00 +0700</pubDate><category>đất đai</category></item>
<item><title>không có địa chỉ</title></item>
<item><title>Chợ</title><link>https://a.vn/2</link></item></channel></rss>"""


@pytest.fixture
def connector(httpserver):
    spec = importlib.util.spec_from_file_location("own_connector", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FeedConnector(httpserver.url_for("/feed"))


@pytest.fixture
def fetcher():
    with Fetcher(allowed_hosts=["127.0.0.1", "localhost"]) as client:
        yield client


def test_the_example_is_as_short_as_promised():
    assert len(FILE.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_example_reads_a_feed(connector, httpserver, fetcher):
    httpserver.expect_request("/feed").respond_with_data(FEED, content_type="application/rss+xml")
    items = list(connector.records(fetcher))
    records = [item for item in items if isinstance(item, Record)]
    assert [item.title for item in items if isinstance(item, Unreadable)] == ["không có địa chỉ"]
    assert [(r.guid, r.title) for r in records] == [("1", "Giá đất"), ("https://a.vn/2", "Chợ")]
    draft = connector.to_dataset(records[0])
    assert draft["keywords"] == ["đất đai"]
    assert draft["resources"] == [{"url": "https://a.vn/1", "format": "HTML"}]
    assert draft["extras"] == {"guid": "1"}


def test_what_is_no_feed_is_an_error_of_the_source(connector, httpserver, fetcher):
    httpserver.expect_request("/feed").respond_with_data("<html><p>", content_type="text/html")
    with pytest.raises(SourceError):
        list(connector.records(fetcher))
