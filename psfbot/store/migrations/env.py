"""Runs the migrations on the connection that `schema.upgrade` hands in."""

from alembic import context

from psfbot.store.schema import VERSION_TABLE
from psfbot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
