"""What protects every page and file of the catalog, CKAN's own too."""
from __future__ import annotations

from flask import Blueprint

from ckanext.hanoi.dataset import types
from ckanext.hanoi.web import csrf, odd_links, security_headers, stored_files

hanoi_security = Blueprint("hanoi_security", __name__)
hanoi_security.before_app_request(stored_files.clean_name)
hanoi_security.before_app_request(csrf.check)
hanoi_security.before_app_request(odd_links.refuse)
# Flask calls the last one first: the headers of a stored file are there when the others come
hanoi_security.after_app_request(security_headers.add)
hanoi_security.after_app_request(stored_files.secure)
types.serve(hanoi_security)
