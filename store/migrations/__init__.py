"""Alembic's scripts: one step a file in `versions`, which only adds: the version before still runs."""
