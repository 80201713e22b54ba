"""Cuts the real files of ``sources/`` into the sample's datasets.

Values are written as they stand in the source: nothing is computed, rounded or filled in.
"""
from __future__ import annotations

import calendar
import csv
import datetime
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

SOURCES = Path(__file__).resolve().parent / "sources"
SAMPLE = (
    "MẪU TRÌNH DIỄN, không phải công bố chính thức của cơ quan được nêu tên."
)
WARDS_SOURCE = "Cục Thống kê, Công văn 1027/CTK-CSCL ngày 25/06/2025"
WEATHER_SOURCE = "trạm Hà Đông, kho mã vietdao204/weather-compare-viz (MIT)"
BUDGET_SOURCE = "Bộ Tài chính (mof.gov.vn), qua gói vietnamdata (CC0)"
PAPI_SOURCE = "PAPI 2011-2016, qua gói vietnamdata (CC0)"
LAW = "Luật Giao dịch điện tử số 20/2023/QH15"
HANOI = "Thành phố Hà Nội"


@dataclass(frozen=True)
class Sample:
    """One dataset of the sample: a line of the workbook and the file behind it."""

    title: str
    title_en: str
    about: str
    source: str
    publisher: str
    theme: str
    keywords: str
    frequency: str
    start: datetime.date
    end: datetime.date
    license: str
    file: str
    write: Callable[[Path], None]
    area: str = ""

    @property
    def notes(self) -> str:
        """The description, which says that this is a sample and where the data is from."""
        return f"{self.about} {SAMPLE} Nguồn số liệu: {self.source}."


def samples() -> list[Sample]:
    """All datasets of the sample, in the order of the workbook."""
    return [*_wards(), *_budget(), *_weather(), *_papi()]


