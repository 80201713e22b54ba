"""Security headers of pages: by default, by options, and where another site shows a view."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture
def view():
    dataset = factories.Dataset(owner_org=factories.Organization()["id"])
    resource = factories.Resource(package_id=dataset["id"], url="https://example.org/a.png",
                                  format="PNG")
    user = {"user": factories.Sysadmin()["name"]}
    made = helpers.call_action("resource_view_create", user, resource_id=resource["id"],
                               title="Hình", view_type="image_view")
    return f"/dataset/{dataset['id']}/resource/{resource['id']}/view/{made['id']}"


@pytest.mark.parametrize("page", ["/", "/en/dataset/", "/organization/", "/user/login", "/about",
                                  "/khong-co", "/hanoi/quality", "/dataset/new"])
def test_every_page_has_them_errors_too(app, page):
    headers = app.get(page, follow_redirects=False).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'self'",
                 "frame-ancestors 'self'", "form-action 'self'"):
        assert part in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("page", ["/api/3/action/status_show", "/base/vendor/jquery.js",
                                  "/robots.txt", "/catalog.ttl", "/feeds/dataset.atom"])
def test_nothing_is_sniffed(app, page):
    assert app.get(page).headers["X-Content-Type-Options"] == "nosniff"


def test_a_view_may_be_shown_by_another_site_and_the_page_around_it_not(app, view):
    headers = app.get(view).headers
    assert "frame-ancestors *" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers
    around = app.get(view.partition("/view/")[0]).headers
    assert around["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.ckan_config("ckanext.hanoi.security.embedding", False)
def test_embedding_can_be_switched_off(app, view):
    assert app.get(view).headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.ckan_config("ckanext.hanoi.security.headers", False)
def test_all_of_them_can_be_switched_off(app):
    headers = app.get("/about").headers
    assert "Content-Security-Policy" not in headers
    assert "X-Frame-Options" not in headers


@pytest.mark.ckan_config("ckanext.hanoi.security.csp", "default-src 'self' https://example.org")
@pytest.mark.ckan_config("ckanext.hanoi.security.frame_ancestors", "https://example.vn")
def test_an_admin_has_a_policy_of_his_own(app):
    headers = app.get("/about").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self' https://example.org; frame-ancestors https://example.vn"
    )
    assert "X-Frame-Options" not in headers


@pytest.mark.ckan_config("ckanext.hanoi.security.csp", "off")
def test_the_policy_alone_can_be_switched_off(app):
    headers = app.get("/about").headers
    assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"


def test_robots_are_asked_to_leave_combinations_of_facets_alone(app):
    text = app.get("/robots.txt").body
    lines = text.splitlines()
    assert lines[0] == "User-agent: *"
    for facet in ("tags", "res_format", "vocab_theme", "organization", "sort"):
        assert f"Disallow: /*?*{facet}=" in lines
    assert "Disallow: /api/" in lines
    assert any(line.startswith("Sitemap: http") for line in lines)
    assert "Disallow: /" not in lines
    assert text.count("User-agent:") == 1


def test_a_form_may_be_open_for_hours():
    assert tk.config.get("WTF_CSRF_TIME_LIMIT") == 12 * 3600
