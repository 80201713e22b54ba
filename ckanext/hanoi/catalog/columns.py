"""What queries of tables beside CKAN's index ask of datasets: columns of ``model.Package``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi import language


def extra(key: str) -> Any:
    """The text of a dataset's extra, or NULL."""
    table = getattr(model, "PackageExtra", None)
    if table is None:
        extras: Any = model.Package.extras
        return extras[key].astext
    # CKAN 2.11 has extras in a table of their own
    return (
        sa.select(table.value)
        .where(table.package_id == model.Package.id, table.key == key, table.state == "active")
        .correlate(model.Package)
        .scalar_subquery()
    )


def title() -> Any:
    """The dataset's title in the reader's language; its name where it has none."""
    package = model.Package
    texts = [sa.func.nullif(package.title, ""), package.name]
    if not language.is_vietnamese():
        texts.insert(0, sa.func.nullif(extra("title_en"), ""))
    return sa.func.coalesce(*texts)
