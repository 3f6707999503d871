"""The end of the server: begun by the first signal, before clients are waited for, over in a bounded time."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import FrameType

from uvicorn.server import HANDLED_SIGNALS

log = logging.getLogger("guftagu.server")

TOTAL_SECONDS = 8.0
"""From the signal to the end of the process; a host such as Compose kills after ten."""
FAILED = 1

Step = Callable[[], Awaitable[None] | None]


def within(seconds: float, name: str, step: Step) -> Step:
    """Return the step with a limit: what takes longer is cancelled, said in the log, and no failure."""

    async def limited() -> None:
        try:
            async with asyncio.timeout(seconds):
                await _do(step)
        except TimeoutError:
            log.warning("the end goes on without %s: it took longer than %g s", name, seconds)

    return limited


async def close_in_turn(*steps: Step) -> None:
    """Do each step; the last error is raised once all are done."""
    async with AsyncExitStack() as closing:
        for step in reversed(steps):
            closing.push_async_callback(_do, step)


async def _do(step: Step) -> None:
    ending = step()
    if ending is not None:
        await ending


class Closing:
    """Closes the parts of the server once, at the first signal or at the framework's shutdown.

    uvicorn waits for open connections before it tells the application of its end, so a client that holds half
    a body back would keep every call from being hung up.
    """

    def __init__(
        self, *steps: Step, total_s: float = TOTAL_SECONDS, exit_now: Callable[[int], None] = os._exit
    ) -> None:
        """Create the shutdown.

        :param steps: in their order
        :param total_s: seconds after a signal at which the process is ended, whatever is left
        :param exit_now: ends the process without anything more
        """
        self._steps = steps
        self._total_s = total_s
        self._exit_now = exit_now
        self._closing: asyncio.Task[None] | None = None
        self._is_signalled = False

    def listen(self) -> None:
        """Begin at the first signal that ends the server; call it once uvicorn handles signals."""
        loop = asyncio.get_running_loop()
        for number in HANDLED_SIGNALS:
            signal.signal(number, self._handler(loop, signal.getsignal(number)))

    async def finish(self) -> None:
        """Wait until everything is closed."""
        await asyncio.shield(self._begin())

    def _handler(
        self, loop: asyncio.AbstractEventLoop, previous: object
    ) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            if self._is_signalled:  # uvicorn would leave the application's shutdown out at a second Ctrl-C.
                return
            self._is_signalled = True
            watchdog = threading.Timer(self._total_s, self._give_up)
            watchdog.daemon = True
            watchdog.start()
            loop.call_soon_threadsafe(self._begin)
            if callable(previous):
                previous(number, frame)

        return handle

    def _begin(self) -> asyncio.Task[None]:
        self._closing = self._closing or asyncio.create_task(close_in_turn(*self._steps), name="closing")
        return self._closing

    def _give_up(self) -> None:
        log.critical("the server did not end within %g s after the signal and is ended now", self._total_s)
        self._exit_now(FAILED)
