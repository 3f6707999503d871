"""A database that cannot be opened, for tools that must not reach one."""

from pathlib import Path

from store.database import Database

NO_DATABASE = Database(f"sqlite+aiosqlite:///{Path(__file__)}/none.db")
