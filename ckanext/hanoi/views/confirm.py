"""Buttons that ask first, where the browser could not ask."""
from __future__ import annotations

import ckan.plugins.toolkit as tk


def confirm_post() -> str | None:
    """The page with the question, for a button that was pressed before, or without, its script.

    CKAN's ``confirm-action`` sends the form without the button; only a browser that has not asked
    sends ``ask``, the question. To be called before each request of a blueprint.
    """
    form = tk.request.form
    if tk.request.method != "POST" or "ask" not in form:
        return None
    without = {"ask", tk.config["WTF_CSRF_FIELD_NAME"]}
    fields = [(name, value) for name, value in form.items(multi=True) if name not in without]
    back = tk.request.referrer or ""
    return tk.render("hanoi/page/ask.html", {
        "question": form["ask"], "fields": fields,
        "back": back if tk.h.url_is_local(back) else tk.url_for("home.index"),
    })  # fmt: skip
