"""A store for tools that must not reach one."""

from contextlib import AbstractAsyncContextManager
from typing import Any


class NoStore:
    """Fails the test that opens it."""

    def session(self) -> AbstractAsyncContextManager[Any]:
        raise AssertionError("a tool opened the store")


NO_STORE = NoStore()
