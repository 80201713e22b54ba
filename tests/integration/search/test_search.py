"""Search as Vietnamese people type, on a real Solr with CKAN's stock schema."""
from __future__ import annotations

import unicodedata

import ckan.plugins.toolkit as tk
from ckan.tests import factories, helpers


def site_user():
    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


AS_TYPED = [
    ("xay dung", "nha-o"),
    ("Xây dựng nhà ở xã hội", "nha-o"),
    ("xây dung nha ở", "nha-o"),
    ("thuy loi", "thuy-loi"),
    ("ngay nay", "thuy-loi"),
    ("thuỷ lợi", "thuy-loi"),
    ("giay phep", "giay-phep"),
    ("GIAY PHEP", "giay-phep"),
    ("hoà bình", "hoa-binh"),
    ("hòa bình", "hoa-binh"),
    ("duong pho", "duong-pho"),
    ("dong da", "duong-pho"),
    ('"nha o xa hoi"', "nha-o"),
    ("phố: quận", "duong-pho"),
    ("school", "schools"),
]


def test_everything_is_found_as_people_type_it(datasets, found):
    assert {typed: found(typed) for typed, _ in AS_TYPED} == {
        typed: [name] for typed, name in AS_TYPED
    }


def test_decomposed_text_is_found_and_finds(create, other_agency, found):
    for form, title in (("NFC", "Thủy điện"), ("NFD", "Hồ chứa")):
        title = unicodedata.normalize(form, title)
        create(name=form.lower(), title=title, owner_org=other_agency["id"])
        assert found(unicodedata.normalize("NFC", title)) == [form.lower()]
        assert found(unicodedata.normalize("NFD", title)) == [form.lower()]


def test_accents_that_were_typed_come_first(create, other_agency, found):
    for name, title in (("a", "Ma túy"), ("b", "Mã vùng"), ("c", "Mạ lúa"), ("d", "Má phanh")):
        create(name=f"{name}-{name}", title=title, owner_org=other_agency["id"])
    assert found("mã")[0] == "b-b"
    assert found("mạ")[0] == "c-c"
    assert set(found("ma")) == {"a-a", "b-b", "c-c", "d-d"}


def test_words_side_by_side_come_first(create, other_agency, found):
    create(name="far", title="Lợi ích của công trình thủy nông", owner_org=other_agency["id"])
    create(name="near", title="Công trình của ngành thủy lợi ích", owner_org=other_agency["id"])
    assert found("thuy loi") == ["near", "far"]


def test_one_word_in_three_may_be_missing(datasets, found):
    assert found("nha o cong nhan xa hoi") == ["nha-o"]
    assert found("quận phố Thanh Trì xanh đẹp") == []
    assert found("phố Đống Đa Thanh") == ["duong-pho"]
    assert found("phố Thanh") == []


def test_a_phrase_stands_as_it_was_quoted(create, other_agency, found):
    create(name="near", title="Thủy lợi", owner_org=other_agency["id"])
    create(name="far", title="Lợi của thủy", owner_org=other_agency["id"])
    assert found('"thuy loi"') == ["near"]


def test_words_may_be_demanded_and_excluded(datasets, found):
    assert set(found("nha pho")) == set()
    assert found("cong vien -karaoke") == ["hoa-binh"]
    assert "nha-o" not in found("-xay")
    assert "schools" in found("-xay")
    assert found("+nha xa hoi") == ["nha-o"]
    assert found("+nha khong hoi") == []


def test_an_agency_is_found_by_abbreviations_and_predecessors(
    create, agency, other_agency, found
):
    create(name="dataset-of-it", title="Số liệu quý", owner_org=agency["id"])
    create(name="of-another", title="Báo cáo", owner_org=other_agency["id"])
    for typed in ("sgtvt", "SGTVT", "gtvt", "Sở GTVT", "so giao thong van tai", "sxd", "Sở XD"):
        assert found(typed) == ["dataset-of-it"], typed


def test_wards_and_vocabularies_are_found_by_their_labels(create, other_agency, found):
    create(name="first", title="Chợ", spatial_coverage=["00082"], owner_org=other_agency["id"])
    create(name="second", title="Lúa", theme=["nong-nghiep"], owner_org=other_agency["id"])
    assert found("phuong cua nam") == ["first"]
    assert found("nong nghiep") == ["second"]
    assert found("agriculture") == ["second"]


def test_a_district_of_before_july_2025_finds_the_wards_of_today(create, other_agency, found):
    org = other_agency["id"]
    create(name="cho", title="Chợ dân sinh", spatial_coverage=["00082"], owner_org=org)
    create(name="cay", title="Cây xanh", spatial_coverage=["00235"], owner_org=org)
    create(name="city", title="Thống kê", spatial_coverage=["01"], owner_org=org)
    assert found("quận Hoàn Kiếm") == ["cho"]
    assert found("quan dong da") == ["cay"]
    assert found("huyen soc son") == []


