"""The workbook of an agency, with the datasets that it has now."""

from __future__ import annotations

import io
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.workbook import write_template

_PAGE = 500


def write(organization: model.Group | None, user: str, lang: str) -> bytes:
    """The workbook (XLSX) in ``lang``: of this organization as ``user`` sees it, else an empty
    one."""
    found = datasets(organization.id, user) if organization else []
    stream = io.BytesIO()
    write_template(stream, found, (organization.title or "") if organization else "", lang)
    return stream.getvalue()


def datasets(owner_org: str, user: str) -> list[dict[str, Any]]:
    """All datasets of the organization that the user may see, by title. ``tk.ValidationError``
    where there are more than a workbook may have: it would not be taken back."""
    most = int(tk.config.get("ckanext.hanoi.import.max_rows") or 0)
    found: list[dict[str, Any]] = []
    while True:
        answer = tk.get_action("package_search")(
            {"user": user},
            {
                "q": "*:*",
                "fq": f'owner_org:"{owner_org}" AND dataset_type:dataset',
                "sort": "id asc",
                "rows": _PAGE,
                "start": len(found),
                "include_private": True,
                "include_drafts": True,
            },
        )
        if most and answer["count"] > most:
            message = tk._(
                "The agency has %(count)s datasets, a workbook can have %(most)s: change them by "
                "the API, or ask the administrators to raise ckanext.hanoi.import.max_rows"
            )
            raise tk.ValidationError(
                {"owner_org": [message % {"count": answer["count"], "most": most}]}
            )
        found.extend(answer["results"])
        if not answer["results"] or len(found) >= answer["count"]:
            return sorted(found, key=lambda dataset: sort_key(dataset.get("title") or ""))


def file_name(organization: model.Group | None) -> str:
    """What the workbook is called when it is saved."""
    return f"{organization.name if organization else 'mau-danh-muc'}.xlsx"
