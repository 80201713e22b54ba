"""The publisher's workbook through CKAN's API: out with the datasets of an agency, back in with a
preview, a run in the background, and a report for each row."""

from __future__ import annotations

import base64
import os
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model

from ckanext.hanoi import language
from ckanext.hanoi.imports import jobs, report, store, template, worker
from ckanext.hanoi.imports.merge import Change
from ckanext.hanoi.imports.plan import ImportScope, Planned, plan
from ckanext.hanoi.imports.serialize import plain
from ckanext.hanoi.logic.schema import imports as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.messages import SourceError
from ckanext.hanoi.model.imports import OPEN, Import, ImportRow

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: So many rows are looked at while the sender waits; more are a matter for the background.
_AT_ONCE = 30
#: So many, where the sender asks for nothing else than a preview.
_PREVIEWED = 200


def _agency(name: str) -> model.Group:
    group = model.Group.get(name)
    if group is None or not group.is_organization or group.state != "active":
        raise tk.ObjectNotFound(tk._("There is no agency “%(name)s”") % {"name": name})
    return group


def _import(data_dict: dict[str, Any]) -> Import:
    entry = model.Session.get(Import, str(tk.get_or_bust(data_dict, "id")))
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no such import"))
    return entry


def _now(import_id: str) -> dict[str, Any]:
    """The import as it is in the database by now."""
    model.Session.expire_all()
    return report.shown(_import({"id": import_id}))


def _user(context: Any) -> model.User:
    user = model.User.get(context.get("user") or "")
    if user is None:
        # the command line: CKAN's own user
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        user = model.User.get(site_user["name"])
    assert user
    return user


def _refused(message: str) -> tk.ValidationError:
    return tk.ValidationError({"import": [message]})


def _read(data: dict[str, Any]) -> tuple[Any, str]:
    upload = data.get("upload")
    stream: Any = getattr(upload, "stream", upload)
    if not hasattr(stream, "read"):
        raise tk.ValidationError({"upload": [tk._("Choose the file of the workbook")]})
    try:
        return store.read(stream)
    except SourceError as error:
        text = tk._(error.message)
        raise tk.ValidationError(
            {"upload": [text % error.params if error.params else text]}
        ) from None


def _file_name(data: dict[str, Any]) -> str:
    given = data.get("file_name") or getattr(data.get("upload"), "filename", None) or ""
    return os.path.basename(str(given).replace("\\", "/").replace("\0", ""))[:200]


