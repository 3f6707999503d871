"""What unit tests of the store share: each runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from tests.fakes.kept import database_at


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Provide an open database."""
    async with database_at(database_url) as database:
        yield database
