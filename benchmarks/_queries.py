"""The catalog of the search benchmark and what people ask of it. Pure, and the same every time.

A dataset is about a subject in a ward: its title says both, its agency is the department that the
subject belongs to. Each query is about one dataset, written in one of the ways of ``WAYS``.
Subjects are composed for the benchmark; wards, agencies and their abbreviations are the real ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ckanext.hanoi.agencies.registry import registry
from ckanext.hanoi.vietnamese import fold
from ckanext.hanoi.vocabulary import vocabulary

QUERIES = 200


@dataclass(frozen=True)
class Subject:
    """What a series of datasets is about. ``said``: how people call its agency, old or new."""

    vi: str
    en: str
    agency: str
    theme: str
    said: str


_EDUCATION = ("Sở Giáo dục và Đào tạo", "Giáo dục", "sgddt")
_HEALTH = ("Sở Y tế", "Y tế", "so y te")
_BUILDING = ("Sở Xây dựng", "Quy hoạch, xây dựng", "sxd")
_TRANSPORT = ("Sở Xây dựng", "Giao thông", "sgtvt")
_NATURE = ("Sở Nông nghiệp và Môi trường", "Môi trường", "stnmt")
_FARMING = ("Sở Nông nghiệp và Môi trường", "Nông nghiệp", "snnptnt")
_CULTURE = ("Sở Văn hóa và Thể thao", "Văn hóa, thể thao, du lịch", "svhtt")
_TRADE = ("Sở Công Thương", "Kinh tế, thương mại", "sct")
_WORK = ("Sở Nội vụ", "Lao động", "sldtbxh")
_FINANCE = ("Sở Tài chính", "Tài chính", "skhdt")
_TECHNOLOGY = ("Sở Khoa học và Công nghệ", "Khoa học, công nghệ", "stttt")
_JUSTICE = ("Sở Tư pháp", "Tư pháp", "stp")

SUBJECTS = tuple(Subject(vi, en, *of) for vi, en, of in (
    ("Danh sách trường mầm non", "Nursery schools", _EDUCATION),
    ("Kết quả thi tốt nghiệp trung học", "Secondary graduation results", _EDUCATION),
    ("Chỉ tiêu tuyển sinh lớp 10", "Enrolment quotas of grade ten", _EDUCATION),
    ("Thư viện học đường đạt chuẩn", "Accredited libraries", _EDUCATION),
    ("Trung tâm ngoại ngữ được cấp phép", "Licensed language centres", _EDUCATION),
    ("Nhà thuốc và quầy thuốc", "Pharmacies and drug counters", _HEALTH),
    ("Cơ sở chăm sóc sức khỏe ban đầu", "Primary care facilities", _HEALTH),
    ("Lịch tiêm chủng mở rộng", "Vaccination calendar", _HEALTH),
    ("Ca mắc sốt xuất huyết", "Dengue cases", _HEALTH),
    ("Cơ sở đạt an toàn thực phẩm", "Food safety certificates", _HEALTH),
    ("Xây dựng nhà ở xã hội", "Social housing construction", _BUILDING),
    ("Giấy phép xây dựng đã cấp", "Building permits issued", _BUILDING),
    ("Cây xanh đô thị", "Urban trees", _BUILDING),
    ("Chung cư cũ cần cải tạo", "Old apartment blocks to renovate", _BUILDING),
    ("Điểm ngập úng mùa mưa", "Flooding points", _BUILDING),
    ("Tuyến xe buýt và điểm dừng", "Bus routes and stops", _TRANSPORT),
    ("Bãi đỗ xe công cộng", "Public car parks", _TRANSPORT),
    ("Điểm đen tai nạn", "Accident black spots", _TRANSPORT),
    ("Đèn tín hiệu giao lộ", "Traffic lights of crossings", _TRANSPORT),
    ("Chất lượng không khí trạm quan trắc", "Air quality of stations", _NATURE),
    ("Điểm thu gom rác thải nguy hại", "Collection of hazardous waste", _NATURE),
    ("Bảng giá đất hằng năm", "Land prices by year", _NATURE),
    ("Giấy phép khai thác nước ngầm", "Groundwater permits", _NATURE),
    ("Công trình thủy lợi nội đồng", "Irrigation works", _FARMING),
    ("Vùng nuôi thủy sản tập trung", "Aquaculture zones", _FARMING),
    ("Sản lượng rau an toàn", "Output of clean vegetables", _FARMING),
    ("Dịch bệnh trên đàn lợn", "Swine diseases", _FARMING),
    ("Di tích lịch sử văn hóa xếp hạng", "Listed historical monuments", _CULTURE),
    ("Nhà văn hóa tổ dân phố", "Community culture houses", _CULTURE),
    ("Lễ hội truyền thống", "Traditional festivals", _CULTURE),
    ("Sân bóng và bể bơi", "Football pitches and swimming pools", _CULTURE),
    ("Chợ dân sinh và siêu thị", "Markets and supermarkets", _TRADE),
    ("Lưu chuyển hàng hóa bán lẻ", "Retail turnover", _TRADE),
    ("Trạm sạc và cửa hàng xăng dầu", "Petrol and charging stations", _TRADE),
    ("Làng nghề được công nhận", "Recognised craft villages", _TRADE),
    ("Việc làm tìm người", "Job vacancies", _WORK),
    ("Hộ nghèo và cận nghèo", "Poor households", _WORK),
    ("Dự toán ngân sách công khai", "Published budget estimates", _FINANCE),
    ("Doanh nghiệp đăng ký mới", "Newly registered enterprises", _FINANCE),
    ("Vốn đầu tư công giải ngân", "Disbursed public investment", _FINANCE),
    ("Trạm phát sóng di động", "Mobile base stations", _TECHNOLOGY),
    ("Điểm wifi công cộng miễn phí", "Free wifi hotspots", _TECHNOLOGY),
    ("Văn phòng công chứng", "Notary offices", _JUSTICE),
    ("Hòa giải viên cơ sở", "Grassroots mediators", _JUSTICE),
))  # fmt: skip


@dataclass(frozen=True)
class Dataset:
    """One dataset of the catalog: ``ward`` without its kind (Hoàn Kiếm), ``kind`` is phường or xã.
    """

    subject: Subject
    ward: str
    kind: str

    @property
    def title(self) -> str:
        return f"{self.subject.vi} {self.kind} {self.ward}"

    @property
    def title_en(self) -> str:
        return f"{self.subject.en} in {self.ward} {'Ward' if self.kind == 'phường' else 'Commune'}"


@dataclass(frozen=True)
class Query:
    """What is typed, the way it is typed, and the title that must come."""

    way: str
    text: str
    title: str


def datasets(size: int) -> list[Dataset]:
    """The first ``size`` datasets: every subject in one ward after another."""
    return list(islice(_all(), size))


def _all() -> Iterator[Dataset]:
    for term in vocabulary("ward"):
        kind, _, ward = term.vi.partition(" ")
        if kind in ("Phường", "Xã"):
            for subject in SUBJECTS:
                yield Dataset(subject, ward, kind.lower())


def row(dataset: Dataset, number: int) -> list[str]:
    """The dataset's row of an inventory with the head ``HEAD``."""
    subject = dataset.subject
    about = f"{dataset.title}, do {subject.agency} tổng hợp."
    return [dataset.title, dataset.title_en, about, f"TK-{number}", subject.theme, subject.agency,
            f"{dataset.kind} {dataset.ward}", "CSV", f"https://example.org/tep/{number}.csv"]


