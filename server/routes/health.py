"""Whether this server runs (`/healthz`), and whether it can serve calls (`/readyz`)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from server.errors import ErrorAnswer, error
from store.database import StoreFailure

REMEMBERED_SECONDS = 30
"""Monitors ask often; the provider is not asked as often."""
WRITE_REMEMBERED_SECONDS = 10
"""Nor is a row written as often."""


class Health(BaseModel):
    """All is well."""

    model_config = {"json_schema_extra": {"examples": [{"status": "ok"}]}}
    status: Literal["ok"] = "ok"


class Readiness:
    """Asks database and provider whether they are there."""

    def __init__(
        self,
        write_row: Callable[[], Awaitable[None]],
        reach_provider: Callable[[], Awaitable[bool]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create the readiness.

        :param write_row: raises `StoreFailure` when it cannot be written
        :param clock: seconds
        """
        self._write_row = write_row
        self._reach_provider = reach_provider
        self._clock = clock
        self._reached = False
        self._asked_s: float | None = None
        self._writing = asyncio.Lock()
        self._written = False
        self._tried_s: float | None = None

    async def missing(self) -> str | None:
        """Return what does not do its part: `database`, `provider`, or nothing."""
        if not await self._is_row_written():
            return "database"
        return None if await self._is_provider_reached() else "provider"

    async def _is_row_written(self) -> bool:
        async with self._writing:  # A database that is slow to refuse is not asked by many at once.
            if self._tried_s is None or self._clock() - self._tried_s >= WRITE_REMEMBERED_SECONDS:
                self._written = await self._try_to_write()
                self._tried_s = self._clock()
            return self._written

    async def _try_to_write(self) -> bool:
        try:
            await self._write_row()
        except StoreFailure:
            return False
        return True

    async def _is_provider_reached(self) -> bool:
        if self._asked_s is None or self._clock() - self._asked_s >= REMEMBERED_SECONDS:
            self._asked_s = self._clock()
            self._reached = await self._reach_provider()
        return self._reached


def health_routes(readiness: Readiness) -> APIRouter:
    """Return the routes for monitors; they need no key and tell nothing."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Health:
        """Return the server runs."""
        return Health()

    @router.get("/readyz", response_model=Health, responses={503: {"model": ErrorAnswer}})
    async def readyz() -> Health | JSONResponse:
        """Return the server can serve calls: its database and its provider answer."""
        missing = await readiness.missing()
        return error(503, "not_ready", f"The {missing} does not answer.") if missing else Health()

    return router
