"""Session over a WebSocket, whose events carry audio and text."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from realtime.client_events import input_audio_buffer_append, session_update
from realtime.event_ids import with_event_id
from realtime.events import ServerEvent, server_event
from realtime.failures import ProviderFailure, code_for_status, may_pass, named_fields
from realtime.fields import mapping

OPEN_TIMEOUT_S = 10
ANSWER_TIMEOUT_S = 20
MAX_EVENT_BYTES = 4 * 1024 * 1024
"""Bytes of one event, a minute of audio; at most `MAX_WAITING_EVENTS` wait for the reader."""
MAX_WAITING_EVENTS = 4
CLOSE_TIMEOUT_S = 2
"""Wait for the provider to close its side."""
PING_S = 20
"""Seconds between two pings, and until the answer to one, by which a silent provider is noticed."""
LASTING_STATUSES = (400, 401, 403, 404)
"""Statuses after which another attempt is useless."""


class SocketLost(Exception):
    """Lost connection to a session; another session may be opened."""


class SessionRefused(Exception):
    """Refusal of a session object. The text holds the error's code and field alone."""

    def __init__(self, error: dict[str, Any]) -> None:
        """:param error: the object under `error` of the event"""
        self.named = named_fields(error)
        """Fields of the session that the error names."""
        code, param = error.get("code"), error.get("param")
        super().__init__(f"{code}: {param}" if param else str(code))


class RealtimeSocket:
    """Connection of one session."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, base_url: str, api_key: str, **query: str) -> "RealtimeSocket":
        """Open a session.

        :param base_url: the provider's, such as `https://api.openai.com/v1`
        :param query: `model="…"` for a conversation, `intent="transcription"` for a transcription
        :raises SocketLost: it was not opened; another attempt may succeed
        :raises ProviderFailure: the key or the address is refused
        """
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        try:
            return cls(
                await connect(
                    _url(base_url, query),
                    additional_headers=headers,
                    open_timeout=OPEN_TIMEOUT_S,
                    close_timeout=CLOSE_TIMEOUT_S,
                    ping_interval=PING_S,
                    ping_timeout=PING_S,
                    max_size=MAX_EVENT_BYTES,
                    max_queue=MAX_WAITING_EVENTS,
                    compression=None,
                )
            )
        except InvalidStatus as error:
            status = error.response.status_code
            if status in LASTING_STATUSES:
                raise ProviderFailure(code_for_status(status), status=status) from None
            raise SocketLost(f"HTTP {status}") from None
        except (InvalidHandshake, OSError) as error:
            raise SocketLost(type(error).__name__) from None

    async def configure(self, session: dict[str, Any]) -> dict[str, Any]:
        """Send the session object, wait until it is in effect, and return what is in effect.

        :raises SessionRefused: the provider refuses it
        :raises SocketLost: the connection is closed, no answer comes, or an error that may pass
        """
        await self.send(session_update(session))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await self._configured()
        except TimeoutError:
            raise SocketLost("no answer to session.update") from None

    async def send(self, event: dict[str, Any]) -> None:
        """Send one client event, with an id.

        :raises SocketLost: the connection is closed
        """
        try:
            await self._connection.send(json.dumps(with_event_id(event)))
        except ConnectionClosed:
            raise SocketLost("closed while sending") from None

    async def append(self, pcm: bytes, event_id: str | None = None) -> None:
        """Append to the input audio buffer.

        :param pcm: 24 kHz mono PCM16
        :param event_id: names this event in an error about it
        :raises SocketLost: the connection is closed
        """
        await self.send(input_audio_buffer_append(pcm, event_id))

    async def receive(self) -> dict[str, Any]:
        """Return the next event; frames that hold no event are skipped.

        :raises SocketLost: the connection is closed
        """
        while True:
            try:
                event = json.loads(await self._connection.recv())
            except ConnectionClosed:
                raise SocketLost("closed") from None
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict):
                return event

    async def close(self) -> None:
        """Close the connection, which ends the session."""
        await self._connection.close()

    async def _configured(self) -> dict[str, Any]:
        while server_event((event := await self.receive()).get("type")) != ServerEvent.SESSION_UPDATED:
            if event.get("type") == ServerEvent.ERROR:
                error = error_of(event)
                if may_pass(error):
                    raise SocketLost(str(error.get("code") or error.get("type")))
                raise SessionRefused(error)
        return mapping(event, "session")


def error_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the object under `error` of an event; an empty one where there is none."""
    error = event.get("error")
    return error if isinstance(error, dict) else {}


def _url(base_url: str, query: dict[str, str]) -> str:
    parts = urlsplit(base_url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, f"{parts.path}/realtime", urlencode(query), ""))
