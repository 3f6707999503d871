"""Pages that are fetched and never opened are few, and an honest caller's is not among those forgotten."""

from collections.abc import Iterator

import pytest
from nicegui import Client, ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from server.middleware.waiting_pages import WaitingPages

MOST = 5


@pytest.fixture(autouse=True)
def no_pages_left() -> Iterator[None]:
    yield
    for client in list(Client.instances.values()):
        client.delete()


async def build_page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as NiceGUI does for a page."""
    if scope["path"] == "/":
        Client(ui.page(""), request=Request(scope))
    await PlainTextResponse("")(scope, receive, send)


async def fetch(address: str = "203.1.113.9", path: str = "/") -> Client:
    """Fetch a page through the middleware; the newest client."""

    async def ignore(message: Message) -> None:
        pass

    async def nothing() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "client": (address, 1)}
    await WaitingPages(build_page, MOST)(scope, nothing, ignore)
    return list(Client.instances.values())[-1]


def held() -> list[Client]:
    return list(Client.instances.values())


async def test_fetched_pages_are_few_and_the_oldest_are_forgotten() -> None:
    fetched = [await fetch() for _ in range(3 * MOST)]
    assert held() == fetched[-MOST:]
    assert all(client.is_deleted for client in fetched[:-MOST])


async def test_who_fetches_many_loses_their_own_pages() -> None:
    honest = await fetch("198.51.100.7")
    for _ in range(3 * MOST):
        await fetch("203.1.113.9")
    assert honest in held() and len(held()) == MOST


async def test_open_pages_do_not_count_nor_those_that_lost_their_connection() -> None:
    opened = [await fetch() for _ in range(MOST)]
    for client in opened:
        client.environ = {}
    for _ in range(2 * MOST):
        await fetch()
    assert set(opened) <= set(held()) and len(held()) == 2 * MOST


async def test_other_answers_forget_nothing() -> None:
    for _ in range(MOST):
        await fetch()
    extra = Client(ui.page(""))
    await fetch(path="/static/app.css")
    assert extra in held() and len(held()) == MOST + 1
