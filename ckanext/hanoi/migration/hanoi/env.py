"""Alembic's environment: ``ckan db upgrade -p hanoi`` sets the database's URL."""
import os

from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config
version_table = f"{os.path.basename(os.path.dirname(__file__))}_alembic_version"

if context.is_offline_mode():
    context.configure(
        url=config.get_main_option("sqlalchemy.url"),
        literal_binds=True,
        version_table=version_table,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = engine_from_config(
        config.get_section(config.config_ini_section) or {},
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with engine.connect() as connection:
        context.configure(connection=connection, version_table=version_table)
        with context.begin_transaction():
            context.run_migrations()
