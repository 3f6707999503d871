"""uvicorn's HTTP protocol with deadlines: nobody keeps a connection open by sending or reading nothing."""

import asyncio
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from server.connection_limits import ConnectionLimits, SharedAddresses

REQUEST_TIMEOUT = 408
HEADERS_TOO_LARGE = 431
TOO_LARGE = 413
UNAVAILABLE = 503


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. A WebSocket leaves it with its upgrade, and none of the deadlines follow it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
        addresses: SharedAddresses,
    ) -> None:
        """Create the bounded http protocol.

        :param limits: numbers and deadlines
        :param addresses: tells which connections belong to one client
        """
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._addresses = addresses
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._received = 0
        self._awaits_head = False

    # -- the connection ----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and expect its first request."""
        super().connection_made(transport)
        if self._is_one_too_many():
            self._refuse(UNAVAILABLE)
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def _is_one_too_many(self) -> bool:
        peers = (getattr(each, "client", None) for each in self.connections)
        hosts = [peer[0] for peer in peers if peer]
        if len(hosts) > self._limits.max_connections and not self._close_an_idle_one():
            return True
        client = self._addresses.client_of(self.client[0]) if self.client else None
        return client is not None and self._addresses.count(client, hosts) > self._limits.max_per_address

    def _close_an_idle_one(self) -> bool:
        """Close a kept-alive connection to make room; return whether there was one."""
        for each in self.connections:
            if isinstance(each, BoundedHttpProtocol) and each.is_idle:
                each.timeout_keep_alive_handler()
                return True
        return False

    @property
    def is_idle(self) -> bool:
        """Whether all requests were answered and the next one has not begun."""
        return self.timeout_keep_alive_task is not None and not self.transport.is_closing()

    # -- reading -----------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Parse what came, as long as the request is no larger than allowed."""
        if self.transport.is_closing():
            return
        self._received += len(data)
        if self._is_between_requests and self._deadline is None:
            self._await_head()
            self._received = len(data)
        super().data_received(data)
        if self._awaits_head and self._received > self._limits.max_head_bytes:
            self._refuse(HEADERS_TOO_LARGE)
        elif self._received > self._limits.max_request_bytes:
            self._refuse(TOO_LARGE)
        elif self._is_forgotten:
            self._await_head()

    @property
    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _is_forgotten(self) -> bool:
        """Whether no clock runs: uvicorn stops its own at any byte, such as the end of a refused body."""
        return (
            self._deadline is None
            and self.timeout_keep_alive_task is None
            and self._is_between_requests
            and self.transport.get_protocol() is self
        )

    def on_message_begin(self) -> None:
        """Start the clock of a request, pipelined ones included."""
        super().on_message_begin()
        if not self._awaits_head:
            self._await_head()
            self._received = 0

    def on_headers_complete(self) -> None:
        """Give the body its own time."""
        self._awaits_head = False
        super().on_headers_complete()
        self._wait(self._limits.body_seconds)

    def on_message_complete(self) -> None:
        """Stop the clock: from here the request is the application's."""
        self._stop_waiting()
        self._received = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Stop the clock: a WebSocket has its own rules."""
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def _await_head(self) -> None:
        self._awaits_head = True
        self._wait(self._limits.header_seconds)

    def _wait(self, seconds: float) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._give_up, seconds)

    def _stop_waiting(self) -> None:
        self._awaits_head = False
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self, seconds: float) -> None:
        self._deadline = None
        if self.flow.read_paused:  # We do not read, so the client cannot send.
            self._wait(seconds)
        elif self._received:
            self._refuse(REQUEST_TIMEOUT)
        else:
            self._close()

    # -- writing -----------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        """Give the client its time to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._limits.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the clock: the client reads."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    # -- the end -----------------------------------------------------------------------------------

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, whether its last answer was read or not."""
        self._close()

    def shutdown(self) -> None:
        """End with the server: at once in mid request, else as soon as the request is answered."""
        if self._deadline:
            self._close()
        else:
            super().shutdown()

    def _refuse(self, status: int) -> None:
        """Answer with a status where no answer has begun, and close."""
        if not self.transport.is_closing() and (self._is_between_requests or not self.cycle.response_started):
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self._close()

    def _close(self) -> None:
        self._stop_waiting()
        if not self._is_between_requests:
            self.cycle.disconnected = True  # What the application still sends has no reader.
        self.transport.close()
        if self.transport.get_write_buffer_size():  # `close` alone would wait for the client to read it.
            self.transport.abort()


def bounded_protocol(limits: ConnectionLimits, trusted_proxies: str | None) -> partial[BoundedHttpProtocol]:
    """Return what uvicorn takes as `http=`.

    :param trusted_proxies: `FORWARDED_ALLOW_IPS`
    """
    return partial(BoundedHttpProtocol, limits=limits, addresses=SharedAddresses(trusted_proxies))
