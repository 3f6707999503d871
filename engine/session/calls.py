"""The calls of one engine: made, found, ended."""

import asyncio
from collections.abc import Callable, Iterator

from aiortc import RTCIceServer

from engine.http.api_error import EngineError
from engine.session.call import EngineCall, EngineLimits, Pipeline
from engine.session.transcription_config import AnyConfig


class Calls:
    """The live calls by their ids."""

    def __init__(
        self, pipeline: Pipeline, limits: EngineLimits, ice_servers: Callable[[], list[RTCIceServer]]
    ) -> None:
        """Create the calls.

        :param ice_servers: asked for each call, as credentials may be short-lived
        """
        self._pipeline = pipeline
        self._limits = limits
        self._ice_servers = ice_servers
        self._live: dict[str, EngineCall] = {}
        self._owners: dict[str, str] = {}
        """By call id: the ephemeral key a live call was made with."""
        self._endings: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[EngineCall]:
        return iter(list(self._live.values()))

    def __len__(self) -> int:
        return len(self._live)

    async def create(self, offer: str, config: AnyConfig, key: str | None = None) -> tuple[EngineCall, str]:
        """Return a new call and the SDP answer to its offer.

        :param key: the ephemeral key that asks for it; None: the server's own
        :raises ApiError: for an offer that cannot be answered, or 429 while there are too many sessions
        """
        self._check_room(key)
        call = EngineCall(config, self._pipeline, self._limits, self._end_soon)
        self._add(call, key)
        try:
            return call, await call.answer(offer, self._ice_servers())
        except BaseException:
            await self.end(call)
            raise

    def converse(self, config: AnyConfig, key: str | None = None) -> EngineCall:
        """Return a call that a WebSocket of its own carries, sound included.

        :param key: as in `create`
        :raises ApiError: 429 while there are too many sessions
        """
        self._check_room(key)
        call = EngineCall(config, self._pipeline, self._limits, self._end_soon, over_socket=True)
        self._add(call, key)
        return call

    def _add(self, call: EngineCall, key: str | None) -> None:
        self._live[call.id] = call
        if key:
            self._owners[call.id] = key

    def _check_room(self, key: str | None) -> None:
        of_key = sum(owner == key for owner in self._owners.values()) if key else 0
        if len(self._live) >= self._limits.sessions or of_key >= self._limits.sessions_of_key:
            raise EngineError(
                "Rate limit reached: too many sessions at once.",
                code="rate_limit_exceeded",
                status=429,
                kind="rate_limit_error",
            )

    def get(self, call_id: str) -> EngineCall:
        """Find a call that goes on.

        :raises EngineError: 404 for a call that never was or is over
        """
        if call_id not in self._live:
            raise no_such_call(call_id)
        return self._live[call_id]

    async def hang_up(self, call_id: str) -> None:
        """Find a call that goes on.

        :raises EngineError: 404 for a call that never was or is over
        """
        await self.end(self.get(call_id))

    async def close(self) -> None:
        """End every call."""
        for call in self:
            self._end_soon(call)
        while self._endings:
            await asyncio.wait(self._endings)

    async def end(self, call: EngineCall) -> None:
        """End a call that may be over."""
        self._owners.pop(call.id, None)
        if self._live.pop(call.id, None):
            await call.close()

    def _end_soon(self, call: EngineCall) -> None:
        if call.id in self._live:
            task = asyncio.create_task(self.end(call))
            self._endings.add(task)
            task.add_done_callback(self._endings.discard)


def no_such_call(call_id: str) -> EngineError:
    """Return what a call gets that never was or is over."""
    return EngineError(f"No session found for call_id {call_id!r}.", code="call_id_not_found", status=404)
