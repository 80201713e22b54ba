"""A fault has a page that does not fail itself."""

from __future__ import annotations

import pytest
from flask import render_template

#: What CKAN notes of a request.
SEEN = {"CKAN_LANG": "vi", "CKAN_CURRENT_URL": "/"}


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    "given",
    [
        {"code": 500, "content": "Internal server error"},
        {"code": [404], "content": "x", "name": "y"},
        {"code": 418},
    ],
)
def test_the_page_of_an_error_is_shown_whatever_ckan_says_of_it(app, given):
    with app.flask_app.test_request_context("/", environ_overrides=SEEN):
        assert "<html" in render_template("error_document_template.html", **given)
