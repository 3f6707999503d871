"""What alembic runs a step with: the connection and the transaction of `store.schema.bring_up_to_date`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
