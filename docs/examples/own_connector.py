"""A kind of source of one's own: an RSS or Atom feed of datasets. See docs/connectors.md."""
from lxml import etree

from ckanext.hanoi.harvest.connectors import Connector, Record, SourceError, Unreadable

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
            guid, title = content.get("guid") or content.get("link"), content.get("title", "")
            if guid:
                yield Record(guid=guid, content=content, title=title)
            else:
                yield Unreadable("The item has neither guid nor link", title=title)

    def to_dataset(self, record):
        item = dict(record.content)
        link = item.pop("link", "")
        return {
            "title": item.pop("title", ""),
            "notes": item.pop("description", ""),
            "url": link,
            "issued": item.pop("pubDate", ""),
            "keywords": [item.pop("category", "")],
            "resources": [{"url": link, "format": "HTML"}],
            "extras": item,  # what has no field
        }
