"""One HTTP exchange with the provider, bounded in time and size."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from realtime.failures import FailureCode

MAX_SDP_BYTES = 64 * 1024
MAX_JSON_BYTES = 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
IDENTITY = {"Accept-Encoding": "identity"}
"""No compression is asked for: a few KB that unpack to a GB would pass any limit on what is received."""


@dataclass(slots=True)
class Answer:
    """Answer of the provider, from its headers on."""

    path: str
    """Path of the request."""
    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    problem: FailureCode | None = None
    """Reason why the body is not whole; None when it is."""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx and the whole body came."""
        return 200 <= self.status < 300 and self.problem is None

    @property
    def text(self) -> str:
        """Body as UTF-8; the charset of the headers is ignored, since it may name a decompressor."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON.

        :raises ValueError: it is no JSON, or nested deeper than any answer
        """
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("nested too deeply") from None


async def exchange(
    http: httpx.AsyncClient, request: httpx.Request, *, deadline_s: float, limit: int
) -> Answer:
    """Send a request and read the answer.

    The deadline holds for the whole exchange: the wait for a connection, the headers and the body. A deadline
    that passes within the body, a body over the limit and a compressed body give an answer with a `problem`,
    since its headers may name a call that has to be hung up.

    :param deadline_s: seconds
    :param limit: bytes of a successful body; an error's has at most `MAX_ERROR_BYTES`
    :raises TimeoutError: the deadline passed before the headers came
    :raises httpx.HTTPError: there was no exchange
    """
    answer: Answer | None = None
    try:
        async with asyncio.timeout(deadline_s):
            response = await http.send(request, stream=True)
            answer = Answer(request.url.path, response.status_code, response.headers)
            try:
                await _read(response, answer, limit if response.is_success else MAX_ERROR_BYTES)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.HTTPError) as error:
        if answer is None:
            raise
        timed_out = isinstance(error, TimeoutError | httpx.TimeoutException)
        answer.problem = "provider_timeout" if timed_out else "provider_error"
    return answer


async def _read(response: httpx.Response, answer: Answer, limit: int) -> None:
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        answer.problem = "provider_bad_answer"
        return
    body = bytearray()
    async for piece in response.aiter_bytes():
        if len(body) + len(piece) > limit:
            answer.problem = "provider_bad_answer"
            return
        body += piece
    answer.body = bytes(body)
