"""Alembic's way in: the connection comes from `schema.migrate`, never from a file."""

from alembic import context

from sop_engine.storage.tables import TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=TABLES, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
