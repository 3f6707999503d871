"""The end of the server: everything is closed, in its order, whatever fails on the way."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

Step = Callable[[], Awaitable[None] | None]


async def close_in_turn(*steps: Step) -> None:
    """Do each step; the last error is raised once all are done."""
    async with AsyncExitStack() as closing:
        for step in reversed(steps):
            closing.push_async_callback(_do, step)


async def _do(step: Step) -> None:
    ending = step()
    if ending is not None:
        await ending
