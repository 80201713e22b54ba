"""Portals with CKAN's action API: CKAN 2.2 and later, DKAN, look-alikes."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ckanext.hanoi.fetch import Fetcher, public_url
from ckanext.hanoi.harvest.connectors import Connector, Option, Record, Unreadable
from ckanext.hanoi.harvest.standards import ckan_package
from ckanext.hanoi.harvest.standards.ckan_api import Api, Search, Seen, listing, site, title_of
from ckanext.hanoi.parsing import lenient_json

#: CKAN keeps things in its packages that are no datasets.
_NOT_DATASETS = {"harvest", "showcase"}
_COUNTERS = frozenset({"tracking_summary", "score", "views", "page_views", "download_count",
                       "qa", "archiver", "index_id", "indexed_ts"})  # fmt: skip


class CkanConnector(Connector):
    """Reads ``package_search`` in pages, by ascending id; each page begins with the last record
    of the one before, so that a page that has shifted is noticed and nothing is missed. Portals
    without a search are read by ``package_list`` and ``package_show``, or
    ``current_package_list_with_resources``.

    Identity: the package's ``id``, else its ``name``. No conditional request: a page that has not
    changed says nothing of the others.
    """

    kind = "ckan"
    title = {"vi": "Cổng CKAN", "en": "CKAN portal"}
    description = {
        "vi": "Cổng dữ liệu dùng CKAN (từ 2.2) hoặc có API tương tự, như DKAN.",
        "en": "A portal that runs CKAN (2.2 or later) or has the same API, such as DKAN.",
    }
    incremental = True
    options = (
        Option(
            "organizations",
            {"vi": "Chỉ các tổ chức", "en": "Only these organizations"},
            {"vi": "Tên (name) của tổ chức tại nguồn. Để trống để lấy tất cả.",
             "en": "Names of organizations at the source. Empty for all."},
            type="list",
        ),
        Option(
            "exclude_organizations",
            {"vi": "Trừ các tổ chức", "en": "Without these organizations"},
            {"vi": "Tên (name) của tổ chức tại nguồn.",
             "en": "Names of organizations at the source."},
            type="list",
        ),
        Option(
            "filter",
            {"vi": "Điều kiện lọc", "en": "Filter"},
            {"vi": "Tham số fq của package_search, ví dụ: groups:giao-thong",
             "en": "The fq of package_search, for example: groups:transport"},
        ),
        Option(
            "page_size",
            {"vi": "Số tập dữ liệu mỗi lần hỏi", "en": "Datasets per request"},
            {"vi": "Giảm nếu máy chủ trả lời chậm.", "en": "Make it smaller for a slow server."},
            type="int",
            default=250,
        ),
        Option(
            "api_key",
            {"vi": "Khóa API", "en": "API key"},
            {"vi": "Chỉ cần khi nguồn yêu cầu đăng nhập.",
             "en": "Only where the source asks to log in."},
        ),
        Option(
            "include_private",
            {"vi": "Cả tập dữ liệu riêng tư", "en": "Private datasets too"},
            {"vi": "Cần khóa API. Chúng luôn ở trạng thái riêng tư tại đây.",
             "en": "Needs an API key. They stay private here."},
            type="bool",
            default=False,
        ),
    )  # fmt: skip

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        api = Api(fetcher, self._key())
        seen = Seen()
        query = self._query(since)
        first = api.find(self.url, {**query, "rows": self._size()})
        if first is None:
            found = listing(api, seen)
        else:
            whole = not (since or self.option("filter"))
            found = Search(api, query, self._size(), seen, whole).packages(first)
        for guid, package in found:
            item = self._record(guid, package)
            if item is not None:
                yield item

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = ckan_package.to_draft(record.content, public_url(site(self.url)))
        draft.setdefault("title", record.title or record.guid)
        draft.setdefault("identifier", record.guid)
        return draft

    def _record(self, guid: str, package: Any) -> Record | Unreadable | None:
        if not isinstance(package, Mapping):
            return Unreadable("An entry of the source is no dataset: %(entry)s",
                              {"entry": str(package)[:100]})  # fmt: skip
        if not guid:
            return Unreadable("A dataset of the source has neither an id nor a name.",
                              title=title_of(package))  # fmt: skip
        if lenient_json.text(package.get("type")) in _NOT_DATASETS or not self._wanted(package):
            return None
        content = _without_counters(package)
        modified = lenient_json.text(content.get("metadata_modified")) or None
        return Record(guid, content, modified, title_of(content), volatile=_COUNTERS)

    def _wanted(self, content: Mapping[str, Any]) -> bool:
        """Whether the organization is one that was asked for, should the source not have heeded."""
        wanted = set(self.option("organizations") or ())
        unwanted = set(self.option("exclude_organizations") or ())
        if not wanted and not unwanted:
            return True
        organization = content.get("organization")
        names = {lenient_json.text(organization), lenient_json.text(content.get("owner_org"))}
        if isinstance(organization, Mapping):
            names |= {lenient_json.text(organization.get(key)) for key in ("name", "id", "title")}
        return not (wanted and not names & wanted) and not names & unwanted

    def _query(self, since: str | None) -> dict[str, str]:
        filters = [str(self.option("filter") or "").strip()]
        for sign, name in (("", "organizations"), ("-", "exclude_organizations")):
            if names := self.option(name):
                quoted = " OR ".join('"' + str(n).replace('"', "") + '"' for n in names)
                filters.append(f"{sign}organization:({quoted})")
        if since:
            filters.append(f"metadata_modified:[{_solr_date(since)} TO *]")
        query = {"fq": " ".join(f"+({f})" if f[:1] not in "+-" else f for f in filters if f)}
        if self.option("include_private") and self._key():
            query["include_private"] = "true"
        return {key: value for key, value in query.items() if value}

    def _size(self) -> int:
        return max(1, min(lenient_json.integer(self.option("page_size")) or 250, 1000))

    def _key(self) -> str:
        return str(self.option("api_key") or "").strip()


def _without_counters(package: Mapping[str, Any]) -> dict[str, Any]:
    """The package; its resources without what changes by being looked at."""
    content = dict(package)
    if isinstance(content.get("resources"), list):
        content["resources"] = [
            {k: v for k, v in r.items() if k not in _COUNTERS} if isinstance(r, Mapping) else r
            for r in content["resources"]
        ]
    return content


def _solr_date(since: str) -> str:
    try:
        moment = datetime.fromisoformat(since.replace("Z", "+00:00"))
    except ValueError:
        return since
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
