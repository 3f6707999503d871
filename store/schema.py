"""Bringing a database's tables to today's form, with alembic's scripts in `store/migrations`."""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

log = logging.getLogger("guftagu.records")

NEWEST = "0003"
"""The last step in `store/migrations/versions`; steps are numbered, so that a later one is greater."""
SCRIPTS = Path(__file__).parent / "migrations"


def bring_up_to_date(connection: Connection) -> None:
    """Take the steps that are missing. A database that a newer version has changed is left as it is.

    :param connection: in a transaction that no other server's change of the schema runs beside
    """
    version = version_of(connection)
    if version is None or version < NEWEST:
        _upgrade(connection)
    elif version > NEWEST:
        log.info("the database was changed by a newer version of this program and is used as it is")


def version_of(connection: Connection) -> str | None:
    """Return the last step that was taken; None before the first, and where version 0.1 made the tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def _upgrade(connection: Connection) -> None:
    # Imported only here: most starts find nothing to do, and it would take 90 ms of each.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    command.upgrade(config, "head")