def _csv(name: str) -> list[list[str]]:
    with (SOURCES / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _writer(header: list[str], rows: Iterable[list[str]]) -> Callable[[Path], None]:
    table = [header, *rows]

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(table)

    return write


def _copier(name: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        shutil.copy(SOURCES / name, path)

    return write


def _wards() -> Iterator[Sample]:
    header, *rows = _csv("hanoi_wards.csv")
    since = datetime.date(2025, 7, 1)
    lists = [
        ("Danh sách phường, xã của thành phố Hà Nội", "Wards and communes of Hà Nội",
         "Mã và tên 126 đơn vị hành chính cấp xã.", "phuong-xa.csv", ("Phường", "Xã")),
        ("Danh sách phường của thành phố Hà Nội", "Wards of Hà Nội",
         "Mã và tên 51 phường.", "phuong.csv", ("Phường",)),
        ("Danh sách xã của thành phố Hà Nội", "Communes of Hà Nội",
         "Mã và tên 75 xã.", "xa.csv", ("Xã",)),
    ]
    for title, title_en, about, file, kinds in lists:
        yield Sample(
            title, title_en, about, WARDS_SOURCE, "Sở Nội vụ", "Hành chính công",
            "đơn vị hành chính, phường, xã", "Khi có thay đổi", since, since, LAW, file,
            _writer(header, [row for row in rows if row[1] in kinds]), HANOI,
        )


def _budget() -> Iterator[Sample]:
    header, *rows = _csv("mof_budget_final.csv")
    header, rows = header[1:], [row[1:] for row in rows]  # the first column is a row number
    planners = ["Sở Kế hoạch và Đầu tư", "Sở KH&ĐT", "So Ke hoach va Dau tu"]
    common = ("Tài chính", "ngân sách, thu ngân sách, chi ngân sách", "Hằng năm")
    for number, year in enumerate(range(2006, 2016)):
        yield Sample(
            f"Dự toán thu, chi ngân sách các tỉnh, thành phố năm {year}",
            f"Budget plan of provinces and cities, {year}",
            f"Tổng thu, tỷ lệ phân chia, tổng chi và bổ sung từ ngân sách trung ương năm {year}.",
            BUDGET_SOURCE, planners[number % 3] if number < 6 else "Sở Tài chính", *common,
            datetime.date(year, 1, 1), datetime.date(year, 12, 31), "CC0",
            f"ngan-sach-{year}.csv", _writer(header, [row for row in rows if row[-1] == str(year)]),
        )
    for place, name, last in (("Ha Noi", "Hà Nội", 2015), ("Ha Tay", "Hà Tây", 2008)):
        yield Sample(
            f"Dự toán thu, chi ngân sách {name} giai đoạn 2006-{last}",
            f"Budget plan of {name}, 2006-{last}",
            f"Chuỗi dự toán theo năm của {name}.", BUDGET_SOURCE, "Sở Tài chính Hà Nội", *common,
            datetime.date(2006, 1, 1), datetime.date(last, 12, 31), "CC0",
            f"ngan-sach-{place.lower().replace(' ', '-')}.csv",
            _writer(header, [row for row in rows if row[0] == place]), HANOI,
        )
    yield Sample(
        "Biểu dự toán thu, chi cân đối ngân sách năm 2008 (bản gốc)",
        "Budget plan 2008, original table",
        "Phụ lục 09/CKTC-NSNN, tệp Excel nguyên bản với các dòng tiêu đề.", BUDGET_SOURCE,
        "Sở Tài chính", *common, datetime.date(2008, 1, 1), datetime.date(2008, 12, 31), "CC0",
        "du-toan-2008.xls", _copier("mof_Plan_2008.xls"),
    )


def _weather() -> Iterator[Sample]:
    header, *rows = _csv("hanoi_weather_compare.csv")
    day = header.index("DATE")
    names = ["Sở Tài nguyên và Môi trường", "Sở TN&MT", "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG"]
    common = ("Môi trường", "thời tiết, nhiệt độ, lượng mưa")
    about = "Lượng mưa, nhiệt độ trung bình, cao nhất và thấp nhất theo ngày"
    for number, month in enumerate(sorted({row[day][:7] for row in rows})):
        chosen = [row for row in rows if row[day].startswith(month)]
        year, of_year = int(month[:4]), int(month[5:])
        yield Sample(
            f"Thời tiết Hà Nội tháng {of_year}/{year}",
            f"Weather in Hà Nội, {calendar.month_name[of_year]} {year}",
            f"{about}, tháng {of_year}/{year}.", WEATHER_SOURCE, names[number % 3], *common,
            "Hằng tháng", *_span(chosen, day), "MIT", f"thoi-tiet-{month}.csv",
            _writer(header, chosen), HANOI,
        )
    yield Sample(
        "Thời tiết Hà Nội theo ngày, từ 04/9/2012 đến 04/9/2013",
        "Daily weather in Hà Nội, 4 September 2012 to 4 September 2013",
        f"{about}, cả chuỗi.", WEATHER_SOURCE, "Sở Tài nguyên & Môi trường Hà Nội", *common,
        "Không cập nhật", *_span(rows, day), "MIT", "thoi-tiet-ca-nam.csv", _writer(header, rows),
        HANOI,
    )


def _span(rows: list[list[str]], day: int) -> tuple[datetime.date, datetime.date]:
    days = sorted(datetime.date.fromisoformat(row[day]) for row in rows)
    return days[0], days[-1]


# The index's own dimensions, and the sample's agency for each.
DIMENSIONS = [
    ("Participation at Local Levels", "Văn phòng UBND thành phố", "Hành chính công"),
    ("Transparency", "Sở Thông tin và Truyền thông", "Hành chính công"),
    ("Vertical Accountability", "Sở Tư pháp", "Tư pháp"),
    ("Control of Corruption", "Thanh tra thành phố", "Hành chính công"),
    ("Public Administrative Procedures", "Văn phòng UBND TP", "Hành chính công"),
    ("Public Service Delivery", "Sở Lao động, Thương binh và Xã hội", "Xã hội"),
    ("Public Health", "Sở Y tế", "Y tế"),
    ("Public Primary Education", "Sở Giáo dục & Đào tạo", "Giáo dục"),
    ("Basic Infrastructure", "Sở Giao thông vận tải", "Năng lượng, hạ tầng"),
]


def _papi() -> Iterator[Sample]:
    book = CalamineWorkbook.from_path(SOURCES / "papi_2011-2016.xlsx")
    sheets = {
        int(name[:4]): [[_text(cell) for cell in row]
                        for row in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }
    for year, (header, labels, *rows) in sheets.items():
        yield Sample(
            f"Chỉ số hiệu quả quản trị và hành chính công cấp tỉnh (PAPI) năm {year}",
            f"Provincial governance and public administration index (PAPI), {year}",
            f"Điểm của các tỉnh, thành phố theo từng nội dung, năm {year}.", PAPI_SOURCE,
            "Sở Nội vụ", "Hành chính công", "PAPI, cải cách hành chính", "Hằng năm",
            datetime.date(year, 1, 1), datetime.date(year, 12, 31), "CC0", f"papi-{year}.csv",
            _writer(header, [labels, *rows]),
        )
    for dimension, publisher, theme in DIMENSIONS:
        table = [
            [str(year), *row[:3], row[column]]
            for year, (header, _labels, *rows) in sheets.items()
            for column in _columns(header, dimension)
            for row in rows
        ]
        label = next(
            labels[column] for header, labels, *_ in sheets.values()
            for column in _columns(header, dimension)
        )
        yield Sample(
            f"PAPI: {label}, các tỉnh, thành phố 2011-2016", f"PAPI: {dimension}, 2011-2016",
            f"Điểm nội dung “{label}” của các tỉnh, thành phố qua các năm.", PAPI_SOURCE,
            publisher, theme, f"PAPI, {label.lower()}", "Hằng năm", datetime.date(2011, 1, 1),
            datetime.date(2016, 12, 31), "CC0",
            f"papi-{dimension.lower().replace(' ', '-')}.csv",
            _writer(["year", "tinhid", "tentinh_eng", "tentinh_vie", dimension], table),
        )


def _columns(header: list[str], dimension: str) -> list[int]:
    return [place for place, name in enumerate(header) if name.strip() == dimension]


def _text(cell: object) -> str:
    """A cell as text; whole numbers, which the workbook keeps as floats, without ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
