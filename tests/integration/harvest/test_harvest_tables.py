"""The tables of the harvester: made by the migrations, as the model says, and dropped again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan

from ckanext.hanoi.model.harvest import TABLES

NAMES = {table.name for table in TABLES}


def there():
    """``{table: {column: (may be null, key)}}`` of our tables in the database."""
    model.Session.remove()
    inspector = sa.inspect(model.meta.engine)
    return {
        name: {
            column["name"]: (
                column["nullable"],
                column["name"] in inspector.get_pk_constraint(name)["constrained_columns"],
            )
            for column in inspector.get_columns(name)
        }
        for name in inspector.get_table_names()
        if name in NAMES
    }


def test_the_migrations_make_what_the_model_says_and_take_it_back_again(catalog, cli):
    wanted = {
        table.name: {
            column.name: (bool(column.nullable), bool(column.primary_key))
            for column in table.columns
        }
        for table in TABLES
    }
    assert there() == wanted
    before = set(sa.inspect(model.meta.engine).get_table_names())
    try:
        down = cli.invoke(ckan, ["db", "downgrade", "-p", "hanoi_harvest"])
        assert down.exit_code == 0, down.output
        after = set(sa.inspect(model.meta.engine).get_table_names())
        assert NAMES <= before - after <= NAMES | {"hanoi_harvest_alembic_version"}
        assert there() == {}
    finally:
        up = cli.invoke(ckan, ["db", "upgrade", "-p", "hanoi_harvest"])
    assert up.exit_code == 0, up.output
    assert there() == wanted


def test_the_indexes_of_the_model_are_in_the_database(catalog):
    inspector = sa.inspect(model.meta.engine)
    for table in TABLES:
        found = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= found, table.name


def test_a_second_open_run_of_one_source_is_refused_by_the_database(admin, portal):
    admin.add_source(portal.url)
    insert = sa.text(
        "INSERT INTO hanoi_run (id, source_id, status) SELECT :id, id, :status FROM hanoi_source"
    )
    with model.meta.engine.begin() as connection:
        connection.execute(insert, {"id": "one", "status": "running"})
        connection.execute(insert, {"id": "old", "status": "finished"})
    with pytest.raises(sa.exc.IntegrityError), model.meta.engine.begin() as connection:
        connection.execute(insert, {"id": "two", "status": "queued"})
