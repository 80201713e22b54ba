"""The inputs of tests/data/reports come out as somebody expects who looks at them, twice alike."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ckanext.hanoi.fetch import Fetcher, FetchError
from ckanext.hanoi.harvest.config import parse
from ckanext.hanoi.harvest.connectors import Record, kinds
from ckanext.hanoi.harvest.mapping.dataset import to_dataset
from ckanext.hanoi.messages import SourceError

sys.path.append(str(Path(__file__).parents[3] / "data" / "reports"))
from server import served  # noqa: E402


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as url:
        yield url


def agency(name: str) -> tuple[str | None, list[str]]:
    known = ("Sở Y tế", "Sở Khoa học & Công nghệ", "Sở Công Thương & bạn")
    return (f"id of {name}", [name]) if name in known else (None, [])


def once(kind: str, url: str) -> tuple[list[tuple[str, str]], dict[str, Any], list[str]]:
    """(identities, datasets by title, what could not be read) of one reading."""
    connector = kinds()[kind](url, {})
    with Fetcher(allowed_hosts=["127.0.0.1"], timeout=20, pause=0.001) as fetcher:
        items = list(connector.records(fetcher))
    records = [item for item in items if isinstance(item, Record) and not item.deleted]
    config = parse("", kinds()[kind])
    mapped = [to_dataset(connector.to_dataset(r), config, agency, "other") for r in records]
    datasets = {found.dataset["title"]: found.dataset for found in mapped}
    problems = [i.message % i.params for i in items if not isinstance(i, Record)]
    return [(r.guid, r.fingerprint()) for r in records], datasets, problems


@pytest.fixture
def harvested(address):
    def run(kind: str, path: str) -> dict[str, Any]:
        first, second = once(kind, address + path), once(kind, address + path)
        assert first == second
        assert first[2] == []
        return first[1]

    return run


def urls(dataset: dict[str, Any]) -> list[str]:
    return [resource["url"].split("?host=")[0] for resource in dataset["resources"]]


def extras(dataset: dict[str, Any]) -> dict[str, str]:
    return {extra["key"]: extra["value"] for extra in dataset["extras"]}


def words(dataset: dict[str, Any], key: str) -> list[str]:
    return [resource[key] for resource in dataset["resources"] if key in resource]


# -- what counts as an address ---------------------------------------------------------------------

SPACES = {
    "Có khoảng trắng": (["https://vd.example/Bao%20cao%20thang%201.xlsx"], []),
    "Hai địa chỉ có khoảng trắng": (
        ["https://vd.example/Bao%20cao%201.xlsx", "https://vd.example/Bao%20cao%202.xlsx"], []),
    "Địa chỉ rồi chữ": (["https://vd.example/x"], ["(đăng nhập trước)"]),
    "Chữ rồi địa chỉ": (["https://vd.example/y"], ["Xem tại"]),
    "Viết hoa": (["HTTP://VD.EXAMPLE/A.CSV"], []),
    "Dấu chấm cuối": (["https://vd.example/a.csv"], []),
    "Ngoặc": (["https://vd.example/a.csv"], []),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_addresses_with_blanks_stay_whole_and_words_beside_them_are_kept(harvested, form):
    found = harvested("inventory", f"/a22_spaces.{form}")
    for title, (expected, beside) in SPACES.items():
        assert (urls(found[title]), words(found[title], "Đường dẫn")) == (expected, beside)
    named = found["Tên và địa chỉ"]
    assert urls(named) == ["https://vd.example/1.csv", "https://vd.example/2.csv"]
    assert words(named, "name") == ["Bảng 1", "Bảng 2"]


def test_semicolons_and_commas_within_an_address_do_not_cut_it(harvested):
    found = harvested("inventory", "/a21_semi.xlsx")
    assert urls(found["Chấm phẩy trong địa chỉ"]) == ["https://vd.example/a?x=1;y=2"]
    assert urls(found["Phẩy trong địa chỉ"]) == ["https://vd.example/a?b=1,2,3"]
    assert urls(found["jsession"]) == ["https://vd.example/tai;jsessionid=AB12?f=1"]
    assert found["Hộ nhỏ & siêu nhỏ"]["notes"] == "Nồng độ PM2.5\n- a\n- b"


def test_what_is_no_address_in_data_json_is_kept_as_text(harvested):
    two = harvested("data_json", "/c20.json")["Hai địa chỉ"]
    assert (two["url"], extras(two)["landingPage_other"]) == (
        "https://vd.example/a", "https://vd.example/b",
    )  # fmt: skip
    assert urls(two) == [
        "https://vd.example/x.csv", "https://vd.example/y.csv",
        "http://dulieu.vd.gov.vn/tep/a.csv", "", "", "",
    ]  # fmt: skip
    assert words(two, "downloadURL") == ["https:www.vd.example/y.csv", r"\\maychu\chia-se\a.xlsx"]
    assert words(two, "accessURL") == [r"\\maychu\chia-se\b.xlsx"]
    assert two["notes"] == "Nồng độ PM2.5 theo giờ.\n\nGồm:\n\n- trạm 1\n- trạm 2"
    portal = harvested("data_json", "/c02_urls.json")["Cổng sáng kiến năng lượng"]
    assert urls(portal) == [
        "", "http://127.0.0.1:8877/search.xhtml?action=a&tab=TECH",
        "http://127.0.0.1:8877/f/marketing%20summaries.csv",
        "http://127.0.0.1:8877/f/a%20b/Báo%20cáo%20(1).pdf", "https://vd.example/bao-cao",
        "ftp://vd.example/dir/file.zip", "http://www.vd.example/x.csv", "", "",
    ]  # fmt: skip
    assert words(portal, "accessURL") == ["http://Tóm tắt thị trường"]


def test_what_is_no_address_in_ckan_is_kept_as_text(harvested, address):
    found = harvested("ckan", "/ckan1/")
    relative = found["Liên kết tương đối"]
    assert urls(relative) == [
        f"{address}/it/storage/f/2012-07-26T160139/tep.csv", "",
        f"{address}/ckan1/tep-tai-len.csv".replace("/ckan1/", "/"),
        "https://vd.example/a.csv", "https://vd.example/b.csv",
        "https://vd.example/a.csv?x=1&y=2", "https://vd.example/tệp%20số%201.csv?q=á%20b|c{d}",
        "HTTPS://VD.EXAMPLE/UPPER.CSV", "https://vd.example/%E1%BA%A3nh%20.csv",
        "http://vd.example/protocol-relative.csv", "https://user:pass@vd.example/x.csv",
        "http://vd.example/khong-http.csv",
        f"{address}/ckan1/datastore/dump/10000000-0000-4000-8000-000000000012",
    ]  # fmt: skip
    assert words(relative, "url_text") == [":///dataset/x/resource/y/download/tep.csv"]
    by_name = [d for d in found.values() if d["name"] == "bo-4"]
    assert by_name[0]["url"] == "http://vd.example/trang"


def test_what_is_no_address_in_csw_is_kept_as_text(harvested):
    found = harvested("csw", "/csw/links")
    record = found["Kết nối cơ sở dữ liệu"]
    assert urls(record) == [
        "https://vd.example/mot.zip", "https://vd.example/hai.zip",
        "http://gis.vd.example/arcgis/rest/services/Nen/MapServer", "ftp://ftp.vd.example/x/",
    ]  # fmt: skip
    for text in ("Server=maychu; Service=sde", "file://maychu", "Không có", r"D:\BanDo\nen.shp"):
        assert text in extras(record)["link"]
    notes = found["Trạng thái chưa xác định"]["notes"]
    assert notes == "Nồng độ PM2.5 theo giờ.\n\nGồm:\n- trạm 1\n- trạm 2"


def test_two_addresses_in_one_are_two_in_rdf(harvested):
    (found,) = harvested("dcat", "/b20_links.rdf").values()
    assert urls(found) == ["https://vd.example/x.csv", "https://vd.example/y.csv"]
    assert (found["url"], extras(found)["landing_page_other"]) == (
        "https://vd.example/a", "https://vd.example/b",
    )  # fmt: skip
    assert found["notes"] == "Nồng độ PM2.5.\n\n- trạm 1\n- trạm 2"


# -- text ------------------------------------------------------------------------------------------


def test_a_tag_in_a_text_leaves_its_lines_lists_and_tables(harvested):
    found = harvested("ckan", "/ckan3/")
    assert found["Markdown có thẻ HTML"]["notes"] == (
        "## Nội dung\n\nBộ dữ liệu gồm:\n\n- Mục một  \n- Mục hai (H2O)\n- Mục ba\n\n"
        "| Cột | Kiểu |\n|---|---|\n| ma | chữ |\n\nXem [trang](https://vd.example)."
    )
    assert found["Văn bản thường có một thẻ"]["notes"] == (
        "Dòng một.\nDòng hai.\n\nĐoạn hai **đậm**.\n1. Một\n2. Hai"
    )
    assert found["HTML thật"]["notes"] == "Đoạn một\n\n- a\n- b"
    assert found["Chỉ có br"]["notes"] == "Dòng một  \nDòng hai  \n\nĐoạn hai"


ENCODED = [
    ("ckan", "/ckan4/", "id of Sở Khoa học & Công nghệ"),
    ("dcat", "/e1.rdf", "id of Sở Khoa học & Công nghệ"),
    ("csw", "/csw/ent", "other"),
]


@pytest.mark.parametrize(("kind", "path", "owner"), ENCODED)
def test_entities_are_decoded_in_titles_keywords_and_agencies(harvested, kind, path, owner):
    found = harvested(kind, path)["Hộ 'nhỏ lẻ' & siêu nhỏ"]
    assert found["name"] in ("bo-41", "ho-nho-le-sieu-nho")
    assert found["owner_org"] == owner
    assert [tag["name"] for tag in found["tags"]] == ["R D"]


def test_entities_are_decoded_in_data_json_and_oai(harvested):
    (found,) = harvested("data_json", "/c00_entities.json").values()
    assert found["title"] == "Danh sách hộ kinh doanh 'nhỏ lẻ' & siêu nhỏ"
    assert found["owner_org"] == "id of Sở Công Thương & bạn"
    assert urls(found) == ["http://127.0.0.1:8877/f/a.csv?x=1&y=2"]
    assert words(found, "name") == ['Tệp "chính"']
    assert "Tên & mã hóa hai lần x" in harvested("oai_pmh", "/oai/mixed")
    file = harvested("ckan", "/ckan4/")["Hộ 'nhỏ lẻ' & siêu nhỏ"]["resources"][0]
    assert (file["name"], file["description"]) == ('Tệp "chính" mới', "x & y")


# -- one bad character -----------------------------------------------------------------------------

ALL = ["Danh sách hồ chứa", "Danh sách đập"]


@pytest.mark.parametrize(
    "path",
    ["ctrl.json", "nan.json", "trailing.json", "jsonp.json", "bomlead.json", "gz.json",
     "data.json.gz", "cp1258.json"],
)  # fmt: skip
def test_json_that_is_only_written_wrongly_is_read(harvested, path):
    found = harvested("data_json", f"/http/{path}")
    assert list(found) == ALL
    assert found[ALL[0]]["notes"].startswith("Dòng một")
    assert found[ALL[0]]["owner_org"] == "id of Sở Y tế"


def test_json_of_ckan_that_is_only_written_wrongly_is_read(harvested):
    assert list(harvested("ckan", "/ckan5/")) == ["Có NaN", "Bình thường sau NaN"]
    assert harvested("ckan", "/ckan6/")["Có ký tự"]["notes"] == "Dòng một\n\tDòng hai"


@pytest.mark.parametrize(
    ("kind", "path", "titles"),
    [
        ("oai_pmh", "/oai/nested", ["Bản ghi một", "Bản ghi hai"]),
        ("oai_pmh", "/oai/amp", ["Nước & đất", "Bản ghi hai"]),
        ("oai_pmh", "/oai/nbsp", ["Nghiên cứu nước – café", "Bản ghi hai"]),
        ("oai_pmh", "/oai/lead", ["Bản ghi đầu", "Nghiên cứu nước & đất"]),
        ("csw", "/csw/amp", ["Lớp 1", "Nước & đất", "Lớp 3", "Lớp 4", "Lớp 5"]),
        ("csw", "/waf2/", ["Nước & đất", "Bản đồ tốt", "Nước ngầm"]),
        ("dcat", "/b21_amp.rdf", ["Đường & phố", "Danh sách cầu vượt"]),
    ],
)
def test_one_bad_character_does_not_hide_a_page_of_xml(harvested, kind, path, titles):
    assert list(harvested(kind, path)) == titles


@pytest.mark.parametrize(
    ("kind", "path", "message"),
    [
        ("data_json", "/cf/data.json", "keeps programs away"),
        ("oai_pmh", "/oai/cut", "no readable XML"),
        ("data_json", "/http/php.json", "web page"),
    ],
)
def test_what_can_not_be_read_says_why(address, kind, path, message):
    with pytest.raises((FetchError, SourceError), match=message):
        once(kind, address + path)


def test_a_list_in_pages_is_read_to_its_end(harvested):
    assert len(harvested("data_json", "/paged/data.json")) == 250


# -- workbooks, dates, shapes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "titles"),
    [
        ("a02_inline_v.xlsx", ["Danh sách chợ", "Danh sách siêu thị", "Danh sách kho hàng"]),
        ("a04_backslash.xlsx", ["Danh sách công viên", "Danh sách vườn hoa"]),
        ("a06_dim_a0.xlsx", ["Danh sách cầu", "Danh sách hầm"]),
        ("a15_div.xls", ["Danh sách ngõ", "Danh sách ngách"]),
        ("a16_workbook2.xlsx", ["Danh sách bệnh viện", "Danh sách phòng khám"]),
    ],
)
def test_workbooks_that_excel_reads_are_read(harvested, file, titles):
    assert list(harvested("inventory", f"/{file}")) == titles


def test_numbers_and_dates_are_read_as_their_cells_show_them(harvested):
    found = harvested("inventory", "/a30_formats.xlsx")
    assert found["Mã có số không đứng trước"]["identifier"] == "007"
    assert found["Định dạng 1"]["modified"] == "2024-03-15"


def test_of_several_dates_one_that_is_a_date_is_taken(harvested):
    found = harvested("oai_pmh", "/oai/mixed")
    thesis = found["Luận án về sông Hồng"]
    assert thesis["issued"] == "2019-03-01T10:00:00+00:00"
    assert extras(thesis)["date"] == "c1998; 2010/2012"
    assert found["Nước"].get("issued") is None
    assert {"9999", "0000-00-00"} <= {*extras(found["Nước"]).values()}


def test_instants_are_days_of_hanoi_and_further_periods_are_kept(harvested):
    for kind, path, title in (
        ("dcat", "/b04_gyear.rdf", "Nửa đêm Hà Nội"), ("data_json", "/g1.json", "Chữ ký ngày"),
    ):  # fmt: skip
        found = harvested(kind, path)[title]
        assert (found["temporal_start"], found["temporal_end"]) == ("2023-01-01", "2023-12-31")
    assert extras(harvested("data_json", "/g1.json")["Phổ biến Mỹ"])["temporal_other"] == "2021"


def test_lists_pointers_and_names_in_other_case_are_read_in_rdf(harvested, address):
    stations = harvested("dcat", "/b10_jsonld.jsonld")["Danh sách ga tàu"]
    assert urls(stations) == ["http://vd.example/ga.csv", f"{address}/ga.html"]
    assert not any(key.startswith("rdf:") for r in stations["resources"] for key in r)
    pointed = harvested("dcat", "/b11_multi.ttl")["Danh sách siêu thị"]
    assert urls(pointed) == ["http://vd.example/c11/1/none"]
    twice = harvested("dcat", "/b05_url_text.rdf")["Tệp có địa chỉ hai lần"]
    assert [r.get("download_url") for r in twice["resources"]] == [
        "https://vd.example/f/data.csv", "https://vd.example/f/data.json",
    ]  # fmt: skip
    assert twice["resources"][1]["format"] == "JSON"


def test_other_inputs_of_these_servers_are_read_whole(harvested):
    assert len(harvested("csw", "/csw/short")) == 23
    assert len(harvested("csw", "/csw/dates")) == 4
    assert len(harvested("csw", "/iis/metadata/")) == 3
    assert len(harvested("arcgis", "/ags/sharing/rest/search")) == 2
    assert len(harvested("oai_pmh", "/oai/badutf")) == 2
