"""The scripts that make an address of a title: in CKAN's own form markup, and in our forms."""
from __future__ import annotations

import json
from pathlib import Path

import ckan
import pytest
from playwright.sync_api import Page, expect

import ckanext.hanoi
from ckanext.hanoi.vietnamese import slug, sort_key
from ckanext.hanoi.vocabulary import vocabulary

CASES = json.loads((Path(__file__).parents[1] / "data" / "slug_cases.json").read_text("utf-8"))
OURS = Path(ckanext.hanoi.__file__).parent / "assets" / "js"
CKANS = Path(ckan.__file__).parent / "public" / "base"
CKANS_SCRIPTS = (
    "vendor/jquery.js", "vendor/jed.js", "javascript/plugins/jquery.inherit.js",
    "javascript/plugins/jquery.proxy-all.js", "javascript/plugins/jquery.url-helpers.js",
    "javascript/plugins/jquery.slug.js", "javascript/plugins/jquery.slug-preview.js",
    "javascript/sandbox.js", "javascript/module.js", "javascript/pubsub.js",
    "javascript/i18n.js", "javascript/modules/slug-preview.js",
)  # fmt: skip
# As CKAN's templates write it, package/snippets/package_basic_fields.html.
STOCK_FORM = """
<form>
  <div class="form-group"><input id="field-title" data-module="slug-preview-target"></div>
  <div class="form-group"><input id="field-name" data-module="slug-preview-slug"
    data-module-prefix="example.org/dataset/" data-module-placeholder="&lt;dataset&gt;"></div>
</form>
"""


@pytest.fixture
def blank(chromium):
    """An empty page, without any server."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def module(blank) -> Page:
    blank.add_script_tag(path=OURS / "vietnamese.js")
    return blank


def _stock_form(page: Page, *scripts: Path) -> Page:
    page.set_content(STOCK_FORM)
    for script in (*(CKANS / name for name in CKANS_SCRIPTS), *scripts):
        page.add_script_tag(path=script)
    page.evaluate("ckan.module.initialize()")
    return page


@pytest.fixture
def form(blank) -> Page:
    return _stock_form(blank, OURS / "vietnamese.js", OURS / "slug.js")


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_the_script_makes_the_slugs_of_the_server(module, case):
    assert module.evaluate("text => hanoiVietnamese.slug(text)", case["text"]) == case["slug"]


def test_script_and_server_agree_on_every_latin_letter_mark_and_sign(module):
    ranges = ((0x20, 0x24F), (0x250, 0x370), (0x1E00, 0x1F00), (0x2000, 0x2190), (0xFB00, 0xFB07),
              (0xFF01, 0xFF5F))  # fmt: skip
    texts = [f"a{chr(code)}b{chr(code)}c" for start, end in ranges for code in range(start, end)]
    theirs = module.evaluate("texts => texts.map(hanoiVietnamese.slug)", texts)
    assert [t for t, one in zip(texts, theirs, strict=True) if one != slug(t)] == []


def test_a_slug_follows_the_title_in_ckans_own_form(form):
    form.locator("#field-title").press_sequentially("Dan so ")
    form.keyboard.insert_text("phường Đống Đa")
    expect(form.locator("#field-name")).to_have_value("dan-so-phuong-dong-da")
    expect(form.locator(".slug-preview-value")).to_have_text("dan-so-phuong-dong-da")


def test_without_the_script_ckans_form_is_as_always(blank):
    plain = _stock_form(blank)
    plain.fill("#field-title", "Đống Đa")
    assert plain.input_value("#field-name") != slug("Đống Đa")


def test_a_long_title_is_cut_between_words_while_it_is_typed(form):
    title = "Danh mục dữ liệu mở của cơ quan nhà nước trên địa bàn thành phố Hà Nội " * 3
    form.fill("#field-title", title)
    expect(form.locator("#field-name")).to_have_value(slug(title))
    assert 50 < len(slug(title)) <= 100


def test_letters_typed_into_the_address_itself_lose_their_accents_where_they_stand(form):
    form.click(".slug-preview button")
    form.fill("#field-name", "ha-noi")
    name = form.locator("#field-name")
    name.evaluate("field => field.setSelectionRange(3, 3)")
    name.press_sequentially("đô ")
    expect(name).to_have_value("ha-do-noi")
    assert name.evaluate("field => field.selectionStart") == 6


def test_the_address_is_tidied_when_its_field_is_left(form):
    form.click(".slug-preview button")
    form.fill("#field-name", " Giá đất (2025) ")
    form.locator("#field-name").blur()
    expect(form.locator("#field-name")).to_have_value("gia-dat-2025")


def test_the_order_of_names_is_that_of_the_browsers_vietnamese_collation(module):
    names = [term.vi for term in vocabulary("ward").terms]
    names += [word.title() for word in "bà bả bã bá bạ ba ăn an ấn đa da ở ô o ơ ư u y".split()]
    theirs = module.evaluate(
        "names => names.sort(new Intl.Collator('vi', {caseFirst: 'lower'}).compare)", names
    )
    assert len(names) > 126
    assert sorted(names, key=sort_key) == theirs


@pytest.fixture
def editor(page, site) -> Page:
    page.goto("/user/login")
    page.fill("input[name=login]", site.admin)
    page.fill("input[name=password]", site.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/dashboard**")
    return page


@pytest.mark.parametrize("address", ["/dataset/new", "/organization/new"])
def test_the_catalogs_forms_make_vietnamese_addresses(editor, address):
    editor.goto(address)
    # CKAN's modules are at work
    expect(editor.locator(".slug-preview")).to_be_visible()
    editor.locator("#field-title").press_sequentially("Quan ")
    editor.keyboard.insert_text("Đống Đa")
    expect(editor.locator("#field-name")).to_have_value("quan-dong-da")
