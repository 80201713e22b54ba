"""The form as an editor's browser uses it, and the page that comes of it."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories

pytestmark = pytest.mark.usefixtures("catalog")


class Browser:
    """Follows links and sends forms, with the fields as the page has them."""

    def __init__(self, app, token, lang=""):
        self.app, self.headers, self.lang = app, {"Authorization": token}, lang

    def open(self, path):
        return self._look(self.app.get(f"{self.lang}{path}", headers=self.headers), path)

    def send(self, form="#dataset-edit", save=None, **changes):
        element = self.page.select_one(form)
        assert element is not None, self.page.get_text()
        fields = [(k, v) for k, v in self.fields(element) if k not in changes]
        for key, value in changes.items():
            fields += [(key, item) for item in (value if isinstance(value, list) else [value])]
        button = element.select_one(f"button[name=save]{f'[value={save}]' if save else ''}")
        fields.append(("save", button.get("value", "")))
        address = button.get("formaction") or element.get("action") or self.lang + self.path
        answer = self.app.post(address, data=_multi(fields), headers=self.headers)
        return self._look(answer, answer.request.path)

    def fields(self, element):
        for field in element.select("input[name], textarea[name], select[name]"):
            if field.name == "select":
                for option in field.select("option[selected]"):
                    yield field["name"], option["value"]
            elif field.get("type") in ("radio", "checkbox"):
                if field.has_attr("checked"):
                    yield field["name"], field["value"]
            elif field.get("type") != "file":
                yield field["name"], field.get("value", field.get_text().strip("\n"))

    def _look(self, answer, path):
        self.page, self.path = BeautifulSoup(answer.body, "html.parser"), path
        return self

    @property
    def step(self):
        return self.page.select_one("[aria-current=step]").get_text(strip=True)

    @property
    def text(self):
        return " ".join(self.page.get_text(" ").split())


def _multi(fields):
    from werkzeug.datastructures import MultiDict

    return MultiDict(fields)


@pytest.fixture
def editor():
    return factories.UserWithToken()


@pytest.fixture
def agency(editor):
    return factories.Organization(
        title="Sở Giáo dục và Đào tạo", users=[{"name": editor["name"], "capacity": "editor"}]
    )


@pytest.fixture
def browser(app, editor, agency):
    return Browser(app, editor["token"], "/vi")


def first_page(browser, agency, **changes):
    browser.open("/dataset/new").send(**{
        "title": "Trường mầm non", "name": "truong-mam-non", "owner_org": agency["id"],
        "theme": ["", "giao-duc"], **changes,
    })
    return browser


def test_an_editor_goes_through_the_pages_and_what_is_to_be_public_waits(browser, agency):
    browser.open("/dataset/new")
    assert browser.step == "Đây là dữ liệu gì"
    assert len(browser.page.select(".hanoi-steps li")) == 6
    first_page(browser, agency, tag_string="mầm non, trẻ em", notes="Các trường công lập")
    assert browser.step == "Ai phụ trách"
    browser.send(contact_email="dulieu@hanoi.gov.vn")
    browser.send(modified="30/09/2025", frequency="ANNUAL", spatial_coverage=["", "01"])
    assert browser.step == "Điều khoản và mức truy cập"
    browser.send(license_id="vn-luat-gddt-2023", private="False")
    browser.send(conforms_to="TCVN 7980-2:2024\r\nGTFS")
    browser.send("#resource-edit", save="go-metadata", url="https://example.org/a.csv", name="Tệp")
    dataset = model.Package.get("truong-mam-non")
    assert (dataset.state, dataset.private) == ("active", True)
    assert "chờ phê duyệt" in browser.text
    assert dataset.extras["modified"] == "2025-09-30"
    assert dataset.extras["theme"] == '["giao-duc"]'
    assert dataset.extras["conforms_to"] == '["TCVN 7980-2:2024", "GTFS"]'
    assert sorted(tag.name for tag in dataset.get_tags()) == ["mầm non", "trẻ em"]
    assert dataset.resources[0].format == "CSV"


def test_each_page_says_what_it_is_about_and_explains_each_field(browser, agency):
    for lang, lead in (("/vi", "Tên, mô tả và lĩnh vực"), ("/en", "Name, description and theme")):
        browser.lang = lang
        browser.open("/dataset/new")
        assert lead in browser.text
        for label in browser.page.select("#dataset-edit label.form-label"):
            group = label.find_parent(class_="form-group")
            assert group.select_one(".hanoi-help"), label.get_text()


def test_a_value_stays_when_another_page_is_saved(browser, agency):
    first_page(browser, agency).send(contact_unit="Văn phòng")
    assert model.Package.get("truong-mam-non").extras["theme"] == '["giao-duc"]'


def test_what_was_chosen_can_be_taken_away_again(browser, agency):
    first_page(browser, agency)
    browser.open("/dataset/new/truong-mam-non/1").send(theme="")
    assert "theme" not in model.Package.get("truong-mam-non").extras


def test_an_error_is_said_at_the_field_and_the_page_can_be_sent_again(browser, agency):
    first_page(browser, agency)
    browser.open("/dataset/new/truong-mam-non/3").send(modified="hôm qua", frequency="DAILY")
    assert browser.page.select_one(".error-explanation a[href='#field-modified']")
    assert browser.page.select_one("#field-modified")["value"] == "hôm qua"
    assert browser.page.select_one("#field-frequency option[selected]")["value"] == "DAILY"
    browser.send(modified="01/02/2025")
    assert browser.step == "Điều khoản và mức truy cập"
    assert model.Package.get("truong-mam-non").extras["modified"] == "2025-02-01"


def test_core_data_can_not_be_made_public_in_the_form(browser, agency):
    first_page(browser, agency)
    browser.open("/dataset/new/truong-mam-non/4").send(sensitivity="core", private="False")
    assert browser.page.select_one(".error-explanation a[href='#field-private']")
    browser.send(private="True")
    assert model.Package.get("truong-mam-non").private is True


def test_a_published_dataset_is_changed_page_by_page(browser, agency, editor):
    factories.Dataset(name="cay-xanh", title="Cây xanh", owner_org=agency["id"], issued="2024",
                      user=editor)
    browser.open("/dataset/edit/cay-xanh/3")
    assert browser.page.select_one("#field-issued")["value"] == "2024"
    assert len(browser.page.select(".hanoi-steps a")) == 4
    browser.send(issued="Quý I/2024")
    assert model.Package.get("cay-xanh").extras["issued"] == "2024-01"


def test_a_long_list_is_searched_by_what_people_type(browser):
    browser.open("/dataset/new")
    select = browser.page.select_one("#field-theme")
    assert select["data-module"] == "hanoi-select"
    choice = select.select_one("option[value='giao-duc']")
    assert "Education" in choice["data-search"]
    agencies = browser.page.select_one("#field-organizations option[data-search*=sgdvdt]")
    assert agencies.get_text() == "Sở Giáo dục và Đào tạo"


def test_the_form_of_a_file_starts_with_four_fields(browser, agency, editor):
    factories.Dataset(name="cay-xanh", owner_org=agency["id"], user=editor)
    browser.open("/dataset/cay-xanh/resource/new")
    names = {k for k, _ in browser.fields(browser.page.select_one("#resource-edit"))}
    hidden = {k for k, _ in browser.fields(browser.page.select_one(".hanoi-more"))}
    assert {"url", "name", "description"} <= names - hidden
    assert {"encoding", "hash", "data_dictionary"} & hidden
    browser.send("#resource-edit", save="go-dataset-complete", url="https://example.org/a",
                 format="CSV", encoding="UTF-8", size="")
    resource = model.Package.get("cay-xanh").resources[0]
    assert (resource.format, resource.extras["encoding"]) == ("CSV", "UTF-8")


@pytest.fixture
def full(agency):
    return factories.Dataset(
        name="cay-xanh", title="Cây xanh", notes="Mô tả cây", owner_org=agency["id"],
        theme=["moi-truong"], frequency="ANNUAL", modified="2025-09-30", temporal_start="2020",
        spatial_coverage=["01"], license_id="vn-luat-gddt-2023", contact_email="a@hanoi.gov.vn",
        version="2", resources=[{"url": "https://example.org/a.csv", "name": "Tệp",
                                 "status": "COMPLETED", "encoding": "UTF-8"}],
        extras=[{"key": "ma_nguon", "value": "7"}],
    )


def test_the_page_shows_what_matters_by_its_vietnamese_name(browser, full):
    browser.open("/dataset/cay-xanh")
    facts = browser.page.select_one(".hanoi-facts").get_text(" ")
    for word in ("Sở Giáo dục và Đào tạo", "Môi trường", "30/09/2025", "Hằng năm",
                 "Thành phố Hà Nội", "Dữ liệu mở", "CSV"):
        assert word in facts
    assert "Điều 43" in browser.page.select_one(".hanoi-terms").get_text()
    assert "Sở Giáo dục và Đào tạo (2025). Cây xanh." in browser.text
    assert "ma_nguon" in browser.text
    assert "Only in Vietnamese" not in browser.text


def test_the_page_is_english_where_there_is_english_and_says_where_not(browser, full):
    browser.lang = "/en"
    browser.open("/dataset/cay-xanh")
    assert "Environment" in browser.page.select_one(".hanoi-facts").get_text()
    assert "Article 43" in browser.page.select_one(".hanoi-terms").get_text()
    heading = browser.page.select_one(".primary h1")
    assert "Only in Vietnamese" in heading.get_text()
    assert heading.select_one("[lang=vi]").get_text() == "Cây xanh"


def test_an_english_title_is_shown_to_english_readers_only(browser, agency):
    factories.Dataset(name="cay", title="Cây xanh", title_en="Trees", owner_org=agency["id"])
    titles = []
    for browser.lang in ("/en", "/vi"):
        heading = browser.open("/dataset/cay").page.select_one(".primary h1 [lang]")
        titles.append((heading["lang"], heading.get_text()))
    assert titles == [("en", "Trees"), ("vi", "Cây xanh")]


def test_fields_without_a_value_are_not_shown(browser, full):
    browser.open("/dataset/cay-xanh")
    assert "Số quyết định" not in browser.text


def test_the_page_of_a_file_names_each_field_once(browser, full):
    browser.open(f"/dataset/cay-xanh/resource/{full['resources'][0]['id']}")
    rows = [row.get_text(strip=True) for row in browser.page.select("tbody th")]
    assert "Bảng mã ký tự" in rows
    assert len(rows) == len(set(rows))
    assert "Hoàn thành" in browser.text


def test_markup_in_metadata_is_only_text(browser, agency):
    evil = "<script>alert(1)</script>"
    factories.Dataset(name="cay", title=evil, owner_org=agency["id"], rights=evil, version=evil,
                      legal_basis=evil, conforms_to=[evil], contact_unit=evil,
                      extras=[{"key": "x", "value": evil}])
    browser.open("/dataset/cay")
    scripts = browser.page.select("script")
    described = [s for s in scripts if s.get("type") == "application/ld+json"]
    assert not [s for s in scripts if "alert(1)" in s.get_text() and s not in described]
    assert described
    assert not [s for s in described if "<" in s.get_text()]


@pytest.mark.parametrize("title", ["", "   ", "\u00a0\u200b"])
def test_the_first_page_is_not_left_without_a_title(browser, agency, title):
    browser.open("/dataset/new").send(title=title, name="", notes="Mô tả", owner_org=agency["id"])
    assert browser.step == "Đây là dữ liệu gì"
    error = browser.page.select_one(".error-explanation a[href='#field-title']")
    assert error.get_text(strip=True) == "Tên tập dữ liệu"
    assert browser.page.select_one("#field-notes").get_text(strip=True) == "Mô tả"
    assert not model.Session.query(model.Package).count()
    browser.send(title="Cây xanh", name="")
    assert browser.path == "/vi/dataset/new/cay-xanh/2"


def test_a_draft_that_has_a_title_does_not_lose_it_on_the_first_page(browser, agency):
    first_page(browser, agency)
    browser.open("/dataset/new/truong-mam-non/1").send(title=" ")
    assert browser.page.select_one(".error-explanation a[href='#field-title']")
    assert model.Package.get("truong-mam-non").title == "Trường mầm non"
    browser.send(title="Trường công lập")
    assert browser.step == "Ai phụ trách"
    assert model.Package.get("truong-mam-non").title == "Trường công lập"


def test_a_draft_is_saved_without_a_title_where_that_is_what_was_pressed(browser, agency):
    browser.open("/dataset/new").send(save="draft", title="", name="", owner_org=agency["id"])
    [draft] = model.Session.query(model.Package)
    assert (draft.state, draft.title) == ("draft", "")


def test_without_an_address_the_form_goes_on_under_that_of_the_title(browser, agency):
    browser.open("/dataset/new").send(title="Cây xanh đường phố", name="", owner_org=agency["id"])
    assert browser.path == "/vi/dataset/new/cay-xanh-duong-pho/2"
    assert browser.step


def test_who_may_publish_for_several_agencies_chooses_one(browser, agency, editor):
    other = factories.Organization(
        title="Sở Y tế", title_en="Department of Health",
        users=[{"name": editor["name"], "capacity": "editor"}],
    )  # fmt: skip
    browser.open("/dataset/new")
    assert browser.page.select("#field-organizations option[selected]") == []
    assert browser.page.select_one("#field-organizations option")["value"] == ""
    browser.send(title="Cây xanh", owner_org="")
    assert browser.page.select_one(".error-explanation")
    browser.open("/dataset/new").send(title="Cây xanh", owner_org=other["id"])
    assert browser.path.endswith("/2")
    browser.lang = "/en"
    assert "Department of Health" in browser.open("/dataset/new").text


def test_the_enter_key_presses_no_button_by_surprise(browser, agency):
    browser.open("/dataset/new")
    buttons = browser.page.select("#dataset-edit button:not([type=button])")
    assert "btn-primary" in buttons[0]["class"]
    browser.send(title="Cây xanh", owner_org=agency["id"])
    browser.open("/dataset/cay-xanh/resource/new")
    assert browser.page.select("#resource-edit button:not([type=button])")[0].has_attr("disabled")
