"""The catalog answers a browser."""
from __future__ import annotations


def test_the_home_page_is_vietnamese_by_default_and_english_on_request(page):
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "vi"
    page.goto("/en/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_sysadmin_signs_in(page, site):
    page.goto("/user/login")
    page.fill("#field-login", site.admin)
    page.fill("#field-password", site.password)
    page.click("button[type=submit]:not(.search-submit):has-text('Đăng nhập')")
    page.wait_for_url("**/dashboard/**")
    assert page.request.get("/ckan-admin/").status == 200
