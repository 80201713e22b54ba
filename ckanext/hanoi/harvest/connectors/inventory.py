"""Lists of datasets in a file: CSV, TSV, XLSX, XLS, ODS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ckanext.hanoi import dates, tabular
from ckanext.hanoi.fetch import Fetcher
from ckanext.hanoi.harvest.connectors import Connector, Option, Record, Unreadable
from ckanext.hanoi.harvest.identity import Candidate, identified
from ckanext.hanoi.harvest.inventory.entries import Entry
from ckanext.hanoi.harvest.inventory.lists import Lists, Settings
from ckanext.hanoi.harvest.inventory.source_dataset import draft_of
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.tabular.columns import spaced

#: Where an entry stands moves when a row above it is added: it is no part of what it says.
VOLATILE = frozenset({"place"})


class InventoryConnector(Connector):
    """A list of datasets such as the danh mục dữ liệu mở that an agency's chair issues."""

    kind = "inventory"
    title = {"vi": "Danh mục dữ liệu (bảng tính)", "en": "List of datasets (spreadsheet)"}
    description = {
        "vi": "Danh mục dữ liệu mở trong tệp CSV, TSV, XLSX, XLS hoặc ODS: tự tìm dòng tiêu đề và "
        "nhận biết các cột.",
        "en": "A list of datasets in a CSV, TSV, XLSX, XLS or ODS file: finds the header row and "
        "recognises the columns by itself.",
    }
    options = (
        Option(
            "columns",
            {"vi": "Tiêu đề cột", "en": "Column headings"},
            {
                "vi": "Chỉ cần khi cột không được tự nhận biết. Ví dụ: "
                "{title: Tên bộ dữ liệu, identifier: Ký hiệu}.",
                "en": "Only needed for columns that are not recognised. Example: "
                "{title: Tên bộ dữ liệu, identifier: Ký hiệu}.",
            },
            type="dict",
        ),
        Option(
            "sheets",
            {"vi": "Chỉ đọc các trang tính", "en": "Only these sheets"},
            {
                "vi": "Tên các trang tính, * thay cho phần bất kỳ. Bỏ trống: mọi trang không ẩn.",
                "en": "Names of sheets, * stands for any text. Empty: all that are not hidden.",
            },
            type="list",
        ),
        Option(
            "exclude_sheets",
            {"vi": "Bỏ qua các trang tính", "en": "Not these sheets"},
            {"vi": "Ví dụ: Hướng dẫn, Ghi chú*.", "en": "Example: Hướng dẫn, Ghi chú*."},
            type="list",
        ),
        Option(
            "header_row",
            {"vi": "Dòng tiêu đề", "en": "Header row"},
            {
                "vi": "Số dòng của tiêu đề, nếu không tự tìm đúng. Ví dụ: 5.",
                "en": "Number of the row with the headings, if it is found wrongly. Example: 5.",
            },
            type="int",
        ),
        Option(
            "encoding",
            {"vi": "Bảng mã", "en": "Character encoding"},
            {
                "vi": "Của tệp CSV hoặc TSV, nếu tự nhận biết sai. Ví dụ: tcvn3, windows-1258.",
                "en": "Of a CSV or TSV file, if detected wrongly. Example: tcvn3, windows-1258.",
            },
        ),
        Option(
            "delimiter",
            {"vi": "Dấu phân cách cột", "en": "Column separator"},
            {
                "vi": "Của tệp CSV, nếu tự nhận biết sai.",
                "en": "Of a CSV file, if detected wrongly.",
            },
            type="choice",
            choices=(
                (",", {"vi": "Dấu phẩy", "en": "Comma"}),
                (";", {"vi": "Dấu chấm phẩy", "en": "Semicolon"}),
                ("tab", {"vi": "Dấu tab", "en": "Tab"}),
                ("|", {"vi": "Gạch đứng", "en": "Vertical bar"}),
            ),
        ),
        Option(
            "agency",
            {"vi": "Cơ quan cung cấp mặc định", "en": "Default providing agency"},
            {
                "vi": "Cho các dòng mà danh mục không ghi cơ quan. Ví dụ: Sở Y tế.",
                "en": "For rows where the list names no agency. Example: Sở Y tế.",
            },
        ),
        Option(
            "base_url",
            {"vi": "Địa chỉ gốc", "en": "Base address"},
            {
                "vi": "Để hoàn chỉnh các đường dẫn tương đối. Bỏ trống: địa chỉ của danh mục.",
                "en": "Completes relative links. Empty: the address of the list itself.",
            },
        ),
    )

    def records(self, fetcher: Fetcher, since: str | None = None) -> Iterator[Record | Unreadable]:
        """All datasets of the document. ``since`` is not heeded: one document, read as a whole."""
        settings = self._settings()
        response = fetcher.get(self.url, conditional=True)
        with response.open() as file:
            book = tabular.read(
                file, encoding=self.option("encoding") or None, delimiter=self._delimiter()
            )
        for sheet in book.sheets:
            sheet.name = sheet.name or _file_name(self.url)
        lists = Lists(book, settings)
        yield from lists.problems
        yield from identified(lambda: map(self._candidate, lists.entries))

    def to_dataset(self, record: Record) -> dict[str, Any]:
        draft = draft_of(record.content, self._base())
        if self.option("agency"):
            draft.setdefault("publisher", str(self.option("agency")))
        return draft

    def _candidate(self, entry: Entry) -> Candidate:
        publisher = entry.about.text("publisher") or str(self.option("agency") or "")
        modified = dates.parse(entry.about.text("modified"))
        exact = modified is not None and modified.precision in ("day", "time")
        url = next((r.text("resource.url") for r in entry.resources), "")
        return Candidate(
            content={
                **entry.about.pack(),
                "labels": entry.labels,
                "resources": [resource.pack() for resource in entry.resources],
                "place": {"sheet": entry.sheet, "row": entry.row},
            },
            identifier=entry.identifier or f"{spaced(publisher)}/{spaced(entry.title)}",
            title=entry.title,
            url=entry.about.text("url") or url or entry.about.text("link"),
            issued=_iso(entry.about.text("issued")),
            modified=modified.iso if modified and exact else None,
            volatile=VOLATILE,
        )

    def _settings(self) -> Settings:
        columns = self.option("columns") or {}
        if not isinstance(columns, Mapping):
            raise SourceError("The option “%(option)s” must be a mapping.", option="columns")
        header_row = self.option("header_row")
        try:
            row = int(header_row) if header_row else None
        except (TypeError, ValueError) as e:
            raise SourceError(
                "The option “%(option)s” must be a number.", option="header_row"
            ) from e
        return Settings(
            columns={str(key): _names(value) for key, value in columns.items() if value},
            include=_names(self.option("sheets")),
            exclude=_names(self.option("exclude_sheets")),
            header_row=row if row and row > 0 else None,
        )

    def _delimiter(self) -> str | None:
        delimiter = self.option("delimiter")
        return "\t" if delimiter in ("tab", "\\t") else delimiter or None

    def _base(self) -> str | None:
        base = str(self.option("base_url") or self.url)
        return base if base.lower().startswith(("http://", "https://")) else None


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(filter(None, (name.strip() for name in value.splitlines())))
    return tuple(str(name) for name in value or ())


def _iso(text: str) -> str | None:
    date = dates.parse(text)
    return date.start.isoformat() if date else None


def _file_name(url: str) -> str:
    try:
        return unquote(PurePosixPath(urlsplit(url).path).name) or "CSV"
    except ValueError:
        return "CSV"
