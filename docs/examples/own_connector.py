"""A kind of source of one's own: an RSS or Atom feed of datasets. See docs/connectors.md."""
from lxml import etree

from ckanext.hanoi.harvest.connectors import Connector, Record, SourceError

_PARSER = {"resolve_entities": False, "no_network": True}


class FeedConnector(Connector):
    kind = "feed"
    title = {"vi": "Nguồn cấp tin RSS", "en": "RSS feed"}
    description = {"vi": "Mỗi mục tin là một tập dữ liệu", "en": "Each item is a dataset"}

    def records(self, fetcher, since=None):
        content = fetcher.get(self.url, conditional=True).content
        try:
            feed = etree.fromstring(content, etree.XMLParser(**_PARSER))
        except etree.XMLSyntaxError as error:
            raise SourceError("%(url)s is not a feed", url=self.url) from error
        for item in feed.iter("item"):
            content = {child.tag: child.text or "" for child in item if isinstance(child.tag, str)}
            guid = content.get("guid") or content.get("link")
            if guid:
                yield Record(guid=guid, content=content, title=content.get("title", ""))

    def to_dataset(self, record):
        item = record.content
        return {
            "title": item.get("title"),
            "notes": item.get("description"),
            "url": item.get("link"),
            "issued": item.get("pubDate"),
            "keywords": [item["category"]] if "category" in item else [],
            "resources": [{"url": item.get("link"), "format": "HTML"}],
        }
