"""What pages say of the use of data: what the agency or the source said, and no more."""
from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories

WORDS = "Chỉ dùng cho nghiên cứu, xem quy chế."
UNSTATED = "chưa nêu điều khoản"
PROMISE = "Được tự do sử dụng"
LAW = "vn-luat-gddt-2023"


@pytest.fixture
def text(app, agency):
    """The text of a dataset's page, or of its first file's, whose dataset has ``fields``."""

    def read(of_file=False, **fields):
        fields.setdefault("resources", [{"name": "Tệp", "url": "https://example.org/a.csv"}])
        dataset = factories.Dataset(owner_org=agency["id"], **fields)
        path = f"/vi/dataset/{dataset['name']}"
        if of_file:
            path += f"/resource/{dataset['resources'][0]['id']}"
        page = BeautifulSoup(app.get(path).body, "html.parser")
        for cited in page.select(".hanoi-citation"):  # has the catalog's name, "Dữ liệu mở"
            cited.decompose()
        return " ".join(page.select_one("[role=main]").get_text(" ").split())

    return read


@pytest.mark.parametrize("of_file", [False, True])
def test_a_licence_in_words_is_shown_as_the_source_gave_it(text, of_file):
    page = text(of_file, extras=[{"key": "license_text", "value": WORDS}])
    assert page.count(WORDS) == 1
    for wrong in (UNSTATED, PROMISE, "Dữ liệu mở", "license_text", "License text"):
        assert wrong not in page, wrong


@pytest.mark.parametrize("of_file", [False, True])
def test_free_reuse_is_not_promised_beside_other_words(text, of_file):
    assert PROMISE in text(of_file, license_id=LAW)
    page = text(of_file, license_id=LAW, extras=[{"key": "license_text", "value": WORDS}])
    assert WORDS in page
    assert PROMISE not in page


def test_a_files_own_words_stand_on_its_page_and_the_datasets(text):
    files = [{"name": "Tệp", "url": "https://example.org/a.csv", "license_text": WORDS}]
    for of_file in (False, True):
        page = text(of_file, resources=files)
        assert WORDS in page
        assert UNSTATED not in page
        assert PROMISE not in text(of_file, resources=files, license_id=LAW)


def test_a_dataset_without_a_word_says_so(text):
    assert UNSTATED in text()
