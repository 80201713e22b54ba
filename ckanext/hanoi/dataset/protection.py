"""What the law keeps from the public stays private, even where its fields were lost.

While the plugin is off, an edit by stock CKAN drops the fields of our schema. So the mark is kept
in a table of its own (``model.protection``), and a dataset that has it and no longer says what it
is becomes public only after somebody said so.
"""
from __future__ import annotations

from typing import Any

from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.hanoi.dataset import rules
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.base import now
from ckanext.hanoi.model.protection import Protection

_FIELDS = frozenset({"sensitivity", "personal_data"})


LOST = N_(
    "This dataset was marked as core, important or personal data, and lost that mark while the "
    'extension was off: say first what it is ("Sensitivity" and "Contains personal data"), save '
    "it as private, then make it public"
)


def remember(dataset: dict[str, Any]) -> None:
    """Keeps the mark of a dataset that was saved, in the transaction that saves it."""
    sensitivity = str(dataset.get("sensitivity") or "")
    personal = dataset.get("personal_data") in (True, "true")
    if sensitivity not in rules.PROTECTED and not personal:
        return
    values = {"sensitivity": sensitivity, "personal_data": personal, "marked": now()}
    statement = insert(Protection.__table__).values(package_id=dataset["id"], **values)
    model.Session.execute(
        statement.on_conflict_do_update(index_elements=["package_id"], set_=values)
    )


def check_public(
    package: Any, sensitivity: str | None = None, personal_data: bool | None = None
) -> None:
    """RuleError where the stored dataset can't become public.

    ``sensitivity`` and ``personal_data`` are what an update says of it; None: what is stored.
    """
    stored = package.extras
    if sensitivity is None:
        sensitivity = stored.get("sensitivity")
    personal = stored.get("personal_data") == "true" if personal_data is None else personal_data
    rules.check_private(sensitivity or "other", personal, private=False)
    if package.private and not set(stored) >= _FIELDS and _is_marked(package.id):
        raise rules.RuleError(LOST)


def _is_marked(package_id: str) -> bool:
    return model.Session.get(Protection, package_id) is not None
