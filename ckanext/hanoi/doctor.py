"""Checks of an installation, each a function that returns one finding; found by their decorator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan import plugins as p


@dataclass(frozen=True)
class CheckResult:
    """``level`` is ok, warning (works, but not all of it) or error (does not work)."""

    name: str
    level: str
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


#: After so long nobody looks after schedules any more.
_SILENT = timedelta(minutes=5)
_CHECKS: list[Callable[[], CheckResult]] = []


def checks() -> list[Callable[[], CheckResult]]:
    """All checks, in the order in which they help."""
    return list(_CHECKS)


def _check(name: str) -> Callable[[Callable[[], CheckResult]], Callable[[], CheckResult]]:
    """Registers a check; whatever it raises is its finding."""

    def register(function: Callable[[], CheckResult]) -> Callable[[], CheckResult]:
        def guarded() -> CheckResult:
            try:
                return function()
            except Exception as error:  # the doctor goes on where a server is down
                model.Session.rollback()
                return CheckResult(name, "error", f"{type(error).__name__}: {str(error)[:300]}")

        _CHECKS.append(guarded)
        return guarded

    return register


@_check("plugins")
def _plugins() -> CheckResult:
    missing = [
        name
        for name in ("scheming_datasets", "scheming_organizations", "hanoi")
        if not p.plugin_loaded(name)
    ]
    if missing:
        remedy = f"Add to ckan.plugins: {' '.join(missing)}"
        return CheckResult("plugins", "error", f"not enabled: {', '.join(missing)}", remedy)
    order = tk.aslist(tk.config.get("ckan.plugins") or [])
    if order.index("hanoi") > order.index("scheming_datasets"):
        text = "hanoi stands behind scheming_datasets, which hides its templates"
        return CheckResult(
            "plugins", "error", text, "Put hanoi before scheming_datasets in ckan.plugins"
        )
    optional = [name for name in ("hanoi_harvest", "dcat") if not p.plugin_loaded(name)]
    if optional:
        text = f"not enabled: {', '.join(optional)} (harvesting, DCAT output)"
        return CheckResult("plugins", "warning", text, f"Add to ckan.plugins: {' '.join(optional)}")
    return CheckResult("plugins", "ok", "all enabled")


@_check("schema")
def _schema() -> CheckResult:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    names = {field["field_name"] for field in schema.get("dataset_fields", ())}
    wanted = {"title_en", "theme", "frequency", "access_level", "sensitivity"}
    if not wanted <= names:
        text = f"the dataset schema lacks {', '.join(sorted(wanted - names))}"
        remedy = (
            "Set scheming.dataset_schemas = ckanext.hanoi:schemas/dataset.yaml, or leave it out"
        )
        return CheckResult("schema", "error", text, remedy)
    organization = tk.h.scheming_get_organization_schema("organization") or {}
    names = {field["field_name"] for field in organization.get("fields", ())}
    if not {"hanoi_agency", "hanoi_seed", "title_en"} <= names:
        text = "the organizations' schema lacks the fields of agencies"
        remedy = ("Set scheming.organization_schemas = ckanext.hanoi:schemas/organization.yaml, "
                  "or leave it out")
        return CheckResult("schema", "error", text, remedy)
    return CheckResult("schema", "ok", "the schemas are ours, or have their fields")


@_check("licences")
def _licences() -> CheckResult:
    from ckanext.hanoi.vocabulary import vocabulary

    known = {license.id for license in model.Package.get_license_register().values()}
    missing = sorted({term.code for term in vocabulary("license")} - known)
    if missing:
        text = (f"{len(missing)} licences that the form offers are unknown to CKAN, which shows "
                f"them without title and as not open: {', '.join(missing[:3])} …")
        remedy = "Leave licenses_group_url out or empty, or add them to its file"
        return CheckResult("licences", "warning", text, remedy)
    return CheckResult("licences", "ok", f"CKAN knows all {len(known)}")


@_check("database")
def _database() -> CheckResult:
    from ckan.cli.db import _get_pending_plugins

    pending = [name for name in _get_pending_plugins() if name.startswith("hanoi")]
    if pending:
        remedy = "; ".join(f"ckan db upgrade -p {name}" for name in pending)
        return CheckResult("database", "error", f"tables are missing: {', '.join(pending)}", remedy)
    version = model.Session.execute(sa.text("SHOW server_version")).scalar()
    return CheckResult("database", "ok", f"PostgreSQL {version}, all tables there")


@_check("search index")
def _solr() -> CheckResult:
    from ckan.lib.search import is_available, query_for

    from ckanext.hanoi.search.index_layout import indexed_without_extension

    if not is_available():
        remedy = "Start Solr, or correct solr_url"
        return CheckResult("search index", "error", "Solr does not answer", remedy)
    package = model.Package
    active = model.Session.execute(
        sa.select(sa.func.count()).where(package.state == "active", package.type == "dataset")
    ).scalar_one()
    query = {"q": "*:*", "rows": 0, "fq": "+state:active +dataset_type:dataset"}
    found = query_for(package).run(query, permission_labels=None)["count"]
    if found != active:
        text = f"{active} datasets in the database, {found} in the index"
        return CheckResult("search index", "warning", text, "ckan hanoi reconcile")
    if foreign := indexed_without_extension():
        text = (f"{foreign} of {found} datasets were indexed while the plugin hanoi was off: "
                "they are found worse, and edits that build on the index may lose fields")
        return CheckResult("search index", "error", text, "ckan search-index rebuild")
    return CheckResult("search index", "ok", f"{found} datasets")


@_check("job queue")
def _workers() -> CheckResult:
    from ckan.lib.redis import connect_to_redis
    from rq import Worker

    connection = connect_to_redis()
    connection.ping()
    site = f"ckan:{tk.config['ckan.site_id']}:"
    names = {
        name
        for worker in Worker.all(connection=connection)
        for name in worker.queue_names()
        if name.startswith(site)
    }
    wanted = tk.config.get("ckanext.hanoi.harvest.queue") or "default"
    if f"{site}{wanted}" not in names and _lives_unlisted():
        text = ("workers are at work, but Redis does not list them: it was emptied a short time"
                " ago, and forgot them")  # fmt: skip
        return CheckResult("job queue", "warning", text, "Restart the workers when they are idle")
    if f"{site}{wanted}" not in names:
        remedy = f"Run at least one worker, better two: ckan jobs worker {wanted}"
        return CheckResult("job queue", "warning", f"no worker serves the queue “{wanted}”", remedy)
    return CheckResult("job queue", "ok", "Redis answers and a worker is at work")


def _lives_unlisted() -> bool:
    if not p.plugin_loaded("hanoi_harvest"):
        return False
    from ckanext.hanoi.harvest.engine import job_queue

    return job_queue.is_looked_after()


@_check("schedules")
def _beat() -> CheckResult:
    if not p.plugin_loaded("hanoi_harvest"):
        return CheckResult("schedules", "ok", "harvesting is not enabled")
    from ckanext.hanoi.harvest.engine import job_queue
    from ckanext.hanoi.model.base import now

    last = job_queue.last_beat()
    if last is None or not timedelta(0) <= now() - last < _SILENT:
        when = f"the last time was {last:%d/%m/%Y %H:%M:%S} UTC" if last else "nobody ever did"
        text = f"nobody looks after schedules and interrupted runs: {when}"
        remedy = "Run a worker, or ckan hanoi harvest due each minute by cron"
        return CheckResult("schedules", "warning", text, remedy)
    return CheckResult("schedules", "ok", f"looked after last at {last:%d/%m/%Y %H:%M:%S} UTC")


@_check("languages")
def _languages() -> CheckResult:
    offered = {str(locale) for locale in tk.h.get_available_locales()}
    if not {"vi", "en"} <= offered:
        remedy = "ckan.locales_offered = vi en"
        return CheckResult(
            "languages", "warning", "Vietnamese and English are not both offered", remedy
        )
    if tk.config.get("ckan.locale_default") != "vi":
        text = "Vietnamese is not the first language"
        return CheckResult("languages", "warning", text, "ckan.locale_default = vi")
    return CheckResult("languages", "ok", "Vietnamese first, English second")


@_check("agencies")
def _agencies() -> CheckResult:
    from ckanext.hanoi.agencies import store
    from ckanext.hanoi.agencies.registry import registry

    slugs = {agency.slug for agency in registry().active()}
    there = len(slugs & {row.agency for row in store.rows(model.Group.state == "active")})
    if not there:
        text, remedy = "no agency is an organization yet", "ckan hanoi agencies apply"
        return CheckResult("agencies", "warning", text, remedy)
    return CheckResult("agencies", "ok", f"{there} of the city's agencies are organizations")


@_check("quality")
def _quality() -> CheckResult:
    from ckanext.hanoi.model.quality import LinkCheck, Quality
    from ckanext.hanoi.quality import store

    waiting, known = len(store.changed()), len(store.everything())
    if waiting and waiting == known:
        remedy = "ckan hanoi quality update, each night by cron"
        return CheckResult("quality", "warning", "no dataset has been measured yet", remedy)
    checked = model.Session.execute(
        sa.select(sa.func.count(LinkCheck.checked), sa.func.count(LinkCheck.id))
    ).one()
    if checked[1] and not checked[0]:
        text, remedy = "no link has been checked yet", "ckan hanoi links check, each night by cron"
        return CheckResult("quality", "warning", text, remedy)
    last = model.Session.execute(sa.select(sa.func.max(Quality.computed))).scalar()
    if waiting or (last and store.now() - last > timedelta(days=3)):
        text = f"{waiting} datasets changed since they were measured; the last time was {last}"
        return CheckResult("quality", "warning", text, "Run a worker, or ckan hanoi quality update")
    return CheckResult("quality", "ok", f"{known} datasets measured, {checked[0]} links checked")


@_check("harvesting")
def _harvesting() -> CheckResult:
    if not p.plugin_loaded("hanoi_harvest"):
        return CheckResult(
            "harvesting", "warning", "not enabled", "Add hanoi_harvest to ckan.plugins"
        )
    from ckanext.hanoi.harvest.connectors import entry_names, kinds

    broken = sorted(set(entry_names()) - set(kinds()))
    if broken:
        text = f"kinds of source that can't be loaded: {', '.join(broken)}"
        return CheckResult("harvesting", "error", text, "See the log for the reason")
    allowed = tk.config.get("ckanext.hanoi.harvest.allowed_hosts") or []
    if allowed:
        text = f"private addresses that may be fetched: {' '.join(tk.aslist(allowed))}"
        return CheckResult(
            "harvesting", "warning", text, "Leave allowed_hosts empty where none is needed"
        )
    return CheckResult("harvesting", "ok", f"{len(kinds())} kinds of source")


@_check("e-mail")
def _mail() -> CheckResult:
    if tk.config.get("smtp.server") and tk.config.get("smtp.mail_from"):
        return CheckResult("e-mail", "ok", f"sent through {tk.config['smtp.server']}")
    text = "smtp.server or smtp.mail_from is not set: nobody is told of failed harvests"
    return CheckResult("e-mail", "warning", text, "Set smtp.server and smtp.mail_from")


@_check("uploads")
def _uploads() -> CheckResult:
    path = tk.config.get("ckan.storage_path")
    if not path:
        text = "ckan.storage_path is not set: files can't be uploaded"
        return CheckResult("uploads", "warning", text, "Set ckan.storage_path to a writable folder")
    import os

    if not os.access(path, os.W_OK):
        return CheckResult(
            "uploads", "error", f"{path} can't be written to", "Correct its permissions"
        )
    return CheckResult("uploads", "ok", "files can be uploaded")
