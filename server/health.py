"""Whether this server runs (`/healthz`), and whether it can serve calls (`/readyz`)."""

import time
from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from server.errors import ErrorAnswer, error
from store.database import StoreFailure

REMEMBERED_SECONDS = 30
"""Whoever watches us asks often; the provider is not asked as often."""


class Health(BaseModel):
    """All is well."""

    model_config = {"json_schema_extra": {"examples": [{"status": "ok"}]}}
    status: Literal["ok"] = "ok"


class Readiness:
    """Asks database and provider whether they are there."""

    def __init__(
        self,
        check_database: Callable[[], Awaitable[None]],
        reach_provider: Callable[[], Awaitable[bool]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param check_database: raises `StoreFailure` when it does not answer
        :param clock: seconds
        """
        self._check_database = check_database
        self._reach_provider = reach_provider
        self._clock = clock
        self._reached = False
        self._asked_s: float | None = None

    async def missing(self) -> str | None:
        """What does not answer: `database`, `provider`, or nothing."""
        try:
            await self._check_database()
        except StoreFailure:
            return "database"
        return None if await self._is_provider_reached() else "provider"

    async def _is_provider_reached(self) -> bool:
        if self._asked_s is None or self._clock() - self._asked_s >= REMEMBERED_SECONDS:
            self._asked_s = self._clock()
            self._reached = await self._reach_provider()
        return self._reached


def health_routes(readiness: Readiness) -> APIRouter:
    """For whoever watches this server; they need no key and tell nothing."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Health:
        """The server runs."""
        return Health()

    @router.get("/readyz", response_model=Health, responses={503: {"model": ErrorAnswer}})
    async def readyz() -> Health | JSONResponse:
        """The server can serve calls: its database and its provider answer."""
        missing = await readiness.missing()
        return error(503, "not_ready", f"The {missing} does not answer.") if missing else Health()

    return router
