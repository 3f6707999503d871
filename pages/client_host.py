"""The visitor's address, as a page's request has it."""

from starlette.requests import Request


def host_of(request: Request) -> str:
    """Return the peer's address, behind the proxies that are trusted; empty where there is none."""
    return request.client.host if request.client else ""
