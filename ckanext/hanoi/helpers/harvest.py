"""Template helpers of the harvester's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from markupsafe import Markup

from ckanext.hanoi.svg_chart import Column, bars


def hanoi_in_language(texts: Mapping[str, str]) -> str:
    """The text of ``{"vi", "en"}`` in the reader's language."""
    return texts.get("vi" if tk.h.lang() == "vi" else "en") or texts.get("vi", "")


def hanoi_kind(kind: str) -> str:
    """The title of a kind of source in the reader's language."""
    from ckanext.hanoi.harvest.connectors import kinds

    connector = kinds().get(kind)
    return hanoi_in_language(connector.title) if connector else kind


def hanoi_plain(value: Any) -> list[str]:
    """A field's value as lines to read: one for each tag, code, resource or extra."""
    entries = value if isinstance(value, list) else [value]
    return [text for text in map(_line, entries) if text]


def _line(entry: Any) -> str:
    if isinstance(entry, Mapping):
        told = [f"{key}: {part}" for key, part in entry.items() if part not in (None, "", [], {})]
        return str(entry.get("name") or "") if set(entry) == {"name"} else "; ".join(told)
    if isinstance(entry, bool):
        return tk._("Yes") if entry else tk._("No")
    return "" if entry is None else str(entry)


def hanoi_run_status(status: str) -> str:
    """The status of a run in words."""
    from ckanext.hanoi.harvest.engine.notify import status_label

    return status_label(status)


def hanoi_change(action: str) -> str:
    """What a run did to a dataset, in words."""
    return {
        "created": tk._("created"),
        "updated": tk._("updated"),
        "removed": tk._("removed"),
        "missing": tk._("missing at the source"),
        "failed": tk._("failed"),
        "excluded": tk._("left out by the filters"),
    }.get(action, action)


def hanoi_result(run: Mapping[str, Any]) -> str:
    """What a run came to, in a line: why it failed or waits, the numbers that aren't zero, or that
    nothing changed."""
    counts = run["counts"]
    told = [run["message"]] if run.get("message") else []
    told += [
        f"{hanoi_change(name)}: {counts[name]}"
        for name in ("created", "updated", "removed", "missing", "failed")
        if counts.get(name)
    ]
    ended = run["status"] == "finished"
    return " · ".join(told) or (tk._("Nothing has changed.") if ended else "")


def hanoi_stage(stage: str) -> str:
    """Where a record failed, in words."""
    return {
        "reading": tk._("while it was read"),
        "mapping": tk._("while it was mapped"),
        "validation": tk._("the dataset's rules"),
        "writing": tk._("while it was written"),
        "indexing": tk._("in the search index"),
        "removal": tk._("before it was removed"),
    }.get(stage, stage)


def hanoi_schedule(schedule: str) -> str:
    """A schedule in words; cron as it is."""
    return {
        "": tk._("by hand"),
        "hourly": tk._("hourly"),
        "daily": tk._("daily"),
        "weekly": tk._("weekly"),
        "monthly": tk._("monthly"),
    }.get(schedule, schedule)


def hanoi_run_chart(runs: list[dict[str, Any]]) -> Markup:
    """The history of a source as a small chart; the table beside it says the same."""
    series = [
        ("created", tk._("created")),
        ("updated", tk._("updated")),
        ("removed", tk._("removed")),
        ("failed", tk._("failed")),
    ]
    columns = [
        Column(
            tk.h.render_datetime(run["created"], with_hours=True),
            tk.h.render_datetime(run["created"]),
            run["counts"],
            hanoi_run_status(run["status"]) if run["status"] in ("failed", "aborted") else "",
        )
        for run in reversed(runs[:30])
    ]
    chart = Markup(bars(tk._("Datasets changed by each run"), columns, series))
    shown = [
        (name, label) for name, label in series if any(one.numbers.get(name) for one in columns)
    ]
    if any(one.mark for one in columns):
        shown.append(("mark", tk._("run that failed or was stopped")))
    legend = Markup("").join(
        Markup('<li><span class="hanoi-swatch hanoi-swatch-{}"></span> {}</li>').format(name, label)
        for name, label in shown
    )
    return chart + Markup('<ul class="hanoi-legend">{}</ul>').format(legend) if chart else chart


def hanoi_harvest_origin(package_id: str) -> dict[str, Any] | None:
    """Where a dataset was harvested, or None; one query where it was not."""
    if not tk.h.plugin_loaded("hanoi_harvest"):
        return None
    from ckanext.hanoi.model.harvest import Identity, Source

    row = model.Session.execute(
        sa.select(Identity, Source)
        .join(Source, Source.id == Identity.source_id)
        .where(Identity.package_id == package_id, Identity.state.not_in(("yielded", "removed")))
        .limit(1)
    ).first()
    if row is None:
        return None
    identity, source = row
    return {
        "state": identity.state,
        "kept_fields": identity.kept_fields,
        "created": identity.created.isoformat(),
        "modified": identity.modified.isoformat(),
        "missing_since": identity.missing_since.isoformat() if identity.missing_since else None,
        "source_name": source.name,
        "source_title": source.title or source.name,
    }


def hanoi_kept_field_choices() -> list[dict[str, str]]:
    """The fields that an editor may keep, ``[{"name", "label"}]``, in the order of the form."""
    from ckanext.hanoi.dataset.fields import FIELDS

    return [
        {"name": name, "label": label}
        for name, label in hanoi_field_labels().items()
        if name in FIELDS and name not in ("resources", "extras")
    ]


def hanoi_field_labels() -> dict[str, str]:
    """The names of a dataset's fields and what the form calls them, in the order of the form."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    labels = {}
    for field in schema.get("dataset_fields", ()):
        name = "tags" if field["field_name"] == "tag_string" else field["field_name"]
        labels[name] = tk.h.scheming_language_text(field.get("label") or name)
    return {**labels, "resources": tk._("Data and Resources"), "extras": tk._("Additional Info")}