@tk.side_effect_free
def hanoi_template_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The workbook for the datasets of an agency, with those that it has now.

    :param owner_org: name or id of the agency; without it, an empty workbook
    :param lang: ``vi`` or ``en``, the language of headings and choices (default: the reader's)

    :returns: ``name`` of the file, ``media_type`` and ``content`` in Base64
    """
    tk.check_access("hanoi_template_show", context, data_dict)
    data = checked(data_dict, schema.template_show())
    agency = _agency(data["owner_org"]) if data.get("owner_org") else None
    user = context.get("user") or _user(context).name
    content = template.write(agency, user, data.get("lang") or language.vi_or_en())
    return {
        "name": template.file_name(agency),
        "media_type": _XLSX,
        "content": base64.b64encode(content).decode(),
    }


def hanoi_import_preview(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What a workbook would do, row by row; nothing is kept and nothing written.

    :param owner_org: name or id of the agency
    :param upload: the file: XLSX, ODS, XLS or CSV
    :param private: new datasets are private (default: public)
    :param overwrite: the file wins over what others changed since it was made (default: no)
    :param limit: so many rows at most (default and most: 200; ``hanoi_import_create`` looks at
      all of them, in the background)

    :returns: ``counts``, ``ignored`` headings, ``truncated`` and ``rows``: see
      ``hanoi_import_show``
    """
    tk.check_access("hanoi_import_preview", context, data_dict)
    limit = _asked(context, data_dict)
    data = checked(data_dict, schema.import_create())
    entry = _agency(data["owner_org"])
    returned, _digest = _read(data)
    agency = ImportScope(entry.id, _user(context).name, bool(data.get("private")),
                    bool(data.get("overwrite")))  # fmt: skip
    shown = [
        _previewed(number, row, plan(agency, row, returned.columns))
        for number, row in enumerate(returned.rows[:limit], start=1)
    ]
    model.Session.rollback()
    for problem in returned.problems:
        shown.append(_previewed(len(shown) + 1, None, Planned("", problems=[problem])))
    results = [row["result"] for row in shown]
    counts = {"rows": len(shown), **{name: results.count(name) for name in report.RESULTS}}
    return {
        "counts": {**counts, "done": 0},
        "ignored": returned.ignored,
        "truncated": limit is not None and len(returned.rows) > limit,
        "rows": shown,
    }


def _asked(context: Any, data_dict: dict[str, Any]) -> int | None:
    """How many rows are looked at; None for all, which the command line alone does."""
    fields = {"limit": [tk.get_validator("ignore_empty"),
                        tk.get_validator("natural_number_validator")]}  # fmt: skip
    given = checked({"limit": data_dict.get("limit")}, fields).get("limit")
    if context.get("hanoi_inline"):
        return given or None
    return min(given or _PREVIEWED, _PREVIEWED)


def _previewed(number: int, row: Any, made: Planned) -> dict[str, Any]:
    changes: Change = made.change
    result = "error" if made.problems else "unchanged" if made.action == "none" else made.action
    where = made.problems[0].params if row is None else {"sheet": row.sheet, "row": row.row}
    return {
        "number": number,
        "sheet": where.get("sheet", ""),
        "row": where.get("row", 0),
        "title": (row.title if row else "") or made.current.get("title") or "",
        "action": made.action,
        "status": "ready" if result == made.action else result,
        "result": result,
        "package_id": made.package_id,
        "package_name": made.current.get("name"),
        "messages": [report.message(plain(problem)) for problem in made.problems],
        "changes": [
            {"field": e.field, "resource": e.resource, "old": e.old, "new": e.new}
            for e in changes.entries
        ],
    }


def hanoi_import_create(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take in a workbook and make its preview; datasets are written by ``hanoi_import_run``.

    :param owner_org: name or id of the agency
    :param upload: the file: XLSX, ODS, XLS or CSV
    :param file_name: its name, where the upload has none
    :param private: new datasets are private (default: public)
    :param overwrite: the file wins over what others changed since it was made (default: no)

    :returns: the import, as ``hanoi_import_show`` without its rows. ``status`` is ``checking``
      as long as the preview of a large file is being made, then ``ready``
    """
    tk.check_access("hanoi_import_create", context, data_dict)
    data = checked(data_dict, schema.import_create())
    agency = _agency(data["owner_org"])
    returned, digest = _read(data)
    store.forget()
    about = {
        "owner_org": agency.id,
        "user_id": _user(context).id,
        "file_name": _file_name(data),
        "digest": digest,
        "lang": language.vi_or_en(),
        "options": {name: bool(data.get(name)) for name in ("private", "overwrite")},
    }
    import_id = store.add(returned, about)
    return _look_at(context, import_id, len(returned.rows))


def _look_at(context: Any, import_id: str, number: int) -> dict[str, Any]:
    if context.get("hanoi_inline") or number <= _AT_ONCE:
        worker.run_import(import_id, context.get("hanoi_progress"))
    else:
        jobs.enqueue(import_id)
    return _now(import_id)


def hanoi_import_check(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make the preview again: with other choices, or because the catalog has changed.

    :param id: the import, which must be ``ready``
    :param private: as for ``hanoi_import_create``; what is not given stays
    :param overwrite: likewise
    """
    tk.check_access("hanoi_import_check", context, data_dict)
    entry = _import(data_dict)
    data = checked(data_dict, schema.import_check())
    options = {**entry.options, **{n: bool(data[n]) for n in ("private", "overwrite") if n in data}}
    if not store.move(entry.id, "checking", "ready", options=options, user_id=_user(context).id):
        raise _refused(tk._("The preview can only be made again before the import is started"))
    rows: Any = model.Session.execute(
        sa.update(ImportRow)
        .where(ImportRow.import_id == entry.id, ImportRow.data.is_not(None))
        .values(status="waiting", action="", problems=[], entries=None)
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    return _look_at(context, entry.id, rows.rowcount)


def hanoi_import_run(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Write the datasets of an import whose preview is ready, in the background and as the user
    who calls this. Rows with an error are left out and stop no other.

    :param id: the import
    """
    tk.check_access("hanoi_import_run", context, data_dict)
    entry = _import(data_dict)
    counts = store.counts(entry.id)
    if entry.status == "checking" or counts["waiting"]:
        raise _refused(tk._("The preview is still being made: wait until it is complete"))
    left = counts["create"] + counts["update"] - counts["done"]
    if entry.status in ("ready", "failed", "aborted") and not left:
        raise _refused(tk._("There is nothing to do: no row would change anything"))
    values = {"user_id": _user(context).id, "lang": language.vi_or_en(), "finished": None,
              "message": None, "params": {}}  # fmt: skip
    if not store.move(entry.id, "queued", "ready", "failed", "aborted", **values):
        raise _refused(tk._("The import has been started already"))
    if context.get("hanoi_inline"):
        worker.run_import(entry.id, context.get("hanoi_progress"))
    else:
        jobs.enqueue(entry.id)
    return _now(entry.id)


def hanoi_import_abort(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Stop an import, or put a preview away. What has been written stays.

    :param id: the import
    """
    tk.check_access("hanoi_import_abort", context, data_dict)
    entry = _import(data_dict)
    if not store.move(entry.id, "aborted", *OPEN, "ready"):
        raise _refused(tk._("The import has ended already"))
    return _now(entry.id)


@tk.side_effect_free
def hanoi_import_show(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An import with its rows.

    :param id: the import
    :param result: only rows that are ``create``, ``update``, ``unchanged``, ``error`` or
      ``waiting``
    :param q: only rows with this in their title, or of this number in the sheet
    :param limit: rows at most (default 100, up to 1000)
    :param offset: rows to leave out at the beginning

    :returns: ``status``, ``counts`` (``rows, waiting, create, update, unchanged, error, done``),
      ``rows_total`` that fit and ``rows``, each with ``sheet``, ``row``, ``title``, ``result``,
      ``status`` (``done`` when it is written), ``package_id``, ``package_name``, ``messages`` and
      ``changes`` (``field``, ``resource``, ``old``, ``new``)
    """
    tk.check_access("hanoi_import_show", context, data_dict)
    entry = _import(data_dict)
    data = checked(data_dict, schema.import_show())
    if entry.status in OPEN:
        # a job that was lost with its worker is found by whoever looks
        jobs.resume(entry.id)
    rows, total = report.rows(
        entry.id, data.get("result", ""), data.get("q", ""), data["limit"], data["offset"]
    )
    return {**report.shown(entry), "rows_total": total, "rows": rows}


@tk.side_effect_free
def hanoi_import_list(context: Any, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Imports, the newest first: those of the agencies whose editor the user is.

    :param owner_org: those of one agency
    :param status: those with this status
    :param limit: at most (default 20, up to 1000)
    :param offset: imports to leave out at the beginning
    """
    tk.check_access("hanoi_import_list", context, data_dict)
    data = checked(data_dict, schema.import_list())
    query = sa.select(Import).order_by(Import.created.desc())
    if data.get("owner_org"):
        query = query.where(Import.owner_org == _agency(data["owner_org"]).id)
    elif not context.get("ignore_auth") and not authz.is_sysadmin(context.get("user")):
        own = tk.get_action("organization_list_for_user")(
            {"user": context["user"]}, {"permission": "create_dataset"}
        )
        query = query.where(Import.owner_org.in_([one["id"] for one in own]))
    if data.get("status"):
        query = query.where(Import.status == data["status"])
    found: Any = model.Session.execute(query.limit(data["limit"]).offset(data["offset"]))
    return [report.shown(entry) for entry in found.scalars().all()]
