"""Bounds the pages that were fetched and whose browser has not opened its socket yet."""

from collections import defaultdict

from nicegui import Client
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_WAITING_PAGES = 100
"""Of all visitors together. A browser connects within seconds; NiceGUI forgets the others after a minute."""


class WaitingPages:
    """ASGI middleware: with one page too many, forget the oldest of the address that fetched the most.

    A browser whose page was forgotten reloads it by itself when it connects.
    """

    def __init__(self, app: ASGIApp, most: int = MAX_WAITING_PAGES) -> None:
        """Create the waiting pages.

        :param most: pages that never had a connection
        """
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        await self._app(scope, receive, send)
        if "nicegui_page_path" in scope:  # NiceGUI sets it with every page it builds, redirected ones too.
            self._forget_some()

    def _forget_some(self) -> None:
        waiting = [client for client in Client.instances.values() if is_waiting(client)]
        for _ in range(len(waiting) - self._most):
            by_address: dict[str, list[Client]] = defaultdict(list)
            for client in waiting:
                by_address[address_of(client)].append(client)
            oldest = max(by_address.values(), key=len)[0]
            waiting.remove(oldest)
            oldest.delete()


def is_waiting(client: Client) -> bool:
    """Return whether the page never had a connection. One that lost it has its own time to come back."""
    return client.environ is None


def address_of(client: Client) -> str:
    """Return the address the page was fetched from."""
    return client.request.client.host if client.request.client else ""
