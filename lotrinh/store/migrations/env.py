"""Alembic runs this: migrate over the connection that ``lotrinh db upgrade`` has opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