HEAD = ["Tên tập dữ liệu", "Tên tiếng Anh", "Mô tả", "Mã định danh", "Lĩnh vực",
        "Cơ quan cung cấp", "Phạm vi không gian", "Định dạng", "Đường dẫn"]

# oà and òa, uỷ and ủy: one word, two spellings.
_STYLES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé",
           "ỏe": "oẻ", "õe": "oẽ", "ọe": "oẹ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ",
           "ụy": "uỵ"}
_STYLED = re.compile("(" + "|".join(_STYLES) + r")\b")


def _accents(d: Dataset) -> str:
    return f"{d.subject.vi} {d.ward}"


def _half(d: Dataset) -> str:
    words = _accents(d).split()
    return " ".join(fold(word) if i % 2 else word for i, word in enumerate(words))


def _abbreviated(d: Dataset) -> str:
    words = fold(d.subject.vi).split()
    return " ".join([d.subject.said, *words[-3:], fold(d.ward)])


def _other_style(d: Dataset) -> str:
    return _STYLED.sub(lambda found: _STYLES[found[0]], _accents(d))


def _district(d: Dataset) -> str:
    return f"{d.subject.vi} {_districts()[d.ward]} {d.ward}"


@cache
def _districts() -> dict[str, str]:
    """Names of wards that were those of districts until 30/06/2025 -> quận, huyện, thị xã."""
    kinds = {"urban_district": "quận", "rural_district": "huyện", "town": "thị xã"}
    return {
        agency.vi.removeprefix(f"UBND {kinds[agency.kind]} "): kinds[agency.kind]
        for agency in registry().agencies.values() if agency.kind in kinds
    }


#: How a query is written -> (its text, the datasets that it can be about).
WAYS: dict[str, tuple[Callable[[Dataset], str], Callable[[Dataset], bool]]] = {
    "with accents": (_accents, lambda d: True),
    "without accents": (lambda d: fold(_accents(d)), lambda d: True),
    "half and half": (_half, lambda d: True),
    "other tone style": (_other_style, lambda d: bool(_STYLED.search(d.subject.vi))),
    "decomposed (NFD)": (lambda d: unicodedata.normalize("NFD", _accents(d)), lambda d: True),
    "agency abbreviated or old": (_abbreviated, lambda d: True),
    "district of before 07/2025": (_district, lambda d: d.ward in _districts()),
    "English": (lambda d: d.title_en, lambda d: True),
}


def queries(catalog: list[Dataset]) -> list[Query]:
    """``QUERIES`` queries, as many of each way, spread over the catalog."""
    found = []
    each = QUERIES // len(WAYS)
    for number, (way, (text, fits)) in enumerate(WAYS.items()):
        fitting = [dataset for dataset in catalog if fits(dataset)]
        step = len(fitting) / each
        for i in range(each):
            dataset = fitting[(int(i * step) + number) % len(fitting)]
            found.append(Query(way, text(dataset), dataset.title))
    return found