def test_notes_keywords_and_files_are_searched_without_accents(create, other_agency, found):
    org = other_agency["id"]
    create(name="notes", title="A1", notes="Quan trắc không khí", owner_org=org)
    create(name="tags", title="A2", tag_string="mầm non", owner_org=org)
    create(name="file", title="A3", owner_org=org,
           resources=[{"name": "Bảng giá đất", "url": "https://example.org/gia.csv"}])
    assert found("khong khi") == ["notes"]
    assert found("mam non") == ["tags"]
    assert found("gia dat") == ["file"]


def test_solr_syntax_means_what_it_means_in_ckan(datasets, found):
    assert found("name:nha-o") == ["nha-o"]
    assert found("title:schools OR name:thuy-loi", sort="name asc") == ["schools", "thuy-loi"]
    assert len(found("*:*")) == len(found("")) == len(found("*")) == 6
    assert found("public", defType="dismax", qf="title") == ["schools"]


WEIRD = [
    '"', '""" "', "'", "+", "-", "+ -", ":", "::", "*", "?", "a:", "(", ")", "((a", "[a TO", "a^",
    "~", "\\", "/", "//", "&&", "AND", "a AND", "NOT", "!", "{", "}", "{!", "{!x}", "a\x00b",
    "\x01\x1f", "\ud7ff\ufffe", "a" * 10_000, "xây " * 2_500, "\u0301" * 9, "💧", "http://x/y?z=1",
    "_query_:a", "title:(", "😀:😀", "%00", "<script>",
]  # fmt: skip


def test_nothing_that_people_type_breaks_the_page(app, datasets):
    for typed in WEIRD:
        answer = app.get("/dataset/", query_string={"q": typed}, expect_errors=True)
        assert answer.status_code in (200, 400), typed


def test_text_without_words_finds_nothing(datasets, found):
    assert found('"') == found(": +") == []


def test_titles_are_sorted_in_vietnamese_order(create, other_agency, found):
    for number, title in enumerate(["Đê", "Dân cư", "Ăn", "An", "Ân", "Em", "Zalo"]):
        create(name=f"dataset-{number}", title=title, owner_org=other_agency["id"])
    assert found("", sort="title_string asc") == [
        f"dataset-{number}" for number in (3, 2, 4, 1, 0, 5, 6)
    ]
    assert found("", sort="title_string desc")[0] == "dataset-6"


def test_private_datasets_are_found_by_their_own_people_only(create, other_agency, app):
    member = factories.User()
    helpers.call_action("organization_member_create", id=other_agency["id"],
                        username=member["name"], role="member")
    create(name="secret", title="Hồ sơ mật", private=True, owner_org=other_agency["id"])

    def search(user):
        context = {"user": user, "ignore_auth": False}
        return helpers.call_action(
            "package_search", context, q="ho so mat", include_private=True
        )["count"]

    assert search("") == 0
    assert search(factories.User()["name"]) == 0
    assert search(member["name"]) == 1


def test_what_is_indexed_beside_does_not_show_in_the_dataset(create, other_agency):
    create(name="plain", title="Cây xanh", owner_org=other_agency["id"])
    answer = helpers.call_action("package_search", q="cay xanh")
    shown = helpers.call_action("package_show", id="plain")
    assert answer["results"][0]["title"] == shown["title"] == "Cây xanh"
    assert "hanoi_title" not in str(answer["results"][0]) + str(shown)


def test_an_edited_title_is_found_and_the_old_one_is_not(create, other_agency, found):
    dataset = create(name="plain", title="Cây xanh", owner_org=other_agency["id"])
    helpers.call_action("package_patch", {"user": site_user()}, id=dataset["id"], title="Ao hồ")
    assert found("ao ho") == ["plain"]
    assert found("cay xanh") == []




def test_a_short_word_finds_no_dataset_by_what_stands_in_its_identifiers(
    create, other_agency, found
):
    uuid = "2993da55-db67-43a6-805d-aeac2d5c30f3"
    org = other_agency["id"]
    create(name="cho", title="Chợ dân sinh", identifier=uuid, owner_org=org,
           resources=[{"name": "Bảng", "url": f"https://example.org/{uuid}/tep.csv"}])
    create(name="da", title="Đá xây dựng", owner_org=org)
    create(name="dac-san", title="Của cả vùng", owner_org=org)
    assert found("da") == found("Đá") == ["da"]
    assert found("dac") == ["dac-san"]
    assert found(uuid) == found(uuid.upper()) == found(f'"{uuid}"') == ["cho"]
