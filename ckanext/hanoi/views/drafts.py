"""Pages of drafts, under /hanoi/drafts: the list, deleting, and the form's button "Save draft"."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.navl.dictization_functions import DataError, unflatten
from ckan.logic import clean_dict, parse_params, tuplize_dict
from ckan.views.dataset import EditView
from ckan.views.resource import CreateView as ResourceCreateView
from ckanext.scheming.views import SchemingCreateView
from flask import Blueprint

from ckanext.hanoi.paging import Page
from ckanext.hanoi.views.actions import call, refuse

hanoi_drafts = Blueprint("hanoi_drafts", __name__, url_prefix="/hanoi/drafts")

_PAGE = 50
_TYPE = "dataset"


@hanoi_drafts.route("")
def index() -> Any:
    """The reader's drafts."""
    if not tk.current_user.is_authenticated:
        refuse()
    number = tk.h.get_page_number(tk.request.args)
    found = call("hanoi_draft_list", limit=_PAGE, offset=(number - 1) * _PAGE)
    pager = Page(found["results"], page=number, size=_PAGE, count=found["count"])
    return tk.render("hanoi/drafts/index.html", {
        "drafts": found["results"], "count": found["count"], "page": pager,
    })  # fmt: skip


@hanoi_drafts.route("/<id>/delete", methods=["GET", "POST"])
def delete(id: str) -> Any:
    """Asks, then deletes a draft."""
    draft = call("package_show", id=id)
    if not tk.h.check_access("package_delete", {"id": draft["id"]}):
        return refuse(tk._("You may not edit this draft"))
    if not draft["state"].startswith("draft"):
        return tk.abort(404, tk._("This dataset is no draft any more"))
    if tk.request.method == "GET":
        return tk.render("hanoi/drafts/delete.html", {"draft": draft})
    call("package_delete", id=draft["id"])
    tk.h.flash_success(tk._("The draft is deleted"))
    return tk.redirect_to("hanoi_drafts.index")


def _form() -> dict[str, Any]:
    try:
        data = clean_dict(unflatten(tuplize_dict(parse_params(tk.request.form))))
    except DataError:
        return tk.abort(400, tk._("The request can't be understood."))
    for name in ("save", "_ckan_phase", "pkg_name"):
        data.pop(name, None)
    return data


def _saved() -> Any:
    tk.h.flash_success(tk._("The draft is saved. Go on with it whenever you like."))
    return tk.redirect_to("hanoi_drafts.index")


@hanoi_drafts.route("/save", methods=["POST"])
def save_new() -> Any:
    """The first page of the form, saved as it is."""
    data = _form()
    try:
        tk.get_action("hanoi_draft_save")({}, dict(data))
    except tk.NotAuthorized as error:
        return refuse(str(error))
    except tk.ValidationError as error:
        tk.g.form_action = tk.h.url_for(f"{_TYPE}.new")
        return SchemingCreateView().get(
            _TYPE, {**data, "state": "none"}, error.error_dict, error.error_summary
        )
    return _saved()


@hanoi_drafts.route("/save/<id>/<int:page>", methods=["POST"])
def save_page(id: str, page: int) -> Any:
    """A page of the form, saved as it is."""
    data = _form()
    try:
        tk.get_action("hanoi_draft_save")({}, {**data, "id": id})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized as error:
        return refuse(str(error))
    except tk.ValidationError as error:
        shown = {**data, "state": "draft", "_form_page": page}
        return EditView().get(_TYPE, id, shown, error.error_dict, error.error_summary)
    return _saved()


@hanoi_drafts.route("/save/<id>/resource", methods=["POST"])
def save_resource(id: str) -> Any:
    """The form's last step: the file, if there is one, is kept; the dataset stays a draft."""
    draft = call("package_show", id=id)
    data = _form()
    data.update(clean_dict(unflatten(tuplize_dict(parse_params(tk.request.files)))))
    resource_id = data.pop("id", None)
    given = any(value for key, value in data.items() if key not in ("resource_type", "url_type"))
    if given:
        action = "resource_update" if resource_id else "resource_create"
        if resource_id:
            data["id"] = resource_id
        try:
            tk.get_action(action)({}, {**data, "package_id": draft["id"]})
        except tk.NotAuthorized as error:
            return refuse(str(error))
        except tk.ValidationError as error:
            return ResourceCreateView().get(
                _TYPE, draft["name"], data, error.error_dict, error.error_summary
            )
    return _saved()
