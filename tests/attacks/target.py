"""What is attacked: a running app, and the provider behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.attacks.honest import place
from tests.attacks.stranger import Stranger, visiting
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp


@dataclass(frozen=True)
class Target:
    """A running app and its provider; None: the built-in engine."""

    app: RunningApp
    provider: ScriptedProvider | None = None

    @property
    def url(self) -> str:
        return self.app.url

    def http(self, **options: object) -> httpx.AsyncClient:
        """Return a client of the app. It has no cookie, key or code unless the options hold one."""
        return httpx.AsyncClient(base_url=self.url, timeout=60, verify=False, **options)  # type: ignore[arg-type]

    @asynccontextmanager
    async def calling_stranger(self) -> AsyncIterator[Stranger]:
        """Visit as a stranger whose page holds a bridged call."""
        async with visiting(self.url) as page:
            await place(page, self.url, self.provider)
            yield page


Attack = Callable[[Target], Awaitable[None]]
