"""Fixtures of all tests. CKAN's own (app, clean_db, with_plugins, factories …) are there too."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

#: Marks of a test that has plugins of its own, or options that plugins read when they load.
_OWN_PLUGINS = ("ckan_config", "with_plugins", "provide_plugin")


@pytest.fixture(autouse=True)
def loaded_plugins(request):
    """The plugins of test.ini, where a test wants the catalog: they load in a second, and stay.

    Before all other fixtures, because CKAN's put the configuration back as they found it.
    """
    if "plugins" in request.fixturenames:
        from ckan import plugins

        if not plugins.plugin_loaded("hanoi_harvest"):
            plugins.load_all()


@pytest.fixture
def plugins(request):
    """The plugins of the test: those of test.ini, or those that its marks ask for."""
    if any(request.node.get_closest_marker(name) for name in _OWN_PLUGINS):
        request.getfixturevalue("with_plugins")


@dataclass
class _Kept:
    """An app, the plugins that it was made with, and its configuration at that time."""

    app: Any
    plugins: list[Any]
    options: dict[str, Any]
    context: Any


_kept: list[_Kept] = []


@pytest.fixture
def make_app(request, make_app):
    """CKAN's, but an app is made once for all tests that have no plugins or options of their own:
    that takes longer than most of them, and each new app compiles its templates again."""
    make_strict = _strict(make_app)
    if any(request.node.get_closest_marker(name) for name in _OWN_PLUGINS):
        return make_strict

    def make() -> Any:
        from ckan.common import config
        from ckan.config import middleware
        from ckan.tests import helpers

        if not _kept or _kept[0].plugins != _plugins():
            made = make_strict()
            context = middleware._internal_test_request_context
            _kept[:] = [_Kept(made.app, _plugins(), dict(config), context)]
        kept = _kept[0]
        app = helpers.CKANTestApp(kept.app)
        options = app.flask_app.config
        # what a test has set since; what an earlier one had set is gone
        for name in kept.options.keys() - config.keys():
            options.pop(name, None)
        options.update(config)
        kept.options = dict(config)
        middleware._internal_test_request_context = kept.context
        return app

    return make


def _strict(make_app: Callable[[], Any]) -> Callable[[], Any]:
    """``make_app``, whose apps take what is undefined in a template of ours for an error."""

    def make() -> Any:
        from devstack import strict

        made = make_app()
        strict.watch(made.flask_app)
        return made

    return make


def _plugins() -> list[Any]:
    from ckan.plugins import core

    return list(core._PLUGINS_SERVICE.values())


@pytest.fixture(scope="session")
def migrated_plugins(migrate_db_for):
    """Callable that makes the plugins' own tables, the first time it's called in a session."""
    done: set[str] = set()

    def migrate() -> None:
        from ckan.cli.db import _get_pending_plugins
        from ckan.common import config

        loaded = set(config["ckan.plugins"])
        if not loaded <= done:
            for plugin in _get_pending_plugins():
                migrate_db_for(plugin)
            done.update(loaded)

    return migrate


@pytest.fixture
def catalog(plugins, clean_db, clean_index, migrated_plugins):
    """An empty catalog: the plugins of test.ini, empty tables (ours too), an empty index."""
    migrated_plugins()


@pytest.fixture
def stack():
    """The servers under the test, to stop and start: ``stack.postgres``, ``.redis``, ``.solr``.

    Whatever a test stopped runs again after it.
    """
    from devstack.stack import Stack

    stack = Stack.current()
    yield stack
    stack.start()


@pytest.fixture
def refusing():
    """``refusing(code, times)``: datasets with "SAI" in their title meet this error of PostgreSQL,
    always or the first ``times``; another table and condition can be given."""
    import sqlalchemy as sa
    from ckan import model

    engine, tables = model.meta.engine, []

    def install(
        code: str, times: int = 1_000_000, table: str = "package",
        condition: str = "NEW.title LIKE '%SAI%'",
    ) -> None:
        tables.append(table)
        body = (
            f"BEGIN IF {condition} AND nextval('hanoi_test_refused') <= {times} THEN RAISE"
            f" EXCEPTION 'refused on purpose' USING ERRCODE = '{code}'; END IF; RETURN NEW; END"
        )
        for statement in (
            "CREATE SEQUENCE hanoi_test_refused",
            "CREATE FUNCTION hanoi_test_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"{body} $$",
            f"CREATE TRIGGER hanoi_test BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION hanoi_test_refuse()",
        ):
            with engine.begin() as connection:
                connection.execute(sa.text(statement))

    yield install
    model.Session.remove()
    with engine.begin() as connection:
        for table in tables:
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS hanoi_test ON {table}"))
        connection.execute(sa.text("DROP FUNCTION IF EXISTS hanoi_test_refuse"))
        connection.execute(sa.text("DROP SEQUENCE IF EXISTS hanoi_test_refused"))
