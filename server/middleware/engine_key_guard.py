"""Guard of the built-in engine's keys against guessing."""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.brute_force_guard import BruteForceGuard, TooManyTries

RESPONSE_STARTS = {
    "http.response.start": "http.response.body",
    "websocket.http.response.start": "websocket.http.response.body",
}
UNAUTHORIZED, TOO_MANY = 401, 429


class EngineKeyGuard:
    """ASGI middleware around the engine: wrong keys are counted by address.

    Keys are too long to be guessed, so a right one always passes; a wrong one within the delay gets 429.
    """

    def __init__(self, engine: ASGIApp, guard: BruteForceGuard) -> None:
        self._engine = engine
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        host = (scope.get("client") or ("",))[0]
        refused: TooManyTries | None = None

        async def guarded(message: Message) -> None:
            nonlocal refused
            if message["type"] in RESPONSE_STARTS and message["status"] == UNAUTHORIZED:
                refused = self._count_wrong(host)
                if refused:
                    await _send_too_many(send, message, refused.retry_after_s)
            if not refused:
                await send(message)

        await self._engine(scope, receive, guarded)

    def _count_wrong(self, host: str) -> TooManyTries | None:
        try:
            self._guard.begin_try(host)
        except TooManyTries as refused:
            return refused
        self._guard.mark_wrong(host)
        return None


async def _send_too_many(send: Send, start: Message, retry_after_s: float) -> None:
    """Send the engine's error shape in place of its own answer, to the same web pages."""
    error: dict[str, Any] = {
        "message": "Too many wrong keys from this address; wait as long as Retry-After says.",
        "type": "invalid_request_error",
        "code": "rate_limit_exceeded",
        "param": None,
    }
    headers = [
        (b"content-type", b"application/json"),
        (b"retry-after", str(round(retry_after_s)).encode()),
        *(each for each in start.get("headers", []) if each[0].startswith(b"access-control-")),
    ]
    await send({"type": start["type"], "status": TOO_MANY, "headers": headers})
    await send({"type": RESPONSE_STARTS[start["type"]], "body": json.dumps({"error": error}).encode()})
