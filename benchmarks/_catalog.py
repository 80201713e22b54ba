"""CKAN in the benchmark's own process: loaded, and emptied of what an earlier one left."""
from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa


def load(ini: str | None = None) -> Any:
    """CKAN's Flask application, of ``CKAN_INI`` or ``ini``; a request context is entered."""
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    application: Any = make_app(CKANConfigLoader(ini or os.environ["CKAN_INI"]).get_config())
    application._wsgi_app.test_request_context().push()
    return application


def empty() -> None:
    """Delete every row of every table, every document of the index and every key of Redis.

    The stack is the benchmark's own. Rows that migrations put there (versions) stay.
    """
    from ckan import model
    from ckan.lib.redis import connect_to_redis
    from ckan.lib.search.common import make_connection

    model.Session.remove()
    engine: Any = model.meta.engine
    with engine.begin() as connection:
        names = sa.inspect(connection).get_table_names()
        tables = ", ".join(f'"{name}"' for name in names if "alembic_version" not in name)
        connection.execute(sa.text(f"TRUNCATE {tables} CASCADE"))
    # CKAN's own clear_all leaves the documents of stock's side, which has another site_id
    make_connection().delete(q="*:*", commit=True)
    connect_to_redis().flushdb()


def organization(name: str = "so-tai-chinh", title: str = "Sở Tài chính") -> dict[str, Any]:
    """A new organization."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    context: Any = {"user": user["name"], "ignore_auth": True}
    return tk.get_action("organization_create")(context, {"name": name, "title": title})
